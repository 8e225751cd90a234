"""A worksheet under way: blocks one below the other, tables with their charts. Own file: the one place that writes cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import (
    Bar,
    Bullets,
    Files,
    Footnote,
    Heading,
    Items,
    Snippet,
    Sparkline,
    Table,
    Text,
    Tone,
    plain,
)
from salesmetrics.render.page import Chart, Fold, Section, Tiles, Words
from salesmetrics.render.text import cells
from salesmetrics.render.visible import visible
from salesmetrics.render.xlsx.blocks import deep, files_table, table_first, tables_in, tiles_table
from salesmetrics.render.xlsx.charts import (
    Place,
    bar_chart,
    bridge_chart,
    bridge_grid,
    chart_grid,
    native_chart,
    whisker_chart,
    whisker_grid,
)
from salesmetrics.render.xlsx.grid import Grid, Lane, grid_of
from salesmetrics.render.xlsx.marks import alike, form_of_marks, have_intervals, is_bridge, same, sparkline_grid
from salesmetrics.render.xlsx.styles import HEADER, TONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.render.document import Inline, Number
    from salesmetrics.render.page import Page, PageBlock
    from salesmetrics.render.xlsx.marks import ChartData
    from salesmetrics.render.xlsx.number_formats import Form
    from salesmetrics.render.xlsx.plan import Names
    from salesmetrics.render.xlsx.styles import Styles

__all__ = ["MOST_CHARACTERS", "MOST_ROWS", "Drawing", "Limits"]

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767
"""What a worksheet, and a cell of it, can hold."""
_BELOW = 200
"""Rows that are kept free for what stands around a table."""
_WIDEST, _WIDEST_TEXT, _NARROWEST, _MARK = 46, 44, 9, 20
_PROSE = 125
"""Characters of a line of prose."""
_CHARTED = 40
"""Rows of a table that a chart of it shows at most."""
_FEWEST = 3
"""Bars of a chart at least; fewer are seen in the table."""
_BESIDE = 110
"""Up to so many characters of width a table has its chart beside it."""
_CHART_ROWS, _DRAWING_ROWS = 17, 16
"""Rows that a chart of a table takes, and a drawing."""
_CHART, _WIDEST_CHART, _PIXELS, _DEFAULT = 70.0, 125.0, 7, 8.43
"""Characters of width of a chart, of the widest one, pixels of one of them, and of a column that nothing stands in."""
_PAPER = 260
"""Characters over the width of a page that are still read; a wider sheet goes over several."""
_ONE_PAGE = 70
"""Rows of a sheet that is printed on one page."""
_LINE = 15.0
"""The height of a line, in points."""
_LEAD = 26
_MOST_LINES = 27
"""A row of a spreadsheet is at most 409 points high."""


class _Whole(float):
    """A number that is written with all of its digits, of which the library drops the last."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


class Limits(NamedTuple):
    """What a worksheet holds."""

    rows: int = MOST_ROWS
    columns: int = MOST_COLUMNS


