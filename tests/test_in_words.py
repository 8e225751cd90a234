"""What an answer says in words: a sentence claims no more than its verdict bears, at most five are said, none of them twice."""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from drawn import answer_of
from report_fixture import Q4, metric, report, wilson, win_rate
from salesmetrics.answers.report import Change, Comparison, Goal, GoalResult, Interval, Limits, Period, Verdicts
from salesmetrics.engine.changes import judged
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.document import plain
from salesmetrics.render.layouts.in_words import words
from salesmetrics.schema.findings import finding
from test_numbers_for_people import COMMANDS, DAY, Shown, answer, is_known

if TYPE_CHECKING:
    from salesmetrics.answers.base import Answer
    from salesmetrics.answers.report import Metric, Report

EXAMPLES = Path(__file__).parent.parent / "examples"
Q3 = Comparison(label="2017-Q3", start=date(2017, 7, 1), end=date(2017, 10, 1))


def said(answer: Answer, sections: list[Answer] | None = None) -> list[str]:
    return [plain(sentence) for sentence in words(answer, sections).sentences]


def compared(metrics: list[Metric], made: int = 1, **more: Any) -> Report:
    verdicts = Verdicts(method="benjamini_hochberg", fdr=0.05, comparisons=made)
    return report(metrics, **({"period": Q4, "comparison": Q3, "verdicts": verdicts} | more))


def step(verdict: str | None, absolute: float = 0.047, p: float | None = 0.01, **more: Any) -> Change:
    return Change(absolute=absolute, relative=0.1 if absolute > 0 else -0.1, verdict=verdict, p_adjusted=p, **more)  # type: ignore[arg-type]


def rate(verdict: str | None, absolute: float = 0.047, **more: Any) -> Metric:
    return win_rate(1196, 1900, previous=0.629 - absolute, change=step(verdict, absolute), **more)


CHANGES = {
    "better": "Win rate in 2017-Q4 was 62.9 %, 4.7 pp above 2017-Q3: better beyond chance.",
    "worse": "Win rate in 2017-Q4 was 62.9 %, 4.7 pp above 2017-Q3: worse beyond chance.",
    "higher": "Win rate in 2017-Q4 was 62.9 %, 4.7 pp above 2017-Q3: a rise beyond chance.",
    "lower": "Win rate in 2017-Q4 was 62.9 %, 4.7 pp above 2017-Q3: a fall beyond chance.",
}


@pytest.mark.parametrize("verdict", CHANGES)
def test_a_clear_change_is_said_first(verdict: str) -> None:
    assert said(compared([rate(verdict)])) == [CHANGES[verdict]]


@pytest.mark.parametrize(
    ("verdict", "made", "first", "behind"),
    [
        ("no clear difference", 1, "Nothing that can be judged changed beyond chance, compared with 2017-Q3 (1 comparison).", "no clear difference"),
        ("too few", 0, "No change from 2017-Q3 can be judged: the samples are small, or there is no interval.", "too few records for a verdict"),
        (None, 0, "No change from 2017-Q3 can be judged: the samples are small, or there is no interval.", "no verdict"),
    ],
)  # fmt: skip
def test_without_a_verdict_a_change_is_a_number(verdict: str | None, made: int, first: str, behind: str) -> None:
    level, nothing = said(compared([rate(verdict)], made))
    assert nothing == first
    assert level == (
        "Win rate in 2017-Q4 was 62.9 % (1,196 of 1,900 decided deals; 95 % interval 61.7 – 64.1 %), "
        f"after 58.2 % in 2017-Q3 (+4.7 pp; {behind})."
    )


def test_a_change_that_another_kpi_is_judged_for_is_not_judged_twice() -> None:
    leader = rate("better")
    follower = metric(
        "win_rate_all",
        "Win rate of all",
        "conversion",
        "ratio",
        0.5,
        previous=0.4,
        change=step(None, 0.1, None, verdict_reason="same_idea", verdict_of="win_rate"),
    )
    assert said(compared([follower, leader]))[0] == CHANGES["better"]
    assert sum("beyond chance" in sentence for sentence in said(compared([follower, leader]))) == 1


