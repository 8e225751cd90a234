"""From the options of a command to a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.calendar import Calendar, parse_as_of
from salesmetrics.engine.request import Question

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from salesmetrics.cli.options import Selection
    from salesmetrics.settings.model import Config

__all__ = ["make_question", "split_list"]


def make_question(selection: Selection, config: Config, today: date, *, trend: bool = False) -> Question:
    """What is asked for: an option before the settings file.

    Args:
        selection: Options.
        config: The settings file.
        today: The day that it is, for ``--as-of today``.
        trend: Add the last twelve months to each KPI that has a date.

    Raises:
        SalesmetricsError: ``option_invalid``: a day that cannot be read.
    """
    table, asked = config.report, selection.as_of
    return Question(
        as_of=None if asked is None else parse_as_of(asked, today=today),
        as_of_source=f"--as-of {asked}",
        period=selection.period or table.period,
        compare=selection.compare.value if selection.compare else table.compare,
        calendar=Calendar(**config.calendar.model_dump(), timezone=config.read.timezone),
        kpis=split_list(selection.kpi or (() if selection.family else table.kpi)),
        families=split_list(selection.family or (() if selection.kpi else table.family)),
        by=split_list(selection.by or table.by),
        where=selection.where or table.where,
        level=table.level if selection.level is None else selection.level,
        min_n=table.min_n if selection.min_n is None else selection.min_n,
        trend=trend,
        every=selection.every.value if selection.every else None,
        settings=config.settings,
        currency=_currency(selection.currency or table.currency),
    )


def _currency(text: str | None) -> str | None:
    return text.strip().upper() if text and text.strip() else None


def split_list(values: Iterable[str] | None) -> tuple[str, ...]:
    """The items of a repeatable option whose values may hold several, separated by commas.

    >>> split_list(["owner,team", "region"])
    ('owner', 'team', 'region')
    """
    return tuple(item.strip() for value in values or () for item in value.split(",") if item.strip())
