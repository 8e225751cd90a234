"""Cohorts: against scikit-survival, a plain formula and loops, and what has to hold whatever deals do."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from sksurv.nonparametric import cumulative_incidence_competing_risks

import salesmetrics
from effort import tries
from in_process import invoke
from salesmetrics.analysis.closed_basis import _created_between
from salesmetrics.analysis.cohort import HORIZONS, CohortFacts, build_cohorts
from salesmetrics.analysis.followed import CREATED
from salesmetrics.engine.resolve import resolve
from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.writers import render
from salesmetrics.statistics.survival import event_table, won_among_decided
from study import study

if TYPE_CHECKING:
    from golden_file import Golden
    from salesmetrics.answers.cohort import Cohort, Cohorts

pytestmark = pytest.mark.usefixtures("read_once")


ROOT = Path(__file__).parent.parent
DEALS, LEADS = ROOT / "examples" / "deals.csv", ROOT / "examples" / "leads.csv"
STUDY = study("cohort")
QUICK = (Phase.explicit, Phase.generate)
"""Worlds of many deals take minutes to shrink."""
AS_OF = date(2026, 6, 30)


def shown(*words: str, cwd: Path = ROOT) -> str:
    done = invoke(*words, cwd=cwd, env={"HOME": "/nonexistent", "COLUMNS": "120"})
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- generated deals ------------------------------------------------------------------------------------------------

deal = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["won", "won", "lost", "lost", "other", "open", "open"]),
        "created": st.none() | st.dates(date(2024, 11, 20), AS_OF),
        "days": st.sampled_from([None, -3, 0, 1, 29, 30, 31, 60, 89, 90, 91, 180, 181, 364, 365, 366, 500]),
        "amount": st.sampled_from([None, Decimal(0), Decimal("10.25"), Decimal("999999999.99")]),
        "currency": st.sampled_from(["EUR", "EUR", "USD", None]),
        "region": st.sampled_from(["North", "South", None]),
    }
)
worlds = st.lists(deal, min_size=1, max_size=40)


def as_of_day(deals: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    """The deals as they stand on a day, with ``closed`` in the place of ``days``."""
    found = []
    for one in deals:
        created, ends = one["created"], one["outcome"] != "open"
        closed = None if created is None or one["days"] is None or not ends else created + timedelta(one["days"])
        if created is not None and created > day:
            continue
        later = closed is not None and closed > day
        row = {name: value for name, value in one.items() if name != "days"}
        found.append(row | {"closed": None if later else closed, "outcome": "open" if later else one["outcome"]})
    return found


def frames_of(deals: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    texts = dict.fromkeys(("outcome", "currency", "region", "id"), pl.String)
    schema = {**texts, "created": pl.Date, "closed": pl.Date, "amount": pl.Decimal(38, 8)}
    rows = [one | {"id": str(n)} for n, one in enumerate(deals)]
    places = {"__row__": pl.int_range(2, pl.len() + 2), "__file__": pl.lit(0)}
    return {"deals": pl.DataFrame(rows, schema=schema, orient="row").with_columns(**places)}


def answered(deals: list[dict[str, Any]], day: date = AS_OF, every: Any = "quarter", **terms: Any) -> Cohorts:
    return build_cohorts(resolve(day, None, every=every, **terms), frames_of(deals), CohortFacts(every=every))


def label(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def over(name: str, day: date) -> bool:
    year, quarter = int(name[:4]), int(name[-1])
    return (date(year + 1, 1, 1) if quarter == 4 else date(year, quarter * 3 + 1, 1)) <= day + timedelta(1)


def time_of(one: dict[str, Any], day: date) -> int | None:
    end = day if one["outcome"] == "open" else one["closed"]
    days = None if end is None else (end - one["created"]).days
    return None if days is None or days < 0 else days


def incidence(records: list[tuple[int, str]], horizon: int, cause: str = "won") -> Fraction:
    """Aalen–Johansen by its formula, exactly: a loop over the days."""
    left, value = Fraction(1), Fraction(0)
    for at in sorted({t for t, fate in records if fate != "open" and t <= horizon}):
        risk = sum(t >= at for t, _ in records)
        value += left * Fraction(sum(t == at and fate == cause for t, fate in records), risk)
        left *= 1 - Fraction(sum(t == at and fate != "open" for t, fate in records), risk)
    return value


def is_known(records: list[tuple[int, str]], horizon: int) -> bool:
    """Whether somebody was seen for so long, or nobody is left."""
    last = max((t for t, _ in records), default=-1)
    return last >= horizon or (last >= 0 and not any(t == last and fate == "open" for t, fate in records))


@settings(max_examples=tries(20), deadline=None, phases=QUICK)
@given(deals=worlds, by=st.booleans())
def test_every_number_is_that_of_a_loop_over_the_deals(deals: list[dict[str, Any]], by: bool) -> None:
    deals = as_of_day(deals, AS_OF)
    dated = [one for one in deals if one["created"] is not None]
    terms = {"by": ("region",)} if by else {}
    if not dated or all(one["outcome"] == "open" for one in deals):
        with pytest.raises(SalesmetricsError, match="nothing to report"):
            answered(deals, **terms)
        return
    answer = answered(deals, **terms)
    groups = [None, *({one["region"] for one in dated} if by else ())]
    names = [None, *sorted({label(one["created"]) for one in dated})]
    made = {(row.cohort, row.group.get("region", ...)): row for row in answer.cohorts}
    expected = {
        (name, ... if place == 0 else group): [
            one
            for one in dated
            if (place == 0 or one["region"] == group) and (name is None or label(one["created"]) == name)
        ]
        for place, group in enumerate(groups)
        for name in names
    }
    assert set(made) == {key for key, own in expected.items() if own}
    assert answer.undated == len(deals) - len(dated)
    for key, row in made.items():
        check(row, expected[key], {one["currency"] for one in dated if one["currency"]})
    for key in made:
        parts = [made[key].size for key in made if key[0] is not None and key[1] == ...]
        assert made[None, ...].size == sum(parts)


def cells(own: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in own:
        found.setdefault(label(one["created"]), []).append(one)
    return found


def check(row: Cohort, own: list[dict[str, Any]], codes: set[str]) -> None:
    assert row.size == len(own) == row.won + row.lost + row.other + row.open
    assert row.open == sum(one["outcome"] == "open" for one in own)
    assert row.unplaced == sum(time_of(one, AS_OF) is None for one in own)
    assert (row.ended.numerator, row.ended.denominator) == (len(own) - row.open, len(own))
    records = [(t, one["outcome"]) for one in own if (t := time_of(one, AS_OF)) is not None]
    aged = {name: min((AS_OF - one["created"]).days for one in part) for name, part in cells(own).items()}
    done = {name: over(name, AS_OF) and all(o["outcome"] != "open" for o in part) for name, part in cells(own).items()}
    for horizon in row.horizons:
        days = horizon.days
        reached = max(aged.values()) >= days or all(done.values())
        if 20 * row.unplaced > row.size:
            assert (horizon.value, horizon.reason) == (None, "missing_close_dates")
            continue
        if not reached or not is_known(records, days):
            assert (horizon.value, horizon.interval, horizon.reason) == (None, None, "not_reached")
            assert horizon.revenue == []
            continue
        assert horizon.reason is None
        assert horizon.value == pytest.approx(float(incidence(records, days)), abs=1e-12)
        assert horizon.at_risk == sum(t >= days for t, _ in records)
        assert horizon.won == sum(t <= days and fate == "won" for t, fate in records)
        assert horizon.n == len(records)
        old = [one for name, part in cells(own).items() if aged[name] >= days or done[name] for one in part]
        if row.cohort is not None:
            old = own
        won = [one for one in old if one["outcome"] == "won" and (t := time_of(one, AS_OF)) is not None and t <= days]
        priced = [one for one in won if one["amount"] is not None]
        assert {money.currency for money in horizon.revenue} >= codes
        for money in horizon.revenue:
            assert (money.created, money.unpriced) == (len(old), len(won) - len(priced))
            if won and not priced:
                assert (money.value, money.per_created, money.reason) == (None, None, "missing_amount")
                continue
            value = sum((one["amount"] for one in priced if one["currency"] == money.currency), Decimal(0))
            assert money.value == value
            exact = Fraction(value) / len(old)
            assert abs(Fraction(money.per_created or 0) - exact) <= Fraction(1, 2 * 10**8)


@settings(max_examples=tries(8), deadline=None, phases=QUICK)
@given(deals=worlds, data=st.data())
def test_the_order_of_rows_does_not_matter(deals: list[dict[str, Any]], data: st.DataObject) -> None:
    deals = as_of_day(deals, AS_OF)
    if not any(one["created"] for one in deals) or all(one["outcome"] == "open" for one in deals):
        return
    shuffled = data.draw(st.permutations(deals))
    first, second = (render(answered(own, by=("region",)), "json") for own in (deals, shuffled))
    assert first == second


@settings(max_examples=tries(12), deadline=None, phases=QUICK)
@given(deals=worlds, later=st.integers(1, 900))
def test_a_cohort_that_has_ended_never_changes_at_a_later_day(deals: list[dict[str, Any]], later: int) -> None:
    """Whatever else happens later: what was created in a period that is over, and has ended, stays as it is."""
    ends = [one | {"days": one["days"] or 0} for one in deals]
    day, then = date(2025, 12, 31), date(2025, 12, 31) + timedelta(later)
    before, after = as_of_day(ends, day), as_of_day(ends, then)
    if not any(one["created"] and one["outcome"] != "open" for one in before):
        return
    old, new = answered(before, day, by=("region",)), answered(after, then, by=("region",))
    known = {(row.cohort, str(row.group)): row for row in new.cohorts}
    finished = [row for row in old.cohorts if row.cohort is not None and not row.open and not row.partial]
    for row in finished:
        same = known[row.cohort, str(row.group)]
        assert (same.size, same.ended) == (row.size, row.ended)
        assert all(h.value is not None or h.reason == "missing_close_dates" for h in row.horizons)
        # A currency that only later deals have brings lines of its own.
        codes = {money.currency for h in row.horizons for money in h.revenue}
        for one, two in zip(row.horizons, same.horizons, strict=True):
            assert (one.value, one.interval, one.at_risk, one.won) == (two.value, two.interval, two.at_risk, two.won)
            assert [m for m in one.revenue if m.currency] == [
                m for m in two.revenue if m.currency in codes and m.currency
            ]


# --- against scikit-survival ----------------------------------------------------------------------------------------


def drawn(n: int, seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    fates = rng.choice(["won", "lost", "other"], n, p=[0.3, 0.6, 0.1])
    made = []
    for fate, age, days in zip(fates, rng.integers(0, 700, n), rng.integers(0, 300, n), strict=True):
        made.append(
            {
                "outcome": str(fate), "created": AS_OF - timedelta(int(age)), "days": int(days), "amount": Decimal(100),
                "currency": "EUR", "region": str(rng.choice(["North", "South"])),
            }
        )  # fmt: skip
    return as_of_day(made, AS_OF)


def test_shares_and_variances_are_those_of_scikit_survival() -> None:
    deals = drawn(600, 7)
    answer = answered(deals, by=("region",))
    events = {"open": 0, "won": 1, "lost": 2, "other": 3}
    z = norm.ppf(0.975)
    compared = 0
    for row in answer.cohorts:
        own = [one for one in deals if not row.group or one["region"] == row.group["region"]]
        own = [one for one in own if row.cohort is None or label(one["created"]) == row.cohort]
        time = np.array([time_of(one, AS_OF) for one in own])
        event = np.array([events[one["outcome"]] for one in own])
        if not {1, 2, 3} <= set(event):
            continue
        days, found = cumulative_incidence_competing_risks(event, time)
        for horizon in row.horizons:
            if horizon.value is None:
                continue
            place = np.searchsorted(days, horizon.days, side="right") - 1
            assert horizon.value == pytest.approx(found[1][place] if place >= 0 else 0.0, abs=1e-12)
            compared += 1
            if horizon.interval is None or row.cohort is None:
                continue
            # Nobody is censored before a horizon that a cohort has reached: the share is that of a binomial.
            p, n = horizon.value, len(own)
            reach = z * math.sqrt(p * (1 - p) / n) / (p * abs(math.log(p)))
            assert horizon.interval.low == pytest.approx(p ** math.exp(reach), rel=1e-9)
            assert horizon.interval.high == pytest.approx(p ** math.exp(-reach), rel=1e-9)
    assert compared > 50


def test_the_interval_of_all_cohorts_is_that_of_scikit_survival() -> None:
    deals = drawn(400, 3)
    (total,) = [row for row in answered(deals).cohorts if row.cohort is None]
    time = np.array([time_of(one, AS_OF) for one in deals])
    events = {"open": 0, "won": 1, "lost": 2, "other": 3}
    event = np.array([events[one["outcome"]] for one in deals])
    # Aalen's variance, not the delta method's: the two differ in the fourth digit.
    days, found, ends = cumulative_incidence_competing_risks(event, time, conf_type="log-log")
    for horizon in total.horizons:
        place = np.searchsorted(days, horizon.days, side="right") - 1
        assert horizon.value == pytest.approx(found[1][place])
        assert horizon.interval is not None
        assert (horizon.interval.low, horizon.interval.high) == pytest.approx(tuple(ends[1][:, place]), abs=5e-4)


# --- the closed basis -----------------------------------------------------------------------------------------------


@settings(max_examples=tries(25), deadline=None, phases=QUICK)
@given(
    counts=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=8)
)
def test_the_share_of_decided_ones_is_the_plain_share_where_nobody_is_censored_early(
    counts: list[tuple[int, int, int, int]],
) -> None:
    rows = [(0, day, won, lost, 0) for day, won, lost, _ in counts] + [(0, 99, 0, 0, 5)]
    table = event_table(rows).with_columns(other=pl.Series([*(other for *_, other in counts), 0], dtype=pl.Int64))
    won, lost = sum(row[1] for row in counts), sum(row[2] for row in counts)
    if won + lost == 0:
        assert won_among_decided(table, 50)["value"].drop_nulls().is_empty()
        return
    (found,) = won_among_decided(table, 50).iter_rows(named=True)
    assert found["value"] == pytest.approx(won / (won + lost))
    if won and lost:
        p, n = won / (won + lost), won + lost
        reach = norm.ppf(0.975) / math.sqrt(n * p * (1 - p))
        odds = math.log(p / (1 - p))
        ends = [1 / (1 + math.exp(-(odds + sign * reach))) for sign in (-1, 1)]
        assert (found["low"], found["high"]) == pytest.approx(ends)
    else:
        assert (found["low"], found["high"]) == (None, None)


def test_the_share_of_decided_ones_has_an_interval_where_nobody_is_left() -> None:
    (found,) = won_among_decided(event_table([(0, 1, 6, 0, 0), (0, 2, 0, 4, 0)]), 50).iter_rows(named=True)
    odds, reach = math.log(0.6 / 0.4), norm.ppf(0.975) / math.sqrt(10 * 0.6 * 0.4)
    ends = [1 / (1 + math.exp(-(odds + sign * reach))) for sign in (-1, 1)]
    assert (found["value"], found["low"], found["high"]) == pytest.approx((0.6, *ends))


def test_the_closed_basis_is_the_win_rate_of_the_report() -> None:
    found = salesmetrics.cohort(str(DEALS), by=["team"], period="2025").answer
    kpis = salesmetrics.report_on(str(DEALS), kpis=["win_rate"], by=["team"], period="2025").metrics
    assert [(base.group, base.win_rate.value, base.win_rate.numerator) for base in found.closed_basis] == [
        (metric.group, metric.value, metric.numerator) for metric in kpis
    ]
    total = found.closed_basis[0]
    bounds = binomtest(total.win_rate.numerator, total.win_rate.denominator).proportion_ci(0.95, "wilson")
    assert (total.win_rate.interval.low, total.win_rate.interval.high) == pytest.approx((bounds.low, bounds.high))


def test_the_share_within_180_days_is_the_kpi_of_the_report() -> None:
    found = salesmetrics.cohort(str(DEALS), by=["team"]).answer
    kpis = salesmetrics.report_on(str(DEALS), kpis=["win_rate_horizon"], by=["team"]).metrics
    totals = [row for row in found.cohorts if row.cohort is None]
    assert [row.group for row in totals] == [metric.group for metric in kpis]
    for row, metric in zip(totals, kpis, strict=True):
        (horizon,) = [h for h in row.horizons if h.days == 180]
        assert horizon.value == pytest.approx(metric.value)
        assert (horizon.interval.low, horizon.interval.high) == pytest.approx(
            (metric.interval.low, metric.interval.high)
        )


def test_a_growing_firm_is_told_so_and_a_steady_one_is_not_accused() -> None:
    names = list(STUDY.WORLDS)
    found = {name: STUDY.study(STUDY.WORLDS[name], 8, 12_000) for name in names}
    left_open, steady, growing, both, young, lately = (found[name] for name in names)
    assert (left_open.differs, steady.differs) == (0, 0)
    assert growing.differs > 0.8
    assert growing.suspects["growing_team"] > 0.9
    assert growing.suspects["lost_left_open"] == 0
    assert growing.suspects["lost_not_closed_lately"] == both.suspects["lost_not_closed_lately"] == 0
    assert both.suspects["lost_left_open"] == 1
    assert lately.suspects["lost_not_closed_lately"] == 1
    assert young.differs > 0.8
    assert young.suspects["young_cohorts"] == 1


# --- the study ------------------------------------------------------------------------------------------------------


def test_the_study_shows_the_bias_of_the_closed_basis_and_holds_the_truth() -> None:
    """A short form of docs/studies/cohort.py, whose table is committed beside it."""
    names = list(STUDY.WORLDS)[:4]
    for name in names:
        found = STUDY.study(STUDY.WORLDS[name], 150, 1200)
        assert found.truth == pytest.approx(0.219, abs=0.0005)
        assert found.estimate == pytest.approx(found.truth, abs=0.004)
        assert 0.9 <= found.coverage <= 0.99
        assert 62 <= found.median_cycle <= 70
        if "never closed" in name:
            assert found.closed_quarter > 0.28
    page = (ROOT / "docs" / "studies" / "cohort.md").read_text("utf-8")
    for name in names:
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {name} |") and "**" in line]
        coverage = float(line.split("|")[7].strip(" %"))
        assert 93 <= coverage <= 97


# --- leads ----------------------------------------------------------------------------------------------------------


def test_leads_of_a_cohort_that_reached_a_horizon_are_counted() -> None:
    found = salesmetrics.cohort(str(DEALS), str(LEADS), of="leads", every="quarter", by=["source"]).answer
    with LEADS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    created, converted, source = "Created", "Converted Date", "Lead Source"
    columns = rows[0]
    assert {created, converted} <= set(columns), columns
    as_of = found.as_of
    assert as_of is not None
    for row in found.cohorts:
        if row.cohort is None:
            continue
        own = [one for one in rows if one[created] and label(date.fromisoformat(one[created][:10])) == row.cohort]
        if row.group:
            own = [one for one in own if (one[source] or None) == row.group["source"]]
        assert row.size == len(own)
        days = [
            (date.fromisoformat(one[converted][:10]) - date.fromisoformat(one[created][:10])).days
            for one in own
            if one[converted]
        ]
        for horizon in row.horizons:
            if horizon.value is not None:
                assert horizon.won == sum(0 <= d <= horizon.days for d in days)
                assert horizon.value == pytest.approx(horizon.won / horizon.n)
    assert found.closed_basis == []


# --- cells, forms, refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["", ":won", ":lost", ":open", ":90"])
def test_the_records_behind_a_cell(part: str) -> None:
    table = list(
        csv.DictReader(io.StringIO(shown("cohort", str(DEALS), "--rows", f"2026-01{part}", "--format", "csv")))
    )
    (row,) = [one for one in salesmetrics.cohort(str(DEALS)).cohorts if one.cohort == "2026-01"]
    horizon = next(h for h in row.horizons if h.days == 90)
    counts = {"": row.size, ":won": row.won, ":lost": row.lost, ":open": row.open, ":90": horizon.won}
    assert len(table) == counts[part] > 0
    assert {one["created"][:7] for one in table} == {"2026-01"}
    if part == ":90":
        assert sum(Decimal(one["amount"]) for one in table) == horizon.revenue[0].value


EXPORT = (
    "Record ID,Deal Name,Deal Stage,Amount,Currency,Create Date,Close Date,Deal owner\n"
    "1,A,Closed Won,100,EUR,2025-01-10,2025-02-01,Ann\n"
    "2,B,Closed Lost,50,EUR,2025-01-20,2025-02-05,Ann\n"
    "3,C,Closed Won,,EUR,2025-02-01,2025-03-01,Bob\n"
    "4,D,Qualified,70,USD,2025-02-01,,Bob\n"
    "5,E,Closed Won,80,USD,2025-03-01,2025-05-20,Bob\n"
    "6,F,Closed Lost,80,EUR,,2025-06-01,Bob\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deals.csv").write_text(EXPORT, "utf-8")
    (tmp_path / "leads.csv").write_text("Lead ID,Lead Status,Created\n1,New,2026-01-02\n2,New,2026-01-03\n", "utf-8")
    (tmp_path / "undated.csv").write_text(
        "Record ID,Deal Name,Deal Stage,Amount\n1,A,Closed Won,5\n2,B,Closed Lost,6\n"
    )
    (tmp_path / "open.csv").write_text(
        "Record ID,Deal Name,Deal Stage,Amount,Create Date\n1,A,Qualified,5,2026-01-01\n2,B,Qualified,6,2026-02-01\n"
    )
    return tmp_path


def test_currencies_stand_apart_and_deals_without_an_amount_are_counted(folder: Path) -> None:
    (total, *_) = salesmetrics.cohort(str(folder / "deals.csv")).cohorts
    horizon = total.horizons[0]
    assert {money.currency: (money.value, money.unpriced) for money in horizon.revenue} == {
        "EUR": (Decimal(100), 1),
        "USD": (Decimal(0), 1),
    }
    text = " ".join(shown("cohort", "deals.csv", cwd=folder).split())
    assert "1 won deal has no amount and adds nothing to the revenue" in text
    assert "1 deal has no creation date and is in no cohort" in text
    assert "Revenue per created deal, USD" in text
    (folder / "rates.csv").write_text("From,To,Date,Rate\nUSD,EUR,2025-01-01,0.5\nUSD,EUR,2025-05-15,0.5\n", "utf-8")
    day = ("--as-of", "2025-12-31")
    found = json.loads(
        shown("cohort", "deals.csv", "rates=rates.csv", "--currency", "EUR", *day, "--format", "json", cwd=folder)
    )
    (money,) = found["cohorts"][0]["horizons"][3]["revenue"]
    assert (money["currency"], money["value"]) == ("EUR", 140)


def test_a_segment_without_a_decided_deal_has_no_win_rate_to_compare(folder: Path) -> None:
    (folder / "open.csv").write_text(
        "Record ID,Owner,Deal Stage,Create Date,Close Date\n1,Ann,Closed Won,2025-01-10,2025-06-01\n"
        "2,Ann,Closed Lost,2025-01-20,2025-02-05\n3,Bob,Qualified,2025-03-01,\n"
    )
    made = salesmetrics.cohort(str(folder / "open.csv"), every="quarter", as_of=AS_OF, by=["owner"]).answer
    rates = {base.group.get("owner", ""): base.win_rate for base in made.closed_basis}
    assert {owner: (rate.value, rate.numerator, rate.reason) for owner, rate in rates.items()} == {
        "": (0.5, 1, None),
        "Ann": (0.5, 1, None),
        "Bob": (None, None, "zero_denominator"),
    }


@pytest.mark.parametrize(
    ("period", "span"),
    [
        (None, (date(2025, 2, 3), date(2026, 6, 30))),
        ("2025", (date(2025, 1, 1), date(2025, 12, 31))),
        ("2026", (date(2026, 1, 1), date(2026, 6, 30))),
        ("2026-06-30..2026-07-31", (date(2026, 6, 30), date(2026, 6, 30))),
    ],
)
def test_deals_of_a_period_can_be_created_up_to_its_last_day_or_that_of_the_report(
    period: str | None, span: tuple[date, date]
) -> None:
    created = pl.DataFrame({CREATED: [date(2025, 2, 3), date(2025, 9, 1)]})
    asked = resolve(date(2026, 6, 30), None, **({"period": period} if period else {}))
    assert _created_between(asked, date(2026, 6, 30), created) == span


@pytest.mark.parametrize(
    ("as_of", "period", "partial"),
    [
        (date(2026, 6, 30), "2025-01-01..2025-05-15", {"2025-Q1": False, "2025-Q2": True}),
        (date(2026, 6, 30), "2025-01-15..2025-06-30", {"2025-Q1": True, "2025-Q2": False}),
        (date(2025, 5, 20), "2025", {"2025-Q1": False, "2025-Q2": True}),
        (date(2025, 3, 31), "2025", {"2025-Q1": False}),
    ],
)
def test_a_cohort_is_partial_where_the_period_or_the_day_cuts_it(
    as_of: date, period: str, partial: dict[str, bool]
) -> None:
    days = [date(2025, 1, 20), date(2025, 4, 2), date(2025, 5, 10)]
    found = answered([made_on(day) for day in days if day < as_of], as_of, period=period)
    assert {row.cohort: row.partial for row in found.cohorts if row.cohort} == partial


def made_on(day: date, outcome: str = "won", after: int | None = 1) -> dict[str, Any]:
    closed = None if after is None else day + timedelta(after)
    return {"created": day, "closed": closed, "outcome": outcome, "amount": None, "currency": None, "region": None}


@pytest.mark.parametrize(("unplaced", "reason"), [(1, None), (2, "missing_close_dates")])
def test_one_in_twenty_may_have_closed_on_an_unknown_day(unplaced: int, reason: str | None) -> None:
    day = date(2025, 1, 20)
    deals = [made_on(day, "won" if n % 2 else "lost", None if n < unplaced else 5 + n) for n in range(20)]
    (*_, cohort) = answered(deals).cohorts
    assert (cohort.size, cohort.unplaced) == (20, unplaced)
    assert {h.reason for h in cohort.horizons if h.days <= 180} == {reason}


def test_what_has_no_interval_is_not_compared(folder: Path) -> None:
    (folder / "few.csv").write_text(
        "Record ID,Deal Name,Deal Stage,Create Date,Close Date\n1,A,Closed Won,2025-01-10,2025-06-01\n"
        "2,B,Closed Lost,2025-01-20,2025-02-05\n3,C,Qualified,2025-03-01,\n"
    )
    found = salesmetrics.cohort(str(folder / "few.csv"), every="quarter", as_of=AS_OF - timedelta(365)).closed_basis[0]
    assert (found.horizon_days, found.cohorts.value, found.cohorts.interval, found.differs) == (90, 0.0, None, None)
    text = " ".join(shown("cohort", "few.csv", "--every", "quarter", "--as-of", "2025-06-30", cwd=folder).split())
    assert "0.0 % were won: too few for an interval, so the two are not compared" in text


# --- what is not stated is not drawn either -------------------------------------------------------------------------


def written(folder: Path, rows: list[str]) -> str:
    (folder / "made.csv").write_text("\n".join(["deal_id,amount,created_date,closed_date,stage", *rows, ""]), "utf-8")
    return "made.csv"


UNPLACED = [
    "1,100,2024-02-29,2024-02-28,Won", "2,200,2024-02-29,2024-02-29,Won", "3,300,2024-02-29,2024-03-30,Won",
    "4,400,2024-03-01,2024-03-31,Lost", "5,500,2024-03-05,2024-06-01,Lost", "6,600,2024-03-15,,Won",
    "7,700,2024-03-15,,Open", "8,800,2025-06-01,2025-12-31,Won",
]  # fmt: skip
ONLY_WON = ["1,100,2025-01-05,2025-02-05,Won", "2,100,2025-01-07,2025-02-07,Won"]


@pytest.mark.parametrize("rows", [UNPLACED, ONLY_WON])
def test_where_no_share_is_stated_none_is_drawn_or_compared(tmp_path: Path, rows: list[str]) -> None:
    name = written(tmp_path, rows)
    found = salesmetrics.cohort(str(tmp_path / name)).answer
    (total, *_) = found.cohorts
    assert {h.value for h in total.horizons} == {None}
    assert total.curve == ()
    for base in found.closed_basis:
        assert (base.horizon_days, base.cohorts.value, base.still_open, base.differs) == (None, None, None, None)
        assert base.cohorts.reason == total.horizons[0].reason
    text = shown("cohort", name, cwd=tmp_path)
    assert "of the deals of these cohorts" not in text
    assert "still open" not in text
    if rows is UNPLACED:
        assert "nobody knows the day it closed, or it closed before its creation" in " ".join(text.split())
        assert "have no close date" not in text
    else:
        assert "to 360 d" not in text


@settings(max_examples=tries(12), deadline=None, phases=QUICK)
@given(deals=worlds)
def test_a_curve_goes_as_far_as_the_numbers_of_its_row(deals: list[dict[str, Any]]) -> None:
    deals = as_of_day(deals, AS_OF)
    if not any(one["created"] for one in deals) or all(one["outcome"] == "open" for one in deals):
        return
    for row in answered(deals).cohorts:
        stated = {h.days: h.value for h in row.horizons if h.value is not None}
        assert len(row.curve) == min(12, max(stated, default=0) // 30)
        for days, value in stated.items():
            assert days == 365 or row.curve[days // 30 - 1] == value


def test_the_share_still_open_names_what_it_is_of(tmp_path: Path) -> None:
    rows = [f"{n},100,2025-01-{n:02},2025-02-{n:02},{'Won' if n % 2 else 'Lost'}" for n in range(1, 25)]
    name = written(tmp_path, [*rows, "25,100,2025-01-05,,Won", "26,100,2025-01-05,,Open"])
    text = " ".join(shown("cohort", name, "--as-of", "2025-12-31", cwd=tmp_path).split())
    assert "4.0 % of 25 created deals are still open after" in text


# --- revenue of all cohorts -----------------------------------------------------------------------------------------

ENDED_YOUNG = [
    *(f"{n},100,2023-02-{n:02},2023-03-{n:02},{'Won' if n % 2 else 'Lost'}" for n in range(1, 13)),
    *(f"{n},200,2025-01-{n - 19:02},2025-02-{n - 19:02},Won" for n in range(20, 30)),
    "30,100,2025-06-20,2025-06-28,Lost",
    "31,100,2025-06-20,,Open",
]


def test_all_cohorts_include_those_that_have_ended(tmp_path: Path) -> None:
    name = written(tmp_path, ENDED_YOUNG)
    (total, *own) = salesmetrics.cohort(str(tmp_path / name), as_of=date(2025, 6, 30)).cohorts
    stated = {
        days: [row for row in own if row.horizons[place].value is not None] for place, days in enumerate(HORIZONS)
    }
    for place, days in enumerate(HORIZONS):
        (money,) = total.horizons[place].revenue
        parts = [row.horizons[place].revenue[0] for row in stated[days]]
        assert (money.value, money.created) == (sum(p.value for p in parts), sum(p.created for p in parts))
        assert (money.value, money.created) == (600 if days == 30 else 2600, 22)
    text = shown("cohort", name, "--as-of", "2025-06-30", cwd=tmp_path)
    assert "all: of the cohorts that have reached the horizon: 22 of 24 deals" in text


def test_revenue_of_few_deals_is_marked_and_counted(tmp_path: Path) -> None:
    rows = ["1,100,2023-01-05,2023-01-25,Won", *(f"{n},100,2025-04-{n:02},,Open" for n in range(2, 29))]
    name = written(tmp_path, [*rows, "40,100,2025-06-25,2025-06-30,Lost"])
    text = shown("cohort", name, "--every", "quarter", "--as-of", "2025-06-30", cwd=tmp_path)
    everyone = [line.split() for line in text.splitlines() if line.startswith("all ")][1]
    assert everyone[1] == "100.00~"
    assert "all: of the cohorts that have reached the horizon: 1 of 29 deals" in text
    assert "~ fewer than 10 records" in text


# --- what the screen says of its terms ------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["0.5", "0.95"])
def test_the_level_heads_the_intervals(level: str) -> None:
    text = shown("cohort", str(DEALS), "--level", level)
    assert f"{float(level) * 100:g} % interval" in text


@pytest.mark.parametrize("of", ["deals", "leads"])
def test_data_that_end_long_before_the_day_are_told_as_the_report_tells_it(of: str) -> None:
    files, day = [str(DEALS), str(LEADS)], "2027-06-30"
    told = {
        command: [item for item in json.loads(shown(*words, "--format", "json"))["findings"] if wanted(item, of)]
        for command, words in {
            "cohort": ["cohort", *files, "--of", of, "--as-of", day],
            "report": ["report", *files, "--as-of", day],
        }.items()
    }
    assert told["cohort"] == told["report"]
    assert len(told["cohort"]) == 1
    text = " ".join(shown("cohort", *files, "--of", of, "--as-of", day).split())
    assert f"the {of} end on 2026-09-30, 273 days before the report date {day}" in text
    quiet = salesmetrics.cohort(*files, of=of).answer
    assert not [item for item in quiet.findings if item.code == "data_end_early"]


@pytest.mark.parametrize(
    "words", ["funnel", "losses", "benchmark --by owner --kpi win_rate", "forecast --period 2027-Q3"]
)
def test_every_analysis_says_that_the_data_end_long_before_the_day(words: str) -> None:
    asked = [*words.split(), str(DEALS), "--as-of", "2027-06-30"]
    found = [item for item in json.loads(shown(*asked, "--format", "json"))["findings"] if wanted(item, "deals")]
    assert len(found) == 1
    assert "the deals end on 2026-09-30, 273 days before the report date 2027-06-30" in " ".join(shown(*asked).split())


def wanted(item: dict[str, Any], kind: str) -> bool:
    return item["code"] == "data_end_early" and item["kind"] == kind


@pytest.mark.parametrize("command", ["cohort", "losses", "funnel"])
def test_a_command_that_cannot_answer_names_itself_and_no_kpi(folder: Path, command: str) -> None:
    done = invoke(command, "open.csv", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: cannot compute `{command}`: no deal is won")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["deals.csv", "--rows", "2025-13"], "the table has no such cell"),
        (["deals.csv", "--rows", "2025-01:gone"], "the table has no such cell"),
        (["deals.csv", "--period", "2023"], "no deal was created in the period"),
        (["deals.csv", "--by", "planet"], "cannot group by `planet`"),
        (["deals.csv", "--every", "week"], "invalid `--every week`: must be one of month, quarter"),
        (["deals.csv", "--of", "lead"], "invalid `--of lead`: must be one of deals, leads"),
        (["leads.csv"], "there is no deals file"),
        (["deals.csv", "--of", "leads"], "there is no leads file"),
        (["leads.csv", "--of", "leads"], "no lead is converted or disqualified"),
        (["undated.csv"], "no deal has a creation date"),
        (["open.csv"], "no deal is won and no stage is known to mean won"),
        (["deals.csv", "--where", "id = '4'"], "no deal is won, lost or closed in another way"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_to_type(folder: Path, words: list[str], error: str) -> None:
    done = invoke("cohort", *words, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert error in done.stderr
    assert "hint: " in done.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json", "md"])
def test_forms(form: str, golden: Golden) -> None:
    words = ["cohort", "examples/deals.csv", "--every", "quarter", "--by", "team", "--period", "2025"]
    golden(f"cohort/by_team.{form}", shown(*words, "--format", form))


def test_leads_as_a_table(golden: Golden) -> None:
    golden("cohort/leads.table", shown("cohort", "examples/deals.csv", "examples/leads.csv", "--of", "leads"))


def test_the_library_says_what_the_command_says() -> None:
    found = salesmetrics.cohort(str(DEALS), by=["region"], every="quarter", period="2026").answer
    words = ["cohort", str(DEALS), "--by", "region", "--every", "quarter", "--period", "2026", "--format", "json"]
    printed, made = json.loads(shown(*words)), json.loads(render(found, "json"))
    assert made["cohorts"] == printed["cohorts"]
    assert made["closed_basis"] == printed["closed_basis"]
    assert set(printed["cohorts"][0]["horizons"][0]) >= {"days", "value", "interval", "at_risk", "reason"}
    assert [h["days"] for h in printed["cohorts"][0]["horizons"]] == list(HORIZONS)
