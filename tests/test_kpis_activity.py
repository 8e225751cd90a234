"""The KPIs of leads and activities against plain loops over generated worlds: total, by owner, by month."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import oracle_activity
from crm_world import AS_OF, OWNERS, World
from salesmetrics.answers.report import Period
from salesmetrics.engine.build import Request, build_report
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from salesmetrics.answers.report import Report

SETTINGS = Settings(horizon_days=60, stalled_age_days=100)
SEEDS = [1, 2, 3, 5]


def world_of(seed: int) -> World:
    """A world; in the last one most deals are won, and on a known day, so that the time to win is reached."""
    return World(seed, wins=20, dated=0.99) if seed == SEEDS[-1] else World(seed)


def report_on(frames: dict[str, pl.DataFrame], **asked: Any) -> Report:
    return build_report(Request(as_of=AS_OF, as_of_source=None, settings=SETTINGS, **asked), frames, catalog())


def assert_counts(
    report: Report, expected: dict[str, tuple[int, dict[str, int]]], group: dict[str, str | None]
) -> None:
    """The records behind each value, and those left out of it by reason, are as many as a loop finds."""
    ours = {m.id: m for m in report.metrics if m.group == group}
    for name, (behind, left_out) in expected.items():
        metric = ours[name]
        found = {entry.code: entry.count for entry in metric.excluded if entry.count}
        assert (name, found) == (name, {code: count for code, count in left_out.items() if count})
        if metric.value is not None:
            assert (name, metric.n) == (name, behind)


def assert_equal(report: Report, expected: dict[str, Any], group: dict[str, str | None]) -> None:
    ours = {m.id: m for m in report.metrics if m.group == group}
    for name, value in expected.items():
        found = ours[name].value
        if value is None:
            assert found is None, (name, found)
            assert ours[name].reason
        else:
            assert found is not None, (name, value, ours[name].reason)
            assert float(found) == pytest.approx(float(value), rel=1e-12), name


@pytest.mark.parametrize("seed", SEEDS)
def test_totals(seed: int) -> None:
    world = world_of(seed)
    oracle = oracle_activity.Oracle(world)
    expected = oracle_activity.expected(oracle, None, None, lambda _: True)
    report = report_on(world.frames())
    assert_equal(report, expected, {})
    assert_counts(report, oracle_activity.counts(oracle, None, None, lambda _: True), {})
    assert sum(value is not None for value in expected.values()) >= 25


@pytest.mark.parametrize("seed", SEEDS)
def test_by_owner(seed: int) -> None:
    world = world_of(seed)
    oracle = oracle_activity.Oracle(world)
    report = report_on(world.frames(), by=("owner",))
    for owner in OWNERS:
        expected = oracle_activity.expected(oracle, None, None, lambda row, owner=owner: row["owner"] == owner)
        assert_equal(report, expected, {"owner": owner})
        counts = oracle_activity.counts(oracle, None, None, lambda row, owner=owner: row["owner"] == owner)
        assert_counts(report, counts, {"owner": owner})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("month", [1, 3, 6])
def test_by_month(seed: int, month: int) -> None:
    world = world_of(seed)
    oracle = oracle_activity.Oracle(world)
    start, end = date(2026, month, 1), date(2026, month + 1, 1)
    expected = oracle_activity.expected(oracle, start, end, lambda _: True)
    report = report_on(world.frames(), period=Period(label="month", start=start, end=end))
    assert_equal(report, expected, {})
    assert_counts(report, oracle_activity.counts(oracle, start, end, lambda _: True), {})


MISSED = ("missed_value", "missed_value_slow")
IDS = (*oracle_activity.expected(oracle_activity.Oracle(World(1)), None, None, lambda _: True), *MISSED)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("owner", ["everybody", "ann", None])
@pytest.mark.parametrize("month", [None, 1, 2])
def test_missed_value_by_currency(seed: int, owner: str | None, month: int | None) -> None:
    world = world_of(seed)
    everybody = owner == "everybody"
    expected = missed_values(seed, owner, month)
    asked: dict[str, Any] = {"kpis": MISSED, "by": () if everybody else ("owner",)}
    if month:
        asked["period"] = Period(label="month", start=date(2026, month, 1), end=date(2026, month + 1, 1))
    report = report_on(world.frames(), **asked)
    group = {} if everybody else {"owner": owner}
    mine = [m for m in report.metrics if m.group == group]
    ours = {(m.id, m.currency): Decimal(m.value) for m in mine if m.value}
    assert ours == {key: value for key, value in expected.items() if value}
    chances = missed_chances(seed, owner, month)
    left_out = {(m.id, m.currency): e.count for m in mine for e in m.excluded if e.count}
    assert left_out == Counter((kpi, currency) for kpi, currency, amount in chances if amount is None)
    behind = {(m.id, m.currency): m.n for m in mine if m.n}
    assert behind == Counter((kpi, currency) for kpi, currency, amount in chances if amount is not None)


def whose(owner: str | None, month: int | None) -> Callable[[dict[str, Any]], bool]:
    def mine(row: dict[str, Any]) -> bool:
        made = row["created"] is not None and row["created"].month == month
        return owner in ("everybody", row["owner"]) and (month is None or made)

    return mine


def missed_values(seed: int, owner: str | None, month: int | None) -> dict[tuple[str, str], Decimal]:
    return oracle_activity.missed(oracle_activity.Oracle(world_of(seed)), whose(owner, month))


def missed_chances(seed: int, owner: str | None, month: int | None) -> list[tuple[str, str, Decimal | None]]:
    return oracle_activity.missed_chances(oracle_activity.Oracle(world_of(seed)), whose(owner, month))


@cache
def values_expected(seed: int, owner: str | None, month: int | None) -> frozenset[str]:
    """The KPIs of which the oracle knows a value; the tests above hold the reports to it."""
    oracle = oracle_activity.Oracle(world_of(seed))
    days = (date(2026, month, 1), date(2026, month + 1, 1)) if month else (None, None)
    expected = oracle_activity.expected(oracle, *days, lambda row: owner in ("everybody", row["owner"]))
    missed = {kpi for (kpi, _), value in missed_values(seed, owner, month).items() if value}
    return frozenset({kpi for kpi, value in expected.items() if value is not None} | missed)


@pytest.mark.parametrize("kpi", IDS)
def test_every_kpi_has_values_to_compare_in_total_by_segment_and_by_month(kpi: str) -> None:
    assert any(kpi in values_expected(seed, "everybody", None) for seed in SEEDS)
    assert any(kpi in values_expected(seed, "ann", None) for seed in SEEDS)
    assert any(kpi in values_expected(seed, "everybody", 1) for seed in SEEDS)


SUBSETS = [
    ("leads",),
    ("activities",),
    ("deals",),
    ("leads", "activities"),
    ("deals", "activities"),
    ("deals", "stages"),
]


@pytest.mark.parametrize("kinds", SUBSETS, ids="+".join)
@pytest.mark.parametrize("size", [1, 12])
def test_whatever_files_are_there_every_value_is_a_number_or_has_a_reason(kinds: tuple[str, ...], size: int) -> None:
    frames = World(4, size=size).frames(*kinds)
    for given in (frames, {kind: frame.clear() for kind, frame in frames.items()}):
        report = report_on(given)
        assert {m.id for m in report.metrics} | {x.id for x in report.not_computed} == set(catalog().kpis)
        for metric in report.metrics:
            assert metric.reason if metric.value is None else math.isfinite(metric.value), metric.id


# --- by hand ----------------------------------------------------------------------------------------------------------


def metrics_of(frames: dict[str, pl.DataFrame], **settings: Any) -> dict[str, Any]:
    asked = Request(as_of=AS_OF, as_of_source=None, settings=Settings(**settings))
    return {m.id: m for m in build_report(asked, frames, catalog()).metrics}


def deals_of(n: int, **columns: list[Any]) -> pl.DataFrame:
    rows = {"id": [f"D{i}" for i in range(n)], "outcome": ["open"] * n, "created": [date(2026, 1, 1)] * n}
    return pl.DataFrame(rows | columns, schema_overrides={"closed": pl.Date})


def test_stalled_by_the_last_activity_of_the_deal_alone() -> None:
    last = [date(2026, 5, 16), date(2026, 5, 15), None, date(2026, 6, 20)]
    found = metrics_of({"deals": deals_of(4, last_activity=last)})["stalled_deals"]
    # 30 days of silence are not over 30; no touch means silence since creation; a touch after the day hides those before
    assert (found.value, found.denominator) == (2, 3)
    assert [(e.code, e.count) for e in found.excluded] == [("missing_last_touch", 1)]


def test_a_planned_meeting_keeps_a_deal_alive() -> None:
    activities = pl.DataFrame(
        {
            "deal_id": ["D0", "D1", "D2", "D2"],
            "type": ["call", "call", "call", "meeting"],
            "occurred": [
                datetime(2026, 6, 1, 9),
                datetime(2026, 2, 1, 9),
                datetime(2026, 2, 1, 9),
                datetime(2026, 7, 1),
            ],
            "created": [None, None, None, datetime(2026, 6, 14)],
        }
    )
    found = metrics_of({"deals": deals_of(4), "activities": activities})["stalled_deals"]
    assert (found.value, found.denominator) == (2, 4)
    for entered in (None, datetime(2026, 6, 16)):  # then nothing says on that day that a meeting is to come
        known = activities.with_columns(created=pl.Series([None, None, None, entered], dtype=pl.Datetime("us")))
        assert metrics_of({"deals": deals_of(4), "activities": known})["stalled_deals"].value == 3
    tasks = activities.with_columns(type=pl.lit("task"))
    assert metrics_of({"deals": deals_of(4), "activities": tasks})["stalled_deals"].value == 4


def test_stalled_in_a_stage_by_setting_and_by_what_won_deals_took() -> None:
    deals = deals_of(
        8,
        outcome=["won"] * 6 + ["open"] * 2,
        closed=[date(2026, 2, 1)] * 6 + [None] * 2,
        stage=["won"] * 6 + ["offer"] * 2,
    )
    entered = [datetime(2026, 1, 20 + i, 15) for i in range(6)] + [datetime(2026, 6, 2), datetime(2026, 6, 5)]
    stages = pl.DataFrame({"deal_id": [f"D{i}" for i in range(8)], "stage": ["offer"] * 8, "entered": entered})
    frames = {"deals": deals, "stages": stages}
    # the won deals stood there 7 to 12 days: nine of ten at most 11.5; the open ones 13 and 10
    assert metrics_of(frames)["stalled_deals_in_stage"].value == 1
    assert metrics_of(frames, stalled_stage_days=13)["stalled_deals_in_stage"].value == 0
    assert metrics_of(frames, stalled_stage_days=9)["stalled_deals_in_stage"].value == 2


KINDS = {"call": 1, "email": 2, "meeting": 3}
HELD, AUTOMATED, DATED, LINKED, OWNED = ({True: 1, False: n} for n in (2, 3, 5, 7, 2))
"""So many activities each, so that no sum of some is that of others."""


def test_what_is_left_out_of_activities_is_counted_by_its_reason() -> None:
    rows = [
        (*each, n)
        for *each, n in (
            (kind, held, automated, dated, linked, owned, a * b * c * d * e * f)
            for kind, a in KINDS.items()
            for held, b in HELD.items()
            for automated, c in AUTOMATED.items()
            for dated, d in DATED.items()
            for linked, e in LINKED.items()
            for owned, f in OWNED.items()
        )
    ]
    activities = pl.DataFrame(
        [
            (
                kind,
                held,
                automated,
                datetime(2026, 6, 1, 9) if dated else None,
                "P" if linked else None,
                "ann" if owned else None,
            )
            for kind, held, automated, dated, linked, owned, n in rows
            for _ in range(n)
        ],
        ["type", "is_completed", "is_automated", "occurred", "contact_id", "owner"],
        orient="row",
    )
    month = Period(label="June", start=date(2026, 6, 1), end=date(2026, 7, 1))
    found = {metric.id: metric for metric in report_on({"activities": activities}, period=month).metrics}

    def some(*, kind: str | None = None, **wanted: bool) -> int:
        names = ("kind", "held", "automated", "dated", "linked", "owned")
        facts = [(dict(zip(names, each, strict=True)), n) for *each, n in rows]
        return sum(
            n
            for fact, n in facts
            if kind in (None, fact["kind"]) and all(fact[name] == value for name, value in wanted.items())
        )

    for name, kind in {"calls": "call", "emails": "email", "meetings": "meeting", "activities": None}.items():
        assert found[name].value == some(kind=kind, held=True, automated=False, dated=True), name
        assert {e.code: e.count for e in found[name].excluded} == {
            "planned": some(kind=kind, held=False, dated=True),
            "automated": some(kind=kind, held=True, automated=True, dated=True),
            "missing_date": some(kind=kind, held=True, dated=False),
        }, name
    for name in ("contacts_per_day", "contacts_per_week", "contacts_per_month"):
        assert {e.code: e.count for e in found[name].excluded} == {
            "missing_owner": some(held=True, automated=False, dated=True, owned=False),
            "unlinked": some(held=True, automated=False, dated=True, linked=False),
        }, name


def test_missed_value_counts_what_is_priced_and_what_is_not() -> None:
    outcomes = [
        "disqualified",
        "disqualified",
        "disqualified",
        "open",
        "disqualified",
        "disqualified",
        "disqualified",
        "disqualified",
    ]
    amounts = [10, None, None, 30, 5, 7, None, 7]
    created = datetime(2026, 6, 1, 9)
    leads = pl.DataFrame(
        {"id": [f"L{i}" for i in range(8)], "outcome": outcomes, "amount": amounts, "created": [created] * 8},
        {"id": pl.String, "outcome": pl.String, "amount": pl.Decimal(38, 8), "created": pl.Datetime("us")},
    )
    touched = {"L4": created + timedelta(minutes=5), **dict.fromkeys(("L5", "L6", "L7"), created + timedelta(days=3))}
    calls = {"type": ["call"] * 4, "direction": ["outbound"] * 4}
    activities = pl.DataFrame({"lead_id": list(touched), "occurred": list(touched.values()), **calls})
    found = metrics_of({"leads": leads, "activities": activities})
    beside = {
        name: (found[name].value, found[name].n, {e.code: e.count for e in found[name].excluded}) for name in MISSED
    }
    assert beside == {
        "missed_value": (10, 1, {"missing_amount": 2}),
        "missed_value_slow": (14, 2, {"missing_amount": 1}),
    }


def test_work_on_a_win_counts_up_to_the_win() -> None:
    deals = deals_of(3, outcome=["won", "won", "lost"], closed=[date(2026, 2, 1)] * 3)
    times = [datetime(2026, 1, 5), datetime(2026, 2, 1, 23), datetime(2026, 2, 2), datetime(2026, 1, 9)]
    activities = pl.DataFrame({"deal_id": ["D0", "D0", "D0", "D2"], "occurred": times})
    found = metrics_of({"deals": deals, "activities": activities})["activities_per_won_deal"]
    assert (found.numerator, found.denominator, found.value) == (2, 1, 2)
    assert [(e.code, e.count) for e in found.excluded if e.count] == [("no_activity", 1)]


def test_a_meeting_counts_once_however_much_follows() -> None:
    deals = deals_of(
        3,
        outcome=["won", "lost", "open"],
        closed=[date(2026, 2, 10), date(2026, 2, 10), None],
        stage=["won", "lost", "talk"],
        account_id=["A", "B", "A"],
        created=[date(2026, 1, 1), date(2026, 1, 1), date(2026, 2, 3)],
    )
    stages = pl.DataFrame(
        {
            "deal_id": ["D0", "D0", "D0", "D1", "D1"],
            "stage": ["talk", "offer", "won", "talk", "lost"],
            "entered": [datetime(2026, m, d) for m, d in [(1, 1), (2, 5), (2, 10), (1, 1), (2, 10)]],
        }
    )
    meetings = pl.DataFrame(
        {
            "type": ["meeting"] * 5,
            "deal_id": ["D0", "D0", "D1", None, None],
            "account_id": ["A", "A", "B", "A", None],
            "occurred": [
                datetime(2026, 2, 1, 9),
                datetime(2026, 2, 10, 9),
                datetime(2026, 2, 9),
                datetime(2026, 6, 10),
                datetime(2026, 2, 1),
            ],
        }
    )
    found = metrics_of({"deals": deals, "stages": stages, "activities": meetings})["meeting_yield"]
    # the first: offer, win and a new deal; the second: the win of the same day; the third: a loss only
    assert (found.numerator, found.denominator) == (2, 3)
    assert {e.code: e.count for e in found.excluded} == {"too_recent": 1, "unlinked": 1}


def test_what_came_before_a_meeting_or_is_its_own_deal_is_no_yield() -> None:
    deals = deals_of(1, account_id=["A"], created=[date(2026, 2, 1)], stage=["talk"])
    stages = pl.DataFrame(
        {
            "deal_id": ["D0", "D0"],
            "stage": ["new", "talk"],
            "entered": [datetime(2026, 1, 31, 9), datetime(2026, 2, 1, 8, 59)],
        }
    )
    meeting = {"type": ["meeting"], "deal_id": ["D0"], "account_id": ["A"], "occurred": [datetime(2026, 2, 1, 9)]}
    frames = {"deals": deals, "stages": stages, "activities": pl.DataFrame(meeting)}
    found = metrics_of(frames)["meeting_yield"]
    assert (found.numerator, found.denominator) == (0, 1)
    later = stages.with_columns(pl.col("entered") + timedelta(minutes=1))
    assert metrics_of(frames | {"stages": later})["meeting_yield"].numerator == 1


def test_working_days_are_monday_to_friday_from_first_to_last_activity() -> None:
    # Thursday to Tuesday: four working days; a single Saturday: none
    days = [datetime(2026, 1, 1, 9), datetime(2026, 1, 3), datetime(2026, 1, 6, 9), datetime(2026, 1, 3)]
    activities = pl.DataFrame(
        {"owner": ["ann", "ann", "ann", "bob"], "occurred": days, "contact_id": ["1", "2", "2", "9"]}
    )
    found = metrics_of({"activities": activities})
    assert (found["activities_per_rep_day"].numerator, found["activities_per_rep_day"].denominator) == (4, 4)
    asked = Request(as_of=AS_OF, as_of_source=None, by=("owner",), kpis=("activities_per_rep_day",))
    by_owner = {m.group.get("owner"): m for m in build_report(asked, {"activities": activities}, catalog()).metrics}
    assert by_owner["ann"].value == 0.75
    assert by_owner["bob"].reason == "zero_denominator"
    assert found["contacts_per_week"].value == 3 / 2 + 1 / 2


def test_open_deals_are_censored_and_other_ends_compete() -> None:
    created = date(2026, 6, 5)  # ten days before the as-of day
    ends = {"won": 2, "lost": 2, "other": 4, "open": None}
    outcomes = ["won", "won", "lost", "other", "open", "open"]
    closed = [created + timedelta(days=ends[o]) if ends[o] else None for o in outcomes]  # type: ignore[arg-type]
    deals = deals_of(6, outcome=outcomes, closed=closed, created=[created] * 6)
    found = metrics_of({"deals": deals}, horizon_days=10)
    assert found["win_rate_horizon"].value == pytest.approx(1 / 3)
    assert found["win_rate_horizon"].interval.method == "aalen_johansen"
    assert found["time_to_win"].reason == "not_reached"
    assert metrics_of({"deals": deals}, horizon_days=11)["win_rate_horizon"].reason == "not_reached"


def test_a_win_rate_within_a_horizon_names_it() -> None:
    frames = {"deals": deals_of(1, closed=[None])}
    assert metrics_of(frames, horizon_days=45)["win_rate_horizon"].title == "Win rate within 45 days"
    assert metrics_of(frames)["win_rate_horizon"].title == "Win rate within 180 days"
