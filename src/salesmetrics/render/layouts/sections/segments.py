"""KPIs by segment: a table per KPI, with the total as its first row and a drawing per segment on one axis. Own file: how segments are ordered, drawn and capped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.messages import phrase
from salesmetrics.render.document import Cell, Code, Column, Kind, Narrow, Prose, Row, Table, Text, Tone, Undefined
from salesmetrics.render.layouts.head import files_typed
from salesmetrics.render.layouts.overview import segment_matrix
from salesmetrics.render.layouts.pages import bars, ends_of, span_of, whisker, with_room, word_of
from salesmetrics.render.layouts.words import (
    change_cells,
    correction_note,
    few,
    few_note,
    field_name,
    fraction_cell,
    interval_cell,
    interval_title,
    kept_apart,
    order_note,
    places_of,
    reason_words,
    segment_name,
    title_of,
    value_cell,
    verdict_cell,
)
from salesmetrics.render.page import Fold, Section
from salesmetrics.render.text import amount

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from salesmetrics.answers.report import Metric, Report
    from salesmetrics.answers.sections import Sections
    from salesmetrics.render.document import Mark
    from salesmetrics.render.page import PageBlock

__all__ = ["segment_section"]

_OPEN = 3
"""KPIs whose table stands there at once; those of more are folded."""
_MOST, _MOST_FOLDED = 250, 25
"""Segments of a table, and of one that is folded."""
_Key = tuple[str, str | None]


def segment_section(answer: Sections) -> Section | None:
    """The KPIs by segment, those that come first at the front; None where none has a segment."""
    report = answer.segments
    if report is None:
        return None
    tables = _by_kpi(report, answer)
    if not tables:
        return None
    names = list(map(field_name, answer.by))
    first: list[PageBlock] = (
        [Text(Prose(phrase("segments_by_default", names=names)), Tone.MUTED)] if answer.by_default else []
    )
    totals, listed, apart = _totals(answer), list(tables.items()), kept_apart(report.metrics)
    beside = answer.benchmark is not None and len(listed) > 1
    shown = 0 if beside else _OPEN
    open_ = [_section(key, rows, totals.get(key), answer, apart, _MOST) for key, rows in listed[:shown]]
    folded = [_section(key, rows, totals.get(key), answer, apart, _MOST_FOLDED) for key, rows in listed[shown:]]
    spans = [metric.interval.level for metric in report.metrics if metric.interval]
    seen = [Text(phrase("segments_seen", percent=100 * spans[0]), Tone.MUTED)] if spans else []
    notes = (*order_note(report), *few_note(report), *correction_note(report.verdicts))
    legend = [*seen, *(Text(note, Tone.MUTED) for note in notes)]
    if beside:
        # The benchmark has a drawing per KPI: here is the overview of all of them.
        each = Fold(phrase("each_by_segment", names=names), (*legend, *folded))
        return Section("segments", phrase("section_segments", names=names), (*first, _matrix(report, answer), each))
    rest = [Fold(phrase("more_by_segment", n=len(folded), names=names), tuple(folded))] if folded else []
    return Section("segments", phrase("section_segments", names=names), (*first, *legend, *open_, *rest))


def _matrix(report: Report, answer: Sections) -> Table:
    """A row per segment, those with the largest value of the first KPI at the front, and a column per headline."""
    divided = {metric.id for metric in report.metrics if metric.group and metric.value is not None}
    heads = divided & set(answer.headlines)
    kept = [metric for metric in report.metrics if metric.id in heads and not metric.in_series]
    shown = [metric for metric in kept if metric.group or not answer.no_total]
    if report.segments is None:
        first = {_group(m): float(m.value) for m in shown if m.id == answer.headlines[0] and m.value is not None}
        lowest = min(first.values(), default=0.0) - 1
        shown.sort(key=lambda metric: (bool(metric.group), -first.get(_group(metric), lowest)))
    # Changes stand in the tables of each KPI, beside their verdicts: here they would take a screen of their own.
    values = [replace(metric, change=None, previous=None) for metric in shown]
    return replace(segment_matrix(replace(report, metrics=values, verdicts=None, comparison=None)), drops="")


def _group(metric: Metric) -> tuple[str | None, ...]:
    return tuple(metric.group.values())


def _by_kpi(report: Report, answer: Sections) -> Mapping[_Key, list[Metric]]:
    """The metrics of segments by KPI and currency: headlines in their order, then the others in that of the catalogue."""
    place = {name: number for number, name in enumerate(dict.fromkeys((*answer.headlines, *report.order)))}
    found: dict[_Key, list[Metric]] = {}
    for metric in sorted(report.metrics, key=lambda one: place.get(one.id, len(place))):
        if metric.group and not metric.in_series:
            found.setdefault((metric.id, metric.currency), []).append(metric)
    return {key: rows for key, rows in found.items() if any(row.value is not None for row in rows)}


def _totals(answer: Sections) -> Mapping[_Key, Metric]:
    """The total of each KPI: that of the report, with the verdict that it has there."""
    if answer.no_total:
        return {}
    reports = [report for report in (answer.segments, answer.report) if report is not None]
    totals = (metric for report in reports for metric in report.metrics if not metric.group and not metric.in_series)
    return {(metric.id, metric.currency): metric for metric in totals}


def _section(
    key: _Key, rows: Sequence[Metric], total: Metric | None, answer: Sections, apart: Collection[str], most: int
) -> Section:
    report = answer.segments or answer.report
    table = _table(rows, total, report, most)
    more: list[PageBlock] = []
    if len(rows) > most:
        command = phrase(
            "command_segments",
            files=files_typed(report.arguments, report.inputs),
            by=",".join(answer.by),
            kpi=key[0],
        )
        more.append(Text((phrase("segments_capped", n=most, total=len(rows)), Code(command)), Tone.MUTED))
    named = ("segments", key[0], *([key[1]] if key[1] and key[0] in apart else []))
    # A code of a file may hold anything, and an anchor may not.
    return Section(word_of("-".join(named)), title_of(rows[0], apart=apart), (table, *more))


def _table(rows: Sequence[Metric], total: Metric | None, report: Report, most: int) -> Table:
    everything = [*([total] if total else []), *rows]
    compared = any(metric.change or metric.previous is not None for metric in everything)
    ordered = list(rows) if report.segments is not None else sorted(rows, key=_by_value)
    places = places_of(everything)[rows[0].unit]
    shown = [*([total] if total else []), *ordered[:most]]
    marks, scale = _marks(shown, rows, total)
    columns = (
        *(Column(field_name(name), Kind.LABEL, wraps=True) for name in report.group_by),
        Column(phrase("column_value"), Kind.VALUE),
        Column(phrase("column_share"), Kind.SHARE, 3, Narrow.BELOW),
        Column(scale, Kind.MARK, 7, Narrow.VANISH, silent=not scale),
        Column(interval_title(everything), Kind.INTERVAL, 4, Narrow.BELOW, named=True),
        Column(phrase("column_previous"), Kind.NUMBER, 5, Narrow.BELOW, named=True),
        Column(phrase("column_change"), Kind.CHANGE, 1, Narrow.BELOW, named=True),
        Column(phrase("column_verdict"), Kind.VERDICT, 2, Narrow.BELOW),
    )
    drawn = tuple(
        _row(metric, mark, places, report.group_by, compared=compared)
        for metric, mark in zip(shown, marks, strict=True)
    )
    return Table(columns, drawn)


def _by_value(metric: Metric) -> tuple[bool, bool, float]:
    """The largest first; those of a small sample behind them, and those without a value at the end."""
    return metric.value is None, few(metric), -float(metric.value or 0)


def _marks(shown: Sequence[Metric], rows: Sequence[Metric], total: Metric | None) -> tuple[list[Mark | None], str]:
    """A dot with its interval on an axis that all rows share; of numbers without an interval a bar from zero. And their heading.

    The axis holds the intervals of segments that are judged; those of small samples may go on beyond it.
    """
    if any(metric.interval for metric in rows):
        judged = [metric for metric in rows if not few(metric)] or rows
        values = [*ends_of(judged), *(metric.value for metric in shown)]
        axis = with_room(span_of(values, rows[0].unit, zero=False), shown, rows[0].unit)
        centre = total.value if total else None
        return [whisker(m.value, m.interval, axis, centre=centre, hollow=few(m)) for m in shown], ""
    return bars([None if metric is total else metric.value for metric in shown], rows[0].unit)


def _row(metric: Metric, mark: Mark | None, places: int, by: Collection[str], *, compared: bool) -> Row:
    absolute, relative, _ = change_cells(metric.change, metric.unit, metric.currency)
    names = [segment_name(metric.group.get(name)) for name in by] if metric.group else _total_names(len(by))
    before = amount(metric.previous, metric.unit, places=places) if compared and metric.change else ""
    cells = (
        *(Cell(name, Tone.PLAIN if metric.group else Tone.STRONG) for name in names),
        value_cell(metric, places),
        replace(fraction_cell(metric), long=False),
        Cell(tone=Tone.MARK, mark=mark),
        interval_cell(metric.interval, metric.unit, places),
        Cell(before, Tone.MUTED, metric.previous, metric.unit, metric.currency),
        relative if relative.text else absolute,
        verdict_cell(metric),
    )
    undefined = None if metric.value is not None else Undefined(reason_words(metric))
    return Row(cells, total=not metric.group, undefined=undefined)


def _total_names(size: int) -> list[str]:
    return [phrase("segment_total"), *[""] * (size - 1)]
