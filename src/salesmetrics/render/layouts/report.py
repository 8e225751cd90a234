"""How a report looks: as text for people, and as a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.writers import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.report import Metric, Number, Report
    from salesmetrics.render.writers import Screen

__all__ = ["report_md", "report_sheet", "report_table"]

BLANK = "(blank)"
"""A segment of records without a value; an empty cell is the total."""

_BEFORE = ("metric", "title", "family", "unit", "basis", "currency", "period")
_AFTER = ("value", "numerator", "denominator", "n", "low", "high", "previous", "change", "reason")
_OF_TREND = ("start", "end", "partial", "limit_low", "limit_centre", "limit_high", "outside")
"""What a trend has beside; the day of ``end`` is not in the period."""


def report_table(report: Report, screen: Screen) -> str:
    """The report for people at a terminal."""
    from salesmetrics.render.table import render_table

    return render_table(report, width=screen.width, color=screen.color, ascii_only=screen.ascii_only)


def report_md(report: Report, screen: Screen) -> str:  # noqa: ARG001
    """The report as Markdown."""
    from salesmetrics.render.markdown import render_markdown

    return render_markdown(report)


def report_sheet(report: Report) -> Sheet:
    """Tidy: a row per metric, group, period and currency.

    A column per dimension stands between ``period`` and ``value``. A dimension named like a column that is there
    already is called ``group_…``. The total has empty dimensions; records without a value are ``(blank)``. A trend has
    columns for the days of its periods and for the limits of the KPI behind them.
    """
    over_time = report.command == "trend"
    header = (*_BEFORE, *_dimension_headers(report.group_by), *_AFTER, *(_OF_TREND if over_time else ()))
    rows = ((*_row(metric, report), *(_trend_cells(metric) if over_time else ())) for metric in report.metrics)
    return Sheet(header, rows)


def _dimension_headers(dimensions: Sequence[str]) -> list[str]:
    headers: list[str] = []
    for dimension in dimensions:
        header = dimension
        while header in (*_BEFORE, *_AFTER, *headers):
            header = f"group_{header}"
        headers.append(header)
    return headers


def _trend_cells(metric: Metric) -> Sequence[str | Number | None]:
    period, limits = metric.period, metric.limits
    days = (str(period.start), str(period.end), "yes" if period.partial else "no") if period else (None, None, None)
    if limits is None:
        return (*days, None, None, None, None)
    return (*days, limits.low, limits.centre, limits.high, limits.outside)


def _row(metric: Metric, report: Report) -> Sequence[str | Number | None]:
    period = metric.period or report.period
    group = [(metric.group[name] or BLANK) if name in metric.group else None for name in report.group_by]
    interval, change = metric.interval, metric.change
    return (
        metric.id,
        metric.title,
        metric.family,
        metric.unit,
        metric.basis,
        metric.currency,
        period.label,
        *group,
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
