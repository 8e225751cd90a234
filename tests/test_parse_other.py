"""Shares, flags, durations, text and ids."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse import Parsed, ParseOptions, parse_column, scientific_ids
from salesmetrics.messages import text
from salesmetrics.schema.fields import ColumnType


def parse(cells: list[object], type_: ColumnType, options: ParseOptions | None = None, *, header: str = "Column", dtype: pl.DataType | None = None) -> Parsed:  # fmt: skip
    text = pl.Series(header, cells, dtype=dtype or pl.String())
    rows = pl.Series(range(2, 2 + len(cells)), dtype=pl.UInt32)
    parsed = parse_column(text, type_, options or ParseOptions(), header=header, path="deals.csv", rows=rows)
    assert len(parsed.values) == len(parsed.bad) == len(cells)
    assert not parsed.bad.has_nulls()
    assert not (parsed.bad & parsed.values.is_not_null()).any()
    return parsed


CODES = {"date_order_ambiguous", "date_order_mixed", "decimal_ambiguous", "probability_scale_mixed"}


# --- shares ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cells", "values", "how"),
    [
        (["65", "100", "0", "1"], ["0.65", "1", "0", "0.01"], "scale 0–100"),
        (["0.65", "1", "0"], ["0.65", "1", "0"], "scale 0–1"),
        (["1", "0"], ["1", "0"], "scale 0–1"),
        (["0,65", "1"], ["0.65", "1"], "scale 0–1"),
        (["65%", "0.5 %", "100%"], ["0.65", "0.005", "1"], "percent signs"),
        (["65,0 %", ""], ["0.65", None], "percent signs"),
        (["90% – Commit", "20% - Pipeline", "%30", "٥٠٪"], ["0.9", "0.2", "0.3", "0.5"], "percent signs"),
        (["65%", "0.5"], ["0.65", "0.5"], "scale 0–1"),
        (["65%", "50"], ["0.65", "0.5"], "scale 0–100"),
        (["1000", "100"], ["10", "1"], "scale 0–100"),
        (["-5", "50"], ["-0.05", "0.5"], "scale 0–100"),
        (["33.333333333333", "66.66666666666667"], ["0.33333333", "0.66666667"], "scale 0–100"),
        (["33,333", "66,667"], ["0.33333", "0.66667"], "scale 0–100"),
        (["NA", "-"], [None, None], "scale 0–1"),
    ],
)
def test_shares(cells: list[object], values: list[str | None], how: str) -> None:
    parsed = parse(cells, ColumnType.SHARE)
    assert parsed.values.dtype == pl.Decimal(38, 8)
    assert parsed.values.to_list() == [None if value is None else Decimal(value) for value in values]
    assert text(parsed.how) == how


@pytest.mark.parametrize("cell", ["high", "65%x", "%", "5% or 6%", "65percent", "12.5oo"])
def test_what_is_no_share_is_bad(cell: str) -> None:
    assert parse([cell, "50"], ColumnType.SHARE).bad.to_list() == [True, False]


def test_two_scales_in_one_column_are_refused() -> None:
    with pytest.raises(SalesmetricsError) as caught:
        parse(["", "60", "0.5"], ColumnType.SHARE)
    assert caught.value.code == "probability_scale_mixed"
    assert {name: caught.value.details[name] for name in ("value", "row", "other")} == {
        "value": "0.5",
        "row": 4,
        "other": "60",
    }


def test_shares_of_typed_columns() -> None:
    assert parse([65.0, None], ColumnType.SHARE, dtype=pl.Float64()).values.to_list() == [Decimal("0.65"), None]
    assert parse([0.1 + 0.2], ColumnType.SHARE, dtype=pl.Float64()).values.to_list() == [Decimal("0.3")]


@settings(max_examples=tries(60), deadline=None)
@given(
    hundredths=st.lists(st.integers(0, 10_000), min_size=1, max_size=10),
    sign=st.sampled_from(["%", " %", "％"]),
    mark=st.sampled_from(".,"),
)
def test_percentages_are_read_back(hundredths: list[int], sign: str, mark: str) -> None:
    cells: list[object] = [f"{n // 100}{mark}{n % 100:02}{sign}" for n in hundredths]
    assert parse(cells, ColumnType.SHARE).values.to_list() == [Decimal(n).scaleb(-4) for n in hundredths]


# --- flags -----------------------------------------------------------------------------------------------------------
YES = ["true", "TRUE", "Yes", "y", "T", "1", "1.0", "Да", "是", "ya", "نعم", "sí", "Sim", "ja", "oui", "x", "checked", "✓", " yes ", "Done", "有", "Wahr"]  # fmt: skip
NO = ["false", "No", "n", "F", "0", "Нет", "否", "tidak", "لا", "não", "nein", "non", "unchecked", "not done", "无", "Не выполнено", "Falsch"]  # fmt: skip


def test_flags() -> None:
    blanks: list[object] = ["", None, " ", "-", "\\N", "NA", "unknown"]
    strange: list[object] = ["maybe", "2", "won", "yes no", "-1"]
    parsed = parse([*YES, *NO, *blanks, *strange], ColumnType.FLAG)
    assert parsed.values.to_list() == [True] * len(YES) + [False] * len(NO) + [None] * (len(blanks) + len(strange))
    assert parsed.bad.to_list() == [False] * (len(YES) + len(NO) + len(blanks)) + [True] * len(strange)


def test_flags_of_typed_columns() -> None:
    assert parse([True, None], ColumnType.FLAG, dtype=pl.Boolean()).values.to_list() == [True, None]
    assert parse([1, 0], ColumnType.FLAG, dtype=pl.Int64()).values.to_list() == [True, False]
    assert parse([1.0, 0.0], ColumnType.FLAG, dtype=pl.Float64()).values.to_list() == [True, False]


# --- durations -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "duration"),
    [
        ("0:05:31", timedelta(minutes=5, seconds=31)), ("2 days, 0:17:26", timedelta(days=2, minutes=17, seconds=26)),
        ("1 day, 1:00:00", timedelta(days=1, hours=1)), ("1.02:03:04", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("100:00:00", timedelta(hours=100)), ("0:00:01.5", timedelta(seconds=1.5)), ("05:31", timedelta(minutes=5, seconds=31)),
        ("90:00", timedelta(minutes=90)), ("1h 20m", timedelta(minutes=80)), ("1h20m5s", timedelta(minutes=80, seconds=5)),
        ("1 hour, 20 minutes", timedelta(minutes=80)), ("90 min", timedelta(minutes=90)), ("1.5 h", timedelta(minutes=90)),
        ("1,5 ч", timedelta(minutes=90)), ("2 ч 15 мин", timedelta(minutes=135)), ("3小时5分", timedelta(minutes=185)), ("2 days", timedelta(days=2)),
        ("1 week", timedelta(days=7)), ("3 Tage 2 Std.", timedelta(days=3, hours=2)), ("75", timedelta(seconds=75)), ("75.5", timedelta(seconds=75.5)),
        ("0", timedelta(0)), ("PT1H30M", timedelta(minutes=90)), ("P1DT2H", timedelta(hours=26)), ("PT0.5S", timedelta(seconds=0.5)),
        ("-0:00:05", timedelta(seconds=-5)), ("-5", timedelta(seconds=-5)),
    ],
)  # fmt: skip
def test_durations(cell: str, duration: timedelta) -> None:
    parsed = parse([cell], ColumnType.DURATION)
    assert parsed.values.dtype == pl.Duration("us")
    assert parsed.values.to_list() == [duration]


@pytest.mark.parametrize(
    "cell", ["abc", "P", "PT", "1:75:00", "1:00:60", "1 fortnight", "1h x", ":30", "h", "9" * 40, "1:2:3:4"]
)
def test_what_is_no_duration_is_bad(cell: str) -> None:
    assert parse([cell, "5"], ColumnType.DURATION).bad.to_list() == [True, False]


def test_the_header_may_name_the_unit() -> None:
    assert parse(["01:30"], ColumnType.DURATION, header="Duration (hh:mm)").values[0] == timedelta(minutes=90)
    assert parse(["01:30"], ColumnType.DURATION, header="Call duration (mm:ss)").values[0] == timedelta(seconds=90)
    assert parse(["1:30:00"], ColumnType.DURATION, header="Call duration (HH:mm:ss)").values[0] == timedelta(minutes=90)
    assert parse(["30"], ColumnType.DURATION, header="Duration Minutes").values[0] == timedelta(minutes=30)
    assert parse(["1500"], ColumnType.DURATION, header="Call duration (ms)").values[0] == timedelta(seconds=1.5)
    assert parse(["30"], ColumnType.DURATION, header="Call Duration (in seconds)").values[0] == timedelta(seconds=30)


@settings(max_examples=tries(60), deadline=None)
@given(values=st.lists(st.timedeltas(timedelta(0), timedelta(days=999)), min_size=1, max_size=8))
def test_what_python_writes_is_read_back(values: list[timedelta]) -> None:
    assert parse([str(value) for value in values], ColumnType.DURATION).values.to_list() == values


# --- text and ids ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("type_", [ColumnType.TEXT, ColumnType.ID, ColumnType.PERIOD])
def test_text_is_trimmed_and_otherwise_as_written(type_: ColumnType) -> None:
    cells: list[object] = [
        " Acme  Ltd ",
        "\ufeffx",
        "0017",
        "5.80502800003085e+18",
        "006Q",
        "006q",
        "NA",
        "unknown",
        "'-5",
        "'tis",
        "a\nb",
        "1e5",
    ]
    assert parse(cells, type_).values.to_list() == [
        "Acme  Ltd", "x", "0017", "5.80502800003085e+18", "006Q", "006q", "NA", "unknown", "-5", "'tis", "a\nb", "1e5",
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["", " ", "\u00a0", "\ufeff", "-", "--", "—", "n/a", "N/A", "#N/A", "NULL", "null", "None", "nan", "NaN", "\\N", "не закрыта", "Не закрыта", "Select", "не указано", "(blank)", "(пусто)", None])  # fmt: skip
def test_null_words_of_text(cell: str | None) -> None:
    assert parse([cell, "x"], ColumnType.TEXT).values.to_list() == [None, "x"]


def test_words_of_the_profile() -> None:
    options = ParseOptions(null_words=frozenset({"keine angabe"}))
    assert parse(["Keine Angabe", "KEINE ANGABE", "keine"], ColumnType.TEXT, options).values.to_list() == [
        None,
        None,
        "keine",
    ]


def test_ids_of_typed_columns_stay_ids() -> None:
    assert parse([12345.0, 7.0], ColumnType.ID, dtype=pl.Float64()).values.to_list() == ["12345", "7"]
    assert parse([2**53 + 1], ColumnType.ID, dtype=pl.Int64()).values.to_list() == ["9007199254740993"]
    assert parse([date(2024, 3, 5)], ColumnType.TEXT, dtype=pl.Date()).values.to_list() == ["2024-03-05"]


def test_scientific_ids() -> None:
    cells = ["5.80502800003085e+18", "5,8E+18", "zcrm_5.8e+18", "5805028000030850000", "12E5", "e18", "", None]
    assert scientific_ids(pl.Series(cells)).to_list() == [True, True, True, False, False, False, False, False]


@pytest.mark.parametrize("type_", list(ColumnType))
@settings(max_examples=tries(40), deadline=None)
@given(
    cells=st.lists(
        st.none() | st.text(max_size=10) | st.text(alphabet="0123456789:.,%hmsPT -дчdays", max_size=10), max_size=6
    )
)
def test_no_text_breaks_a_parser(type_: ColumnType, cells: list[object]) -> None:
    try:
        parse(cells, type_)
    except SalesmetricsError as error:
        assert error.code in CODES  # noqa: PT017
