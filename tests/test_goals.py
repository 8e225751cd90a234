"""Goals: how they are read, how they stand, and where they are attached."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_fixture import metric
from salesmetrics.answers.report import Period, Report
from salesmetrics.calendar.age import age_fault, parse_age
from salesmetrics.engine.build import Request, build_report
from salesmetrics.engine.goals import Goal, evaluate, parse_condition, parse_goal, status
from salesmetrics.engine.request import PeriodTerms
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import catalog
from salesmetrics.schema.message import Message

KNOWN = catalog()
Q4 = Period(label="2017-Q4", start=date(2017, 10, 1), end=date(2018, 1, 1))
ALL = Period(label="all")
DAYS = 92


@pytest.mark.parametrize(
    ("text", "sign", "value", "currency"),
    [
        (">= 0.25", ">=", "0.25", None),
        (">=25%", ">=", "0.25", None),
        ("≥ 25 %", ">=", "0.25", None),
        ("  <  1 000 000 EUR ", "<", "1000000", "EUR"),
        ("<= 1_000.50", "<=", "1000.50", None),
        ("== 3", "=", "3", None),
        ("= 3", "=", "3", None),
        ("> -5", ">", "-5", None),
    ],
)
def test_conditions(text: str, sign: str, value: str, currency: str | None) -> None:
    target = parse_condition(text)
    assert (target.sign, target.value, target.currency) == (sign, Decimal(value), currency)


@pytest.mark.parametrize(
    "text", ["", "0.25", ">=", ">= ", ">= x", "=> 3", ">= 1e5", ">= 5 %%", ">= 1 eur", "!= 3", ">= .5"]
)
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(ValueError, match="expected a comparison sign and a number"):
        parse_condition(text)


@pytest.mark.parametrize("text", [">= 0,25", ">= 1,000,000", "< 1,5%"])
def test_a_comma_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="the comma could be"):
        parse_condition(text)


@given(st.sampled_from([">=", "<=", ">", "<", "="]), st.decimals(-(10**9), 10**9, places=4))
def test_any_number_is_read_exactly(sign: str, value: Decimal) -> None:
    target = parse_condition(f"{sign} {value:f}")
    assert (target.sign, target.value) == (sign, value)
    below, above = value - Decimal("0.0001"), value + Decimal("0.0001")
    expected = {
        ">=": (False, True, True),
        ">": (False, False, True),
        "<=": (True, True, False),
        "<": (True, False, False),
        "=": (False, True, False),
    }
    assert tuple(map(target.met_by, (below, value, above))) == expected[sign]


@pytest.mark.parametrize(
    ("text", "code", "fix"),
    [
        ("winrate >= 25%", "kpi_unknown", "did you mean `win_rate`"),
        ("win_rate >= 25", "option_invalid", "write `win_rate >= 25%`"),
        ("revenue >= 25%", "option_invalid", "write `revenue >= 25`"),
        ("won_deals >= 25d", "option_invalid", "write `won_deals >= 25`"),
        ("won_deals >= 25 EUR", "option_invalid", "write `won_deals >= 25`"),
        ("win_loss_ratio >= 20%", "option_invalid", "write `win_loss_ratio >= 20`"),
        (">= 25%", "option_invalid", "for example `win_rate >= 25%`"),
        ("win_rate", "option_invalid", "for example `win_rate >= 25%`"),
        ("win_rate >= 0,25", "option_invalid", "for example `win_rate >= 25%`"),
    ],
)
def test_goals_that_make_no_sense_say_what_to_write(text: str, code: str, fix: str) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        parse_goal(text, KNOWN)
    assert caught.value.code == code
    assert fix in caught.value.hint


def stand(
    text: str,
    value: Any,
    day: date | None = date(2017, 12, 31),
    period: Period = Q4,
    by: date | None = None,
    **more: Any,
) -> str:
    kpi, target = parse_goal(text, KNOWN)
    found = metric(kpi, "", "", KNOWN.kpis[kpi].unit, value, **more)
    return status(Goal(kpi, target, text, by=by), KNOWN.kpis[kpi], found, period, day)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("win_rate >= 25%", 0.25, "met"),
        ("win_rate > 25%", 0.25, "missed"),
        ("win_rate >= 25%", 0.2499, "missed"),
        ("win_rate >= 25%", None, "unknown"),
        ("sales_cycle_median <= 60", 60, "met"),
        ("sales_cycle_median < 60", 60.0, "missed"),
        ("sales_cycle_median <= 60d", 60, "met"),
        ("sales_cycle_median < 60 days", 60.0, "missed"),
        ("sales_cycle_median <= 12h", 0.5, "met"),
        ("sales_cycle_median <= 12 hours", 0.51, "missed"),
        ("lead_response_median <= 1 day", 24, "met"),
        ("lead_response_median <= 1d", 24.1, "missed"),
        ("win_rate >= 0.3", 30 / 100, "met"),
        ("revenue >= 1000.10", Decimal("1000.10000000"), "met"),
        ("revenue >= 1000.10", Decimal("1000.09999999"), "missed"),
        ("won_deals = 3", 3, "met"),
        ("open_deals <= 10", 11, "missed"),
    ],
)
def test_in_a_period_that_is_over(text: str, value: Any, expected: str) -> None:
    assert stand(text, value) == expected


@pytest.mark.parametrize(
    ("day", "value", "expected"),
    [
        (date(2017, 12, 31), 919, "missed"),
        (date(2017, 12, 31), 920, "met"),
        (date(2017, 11, 15), 920, "met"),
        (date(2017, 11, 15), 460, "on track"),  # 46 of 92 days, half of 920
        (date(2017, 11, 15), 459, "missed"),
        (date(2017, 10, 9), 0, "too early"),  # 9 of 92 days: less than a tenth
        (date(2017, 10, 10), 99, "missed"),  # 10 of 92 days: 100 would be on track
        (date(2017, 10, 10), 100, "on track"),
        (date(2017, 9, 1), 0, "too early"),
    ],
)
def test_a_count_that_is_to_grow_is_judged_by_its_pace(day: date, value: int, expected: str) -> None:
    assert stand("won_deals >= 920", value, day) == expected


@pytest.mark.parametrize(
    ("value", "day", "expected"),
    [(10, date(2017, 11, 15), "on track"), (11, date(2017, 11, 15), "missed"), (10, date(2017, 12, 31), "met")],
)
def test_an_upper_limit_of_a_count_can_still_be_passed(value: int, day: date, expected: str) -> None:
    assert stand("lost_deals <= 10", value, day) == expected


def test_a_state_has_no_pace() -> None:
    assert stand("open_deals >= 100", 99, date(2017, 11, 15)) == "missed"
    assert stand("open_deals <= 100", 99, date(2017, 11, 15)) == "met"


def test_few_records_are_no_ground_for_a_verdict_on_a_rate_but_a_count_is_exact() -> None:
    assert stand("win_rate >= 25%", 0.1, small=True, n=3) == "too early"
    assert stand("win_rate >= 25%", 0.9, small=True, n=3) == "met"
    assert stand("won_deals >= 5", 3, n=3) == "missed"


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2017, 11, 29), "too early"), (date(2017, 11, 30), "missed"), (date(2018, 2, 1), "missed")],
)
def test_a_rate_is_due_on_its_day(day: date, expected: str) -> None:
    assert stand("win_rate >= 25%", 0.2, day, ALL, by=date(2017, 11, 30)) == expected


def test_a_count_with_a_day_but_no_beginning_has_no_pace() -> None:
    assert stand("won_deals >= 5", 3, date(2017, 11, 29), ALL, by=date(2017, 11, 30)) == "too early"
    assert stand("won_deals >= 5", 3, date(2017, 11, 30), ALL, by=date(2017, 11, 30)) == "missed"
    assert stand("won_deals >= 5", 3, None, ALL) == "missed"


@given(st.integers(0, DAYS - 1), st.integers(1, 10**6), st.integers(0, 2 * 10**6))
def test_pace_against_a_plain_count_of_days(elapsed: int, target: int, value: int) -> None:
    found = stand(f"won_deals >= {target}", value, Q4.start + timedelta(days=elapsed))  # type: ignore[operator]
    days = elapsed + 1
    if value >= target:
        assert found == "met"
    elif days == DAYS:
        assert found == "missed"
    elif days * 10 < DAYS:
        assert found == "too early"
    else:
        assert found == ("on track" if value * DAYS >= target * days else "missed")


# --- beside a report ---------------------------------------------------------------------------------------------------

DEALS = pl.DataFrame(
    {
        "id": [str(n) for n in range(6)],
        "owner": ["Ana", "Ana", "Ana", "Bo", "Bo", None],
        "outcome": ["won", "won", "lost", "won", "lost", "lost"],
        "amount": [Decimal(n * 100) for n in (1, 2, 3, 4, 5, 6)],
        "currency": ["EUR", "USD", "EUR", "EUR", "USD", "EUR"],
        "created": [date(2025, 1, 1)] * 6,
        "closed": [date(2025, 3, 1)] * 3 + [date(2025, 5, 1)] * 3,
    },
    schema_overrides={"amount": pl.Decimal(38, 8)},
).with_columns(__row__=pl.int_range(2, 8, dtype=pl.UInt32), __file__=pl.lit(0))
FRAMES = {"deals": DEALS}


def goal(text: str, **more: Any) -> Goal:
    kpi, target = parse_goal(text, KNOWN)
    return Goal(kpi, target, text, **more)


def judged(*goals: Goal, **terms: Any) -> Report:
    request = Request(**({"as_of": date(2025, 6, 30), "as_of_source": None, "min_n": 0} | terms))
    return evaluate(build_report(request, FRAMES, KNOWN), goals, request, FRAMES, KNOWN)


def statuses(report: Report) -> list[tuple[str, dict[str, str | None], Any, str]]:
    return [(r.id, r.group, r.value, r.goal.status) for r in report.goals]


def test_a_goal_sits_on_its_metric_and_in_the_list() -> None:
    report = judged(goal("win_rate >= 60%", owner="Ana"), kpis=("win_rate", "won_deals"))
    assert statuses(report) == [("win_rate", {}, 0.5, "missed")]
    on = {m.id: m.goal for m in report.metrics}
    assert on == {"win_rate": report.goals[0].goal, "won_deals": None}
    assert report.goals[0].goal.owner == "Ana"


def test_a_goal_for_what_the_report_does_not_show_is_computed() -> None:
    report = judged(goal("won_deals >= 3"), goal("win_rate >= 1%", group={"owner": "Bo"}), kpis=("revenue",))
    assert statuses(report) == [("won_deals", {}, 3, "met"), ("win_rate", {"owner": "Bo"}, 0.5, "met")]
    assert all(m.goal is None for m in report.metrics)


@pytest.mark.parametrize("by", [(), ("owner",)])
def test_each_segment_has_to_meet_a_goal_with_a_star(by: tuple[str, ...]) -> None:
    report = judged(goal("win_rate >= 60%", group={"owner": "*"}), kpis=("win_rate",), by=by)
    assert statuses(report) == [
        ("win_rate", {"owner": "Ana"}, 2 / 3, "met"),
        ("win_rate", {"owner": "Bo"}, 0.5, "missed"),
        ("win_rate", {"owner": None}, 0.0, "missed"),
    ]


def test_a_segment_that_is_not_there_is_unknown() -> None:
    report = judged(goal("win_rate >= 60%", group={"owner": "Cyd"}), kpis=("win_rate",))
    assert [(r.value, r.goal.status, r.reason) for r in report.goals] == [
        (None, "unknown", "no such segment in the data")
    ]
    with pytest.raises(SalesmetricsError) as caught:
        judged(goal("win_rate >= 60%", group={"ownr": "Cyd"}), kpis=("win_rate",))
    assert caught.value.code == "dimension_unknown"


def test_a_goal_of_another_period() -> None:
    march = PeriodTerms(Period(label="2025-03", start=date(2025, 3, 1), end=date(2025, 4, 1)))
    report = judged(goal("won_deals = 2", period=march), goal("won_deals = 3"), kpis=("won_deals",))
    assert [(r.value, r.goal.status, r.period.label) for r in report.goals] == [
        (2, "met", "2025-03"),
        (3, "met", "all"),
    ]
    assert report.metrics[0].goal == report.goals[1].goal


def test_a_goal_of_money_in_several_currencies_names_one() -> None:
    report = judged(goal("revenue >= 500"), goal("revenue >= 500 EUR"), goal("revenue >= 500 CHF"), kpis=("revenue",))
    assert [(r.value, r.currency, r.goal.status, r.reason) for r in report.goals] == [
        (None, None, "unknown", "mixed_currency"),
        (Decimal(500), "EUR", "met", None),
        (None, "CHF", "unknown", "no amount in CHF"),
    ]


def test_a_goal_without_its_file_says_which() -> None:
    report = judged(goal("calls >= 5"), kpis=("win_rate",))
    assert [(r.goal.status, r.reason) for r in report.goals] == [("unknown", "it needs an activities file")]


def test_of_several_goals_the_metric_carries_the_worst() -> None:
    report = judged(goal("win_rate >= 90%"), goal("win_rate <= 95%"), kpis=("win_rate",))
    assert [r.goal.status for r in report.goals] == ["missed", "met"]
    assert report.metrics[0].goal == report.goals[0].goal


def test_a_series_does_not_take_the_place_of_the_whole() -> None:
    report = judged(goal("won_deals = 3"), kpis=("won_deals",), every="month")
    assert statuses(report) == [("won_deals", {}, 3, "met")]
    assert [m.period for m in report.metrics if m.goal] == [None]


# --- the age of an export ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "days"), [("7d", 7), ("0d", 0), (" 2 w ", 14)])
def test_ages(text: str, days: int) -> None:
    assert parse_age(text) == days


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "7days", "1m", "1.5d"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match="number of days or weeks"):
        parse_age(text)


@given(st.integers(-30, 400), st.integers(0, 60))
def test_an_export_is_stale_from_the_day_after_its_age(age: int, allowed: int) -> None:
    last = date(2026, 1, 1)
    fault = age_fault((last, "last close in deals"), f"{allowed}d", last + timedelta(days=age))
    assert (fault is None) == (age <= allowed)
    assert fault is None or fault.details == {
        "day": last,
        "source": "last close in deals",
        "age": age,
        "today": last + timedelta(days=age),
        "max_age": f"{allowed}d",
    }


def test_an_export_without_dates_has_no_age() -> None:
    assert age_fault(None, "7d", date(2026, 1, 1)) == Message("export_without_dates", max_age="7d")
