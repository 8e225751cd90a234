"""Funnels: against a loop over the deals, lifelines, scikit-survival, and what has to hold whatever deals do."""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
import sys
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from sksurv.nonparametric import cumulative_incidence_competing_risks

import salesmetrics
from effort import tries
from in_process import invoke
from oracle_funnel import Row, funnel_of, incidence
from salesmetrics.analysis.cells import cell_rows
from salesmetrics.analysis.funnel import FunnelFacts, _stage, build_funnel
from salesmetrics.analysis.journeys import open_stages
from salesmetrics.answers.funnel import FunnelShare
from salesmetrics.engine.resolve import resolve
from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.writers import render
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from golden_file import Golden
    from salesmetrics.answers.funnel import Funnel, FunnelStage

pytestmark = pytest.mark.usefixtures("read_once")


ROOT = Path(__file__).parent.parent
DEALS, STAGES = ROOT / "examples" / "deals.csv", ROOT / "examples" / "stages.csv"
MEANINGS = {"Won": "won", "Lost": "lost", "Void": "other"}
NAMES = ["Lead", "Demo", "Offer", "Contract"]
QUICK = (Phase.explicit, Phase.generate)
"""Worlds of many deals take minutes to shrink."""
FIRST, AS_OF = date(2026, 1, 1), date(2026, 6, 30)
PIPELINES = pl.DataFrame(
    {"name": NAMES, "position": [10, 20, 30, 40]}, schema={"name": pl.String, "position": pl.Decimal(38, 8)}
)


def shown(*words: str, cwd: Path = ROOT) -> str:
    done = invoke(*words, cwd=cwd, env={"HOME": "/nonexistent", "COLUMNS": "140"})
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- generated deals: skips, returns, entries in the middle, reopened and unpriced ones ---------------------------


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    deals, entries = [], []
    for number in range(draw(st.integers(1, 14))):
        at = datetime(2026, 1, 1, 9) + timedelta(draw(st.integers(0, 100)), draw(st.integers(0, 3)))
        created = at.date()
        for stage in draw(st.lists(st.sampled_from(NAMES), min_size=0, max_size=6)):
            entries.append({"deal_id": str(number), "stage": stage, "entered": at})
            at += timedelta(draw(st.integers(0, 12)), 1)
        outcome = draw(st.sampled_from(["won", "lost", "other", "open", "open"]))
        named = {"won": "Won", "lost": "Lost", "other": "Void"}
        if outcome != "open" and draw(st.booleans()):
            entries.append({"deal_id": str(number), "stage": named[outcome], "entered": at})
        if outcome == "open" and draw(st.integers(0, 9)) == 0:
            entries.append({"deal_id": str(number), "stage": "Lost", "entered": at})
        closed = None if outcome == "open" or draw(st.integers(0, 9)) == 0 else at.date()
        deals.append(
            {
                "id": str(number),
                "outcome": outcome,
                "created": created,
                "closed": closed,
                "amount": draw(st.sampled_from([None, Decimal("10.25"), Decimal(1000), Decimal(0)])),
                "currency": draw(st.sampled_from(["EUR", "EUR", "USD"])),
                "region": draw(st.sampled_from(["North", "South", None])),
            }
        )
    return deals, entries


