"""A disk that is full: a device that takes nothing, a file that may grow no further, and a small file system of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ground import INPUT_ERROR, OLD, Ground, around, deals, folder, held, play, run

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATCHED = """
import sys
from salesmetrics import pipeline
from salesmetrics.cli.app import main
lay_aside = pipeline.Files._lay_aside
pipeline.Files._lay_aside = lambda files, _: lay_aside(files, 1)
sys.exit(main())
"""
IN_PARTS = [sys.executable, "-c", _PATCHED]
"""The program, with every file read in parts."""
UNWRITABLE = "error: cannot write "
OUTPUTS: dict[str, tuple[str, ...]] = {
    "out.json": ("report", "deals.csv", "-q"),
    "out.html": ("report", "deals.csv", "-q"),
    "out.xlsx": ("report", "deals.csv", "-q"),
    "out.eml": ("report", "deals.csv", "-q"),
    "out.md": ("trend", "revenue", "deals.csv", "-q"),
    "out.toml": ("init", "deals.csv", "--force"),
}
STREAMED = [
    ("kpis",),
    ("report", "deals.csv", "--format", "json"),
    ("--version",),
    ("--help",),
    ("report", "--help"),
    ("schema",),
    ("config", "show"),
    ("check", "deals.csv"),
    ("check", "deals.csv", "-q", "-o", "out.txt", "--rejects", "-"),
    ("init", "deals.csv", "-o", "-"),
    ("rows", "revenue", "deals.csv", "--format", "xlsx"),
    ("demo", "demo"),
]


def limited(size: int) -> None:
    """No file may grow beyond this."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def device(ground: Ground) -> None:
    """All that is written to standard output, and to what is named as a file, is refused."""
    if not Path("/dev/full").exists():
        return
    for words in ground.some(1, STREAMED):
        with folder(out__txt="") as here, Path("/dev/full").open("wb") as full:
            done = run(*words, cwd=here, stdout=full)
            ground.check(f"> /dev/full {words}", done, [INPUT_ERROR], UNWRITABLE)
    for words in ground.some(0, [("report", "deals.csv", "-q", "--format", "csv"), ("kpis", "--format", "json")]):
        with folder() as here:
            ground.check(f"-o /dev/full {words}", run(*words, "-o", "/dev/full", cwd=here), [INPUT_ERROR], UNWRITABLE)
    with folder(deals__csv="") as here, Path("/dev/full").open("wb") as full:
        done = run("report", "deals.csv", cwd=here, stderr=full)  # nowhere to say what is wrong
        ground.trials += 1
        ground.expect("2> /dev/full", done.code == INPUT_ERROR, f"exit code {done.code}")


def growth(ground: Ground) -> None:
    """A quota that is used up in the midst of a file: the old one stays."""
    for name, words in ground.some(1, list(OUTPUTS.items())):
        for size in ground.some(1, [1_000, 1]):
            with folder(**{name.replace(".", "__"): OLD}) as here:
                before = held(here)
                done = run(*words, "-o", name, cwd=here, before=partial(limited, size))
                ground.check(f"{size} bytes for {name}", done, [INPUT_ERROR], UNWRITABLE)
                ground.whole(f"{size} bytes for {name}", here, before)
    with folder() as here:
        before = held(here)
        done = run("demo", "demo", cwd=here, before=partial(limited, 30_000))
        ground.check("30,000 bytes for each file of demo", done, [INPUT_ERROR], UNWRITABLE)
        ground.whole("30,000 bytes for each file of demo", here, before)
    if ground.full:
        with folder(out__csv=OLD, rejects__csv=OLD) as here:  # the answer has room, and the rejected rows have not
            lines = deals().splitlines()
            (here / "deals.csv").write_text("\n".join([*lines, *[lines[-1]] * 800, ""]), "utf-8")
            before = held(here)
            words = ("report", "deals.csv", "--kpi", "revenue", "-q", "-o", "out.csv", "--rejects", "rejects.csv")
            done = run(*words, cwd=here, before=partial(limited, 20_000))
            ground.check("rejects without room", done, [INPUT_ERROR], "cannot write `rejects.csv`")
            ground.whole("rejects without room", here, before, {**before, "out.csv": None})


def in_parts(ground: Ground) -> None:
    """No room for the columns of a file that is read in parts; nothing of them is left."""
    said = "error: cannot write temporary files to "
    for size in ground.some(1, [1, 2_000, 9_000]):
        with folder() as here, folder() as away:
            (away / "deals.csv").unlink()
            words = ("report", "deals.csv", "-q")
            space = around(TMPDIR=str(away))
            done = run(*words, cwd=here, env=space, before=partial(limited, size), program=IN_PARTS)
            ground.check(f"{size} bytes for a column", done, [INPUT_ERROR], said)
            ground.whole(f"{size} bytes for a column", away, {})
    if ground.full:
        with small_disk(64) as place, folder() as here:
            if place is None:
                return
            (here / "deals.csv").write_text(deals(2_000), "utf-8")
            done = run("report", "deals.csv", "-q", cwd=here, env=around(TMPDIR=str(place)), program=IN_PARTS)
            ground.check("columns on a small disk", done, [INPUT_ERROR], said)
            ground.whole("columns on a small disk", place, {})


@contextmanager
def small_disk(kilobytes: int) -> Iterator[Path | None]:
    """A file system with so much room; None where this process may mount none."""
    with tempfile.TemporaryDirectory(prefix="faults-") as made:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", made]
        if (
            os.name != "posix"
            or os.geteuid() != 0
            or subprocess.run(mount, capture_output=True, check=False).returncode
        ):
            yield None
            return
        try:
            yield Path(made)
        finally:
            subprocess.run(["umount", made], check=True)


def disk(ground: Ground) -> None:
    """A file system of 64 KB on which the old file stands already."""
    for name, words in [
        *OUTPUTS.items(),
        ("stdout", ("report", "deals.csv", "--format", "html")),
        ("demo", ("demo", "demo")),
    ]:
        with small_disk(64) as place, folder() as away:
            if place is None:
                return
            (place / "filling").write_bytes(bytes(56 << 10))
            if name == "stdout":
                with (place / "stdout").open("wb") as out:
                    done = run(*words, cwd=away, stdout=out)
                ground.check("> a small disk", done, [INPUT_ERROR], UNWRITABLE)
            elif name == "demo":
                before = held(place)
                ground.check("demo on a small disk", run(*words, cwd=place), [INPUT_ERROR], UNWRITABLE)
                ground.whole("demo on a small disk", place, before)
                (place / "demo").mkdir()
                before = held(place)
                ground.check("demo in an empty folder", run(*words, cwd=place), [INPUT_ERROR], UNWRITABLE)
                ground.whole("demo in an empty folder", place, before)
            else:
                (place / name).write_text(OLD, "utf-8")
                before = held(place)
                done = run(*words, "-o", str(place / name), cwd=away)
                small = name in ("out.md", "out.toml")
                ground.check(f"{name} on a small disk", done, [0, 2] if small else [2], "" if small else UNWRITABLE)
                ground.whole(
                    f"{name} on a small disk", place, before, {**before, name: None} if done.code == 0 else before
                )


def trials(ground: Ground) -> None:
    """The device, a quota, and a disk in full."""
    device(ground)
    growth(ground)
    in_parts(ground)
    if ground.full:
        disk(ground)


if __name__ == "__main__":
    sys.exit(play(__doc__, trials))
