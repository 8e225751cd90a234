from __future__ import annotations

import math
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_fixture import metric, win_rate
from salesmetrics.answers.report import Change, Interval
from salesmetrics.render.numbers import exact
from salesmetrics.render.text import amount, change, fraction, interval, one_line, sparkline

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal("-1e20"), max_value=Decimal("1e20"))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(DECIMALS)
def test_exact_decimals_lose_nothing_and_have_no_exponent(value: Decimal) -> None:
    text = exact(value)
    assert Decimal(text) == value
    assert "E" not in text.upper()
    assert text != "-0"
    assert "." not in text or not text.endswith(("0", "."))


@given(FLOATS)
def test_exact_floats_read_back_the_same(value: float) -> None:
    assert float(exact(value)) == value
    assert exact(value) != "-0.0"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, Decimal("NaN"), Decimal("-Infinity")])
def test_exact_refuses_what_is_no_number(value: float | Decimal) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        exact(value)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("10005534.00000000"), "money", "10,005,534"),
        (Decimal("2360.9094"), "money", "2,360.91"),
        (Decimal("0.125"), "money", "0.13"),
        (Decimal("-0.125"), "money", "-0.13"),
        (Decimal("0.00451"), "money", "0.0045"),
        (Decimal("0.00"), "money", "0"),
        (12345.678, "money_per_day", "12,345.68/day"),
        (4238 / 6711, "ratio", "63.2 %"),
        (0.0, "ratio", "0.0 %"),
        (-0.0, "ratio", "0.0 %"),
        (1.0, "ratio", "100.0 %"),
        (0.99963, "ratio", "99.96 %"),
        (0.9999999, "ratio", "99.9999 %"),
        (0.0004, "ratio", "0.04 %"),
        (12.5, "ratio", "1,250.0 %"),
        (1e-17, "ratio", "0.0 %"),
        (-1e-17, "money", "0.00"),
        (57, "days", "57 d"),
        (57.0, "days", "57 d"),
        (51.78197, "days", "51.8 d"),
        (3.25, "hours", "3.3 h"),
        (14, "months", "14 mo"),
        (3.1, "x", "3.10×"),
        (1.713708, "x", "1.71×"),
        (3, "x", "3.00×"),
        (-12, "points", "-12 points"),
        (1_000_000, "count", "1,000,000"),
        (None, "ratio", "–"),
    ],
)
def test_amounts_as_read(value: float | Decimal | None, unit: str, text: str) -> None:
    assert amount(value, unit) == text


def test_money_names_its_currency_and_nothing_else_does() -> None:
    assert amount(5, "money", currency="EUR") == "5 EUR"
    assert amount(5, "money_per_day", currency="EUR") == "5 EUR/day"
    assert amount(5, "count", currency="EUR") == "5"


@given(st.decimals(min_value=0, max_value=1, allow_nan=False))
def test_a_rate_reads_as_none_or_all_only_where_it_is(value: Decimal) -> None:
    shown = Decimal(amount(value, "ratio").removesuffix(" %"))
    assert (shown == 0) == (value < Decimal("1e-10"))
    assert (shown == 100) == (value == 1)
    assert abs(shown - value * 100) <= Decimal("0.05")


@given(st.decimals(min_value=Decimal("-1e15"), max_value=Decimal("1e15"), places=4))
def test_money_is_rounded_half_away_from_zero(value: Decimal) -> None:
    shown = Decimal(amount(value, "money").replace(",", ""))
    if abs(value) >= Decimal("0.01"):
        assert shown == value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert (shown == 0) == (value == 0)


@given(st.one_of(DECIMALS, FLOATS), st.sampled_from(["money", "ratio", "days", "x", "count"]))
def test_any_finite_number_can_be_shown(value: Decimal | float, unit: str) -> None:
    digits = amount(value, unit)
    assert any(char.isdigit() for char in digits)
    assert "E" not in digits.upper()


def test_intervals() -> None:
    def span(low: float | None, high: float | None) -> Interval:
        return Interval(low=low, high=high, level=0.95, method="wilson")

    assert interval(span(0.6199, 0.643), "ratio") == "62.0 – 64.3 %"
    assert interval(span(50, 60.5), "days") == "50 – 60.5 d"
    assert interval(span(None, 60), "days") == "≤ 60 d"
    assert interval(span(None, None), "days") == ""
    assert interval(None, "days") == ""


def test_changes_have_a_sign_and_rates_change_in_points() -> None:
    step = Change(absolute=-0.0123, relative=-0.02, interval=Interval(low=-0.03, high=0.005, level=0.95, method="x"))
    assert change(step, "ratio") == ("-1.2 pp", "", "-3.0 – +0.5 pp")
    assert change(Change(absolute=Decimal("1200.5"), relative=0.1), "money") == ("+1,200.50", "+10.0 %", "")
    assert change(Change(absolute=0, relative=None), "count") == ("+0", "", "")
    assert change(None, "count") == ("", "", "")


def test_what_a_value_is_made_of() -> None:
    assert fraction(win_rate(4238, 6711)) == "4,238 / 6,711"
    assert fraction(metric("a", "A", "f", "money", 5, n=12, numerator=60, denominator=12)) == "n 12"
    assert fraction(metric("a", "A", "f", "count", 5, n=5)) == ""
    assert fraction(metric("a", "A", "f", "count", 5, n=9)) == "n 9"
    assert fraction(metric("a", "A", "f", "ratio", 0.5, numerator=Decimal("1.5"), denominator=3)) == "1.50 / 3"
    shares = metric("a", "A", "f", "ratio", 0.5, numerator=Decimal("1.5"), denominator=3)
    assert fraction(shares, amounts=False) == ""
    assert fraction(win_rate(1, 2), amounts=False) == "1 / 2"
    assert fraction(metric("a", "A", "f", "ratio", 0.5, numerator=Decimal("1.5"), denominator=3, n=7)) == "n 7"


def test_sparklines() -> None:
    assert sparkline([300, 310, None, 305], on_zero=True) == "██ █"
    assert sparkline([0.58, 0.66], on_zero=False) == "▁█"
    assert sparkline([5, 5, None], on_zero=False) == "▄▄ "
    assert sparkline([None, None], on_zero=False) == ""
    assert sparkline([], on_zero=False) == ""
    assert sparkline([0, None, 0], on_zero=True) == "▁ ▁"
    assert sparkline([-5, 0, 5], on_zero=True) == "▁▅█"


@given(st.text())
def test_names_cannot_move_the_cursor_or_break_the_line(text: str) -> None:
    shown = one_line(text)
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in shown)
    assert shown == shown.strip()


def test_a_plain_name_stays_as_it_is() -> None:
    for name in ("Ana Lima", "王小明", "محمد العلي", "[red]Bob[/red]", "O'Neil & Söhne"):
        assert one_line(name) == name
    assert one_line("evil\u202egnp.exe") == "evil\\u202egnp.exe"
