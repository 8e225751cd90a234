"""Whatever the numbers are, nothing is drawn beyond its axis: over generated numbers, real exports, and answers with little in them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import (
    answer_of,
    beyond,
    blocks_of,
    charts_of,
    document_of,
    marks_of,
    outside,
    page_of,
    refused,
    tables_of,
)
from salesmetrics.answers.compare import Bar, Bridge
from salesmetrics.answers.forecast import ForecastDeals, ForecastLine, ForecastPart
from salesmetrics.answers.report import Interval, Period
from salesmetrics.messages import phrase
from salesmetrics.render.blocks import drawn
from salesmetrics.render.document import Bar as BarMark
from salesmetrics.render.document import Kind, Text, Whisker
from salesmetrics.render.drawings import drawn_mark
from salesmetrics.render.layouts.compare import bridge_table
from salesmetrics.render.layouts.forecast import part_table
from salesmetrics.render.layouts.pages import bars, span_of, whisker
from salesmetrics.render.page import Section, Words
from salesmetrics.render.rounding import rounded
from salesmetrics.render.scales import axis, named_axis
from salesmetrics.render.writers import render

EXAMPLES = Path(__file__).parent.parent / "examples"
UNITS = ("money", "ratio", "count", "days", "x")
NUMBER = st.floats(-1e12, 1e12).map(lambda value: value if abs(value) > 1e-6 else 0.0)


class Held:
    """A table as something that holds it."""

    def __init__(self, table: Any) -> None:
        self.blocks = (table,)


# --- generated numbers ------------------------------------------------------------------------------------------------


@given(values=st.lists(NUMBER, max_size=9), unit=st.sampled_from(UNITS), zero=st.booleans())
def test_an_axis_holds_its_values_and_has_a_few_texts(values: list[float], unit: Any, zero: bool) -> None:
    found = axis(values, unit, zero=zero)
    room = 1e-9 * max(map(abs, (found.low, found.high)))
    assert all(found.low - room <= value <= found.high + room for value in values)
    places = [at for at, _ in found.ticks]
    assert (places[0], places[-1]) == (found.low, found.high)
    assert places == sorted(set(places))
    assert 2 <= len(places) <= 8
    assert not zero or found.low <= 0 <= found.high
    texts = [text for _, text in found.ticks]
    assert len(set(texts)) == len(texts)


@given(shares=st.lists(st.floats(0, 1), max_size=9), zero=st.booleans())
def test_an_axis_of_rates_stays_between_none_and_all(shares: list[float], zero: bool) -> None:
    found = axis(shares, "ratio", zero=zero)
    assert found.high <= 1.0
    assert found.low >= 0.0


@given(names=st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=60))
def test_the_last_name_of_an_axis_stands_there(names: list[str]) -> None:
    found = named_axis(names)
    assert found.ticks[-1] == (len(names) - 1, names[-1])
    assert len(found.ticks) <= 6


@given(
    values=st.lists(NUMBER, min_size=1, max_size=6),
    value=NUMBER,
    ends=st.tuples(NUMBER, NUMBER).map(sorted),
    centre=st.none() | NUMBER,
    unit=st.sampled_from(UNITS),
)
def test_a_whisker_stays_on_its_axis(values: list[float], value: float, ends: Any, centre: Any, unit: Any) -> None:
    span = Interval(low=ends[0], high=ends[1], level=0.95, method="")
    mark = whisker(value, span, span_of([*values, value], unit), centre=centre, band=tuple(ends))
    assert mark is not None
    assert not outside(mark)
    text, shapes = drawn(mark, 24, ascii_only=False).ljust(24), drawn_mark(mark)[2]
    tips = [shape.places.split()[0] for shape in shapes if "tip" in shape.look]
    for goes_on, sign, place, tip in zip(mark.beyond, "‹›", (0, -1), ("x1=0%", "x1=100%"), strict=True):
        assert (text[place] == sign) is goes_on
        assert tips.count(tip) == 2 * goes_on
    room = (mark.axis[1] - mark.axis[0]) * 1e-5
    for goes_on, step in zip(mark.beyond, (mark.axis[0] - ends[0], ends[1] - mark.axis[1]), strict=True):
        assert goes_on if step > room else not goes_on or step > 0


@given(
    values=st.lists(st.none() | NUMBER, min_size=1, max_size=8), unit=st.sampled_from(UNITS), width=st.integers(4, 40)
)
def test_bars_below_zero_stand_on_the_other_side_of_its_line(values: list[float | None], unit: Any, width: int) -> None:
    marks, scale = bars(values, unit)
    below = any(value is not None and value < 0 for value in values)
    assert bool(scale) is below
    assert not any(map(outside, filter(None, marks)))
    ends = {True: 0, False: width}
    for value, mark in zip(values, marks, strict=True):
        if mark is None or not below:
            assert mark is None or value is None or value >= 0
            continue
        shapes = [dict(pair.split("=") for pair in shape.places.split()) for shape in drawn_mark(mark)[2]]
        zero = float(shapes[-1]["x1"].rstrip("%"))
        places = [at for at, sign in enumerate(drawn(mark, width, ascii_only=False)) if sign != " "]
        if not value:
            assert len(shapes) == len(places) == 1
            continue
        start, wide = (float(shapes[0][name].rstrip("%")) for name in ("x", "width"))
        assert wide >= 0.5
        assert abs((start + wide if value < 0 else start) - zero) < 0.2
        if value < 0:
            ends[True] = max(ends[True], places[-1])
        else:
            ends[False] = min(ends[False], places[0])
    assert ends[True] < ends[False]


MIDDLE = ("new", "increased", "decreased", "won", "lost")


@given(
    start=st.decimals(-1_000, 10_000_000, places=4),
    steps=st.lists(st.decimals(-5_000_000, 5_000_000, places=4), min_size=5, max_size=5),
    places=st.sampled_from([0, 2]),
)
def test_any_bridge_adds_up_and_stays_on_its_axis(start: Decimal, steps: list[Decimal], places: int) -> None:
    values = [start, *steps, start + sum(steps)]
    ids: Any = ("start", *MIDDLE, "end")
    bars = [Bar(id=name, value=value, count=1) for name, value in zip(ids, values, strict=True)]
    line = Bridge(group={}, from_=date(2026, 9, 1), to_=date(2026, 9, 8), bars=bars)
    table = bridge_table(line, dict(zip(ids, rounded(values, places), strict=True)), places)
    first, *inner, last = [Decimal(row.cells[2].text.replace(",", "").replace("+", "")) for row in table.rows]
    assert first + sum(inner) == last
    assert [row.cells[2].value for row in table.rows] == values
    assert not any(map(outside, marks_of(Held(table))))


POSITIVE = st.floats(0, 1e9)


@given(
    won=st.decimals(0, 10_000_000, places=2),
    means=st.tuples(POSITIVE, POSITIVE),
    ends=st.tuples(POSITIVE, POSITIVE, POSITIVE).map(sorted),
    target=st.none() | st.integers(1, 10**9),
)
def test_any_forecast_stays_on_its_axis(won: Decimal, means: Any, ends: Any, target: Any) -> None:
    total = ForecastPart(id="total", p10=ends[0], p50=ends[1], p90=ends[2], mean=float(won) + sum(means))
    parts = [
        ForecastPart(id="won_so_far", deals=1, value=won),
        ForecastPart(id="open", deals=1, mean=means[0]),
        ForecastPart(id="not_yet_created", mean=means[1]),
        total,
    ]
    line = ForecastLine(
        period=Period(label="2026-Q4"),
        target=target,
        parts=parts,
        methods=[],
        open=ForecastDeals(count=1, value=1),
        seed=1,
        draws=1,
    )
    assert not any(map(outside, marks_of(Held(part_table(line)))))


# --- amounts below zero, and intervals beyond the axis ------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(odd: Path) -> Any:
    """The report of these in pages."""
    return answer_of("report", "odd.csv", "--by", "owner", cwd=odd)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Refunds and corrections among deals, and reps with few of them."""
    lines = ["Deal ID,Deal Name,Owner,Stage,Amount,Currency,Create Date,Close Date"]
    for n in range(90):
        stage = ("Closed Won", "Closed Lost", "Closed Won", "Negotiation")[n % 4]
        owner = "ABCDE"[n % 4 if n < 80 else 4]
        amount = (900 + 31 * n) * (-1 if (n // 3) % 3 else 1)
        month = n % 9 + 1
        lines.append(f"D{n},Deal {n},{owner},{stage},{amount},EUR,2025-0{month}-03,2026-0{month}-14")
    folder = tmp_path_factory.mktemp("odd")
    (folder / "odd.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.parametrize(
    ("words", "form"),
    [
        (("losses", "odd.csv"), "html"),
        (("trend", "revenue", "odd.csv"), "html"),
        (("trend", "revenue", "odd.csv"), "table"),
    ],
)
def test_an_amount_below_zero_has_a_bar_and_its_axis_a_heading(odd: Path, words: Any, form: str) -> None:
    held = (page_of if form == "html" else document_of)(answer_of(*words, cwd=odd, form=form))
    assert headed_below_zero(held) >= 2


def headed_below_zero(held: Any) -> int:
    """How many bars go below zero, each in a column that says from where to where."""
    seen = 0
    for table in tables_of(held):
        for at, column in enumerate(table.columns):
            marks = [row.cells[at].mark for row in table.rows]
            low = min((mark.low for mark in marks if isinstance(mark, BarMark)), default=0)
            if column.kind is not Kind.MARK or low >= 0:
                continue
            assert {mark.low for mark in marks if isinstance(mark, BarMark)} == {low}
            first, _, last = column.title.partition(" … ")
            assert first.startswith("-")
            assert last
            assert not column.silent
            seen += sum(isinstance(mark, BarMark) and mark.value < 0 for mark in marks)
    assert [mark for mark in marks_of(held) if outside(mark)] == []
    return seen


def test_amounts_of_segments_below_zero_have_bars_too(whole: Any) -> None:
    """In a report all views have them: amounts by owner, over time and of lost deals."""
    page = page_of(whole)
    assert headed_below_zero(page) >= 8
    section = next(block for block in blocks_of(page) if isinstance(block, Section) and block.name == "segments")
    assert headed_below_zero(section) >= 4


def test_a_page_says_once_what_an_arrow_is(whole: Any, odd: Path) -> None:
    answer = whole
    beyond_axis = [one for one in marks_of(page_of(answer)) if isinstance(one, Whisker) and any(one.beyond)]
    assert beyond_axis
    for mark in beyond_axis:
        sides = [abs((mark.value or 0) - end) / (mark.axis[1] - mark.axis[0]) for end in mark.axis]
        assert all(side > 0.04 for side, goes_on in zip(sides, mark.beyond, strict=True) if goes_on), "a dot covers it"
    html = render(answer, "html")
    assert html.count(phrase("marks_beyond")) == 1
    assert html.count('class="tip"') == 2 * sum(sum(one.beyond) for one in beyond_axis)
    screen = render(answer_of("benchmark", "odd.csv", "--by", "owner", cwd=odd, form="table"), "table")
    assert screen.count(phrase("marks_beyond_in_signs")) == bool("‹" in screen or "›" in screen)


# --- real exports, several currencies, and little to see ----------------------------------------------------------------


REAL = {
    "maven": ("maven_crm_original/sales_pipeline.csv",),
    "salesforce": ("salesforce_fivetran_seeds/sf_opportunity_data.csv",),
    "bitrix": ("bitrix_ru_messy_small/deals.csv", "stages=bitrix_ru_messy_small/stage_history.csv"),
}
ASKED = {
    "funnel": ("funnel",),
    "cohort": ("cohort", "--every", "quarter"),
    "losses": ("losses", "--by", "owner"),
    "benchmark": ("benchmark", "--by", "owner"),
    "trend": ("trend", "win_rate", "--every", "quarter"),
    "forecast": ("forecast", "--period", "this-quarter"),
    "check": ("check",),
}


def proven(page: Any) -> None:
    """A page that can be looked at."""
    assert page.title
    assert [mark for mark in marks_of(page) if outside(mark)] == []
    assert [chart for chart in charts_of(page) if beyond(chart)] == []
    assert all(block.blocks for block in blocks_of(page) if isinstance(block, Section))


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("name", REAL)
def test_pages_of_real_exports(name: str, asked: str, realdata: Path) -> None:
    command, *options = ASKED[asked]
    kpi = [options.pop(0)] if command == "trend" else []
    words = (command, *kpi, *REAL[name], *options)
    if (refusal := refused(*words, cwd=realdata)) is None:
        proven(page_of(answer_of(*words, cwd=realdata)))
    else:
        assert "hint:" in refusal


SEVERAL = {
    "losses": ("losses", "weekly/deals-2026-09-30.csv", "--by", "owner"),
    "cohort": ("cohort", "weekly/deals-2026-09-30.csv"),
    "benchmark": ("benchmark", "weekly/deals-2026-09-30.csv", "--by", "owner", "--kpi", "average_deal_size,win_rate"),
    "trend": ("trend", "revenue", "weekly/deals-2026-09-30.csv", "--by", "currency"),
    "funnel": ("funnel", "weekly/deals-2026-09-30.csv"),
    "future": ("funnel", "deals.csv", "stages.csv", "--period", "2024-Q4", "--by", "owner"),
    "young": ("cohort", "deals.csv", "--period", "2026-09"),
    "none": ("forecast", "weekly/deals-2026-09-30.csv", "--period", "2026-Q4"),
    "target": ("forecast", "deals.csv", "--period", "2026-Q4", "--target", "100000000"),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_pages_in_several_currencies_and_of_little(name: str) -> None:
    proven(page_of(answer_of(*SEVERAL[name], cwd=EXAMPLES)))


def test_a_forecast_that_cannot_be_made_says_why() -> None:
    page = page_of(answer_of(*SEVERAL["none"], cwd=EXAMPLES))
    said = [str(block.text) for block in blocks_of(page) if isinstance(block, Text)]
    said += [str(text) for block in blocks_of(page) if isinstance(block, Words) for text in block.sentences]
    assert any("fewer than 30 closed deals" in text for text in said)


def test_nothing_is_said_twice_on_a_page() -> None:
    for words in (("compare", "weekly"), ("funnel", "deals.csv", "stages.csv"), ("cohort", "deals.csv")):
        page = page_of(answer_of(*words, cwd=EXAMPLES))
        above = [str(text) for block in page.blocks if isinstance(block, Words) for text in block.sentences]
        below = [str(block.text) for block in blocks_of(page) if isinstance(block, Text)]
        assert set(above).isdisjoint(below)


def test_no_drawing_says_that_it_draws_none(whole: Any, odd: Path) -> None:
    """Of cohorts each of which is too small nothing is said but what is drawn."""
    kinds = (("cohort",), ("funnel",), ("losses",), ("benchmark", "--by", "owner"))
    answers = (answer_of(command, "odd.csv", *options, cwd=odd) for command, *options in kinds)
    young = page_of(answer_of("cohort", "weekly", "--as-of", "2026-09-20", cwd=EXAMPLES))
    assert any(chart.text.endswith(phrase("curves_of_all") + ".") for chart in charts_of(young))
    for page in (young, *map(page_of, (whole, *answers))):
        for chart in charts_of(page):
            assert any(series.points or series.band for series in chart.series)
        texts = [chart.text for chart in charts_of(page)]
        texts += [str(block.text) for block in blocks_of(page) if isinstance(block, Text)]
        assert [text for text in texts if re.search(r"(drawn|[Ll]argest|shown)\b.*\b(0|none) of", text)] == []


def test_a_table_of_a_page_shows_all_its_rows() -> None:
    for words in (("cohort", "deals.csv"), ("losses", "deals.csv"), ("benchmark", "deals.csv", "--by", "owner")):
        assert not any(table.drops for table in tables_of(page_of(answer_of(*words, cwd=EXAMPLES))))
