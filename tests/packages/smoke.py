"""What an installed salesmetrics answers: ``PYTHON -W error tests/packages/smoke.py FOLDER`` writes a file for each command.

Run by the Python of an environment that has the wheel and nothing else: no test runner, and of this tree only the examples and the list of
commands. ``environments.py`` compares the folders. What is written as JSON is asked for once more with all files read in parts, which has to give
the same bytes.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

from salesmetrics import pipeline
from salesmetrics.cli.app import run
from salesmetrics.cli.environment import Environment
from salesmetrics.frames import laid
from salesmetrics.messages.commands import COMMANDS
from salesmetrics.render.writers import WRITERS

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
TEXT = ("json", "csv", "table")
"""Forms of the further lines of a command; its first is typed in all of them."""
WITHOUT_FORMS = ("config schema", "demo", "help", "init", "schema")
DEALS = "examples/deals.csv"
NEW, SETTINGS = "FOLDER/new", "FOLDER/salesmetrics.toml"
"""A folder and a file that the commands make; the last of what is made is there for those that follow."""
MORE = [
    "--version",
    "kpis --lang ar --format html",
    "report nowhere.csv",
    f"report {DEALS} --kpi win_rat",
    f"report {DEALS} --period soon --debug",
    "reprot",
    f"demo {NEW}/all",
    *(f"report {NEW}/all --format {form}" for form in TEXT),
    f"inspect {NEW}/all --format json",
    f"init {NEW}/all -o {SETTINGS}",
    f"report {NEW}/all --config {SETTINGS} --format json",
    f"config show --config {SETTINGS} --format json",
    "report examples --sections all --format html",
    "report examples --all --no-names",
    f"report {DEALS} --timezone Europe/Berlin --locale de-DE --where amount>1000 --format csv",
    f"trend revenue {DEALS} --every month --lang zh-Hans",
]


def commands() -> list[str]:
    """Every command, its help, and what is typed of the rest: workbooks, other encodings, a settings file, refusals."""
    sys.path.append(str(TESTS))
    listed = import_module("typed_commands")
    if missing := set(COMMANDS) - {command.split()[0] for command in listed.TYPED}:
        sys.exit(f"no line in tests/typed_commands.py: {', '.join(sorted(missing))}")
    found = []
    for command, lines in listed.TYPED.items():
        for place, words in enumerate(lines):
            whole = f"{command} {words.replace(listed.NEW, NEW)}".strip()
            forms = () if command in WITHOUT_FORMS else TEXT if place else WRITERS
            found += [f"{whole} --format {form}" for form in forms] or [whole]
    return [*found, "-h", *(f"{name} -h" for name in COMMANDS), *MORE]


LAY_ASIDE = pipeline.Files._lay_aside


def answer(words: list[str]) -> tuple[int, bytes, bytes]:
    """The exit code of a command, its output and its messages."""
    variables = {"PATH": os.defpath, "HOME": "/nonexistent", "LANG": "C.UTF-8", "COLUMNS": "100"}
    out, err = io.BytesIO(), io.BytesIO()
    streams = [io.TextIOWrapper(held, "utf-8", newline="", write_through=True) for held in (out, err)]
    code = run(words, Environment(io.TextIOWrapper(io.BytesIO()), *streams, variables, folder=ROOT))
    return code, out.getvalue(), err.getvalue()


def in_parts(words: list[str]) -> tuple[int, bytes, bytes]:
    """The same with every file read in parts."""
    with (
        patch.object(pipeline, "LEAST_PIECE", 60_000),
        patch.object(laid, "_PER_ROW", 0),
        patch.object(pipeline.Files, "_lay_aside", lambda files, _: LAY_ASIDE(files, 1)),
    ):
        return answer(words)


def main(target: Path) -> int:
    """Run them, and write the exit code and both streams of each to a file."""
    target.mkdir(parents=True)
    bugs = 0
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "new").mkdir()
        for number, words in enumerate(commands()):
            typed = [word.replace("FOLDER", folder) for word in words.split()]
            code, *streams = answer(typed)
            said = [held.replace(folder.encode(), b"FOLDER") for held in streams]
            name = "".join(sign if sign.isalnum() or sign in "-=." else "_" for sign in words)
            if len(name) > 100:
                name = f"{name[:60]}…{name[-30:]}"
            (target / f"{number:03} {name}").write_bytes(b"exit %d\n--- stderr\n%s--- stdout\n%s" % (code, *said[::-1]))
            if code not in (0, 1, 2):
                bugs += 1
                print(f"exit {code}: salesmetrics {words}\n{said[1].decode()}", file=sys.stderr)
            if "--format json" in words and "init" not in words and in_parts(typed)[:2] != (code, streams[0]):
                bugs += 1
                print(f"in parts otherwise: salesmetrics {words}", file=sys.stderr)
    return min(bugs, 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
