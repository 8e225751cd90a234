"""Native charts of a workbook, bound to cells: what they show changes with the cells. Own file: nothing else knows chart options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from salesmetrics.messages import phrase
from salesmetrics.render.document import Tone
from salesmetrics.render.visible import visible
from salesmetrics.render.xlsx.grid import Entry, Grid, Lane, Role, titled
from salesmetrics.render.xlsx.number_formats import Form, forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.render.document import Step, Whisker
    from salesmetrics.render.page import Chart

__all__ = [
    "Place",
    "bar_chart",
    "bridge_chart",
    "bridge_grid",
    "chart_grid",
    "native_chart",
    "whisker_chart",
    "whisker_grid",
]

BLUE, PALE, GREY, GREEN, RED, AMBER = "#2B5FD0", "#C9D5F2", "#5B6575", "#1A7F4B", "#B3261E", "#9A6700"
COLORS = (BLUE, "#C2570C", "#0F766E", "#7C3AED", "#B3261E", "#5B6575", "#9A6700", "#1A7F4B")
_TONES = {Tone.GOOD: GREEN, Tone.BAD: RED, Tone.WARNING: AMBER, Tone.MUTED: GREY}
_NAMED = 15
"""Dots that have their names beside them; more of them hide one another."""


class Place(NamedTuple):
    """Where a grid stands: its sheet and the row of its titles. ``first`` is its first column."""

    sheet: str
    top: int
    first: int
    grid: Grid

    def title(self, lane: int) -> list[str | int]:
        """The cell of a title."""
        return [self.sheet, self.top, self.first + lane]

    def cells(self, lane: int, first: int = 0, rows: int | None = None) -> list[str | int]:
        """The cells of a lane below its title: all of them, or so many rows from one on."""
        column, top = self.first + lane, self.top + 1 + first
        return [self.sheet, top, column, top + (self.grid.rows if rows is None else rows) - 1, column]

    def cell(self, row: int, lane: int) -> str:
        """One cell, as a chart names it."""
        from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

        cell = xl_rowcol_to_cell(self.top + 1 + row, self.first + lane, row_abs=True, col_abs=True)
        return f"={quote_sheetname(self.sheet)}!{cell}"


# --- the numbers of a drawing as a grid ---


def chart_grid(chart: Chart, names: Sequence[str] = ()) -> Grid:
    """The series of a chart as columns: positions first, then a column per series, its band, and the lines across.

    ``names`` are the texts of the positions, where a table has them.

    Steps go straight up: a position at which one rises has two rows, before and after.
    """
    places = sorted(
        {x for series in chart.series for x, _ in series.points} | {x for s in chart.series for x, *_ in s.band}
    )
    texts = dict(zip(places, names, strict=True)) if len(names) == len(places) else dict(chart.across.ticks)
    if chart.kind == "dots":
        return _dots_grid(chart)
    doubled = [
        (x, after)
        for n, x in enumerate(places)
        for after in ((False, True) if chart.kind == "steps" and n else (True,))
    ]
    named = all(x in texts for x in places)
    positions = [Entry(texts[x]) if named else _number(x, texts.get(x, ""), "", None) for x, _ in doubled]
    lanes = [Lane(chart.across.title or phrase("lane_position"), Role(0, "label"), positions, right=not named)]
    for place, series in enumerate(chart.series):
        known = dict(series.points)
        values = [_at(known, x, after=after, steps=chart.kind == "steps") for x, after in doubled]
        lanes.append(_lane(series.name or phrase("column_value"), Role(place, "value"), values, chart))
        if series.band:
            ends = {x: (low, high) for x, low, high in series.band}
            low = [ends[x][0] if x in ends else None for x, _ in doubled]
            high = [ends[x][1] if x in ends else None for x, _ in doubled]
            wide = [b - a if a is not None and b is not None else None for a, b in zip(low, high, strict=True)]
            lanes.append(_lane(phrase("lane_low", title=series.name), Role(place, "low"), low, chart))
            lanes.append(_lane(phrase("lane_high", title=series.name), Role(place, "high"), high, chart))
            if named and chart.kind == "line" and sum(bool(one.band) for one in chart.series) == 1:
                lanes.append(_lane(phrase("lane_range", title=series.name), Role(place, "range"), wide, chart))
    for place, rule in enumerate(chart.rules):
        lanes.append(_lane(rule.text, Role(place, "rule"), [rule.value] * len(doubled), chart))
    return _of(lanes)


def _dots_grid(chart: Chart) -> Grid:
    """A row per dot, with its name; a column per series, as a spreadsheet draws a column in one colour."""
    dots = [
        (number, x, y, series.names[place] if place < len(series.names) else "")
        for number, series in enumerate(chart.series)
        for place, (x, y) in enumerate(series.points)
    ]
    bands = [(number, *ends) for number, series in enumerate(chart.series) for ends in series.band]
    positions = [*(dot[1] for dot in dots), *(band[1] for band in bands)]
    blank = [Entry()] * len(bands)
    lanes = [
        Lane(phrase("lane_name"), Role(0, "label"), [*(Entry(dot[3]) for dot in dots), *blank]),
        Lane(
            chart.across.title or phrase("lane_position"),
            Role(0, "position"),
            [_number(x, "", "", None) for x in positions],
            right=True,
        ),
    ]
    for number, series in enumerate(chart.series):
        values = [dot[2] if dot[0] == number else None for dot in dots]
        lanes.append(
            _lane(series.name or phrase("column_value"), Role(number, "value"), [*values, *[None] * len(bands)], chart)
        )
        if series.band:
            for part, place in (("low", 2), ("high", 3)):
                ends = [band[place] if band[0] == number else None for band in bands]
                lanes.append(
                    _lane(
                        phrase(f"lane_{part}", title=series.name),
                        Role(number, part),
                        [*[None] * len(dots), *ends],
                        chart,
                    )
                )
    for place, rule in enumerate(chart.rules):
        lanes.append(_lane(rule.text, Role(place, "rule"), [rule.value] * len(positions), chart))
    return _of(lanes)


def whisker_grid(labels: Sequence[str], whiskers: Sequence[Whisker | None], form: Form) -> Grid:
    """Intervals with their values, where a table lacks them as numbers."""
    found = [(label, mark) for label, mark in zip(labels, whiskers, strict=True) if mark is not None]
    lanes = [Lane(phrase("lane_row"), Role(0, "label"), [Entry(label) for label, _ in found])]
    for part, code in (("low", "lane_low"), ("high", "lane_high"), ("value", "column_value")):
        title = phrase(code, title=phrase("column_interval"))
        lanes.append(Lane(title, Role(0, part), [_formed(getattr(mark, part), form) for _, mark in found], right=True))
    return _of(lanes)


def bridge_grid(labels: Sequence[str], steps: Sequence[Step | None], form: Form) -> Grid:
    """Steps from one level to the next as columns that are stacked: a hidden base, and a level, an increase or a decrease."""
    found = [(label, mark) for label, mark in zip(labels, steps, strict=True) if mark is not None]
    columns: dict[str, list[float | None]] = {"base": [], "end": [], "up": [], "down": []}
    for _, mark in found:
        kind = "end" if mark.start == 0 else "up" if mark.end >= mark.start else "down"
        columns["base"].append(None if kind == "end" else min(mark.start, mark.end))
        for part in ("end", "up", "down"):
            columns[part].append(abs(mark.end - mark.start) if part == kind else None)
    lanes = [Lane(phrase("lane_row"), Role(0, "label"), [Entry(label) for label, _ in found])]
    lanes += [
        Lane(phrase(f"lane_{part}"), Role(0, part), [_formed(value, form) for value in values], right=True)
        for part, values in columns.items()
    ]
    return _of(lanes)


def _of(lanes: Sequence[Lane]) -> Grid:
    """Lanes as a grid; one that holds nothing is left out."""
    kept = [lane for place, lane in enumerate(lanes) if not place or any(entry != Entry() for entry in lane.entries)]
    found = titled(kept)
    return Grid(found, (False,) * len(found[0].entries))


def _lane(title: str, role: Role, values: Sequence[float | None], chart: Chart) -> Lane:
    return Lane(title, role, [_number(value, "", chart.unit, chart.currency) for value in values], right=True)


def _number(value: float | None, text: str, unit: str, currency: str | None) -> Entry:
    form = Form() if value is None else forms(text, (value,), unit, currency, signed=False)[0]
    return Entry(text, value, form)


def _formed(value: float | None, form: Form) -> Entry:
    return Entry() if value is None else Entry("", value, form)


def _at(known: dict[float, float | None], x: float, *, after: bool, steps: bool) -> float | None:
    """The value of a series at a position; of one that goes in steps also between those that it has."""
    if not steps:
        return known.get(x)
    before = [place for place in known if place < x or (after and place == x)]
    if not before or x > max(known):
        return None
    return known[max(before)]


# --- the charts ---


def native_chart(book: Any, chart: Chart, place: Place) -> Any:
    """A chart over the cells of its grid: lines over named positions, else lines or dots over an axis of numbers."""
    lanes = place.grid.lanes
    named = lanes[0].role.part == "label" and chart.kind != "dots" and not lanes[0].right
    area = any(lane.role.part == "range" for lane in lanes)
    lines = book.add_chart({"type": "line"} if named else {"type": "scatter", "subtype": "straight"})
    x = next(n for n, lane in enumerate(lanes) if lane.role.part == ("position" if chart.kind == "dots" else "label"))
    drawn, unnamed = 0, [0] if area else []
    for number, lane in enumerate(lanes):
        part = lane.role.part
        if part in {"label", "position", "range"} or (area and part in {"low", "high"}):
            continue
        if part == "high":
            unnamed.append(drawn)
        drawn += 1
        lines.add_series(
            {
                "name": (part == "low" and _words(chart.series[lane.role.column].name)) or place.title(number),
                "categories": place.cells(x),
                "values": place.cells(number),
                **_look(part, lane.role.column, chart, place),
            }
        )
    made = _band(book, chart, place) if area else lines
    if area:
        made.combine(lines)
    values = [lane for lane in lanes if lane.role.part == "value"]
    _dress(made, chart.title, unnamed)
    across: dict[str, Any] = {"name": _words(chart.across.title), "num_font": {"color": GREY}, "line": {"color": GREY}}
    up: dict[str, Any] = {"min": chart.up.low, "max": chart.up.high} if chart.up.low < chart.up.high else {}
    if not named and chart.across.low < chart.across.high:
        across |= {"min": chart.across.low, "max": chart.across.high, "major_gridlines": {"visible": False}}
    made.set_x_axis(across | {"label_position": "low"})
    made.set_y_axis({**_up_axis(values), **up, "name": _words(chart.up.title)})
    return made


def _band(book: Any, chart: Chart, place: Place) -> Any:
    """The range behind a line, drawn before it: a hidden area up to its lower end, and a pale one up to the upper."""
    made = book.add_chart({"type": "area", "subtype": "stacked"})
    for number, lane in enumerate(place.grid.lanes):
        if lane.role.part in {"low", "range"}:
            fill = {"none": True} if lane.role.part == "low" else {"color": PALE}
            made.add_series(
                {
                    "name": _words(chart.series[lane.role.column].name) or place.title(number),
                    "categories": place.cells(0),
                    "values": place.cells(number),
                    "fill": fill,
                    "line": {"none": True},
                }
            )
    return made


def _look(part: str, number: int, chart: Chart, place: Place) -> dict[str, Any]:
    if part == "rule":
        tone = _TONES.get(chart.rules[number].tone, GREY)
        return {"line": {"color": tone, "width": 1.25, "dash_type": "dash"}, "marker": {"type": "none"}}
    # The first line is blue, whatever bands stand before it.
    turn = sum(bool(series.points) for series in chart.series[:number])
    color = _TONES.get(chart.series[number].tone, COLORS[turn % len(COLORS)])
    if part in {"low", "high"}:
        return {"line": {"color": color, "width": 1, "dash_type": "round_dot"}, "marker": {"type": "none"}}
    if chart.kind != "dots":
        small = chart.kind == "line" and place.grid.rows <= 40
        marker = (
            {"type": "circle", "size": 5, "fill": {"color": color}, "border": {"color": color}}
            if small
            else {"type": "none"}
        )
        return {"line": {"color": color, "width": 2}, "marker": marker}
    look: dict[str, Any] = {
        "line": {"none": True},
        "marker": {"type": "circle", "size": 7, "fill": {"color": color}, "border": {"color": color}},
    }
    series = chart.series[number]
    start = sum(len(one.points) for one in chart.series[:number])
    if any(series.hollow):
        hollow = {"fill": {"color": "#FFFFFF"}, "border": {"color": color}}
        blank: list[dict[str, Any] | None] = [None] * start
        look["points"] = [*blank, *(hollow if one else None for one in series.hollow)]
    told = series.tone in {Tone.GOOD, Tone.BAD, Tone.WARNING} or all(one.tone is Tone.PLAIN for one in chart.series)
    if told and any(series.names) and len(series.points) <= _NAMED:
        custom = [{"value": place.cell(start + row, 0)} for row in range(len(series.points))]
        hidden = [{"delete": True}] * start
        look["data_labels"] = {
            "custom": [*hidden, *custom],
            "value": True,
            "position": "right",
            "font": {"size": 8, "color": GREY},
        }
    return look


def bar_chart(book: Any, title: str, place: Place, lanes: tuple[int, int], rows: tuple[int, int]) -> Any:
    """Bars of a column of a table, from above: lanes of the labels and of the values; the first row, and how many there are."""
    label, value = lanes
    made = book.add_chart({"type": "bar"})
    made.add_series(
        {
            "name": place.title(value),
            "categories": place.cells(label, *rows),
            "values": place.cells(value, *rows),
            "fill": {"color": "#7B97CC"},
            "gap": 40,
        }
    )
    _dress(made, title)
    made.set_legend({"none": True})
    below = any((number or 0) < 0 for number in place.grid.lanes[value].numbers)
    made.set_y_axis(
        {
            "reverse": True,
            "num_font": {"color": GREY},
            "line": {"color": GREY},
            "major_gridlines": {"visible": False},
            **({"label_position": "low"} if below else {}),
        }
    )
    up = _up_axis([place.grid.lanes[value]])
    made.set_x_axis({**up, **({} if below else {"min": 0}), "label_position": "high"})
    return made


def whisker_chart(book: Any, title: str, place: Place) -> Any:
    """Dots with their intervals: a line from the lower to the upper end, and a dot at the value."""
    made = book.add_chart({"type": "stock"})
    color = {"fill": {"color": BLUE}, "border": {"color": BLUE}}
    lanes = {lane.role.part: number for number, lane in enumerate(place.grid.lanes)}
    for part in ("high", "low", "value"):
        if part in lanes:
            marker = {"type": "circle", "size": 7, **color} if part == "value" else {"type": "none"}
            made.add_series(
                {
                    "name": place.title(lanes[part]),
                    "categories": place.cells(0),
                    "values": place.cells(lanes[part]),
                    "line": {"none": True},
                    "marker": marker,
                }
            )
    made.set_high_low_lines({"line": {"color": GREY, "width": 1.5}})
    _dress(made, title)
    made.set_legend({"none": True})
    made.set_x_axis(
        {
            "text_axis": True,
            "num_font": {"color": GREY, "rotation": -45 if place.grid.rows > 6 else 0},
            "line": {"color": GREY},
            "label_position": "low",
        }
    )
    made.set_y_axis(_up_axis(place.grid.lanes[1:]))
    return made


def bridge_chart(book: Any, title: str, place: Place) -> Any:
    """Columns from one level to the next."""
    made = book.add_chart({"type": "column", "subtype": "stacked"})
    fills = {"base": {"none": True}, "end": {"color": GREY}, "up": {"color": GREEN}, "down": {"color": RED}}
    for number, lane in enumerate(place.grid.lanes):
        if lane.role.part in fills:
            made.add_series(
                {
                    "name": place.title(number),
                    "categories": place.cells(0),
                    "values": place.cells(number),
                    "fill": fills[lane.role.part],
                    "gap": 30,
                }
            )
    _dress(made, title)
    made.set_legend({"none": True})
    made.set_x_axis({"num_font": {"color": GREY}, "line": {"color": GREY}, "label_position": "low"})
    made.set_y_axis(_up_axis(place.grid.lanes[1:]))
    return made


def _words(text: str) -> str:
    """Text of a chart; what begins like a formula would be one."""
    found = visible(text)
    return f" {found}" if found.startswith("=") else found


def _dress(made: Any, title: str, hidden: Sequence[int] = ()) -> None:
    made.set_title(
        {"name": _words(title) or None, "name_font": {"size": 12, "bold": True, "color": "#1F2937"}, "overlay": False}
    )
    made.set_legend({"position": "bottom", "font": {"color": GREY}, "delete_series": list(hidden)})
    made.set_chartarea({"border": {"color": "#E5E7EB"}})
    made.show_blanks_as("gap")


def _up_axis(lanes: Iterable[Lane]) -> dict[str, Any]:
    """The axis of the values: as its numbers are shown, with fewer digits where they are large."""
    entries = [entry for lane in lanes for entry in lane.entries if entry.number is not None]
    form = entries[0].form if entries else Form()
    largest = max((abs(float(entry.number or 0)) for entry in entries), default=0)
    places = min(form.places, 1) if largest < (0.1 if form.percent else 10) else 0
    return {
        "num_format": form._replace(signed=False, places=places).code,
        "num_font": {"color": GREY},
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": "#E5E7EB"}},
    }