def test_the_clearest_changes_come_first_and_the_others_share_a_sentence() -> None:
    found = [
        metric(f"m{n}", f"Metric {n}", "size", "days", 10, previous=9, change=step("worse", 1, p))
        for n, p in enumerate((0.04, 0.001, 0.02, 0.03))
    ]
    first, second, others = said(compared(found, 4))
    assert first == "Metric 1 in 2017-Q4 was 10 d, 10.0 % above 2017-Q3: worse beyond chance."
    assert second.startswith("Metric 2 in 2017-Q4")
    assert others == "Also beyond chance: metric 3 in 2017-Q4 (+10.0 %, worse), metric 0 in 2017-Q4 (+10.0 %, worse)."


def test_levels_have_what_they_rest_on() -> None:
    revenue = metric("revenue", "Revenue", "revenue", "money", Decimal("1260000.5"), n=557, currency="EUR")
    won = metric("won_deals", "Won deals", "counts", "count", 557, n=557)
    assert said(report([revenue, win_rate(557, 1144), won])) == [
        "Revenue is 1,260,001 EUR (557 won deals).",
        "Win rate is 48.7 % (557 of 1,144 decided deals; 95 % interval 47.5 – 49.8 %).",
    ]


def test_a_count_of_one_is_in_order() -> None:
    assert said(report([metric("won_deals", "Won deals", "counts", "count", 1, n=1)])) == [
        "The number of won deals is 1."
    ]


def test_a_period_that_is_not_over_is_so_far() -> None:
    partial = Period(label="2017-Q4", start=date(2017, 10, 1), end=date(2018, 1, 1), partial=True)
    assert said(report([win_rate(1, 4, interval=wilson(0.1, 0.6))], period=partial)) == [
        "Win rate so far in 2017-Q4 is 25.0 % (1 of 4 decided deals; 95 % interval 10.0 – 60.0 %)."
    ]
    (first, *_) = said(compared([rate("better")], period=partial))
    assert first.startswith("Win rate so far in 2017-Q4 was 62.9 %, 4.7 pp above")


def test_currencies_are_not_added_up() -> None:
    found = [
        metric("revenue", "Revenue", "revenue", "money", Decimal(value), n=2, currency=code)
        for code, value in (("EUR", 100), ("USD", 200), ("GBP", 0), (None, 50))
    ]
    assert said(report(found)) == [
        "Revenue is 100 EUR (2 won deals), 200 USD (2 won deals) and 50 without a currency (2 won deals)."
    ]


@pytest.mark.parametrize(
    ("outside", "tail"),
    [
        (None, "10.0 % above 2017-Q3, within its usual range (50 – 150)."),
        ("above", "above its usual range (50 – 150)."),
    ],
)
def test_a_trend_beside_a_report_says_how_usual_a_sum_is(outside: Any, tail: str) -> None:
    limits = Limits(low=50, centre=100, high=150, method="xmr", n=8, outside=outside)
    trend = report(
        [metric("revenue", "Revenue", "revenue", "money", 110, currency="EUR", period=Q4, limits=limits)],
        command="trend",
    )
    revenue = metric(
        "revenue", "Revenue", "revenue", "money", 110, currency="EUR", n=3, previous=100, change=step(None, 10, None)
    )
    whole = compared([revenue], 0)
    assert f"Revenue in 2017-Q4 was 110 EUR (3 won deals), {tail}" in said(whole, [trend])
    assert not any("usual" in sentence for sentence in said(whole))


def goal(status: str, title: str = "Win rate") -> GoalResult:
    made = Goal(expression="win_rate >= 0.65", target=0.65, status=status)  # type: ignore[arg-type]
    return GoalResult(id="win_rate", title=title, unit="ratio", period=Q4, value=0.6295, goal=made)


def test_goals_that_are_missed_are_said() -> None:
    base = [win_rate(1196, 1900)]
    one = said(report(base, goals=[goal("missed"), goal("met")]))
    assert one[-1] == "The goal for win rate in 2017-Q4 is missed: it is 63.0 %, and the goal is `win_rate >= 0.65`."
    several = said(report(base, goals=[goal("missed"), goal("missed", "NPS"), goal("met")]))
    assert several[-1] == "2 of 3 goals are missed: win rate in 2017-Q4, NPS in 2017-Q4."
    assert not any("goal" in sentence for sentence in said(report(base, goals=[goal("too early"), goal("on track")])))


