"""The report that nobody watches: like for like on real data, twelve weeks of it, and its manners when things are off."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from in_process import Done, invoke
from salesmetrics.cli.app import make_app

ROOT = Path(__file__).parent.parent
DEALS = ROOT / "examples" / "deals.csv"
POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX only")


def run(*words: str, cwd: Path = ROOT) -> Done:
    return invoke(*words, cwd=cwd)


def run_apart(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """A process of its own, for tests of its streams and signals."""
    command = [sys.executable, "-m", "salesmetrics", *words]
    given = {"capture_output": True, "encoding": "utf-8", "timeout": 120, "check": False, "cwd": ROOT} | more
    return subprocess.run(command, **given)


# --- Maven: a quarter beside the one before ----------------------------------------------------------------------------


def wilson_by_search(k: int, n: int) -> tuple[float, float]:
    """The shares from which k of n is 1.96 standard errors away, found by halving; no formula shared with the package."""
    z = 1.959963984540054

    def distance(p: float) -> float:
        return (k / n - p) / (p * (1 - p) / n) ** 0.5

    def root(low: float, high: float, wanted: float) -> float:
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if distance(middle) > wanted else (low, middle)
        return low

    return root(1e-12, k / n, z), root(k / n, 1 - 1e-12, -z)


def newcombe(k1: int, n1: int, k2: int, n2: int) -> tuple[float, float]:
    (l1, u1), (l2, u2) = wilson_by_search(k1, n1), wilson_by_search(k2, n2)
    p1, p2 = k1 / n1, k2 / n2
    return (
        p1 - p2 - ((p1 - l1) ** 2 + (u2 - p2) ** 2) ** 0.5,
        p1 - p2 + ((u1 - p1) ** 2 + (p2 - l2) ** 2) ** 0.5,
    )


def maven(realdata: Path, *words: str) -> dict[str, Any]:
    path = str(realdata / "maven_crm_original" / "sales_pipeline.csv")
    done = run("report", path, "--kpi", "won_deals,lost_deals,revenue,win_rate", "--format", "json", "-q", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def closed_between(realdata: Path, start: date, end: date) -> tuple[int, int, int]:
    """Won deals, lost deals and won value of ``[start, end)``, from the text of the file."""
    won = lost = value = 0
    with (realdata / "maven_crm_original" / "sales_pipeline.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["close_date"] and start <= date.fromisoformat(row["close_date"]) < end:
                won += row["deal_stage"] == "Won"
                lost += row["deal_stage"] == "Lost"
                value += int(row["close_value"]) if row["deal_stage"] == "Won" else 0
    return won, lost, value


def test_maven_quarter_on_quarter(realdata: Path) -> None:
    report = maven(realdata, "--as-of", "2017-12-31", "--period", "2017-Q4", "--compare", "previous")
    metrics = {metric["id"]: metric for metric in report["metrics"]}
    # The quarters of the realdata README: Q3 won 1,257 of 2,982,255, lost 790; Q4 won 1,196 of 2,802,496, lost 789.
    assert {name: (m["value"], m["previous"]) for name, m in metrics.items() if name != "win_rate"} == {
        "won_deals": (1196, 1257),
        "lost_deals": (789, 790),
        "revenue": (2802496, 2982255),
    }
    rate = metrics["win_rate"]
    assert (round(rate["value"], 5), round(rate["previous"], 5)) == (0.60252, 0.61407)
    assert rate["change"]["absolute"] == pytest.approx(1196 / 1985 - 1257 / 2047)
    low, high = newcombe(1196, 1985, 1257, 2047)
    interval = rate["change"]["interval"]
    assert (interval["low"], interval["high"]) == pytest.approx((low, high), abs=1e-9)
    assert (interval["method"], rate["change"]["verdict"]) == ("newcombe", "no clear difference")
    assert report["comparison"] == {"label": "2017-Q3", "start": "2017-07-01", "end": "2017-10-01", "to_date": False}
    assert report["period"]["partial"] is False


def test_maven_to_date(realdata: Path) -> None:
    report = maven(realdata, "--as-of", "2017-11-15", "--period", "2017-Q4", "--compare", "previous")
    assert report["period"] == {"label": "2017-Q4", "start": "2017-10-01", "end": "2018-01-01", "partial": True}
    comparison = report["comparison"]
    assert (comparison["start"], comparison["end"], comparison["to_date"]) == ("2017-07-01", "2017-08-16", True)
    now = closed_between(realdata, date(2017, 10, 1), date(2017, 11, 16))
    before = closed_between(realdata, date(2017, 7, 1), date(2017, 8, 16))
    metrics = {metric["id"]: metric for metric in report["metrics"]}
    for place, name in enumerate(("won_deals", "lost_deals", "revenue")):
        assert (metrics[name]["value"], metrics[name]["previous"]) == (now[place], before[place])
    low, high = newcombe(now[0], now[0] + now[1], before[0], before[0] + before[1])
    interval = metrics["win_rate"]["change"]["interval"]
    assert (interval["low"], interval["high"]) == pytest.approx((low, high), abs=1e-9)


def test_maven_trend_by_quarter(realdata: Path) -> None:
    path = str(realdata / "maven_crm_original" / "sales_pipeline.csv")
    done = run("trend", "win_rate", path, "--every", "quarter", "--format", "csv", "-q")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [(row["period"], row["numerator"], row["denominator"]) for row in rows] == [
        ("2017-Q1", "531", "647"),
        ("2017-Q2", "1254", "2032"),
        ("2017-Q3", "1257", "2047"),
        ("2017-Q4", "1196", "1985"),
    ]


# --- twelve weeks ------------------------------------------------------------------------------------------------------

FIRST = date(2026, 1, 5)
GOOD, BAD = 0.5, 0.05


def history() -> list[dict[str, Any]]:
    """A year of deals, won half of the time, but for the seventh of the last twelve weeks."""
    seeded = random.Random(3)
    deals = []
    for n in range(1500):
        created = FIRST - timedelta(days=280) + timedelta(days=seeded.randrange(370))
        closed = created + timedelta(days=seeded.randrange(3, 60))
        week = (closed - FIRST).days // 7
        won = seeded.random() < (BAD if week == 6 else GOOD)
        deals.append(
            {"id": f"D{n}", "created": created, "closed": closed, "won": won, "amount": seeded.randrange(1, 99) * 50}
        )
    return deals


def export(path: Path, deals: list[dict[str, Any]], day: date) -> None:
    """What the CRM shows at the end of a day."""
    rows = ["Deal ID,Deal Stage,Amount,Created Date,Close Date"]
    for deal in sorted((deal for deal in deals if deal["created"] <= day), key=lambda deal: deal["id"]):
        closed = deal["closed"] <= day
        stage = ("Closed Won" if deal["won"] else "Closed Lost") if closed else "Negotiation"
        rows.append(f"{deal['id']},{stage},{deal['amount']},{deal['created']},{deal['closed'] if closed else ''}")
    path.write_text("\n".join(rows) + "\n", "utf-8")


def test_twelve_weeks_of_cron(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    deals = history()
    words = ["--kpi", "won_deals,lost_deals,win_rate,revenue", "--period", "last-week", "--compare", "previous", "-q"]
    settings = '[goals]\nwin_rate = { goal = ">= 25%", owner = "Ana" }\n'
    (tmp_path / "salesmetrics.toml").write_text(settings, "utf-8")
    outcomes = []
    for week in range(12):
        monday = FIRST + timedelta(days=7 * (week + 1))
        path = tmp_path / f"deals-{monday}.csv"
        export(path, deals, monday - timedelta(days=1))
        outputs = []
        for attempt in range(2):
            target = tmp_path / f"{attempt}-{monday}.json"
            command = ["report", path.name, "--as-of", str(monday), *words, "-o", target.name]
            code = make_app()(command, prog_name="salesmetrics", standalone_mode=False)
            told = capsys.readouterr()
            outputs.append((int(code or 0), told.out, told.err, target.read_bytes()))
        assert outputs[0] == outputs[1], "the same export gives the same bytes"
        outcomes.append((outputs[0][0], outputs[0][2]))
        report = json.loads(outputs[0][3])
        start = monday - timedelta(days=7)
        closed = [deal for deal in deals if start <= deal["closed"] < monday and deal["created"] < monday]
        before = [d for d in deals if start - timedelta(days=7) <= d["closed"] < start and d["created"] < monday]
        metrics = {metric["id"]: metric for metric in report["metrics"]}
        assert (report["period"]["start"], report["period"]["partial"]) == (str(start), False)
        assert metrics["won_deals"]["value"] == sum(deal["won"] for deal in closed)
        assert metrics["won_deals"]["previous"] == sum(deal["won"] for deal in before)
        assert metrics["lost_deals"]["value"] == sum(not deal["won"] for deal in closed)
        assert metrics["revenue"]["value"] == sum(deal["amount"] for deal in closed if deal["won"])
    assert [code for code, _ in outcomes] == [0] * 6 + [1] + [0] * 5
    assert all(stderr == "" for code, stderr in outcomes if code == 0)
    lines = outcomes[6][1].splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: goal missed: Win rate: goal win_rate >= 25%, now ")
    monday = FIRST + timedelta(days=7 * 7)
    label = json.loads((tmp_path / f"0-{monday}.json").read_text("utf-8"))["period"]["label"]
    assert lines[0].endswith(f"; owner Ana (period {label}, as of {monday}, deals-{monday}.csv)")


@pytest.mark.parametrize("form", ["option", "settings"])
def test_a_stale_export_fails_and_writes_nothing(form: str, tmp_path: Path) -> None:
    export(tmp_path / "deals.csv", history(), FIRST)
    words = ["--max-age", "7d"] if form == "option" else []
    if form == "settings":
        (tmp_path / "salesmetrics.toml").write_text('[report]\nmax_age = "7d"\n', "utf-8")
    done = run("report", "deals.csv", *words, "-o", "report.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("error: stale export: the last event is ")
    assert not (tmp_path / "report.json").exists()
    fresh = run("report", "deals.csv", "--max-age", "9999w", "-q", cwd=tmp_path)
    assert (fresh.returncode, fresh.stderr) == (0, "")


def test_an_age_that_cannot_be_read(tmp_path: Path) -> None:
    export(tmp_path / "deals.csv", history(), FIRST)
    done = run("report", "deals.csv", "--max-age", "soon", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "invalid `--max-age soon`" in done.stderr


def test_an_unknown_goal_fails_only_when_strict(tmp_path: Path) -> None:
    export(tmp_path / "deals.csv", history(), FIRST)
    words = ["report", "deals.csv", "--kpi", "win_rate", "--goal", "calls >= 5"]
    about = f"all records, 2025-03-31 to {FIRST}, as of {FIRST}, deals.csv"
    done = run(*words, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        0,
        f"warning: goal unknown: Calls: goal calls >= 5, now unknown: it needs an activities file ({about})\n",
    )
    nothing = run("report", "deals.csv", "--goal", "win_rate >= 5%", "--period", "1999", cwd=tmp_path)
    assert "now unknown: " in nothing.stderr
    assert "zero denominator" not in nothing.stderr
    strict = run(*words, "--strict", cwd=tmp_path)
    assert (strict.returncode, strict.stderr.partition(":")[0]) == (1, "error")
    assert run(*words, "-q", cwd=tmp_path).stderr == ""


# --- manners -----------------------------------------------------------------------------------------------------------


def test_quiet_prints_the_report_and_nothing_else() -> None:
    done = run_apart("report", str(DEALS), "-q", stdin=subprocess.DEVNULL)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith("deals.csv  HubSpot deals, ")


def test_two_runs_at_once_leave_one_whole_report(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    command = [sys.executable, "-m", "salesmetrics", "report", str(DEALS), "-q", "-o", str(target)]
    runs = [subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[1] for process in runs] == [b""] * 3
    assert {process.returncode for process in runs} == {0}
    alone = run("report", str(DEALS), "-q", "--format", "json", cwd=tmp_path)
    assert target.read_text("utf-8") == alone.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


SLOW = """
import sys, time
from salesmetrics.cli import app
from salesmetrics.render import output
whole = output._write_all
def half(write, data):
    whole(write, data[: len(data) // 2])
    print("half written", file=sys.stderr, flush=True)
    time.sleep(60)
output._write_all = half
sys.argv = ["salesmetrics", *sys.argv[1:]]
sys.exit(app.main())
"""


@POSIX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_to_end_leaves_nothing_half_written(number: signal.Signals, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("last week\n", "utf-8")
    command = [sys.executable, "-c", SLOW, "report", str(DEALS), "-q", "-o", str(target)]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, encoding="utf-8")
    assert process.stderr is not None
    assert process.stderr.readline() == "half written\n"
    assert len(list(tmp_path.iterdir())) == 2
    process.send_signal(number)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == {signal.SIGTERM: 143, signal.SIGINT: 130}[number]
    assert "Traceback" not in stderr
    assert target.read_text("utf-8") == "last week\n"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


@POSIX
@pytest.mark.parametrize("command", [("report",), ("trend", "win_rate"), ("inspect",), ("check",)])
def test_a_bare_environment(command: tuple[str, ...], tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "LANG": "C", "LC_ALL": "C"}
    words = [sys.executable, "-m", "salesmetrics", *command, str(DEALS)]
    done = subprocess.run(words, cwd=tmp_path, env=bare, capture_output=True, timeout=120, check=False)
    assert done.returncode == (1 if command == ("check",) else 0)
    assert b"Traceback" not in done.stderr
    assert done.stdout


@POSIX
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        target = "/proc/report.json"
    else:
        (tmp_path / "locked").mkdir(mode=0o555)
        target = str(tmp_path / "locked" / "report.json")
    done = run_apart("report", str(DEALS), "-q", "-o", target, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: cannot write `{target}`: ")
    assert run("init", "-o", target, cwd=tmp_path).returncode == 2


@POSIX
def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"import os, sys; os.rmdir({str(gone)!r}); from salesmetrics.cli.app import main; sys.argv = ['x', 'report', {str(DEALS)!r}, '-q']; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=gone, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@POSIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_error() -> None:
    for words in (["-o", "/dev/full", "--format", "table"], []):
        with Path("/dev/full").open("w") as full:
            given = {"stdout": full, "stderr": subprocess.PIPE, "capture_output": False} if not words else {}
            done = run_apart("trend", "win_rate", str(DEALS), "-q", *words, **given)
        assert done.returncode == 2
        assert "no space left" in done.stderr.lower()


WATCHED = """
import sys
from salesmetrics.cli import app, request
request.LONG = 0
sys.argv = ["salesmetrics", *sys.argv[1:]]
sys.exit(app.main())
"""


@POSIX
@pytest.mark.parametrize(("quiet", "shown"), [([], True), (["-q"], False)])
def test_a_long_read_shows_that_it_goes_on_at_a_terminal_only(quiet: list[str], shown: bool, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", WATCHED, "report", str(DEALS), *quiet]
    # Named, for what a library put into the environment behind Python's back is inherited else.
    env = {**os.environ, "TERM": "xterm"}
    piped = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False, env=env)
    assert b"reading" not in piped.stderr
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=theirs, env=env)
    os.close(theirs)
    stdout, _ = process.communicate(timeout=120)
    time.sleep(0.1)
    said = b""
    try:
        while piece := os.read(ours, 65536):
            said += piece
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    assert (b"reading" in said) == shown
    assert stdout == piped.stdout, "progress never gets into the report"
