"""A KPI over time as a table with a bar per period, and what is unusual in words."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.bar import Bar
from rich.console import Console

from salesmetrics.render.layout import Cell, Column, row, total_width, width_of, wrap
from salesmetrics.render.parts import DIM, STRONG
from salesmetrics.render.text import Glyphs, amount, fraction, interval
from salesmetrics.render.trend_words import blocks, limits_text, period_label, trend_notes
from salesmetrics.render.words import FEW, FEW_LEGEND, currencies, few, interval_title, undefined_counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from salesmetrics.answers.report import Metric, Report

__all__ = ["trend_lines"]

_INDENT = 2
_BAR, _NARROWEST_BAR, _WIDEST_BAR = "", 10, 40
_LEAVE = (_BAR, "own limits", "k/n", "interval")
"""What gives way on a narrow screen, first to last; the notes say what the limits would have."""


@dataclass(frozen=True, slots=True)
class _Field:
    heading: str
    cells: tuple[Cell, ...]
    right: bool = True


def trend_lines(report: Report, width: int | None, glyphs: Glyphs) -> list[Text]:
    """Draw a trend: one block for the total and for each segment, a line per period.

    Gaps keep their line, and a note says why they have no value. Bars stand on zero and share one scale in a block.
    """
    several = len(currencies(report.metrics)) > 1
    lines: list[Text] = []
    for title, block in blocks(report, several=several):
        lines += [*wrap(Cell(), None), *wrap(Cell(title, STRONG), width), *_block(block, width, glyphs)]
    notes = [*trend_notes(report, glyphs), *([FEW_LEGEND] if any(map(few, report.metrics)) else [])]
    undefined = ", ".join(f"{number:,} {glyphs.times} {words}" for number, words in undefined_counts(report.metrics))
    notes += [f"{glyphs.undefined} undefined: {undefined}"] if undefined else []
    return [*lines, *wrap(Cell(), None), *(text for note in notes for text in wrap(Cell(note, DIM), width))]


def _block(block: Sequence[Metric], width: int | None, glyphs: Glyphs) -> list[Text]:
    fields = [field for field in _fields(block, glyphs) if any(cell.text for cell in field.cells)]
    bar = _bar_width(fields, width)
    for heading in _LEAVE[1:]:
        if width is None or bar or total_width(_columns(fields)) + _INDENT <= width:
            break
        fields = [
            field
            for field in fields
            if field.heading != heading and not (heading == "interval" and _is_interval(field))
        ]
    if bar:
        fields.append(_Field(_BAR, tuple(_bars(block, bar, glyphs)), right=False))
    columns = _columns(fields)
    lines = row([Cell(field.heading, DIM) for field in fields], columns, indent=_INDENT)
    for index in range(len(block)):
        lines += row([field.cells[index] for field in fields], columns, indent=_INDENT)
    return lines


def _is_interval(field: _Field) -> bool:
    return field.heading.endswith("interval")


def _columns(fields: Sequence[_Field]) -> list[Column]:
    return [
        Column(max(width_of(cell.text for cell in field.cells), width_of([field.heading])), right=field.right)
        for field in fields
    ]


def _bar_width(fields: Sequence[_Field], width: int | None) -> int:
    if width is None:
        return _WIDEST_BAR
    left = width - _INDENT - total_width([*_columns(fields), Column(0)])
    return min(left, _WIDEST_BAR) if left >= _NARROWEST_BAR else 0


def _fields(block: Sequence[Metric], glyphs: Glyphs) -> Iterator[_Field]:
    marked = any(map(few, block))
    yield _Field("period", tuple(Cell(period_label(metric)) for metric in block), right=False)
    yield _Field("value", tuple(_value(metric, glyphs, marked=marked) for metric in block))
    spans = (interval(metric.interval, metric.unit, glyphs=glyphs) for metric in block)
    yield _Field(interval_title(block), tuple(Cell(text, DIM) for text in spans))
    yield _Field("k/n", tuple(Cell(fraction(metric), DIM) for metric in block))
    limits = (limits_text(metric.limits, metric, glyphs) for metric in block)
    yield _Field("own limits", tuple(Cell(text, DIM) for text in limits))
    yield _Field("", tuple(Cell(_word(metric)) for metric in block), right=False)


def _value(metric: Metric, glyphs: Glyphs, *, marked: bool) -> Cell:
    mark = (FEW if few(metric) else " ") if marked else ""
    style = DIM if few(metric) or metric.value is None else ""
    return Cell(amount(metric.value, metric.unit, glyphs=glyphs) + mark, style)


def _word(metric: Metric) -> str:
    return (metric.limits.outside or "") if metric.limits else ""


def _bars(block: Sequence[Metric], width: int, glyphs: Glyphs) -> list[Cell]:
    values = [float(metric.value) if metric.value is not None else None for metric in block]
    top = max((value for value in values if value is not None), default=0.0)
    return [Cell(_bar(value, top, width, glyphs).rstrip(), "cyan") if value and top > 0 else Cell() for value in values]


def _bar(value: float, top: float, width: int, glyphs: Glyphs) -> str:
    if glyphs.rule == "-":
        return "#" * round(width * max(value, 0.0) / top)
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False, _environ={})
    with console.capture() as capture:
        console.print(Bar(top, 0, value, width=width))
    return capture.get()
