"""Deals whose expected close moves, and what a careful clerk would write down about them; shares no code with the package."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

Row = dict[str, Any]
AS_OF = date(2026, 6, 15)
OWNERS = ["ann", "bob", None]


def make(seed: int, size: int = 300) -> tuple[list[Row], list[Row]]:
    """Deals and their history, with blanks, unlinked rows, and moves on the day of the close and after it."""
    rng = random.Random(seed)
    deals, moves = [], []
    for i in range(size):
        created = date(2025, 10, 1) + timedelta(days=rng.randrange(270))
        outcome = rng.choice(["won", "lost", "other", "open", "open"])
        closed = created + timedelta(days=rng.randrange(120)) if outcome != "open" else None
        deal = {
            "id": f"D{i}" if rng.random() < 0.95 else None,
            "owner": rng.choice(OWNERS),
            "outcome": outcome,
            "created": created if rng.random() < 0.95 else None,
            "closed": closed if rng.random() < 0.95 else None,
            "amount": rng.choice([None, Decimal("0"), Decimal("120.50"), Decimal("9000")]),
            "currency": rng.choice(["EUR", "EUR", "USD"]),
            "expected_close": None,
        }
        deals.append(deal)
        if rng.random() < 0.2:
            continue
        at = datetime.combine(created, time(9)) + timedelta(days=rng.choice([0, 0, 0, 30]))
        for _ in range(rng.randrange(6)):
            planned = at.date() + timedelta(days=rng.randrange(-5, 90))
            moves.append(
                {
                    "deal_id": deal["id"] if rng.random() < 0.97 else "elsewhere",
                    "stage": rng.choice(["talk", "offer"]),
                    "entered": at if rng.random() < 0.97 else None,
                    "expected_close": planned if rng.random() < 0.9 else None,
                    "amount": rng.choice([deal["amount"], Decimal("77.70"), None]),
                }
            )
            at += timedelta(days=rng.randrange(0, 40), hours=rng.randrange(1, 9))
        if closed and rng.random() < 0.5:
            late = datetime.combine(closed, time(17)) + timedelta(days=rng.choice([0, 0, 3]))
            moves.append(
                {
                    "deal_id": deal["id"],
                    "stage": "end",
                    "entered": late,
                    "expected_close": closed,
                    "amount": deal["amount"],
                }
            )
    rng.shuffle(moves)
    return deals, moves


def state(deal: Row) -> tuple[str, date | None]:
    """Outcome and close as they stood on the as-of date."""
    if deal["closed"] and deal["closed"] > AS_OF:
        return "open", None
    return deal["outcome"], deal["closed"]


def notes_of(deal: Row, moves: list[Row]) -> list[Row]:
    """What was put down while the deal was open, in order of time."""
    _, closed = state(deal)
    own = [
        m
        for m in moves
        if deal["id"] is not None
        and m["deal_id"] == deal["id"]
        and m["entered"] is not None
        and m["expected_close"] is not None
        and m["entered"].date() <= AS_OF
        and (closed is None or m["entered"].date() < closed)
    ]
    return sorted(own, key=lambda m: m["entered"])


def expected(deals: list[Row], moves: list[Row], start: date, end: date, currency: str | None) -> Row:
    """The values that a careful clerk would write down, deal by deal."""
    end = min(end, AS_OF + timedelta(days=1))
    found: Row = {"due": 0, "slipped": 0, "due_sum": Decimal(0), "slipped_sum": Decimal(0), "unpriced": 0, "priced": 0}
    found |= {"void": 0, "dark": 0, "vague": 0, "pushes": 0, "days": [], "tracked": 0, "untracked": 0}
    for deal in deals:
        if deal["created"] and deal["created"] > AS_OF:
            continue
        outcome, closed = state(deal)
        if outcome != "open" and closed is None:
            found["vague"] += deal["created"] is None or deal["created"] < end
            continue
        notes = notes_of(deal, moves)
        born = deal["created"] or (notes[0]["entered"].date() if notes else None)
        count_pushes(found, notes, born, closed, start, end)
        if closed is not None and closed < start:
            continue
        known = [n for n in notes if n["entered"].date() < start]
        if not known:
            found["dark"] += born is None or born < start
            continue
        note = known[-1]
        if not start <= note["expected_close"] < end:
            continue
        if outcome == "other" and closed is not None and closed < end:
            found["void"] += 1
            continue
        slipped = closed is None or closed >= end
        found["due"] += 1
        found["slipped"] += slipped
        if currency is None or deal["currency"] == currency:
            found["priced" if note["amount"] is not None else "unpriced"] += 1
            found["due_sum"] += note["amount"] or 0
            found["slipped_sum"] += (note["amount"] or 0) if slipped else 0
    return found


def count_pushes(found: Row, notes: list[Row], born: date | None, closed: date | None, start: date, end: date) -> None:
    alive = (born is None or born < end) and (closed is None or closed >= start)
    if any(n["entered"].date() < end for n in notes) and alive:
        found["tracked"] += 1
    elif alive:
        found["untracked"] += 1
    for before, after in pairwise(notes):
        days = (after["expected_close"] - before["expected_close"]).days
        if days > 0 and start <= after["entered"].date() < end:
            found["pushes"] += 1
            found["days"].append(days)
