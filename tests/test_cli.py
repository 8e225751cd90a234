"""The manners of the command line: what it imports, how it ends, and that it says the same twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from typer.main import get_command

from in_process import Done, invoke
from salesmetrics.cli.app import make_app

ROOT = Path(__file__).parent.parent
DEALS = "examples/deals.csv"
COMMAND = [sys.executable, "-m", "salesmetrics"]


def run(*words: str, env: dict[str, str] | None = None, stdin: bytes = b"") -> Done:
    return invoke(*words, cwd=ROOT, env=env, stdin=stdin)


def shell(line: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHON": sys.executable}
    text = line.replace("salesmetrics ", '"$PYTHON" -m salesmetrics ')
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", text], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120, env=env
    )


# Typer's own help of a command with options imports Pydantic; ours imports nothing for it.
@pytest.mark.parametrize(
    ("option", "banned"),
    [
        ("--version", ("polars", "pydantic", "numpy")),
        ("--help", ("polars", "pydantic", "numpy")),
        ("-h", ("polars", "pydantic", "numpy")),
        ("report --help", ("polars", "numpy")),
        ("kpis --help", ("polars", "numpy")),
        ("demo --help", ("polars", "numpy")),
        ("kpis", ("polars", "pydantic", "numpy")),
        ("explain win_rate", ("polars", "pydantic", "numpy")),
        ("config show", ("polars", "numpy")),
    ],
)
def test_what_reads_no_file_imports_nothing_heavy(option: str, banned: tuple[str, ...]) -> None:
    code = (
        "import sys; from salesmetrics.cli.app import make_app\n"
        f"try: make_app()({option.split()!r})\n"
        "except SystemExit as stop: assert not stop.code\n"
        f"heavy = [name for name in {banned!r} if name in sys.modules]\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("form", ["table", "md", "csv"])
def test_a_report_for_people_and_spreadsheets_waits_for_no_pydantic(form: str) -> None:
    code = (
        "import sys; from salesmetrics.cli.app import run\n"
        f"code = run(['report', {DEALS!r}, '--by', 'owner', '--format', {form!r}])\n"
        "heavy = [name for name in ('pydantic', 'annotated_types') if name in sys.modules]\n"
        "assert not heavy and not code, (heavy, code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr


def test_json_is_json_and_fits_its_schema() -> None:
    schema = json.loads(run("schema").stdout)
    report = json.loads(run("report", DEALS, "--by", "owner", "--format", "json").stdout)
    jsonschema.validate(report, schema)
    assert report["inputs"][0]["rows"] == {"read": 1328, "used": 1322, "rejected": 5, "ignored": 1}


@pytest.mark.parametrize("form", ["json", "csv", "md", "table"])
def test_two_runs_write_the_same_bytes(form: str) -> None:
    first, second = (run("report", DEALS, "--by", "owner", "--format", form) for _ in range(2))
    assert first.stdout == second.stdout
    assert first.stdout.endswith("\n")
    assert first.returncode == 0


def test_a_reader_that_has_enough_is_no_error() -> None:
    done = shell(f"salesmetrics report {DEALS} --format csv | head -n 1")
    assert done.stdout.startswith("metric,title,family")
    assert "Traceback" not in done.stderr
    assert done.returncode == 0


def test_a_closed_pipe_is_no_error() -> None:
    done = shell(f"salesmetrics report {DEALS} --by name --format json | true")
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr
    assert done.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("command", [f"report {DEALS}", "--version", "--help", "kpis"])
def test_a_full_disk_is_told(command: str) -> None:
    done = shell(f"salesmetrics {command} > /dev/full")
    assert done.returncode == 2
    assert "no space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_standard_output_is_told() -> None:
    done = shell(f"salesmetrics report {DEALS} >&-")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_interrupt_ends_quietly_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    process = subprocess.Popen(
        [*COMMAND, "report", "-", "-o", str(target)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONVERBOSE": ""},
    )
    assert process.stdin is not None
    process.stdin.write("id,stage\n")
    process.stdin.flush()
    time.sleep(5)  # it waits for the rest of its input by then, whatever the machine is doing
    process.send_signal(signal.SIGINT)
    try:
        _, stderr = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("delay", [0.15, 0.3, 0.5])
def test_an_interrupt_while_the_program_loads(delay: float) -> None:
    command = [sys.executable, "-m", "salesmetrics", "report", str(ROOT / DEALS), "-q"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    # Before Python itself is up, the signal ends it; afterwards it is a clean end, or the report was done.
    assert process.returncode in (-signal.SIGINT, 130, 0)
    if process.returncode == 130:
        assert "Traceback" not in stderr


def test_standard_input_is_read_only_when_asked() -> None:
    text = (ROOT / DEALS).read_text("utf-8")
    piped = run("report", "-", "--kpi", "revenue", "--format", "csv", stdin=text.encode())
    named = run("report", DEALS, "--kpi", "revenue", "--format", "csv")
    assert piped.stdout == named.stdout


def test_output_to_a_file_has_the_form_of_its_name(tmp_path: Path) -> None:
    for name, start in (("r.json", "{"), ("r.csv", "metric,"), ("r.md", "#"), ("r.txt", "deals.csv  HubSpot deals, ")):
        done = run("report", DEALS, "-o", str(tmp_path / name), "-q")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert (tmp_path / name).read_text("utf-8").startswith(start), name


def test_strict_fails_on_a_rejected_row() -> None:
    assert run("report", DEALS, "--kpi", "revenue").returncode == 0
    done = run("report", DEALS, "--kpi", "revenue", "--strict")
    assert done.returncode == 1
    assert done.stderr.startswith("error: 5 rows rejected")


@pytest.mark.parametrize("command", ["report", "check", "inspect", "rows revenue", "explain revenue", "trend revenue"])
def test_rejects_are_written_with_their_place(command: str, tmp_path: Path) -> None:
    target = tmp_path / "rejects.csv"
    run(*command.split(), DEALS, "--rejects", str(target))
    lines = target.read_text("utf-8").splitlines()
    assert lines[0] == "path,row,column,value,reason"
    assert any(line.startswith("examples/deals.csv,67,Amount,12.5oo,") for line in lines)


READING = {
    "benchmark": "--by owner",
    "check": "",
    "cohort": "--every quarter",
    "compare": "examples/weekly/deals-2026-09-30.csv --on examples/deals.csv=2026-09-23",
    "explain": "win_rate",
    "forecast": "--period 2026-Q4 --draws 100",
    "funnel": "examples/stages.csv",
    "inspect": "",
    "losses": "",
    "report": "--kpi revenue",
    "rows": "win_rate",
    "trend": "win_rate",
}
"""Commands that answer from files, with what else they need."""


def test_every_command_that_reads_files_is_looked_at() -> None:
    commands = get_command(make_app()).commands.items()  # type: ignore[attr-defined]
    reading = {name for name, command in commands if any(param.name == "rejects" for param in command.params)}
    assert reading == set(READING)


@pytest.mark.parametrize("form", ["table", "md", "csv", "json"])
@pytest.mark.parametrize("command", READING)
def test_every_command_says_that_rows_were_rejected(command: str, form: str) -> None:
    words = READING[command].split()
    files = [*words, DEALS] if command in ("explain", "rows", "trend") else [DEALS, *words]
    done = run(command, *files, "--format", form)
    if f"invalid `--format {form}`" in done.stderr:
        assert (command, form) in {("explain", "csv"), ("inspect", "csv")}
        return
    assert done.returncode in (0, 1), done.stderr
    said = "warning: 5 rows rejected; list them with `--rejects rejects.csv`" in done.stderr
    # The table of `check` lists them, and a screen or a text says so in its head.
    listed = command == "check" or (form in ("table", "md") and "5 rejected" in done.stdout)
    assert said != listed
    if form == "table":  # what is said beside an answer does not depend on its form
        assert "warning" not in run(command, *files, "-q").stderr


def test_colour_only_repeats_what_words_say() -> None:
    plain = run("report", DEALS, "--color", "never").stdout
    coloured = run("report", DEALS, "--color", "always").stdout
    assert "\x1b[" not in plain
    assert "\x1b[" in coloured
    stripped = __import__("re").sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert stripped == plain


def test_completion_offers_kpis() -> None:
    env = {
        **os.environ,
        "_SALESMETRICS_COMPLETE": "complete_bash",
        "COMP_WORDS": "salesmetrics explain win_",
        "COMP_CWORD": "2",
    }
    done = run(env=env)
    assert "win_rate" in done.stdout


def test_a_wrong_choice_is_told_in_plain_words() -> None:
    done = run("report", "deals.csv", "--date-order", "dym")
    assert done.returncode == 2
    assert done.stderr == (
        "error: invalid `--date-order dym`: must be one of dmy, mdy, ymd\n\nhint: for example `--date-order ymd`\n"
    )


@pytest.mark.parametrize(("zone", "revenue"), [("UTC", "10"), ("Asia/Tokyo", "0"), ("America/New_York", "30")])
def test_a_day_is_that_of_the_zone_asked_for(tmp_path: Path, zone: str, revenue: str) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(
        "id,stage,amount,created_at,closed_at\n"
        "1,Closed Won,10,2026-01-01T20:00:00Z,2026-01-31T23:30:00Z\n"
        "2,Closed Won,20,2026-01-01T20:00:00Z,2026-02-01T03:30:00Z\n",
        "utf-8",
    )
    words = ["--timezone", zone, "--kpi", "revenue", "--period", "2026-01", "--as-of", "2026-03-01"]
    done = run("report", str(path), *words, "--format", "csv", "-q")
    assert done.stdout.splitlines()[1].split(",")[7] == revenue
