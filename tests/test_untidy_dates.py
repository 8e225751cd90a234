"""Dates that a spreadsheet, another calendar or a second hand has touched: read as they are meant, or refused by name."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.parse import Parsed, ParseOptions, dates, parse_column
from salesmetrics.ingest.read import load
from salesmetrics.messages import text
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from pathlib import Path

REJECT = ParseOptions(undecided="reject")


def parse(cells: list[str | None], options: ParseOptions = REJECT, type_: ColumnType = ColumnType.DAY) -> Parsed:
    text = pl.Series("Closed", cells, dtype=pl.String)
    rows = pl.Series(range(2, 2 + len(cells)), dtype=pl.UInt32)
    return parse_column(text, type_, options, header="Closed", path="deals.csv", rows=rows)


def why(parsed: Parsed) -> list[str]:
    return [] if parsed.why is None else [text(Message(code)) for code in parsed.why.drop_nulls()]


days = st.dates(date(1980, 1, 1), date(2060, 12, 31))
ISO = [f"2026-{month:02d}-{day:02d}" for month in range(1, 11) for day in (3, 11, 19, 28)][:39]


@pytest.mark.parametrize("cell", ["03/04/2026", "3-4-2026", "05-03-26", "24-03-05", "11/12/25", "5.3.24", "03 04 2026"])
def test_one_date_that_reads_several_ways_among_clear_ones_is_bad_by_itself(cell: str) -> None:
    parsed = parse([*ISO, cell])
    assert parsed.bad.to_list() == [False] * 39 + [True]
    assert why(parsed) == [text(Message(dates.MANY_WAYS))]


@pytest.mark.parametrize(("cell", "day"), [("25/06/2026", "2026-06-25"), ("06/25/2026", "2026-06-25"), ("7/7/2026", "2026-07-07"), ("03.04.2026", "2026-04-03"), ("31-12-69", None), ("45-12-31", "None")])  # fmt: skip
def test_one_date_that_reads_one_way_is_read(cell: str, day: str | None) -> None:
    parsed = parse([*ISO, cell])
    if day is None:  # 31 December 1969 or 2031-12-69, which is no day
        assert parsed.values[-1] == date(1969 if 2026 - 1969 <= 50 else 2069, 12, 31)
    else:
        assert str(parsed.values[-1]) == day


def test_a_column_beside_it_settles_a_date_of_four_digits() -> None:
    beside = ParseOptions(undecided="reject", date_order_beside="dmy")
    assert parse([*ISO, "03/04/2026"], beside).values[-1] == date(2026, 4, 3)
    assert parse([*ISO, "24-03-05"], beside).bad[-1]
    assert parse([*ISO, "24-03-05"], ParseOptions(date_order="ymd")).values[-1] == date(2024, 3, 5)


@settings(max_examples=tries(30))
@given(common=st.lists(days, min_size=3, max_size=9), odd=days, form=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%y", "%y/%m/%d"]))  # fmt: skip
def test_an_odd_date_is_never_read_otherwise_than_it_was_written(common: list[date], odd: date, form: str) -> None:
    parsed = parse([*(day.isoformat() for day in common), odd.strftime(form)])
    newest = max(day.year for day in common)
    if abs(odd.year - newest) < 50:
        assert parsed.bad[-1] or parsed.values[-1] == odd
    assert parsed.values.to_list()[:-1] == common


@settings(max_examples=tries(30))
@given(values=st.lists(days, min_size=1, max_size=6), anchor=days, form=st.sampled_from(["%d %b %y", "%b %d, %y"]))
def test_a_short_year_is_the_one_within_fifty_of_the_newest(values: list[date], anchor: date, form: str) -> None:
    parsed = parse([*(day.strftime(form) for day in values), anchor.strftime("%d %b %Y")])
    for read, day in zip(parsed.values.to_list(), values, strict=False):
        assert abs(read.year - anchor.year) <= 50
        assert read.year % 100 == day.year % 100
        assert (read.month, read.day) == (day.month, day.day) or (day.month, day.day) == (2, 29)
    assert parsed.notes["years_short"].sum() == len(values) - sum(parsed.bad[: len(values)])


@settings(max_examples=tries(30))
@given(values=st.lists(days, min_size=1, max_size=6), form=st.sampled_from(["%d.%m.%y", "%d %b %y"]))
def test_without_a_year_of_four_digits_the_century_is_ours(values: list[date], form: str) -> None:
    parsed = parse([day.strftime(form) for day in values])
    for read, day in zip(parsed.values.to_list(), values, strict=True):
        assert read is None or read.year == 2000 + day.year % 100


@settings(max_examples=tries(30))
@given(values=st.lists(days, min_size=1, max_size=8), form=st.sampled_from(["{d:02d}/{m:02d}/{y}", "{y}-{m:02d}-{d:02d}", "{d}.{m}.{y}", "{d} ม.ค. {y}"]), clock=st.sampled_from(["", " 10:30"]))  # fmt: skip
def test_buddhist_years_are_read(values: list[date], form: str, clock: str) -> None:
    values = [*(day.replace(month=1) if "ม.ค." in form else day for day in values), date(2024, 1, 31)]
    cells: list[str | None] = [form.format(d=day.day, m=day.month, y=day.year + 543) + clock for day in values]
    parsed = parse(cells)
    assert parsed.values.to_list() == values
    assert parsed.notes["years_thai"].all()


def test_buddhist_dates_have_the_day_first() -> None:
    assert parse(["05/01/2569", "06/02/2569"]).values.to_list() == [date(2026, 1, 5), date(2026, 2, 6)]


def test_one_buddhist_year_among_ours_is_refused_by_name() -> None:
    parsed = parse([*ISO, "2569-02-25"])
    assert parsed.bad.to_list() == [False] * 39 + [True]
    assert "Thai" in why(parsed)[0]
    assert parse(["25/02/69", "28/02/2569", "14/01/2569"]).values.to_list() == [date(2026, 2, 25), date(2026, 2, 28), date(2026, 1, 14)]  # fmt: skip
    assert parse(["๒๕/๐๒/๒๕๖๙", "", None]).values[0] == date(2026, 2, 25)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("1447-05-12", "Hijri"), ("12/05/1447", "Hijri"), ("١٤٤٧/٠٥/١٢", "Hijri"), ("1404/11/25", "Persian"), ("۱۴۰۴/۱۱/۲۵", "Persian"),
        ("12 رمضان 1447", "Hijri"), ("١٢ شوال ١٤٤٧ هـ", "Hijri"), ("25 بهمن 1404", "Persian"), ("5786-06-12", "Hebrew"), ("115/03/05", "Taiwan"), ("民國115年3月5日", "Taiwan"), ("令和8年3月5日", "Japanese"), ("R8.3.5", "Japanese"), ("H30/12/01", "Japanese"),
        ("3-Jan", "without a year"), ("Feb-14", "without a year"), ("14 févr.", "without a year"), ("5 марта", "without a year"),
        ("3/14", "without a year"), ("3月5日", "without a year"), ("Mar 2024", "without a day"), ("2024-03", "without a day"),
    ],
)  # fmt: skip
def test_what_is_known_to_be_no_such_date_is_named(cell: str, name: str) -> None:
    for cells in ([cell], [*ISO, cell]):
        parsed = parse(list(cells))
        assert parsed.bad[-1]
        assert name in why(parsed)[0]


@pytest.mark.parametrize(
    "cells", [["24-03-05", "24-12-25", "24-03-19"], ["25/01/07", "25/11/12", "26/02/28", "26/02/27"]]
)
def test_two_digits_first_that_look_like_years_are_refused(cells: list[str | None]) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        parse(cells)
    assert caught.value.code == "date_order_ambiguous"
    assert "--date-order ymd" in caught.value.hint
    assert parse(cells, ParseOptions(date_order="ymd")).values[0].year in (2024, 2025)
    assert parse(["25/06/24", "13/07/24", "14/07/25", "03/04/25"]).values[0] == date(2024, 6, 25)


@pytest.mark.parametrize("numbers", [[1.7e18, None], [1.7e12, 1.7e12], [1.7e9, None]])
def test_epochs_that_a_file_holds_as_floats_are_read(numbers: list[float | None]) -> None:
    text, rows = pl.Series("Closed", numbers, dtype=pl.Float64), pl.Series([2, 3], dtype=pl.UInt32)
    parsed = parse_column(text, ColumnType.DAY, ParseOptions(), header="Closed", path="d.parquet", rows=rows)
    assert parsed.values[0] == date(2023, 11, 14)


def test_one_odd_cell_leaves_a_column_of_serial_days_alone() -> None:
    serials: list[str | None] = [str(45000 + n) for n in range(20)]
    parsed = parse([*serials, "2023-04-30", "x", "90000", "0", "45010.25"])
    assert parsed.values.to_list()[:20] == [date(2023, 3, 15) + timedelta(days=n) for n in range(20)]
    assert parsed.values.to_list()[20:] == [date(2023, 4, 30), None, None, None, date(2023, 3, 25)]
    assert parsed.bad.to_list()[20:] == [False, True, True, False, False]


def test_a_serial_day_among_written_dates_is_named() -> None:
    assert why(parse([*ISO, "45123"])) == [text(Message(dates.SERIAL))]


moments = st.datetimes(datetime(2001, 9, 10), datetime(2199, 12, 31))


@settings(max_examples=tries(30))
@given(values=st.lists(moments, min_size=1, max_size=8), digits=st.sampled_from([0, 3, 6, 9]), tail=st.sampled_from(["", ".0"]))  # fmt: skip
def test_epochs_of_any_unit_are_read(values: list[datetime], digits: int, tail: str) -> None:
    step = timedelta(microseconds=10 ** max(6 - digits, 0))
    values = [datetime(1970, 1, 1) + (value - datetime(1970, 1, 1)) // step * step for value in values]
    micros = [(value - datetime(1970, 1, 1)) // timedelta(microseconds=1) for value in values]
    cells: list[str | None] = [f"{m * 10**digits // 10**6}{tail}" for m in micros]
    assert parse(cells, type_=ColumnType.INSTANT).values.to_list() == values


_CELLS = [
    "2026-01-31", "2026-02-03", "2024-02-29 10:00", "03/04/2026", "25/06/2026", "06/25/2026", "05.03.2026", "5.3.26", "24-03-05", "3-Jan",
    "25/02/2569", "29/02/2567", "1447-05-12", "45123", "45124", "90000", "0", "1700000000", "", None, "x", "5 Mar 24", "9999-12-31", "2210-01-01", "0001-01-01",
]  # fmt: skip


@settings(max_examples=tries(30))
@given(cells=st.lists(st.sampled_from(_CELLS), max_size=12), options=st.sampled_from([ParseOptions(), REJECT, ParseOptions(date_order="mdy")]))  # fmt: skip
def test_the_fast_way_reads_as_the_slow_one(cells: list[str | None], options: ParseOptions) -> None:
    def outcome() -> object:
        try:
            parsed = parse(cells, options)
        except SalesmetricsError as error:
            return error.code, error.details["value"]
        notes = {code: mask.to_list() for code, mask in parsed.notes.items()}
        return parsed.values.to_list(), parsed.bad.to_list(), why(parsed), notes

    with patch.object(dates, "read_fast", lambda text, dtype, *_, **__: dates.nothing_fast(text, dtype)):
        slow = outcome()
    assert outcome() == slow


def test_each_rejected_row_is_named_with_its_own_value(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    rows = [f"{n},Won,100,{cell}" for n, cell in enumerate([*ISO, "04/05/2026", "05/06/26", "never ever"])]
    path.write_text("\n".join(["Deal ID,Deal Stage,Amount,Close Date", *rows]))
    dataset = load([str(path)], ReadOptions())
    messages = [said.message for said in dataset.findings if said.code == "rows_rejected"]
    assert messages == [
        f"2 rows rejected: `Close Date` is {text(Message(dates.MANY_WAYS))}: `04/05/2026`, `05/06/26`",
        "1 row rejected: `never ever` in `Close Date` is not a date",
    ]
    assert dataset.rejects["value"].to_list() == ["04/05/2026", "05/06/26", "never ever"]


def test_a_column_of_dates_without_a_year_says_so(tmp_path: Path) -> None:
    path = tmp_path / "invoices.csv"
    path.write_text("invoice_id,customer,invoice_date,amount\nI-1,Oak,3-Jan,10\nI-2,Ash,Feb-14,20\n")
    with pytest.raises(SalesmetricsError) as caught:
        load([str(path)])
    assert caught.value.code == "too_many_rejected"
    assert "`3-Jan` in `invoice_date` is a date without a year or day, which a spreadsheet" in caught.value.message


@pytest.mark.parametrize("cells", [("1767225600", "1770000000"), ("1767225600000.0", "1770000000000"), ("1767225600000000", "1770000000000000"), ("1767225600000000000", "1770000000000000000"), ("25 ม.ค. 2569", "2 ก.พ. 2569"), ("2569-01-25", "2569-02-02")])  # fmt: skip
@pytest.mark.parametrize("kind", ["deals", "activities", "invoices"])
def test_such_columns_are_found_by_their_header(tmp_path: Path, kind: str, cells: tuple[str, str]) -> None:
    heads = {"deals": ("Deal ID,Deal Stage,Amount,Close Date", "1,Closed Won,10,"), "activities": ("Activity ID,Activity Type,Owner,Activity Date", "1,Call,Ann,"), "invoices": ("Invoice ID,Customer,Amount,Invoice Date", "1,Oak,10,")}  # fmt: skip
    head, start = heads[kind]
    path = tmp_path / f"{kind}.csv"
    path.write_text("\n".join([head, start + cells[0], "2" + start[1:] + cells[1]]), encoding="utf-8")
    dataset = load([str(path)])
    column = {"deals": "closed", "activities": "occurred", "invoices": "issued"}[kind]
    assert {str(value)[:4] for value in dataset.frames[kind][column]} == {"2026"}  # type: ignore[index]


def test_a_known_header_over_cells_of_another_type_is_told(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("Deal ID,Deal Stage,Amount,Create Date,Close Date\n1,Closed Won,10,blue,2026-02-01\n")
    said = [said.message for said in load([str(path)]).findings if said.code == "header_unfit"]
    assert said == ["`Create Date` is not used as created: its cells do not look like dates"]


def test_the_history_of_stages_is_read_with_the_order_of_its_file(tmp_path: Path) -> None:
    head = 'Record ID,Deal Name,Deal Stage,Amount,Create Date,Close Date,"Date entered ""Proposal (Sales)""","Date entered ""Closed Won (Sales)"""'
    rows = [
        "1,Oak,Closed Won,10,01/25/2026,02/14/2026,02/03/2026,02/14/2026",
        "2,Ash,Closed Won,10,01/26/2026,02/16/2026,02/04/2026,soon",
        "3,Elm,Closed Won,10,01/27/2026,02/17/2026,02/05/2026,02/17/2026",
    ]
    path = tmp_path / "deals.csv"
    path.write_text("\n".join([head, *rows]))
    dataset = load([str(path)])
    entered = dataset.frames["stages"].filter(pl.col("stage") == "Proposal")["entered"].to_list()
    assert entered == [datetime(2026, 2, 3), datetime(2026, 2, 4), datetime(2026, 2, 5)]
    assert [said.rows for said in dataset.findings if said.code == "history_unreadable"] == [(3,)]
