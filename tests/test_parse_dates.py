"""Dates are read in every writing of the known exports, or refused with both readings."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse import Parsed, ParseOptions, date_orders, parse_column
from salesmetrics.ingest.parse.date_text import real_date
from salesmetrics.messages import text
from salesmetrics.schema.fields import ColumnType


def parse(cells: list[object], type_: ColumnType = ColumnType.INSTANT, options: ParseOptions | None = None, *, dtype: pl.DataType | None = None) -> Parsed:  # fmt: skip
    text = pl.Series("Close Date", cells, dtype=dtype or pl.String())
    rows = pl.Series(range(2, 2 + len(cells)), dtype=pl.UInt32)
    parsed = parse_column(text, type_, options or ParseOptions(), header="Close Date", path="deals.csv", rows=rows)
    assert parsed.values.dtype == (pl.Date() if type_ is ColumnType.DAY else pl.Datetime("us"))
    assert len(parsed.values) == len(parsed.bad) == len(cells)
    assert not parsed.bad.has_nulls()
    assert not (parsed.bad & parsed.values.is_not_null()).any()
    return parsed


READINGS: list[tuple[str, str]] = [
    ("2024-03-05", "2024-03-05"), ("2024-3-5", "2024-03-05"), ("2024-03-05 10:11", "2024-03-05 10:11"),
    ("2024-03-05 10:11:12", "2024-03-05 10:11:12"), ("2024-03-05T10:11:12", "2024-03-05 10:11:12"),
    ("2018-12-19T19:51:13.000Z", "2018-12-19 19:51:13"), ("2024-03-05T10:11:12.123456789Z", "2024-03-05 10:11:12.123456"),
    ("2023-09-26 15:15:00.000000 UTC", "2023-09-26 15:15"), ("2020-01-14T20:41:38+03:00", "2020-01-14 20:41:38"),
    ("2024-03-05 10:11:12+0000", "2024-03-05 10:11:12"), ("2024-03-05 10:11:12.12345-08:00", "2024-03-05 10:11:12.123450"),
    ("2024-03-05 06:55:00 PM", "2024-03-05 18:55"), ("2026/06/15", "2026-06-15"), ("2024.03.05", "2024-03-05"),
    ("20240305", "2024-03-05"), ("20240305T101112Z", "2024-03-05 10:11:12"),
    ("Oct 7, 2025 6:55 PM", "2025-10-07 18:55"), ("Oct 7, 2025", "2025-10-07"), ("October 7th, 2025", "2025-10-07"),
    ("15 Apr, 2021 00:02:00", "2021-04-15 00:02"), ("15 Apr 21", "2021-04-15"), ("5-Mar-24", "2024-03-05"), ("2024-Mar-05", "2024-03-05"),
    ("Sept. 5, 2024", "2024-09-05"), ("5 oct 24", "2024-10-05"), ("oct 7 25", "2025-10-07"), ("Monday, 5 March 2024", "2024-03-05"),
    ("Tue Mar 05 2024 10:00:00 GMT+0300 (Moscow Standard Time)", "2024-03-05 10:00"), ("5th of March 2024", "2024-03-05"),
    ("14.06.2026 09:20", "2026-06-14 09:20"), ("05.03.2024", "2024-03-05"), ("5.3.24", "2024-03-05"), ("5. 3. 2024", "2024-03-05"),
    ("05.03.69", "2069-03-05"), ("05.03.68", "2068-03-05"), ("05.03.2024 10:11:12", "2024-03-05 10:11:12"),
    ("7 октября 2025", "2025-10-07"), ("7 октября 2025 г., 18:55", "2025-10-07 18:55"), ("7 окт. 2025", "2025-10-07"), ("5 май 2024", "2024-05-05"),
    ("2024年3月5日", "2024-03-05"), ("2024年12月5日 下午3:05", "2024-12-05 15:05"), ("2024年3月5日上午12:05", "2024-03-05 00:05"),
    ("2024/3/5 上午9:05", "2024-03-05 09:05"), ("2024年3月5日 15时05分", "2024-03-05 15:05"), ("２０２４年３月５日", "2024-03-05"),
    ("5 de marzo de 2024", "2024-03-05"), ("5 mar. 2024", "2024-03-05"), ("5 de março de 2024", "2024-03-05"), ("5 janv. 2024", "2024-01-05"),
    ("1er février 2024", "2024-02-01"), ("15 août 2024", "2024-08-15"), ("5. März 2024", "2024-03-05"), ("5. Dez. 2024", "2024-12-05"),
    ("5 Ogos 2024", "2024-08-05"), ("5 Mac 2024", "2024-03-05"), ("5 Disember 2024", "2024-12-05"),
    ("5 مارس 2024", "2024-03-05"), ("٥ أغسطس ٢٠٢٤", "2024-08-05"), ("5 كانون الثاني 2024", "2024-01-05"), ("5 مارس 2024 3:05 م", "2024-03-05 15:05"),
    ("2024-03-05 12:30 a.m.", "2024-03-05 00:30"), ("2024-03-05 12:30 p.m.", "2024-03-05 12:30"), ("2024-03-05 3PM", "2024-03-05 15:00"),
    ("2024-03-05 6:55PM", "2024-03-05 18:55"), ("1700000000", "2023-11-14 22:13:20"), ("1700000000123", "2023-11-14 22:13:20.123"),
    ("1700000000123456", "2023-11-14 22:13:20.123456"), ("1700000000123456789", "2023-11-14 22:13:20.123456"),
    ("1700000000123.0", "2023-11-14 22:13:20.123"), ("25 ก.พ. 2569", "2026-02-25"), ("25 กุมภาพันธ์ พ.ศ. 2569", "2026-02-25"),
    ("\ufeff2024-03-05 ", "2024-03-05"), ("2024-03-05\u00a010:11", "2024-03-05 10:11"), ("29.02.2024", "2024-02-29"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "instant"), READINGS)
def test_a_date_is_read(cell: str, instant: str) -> None:
    expected = datetime.fromisoformat(instant)
    assert parse([cell]).values.to_list() == [expected]
    assert parse([cell], ColumnType.DAY).values.to_list() == [expected.date()]


def test_all_writings_in_one_column() -> None:
    alone = re.compile(r"[0-9]+[.][0-9]+[.][0-9]{2}|.* 25(?:69)")  # read only where most dates of the column are such
    readings = [(cell, instant) for cell, instant in READINGS if not alone.fullmatch(cell)]
    assert parse([cell for cell, _ in readings]).values.to_list() == [datetime.fromisoformat(i) for _, i in readings]


@pytest.mark.parametrize(
    "cell",
    [
        "2024-02-30", "31.04.2024", "14.13.2026", "29.02.2023", "2024-13-01", "2024-00-10", "32/01/2024", "5 Foo 2024", "30 Feb 2024",
        "2024-03-05 25:00", "2024-03-05 10:61", "2024-03-05 13:05 AM", "2024-03-05 0:30 PM", "2024-03-05+05:00x", "05.03/2024", "12:30", "yes",
        "2024", "2024-03", "March 2024", "1", "20241305", "45000", "#REF!", "не число", "2024-03-05 10:00 +99:00", "2024-03-05 Foo", "1.2.3.4",
    ],
)  # fmt: skip
def test_what_is_no_date_is_bad(cell: str) -> None:
    for type_ in (ColumnType.INSTANT, ColumnType.DAY):
        parsed = parse([cell, "2024-03-05"], type_)
        assert parsed.bad.to_list() == [True, False]


@pytest.mark.parametrize("cell", ["", " ", "-", "\\N", "NULL", "не закрыта", "NA", "0000-00-00", "0000-00-00 00:00:00", "9999-12-31", "9999-12-31T23:59:59Z", "0001-01-01", "1900-01-00", "00.00.0000"])  # fmt: skip
def test_no_date_is_blank(cell: str) -> None:
    for cells in ([cell], [cell, "2024-03-05"], [cell, "05.03.2024"]):
        parsed = parse(list(cells), ColumnType.DAY)
        assert (parsed.values[0], parsed.bad[0]) == (None, False)


def test_words_of_the_profile_are_blank() -> None:
    options = ParseOptions(null_words=frozenset({"offen"}))
    assert parse(["Offen", "x"], options=options).bad.to_list() == [False, True]


@pytest.mark.parametrize(
    ("cells", "days", "how"),
    [
        (["03/04/2026", "25/06/2026"], ["2026-04-03", "2026-06-25"], "day/month/year"),
        (["03/04/2026", "06/25/2026"], ["2026-03-04", "2026-06-25"], "month/day/year"),
        (["03-04-2026 10:00", "25-06-2026 10:00"], ["2026-04-03", "2026-06-25"], "day-month-year"),
        (["05/05/2026", "7/7/26"], ["2026-05-05", "2026-07-07"], "day/month/year"),
        (["03.04.2026"], ["2026-04-03"], "day.month.year"),
        (["2026-03-04", "04.05.2026"], ["2026-03-04", "2026-05-04"], "day.month.year, year-month-day"),
        (["03/04/2026", "12/31/2026", "25-06-2026", "03-04-2026"], ["2026-03-04", "2026-12-31", "2026-06-25", "2026-04-03"], "day-month-year, month/day/year"),
    ],
)  # fmt: skip
def test_the_column_decides_day_and_month(cells: list[object], days: list[str], how: str) -> None:
    for order in (1, -1):
        parsed = parse(cells[::order], ColumnType.DAY)
        assert [str(day) for day in parsed.values] == days[::order]
        assert sorted(text(parsed.how).split(", ")) == sorted(how.split(", "))


def test_a_column_that_proves_nothing_is_refused() -> None:
    with pytest.raises(SalesmetricsError) as caught:
        parse(["", "05/05/2026", "2026-01-31", "03/04/2026", "3/4/2026"])
    error = caught.value
    assert error.code == "date_order_ambiguous"
    assert (error.details["value"], error.details["row"]) == ("03/04/2026", 5)
    assert (error.details["first"], error.details["second"]) == ("3 April 2026", "4 March 2026")
    assert "--date-order" in error.hint


def test_a_column_that_proves_both_is_refused() -> None:
    with pytest.raises(SalesmetricsError) as caught:
        parse(["25/06/2026", "06/25/2026"])
    assert caught.value.code == "date_order_mixed"
    assert (caught.value.details["row"], caught.value.details["other_row"]) == (2, 3)


def test_the_option_settles_numeric_dates_and_leaves_iso_alone() -> None:
    cells: list[object] = ["03/04/2026", "03-04-2026", "2026-03-04", "4 Mar 2026", "25/06/2026"]
    day_first = parse(cells, ColumnType.DAY, ParseOptions(date_order="dmy"))
    assert [str(day) for day in day_first.values] == [
        "2026-04-03",
        "2026-04-03",
        "2026-03-04",
        "2026-03-04",
        "2026-06-25",
    ]
    month_first = parse(cells, ColumnType.DAY, ParseOptions(date_order="mdy"))
    assert [str(day) for day in month_first.values] == ["2026-03-04", "2026-03-04", "2026-03-04", "2026-03-04", "None"]
    assert month_first.bad.to_list() == [False, False, False, False, True]


def test_dots_are_day_first_unless_the_option_says_otherwise() -> None:
    assert parse(["03.04.2026", "04.25.2026"], ColumnType.DAY).bad.to_list() == [False, True]
    turned = parse(["03.04.2026", "04.25.2026"], ColumnType.DAY, ParseOptions(date_order="mdy"))
    assert [str(day) for day in turned.values] == ["2026-03-04", "2026-04-25"]


def test_year_first_with_two_digits_only_by_option() -> None:
    assert parse(["24-03-05", "99/12/31"], ColumnType.DAY, ParseOptions(date_order="ymd")).values.to_list() == [
        date(2024, 3, 5),
        date(2099, 12, 31),
    ]
    assert parse(["24-03-05", "99/12/31", "1 May 2024"], ColumnType.DAY, ParseOptions(date_order="ymd")).values[
        1
    ] == date(1999, 12, 31)
    with pytest.raises(SalesmetricsError):
        parse(["03/04/2026"], options=ParseOptions(date_order="ymd"))


def test_orders_seen_by_separator() -> None:
    assert date_orders(pl.Series(["25/12/2024", "03/04/2024", "05-06-2024", "2024-01-31", None])) == {
        "-": set(),
        "/": {"dmy"},
    }
    assert date_orders(pl.Series(["25/12/2024", "12/25/2024"])) == {"/": {"dmy", "mdy"}}
    assert date_orders(pl.Series(["2024-01-31", ""])) == {}


def test_serial_days_only_where_the_whole_column_is_serial() -> None:
    assert parse(["45000", "45001.5", ""]).values.to_list() == [datetime(2023, 3, 15), datetime(2023, 3, 16, 12), None]
    assert parse(["45000", "2024-01-01"]).bad.to_list() == [True, False]
    assert parse(["45000", "90000"]).bad.to_list() == [True, True]
    assert parse([45000.25, None], dtype=pl.Float64()).values.to_list() == [datetime(2023, 3, 15, 6), None]
    assert parse([45000], ColumnType.DAY, dtype=pl.Int64()).values.to_list() == [date(2023, 3, 15)]


def test_instants_move_to_the_zone_and_local_times_stay() -> None:
    options = ParseOptions(timezone="Asia/Tokyo")
    cells: list[object] = [
        "2024-01-05T23:11:12Z",
        "2024-01-05T23:11:12-05:00",
        "2024-01-05 23:11:12",
        "1700000000",
        "2024-01-05",
    ]
    assert [str(value) for value in parse(cells, options=options).values] == [
        "2024-01-06 08:11:12", "2024-01-06 13:11:12", "2024-01-05 23:11:12", "2023-11-15 07:13:20", "2024-01-05 00:00:00",
    ]  # fmt: skip
    assert parse(cells, ColumnType.DAY, options).values[0] == date(2024, 1, 6)
    with pytest.raises(SalesmetricsError, match="time zone"):
        parse(["2024-01-05T23:11:12Z"], options=ParseOptions(timezone="Mars/Olympus"))


def test_typed_columns_of_other_file_formats() -> None:
    day, instant = date(2024, 3, 5), datetime(2024, 3, 5, 10, 11)
    assert parse([day, None], dtype=pl.Date()).values.to_list() == [datetime(2024, 3, 5), None]
    assert parse([instant], ColumnType.DAY, dtype=pl.Datetime("ms")).values.to_list() == [day]
    zoned = parse([instant], options=ParseOptions(timezone="Asia/Tokyo"), dtype=pl.Datetime("us", "UTC"))
    assert zoned.values.to_list() == [instant + timedelta(hours=9)]


def test_a_later_row_may_have_another_format_than_the_first_ones() -> None:
    cells: list[object] = ["2024-03-05"] * 300 + ["5 марта 2024", "05.03.2024", "2024-03-05 10:11", "24-03-05 x"]
    parsed = parse(cells, ColumnType.DAY)
    assert parsed.values.to_list() == [date(2024, 3, 5)] * 303 + [None]
    assert parsed.bad.to_list() == [False] * 303 + [True]


def test_the_order_proven_by_the_commonest_format_holds_for_the_others() -> None:
    common: list[object] = ["03/04/2026 10:00", "06/25/2026 11:00", "07/01/2026 12:00"]
    parsed = parse([*common, "03/04/2026", "9999-12-31", "3/4/26", "31/31/2026"], ColumnType.DAY)
    assert [str(day) for day in parsed.values] == [
        "2026-03-04",
        "2026-06-25",
        "2026-07-01",
        "2026-03-04",
        "None",
        "2026-03-04",
        "None",
    ]
    assert parsed.bad.to_list() == [False] * 6 + [True]
    with pytest.raises(SalesmetricsError) as caught:
        parse([*common, "25/06/2026"])
    assert (caught.value.code, caught.value.details["row"], caught.value.details["other_row"]) == (
        "date_order_mixed",
        5,
        3,
    )


FORMATS = [
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d %B %Y %H:%M:%S",
    "%b %d, %Y %I:%M:%S %p", "%d %b, %Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d-%m-%Y %H:%M:%S", "%Y年%m月%d日 %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S +0000", "%Y%m%dT%H%M%S",
]  # fmt: skip
moments = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31)).map(lambda moment: moment.replace(microsecond=0))


@settings(max_examples=tries(80), deadline=None)
@given(values=st.lists(moments, min_size=1, max_size=8), form=st.sampled_from(FORMATS))
def test_what_is_written_in_a_format_is_read_back(values: list[datetime], form: str) -> None:
    proof = datetime(2024, 1, 31)
    written = [*values, proof]
    assert parse([value.strftime(form) for value in written]).values.to_list() == written


@settings(max_examples=tries(80), deadline=None)
@given(
    values=st.lists(
        st.tuples(moments, st.sampled_from([form for form in FORMATS if "/%Y" not in form and "-%Y" not in form])),
        min_size=1,
        max_size=8,
    )
)
def test_any_mixture_of_unambiguous_formats_is_read_back(values: list[tuple[datetime, str]]) -> None:
    assert parse([value.strftime(form) for value, form in values]).values.to_list() == [value for value, _ in values]


alphabet = "0123456789-/.: TZ+,amp年月日ма\u00a0'"


@settings(max_examples=tries(80), deadline=None)
@given(cells=st.lists(st.none() | st.text(max_size=12) | st.text(alphabet=alphabet, max_size=20), max_size=8))
def test_no_text_breaks_the_parser(cells: list[object]) -> None:
    for options in (
        ParseOptions(),
        ParseOptions(date_order="dmy"),
        ParseOptions(date_order="ymd", timezone="Europe/Berlin"),
    ):
        try:
            parse(cells, options=options)
        except SalesmetricsError as error:
            assert error.code in {"date_order_ambiguous", "date_order_mixed"}  # noqa: PT017


def test_a_date_is_one_of_the_calendar_or_none() -> None:
    def day(year: int, month: int, of_month: int) -> date | None:
        try:
            return date(year, month, of_month)
        except ValueError:
            return None

    parts = [
        (y, m, d) for y in (-543, 0, 1, 99, 1900, 2000, 2023, 2024, 9999, 10_000) for m in range(14) for d in range(100)
    ]
    frame = pl.DataFrame(parts, schema=dict.fromkeys("ymd", pl.Int32), orient="row")
    found = frame.select(real_date(pl.col("y"), pl.col("m"), pl.col("d"))).to_series()
    assert found.to_list() == [day(*each) for each in parts]