def frames_of(deals: list[dict[str, Any]], entries: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    texts = dict.fromkeys(("id", "outcome", "currency", "region"), pl.String)
    days = {"created": pl.Date, "closed": pl.Date, "amount": pl.Decimal(38, 8)}
    places = {"__row__": pl.int_range(2, pl.len() + 2), "__file__": pl.lit(0)}
    schema = {"deal_id": pl.String, "stage": pl.String, "entered": pl.Datetime("us")}
    return {
        "deals": pl.DataFrame(deals, schema={**texts, **days}, orient="row").with_columns(**places),
        "stages": pl.DataFrame(entries, schema=schema, orient="row").with_columns(**places),
        "pipelines": PIPELINES,
    }


def answered(
    deals: list[dict[str, Any]], entries: list[dict[str, Any]], *, cohort: bool = False, horizon: int = 30, **terms: Any
) -> Funnel:
    facts = FunnelFacts(MEANINGS, "", cohort, horizon)
    return build_funnel(resolve(AS_OF, None, **terms), frames_of(deals, entries), facts)


def shares_of_waiting(rows: list[Row]) -> tuple[str | None, list[float | None]]:
    """By what the stages wait, and the share of each: of value-days if no stage with waiting deals lacks them."""
    priced = all(len(row.value_days) == 1 for row in rows[:-1] if row.deal_days)
    waits = [sum(row.value_days.values(), Decimal(0)) if priced else row.deal_days for row in rows[:-1]]
    whole = sum(waits)
    if whole <= 0:
        return None, [None] * len(waits)
    return "value_days" if priced else "deal_days", [float(wait / whole) for wait in waits]


def check(stages: list[FunnelStage], rows: list[Row], horizon: int) -> None:
    assert len(stages) == len(rows)
    by, shares = shares_of_waiting(rows)
    waits = [stage.waiting for stage in stages if stage.stage]
    assert [(wait.share_by, wait.share) for wait in waits] == [(by, pytest.approx(share)) for share in shares]
    assert {wait.share_reason for wait in waits} == {None if by else "zero_denominator"}
    for number, (stage, row) in enumerate(zip(stages, rows, strict=True)):
        assert (stage.entered, stage.entered_strict) == (row.entered, row.strict)
        whole = rows[0].begun
        for share, k in ((stage.of_all, row.begun), (stage.of_all_strict, row.begun_strict)):
            assert share.value == (pytest.approx(k / whole) if whole else None)
        if number:
            before = rows[number - 1]
            pairs = ((stage.of_previous, before.advanced, before.entered),)
            pairs += ((stage.of_previous_strict, before.strict_advanced, before.strict),)
            for share, k, n in pairs:
                assert (share.numerator, share.denominator) == (k, n)
                assert share.value == (pytest.approx(k / n) if n else None)
        if stage.stage is None:
            continue
        fates = (stage.advanced, stage.lost, stage.other, stage.still_here, stage.now_here)
        assert fates == (row.advanced, row.lost, row.other, row.still_here, row.now_here)
        assert stage.waiting.deal_days == row.deal_days
        by_currency = {item.currency: item.value_days for item in stage.waiting.by_currency}
        if len(row.value_days) > 1:
            assert (by_currency, stage.waiting.value_days) == (row.value_days, None)
        elif row.value_days:
            assert stage.waiting.value_days == next(iter(row.value_days.values()))
        chance = incidence(row.ways, horizon)
        assert stage.will_advance.value == (None if chance is None else pytest.approx(chance, abs=1e-9))
        assert stage.time_in_stage.n == len(row.stays)
        if row.stays:
            fitter = KaplanMeierFitter().fit([d for d, _ in row.stays], [not stands for _, stands in row.stays])
            for share, mine in ((0.5, stage.time_in_stage.median), (0.1, stage.time_in_stage.p90)):
                curve = fitter.survival_function_["KM_estimate"]
                reached = curve[curve <= share + 1e-12]
                assert mine == (None if reached.empty else int(reached.index[0]))


@settings(max_examples=tries(40), deadline=None, phases=QUICK)
@given(world=worlds(), period=st.sampled_from(["all", "2026-Q1", "2026-03"]), horizon=st.sampled_from([0, 10, 45]))
def test_every_number_is_that_of_a_loop_over_the_deals(world: Any, period: str, horizon: int) -> None:
    deals, entries = world
    if not entries:
        assert answered_or_refused(deals, entries, period=period) is None
        return
    spans = {"all": (None, None), "2026-Q1": (FIRST, date(2026, 4, 1)), "2026-03": (date(2026, 3, 1), date(2026, 4, 1))}
    found = answered(deals, entries, period=period, horizon=horizon, by=("region",))
    names = found.order[0].stages if found.order else []
    for group in ({}, {"region": "North"}, {"region": None}):
        mine = [deal for deal in deals if not group or deal["region"] == group["region"]]
        rows, moves = funnel_of(mine, entries, names, AS_OF, *spans[period])
        stages = [stage for stage in found.stages if stage.group == group]
        told = [item for item in found.moves if item.group == group]
        if not moves["deals"]:
            assert not stages
            continue
        assert {name: getattr(told[0], name) for name in moves} == moves
        check(stages, rows, horizon)


def many_deals(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Deals that go forward, back and over stages, at most four days apart, so that nearly every day has ties."""
    draw = random.Random(seed)
    deals, entries = [], []
    for number in range(500):
        at, place = datetime(2026, 3, 1, 9) + timedelta(draw.randint(0, 110)), 0
        created, outcome = at.date(), "open"
        while outcome == "open" and at.date() <= AS_OF and draw.random() < 0.9:
            entries.append({"deal_id": str(number), "stage": NAMES[place], "entered": at})
            place = max(0, place + draw.choice([1, 1, 1, 1, 2, -1]))
            at += timedelta(draw.randint(0, 4), 1)
            outcome = "won" if place >= len(NAMES) else draw.choice(["open", "open", "open", "lost", "open", "other"])
        closed = at.date() if outcome != "open" and at.date() <= AS_OF else None
        money = {"amount": Decimal(draw.randint(1, 9) * 100), "currency": "EUR"}
        outcome = outcome if closed else "open"
        region = draw.choice(["North", "South"])
        known = {"id": str(number), "outcome": outcome, "created": created, "closed": closed, "region": region}
        deals.append({**known, **money})
    return deals, entries


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("horizon", [1, 4, 9])
def test_will_advance_is_that_of_scikit_survival(seed: int, horizon: int) -> None:
    deals, entries = many_deals(seed)
    found = answered(deals, entries, horizon=horizon, by=("region",))
    compared = 0
    for group in ({}, {"region": "North"}, {"region": "South"}):
        mine = [deal for deal in deals if not group or deal["region"] == group["region"]]
        rows, _ = funnel_of(mine, entries, NAMES, AS_OF)
        stages = [stage for stage in found.stages if stage.group == group and stage.stage]
        for stage, row in zip(stages, rows, strict=False):
            causes = [cause for _, cause, _ in row.ways]
            assert {1, 2} <= set(causes)
            days, shares = cumulative_incidence_competing_risks(causes, [day for day, _, _ in row.ways])
            if stage.will_advance.value is None:
                assert days[-1] < horizon or (0 in causes and max(since for *_, since in row.ways) < horizon)
                continue
            (expected,) = shares[1][days <= horizon][-1:]
            assert stage.will_advance.value == pytest.approx(expected, abs=1e-9)
            assert stage.will_advance.denominator == len(row.ways)
            compared += 0 in causes
    assert compared >= 6


def answered_or_refused(deals: list[dict[str, Any]], entries: list[dict[str, Any]], **terms: Any) -> Funnel | None:
    with suppress(SalesmetricsError):
        found = answered(deals, entries, **terms)
        return found if found.stages else None
    return None


@settings(max_examples=tries(40), deadline=None, phases=QUICK)
@given(world=worlds(), period=st.sampled_from(["all", "2026-Q1"]), cohort=st.booleans())
def test_what_holds_whatever_deals_do(world: Any, period: str, cohort: bool) -> None:
    found = answered_or_refused(*world, period=period, cohort=cohort, by=("region",))
    for stage in found.stages if found else ():
        assert stage.entered >= stage.entered_strict
        if stage.stage is not None:
            assert stage.entered == stage.advanced + stage.lost + stage.other + stage.still_here
        shares = [stage.of_previous, stage.of_previous_strict, stage.of_all, stage.of_all_strict, stage.will_advance]
        for share in shares:
            assert share is None or share.value is None or 0 <= share.value <= 1 + 1e-12
        for passed, strict in ((stage.of_previous, stage.of_previous_strict), (stage.of_all, stage.of_all_strict)):
            if passed is not None and passed.value is not None and strict.value is not None:
                assert passed.value >= strict.value - 1e-12
        if stage.of_previous is not None and stage.of_previous.denominator == 0:
            assert (stage.of_previous.value, stage.of_previous.reason) == (None, "zero_denominator")


@settings(max_examples=tries(20), deadline=None, phases=QUICK)
@given(world=worlds())
def test_a_cohort_that_has_ended_never_changes(world: Any) -> None:
    deals, entries = world
    done = [deal for deal in deals if deal["outcome"] != "open" and deal["closed"] is not None]
    ids = {deal["id"] for deal in done}
    entries = [entry for entry in entries if entry["deal_id"] in ids]
    if not entries:
        return
    late = max([deal["closed"] for deal in done] + [entry["entered"].date() for entry in entries])
    facts = FunnelFacts(MEANINGS, "", cohort=True, horizon=60)
    frames = frames_of(done, entries)
    answers = [
        build_funnel(resolve(late + timedelta(days), None, period="2026-01-01..2026-12-31"), frames, facts)
        for days in (0, 1, 400)
    ]
    stages = [[(s, s.of_all) for s in answer.stages] for answer in answers]
    assert stages[0] == stages[1] == stages[2]


# --- the examples ---------------------------------------------------------------------------------------------------


def raw() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The example exports as plain records, read by the csv module alone."""
    with DEALS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    known = {
        str(row)
        for row in pl.read_csv(
            io.StringIO(shown("rows", "created_deals", str(DEALS), "--format", "csv")), infer_schema=False
        )["id"]
    }
    outcomes = {"Closed won": "won", "Closed lost": "lost", "Void": "other", "Duplicate": "other"}
    deals = [
        {
            "id": row["Record ID"],
            "outcome": outcomes.get(row["Deal Stage"], "open"),
            "closed": date.fromisoformat(row["Close Date"][:10])
            if row["Deal Stage"] in outcomes and row["Close Date"]
            else None,
            "amount": Decimal(row["Amount"]) if row["Amount"] else None,
            "currency": "EUR",
            "team": row["HubSpot Team"],
        }
        for row in rows
        if row["Record ID"] in known
    ]
    renamed = {"Closed won": "Won", "Closed lost": "Lost"}
    with STAGES.open(encoding="utf-8", newline="") as stream:
        entries = [
            {
                "deal_id": row["Deal ID"],
                "stage": renamed.get(row["To Stage"], row["To Stage"]),
                "entered": datetime.fromisoformat(row["Entered"]),
                "exited": datetime.fromisoformat(row["Exited"]) if row["Exited"] else None,
            }
            for row in csv.DictReader(stream)
        ]
    return deals, entries


@pytest.mark.parametrize(
    ("period", "start", "end"), [("all", None, None), ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1))]
)
def test_the_examples_are_what_a_loop_over_the_raw_files_says(
    period: str, start: date | None, end: date | None
) -> None:
    deals, entries = raw()
    found = salesmetrics.funnel(str(DEALS), str(STAGES), period=period, by=["team"], horizon=30).answer
    (order,) = found.order
    assert order.source == "crm"
    for team in (None, "Enterprise"):
        mine = [deal for deal in deals if team in (None, deal["team"])]
        rows, moves = funnel_of(mine, entries, order.stages, date(2026, 9, 30), start, end)
        check([s for s in found.stages if s.group == ({"team": team} if team else {})], rows, 30)
        assert moves["deals"] > 100
    assert moves["skipped"]
    # No deal of this example moves back; some of `examples/pipelines` do.
    assert not moves["back"]


