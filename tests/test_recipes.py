"""Every recipe runs as it stands in examples/recipes/."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from recipes_page import FOLDER, SECTIONS, recipes_page

if TYPE_CHECKING:
    from golden_file import Golden

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the recipes are for POSIX shells")


def test_the_page_shows_every_recipe(golden: Golden) -> None:
    assert {name for names in SECTIONS.values() for name in names} == {path.name for path in FOLDER.iterdir()}
    golden(ROOT / "docs" / "recipes.md", recipes_page())


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with `salesmetrics` and a `mail` that writes down what it is given."""
    programs = tmp_path / "bin"
    programs.mkdir()
    scripts = {
        "salesmetrics": f'exec "{sys.executable}" -m salesmetrics "$@"\n',
        "mail": f'{{ echo "$@"; cat; }} > "{tmp_path}/mailed.txt"\n',
    }
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}", "utf-8")
        (programs / name).chmod(0o755)
    return tmp_path


def run(work: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{work / 'bin'}:{os.environ['PATH']}", "LANG": "C", "PYTHON": sys.executable, **variables}
    return subprocess.run(words, cwd=work, env=env, capture_output=True, encoding="utf-8", timeout=120, check=False)


def write_export(path: Path, last: date, won: int, lost: int) -> None:
    """Deals closed in the week before the one of the last day, and one created on that day."""
    monday = last - timedelta(days=last.weekday() + 7)
    rows = ["Deal ID,Owner,Deal Stage,Amount,Created Date,Close Date"]
    for n in range(won + lost):
        stage = "Closed Won" if n < won else "Closed Lost"
        rows.append(f"D{n},Ana,{stage},100,{monday - timedelta(days=20)},{monday + timedelta(days=n % 5)}")
    rows.append(f"D{won + lost},Ana,Negotiation,100,{last},")
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(rows) + "\n", "utf-8")


def weekly(work: Path) -> subprocess.CompletedProcess[str]:
    return run(work, str(FOLDER / "weekly.sh"), "exports", "out", MAILTO="sales@example.org", MAIL="mail")


needs_flock = pytest.mark.skipif(shutil.which("flock") is None, reason="needs flock")


@needs_flock
def test_a_good_week_writes_the_report_and_mails_nobody(work: Path) -> None:
    write_export(work / "exports" / "deals-2026-01-05.csv", date(2026, 1, 5), 1, 1)
    write_export(work / "exports" / "deals-2026-01-12.csv", date.today(), 20, 20)
    done = weekly(work)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    report = (work / "out" / "report.md").read_text("utf-8")
    assert "deals-2026-01-12.csv" in report
    assert re.search(r"Win rate \| 50\.0 %", report)
    assert "**met** Win rate" in report
    assert not (work / "mailed.txt").exists()


@needs_flock
def test_a_missed_goal_is_mailed_with_its_line(work: Path) -> None:
    write_export(work / "exports" / "deals-1.csv", date.today(), 2, 38)
    done = weekly(work)
    assert done.returncode == 1
    assert (work / "out" / "report.md").exists()
    subject, *lines = (work / "mailed.txt").read_text("utf-8").splitlines()
    assert subject == "-s sales report: exit code 1 sales@example.org"
    assert len(lines) == 1
    assert lines[0].startswith("error: goal missed: Win rate: goal win_rate >= 25%, now 5.0 % (period ")


@needs_flock
def test_a_stale_export_is_mailed_and_not_reported(work: Path) -> None:
    write_export(work / "exports" / "deals-1.csv", date.today() - timedelta(days=30), 20, 20)
    done = weekly(work)
    assert done.returncode == 1
    assert not (work / "out" / "report.md").exists()
    _, *lines = (work / "mailed.txt").read_text("utf-8").splitlines()
    assert len(lines) == 1
    assert "30 days old" in lines[0]


