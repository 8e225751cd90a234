"""The numbers that come first, a tile each. Own file: a tile says in four lines what a table says in ten columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import Cell, Tone
from salesmetrics.render.layouts.footer import GOAL_TONES
from salesmetrics.render.layouts.sections.kpis import drawn_months
from salesmetrics.render.layouts.words import (
    kept_apart,
    of_used_currencies,
    own_span,
    reason_words,
    round_places,
    title_of,
    value_cell,
    verdict_cell,
)
from salesmetrics.render.page import Tile, Tiles
from salesmetrics.render.text import amount, change, fraction, interval, one_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from salesmetrics.answers.report import GoalResult, Metric, Report
    from salesmetrics.answers.sections import Sections

__all__ = ["tiles"]


def tiles(answer: Sections) -> Tiles | None:
    """A tile per headline, and one per currency where amounts are in several; None without any."""
    report = answer.report
    totals = [metric for metric in report.metrics if not metric.group and not metric.in_series]
    apart = kept_apart(totals)
    shown = [metric for name in answer.headlines for metric in totals if metric.id == name]
    shown = of_used_currencies(shown, apart)
    return Tiles(tuple(_tile(metric, report, apart) for metric in shown)) if shown else None


def _tile(metric: Metric, report: Report, apart: Collection[str]) -> Tile:
    return Tile(
        title_of(metric, apart=apart),
        _value(metric),
        note=joined(_known(metric), "clause") if metric.value is not None else reason_words(metric),
        change=_change(metric),
        goal=next((_goal(result) for result in report.goals if _is_of(result, metric, report)), None),
        mark=drawn_months(metric),
        period=own_span(metric),
    )


def _value(metric: Metric) -> Cell:
    text = amount(metric.value, metric.unit, currency=metric.currency, places=round_places(metric.value, metric.unit))
    return replace(value_cell(metric), text=text)


def _known(metric: Metric) -> list[str]:
    """What a value rests on: its interval with the level, and its records."""
    span = interval(metric.interval, metric.unit, places=0 if metric.unit == "money" else None)
    known = []
    if span and metric.interval is not None:
        known.append(phrase("tile_interval", interval=span, percent=100 * metric.interval.level))
    return [*known, *filter(None, [fraction(metric, amounts=False)])]


def _change(metric: Metric) -> Cell | None:
    if metric.change is None:
        return None
    absolute, relative, _ = change(metric.change, metric.unit)
    verdict = verdict_cell(metric)
    before = amount(metric.previous, metric.unit, places=round_places(metric.value, metric.unit))
    said = {"change": relative or absolute, "previous": before, "verdict": verdict.text}
    return Cell(phrase("tile_previous_verdict" if verdict.text else "tile_previous", **said), verdict.tone)


def _is_of(result: GoalResult, metric: Metric, report: Report) -> bool:
    same = (result.id, result.group, result.currency) == (metric.id, metric.group, metric.currency)
    return same and result.period.label == report.period.label


def _goal(result: GoalResult) -> Cell:
    goal = result.goal
    status = phrase(f"goal_{goal.status.replace(' ', '_')}")
    wanted = one_line(goal.expression).removeprefix(result.id).strip()
    return Cell(phrase("tile_goal", goal=wanted, status=status), GOAL_TONES.get(goal.status, Tone.PLAIN))
