"""Forecasts: against loops over plain rows and scikit-learn, and past forecasts against those really made on those days."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

import oracle_forecast as oracle
import salesmetrics
from effort import tries
from in_process import invoke
from salesmetrics.analysis.backtest import Said, brier_score, calibration, past_periods, periods_to_test, shared_scores
from salesmetrics.analysis.forecast import ForecastFacts, _known_later, build_forecast
from salesmetrics.analysis.forecast_methods import Estimate, stage_rates
from salesmetrics.analysis.known import day_number, deals_of, known_on
from salesmetrics.calendar import Calendar, Period, periods_before
from salesmetrics.engine.resolve import resolve
from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.writers import render

if TYPE_CHECKING:
    from golden_file import Golden
    from salesmetrics.answers.forecast import Forecast, ForecastLine

pytestmark = pytest.mark.usefixtures("read_once")


ROOT = Path(__file__).parent.parent
DEALS, STAGES, QUOTAS = (str(ROOT / "examples" / f"{name}.csv") for name in ("deals", "stages", "quotas"))
MAVEN = ROOT.parent / "shared" / "realdata" / "maven_crm_original" / "sales_pipeline.csv"
DAY = timedelta(days=1)
LEADS = ("start", "one_third", "two_thirds")


def shown(*words: str, cwd: Path = ROOT) -> str:
    done = invoke(*words, cwd=cwd, env={"HOME": "/nonexistent", "COLUMNS": "120"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def of(line: ForecastLine, method: str) -> Any:
    return next(one for one in line.methods if one.id == method)


def part(line: ForecastLine, name: str) -> Any:
    return next(one for one in line.parts if one.id == name)


@pytest.fixture
def no_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forecast without its back-test, for tests of other things."""
    monkeypatch.setattr("salesmetrics.analysis.forecast.backtest", lambda *_, **__: [])


# --- the Maven export -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def maven() -> Forecast:
    if not MAVEN.exists():
        pytest.skip("no realdata beside this checkout")
    return salesmetrics.forecast(str(MAVEN), period="2017-12", as_of=date(2017, 11, 30)).answer


def test_a_year_of_deals_is_back_tested_from_june_to_november(maven: Forecast) -> None:
    assert {moment.period for moment in maven.moments} == {f"2017-{month:02}" for month in range(6, 12)}
    tests = {(test.method, test.lead): test for test in maven.backtest}
    for lead in LEADS:
        assert tests["last_year", lead].reason == "not_assessed"
        assert tests["last_year", lead].cause == "outside_data"
        assert tests["crm_probability", lead].cause == "overwritten"
    # Amounts are recorded at the close: what became of a deal must not be read from its amount.
    assert maven.amounts_at_close
    best = next(test for test in maven.backtest if test.lead == "start" and test.best)
    naive = tests["last_period", "start"]
    assert best.shared_periods == 6
    assert best.method == "time_to_event"
    assert best.shared_wape < naive.shared_wape
    assert "Best at this point of a period: time to event" in shown(
        *("forecast", str(MAVEN), "--period", "2017-12", "--as-of", "2017-11-30")
    )