OVERDUE = finding("open_with_past_close", kind="deals", path="d.csv", rows=range(58), share_of_value=0.034)
REJECTED = finding("rows_rejected", kind="deals", path="d.csv", column="Amount", rows=[3, 4])


def test_what_needs_a_hand_and_what_to_doubt_stand_behind_the_levels() -> None:
    answer = report([win_rate(1, 2)], touching=(OVERDUE, REJECTED))
    assert said(answer)[1:] == [
        "58 open deals are past their expected close date (3.4 % of the value of all deals).",
        "Check before you quote a number: 2 rows rejected: 2 Amount.",
    ]


def test_overdue_deals_are_a_share_of_the_pipeline_where_it_is_known() -> None:
    one = {"basis": "snapshot", "currency": "EUR"}
    found = [
        metric("overdue_deals", "Overdue deals", "pipeline", "count", 1, n=4),
        metric("overdue_pipeline", "Overdue pipeline", "pipeline", "money", 50, **one),
        metric("open_pipeline", "Open pipeline", "pipeline", "money", 200, n=4, **one),
    ]
    assert (
        said(report(found))[-1]
        == "1 of 4 open deals with an expected close date is past it and holds 25.0 % of the open pipeline."
    )
    mixed = [*found, metric("open_pipeline", "Open pipeline", "pipeline", "money", 7, currency="USD")]
    assert "share" not in said(report(mixed, touching=(OVERDUE,)))[-1]
    assert "%" not in said(report(mixed, touching=(OVERDUE,)))[-1]


def test_a_page_says_something_of_each_part() -> None:
    """What the report says itself first, then who differs; a benchmark that finds nobody is silent, as is a target that is unknown."""
    benchmark = answer_of("benchmark", "deals.csv", "--by", "owner", "--kpi", "win_rate", cwd=EXAMPLES)
    forecast = answer_of("forecast", "deals.csv", "quotas.csv", "--period", "2026-Q4", cwd=EXAMPLES)
    whole = report([win_rate(557, 1144)], touching=(OVERDUE, REJECTED))
    found = said(whole, [forecast, benchmark])
    assert len(found) == 5
    assert [sentence.split(" ")[0] for sentence in found] == ["Win", "58", "Check", "Win", "Forecast"]
    assert found[3] == (
        "Win rate: of 10 reps, Karim Bellweather (58.1 %; team 45.6 %) is above the team "
        "and Wendel Hartog (31.0 %; team 50.1 %) is below."
    )
    assert not any(sentence.startswith("No target") for sentence in [*found, *said(forecast)])


@st.composite
def reports(draw: st.DrawFn) -> Report:
    found = []
    for number in range(draw(st.integers(1, 6))):
        verdict = draw(st.sampled_from(["better", "worse", "higher", "lower", "no clear difference", "too few", None]))
        clear = verdict in CHANGES or verdict == "no clear difference"
        change = step(verdict, draw(st.sampled_from([-0.2, 0.1])), draw(st.floats(0.001, 1)) if clear else None)
        group = draw(st.sampled_from([{}, {}, {"owner": "Ann"}]))
        given = {"previous": 0.4, "change": change} if draw(st.booleans()) else {}
        found.append(win_rate(draw(st.integers(1, 40)), 40, group=group, **given))
        found[-1] = metric(
            f"m{number}",
            f"Measure {number}",
            "size",
            "ratio",
            0.5,
            group=group,
            n=40,
            interval=wilson(0.4, 0.6),
            **given,
        )
    touching = tuple(draw(st.lists(st.sampled_from([OVERDUE, REJECTED]), unique_by=lambda one: one.code)))
    goals = draw(st.lists(st.sampled_from([goal("missed"), goal("met")]), max_size=3))
    return compared(found, draw(st.integers(0, 9)), touching=touching, goals=goals)


