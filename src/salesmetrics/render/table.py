"""The report for people at a terminal, or in a file that people read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from salesmetrics.render.layout import GAP, Cell, Column, join, longest_word, row, total_width, width_of, wrap
from salesmetrics.render.parts import DIM, STRONG, footer_lines, hanging, header_lines
from salesmetrics.render.pivot import is_series
from salesmetrics.render.segments import segment_lines
from salesmetrics.render.text import ASCII, UNICODE, Glyphs, amount, change, fraction, interval, one_line, sparkline
from salesmetrics.render.words import FEW, currencies, interval_title, reason_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from salesmetrics.report.model import Metric, Report

__all__ = ["render_table"]

_ORDER = ("value", "interval", "made of", "previous", "change", "relative", "verdict", "span", "trend")
_LEFT = frozenset({"verdict", "trend"})
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
    if report.group_by or is_series(report):
        lines += segment_lines(report, width, glyphs)
    else:
        lines += _metric_lines(report, width, glyphs)
    lines += footer_lines(report, width, glyphs)
    return join(lines, color=color)


@dataclass(frozen=True, slots=True)
class _Line:
    metric: Metric
    title: str
    cells: dict[str, Cell]


def _metric_lines(report: Report, width: int | None, glyphs: Glyphs) -> list[Text]:
    if not report.metrics:
        return []
    name_currency = len(currencies(report.metrics)) > 1
    marked = any(metric.small for metric in report.metrics)
    found = [_line(metric, glyphs, name_currency=name_currency, marked=marked) for metric in report.metrics]
    titles = {
        "value": "value",
        "interval": interval_title(report.metrics),
        "made of": "k / n",
        "previous": "previous",
        "change": "change",
        "span": "of change",
        "trend": "12 months",
    }
    title_width, shown, below = _fit(found, titles, width)
    columns = [Column(title_width), *(_column(name, found, titles) for name in shown)]
    lines = [*wrap(Cell(), None), *row([Cell(), *(Cell(titles.get(name, ""), DIM) for name in shown)], columns)]
    for family, members in groupby(found, key=lambda line: line.metric.family):
        lines += wrap(Cell(one_line(family).capitalize(), STRONG), width)
        for line in members:
            lines += _draw(line, shown, below, columns, width, glyphs)
    if any(line.metric.small for line in found):
        lines += [
            *wrap(Cell(), None),
            *wrap(Cell(f"{FEW} few records: read with care, no verdict is drawn", DIM), width),
        ]
    return lines


def _line(metric: Metric, glyphs: Glyphs, *, name_currency: bool, marked: bool) -> _Line:
    style = DIM if metric.small or metric.value is None else ""
    absolute, relative, span = change(metric.change, metric.unit, glyphs=glyphs)
    verdict = (metric.change.verdict if metric.change else None) or ""
    currency = metric.currency if name_currency else None
    mark = (FEW if metric.small and metric.value is not None else " ") if marked else ""
    has_previous = metric.previous is not None or metric.change is not None
    cells = {
        "value": Cell(amount(metric.value, metric.unit, currency=currency, glyphs=glyphs) + mark, style),
        "interval": Cell(interval(metric.interval, metric.unit, glyphs=glyphs), DIM),
        "made of": Cell(fraction(metric), DIM),
        "previous": Cell(amount(metric.previous, metric.unit, glyphs=glyphs) if has_previous else "", DIM),
        "change": Cell(absolute),
        "relative": Cell(relative),
        "verdict": Cell(verdict, _VERDICT_STYLE.get(verdict, "")),
        "span": Cell(span, DIM),
        "trend": Cell(sparkline(metric.trend, metric.unit, glyphs=glyphs), "cyan"),
    }
    return _Line(metric, one_line(metric.title), cells)


def _column(name: str, lines: Sequence[_Line], titles: dict[str, str]) -> Column:
    texts = [line.cells[name].text for line in lines if name == "value" or line.metric.value is not None]
    return Column(max(width_of(texts), width_of([titles.get(name, "")])), right=name not in _LEFT)


def _fit(
    lines: Sequence[_Line], titles: dict[str, str], width: int | None
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """The width of the title column, the columns beside it, and what goes to a line below each value."""
    shown = [name for name in _ORDER if name == "value" or any(line.cells[name].text for line in lines)]
    longest = width_of(line.title for line in lines) + 2
    if width is None:
        return longest, tuple(shown), ()
    wanted = min(longest, max(width // 3, 24))
    below: list[str] = []
    for name in (*_VANISH, *_MOVE_BELOW):
        columns = [Column(wanted), *(_column(item, lines, titles) for item in shown)]
        if total_width(columns) <= width:
            break
        if name in shown:
            shown.remove(name)
            below += [] if name in _VANISH else [name]
    beside = total_width([_column(item, lines, titles) for item in shown]) + GAP
    floor = max(longest_word(line.title) for line in lines) + 2
    title_width = max(min(wanted, width - beside), min(floor, 12))
    return title_width, tuple(shown), tuple(name for name in _ORDER if name in below)


def _draw(
    line: _Line,
    shown: Sequence[str],
    below: Sequence[str],
    columns: Sequence[Column],
    width: int | None,
    glyphs: Glyphs,
) -> list[Text]:
    if line.metric.value is None:
        return _draw_undefined(line, columns, width)
    # The indent of the first line belongs to the lines that follow it, too.
    lines = row([Cell(line.title), *(line.cells[name] for name in shown)], _indented(columns), indent=2)
    details = [line.cells[name].text for name in below if line.cells[name].text]
    if details:
        lines += hanging(Cell(), Cell(f" {glyphs.dot} ".join(details), DIM), width, lead_width=0, indent=2)
    return lines


def _draw_undefined(line: _Line, columns: Sequence[Column], width: int | None) -> list[Text]:
    words = Cell(reason_words(line.metric), DIM)
    head = _indented(columns[:2])
    rest = None if width is None else width - total_width(columns[:2]) - GAP
    if rest is not None and rest < min(width_of([words.text]), 24):
        lines = row([Cell(line.title), line.cells["value"]], head, indent=2)
        return [*lines, *hanging(Cell(), words, width, lead_width=0, indent=2)]
    wide = Column(width_of([words.text]) if rest is None else rest)
    return row([Cell(line.title), line.cells["value"], words], [*head, wide], indent=2)


def _indented(columns: Sequence[Column]) -> list[Column]:
    return [Column(columns[0].width - 2), *columns[1:]]