def test_the_naive_method_is_that_of_a_loop(maven: Forecast) -> None:
    deals = oracle.maven(MAVEN)
    ranges = oracle.months(date(2017, 5, 1), 8)
    for lead, third in zip(LEADS, range(3), strict=True):
        pairs = []
        for before, here in pairwise(ranges[:-1]):
            as_of = here[0] + ((here[1] - here[0]).days * third // 3 - 1) * DAY
            said = oracle.last_period(deals, here, before, as_of)
            moment = next(
                m for m in maven.moments
                if (m.method, m.lead, m.period) == ("last_period", lead, f"{here[0]:%Y-%m}")
            )  # fmt: skip
            assert moment.as_of == as_of
            assert moment.value == pytest.approx(said)
            assert float(moment.actual) == pytest.approx(oracle.won(deals, *here))
            pairs.append((said, oracle.won(deals, *here)))
        test = next(t for t in maven.backtest if (t.method, t.lead) == ("last_period", lead))
        assert test.wape == pytest.approx(oracle.wape(pairs))
        assert test.bias == pytest.approx(sum(a - b for a, b in pairs) / sum(b for _, b in pairs))


def test_coverage_counts_the_outcomes_inside_the_range(maven: Forecast) -> None:
    for lead in LEADS:
        said = [m for m in maven.moments if (m.method, m.lead) == ("time_to_event", lead)]
        inside = sum(m.p10 <= m.actual <= m.p90 for m in said)
        test = next(t for t in maven.backtest if (t.method, t.lead) == ("time_to_event", lead))
        assert test.coverage == inside / len(said)


# --- the examples -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example() -> Forecast:
    return salesmetrics.forecast(DEALS, STAGES, QUOTAS, period="2026-Q3", as_of=date(2026, 8, 10), draws=1000).answer


def test_won_so_far_and_the_target_are_exact(example: Forecast) -> None:
    line = example.forecast[0]
    query = """SELECT count(*), sum(CAST("Amount" AS DECIMAL(38, 4))) FROM read_csv(?, all_varchar = true, header = true,
        null_padding = true, strict_mode = false) WHERE "Deal Stage" = 'Closed won' AND "Associated Company IDs" IS NOT NULL
        AND CAST(TRY_CAST("Close Date" AS TIMESTAMP) AS DATE) BETWEEN DATE '2026-07-01' AND DATE '2026-08-10'"""
    count, value = duckdb.connect().execute(query, [DEALS]).fetchone()
    so_far = part(line, "won_so_far")
    assert (so_far.deals, so_far.value) == (count, value)
    quota = (
        duckdb.connect()
        .execute(
            "SELECT sum(CAST(Quota AS DECIMAL(38, 4))) FROM read_csv(?, all_varchar = true) WHERE Period = '2026-Q3'",
            [QUOTAS],
        )
        .fetchone()[0]
    )
    assert (line.target, line.target_source) == (quota, "quotas")


def test_the_total_is_won_so_far_and_what_is_simulated(example: Forecast) -> None:
    line = example.forecast[0]
    total, won = part(line, "total"), float(part(line, "won_so_far").value)
    means = part(line, "open").mean + part(line, "not_yet_created").mean
    assert total.mean == pytest.approx(won + means, rel=1e-4)
    simulated = of(line, "time_to_event")
    assert (simulated.value, simulated.p10, simulated.p90) == (total.p50, total.p10, total.p90)
    assert total.p10 < total.p50 < total.p90
    assert 0 < line.chance_of_target < 1


@pytest.mark.usefixtures("no_past")
def test_a_target_far_away_is_never_reached() -> None:
    line = salesmetrics.forecast(DEALS, period="2026-Q4", target=1e12, draws=200).forecast[0]
    assert (line.target, line.target_source, line.chance_of_target) == (10**12, "target", 0.0)


@pytest.mark.usefixtures("no_past")
def test_weighted_methods_are_those_of_loops_over_raw_rows() -> None:
    """CRM probability and stage win rates, on the day of the export, from the raw texts of deals and stage history."""
    as_of, start, end = date(2026, 9, 30), date(2026, 10, 1), date(2027, 1, 1)
    line = salesmetrics.forecast(DEALS, STAGES, period="2026-Q4", draws=200).forecast[0]
    deals = {row["id"]: row for row in salesmetrics.load(DEALS).frames["deals"].to_dicts()}
    moves: dict[str, list[dict[str, Any]]] = {}
    for row in pl.read_csv(STAGES, infer_schema=False).sort("Entered", maintain_order=True).to_dicts():
        moves.setdefault(row["Deal ID"], []).append(row)
    day = date.fromisoformat
    plans = {
        key: [(day(m["Entered"][:10]), day(m["Expected Close"])) for m in rows if m["Expected Close"]]
        for key, rows in moves.items()
    }
    closed = {"won": [], "lost": [], "other": []}
    for key, deal in deals.items():
        if deal["outcome"] != "open":
            closed[deal["outcome"]].append(key)
    slips = []
    for key in closed["won"]:
        there = [plan for plan in plans.get(key, []) if plan[0] < deals[key]["closed"]]
        if there:
            slips.append(oracle.slip(there, min(deals[key]["created"], deals[key]["closed"]), deals[key]["closed"]))
    assert (line.slippage.n, line.slippage.median) == (len(slips), float(np.median(slips)))
    ends = {"Closed won", "Closed lost", "Void", "Duplicate"}
    outcomes = [
        (stage, deals[key]["deal_class"], outcome == "won")
        for outcome, keys in closed.items()
        for key in keys
        for stage in {m["To Stage"] for m in moves.get(key, [])} - ends
    ]
    oracle.OVERALL[0] = len(closed["won"]) / sum(map(len, closed.values()))
    known = [d["amount"] for d in deals.values() if d["outcome"] == "won" and d["amount"] is not None]
    typical = float(sum(known)) / len(known)
    by_probability = by_stage = 0.0
    for key, deal in deals.items():
        expected = deal["expected_close"] or (plans.get(key) or [(None, None)])[-1][1]
        if deal["outcome"] != "open" or expected is None:
            continue
        amount = typical if deal["amount"] is None else float(deal["amount"])
        timing = oracle.weight(slips, expected, as_of, start, end)
        by_probability += amount * float(deal["probability"] or 0) * timing
        stage = [m["To Stage"] for m in moves.get(key, []) if m["To Stage"] not in ends]
        by_stage += amount * oracle.stage_rate(outcomes, (stage or [deal["stage"]])[-1], deal["deal_class"]) * timing
    assert of(line, "crm_probability").value == pytest.approx(by_probability, rel=1e-5)
    assert of(line, "stage_rates").value == pytest.approx(by_stage, rel=1e-5)


# --- generated histories ----------------------------------------------------------------------------------------------

FIRST, LAST = date(2025, 1, 1), date(2026, 6, 10)
TEXTS = {"id": pl.String, "outcome": pl.String, "type": pl.String, "currency": pl.String}


def history(seed: int, size: int = 900) -> list[dict[str, Any]]:
    """Deals whose amounts never change; also those that are created or closed after the last day."""
    r = random.Random(seed)
    found = []
    for number in range(size):
        created = FIRST + r.randrange((LAST - FIRST).days + 60) * DAY
        kind = r.choice(["New", "New", "Upsell", None])
        found.append(
            {
                "id": f"D-{number:04}",
                "created": created,
                "closed": created + int(r.gammavariate(2, 20 if kind == "Upsell" else 35)) * DAY,
                "outcome": "won"
                if r.random() < (0.5 if kind == "Upsell" else 0.3)
                else r.choice(["lost", "lost", "other"]),
                "amount": None if r.random() < 0.03 else Decimal(r.randrange(100, 90_000)) / 4,
                "type": kind,
                "currency": "EUR",
            }
        )
    return found


def export(deals: list[dict[str, Any]], day: date) -> dict[str, pl.DataFrame]:
    """What an export made on a day holds."""
    rows = [
        {
            **deal,
            "closed": deal["closed"] if deal["closed"] <= day else None,
            "outcome": deal["outcome"] if deal["closed"] <= day else "open",
            "__row__": number + 2,
            "__file__": 0,
        }
        for number, deal in enumerate(deals)
        if deal["created"] <= day
    ]
    days = {"created": pl.Date, "closed": pl.Date, "amount": pl.Decimal(38, 8)}
    return {"deals": pl.DataFrame(rows, schema_overrides={**TEXTS, **days})}


def said_on(frames: dict[str, pl.DataFrame], day: date, period: str, **facts: Any) -> Forecast:
    request = resolve(day, None, period=period, own={"deals": day})
    return build_forecast(request, frames, ForecastFacts({}, **{"draws": 100, **facts}))


def test_past_forecasts_are_those_really_made_on_those_days(monkeypatch: pytest.MonkeyPatch) -> None:
    deals = history(1)
    found = said_on(export(deals, LAST), LAST, "2026-06")
    said = {(m.period, m.lead, m.method): m for m in found.moments}
    assert len({m.period for m in found.moments}) == 12
    monkeypatch.setattr("salesmetrics.analysis.forecast.backtest", lambda *_, **__: [])
    for period, lead in {(m.period, m.lead) for m in found.moments}:
        if period not in ("2026-05", "2026-03", "2025-12"):
            continue
        day = said[period, lead, "last_period"].as_of
        made = said_on(export(deals, day), day, period).forecast[0]
        for method in ("last_period", "last_year", "time_to_event"):
            then, now = of(made, method), said.get((period, lead, method))
            assert then.value == (now.value if now else None)
            if now is not None:
                assert (then.p10, then.p90) == (now.p10, now.p90)


messy = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["open", "open", "won", "won", "lost", "other"]),
        "created": st.none() | st.dates(date(2025, 6, 1), LAST),
        "closed": st.none() | st.dates(date(2025, 6, 1), LAST),
        "amount": st.sampled_from(
            [None, Decimal(0), Decimal("-5.5"), Decimal("0.01"), Decimal("12.5"), Decimal(10) ** 14]
        ),
        "currency": st.sampled_from(["EUR", "EUR", "USD", None]),
        "type": st.sampled_from(["New", None]),
        "expected_close": st.none() | st.dates(date(2026, 5, 1), date(2026, 8, 1)),
        "probability": st.sampled_from([None, 0.0, 0.3, 1.0]),
        "forecast_category": st.sampled_from([None, "Commit", "maybe", " "]),
        "owner": st.sampled_from(["Ann", None]),
    }
)


