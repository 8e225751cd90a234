"""Segments or periods as rows and KPIs as groups of columns: a report by segment, by period, or by both."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from salesmetrics.messages import phrase
from salesmetrics.render.document import Cell, Column, Kind, Row, Table, Tone
from salesmetrics.render.layouts.pages import ends_of, mark_column, span_of, whisker
from salesmetrics.render.layouts.words import (
    bound_places,
    change_cells,
    correction_note,
    currency_of,
    families,
    few,
    few_note,
    field_name,
    fraction_cell,
    interval_cell,
    interval_title,
    kept_apart,
    order_note,
    own_periods,
    period_label,
    period_name,
    period_of,
    places_of,
    previous_cell,
    segment_name,
    title_of,
    undefined_note,
    value_cell,
    verdict_cell,
    verdict_note,
)
from salesmetrics.render.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from salesmetrics.answers.report import Metric, Period, Report

__all__ = ["is_series", "segment_rows", "segment_titles", "segments"]

_FEW_KPIS = 3
_Days = tuple[date, date, str]


class _Segment(NamedTuple):
    """A row: its labels, and its metrics by KPI id."""

    labels: tuple[str, ...]
    total: bool
    metrics: dict[str, Metric]


def is_series(report: Report) -> bool:
    """Whether the report holds a KPI for several periods, rather than one period for each."""
    seen: dict[str, _Days] = {}
    return any(seen.setdefault(m.id, _days(m.period)) != _days(m.period) for m in report.metrics)


def segments(report: Report) -> Table:
    """A row per segment and period, the total first; a KPI takes a group of columns, which stay together.

    A verdict stays beside its change, whatever the number of KPIs; without a comparison many KPIs are values only on a screen.
    """
    found = segment_rows(report)
    kpis = [members[0] for _, metrics in families(report.metrics, report.order) for members in _by_id(metrics)]
    compared = any(metric.change for metric in report.metrics)
    whole = len(kpis) <= _FEW_KPIS
    groups = [_group(kpi, [segment.metrics.get(kpi.id) for segment in found], report) for kpi in kpis]
    if len(groups) == 1:
        groups = [_with_intervals(*groups[0], [segment.metrics.get(kpis[0].id) for segment in found])]
    full = [column for columns, _ in groups for column in columns]
    shown = [compared or whole or column.kind is Kind.VALUE for column in full]
    texts = [cells for _, columns in groups for cells in columns]
    left_out = {
        column.plural
        for column, cells, drawn in zip(full, texts, shown, strict=True)
        if not drawn and any(cell.text for cell in cells)
    }
    kept = [drawn or column.kind in _BEHIND for column, drawn in zip(full, shown, strict=True)]
    omitted = [column.plural for column in groups[0][0] if column.plural in left_out and column.plural]
    labels = _label_columns(report)
    rows = tuple(
        Row(
            (
                *map(Cell, segment.labels),
                *(cells[index] for cells, there in zip(texts, kept, strict=True) if there),
            ),
            total=segment.total,
        )
        for index, segment in enumerate(found)
    )
    notes = [*order_note(report), *correction_note(report.verdicts), *few_note(report), *verdict_note(report)]
    return Table(
        (
            *labels,
            *(
                column if drawn else replace(column, continues=True, off_screen=True)
                for column, drawn, there in zip(full, shown, kept, strict=True)
                if there
            ),
        ),
        rows,
        (*notes, *own_periods(report).values(), *undefined_note(report.metrics)),
        tuple(omitted),
        whole_groups=whole,
    )


_BEHIND = frozenset({Kind.INTERVAL, Kind.SHARE})
"""What a value rests on: it stands behind it where there is no column for it."""


def _by_id(metrics: Sequence[Metric]) -> list[list[Metric]]:
    found: dict[str, list[Metric]] = {}
    for metric in metrics:
        found.setdefault(metric.id, []).append(metric)
    return list(found.values())


def _label_columns(report: Report) -> list[Column]:
    return [Column(title, Kind.LABEL, wraps=True) for title in segment_titles(report)]


def segment_titles(report: Report) -> list[str]:
    """The titles of the columns that say what a row is about."""
    titles = [*map(field_name, report.group_by)]
    titles += [phrase("column_period")] if is_series(report) else []
    titles += [phrase("column_currency")] if kept_apart(report.metrics) else []
    return titles


def _group(kpi: Metric, metrics: Sequence[Metric | None], report: Report) -> tuple[list[Column], list[Sequence[Cell]]]:
    """The columns of a KPI, and the cells of each."""
    known = [metric for metric in metrics if metric is not None]
    section = one_line(kpi.family).capitalize()
    footnote = period_of(kpi, own_periods(report))
    rate = any(metric.unit == "ratio" for metric in known)
    columns = [
        Column(title_of(kpi), Kind.VALUE, footnote=footnote),
        Column(interval_title(known), Kind.INTERVAL, 5, plural=phrase("columns_interval")),
        Column(phrase("column_share"), Kind.SHARE, 2 if rate else 3, plural=phrase("columns_share")),
        Column(phrase("column_previous"), Kind.NUMBER, 4, plural=phrase("columns_previous")),
        Column(phrase("column_change"), Kind.CHANGE, 5),
        Column(phrase("column_change"), Kind.CHANGE, continues=True),
        Column(phrase("column_verdict"), Kind.VERDICT, 1, plural=phrase("columns_verdict"), wraps=True),
    ]
    columns = [replace(column, group=kpi.id, section=section) for column in columns]
    places = places_of(known).get(kpi.unit, 0)
    of_bounds = bound_places(known, kpi.unit)
    cells = [_cells(metric, places, of_bounds) for metric in metrics]
    return columns, [list(column) for column in zip(*cells, strict=True)]


def _with_intervals(
    columns: list[Column], cells: list[Sequence[Cell]], metrics: Sequence[Metric | None]
) -> tuple[list[Column], list[Sequence[Cell]]]:
    """The columns of the only KPI with each value and its interval as a mark, where it has intervals."""
    known = [metric for metric in metrics if metric is not None and metric.interval is not None]
    if not known:
        return columns, cells
    between = span_of(ends_of(known), known[0].unit, zero=False)
    marks = [
        whisker(metric.value, metric.interval, between, hollow=few(metric)) if metric in known and metric else None
        for metric in metrics
    ]
    column = replace(mark_column(between, known[0].unit), group=columns[0].group, section=columns[0].section)
    drawn = [Cell(tone=Tone.MARK, mark=mark) for mark in marks]
    return [*columns[:_AFTER], column, *columns[_AFTER:]], [*cells[:_AFTER], drawn, *cells[_AFTER:]]


_AFTER = 3
"""So many columns stand before the mark: the value, its interval, and k/n."""


def _cells(metric: Metric | None, places: int, of_bounds: int) -> tuple[Cell, ...]:
    if metric is None:
        return (Cell(),) * 7
    absolute, relative, _ = change_cells(metric.change, metric.unit, metric.currency)
    return (
        value_cell(metric, places),
        interval_cell(metric.interval, metric.unit, of_bounds),
        replace(fraction_cell(metric), long=False),
        previous_cell(metric, places),
        absolute,
        relative if relative.text else absolute,
        verdict_cell(metric),
    )


def segment_rows(report: Report) -> list[_Segment]:
    """The rows: the total first, then segments as the report orders them, periods in order of time.

    With several currencies each has its own row; what has no currency, such as a count, stands in a row above them.
    """
    series = is_series(report)
    apart = kept_apart(report.metrics)
    found: dict[tuple[tuple[str | None, ...], _Days], list[Metric]] = {}
    for metric in report.metrics:
        group = tuple(metric.group.get(name) for name in report.group_by) if metric.group else ()
        found.setdefault((group, _days(None if metric.own_period else metric.period)), []).append(metric)
    order = {group: index for index, group in enumerate(dict.fromkeys(group for group, _ in found))}
    rows: list[_Segment] = []
    for group, days in sorted(found, key=lambda key: (bool(key[0]), order[key[0]], key[1])):
        labels = _labels(group, len(report.group_by))
        labels += (days[2] or period_name(report.period),) if series else ()
        total = bool(report.group_by) and not group
        rows += _by_currency(labels, found[group, days], total=total, apart=apart)
    return rows


def _labels(group: tuple[str | None, ...], size: int) -> tuple[str, ...]:
    if not group:
        return (phrase("segment_total"), *[""] * (size - 1))[:size]
    return tuple(segment_name(value) for value in group)


def _days(period: Period | None) -> _Days:
    if period is None:
        return date.min, date.min, ""
    return period.start or date.min, period.end or date.max, period_label(period)


def _by_currency(
    labels: tuple[str, ...], metrics: list[Metric], *, total: bool, apart: Collection[str]
) -> list[_Segment]:
    if not apart:
        return [_Segment(labels, total, {metric.id: metric for metric in metrics})]
    rows = []
    for code in dict.fromkeys(("", *(currency_of(metric, apart) for metric in metrics))):
        own = {metric.id: metric for metric in metrics if currency_of(metric, apart) == code}
        if own:
            rows.append(_Segment((*labels, code), total, own))
    return rows
