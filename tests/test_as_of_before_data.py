"""A report date before all data: every command that takes one refuses it in the same words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

import salesmetrics
from in_process import invoke
from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from pathlib import Path

FIRST, LAST = date(2025, 1, 10), date(2025, 3, 1)
DEALS = f"""id,owner,stage,amount,created,closed,expected close date
1,Ann,Won,100,{FIRST},2025-02-01,2025-02-01
2,Bob,Lost,50,2025-01-12,2025-02-03,2025-02-03
3,Ann,New,70,2025-02-01,,2025-05-01
4,Bob,Won,70,2025-02-01,{LAST},2025-05-01
"""
COMMANDS = (
    "report",
    "trend revenue",
    "rows revenue",
    "explain revenue",
    "losses",
    "funnel",
    "forecast --period 2022-Q1",
    "benchmark",
    "cohort",
)


def deals(folder: Path) -> str:
    (folder / "deals.csv").write_text(DEALS, encoding="utf-8")
    return str(folder / "deals.csv")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_when_the_data_begin(tmp_path: Path, command: str) -> None:
    done = invoke(*command.split(), deals(tmp_path), "--as-of", "2022-01-01")
    assert f"no data up to 2022-01-01: they begin on {FIRST}" in " ".join(done.stderr.split())
    assert f"--as-of {LAST}" in " ".join(done.stderr.split())
    assert done.returncode == 2


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("day", [FIRST, LAST])
def test_the_day_on_which_they_begin_is_not_before_them(tmp_path: Path, command: str, day: date) -> None:
    words = command.replace("2022-Q1", "2025-Q2").split()
    done = invoke(*words, deals(tmp_path), "--as-of", str(day))
    assert "no data up to" not in done.stderr


def test_the_day_before_them_is(tmp_path: Path) -> None:
    with pytest.raises(SalesmetricsError) as refused:
        salesmetrics.losses(deals(tmp_path), as_of=FIRST - timedelta(days=1))
    assert refused.value.code == "as_of_before_data"
    assert dict(refused.value.details) == {"as_of": FIRST - timedelta(days=1), "first": FIRST, "last": LAST}


def test_a_plan_for_an_earlier_day_is_something_to_report(tmp_path: Path) -> None:
    (tmp_path / "quotas.csv").write_text("owner,period,quota\nAnn,2024-Q4,4000\n", encoding="utf-8")
    done = invoke("report", deals(tmp_path), str(tmp_path / "quotas.csv"), "--as-of", "2024-11-01")
    assert done.returncode == 0, done.stderr