def test_the_bottleneck_is_the_stage_where_most_value_waits() -> None:
    found = salesmetrics.funnel(str(DEALS), str(STAGES), period="2026-Q1").answer
    waits = {stage.stage: float(stage.waiting.value_days) for stage in found.stages if stage.stage}
    worst = max(waits, key=lambda name: waits[name])
    assert (found.bottleneck.stage, found.bottleneck.by) == (worst, "value_days")
    assert found.bottleneck.share == pytest.approx(waits[worst] / sum(waits.values()))
    before = salesmetrics.funnel(str(DEALS), str(STAGES), period="2025-Q4").answer
    then = {stage.stage: float(stage.waiting.value_days) for stage in before.stages if stage.stage}
    assert found.bottleneck.previous == pytest.approx(then[worst] / sum(then.values()))


def test_a_bottleneck_has_no_share_before_where_amounts_were_unknown_then(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(
        "Deal ID,Stage,Amount,Created,Closed\n"
        "1,Lost,,2026-01-01,2026-02-10\n2,Demo,50,2026-04-01,\n3,Won,70,2026-04-02,2026-06-30\n",
        "utf-8",
    )
    (tmp_path / "stages.csv").write_text(
        "Deal ID,To Stage,Entered\n1,Demo,2026-01-01\n1,Offer,2026-02-01\n2,Demo,2026-04-01\n"
        "3,Demo,2026-04-02\n3,Offer,2026-04-20\n3,Won,2026-06-30\n",
        "utf-8",
    )
    paths = [str(tmp_path / "deals.csv"), str(tmp_path / "stages.csv")]
    found = salesmetrics.funnel(*paths, period="2026-Q2").answer
    assert (found.bottleneck.by, found.bottleneck.previous) == ("value_days", None)
    before = salesmetrics.funnel(*paths, period="2026-Q1").answer
    assert [stage.waiting.share_by for stage in before.stages if stage.stage] == ["deal_days", "deal_days"]
    assert "waiting: share of days of deals;" in " ".join(render(before, "table").split())
    assert "waiting: share of amount × days;" in " ".join(render(found, "table").split())


# --- files ----------------------------------------------------------------------------------------------------------


def test_date_entered_columns_are_a_history(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(
        'Record ID,Deal Name,Deal Stage,Pipeline,Amount,Create Date,Close Date,"Date entered ""Qualified to buy (Sales)""",'
        '"Date entered ""Contract sent (Sales)""","Date entered ""Closed won (Sales)"""\n'
        "1,A,Closed won,Sales,10,2026-01-01,2026-01-20,2026-01-02,2026-01-10,2026-01-20\n"
        "2,B,Contract sent,Sales,20,2026-01-03,,2026-01-04,2026-01-30,\n"
        "3,C,Closed lost,Sales,30,2026-01-05,2026-02-01,2026-01-06,,\n",
        "utf-8",
    )
    found = salesmetrics.funnel(str(tmp_path / "deals.csv")).answer
    table = [(s.stage, s.entered, s.advanced, s.lost, s.still_here) for s in found.stages]
    assert table == [("Qualified to buy", 3, 2, 1, 0), ("Contract sent", 2, 1, 0, 1), (None, 1, None, None, None)]


def test_one_date_column_per_stage_is_a_history(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(
        "deal_id,owner,stage,amount,created_date,close_date,stage_date_discovery,stage_date_proposal,stage_date_closed_won\n"
        "1,Ann,Closed Won,10,2026-01-01,2026-01-20,2026-01-02,2026-01-10,2026-01-20\n"
        "2,Ann,Proposal,20,2026-01-03,,2026-01-04,2026-01-30,\n"
        "3,Bob,Closed Lost,30,2026-01-05,2026-02-01,2026-01-06,,\n",
        "utf-8",
    )
    found = salesmetrics.funnel(str(tmp_path / "deals.csv")).answer
    table = [(s.stage, s.entered, s.advanced, s.lost, s.still_here) for s in found.stages]
    assert table == [("discovery", 3, 2, 1, 0), ("proposal", 2, 1, 0, 1), (None, 1, None, None, None)]


def test_a_stage_history_alone_gives_a_funnel() -> None:
    alone = salesmetrics.funnel(str(STAGES)).answer
    with STAGES.open(encoding="utf-8", newline="") as stream:
        deals = {row["Deal ID"] for row in csv.DictReader(stream)}
    assert [stage.stage for stage in alone.stages][-1] is None
    assert alone.stages[0].entered == len(deals)


def test_each_pipeline_has_a_funnel_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "stages.csv").write_text(
        "Deal ID,Pipeline,To Stage,Entered\n"
        "1,New,Demo,2026-01-01 10:00\n1,New,Offer,2026-01-05 10:00\n1,New,Closed won,2026-01-09 10:00\n"
        "2,Renewal,Offer,2026-01-01 10:00\n2,Renewal,Demo,2026-01-03 10:00\n"
        "3,New,Demo,2026-01-02 10:00\n3,Renewal,Offer,2026-01-08 10:00\n",
        "utf-8",
    )
    found = salesmetrics.funnel(str(tmp_path / "stages.csv")).answer
    assert {order.pipeline: order.stages for order in found.order} == {
        "New": ["Demo", "Offer"],
        "Renewal": ["Offer", "Demo"],
    }
    first = found.stages[0]
    # The deal that went on in the other pipeline has left this one, neither won nor lost.
    assert (first.pipeline, first.stage, first.entered, first.advanced, first.other) == ("New", "Demo", 2, 1, 1)


def test_a_move_back_counts_also_after_a_visit_to_another_pipeline(tmp_path: Path) -> None:
    (tmp_path / "stages.csv").write_text(
        "Deal ID,Pipeline,To Stage,Entered\n"
        "1,New,Demo,2026-01-01 10:00\n1,New,Offer,2026-01-05 10:00\n1,Other,Call,2026-01-06 10:00\n"
        "1,New,Demo,2026-01-07 10:00\n2,New,Demo,2026-01-02 10:00\n2,New,Offer,2026-01-08 10:00\n",
        "utf-8",
    )
    found = salesmetrics.funnel(str(tmp_path / "stages.csv")).answer
    moves = {item.pipeline: (item.deals, item.back, item.re_entered) for item in found.moves}
    assert moves == {"New": (2, 1, 1), "Other": (1, 0, 0)}


BITRIX = ROOT.parent / "shared" / "realdata" / "bitrix_ru_messy_small"


@pytest.mark.skipif(not BITRIX.exists(), reason="no realdata beside this checkout")
def test_a_history_of_stage_ids_with_their_definitions() -> None:
    found = salesmetrics.funnel(str(BITRIX)).answer
    assert found.order[0].source == "pipelines"
    assert found.stages[0].stage == "Новая заявка"
    assert found.stages[0].entered > 0


# --- what is said ---------------------------------------------------------------------------------------------------


def test_without_a_history_today_s_stock_and_how_the_history_is_exported() -> None:
    text = shown("funnel", str(DEALS), "-q")
    assert "No stage history: only the open deals of today are known." in text
    assert "HubSpot: add the properties `Date entered …`" in text
    found = salesmetrics.funnel(str(DEALS)).answer
    assert (found.stages, found.bottleneck) == ([], None)
    kpi = salesmetrics.report_on(str(DEALS), kpis=["open_deals", "open_pipeline"])
    assert sum(row.count for row in found.stock) == next(m.value for m in kpi.metrics if m.id == "open_deals")
    assert sum(row.value for row in found.stock) == next(m.value for m in kpi.metrics if m.id == "open_pipeline")


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        ("Contract sent", "entered"),
        ("Contract sent:strict", "entered_strict"),
        ("Contract sent:advanced", "advanced"),
        ("Contract sent:lost", "lost"),
        ("Appointment scheduled:other", "other"),
        ("Contract sent:still_here", "still_here"),
        ("Contract sent:now_here", "now_here"),
        ("won", "entered"),
    ],
)
def test_the_deals_behind_a_cell(cell: str, field: str) -> None:
    found = salesmetrics.funnel(str(DEALS), str(STAGES), period="2026").answer
    name = None if cell == "won" else cell.partition(":")[0]
    place, stage = next((place, stage) for place, stage in enumerate(found.stages) if stage.stage == name)
    following = found.stages[min(place + 1, len(found.stages) - 1)].of_previous
    count = following.numerator if field == "advanced" else getattr(stage, field)
    words = ("--rows", cell, "--period", "2026", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(shown("funnel", str(DEALS), str(STAGES), *words))))
    assert len({row["id"] for row in rows}) == len(rows) == count > 0


