"""What is in the wheel and the sdist: ``python tests/packages/built.py FOLDER`` builds both there and says what is wrong with them.

The sdist is built from the tree and a wheel from the sdist, then a wheel from the tree: both wheels must be the same, byte for byte.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from collections import Counter
from email.parser import BytesParser
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zipfile import ZipFile

from markdown_it import MarkdownIt

from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "salesmetrics"

DATA = {
    "py.typed": 1,
    "ingest/recognise/profiles/*.toml": len(list(SOURCE.glob("ingest/recognise/profiles/*.toml"))),
    "ingest/recognise/languages/*.toml": len(list(SOURCE.glob("ingest/recognise/languages/*.toml"))),
    "ingest/recognise/profiles.index": 1,
    "messages/locale/*.mo": len(LANGUAGES) - 1,
    "render/templates/*": len(list(SOURCE.glob("render/templates/*"))),
    "samples/exports.zip": 1,
}
"""Whatever is no module: which files, and how many. Catalogues that translators write (``.po``) are not among them."""
TOP = {"src", "tests", "docs", "examples", ".ci"}
FILES = {
    "PKG-INFO",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    ".gitignore",
}
"""Folders and files of the sdist; the last comes along by itself."""
DIST_INFO = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}


def wheel_faults(names: list[str]) -> Iterator[str]:
    """What is in a wheel and should not be, and what is not."""
    folder = f"salesmetrics-{__version__}.dist-info/"
    inner = {name.removeprefix(folder) for name in names if name.startswith(folder)}
    if inner != DIST_INFO:
        yield f"dist-info: {sorted(inner ^ DIST_INFO)}"
    rest = [name for name in names if not name.startswith(folder)]
    yield from (f"outside the package: {name}" for name in rest if not name.startswith("salesmetrics/"))
    held = [PurePosixPath(name).relative_to("salesmetrics") for name in rest if name.startswith("salesmetrics/")]
    modules = {str(path) for path in held if path.suffix == ".py"}
    wanted = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py")}
    if modules != wanted:
        yield f"modules: {sorted(modules ^ wanted)}"
    data = Counter(
        next((kind for kind in DATA if path.match(kind)), str(path)) for path in held if path.suffix != ".py"
    )
    yield from (
        f"{kind}: {data[kind]} files instead of {DATA.get(kind, 0)}"
        for kind in sorted({*data, *DATA})
        if data[kind] != DATA.get(kind, 0)
    )


def metadata_faults(told: Message, entry_points: str) -> Iterator[str]:
    """What is wrong with what a wheel says of itself."""
    exact = {
        "Name": "salesmetrics",
        "Version": __version__,
        "License-Expression": "MIT",
        "License-File": "LICENSE",
        "Description-Content-Type": "text/markdown",
    }
    yield from (f"{key}: {told[key]} instead of {value}" for key, value in exact.items() if told[key] != value)
    yield from (f"{key} is missing" for key in ("Summary", "Keywords", "Author", "Classifier") if not told[key])
    named = " :: ".join(told.get_all("Classifier") or ())
    pythons = re.findall(r"Python :: (3\.\d+)", named)
    if not pythons or told["Requires-Python"] != f">={pythons[0]}":
        yield f"{told['Requires-Python']} is asked for, Python {pythons} named"
    extras = {"all", "dev", "docs", "excel", "fuzz", "spark", "test"}
    if set(told.get_all("Provides-Extra") or ()) != extras:
        yield f"extras: {told.get_all('Provides-Extra')}"
    needs = [line for line in told.get_all("Requires-Dist") or () if "extra ==" not in line]
    yield from (f"no lower bound, or more than one: {line}" for line in needs if line.count(">=") != 1 or "," in line)
    if entry_points.split("\n")[:2] != ["[console_scripts]", "salesmetrics = salesmetrics.__main__:main"]:
        yield f"entry points: {entry_points}"
    yield from readme_faults(str(told.get_payload()))


def readme_faults(text: str) -> Iterator[str]:
    """What a package index could not show of the README."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inner = [child for token in tokens for child in token.children or ()]
    for token in (*tokens, *inner):
        target = token.attrs.get("href") or token.attrs.get("src")
        if target and not str(target).startswith("https://"):
            yield f"README leads to a file: {target}"
        if token.type in ("html_block", "html_inline"):
            yield f"README has HTML: {token.content}"
    kinds = Counter(token.type for token in tokens)
    yield from (f"README shows no {kind}" for kind in ("heading_open", "table_open", "fence") if not kinds[kind])


def sdist_faults(names: list[str]) -> Iterator[str]:
    """What is in an sdist and should not be, and what is not."""
    root = f"salesmetrics-{__version__}/"
    yield from (f"outside its folder: {name}" for name in names if not name.startswith(root))
    inner = [name.removeprefix(root) for name in names]
    top = {name.partition("/")[0] for name in inner}
    if not TOP | FILES >= top >= TOP | FILES - {".gitignore"}:
        yield f"at the top: {sorted(top ^ (TOP | FILES))}"
    yield from (
        f"not of the source: {name}"
        for name in inner
        if re.search(r"__pycache__|\.venv|\.pyc$|(^|/)(build|dist)/", name)
    )
    held = {name for name in inner if name.startswith("src/")}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    if held != wanted:
        yield f"sources: {sorted(held ^ wanted)}"


def build(folder: Path, *what: str) -> None:
    """Build something of this tree into a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "build", *what, "--outdir", folder, ROOT],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{done.stderr}")


def main(folder: Path) -> int:
    """Build, look, and say what is wrong."""
    build(folder)
    build(folder / "from the tree", "--wheel")
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    (again,) = (folder / "from the tree").glob("*.whl")
    with ZipFile(wheel) as held:
        info = f"salesmetrics-{__version__}.dist-info"
        told = BytesParser().parsebytes(held.read(f"{info}/METADATA"))
        entry_points = held.read(f"{info}/entry_points.txt").decode()
        names = held.namelist()
    with tarfile.open(sdist) as packed:
        packed_names = [member.name for member in packed if member.isfile()]
    found = [*wheel_faults(names), *metadata_faults(told, entry_points), *sdist_faults(packed_names)]
    if wheel.name != f"salesmetrics-{__version__}-py3-none-any.whl":
        found.append(f"the name of the wheel: {wheel.name}")
    if wheel.read_bytes() != again.read_bytes():
        found.append("the wheel of the tree is another one than that of the sdist")
    print(*found, f"{wheel.name}: {len(names)} files; {sdist.name}: {len(packed_names)} files", sep="\n")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
