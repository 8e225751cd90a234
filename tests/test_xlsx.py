"""Workbooks: the numbers are those of the answer, in tables that a spreadsheet knows, and nothing in a cell is alive."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import fastexcel
import pytest

from drawn import answer_of, page_of, tables_of
from in_process import invoke
from salesmetrics.cli.app import run
from salesmetrics.cli.environment import Environment
from salesmetrics.messages.speech import speaking
from salesmetrics.render.document import (
    Bar,
    Bullet,
    Bullets,
    Cell,
    Column,
    File,
    Files,
    Footnote,
    Heading,
    Item,
    Items,
    Kind,
    Prose,
    Row,
    Snippet,
    Sparkline,
    Step,
    Table,
    Text,
    Tone,
    Undefined,
    Whisker,
)
from salesmetrics.render.page import Axis, Chart, Fold, Page, Rule, Section, Series, Tile, Tiles, Words
from salesmetrics.render.text import amount, one_line
from salesmetrics.render.visible import visible
from salesmetrics.render.write_xlsx import write
from salesmetrics.render.writers import Screen
from salesmetrics.render.xlsx.sheet import MOST_CHARACTERS, Limits
from test_hostile_text import HOSTILE
from workbook import Book, place, read_book

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EXAMPLES = Path(__file__).parent.parent / "examples"
ENDS = "weekly/deals-2026-09-09.csv", "weekly/deals-2026-09-30.csv"
COMMANDS: dict[str, tuple[str, ...]] = {
    "report": ("report", "deals.csv", "--all", "--period", "2026-Q3", "--compare", "previous"),
    "first_screen": ("report", "deals.csv"),
    "segments": ("report", "deals.csv", "--by", "owner", "--all"),
    "trend": ("trend", "win_rate,revenue", "deals.csv"),
    "rows": ("rows", "win_rate", "deals.csv", "--period", "2026-Q3"),
    "funnel": ("funnel", "deals.csv", "stages.csv"),
    "compare": ("compare", *ENDS),
    "cohort": ("cohort", "deals.csv"),
    "forecast": ("forecast", "deals.csv", "--period", "2026-Q4"),
    "losses": ("losses", "deals.csv"),
    "benchmark": ("benchmark", "deals.csv", "--by", "owner"),
    "check": ("check", "deals.csv"),
    "inspect": ("inspect", "deals.csv"),
    "explain": ("explain", "win_rate", "deals.csv"),
    "kpis": ("kpis",),
    "config": ("config", "show"),
}


@cache
def page(name: str) -> Page:
    return page_of(answer_of(*COMMANDS[name], cwd=EXAMPLES))


@cache
def made(name: str) -> bytes:
    return write(page(name), Screen())


@cache
def book(name: str) -> Book:
    return read_book(made(name))


def drawn(*blocks: Any, limits: Limits | None = None, **more: Any) -> Book:
    """A page of blocks, written and read."""
    return read_book(write(Page("Title", ("a fact",), blocks, **more), Screen(), limits))


def exact(number: Any) -> str:
    """A number as the spreadsheet keeps it."""
    return repr(float(number) or 0.0)


def numbers(values: Sequence[Any]) -> Counter[str]:
    return Counter(exact(value) for value in values if isinstance(value, (int, float, Decimal)))


# --- every command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_no_cell_is_a_formula_or_a_link(name: str) -> None:
    for path, content in book(name).files.items():
        assert b"<f>" not in content, path
        assert b"hyperlink" not in content, path
        assert b'TargetMode="External"' not in content, path
        assert b"#REF!" not in content
        assert not path.startswith(("xl/externalLinks", "xl/vba", "xl/connections", "docProps/custom"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_number_of_the_page_stands_in_the_row_of_its_label(name: str) -> None:
    rows = [(set(row), numbers(row)) for sheet in book(name).sheets.values() for row in sheet.rows()]
    for table in tables_of(page(name)):
        for row in table.rows:
            wanted = numbers(
                [number for cell in row.cells for number in (cell.value, *cell.parts) if number is not None]
            )
            label = (
                {visible(one_line(row.cells[0].text))} if row.cells[0].text and row.cells[0].value is None else set()
            )
            assert any(label <= texts and wanted <= held for texts, held in rows), (label, wanted)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_table_is_one_of_the_spreadsheet(name: str) -> None:
    held = [(sheet, table) for sheet in book(name).sheets.values() for table in sheet.tables]
    names = [table.name for _, table in held]
    assert len({one.casefold() for one in names}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*_\d+", one) for one in names)
    for sheet, table in held:
        assert table.filtered
        assert table.last[0] > table.first[0]
        assert [sheet.cells[table.first[0], table.first[1] + n] for n in range(len(table.titles))] == table.titles
        assert len({title.casefold() for title in table.titles}) == len(table.titles)
    drawn_tables = [table for table in tables_of(page(name)) if table.rows]
    assert len(held) >= len(drawn_tables)


@pytest.mark.parametrize("name", COMMANDS)
def test_titles_of_a_table_stay_in_sight_and_on_every_page(name: str) -> None:
    sheets = list(book(name).sheets.values())
    assert sheets[0].name == "Summary"
    for number, sheet in enumerate(sheets):
        assert 'orientation="landscape"' in sheet.xml
        assert book(name).names[f"_xlnm.Print_Area{number}"]
        if len(sheet.tables) == 1 and number:
            top = sheet.tables[0].first[0]
            assert sheet.frozen is not None
            assert sheet.frozen[0] == top + 1 <= 8
            assert f"${top + 1}:${top + 1}" in book(name).names[f"_xlnm.Print_Titles{number}"]


@pytest.mark.parametrize("name", COMMANDS)
def test_charts_refer_to_cells_that_hold_what_they_show(name: str) -> None:
    for refs in book(name).charts:
        assert refs
        for ref in refs:
            _check_range(book(name), ref)


def _check_range(held: Book, ref: str) -> None:
    sheet, _, cells = ref.rpartition("!")
    found = held.sheets[sheet.strip("'").replace("''", "'")]
    first, _, last = cells.partition(":")
    (top, left), (bottom, right) = place(first), place(last or first)
    assert left == right
    column = [found.cells.get((row, left)) for row in range(top, bottom + 1)]
    assert any(value not in (None, "") for value in column), ref


@pytest.mark.parametrize("name", COMMANDS)
def test_the_same_page_gives_the_same_bytes(name: str) -> None:
    assert write(page(name), Screen()) == made(name)


def test_numbers_of_a_report_are_those_of_its_json() -> None:
    """Read by another program: the value of each KPI, what it was, and the step between them, in one row of its title."""
    reader = fastexcel.read_excel(made("report"))
    rows = [row for name in reader.table_names() for row in reader.load_table(name).to_polars().rows()]
    done = invoke(*COMMANDS["report"], "--format", "json", "-q", cwd=EXAMPLES, env={"HOME": "/nonexistent"})
    metrics = json.loads(done.stdout)["metrics"]
    assert len(metrics) > 20
    for metric in metrics:
        step = metric["change"] or {"absolute": None, "relative": None}
        moved = step["absolute"] if metric["unit"] == "ratio" or step["relative"] is None else step["relative"]
        wanted = [number for number in (metric["value"], metric["previous"], moved) if number is not None]
        own = [row for row in rows if metric["title"] in row]
        assert any(_holds(row, wanted) and (metric["value"] is not None or "–" in row) for row in own), metric


def _holds(row: Sequence[object], wanted: Sequence[float]) -> bool:
    held = [float(str(cell)) for cell in row if _is_number(cell)]
    return all(any(math.isclose(number, cell, rel_tol=1e-6) for cell in held) for number in wanted)


def _is_number(cell: object) -> bool:
    try:
        return math.isfinite(float(str(cell)))
    except ValueError:
        return False


# --- cells ------------------------------------------------------------------------------------------------------------


def kpis(*rows: Row) -> Table:
    columns = (
        Column("KPI", Kind.LABEL),
        Column("value", Kind.VALUE),
        Column("95 % interval", Kind.INTERVAL),
        Column("k/n", Kind.SHARE),
        Column("change", Kind.CHANGE),
        Column("day", Kind.DATE),
    )
    return Table(columns, rows)


FULL = Row(
    (
        Cell("Win rate", footnote=Footnote("[a]", "2026-Q3")),
        Cell("48.7 %", value=Decimal("0.4869"), unit="ratio", flag="~"),
        Cell("45.8 – 51.6 %", parts=(0.4581, 0.5159)),
        Cell("557 / 1,144", parts=(557, 1144)),
        Cell("+2.3 pp", value=0.0229, unit="ratio"),
        Cell("2026-09-30"),
    )
)
MONEY = Row(
    (
        Cell("Revenue"),
        Cell("6,457,725.45", value=Decimal("6457725.453"), unit="money", currency="EUR"),
        Cell("≥ 10,356", parts=(10356, None)),
        Cell("n 557", parts=(None, 557)),
        Cell("-5", value=-5),
        Cell("1899-12-31"),
    )
)
NONE = Row(
    (Cell("Time to win"), Cell("–"), Cell(), Cell(), Cell(), Cell()), undefined=Undefined("not reached yet", ("n 191",))
)


def table_of(held: Book, sheet: str = "S") -> tuple[list[str], list[list[float | str | None]], list[list[str]]]:
    """Titles, rows and formats of the only table of a sheet."""
    found = held.sheets[sheet]
    (table,) = found.tables
    columns = range(table.first[1], table.last[1] + 1)
    rows = range(table.first[0] + 1, table.last[0] + 1)
    values = [[found.cells.get((row, column)) for column in columns] for row in rows]
    return table.titles, values, [[found.formats.get((row, column), "") for column in columns] for row in rows]


def test_a_number_stands_in_a_cell_of_its_own_with_its_format() -> None:
    titles, rows, formats = table_of(drawn(Section("s", "S", (kpis(FULL, MONEY, NONE),))))
    assert titles == [
        "KPI",
        "value",
        "value, flag",
        "95 % interval, low",
        "95 % interval, high",
        "k",
        "n",
        "change",
        "day",
        "note",
    ]
    assert rows[0] == ["Win rate", 0.4869, "~", 0.4581, 0.5159, 557, 1144, 0.0229, 46295, "2026-Q3"]
    assert rows[1] == ["Revenue", 6457725.453, None, 10356, None, None, 557, -5, "1899-12-31", None]
    assert rows[2] == ["Time to win", "–", None, None, None, None, None, None, None, "not reached yet; n 191"]
    assert formats[0][1] == formats[0][3] == "#,##0.0 %"
    assert formats[0][7] == '+#,##0.0 %" pts";-#,##0.0 %" pts";#,##0.0 %" pts"'
    assert formats[0][8] == "yyyy-mm-dd"
    assert formats[1][1] == '#,##0.00" EUR"'
    assert formats[0][5] == "#,##0"


def test_a_column_says_which_value_it_is_about_where_others_have_the_same_title() -> None:
    columns = (
        Column("owner", Kind.LABEL),
        *(
            Column(title, kind)
            for name in ("Win rate", "Revenue")
            for title, kind in ((name, Kind.VALUE), ("", Kind.INTERVAL), ("k/n", Kind.SHARE))
        ),
    )
    number = Cell("1", value=1)
    ends, share = Cell("0 – 2", parts=(0, 2)), Cell("1 / 2", parts=(1, 2))
    titles, _, _ = table_of(
        drawn(Section("s", "S", (Table(columns, (Row((Cell("Ann"), *(number, ends, share) * 2)),)),)))
    )
    assert titles == [
        "owner",
        *(
            f"{name}{part}"
            for name in ("Win rate", "Revenue")
            for part in ("", ", low", ", high", ": k/n, k", ": k/n, n")
        ),
    ]


def test_money_with_more_digits_than_a_spreadsheet_keeps_is_text_too() -> None:
    amounts = ["12345678901234.56", "99999999999999999", "1234567890123.45"]
    rows = [
        Row((Cell(text), Cell(f"{Decimal(text):,}", value=Decimal(text), unit="money", currency="JPY")))
        for text in amounts
    ]
    table = Table((Column("deal", Kind.LABEL), Column("amount", Kind.VALUE)), tuple(rows))
    titles, cells, _ = table_of(drawn(Section("s", "S", (table,))))
    assert titles == ["deal", "amount", "amount, all digits"]
    assert [row[2] for row in cells] == [*amounts[:2], None]
    assert [row[1] for row in cells] == [float(text) for text in amounts]


@pytest.mark.parametrize("tail", ["", "\ufffe\uffff", "_x0041_"])
def test_hostile_text_is_text_that_shows_what_it_is(tail: str) -> None:
    texts = [text + tail for text in HOSTILE]
    columns = (Column("=title()", Kind.LABEL), Column("http://evil.example", Kind.TEXT), Column("note", Kind.TEXT))
    rows = tuple(Row((Cell(text), Cell(text), Cell("1")), section=text) for text in texts)
    blocks = (
        Table(columns, rows, notes=tuple(texts)),
        Text(texts[0]),
        Items(tuple(Item(text, text) for text in texts)),
    )
    page = Page(
        texts[0], tuple(texts), (Section("s", "=S", blocks), *(Section("x", text, (kpis(FULL),)) for text in texts))
    )
    data = write(page, Screen())
    held = read_book(data)
    spelled = {visible(one_line(text)).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff") for text in texts}
    assert spelled <= set(held.sheets["=S"].cells.values())
    reader = fastexcel.read_excel(data)
    assert reader.sheet_names == list(held.sheets)
    for content in held.files.values():
        assert b"<f>" not in content
        assert b"hyperlink" not in content
        assert not re.search(rb"[\x00-\x08\x0b-\x1f]", content.replace(b"\r", b""))


def test_text_that_does_not_fit_into_a_cell_is_cut_with_a_sign() -> None:
    table = Table(
        (Column("a", Kind.LABEL),), (Row((Cell("x" * 40_000),)), Row((Cell("😀" * 20_000),)), Row((Cell("y"),)))
    )
    _, rows, _ = table_of(drawn(Section("s", "S", (table,))))
    for (text,) in rows[:2]:
        assert isinstance(text, str)
        assert len(text.encode("utf-16-le")) // 2 <= MOST_CHARACTERS
        assert text.endswith("…")
        assert len(text) > 16_000


def test_rows_and_columns_that_a_sheet_cannot_hold_are_counted() -> None:
    table = Table(
        tuple(Column(f"c{n}", Kind.LABEL) for n in range(12)),
        tuple(Row(tuple(Cell(f"{row}.{n}") for n in range(12))) for row in range(100)),
    )
    held = drawn(Section("s", "S", (table,)), limits=Limits(250, 5))
    sheet = held.sheets["S"]
    (one,) = sheet.tables
    shown = one.last[0] - one.first[0]
    assert shown < 100
    assert len(one.titles) == 5
    assert f"Only the first {shown} of 100 rows are here: a sheet holds no more." in sheet.cells.values()
    assert "Only the first 5 of 12 columns are here: a sheet holds no more." in sheet.cells.values()


def test_sheets_have_names_that_a_spreadsheet_takes() -> None:
    titles = [
        "History",
        "history",
        "",
        "'",
        "a" * 40,
        "A" * 40,
        "a/b:c*d?[e]\\",
        "😀" * 20,
        "'quoted'",
        "Summary",
        "Chart data",
    ]
    held = drawn(*(Section(f"s{n}", title, (kpis(FULL), kpis(FULL))) for n, title in enumerate(titles)))
    names = list(held.sheets)
    assert len(names) == len(titles) + 1
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\]|^'|'$", name)
        assert name.casefold() != "history"


# --- everything that a page may hold ----------------------------------------------------------------------------------


def line_chart(kind: Any, **more: Any) -> Chart:
    given = {"across": Axis(0, 3, ((0, "Q1"), (1, "Q2"), (2, "Q3"), (3, "Q4"))), "up": Axis(0, 10)} | more
    given = {"series": (Series("won", ((0, 1.5), (1, 2.5), (2, None), (3, 4.5))),)} | given
    return Chart(kind, "Chart", "what is to be seen", **given)


BAND = Series("forecast", ((0, 1.0), (1, 2.0), (2, 3.0)), band=((1, 1.5, 2.5), (2, 2.0, 4.0)))
DOTS = Series(
    "reps", ((10, 0.5), (20, 0.25)), band=((5, 0.1, 0.9), (30, 0.2, 0.6)), names=("Ann", "Ben"), hollow=(False, True)
)
MARKED = Table(
    (
        Column("step", Kind.LABEL),
        Column("value", Kind.VALUE),
        Column("", Kind.MARK),
        Column("", Kind.MARK),
        Column("trend", Kind.MARK),
        Column("", Kind.MARK),
    ),
    tuple(
        Row(
            (
                Cell(name),
                Cell(f"{value}", value=value),
                Cell(mark=Step((0, 10), start, end)),
                Cell(mark=Bar(value, 10)),
                Cell(mark=Sparkline((1.0, None, value), on_zero=True)),
                Cell(mark=Whisker((0, 10), value, value - 1, value + 1)),
            )
        )
        for name, value, start, end in (("start", 4, 0, 4), ("new", 3, 4, 7), ("lost", 2, 7, 5), ("end", 5, 0, 5))
    ),
)
EVERY = (
    Words(("One sentence.", Prose("Another with `code`."))),
    Tiles(
        (
            Tile(
                "Revenue",
                Cell("1,262.50", value=Decimal("1262.5"), unit="money", currency="EUR"),
                "n 104",
                Cell("+10 %", value=0.1, unit="ratio"),
            ),
            Tile(
                "Win rate",
                Cell("–"),
                "no closed deals",
                goal=Cell("missed", Tone.BAD),
                mark=Sparkline((1.0, 2.0), on_zero=True),
            ),
        )
    ),
    Files((File("deals", "deals.csv", "HubSpot, 12 rows"),)),
    Section(
        "attention",
        "Attention",
        (
            Items((Item("error", "5 rows rejected", hint="fix them"),), states=True),
            Bullets((Bullet("a"), Bullet("b", 1))),
        ),
    ),
    Section("marks", "Marks", (Text("first"), MARKED, Snippet("a = 1\nb = 2"))),
    Section("fan", "Fan", (line_chart("line", series=(BAND,), rules=(Rule(3, "target"),)),)),
    Section("steps", "Steps", (line_chart("steps"),)),
    Section("dots", "Dots", (line_chart("dots", series=(DOTS,), across=Axis(0, 40)),)),
    Section("folded", "Folded", (kpis(FULL), Fold("How this is counted", (Heading("h"), Text("inside"), kpis(MONEY))))),
    Section("definitions", "Definitions", (Fold("Win rate", (Text("won / closed"),)),)),
)


@pytest.fixture(scope="module")
def every() -> Book:
    return drawn(*EVERY)


def test_a_page_with_everything_loses_no_text(every: Book) -> None:
    held = {text for sheet in every.sheets.values() for text in sheet.cells.values() if isinstance(text, str)}
    for text in _texts(EVERY):
        assert any(text in cell for cell in held), text


def _texts(blocks: Any) -> Iterator[str]:
    """Every text in blocks that is shown as text."""
    for block in blocks:
        if isinstance(block, (Section, Fold)):
            yield block.title
            yield from _texts(block.blocks)
        elif isinstance(block, Chart):
            yield from (block.text, *(series.name for series in block.series), *(rule.text for rule in block.rules))
        elif isinstance(block, Table):
            yield from (column.title for column in block.columns if column.kind is not Kind.SHARE)
            yield from (
                cell.text
                for row in block.rows
                for cell in row.cells
                if cell.value is None and not cell.parts and _ISO.match(cell.text) is None
            )
        elif isinstance(block, Tiles):
            yield from (text for tile in block.items for text in (tile.title, tile.note))
        elif isinstance(block, Items):
            yield from (text for item in block.items for text in (item.lead, str(item.body), str(item.hint)))


_ISO = re.compile(r"\d{4}-\d\d-\d\d$")


def test_what_comes_first_stands_on_the_first_sheet(every: Book) -> None:
    first = every.sheets["Summary"]
    values = list(first.cells.values())
    for text in (
        "Title",
        "a fact",
        "One sentence.",
        "Revenue",
        1262.5,
        "no closed deals",
        "missed",
        "deals.csv",
        "Attention",
        "fix them",
    ):
        assert any(
            text == value or (isinstance(value, str) and isinstance(text, str) and text in value) for value in values
        ), text
    assert list(every.sheets) == ["Summary", "Marks", "Fan", "Steps", "Dots", "Folded", "Definitions", "Chart data"]
    assert " · ".join(list(every.sheets)[1:-1]) in values
    assert values[0] == "Title"


def test_charts_are_bound_to_the_cells_of_their_numbers(every: Book) -> None:
    assert len(every.charts) == 4
    for refs in every.charts:
        assert len(refs) >= 3
        for ref in refs:
            _check_range(every, ref)


def test_steps_go_straight_up(every: Book) -> None:
    (table,) = every.sheets["Steps"].tables
    cells = every.sheets["Steps"].cells
    rows = [(cells[row, 0], cells.get((row, 1))) for row in range(table.first[0] + 1, table.last[0] + 1)]
    assert rows == [("Q1", 1.5), ("Q2", 1.5), ("Q2", 2.5), ("Q3", 2.5), ("Q3", None), ("Q4", None), ("Q4", 4.5)]


def test_parts_of_a_bridge_add_up_to_its_levels(every: Book) -> None:
    table = next(one for one in every.sheets["Chart data"].tables if "hidden base" in one.titles)
    cells = every.sheets["Chart data"].cells
    rows = [[cells.get((row, column)) for column in range(5)] for row in range(table.first[0] + 1, table.last[0] + 1)]
    assert rows == [
        ["start", None, 4, None, None],
        ["new", 4, None, 3, None],
        ["lost", 5, None, None, 2],
        ["end", None, 5, None, None],
    ]


def test_sparklines_and_data_bars_are_native(every: Book) -> None:
    sheet = every.sheets["Marks"].xml
    assert sheet.count("<x14:sparkline>") == 4
    assert "dataBar" in sheet
    ranges = re.findall(r"<xm:f>([^<]*)</xm:f>", sheet)
    assert len([one for one in ranges if "Chart data" in one]) == 4
    for one in ranges:
        if "!" in one:
            row = one.rpartition("!")[2].split(":")
            (top, left), (bottom, right) = map(place, row)
            assert top == bottom
            assert every.sheets["Chart data"].cells[top, left] == 1
            assert right > left


def test_folded_parts_are_grouped_rows(every: Book) -> None:
    assert 'outlineLevel="1"' in every.sheets["Folded"].xml


def test_sheets_of_arabic_go_from_right_to_left() -> None:
    for language, wanted in (("ar", True), ("ar-EG", True), ("en", False), ("de", False)):
        held = drawn(Section("s", "S", (kpis(FULL),)), language=language)
        assert all(('rightToLeft="1"' in sheet.xml) is wanted for sheet in held.sheets.values())


def test_definitions_of_all_sections_stand_on_one_sheet() -> None:
    columns = (Column("KPI", Kind.LABEL), Column("definition"))
    folds = [
        Fold("How", (Table(columns, (Row((Cell(name), Cell(f"what {name} is"))),)),), name="definitions")
        for name in ("Revenue", "Win rate")
    ]
    held = drawn(Section("a", "Money", (kpis(MONEY), folds[0])), Section("b", "Rates", (kpis(FULL), folds[1])))
    assert list(held.sheets) == ["Summary", "Money", "Rates", "Definitions"]
    assert table_of(held, "Definitions")[:2] == (
        ["section", "KPI", "definition"],
        [["Money", "Revenue", "what Revenue is"], ["Rates", "Win rate", "what Win rate is"]],
    )


def test_marks_of_another_language_change_no_number_and_no_format() -> None:
    """A spreadsheet writes numbers in the language of whoever opens it; formats are kept in that of the file."""
    with mock.patch("salesmetrics.messages.speech._catalogue", return_value=None), speaking("ru"):
        cells = (
            Cell(amount(Decimal("6457725.453"), "money"), value=Decimal("6457725.453"), unit="money", currency="EUR"),
            Cell(amount(0.4869, "ratio"), value=0.4869, unit="ratio"),
            Cell(f"{amount(0.4581, 'ratio')} – {amount(0.5159, 'ratio')}", parts=(0.4581, 0.5159)),
        )
        columns = (
            Column("a", Kind.LABEL),
            Column("b", Kind.VALUE),
            Column("c", Kind.VALUE),
            Column("d", Kind.INTERVAL),
        )
        _, rows, formats = table_of(drawn(Section("s", "S", (Table(columns, (Row((Cell("x"), *cells)),)),))))
    assert "," in cells[0].text
    assert rows == [["x", 6457725.453, 0.4869, 0.4581, 0.5159]]
    assert formats[0][1:] == ['#,##0.00" EUR"', "#,##0.0 %", "#,##0.0 %", "#,##0.0 %"]


def test_sections_of_one_kind_share_a_sheet_and_a_long_table_has_one_of_its_own() -> None:
    long = kpis(*[FULL] * 40)
    alike = [Section(f"s{n}", f"Win rate [{name}]", (kpis(FULL),)) for n, name in enumerate("ABCDEFG")]
    held = drawn(*alike, Section("m", "Mixed", (kpis(FULL), Text("between"), long)))
    assert list(held.sheets) == ["Summary", "Win rate", "Mixed", "Mixed 2"]
    assert [len(sheet.tables) for sheet in held.sheets.values()] == [0, 7, 1, 1]
    assert held.sheets["Mixed 2"].frozen is not None


# --- the command line -------------------------------------------------------------------------------------------------


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("words", [(), ("-o", "-"), ("-o", "/dev/stdout")])
def test_a_terminal_gets_no_workbook(words: tuple[str, ...]) -> None:
    out, err = Terminal(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    environment = Environment(io.TextIOWrapper(io.BytesIO(), "utf-8"), out, err, {}, date.today, EXAMPLES)
    assert run(["report", "deals.csv", "--format", "xlsx", *words], environment) == 2
    assert out.buffer.getvalue() == b""  # type: ignore[attr-defined]
    assert "`-o report.xlsx`" in err.buffer.getvalue().decode()  # type: ignore[attr-defined]


def test_a_workbook_is_written_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "report.xlsx"
    done = invoke(*COMMANDS["funnel"], "-q", "-o", str(target), cwd=EXAMPLES, env={"HOME": "/nonexistent"})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert target.read_bytes() == made("funnel")
    assert [path.name for path in tmp_path.iterdir()] == ["report.xlsx"]


SOFFICE, PDFTOTEXT = shutil.which("soffice"), shutil.which("pdftotext")


@pytest.mark.skipif(
    not SOFFICE or not PDFTOTEXT, reason="soffice (libreoffice-calc) or pdftotext (poppler-utils) is missing"
)
def test_libreoffice_prints_the_numbers_of_a_report(tmp_path: Path) -> None:
    assert SOFFICE
    assert PDFTOTEXT
    (tmp_path / "report.xlsx").write_bytes(made("report"))
    own = f"-env:UserInstallation=file://{tmp_path}/office"
    to_pdf = [
        SOFFICE,
        own,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "report.xlsx"),
    ]
    subprocess.run(to_pdf, check=True, capture_output=True, timeout=120)
    done = subprocess.run([PDFTOTEXT, "-layout", str(tmp_path / "report.pdf"), "-"], check=True, capture_output=True)
    text = done.stdout.decode()
    assert "###" not in text
    cells = [row.cells for table in tables_of(page("report")) for row in table.rows]
    values = [cell for row in cells for cell in row if cell.value is not None and cell.unit == "money"]
    assert len(values) > 5
    assert all(f"{float(cell.value or 0):,.2f}" in text or f"{float(cell.value or 0):,.0f}" in text for cell in values)


# --- amounts below zero, and amounts that a spreadsheet cannot hold -------------------------------------------------------


def test_bars_below_zero_are_bars_of_the_workbook_too() -> None:
    columns = (Column("owner", Kind.LABEL), Column("value", Kind.VALUE), Column("-40 … 30", Kind.MARK))
    rows = tuple(
        Row((Cell(name), Cell(f"{value}", value=value), Cell(mark=Bar(value, 30, -40))))
        for name, value in (("Ann", 30), ("Bob", -40), ("Cy", 0), ("Di", -5))
    )
    found = drawn(Table(columns, rows))
    sheet = next(sheet for sheet in found.sheets.values() if "dataBar" in sheet.xml)
    assert re.findall(r'<cfvo type="num" val="([^"]*)"', sheet.xml) == ["-40", "30"]
    assert 'negativeBarColorSameAsPositive="1"' in sheet.xml
    assert [row[-1] for row in sheet.rows() if row[0] in {"Ann", "Bob", "Cy", "Di"}] == [30.0, -40.0, 0.0, -5.0]
    chart = next(content.decode() for path, content in found.files.items() if path.startswith("xl/charts/"))
    assert "<c:min " not in chart


def test_every_amount_beyond_15_digits_stands_there_as_text(tmp_path: Path) -> None:
    """Sums, averages, medians, shares of a rep and ends of intervals alike, whatever they are computed as."""
    lines = ["Deal ID,Owner,Stage,Amount,Currency,Create Date,Close Date"]
    for n in range(48):
        stage = ("Closed Won", "Closed Lost", "Closed Won", "Negotiation")[n % 4]
        month = n % 9 + 1
        lines.append(f"D{n},{'AB'[n % 2]},{stage},{12_345_678_901_234_500 + n},EUR,2025-0{month}-03,2026-0{month}-14")
    (tmp_path / "long.csv").write_text("\n".join(lines) + "\n")
    page = page_of(answer_of("report", "long.csv", "--by", "owner", cwd=tmp_path))
    rows = [row for sheet in read_book(write(page, Screen())).sheets.values() for row in sheet.rows()]
    places: defaultdict[float | str, set[int]] = defaultdict(set)
    for at, row in enumerate(rows):
        for held in row:
            places[held].add(at)
    seen = set()
    for table in tables_of(page):
        for row in table.rows:
            for cell in row.cells:
                for number in (cell.value, *cell.parts):
                    text = (
                        "" if number is None else f"{Decimal(repr(number) if isinstance(number, float) else number):f}"
                    )
                    if len(text.strip("-").replace(".", "").rstrip("0")) > 15 and abs(number or 0) > 1e15:
                        seen.add(type(number))
                        kept = text.rstrip("0").rstrip(".") if "." in text else text
                        assert places[float(number or 0)] & places[kept], (cell, kept)
    assert seen >= {float, Decimal}