def test_stuck_deals_are_those_longer_in_their_stage_than_nine_in_ten(tmp_path: Path) -> None:
    lines = ["Deal ID,To Stage,Entered"]
    for number in range(20):
        lines += [f"{number},Demo,2026-01-01 10:00", f"{number},Offer,2026-01-{3 + number % 5:02} 10:00"]
    lines += [
        "90,Demo,2026-01-01 10:00",
        "91,Demo,2026-01-30 10:00",
        "92,Demo,2026-01-24 10:00",
    ]  # 6 days are no longer
    (tmp_path / "stages.csv").write_text("\n".join(lines) + "\n", "utf-8")
    rows = csv.DictReader(
        io.StringIO(shown("funnel", "stages.csv", "--rows", "Demo:stuck", "--format", "csv", cwd=tmp_path))
    )
    assert [row["id"] for row in rows] == ["90"]


@pytest.mark.parametrize("closed", ["2026-01-05", ""])
@pytest.mark.parametrize("swapped", [False, True])
def test_of_what_happened_at_one_moment_the_end_comes_last(tmp_path: Path, swapped: bool, closed: str) -> None:
    rows = ["Demo,2026-01-01 10:00", "Offer,2026-01-05 10:00", "Closed Won,2026-01-05 10:00"]
    rows = [rows[0], rows[2], rows[1]] if swapped else rows
    lines = ["Deal ID,To Stage,Entered", *(f"{n},{row}" for n in range(3) for row in rows)]
    (tmp_path / "stages.csv").write_text("\n".join([*lines, "9,Demo,2026-01-06 10:00"]) + "\n", "utf-8")
    deals = ["Deal ID,Stage,Create Date,Close Date", *(f"{n},Closed Won,2026-01-01,{closed}" for n in range(3))]
    (tmp_path / "deals.csv").write_text("\n".join([*deals, "9,Closed Lost,2026-01-06,2026-01-07"]) + "\n", "utf-8")
    found = salesmetrics.funnel(str(tmp_path / "deals.csv"), str(tmp_path / "stages.csv")).answer
    assert [(stage.stage, stage.entered, stage.entered_strict) for stage in found.stages] == [
        ("Demo", 4, 4),
        ("Offer", 3, 3),
        (None, 3, 3),
    ]
    assert [stage.time_in_stage.median for stage in found.stages if stage.stage] == [4.0, 0.0]


