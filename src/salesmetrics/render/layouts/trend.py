"""A KPI over time: a table per series with a bar per period, and what is unusual in words."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from salesmetrics.answers.report import Interval
from salesmetrics.messages import phrase
from salesmetrics.render.document import Bar, Cell, Column, Heading, Kind, Narrow, Row, Table, Text, Tone
from salesmetrics.render.layouts.words import (
    bound_places,
    currencies,
    few_note,
    interval_title,
    order_note,
    period_label,
    places_of,
    undefined_note,
    value_cell,
)
from salesmetrics.render.text import amount, fraction, interval, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from salesmetrics.answers.report import Limits, Metric, Report
    from salesmetrics.render.document import Block

__all__ = ["series_of", "trend"]

_NARROWEST_BAR, _WIDEST_BAR = 10, 40


def trend(report: Report) -> list[Block]:
    """One block for the total and for each segment, a row per period.

    Gaps keep their row, and a note says why they have no value. Bars stand on zero and share one scale in a block.
    """
    found: list[Block] = []
    series = list(series_of(report))
    for title, metrics in series:
        found += [Heading(title), _table(metrics)]
    notes = [_limits_note(title, metrics) for title, metrics in series]
    notes += [*order_note(report), *few_note(report), *undefined_note(report.metrics)]
    return [*found, *(Text(note, Tone.MUTED, apart=not number) for number, note in enumerate(notes))]


def _table(metrics: Sequence[Metric]) -> Table:
    columns = (
        Column(phrase("column_period"), Kind.LABEL),
        Column(phrase("column_value"), Kind.VALUE),
        Column(interval_title(metrics), Kind.INTERVAL, 1, Narrow.VANISH),
        Column(phrase("column_share"), Kind.SHARE, 2, Narrow.VANISH),
        Column(phrase("column_limits"), Kind.INTERVAL, 3, Narrow.VANISH),
        Column(phrase("column_outside"), Kind.VERDICT, silent=True),
        Column("", Kind.MARK, 4, Narrow.VANISH, detail=True, least=_NARROWEST_BAR, widest=_WIDEST_BAR),
    )
    places, of_bounds = places_of(metrics).get(metrics[0].unit, 0), bound_places(metrics, metrics[0].unit)
    top = max((float(metric.value) for metric in metrics if metric.value is not None), default=0.0)
    return Table(
        columns,
        tuple(_row(metric, top, places, of_bounds) for metric in metrics),
        indent=2,
        apart=False,
        drops="first",
        dropped="periods_not_shown",
    )


def _row(metric: Metric, top: float, places: int, of_bounds: int) -> Row:
    outside = phrase(f"outside_{metric.limits.outside}") if metric.limits and metric.limits.outside else ""
    bar = Bar(float(metric.value), top) if metric.value and top > 0 else None
    return Row(
        (
            Cell(period_label(metric.period) if metric.period else ""),
            value_cell(metric, places),
            Cell(interval(metric.interval, metric.unit, places=of_bounds), Tone.MUTED),
            Cell(fraction(metric), Tone.MUTED),
            Cell(_limits(metric.limits, metric), Tone.MUTED),
            Cell(outside),
            Cell(tone=Tone.MARK, mark=bar),
        )
    )


def _limits_note(title: str, metrics: Sequence[Metric]) -> str:
    """What is unusual, in words: the periods outside the control limits, or that there are none."""
    limits = next((metric.limits for metric in metrics if metric.limits), None)
    if limits is None:
        return phrase("limits_none", series=title)
    found = [_outside(metric, metric.limits) for metric in metrics if metric.limits and metric.limits.outside]
    chart = Message("chart_p_prime" if limits.method == "p_prime" else "chart_xmr")
    return phrase("limits_passed" if found else "limits_kept", series=title, chart=chart, n=limits.n, found=found)


def _outside(metric: Metric, limits: Limits) -> Message:
    return Message(
        "period_outside",
        period=period_label(metric.period) if metric.period else "",
        where=Message(f"outside_{limits.outside}"),
        value=amount(metric.value, metric.unit, currency=metric.currency),
        limits=_limits(limits, metric),
    )


def _limits(limits: Limits | None, metric: Metric) -> str:
    if limits is None:
        return ""
    return interval(Interval(low=limits.low, high=limits.high, level=1, method=limits.method), metric.unit)


def series_of(report: Report) -> Iterator[tuple[str, list[Metric]]]:
    """The series of a trend, each with its title: the total, then segments, with currencies apart."""
    several = len(currencies(report.metrics)) > 1
    for _, members in groupby(report.metrics, key=lambda m: (m.id, tuple(m.group.items()), m.currency)):
        metrics = list(members)
        names = [one_line(value or phrase("segment_blank")) for value in metrics[0].group.values()]
        code = [one_line(metrics[0].currency or phrase("segment_no_currency"))] if several else []
        named = ", ".join([*names, *code])
        yield one_line(metrics[0].title) + (f" [{named}]" if named else ""), metrics
