"""What a folder of exports says of its past, worked out again in plain Python from the rows of the files."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, str]
CLOSED = {"Won": "won", "Lost": "lost", "Void": "other"}


class Move(NamedTuple):
    """An entry into a stage; of one that is not dated nobody knows when."""

    deal: str
    stage: str
    day: date
    dated: bool


class Slips(NamedTuple):
    """What the KPIs of close dates are made of, in one period."""

    due: int
    slipped: int
    due_amount: dict[str, Decimal]
    slipped_amount: dict[str, Decimal]
    pushes: list[int]


def exports_of(folder: Path) -> list[tuple[date, dict[str, Row]]]:
    """Every export by its day, the rows by their id."""
    found = []
    for path in folder.glob("deals-*.csv"):
        day = date.fromisoformat(re.findall(r"\d{4}-\d{2}-\d{2}", path.name)[0])
        with path.open(encoding="utf-8") as file:
            found.append((day, {row["Deal ID"]: row for row in csv.DictReader(file)}))
    return sorted(found, key=lambda one: one[0])


def day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def is_open(row: Row) -> bool:
    return row["Stage"] not in CLOSED


def moves_of(exports: list[tuple[date, dict[str, Row]]]) -> set[Move]:
    """Entries into stages of the deals of the last export."""
    found = set()
    for deal in exports[-1][1]:
        seen: tuple[date, Row] | None = None
        for n, (day, rows) in enumerate(exports):
            row = rows.get(deal)
            if row is None:
                continue
            noted = day_of(row.get("Stage Entered", ""))
            noted = noted if noted is not None and noted <= day else None
            if is_open(row):
                missed = seen is not None and seen[0] != exports[n - 1][0]
                created = day_of(row["Created"])
                if seen is None:
                    older = n == 0 or (created is not None and created <= exports[n - 1][0])
                    found.add(Move(deal, row["Stage"], noted or day, dated=noted is not None or not older))
                elif not is_open(seen[1]) or seen[1]["Stage"] != row["Stage"]:
                    on = noted if noted is not None and noted >= seen[0] else day
                    found.add(Move(deal, row["Stage"], on, dated=True))
                elif missed and noted is None:
                    found.add(Move(deal, row["Stage"], day, dated=False))
                elif missed and noted is not None and noted > seen[0]:
                    found.add(Move(deal, row["Stage"], noted, dated=True))
            seen = day, row
    return found


def slips_of(exports: list[tuple[date, dict[str, Row]]], start: date, end: date) -> Slips:
    """Deals due in a period and slipped, and the days of every push in it, of the deals of the last export."""
    due = slipped = 0
    amounts: dict[str, dict[str, Decimal]] = {"due": {}, "slipped": {}}
    pushes: list[int] = []
    for deal, last in exports[-1][1].items():
        closed = day_of(last["Closed"])
        if not is_open(last) and closed is None:
            continue
        pushes += _pushes(exports, deal, closed, start, end)
        row = _known_at(exports, deal, start)
        expected = day_of(row["Expected Close"]) if row is not None else None
        if row is None or expected is None or not start <= expected < end or (closed is not None and closed < start):
            continue
        if CLOSED.get(last["Stage"]) == "other" and closed is not None and closed < end:
            continue
        stays = closed is None or closed >= end
        due, slipped = due + 1, slipped + stays
        if row["Amount"]:
            for name in ("due", "slipped") if stays else ("due",):
                sums = amounts[name]
                code = row["Currency"]
                sums[code] = sums.get(code, Decimal(0)) + Decimal(row["Amount"])
    return Slips(due, slipped, amounts["due"], amounts["slipped"], sorted(pushes))


def _known_at(exports: list[tuple[date, dict[str, Row]]], deal: str, start: date) -> Row | None:
    """The row of the last export before a day, if the deal is open in it and did not close before the day."""
    place = max((n for n, (day, _) in enumerate(exports) if day < start), default=None)
    row = exports[place][1].get(deal) if place is not None else None
    if place is None or row is None or not is_open(row):
        return None
    for day, rows in exports[place + 1 :]:
        then = rows.get(deal)
        if then is None:
            continue
        closed = day_of(then["Closed"])
        before = not is_open(then) and closed is not None and exports[place][0] < closed <= day and closed < start
        return None if before else row
    return row


def _pushes(
    exports: list[tuple[date, dict[str, Row]]], deal: str, closed: date | None, start: date, end: date
) -> list[int]:
    found = []
    before: date | None = None
    for day, rows in exports:
        row = rows.get(deal)
        if row is None:
            continue
        if not is_open(row):
            before = None
            continue
        expected = day_of(row["Expected Close"])
        if expected is None or (closed is not None and day >= closed):
            continue
        if before is not None and expected > before and start <= day < end:
            found.append((expected - before).days)
        before = expected
    return found
