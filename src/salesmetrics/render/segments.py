"""Segments or periods as rows: blocks of KPI columns that each fit the width."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from salesmetrics.render.layout import GAP, Cell, Column, heading_width, row, total_width, width_of, wrap
from salesmetrics.render.parts import DIM, STRONG
from salesmetrics.render.pivot import pivot
from salesmetrics.render.text import amount, change, fraction, interval, one_line
from salesmetrics.render.words import FEW, FEW_LEGEND, few, interval_title, own_periods, period_legend, undefined_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from salesmetrics.render.pivot import Kpi, Pivot
    from salesmetrics.render.text import Glyphs
    from salesmetrics.report.model import Metric, Report

__all__ = ["segment_lines"]

_FEW_KPIS = 3


@dataclass(frozen=True, slots=True)
class _Field:
    """A column to draw: a heading, a cell for each row, and what it belongs to."""

    kpi: Kpi
    heading: str
    cells: tuple[Cell, ...]
    width: int
    right: bool = True


def segment_lines(report: Report, width: int | None, glyphs: Glyphs) -> list[Text]:
    """Draw a grouped report, the total first; the label columns are repeated in each block."""
    if not report.metrics:
        return []
    turned = pivot(report)
    labels = _label_columns(turned, width)
    room = None if width is None else width - total_width(labels) - GAP
    lines: list[Text] = []
    for block in _blocks(_fields(turned, room, glyphs), room):
        lines += [*wrap(Cell(), None), *_block_lines(turned, labels, block, width, glyphs)]
    return [*lines, *_notes(report, width, glyphs)]


def _label_columns(turned: Pivot, width: int | None) -> list[Column]:
    natural = [
        max(width_of(entry.labels[index] for entry in turned.rows), width_of([header]))
        for index, header in enumerate(turned.headers)
    ]
    return [Column(size) for size in (natural if width is None else _shared(natural, width * 2 // 5))]


def _shared(natural: Sequence[int], room: int) -> list[int]:
    """Narrow columns get what they need, wide ones share the rest evenly."""
    sizes = list(natural)
    left, open_columns = room, sorted(range(len(sizes)), key=lambda index: sizes[index])
    while open_columns:
        share = max(left // len(open_columns), 8)
        index = open_columns.pop(0)
        sizes[index] = min(sizes[index], share)
        left -= sizes[index]
    return sizes


def _fields(turned: Pivot, room: int | None, glyphs: Glyphs) -> list[list[_Field]]:
    """The columns of each KPI, which stay together: all that is known where it fits, else the value and its change."""
    if len(turned.kpis) <= _FEW_KPIS:
        full = [_kpi_fields(kpi, turned, room, glyphs, full=True) for kpi in turned.kpis]
        if room is None or all(_group_width(fields) <= room for fields in full):
            return full
    return [_kpi_fields(kpi, turned, room, glyphs, full=False) for kpi in turned.kpis]


def _kpi_fields(kpi: Kpi, turned: Pivot, room: int | None, glyphs: Glyphs, *, full: bool) -> list[_Field]:
    metrics = [entry.cells.get(kpi.id) for entry in turned.rows]
    known = [metric for metric in metrics if metric is not None]
    marked = any(map(few, known))
    texts: list[tuple[str, list[Cell], bool]] = [
        (kpi.title, [_value_cell(metric, glyphs, marked=marked) for metric in metrics], True)
    ]
    steps = [change(metric.change, metric.unit, glyphs=glyphs) if metric else ("", "", "") for metric in metrics]
    if full:
        spans = [
            Cell(interval(metric.interval, metric.unit, glyphs=glyphs) if metric else "", DIM) for metric in metrics
        ]
        texts.append((interval_title(known), spans, True))
        texts.append(("k/n", [Cell(fraction(metric) if metric else "", DIM) for metric in metrics], True))
        texts.append(("previous", [_previous_cell(metric, glyphs) for metric in metrics], True))
        texts.append(("change", [Cell(absolute) for absolute, _, _ in steps], True))
    texts.append(("change", [Cell(relative or absolute) for absolute, relative, _ in steps], True))
    if full:
        texts.append(("verdict", [_verdict_cell(metric) for metric in metrics], False))
    fields = []
    for index, (heading, cells, right) in enumerate(texts):
        content = width_of(cell.text for cell in cells)
        if index == 0 or (content and [cell.text for cell in cells] != [cell.text for cell in texts[index - 1][1]]):
            needed = heading_width(heading)
            width = max(content, needed if room is None else min(needed, room))
            fields.append(_Field(kpi, heading, tuple(cells), width, right))
    return fields


def _value_cell(metric: Metric | None, glyphs: Glyphs, *, marked: bool) -> Cell:
    if metric is None:
        return Cell()
    mark = (FEW if few(metric) else " ") if marked else ""
    style = DIM if few(metric) or metric.value is None else ""
    return Cell(amount(metric.value, metric.unit, glyphs=glyphs) + mark, style)


def _previous_cell(metric: Metric | None, glyphs: Glyphs) -> Cell:
    if metric is None or (metric.previous is None and metric.change is None):
        return Cell()
    return Cell(amount(metric.previous, metric.unit, glyphs=glyphs), DIM)


def _verdict_cell(metric: Metric | None) -> Cell:
    verdict = metric.change.verdict if metric and metric.change and metric.change.verdict else ""
    return Cell(verdict, {"better": "green", "worse": "red"}.get(verdict, ""))


def _group_width(fields: Sequence[_Field]) -> int:
    return total_width([Column(field.width) for field in fields])


def _blocks(groups: Sequence[list[_Field]], room: int | None) -> list[list[_Field]]:
    """Fill blocks family by family; a family is split only where it does not fit a block of its own."""
    blocks: list[list[_Field]] = [[]]
    for _, members in groupby(groups, key=lambda fields: fields[0].kpi.family):
        family = list(members)
        together = [field for fields in family for field in fields]
        pieces = [together] if room is None or _group_width(together) <= room else family
        for piece in pieces:
            if blocks[-1] and room is not None and _group_width([*blocks[-1], *piece]) > room:
                blocks.append([])
            blocks[-1].extend(piece)
    return blocks


def _block_lines(
    turned: Pivot, labels: Sequence[Column], block: Sequence[_Field], width: int | None, glyphs: Glyphs
) -> list[Text]:
    families = dict.fromkeys(one_line(field.kpi.family).capitalize() for field in block)
    shown = {field.kpi.id for field in block}
    rows = [(index, entry) for index, entry in enumerate(turned.rows) if not shown.isdisjoint(entry.cells)]
    # The last label is the currency, where there are several; a block without money has none to name.
    used = [position for position in range(len(labels)) if any(entry.labels[position] for _, entry in rows)]
    columns = [*(labels[position] for position in used), *(Column(field.width, right=field.right) for field in block)]
    headings = [*(Cell(turned.headers[position], DIM) for position in used), *(Cell(f.heading, DIM) for f in block)]
    rule = Cell(glyphs.rule * min(total_width(columns), width or total_width(columns)), DIM)
    lines = [*wrap(Cell(f"{glyphs.dot} ".join(families), STRONG), width), *row(headings, columns), *wrap(rule, None)]
    for index, entry in rows:
        style = STRONG if entry.total else ""
        cells = [*(Cell(entry.labels[position], style) for position in used), *(field.cells[index] for field in block)]
        lines += row(cells, columns)
    return lines


def _notes(report: Report, width: int | None, glyphs: Glyphs) -> list[Text]:
    notes = []
    if any(map(few, report.metrics)):
        notes.append(FEW_LEGEND)
    notes += period_legend(own_periods(report))
    undefined = undefined_counts(report.metrics)
    if undefined:
        listed = ", ".join(f"{number:,} {glyphs.times} {words}" for number, words in undefined)
        notes.append(f"{glyphs.undefined} undefined: {listed}")
    lines = [text for note in notes for text in wrap(Cell(note, DIM), width)]
    return [*wrap(Cell(), None), *lines] if lines else []