@given(reports())
def test_no_sentence_claims_what_no_verdict_bears(answer: Report) -> None:
    found = said(answer)
    assert len(found) <= 5
    assert len(set(found)) == len(found)
    clear = [m for m in answer.metrics if m.change and m.change.verdict in CHANGES]
    for sentence in found:
        about = next((m for m in clear if sentence.startswith(m.title)), None)
        if any(word in sentence for word in (" above ", " below ", "better", "worse")):
            assert sentence.startswith("Also beyond chance") or about is not None, sentence
    said_so = any("beyond chance" in one and not one.startswith("Nothing") for one in found)
    assert said_so == bool(clear)


def test_an_interval_is_of_its_own_level() -> None:
    narrow = Interval(low=0.4, high=0.6, level=0.8, method="wilson")
    assert said(report([win_rate(1, 2, interval=narrow)])) == [
        "Win rate is 50.0 % (1 of 2 decided deals; 80 % interval 40.0 – 60.0 %)."
    ]


# --- analyses -----------------------------------------------------------------------------------------------------------


@cache
def of_examples(*words: str) -> Any:
    return answer_of(*words, cwd=EXAMPLES, form="md")


def benchmark(verdicts: dict[str, str]) -> list[str]:
    """The words of a benchmark whose segments have these verdicts, and those that are not named none of note."""
    known = of_examples("benchmark", "deals.csv", "--by", "owner", "--kpi", "win_rate")
    rows = [replace(row, verdict=verdicts.get(row.group["owner"], verdicts["*"])) for row in known.benchmark]
    counts = {name: sum(row.verdict == name for row in rows) for name in ("above", "below", "too_few")}
    judged = sum(row.verdict != "too_few" for row in rows)
    kpis = [replace(known.kpis[0], judged=judged, detectable=None, **counts)]
    return [sentence for sentence in said(replace(known, benchmark=rows, kpis=kpis)) if sentence[:5] != "Check"]


def test_who_differs_is_said_by_the_verdict_of_a_benchmark_alone() -> None:
    karim = "Karim Bellweather (58.1 %; team 45.6 %)"
    assert benchmark({"*": "within"}) == ["None of 10 reps differs from the team in win rate."]
    assert benchmark({"*": "within", "Karim Bellweather": "above"}) == [
        f"Win rate: of 10 reps, {karim} is above the team."
    ]
    assert benchmark({"*": "within", "Karim Bellweather": "below"}) == [
        f"Win rate: of 10 reps, {karim} is below the team."
    ]
    assert benchmark({"*": "too_few"}) == [
        "Win rate: too few records to judge any of 10 reps (fewer than 10 each).",
    ]


@pytest.mark.parametrize(
    ("differs", "words"),
    [
        (True, "a difference of more than the intervals"),
        (False, "no clear difference"),
        (None, "too few for an interval"),
    ],
)
def test_cohorts_say_whether_the_closed_basis_differs(differs: Any, words: str) -> None:
    known = of_examples("cohort", "deals.csv")
    basis = [replace(base, differs=differs) for base in known.closed_basis]
    found = [sentence for sentence in said(replace(known, closed_basis=basis)) if sentence.startswith("Closed-basis")]
    assert len(found) == 1
    assert words in found[0]


def test_shares_of_losses_changed_only_by_their_verdict() -> None:
    known = of_examples("losses", "deals.csv", "--period", "this-year", "--compare", "previous")
    first, second, *_ = said(known)
    assert (
        first
        == "The share of Elodie Marchant among lost deals (owner) was 0.0 %, 11.3 pp below 2025 to date: a fall beyond chance."
    )
    assert second.endswith("11.1 pp above 2025 to date: a rise beyond chance.")
    silent = [
        replace(loss, change=loss.change and replace(loss.change, verdict="no clear difference"))
        for loss in known.losses
    ]
    assert "Nothing that can be judged changed beyond chance, compared with 2025 to date (28 comparisons)." in said(
        replace(known, losses=silent)
    )
    assert not any(" above " in sentence or " below " in sentence for sentence in said(replace(known, losses=silent)))


