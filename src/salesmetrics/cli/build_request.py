"""From the options of a command to a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.calendar import parse_as_of
from salesmetrics.engine.request import Question

if TYPE_CHECKING:
    from datetime import date

    from salesmetrics.settings.options import Selection
    from salesmetrics.settings.sources import SettingsFile

__all__ = ["make_question"]


def make_question(selection: Selection, settings: SettingsFile, today: date, *, trend: bool = False) -> Question:
    """What is asked for.

    Args:
        selection: Options.
        settings: The settings file.
        today: The day that it is, for ``--as-of today``.
        trend: Add the last twelve months to each KPI that has a date.

    Raises:
        SalesmetricsError: ``option_invalid``: a day that cannot be read.
    """
    asked = selection.as_of
    return Question(
        as_of=None if asked is None else parse_as_of(asked, today=today),
        as_of_source=f"--as-of {asked}",
        period=selection.period,
        compare=selection.compare,
        calendar=settings.calendar,
        kpis=selection.kpi,
        families=selection.family,
        by=selection.by,
        where=selection.where,
        level=selection.level,
        min_n=selection.min_n,
        trend=trend,
        every=selection.every,
        settings=settings.thresholds,
        currency=_currency(selection.currency),
    )


def _currency(text: str | None) -> str | None:
    return text.strip().upper() if text and text.strip() else None