def test_a_stage_without_any_deal_has_zeros_and_no_shares() -> None:
    """A segment may have deals of one stage only: of the others and of the first one nothing is known."""
    asked = SimpleNamespace(request=SimpleNamespace(level=0.95, min_n=10))
    for before in (None, {}):
        found = _stage(asked, {}, before, {})  # type: ignore[arg-type]
        shares = [value for value in found.values() if isinstance(value, FunnelShare)]
        assert {(share.value, share.numerator or 0, share.denominator, share.reason) for share in shares} == {
            (None, 0, 0, "zero_denominator")
        }
        assert {value for value in found.values() if isinstance(value, int) and not isinstance(value, bool)} == {0}
        assert (found["time_in_stage"].n, found["stuck"].count, found["few_timed"]) == (0, 0, True)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["circle.csv"], "the order of the stages is unclear: deals pass `Demo` and `Offer` in either order"),
        (["good.csv", "--rows", "Pitch:lost"], "the table has no such cell"),
        (["good.csv", "--period", "2025-Q1", "--cohort"], "no deal was created in the period"),
        (["deals.csv", "--rows", "Demo:lost"], "there is no stage history"),
        (["won.csv"], "there is no stage history, and no deal is open"),
        (["ended.csv"], "no entry of these deals into an open stage"),
        (["won.csv", "ended.csv"], "no entry of these deals into an open stage"),
        (["good.csv", "--horizon", "0"], "--horizon"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_to_type(tmp_path: Path, words: list[str], error: str) -> None:
    head = "Deal ID,To Stage,Entered\n"
    (tmp_path / "good.csv").write_text(head + "1,Demo,2026-01-01 10:00\n1,Offer,2026-01-02 10:00\n", "utf-8")
    circle = "1,Demo,2026-01-01 10:00\n1,Offer,2026-01-02 10:00\n2,Offer,2026-01-01 10:00\n2,Demo,2026-01-02 10:00\n"
    (tmp_path / "circle.csv").write_text(head + circle, "utf-8")
    (tmp_path / "deals.csv").write_text("Deal ID,Stage,Amount\n1,Demo,5\n2,Won,6\n3,Lost,7\n", "utf-8")
    (tmp_path / "won.csv").write_text("Deal ID,Stage,Amount\n1,Lost,5\n2,Won,6\n", "utf-8")
    (tmp_path / "ended.csv").write_text(head + "1,Lost,2026-01-01 10:00\n2,Won,2026-01-02 10:00\n", "utf-8")
    done = invoke("funnel", *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert error in done.stderr
    assert "hint: " in done.stderr


def test_an_order_that_is_unclear_is_settled_by_a_list_of_stages(tmp_path: Path) -> None:
    history = "1,Demo,2026-01-01 10:00\n1,Offer,2026-01-02 10:00\n2,Offer,2026-01-01 10:00\n2,Demo,2026-01-02 10:00\n"
    (tmp_path / "history.csv").write_text("Deal ID,To Stage,Entered\n" + history, "utf-8")
    (tmp_path / "order.csv").write_text("stage,order\nOffer,1\nDemo,2\n", "utf-8")
    found = json.loads(shown("funnel", "stages=history.csv", "pipelines=order.csv", "--format", "json", cwd=tmp_path))
    assert found["order"] == [{"pipeline": None, "stages": ["Offer", "Demo"], "source": "pipelines"}]


@pytest.mark.parametrize("form", ["table", "csv", "json", "md"])
def test_forms(form: str, golden: Golden) -> None:
    words = ["funnel", "examples/deals.csv", "examples/stages.csv", "--by", "team", "--period", "2026-Q1"]
    golden(f"funnel/by_team.{form}", shown(*words, "--format", form))


def test_the_library_says_what_the_command_says() -> None:
    found = json.loads(salesmetrics.funnel(str(DEALS), str(STAGES), period="2026", cohort=True).to_json())
    printed = json.loads(shown("funnel", str(DEALS), str(STAGES), "--period", "2026", "--cohort", "--format", "json"))
    assert {**found, "inputs": None, "filters": None} == {**printed, "inputs": None, "filters": None}


# --- the example with skips, returns and deals that start in the middle ----------------------------------------------

MIXED = ROOT / "examples" / "pipelines"


def test_the_example_is_what_its_generator_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "examples" / "pipelines.py", tmp_path], check=True, capture_output=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in MIXED.iterdir()}


