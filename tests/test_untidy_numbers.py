"""Thousands, decimals, float noise and invisible marks: read as meant, or refused; never a thousandth in silence."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse import Parsed, ParseOptions, numbers, parse_column
from salesmetrics.ingest.read import load
from salesmetrics.schema.fields import ColumnType

if TYPE_CHECKING:
    from pathlib import Path

REJECT = ParseOptions(undecided="reject")


def parse(cells: list[str | None], type_: ColumnType = ColumnType.MONEY, options: ParseOptions = REJECT, header: str = "Amount") -> Parsed:  # fmt: skip
    text = pl.Series(header, cells, dtype=pl.String)
    rows = pl.Series(range(2, 2 + len(cells)), dtype=pl.UInt32)
    return parse_column(text, type_, options, header=header, path="deals.csv", rows=rows)


INTEGERS: list[str | None] = [str(n) for n in range(1011, 1050)]
CENTS: list[str | None] = [f"${n:,}.{n % 89 + 10}" for n in range(1011, 1050)]
COMMAS: list[str | None] = [f"{n:,}".replace(",", ".") + f",{n % 89 + 10}" for n in range(1011, 1050)]
OTHER = {
    "point": ["1,556", "$1,556", "1’556", "1'556", "1 556", "１，５５６", "١٬٥٥٦", "1,556.00"],
    "comma": ["1.556", "1’556", "1.556,00"],
}


@pytest.mark.parametrize("cell", ["1,556", "1.556", "2,330", "$1.556", "١,٥٥٦", "１．５５６", "-1,556", "(1,556)"])
@pytest.mark.parametrize("type_", [ColumnType.MONEY, ColumnType.QUANTITY])
def test_one_number_that_reads_two_ways_among_whole_ones_is_bad(cell: str, type_: ColumnType) -> None:
    parsed = parse([*INTEGERS, cell], type_)
    assert parsed.bad.to_list() == [False] * 39 + [True]
    assert parsed.why is not None
    assert parsed.why[-1] == numbers.TWO_WAYS
    for decimal in ("point", "comma"):
        assert parse([*INTEGERS, cell], type_, ParseOptions(decimal=decimal)).bad.sum() == 0


@pytest.mark.parametrize(("column", "cell"), [(CENTS, "20.100"), (CENTS, "$1.556"), (COMMAS, "20,100"), (COMMAS, "€ 1,556"), (["12.50", "900.25"], "1.556")])  # fmt: skip
def test_three_decimals_among_two_are_bad(column: list[str | None], cell: str) -> None:
    parsed = parse([*column, cell])
    assert parsed.bad.to_list() == [False] * len(column) + [True]
    assert parse(["12.5", "900.25", "20.100"]).bad.to_list() == [False, False, True]


@pytest.mark.parametrize("cells", [["12.5", "900.25", "1.556"], ["0.750", "12.500"], ["1250.000", "12.500"], ["1.23456", "20.100"], ["1,250.125", "3.125"]])  # fmt: skip
def test_three_decimals_are_read_where_the_column_has_them(cells: list[str | None]) -> None:
    for style in ("{}", "€ {}"):
        parsed = parse([style.format(cell) for cell in cells])
        assert parsed.values.to_list() == [Decimal(str(cell).replace(",", "")) for cell in cells]


def test_thousands_that_cannot_be_decimals_are_read() -> None:
    for cell in OTHER["point"]:
        assert parse([*CENTS, cell]).values[-1] == 1556, cell
    for cell in OTHER["comma"]:
        assert parse([*COMMAS, cell]).values[-1] == 1556, cell
    for cell in ("1’556", "1'556", "1 556", "1\u202f556", "١٬٥٥٦"):
        assert parse([*INTEGERS, cell]).values[-1] == 1556, cell
    assert parse([*INTEGERS, "1,56,789"]).values[-1] == 156789
    assert parse([*INTEGERS, "1.556E+03"]).values[-1] == 1556
    assert parse([*COMMAS, "1,556E3"]).values[-1] == 1556
    beside = ParseOptions(decimal_beside="point", undecided="reject")
    assert parse([*INTEGERS, "1,556"], options=beside).values[-1] == 1556
    assert parse([*INTEGERS, "1.556"], options=beside).bad[-1]


@pytest.mark.parametrize(("type_", "column", "cell", "value"), [
    (ColumnType.COUNT, INTEGERS, "1,556", 1556), (ColumnType.COUNT, INTEGERS, "1.556", 1556), (ColumnType.SCORE, INTEGERS, "1,556", 1556),
    (ColumnType.COUNT, ["3", "1,556"], "2.000", None), (ColumnType.SHARE, ["0.5", "0.25"], "0.125", Decimal("0.125")),
    (ColumnType.SHARE, ["5 %", "12.5 %"], "1.125 %", Decimal("0.01125")), (ColumnType.DURATION, ["30", "2400", "95"], "1,556", None),
    (ColumnType.DURATION, ["30.5", "2400.25"], "1.556", timedelta(seconds=1.556)), (ColumnType.DURATION, ["30", "1,200.5"], "1,556", timedelta(seconds=1556)),
])  # fmt: skip
def test_the_other_types_keep_to_it(type_: ColumnType, column: list[str | None], cell: str, value: object) -> None:
    parsed = parse([*column, cell], type_, header="Duration (seconds)")
    assert parsed.values[-1] == value
    assert parsed.bad[-1] == (value is None)


amounts = st.integers(100_000, 99_999_999).map(lambda cents: Decimal(cents).scaleb(-2))


@settings(max_examples=tries(40))
@given(
    values=st.lists(amounts, min_size=3, max_size=8),
    odd=st.integers(1_000, 999_999),
    marks=st.sampled_from([(",", "."), (".", ","), ("'", "."), (" ", ",")]),
    odd_group=st.sampled_from([",", ".", "'", " "]),
    whole=st.booleans(),
)
def test_no_number_is_a_thousandth_of_what_it_was(
    values: list[Decimal], odd: int, marks: tuple[str, str], odd_group: str, whole: bool
) -> None:
    def written(value: Decimal) -> str:
        text = str(int(value)) if whole else f"{value:,.2f}".replace(",", "\0").replace(".", marks[1])
        return text.replace("\0", marks[0])

    parsed = parse([*(written(value) for value in values), f"{odd:,}".replace(",", odd_group)])
    assert parsed.values.to_list()[:-1] == [Decimal(int(value)) if whole else value for value in values]
    assert parsed.bad[-1] or parsed.values[-1] == odd


_CELLS = ["1,556", "1.556", "20.100", "2.330", "732", "22700", "12.50", "12.5", "900,50", "0.125", "1.23456789012", "1e-9", "1'556", "$ 3,100.00", "x", "", None]  # fmt: skip


@settings(max_examples=tries(60))
@given(cells=st.lists(st.sampled_from(_CELLS), max_size=9), type_=st.sampled_from([ColumnType.MONEY, ColumnType.QUANTITY, ColumnType.COUNT, ColumnType.SHARE]))  # fmt: skip
def test_the_fast_way_reads_as_the_slow_one(cells: list[str | None], type_: ColumnType) -> None:
    def outcome() -> object:
        try:
            parsed = parse(cells, type_)
        except SalesmetricsError as error:
            return error.code
        notes = {code: mask.to_list() for code, mask in parsed.notes.items()}
        why = [] if parsed.why is None else parsed.why.to_list()
        return parsed.values.to_list(), parsed.bad.to_list(), why, notes

    def none_fast(text: pl.Series, *_: object, **__: object) -> object:
        nothing = pl.Series(text.name, [None], dtype=numbers.MONEY_DTYPE).new_from_index(0, len(text))
        return nothing, text.is_not_null(), False

    fast = outcome()
    with patch.object(numbers, "_fast", none_fast):
        assert outcome() == fast


@settings(max_examples=tries(30))
@given(bodies=st.lists(amounts, min_size=12, max_size=30), odd=st.lists(st.sampled_from(_CELLS), max_size=6), seed=st.randoms(use_true_random=False))  # fmt: skip
def test_amounts_of_one_writing_leave_the_odd_ones_to_the_same_rules(bodies, odd, seed) -> None:
    cells = [f"€ {value:,.2f}" for value in bodies] + odd
    seed.shuffle(cells)

    def outcome(long: int) -> object:
        with patch.object(numbers, "LONG", long), patch.object(numbers, "SAMPLE", 5):
            try:
                parsed = parse(cells)
            except SalesmetricsError as error:
                return error.code
        why = [] if parsed.why is None else parsed.why.to_list()
        notes = {code: mask.to_list() for code, mask in parsed.notes.items()}
        return parsed.values.to_list(), parsed.bad.to_list(), why, notes

    assert outcome(10) == outcome(10**9)


@settings(max_examples=tries(40))
@given(value=st.floats(-1e12, 1e12), extra=st.text(alphabet="0123456789", max_size=60))
def test_float_noise_of_any_length_is_money(value: float, extra: str) -> None:
    text = f"{value:.9f}{extra}"
    parsed = parse([text, "1234.5"])
    assert abs(parsed.values[0] - Decimal(text)) <= Decimal("5.00001e-9")
    noted = parsed.notes.get("numbers_rounded")
    assert (noted is not None and noted[0]) == (Decimal(text) * 10**8 % 1 != 0)


def test_float_noise_around_nothing_is_nothing() -> None:
    parsed = parse(["-1.4551915228366852e-11", "5e-324", "0.1", "83.33333333333333"])
    assert [str(value) for value in parsed.values[:2]] == ["0E-8", "0E-8"]
    assert parsed.notes["numbers_rounded"].to_list() == [True, True, False, True]
    assert parse(["3.0000000001", "7"], ColumnType.COUNT).bad.to_list() == [True, False]


_MARKS = ["\u200f", "\u200e", "\u061c", "\u200b", "\u2060", "\u202a", "\u2067", "\u200d"]


@settings(max_examples=tries(40))
@given(value=st.integers(-(10**6), 10**6), mark=st.sampled_from(_MARKS), place=st.integers(0, 12), sign=st.sampled_from(["-", "−"]))  # fmt: skip
def test_invisible_marks_are_taken_off_the_ends_and_refused_between_digits(value: int, mark: str, place: int, sign: str) -> None:  # fmt: skip
    plain = f"{sign if value < 0 else ''}{abs(value)}"
    place = min(place, len(plain))
    first = 1 if value < 0 else 0
    parsed = parse([f"{plain[:place]}{mark}{plain[place:]}", "22.7"])
    between = first < place < len(plain)
    assert parsed.bad.to_list() == [between, False]
    if between:
        assert parsed.why is not None
        assert parsed.why[0] == numbers.BROKEN
        assert not parsed.notes
    else:
        assert parsed.values[0] == value
        assert parsed.notes["invisible_marks"].to_list() == [True, False]


def test_zeros_at_the_end_prove_nothing_of_rates_and_weights() -> None:
    assert parse(["110", "95", "1.230"]).values[-1] == 1230
    assert parse(["110", "95", "1.230"], ColumnType.QUANTITY).bad.to_list() == [False, False, True]
    assert parse(["110", "95", "1,230"], ColumnType.COUNT).values[-1] == 1230


def test_thousands_of_a_unit_are_no_decimals() -> None:
    assert parse(["1,556 s", "30 s"], ColumnType.DURATION).bad.to_list() == [True, False]
    point = ParseOptions(decimal="point")
    assert parse(["1,556 s", "1.5 h"], ColumnType.DURATION, point).values[0] == timedelta(seconds=1556)
    assert parse(["1.556 s"], ColumnType.DURATION, point).values[0] == timedelta(seconds=1.556)
    assert parse(["1.556 s", "0.250 s"], ColumnType.DURATION).values[0] == timedelta(seconds=1.556)


def test_marks_between_digits_are_no_number_in_any_type() -> None:
    assert parse(["1\u200b5 %", "20 %"], ColumnType.SHARE).bad.to_list() == [True, False]
    marked = parse(["\u200f15 %", "20\u200f%"], ColumnType.SHARE)
    assert marked.values.to_list() == [Decimal("0.15"), Decimal("0.2")]
    assert marked.notes["invisible_marks"].to_list() == [True, True]
    assert parse(["15\u200e min"], ColumnType.DURATION).notes["invisible_marks"].to_list() == [True]
    assert parse(["1\u200b5 min", "15\u200e min", "1\u200b5"], ColumnType.DURATION).bad.to_list() == [True, False, True]
    assert parse(["1\u200b5", "\u200f15"], ColumnType.COUNT).bad.to_list() == [True, False]


def test_the_finding_names_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "quotas.csv"
    lines = [
        "owner,period,quota",
        *(f"Rep {n},2026-Q1,{n}" for n in INTEGERS),
        "Ada,2026-Q1,20.105",
        "Bo,2026-Q1,‏-5‏",
        "Cy,2026-Q1,1​556",
    ]
    path.write_text("\n".join(lines))
    found = {said.code: said for said in load([f"quotas={path}"]).findings}
    assert found["invisible_marks"].rows == (42,)
    rejected = [said for said in load([f"quotas={path}"]).findings if said.code == "rows_rejected"]
    assert [said.rows for said in rejected] == [(41,), (43,)]
    assert "`20.105` in `quota` is an ambiguous number" in rejected[0].message


def test_rates_are_read_with_the_decimals_they_have(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("currency,to_currency,rate\nUSD,EUR,0.853\nGBP,EUR,1.17\nCHF,EUR,1.065\nKWD,EUR,2.81234567891\n")
    frame = load([f"rates={path}"]).frames["rates"]
    assert [str(value) for value in frame["rate"]] == ["0.85300000", "1.17000000", "1.06500000", "2.81234568"]