def test_a_trend_is_unusual_only_by_its_limits() -> None:
    known = of_examples("trend", "win_rate", "deals.csv", "--every", "quarter")
    assert said(known)[0] == (
        "Win rate left its usual range in 2 of 8 periods: 2026-Q3 (56.8 %, above 42.2 – 55.2 %) "
        "and 2024-Q4 (38.0 %, below 38.9 – 58.5 %)."
    )
    calm = [replace(metric, limits=metric.limits and replace(metric.limits, outside=None)) for metric in known.metrics]
    assert said(replace(known, metrics=calm))[:2] == [
        "Win rate in 2026-Q3 was 56.8 % (104 of 183 decided deals; 95 % interval 49.6 – 63.8 %), within its usual range (42.2 – 55.2 %).",
        "No period of Win rate is outside the usual range (8 complete periods).",
    ]
    young = [replace(metric, limits=None) for metric in known.metrics]
    assert any("has no usual range yet" in sentence for sentence in said(replace(known, metrics=young)))


DERIVED = re.compile(r"\d{4}-Q\d|(?:rose|fell) by [\d,.]+|holds? [\d.]+ % of the open pipeline")
"""Names of periods, and what is a difference or a share of two numbers of the JSON."""


@pytest.mark.parametrize("name", COMMANDS)
def test_sentences_of_commands_are_few_and_their_numbers_those_of_the_json(name: str) -> None:
    found = said(answer(name))
    assert 1 <= len(found) <= 5
    assert len(set(found)) == len(found)
    assert all(sentence[0].isupper() or sentence[0].isdigit() for sentence in found)
    assert all(sentence.endswith(".") for sentence in found)
    for sentence in found:
        text = DERIVED.sub("", DAY.sub("", sentence))
        shares = set(re.findall(r"[\d.,]+(?= – [-+]?[\d.]+ (?:%|pp))|[\d.,]+(?= (?:%|pp))", text))
        for digits in re.findall(r"\d[\d,]*\.\d+", text):
            places = len(digits.partition(".")[2])
            one = Shown(Decimal(digits.replace(",", "")), places, digits in shares)
            assert is_known(name, one) or is_known(name, one._replace(number=-one.number)), sentence


# --- nothing changed --------------------------------------------------------------------------------------------------


def test_where_nothing_changed_hardly_any_report_says_that_something_did() -> None:
    """600 reports of eight KPIs whose p-values are those of chance alone: at most the accepted share of them speaks of a change."""
    kpis = catalog().kpis
    ids = (
        "win_rate",
        "average_deal_size",
        "sales_cycle_median",
        "lead_conversion_rate",
        "nps",
        "csat",
        "slip_rate",
        "lead_response_median",
    )
    chance = random.Random(14)
    loud = 0
    for _ in range(600):
        made = [
            metric(kpi, kpis[kpi].title, "f", kpis[kpi].unit, 0.5, previous=0.4, n=40, direction=kpis[kpi].direction, change=Change(absolute=chance.choice([0.1, -0.1]), relative=0.1, p=chance.random()))
            for kpi in ids
        ]  # fmt: skip
        found = said(compared(judged(made, kpis, 0.05), len(ids)))
        loud += any("beyond chance" in sentence and not sentence.startswith("Nothing") for sentence in found)
    assert 0 < loud <= 600 * 0.05 + 2.6 * (600 * 0.05 * 0.95) ** 0.5


def test_number_of_records_is_said_once() -> None:
    """What stands in brackets behind the revenue has no sentence of its own."""
    found = said(report([metric("revenue", "Revenue", "revenue", "money", 5, n=1), metric("won_deals", "Won deals", "counts", "count", 1, n=1)]))  # fmt: skip
    assert [sentence for sentence in found if "won deal" in sentence.lower()] == found[:1]
    other = said(report([metric("revenue", "Revenue", "revenue", "money", 5, n=1), metric("won_deals", "Won deals", "counts", "count", 2, n=2)]))  # fmt: skip
    assert any("2 won deals" in sentence for sentence in other)


def test_all_open_deals_past_their_date() -> None:
    for n, wanted in ((59, "All 59 open deals with an expected close date are past it."), (1, "The only open deal with an expected close date is past it.")):  # fmt: skip
        assert wanted in said(report([metric("overdue_deals", "Overdue deals", "pipeline", "count", n, n=n)]))
