"""An invalid value of the settings file is reported with file, line and key; one of an option with the option."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from in_process import invoke

if TYPE_CHECKING:
    from pathlib import Path

DEALS = "Deal ID,Owner,Amount,Status,Created,Closed\n1,Ann,100,Won,2025-01-25T10:00:00Z,2025-02-25T10:00:00Z\n"


def told(folder: Path, settings: str, *options: str, **variables: str) -> str:
    (folder / "deals.csv").write_text(DEALS, encoding="utf-8")
    (folder / "salesmetrics.toml").write_text(settings, encoding="utf-8")
    done = invoke("report", "deals.csv", *options, cwd=folder, env={**os.environ, **variables})
    assert done.returncode == 2, done.stderr
    return done.stderr


PLACE = "error: `salesmetrics.toml` line "


@pytest.mark.parametrize(
    ("settings", "place", "words"),
    [
        ('[map]\namount = "Amout"\n', "2, `map.amount`", 'did you mean `amount = "Amount"`?'),
        ('[map]\namuont = "Amount"\n', "2, `map.amuont`", "unknown field `amuont`"),
        ('[read]\n\ntimezone = "Mars"\n', "3, `read.timezone`", "invalid value `Mars`: unknown time zone"),
        ('[read]\nprofile = "salesfarce"\n', "2, `read.profile`", "did you mean `salesforce`?"),
        ('[goals]\nwin_rate = ">= 25"\n', "2, `goals.win_rate`", "write `win_rate >= 25%`"),
        ('[goals]\nwin_rat = ">= 25%"\n', "2, `goals.win_rat`", "unknown KPI `win_rat`"),
        ('[goals]\nwin_rate = { goal = ">= 25%", period = "soon" }\n', "2, `goals.win_rate.period`", "soon"),
        ('[report]\nperiod = "lost-month"\n', "2, `report.period`", "last-month"),
        ('[report]\nby = ["onwer"]\n', "2, `report.by`", '`by = "owner"`'),
        ('[report]\nwhere = "amuont > 1"\n', "2, `report.where`", "no column `amuont`"),
        ('[report]\nkpi = ["win_rat"]\n', "2, `report.kpi`", "unknown KPI `win_rat`"),
    ],
)
def test_the_settings_file_said_it(settings: str, place: str, words: str, tmp_path: Path) -> None:
    text = told(tmp_path, settings)
    assert text.startswith(f"{PLACE}{place}: ")
    assert words in text
    assert "--" not in text.partition("hint:")[0]


@pytest.mark.parametrize(
    ("settings", "options", "variables", "start"),
    [
        ('[map]\namount = "Amount"\n', ["--map", "amount=Amout"], {}, "error: invalid `--map amount=Amout`"),
        ('[read]\ntimezone = "UTC"\n', ["--timezone", "Mars"], {}, "error: invalid `--timezone Mars`"),
        (
            '[read]\ntimezone = "UTC"\n',
            [],
            {"SALESMETRICS_TIMEZONE": "Mars"},
            "error: `SALESMETRICS_TIMEZONE`: invalid value `Mars`",
        ),
        ('[goals]\nwin_rate = ">= 25%"\n', ["--goal", "win_rate >= 25"], {}, "error: invalid `--goal win_rate >= 25`"),
        ('[report]\nkpi = ["win_rate"]\n', ["--kpi", "win_rat"], {}, "error: unknown KPI `win_rat`"),
        ('[read]\ntimezone = "Mars"\n', ["--no-config", "--period", "soon"], {}, "error: invalid `--period soon`"),
    ],
)
def test_an_option_said_it(
    settings: str, options: list[str], variables: dict[str, str], start: str, tmp_path: Path
) -> None:
    assert told(tmp_path, settings, *options, **variables).startswith(start)
