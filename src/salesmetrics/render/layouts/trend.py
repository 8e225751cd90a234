"""A KPI over time: a table per series with a bar per period, and what is unusual in words."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.answers.report import Interval
from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import Bar, Cell, Column, Heading, Kind, Narrow, Row, Table, Text, Tone
from salesmetrics.render.layouts.footer import footer
from salesmetrics.render.layouts.head import report_head
from salesmetrics.render.layouts.pages import analysis_page, anchor, how_counted
from salesmetrics.render.layouts.words import (
    bound_places,
    currencies,
    few_note,
    field_name,
    fraction_cell,
    interval_cell,
    interval_title,
    order_note,
    period_label,
    places_of,
    segment_name,
    undefined_note,
    value_cell,
)
from salesmetrics.render.page import Chart, Fold, Page, Rule, Section, Series
from salesmetrics.render.scales import axis, named_axis
from salesmetrics.render.text import amount, interval, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from salesmetrics.answers.report import Limits, Metric, Report
    from salesmetrics.render.document import Block
    from salesmetrics.render.page import PageBlock

__all__ = ["series_of", "trend", "trend_lines", "trend_page", "trend_sections", "trend_table"]

_NARROWEST_BAR, _WIDEST_BAR = 10, 40
_FEW_OUTSIDE = 3
"""So many periods outside the control limits are named one by one beside a drawing."""


def trend(report: Report) -> list[Block]:
    """One block for the total and for each segment, a row per period.

    Gaps keep their row, and a note says why they have no value. Bars stand on zero and share one scale in a block, from the
    lowest value where that is below zero.
    """
    found: list[Block] = []
    series = list(series_of(report))
    for title, metrics in series:
        found += [Heading(title), _table(metrics)]
    notes = [_limits_note(title, metrics) for title, metrics in series]
    notes += [*order_note(report), *few_note(report), *undefined_note(report.metrics)]
    return [*found, *(Text(note, Tone.MUTED, apart=not number) for number, note in enumerate(notes))]


def _table(metrics: Sequence[Metric]) -> Table:
    known = [0.0, *(float(metric.value) for metric in metrics if metric.value is not None)]
    between = min(known), max(known)
    places, of_bounds = places_of(metrics).get(metrics[0].unit, 0), bound_places(metrics, metrics[0].unit)
    low, high = (amount(end, metrics[0].unit, places=places) for end in between)
    scale = phrase("axis_of_marks", low=low, high=high) if any(between) else ""
    columns = (
        Column(phrase("column_period"), Kind.LABEL),
        Column(phrase("column_value"), Kind.VALUE),
        Column(interval_title(metrics), Kind.INTERVAL, 1, Narrow.VANISH),
        Column(phrase("column_share"), Kind.SHARE, 2, Narrow.VANISH),
        Column(phrase("column_limits"), Kind.INTERVAL, 3, Narrow.VANISH),
        Column(phrase("column_outside"), Kind.VERDICT, silent=True),
        Column(scale, Kind.MARK, 4, Narrow.VANISH, detail=True, least=_NARROWEST_BAR, widest=_WIDEST_BAR),
    )
    return Table(
        columns,
        tuple(_row(metric, between, places, of_bounds) for metric in metrics),
        indent=2,
        apart=False,
        drops="first",
        dropped="periods_not_shown",
    )


def _row(metric: Metric, between: tuple[float, float], places: int, of_bounds: int) -> Row:
    outside = phrase(f"outside_{metric.limits.outside}") if metric.limits and metric.limits.outside else ""
    low, top = between
    bar = Bar(float(metric.value), top, low) if metric.value is not None and (metric.value > 0 or low < 0) else None
    return Row(
        (
            Cell(period_label(metric.period) if metric.period else ""),
            value_cell(metric, places),
            interval_cell(metric.interval, metric.unit, of_bounds),
            replace(fraction_cell(metric), long=False),
            interval_cell(_span(metric.limits), metric.unit),
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


def _limits_in_short(title: str, metrics: Sequence[Metric]) -> str:
    """The same beside a drawing that names the periods: of many only how many there are."""
    limits = next((metric.limits for metric in metrics if metric.limits), None)
    sides = Counter(metric.limits.outside for metric in metrics if metric.limits and metric.limits.outside)
    if limits is None or sides.total() <= _FEW_OUTSIDE:
        return _limits_note(title, metrics)
    chart = Message("chart_p_prime" if limits.method == "p_prime" else "chart_xmr")
    parts = [Message(f"outside_{side}_counted", n=number) for side, number in sorted(sides.items())]
    return phrase("limits_passed_often", series=title, found=sides.total(), parts=parts, chart=chart, n=limits.n)


def _outside(metric: Metric, limits: Limits) -> Message:
    return Message(
        "period_outside",
        period=period_label(metric.period) if metric.period else "",
        where=Message(f"outside_{limits.outside}"),
        value=amount(metric.value, metric.unit, currency=metric.currency),
        limits=_limits(limits, metric),
    )


def _limits(limits: Limits | None, metric: Metric) -> str:
    return interval(_span(limits), metric.unit)


def _span(limits: Limits | None) -> Interval | None:
    return None if limits is None else Interval(low=limits.low, high=limits.high, level=1, method=limits.method)


def series_of(report: Report) -> Iterator[tuple[str, list[Metric]]]:
    """The series of a trend, each with its title: the total, then segments, with currencies apart."""
    several = len(currencies(report.metrics)) > 1
    for _, members in groupby(report.metrics, key=lambda m: (m.id, tuple(m.group.items()), m.currency)):
        metrics = list(members)
        names = [segment_name(value) for value in metrics[0].group.values()]
        code = [one_line(metrics[0].currency or phrase("segment_no_currency"))] if several else []
        named = joined([*names, *code])
        yield one_line(metrics[0].title) + (f" [{named}]" if named else ""), metrics


# --- the page ---

_SEGMENTS = 25
"""So many segments are on a page."""


def trend_page(report: Report) -> Page:
    """A drawing and a table per series, and what stands below a report."""
    title = phrase("chart_trend", title=one_line(report.metrics[0].title) if report.metrics else "")
    return analysis_page(title, report_head(report), trend_sections(report), footer(report))


def trend_sections(report: Report) -> tuple[Section, ...]:
    """The total in each currency with its line between the control limits, and segments, folded."""
    series = list(series_of(report))
    notes = [*order_note(report), *few_note(report), *undefined_note(report.metrics)]
    wholes = [one for one in series if not one[1][0].group]
    groups = [one for one in series if one[1][0].group]
    found = [
        Section(
            anchor("trend", place),
            title,
            (*trend_lines(title, metrics), trend_table(metrics), *(how_counted(notes) if not place else ())),
        )
        for place, (title, metrics) in enumerate(wholes)
    ]
    if groups:
        folds = [Fold(title, (*trend_lines(title, own), trend_table(own))) for title, own in groups[:_SEGMENTS]]
        rest = len(groups) - len(folds)
        more = [Text(phrase("segments_left_out", n=rest), Tone.MUTED)] if rest > 0 else []
        legend = () if wholes else how_counted(notes)
        found.append(
            Section(
                "trend-segments",
                phrase("section_trend_by", names=list(map(field_name, report.group_by))),
                (*folds, *more, *legend),
            )
        )
    return tuple(found)


def trend_table(metrics: Sequence[Metric]) -> Table:
    """All periods of a series, a row each."""
    return replace(_table(metrics), indent=0, drops="")


def trend_lines(title: str, metrics: Sequence[Metric]) -> list[PageBlock]:
    """The values over time between the control limits; periods outside them have a name, and one that is not over is hollow."""
    said = _limits_in_short(title, metrics)
    known = [float(metric.value) for metric in metrics if metric.value is not None]
    if len(known) < _LEAST_POINTS:
        return [Text(said)]
    first = metrics[0]
    limits = [(float(n), m.limits) for n, m in enumerate(metrics) if m.limits]
    band = tuple((at, float(one.low), float(one.high)) for at, one in limits)
    values = Series(
        title,
        tuple((float(n), None if m.value is None else float(m.value)) for n, m in enumerate(metrics)),
        names=tuple(_label_outside(metric) for metric in metrics),
        hollow=tuple(metric.period is not None and metric.period.partial for metric in metrics),
    )
    centre = limits[-1][1].centre if limits else None
    rules = () if centre is None else (Rule(float(centre), phrase("rule_centre")),)
    ends = [*known, *(end for _, *pair in band for end in pair), *(rule.value for rule in rules)]
    names = [period_label(metric.period) if metric.period else "" for metric in metrics]
    series = (*([Series(phrase("series_limits"), (), band, tone=Tone.MUTED)] if band else []), values)
    return [
        Chart(
            "line",
            phrase("chart_trend", title=title),
            said,
            named_axis(names),
            axis(ends, first.unit),
            series,
            rules,
            first.unit,
            first.currency,
        )
    ]


_LEAST_POINTS = 3
"""Fewer values are no line."""


def _label_outside(metric: Metric) -> str:
    return period_label(metric.period) if metric.limits and metric.limits.outside and metric.period else ""
