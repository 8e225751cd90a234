"""How the bridge between exports looks: a sentence, the bars, what stands beside them, and the largest changes in words."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.messages import phrase
from salesmetrics.render.document import (
    Bar,
    Bullet,
    Bullets,
    Cell,
    Column,
    Document,
    Heading,
    Item,
    Items,
    Kind,
    Narrow,
    Row,
    Sheet,
    Table,
    Text,
    Tone,
)
from salesmetrics.render.layouts.footer import finding_items
from salesmetrics.render.layouts.head import shaped
from salesmetrics.render.layouts.report import BLANK, headers_unlike
from salesmetrics.render.layouts.words import period_text, segment_name
from salesmetrics.render.rounding import balanced, rounded
from salesmetrics.render.text import amount, decimals, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.base import Number
    from salesmetrics.answers.compare import Bar as Part
    from salesmetrics.answers.compare import BarId, Beside, Bridge, Compare, DealChange, DealState
    from salesmetrics.render.document import Block

__all__ = ["compare_document", "compare_sheet"]

_LINES = 3
"""So many exports have a line each."""
_MOVES = 4
"""So many stage moves are named, the most frequent first."""
_TOLD = 20
_BALANCED = 400
"""So many groups add up to their total in every digit; of more only the bars of each do."""
_STEPS = ("increased", "decreased")
_ENDS = ("start", "end")
_OWN = frozenset(
    {"currency_of_other_export", "deals_missing_later", "events_after_export", "rate_missing", "rows_rejected"}
)
"""Codes of findings that touch the bridge itself."""
_BEFORE = ("from", "to")
_AFTER = ("currency", "bar", "value", "count", "unpriced", "changed", "priced", "unpriced_now")
_NARROWEST_BAR, _WIDEST_BAR = 8, 24


def compare_document(answer: Compare) -> Document:
    """The exports, the bridge in words and as a table, what stands beside it, the largest changes."""
    return Document(
        (
            *_head(answer),
            *_sentences(answer),
            *(_by_group(answer) if answer.group_by else _by_interval(answer)),
            *_beside(answer),
            *_changes(answer),
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
        found: list[Block] = [Heading(phrase("exports_counted", n=len(exports)), 1, facts, apart=False, joint=": ")]
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
                    one_line(re.split(r"[/\\]", export.path)[-1]),
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
        if _bounded(answer)
        else phrase("pipeline_of_all")
    )
    return [*found, Text(", ".join([what, *shaped(answer.filters)]))]


def _bounded(answer: Compare) -> bool:
    return answer.period.start is not None or answer.period.end is not None


# --- the sentence ---


def _sentences(answer: Compare) -> list[Block]:
    lines = _wholes(answer)
    places = _places(lines)
    told = [pair for pair in zip(lines, _adding_up(lines, places), strict=True) if not pair[0].group]
    return [
        Text(_sentence(line, list(values.values()), places, answer), Tone.STRONG, apart=not number)
        for number, (line, values) in enumerate(told)
    ]


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
            value=_money(abs(value), places, None) if priced else f"{abs(bar.count):,}",
            bar=phrase(f"bar_{bar.id}"),
            period=period,
        )
        for bar, value in inner
        if (value if priced else bar.count)
    ]
    return phrase(
        "pipeline_of_period_moved" if _bounded(answer) else "pipeline_moved",
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
        title = phrase("heading_value") + (f" ({one_line(code)})" if code else "")
        found += [Heading(title), _series(own, answer, deals=False)]
    codes = dict.fromkeys(line.currency for line in lines)
    for code in codes:
        own = [line for line in lines if line.currency == code]
        title = phrase("heading_deals") + (f" ({one_line(code)})" if code and len(codes) > 1 else "")
        found += [Heading(title), _series(own, answer, deals=True)]
    return [*found, *_notes(lines)]


def _filled(lines: Sequence[Bridge]) -> list[BarId]:
    """The bars that hold something in one of these lines, and both ends; the others stand in CSV and JSON."""
    order = max((line.bars for line in lines), key=len)
    full = {bar.id for line in lines for bar in line.bars if bar.value or bar.count or bar.changed or bar.id in _ENDS}
    return [bar.id for bar in order if bar.id in full]


def _one_interval(lines: Sequence[Bridge]) -> Table:
    places, shown = _places(lines), _filled(lines)
    several = len(lines) > 1
    top = max((abs(float(bar.value)) for line in lines for bar in line.bars), default=0.0)
    columns = (
        Column(phrase("column_bar"), Kind.LABEL),
        Column(phrase("column_deals"), Kind.NUMBER),
        Column(phrase("column_value"), Kind.VALUE),
        Column(phrase("column_unpriced"), Kind.NUMBER, 1, Narrow.VANISH, plural=phrase("columns_unpriced")),
        Column("", Kind.MARK, 2, Narrow.VANISH, detail=True, least=_NARROWEST_BAR, widest=_WIDEST_BAR),
    )
    rows = []
    for line in lines:
        section = one_line(line.currency or phrase("segment_no_currency")) if several else ""
        for bar, value in zip(line.bars, rounded([bar.value for bar in line.bars], places), strict=True):
            if bar.id not in shown:
                continue
            length = abs(float(bar.value))
            cells = (
                Cell(phrase(f"bar_{bar.id}")),
                Cell(_deals(bar), value=bar.count),
                Cell(_money(value, places, None), value=value, unit="money", currency=line.currency),
                Cell(f"{bar.unpriced:,}" if bar.unpriced else "", Tone.MUTED, bar.unpriced),
                Cell(tone=Tone.MARK, mark=Bar(length, top) if length and top else None),
            )
            rows.append(Row(cells, section=section, total=bar.id in _ENDS))
    return Table(columns, tuple(rows), spaced=several)


def _deals(bar: Part) -> str:
    if bar.id in _STEPS:
        return phrase("deals_changed", n=bar.changed or 0)
    return f"{bar.count:+,}" if bar.id not in _ENDS and bar.count else f"{bar.count:,}"


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
            Cell(_deals(line.bars[place]), value=line.bars[place].count)
            if deals
            else Cell(_money(values[place], places, None), value=values[place], unit="money", currency=line.currency)
            for line, values in zip(lines, numbers, strict=True)
        ]
        rows.append(Row((Cell(phrase(f"bar_{first.id}")), *cells), total=first.id in _ENDS))
    return Table(columns, tuple(rows), apart=False)


def _by_group(answer: Compare) -> list[Block]:
    """Rows are groups, the total first; columns are bars."""
    lines = _wholes(answer)
    places = _places(lines)
    ids = _filled(lines)
    several = len({line.currency for line in lines}) > 1 and "currency" not in answer.group_by
    columns = (
        *(Column(one_line(name), Kind.LABEL, wraps=True) for name in answer.group_by),
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
        cells = [
            Cell(_money(values[bar], places, None), value=values[bar], unit="money", currency=line.currency)
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
    steps = [bar for line in lines for bar in line.bars if bar.id in _STEPS]
    notes = [phrase("note_changed")] if any(bar.changed for bar in steps) else []
    priced, gone = sum(bar.priced or 0 for bar in steps), sum(bar.unpriced_now or 0 for bar in steps)
    notes += [phrase("note_priced", n=priced, gone=gone)] if priced or gone else []
    notes.append(phrase("note_rank"))
    return [Text(note, Tone.MUTED, apart=not number) for number, note in enumerate(notes)]


# --- beside the bars ---


def _beside(answer: Compare) -> list[Block]:
    found: list[Block] = []
    for beside in answer.beside:
        items = _items(beside, answer)
        if not items:
            continue
        title = phrase("heading_beside")
        if len(answer.beside) > 1:
            between = phrase("interval_between", first=beside.from_, last=beside.to_)
            title = f"{title}, {between}"
        found += [Heading(title), Items(tuple(items))]
    return found


def _items(beside: Beside, answer: Compare) -> list[Item]:
    found = _stages(beside)
    if beside.close_dates_later or beside.close_dates_earlier:
        late = phrase("close_dates_late", n=beside.close_dates_in_last_week) if beside.close_dates_in_last_week else ""
        text = phrase(
            "close_dates_moved",
            later=beside.close_dates_later,
            earlier=beside.close_dates_earlier,
            days=beside.close_date_days,
            late=late,
        )
        found.append(Item(phrase("lead_close_dates"), text))
    if beside.owners_changed:
        found.append(Item(phrase("lead_owners"), phrase("owners_moved", n=beside.owners_changed)))
    if beside.amounts_changed:
        found.append(Item(phrase("lead_amounts"), phrase("amounts_moved", n=beside.amounts_changed)))
    outcomes = [
        phrase("outcomes_moved", n=move.count, old=_outcome(move.from_), new=_outcome(move.to_))
        for move in beside.closed_again
    ]
    outcomes += [phrase("reopened_deals", n=beside.reopened)] if beside.reopened else []
    if outcomes:
        found.append(Item(phrase("lead_outcomes"), parts=tuple(outcomes)))
    found += _bookings(beside, answer)
    if beside.appeared_closed:
        found.append(Item(phrase("lead_appeared"), phrase("deals_appeared", n=beside.appeared_closed)))
    if beside.unchanged_open:
        found.append(Item(phrase("lead_unchanged"), phrase("deals_unchanged", n=beside.unchanged_open)))
    return found


def _outcome(code: str) -> str:
    return phrase(f"outcome_{code}")


def _stages(beside: Beside) -> list[Item]:
    moves = beside.stage_moves
    if not moves:
        return []
    named = [
        phrase("stage_move", old=_stage(move.from_), new=_stage(move.to_), n=move.count) for move in moves[:_MOVES]
    ]
    rest = sum(move.count for move in moves[_MOVES:])
    named += [phrase("more_stage_moves", n=rest)] if rest else []
    total = sum(move.count for move in moves)
    ways = {way: sum(move.count for move in moves if move.direction == way) for way in ("forward", "back")}
    unknown = total - sum(ways.values())
    code = "stages_moved" if unknown == total else "stages_moved_some" if unknown else "stages_moved_ways"
    return [Item(phrase("lead_stages"), phrase(code, n=total, moves=named, unknown=unknown, **ways))]


def _stage(name: str | None) -> str:
    return one_line(name) if name else phrase("stage_none")


def _bookings(beside: Beside, answer: Compare) -> list[Item]:
    return [
        Item(
            phrase("lead_bookings"),
            phrase(
                "bookings_reconciled",
                bar=amount(item.bar, "money", currency=item.currency),
                outside=amount(item.closed_outside, "money"),
                beside=amount(item.expected_outside, "money"),
                booked=amount(item.booked, "money", currency=item.currency),
                period=one_line(answer.period.label),
                n=item.count,
            ),
        )
        for item in beside.bookings
    ]


# --- the largest changes ---


def _changes(answer: Compare) -> list[Block]:
    told = _largest(answer)
    if not told:
        return []
    bullets = tuple(Bullet(_change(change)) for change in told)
    return [Heading(phrase("heading_changes")), Bullets(bullets)]


def _largest(answer: Compare) -> list[DealChange]:
    """The largest of all intervals, by the amount that came, went or changed; then moved close dates, where these are no bars."""
    beside = set() if _bounded(answer) else {"expected_close", "outcome"}
    found = [change for change in answer.changes if change.bars or beside & set(change.changed)]
    ordered = sorted(found, key=lambda change: (not change.bars, -_size(change)))
    return ordered[:_TOLD]


def _size(change: DealChange) -> Decimal:
    old, new = (Decimal(state.amount or 0) if state else Decimal(0) for state in (change.from_, change.to_))
    return abs(new - old) if set(change.bars) <= set(_STEPS) else max(abs(old), abs(new))


def _change(change: DealChange) -> str:
    codes = [f"change_{bar}" for bar in change.bars]
    told = {"increased": "amount", "decreased": "amount", "pushed_out": "expected_close", "pulled_in": "expected_close"}
    said = {told.get(bar, "") for bar in change.bars} | {"outcome"} if change.bars else set()
    said |= {"currency"} if {"currency_in", "currency_out"} & set(change.bars) else set()
    closed = {"won", "lost", "other", "removed"} & set(change.bars)
    said |= {"stage", "expected_close"} if closed else set()
    codes += [f"change_{name}" for name in change.changed if name not in said]
    details = {**_details(change.from_, "old_"), **_details(change.to_, "")}
    id_ = one_line(change.deal_id)
    deal = phrase("deal_named", id=id_, name=one_line(change.name)) if change.name else id_
    return phrase("change_of_deal", deal=deal, parts=[phrase(code, **details) for code in codes])


def _details(state: DealState | None, side: str) -> dict[str, str]:
    none = phrase("nothing_there")
    value = phrase("no_amount")
    if state is not None and state.amount is not None:
        value = amount(state.amount, "money", currency=state.currency)
    return {
        "old" if side else "amount": value,
        f"{side}day": str(state.expected_close) if state and state.expected_close else phrase("no_date"),
        f"{side}stage": _stage(state.stage if state else None),
        f"{side}outcome": _outcome(state.outcome) if state and state.outcome else none,
        f"{side}currency": one_line(state.currency) if state and state.currency else phrase("segment_no_currency"),
        f"{side}owner": one_line(state.owner) if state and state.owner else none,
    }


# --- findings, and the sheet ---


def _findings(answer: Compare) -> list[Block]:
    own = [item for item in answer.findings if item.code in _OWN or answer.everything]
    rest = len(answer.findings) - len(own)
    found: list[Block] = [Heading(phrase("heading_findings")), finding_items(own, name_path=True)] if own else []
    return [*found, *([Text(phrase("findings_beside", n=rest), Tone.MUTED, apart=True)] if rest else [])]


def compare_sheet(answer: Compare) -> Sheet:
    """A row per bar of each line and interval; the total has empty dimensions, and deals without a value are ``(blank)``."""
    return Sheet(
        [*_BEFORE, *headers_unlike((*_BEFORE, *_AFTER), answer.group_by), *_AFTER],
        (
            [
                line.from_.isoformat(),
                line.to_.isoformat(),
                *((line.group[name] or BLANK) if line.group else None for name in answer.group_by),
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