@needs_flock
def test_a_second_run_leaves_the_first_alone(work: Path) -> None:
    write_export(work / "exports" / "deals-1.csv", date.today(), 20, 20)
    (work / "out").mkdir()
    holder = subprocess.Popen(
        ["flock", str(work / "out" / ".lock"), "-c", "echo held; read _"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    done = weekly(work)
    holder.communicate(b"\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (work / "out" / "report.md").exists()


def test_the_newest_is_told_by_its_name(work: Path) -> None:
    folder = work / "my exports"
    folder.mkdir()
    for name in ("deals-2026-11-20.csv", "deals-2026-11-13.csv", "leads-2026-11-27.csv"):
        (folder / name).touch()
        time.sleep(0.01)
    done = run(work, str(FOLDER / "newest.sh"), str(folder))
    assert done.stdout == f"{folder}/deals-2026-11-20.csv\n"
    empty = run(work, str(FOLDER / "newest.sh"), str(work))
    assert (empty.returncode, empty.stdout, empty.stderr) == (2, "", f"no export in {work}\n")


def test_the_crontab_calls_a_recipe() -> None:
    *fields, command, _, _ = (FOLDER / "crontab").read_text("utf-8").splitlines()[-1].split()
    assert len(fields) == 5
    assert (FOLDER / Path(command).name).exists()
    service = (FOLDER / "salesmetrics-weekly.service").read_text("utf-8")
    assert (FOLDER / re.search(r"ExecStart=/opt/salesmetrics/(\S+)", service)[1]).exists()  # type: ignore[index]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_timer_is_one_that_systemd_understands() -> None:
    when = re.search(r"OnCalendar=(.*)", (FOLDER / "salesmetrics-weekly.timer").read_text("utf-8"))
    assert when is not None
    subprocess.run(["systemd-analyze", "calendar", when[1]], check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_what_got_worse_through_jq(work: Path) -> None:
    rows = ["Deal ID,Owner,Deal Stage,Amount,Created Date,Close Date"]
    for month, won in ((1, 80), (2, 20)):
        stages = ["Closed Won"] * won + ["Closed Lost"] * (100 - won)
        rows += [
            f"{month}-{n},Ana,{stage},100,2025-12-01,2026-{month:02}-{n % 28 + 1:02}" for n, stage in enumerate(stages)
        ]
    rows.append("open,Ana,Negotiation,100,2026-03-01,")
    (work / "deals.csv").write_text("\n".join(rows) + "\n", "utf-8")
    done = run(work, str(FOLDER / "worse.sh"), "deals.csv")
    assert done.returncode == 0, done.stderr
    assert "Win rate: 0.8 -> 0.2" in done.stdout.splitlines()
    assert run(work, str(FOLDER / "worse.sh"), "none.csv").returncode == 2


def test_reports_into_duckdb(work: Path) -> None:
    for week, won in (("2026-W01", 3), ("2026-W02", 1)):
        write_export(work / "deals.csv", date(2026, 1, 12), won, 4 - won)
        assert run(work, "salesmetrics", "report", "deals.csv", "--format", "csv", "-o", f"{week}.csv").returncode == 0
    for _ in range(2):
        done = run(work, sys.executable, str(FOLDER / "to_duckdb.py"), "history.duckdb", "2026-W01.csv", "2026-W02.csv")
        assert done.returncode == 0, done.stderr
    with duckdb.connect(str(work / "history.duckdb")) as connection:
        rows = connection.sql("select report, value from kpis where metric = 'win_rate' order by report").fetchall()
    assert rows == [("2026-W01", "0.75"), ("2026-W02", "0.25")]


def test_the_csv_read_by_duckdb(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deals = str(ROOT / "examples" / "deals.csv")
    words = ("--by", "owner", "--format", "csv", "-o", "report.csv")
    assert run(work, "salesmetrics", "report", deals, *words).returncode == 0
    monkeypatch.chdir(work)
    rows = duckdb.sql((FOLDER / "from_duckdb.sql").read_text("utf-8")).fetchall()
    assert len(rows) > 5
    assert sum(decided for _, _, decided in rows) == 1144
    assert [rate for _, rate, _ in rows] == sorted((rate for _, rate, _ in rows), reverse=True)


def test_the_commands_of_the_workflow(work: Path) -> None:
    write_export(work / "exports" / "deals.csv", date(2026, 1, 12), 20, 20)
    commands = re.findall(r"- run: ((?:salesmetrics|cat) .*)", (FOLDER / "github-actions.yml").read_text("utf-8"))
    assert len(commands) == 3
    for command in commands:
        done = run(work, "sh", "-ec", command, GITHUB_STEP_SUMMARY=str(work / "summary.md"))
        assert done.returncode == 0, done.stderr
    assert (work / "summary.md").read_text("utf-8").startswith("### deals.csv")


def test_a_chat_message_is_json_around_markdown(work: Path) -> None:
    write_export(work / "deals.csv", date(2026, 1, 12), 3, 1)
    done = run(work, str(FOLDER / "chat.sh"), "deals.csv")
    assert done.returncode == 0, done.stderr
    text = json.loads(done.stdout)["text"]
    assert text.startswith("### deals.csv")
    assert "Win rate" in text
