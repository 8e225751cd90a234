"""Marks in block characters: never outside their axis nor their column, as long as what they show, and told apart in ASCII."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.render.blocks import drawn
from salesmetrics.render.document import Bar, Cell, Column, Document, Kind, Mark, Row, Step, Table, Whisker
from salesmetrics.render.write_terminal import write
from salesmetrics.render.writers import Screen

NUMBERS = st.floats(-1e9, 1e9)
WIDTHS = st.integers(1, 60)


@st.composite
def axes(draw: st.DrawFn) -> tuple[float, float]:
    low = draw(NUMBERS)
    return low, low + draw(st.floats(0.001, 1e9))


MARKS = st.one_of(
    st.builds(Bar, NUMBERS, NUMBERS),
    st.builds(Step, axes(), NUMBERS, NUMBERS),
    st.builds(
        Whisker,
        axes(),
        st.none() | NUMBERS,
        st.none() | NUMBERS,
        st.none() | NUMBERS,
        st.none() | st.tuples(NUMBERS, NUMBERS),
        st.none() | NUMBERS,
        hollow=st.booleans(),
    ),
)


@given(MARKS, WIDTHS, st.booleans())
def test_a_mark_keeps_to_its_column(mark: Mark, width: int, ascii_only: bool) -> None:
    assert len(drawn(mark, width, ascii_only=ascii_only)) <= width


@given(st.lists(st.floats(0.001, 100), min_size=2, max_size=9).map(sorted), st.integers(8, 40), st.booleans())
def test_a_larger_value_has_no_shorter_bar(values: list[float], width: int, ascii_only: bool) -> None:
    bars = [drawn(Bar(value, 100), width, ascii_only=ascii_only) for value in values]
    ranks = [(len(bar), " ▏▎▍▌▋▊▉█#".index(bar[-1])) for bar in bars]
    assert all(first <= second for first, second in pairwise(ranks))


@given(st.floats(0, 1), st.floats(0, 1), st.integers(8, 40))
def test_a_floating_bar_stands_where_it_begins_and_ends(start: float, end: float, width: int) -> None:
    text = drawn(Step((0, 1), start, end), width, ascii_only=True)
    first, last = sorted((start, end))
    begins, ends = len(text) - len(text.lstrip()), len(text)
    assert begins == pytest.approx(first * width, abs=1.5)
    assert ends == pytest.approx(last * width, abs=1.5)
    assert set(text.strip()) == {"#"}


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(12, 40))
def test_a_dot_stands_between_the_ends_of_its_interval(one: float, two: float, three: float, width: int) -> None:
    low, value, high = sorted((one, two, three))
    text = drawn(Whisker((0, 1), value, low, high), width, ascii_only=False)
    at = text.index("●")
    assert at == pytest.approx(value * (width - 1), abs=0.51)
    assert text.find("├") in (-1, *range(at))
    assert text.rfind("┤") == -1 or text.rfind("┤") > at


def test_what_a_bridge_looks_like() -> None:
    steps = [Step((0, 40), 0, 20), Step((0, 40), 20, 35), Step((0, 40), 35, 32), Step((0, 40), 0, 32)]
    assert [drawn(step, 20, ascii_only=False) for step in steps] == [
        "██████████",
        "          ███████▌",
        "                █▌",
        "████████████████",
    ]
    assert [drawn(step, 20, ascii_only=True) for step in steps] == [
        "##########",
        "          ########",
        "                ##",
        "################",
    ]


def table(mark: Mark) -> Document:
    columns = (
        Column("who", Kind.LABEL),
        Column("share", Kind.VALUE),
        Column("0 % … 80 %", Kind.MARK, 9, least=12, widest=25, legend="├─●─┤ interval"),
    )
    return Document((Table(columns, (Row((Cell("Ann"), Cell("38.0 %"), Cell(mark=mark))),)),))


WHISKER = Whisker((0, 0.8), 0.38, 0.26, 0.52, band=(0.3, 0.6), centre=0.44)


def test_a_screen_that_is_narrow_has_the_numbers_and_no_mark() -> None:
    assert write(table(WHISKER), Screen(width=40)).splitlines() == [
        "who   share  0 % … 80 %",
        "Ann  38.0 %          ├──●─┼──┤░░",
        "",
        "├─●─┤ interval",
    ]
    assert write(table(WHISKER), Screen(width=24)).splitlines() == ["who   share", "Ann  38.0 %"]


def test_ascii_has_signs_of_its_own() -> None:
    assert write(table(WHISKER), Screen(width=40, ascii_only=True)).splitlines() == [
        "who   share  0 % ... 80 %",
        "Ann  38.0 %          |--o-+--|..",
        "",
        "|-o-| interval",
    ]
