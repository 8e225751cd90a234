"""HTML of every command: one file that loads nothing, whole without its styles, with all numbers of its tables."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from browser import COMMANDS, MADE, html_of, page_named
from drawn import blocks_of, tables_of
from every_block import EXTREMES, MARKS, every_block
from salesmetrics.messages.speech import speaking
from salesmetrics.render import write_html
from salesmetrics.render.document import Bar, Cell, Column, Kind, Row, Sparkline, Step, Table, Text, Whisker, plain
from salesmetrics.render.drawings import drawn_chart, drawn_mark
from salesmetrics.render.html_tables import MOST_FOLDED, MOST_ROWS
from salesmetrics.render.page import Axis, Chart, Fold, Page, Rule, Section, Series, Tiles
from salesmetrics.render.writers import Screen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesmetrics.render.drawings import Shape

VOID = {"meta", "br"}
ALLOWED = {"html", "head", "meta", "title", "style", "body", "header", "main", "nav", "section", "div", "figure"}
ALLOWED |= {"figcaption", "h1", "h2", "h3", "h4", "h5", "p", "ul", "li", "dl", "dt", "dd", "a", "b", "i", "small"}
ALLOWED |= {"span", "sup", "code", "pre", "bdi", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"}
ALLOWED |= {"time", "svg", "rect", "line", "circle", "path", "text"}
ALL = [*COMMANDS, *MADE]


class Element(NamedTuple):
    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]


class Reader(HTMLParser):
    """The elements of a page, the cells of its tables by row, and whether each element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, attrs)
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open)))
        if tag == "table":
            self.tables.append([])
        if tag == "tr" and "tbody" in self.open and ("class", "c") not in attrs:
            self.tables[-1].append([])
        if tag in {"td", "th"} and "tbody" in self.open and ("scope", "rowgroup") not in attrs:
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data
            if any(tag in {"td", "th"} for tag in self.open) and self.tables[-1] and self.tables[-1][-1]:
                self.tables[-1][-1][-1] += data


