"""``salesmetrics.toml``: the bytes of a settings file."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from condition_door import SQL_WORDS
from ground import Door, by_words, numbers_are_numbers, outcome

from salesmetrics.engine.goals import parse_condition
from salesmetrics.ingest.read import ReadOptions
from salesmetrics.questions import make_catalog
from salesmetrics.settings.model import read_settings, shown_settings
from salesmetrics.settings.options import file_options
from salesmetrics.settings.sources import FILE_NAME
from salesmetrics.settings.template import settings_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.settings.sources import SettingsFile

__all__ = ["DOOR"]


@cache
def _path() -> Path:
    """One file for all inputs, in memory where that is to be had."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None)) / FILE_NAME


def go(data: bytes) -> None:
    """A file is refused with its line, or holds finite numbers, days that there are and KPIs that can be computed."""
    _path().write_bytes(data)
    file = outcome(lambda: read_settings(_path()))
    if file is not None:
        _holds(file)


def _holds(file: SettingsFile) -> None:
    for name, settled in file.values.items():
        numbers_are_numbers(settled.value, name)
        assert all(source.line >= 1 for source in settled.sources), name
    for shown in shown_settings(file, {}):
        numbers_are_numbers(shown, shown.key)
    numbers_are_numbers(file.thresholds, "settings")
    numbers_are_numbers(file.calendar, "calendar")
    for goals in file.goals.values():
        numbers_are_numbers([(goal, parse_condition(goal.goal)) for goal in goals], "goals")
    outcome(lambda: make_catalog(file))


def seeds() -> Iterator[bytes]:
    """What `init` writes, with and without its comments, each key by itself, and goals, KPIs and a pay plan."""
    whole = settings_template([], ReadOptions())
    yield whole.encode()
    plain = "\n".join(
        line.removeprefix("# ") for line in whole.splitlines() if "=" in line or line.startswith(("[", "# ["))
    )
    yield plain.encode()
    for option in file_options():
        key = str(option.key)
        sample = {"number": "0.5", "whole number": "3", "flag": "true", "list": '["a"]', "pairs": '{ a = "b" }'}.get(
            option.kind, '"x"'
        )
        yield f"{key} = {sample}".encode()
    yield b'[goals]\nwin_rate = ">= 25%"\nrevenue = [{ goal = "> 1 000 EUR", group = { owner = "*" }, by = 2026-12-31 }]'
    yield b'[kpi.mine]\nexpression = "calls / won_deals"\nunit = "ratio"\n[kpi.other]\nexpression = "mine * 2"'
    yield b'[calendar]\nweek_start = 7\nfiscal_start_month = 2\npattern = "445"\nyear_end = "nearest"'
    yield b"[settings]\nrotting_days = 30\n[settings.incentive]\nrate = 0.1\ntiers = [{ at = 1.0, rate = 0.2 }]"


_KEYS = tuple(dict.fromkeys(part for option in file_options() for part in str(option.key).split(".")))
_WORDS = (
    *_KEYS,
    *(
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ".",
        ",",
        '"',
        "'",
        '"""',
        "'''",
        "#",
        "\n",
        " ",
        "\\",
        "\\u0000",
        "\\ud800",
        "\x00",
        "\udcff",
        "\ufeff",
    ),
    *(
        "nan",
        "9" * 4_400,
        "1e999999",
        "9" * 400,
        "inf",
        "-inf",
        "-nan",
        "1e400",
        "-0.0",
        "0x7f",
        "0b1",
        "1_000",
        "99999999999999999999999",
        "true",
        "false",
        "1.5",
        "0",
        "-1",
        "'1e9'",
        '"nan"',
        '"inf"',
        '"0.5"',
    ),
    *("2026-01-31", "2026-01-31T12:00:00Z", "12:00:00", "0001-01-01", "9999-12-31", "[[]]", "{}", "[]", '""', '" "'),
    *(
        "[goals]",
        "[kpi.mine]",
        "[settings]",
        "[calendar]",
        "[settings.incentive]",
        "[map]",
        "goal",
        "group",
        "by",
        "period",
        "owner",
        "note",
    ),
    *(
        "expression",
        "title",
        "unit",
        "direction",
        "headline",
        "description",
        "win_rate",
        "revenue",
        '">= 25%"',
        '"< 1 000 EUR"',
        '"> 30 days"',
    ),
    *(
        "week_start",
        "fiscal_start_month",
        "pattern",
        "year_end",
        "fiscal_year_name",
        "tiers",
        "rate",
        "at",
        "threshold",
        "cap_attainment",
    ),
)
DOOR = Door("settings", go, seeds, _WORDS + SQL_WORDS[::6], 6_000, 160, by_words(_WORDS + SQL_WORDS[::6]))
