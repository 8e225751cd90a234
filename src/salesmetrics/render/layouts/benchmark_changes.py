"""How the parts of a change look: what segments did and what their mix did. Own file: a second part of a benchmark's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.answers.report import Change
from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import Cell, Column, Heading, Kind, Narrow, Row, Step, Table, Text, Tone
from salesmetrics.render.layouts.pages import with_marks
from salesmetrics.render.layouts.words import (
    field_name,
    reason_text,
    segment_name,
)
from salesmetrics.render.rounding import rounded
from salesmetrics.render.scales import bounds
from salesmetrics.render.text import amount, change, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.benchmark import Benchmark, BenchmarkChange, BenchmarkPart, BenchmarkVelocity
    from salesmetrics.answers.report import Number, Unit
    from salesmetrics.render.document import Block

__all__ = ["benchmark_changes"]

_FINEST = {"ratio": 3, "money": 2, "money_per_day": 2}
"""Unit → places of its parts, so that they add up on the screen; a ratio is shown as points with one place."""


def benchmark_changes(answer: Benchmark, *, drawn: bool = False) -> list[Block]:
    """A sentence and a table per KPI, then the factors of velocity; nothing without an earlier period.

    ``drawn`` with a bar for what each segment or factor adds.
    """
    divided = [item for item in answer.changes if item.change is not None]
    if answer.comparison is None or not (divided or answer.velocity):
        return []
    before, after = one_line(answer.comparison.label), one_line(answer.period.label)
    blocks: list[Block] = [Heading(phrase("bench_heading_changes", before=before, after=after))]
    for item in divided:
        blocks += _parts(item, answer, first=item is divided[0], drawn=drawn)
    blocks += [block for item in answer.velocity for block in _velocity(item, drawn=drawn)]
    legends = [*(["bench_parts_legend"] if divided else []), *(["bench_velocity_legend"] if answer.velocity else [])]
    blocks += [Text(phrase(code), Tone.MUTED, apart=not place) for place, code in enumerate(legends)]
    reasons: dict[str, list[str]] = {}
    for item in answer.changes:
        if item.reason is not None:
            reasons.setdefault(item.reason, []).append(item.title)
    blocks += [
        Text(phrase("bench_no_parts", titles=titles, reason=reason_text(code)), Tone.MUTED)
        for code, titles in reasons.items()
    ]
    return blocks


def _parts(item: BenchmarkChange, answer: Benchmark, *, first: bool, drawn: bool) -> list[Block]:
    whole, within, mix = _adding_up(item.change, [item.within, item.mix], item.unit)
    texts = {name: _step(value, item.unit) for name, value in (("change", whole), ("within", within), ("mix", mix))}
    code = f"parts_{answer.group_by[0]}" if len(answer.group_by) == 1 else ""
    said = phrase(
        "bench_parts",
        title=_titled(item.title, item.currency, answer),
        previous=amount(item.previous, item.unit),
        value=amount(item.value, item.unit),
        segments=Message(code if code in _NAMED else "parts_of_segments"),
        **texts,
    )
    blocks: list[Block] = [Text(said, Tone.STRONG, apart=not first)]
    if item.paradox is not None:
        blocks.append(Text(phrase(f"bench_paradox_{item.paradox}", by=list(map(field_name, answer.group_by)))))
    columns = [
        Column(joined(map(field_name, answer.group_by)), Kind.LABEL),
        Column(phrase("column_previous"), Kind.NUMBER),
        Column(phrase("column_value"), Kind.VALUE),
        Column(phrase("column_share_before"), Kind.NUMBER, 2, Narrow.VANISH),
        Column(phrase("column_share_now"), Kind.NUMBER, 2, Narrow.VANISH),
        Column(phrase("column_within"), Kind.CHANGE),
        Column(phrase("column_mix"), Kind.CHANGE),
    ]
    ordered = sorted(item.segments, key=lambda part: -abs(float(part.within) + float(part.mix)))
    rows = [_row(part, item.unit) for part in ordered]
    table = Table(tuple(columns), tuple(rows), apart=False, drops="last")
    return [*blocks, _with_steps(table, [float(part.within) + float(part.mix) for part in ordered]) if drawn else table]


def _with_steps(table: Table, steps: Sequence[float]) -> Table:
    """A bar per row from zero to what it adds."""
    between = bounds(steps)
    marks = [Step(between, min(step, 0.0), max(step, 0.0)) if step else None for step in steps]
    return with_marks(table, Column("", Kind.MARK, 3, Narrow.VANISH, detail=True), marks)


_NAMED = frozenset({"parts_owner", "parts_team", "parts_region", "parts_product", "parts_source"})


def _row(part: BenchmarkPart, unit: Unit) -> Row:
    name = joined(segment_name(v) for v in part.group.values())
    return Row(
        (
            Cell(name),
            Cell(amount(part.previous, unit), Tone.MUTED, part.previous, unit),
            Cell(amount(part.value, unit), value=part.value, unit=unit),
            Cell(amount(part.previous_share, "ratio"), Tone.MUTED, part.previous_share, "ratio"),
            Cell(amount(part.share, "ratio"), Tone.MUTED, part.share, "ratio"),
            _part(part.within, unit),
            _part(part.mix, unit),
        )
    )


def _part(step: Number, unit: Unit) -> Cell:
    return Cell(_step(rounded([step, step], _FINEST.get(unit, 1))[0], unit), value=step, unit=unit)


def _velocity(item: BenchmarkVelocity, *, drawn: bool) -> list[Block]:
    unit: Unit = "money_per_day"
    whole, *parts = _adding_up(item.change, [factor.part for factor in item.factors], unit)
    columns = [
        Column(phrase("column_factor"), Kind.LABEL),
        Column(phrase("column_previous"), Kind.NUMBER),
        Column(phrase("column_value"), Kind.VALUE),
        Column(phrase("column_part"), Kind.CHANGE),
    ]
    rows = [
        Row(
            (
                Cell(one_line(factor.title)),
                Cell(amount(factor.previous, factor.unit), Tone.MUTED, factor.previous, factor.unit),
                Cell(amount(factor.value, factor.unit), value=factor.value, unit=factor.unit),
                Cell(_step(part, unit), value=factor.part, unit=unit, currency=item.currency),
            )
        )
        for factor, part in zip(item.factors, parts, strict=True)
    ]
    ends = (
        Cell(amount(end, unit, currency=item.currency), value=end, unit=unit, currency=item.currency)
        for end in (item.previous, item.value)
    )
    change_of = Cell(_step(whole, unit), value=item.change, unit=unit, currency=item.currency)
    rows.append(Row((Cell(phrase("title_of_velocity")), *ends, change_of), total=True))
    table = Table(tuple(columns), tuple(rows))
    steps = [*(float(factor.part) for factor in item.factors), float(item.change)]
    return [_with_steps(table, steps) if drawn else table]


def _titled(title: str, currency: str | None, answer: Benchmark) -> str:
    several = len({item.currency for item in answer.changes if item.currency}) > 1
    return phrase("title_in_currency", title=title, currency=currency) if several and currency else title


def _adding_up(change: Number | None, parts: Sequence[Number | None], unit: Unit) -> list[Number]:
    """The change and its parts with so many digits that parts still add up to it."""
    known = [part or 0 for part in parts]
    *some, last = rounded([0, *known, change or 0], _FINEST.get(unit, 1))
    return [last, *some[1:]]


def _step(value: Number, unit: Unit) -> str:
    return change(Change(absolute=value, relative=None), unit)[0]
