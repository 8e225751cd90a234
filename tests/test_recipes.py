"""Every recipe runs as it stands in examples/recipes/."""

from __future__ import annotations

import email
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from rich.cells import cell_len

from recipes_page import CRON, FOLDER, SECTIONS, cron_page, recipes_page

if TYPE_CHECKING:
    from email.message import EmailMessage

    from golden_file import Golden

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the recipes are for POSIX shells")


def test_the_pages_show_every_recipe(golden: Golden) -> None:
    shown = {name for part in (CRON, SECTIONS) for names in part.values() for name in names}
    assert shown == {path.name for path in FOLDER.iterdir()}
    golden(ROOT / "docs" / "recipes.md", recipes_page())
    golden(ROOT / "docs" / "cron.md", cron_page())


ON_DAY = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from salesmetrics.cli.app import run
from salesmetrics.cli.environment import of_process

around = of_process()
if day := os.environ.get("TODAY"):
    around = around._replace(today=lambda: date.fromisoformat(day))
sys.exit(run(sys.argv[1:], around))
"""
"""The program on a day of one's choice."""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with `salesmetrics` and a `mail` that writes down what it is given."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "on_day.py").write_text(ON_DAY, "utf-8")
    scripts = {
        "salesmetrics": f'exec "{sys.executable}" "{programs}/on_day.py" "$@"\n',
        "mail": f'{{ echo "$@"; cat; }} > "{tmp_path}/mailed.txt"\n',
        "sendmail": f'{{ echo "$@"; cat; }} > "{tmp_path}/sent.txt"\n',
        "no-mail": 'cat > /dev/null; echo "no mail today" >&2; exit 7\n',
    }
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}", "utf-8")
        (programs / name).chmod(0o755)
    return tmp_path


def run(work: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{work / 'bin'}:{os.environ['PATH']}", "LANG": "C", "PYTHON": sys.executable, **variables}
    return subprocess.run(words, cwd=work, env=env, capture_output=True, encoding="utf-8", timeout=120, check=False)


MONDAY = date(2026, 11, 23)
"""On which the weekly report runs."""
WEEK = "2026-W47 (2026-11-16 to 2026-11-22)"
FRIDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 22)


def write_export(path: Path, last: date, won: int = 20, lost: int = 20) -> None:
    """Deals closed in the week before MONDAY, and four times as many lost ones in the week before that; none after the last day.

    An open deal was created on the last day.
    """
    rows = ["Deal ID,Owner,Deal Stage,Amount,Created Date,Close Date"]
    weeks = [(MONDAY - timedelta(days=14), 0, 4 * (won + lost)), (MONDAY - timedelta(days=7), won, lost)]
    for monday, wins, losses in weeks:
        for n in range(wins + losses):
            closed = min(monday + timedelta(days=n % 5), last)
            if closed >= monday:
                stage = "Closed Won" if n < wins else "Closed Lost"
                rows.append(f"{monday}-{n},Ana,{stage},100,{monday - timedelta(days=20)},{closed}")
    rows.append(f"open,Ana,Negotiation,100,{last},")
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(rows) + "\n", "utf-8")