def blanks_apart(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", ALL)
def test_a_page_is_one_file_that_loads_nothing(name: str) -> None:
    html = html_of(name)
    reader = Reader(html)
    assert reader.open == []
    ids = [found.attributes["id"] for found in reader.elements if "id" in found.attributes]
    assert len(ids) == len(set(ids))
    for found in reader.elements:
        assert found.tag in ALLOWED
        names = set(found.attributes)
        assert not names & {"style", "src", "srcset", "background", "action", "poster", "xlink:href", "http-equiv2"}
        assert not any(attribute.startswith("on") for attribute in names)
        if "href" in names:
            assert found.tag == "a"
            assert found.attributes["href"].removeprefix("#") in ids
    style = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert len(style) == 1
    assert not re.search(r"url\(|@import|expression|\\", style[0])
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    (policy,) = (one.attributes["content"] for one in reader.elements if "http-equiv" in one.attributes)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'"


@pytest.mark.parametrize("name", ALL)
def test_headings_go_down_one_level_at_a_time(name: str) -> None:
    levels = [int(found.tag[1]) for found in Reader(html_of(name)).elements if re.fullmatch("h[1-6]", found.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", ALL)
def test_every_text_of_a_row_stands_in_it(name: str) -> None:
    drawn = Reader(html_of(name)).tables
    tables = [table for table in tables_of(page_named(name)) if table.rows]
    assert len(drawn) == len(tables)
    for table, rows in zip(tables, drawn, strict=True):
        assert len(rows) == min(len(table.rows), MOST_ROWS) or len(rows) == min(len(table.rows), MOST_FOLDED)
        for row, cells in zip(table.rows, rows, strict=False):
            value = next((i for i, column in enumerate(table.columns) if column.kind is Kind.VALUE), None)
            # The reason takes the place of everything beside a value.
            ends = value + 1 if row.undefined is not None and value is not None else len(row.cells)
            texts = [cell.text + cell.flag for cell in row.cells[:ends] if cell.text]
            texts += [row.undefined.reason] if row.undefined else []
            shown = [blanks_apart(cell) for cell in cells]
            assert [text for text in texts if not any(blanks_apart(text) in cell for cell in shown)] == []


@pytest.mark.parametrize("name", ALL)
def test_every_number_is_text_that_needs_no_drawing(name: str) -> None:
    text = blanks_apart(Reader(html_of(name)).text)
    for block in blocks_of(page_named(name)):
        if isinstance(block, Tiles):
            for tile in block.items:
                said = (tile.value, tile.change, tile.goal)
                for part in (tile.title, tile.note, tile.period, *(cell.text for cell in said if cell)):
                    assert blanks_apart(part) in text
        if isinstance(block, Text):
            assert blanks_apart(plain(block.text).replace("`", "")) in text.replace("`", "")
        if isinstance(block, Chart):
            assert block.text in text


@pytest.mark.parametrize("name", ["report", "every block"])
def test_the_same_page_is_the_same_bytes(name: str) -> None:
    write_html._environment.cache_clear()
    assert write_html.write(page_named(name), Screen()) == html_of(name)


def test_a_page_in_another_language_leaves_no_word_in_the_next() -> None:
    html_of("every block")
    write_html._environment.cache_clear()
    write_html._style.cache_clear()
    with speaking("ru"):
        write_html.write(page_named("every block"), Screen())
    assert write_html.write(page_named("every block"), Screen()) == html_of("every block")


def test_columns_and_rows_have_headings() -> None:
    reader = Reader(html_of("every block"))
    scopes = [found.attributes.get("scope") for found in reader.elements if found.tag == "th"]
    assert set(scopes) == {"col", "row", "rowgroup", "colgroup"}
    assert not re.search(r"<th[^>]*></th>", html_of("every block"))


def test_numbers_keep_their_order_where_text_runs_from_the_right() -> None:
    html = html_of("every block from the right")
    assert '<html lang="ar" dir="rtl">' in html
    assert '<bdi dir="ltr">1 / 7</bdi>' in html
    assert '<bdi dir="ltr">1.0 – 10.0 %</bdi>' in html
    assert "<bdi" not in html_of("every block")


def test_drawings_are_mirrored_where_text_runs_from_the_right() -> None:
    chart = Chart("line", "", "", Axis(0, 4, ((1, "a"),)), Axis(0, 1), (Series("", ((0, 0), (4, 1))),))
    drawings = [drawn_chart(chart, turned=turned) for turned in (False, True)]
    assert [drawing.across[0].x for drawing in drawings] == ["25%", "75%"]
    assert [drawing.lines[0].path for drawing in drawings] == ["M0 100L100 0", "M100 100L0 0"]


# --- marks stay inside their axis -------------------------------------------------------------------------------------


def attributes(shape: Shape) -> dict[str, str]:
    return dict(place.split("=") for place in shape.places.split())


def inside(shapes: Iterable[Shape]) -> bool:
    """Whether all positions are on the drawing, and widths end there."""
    for shape in shapes:
        places = attributes(shape)
        numbers = re.findall(r"-?[\d.]+(?:e[-+]?\d+)?|nan|inf", shape.path)
        shares = {name: float(text.removesuffix("%")) for name, text in places.items() if text.endswith("%")}
        if any(not 0 <= share <= 100 for share in shares.values()):
            return False
        if shares.get("x", 0.0) + shares.get("width", 0.0) > 100.01:
            return False
        if any(not 0 <= float(number) <= 100.01 for number in numbers):
            return False
    return True


@pytest.mark.parametrize("mark", MARKS)
def test_marks_lie_on_their_axis(mark: Bar | Step | Whisker | Sparkline) -> None:
    assert inside(drawn_mark(mark)[2])


numbers = st.sampled_from(EXTREMES) | st.floats()
axes = st.tuples(numbers, numbers)


@given(
    st.builds(Bar, numbers, numbers)
    | st.builds(Step, axes, numbers, numbers)
    | st.builds(Whisker, axes, numbers | st.none(), numbers, numbers | st.none(), axes | st.none(), numbers)
    | st.builds(Sparkline, st.lists(numbers | st.none()).map(tuple), st.booleans(), numbers | st.none())
)
def test_whatever_the_numbers_marks_lie_on_their_axis(mark: Bar | Step | Whisker | Sparkline) -> None:
    assert inside(drawn_mark(mark)[2])


@given(
    st.builds(Axis, numbers, numbers),
    st.lists(st.tuples(numbers, numbers | st.none())),
    st.sampled_from(["line", "steps", "dots"]),
)
def test_whatever_the_numbers_charts_lie_on_their_axes(
    axis: Axis, points: list[tuple[float, float | None]], kind: str
) -> None:
    known = tuple((x, y) for x, y in points if y is not None)
    series = Series("a", tuple(points), tuple((x, y, y) for x, y in known))
    drawing = drawn_chart(Chart(kind, "", "", axis, axis, (series,), (Rule(1e300, "rule"),)))  # type: ignore[arg-type]
    assert inside((*drawing.behind, *drawing.lines, *drawing.above))


def test_a_bar_is_as_long_as_its_value() -> None:
    assert attributes(drawn_mark(Bar(25.0, 100.0))[2][0])["width"] == "25%"
    step = attributes(drawn_mark(Step((0.0, 10.0), 8.0, 3.0))[2][0])
    assert (step["x"], step["width"]) == ("30%", "50%")


def test_names_beside_lines_do_not_cover_each_other() -> None:
    drawing = drawn_chart(next(block for block in blocks_of(every_block()) if isinstance(block, Chart)))
    heights = [float(label.y.removesuffix("%")) for label in drawing.beside]
    assert [label.text for label in drawing.beside] == ["upper limit 60 %", "average 46 %", "goal 45 %"]
    assert min(after - before for before, after in pairwise(heights)) >= 10


# --- long pages -------------------------------------------------------------------------------------------------------


def _long(rows: int) -> Table:
    columns = (Column("deal", Kind.LABEL), Column("value", Kind.VALUE))
    return Table(columns, tuple(Row((Cell(f"deal {n}"), Cell(f"{n}.25"))) for n in range(rows)))


def test_long_tables_end_and_say_where_all_rows_are() -> None:
    page = Page("Long", (), (Section("a", "A", (_long(1200), Fold("more", (_long(1200),)))),))
    html = write_html.write(page, Screen())
    assert html.count("<tr>") == 2 + MOST_ROWS + MOST_FOLDED
    assert "the first 1,000 of 1,200 rows are shown (all: --format csv)" in html
    assert "the first 200 of 1,200 rows are shown (all: --format csv)" in html


def test_a_page_of_200_owners_and_40_kpis_is_small() -> None:
    owners = [f"Owner with a name {n}" for n in range(200)]
    titles = [f"Some KPI number {n}" for n in range(40)]
    columns = (
        Column("owner", Kind.LABEL),
        *(Column(title, Kind.VALUE, group=title, section="All") for title in titles),
    )
    cells = [Cell(f"{n * 1_234_567:,}.25", value=n, flag="~") for n in range(40)]
    matrix = Table(columns, tuple(Row((Cell(owner), *cells)) for owner in owners))
    mark = Whisker((0.0, 1.0), 0.5, 0.25, 0.75, (0.333333, 0.666666), 0.5)
    marked = (
        Column("owner", Kind.LABEL),
        Column("rate", Kind.VALUE),
        Column("interval", Kind.INTERVAL),
        Column("", Kind.MARK),
    )
    rows = tuple(Row((Cell(owner), Cell("50.0 %"), Cell("25.0 – 75.0 %"), Cell(mark=mark))) for owner in owners)
    sections = [Section(f"s{n}", f"S {n}", (Table(marked, rows),)) for n in range(8)]
    assert len(write_html.write(Page("200", (), (Section("m", "M", (matrix,)), *sections)), Screen())) < 2_000_000


def test_a_page_of_several_parts_has_a_table_of_contents() -> None:
    parts = [Section(f"part-{n}", f"Part {n}", (Text("x"),)) for n in range(4)]
    long, short = (write_html.write(Page("P", (), tuple(some)), Screen()) for some in (parts, parts[:3]))
    assert re.findall(r'<a href="#(part-\d)">', long) == [part.name for part in parts]
    assert "<nav" not in short


def test_a_page_without_a_title_is_named_after_its_first_part() -> None:
    page = replace(every_block(), title="", blocks=(Section("a", "First part", (Text("x"),)),))
    assert "<title>First part</title>" in write_html.write(page, Screen())