class Drawing:
    """A worksheet under way.

    Args:
        book: The workbook.
        name: Of the sheet.
        styles: Formats of the workbook.
        names: Names that are taken.
        data: Where the numbers of charts stand that no table has.
        limits: What a sheet holds.
    """

    def __init__(self, book: Any, name: str, styles: Styles, names: Names, data: ChartData, limits: Limits) -> None:
        self.book, self.name, self.styles, self.names, self.data, self.limits = book, name, styles, names, data, limits
        self.sheet: Any = None
        self.row = 0
        self.places: list[Place] = []
        """The tables that are drawn."""
        self._widths: dict[int, float] = {}
        self._last_column = 0
        self._level = 0
        self._is_first = False
        self._has_tables = self._has_charts = False
        self._fitted: list[Table] = []
        self._grids: dict[int, Grid] = {}
        self._title = ""
        self._span = 1
        self._waiting: list[tuple[Chart, int]] = []
        self._reserved = 0

    def begin(self, *, right_to_left: bool = False) -> None:
        """Add the sheet to the workbook, behind those that are there."""
        self.sheet = self.book.add_worksheet(self.name)
        self.sheet.hide_gridlines(2)
        if right_to_left:
            self.sheet.right_to_left()

    def draw(self, title: str, blocks: Sequence[PageBlock]) -> None:
        """Draw the title of the sheet and its blocks; what is said before the only table, at length, moves below it."""
        self._title = title
        self._fit(blocks)
        self.line(title, bold=True, font_size=16)
        self.row += 1
        for block in table_first(blocks):
            self.block(block)
        self._draw_waiting()

    def draw_first(self, page: Page, blocks: Sequence[PageBlock], contents: Sequence[str]) -> None:
        """Draw the first sheet: what the page is about, what is said first, and which sheets follow."""
        self._title, self._is_first = page.title, True
        self._fit(blocks)
        self.line(page.title, bold=True, font_size=18)
        for fact in page.facts:
            self.line(_said(fact), **TONES[Tone.MUTED])
        self.row += 1
        for block in blocks:
            if not isinstance(block, Section):
                self.block(block)
        if contents:
            self.row += 1
            self.line(phrase("sheets_listed"), bold=True, font_size=13)
            self.line(" · ".join(contents))
        for block in blocks:
            if isinstance(block, Section):
                self.block(block)
        self._draw_waiting()

    def finish(self, header: str, footer: str) -> None:
        """Set widths, the part that stays in sight, and what is printed how."""
        sheet = self.sheet
        for column, width in self._widths.items():
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        last = max(self._last_column, self._span - 1)
        wide = math.fsum(self._widths.get(column, _NARROWEST) for column in range(last + 1))
        if wide > _PAPER:
            sheet.set_print_scale(60)
            sheet.repeat_columns(0)
        else:
            sheet.fit_to_pages(1, 1 if self.row <= _ONE_PAGE else 0)
        sheet.set_margins(0.4, 0.4, 0.75, 0.6)
        sheet.set_header(header)
        sheet.set_footer(footer)
        sheet.print_area(0, 0, max(self.row - 1, 0), last)
        tables = [place for place in self.places if place.first == 0]
        if len(tables) == 1 and not self._is_first:
            top = tables[0].top
            sheet.repeat_rows(top)
            sheet.freeze_panes(top + 1, tables[0].grid.label + 1 if wide > _PAPER else 0)

    # --- lines of text ---

    def draw_data(self) -> None:
        """Draw the numbers of charts that no other sheet holds."""
        for _, _, grid, _ in self.data.held:
            self._fit_grid(grid)
        self._span = self._columns_of(_PROSE)
        self.line(phrase("sheet_chart_data"), bold=True, font_size=16)
        self.line(phrase("chart_data_are"), **TONES[Tone.MUTED])
        for place, title, grid, sheet in self.data.held:
            self.row = place.top - 1
            self.line(joined([sheet, title], ":"), bold=True)
            self.grid(grid, f"{sheet} {title}")

    def line(self, text: str, *, lead: str = "", **properties: Any) -> None:
        """Write a line of text over the width of the sheet, broken where it is longer; a lead stands in the first column."""
        sheet, span = self.sheet, self._span
        first = 1 if lead and span > 1 else 0
        if lead and not first:
            text = joined([lead, text], ":")
        style = self.styles.of(text_wrap=True, **properties)
        if first:
            sheet.write_string(
                self.row, 0, self._kept(lead), self.styles.of(text_wrap=True, **(properties | {"bold": True}))
            )
        width = math.fsum(self._widths.get(column, _NARROWEST) for column in range(first, span))
        kept = self._kept(text)
        if span - first > 1:
            sheet.merge_range(self.row, first, self.row, span - 1, "", style)
        sheet.write_string(self.row, first, kept, style)
        lines = max(_lines(kept, width), _lines(lead, self._widths.get(0, _NARROWEST) * 0.85) if first else 1)
        size = properties.get("font_size", 11)
        sheet.set_row(self.row, min(lines, _MOST_LINES) * _LINE * size / 11, None, self._outline())
        self.row += 1

    def _outline(self) -> dict[str, int]:
        return {"level": self._level} if self._level else {}

    def _kept(self, text: str) -> str:
        """Text as a cell can hold it: nothing hidden, and cut with a sign where it is too long."""
        found = visible(text)
        if len(found) * 2 <= MOST_CHARACTERS:
            return found
        cut = found.encode("utf-16-le")[: (MOST_CHARACTERS - 1) * 2].decode("utf-16-le", "ignore")
        return found if len(found.encode("utf-16-le")) <= MOST_CHARACTERS * 2 else f"{cut}…"

    # --- blocks ---

    def block(self, block: PageBlock) -> None:  # noqa: C901 - one case per block
        """Draw any block."""
        match block:
            case Heading():
                self.row += 1
                self.line(joined([block.text, *block.facts], "clause"), bold=True, font_size=13)
            case Text():
                self.line(_said(block.text), **TONES.get(block.tone, {}))
            case Words():
                for sentence in block.sentences:
                    self.line(_said(sentence), font_size=12)
                self.row += 1
            case Files():
                self.table(files_table(block), phrase("column_file"))
            case Tiles():
                self.table(tiles_table(block), self._title)
            case Table():
                self.table(block, self._title)
            case Items():
                self._items(block)
            case Bullets():
                for bullet in block.items:
                    self.line(f"{'    ' * bullet.level}• {_said(bullet.text)}")
            case Snippet():
                for text in block.text.split("\n"):
                    self.line(text, font_name="Consolas")
            case Chart():
                self._chart(block)
            case Fold():
                self._part(block.title, block.blocks, level=1)
            case Section():
                self._part(block.title, block.blocks, level=0)

    def _part(self, title: str, blocks: Iterable[PageBlock], *, level: int) -> None:
        """A part under its title; one that is folded elsewhere is a group of rows."""
        self.row += 1
        self.line(title, bold=True, font_size=13)
        before, self._title = self._title, title
        self._level = min(self._level + level, 7)
        for block in blocks:
            self.block(block)
        self._level -= level
        self._title = before

    def _items(self, block: Items) -> None:
        for item in block.items:
            body = joined(item.parts, ";") if item.parts else plain(item.body)
            tone = TONES.get(item.tone, {})
            if item.lead:
                self.line(_said(body), lead=item.lead, **tone)
            else:
                self.line(_said(body), **tone)
            if item.hint:
                self.line(phrase("hint", hint=_said(item.hint)), lead=" ", font_color="#5B6575")
        self.row += 1

    # --- tables ---

    def table(self, table: Table, title: str) -> Place | None:
        """Draw a table: titles, rows, notes, and the charts of what its cells are marked with."""
        room = max(self.limits.rows - self.row - _BELOW, 0)
        fitted = self._grids.get(id(table))
        grid = fitted if fitted is not None and fitted.rows <= room else grid_of(table, room)
        if not grid.rows:
            self._notes(table, grid, len(grid.lanes))
            return None
        place = self.grid(grid, title)
        self._reserved = 0
        self._marked(place)
        self._notes(table, place.grid, len(grid.lanes))
        self.row = max(self.row, self._reserved)
        self.row += 1
        return place

    def grid(self, grid: Grid, title: str) -> Place:
        """Draw a grid as a table of the spreadsheet."""
        grid = grid._replace(lanes=grid.lanes[: self.limits.columns])
        sheet, top = self.sheet, self.row
        header = self.styles.of(**HEADER)
        right = self.styles.of(**HEADER, align="right")
        apart = self.styles.of(**HEADER, align="left", indent=2)
        columns = [
            {
                "header": self._kept(lane.title),
                "header_format": right if lane.right else apart if _follows(grid, number) else header,
            }
            for number, lane in enumerate(grid.lanes)
        ]
        sheet.add_table(
            top,
            0,
            top + grid.rows,
            len(grid.lanes) - 1,
            {"name": self.names.table(title), "style": "Table Style Light 1", "columns": columns},
        )
        for number, lane in enumerate(grid.lanes):
            self._lane(lane, number, top + 1, grid)
        lines = max(
            _lines(lane.title, self._widths.get(number, _NARROWEST) - 3) for number, lane in enumerate(grid.lanes)
        )
        sheet.set_row(top, lines * _LINE, None, self._outline())
        self._set_heights(grid, top + 1)
        place = Place(self.name, top, 0, grid)
        self.places.append(place)
        self._last_column = max(self._last_column, len(grid.lanes) - 1)
        self.row = top + grid.rows + 1
        return place

    def _set_heights(self, grid: Grid, top: int) -> None:
        """Rows as high as their longest text; not every spreadsheet finds that out by itself."""
        wraps = [(lane, self._widths.get(column, _NARROWEST)) for column, lane in enumerate(grid.lanes) if lane.wraps]
        for row in range(grid.rows):
            lines = max((_lines(lane.entries[row].text, width - 1) for lane, width in wraps), default=1)
            if lines > 1 or self._level:
                height = min(lines, _MOST_LINES) * _LINE if lines > 1 else None
                self.sheet.set_row(top + row, height, None, self._outline())

    def _lane(self, lane: Lane, column: int, top: int, grid: Grid) -> None:
        sheet, made, totals, apart = self.sheet, {}, grid.totals, _follows(grid, column)
        for row, (entry, total) in enumerate(zip(lane.entries, totals, strict=True), top):
            kind = entry.form if entry.number is not None else entry.day is not None
            key = (kind, entry.tone, total)
            if key not in made:
                made[key] = self.styles.entry(entry, total=total, right=lane.right, wraps=lane.wraps, apart=apart)
            if entry.number is not None:
                sheet.write_number(row, column, _Whole(entry.number), made[key])
            elif entry.day is not None:
                sheet.write_datetime(row, column, entry.day, made[key])
            elif entry.text:
                sheet.write_string(row, column, self._kept(entry.text), made[key])
        bars = [mark for mark in lane.marks if isinstance(mark, Bar)]
        if bars:
            low, high = min(mark.low for mark in bars), max(mark.top for mark in bars)
            options = {"type": "data_bar", "bar_solid": True, "bar_color": "#A9BCE6", "bar_border_color": "#A9BCE6"}
            options |= {"bar_negative_color_same": True, "bar_negative_border_color_same": True}
            ends = {"min_type": "num", "min_value": low, "max_type": "num", "max_value": high or (0 if low else 1)}
            only = {"bar_only": lane.role.part == "mark"}
            sheet.conditional_format(top, column, top + len(totals) - 1, column, {**options, **ends, **only})

    def _notes(self, table: Table, grid: Grid, columns: int) -> None:
        """What stands below a table."""
        if grid.rows < len(table.rows):
            self.line(phrase("sheet_rows_capped", shown=grid.rows, n=len(table.rows)), **TONES[Tone.WARNING])
        if len(grid.lanes) < columns:
            self.line(phrase("sheet_columns_capped", shown=len(grid.lanes), n=columns), **TONES[Tone.WARNING])
        notes = [f"{note.sign} {note.text}" if isinstance(note, Footnote) else note for note in table.notes]
        for note in dict.fromkeys(notes):
            self.line(note, **TONES[Tone.MUTED])

    # --- charts ---

    def _marked(self, place: Place) -> None:
        """The charts of what the cells of a table are marked with."""
        grid = place.grid
        self._sparklines(place)
        labels = [entry.text for entry in grid.lanes[grid.label].entries]
        rows = min(grid.rows, _CHARTED)
        title = self._first(rows, grid.rows)
        if grid.steps:
            steps = [step for step in grid.steps if step is not None]
            if is_bridge(steps):
                data = self.data.add(
                    bridge_grid(labels, grid.steps, form_of_marks(grid, [step.end for step in steps])), self.name, title
                )
                self._insert(bridge_chart(self.book, title, data), place)
        elif grid.rows > 1 and have_intervals(grid.whiskers):
            data = self.data.add(
                whisker_grid(
                    labels[:rows],
                    grid.whiskers[:rows],
                    form_of_marks(grid, [one.value for one in grid.whiskers if one]),
                ),
                self.name,
                title,
            )
            self._insert(whisker_chart(self.book, title, data), place)
        else:
            self._bars(place)

    def _bars(self, place: Place) -> None:
        """Bars over the column whose numbers the marks of a column show, from the first row with a mark on."""
        grid = place.grid
        column = next(
            (n for n, lane in enumerate(grid.lanes) if any(isinstance(mark, Bar) for mark in lane.marks)), None
        )
        if column is None or self._has_charts:
            return
        marked = [row for row, mark in enumerate(grid.lanes[column].marks) if isinstance(mark, Bar)]
        numbers = [mark.value if isinstance(mark, Bar) else None for mark in grid.lanes[column].marks]
        shown = next(
            (
                n
                for n, lane in enumerate(grid.lanes)
                if n != column and lane.role.part == "value" and alike(lane.numbers, numbers)
            ),
            column,
        )
        first, rows = marked[0], min(marked[-1] - marked[0] + 1, _CHARTED)
        if rows >= _FEWEST:
            title = self._first(rows, marked[-1] - marked[0] + 1)
            self._insert(bar_chart(self.book, title, place, (grid.label, shown), (first, rows)), place)

    def _first(self, shown: int, rows: int) -> str:
        return self._title if shown == rows else phrase("chart_of_first", title=self._title, n=shown)

    def _sparklines(self, place: Place) -> None:
        grid = place.grid
        for column, lane in enumerate(grid.lanes):
            found = [(row, mark) for row, mark in enumerate(lane.marks) if isinstance(mark, Sparkline)]
            if not found:
                continue
            labels = [grid.lanes[grid.label].entries[row].text for row, _ in found]
            data = self.data.add(sparkline_grid(labels, [mark for _, mark in found]), self.name, lane.title)
            for number, (row, mark) in enumerate(found):
                ends: dict[str, float] = (
                    {"min": 0} if mark.on_zero and min(value or 0 for value in mark.values) >= 0 else {}
                )
                ends |= {"max": mark.top} if mark.top is not None else {}
                first, last = data.cell(number, 1), data.cell(number, len(mark.values))
                where = f"{first[1:]}:{last.rpartition('!')[2]}"
                self.sheet.add_sparkline(
                    place.top + 1 + row,
                    column,
                    {"range": where, "type": "column", "series_color": "#7B97CC", "show_hidden": True, **ends},
                )
            self._widths[column] = max(self._widths.get(column, 0), _MARK)

    def _chart(self, chart: Chart) -> None:
        """Room for a drawing, above its sentence: it is drawn when all tables of the sheet stand."""
        self._waiting.append((chart, self.row))
        self.row += _DRAWING_ROWS
        self.line(chart.text, **TONES[Tone.MUTED])
        self.row += 1

    def _draw_waiting(self) -> None:
        """The drawings. Their numbers stand below everything else, and on a sheet of their own where this one has tables."""
        for chart, room in self._waiting:
            grid = chart_grid(chart, self._positions(chart))
            if not grid.rows:
                continue
            if self._has_tables or grid.rows > _CHARTED:
                place = self.data.add(grid, self.name, chart.title)
            else:
                self.line(chart.title, bold=True)
                place = self.grid(grid, chart.title)
                self.row += 1
            self._put(native_chart(self.book, chart, place), room, 0, _DRAWING_ROWS)

    def _positions(self, chart: Chart) -> list[str]:
        """What the table of this sheet that holds a drawing's numbers says of its positions."""
        drawn = [[value for _, value in series.points] for series in chart.series if series.points]
        for place in self.places if chart.kind == "line" else ():
            if any(same(lane.numbers, points) for lane in place.grid.lanes for points in drawn):
                return [entry.text for entry in place.grid.lanes[place.grid.label].entries]
        return []

    def _insert(self, made: Any, place: Place) -> None:
        """Put a chart beside the table that it shows where there is room, or the table is long; else below it."""
        lanes = len(place.grid.lanes)
        wide = math.fsum(self._widths.get(column, _NARROWEST) for column in range(lanes))
        if wide <= _BESIDE or place.grid.rows > _CHARTED:
            self._put(made, place.top, lanes, _CHART_ROWS)
            self._reserved = max(self._reserved, place.top + _CHART_ROWS)
            return
        self.row += 1
        self._put(made, self.row, 0, _CHART_ROWS)
        self.row += _CHART_ROWS

    def _put(self, made: Any, row: int, column: int, rows: int) -> None:
        """Put a chart into so many rows, and count the columns that it goes over as part of the page."""
        room = math.fsum(
            self._widths.get(place, _NARROWEST) for place in range(max(self._last_column, self._span - 1) + 1)
        )
        wide = _CHART if column else min(max(room, _CHART), _WIDEST_CHART)
        made.set_size({"width": int(wide * _PIXELS), "height": (rows - 1) * 20})
        self.sheet.insert_chart(
            row, column, made, {"x_offset": 10 if column else 4, "y_offset": 4, "object_position": 2}
        )
        over, last = 0.0, column - 1
        while over < wide + 2:
            last += 1
            over += self._widths.get(last, _DEFAULT)
        self._last_column = max(self._last_column, last)

    # --- widths ---

    def _fit(self, blocks: Iterable[PageBlock]) -> None:
        """The widths of the columns from all tables of the sheet, and how many columns a line of prose goes over."""
        tables = tables_in(blocks)
        self._has_tables = bool(tables)
        self._has_charts = any(isinstance(block, Chart) for block in deep(blocks))
        self._fitted = tables
        for table in tables:
            grid = grid_of(table, self.limits.rows)
            self._grids[id(table)] = grid
            self._fit_grid(grid)
        if not tables:
            self._widths = {0: _LEAD, 1: _PROSE - _LEAD}
        elif any(isinstance(block, Items) for block in deep(blocks)):
            self._widths[0] = max(self._widths[0], _LEAD)
        self._span = self._columns_of(_PROSE)

    def _columns_of(self, width: float) -> int:
        """How many columns make up a width; the last one grows where all of them do not."""
        total, column = 0.0, 0
        while total < width and column in self._widths:
            total += self._widths[column]
            column += 1
        if total < width:
            self._widths[column] = width - total
            column += 1
        return max(column, 1)

    def _fit_grid(self, grid: Grid) -> None:
        for column, lane in enumerate(grid.lanes):
            widest = max(map(cells, _widest(lane)), default=0)
            title = max((cells(word) for word in lane.title.split()), default=0) + 3
            least = _MARK if lane.role.part == "mark" else _NARROWEST
            most = _WIDEST_TEXT if lane.wraps else _WIDEST
            wide = min(max(widest + 2, title, min(cells(lane.title) + 4, 15), least), most)
            self._widths[column] = max(self._widths.get(column, 0), wide)


def _follows(grid: Grid, column: int) -> bool:
    """Whether a lane stands on the left and the one before it on the right, so that they would touch."""
    return column > 0 and grid.lanes[column - 1].right and not grid.lanes[column].right


def _widest(lane: Lane) -> list[str]:
    """What is seen of a lane, of numbers with the same form the least and the largest only."""
    ends: dict[Form, tuple[Number, Number]] = {}
    for entry in lane.entries:
        if entry.number is not None:
            least, most = ends.get(entry.form, (entry.number, entry.number))
            ends[entry.form] = (min(least, entry.number), max(most, entry.number))
    shown = [form.shown(number) for form, pair in ends.items() for number in pair]
    return [*shown, *(entry.text for entry in lane.entries if entry.number is None)]


def _said(inline: Inline) -> str:
    """Text without the backticks that set off what is typed."""
    return plain(inline)


def _lines(text: str, width: float) -> int:
    return max(1, math.ceil(cells(text) * 0.94 / max(width, 1)))
