"""The wheel in environments of its own: the lowest and the newest version of each dependency, with each Python (``make packages``).

Each environment has the wheel and what it asks for, nothing else. In each, ``smoke.py`` runs every command with warnings as errors, and
whatever it wrote as text must be the same, byte for byte, as in the first environment. Help is laid out by Typer and Rich and workbooks are
packed by XlsxWriter, which may do so in other bytes from version to version: these are only counted.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent.parent
SMOKE = Path(__file__).parent / "smoke.py"
PYTHONS = re.findall(r"Programming Language :: Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8"))
"""Those that the package says it is for."""
KINDS = ("lowest", "newest")


def requirements(wheel: Path) -> list[Requirement]:
    """What a wheel asks for here, without its extras."""
    with ZipFile(wheel) as held:
        name = next(name for name in held.namelist() if name.endswith(".dist-info/METADATA"))
        lines = HeaderParser().parsestr(held.read(name).decode("utf-8")).get_all("Requires-Dist") or []
    found = [Requirement(line) for line in lines]
    return [asked for asked in found if asked.marker is None or asked.marker.evaluate({"extra": ""})]


def lowest(wheel: Path) -> list[str]:
    """The constraints that hold each dependency to the lowest version that is declared."""
    found = []
    for asked in requirements(wheel):
        (bound,) = asked.specifier
        if bound.operator != ">=":
            sys.exit(f"{asked}: no lower bound to install")
        found.append(f"{asked.name}=={bound.version}")
    return found


def python_of(version: str) -> str | None:
    """An interpreter of a version: on the path, or where pyenv keeps those that it has built."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for path in (shutil.which(f"python{version}"), *kept):
        told = path and subprocess.run([path, "--version"], capture_output=True, encoding="utf-8", check=False)
        if path and told and told.stdout.startswith(f"Python {version}."):
            return str(path)
    return None


def built(folder: Path) -> Path:
    """The wheel of this tree."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT], check=True, capture_output=True
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def tried(python: str, kind: str, wheel: Path, target: Path) -> str:
    """Install a wheel in a new environment, run the commands there, and name the versions that it got."""
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder, "constraints.txt")
        constraints.write_text("".join(f"{line}\n" for line in lowest(wheel)) if kind == "lowest" else "")
        variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
        }
        variables |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_NO_COMPILE": "0"}
        home = Path(folder, "environment")
        inside = home / "bin" / "python"
        for words in (
            [python, "-m", "venv", home],
            [inside, "-m", "pip", "install", "-qq", "--only-binary=:all:", "-c", constraints, wheel],
            [inside, "-m", "pip", "check"],
            [home / "bin" / "salesmetrics", "--version"],
            [inside, "-W", "error", SMOKE, target],
        ):
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=variables, cwd=folder)
        code = "import sys; from importlib.metadata import version; print(*(f'{name} {version(name)}' for name in sys.argv[1:]), sep=', ')"
        names = [asked.name for asked in requirements(wheel)]
        told = subprocess.run(
            [inside, "-c", code, *names], check=True, capture_output=True, encoding="utf-8", env=variables
        )
        return told.stdout.strip()


def differing(first: Path, other: Path) -> tuple[list[str], int]:
    """The commands that answer otherwise, and how many of those that may do so."""
    named = {path.name for path in (*first.iterdir(), *other.iterdir())}
    changed = sorted(
        name
        for name in named
        if not all((folder / name).exists() for folder in (first, other))
        or (first / name).read_bytes() != (other / name).read_bytes()
    )
    must = [name for name in changed if not name.endswith(("-h", "xlsx"))]
    return must, len(changed) - len(must)


def main() -> int:
    parser = argparse.ArgumentParser(description="Try the wheel with the lowest and the newest dependencies.")
    parser.add_argument("--python", action="append", metavar="VERSION", help=f"by itself {', '.join(PYTHONS)}")
    parser.add_argument("--kind", action="append", choices=KINDS, help="by itself both")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep there what the commands wrote")
    asked = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        wheel = built(Path(scratch, "dist"))
        written = asked.keep.absolute() if asked.keep else Path(scratch, "written")
        first: Path | None = None
        for version in asked.python or PYTHONS:
            python = python_of(version)
            if python is None:
                print(f"Python {version}: not on this machine", flush=True)
                failed += 1
                continue
            for kind in asked.kind or KINDS:
                target = written / f"{version} {kind}"
                try:
                    versions = tried(python, kind, wheel, target)
                except subprocess.CalledProcessError as error:
                    print(f"Python {version}, {kind}: {error}", flush=True)
                    failed += 1
                    continue
                first = first or target
                must, may = differing(first, target)
                failed += bool(must)
                commands = len(list(target.iterdir()))
                print(f"Python {version}, {kind}: {versions}")
                print(
                    f"  {commands} commands, {len(must)} answer otherwise; {may} helps and workbooks in other bytes",
                    flush=True,
                )
                print(*(f"  {name}" for name in must), sep="\n", end="\n" if must else "", flush=True)
    print(f"{failed} failed" if failed else "all environments agree")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
