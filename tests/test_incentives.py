"""What reps earn by plan: by hand, and by properties of any plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.drilldown.rows import kpi_rows
from salesmetrics.drilldown.working import explain_working
from salesmetrics.engine.build import Request, build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.incentives import IncentivePlan, Tier, payout
from salesmetrics.metrics.settings import Settings
from salesmetrics.settings.model import parse_settings

TIERS = (Tier(Decimal(0), Decimal("0.04")), Tier(Decimal("0.5"), Decimal("0.06")), Tier(Decimal(1), Decimal("0.10")))


def paid(won: int, quota: int = 1000, units: int = 0, **plan: Any) -> Decimal | None:
    result = payout(IncentivePlan(**{"tiers": TIERS, **plan}), Decimal(won), Decimal(quota), Decimal(units))
    return None if result is None else result.amount


@pytest.mark.parametrize(("won", "amount"), [(0, 0), (400, 16), (500, 20), (1000, 50), (1500, 100), (-100, 0)])
def test_each_rate_pays_for_the_sales_within_its_tier(won: int, amount: int) -> None:
    assert paid(won) == amount


@pytest.mark.parametrize(("won", "amount"), [(400, 16), (500, 30), (1000, 100), (1500, 150)])
def test_or_the_highest_rate_reached_pays_for_all(won: int, amount: int) -> None:
    assert paid(won, marginal=False) == amount


def test_below_the_threshold_nothing_is_paid_by_rate() -> None:
    assert paid(499, threshold=Decimal("0.5"), bonus_per_unit=Decimal(2), units=3) == 6
    assert paid(500, threshold=Decimal("0.5")) == 20


def test_the_accelerator_multiplies_what_is_sold_above_the_quota() -> None:
    flat = (Tier(Decimal(0), Decimal("0.05")),)
    assert paid(1500, tiers=flat, accelerator=Decimal(2)) == 50 + 50
    assert paid(1500, tiers=flat, accelerator=Decimal(2), marginal=False) == 50 + 50


def test_caps_hold_the_sales_that_are_paid_for_or_the_pay() -> None:
    assert paid(3000, cap_attainment=Decimal("1.5")) == 100
    assert paid(3000, cap=Decimal(120)) == 120
    result = payout(IncentivePlan(tiers=TIERS, cap=Decimal(120)), Decimal(3000), Decimal(1000))
    assert result is not None
    assert result.capped
    full = paid(3000)
    exactly = payout(IncentivePlan(tiers=TIERS, cap=full), Decimal(3000), Decimal(1000))
    assert exactly is not None
    assert (exactly.amount, exactly.capped) == (full, False)


def test_the_bonus_for_the_quota_is_paid_once_it_is_reached() -> None:
    assert paid(999, bonus_at_quota=Decimal(500)) == Decimal("49.94")
    assert paid(1000, bonus_at_quota=Decimal(500)) == 550


def test_without_a_quota_nobody_knows() -> None:
    assert paid(1000, quota=0) is None


@given(
    won=st.integers(-1000, 10_000),
    more=st.integers(0, 5000),
    quota=st.integers(1, 5000),
    marginal=st.booleans(),
    accelerator=st.sampled_from(["1", "1.5"]),
    cap=st.one_of(st.none(), st.integers(1, 500)),
)
def test_selling_more_never_pays_less_and_the_steps_add_up(
    won: int, more: int, quota: int, marginal: bool, accelerator: str, cap: int | None
) -> None:
    limit = None if cap is None else Decimal(cap)
    plan = IncentivePlan(tiers=TIERS, marginal=marginal, accelerator=Decimal(accelerator), cap=limit)
    first, second = (payout(plan, Decimal(amount), Decimal(quota)) for amount in (won, won + more))
    assert first is not None
    assert second is not None
    assert first.amount <= second.amount
    for result in (first, second):
        full = sum(amount for *_, amount in result.steps)
        assert result.amount == (min(full, limit) if limit is not None else full)
        assert all(part * rate == amount for _, part, rate, amount in result.steps)


def test_a_plan_is_read_from_the_configuration_and_slips_are_named() -> None:
    text = "[settings.incentive]\ncap = 20000\ntiers = [{at = 0, rate = 0.05}, {at = 1, rate = 0.1}]\n"
    plan = parse_settings(text, "salesmetrics.toml").thresholds.incentive
    assert plan == IncentivePlan(
        tiers=(Tier(Decimal(0), Decimal("0.05")), Tier(Decimal(1), Decimal("0.1"))), cap=Decimal(20000)
    )
    with pytest.raises(SalesmetricsError, match="treshold"):
        parse_settings("[settings.incentive]\ntreshold = 0.5\n", "salesmetrics.toml")


def test_a_plan_that_cannot_be_meant_is_refused_in_a_program_too() -> None:
    one, half = Tier(Decimal(1), Decimal("0.1")), Tier(Decimal("0.5"), Decimal("0.1"))
    with pytest.raises(ValueError, match="rate: must be at most 1, not 5"):
        Tier(Decimal(0), Decimal(5))
    with pytest.raises(ValueError, match="threshold: must be at most 10, not 50"):
        IncentivePlan(tiers=(one,), threshold=Decimal(50))
    with pytest.raises(ValueError, match="two tiers start at 1"):
        IncentivePlan(tiers=(one, one))
    with pytest.raises(ValueError, match="comes after the tier"):
        IncentivePlan(tiers=(one, half))
    with pytest.raises(ValueError, match="pays nothing"):
        IncentivePlan()


def frames() -> dict[str, pl.DataFrame]:
    money = pl.Decimal(38, 8)
    day = date(2026, 2, 1)
    deals = {
        "owner": ["ann", "ann", "bob", "stray", "cy"], "outcome": ["won", "won", "won", "won", "lost"],
        "amount": [Decimal(1000), Decimal(500), Decimal(400), Decimal(9000), Decimal(1)], "closed": [day] * 5,
    }  # fmt: skip
    quotas = {"owner": ["ann", "bob", "cy"], "period": ["2026-Q1"] * 3, "amount": [Decimal(1000)] * 3}
    return {
        "deals": pl.DataFrame(deals, schema_overrides={"amount": money}),
        "quotas": pl.DataFrame(quotas, schema_overrides={"amount": money}),
    }


def test_the_payout_of_the_team_is_the_sum_over_its_reps() -> None:
    settings = Settings(incentive=IncentivePlan(tiers=TIERS))
    request = Request(
        as_of=date(2026, 3, 31), as_of_source=None, kpis=("incentive_payout",), by=("owner",), settings=settings
    )
    report = build_report(request, frames(), catalog())
    found = {m.group.get("owner"): m for m in report.metrics}
    assert {owner: m.value for owner, m in found.items()} == {None: 116, "ann": 100, "bob": 16, "cy": 0, "stray": None}
    assert found["stray"].reason == "no_quota"
    assert {e.code: e.count for e in found[None].excluded} == {"no_quota": 1}
    assert {owner: m.n for owner, m in found.items()} == {None: 3, "ann": 1, "bob": 1, "cy": 1, "stray": 0}


def test_without_a_plan_the_payout_says_what_it_needs() -> None:
    request = Request(as_of=date(2026, 3, 31), as_of_source=None, families=("targets",))
    report = build_report(request, frames(), catalog())
    assert {n.id: n.needs for n in report.not_computed}["incentive_payout"].startswith(
        "a pay plan under [settings.incentive]"
    )


def two_quarters() -> dict[str, pl.DataFrame]:
    """Ann sold 1500 and 400, of 1000 a quarter; Bob has a quota in the second quarter alone, and sold 200 in each."""
    money = pl.Decimal(38, 8)
    sold = [("ann", 1500, date(2026, 2, 1)), ("ann", 400, date(2026, 5, 1)), ("bob", 200, date(2026, 2, 1))]
    sold.append(("bob", 200, date(2026, 6, 30)))
    deals = {
        "owner": [owner for owner, *_ in sold], "outcome": ["won"] * 4, "amount": [Decimal(n) for _, n, _ in sold],
        "closed": [day for *_, day in sold],
    }  # fmt: skip
    quotas = {
        "owner": ["ann", "ann", "bob"], "period": ["2026-Q1", "2026-Q2", "2026-Q2"], "amount": [Decimal(1000)] * 3,
    }  # fmt: skip
    return {
        "deals": pl.DataFrame(deals, schema_overrides={"amount": money}),
        "quotas": pl.DataFrame(quotas, schema_overrides={"amount": money}),
    }


TWO = (Tier(Decimal(0), Decimal("0.05")), Tier(Decimal(1), Decimal("0.10")))
CAPPED = Settings(incentive=IncentivePlan(tiers=TWO, bonus_at_quota=Decimal(100), cap=Decimal(180)))


def asked(period: str, *by: str) -> Request:
    more: dict[str, Any] = {"kpis": ("incentive_payout",), "by": by, "settings": CAPPED}
    return resolve(date(2026, 6, 30), None, period=period, **more)


# By hand. Ann in Q1: 1000 x 5 % + 500 x 10 % + 100 = 200, capped at 180; in Q2: 400 x 5 % = 20. Bob in Q2: 200 x 5 % = 10.
# A plan that took the half-year as one would pay Ann 1900 x 5 % = 95 and no bonus.
@pytest.mark.parametrize(
    ("period", "team", "ann", "bob"),
    [
        ("2026-Q1", 180, 180, None),
        ("2026-Q2", 30, 20, 10),
        ("2026-H1", 210, 200, 10),
        ("2026", 210, 200, 10),
        # Of the first quarter 31 of 90 days: no sales. Of the second, all.
        ("2026-03-01..2026-06-30", 30, 20, 10),
        # Of the first quarter 59 of 90 days: 1500 are far above that part of the quota, so capped. Of the second 45 of 91
        # days: 400 are below 494.5, so 5 %; Bob has sold nothing yet.
        ("2026-02-01..2026-05-15", 200, 200, 0),
    ],
)
def test_a_longer_period_pays_the_sum_of_its_quota_periods(period: str, team: int, ann: int, bob: int | None) -> None:
    report = build_report(asked(period, "owner"), two_quarters(), catalog())
    found = {m.group.get("owner"): m.value for m in report.metrics}
    assert found == {None: team, "ann": ann, "bob": bob}


def test_explain_shows_each_period_of_a_quota() -> None:
    shown = explain_working(asked("2026-H1"), two_quarters(), catalog(), [])
    lines = [(item.id, item.value) for item in shown.ingredients if item.of == "rep_results"]
    assert lines == [("ann, quota from 2026-01-01", 180), ("ann, quota from 2026-04-01", 20), ("bob", 10)]
    assert next(item.n for item in shown.ingredients if item.id == "rep_results") == 2
    rows = kpi_rows(asked("2026-H1"), two_quarters(), catalog()).sort("owner")
    assert rows.select("owner", "amount", "quota", "value").rows() == [("ann", 1900, 2000, 200), ("bob", 200, 1000, 10)]


def test_what_was_reached_and_what_is_paid_are_no_estimates() -> None:
    kpis = ("incentive_payout", "quota_attainment", "revenue", "win_rate")
    request = Request(as_of=date(2026, 3, 31), as_of_source=None, kpis=kpis, by=("owner",), settings=CAPPED)
    small = {m.id: m.small for m in build_report(request, frames(), catalog()).metrics if m.group == {"owner": "ann"}}
    assert small == {"incentive_payout": False, "quota_attainment": False, "revenue": False, "win_rate": True}
