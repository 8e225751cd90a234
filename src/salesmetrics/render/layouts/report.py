"""How a report looks: what was read, the KPIs by family, by segment or by period, what stands below them; and as a sheet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from salesmetrics.messages import phrase
from salesmetrics.render.document import (
    Cell,
    Column,
    Document,
    File,
    Files,
    Heading,
    Kind,
    Narrow,
    Row,
    Sheet,
    Sparkline,
    Table,
    Tone,
)
from salesmetrics.render.layouts.footer import footer
from salesmetrics.render.layouts.overview import overview
from salesmetrics.render.layouts.pages import page_of
from salesmetrics.render.layouts.segments import is_series, segments
from salesmetrics.render.layouts.trend import trend, trend_page
from salesmetrics.render.layouts.words import (
    change_cells,
    correction_note,
    families,
    few_note,
    fraction_cell,
    headline,
    input_facts,
    interval_cell,
    interval_title,
    kept_apart,
    own_periods,
    period_of,
    places_of,
    previous_cell,
    title_of,
    undefined,
    value_cell,
    verdict_cell,
    verdict_note,
)
from salesmetrics.render.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from salesmetrics.answers.report import Metric, Number, Report
    from salesmetrics.render.document import Block, Footnote
    from salesmetrics.render.page import Page

__all__ = ["group_cell", "headers_unlike", "report_document", "report_page", "report_sheet", "report_wide_sheet"]


_BLANK = "(blank)"
"""A segment of records without a value, in a sheet; an empty cell is the total."""

_BEFORE = ("metric", "title", "family", "unit", "basis", "currency", "period")
_AFTER = ("value", "numerator", "denominator", "n", "low", "high", "previous", "change", "reason")
_COMPARED = ("verdict", "p", "p_adjusted")
"""What a report has at the end where periods are compared."""
_OF_TREND = ("start", "end", "partial", "limit_low", "limit_centre", "limit_high", "outside")
"""What a trend has beside; the day of ``end`` is not in the period."""


def report_document(report: Report) -> Document:
    """Lay out a report or a trend."""
    if not report.everything:
        return overview(report)
    title, *facts = headline(report)
    head = Heading(title, 1, tuple(facts), apart=False)
    files = Files(tuple(File(*input_facts(source)) for source in report.inputs))
    return Document((head, files, *_numbers(report), *footer(report)))


def report_page(report: Report) -> Page:
    """The page of a trend, or of a report without its sections."""
    return trend_page(report) if report.command == "trend" else page_of(report_document(report))


def _numbers(report: Report) -> Sequence[Block]:
    if not report.metrics:
        return ()
    if report.command == "trend":
        return trend(report)
    if report.group_by or is_series(report):
        return (segments(report),)
    return (_kpis(report),)


def _kpis(report: Report) -> Table:
    """A row per KPI. What does not fit beside a value moves below it, and the sparkline goes first."""
    apart = kept_apart(report.metrics)
    own = own_periods(report)
    places = places_of(report.metrics)
    columns = (
        Column(phrase("column_kpi"), Kind.LABEL, silent=True, wraps=True),
        Column(phrase("column_value"), Kind.VALUE),
        Column(interval_title(report.metrics), Kind.INTERVAL, 6, Narrow.BELOW, named=True),
        Column(phrase("column_share"), Kind.SHARE, 5, Narrow.BELOW),
        Column(phrase("column_previous"), Kind.NUMBER, 2, Narrow.BELOW, named=True),
        Column(phrase("column_change"), Kind.CHANGE, 1, Narrow.BELOW, named=True),
        Column(phrase("column_relative"), Kind.CHANGE, 3, Narrow.BELOW, silent=True, continues=True),
        Column(phrase("column_verdict"), Kind.VERDICT, 4, Narrow.BELOW, silent=True),
        Column(phrase("column_change_interval"), Kind.INTERVAL, 7, Narrow.BELOW, named=True),
        Column(phrase("column_twelve_months"), Kind.MARK, 8, Narrow.VANISH, detail=True),
    )
    rows = tuple(
        _row(metric, apart, own, one_line(family).capitalize(), places[metric.unit])
        for family, members in families(report.metrics, report.order)
        for metric in members
    )
    return Table(
        columns,
        rows,
        (*correction_note(report.verdicts), *few_note(report), *verdict_note(report), *own.values()),
        indent=2,
    )


def _row(metric: Metric, apart: Collection[str], own: Mapping[str, Footnote], family: str, places: int) -> Row:
    absolute, relative, span = change_cells(metric.change, metric.unit, metric.currency)
    made_of = fraction_cell(metric)
    trend = Sparkline(tuple(metric.trend), metric.unit in {"count", "money"}) if metric.trend else None
    cells = (
        Cell(title_of(metric, apart=apart), footnote=period_of(metric, own)),
        value_cell(metric, places),
        interval_cell(metric.interval, metric.unit, places),
        made_of,
        previous_cell(metric, places),
        absolute,
        relative,
        verdict_cell(metric),
        span,
        Cell(tone=Tone.MARK, mark=trend),
    )
    return Row(cells, family, undefined=undefined(metric, made_of.text))


# --- the sheet ---


def report_sheet(report: Report) -> Sheet:
    """Tidy: a row per metric, group, period and currency.

    A column per dimension stands between ``period`` and ``value``. A dimension named like a column that is there
    already is called ``group_…``. The total has empty dimensions; records without a value are ``(blank)``. A trend has
    columns for the days of its periods and for the limits of the KPI behind them. Where periods are compared, the verdict on
    the change and its p-values stand at the end.
    """
    over_time = report.command == "trend"
    header = (*_BEFORE, *_dimension_headers(report.group_by), *_AFTER, *(_OF_TREND if over_time else ()))
    header += _COMPARED if report.comparison else ()
    rows = (
        (
            *_sheet_row(metric, report),
            *(_trend_cells(metric) if over_time else ()),
            *(_verdict_cells(metric) if report.comparison else ()),
        )
        for metric in report.metrics
    )
    return Sheet(header, rows)


def _dimension_headers(dimensions: Sequence[str]) -> list[str]:
    return headers_unlike((*_BEFORE, *_AFTER, *_COMPARED), dimensions)


def headers_unlike(taken: Sequence[str], names: Iterable[str]) -> list[str]:
    """Headers that are called like none of those that are there already, nor like each other."""
    headers: list[str] = []
    for name in names:
        header = name
        while header in taken or header in headers:
            header = f"group_{header}"
        headers.append(header)
    return headers


def _trend_cells(metric: Metric) -> Sequence[str | Number | None]:
    period, limits = metric.period, metric.limits
    days = (str(period.start), str(period.end), "yes" if period.partial else "no") if period else (None, None, None)
    if limits is None:
        return (*days, None, None, None, None)
    return (*days, limits.low, limits.centre, limits.high, limits.outside)


def _verdict_cells(metric: Metric) -> Sequence[str | Number | None]:
    change = metric.change
    return (change.verdict, change.p, change.p_adjusted) if change else (None, None, None)


def _sheet_row(metric: Metric, report: Report) -> Sequence[str | Number | None]:
    period = metric.period or report.period
    interval, change = metric.interval, metric.change
    return (
        *_head(metric),
        period.label,
        *_group_cells(metric, report),
        metric.value,
        metric.numerator,
        metric.denominator,
        metric.n,
        interval.low if interval else None,
        interval.high if interval else None,
        metric.previous,
        change.absolute if change else None,
        metric.reason,
    )


def report_wide_sheet(report: Report) -> Sheet:
    """A row per metric, currency and segment with a column per period; without periods a column per segment.

    It holds values alone. What a KPI comes to over the whole period stands in ``value``, over all segments in ``total``.
    """
    return _over_time(report) if any(metric.in_series for metric in report.metrics) else _over_segments(report)


def _over_time(report: Report) -> Sheet:
    series = [metric.period for metric in report.metrics if metric.in_series and metric.period]
    periods = sorted({(period.start or date.min, period.label) for period in series})
    whole = [None] if any(not metric.in_series for metric in report.metrics) else []
    columns = [*whole, *(label for _, label in periods)]
    fixed = [*_BEFORE, *_dimension_headers(report.group_by)]
    rows: dict[tuple[str | None, ...], tuple[str, dict[str | None, Number | None]]] = {}
    for metric in report.metrics:
        period = metric.period or report.period
        label = period.label if metric.in_series else None
        key = (*_head(metric), *_group_cells(metric, report))
        rows.setdefault(key, (report.period.label if metric.in_series else period.label, {}))[1][label] = metric.value
    size = len(_head(report.metrics[0])) if report.metrics else 0
    cells = (
        (*key[:size], label, *key[size:], *(values.get(column) for column in columns))
        for key, (label, values) in rows.items()
    )
    return Sheet((*fixed, *headers_unlike(fixed, ["value" if column is None else column for column in columns])), cells)


def _over_segments(report: Report) -> Sheet:
    groups = list(dict.fromkeys(_group_cells(metric, report) for metric in report.metrics))
    rows: dict[tuple[str | None, ...], dict[tuple[str | None, ...], Number | None]] = {}
    for metric in report.metrics:
        key = (*_head(metric), (metric.period or report.period).label)
        rows.setdefault(key, {})[_group_cells(metric, report)] = metric.value
    titles = [" / ".join(name for name in group if name is not None) or "total" for group in groups]
    cells = ((*key, *(values.get(group) for group in groups)) for key, values in rows.items())
    return Sheet((*_BEFORE, *headers_unlike(_BEFORE, titles)), cells)


def _head(metric: Metric) -> tuple[str | None, ...]:
    return metric.id, metric.title, metric.family, metric.unit, metric.basis, metric.currency


def _group_cells(metric: Metric, report: Report) -> tuple[str | None, ...]:
    return tuple(group_cell(metric.group[name]) if name in metric.group else None for name in report.group_by)


def group_cell(value: str | None) -> str:
    """A segment in a sheet: in quotes where a value is written as records without one are.

    >>> group_cell("Ann"), group_cell(None), group_cell("(blank)")
    ('Ann', '(blank)', '"(blank)"')
    """
    return f'"{value}"' if value == _BLANK else value or _BLANK
