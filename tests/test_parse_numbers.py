"""Numbers are read exactly, or refused with both readings."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse import Parsed, ParseOptions, numbers, parse_column, parse_currency
from salesmetrics.messages import text
from salesmetrics.schema.fields import ColumnType

MONEY = pl.Decimal(38, 8)


def parse(cells: list[object], type_: ColumnType = ColumnType.MONEY, options: ParseOptions | None = None, *, dtype: pl.DataType | None = None) -> Parsed:  # fmt: skip
    text = pl.Series("Amount", cells, dtype=dtype or pl.String())
    rows = pl.Series(range(2, 2 + len(cells)), dtype=pl.UInt32)
    parsed = parse_column(text, type_, options or ParseOptions(), header="Amount", path="deals.csv", rows=rows)
    assert len(parsed.values) == len(parsed.bad) == len(cells)
    assert not parsed.bad.has_nulls()
    assert not (parsed.bad & parsed.values.is_not_null()).any()
    return parsed


def one(cell: str, options: ParseOptions | None = None) -> Decimal | None:
    """A cell in a column whose decimal mark is known to be the point."""
    parsed = parse([cell, "22.7"], options=options)
    assert parsed.values.dtype == MONEY
    assert not parsed.bad[0], cell
    value = parsed.values[0]
    assert value is None or isinstance(value, Decimal)
    return value


_BODY = st.integers(0, 10**8).map(lambda cents: f"{cents // 100:,}.{cents % 100:02d}")
_WRITINGS = ["€ {}", "{} €", "$ {}", "{} CHF", "{}", "about {}"]
_ODD = st.sampled_from(
    ["", None, "-", "1,234", "(12.50)", "€ -3.20", "1.2M", "x", " € 4.40", "€ 1,23.40", "12", "9.999", "€5.00"]
)


@given(
    bodies=st.lists(_BODY, min_size=12, max_size=60),
    odd=st.lists(_ODD, max_size=10),
    writing=st.sampled_from(_WRITINGS),
    comma=st.booleans(),
    seed=st.randoms(use_true_random=False),
)
@settings(deadline=None)
def test_amounts_of_one_writing_are_read_as_each_by_itself(bodies, odd, writing, comma, seed) -> None:
    cells = [writing.format(body) for body in bodies] + odd
    if comma:
        cells = [cell and cell.translate(str.maketrans(",.", ".,")) for cell in cells]
    seed.shuffle(cells)

    def outcome(long: int) -> object:
        with (
            patch.object(numbers, "LONG", long),
            patch.object(numbers, "SAMPLE", 5),
        ):
            try:
                parsed = parse(cells)
            except SalesmetricsError as error:
                return error.code, error.message
        currency = None if parsed.currency is None else parsed.currency.to_list()
        return parsed.values.to_list(), parsed.bad.to_list(), currency, text(parsed.how)

    assert outcome(10) == outcome(10**9)


def test_a_long_column_of_one_writing_takes_the_short_way() -> None:
    cells = pl.Series(["€ 2.193,17", "€ 12,50", "€ 7,20"] * 10_000)
    found = numbers.read_uniform(cells, ParseOptions(), cells.drop_nulls().head(500))
    assert found is not None
    assert found.mask.all()
    assert numbers.read_uniform(cells, ParseOptions(decimal="point"), cells.drop_nulls().head(500)) is None
    plain = pl.Series(["12.50", "0.25"] * 10_000)
    assert numbers.read_uniform(plain, ParseOptions(), plain.head(500)) is None


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("$22,700.00", "22700"), ("22700", "22700"), ("350000.0", "350000"), ("0", "0"), ("-0.00", "0"), ("007", "7"), (" 5 ", "5"),
        ("-5", "-5"), ("5-", "-5"), ("−5", "-5"), ("–5", "-5"), ("- 5", "-5"), ("+5", "5"), ("$-5", "-5"), ("-$5", "-5"),
        ("(123)", "-123"), ("($1,123.45)", "-1123.45"), ("$(5)", "-5"), ("(5) USD", "-5"),
        ("'-5", "-5"), ("'+5", "5"), ("'=5", "5"), ("=5", "5"), ('="12"', "12"),
        ("342.09K", "342090"), ("$1,117.10K", "1117100"), ("$1,009.784", "1009.784"), ("1.2M", "1200000"), ("1.2 mm", "1200000"),
        ("3B", "3000000000"), ("3bn", "3000000000"), ("1.2 млн", "1200000"), ("5 тыс. руб.", "5000"), ("1.5 млрд", "1500000000"),
        ("2.5 Mio. €", "2500000"), ("3万", "30000"), ("3万元", "30000"), ("1.5亿", "150000000"), ("2 lakh", "200000"), ("1 crore", "10000000"),
        ("٣ مليون", "3000000"), ("RM2.5 juta", "2500000"),
        ("¥1,300,000", "1300000"), ("￥1300000", "1300000"), ("１２３４．５", "1234.5"), ("٣٤٥٫٥", "345.5"), ("١٬٢٣٤٫٥", "1234.5"),
        ("USD 1,200", "1200"), ("1200 ₽", "1200"), ("12 руб.", "12"), ("RM 1,200", "1200"), ("Rs.1,200", "1200"), ("1,200.50 US Dollar", "1200.5"),
        ("1 234.5", "1234.5"), ("1\u00a0234", "1234"), ("1\u202f234\u202f567", "1234567"), ("1'234.50", "1234.5"), ("1’234", "1234"),
        ("12,34,567", "1234567"), ("₹12,34,567.89", "1234567.89"), ("CHF 1'200.-", "1200"), ("1200.–", "1200"),
        ("1e3", "1000"), ("1.5E+2", "150"), ("25e-2", "0.25"), ("1000e-9", "0.000001"), (".5", "0.5"), ("$.5", "0.5"), ("5.", "5"),
        ("\ufeff12", "12"), ("\u200e12", "12"), ("1.123456780000", "1.12345678"), ("1.123456789M", "1123456.789"),
        ("999999999999999999999999999999.99999999", "999999999999999999999999999999.99999999"),
    ],
)  # fmt: skip
def test_a_cell_is_read_exactly(cell: str, value: str) -> None:
    assert one(cell) == Decimal(value)


@pytest.mark.parametrize(
    "cell",
    [
        "12.5oo", "1,2,3", "12.34.56", "#REF!", "abc", "1,23,4", "12,3456.7", "--5", "(-5)", "(5", "5)",
        "5²", "½", "1/2", "12 34", "1,234 567", "5%", "12:30", "2024-01-05", "1e", "e5", "$", "USD", "USD 5 EUR", "5 5", "0x1F", "1_000",
        "inf", "-inf", "1" + "0" * 30, "9" * 40, "1e31", "1.2.", "Ⅻ", "12O", "l2",
    ],
)  # fmt: skip
def test_a_cell_that_is_no_number_is_bad(cell: str) -> None:
    parsed = parse([cell, "22.7"])
    assert parsed.bad.to_list() == [True, False]
    assert parsed.values.to_list() == [None, Decimal("22.7")]


@pytest.mark.parametrize("cell", ["", " ", "-", "--", "—", "n/a", "#N/A", "NULL", "None", "NaN", "\\N", "NA", "unknown", "не указано", "Select", "\ufeff", "TBD"])  # fmt: skip
def test_a_null_word_is_blank(cell: str) -> None:
    assert one(cell) is None


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["€ 2.900,00", "€ 11398,00", "1.234"], ["2900", "11398", "1234"]),
        (["1.234", "900,50"], ["1234", "900.5"]),
        (["1,234", "22.7"], ["1234", "22.7"]),
        (["1.234", "22.7"], ["1.234", "22.7"]),
        (["1,234", "1,234,567"], ["1234", "1234567"]),
        (["1.234", "1.234.567"], ["1234", "1234567"]),
        (["1,234", "0.912"], ["1234", "0.912"]),
        (["1.234", "0,912"], ["1234", "0.912"]),
        (["1.200,00", "1,200.00"], ["1200", "1200"]),
        (["$732", "$1,230", "$1,007"], ["732", "1230", "1007"]),
        (["732", "1.230"], ["732", "1230"]),
        (["900,50", "22.7"], ["900.5", "22.7"]),
        (["12", "7"], ["12", "7"]),
        (["1 234", "7"], ["1234", "7"]),
    ],
)
def test_the_column_decides_its_decimal_mark(cells: list[object], values: list[str]) -> None:
    for order in (1, -1):
        assert parse(cells[::order]).values.to_list() == [Decimal(value) for value in values[::order]]


@pytest.mark.parametrize(
    ("cells", "first", "second"),
    [
        (["1,234"], "1234", "1.234"),
        (["7", "1.234", "5.678"], "1.234", "1234"),
        (["$1,234", ""], "1234", "1.234"),
        (["1,234", "5.678"], "1234", "1.234"),
        (["1.234", "900,50", "7.5"], "1.234", "1234"),
        (["22700", "1,234", "1.234"], "1234", "1.234"),
        (["22700", "1,234"], "1234", "1.234"),
        (["$22700", "$1.234"], "1.234", "1234"),
        (["1 234", "1,234"], "1234", "1.234"),
    ],
)
def test_a_column_that_reads_two_ways_is_refused(cells: list[object], first: str, second: str) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        parse(cells)
    assert caught.value.code == "decimal_ambiguous"
    details = caught.value.details
    assert (details["first"], details["second"]) == (first, second)
    assert cells[int(str(details["row"])) - 2] == details["value"]
    assert parse(cells, options=ParseOptions(decimal="point")).values.null_count() <= cells.count("") + 1


def test_the_option_decides_before_the_column() -> None:
    assert parse(["1.234", "7"], options=ParseOptions(decimal="comma")).values.to_list() == [Decimal(1234), Decimal(7)]
    assert parse(["1,234", "7"], options=ParseOptions(decimal="point")).values.to_list() == [Decimal(1234), Decimal(7)]
    against = parse(["900,50", "7.5", "1.200,00"], options=ParseOptions(decimal="point"))
    assert against.values.to_list() == [None, Decimal("7.5"), None]
    assert against.bad.to_list() == [True, False, True]


def test_how_says_what_was_found() -> None:
    assert text(parse(["€ 900,50", "$5"]).how) == "decimal comma; currency in the cells: $, EUR"
    assert text(parse(["22.70"]).how) == "decimal point"
    assert text(parse(["22"]).how) == "plain number"


def test_the_currency_of_a_cell_is_returned_where_it_is_one() -> None:
    parsed = parse(["€5", "US$ 5", "5 руб.", "$5", "￥5", "5", "A$5", "R$5", "5 zł", "USD $5", "5 Kr."])
    assert parsed.currency is not None
    assert parsed.currency.to_list() == ["EUR", "USD", "RUB", "$", "¥", None, "AUD", "BRL", "PLN", "USD", "kr"]
    assert parse(["5", "7.5"]).currency is None


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,234", "7"], [1234, 7]),
        (["1.234", "7"], [1234, 7]),
        (["9.0", "7"], [9, 7]),
        (["1,234", "1.0"], [1234, 1]),
        (["-3", "+4"], [-3, 4]),
    ],
)
def test_whole_numbers(cells: list[object], values: list[int]) -> None:
    for type_ in (ColumnType.COUNT, ColumnType.SCORE):
        parsed = parse(cells, type_)
        assert parsed.values.dtype == pl.Int64
        assert parsed.values.to_list() == values


def test_what_is_not_whole_is_bad() -> None:
    assert parse(["9.5", "x", "9223372036854775808", ""], ColumnType.COUNT).bad.to_list() == [True, True, True, False]
    with pytest.raises(SalesmetricsError, match="has ambiguous numbers"):
        parse(["1.000"], ColumnType.COUNT)


def test_typed_columns_of_other_file_formats() -> None:
    assert parse([1.5, 0.1 + 0.2, None, float("nan"), 1e15], dtype=pl.Float64()).values.to_list() == [
        Decimal("1.5"), Decimal("0.3"), None, None, Decimal(10) ** 15,
    ]  # fmt: skip
    assert parse([1, None], dtype=pl.Int32()).values.to_list() == [Decimal(1), None]
    assert parse([Decimal("1.234")], dtype=pl.Decimal(10, 3)).values.to_list() == [Decimal("1.234")]
    assert parse([5.0, 7.0], ColumnType.SCORE, dtype=pl.Float64()).values.to_list() == [5, 7]
    assert parse([None, None], dtype=pl.Null()).values.to_list() == [None, None]


def test_an_empty_column() -> None:
    assert parse([]).values.dtype == MONEY


amounts = st.integers(-(10**20), 10**20).map(lambda n: Decimal(n).scaleb(-2))


def grouped(value: Decimal, group: str, mark: str) -> str:
    return f"{value:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", group)


@settings(max_examples=tries(80), deadline=None)
@given(
    values=st.lists(amounts, min_size=1, max_size=12),
    style=st.sampled_from(
        [("", "."), (",", "."), (".", ","), (" ", ","), ("\u00a0", ","), ("\u202f", "."), ("'", "."), ("", ",")]
    ),
    frame=st.sampled_from(["{}", "${}", "{} €", "USD {}", "{} руб.", " {} ", "R$ {}", "{}\u00a0₽"]),
    brackets=st.booleans(),
)
def test_what_is_written_in_a_style_is_read_back(
    values: list[Decimal], style: tuple[str, str], frame: str, brackets: bool
) -> None:
    cells: list[object] = []
    for value in values:
        text = frame.format(grouped(abs(value), *style))
        cells.append((f"({text.strip()})" if brackets else f"-{text.strip()}") if value < 0 else text)
    parsed = parse(cells)
    assert parsed.values.to_list() == values
    assert not parsed.bad.any()


@settings(deadline=None)
@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**20), max_value=10**20))
def test_more_than_eight_decimals_are_rounded_and_noted(value: Decimal) -> None:
    parsed = parse([f"{value:f}"], options=ParseOptions(decimal="point"))
    exact = Fraction(value) * 10**8 % 1 == 0
    assert abs(parsed.values[0] - value) <= Decimal("5e-9")
    assert not parsed.bad.any()
    assert ("numbers_rounded" in parsed.notes) == (not exact)


@settings(max_examples=tries(60), deadline=None)
@given(
    cells=st.lists(
        st.none() | st.text(max_size=12) | st.text(alphabet="0123456789.,' -+()$€KMe%٫٬１\u00a0", max_size=12),
        max_size=8,
    )
)
@pytest.mark.parametrize("type_", [ColumnType.MONEY, ColumnType.SHARE, ColumnType.COUNT])
def test_no_text_breaks_the_parser(type_: ColumnType, cells: list[object]) -> None:
    for options in (ParseOptions(), ParseOptions(decimal="point"), ParseOptions(decimal="comma")):
        try:
            parse(cells, type_, options)
        except SalesmetricsError as error:
            assert error.code in {"decimal_ambiguous", "probability_scale_mixed"}  # noqa: PT017


@settings(max_examples=tries(50), deadline=None)
@given(
    cells=st.lists(
        st.sampled_from(["1,234", "1.234", "22700", "900,50", "22.7", "1,234,567", "1.234.567", "5", "x", "", "1 234"]),
        max_size=6,
    ),
    seed=st.randoms(),
)
def test_the_order_of_rows_changes_nothing(cells: list[object], seed: object) -> None:
    shuffled = list(cells)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]

    def reading(column: list[object]) -> dict[object, object] | str:
        try:
            return dict(zip(column, parse(column).values.to_list(), strict=True))
        except SalesmetricsError as error:
            return error.code

    assert reading(cells) == reading(shuffled)


def test_currency_names() -> None:
    words = [
        "usd",
        "Российский рубль",
        "US Dollar",
        "€",
        "人民币",
        "Euro",
        " EUR ",
        "$",
        "points",
        "US Dollar (USD)",
        "",
        None,
        "руб.",
    ]
    codes = ["USD", "RUB", "USD", "EUR", "CNY", "EUR", "EUR", "$", "POINTS", "USD", None, None, "RUB"]
    assert parse_currency(pl.Series(words)).to_list() == codes
