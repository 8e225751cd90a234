"""Pages of analyses: their numbers are those of the answer, parts add up as shown, and nothing is drawn beyond its axis."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from drawn import answer_of, beyond, blocks_of, charts_of, marks_of, outside, page_of, tables_of
from salesmetrics.render.document import Step, Text
from salesmetrics.render.page import Fold, Section, Words

if TYPE_CHECKING:
    from salesmetrics.render.page import Page

ROOT = Path(__file__).parent.parent
ENDS = "weekly/deals-2026-09-09.csv", "weekly/deals-2026-09-30.csv"
COMMANDS = {
    "compare": ("compare", *ENDS),
    "compare_series": ("compare", "weekly"),
    "compare_groups": ("compare", *ENDS, "--by", "owner,currency", "--period", "2026-Q4"),
    "funnel": ("funnel", "deals.csv", "stages.csv"),
    "funnel_groups": ("funnel", "deals.csv", "stages.csv", "--by", "owner", "--period", "2026-Q3"),
    "cohort": ("cohort", "deals.csv"),
    "cohort_groups": ("cohort", "deals.csv", "--by", "source", "--every", "quarter"),
    "cohort_leads": ("cohort", "leads.csv", "--of", "leads"),
    "forecast": ("forecast", "deals.csv", "quotas.csv", "--period", "2026-Q4", "--target", "1200000"),
    "forecast_groups": ("forecast", "deals.csv", "stages.csv", "--by", "region", "--period", "2026-Q4"),
    "benchmark": ("benchmark", "deals.csv", "--by", "owner"),
    "benchmark_changes": ("benchmark", "deals.csv", "--by", "region", "--period", "2026-Q3", "--compare", "previous"),
    "benchmark_months": ("benchmark", "deals.csv", "--by", "owner", "--every", "month", "--kpi", "win_rate"),
    "losses": ("losses", "deals.csv", "stages.csv"),
    "losses_groups": ("losses", "deals.csv", "--by", "region", "--period", "2026-Q3", "--compare", "previous"),
    "trend": ("trend", "win_rate", "deals.csv", "--every", "month"),
    "trend_groups": ("trend", "revenue", "deals.csv", "--every", "quarter", "--by", "region"),
    "funnel_stock": ("funnel", "deals.csv", "--by", "currency"),
}


@cache
def page(name: str) -> Page:
    return page_of(answer(name))


@cache
def answer(name: str) -> Any:
    return answer_of(*COMMANDS[name], cwd=ROOT / "examples")


def section(name: str, anchor: str) -> Section:
    return next(block for block in page(name).blocks if isinstance(block, Section) and block.name == anchor)


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_has_a_title_facts_and_sections_that_stand_alone(name: str) -> None:
    made = page(name)
    assert made.title
    assert made.facts
    sections = [block for block in blocks_of(made) if isinstance(block, Section)]
    said, *rest = made.blocks
    assert isinstance(said, Words)
    assert len(sections) == len(rest) == len({one.name for one in sections})
    assert all(one.title and one.blocks for one in sections)


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_drawn_beyond_its_axis(name: str) -> None:
    assert len(marks_of(page(name))) > 3
    assert [mark for mark in marks_of(page(name)) if outside(mark)] == []
    assert [chart.title for chart in charts_of(page(name)) if beyond(chart)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_drawing_has_a_sentence_and_a_table_beside_it(name: str) -> None:
    for block in page(name).blocks[1:]:
        assert isinstance(block, Section)
        drawings = charts_of(block)
        assert all(len(chart.text.split()) > 3 and chart.title for chart in drawings)
        assert not drawings or tables_of(block)


# --- compare ----------------------------------------------------------------------------------------------------------


def shown(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("+", ""))


@pytest.mark.parametrize("name", ["compare", "compare_series", "compare_groups"])
def test_bars_of_a_bridge_add_up_as_they_are_shown(name: str) -> None:
    bridges = [table for table in tables_of(page(name)) if table.columns[0].title == "change"]
    assert bridges
    for table in bridges:
        first, *bars, last = [shown(row.cells[2].text) for row in table.rows]
        assert first + sum(bars) == last
        steps = [row.cells[3].mark for row in table.rows]
        at = 0.0
        for row, mark in zip(table.rows, steps, strict=True):
            if isinstance(mark, Step):
                assert mark.start == pytest.approx(0 if row.total else at, abs=1e-6)
                assert mark.end - mark.start == pytest.approx(float(shown(row.cells[2].text)), abs=1e-6)
                at = mark.end


@pytest.mark.parametrize("name", ["compare", "compare_series", "compare_groups"])
def test_values_of_a_bridge_are_those_of_the_answer(name: str) -> None:
    made = answer(name)
    first, last = made.exports[0].as_of, made.exports[-1].as_of
    wanted = {
        bar.value
        for line in made.bridge
        if (line.from_, line.to_) == (first, last) and not line.group
        for bar in line.bars
    }
    bridges = [block for block in page(name).blocks if isinstance(block, Section) and block.name.startswith("bridge")]
    drawn = {row.cells[2].value for block in bridges for row in tables_of(block)[0].rows}
    assert drawn <= wanted
    assert wanted - drawn <= {0}
    currencies = {line.currency for line in made.bridge}
    assert len(bridges) == len(currencies)


def test_the_deals_that_changed_have_their_amounts() -> None:
    told = {(change.deal_id, getattr(change.to_, "amount", None)) for change in answer("compare").changes}
    rows = tables_of(section("compare", "deal-changes"))[0].rows
    assert len(rows) == 20
    assert {(row.cells[0].text.split()[0], row.cells[3].value) for row in rows} <= told


def test_moves_of_stages_are_counted() -> None:
    moves = answer("compare").beside[0].stage_moves
    rows = tables_of(section("compare", "moves"))[0].rows
    assert sorted(row.cells[2].value for row in rows) == sorted(move.count for move in moves)
    folded = [block for block in section("compare_series", "moves").blocks if not isinstance(block, Text)]
    assert len(folded) >= len(answer("compare_series").beside)


# --- funnel -----------------------------------------------------------------------------------------------------------


def passages(name: str) -> list[Any]:
    return [
        table for table in tables_of(page(name)) if table.columns[1].title == "entered" and table.columns[2].title == ""
    ]


@pytest.mark.parametrize("name", ["funnel", "funnel_groups"])
def test_bars_and_shares_of_a_funnel_are_those_of_the_answer(name: str) -> None:
    stages = answer(name).stages
    rows = [row for table in passages(name) for row in table.rows]
    assert len(rows) == len(stages) > 5
    for stage, row in zip(stages, rows, strict=True):
        _, entered, bar, share, span, median, waits = row.cells
        assert entered.value == stage.entered
        assert bar.mark is None or bar.mark.value == stage.entered
        if stage.of_previous is not None:
            assert share.value == stage.of_previous.value
            ends = stage.of_previous.interval
            assert span.parts == ((ends.low, ends.high) if ends else ())
        assert median.value == (stage.time_in_stage.median if stage.time_in_stage else None)
        assert waits.value == (stage.waiting.share if stage.waiting else None)


def test_segments_of_a_funnel_are_folded_after_the_first() -> None:
    blocks = section("funnel_groups", "funnel-segments").blocks
    folds = [block.title for block in blocks if isinstance(block, Fold)]
    assert len(passages("funnel_groups")) == 11
    assert len([title for title in folds if title[0].isupper() and " " in title and "numbers" not in title]) >= 7


def test_without_a_history_open_deals_are_bars() -> None:
    stock = answer("funnel_stock").stock
    rows = [row for table in tables_of(page("funnel_stock")) for row in table.rows]
    assert [row.cells[1].value for row in rows] == [row.count for row in stock]
    assert max(row.cells[2].mark.value for row in rows) == rows[0].cells[2].mark.top


# --- cohort -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cohort", "cohort_groups", "cohort_leads"])
def test_the_triangle_of_cohorts_is_that_of_the_answer(name: str) -> None:
    made = [row for row in answer(name).cohorts if not row.group]
    table = tables_of(section(name, "cohorts"))[0]
    assert len(table.rows) == len(made)
    for cohort, row in zip([*made[1:], made[0]], table.rows, strict=True):
        assert row.cells[0].text.startswith(cohort.cohort or "all")
        size, ended, *shares = (cell.value for cell in row.cells[1 : 3 + len(cohort.horizons)])
        assert (size, ended) == (cohort.size, cohort.ended.value)
        assert shares == [horizon.value for horizon in cohort.horizons]
        last = next((horizon for horizon in reversed(cohort.horizons) if horizon.value is not None), None)
        span, at_risk = row.cells[3 + len(cohort.horizons) : 5 + len(cohort.horizons)]
        assert span.parts == ((last.interval.low, last.interval.high) if last and last.interval else ())
        assert at_risk.value == (last.at_risk if last else None)


@pytest.mark.parametrize("name", ["cohort", "cohort_leads"])
def test_curves_of_cohorts_are_few_and_those_of_the_answer(name: str) -> None:
    (chart,) = charts_of(page(name))
    made = {row.cohort: row for row in answer(name).cohorts if not row.group}
    assert 3 <= len(chart.series) <= 7
    assert chart.across.ticks[0] == (0.0, "0")
    for series in chart.series:
        cohort = made.get(series.name, made[None])
        assert series.points[0] == (0.0, 0.0)
        assert [value for _, value in series.points[1:]] == list(cohort.curve)
        assert not cohort.small


def test_the_closed_basis_stands_beside_the_cohorts() -> None:
    base = answer("cohort").closed_basis[0]
    rows = tables_of(section("cohort", "closed-basis"))[0].rows
    shares = (base.win_rate, base.cohorts)
    assert [row.cells[1].value for row in rows] == [share.value for share in shares]
    assert [row.cells[2].parts for row in rows] == [(share.numerator, share.denominator) for share in shares]
    assert [row.cells[4].mark.value for row in rows] == [share.value for share in shares]


# --- forecast ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["forecast", "forecast_groups"])
def test_parts_of_a_forecast_are_those_of_the_answer_and_their_bars_add_up(name: str) -> None:
    line = answer(name).forecast[0]
    table = tables_of(section(name, "forecast"))[0]
    for part, row in zip(line.parts, table.rows, strict=True):
        _, deals, low, middle, high, mean, mark = row.cells
        assert deals.value == part.deals
        assert (low.value, high.value, mean.value) == (part.p10, part.p90, part.mean)
        assert middle.value == (part.value if part.id == "won_so_far" else part.p50)
        if part.id == "total":
            whole = mark.mark
            assert (whole.low, whole.value, whole.high) == (part.p10, part.p50, part.p90)
            assert whole.centre == (None if line.target is None else float(line.target))
    steps = [row.cells[6].mark for row in table.rows[:-1] if row.cells[6].mark]
    assert [step.start for step in steps] == [0.0, *(step.end for step in steps[:-1])]
    assert steps[-1].end == pytest.approx(line.parts[-1].mean, rel=1e-5)


def test_past_forecasts_stand_beside_what_was_won() -> None:
    made = answer("forecast")
    moments = [m for m in made.moments if (m.method, m.lead) == ("time_to_event", made.lead) and m.value is not None]
    rows = tables_of(section("forecast", "past-forecasts"))[0].rows
    assert [tuple(cell.value for cell in row.cells[1:5]) for row in rows] == [
        (m.value, m.p10, m.p90, m.actual) for m in reversed(moments)
    ]
    assert [row.cells[5].mark.centre for row in rows] == [float(m.actual) for m in reversed(moments)]


def test_scores_and_chances_are_those_of_the_answer() -> None:
    made = answer("forecast")
    scores = tables_of(section("forecast", "past-forecasts"))[-1].rows
    assert [(row.cells[2].value, row.cells[3].value, row.cells[4].value) for row in scores] == [
        (test.periods, test.wape, test.bias) for test in made.backtest if test.wape is not None
    ]
    chances = tables_of(section("forecast", "chances"))[0].rows
    assert [(row.cells[1].value, row.cells[3].value, row.cells[5].mark.centre) for row in chances] == [
        (one.stated, one.became, one.stated) for one in made.calibration
    ]


def test_segments_of_a_forecast_have_their_range() -> None:
    lines = [line for line in answer("forecast_groups").forecast if line.group]
    rows = tables_of(section("forecast_groups", "forecast-segments"))[0].rows
    assert [row.cells[2].value for row in rows] == [line.parts[-1].p50 for line in lines]
    assert len({row.cells[4].mark.axis for row in rows if row.cells[4].mark}) == 1


# --- benchmark --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["benchmark", "benchmark_changes", "benchmark_months"])
def test_segments_of_a_benchmark_are_those_of_the_answer(name: str) -> None:
    made = answer(name)
    sections = [
        block for block in page(name).blocks if isinstance(block, Section) and block.name.startswith("benchmark")
    ]
    for kpi, one in zip(made.kpis, sections, strict=False):
        rows = [row for row in made.benchmark if (row.kpi, row.currency) == (kpi.id, kpi.currency)]
        rows = [row for row in rows if row.value is not None or None not in row.group.values()]
        table = tables_of(one)[0]
        assert len(table.rows) == len(rows)
        for wanted, row in zip(rows, table.rows, strict=True):
            _, value, behind, mark, span, team, *_ = row.cells
            assert span.parts == ((wanted.interval.low, wanted.interval.high) if wanted.interval else ())
            assert value.value == wanted.value
            assert (behind.parts[-1] if behind.parts else behind.value) in {wanted.n, None}
            assert team.value == (wanted.team.value if wanted.team else None)
            if mark.mark is not None:
                assert mark.mark.value == float(wanted.value)
                assert mark.mark.hollow == (wanted.verdict == "too_few")
                assert (mark.mark.tone in {"good", "bad"}) == (
                    wanted.verdict in {"above", "below"} and kpi.direction != "neutral"
                )


def test_a_plot_of_segments_has_a_dot_each_and_both_bands() -> None:
    made, charts = answer("benchmark"), charts_of(page("benchmark"))
    assert charts
    assert "%" in charts[0].up.ticks[0][1]
    rows = [row for row in made.benchmark if row.kpi == made.kpis[0].id and row.band]
    dots = [point for series in charts[0].series for point in series.points]
    assert sorted(dots) == sorted((float(row.n), float(row.value)) for row in rows)
    assert [len(series.band) for series in charts[0].series[:2]] == [len(rows)] * 2


def test_what_made_a_change_has_a_bar_per_segment() -> None:
    tables = tables_of(section("benchmark_changes", "benchmark-changes"))
    divided = [item for item in answer("benchmark_changes").changes if item.change is not None]
    for item, table in zip(divided, tables, strict=False):
        steps = [row.cells[-1].mark.end + row.cells[-1].mark.start for row in table.rows if row.cells[-1].mark]
        assert sum(steps) == pytest.approx(float(item.change))


# --- lost deals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["losses", "losses_groups"])
def test_counts_and_values_of_lost_deals_are_those_of_the_answer(name: str) -> None:
    made = [loss for loss in answer(name).losses if not loss.group]
    sections = [block for block in page(name).blocks if isinstance(block, Section) and block.name.startswith("losses-")]
    own = [one for one in sections if one.name != "losses-segments"]
    rows = [row for one in own for row in tables_of(one)[0].rows]
    assert len(rows) == len(made) > 5
    for loss, row in zip(made, rows, strict=True):
        _, lost, bar, share, span, *rest = row.cells
        assert lost.value == loss.count == (bar.mark.value if bar.mark else 0)
        assert share.value == loss.share_of_count
        assert span.parts == (loss.interval.low, loss.interval.high)
        assert rest[-3].value == loss.value
        if loss.change is not None:
            assert rest[1].value == loss.change.absolute


def test_reasons_stand_beside_segments() -> None:
    made = answer("losses_groups")
    table = tables_of(section("losses_groups", "losses-segments"))[0]
    wanted = sum(loss.count for loss in made.losses if loss.group and loss.view == "reason")
    assert sum(cell.value for row in table.rows for cell in row.cells[1:]) == wanted > 50


# --- trend ------------------------------------------------------------------------------------------------------------


def test_a_trend_is_a_line_between_its_limits_and_a_table() -> None:
    metrics = answer("trend").metrics
    (chart,) = charts_of(section("trend", "trend"))
    limits, values = chart.series
    assert [value for _, value in values.points] == [metric.value for metric in metrics]
    assert [ends for _, *ends in limits.band] == [[m.limits.low, m.limits.high] for m in metrics if m.limits]
    assert [bool(name) for name in values.names] == [bool(m.limits and m.limits.outside) for m in metrics]
    rows = tables_of(section("trend", "trend"))[0].rows
    for metric, row in zip(metrics, rows, strict=True):
        _, value, span, behind, *_ = row.cells
        assert value.value == metric.value
        assert behind.parts == (metric.numerator, metric.denominator)
        assert span.parts == ((metric.interval.low, metric.interval.high) if metric.interval else ())


def test_segments_of_a_trend_are_folded() -> None:
    groups = {tuple(metric.group.items()) for metric in answer("trend_groups").metrics if metric.group}
    assert len([block for block in section("trend_groups", "trend-segments").blocks if isinstance(block, Fold)]) == len(
        groups
    )
