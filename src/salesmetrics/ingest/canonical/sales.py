"""Months as days, prices as amounts, and what a list of sales cannot tell. Own file: what such a list means, apart from how it is found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import polars as pl
from msgspec.structs import replace

from salesmetrics.calendar import parse_period_label
from salesmetrics.calendar.steps import day_before
from salesmetrics.ingest.parse.common import MONEY_DTYPE, plain_text
from salesmetrics.ingest.recognise.sales import SALES, counts_each, names_month, sales_only, times_quantity
from salesmetrics.ingest.recognise.summaries import counted_records
from salesmetrics.ingest.recognise.words import words_of
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message, unit_word
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.ingest.table.table import RawTable
    from salesmetrics.schema.provenance import Finding

__all__ = ["SalesRead", "amounts_of_lines", "sales_made", "with_amounts"]

_DIFFER = 0.2
"""From this share of orders of several lines on, whose amounts differ, amounts are those of lines."""
_UNITS = ("month", "quarter")
_FIRST_OF_MONTH = re.compile(r"\d{4}-\d{2}-01(?:[T ]00:00(?::00)?)?")
_YEAR_WORDS = frozenset(
    map(
        words_of,
        (
            "year",
            "jahr",
            "année",
            "año",
            "ano",
            "anno",
            "jaar",
            "år",
            "год",
            "年",
            "年份",
            "سنة",
            "tahun",
            "rok",
            "yıl",
        ),
    )
)
_MOST_PERIODS = 1_200
"""Different cells up to which a column can hold months: a century of them."""


class SalesRead(msgspec.Struct):
    """A table whose months are days.

    Attributes:
        table: The table.
        how: Field → how its text was read.
        findings: What is said about it.
        withheld: What no number may rest on.
    """

    table: RawTable
    how: dict[str, Message] = msgspec.field(default_factory=dict)
    findings: list[Finding] = msgspec.field(default_factory=list)
    withheld: list[Withheld] = msgspec.field(default_factory=list)


def sales_made(table: RawTable, recognition: Recognition, mapping: Mapping[str, str]) -> SalesRead:
    """Make days of the months of a list of sales, and say what such a list cannot tell.

    Args:
        table: The file's table, all text.
        recognition: What its columns are.
        mapping: What the user said of columns.

    Returns:
        The table, with the last day of its month or quarter in the place of each. Every other file comes back as it was.
    """
    read = SalesRead(table)
    if recognition.kind != "deals" or not sales_only(recognition.columns):
        return read
    path, header = table.source.path, recognition.columns["won_on"].header
    findings, withheld = read.findings, read.withheld
    if recognition.lists == SALES:
        advice = None if recognition.confidence == 1 else Message("name_if_no_sales", path=path)
        findings.append(finding("sales_made", kind="deals", path=path, column=header, count=0, advice=advice))
    found = _days(table.frame, header)
    if found is not None:
        days, unit, example = found
        read.table = replace(table, frame=table.frame.with_columns(days.alias(header)))
        read.how["won_on"] = Message("last_day_of_unit", unit=unit_word(unit))
        findings.append(
            finding(
                "months_as_days",
                kind="deals",
                path=path,
                column=header,
                count=len(days),
                unit=unit_word(unit),
                value=example,
            )
        )
        withheld += [Withheld("deals", fact, "days_unknown") for fact in ("day", "month")[: _UNITS.index(unit) + 1]]
    sums = counted_records(table.frame, recognition, mapping) if recognition.lists == SALES else None
    each = counts_each(recognition.columns, table.frame.columns, by_day=found is None)
    if sums is not None or (not each and (found is not None or recognition.lists == SALES)):
        findings.append(
            finding("rows_are_sums", kind="deals", path=path, column=sums or header, count=table.frame.height)
        )
        withheld.append(Withheld("deals", "each", "rows_are_sums"))
    return read


def with_amounts(frame: pl.DataFrame, recognition: Recognition, path: str) -> tuple[pl.DataFrame, list[Finding]]:
    """The canonical frame of a list of sales with amounts that are the price times the quantity, where only these are there."""
    if recognition.lists != SALES or not times_quantity(recognition.columns):
        return frame, []
    price, quantity = (recognition.columns[name].header for name in ("amount", "quantity"))
    product = (pl.col("amount") * pl.col("quantity")).cast(MONEY_DTYPE)
    said = finding(
        "amounts_multiplied", kind="deals", path=path, column=price, rows=frame.get_column(ROW), quantity=quantity
    )
    return frame.with_columns(product.alias("amount")), [said]


def amounts_of_lines(frame: pl.DataFrame, recognition: Recognition) -> bool:
    """Whether the amounts of a list of sales are those of the lines of an order, and not of the whole order on each line.

    They are where each is a price times a quantity, or where enough orders of several lines have different ones.
    """
    if recognition.lists != SALES or not {"id", "amount"} <= set(frame.columns):
        return False
    if times_quantity(recognition.columns):
        return True
    orders = frame.group_by("id").agg(lines=pl.len(), differ=pl.col("amount").drop_nulls().n_unique() > 1)
    several = orders.filter((pl.col("lines") > 1) & pl.col("id").is_not_null()).get_column("differ")
    return bool(several.len()) and int(several.sum()) >= _DIFFER * several.len()


def _days(frame: pl.DataFrame, header: str) -> tuple[pl.Series, str, str] | None:
    """The last days of the months or quarters of a column as text, which of the two they are, and its first cell."""
    text = plain_text(frame.get_column(header)).str.strip_chars()
    distinct = text.drop_nulls().unique(maintain_order=True)
    cells = [cell for cell in distinct.to_list() if cell]
    if not cells or len(cells) > _MOST_PERIODS:
        return None
    whole, years = text, _year_beside(frame, header)
    if years is not None and not any(_last_day(cell) for cell in cells):
        whole = pl.select(pl.concat_str(pl.lit(years), pl.lit("-"), pl.lit(text))).to_series()
        cells = [cell for cell in whole.drop_nulls().unique(maintain_order=True).to_list() if not cell.endswith("-")]
    named = names_month(header)
    known = {cell: day for cell in cells if (day := _last_day(cell, named=named)) is not None}
    if len(known) < max(1, round(0.9 * len(cells))):
        return None
    days = {cell: day for cell, (day, _) in known.items()}
    unit = "quarter" if all(unit == "quarter" for _, unit in known.values()) else "month"
    return whole.replace_strict(days, default=text, return_dtype=pl.String), unit, cells[0]


def _last_day(cell: str, *, named: bool = False) -> tuple[str, str] | None:
    """The last day of the month or quarter that a cell names, and which of the two it is.

    >>> _last_day("Feb 2026"), _last_day("2026-Q1"), _last_day("2026-02-03")
    (('2026-02-28', 'month'), ('2026-03-31', 'quarter'), None)
    """
    if named and _FIRST_OF_MONTH.fullmatch(cell):
        cell = cell[:7]
    period = parse_period_label(cell)
    if period is None or period.unit not in _UNITS or period.end is None:
        return None
    return day_before(period.end).isoformat(), period.unit


def _year_beside(frame: pl.DataFrame, header: str) -> pl.Series | None:
    """The column of years beside one of months that have none."""
    name = next((each for each in frame.columns if each != header and words_of(each) in _YEAR_WORDS), None)
    if name is None or not names_month(header):
        return None
    years = plain_text(frame.get_column(name)).str.strip_chars()
    return years if years.drop_nulls().str.contains(r"^(?:19|20)\d\d$").all() else None