@pytest.mark.parametrize("files", [("deals.csv", "history.csv"), ("deals.csv", "history.csv", "order.csv")])
@pytest.mark.parametrize("cohort", [False, True])
def test_every_pipeline_of_the_example_is_what_a_loop_says(files: tuple[str, ...], cohort: bool) -> None:
    def rows_of(name: str) -> list[dict[str, str]]:
        with (MIXED / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    deals = [
        {
            "id": row["Deal ID"],
            "pipeline": row["Pipeline"],
            "outcome": {"Won": "won", "Lost": "lost"}.get(row["Stage"], "open"),
            "created": row["Created"],
            "closed": date.fromisoformat(row["Closed"]) if row["Closed"] else None,
            "amount": Decimal(row["Amount"]) if row["Amount"] else None,
            "currency": row["Currency"],
        }
        for row in rows_of("deals.csv")
    ]
    entries = [
        {"deal_id": row["Deal ID"], "stage": row["To Stage"], "entered": datetime.fromisoformat(row["Entered"])}
        for row in rows_of("history.csv")
    ]
    paths = [str(MIXED / name) for name in files]
    found = salesmetrics.funnel(*paths, period="2026-Q2", cohort=cohort, horizon=20).answer
    assert [order.pipeline for order in found.order] == ["New business", "Renewals"]
    until = max(entry["entered"].date() for entry in entries)
    for order in found.order:
        assert order.source == ("pipelines" if "order.csv" in files else "history")
        mine = [deal for deal in deals if deal["pipeline"] == order.pipeline]
        if cohort:
            mine = [deal for deal in mine if "2026-04-01" <= deal["created"] < "2026-07-01"]
        span = (None, None) if cohort else (date(2026, 4, 1), date(2026, 7, 1))
        rows, moves = funnel_of(mine, entries, order.stages, until, *span)
        check([stage for stage in found.stages if stage.pipeline == order.pipeline], rows, 20)
        (told,) = [item for item in found.moves if item.pipeline == order.pipeline]
        assert {name: getattr(told, name) for name in moves} == moves
        if order.pipeline == "New business":
            assert min(moves.values()) > 0


@pytest.mark.parametrize("by", ["pipeline", "currency", "stage", "outcome", "pipeline,currency", "owner,currency"])
def test_segments_by_what_a_funnel_has_itself_add_up(by: str) -> None:
    found = salesmetrics.funnel(str(MIXED), by=by.split(",")).answer
    for order in found.order:
        total = [stage.entered for stage in found.stages if not stage.group and stage.pipeline == order.pipeline]
        parts = [stage for stage in found.stages if stage.group and stage.pipeline == order.pipeline]
        if by != "pipeline":
            sums = [sum(s.entered for s in parts if s.position == p) for p in range(1, len(total) + 1)]
            assert sums == total
            assert {tuple(stage.group) for stage in parts} == {tuple(by.split(","))}
    assert render(found, "table")
    assert salesmetrics.losses(str(MIXED), by=by.split(",")).to_text()


def test_a_horizon_that_nobody_has_reached_is_undefined_with_the_reason() -> None:
    found = salesmetrics.funnel(str(DEALS), str(STAGES), period="2026-Q1", as_of=date(2026, 3, 31)).answer
    chances = [stage.will_advance for stage in found.stages if stage.will_advance]
    assert {chance.value for chance in chances if chance.reason} == {None}
    assert "not_reached" in {chance.reason for chance in chances}
    text = shown("funnel", str(DEALS), str(STAGES), "--period", "2026-Q1", "--as-of", "2026-03-31")
    assert "no deal of the stage has been observed for 180 days yet" in text


def entries_of(tmp_path: Path, ends: list[tuple[int, str]]) -> tuple[str, str]:
    """Deals of one stage: days in it, and what became of each, by 2026-06-01."""
    today, entries = date(2026, 6, 1), ["deal_id,stage,entered"]
    # Two deals that no history tells of say that the list holds both outcomes.
    deals = ["id,created,closed,stage,amount"]
    deals += [f"X{name},2026-05-01,{today},Closed {name},100" for name in ("Won", "Lost")]
    for place, (days, outcome) in enumerate(ends):
        entered = today - timedelta(days)
        closed, stage = ("", "Talk") if outcome == "open" else (today, f"Closed {outcome.title()}")
        deals.append(f"D{place},{entered},{closed},{stage},100")
        entries.append(f"D{place},Talk,{entered}")
    (tmp_path / "deals.csv").write_text("\n".join(deals) + "\n")
    (tmp_path / "stages.csv").write_text("\n".join(entries) + "\n")
    return str(tmp_path / "deals.csv"), f"stages={tmp_path / 'stages.csv'}"


OPEN_FIRST = [(0, "open"), (21, "won")]


@pytest.mark.parametrize(
    ("ends", "known"),
    [
        (OPEN_FIRST, False),  # the last who is left ended, but somebody left before unseen
        ([(0, "won"), (21, "won")], True),  # all have ended: nothing is left to happen
        ([(0, "open"), (200, "won")], True),
        ([(5, "open"), (21, "lost")], False),
        ([(5, "open"), (200, "lost")], True),
    ],
)
def test_will_advance_is_unknown_while_a_deal_is_open_and_none_was_seen_for_so_long(
    tmp_path: Path, ends: list[tuple[int, str]], known: bool
) -> None:
    stage = salesmetrics.funnel(*entries_of(tmp_path, ends), as_of=date(2026, 6, 1)).stages[0]
    assert stage.will_advance.denominator == 2
    assert (stage.will_advance.value is not None, stage.will_advance.reason) == (
        known,
        None if known else "not_reached",
    )


def test_estimates_of_few_deals_are_flagged_and_have_their_n_in_every_form(tmp_path: Path) -> None:
    files = entries_of(tmp_path, [(200, "won"), (12, "won"), (3, "open")])
    text = shown("funnel", *files, "--as-of", "2026-06-01")
    (line,) = (line for line in text.splitlines() if line.startswith("Talk"))
    assert "50.0 %~" in line
    assert line.count(" d~") == 2
    assert "~ fewer than 10 deals" in text
    (row, _) = csv.DictReader(io.StringIO(shown("funnel", *files, "--as-of", "2026-06-01", "--format", "csv")))
    assert (row["timed"], row["at_risk"]) == ("3", "1")
    stage = json.loads(shown("funnel", *files, "--as-of", "2026-06-01", "--format", "json"))["stages"][0]
    assert (stage["will_advance"]["denominator"], stage["will_advance"]["at_risk"]) == (3, 1)
    assert stage["time_in_stage"]["n"] == 3
    many = entries_of(tmp_path, [(200, "won"), (201, "lost")] * 6)
    assert "~" not in next(x for x in shown("funnel", *many).splitlines() if x.startswith("Talk"))


CELLS = {
    "__row__": [3, 2, 4],
    "id": ["c", None, "a"],
    "amount": [Decimal("1.50"), None, Decimal(2)],
    "created": [date(2026, 1, 3), None, date(2026, 1, 4)],
    "won": [True, None, False],
    "age": [1, None, 3],
    "currency": ["EUR", "EUR", None],
}


def test_a_listed_deal_keeps_its_numbers_and_its_blanks() -> None:
    listed = cell_rows(
        pl.DataFrame(CELLS),
        "funnel",
        Message("how_funnel", stage="a", part="b"),
        resolve(date(2026, 2, 1), None),
        more=("won", "age"),
    )
    shown = [(row["id"], row["amount"], row["created"], row["won"], row["age"]) for row in listed.rows]
    assert shown == [
        (None, None, None, None, None),
        ("c", Decimal("1.50"), "2026-01-03", "True", 1),
        ("a", Decimal(2), "2026-01-04", "False", 3),
    ]
    assert [(total.currency, total.records, total.value) for total in listed.totals] == [
        ("EUR", 2, Decimal("1.5")),
        (None, 1, 2),
    ]


def test_stages_of_open_deals_are_told_by_pipeline_where_there_is_one() -> None:
    rows = [
        ("New", "A", "open"),
        ("New", "B", "open"),
        ("Offer", "A", "open"),
        (None, "A", "open"),
        ("Won", "A", "won"),
        ("New", None, "open"),
    ]
    deals = pl.DataFrame(rows, {"stage": pl.String, "pipeline": pl.String, "outcome": pl.String}, orient="row")
    assert open_stages(deals) == {"A": {"New", "Offer"}, "B": {"New"}, None: {"New"}}
    assert open_stages(deals.drop("pipeline")) == {None: {"New", "Offer"}}
    assert open_stages(deals.drop("stage")) == {}