def weekly(work: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    given = {"MAILTO": "sales@example.org", "TODAY": str(MONDAY), **variables}
    return run(work, str(FOLDER / "weekly.sh"), "my exports", "out", **given)


def mailed(work: Path) -> tuple[str, list[str]]:
    """The subject and the lines of what was mailed."""
    subject, *lines = (work / "mailed.txt").read_text("utf-8").splitlines()
    return subject, lines


needs_flock = pytest.mark.skipif(shutil.which("flock") is None, reason="needs flock")


@needs_flock
@pytest.mark.parametrize("last", [FRIDAY, SUNDAY, MONDAY], ids=["friday", "sunday", "monday"])
def test_the_week_that_has_just_ended_is_mailed_whatever_the_last_day_of_the_export(work: Path, last: date) -> None:
    write_export(work / "my exports" / "deals-2026-11-16.csv", date(2026, 11, 15))
    write_export(work / "my exports" / "deals-2026-11-23.csv", last)
    done = weekly(work)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    subject, lines = mailed(work)
    assert subject == "-s sales report sales@example.org"
    assert "deals-2026-11-23.csv" in lines[0]
    assert WEEK in lines[1]
    (rate,) = [line for line in lines if line.startswith("Win rate ")]
    assert "50.0 %" in rate
    assert "20/40" in rate.replace(" ", "")
    assert lines == (work / "out" / "report.txt").read_text("utf-8").splitlines()
    assert max(map(cell_len, lines)) <= 80


@needs_flock
def test_a_missed_goal_is_mailed_with_its_line_and_the_report(work: Path) -> None:
    write_export(work / "my exports" / "deals-1.csv", FRIDAY, 2, 38)
    done = weekly(work)
    assert (done.returncode, done.stderr) == (1, "")
    subject, lines = mailed(work)
    assert subject == "-s sales report: exit code 1 sales@example.org"
    assert lines[0].startswith("error: goal missed: Win rate: goal win_rate >= 0.25, now 5.0 % (period ")
    assert lines[1:] == (work / "out" / "report.txt").read_text("utf-8").splitlines()


@needs_flock
def test_a_stale_export_is_mailed_and_not_reported(work: Path) -> None:
    write_export(work / "my exports" / "deals-1.csv", FRIDAY)
    assert weekly(work).returncode == 0
    # The same export a week later: what it says of that week is nothing, and the report of last Monday is gone.
    done = weekly(work, TODAY=str(MONDAY + timedelta(days=7)))
    assert (done.returncode, done.stderr) == (1, "")
    assert not (work / "out" / "report.txt").exists()
    subject, lines = mailed(work)
    assert subject == "-s sales report: exit code 1 sales@example.org"
    assert len(lines) == 1
    assert "10 days old" in lines[0]


@needs_flock
def test_a_folder_without_exports_is_mailed(work: Path) -> None:
    (work / "my exports").mkdir()
    done = weekly(work)
    assert (done.returncode, done.stderr) == (2, "")
    assert mailed(work) == ("-s sales report: exit code 2 sales@example.org", ["no export in my exports"])


@needs_flock
def test_a_mail_that_fails_is_loud(work: Path) -> None:
    write_export(work / "my exports" / "deals-1.csv", FRIDAY)
    done = weekly(work, MAIL="no-mail")
    assert (done.returncode, done.stderr) == (7, "no mail today\n")


def sent(work: Path) -> EmailMessage:
    """What was handed to sendmail."""
    options, _, mail = (work / "sent.txt").read_text("utf-8").partition("\n")
    assert options == "-t"
    return email.message_from_string(mail, policy=policy.default)


def mail_report(work: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    given = {"MAILFROM": "crm@example.org", "MAILTO": "sales@example.org", "TODAY": str(MONDAY), **variables}
    return run(work, str(FOLDER / "mail_report.sh"), "my exports", "out", **given)


@needs_flock
@pytest.mark.parametrize("won", [20, 2], ids=["goal met", "goal missed"])
def test_a_mail_in_html_says_in_its_subject_that_a_goal_is_missed(work: Path, won: int) -> None:
    write_export(work / "my exports" / "deals-1.csv", FRIDAY, won, 40 - won)
    done = mail_report(work)
    assert (done.returncode, done.stdout, done.stderr) == (int(won == 2), "", "")
    mail = sent(work)
    assert (mail["From"], mail["To"]) == ("crm@example.org", "sales@example.org")
    assert mail["Subject"].startswith("goal missed: ") == (won == 2)
    assert WEEK.partition(" ")[0] in mail["Subject"]
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        text = part.get_content().replace("\N{NO-BREAK SPACE}", " ")
        assert f"{won / 0.4:.1f} %" in text
        assert WEEK in " ".join(text.split())


@needs_flock
def test_a_report_that_is_none_is_mailed_as_the_reason(work: Path) -> None:
    write_export(work / "my exports" / "deals-1.csv", FRIDAY)
    done = mail_report(work, TODAY=str(MONDAY + timedelta(days=7)))
    assert (done.returncode, done.stderr) == (1, "")
    mail = sent(work)
    assert mail["Subject"] == "no sales report: exit code 1"
    assert "10 days old" in mail.get_content()


def test_a_mail_is_sent_by_smtp(work: Path) -> None:
    write_export(work / "deals.csv", FRIDAY)
    assert run(work, "salesmetrics", "report", "deals.csv", "-o", "report.eml").returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        received = pool.submit(receive, listener)
        port = str(listener.getsockname()[1])
        words = ("report.eml", "crm@example.org", "ann@example.org", "bob@example.org")
        done = run(work, sys.executable, str(FOLDER / "send_report.py"), *words, SMTP_HOST="127.0.0.1", SMTP_PORT=port)
        assert done.returncode == 0, done.stderr
        envelope, data = received.result(timeout=30)
    assert envelope == ["FROM:<crm@example.org>", "TO:<ann@example.org>", "TO:<bob@example.org>"]
    mail = email.message_from_bytes(data, policy=policy.default)
    assert mail["To"] == "ann@example.org, bob@example.org"
    assert mail["Date"] is not None
    written = email.message_from_bytes((work / "report.eml").read_bytes(), policy=policy.default)
    for kind in ("plain", "html"):
        own, theirs = mail.get_body((kind,)), written.get_body((kind,))
        assert own is not None
        assert theirs is not None
        assert own.get_content().splitlines() == theirs.get_content().splitlines()


def receive(listener: socket.socket) -> tuple[list[str], bytes]:
    """Take one mail as a server of SMTP does."""
    connection, _ = listener.accept()
    envelope, data = [], b""
    with connection, connection.makefile("rwb") as stream:

        def answer(line: str) -> None:
            stream.write(f"{line}\r\n".encode())
            stream.flush()

        answer("220 here")
        for line in stream:
            word, _, rest = line.decode().strip().partition(" ")
            word = word.upper()
            if word in ("MAIL", "RCPT"):
                envelope.append(rest.partition(" ")[0])
            if word == "DATA":
                answer("354 go on")
                lines = iter(stream.readline, b".\r\n")
                data = b"".join(own.removeprefix(b".") for own in lines)  # a dot that begins a line is sent twice
            answer("221 bye" if word == "QUIT" else "250 fine")
            if word == "QUIT":
                break
    return envelope, data


@pytest.mark.parametrize(("last", "code"), [(FRIDAY, 0), (SUNDAY, 0), (date(2026, 11, 13), 1)])
def test_the_line_for_a_crontab(work: Path, last: date, code: int) -> None:
    line, _ = re.findall(r"^COLUMNS=80 .*", cron_page(), re.MULTILINE)
    write_export(work / "my exports" / "old deals.csv", date(2026, 11, 6))
    os.utime(work / "my exports" / "old deals.csv", (0, 0))
    write_export(work / "my exports" / "new deals.csv", last)
    done = run(work, "sh", "-ec", line.replace("exports/", "my\\ exports/"), TODAY=str(MONDAY))
    assert done.returncode == code, done.stderr
    if code:
        assert (done.stdout, "10 days old" in done.stderr) == ("", True)
    else:
        assert done.stdout.startswith("new deals.csv ")
        assert WEEK in done.stdout
        assert max(map(cell_len, done.stdout.splitlines())) <= 80


def test_a_folder_that_keeps_its_exports(work: Path) -> None:
    (lines,) = re.findall(r"^cp deals.csv .*\nCOLUMNS=80 .*", cron_page(), re.MULTILINE)
    write_export(work / "exports" / "deals-2026-11-13.csv", date(2026, 11, 13))
    write_export(work / "deals.csv", FRIDAY)
    done = run(work, "sh", "-ec", lines, TODAY=str(MONDAY))
    assert done.returncode == 0, done.stderr
    assert "is the list; 1 older export (2026-11-13) is its history" in done.stdout
    assert WEEK in done.stdout


@needs_flock
def test_a_second_run_leaves_the_first_alone(work: Path) -> None:
    write_export(work / "my exports" / "deals-1.csv", FRIDAY)
    (work / "out").mkdir()
    holder = subprocess.Popen(
        ["flock", str(work / "out" / ".lock"), "-c", "echo held; read _"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    done = weekly(work)
    holder.communicate(b"\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (work / "mailed.txt").exists()


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
    done = run(work, str(FOLDER / "worse.sh"), "deals.csv", TODAY="2026-03-02")
    assert done.returncode == 0, done.stderr
    assert "Win rate: 0.8 -> 0.2" in done.stdout.splitlines()
    assert run(work, str(FOLDER / "worse.sh"), "none.csv").returncode == 2


def test_reports_into_duckdb(work: Path) -> None:
    for week, won in (("2026-W01", 3), ("2026-W02", 1)):
        write_export(work / "deals.csv", FRIDAY, won, 4 - won)
        (line,) = re.findall("`(salesmetrics report [^`]*)`", (FOLDER / "to_duckdb.py").read_text("utf-8"))
        line = line.replace("FILE", "deals.csv").replace("2026-W47", week)
        assert run(work, "sh", "-ec", line, TODAY=str(MONDAY)).returncode == 0
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
    rows = duckdb.connect().execute((FOLDER / "from_duckdb.sql").read_text("utf-8")).fetchall()
    assert len(rows) > 5
    assert sum(decided for _, _, decided in rows) == 1144
    assert [rate for _, rate, _ in rows] == sorted((rate for _, rate, _ in rows), reverse=True)


def test_the_commands_of_the_workflow(work: Path) -> None:
    write_export(work / "exports" / "deals.csv", FRIDAY)
    commands = re.findall(r"- run: ((?:salesmetrics|test) .*)", (FOLDER / "github-actions.yml").read_text("utf-8"))
    assert len(commands) == 3
    for command in commands:
        done = run(work, "sh", "-ec", command, GITHUB_STEP_SUMMARY=str(work / "summary.md"), TODAY=str(MONDAY))
        assert done.returncode == 0, done.stderr
    summary = (work / "summary.md").read_text("utf-8")
    assert summary.startswith("### deals.csv")
    assert WEEK in summary
    # The value, its interval, its counts and the verdict on the change are columns in Markdown.
    assert "| Win rate | 50.0 % | 35.2 – 64.8 % | 20/40 | 0.0 % | +50.0 pp | better |" in summary


def test_a_chat_message_is_json_around_markdown(work: Path) -> None:
    write_export(work / "deals.csv", FRIDAY)
    done = run(work, str(FOLDER / "chat.sh"), "deals.csv", TODAY=str(MONDAY))
    assert done.returncode == 0, done.stderr
    text = json.loads(done.stdout)["text"]
    assert text.startswith("### deals.csv")
    assert WEEK in text
    assert "Win rate" in text
    stale = run(work, str(FOLDER / "chat.sh"), "deals.csv", TODAY="2026-12-07")
    assert (stale.returncode, stale.stdout) == (1, "")
