"""What KPI functions return, read as numbers: exact sums, exact decimals, columns in the place of numbers, lists of groups, ends."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.metrics.expressions import per_key
from salesmetrics.metrics.shapes import (
    Incidence,
    ListColumn,
    MedianTimeToEvent,
    Ratio,
    as_decimal,
    lists_of,
    number,
    readings,
    total,
)


@given(st.lists(st.one_of(st.integers(-(2**70), 2**70), st.decimals(-100, 100, places=2))))
def test_whole_and_decimal_numbers_are_summed_without_a_float(values: list[Any]) -> None:
    assert total(values) == sum(map(Fraction, values))
    assert not isinstance(total(values), float)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1), st.integers(-1000, 1000))
def test_a_sum_of_floats_is_rounded_once(values: list[float], whole: int) -> None:
    assert total([*values, whole]) == float(sum(map(Fraction, values)) + whole)


@given(st.fractions(-1000, 1000))
def test_a_fraction_is_shown_exactly_or_rounded_half_away_from_zero(value: Fraction) -> None:
    found = as_decimal(value)
    if (value * 10**12).denominator == 1:
        assert Fraction(found) == value
    else:
        with localcontext(prec=60):
            wide = Decimal(value.numerator) / Decimal(value.denominator)
            assert found == wide.quantize(Decimal("1e-8"), ROUND_HALF_UP)


def test_a_half_of_the_last_place_is_rounded_away_from_zero() -> None:
    tie = Fraction(1, 2**1 * 10**8) + Fraction(1, 3) - Fraction(33333333, 10**8)  # 0.000000008…: no 12 places hold it
    assert as_decimal(tie) == Decimal("0.00000001")
    assert as_decimal(-tie) == Decimal("-0.00000001")


def test_a_ratio_of_columns_is_undefined_where_its_denominator_is_0() -> None:
    frame = pl.DataFrame({"top": [1, 0, -3, 5], "bottom": [2, 0, 4, 0]})
    for bottom, expected in ((pl.col("bottom"), [0.5, None, -0.75, None]), (2, [0.5, 0.0, -1.5, 2.5]), (0, [None] * 4)):
        assert frame.select(found=number(Ratio(pl.col("top"), bottom)))["found"].to_list() == expected


items = st.lists(st.lists(st.integers(-5, 5), max_size=4).map(sorted), min_size=1, max_size=5)


@settings(max_examples=tries(60))
@given(items, items, st.data())
def test_samples_become_the_same_lists_wherever_they_come_from(
    one: list[list[int]], two: list[list[int]], data: st.DataObject
) -> None:
    columns = [ListColumn(pl.Series(lists, dtype=pl.List(pl.Int64))).items() for lists in (one, two)]
    known = list(zip([*one, *two], [*columns[0], *columns[1]], strict=True))
    chosen = data.draw(st.lists(st.tuples(st.sampled_from(range(len(known))), st.booleans()), max_size=8))
    samples: list[Any] = [known[place][1] if kept else known[place][0] for place, kept in chosen]
    made = lists_of(samples)
    expected = [known[place][0] for place, _ in chosen]
    assert made.series.to_list() == expected
    assert list(made.lengths) == [len(sample) for sample in expected]
    assert [list(item) for item in made.items()] == expected


ends = st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0, 1, 2])), min_size=1, max_size=12)
"""Times, and whether a record was won (1), lost (2) or is open (0) there."""


def rows_of(found: list[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    kinds = {time: [kind for at, kind in found if at == time] for time, _ in found}
    return [(time, each.count(1), each.count(2), each.count(0)) for time, each in sorted(kinds.items())]


def share_won(found: list[tuple[int, int]], until: int) -> Fraction:
    """The share won by a time, the losses competing with it, in fractions."""
    alive, won = Fraction(1), Fraction(0)
    for time, wins, losses, _ in rows_of(found):
        if time > until:
            break
        there = sum(at >= time for at, _ in found)
        won += alive * Fraction(wins, there)
        alive *= 1 - Fraction(wins + losses, there)
    return won


@settings(max_examples=tries(60))
@given(st.lists(ends, min_size=1, max_size=3), st.integers(0, 9))
def test_codes_of_ends_read_like_the_table_that_they_stand_for(groups: list[list[tuple[int, int]]], until: int) -> None:
    codes = [[4 * time + kind for time, kind in found] for found in groups]
    column = ListColumn(pl.Series([sorted(each) for each in codes], dtype=pl.List(pl.Int64))).items()
    for tables in (codes, column, [rows_of(found) for found in groups]):
        for found, reading in zip(groups, readings([Incidence(table, until) for table in tables]), strict=True):
            assert (reading.n, reading.reachable) == (len(found), True)
            last = max(time for time, _ in found)
            watched = until <= last or (last, 0) not in found  # when all have ended, nothing more can happen
            assert reading.value == (pytest.approx(float(share_won(found, until))) if watched else None)
        for found, reading in zip(
            groups, readings([MedianTimeToEvent(t, competing=True) for t in tables]), strict=True
        ):
            lost = sum(kind == 2 for _, kind in found)
            half = (time for time in range(10) if share_won(found, time) >= Fraction(1, 2))
            assert (reading.value, reading.n) == (next(half, None), len(found))
            assert reading.reachable == (2 * lost <= len(found))


def test_times_are_not_negative() -> None:
    with pytest.raises(ValueError, match="not negative"):
        readings([Incidence([-3, 5], 2)])
    assert readings([Incidence([], 2), Incidence([0, 1], 0)])[1].value == 0.5


@settings(max_examples=tries(60))
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.one_of(st.none(), st.integers(-5, 5)))))
def test_sums_per_key_are_those_of_a_dictionary(rows: list[tuple[str | None, int | None]]) -> None:
    expected: dict[str, int] = {}
    for key, value in rows:
        if key is not None:
            expected[key] = expected.get(key, 0) + (value or 0)
    frame = pl.DataFrame(rows, {"key": pl.String, "value": pl.Int64}, orient="row")
    keys, sums = per_key(pl.col("key"), {"value": pl.col("value"), "rows": pl.col("value").is_not_null().cast(int)})
    found = frame.select(keys.alias("key"), sums["value"].alias("value"))
    assert found.rows() == sorted(expected.items())


def test_half_a_record_is_no_nan() -> None:
    assert number(Ratio(0.0, 0.0)) is None
    assert math.isclose(number(Ratio(Decimal(1), 3)), 1 / 3)
