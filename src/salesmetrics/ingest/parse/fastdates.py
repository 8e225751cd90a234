"""Dates whose commonest writing is one strict format: read by that format, the few others left to the slow reading."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from salesmetrics.ingest.parse.common import ParseOptions

__all__ = ["INSTANT_DTYPE", "Fast", "Order", "nothing_fast", "read_fast"]

Order = Literal["dmy", "mdy"]

INSTANT_DTYPE = pl.Datetime("us")
_SAMPLE = 200
_YEARS = (1900, 2199)
"""Years that are what they seem."""
# What a format string reads without a second opinion: the separators and the year's length leave no other reading.
_D, _T = "[0-9]{2}[.][0-9]{2}[.][0-9]{4}", "[0-9]{2}:[0-9]{2}"
_FAST: tuple[tuple[str, str, str], ...] = (
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "%Y-%m-%d", "year-month-day"),
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$", "%Y-%m-%d %H:%M:%S", "year-month-day and time"),
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$", "%Y-%m-%d %H:%M", "year-month-day and time"),
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$", "%Y-%m-%dT%H:%M:%S", "year-month-day and time"),
    (
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]+)?Z$",
        "%Y-%m-%dT%H:%M:%S%.fZ",
        "year-month-day and time",
    ),
    (rf"^{_D}$", "%d.%m.%Y", "day.month.year"),
    (rf"^{_D} {_T}:[0-9]{{2}}$", "%d.%m.%Y %H:%M:%S", "day.month.year and time"),
    (rf"^{_D} {_T}$", "%d.%m.%Y %H:%M", "day.month.year and time"),
    (r"^[0-9]{4}/[0-9]{2}/[0-9]{2}$", "%Y/%m/%d", "year/month/day"),
)
_TIMES = (("", ""), (f" {_T}", " %H:%M"), (f" {_T}:[0-9]{{2}}", " %H:%M:%S"))
_NUMERIC: tuple[tuple[str, str, str], ...] = tuple(
    (rf"^[0-9]{{1,2}}{sep}[0-9]{{1,2}}{sep}[0-9]{{4}}{pattern}$", sep, time) for sep in "/-" for pattern, time in _TIMES
)


@dataclass(frozen=True, slots=True)
class Fast:
    """Values of the cells that one format reads, the cells left over, the format in words, the order it has proven, and whether they are written in UTC."""

    values: pl.Series
    rest: pl.Series
    name: str = ""
    proven: dict[str, Order] = field(default_factory=dict)
    zulu: bool = False

    @property
    def numeric(self) -> bool:
        """Whether the format has the year last."""
        return self.name.startswith(("day", "month"))


def nothing_fast(text: pl.Series, dtype: pl.DataType) -> Fast:
    """Leave every cell to the slow reading."""
    return Fast(pl.Series(text.name, [None], dtype=dtype).new_from_index(0, len(text)), text.is_not_null())


def read_fast(text: pl.Series, dtype: pl.DataType, options: ParseOptions) -> Fast:
    """Read the commonest strict format of a column, when its first cells show one."""
    sample = text.drop_nulls().head(_SAMPLE)
    hits = [int(sample.str.contains(pattern).sum()) * _may_use(form, options) for pattern, form, _ in _FAST]
    if max(hits):
        _, form, name = _FAST[hits.index(max(hits))]
        return replace(_checked(text, _read(text, form, dtype), name, {}), zulu=form.endswith("Z"))
    hits = [int(sample.str.contains(pattern).sum()) for pattern, _, _ in _NUMERIC]
    if max(hits):
        _, sep, time = _NUMERIC[hits.index(max(hits))]
        return _in_proven_order(text, dtype, sep, time, options)
    return nothing_fast(text, dtype)


def _in_proven_order(text: pl.Series, dtype: pl.DataType, sep: str, time: str, options: ParseOptions) -> Fast:
    """Read day and month in the order that the option names, or that the column proves: a cell that fits one order only."""
    forms: dict[Order, str] = {"dmy": f"%d{sep}%m{sep}%Y{time}", "mdy": f"%m{sep}%d{sep}%Y{time}"}
    words = {"dmy": f"day{sep}month{sep}year", "mdy": f"month{sep}day{sep}year"}
    if options.date_order == "dmy" or options.date_order == "mdy":
        order = options.date_order
        return _checked(text, _read(text, forms[order], dtype), words[order], {})
    readings = {order: _read(text, form, dtype) for order, form in forms.items()}
    day, month = readings["dmy"].is_not_null(), readings["mdy"].is_not_null()
    proves_day, proves_month = (day & ~month).any(), (month & ~day).any()
    if proves_day == proves_month:
        return nothing_fast(text, dtype)
    order = "dmy" if proves_day else "mdy"
    return _checked(text, readings[order], words[order], {sep: order})


def _read(text: pl.Series, form: str, dtype: pl.DataType) -> pl.Series:
    if "%H" in form:
        # Days repeat, instants do not: remembering them costs more than reading them.
        return text.str.to_datetime(form, strict=False, time_unit="us", cache=False).cast(dtype)
    return text.str.to_date(form, strict=False).cast(dtype)


def _checked(text: pl.Series, values: pl.Series, name: str, proven: dict[str, Order]) -> Fast:
    """Leave over what the format takes too easily: years of fewer digits or another calendar, and 9999 for "no end"."""
    rest = values.is_null() & (text != "").fill_null(value=False)
    low, high = values.min(), values.max()
    if low is not None and not (_YEARS[0] <= low.year and high.year <= _YEARS[1]):  # type: ignore[union-attr]
        strange = (~values.dt.year().is_between(*_YEARS)).fill_null(value=False)
        rest |= strange
        values = values.zip_with(~strange, pl.Series([None], dtype=values.dtype).new_from_index(0, len(text)))
    return Fast(values, rest, name, proven)


def _may_use(form: str, options: ParseOptions) -> bool:
    """Whether the options leave this format its one reading: a zone moves instants, and month-first moves dotted dates."""
    return not (form.endswith("Z") and options.timezone) and not (form[:2] == "%d" and options.date_order == "mdy")
