"""What changed beside the bars of a bridge, and the deals that changed most: in words for a document, as tables for a page."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import (
    Bar,
    Bullet,
    Bullets,
    Cell,
    Column,
    Heading,
    Item,
    Items,
    Kind,
    Narrow,
    Row,
    Step,
    Table,
    Text,
    Tone,
)
from salesmetrics.render.page import Fold, Section
from salesmetrics.render.scales import bounds
from salesmetrics.render.text import amount, count, one_line

if TYPE_CHECKING:
    from salesmetrics.answers.compare import BarId, Beside, Compare, DealChange, DealState, StageMove
    from salesmetrics.render.document import Block
    from salesmetrics.render.page import PageBlock

__all__ = ["ENDS", "STEPS", "beside", "changes", "changes_section", "is_bounded", "moves_section", "tone_of"]

STEPS = ("increased", "decreased")
"""Bars of deals that were there before and are there still."""
ENDS: tuple[BarId, BarId] = ("start", "end")
_IN = frozenset({"new", "reopened", "moved_in", "currency_in", "pulled_in", "increased"})
_MOVES = 4
"""So many stage moves are named, the most frequent first."""
_LISTED = 15
"""So many stage moves have a row on a page."""
_TOLD = 20


def is_bounded(answer: Compare) -> bool:
    """Whether the pipeline is that of a period."""
    return answer.period.start is not None or answer.period.end is not None


def tone_of(bar: str) -> Tone:
    """How a bar of a bridge looks: what came is good, what went is bad, and what was won is neither."""
    if bar in ENDS:
        return Tone.PLAIN
    return Tone.MARK if bar == "won" else Tone.GOOD if bar in _IN else Tone.BAD


# --- beside the bars ---


def beside(answer: Compare) -> list[Block]:
    """What changed beside the bars, for each interval."""
    found: list[Block] = []
    for one in answer.beside:
        items = [*_stages(one), *_items(one, answer)]
        if not items:
            continue
        title = phrase("heading_beside")
        if len(answer.beside) > 1:
            between = phrase("interval_between", first=one.from_, last=one.to_)
            title = joined([title, between], "clause")
        found += [Heading(title), Items(tuple(items))]
    return found


def _items(beside: Beside, answer: Compare) -> list[Item]:
    """All but the moves from stage to stage."""
    found = []
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


def changes(answer: Compare) -> list[Block]:
    """The largest changes of deals, a sentence each."""
    told = _largest(answer)
    if not told:
        return []
    bullets = tuple(Bullet(_change(change)) for change in told)
    return [Heading(phrase("heading_changes")), Bullets(bullets)]


def _largest(answer: Compare) -> list[DealChange]:
    """The largest of all intervals, by the amount that came, went or changed; then moved close dates, where these are no bars."""
    beside = set() if is_bounded(answer) else {"expected_close", "outcome"}
    found = [change for change in answer.changes if change.bars or beside & set(change.changed)]
    ordered = sorted(found, key=lambda change: (not change.bars, -_size(change)))
    return ordered[:_TOLD]


def _size(change: DealChange) -> Decimal:
    old, new = (Decimal(state.amount or 0) if state else Decimal(0) for state in (change.from_, change.to_))
    return abs(new - old) if set(change.bars) <= set(STEPS) else max(abs(old), abs(new))


def _change(change: DealChange) -> str:
    codes = [f"change_{bar}" for bar in change.bars]
    told = {"increased": "amount", "decreased": "amount", "pushed_out": "expected_close", "pulled_in": "expected_close"}
    said = {told.get(bar, "") for bar in change.bars} | {"outcome"} if change.bars else set()
    said |= {"currency"} if {"currency_in", "currency_out"} & set(change.bars) else set()
    closed = {"won", "lost", "other", "removed"} & set(change.bars)
    said |= {"stage", "expected_close"} if closed else set()
    codes += [f"change_{name}" for name in change.changed if name not in said]
    details = {**_details(change.from_, "old_"), **_details(change.to_, "")}
    return phrase("change_of_deal", deal=_deal(change), parts=[phrase(code, **details) for code in codes])


def _deal(change: DealChange) -> str:
    id_ = one_line(change.deal_id)
    return phrase("deal_named", id=id_, name=one_line(change.name)) if change.name else id_


def _details(state: DealState | None, side: str) -> dict[str, Any]:
    none = phrase("nothing_there")
    value = phrase("no_amount")
    if state is not None and state.amount is not None:
        value = amount(state.amount, "money", currency=state.currency)
    return {
        "old" if side else "amount": value,
        f"{side}day": state.expected_close if state and state.expected_close else phrase("no_date"),
        f"{side}stage": _stage(state.stage if state else None),
        f"{side}outcome": _outcome(state.outcome) if state and state.outcome else none,
        f"{side}currency": one_line(state.currency) if state and state.currency else phrase("segment_no_currency"),
        f"{side}owner": one_line(state.owner) if state and state.owner else none,
    }


# --- as tables ---


def moves_section(answer: Compare) -> list[Section]:
    """Moves from stage to stage and what else changed beside the bars: the last interval, and earlier ones folded."""
    found: list[PageBlock] = []
    for one in reversed(answer.beside):
        blocks = _moves(one, answer)
        if not blocks:
            continue
        between = phrase("fold_moves", first=one.from_, last=one.to_)
        if len(answer.beside) == 1:
            found += blocks
        else:
            found += [Fold(between, blocks)] if found else [Text(between, Tone.STRONG), *blocks]
    return [Section("moves", phrase("section_moves"), tuple(found))] if found else []


def _moves(beside: Beside, answer: Compare) -> tuple[PageBlock, ...]:
    items = _items(beside, answer)
    listed = (Items(tuple(items)),) if items else ()
    moves = sorted(beside.stage_moves, key=lambda move: -move.count)
    if not moves:
        return listed
    columns = (
        Column(phrase("column_from_stage"), Kind.LABEL),
        Column(phrase("column_to_stage"), Kind.TEXT),
        Column(phrase("column_deals"), Kind.VALUE),
        Column("", Kind.MARK, 2, Narrow.VANISH, detail=True),
        Column(phrase("column_direction"), Kind.TEXT, 1, Narrow.VANISH, silent=True),
    )
    top = float(moves[0].count)
    rows = tuple(_move(move, top) for move in moves[:_LISTED])
    rest = len(moves) - len(rows)
    notes = (phrase("moves_left_out", n=rest),) if rest else ()
    return (Table(columns, rows, notes), *listed)


def _move(move: StageMove, top: float) -> Row:
    way = phrase(f"move_{move.direction}") if move.direction else ""
    return Row(
        (
            Cell(_stage(move.from_)),
            Cell(_stage(move.to_)),
            Cell(count(move.count), value=move.count),
            Cell(tone=Tone.MARK, mark=Bar(move.count, top)),
            Cell(way, Tone.MUTED),
        )
    )


def changes_section(answer: Compare) -> list[Section]:
    """The deals that changed most, each with its amount before and after."""
    told = _largest(answer)
    if not told:
        return []
    columns = (
        Column(phrase("column_deal"), Kind.LABEL, wraps=True),
        Column(phrase("column_what_changed"), Kind.TEXT, wraps=True),
        Column(phrase("column_amount_before"), Kind.NUMBER),
        Column(phrase("column_amount_after"), Kind.VALUE),
        Column("", Kind.MARK, 1, Narrow.VANISH, detail=True),
    )
    between = bounds(value for change in told for value in _ends(change))
    rows = tuple(_changed(change, between) for change in told)
    seen = Text(phrase("changes_seen", n=len(rows)))
    return [Section("deal-changes", phrase("heading_changes"), (seen, Table(columns, rows)))]


def _changed(change: DealChange, between: tuple[float, float]) -> Row:
    start, end = _ends(change)
    mark = Step(between, start, end, tone_of(change.bars[-1])) if change.bars and start != end else None
    return Row(
        (
            Cell(_deal(change)),
            Cell(_what(change)),
            _amount(change.from_),
            _amount(change.to_),
            Cell(tone=Tone.MARK, mark=mark),
        )
    )


def _ends(change: DealChange) -> tuple[float, float]:
    """The amount in the pipeline before and after: a deal that left it has none in it."""
    old, new = (float(state.amount or 0) if state else 0.0 for state in (change.from_, change.to_))
    came, went = (bool(set(change.bars) & bars) for bars in (_CAME, _WENT))
    return 0.0 if came else old, 0.0 if went else new


_CAME = _IN - set(STEPS)
_WENT = frozenset({"won", "lost", "other", "pushed_out", "moved_out", "currency_out", "removed"})


def _amount(state: DealState | None) -> Cell:
    if state is None or state.amount is None:
        return Cell("–", Tone.MUTED)
    text = amount(state.amount, "money", currency=state.currency)
    return Cell(text, value=state.amount, unit="money", currency=state.currency)


def _what(change: DealChange) -> str:
    """The bars that a deal is in, and what else differs; amounts stand beside it."""
    said = {"amount", "currency"} | ({"outcome"} if change.bars else set())
    said |= {"stage", "expected_close"} if {"won", "lost", "other", "removed"} & set(change.bars) else set()
    details = {**_details(change.from_, "old_"), **_details(change.to_, "")}
    parts = [phrase(f"bar_{bar}") for bar in change.bars]
    parts += [phrase(f"change_{name}", **details) for name in change.changed if name not in said]
    return joined(parts, ";")
