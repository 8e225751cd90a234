"""Whole-output cases of the command line: a folder per case under ``tests/cases/<group>/<name>/``.

A case folder holds ``cmd`` (one line that starts with ``salesmetrics``, split as a shell would, but run without one),
``stdout``, ``stderr`` and ``exit`` (what must come back, byte for byte; a missing file means empty, or 0), and any input
files. ``stdin`` is piped in where it exists. The command runs in a copy of the folder; a command that names
``examples/…`` or ``realdata/…`` finds those folders there. ``pytest tests/test_cases.py --update-golden`` rewrites what is expected.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from effort import one_in
from in_parts import reading_in_parts
from in_process import invoke
from salesmetrics.errors import ExitCode, SalesmetricsError
from salesmetrics.messages.errors import CATALOGUE

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "cases"
LINKED = {"examples": ROOT / "examples", "realdata": ROOT.parent / "shared" / "realdata"}
EXPECTED = ("cmd", "stdout", "stderr", "exit")
NAMES = sorted(path.parent.relative_to(CASES).as_posix() for path in CASES.rglob("cmd"))

# Errors without a case here, each with what stands in its place.
ELSEWHERE = {
    "argument_unlike": "no command line has arguments that are no text; see test_calls",
    "pseudonyms_collide": "needs more names than a file holds: test_privacy.py",
    "stdin_is_terminal": "needs a terminal: test_standard_input_that_is_a_terminal below",
    "file_too_large": "needs 16 GiB: test_no_file_holds_more_than_the_bound in test_bounds.py",
    "files_too_many": "needs 10,001 files: test_too_many_files_are_refused in test_bounds.py",
    "rows_misfit": "needs half a million rows: test_bounds.py",
    "variable_invalid": "needs a variable: test_the_same_refusal_names_its_place in test_options.py",
    "usage": "what Typer may refuse one day: test_what_typer_refuses_in_a_way_that_is_not_known in test_usage.py",
    "threads_short": "needs a machine at its end: test_limits.py",
    "open_files_short": "needs a machine at its end: tests/faults/few_resources.py",
    "engine_missing": "needs a machine without Spark or Java: test_spark.py",
    "engine_declines": "needs Spark: test_spark.py",
    "engine_not_started": "needs PySpark: test_spark.py",
    "engine_failed": "needs Spark: test_spark.py",
    "place_unreachable": "needs Spark: test_spark.py",
    "temporary_missing": "needs a file larger than the memory: test_no_place_for_temporary_files in test_in_parts.py",
    "temporary_unwritable": "needs a file larger than the memory: test_a_disk_that_is_full in test_in_parts.py",
    "answer_large": "needs a file larger than the memory: test_an_answer_that_takes_more_than_it_may in test_in_parts.py",
    "memory_short": "needs a machine at its end: tests in test_bounds.py and test_limits.py",
}


@dataclass(frozen=True)
class Outcome:
    stdout: str
    stderr: str
    exit: str


def expected(case: Path) -> Outcome:
    def text(name: str, default: str = "") -> str:
        path = case / name
        return path.read_bytes().decode("utf-8") if path.exists() else default

    return Outcome(text("stdout"), text("stderr"), text("exit", "0\n"))


def run(case: Path, tmp_path: Path) -> Outcome:
    arguments = shlex.split((case / "cmd").read_text(encoding="utf-8"))
    assert arguments[0] == "salesmetrics"
    work = tmp_path / "work"
    shutil.copytree(case, work, ignore=shutil.ignore_patterns(*EXPECTED))
    for name, folder in LINKED.items():
        if any(name in Path(argument.rpartition("=")[2]).parts for argument in arguments):
            if not folder.exists():
                pytest.skip(f"no {name} beside this checkout")
            (work / name).symlink_to(folder)
    stdin = (case / "stdin").read_bytes() if (case / "stdin").exists() else b""
    home = tmp_path / "home"
    home.mkdir()
    # Windows needs SYSTEMROOT to start Python; nothing else of the caller's environment is let in.
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    variables = {**kept, "HOME": str(home), "COLUMNS": "100", "LANG": "C.UTF-8"}
    if any(case.rglob("*.py")) or any(case.rglob("entry_points.txt")):
        # A case that plants a module in the place of a library needs a process that has not imported the library yet.
        done = subprocess.run(
            [sys.executable, "-m", "salesmetrics", *arguments[1:]],
            input=stdin,
            capture_output=True,
            check=False,
            cwd=work,
            env=variables,
            timeout=120,
        )
        outcome = Outcome(done.stdout.decode("utf-8"), done.stderr.decode("utf-8"), f"{done.returncode}\n")
    else:
        here = invoke(*arguments[1:], cwd=work, env=variables, stdin=stdin)
        outcome = Outcome(here.stdout, here.stderr, f"{here.returncode}\n")
    assert str(tmp_path) not in outcome.stdout + outcome.stderr, "a temporary path would get into the expected output"
    return outcome


def rewrite(case: Path, outcome: Outcome) -> None:
    for name, text, default in (
        ("stdout", outcome.stdout, ""),
        ("stderr", outcome.stderr, ""),
        ("exit", outcome.exit, "0\n"),
    ):
        if text == default:
            (case / name).unlink(missing_ok=True)
        else:
            (case / name).write_bytes(text.encode("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    case = CASES / name
    outcome = run(case, tmp_path)
    assert "Traceback" not in outcome.stderr
    assert outcome.exit != f"{ExitCode.BUG.value}\n" or name == "errors/bug", outcome.stderr
    if request.config.getoption("--update-golden", default=False):
        rewrite(case, outcome)
    assert outcome == expected(case)


@pytest.mark.parametrize("name", one_in(NAMES, 20))
def test_case_in_parts(name: str, tmp_path: Path) -> None:
    """The same where every file is read in parts of a few rows; a note names these files."""
    case = CASES / name
    with reading_in_parts(piece=500):
        outcome = run(case, tmp_path)
    rest = [line for line in outcome.stderr.splitlines(keepends=True) if not _READ_IN_PARTS.match(line)]
    assert replace(outcome, stderr="".join(rest)) == expected(case)


_READ_IN_PARTS = re.compile(r"note: .* read in parts; ")


def cases_of(code: str) -> list[Path]:
    return [CASES / name for name in NAMES if name.split("/")[:2] == ["errors", code]]


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_error_can_be_seen(code: str) -> None:
    """One reproducible case per error, which ends in that error's own words and exit code, or a reason why not here."""
    if code in ELSEWHERE:
        assert cases_of(code) == []
        return
    assert cases_of(code), f"no case under tests/cases/errors/{code}/"
    kind = CATALOGUE[code]
    words = [re.escape(" ".join(part.split())) for part in re.split(r"\{[^}]*\}", kind.message)]
    pattern = re.compile(r"\s*.*?\s*".join(words).replace(r"\ ", r"\s+"), re.DOTALL)
    for case in cases_of(code):
        outcome = expected(case)
        assert pattern.search(outcome.stderr), f"{case.name}: not the message of {code}"
        assert "hint: " in outcome.stderr
        assert outcome.exit == f"{SalesmetricsError(code).exit_code.value}\n"
        assert outcome.stdout == ""


def test_standard_input_that_is_a_terminal() -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "salesmetrics", "report", "-"],
            stdin=theirs,
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    kind = CATALOGUE["stdin_is_terminal"]
    assert (done.stdout, done.stderr) == ("", f"error: {kind.message}\n\nhint: {kind.hint}\n")
    assert done.returncode == ExitCode.INPUT_ERROR


def test_exceptions_are_still_in_the_catalogue() -> None:
    assert set(ELSEWHERE) <= set(CATALOGUE)
