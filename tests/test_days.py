"""Amounts of periods, day by day: nothing is lost, and any other period can be made of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.calendar import Calendar
from salesmetrics.calendar.windows import ALL, Window, span_windows
from salesmetrics.entities.days import END, MONEY, START, by_day, cost_days, with_days
from salesmetrics.entities.quotas import company_targets, quota_days, with_season

CALENDAR = Calendar()


def rows_of(*rows: dict[str, Any]) -> pl.DataFrame:
    types = {"amount": MONEY, "date": pl.Date, "start": pl.Date, "end": pl.Date, "is_ramping": pl.Boolean}
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(list(rows), schema={name: types.get(name, pl.String) for name in names})


def quotas_of(*rows: dict[str, Any], by: tuple[str, ...] = (), window: Window = ALL) -> Any:
    return quota_days(rows_of(*rows), CALENDAR, by, window)


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=8),
    st.integers(min_value=1, max_value=366),
    st.integers(min_value=0, max_value=365),
)
def test_the_shares_of_days_add_up_to_the_last_digit(amount: Decimal, days: int, cut: int) -> None:
    begin = date(2026, 1, 1)
    frame = pl.DataFrame(
        {START: [begin], END: [begin + timedelta(days=days)], "amount": [amount]}, schema_overrides={"amount": MONEY}
    )
    shares = by_day(frame)
    assert shares.height == days
    assert shares["amount"].sum() == amount
    exact = amount * min(cut, days) / days
    part = shares.filter(pl.col("day") < begin + timedelta(days=cut))["amount"].sum()
    assert abs(part - exact) <= Decimal("0.00000001")


@pytest.mark.parametrize(
    ("row", "begin", "end"),
    [
        ({"period": "2026-Q1"}, date(2026, 1, 1), date(2026, 4, 1)),
        ({"period": "Feb 2026"}, date(2026, 2, 1), date(2026, 3, 1)),
        ({"start": date(2026, 1, 15), "end": date(2026, 1, 31)}, date(2026, 1, 15), date(2026, 2, 1)),
        ({"date": date(2026, 5, 9)}, date(2026, 5, 9), date(2026, 5, 10)),
        ({"period": "soon"}, None, None),
        ({"start": date(2026, 2, 1), "end": date(2026, 1, 1)}, None, None),
    ],
)
def test_the_days_that_a_row_speaks_of(row: dict[str, Any], begin: date | None, end: date | None) -> None:
    found = with_days(rows_of({**row, "amount": Decimal(1)}), CALENDAR)
    assert found.select(START, END).row(0) == (begin, end)


def test_a_label_comes_before_dates_and_a_blank_one_leaves_it_to_them() -> None:
    frame = rows_of({"period": "2026-01", "date": date(2025, 5, 5)}, {"period": None, "date": date(2025, 5, 5)})
    assert with_days(frame, CALENDAR)[START].to_list() == [date(2026, 1, 1), date(2025, 5, 5)]


def test_a_fiscal_quarter_is_that_of_the_calendar_in_force() -> None:
    frame = with_days(rows_of({"period": "FY2026-Q1"}), Calendar(fiscal_start_month=2))
    assert frame.select(START, END).row(0) == (date(2025, 2, 1), date(2025, 5, 1))


def test_levels_of_quotas_are_not_added_up() -> None:
    days, findings = quotas_of(
        {"owner": "ann", "team": "north", "period": "2026-01", "amount": Decimal(10)},
        {"owner": None, "team": "north", "period": "2026-01", "amount": Decimal(100)},
        {"owner": None, "team": "south", "period": "2026-01", "amount": Decimal(70)},
        {"owner": None, "team": None, "period": "2026-01", "amount": Decimal(1000)},
    )
    assert days["amount"].sum() == 80  # ann, and the south, which has no quotas of reps
    assert [(f.code, f.count) for f in findings] == [("quota_levels", 2)]


def test_the_company_counts_where_nothing_finer_does() -> None:
    days, findings = quotas_of({"period": "2026", "amount": Decimal(365)})
    assert days["amount"].unique().to_list() == [1]
    assert findings == []
    assert company_targets(rows_of({"period": "2026", "amount": Decimal(365)}), CALENDAR) is None


def test_the_level_that_the_report_groups_by_is_used_where_the_finest_does_not_know_it() -> None:
    rows: list[dict[str, Any]] = [
        {"owner": "ann", "team": None, "period": "2026-01", "amount": Decimal(10)},
        {"owner": None, "team": "north", "period": "2026-01", "amount": Decimal(100)},
    ]
    assert quotas_of(*rows)[0]["amount"].sum() == 10
    assert quotas_of(*rows, by=("team",))[0]["amount"].sum() == 100
    assert quotas_of(*rows, by=("owner",))[0]["amount"].sum() == 10


def test_a_period_that_cuts_quotas_is_said_and_one_that_does_not_is_not() -> None:
    row = {"owner": "ann", "period": "2026-Q1", "amount": Decimal(90)}
    _, cut = quotas_of(row, window=Window(date(2026, 2, 1), date(2026, 3, 1)))
    assert [f.code for f in cut] == ["quota_prorated"]
    for window in (
        ALL,
        Window(date(2026, 1, 1), date(2026, 4, 1)),
        Window(date(2026, 1, 1), date(2026, 2, 9), date(2026, 4, 1)),
    ):
        assert quotas_of(row, window=window)[1] == []


def test_quotas_without_a_readable_period_count_for_nothing_and_are_said() -> None:
    days, findings = quotas_of(
        {"owner": "ann", "period": "whenever", "amount": Decimal(90)},
        {"owner": "bob", "period": "2026-01", "amount": None},
    )
    assert days.is_empty()
    assert [(f.code, f.count) for f in findings] == [("quota_unplaced", 2)]


def test_costs_end_on_the_as_of_date_and_unknown_categories_are_other() -> None:
    frame = rows_of(
        {"period": "2026-01", "category": "salary", "category_text": "Wages", "amount": Decimal(31)},
        {"period": "2026-01", "category": None, "category_text": "Stationery", "amount": Decimal(62)},
    )
    days, findings = cost_days(frame, CALENDAR, date(2026, 1, 10))
    sums = dict(days.group_by("category").agg(pl.col("amount").sum()).iter_rows())
    assert sums == {"salary": Decimal(10), "other": Decimal(20)}
    assert [(f.code, f.count) for f in findings] == [("cost_category_unknown", 1)]


@pytest.mark.parametrize(
    ("as_of", "window"),
    [
        (date(2026, 2, 10), Window(date(2026, 1, 1), date(2026, 2, 11), date(2026, 4, 1))),
        (date(2026, 3, 31), Window(date(2026, 1, 1), date(2026, 4, 1))),
        (date(2027, 8, 1), Window(date(2026, 1, 1), date(2027, 1, 1))),
        (date(2024, 1, 1), ALL),
    ],
)
def test_the_quota_that_runs_is_the_shortest_one_or_the_last(as_of: date, window: Window) -> None:
    days, _ = quotas_of(
        {"owner": "ann", "period": "2026-Q1", "amount": Decimal(90)},
        {"owner": "bob", "period": "2026", "amount": Decimal(90)},
    )
    assert span_windows("quota", {"quotas": days}, as_of, CALENDAR) == {"": window}


def test_the_year_before_is_undefined_where_the_deals_do_not_reach_back() -> None:
    deals = pl.DataFrame({"created": [date(2025, 6, 1)], "closed": [date(2026, 1, 1)]})
    assert set(span_windows("year", {"deals": deals}, date(2026, 5, 31), CALENDAR)) == {""}
    older = pl.DataFrame({"created": [date(2024, 6, 20)], "closed": [date(2026, 1, 1)]})
    assert set(span_windows("year", {"deals": older}, date(2026, 5, 31), CALENDAR)) == {"", "previous", "year_ago"}


def season_of(*wins: tuple[date, int], as_of: date = date(2026, 4, 10)) -> pl.DataFrame:
    days, _ = quotas_of({"owner": "ann", "period": "2026-04", "amount": Decimal("100.01")})
    deals = pl.DataFrame(
        {"outcome": "won", "closed": [day for day, _ in wins], "amount": [Decimal(amount) for _, amount in wins]},
        schema_overrides={"amount": MONEY, "closed": pl.Date},
    )
    return with_season(days, deals, as_of)


def test_a_quota_is_spread_as_sales_were_and_adds_up_to_the_last_digit() -> None:
    months = [date(2025, month, 1) for month in (11, 12)] + [date(2026, month, 1) for month in (1, 2, 3)]
    wins = [(month, 1) for month in months] + [(month.replace(day=28), 3) for month in months]
    spread = season_of(*wins)
    assert spread["seasonal"].sum() == Decimal("100.01")
    first = spread.filter(pl.col("day") <= date(2026, 4, 10))["seasonal"].sum()
    assert abs(first - Decimal("25.0025")) < Decimal("0.00001")
    assert spread["amount"].sum() == Decimal("100.01")


def test_fewer_than_four_complete_periods_have_no_shape() -> None:
    wins = [(date(2026, month, 1), 5) for month in (1, 2, 3)]
    assert season_of(*wins)["seasonal"].null_count() == 30
    assert season_of((date(2025, 12, 20), 5), *wins)["seasonal"].null_count() == 30
    assert season_of((date(2025, 12, 2), 5), *wins)["seasonal"].null_count() == 0


def test_each_currency_has_a_shape_of_its_own() -> None:
    days, _ = quotas_of(
        {"owner": "ann", "period": "2026-04", "amount": Decimal(100), "currency": "EUR"},
        {"owner": "bob", "period": "2026-04", "amount": Decimal(100), "currency": "USD"},
    )
    closed = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    deals = pl.DataFrame(
        {"outcome": "won", "closed": closed, "amount": [Decimal(1)] * 4, "currency": "EUR"},
        schema_overrides={"amount": MONEY},
    )
    spread = with_season(days, deals, date(2026, 4, 10))
    known = spread.filter(pl.col("seasonal").is_not_null())
    assert known["currency"].unique().to_list() == ["EUR"]
    assert known.filter(pl.col("day") <= date(2026, 4, 2))["seasonal"].sum() == 100


@pytest.mark.parametrize("days", [None, [], [date(2026, 6, 1)]])
def test_without_a_day_up_to_the_report_date_a_file_covers_no_period(days: list[date] | None) -> None:
    frames = {} if days is None else {"revenue": pl.DataFrame({"day": days}, {"day": pl.Date})}
    assert span_windows("revenue", frames, date(2026, 5, 31), CALENDAR) == {"": ALL}
