"""Segments or periods as rows: blocks of KPI columns that each fit the width."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from salesmetrics.render.layout import GAP, Cell, Column, heading_width, longest_word, row, total_width, width_of, wrap
from salesmetrics.render.parts import DIM, STRONG
from salesmetrics.render.pivot import pivot
from salesmetrics.render.text import amount, change, fraction, interval, one_line
from salesmetrics.render.words import (
    FEW,
    FEW_LEGEND,
    chance_note,
    few,
    interval_title,
    own_periods,
    period_legend,
    undefined_counts,
    verdict_note,
    verdict_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from rich.text import Text

    from salesmetrics.answers.report import Metric, Report
    from salesmetrics.render.pivot import Kpi, Pivot
    from salesmetrics.render.text import Glyphs

__all__ = ["segment_lines"]

_FEW_KPIS = 3

_ALL = frozenset({"interval", "k/n", "previous", "absolute", "verdict"})
_LEVELS = (
    _ALL,
    frozenset({"k/n", "previous", "verdict"}),
    frozenset({"k/n", "verdict"}),
    frozenset({"rate k/n", "verdict"}),
    frozenset({"verdict"}),
    frozenset({"narrow verdict"}),
    frozenset[str](),
)
"""What stands beside a value and its change, from all to nothing: the first that fits is drawn."""

_SAID = {"interval": "intervals", "k/n": "k/n", "previous": "previous values", "verdict": "verdicts"}


@dataclass(frozen=True, slots=True)
class _Field:
    """A column to draw: what it is, a heading, a cell for each row, and the KPI it belongs to."""

    kpi: Kpi
    name: str
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
    blocks = _drawn(turned, room, glyphs)
    lines: list[Text] = []
    for block in blocks:
        lines += [*wrap(Cell(), None), *_block_lines(turned, labels, block, width, glyphs)]
    known = [field for kpi in turned.kpis for field in _kpi_fields(kpi, turned, None, glyphs, _ALL)]
    return [*lines, *_notes(report, width, glyphs, _left_out(known, blocks))]


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


def _drawn(turned: Pivot, room: int | None, glyphs: Glyphs) -> list[list[_Field]]:
    """The blocks: as few as the width allows, each with all that there is room for beside its values.

    A verdict stays beside its change, whatever the number of KPIs; without a comparison many KPIs are values only.
    """
    full = [_kpi_fields(kpi, turned, room, glyphs, _ALL) for kpi in turned.kpis]
    compared = any(metric.change for entry in turned.rows for metric in entry.cells.values())
    few_kpis = len(turned.kpis) <= _FEW_KPIS
    if (compared or few_kpis) and (room is None or (few_kpis and all(_group_width(one) <= room for one in full))):
        return _blocks(full, room)
    if not compared:
        return _blocks([_kpi_fields(kpi, turned, room, glyphs, _LEVELS[-1]) for kpi in turned.kpis], room)
    levels = [[_kpi_fields(kpi, turned, room, glyphs, level) for level in _LEVELS] for kpi in turned.kpis]
    narrow = [_first_that_fits(one[-3:], room) for one in levels]
    by_id = {one[0][0].kpi.id: one for one in levels}
    return [_widened(block, by_id, room) for block in _blocks(narrow, room)]


def _widened(block: list[_Field], levels: Mapping[str, list[list[_Field]]], room: int | None) -> list[_Field]:
    """A block with the most that fits, the same for each of its KPIs."""
    ids = list(dict.fromkeys(field.kpi.id for field in block))
    wider = ([field for kpi in ids for field in levels[kpi][level]] for level in range(len(_LEVELS) - 3))
    return _first_that_fits([*wider, block], room)


def _first_that_fits(choices: Sequence[list[_Field]], room: int | None) -> list[_Field]:
    return next((fields for fields in choices if room is None or _group_width(fields) <= room), choices[-1])


def _left_out(known: Sequence[_Field], blocks: Sequence[Sequence[_Field]]) -> list[str]:
    """The columns that would say something and are not drawn, in words."""
    drawn = {(field.kpi.id, field.name) for block in blocks for field in block}
    missing = {field.name for field in known if (field.kpi.id, field.name) not in drawn}
    return [words for name, words in _SAID.items() if name in missing]


def _kpi_fields(kpi: Kpi, turned: Pivot, room: int | None, glyphs: Glyphs, shown: AbstractSet[str]) -> list[_Field]:
    """The columns of a KPI, which stay together; one that holds nothing, or what the one before it says, is left out."""
    metrics = [entry.cells.get(kpi.id) for entry in turned.rows]
    known = [metric for metric in metrics if metric is not None]
    fields: list[_Field] = []
    before: list[str] = []
    for name, heading, cells in _kpi_texts(kpi, metrics, known, glyphs):
        rate = name == "k/n" and "rate k/n" in shown and any(metric.unit == "ratio" for metric in known)
        narrow = name == "verdict" and "narrow verdict" in shown
        if name not in {"value", "change"} and name not in shown and not rate and not narrow:
            continue
        texts = [cell.text for cell in cells]
        content = max(map(longest_word, texts), default=0) if narrow else width_of(texts)
        if not fields or (content and texts != before):
            needed = heading_width(heading)
            width = max(content, needed if room is None else min(needed, room))
            kept = "change" if name == "absolute" else name
            fields.append(_Field(kpi, kept, heading, tuple(cells), width, name != "verdict"))
        before = texts
    return fields


def _kpi_texts(
    kpi: Kpi, metrics: Sequence[Metric | None], known: Sequence[Metric], glyphs: Glyphs
) -> list[tuple[str, str, list[Cell]]]:
    """Everything there is to say of a KPI: name, heading and cells of each column."""
    marked = any(map(few, known))
    steps = [change(metric.change, metric.unit, glyphs=glyphs) if metric else ("", "", "") for metric in metrics]
    spans = [Cell(interval(metric.interval, metric.unit, glyphs=glyphs) if metric else "", DIM) for metric in metrics]
    return [
        ("value", kpi.title, [_value_cell(metric, glyphs, marked=marked) for metric in metrics]),
        ("interval", interval_title(known), spans),
        ("k/n", "k/n", [Cell(fraction(metric) if metric else "", DIM) for metric in metrics]),
        ("previous", "previous", [_previous_cell(metric, glyphs) for metric in metrics]),
        ("absolute", "change", [Cell(absolute) for absolute, _, _ in steps]),
        ("change", "change", [Cell(relative or absolute) for absolute, relative, _ in steps]),
        ("verdict", "verdict", [_verdict_cell(metric) for metric in metrics]),
    ]


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
    verdict = verdict_text(metric)
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


def _notes(report: Report, width: int | None, glyphs: Glyphs, missing: Sequence[str]) -> list[Text]:
    notes = []
    if missing:
        narrowed = "" if width is None else f"narrowed to {width} columns: "
        said = " and ".join([", ".join(missing[:-1]), missing[-1]] if len(missing) > 1 else missing)
        notes.append(f"{narrowed}{said} are in --format csv or json")
    notes += chance_note(report)
    if any(map(few, report.metrics)):
        notes.append(FEW_LEGEND)
    notes += verdict_note(report)
    notes += period_legend(own_periods(report))
    undefined = undefined_counts(report.metrics)
    if undefined:
        listed = ", ".join(f"{number:,} {glyphs.times} {words}" for number, words in undefined)
        notes.append(f"{glyphs.undefined} undefined: {listed}")
    lines = [text for note in notes for text in wrap(Cell(note, DIM), width)]
    return [*wrap(Cell(), None), *lines] if lines else []
