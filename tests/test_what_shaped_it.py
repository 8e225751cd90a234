"""What shaped the numbers is said with them: filter, period, settings file, variables, and the days of the records."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from in_process import invoke
from salesmetrics.library import report_on

EXAMPLES = Path(__file__).parents[1] / "examples"
DEALS = str(EXAMPLES / "deals.csv")
PLAIN = {"where": None, "period": "all", "settings_file": None, "settings": [], "environment": []}

SETTINGS = """
[report]
period = "2026-Q2"
by = "owner"

[stages]
won = ["Signed"]

[calendar]
fiscal_start_month = 4
"""


def answered(*words: str, cwd: Path, **variables: str) -> dict[str, Any]:
    done = invoke(*words, "--format", "json", "-q", cwd=cwd, env={**os.environ, **variables})
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "command",
    [("report",), ("trend", "win_rate"), ("rows", "win_rate"), ("explain", "win_rate"), ("inspect",), ("check",)],
)
def test_every_command_that_reads_files_says_that_nothing_did(command: tuple[str, ...], tmp_path: Path) -> None:
    assert answered(*command, DEALS, cwd=tmp_path)["filters"] == PLAIN


def test_condition_and_period_are_said_as_they_were_typed(tmp_path: Path) -> None:
    words = ("--where", "type = 'Renewal'", "--period", "last quarter")
    for command in (("report",), ("rows", "win_rate"), ("explain", "win_rate")):
        found = answered(*command, DEALS, *words, cwd=tmp_path)
        assert found["filters"] == {**PLAIN, "where": "type = 'Renewal'", "period": "last quarter"}


def test_settings_and_variables_are_said_where_they_shape_numbers(tmp_path: Path) -> None:
    (tmp_path / "salesmetrics.toml").write_text(SETTINGS, "utf-8")
    found = answered("report", DEALS, cwd=tmp_path, SALESMETRICS_WHERE="amount > 0", SALESMETRICS_COLOR="never")
    assert found["filters"] == {
        "where": "amount > 0",
        "period": "2026-Q2",
        "settings_file": "salesmetrics.toml",
        "settings": ["stages.won", "report.period", "calendar.fiscal_start_month"],
        "environment": ["SALESMETRICS_WHERE"],
    }


def test_an_option_takes_the_place_of_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "salesmetrics.toml").write_text(SETTINGS, "utf-8")
    found = answered("report", DEALS, "--period", "all", cwd=tmp_path)
    assert found["filters"]["settings"] == ["stages.won", "calendar.fiscal_start_month"]


def test_the_head_of_a_screen_says_what_shaped_its_numbers(tmp_path: Path) -> None:
    (tmp_path / "salesmetrics.toml").write_text(SETTINGS + "\n[settings]\nstalled_days = 20\n", "utf-8")
    env = {**os.environ, "SALESMETRICS_WHERE": "amount > 0", "COLUMNS": "200"}
    shaped = "only records where amount > 0, settings: salesmetrics.toml (stages.won, report.period, "
    shaped += "calendar.fiscal_start_month, settings.stalled_days), environment: SALESMETRICS_WHERE"
    for form in ("table", "md"):
        done = invoke("report", DEALS, "--format", form, "-q", cwd=tmp_path, env=env)
        assert shaped in done.stdout.replace("\\_", "_").replace("\\>", ">"), done.stderr
        assert "2026-Q2 (2026-04-01 to 2026-06-30)" in done.stdout
        assert "records from 2024-10-02 to 2026-09-30" in done.stdout
    trend = invoke("trend", "win_rate", DEALS, "--every", "year", "-q", cwd=tmp_path, env=env).stdout
    assert "only records where amount > 0" in trend
    checked = invoke("check", DEALS, cwd=tmp_path, env=env).stdout
    assert "settings: salesmetrics.toml (stages.won, " in checked


def test_the_days_of_the_records_are_said(tmp_path: Path) -> None:
    found = answered("report", DEALS, "--period", "2026-Q1", cwd=tmp_path)
    assert found["span"] == {"first": "2024-10-02", "last": "2026-09-30"}
    assert answered("explain", "win_rate", DEALS, cwd=tmp_path)["span"] == found["span"]


def test_a_mistyped_year_does_not_stretch_the_days(tmp_path: Path) -> None:
    rows = [f"{i},Won,100,2026-01-{1 + i % 28:02d},2026-02-{1 + i % 28:02d}" for i in range(60)]
    rows += ["60,Won,100,1026-01-05,2026-02-05"]
    (tmp_path / "deals.csv").write_text("\n".join(["id,stage,amount,created,closed", *rows]) + "\n", "utf-8")
    span = answered("report", "deals.csv", cwd=tmp_path)["span"]
    assert span == {"first": "2026-01-01", "last": "2026-02-28"}


def test_the_library_says_the_same() -> None:
    result = report_on(DEALS, kpis=["revenue"], where="amount > 0", period="2026")
    assert (result.filters.where, result.filters.period) == ("amount > 0", "2026")
    assert result.span is not None
    assert (result.span.first, result.span.last) == (date(2024, 10, 2), date(2026, 9, 30))