@settings(max_examples=tries(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    deals=st.lists(messy, min_size=1, max_size=90),
    period=st.sampled_from(["2026-06", "2026-07", "2026-06-01..2026-06-20"]),
)
def test_whatever_the_deals_every_number_is_finite_and_counts_add_up(deals: list[dict[str, Any]], period: str) -> None:
    rows = [
        {
            **deal,
            "closed": deal["closed"] if deal["outcome"] != "open" else None,
            "id": str(n),
            "__row__": n + 2,
            "__file__": 0,
        }
        for n, deal in enumerate(deals)
    ]
    kinds = {"forecast_category": pl.String, "owner": pl.String, "probability": pl.Float64, "amount": pl.Decimal(38, 8)}
    kinds |= dict.fromkeys(("created", "closed", "expected_close"), pl.Date)
    frame = pl.DataFrame(rows, schema_overrides={**TEXTS, **kinds})
    request = resolve(LAST, None, period=period, own={"deals": LAST}, by=("owner",))
    facts = ForecastFacts({}, draws=20)
    if not any(deal["amount"] is not None for deal in deals):
        with pytest.raises(SalesmetricsError, match="no deal has an amount"):
            build_forecast(request, {"deals": frame}, facts)
        return
    found = build_forecast(request, {"deals": frame}, facts)
    text = render(found, "json")
    assert "NaN" not in text
    assert "Infinity" not in text
    for line in json.loads(text)["forecast"]:
        for one in [*line["parts"], *line["methods"]]:
            ends = [one["p10"], one["p50"] if "p50" in one else one["value"], one["p90"]]
            assert ends[0] is None or ends == sorted(ends)
    total = [line for line in found.forecast if not line.group]
    opened = sum(deal["outcome"] == "open" for deal in deals)
    assert sum(line.open.count for line in total) + found.without_currency >= opened
    assert sum(line.open.count for line in total) == sum(line.open.count for line in found.forecast if line.group)
    for form in ("table", "md", "csv"):
        assert render(found, form)
    assert build_forecast(request, {"deals": frame.reverse()}, facts) == found


@settings(max_examples=tries(40), deadline=None)
@given(deals=st.lists(messy, min_size=12, max_size=30), day=st.dates(date(2026, 3, 1), LAST))
def test_what_is_known_on_a_day_is_what_a_loop_finds(deals: list[dict[str, Any]], day: date) -> None:
    rows = [
        {**deal, "closed": None if deal["outcome"] == "open" else deal["closed"], "id": str(n)}
        for n, deal in enumerate(deals)
    ]
    kinds: dict[str, Any] = dict.fromkeys(("created", "closed", "expected_close"), pl.Date)
    kinds |= {
        "amount": pl.Decimal(38, 8),
        "probability": pl.Float64,
        **dict.fromkeys(("forecast_category", "owner"), pl.String),
    }
    known = known_on(deals_of(pl.DataFrame(rows, {**kinds, **TEXTS}), None, {}), day_number(day))
    ended = [row for row in rows if row["closed"] and row["closed"] <= day]
    dated = [row for row in ended if row["created"]]
    assert known.decided == (
        sum(row["outcome"] in ("won", "lost", "other") for row in dated),
        sum(row["outcome"] == "won" for row in dated),
    )
    amounts = [row["amount"] for row in ended if row["outcome"] == "won" and row["amount"] is not None]
    assert known.typical == (pytest.approx(float(sum(amounts) / len(amounts))) if amounts else None)


@pytest.mark.parametrize(
    ("created", "closed", "later"),
    [(0, None, False), (0, 0, False), (-9, 1, True), (1, None, True), (None, None, False)],
)
def test_an_export_is_of_a_later_day_where_it_knows_of_one(
    created: int | None, closed: int | None, later: bool
) -> None:
    days = {"created": created, "closed": closed}
    frame = {name: [LAST - 30 * DAY, None if n is None else LAST + n * DAY] for name, n in days.items()}
    assert _known_later(pl.DataFrame(frame, dict.fromkeys(days, pl.Date)), LAST) == later
    assert not _known_later(pl.DataFrame({"id": ["a"]}), LAST)


def test_deals_due_without_a_category_are_counted_too() -> None:
    due = [None, "Commit", "Commit", "maybe", None, None, None, "Best case"]
    rows = [
        {"id": str(n), "outcome": "open", "created": date(2026, 5, 1), "closed": None, "amount": Decimal(n), "currency": None,
         "type": None, "expected_close": date(2026, 6, 20), "forecast_category": word}
        for n, word in enumerate(due)
    ]  # fmt: skip
    rows += [
        {**rows[0], "id": f"w{n}", "outcome": outcome, "closed": date(2026, 6, 1)}
        for n, outcome in enumerate(("won", "lost"))
    ]
    kinds: dict[str, Any] = dict.fromkeys(("created", "closed", "expected_close"), pl.Date)
    kinds |= {"amount": pl.Decimal(38, 8), "forecast_category": pl.String}
    frame = pl.DataFrame(rows, {**kinds, **TEXTS}).with_columns(
        __row__=pl.int_range(2, pl.len() + 2), __file__=pl.lit(0)
    )
    (line,) = build_forecast(
        resolve(LAST, None, period="2026-06", own={"deals": LAST}), {"deals": frame}, ForecastFacts({}, draws=10)
    ).forecast
    assert {item.category: item.count for item in line.categories} == {None: 4, "Commit": 2, "maybe": 1, "Best case": 1}
    assert len(line.categories) == 4


def test_an_open_deal_may_stand_where_no_history_has_been() -> None:
    day = {"created": date(2026, 1, 1), "amount": Decimal(100), "currency": None, "type": None}
    rows = [
        {**day, "id": str(n), "outcome": "won" if n % 2 else "lost", "closed": date(2026, 2, 1) + n * DAY, "stage": None, "expected_close": None}
        for n in range(60)
    ]  # fmt: skip
    rows += [
        {
            **day,
            "id": f"o{stage}",
            "outcome": "open",
            "closed": None,
            "stage": stage,
            "expected_close": date(2026, 6, 20),
        }
        for stage in "AZ"
    ]
    kinds: dict[str, Any] = dict.fromkeys(("created", "closed", "expected_close"), pl.Date)
    deals = pl.DataFrame(rows, {**kinds, "amount": pl.Decimal(38, 8), "stage": pl.String, **TEXTS})
    moves = [{"deal_id": str(n), "stage": "A", "entered": datetime(2026, 1, 2)} for n in range(60)]
    known = known_on(deals_of(deals, pl.DataFrame(moves), {}), day_number(LAST), live=True)
    rates = stage_rates(known)
    assert known.stage is not None
    assert rates[known.stage[-2:], 0].tolist() == [0.5, 0.5]


# --- exports of past days ---------------------------------------------------------------------------------------------

HEADER = "Deal ID,Stage,Amount,Currency,Probability,Forecast Category,Create Date,Close Date"


def exported(deals: list[dict[str, Any]], day: date) -> str:
    """An export as CSV: stage, probability, category and expected close of an open deal change with time; closing writes over them."""
    lines = [HEADER]
    for deal in deals:
        if deal["created"] > day:
            continue
        r = random.Random(f"{deal['id']}{(day - deal['created']).days // 15}")
        if deal["closed"] <= day:
            won = deal["outcome"] == "won"
            state = [
                "Closed Won" if won else "Closed Lost",
                "100%" if won else "0%",
                "Closed" if won else "Omitted",
                deal["closed"],
            ]
        else:
            # Now and then nobody puts down a chance or a date.
            expected = day + (r.randrange(60) - 10) * DAY if r.random() < 0.95 else ""
            stage = r.choice(["Demo", "Proposal", "Contract"])
            state = [
                stage,
                f"{r.choice([20, 40, 60, 80])}%",
                r.choice(["Commit", "Best Case", "Pipeline", ""]),
                expected,
            ]
        lines.append(f"{deal['id']},{state[0]},{deal['amount']},EUR,{state[1]},{state[2]},{deal['created']},{state[3]}")
    return "\n".join(lines) + "\n"


def test_exports_of_past_days_say_what_every_method_would_have_said(tmp_path: Path) -> None:
    deals = [{**deal, "amount": deal["amount"] or 25} for deal in history(11, 350)]
    ranges = oracle.months(date(2025, 10, 1), 8)
    days = [start + ((end - start).days * third // 3 - 1) * DAY for start, end in ranges for third in range(3)]
    for day in (*days, LAST):
        (tmp_path / f"deals-{day}.csv").write_text(exported(deals, day), "utf-8")
    found = salesmetrics.forecast(str(tmp_path), period="2026-06", draws=60).answer
    assert {m.source for m in found.moments if m.period >= "2025-10"} == {"export"}
    assert {m.source for m in found.moments if m.period < "2025-10"} == {"reconstructed"}
    said = {(m.period, m.lead, m.method): m for m in found.moments}
    for place in (5, 22):
        day, period, lead = days[place], f"{ranges[place // 3][0]:%Y-%m}", LEADS[place % 3]
        folder = tmp_path / f"until-{day}"
        folder.mkdir()
        for path in tmp_path.glob("deals-*.csv"):
            if path.name <= f"deals-{day}.csv":
                (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
        made = salesmetrics.forecast(str(folder), period=period, as_of=day, draws=60).forecast[0]
        for method in made.methods:
            if method.id != "last_year":
                then = said[period, lead, method.id]
                assert (method.value, method.p10, method.p90) == (then.value, then.p10, then.p90), method.id
    scored = {
        test.method for test in found.backtest if test.lead == "start" and test.periods >= 6 and test.wape is not None
    }
    assert scored >= {"last_period", "categories", "crm_probability", "stage_rates", "time_to_event"}
    stated = [row for row in found.calibration if row.method == "crm_probability"]
    assert {row.stated for row in stated} == {0.2, 0.4, 0.6, 0.8}
    text = shown("forecast", str(tmp_path), "--period", "2026-06", "--draws", "60")
    assert "from the exports of those days where there are such" in " ".join(text.split())


# --- loops --------------------------------------------------------------------------------------------------------------


def test_the_naive_methods_are_those_of_loops() -> None:
    rows = history(2)
    deals = [
        oracle.Deal(d["created"], d["closed"], d["outcome"], None if d["amount"] is None else float(d["amount"]))
        for d in rows
    ]
    found = said_on(export(rows, LAST), LAST, "2026-06")
    ranges = {f"{start:%Y-%m}": (start, end) for start, end in oracle.months(date(2025, 1, 1), 18)}
    checked = 0
    for m in found.moments:
        here = ranges[m.period]
        before = ranges[f"{here[0] - DAY:%Y-%m}"]
        if m.method == "last_period":
            assert m.value == pytest.approx(oracle.last_period(deals, here, before, m.as_of), abs=0.01)
        if m.method == "last_year":
            ago = ranges[f"{here[0].year - 1}-{here[0].month:02}"]
            assert m.value == pytest.approx(oracle.last_year(deals, here, ago, m.as_of), abs=0.01)
            checked += 1
    assert checked > 9


def test_a_period_further_ahead_is_tested_from_as_far() -> None:
    deals = history(2)
    found = said_on(export(deals, LAST), LAST, "2026-08")
    starts = [m for m in found.moments if m.lead == "start"]
    ahead = (date(2026, 8, 1) - LAST).days
    assert {(date.fromisoformat(f"{m.period}-01") - m.as_of).days for m in starts} == {ahead}
    late = next(m for m in starts if (m.method, m.period) == ("time_to_event", "2026-05"))
    made = said_on(export(deals, late.as_of), late.as_of, "2026-05").forecast[0]
    assert of(made, "time_to_event").value == late.value


def test_what_happened_later_changes_no_past_forecast() -> None:
    deals = history(3)
    before = said_on(export(deals, LAST), LAST, "2026-06")
    late = [
        {**deal, "closed": deal["closed"] + 9 * DAY, "outcome": "won" if deal["outcome"] == "lost" else "lost"}
        if deal["closed"] > date(2026, 4, 30)
        else deal
        for deal in deals
    ]
    after = said_on(export(late, LAST), LAST, "2026-06")
    for one, other in zip(before.moments, after.moments, strict=True):
        assert (one.method, one.period, one.lead) == (other.method, other.period, other.lead)
        if one.as_of <= date(2026, 4, 30):
            assert (one.value, one.p10, one.p90) == (other.value, other.p10, other.p90)


def test_the_order_of_rows_does_not_matter() -> None:
    frames = export(history(4), LAST)
    shuffled = {"deals": frames["deals"].sample(fraction=1.0, shuffle=True, seed=9)}
    assert said_on(frames, LAST, "2026-06") == said_on(shuffled, LAST, "2026-06")


@pytest.mark.usefixtures("no_past")
def test_the_seed_is_the_only_source_of_chance() -> None:
    frames = export(history(5), LAST)
    one, same, other = (said_on(frames, LAST, "2026-06", seed=seed).forecast[0] for seed in (1, 1, 2))
    assert one == same
    assert of(one, "time_to_event") != of(other, "time_to_event")
    assert of(one, "last_period") == of(other, "last_period")


@pytest.mark.parametrize(
    "variables", [{"PYTHONHASHSEED": "7"}, {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}]
)
def test_the_same_bytes_whatever_the_hash_seed_and_the_threads(variables: dict[str, str]) -> None:
    words = ["forecast", DEALS, STAGES, "--period", "2026-Q4", "--by", "team", "--draws", "100", "--format", "json"]
    line = [sys.executable, "-m", "salesmetrics", *words]
    done = subprocess.run(line, env={**os.environ, **variables}, capture_output=True, check=True, cwd=ROOT)
    assert done.stdout.decode() == shown(*words)


@pytest.mark.usefixtures("no_past")
def test_segments_have_all_deals_of_the_total() -> None:
    found = salesmetrics.forecast(
        DEALS, QUOTAS, period="2026-Q3", as_of=date(2026, 8, 10), by=["team"], draws=200
    ).answer
    total, *segments = found.forecast
    assert total.group == {}
    assert sum(part(line, "won_so_far").value for line in segments) == part(total, "won_so_far").value
    assert sum(line.open.count for line in segments) == total.open.count
    assert sum(line.target for line in segments) == total.target


def test_one_forecast_per_currency() -> None:
    frames = export(history(6), LAST)
    codes = pl.Series(["EUR" if n % 3 else "USD" for n in range(frames["deals"].height)])
    found = said_on({"deals": frames["deals"].with_columns(currency=codes)}, LAST, "2026-06")
    assert [line.currency for line in found.forecast] == ["EUR", "USD"]
    assert {test.currency for test in found.backtest} == {"EUR", "USD"}
    alone = said_on({"deals": frames["deals"].filter(codes == "USD")}, LAST, "2026-06")
    assert [m.value for m in alone.forecast[0].methods] == [m.value for m in found.forecast[1].methods]


@pytest.mark.usefixtures("no_past")
def test_amounts_without_a_currency_beside_others_have_a_heading(tmp_path: Path) -> None:
    lines = ["Deal ID,Stage,Amount,Currency,Create Date,Close Date"]
    lines += [f"{n},Closed Won,100,{'EUR' if n % 2 else ''},2026-01-{n:02},2026-02-{n:02}" for n in range(1, 10)]
    lines += ["20,Proposal,,,2026-02-01,"]
    (tmp_path / "deals.csv").write_text("\n".join(lines) + "\n", "utf-8")
    text = shown("forecast", "deals.csv", "--period", "2026-03", "-q", cwd=tmp_path)
    assert "\nEUR\n" in text
    assert "\nno currency\n" in text
    assert "amounts in EUR" not in text


def test_a_zero_actual_gives_no_percentage() -> None:
    deals = [
        {
            **deal,
            "amount": Decimal(0) if deal["outcome"] == "won" and deal["closed"] >= date(2025, 6, 1) else deal["amount"],
        }
        for deal in history(7)
    ]
    found = said_on(export(deals, LAST), LAST, "2026-06")
    naive = [test for test in found.backtest if test.method == "last_period"]
    assert all((test.wape, test.bias, test.reason) == (None, None, "zero_denominator") for test in naive)
    assert not any(test.best for test in found.backtest)


@pytest.mark.usefixtures("no_past")
def test_too_few_closed_deals_give_no_simulation() -> None:
    found = said_on(export(history(8, 40), date(2025, 12, 31)), date(2025, 12, 31), "2026-01")
    line = found.forecast[0]
    assert of(line, "time_to_event").reason == "few_closed"
    assert [part(line, name).reason for name in ("open", "not_yet_created", "total")] == ["few_closed"] * 3
    assert part(line, "won_so_far").value == 0


@pytest.mark.usefixtures("no_past")
@pytest.mark.parametrize(("without", "reason"), [(0, "few_closed"), (1, "few_closed"), (None, "no_created")])
def test_few_closed_deals_are_told_from_deals_without_a_creation_date(without: int | None, reason: str) -> None:
    frames = export(history(8, 40), date(2025, 12, 31))
    place = pl.int_range(pl.len())
    blank = place >= 0 if without is None else place < without
    frames["deals"] = frames["deals"].with_columns(created=pl.when(~blank).then("created"))
    line = said_on(frames, date(2025, 12, 31), "2026-01").forecast[0]
    assert of(line, "time_to_event").reason == reason


@pytest.mark.usefixtures("no_past")
def test_open_deals_without_amounts_are_drawn_from_won_ones() -> None:
    deals = history(9)
    priced = said_on(export(deals, LAST), LAST, "2026-06").forecast[0]
    frames = export(deals, LAST)
    blank = frames["deals"].with_columns(
        amount=pl.when(pl.arange(pl.len()) % 2 == 0)
        .then("amount")
        .otherwise(pl.when(pl.col("outcome") != "open").then("amount"))
    )
    found = said_on({"deals": blank}, LAST, "2026-06").forecast[0]
    assert found.open.unpriced > 20
    assert part(found, "open").mean == pytest.approx(part(priced, "open").mean, rel=0.25)


# --- what a month knows -----------------------------------------------------------------------------------------------


def test_a_past_day_knows_no_later_stage_and_no_amount_of_the_close() -> None:
    frame = pl.DataFrame(
        {
            "id": ["1", "2", "3"], "outcome": ["won", "lost", "open"], "created": [date(2026, 1, 1)] * 3,
            "closed": [date(2026, 3, 1), date(2026, 3, 2), None], "amount": [Decimal(9), Decimal(0), None],
            "expected_close": [None, None, date(2026, 5, 1)], "stage": ["Won", "Lost", "Demo"],
        }
    ).with_columns(pl.col("amount").cast(pl.Decimal(38, 8)))  # fmt: skip
    stages = pl.DataFrame(
        {
            "deal_id": ["1", "1", "2"],
            "stage": ["Demo", "Won", "Talk"],
            "entered": [date(2026, 1, 2), date(2026, 3, 1), date(2026, 2, 9)],
        }
    )
    deals = deals_of(frame, stages, {"Won": "won", "Lost": "lost"}, at_close=True)
    past = known_on(deals, day_number(date(2026, 2, 1)))
    assert past.open.tolist() == [True, True, True]
    assert np.isnan(past.amount).all()
    assert past.stage.tolist() == [0, -1, -1]
    assert past.expected is None
    live = known_on(deals, day_number(date(2026, 3, 31)), live=True)
    assert live.open.tolist() == [False, False, True]
    assert live.stage.tolist() == [0, 2, 0]
    assert live.amount[0] == 9


def test_three_periods_of_closes_come_before_the_first_that_is_tested() -> None:
    rows = [{**deal, "closed": max(deal["closed"], date(2025, 3, 20))} for deal in history(1, 200)]
    deals = deals_of(export(rows, LAST)["deals"], None, {})
    month = Period("2026-06", date(2026, 6, 1), date(2026, 7, 1), "month")
    tested = [p.name for p in periods_to_test(deals, month, day_number(LAST), Calendar())]
    assert (tested[0], tested[-1], len(tested)) == ("2026-05", "2025-06", 12)
    quarter = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1), "quarter")
    tested = [p.name for p in periods_to_test(deals, quarter, day_number(LAST), Calendar())]
    assert tested == ["2026-Q1", "2025-Q4", "2025-Q3"]


# --- chances ----------------------------------------------------------------------------------------------------------


def test_calibration_and_brier_score_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    stated = np.round(rng.beta(2, 3, 4000), 3)
    became = rng.random(4000) < stated**1.5
    rows = calibration("time_to_event", (stated, became), "EUR", 0.95)
    shares, means = calibration_curve(became, stated, n_bins=10, strategy="uniform")
    assert [row.became for row in rows] == pytest.approx(shares)
    assert [row.stated for row in rows] == pytest.approx(means, rel=1e-5)
    score = brier_score("time_to_event", (stated, became), "EUR")
    assert score.score == pytest.approx(brier_score_loss(became, stated), rel=1e-5)
    assert score.reference == pytest.approx(brier_score_loss(became, np.full(4000, became.mean())), rel=1e-5)
    few = calibration(
        "crm_probability", (np.array([0.6] * 5 + [0.2] * 5), np.array([True, True] + [False] * 8)), None, 0.95
    )
    assert [(row.stated, row.n, row.won, row.became) for row in few] == [(0.2, 5, 0, 0.0), (0.6, 5, 2, 0.4)]


def test_a_crm_that_keeps_probabilities_is_calibrated(tmp_path: Path) -> None:
    lines = ["Deal ID,Stage,Amount,Probability,Create Date,Close Date"]
    for n in range(120):
        won, probability = n % 5 < 2, 60 if n % 2 else 30
        day = FIRST + n * DAY
        lines.append(f"{n},{'Closed Won' if won else 'Closed Lost'},100,{probability}%,{day},{day + 20 * DAY}")
    lines += [f"{n},Proposal,100,60%,2025-04-20,2025-06-10" for n in range(200, 210)]
    (tmp_path / "deals.csv").write_text("\n".join(lines) + "\n", "utf-8")
    found = salesmetrics.forecast(str(tmp_path / "deals.csv"), period="2025-06", draws=200).answer
    rows = [row for row in found.calibration if row.method == "crm_probability"]
    assert [(row.stated, row.n, row.won) for row in rows] == [(0.3, 60, 24), (0.6, 60, 24)]
    assert of(found.forecast[0], "crm_probability").value == pytest.approx(600)


# --- the best method --------------------------------------------------------------------------------------------------


def test_methods_are_compared_on_the_periods_that_they_share() -> None:
    def said(method: str, number: int, error: float) -> Said:
        period = Period(f"P{number}", FIRST, LAST)
        value = Estimate(100.0 + error)
        return Said(period, "start", 0, "reconstructed", method, value, 0.0, Decimal(100))  # type: ignore[arg-type]

    naive = [said("last_period", n, 10 if n < 8 else 90) for n in range(10)]
    other = [said("time_to_event", n, 20) for n in range(8)]
    few = [said("last_year", n, 0) for n in range(5)]
    shared = shared_scores([*naive, *other, *few], "start")
    assert (shared.best, shared.periods) == ("last_period", 8)
    assert shared.wape == pytest.approx({"last_period": 0.1, "time_to_event": 0.2})
    assert shared_scores(naive, "start").best is None
    assert shared_scores([*naive, *few], "start").best is None


@settings(max_examples=tries(60))
@given(st.lists(st.tuples(st.integers(-200, 200), st.integers(-50, 50), st.integers(-50, 50)), min_size=6, max_size=9))
def test_errors_are_shares_of_what_periods_came_to_whatever_its_sign(periods: list[tuple[int, int, int]]) -> None:
    """A period with more returned than sold comes to less than 0; its size still counts."""
    said = [
        Said(
            Period(f"P{number}", FIRST, LAST),
            "start",
            0,
            "reconstructed",
            method,
            Estimate(float(actual + error)),
            0.0,
            Decimal(actual),
        )
        for number, (actual, *errors) in enumerate(periods)
        for method, error in zip(("last_period", "last_year"), errors, strict=True)
    ]
    whole = sum(abs(actual) for actual, *_ in periods)
    shared = shared_scores(said, "start")  # type: ignore[arg-type]
    assert shared.periods == (len(periods) if whole else 0)
    errors = {
        name: sum(abs(row[place]) for row in periods)
        for place, name in enumerate(("last_period", "last_year"), start=1)
    }
    assert shared.wape == pytest.approx({name: error / whole for name, error in errors.items()} if whole else {})


@given(st.dates(date(1, 1, 2), date(30, 1, 1)), st.integers(1, 900), st.integers(0, 12))
def test_past_periods_of_a_free_range_are_as_long_and_follow_each_other(first: date, days: int, number: int) -> None:
    period = Period("free", first, first + timedelta(days=days))
    assume(not periods_before(first, period.end, 1, Calendar()))  # neither a week, a month nor some months
    found = past_periods(period, number, Calendar())
    ends = [period.start, *(one.start for one in found)]
    assert [(one.end - one.start).days for one in found if one.start] == [days] * len(found)
    assert [one.end for one in found] == ends[: len(found)]
    # None begins in the first year there is, for comparisons look a year back.
    room = max(0, (first.toordinal() - 367) // days)
    assert len(found) == min(number, room)


# --- what is said -----------------------------------------------------------------------------------------------------


def test_records_behind_a_cell() -> None:
    lines = json.loads(
        shown("forecast", DEALS, "--period", "2026-Q4", "--rows", "open", "--draws", "200", "--format", "json")
    )
    assert lines["records"] == 150
    assert all(0 <= row["chance"] <= 1 for row in lines["rows"])
    late = json.loads(
        shown("forecast", DEALS, "--period", "2026-Q4", "--rows", "overdue", "--draws", "200", "--format", "json")
    )
    answer = salesmetrics.forecast(DEALS, period="2026-Q4", draws=200).forecast[0]
    assert (late["records"], Decimal(str(late["totals"][0]["value"]))) == (answer.overdue.count, answer.overdue.value)
    assert all(row["expected_close"] < "2026-09-30" for row in late["rows"])


def test_a_period_that_has_begun_takes_what_is_won(example: Forecast) -> None:
    assert example.lead == "one_third"
    assert example.forecast[0].seed == 1


@pytest.mark.usefixtures("no_past")
def test_a_period_to_come_counts_nothing_that_closes_before_it() -> None:
    near = salesmetrics.forecast(DEALS, period="2026-10", draws=100).forecast[0]
    far = salesmetrics.forecast(DEALS, period="2027-06", draws=100).forecast[0]
    assert part(near, "open").mean > 5 * part(far, "open").mean
    assert part(far, "not_yet_created").mean > part(near, "not_yet_created").mean


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--period", "2026-Q2"], "period_over"),
        ([], "period_missing"),
        (["--period", "..2027-01-31"], "period_missing"),
    ],
)
def test_what_cannot_be_forecast_is_refused(words: list[str], code: str) -> None:
    period = words[1] if words else "all"
    with pytest.raises(SalesmetricsError) as refused:
        salesmetrics.forecast(DEALS, period=period)
    assert refused.value.code == code


@pytest.mark.parametrize("form", ["table", "md", "csv", "json"])
def test_a_forecast_in_every_form(form: str, golden: Golden) -> None:
    words = ("forecast", "examples/deals.csv", "examples/stages.csv", "examples/quotas.csv", "--period", "2026-Q3")
    text = shown(*words, "--as-of", "2026-08-10", "--by", "team", "--draws", "500", "--format", form, "-q")
    golden(str(ROOT / "tests" / "golden" / "forecast" / f"by_team.{form}"), text)


# --- quotas as the target ---------------------------------------------------------------------------------------------

OF_ANN = "owner,period,quota\nAnn,2026-Q3,4000\n"
OF_BOTH = OF_ANN + "Bob,2026-Q3,1000\n"


@pytest.fixture
def against(tmp_path: Path, no_past: None) -> Any:
    """A forecast of deals of Ann and Bob against quotas as they are written."""
    rows = ["deal_id,owner,amount,currency,created_date,closed_date,expected_close_date,stage"]
    for number in range(60):
        born = date(2026, 2, 1) + number * DAY
        end, stage = str(born + 30 * DAY), ("Won", "Lost")[number // 2 % 2]
        rows.append(f"D{number},{('Ann', 'Bob')[number % 2]},100,EUR,{born},{end},{end},{stage}")
    rows += [f"O{who},{who},100,EUR,2026-06-20,,2026-08-20,Open" for who in ("Ann", "Bob")]
    (tmp_path / "deals.csv").write_text("\n".join(rows) + "\n")

    def said(quotas: str, **more: Any) -> Forecast:
        (tmp_path / "quotas.csv").write_text(quotas)
        files = [str(tmp_path / f"{name}.csv") for name in ("deals", "quotas")]
        return salesmetrics.forecast(
            *files, **{"period": "2026-Q3", "as_of": date(2026, 7, 10), "draws": 50, **more}
        ).answer

    return said


@pytest.mark.parametrize(
    ("quotas", "reason"),
    [
        (OF_BOTH, None),
        (OF_ANN, "quota_owners_missing"),
        (OF_BOTH + "Bob,2026,700\n", "quotas_overlap"),
        (OF_ANN + "Bob,2026-Q3,-500\n", "negative_quota"),
        ("owner,period,quota\nAnn,2026-Q3,0\nBob,2026-Q3,0\n", "no_quota"),
        ("owner,period,quota\nAnn,2025-Q3,4000\nBob,2025-Q3,1000\n", "no_quota"),
        ("owner,period,quota\nAnn,2026-07,4000\nBob,2026-08,1000\n", "quota_days_partial"),
        ("owner,period,quota,currency\nAnn,2026-Q3,9,USD\nBob,2026-Q3,9,USD\n", "quota_of_other_currency"),
        ("owner,period,quota,currency\nAnn,2026-Q3,9,EUR\nBob,2026-Q3,9,USD\n", "quota_owners_missing"),
    ],
)
def test_quotas_that_are_not_those_of_all_that_is_forecast_set_no_target(
    against: Any, quotas: str, reason: str | None
) -> None:
    answer = against(quotas)
    line = answer.forecast[0]
    assert line.target_reason == reason
    assert (line.target, line.target_source) == ((5000, "quotas") if reason is None else (None, None))
    assert (line.chance_of_target is None) == (reason is not None)
    assert ("No target: " in render(answer, "md")) == (reason is not None)


def test_quotas_that_are_withheld_have_the_reason_of_a_report(against: Any) -> None:
    answer = against(OF_ANN)
    line = replace(answer.forecast[0], target_reason="unit_price")
    assert "No target: the price or cost is per unit" in render(replace(answer, forecast=[line]), "md")


def test_a_segment_has_the_quotas_of_its_own_deals(against: Any) -> None:
    lines = against(OF_ANN, by=["owner"]).forecast
    found = {line.group.get("owner", ""): (line.target, line.target_reason) for line in lines}
    assert found == {"": (None, "quota_owners_missing"), "Ann": (4000, None), "Bob": (None, "no_quota")}
    assert {line.target_reason for line in against(OF_BOTH, by=["stage"]).forecast if line.group} == {
        "not_by_dimension"
    }


def test_a_condition_keeps_the_quotas_that_a_report_keeps(against: Any) -> None:
    assert against(OF_BOTH, where="owner = 'Bob'").forecast[0].target == 1000
    without = against(OF_BOTH, where="created > '2026-01-01'").forecast[0]
    assert (without.target, without.target_reason) == (None, "no_quota")
    for team in ("Enterprise", "Mid-Market"):
        asked: dict[str, Any] = {"period": "2026-Q3", "as_of": date(2026, 8, 10)}
        line = salesmetrics.forecast(DEALS, QUOTAS, where=f"team = '{team}'", draws=10, **asked).forecast[0]
        kpis = ["quota_attainment"]
        report = salesmetrics.report_on(DEALS, QUOTAS, where=f"team = '{team}'", kpis=kpis, **asked)
        assert line.target == report.metrics[0].denominator


@pytest.mark.usefixtures("no_past")
@pytest.mark.parametrize(
    ("target", "bound"),
    [
        *((target, "at most 1,000,000,000,000,000") for target in (float("inf"), 1e308, 1e15 + 1)),
        *((target, "at least 0") for target in (float("nan"), float("-inf"), -1.0, -0.01)),
    ],
)
def test_a_target_is_a_number_that_can_be_reached(target: float, bound: str) -> None:
    with pytest.raises(SalesmetricsError) as refused:
        salesmetrics.forecast(DEALS, period="2026-Q4", target=target, draws=10)
    assert refused.value.code == "option_invalid"
    assert bound in refused.value.message


@pytest.mark.usefixtures("no_past")
@pytest.mark.parametrize(("target", "chance"), [(0.0, 1.0), (1e15, 0.0)])
def test_nothing_is_surely_reached_and_the_most_never(target: float, chance: float) -> None:
    answer = salesmetrics.forecast(DEALS, period="2026-Q4", target=target, draws=10)
    assert (answer.forecast[0].target, answer.forecast[0].chance_of_target) == (target, chance)


def test_deals_that_end_long_before_the_day_are_named(against: Any) -> None:
    late = against(OF_BOTH, as_of=date(2026, 9, 20))
    assert "data_end_early" in {item.code for item in late.findings}
    assert "before the report date 2026-09-20" in render(late, "md")
    assert "data_end_early" not in {item.code for item in against(OF_BOTH).findings}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rows", "overdue", "--period", "2026-Q3"], "no deal is in this cell"),
        (["--draws", "1000000000", "--period", "2026-Q3"], "at most 1,000,000\n"),
        (["--target", "inf", "--period", "2026-Q3"], "at most 1,000,000,000,000,000\n"),
        (["--period", "ytd"], "`ytd` is over on 2026-07-10"),
    ],
)
def test_a_refusal_says_what_is_so(against: Any, tmp_path: Path, words: list[str], said: str) -> None:
    against(OF_BOTH)
    done = invoke("forecast", "deals.csv", "--as-of", "2026-07-10", *words, cwd=tmp_path, env={"HOME": "/nonexistent"})
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_deals_of_which_none_is_won_name_the_forecast(against: Any, tmp_path: Path) -> None:
    against(OF_BOTH)
    deals = tmp_path / "deals.csv"
    deals.write_text(deals.read_text().replace("Won", "Lost"))
    done = invoke("forecast", "deals.csv", "--period", "2026-Q3", cwd=tmp_path, env={"HOME": "/nonexistent"})
    assert "`forecast`: no deal is won" in done.stderr
    assert "`revenue`" not in done.stderr
