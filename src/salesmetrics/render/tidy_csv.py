"""Tidy CSV: one row per metric, group, period and currency."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.render.numbers import exact
from salesmetrics.render.visible import CONTROLS, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.answers.report import Metric, Number, Report

__all__ = ["BLANK", "cell", "render_csv", "write_rows"]

BLANK = "(blank)"
"""A segment of records without a value; an empty cell is the total."""

_BEFORE = ("metric", "title", "family", "unit", "basis", "currency", "period")
_AFTER = ("value", "numerator", "denominator", "n", "low", "high", "previous", "change", "reason")
_OF_TREND = ("start", "end", "partial", "limit_low", "limit_centre", "limit_high", "outside")
"""What a trend has beside; the day of ``end`` is not in the period."""

_FORMULA = re.compile(r"[\s\u200b\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]|[\t\r\n]")
"""Starts that a spreadsheet takes for a formula: also full-width and small signs, and behind blanks that it drops."""

_PLAIN_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")
_CONTROL = re.compile(f"(?![\t\n\r])[{CONTROLS}]")


def render_csv(report: Report) -> str:
    """Write the metrics of a report as CSV: UTF-8 text, LF, quotes only where needed, an empty cell for null.

    A column per dimension stands between ``period`` and ``value``. A dimension named like a column that is there
    already is called ``group_…``. The total has empty dimensions; records without a value are ``(blank)``. A trend has
    columns for the days of its periods and for the limits of the KPI behind them.

    Raises:
        ValueError: A value is NaN or infinite.
    """
    over_time = report.command == "trend"
    header = (*_BEFORE, *_dimension_headers(report.group_by), *_AFTER, *(_OF_TREND if over_time else ()))
    rows = ((*_row(metric, report), *(_trend_cells(metric) if over_time else ())) for metric in report.metrics)
    return write_rows(header, rows)


def write_rows(header: Sequence[str], rows: Iterable[Sequence[str | Number | None]]) -> str:
    r"""Write any table by the rules of the CSV output.

    >>> write_rows(["name", "value"], [["=1+1", -2], ['a "b", c', None]])
    'name,value\n\'=1+1,-2\n"a ""b"", c",\n'
    """
    return "".join(",".join(map(cell, row)) + "\n" for row in (header, *rows))


def cell(value: str | Number | None) -> str:
    r"""One CSV cell. Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers are left alone.

    Control characters, but for line ends and tabs, are spelled out.

    >>> cell("-16669.8"), cell("-1+cmd"), cell("@sum")
    ('-16669.8', "'-1+cmd", "'@sum")
    >>> cell("\x1b[2J"), cell(" \uff1d1+1")
    ('\\x1b[2J', "' \uff1d1+1")
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return exact(value)
    if not value.isprintable():
        value = _CONTROL.sub(spelled, value)
    if _FORMULA.match(value) and not _PLAIN_NUMBER.fullmatch(value):
        value = f"'{value}"
    if any(char in value for char in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


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
