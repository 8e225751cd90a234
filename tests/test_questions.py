"""The commands of docs/questions.md, run as they stand there, and what they answer once more in plain Python."""

from __future__ import annotations

import csv
import json
import re
import shlex
from datetime import date
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


def test_a_fiscal_year_and_a_stage_that_is_won(tmp_path: Path) -> None:
    settings = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]
    (tmp_path / "salesmetrics.toml").write_text(settings, "utf-8")
    signed = DEALS.read_text("utf-8").replace('"Closed won"', '"Signed"')
    (tmp_path / "deals.csv").write_text(signed, "utf-8")
    answer = json.loads(asked(FISCAL, tmp_path, "--format", "json", "--kpi", "revenue").stdout, parse_float=Decimal)
    (revenue,) = answer["metrics"]
    assert (answer["period"]["start"], answer["period"]["end"]) == ("2026-04-01", "2027-04-01")
    amounts = [
        Decimal(row["Amount"])
        for row in rows()
        if row["Deal Stage"] == "Closed won" and row["Amount"] and "2026-04-01" <= row["Close Date"] < "2027-04-01"
    ]
    assert revenue["value"] == sum(amounts)
