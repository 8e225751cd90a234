"""How the bridge between exports looks: a sentence, the bars, what stands beside them, and the largest changes in words."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import (
    Cell,
    Code,
    Column,
    Document,
    Heading,
    Kind,
    Narrow,
    Row,
    Sheet,
    Step,
    Table,
    Text,
    Tone,
)
from salesmetrics.render.layouts.deal_changes import (
    ENDS,
    STEPS,
    beside,
    changes,
    changes_section,
    is_bounded,
    moves_section,
    tone_of,
)
from salesmetrics.render.layouts.footer import finding_items
from salesmetrics.render.layouts.head import files_typed, shaped
from salesmetrics.render.layouts.pages import analysis_page, anchor, how_counted, mark_column, span_of
from salesmetrics.render.layouts.report import group_cell, headers_unlike
from salesmetrics.render.layouts.words import (
    field_name,
    period_text,
    segment_name,
)
from salesmetrics.render.page import Fold, Page, Section
from salesmetrics.render.rounding import balanced, rounded
from salesmetrics.render.scales import bounds
from salesmetrics.render.text import amount, count, decimals, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.answers.base import Number
    from salesmetrics.answers.compare import Bar as Part
    from salesmetrics.answers.compare import BarId, Bridge, Compare
    from salesmetrics.render.document import Block
    from salesmetrics.render.page import PageBlock

__all__ = ["OF_BRIDGE", "compare_document", "compare_page", "compare_sections", "compare_sheet", "pipeline_sentences"]

_LINES = 3
"""So many exports have a line each."""
_BALANCED = 400
"""So many groups add up to their total in every digit; of more only the bars of each do."""
OF_BRIDGE = frozenset(
    {"currency_of_other_export", "deals_missing_later", "events_after_export", "rate_missing", "rows_rejected"}
)
"""Codes of findings that touch the bridge itself."""
_BEFORE = ("from", "to")
_AFTER = ("currency", "bar", "value", "count", "unpriced", "changed", "priced", "unpriced_now")


def compare_document(answer: Compare) -> Document:
    """The exports, the bridge in words and as a table, what stands beside it, the largest changes."""
    return Document(
        (
            *_head(answer),
            *_sentences(answer),
            *(_by_group(answer) if answer.group_by else _by_interval(answer)),
            *beside(answer),
            *changes(answer),
            *_findings(answer),
        )
    )


# --- digits that add up ---


def _adding_up(lines: Sequence[Bridge], places: int) -> list[dict[BarId, Decimal]]:
    """The values of lines as they are shown: bars add up to the ends, and groups to the total of their currency."""
    found: dict[int, dict[BarId, Decimal]] = {}
    for currency in dict.fromkeys(line.currency for line in lines):
        own = [number for number, line in enumerate(lines) if line.currency == currency]
        table = _shown([lines[number] for number in own], places)
        found |= dict(zip(own, table, strict=True))
    return [found[number] for number in range(len(lines))]


def _shown(lines: Sequence[Bridge], places: int) -> list[dict[BarId, Decimal]]:
    """Those of one currency, the total first."""
    unit = Decimal(1).scaleb(-places)
    whole = all(Decimal(bar.value) % unit == 0 for line in lines for bar in line.bars)
    if whole or len(lines) == 1 or len(lines) > _BALANCED:
        digits = [rounded([bar.value for bar in line.bars], places) for line in lines]
        return [
            dict(zip([bar.id for bar in line.bars], row, strict=True)) for line, row in zip(lines, digits, strict=True)
        ]
    ids = [bar.id for bar in max((line.bars for line in lines), key=len)]
    groups = [{bar.id: Decimal(bar.value) for bar in line.bars} for line in lines[1:]]
    rows = [[row[bar] * (-1 if bar == "end" else 1) for bar in ids] for row in groups]
    total = [-sum(column, Decimal(0)) for column in zip(*rows, strict=True)]
    first, *others = balanced([total, *rows], places)
    made = [
        {bar: -cell if (bar == "end") != (number == 0) else cell for bar, cell in zip(ids, row, strict=True)}
        for number, row in enumerate([first, *others])
    ]
    return [{bar.id: row[bar.id] for bar in line.bars} for line, row in zip(lines, made, strict=True)]


# --- the head ---


def _head(answer: Compare) -> list[Block]:
    exports = answer.exports
    if len(exports) > _LINES:
        first, last = exports[0].as_of, exports[-1].as_of
        facts = (phrase("exports_between", first=first, last=last),)
        found: list[Block] = [Heading(phrase("exports_counted", n=len(exports)), 1, facts, apart=False, joint=":")]
    else:
        found = [
            Heading(
                one_line(re.split(r"[/\\]", export.path)[-1]),
                1,
                (
                    phrase(
                        "export_facts",
                        day=export.as_of,
                        source=phrase(f"day_from_{export.day_from}"),
                        deals=export.deals,
                    ),
                ),
                apart=False,
                joint="  ",
            )
            for export in exports[:1]
        ]
        found += [
            Text(
                (
                    Code(one_line(re.split(r"[/\\]", export.path)[-1])),
                    "  ",
                    phrase(
                        "export_facts",
                        day=export.as_of,
                        source=phrase(f"day_from_{export.day_from}"),
                        deals=export.deals,
                    ),
                )
            )
            for export in exports[1:]
        ]
    what = (
        phrase("pipeline_of_period", period=period_text(replace(answer.period, partial=False)))
        if is_bounded(answer)
        else phrase("pipeline_of_all")
    )
    return [*found, Text(joined([what, *shaped(answer.filters)], "clause"))]


def _bounded(answer: Compare) -> bool:
    return answer.period.start is not None or answer.period.end is not None


# --- the sentence ---


def _sentences(answer: Compare) -> list[Block]:
    return [Text(said, Tone.STRONG, apart=not number) for number, said in enumerate(pipeline_sentences(answer))]


def pipeline_sentences(answer: Compare) -> list[str]:
    """How the pipeline moved from the first export to the last, in a sentence per currency."""
    lines = _wholes(answer)
    places = _places(lines)
    told = [pair for pair in zip(lines, _adding_up(lines, places), strict=True) if not pair[0].group]
    return [_sentence(line, list(values.values()), places, answer) for line, values in told]


def _wholes(answer: Compare) -> list[Bridge]:
    """The lines from the first export to the last."""
    first, last = answer.exports[0].as_of, answer.exports[-1].as_of
    return [line for line in answer.bridge if (line.from_, line.to_) == (first, last)]


def _sentence(line: Bridge, values: Sequence[Decimal], places: int, answer: Compare) -> str:
    priced = any(bar.value for bar in line.bars)
    start, end = line.bars[0], line.bars[-1]
    step = values[-1] - values[0] if priced else Decimal(end.count - start.count)
    way = "up" if step > 0 else "down" if step < 0 else "none"
    if priced:
        by, to = _money(abs(step), places, line.currency), _money(values[-1], places, line.currency)
        moved = phrase(f"moved_{way}", by=by, to=to, start=start.count, end=end.count)
    else:
        moved = phrase(f"moved_{way}_deals", start=start.count, end=end.count)
    inner = zip(line.bars[1:-1], values[1:-1], strict=True)
    period = one_line(answer.period.label)
    parts = [
        phrase(
            f"part_{bar.id}" if bar.id in ("pushed_out", "pulled_in") else "part_of_move",
            value=_money(abs(value), places, None) if priced else count(abs(bar.count)),
            bar=phrase(f"bar_{bar.id}"),
            period=period,
        )
        for bar, value in inner
        if (value if priced else bar.count)
    ]
    return phrase(
        "pipeline_of_period_moved" if is_bounded(answer) else "pipeline_moved",
        first=line.from_,
        last=line.to_,
        period=period,
        moved=moved,
        parts=phrase("moved_because", parts=parts) if parts else "",
    )


def _money(value: Number, places: int, currency: str | None) -> str:
    return amount(value, "money", currency=currency, places=places)


def _places(lines: Sequence[Bridge]) -> int:
    return decimals([bar.value for line in lines for bar in line.bars], "money")


# --- the tables ---


def _by_interval(answer: Compare) -> list[Block]:
    """Rows are bars; of one interval with its deals beside each value, of several with a table for values and one for deals."""
    lines = list(answer.bridge)
    if len(answer.exports) == 2:
        return [_one_interval(lines), *_notes(lines)]
    found: list[Block] = []
    for code in dict.fromkeys(line.currency for line in lines):
        own = [line for line in lines if line.currency == code]
        title = phrase("heading_value") + (phrase("in_brackets", what=one_line(code)) if code else "")
        found += [Heading(title), _series(own, answer, deals=False)]
    codes = dict.fromkeys(line.currency for line in lines)
    for code in codes:
        own = [line for line in lines if line.currency == code]
        title = phrase("heading_deals") + (
            phrase("in_brackets", what=one_line(code)) if code and len(codes) > 1 else ""
        )
        found += [Heading(title), _series(own, answer, deals=True)]
    return [*found, *_notes(lines)]


def _filled(lines: Sequence[Bridge]) -> list[BarId]:
    """The bars that hold something in one of these lines, and both ends; the others stand in CSV and JSON."""
    order = max((line.bars for line in lines), key=len)
    full = {bar.id for line in lines for bar in line.bars if bar.value or bar.count or bar.changed or bar.id in ENDS}
    return [bar.id for bar in order if bar.id in full]


def _one_interval(lines: Sequence[Bridge]) -> Table:
    places, shown = _places(lines), _filled(lines)
    several = len(lines) > 1
    spans = []
    for line in lines:
        digits = rounded([bar.value for bar in line.bars], places)
        values = dict(zip([bar.id for bar in line.bars], digits, strict=True))
        ends = _running(values)
        spans.append((line, values, ends, span_of([end for pair in ends.values() for end in pair], "money")))
    columns = (
        Column(phrase("column_bar"), Kind.LABEL),
        Column(phrase("column_deals"), Kind.NUMBER),
        Column(phrase("column_value"), Kind.VALUE),
        Column(phrase("column_unpriced"), Kind.NUMBER, 1, Narrow.VANISH, plural=phrase("columns_unpriced")),
        mark_column(None if several else spans[0][-1], "money"),
    )
    rows = []
    for line, values, ends, between in spans:
        section = one_line(line.currency or phrase("segment_no_currency")) if several else ""
        for bar in line.bars:
            if bar.id not in shown:
                continue
            start, end = ends[bar.id]
            cells = (
                Cell(phrase(f"bar_{bar.id}")),
                _count(bar),
                Cell(_money(values[bar.id], places, None), value=bar.value, unit="money", currency=line.currency),
                Cell(count(bar.unpriced) if bar.unpriced else "", Tone.MUTED, bar.unpriced),
                Cell(tone=Tone.MARK, mark=Step(between, start, end, tone_of(bar.id)) if start != end else None),
            )
            rows.append(Row(cells, section=section, total=bar.id in ENDS))
    return Table(columns, tuple(rows), spaced=several)


def _count(bar: Part) -> Cell:
    """The deals of a bar; of those that are there before and after, how many changed."""
    if bar.id in STEPS:
        return Cell(phrase("deals_changed", n=bar.changed or 0), value=bar.changed or 0)
    sign = "+" if bar.id not in ENDS and bar.count > 0 else ""
    return Cell(sign + count(bar.count), value=bar.count)


def _series(lines: Sequence[Bridge], answer: Compare, *, deals: bool) -> Table:
    """A column per interval, the whole last."""
    places, shown = _places(lines), _filled(lines)
    whole = (answer.exports[0].as_of, answer.exports[-1].as_of)
    titles = [
        phrase("whole_of_intervals")
        if (line.from_, line.to_) == whole
        else phrase("interval_between", first=line.from_, last=line.to_)
        for line in lines
    ]
    numbers = [rounded([bar.value for bar in line.bars], places) for line in lines]
    columns = (
        Column(phrase("column_bar"), Kind.LABEL),
        *(Column(title, Kind.VALUE, stacked=True, group=str(place)) for place, title in enumerate(titles)),
    )
    rows = []
    for place, first in enumerate(lines[0].bars):
        if first.id not in shown:
            continue
        cells = [
            _count(line.bars[place])
            if deals
            else Cell(
                _money(values[place], places, None),
                value=line.bars[place].value,
                unit="money",
                currency=line.currency,
            )
            for line, values in zip(lines, numbers, strict=True)
        ]
        rows.append(Row((Cell(phrase(f"bar_{first.id}")), *cells), total=first.id in ENDS))
    return Table(columns, tuple(rows), apart=False)


def _by_group(answer: Compare) -> list[Block]:
    """Rows are groups, the total first; columns are bars."""
    lines = _wholes(answer)
    places = _places(lines)
    ids = _filled(lines)
    several = len({line.currency for line in lines}) > 1 and "currency" not in answer.group_by
    columns = (
        *(Column(field_name(name), Kind.LABEL, wraps=True) for name in answer.group_by),
        *([Column(phrase("column_currency"), Kind.LABEL)] if several else []),
        *(Column(phrase(f"bar_{bar}"), Kind.VALUE, stacked=True, group=bar) for bar in ids),
    )
    digits = _adding_up(lines, places)
    rows = []
    for line, values in zip(lines, digits, strict=True):
        names = [segment_name(name) for name in line.group.values()]
        names = names or [phrase("segment_total"), *[""] * (len(answer.group_by) - 1)]
        if not line.group and "currency" in answer.group_by:
            names[-1] = f"{names[-1]} {one_line(line.currency or '')}".strip()
        code = [Cell(one_line(line.currency or phrase("segment_no_currency")))] if several else []
        exact = {bar.id: bar.value for bar in line.bars}
        cells = [
            Cell(_money(values[bar], places, None), value=exact[bar], unit="money", currency=line.currency)
            if bar in values
            else Cell("")
            for bar in ids
        ]
        rows.append(Row((*map(Cell, names), *code, *cells), total=not line.group))
    notes = [*_notes([line for line in lines if not line.group])]
    if len(answer.exports) > 2:
        note = phrase("note_whole_by_group", first=lines[0].from_, last=lines[0].to_)
        notes.append(Text(note, Tone.MUTED))
    return [Table(columns, tuple(rows), whole_groups=True, drops="last", dropped="segments_not_shown"), *notes]


def _notes(lines: Sequence[Bridge]) -> list[Block]:
    steps = [bar for line in lines for bar in line.bars if bar.id in STEPS]
    notes = [phrase("note_changed")] if any(bar.changed for bar in steps) else []
    priced, gone = sum(bar.priced or 0 for bar in steps), sum(bar.unpriced_now or 0 for bar in steps)
    notes += [phrase("note_priced", n=priced, gone=gone)] if priced or gone else []
    notes.append(phrase("note_rank"))
    return [Text(note, Tone.MUTED, apart=not number) for number, note in enumerate(notes)]


# --- the page ---


def compare_page(answer: Compare) -> Page:
    """The bridge in each currency, moves of open deals, the largest changes, and findings."""
    return analysis_page(phrase("page_compare"), _head(answer), compare_sections(answer), _findings(answer))


def compare_sections(answer: Compare) -> tuple[Section, ...]:
    """The same as sections, each of which stands alone."""
    wholes = _wholes(answer)
    places = _places(wholes)
    told = list(zip(wholes, _adding_up(wholes, places), strict=True))
    codes = list(dict.fromkeys(line.currency for line in wholes))
    found = []
    for place, code in enumerate(codes):
        own = [pair for pair in told if pair[0].currency == code]
        found.append(_bridge_section(own[0], anchor("bridge", place), places, answer, several=len(codes) > 1))
        groups = own[1:]
        if groups:
            named = one_line(code or phrase("segment_no_currency"))
            title = phrase(
                "section_groups_in" if len(codes) > 1 else "section_groups",
                names=list(map(field_name, answer.group_by)),
                currency=named,
            )
            found.append(Section(anchor("groups", place), title, _groups(groups, places)))
    return (*found, *moves_section(answer), *changes_section(answer))


def _bridge_section(
    told: tuple[Bridge, dict[BarId, Decimal]], name: str, places: int, answer: Compare, *, several: bool
) -> Section:
    line, values = told
    named = one_line(line.currency or phrase("segment_no_currency"))
    code = "section_bridge_in" if several else "section_bridge"
    title = phrase(code, first=line.from_, last=line.to_, currency=named)
    said = (Text(_sentence(line, list(values.values()), places, answer)), Text(phrase("bridge_seen"), Tone.MUTED))
    intervals = [other for other in answer.bridge if not other.group and other.currency == line.currency]
    each: tuple[PageBlock, ...] = ()
    if len(intervals) > 1:
        parts = (_series(intervals, answer, deals=False), _series(intervals, answer, deals=True))
        each = (Fold(phrase("fold_intervals"), parts),)
    notes = [str(note.text) for note in _notes([line]) if isinstance(note, Text)]
    return Section(name, title, (*said, bridge_table(line, values, places), *each, *how_counted(notes)))


def bridge_table(line: Bridge, values: Mapping[BarId, Decimal], places: int) -> Table:
    """A bridge as rows whose bars begin where the one before ends; values are those shown, so that they add up."""
    columns = (
        Column(phrase("column_step"), Kind.LABEL, silent=True),
        Column(phrase("column_deals"), Kind.NUMBER),
        Column(phrase("column_value"), Kind.VALUE),
        Column("", Kind.MARK, 2, Narrow.VANISH, detail=True),
        Column(phrase("column_unpriced"), Kind.NUMBER, 1, Narrow.VANISH, plural=phrase("columns_unpriced")),
    )
    shown = _filled([line])
    ends = _running(values)
    between = bounds(end for pair in ends.values() for end in pair)
    rows = []
    for bar in line.bars:
        if bar.id not in shown:
            continue
        start, end = ends[bar.id]
        cells = (
            Cell(phrase(f"bar_{bar.id}")),
            _count(bar),
            _signed(values[bar.id], places, line.currency, bar.value, signed=bar.id not in ENDS),
            Cell(mark=Step(between, start, end, tone_of(bar.id)) if start != end else None),
            Cell(count(bar.unpriced) if bar.unpriced else "", Tone.MUTED, bar.unpriced),
        )
        rows.append(Row(cells, total=bar.id in ENDS))
    return Table(columns, tuple(rows))


def _running(values: Mapping[BarId, Decimal]) -> dict[BarId, tuple[float, float]]:
    """From where to where each bar goes: the ends from zero, every other one from the end of the one before."""
    found: dict[BarId, tuple[float, float]] = {}
    at = Decimal(0)
    for bar, value in values.items():
        start = Decimal(0) if bar in ENDS else at
        at = start + value
        found[bar] = (float(start), float(at))
    return found


def _signed(shown: Decimal, places: int, currency: str | None, exact: Number, *, signed: bool = True) -> Cell:
    sign = "+" if signed and shown > 0 else ""
    return Cell(sign + _money(shown, places, None), value=exact, unit="money", currency=currency)


def _groups(groups: Sequence[tuple[Bridge, dict[BarId, Decimal]]], places: int) -> tuple[PageBlock, ...]:
    """A row per group from the first export to the last, those that changed most first, and the bars of each folded."""
    ordered = sorted(groups, key=lambda pair: -abs(pair[1]["end"] - pair[1]["start"]))
    columns = (
        *(Column(one_line(name), Kind.LABEL, wraps=True) for name in groups[0][0].group),
        Column(phrase("bar_start"), Kind.NUMBER),
        Column(phrase("bar_end"), Kind.VALUE),
        Column(phrase("column_change"), Kind.CHANGE),
        Column("", Kind.MARK, 2, Narrow.VANISH, detail=True),
    )
    between = bounds(float(values[end]) for _, values in groups for end in ENDS)
    rows = tuple(_group(pair, places, between) for pair in ordered)
    folded = tuple(
        Fold(joined(map(segment_name, line.group.values())), (bridge_table(line, values, places),))
        for line, values in ordered[:_FOLDED]
    )
    rest = len(ordered) - len(folded)
    more = (Text(phrase("groups_left_out", n=rest), Tone.MUTED),) if rest else ()
    return (Text(phrase("groups_seen")), Table(columns, rows), *folded, *more)


_FOLDED = 25
"""So many groups have their bars on a page."""


def _group(pair: tuple[Bridge, dict[BarId, Decimal]], places: int, between: tuple[float, float]) -> Row:
    line, values = pair
    start, end = values["start"], values["end"]
    exact = {bar.id: Decimal(bar.value) for bar in line.bars}
    tone = Tone.GOOD if end > start else Tone.BAD
    return Row(
        (
            *(Cell(segment_name(name)) for name in line.group.values()),
            _signed(start, places, line.currency, exact["start"], signed=False),
            _signed(end, places, line.currency, exact["end"], signed=False),
            _signed(end - start, places, line.currency, exact["end"] - exact["start"]),
            Cell(mark=Step(between, float(start), float(end), tone) if start != end else None),
        )
    )


# --- findings, and the sheet ---


def _findings(answer: Compare) -> list[Block]:
    own = [item for item in answer.findings if item.code in OF_BRIDGE or answer.everything]
    rest = len(answer.findings) - len(own)
    found: list[Block] = [Heading(phrase("heading_findings")), finding_items(own, name_path=True)] if own else []
    paths = list(dict.fromkeys(export.path for export in answer.exports))
    command = Code(phrase("command_check", files=files_typed(paths, answer.inputs)))
    return [*found, *([Text((phrase("findings_beside", n=rest), command), Tone.MUTED, apart=True)] if rest else [])]


def compare_sheet(answer: Compare) -> Sheet:
    """A row per bar of each line and interval; the total has empty dimensions, and deals without a value are ``(blank)``."""
    return Sheet(
        [*_BEFORE, *headers_unlike((*_BEFORE, *_AFTER), answer.group_by), *_AFTER],
        (
            [
                line.from_.isoformat(),
                line.to_.isoformat(),
                *(group_cell(line.group[name]) if line.group else None for name in answer.group_by),
                line.currency,
                bar.id,
                bar.value,
                bar.count,
                bar.unpriced,
                bar.changed,
                bar.priced,
                bar.unpriced_now,
            ]
            for line in answer.bridge
            for bar in line.bars
        ),
    )
