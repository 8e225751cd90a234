"""The report for people at a terminal, or in a file that people read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesmetrics.render.layout import GAP, Cell, Column, join, longest_word, row, total_width, width_of, wrap
from salesmetrics.render.parts import DIM, STRONG, footer_lines, hanging, header_lines
from salesmetrics.render.pivot import is_series
from salesmetrics.render.segments import segment_lines
from salesmetrics.render.text import ASCII, UNICODE, Glyphs, amount, change, fraction, interval, one_line, sparkline
from salesmetrics.render.trend import trend_lines
from salesmetrics.render.words import (
    FEW,
    FEW_LEGEND,
    families,
    few,
    interval_title,
    kept_apart,
    own_periods,
    period_legend,
    reason_words,
    title_of,
    verdict_note,
    verdict_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.text import Text

    from salesmetrics.answers.report import Metric, Report

__all__ = ["render_table"]

_INDENT = 2
_ROOMY = 100
_ORDER = ("value", "interval", "made of", "previous", "change", "relative", "verdict", "span", "trend")
_LEFT = frozenset({"verdict", "trend"})
_NAMED_BELOW = frozenset({"interval", "previous", "change", "span"})
_VANISH = ("trend",)
_MOVE_BELOW = ("span", "interval", "made of", "verdict", "relative", "previous", "change")
_VERDICT_STYLE = {"better": "green", "worse": "red"}


def render_table(report: Report, *, width: int | None, color: bool, ascii_only: bool = False) -> str:
    """Draw a report as text.

    Numbers are never cut. What does not fit beside a value moves to a line below it, and the sparkline goes first.

    Args:
        report: The report.
        width: Cells of the terminal; ``None`` draws at full width, for a pipe or a file.
        color: Write ANSI styles. They repeat what the words say.
        ascii_only: Use no signs but ASCII, for outputs that know no others. Names stay as they are.
    """
    glyphs = ASCII if ascii_only else UNICODE
    lines = header_lines(report, width, glyphs)
    if report.command == "trend":
        lines += trend_lines(report, width, glyphs)
    elif report.group_by or is_series(report):
        lines += segment_lines(report, width, glyphs)
    else:
        lines += _metric_lines(report, width, glyphs)
    lines += footer_lines(report, width, glyphs)
    return join(lines, color=color)


@dataclass(frozen=True, slots=True)
class _Line:
    metric: Metric
    title: str
    cells: Mapping[str, Cell]

    @property
    def id(self) -> str:
        return self.metric.id

    @property
    def family(self) -> str:
        return self.metric.family


@dataclass(frozen=True, slots=True)
class _Grid:
    """What stands where: the columns beside the titles, and what goes to a line below each value."""

    title_width: int
    columns: Mapping[str, Column]
    below: Mapping[str, str]
    width: int | None
    glyphs: Glyphs

    @property
    def inner(self) -> list[Column]:
        return [Column(self.title_width), *self.columns.values()]


def _metric_lines(report: Report, width: int | None, glyphs: Glyphs) -> list[Text]:
    if not report.metrics:
        return []
    apart = kept_apart(report.metrics)
    marked = any(map(few, report.metrics))
    roomy = width is None or width >= _ROOMY
    marks = own_periods(report)
    found = [
        _line(metric, glyphs, title_of(metric, apart=apart, marks=marks), marked=marked, roomy=roomy)
        for metric in report.metrics
    ]
    headings = {
        "value": "value",
        "interval": interval_title(report.metrics),
        "made of": "k/n",
        "previous": "previous",
        "change": "change",
        "span": "change interval",
        "trend": "12 months",
    }
    grid = _fit(found, headings, width, glyphs)
    heading = [Cell(), *(Cell(headings.get(name, ""), DIM) for name in grid.columns)]
    lines = [*wrap(Cell(), None), *row(heading, grid.inner, indent=_INDENT)]
    for family, members in families(found):
        lines += wrap(Cell(one_line(family).capitalize(), STRONG), width)
        for line in members:
            lines += _draw(line, grid) if line.metric.value is not None else _draw_undefined(line, grid)
    legend = [*([FEW_LEGEND] if marked else []), *verdict_note(report), *period_legend(marks)]
    if legend:
        lines += wrap(Cell(), None)
    for text in legend:
        lines += wrap(Cell(text, DIM), width)
    return lines


def _line(metric: Metric, glyphs: Glyphs, title: str, *, marked: bool, roomy: bool) -> _Line:
    style = DIM if few(metric) or metric.value is None else ""
    absolute, relative, span = change(metric.change, metric.unit, glyphs=glyphs)
    verdict = verdict_text(metric)
    mark = (FEW if few(metric) else " ") if marked else ""
    has_previous = metric.previous is not None or metric.change is not None
    cells = {
        "value": Cell(amount(metric.value, metric.unit, glyphs=glyphs) + mark, style),
        "interval": Cell(interval(metric.interval, metric.unit, glyphs=glyphs), DIM),
        "made of": Cell(fraction(metric, amounts=roomy), DIM),
        "previous": Cell(amount(metric.previous, metric.unit, glyphs=glyphs) if has_previous else "", DIM),
        "change": Cell(absolute),
        "relative": Cell(relative),
        "verdict": Cell(verdict, _VERDICT_STYLE.get(verdict, "")),
        "span": Cell(span, DIM),
        "trend": Cell(sparkline(metric.trend, metric.unit, glyphs=glyphs), "cyan"),
    }
    return _Line(metric, title, cells)


def _fit(lines: Sequence[_Line], headings: Mapping[str, str], width: int | None, glyphs: Glyphs) -> _Grid:
    columns = {
        name: _column(name, lines, headings)
        for name in _ORDER
        if name == "value" or any(line.cells[name].text for line in lines)
    }
    longest = width_of(line.title for line in lines)
    if width is None:
        return _Grid(longest, columns, {}, width, glyphs)
    room = width - _INDENT
    wanted = min(longest, max(width // 3, 24))
    below = []
    for name in (*_VANISH, *_MOVE_BELOW):
        if total_width([Column(wanted), *columns.values()]) <= room:
            break
        if columns.pop(name, None) and name not in _VANISH:
            below.append(name)
    left = room - GAP - total_width(list(columns.values()))
    floor = min(max(longest_word(line.title) for line in lines), 12)
    named = {name: headings[name] if name in _NAMED_BELOW else "" for name in _ORDER if name in below}
    return _Grid(max(min(wanted, left), floor), columns, named, width, glyphs)


def _column(name: str, lines: Sequence[_Line], headings: Mapping[str, str]) -> Column:
    texts = [line.cells[name].text for line in lines if name == "value" or line.metric.value is not None]
    return Column(max(width_of(texts), width_of([headings.get(name, "")])), right=name not in _LEFT)


def _draw(line: _Line, grid: _Grid) -> list[Text]:
    cells = [Cell(line.title), *(line.cells[name] for name in grid.columns)]
    lines = row(cells, grid.inner, indent=_INDENT)
    details = [
        f"{heading} {line.cells[name].text}".strip() for name, heading in grid.below.items() if line.cells[name].text
    ]
    return lines + (_below(f"{grid.glyphs.dot} ".join(details), grid) if details else [])


def _draw_undefined(line: _Line, grid: _Grid) -> list[Text]:
    """The reason takes the place of everything that a value would have beside it."""
    made_of = [fraction(line.metric)] if line.metric.n else []
    previous = [f"previous {line.cells['previous'].text}"] if line.metric.previous is not None else []
    words = f"{grid.glyphs.dot} ".join([reason_words(line.metric), *made_of, *previous])
    head = [Column(grid.title_width), grid.columns["value"]]
    room = None if grid.width is None else grid.width - _INDENT - total_width(head) - GAP
    if room is not None and room < min(width_of([words]), 24):
        return [*row([Cell(line.title), line.cells["value"]], head, indent=_INDENT), *_below(words, grid)]
    rest = Column(width_of([words]) if room is None else room)
    return row([Cell(line.title), line.cells["value"], Cell(words, DIM)], [*head, rest], indent=_INDENT)


def _below(text: str, grid: _Grid) -> list[Text]:
    return hanging(Cell(), Cell(text, DIM), grid.width, lead_width=0, indent=_INDENT)
