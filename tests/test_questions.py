"""The commands of docs/questions.md, run as they stand there, and what they answer once more in plain Python."""

from __future__ import annotations

import csv
import json
import re
import shlex
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from in_process import Done, invoke

PAGE = (Path(__file__).parent.parent / "docs" / "questions.md").read_text("utf-8")
DEALS = Path(__file__).parent.parent / "examples" / "deals.csv"
COMMANDS = [block.strip() for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)]
REP, LOST, WEEKLY, EXCEL, FISCAL = COMMANDS


def asked(command: str, folder: Path, *more: str) -> Done:
    if not (folder / "deals.csv").exists():
        (folder / "deals.csv").write_bytes(DEALS.read_bytes())
    program, *words = shlex.split(command)
    assert program == "salesmetrics"
    return invoke(*words, *more, "-q", cwd=folder, today=date(2026, 10, 5))


def rows() -> list[dict[str, str]]:
    with DEALS.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(command: str, tmp_path: Path) -> None:
    done = asked(command, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout or list(tmp_path.glob("*.md")) or list(tmp_path.glob("revenue.csv"))


def test_the_win_rate_by_rep_against_last_quarter(tmp_path: Path) -> None:
    found = {
        metric["group"]["owner"]: metric
        for metric in json.loads(asked(REP, tmp_path, "--format", "json").stdout)["metrics"]
        if metric["group"]
    }

    def decided(owner: str, first: str, end: str) -> tuple[int, int]:
        mine = [row["Deal Stage"] for row in rows() if row["Deal owner"] == owner and first <= row["Close Date"] < end]
        won = mine.count("Closed won")
        return won, won + mine.count("Closed lost")

    assert len(found) > 5
    for owner, metric in found.items():
        assert (metric["numerator"], metric["denominator"]) == decided(owner, "2026-07-01", "2026-10-01")
        won, known = decided(owner, "2026-04-01", "2026-07-01")
        assert metric["previous"] == (pytest.approx(won / known) if known else None)


def usable() -> list[dict[str, str]]:
    return [row for row in rows() if readable(row)]


def readable(row: dict[str, str]) -> bool:
    """Whether a row has an id, all its cells, an amount that is a number or blank, and dates that exist."""
    if not row["Record ID"] or None in row.values():
        return False
    try:
        Decimal(row["Amount"] or 0)
        for header in ("Create Date", "Close Date"):
            datetime.fromisoformat(row[header] or "2026-01-01")
    except (ArithmeticError, ValueError):
        return False
    return True


def amounts(stage: str, first: str, end: str, region: str = "") -> list[Decimal]:
    return [
        Decimal(row["Amount"])
        for row in usable()
        if row["Deal Stage"] == stage
        and first <= row["Close Date"] < end
        and row["Amount"]
        and region in {"", row["Region"]}
    ]


def test_the_deals_that_make_up_the_lost_value_of_a_quarter(tmp_path: Path) -> None:
    answer = json.loads(asked(LOST, tmp_path, "--format", "json").stdout, parse_float=Decimal)
    lost = sorted(amounts("Closed lost", "2026-07-01", "2026-10-01"), reverse=True)
    assert [row["amount"] for row in answer["rows"]] == lost[:20]
    (total,) = answer["totals"]
    assert (total["value"], total["records"]) == (sum(lost), len(lost))
    assert f"{sum(lost):,.2f} EUR" in asked(LOST, tmp_path).stdout.splitlines()[-1]


def test_the_mail_of_a_monday_is_about_the_week_before_it(tmp_path: Path) -> None:
    assert asked(WEEKLY, tmp_path).returncode == 0
    mail = (tmp_path / "weekly.md").read_text("utf-8")
    week = amounts("Closed won", "2026-09-28", "2026-10-05")
    before = amounts("Closed won", "2026-09-21", "2026-09-28")
    assert "2026-09-28 to 2026-10-04" in mail
    assert f"| Revenue | {sum(week):,.2f} |  | n {len(week)} | {sum(before):,.2f} |" in mail
    assert f"| Won deals | {len(week)} |" in mail


def test_the_file_for_excel_has_the_revenue_of_every_month_and_region(tmp_path: Path) -> None:
    assert asked(EXCEL, tmp_path).returncode == 0
    raw = (tmp_path / "revenue.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    months = [name for name in table[0] if re.fullmatch(r"\d{4}-\d\d", name)]
    assert (len(months), months[0], months[-1]) == (24, "2024-10", "2026-09")
    assert {row["region"] for row in table} == {row["Region"] for row in usable() if row["Region"]}
    for row in table:
        for month, after in zip(months, [*months[1:], "2026-10"], strict=True):
            expected = sum(amounts("Closed won", month, after, row["region"]))
            assert Decimal(row[month].replace(",", ".")) == expected, (row["region"], month)


def test_a_fiscal_year_and_a_stage_that_is_won(tmp_path: Path) -> None:
    settings = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]
    (tmp_path / "salesmetrics.toml").write_text(settings, "utf-8")
    signed = DEALS.read_text("utf-8").replace('"Closed won"', '"Signed"')
    (tmp_path / "deals.csv").write_text(signed, "utf-8")
    answer = json.loads(asked(FISCAL, tmp_path, "--format", "json", "--kpi", "revenue").stdout, parse_float=Decimal)
    (revenue,) = answer["metrics"]
    assert (answer["period"]["start"], answer["period"]["end"]) == ("2026-04-01", "2027-04-01")
    assert revenue["value"] == sum(amounts("Closed won", "2026-04-01", "2027-04-01"))
