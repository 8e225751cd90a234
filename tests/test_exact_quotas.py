"""Quotas shared out to days lose nothing: attainment, gap and reps at quota are those of exact fractions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.answers.report import Period
from salesmetrics.drilldown.rows import records_behind
from salesmetrics.engine.build import build_report
from salesmetrics.engine.goals import Goal, parse_goal, status
from salesmetrics.engine.resolve import resolve
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.user import UserKpi, with_user_kpis

if TYPE_CHECKING:
    from salesmetrics.answers.report import Metric

MONEY = pl.Decimal(38, 8)
AS_OF = date(2026, 9, 30)
KPIS = ("quota_attainment", "quota_gap", "pacing", "reps_at_quota", "quota_miss_rate")
STRETCHES = {
    "2026-07": (date(2026, 7, 1), date(2026, 8, 1)),
    "2026-08": (date(2026, 8, 1), date(2026, 9, 1)),
    "2026-02": (date(2026, 2, 1), date(2026, 3, 1)),
    "2026-07-10..2026-08-21": (date(2026, 7, 10), date(2026, 8, 22)),
}
QUOTAS = {
    "2026-Q3": (date(2026, 7, 1), date(2026, 10, 1)),
    "2026-Q1": (date(2026, 1, 1), date(2026, 4, 1)),
    "2026": (date(2026, 1, 1), date(2027, 1, 1)),
    "2026-08": (date(2026, 8, 1), date(2026, 9, 1)),
}


def frames(quotas: list[tuple[str, str, Any]], wins: list[tuple[str, date, Any]]) -> dict[str, pl.DataFrame]:
    money = pl.Decimal(38, 8)
    plan = [(owner, period, Decimal(str(amount))) for owner, period, amount in quotas]
    sold = [(owner, day, Decimal(str(amount)), "won") for owner, day, amount in wins]
    return {
        "quotas": pl.DataFrame(plan, {"owner": pl.String, "period": pl.String, "amount": money}, orient="row"),
        "deals": pl.DataFrame(
            sold, {"owner": pl.String, "closed": pl.Date, "amount": money, "outcome": pl.String}, orient="row"
        ),
    }


def metrics(files: dict[str, pl.DataFrame], period: str, *kpis: str, **more: Any) -> dict[str, Metric]:
    report = build_report(resolve(AS_OF, None, period=period, kpis=kpis or KPIS, **more), files, catalog())
    return {m.id: m for m in report.metrics if not m.group}


def test_a_goal_of_a_month_of_a_quarter_is_met_exactly() -> None:
    names = ["Ann", "Bob", "Cy"]
    files = frames([(n, "2026-Q3", 92 + i) for i, n in enumerate(names)], [("Ann", date(2026, 7, 9), "117.5")])
    quota = Fraction(93 * 3 * 31, 92)
    exact = metrics(files, "2026-07")["quota_attainment"]
    assert exact.value == float(Fraction("117.5") / quota)
    files = frames(
        [(n, "2026-Q3", 100) for n in names[:1]] + [("Bob", "2026-Q3", 84)], [("Ann", date(2026, 7, 9), "77.5")]
    )
    found = metrics(files, "2026-07")
    assert found["quota_attainment"].value == 1.25
    assert found["quota_attainment"].denominator == 62
    assert found["quota_gap"].value == Decimal("-15.5")
    text = "quota_attainment >= 1.25"
    goal = Goal(*parse_goal(text, catalog()), text)
    metric = found["quota_attainment"]
    month = Period(label="2026-07", start=date(2026, 7, 1), end=date(2026, 8, 1))
    assert status(goal, catalog().kpis["quota_attainment"], metric, month, AS_OF) == "met"


@pytest.mark.parametrize(("sold", "share"), [("31", 1), ("30.99", 0)])
def test_a_rep_with_two_prorated_quotas_is_at_quota_to_the_cent(sold: str, share: int) -> None:
    """A third and two thirds of 92 over 31 days are 31 together, and neither is a decimal number."""
    files = frames([("Ann", "2026-Q3", "30.67"), ("Ann", "2026-Q3", "61.33")], [("Ann", date(2026, 7, 9), sold)])
    assert metrics(files, "2026-07")["reps_at_quota"].value == share


def test_what_is_shown_is_a_decimal() -> None:
    files = frames([("Ann", "2026-Q3", 100)], [("Ann", date(2026, 7, 9), 10)])
    found = metrics(files, "2026-07")
    assert found["quota_attainment"].denominator == Decimal("33.69565217")
    assert found["quota_gap"].value == Decimal("23.69565217")
    own = with_user_kpis(catalog(), (UserKpi("half", "quota / 2", "Half of the quota"),), "x.toml")
    report = build_report(resolve(AS_OF, None, period="2026-07", kpis=("half",)), files, own)
    assert float(report.metrics[0].value or 0) == pytest.approx(50 * 31 / 92)


def test_the_rows_behind_add_up_to_what_is_shown() -> None:
    files = frames([(n, "2026-Q3", 100) for n in ("Ann", "Bob", "Cy")], [("Ann", date(2026, 7, 9), 10)])
    files["quotas"] = files["quotas"].with_row_index("__row__")
    shown = metrics(files, "2026-07")["quota_attainment"].denominator
    rows = records_behind(resolve(AS_OF, None, period="2026-07", kpis=("quota_attainment",)), files, catalog()).frame
    assert rows["denominator"].sum() == shown == Decimal("101.08695652")


def test_lengths_without_a_common_measure_are_rounded_and_no_fault() -> None:
    starts = [
        (date(2026, 1, 1), date(2026, 1, 1).toordinal() + n) for n in (96, 100, 102, 106, 108, 112, 126, 130, 136)
    ]
    files = frames([], [("Ann", date(2026, 1, 9), 10)])
    rows = [("Ann", start, date.fromordinal(end), Decimal(100)) for start, end in starts]
    schema = {"owner": pl.String, "start": pl.Date, "end": pl.Date, "amount": MONEY}
    files["quotas"] = pl.DataFrame(rows, schema, orient="row")
    found = metrics(files, "2026-01")["quota_attainment"]
    expected = sum(Fraction(100 * 31, end - start.toordinal() + 1) for start, end in starts)
    assert found.value == pytest.approx(float(10 / expected), rel=1e-9)


amounts = st.integers(1, 10**7).map(lambda cents: f"{cents / 100:.2f}")


@settings(max_examples=tries(40))
@given(
    st.lists(st.tuples(st.sampled_from(["Ann", "Bob"]), st.sampled_from(sorted(QUOTAS)), amounts), min_size=1),
    st.lists(st.tuples(st.sampled_from(["Ann", "Bob"]), amounts), min_size=1),
    st.sampled_from(sorted(STRETCHES)),
)
def test_shares_of_quotas_are_exact_fractions(
    quotas: list[tuple[str, str, str]], wins: list[tuple[str, str]], period: str
) -> None:
    low, high = STRETCHES[period]
    owed: dict[str, Fraction] = {}
    for owner, label, amount in quotas:
        begin, end = QUOTAS[label]
        days = (min(end, high) - max(begin, low)).days
        if days > 0:
            owed[owner] = owed.get(owner, Fraction(0)) + Fraction(amount) * days / (end - begin).days
    covered = {o for o, label, _ in quotas if QUOTAS[label][0] <= low < QUOTAS[label][1]}
    sold: dict[str, Fraction] = {}
    for owner, amount in wins:
        if owner in covered:
            sold[owner] = sold.get(owner, Fraction(0)) + Fraction(amount)
    found = metrics(frames(quotas, [(owner, low, amount) for owner, amount in wins]), period)
    whole, won = sum(owed.values()), sum(sold.values())
    if not whole:
        assert found["quota_attainment"].value is None
        return
    assert found["quota_attainment"].value == float(won / whole)
    assert abs(Fraction(found["quota_gap"].value or 0) - (whole - won)) <= Fraction(1, 10**8)
    at = [sold.get(owner, 0) >= quota for owner, quota in owed.items()]
    assert (found["reps_at_quota"].numerator, found["reps_at_quota"].denominator) == (sum(at), len(at))
