"""A small made-up CRM as plain dicts: leads, deals, activities and stage moves, with the blanks and slips of real ones."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

Row = dict[str, Any]
Rows = list[Row]
FIRST = datetime(2026, 1, 1)
AS_OF = date(2026, 6, 15)
END = datetime.combine(AS_OF + timedelta(days=1), time())
OWNERS = ["ann", "bob", "cy", None]
STAGES = ["new", "talk", "offer"]

SCHEMAS: dict[str, dict[str, Any]] = {
    "leads": {
        "id": pl.String, "owner": pl.String, "account_id": pl.String, "deal_id": pl.String, "amount": pl.Decimal(38, 8),
        "currency": pl.String, "created": pl.Datetime("us"), "converted_at": pl.Datetime("us"),
        "qualified_at": pl.Datetime("us"), "is_converted": pl.Boolean, "outcome": pl.String,
    },
    "deals": {
        "id": pl.String, "owner": pl.String, "account_id": pl.String, "lead_id": pl.String, "amount": pl.Decimal(38, 8),
        "currency": pl.String, "created": pl.Date, "closed": pl.Date, "outcome": pl.String, "stage": pl.String,
        "last_activity": pl.Date, "stage_entered": pl.Date,
    },
    "activities": {
        "owner": pl.String, "type": pl.String, "direction": pl.String, "occurred": pl.Datetime("us"),
        "created": pl.Datetime("us"), "is_completed": pl.Boolean, "is_automated": pl.Boolean, "lead_id": pl.String, "deal_id": pl.String,
        "account_id": pl.String, "contact_id": pl.String,
    },
    "stages": {"deal_id": pl.String, "stage": pl.String, "entered": pl.Datetime("us")},
}  # fmt: skip


class World:
    """Rows by kind, made from a seed."""

    def __init__(self, seed: int, size: int = 120, wins: int = 2, dated: float = 0.95) -> None:
        self.random = random.Random(seed)
        self.entering = random.Random(seed + 1_000)
        self.dated = dated
        self.outcomes = [*["won"] * wins, "lost", "other", "open", "open", "open"]
        self.leads = [self._lead(i) for i in range(size)]
        self.deals = [self._deal(i) for i in range(size)]
        self.stages = [move for deal in self.deals for move in self._moves(deal)]
        self.activities = [self._activity() for _ in range(size * 6)]

    def frames(self, *kinds: str) -> dict[str, pl.DataFrame]:
        rows = {"leads": self.leads, "deals": self.deals, "activities": self.activities, "stages": self.stages}
        return {kind: pl.DataFrame(rows[kind], schema=SCHEMAS[kind]) for kind in kinds or rows}

    def _maybe(self, value: Any, share: float = 0.8) -> Any:
        return value if self.random.random() < share else None

    def _instant(self, days: int = 190) -> datetime:
        seconds = self.random.randrange(days * 24 * 60) * 60
        return FIRST + timedelta(seconds=seconds + self.random.choice([0, 0, 0, 17]))

    def _amount(self) -> Decimal | None:
        return self._maybe(Decimal(self.random.choice(["0", "100.10", "2500", "40000.05"])))

    def _lead(self, i: int) -> Row:
        created = self._maybe(self._instant(), 0.95)
        later = (created or FIRST) + timedelta(days=self.random.randrange(40), minutes=3)
        converted = self.random.random() < 0.3
        outcome = "converted" if converted else self.random.choice(["open", "open", "qualified", "disqualified"])
        qualified = outcome in ("converted", "qualified") and self.random.random() < 0.9
        return {
            "id": self._maybe(f"L{i}", 0.95),
            "owner": self.random.choice(OWNERS),
            "account_id": self._maybe(f"A{self.random.randrange(60)}"),
            "deal_id": f"D{i}" if converted and self.random.random() < 0.5 else None,
            "amount": self._amount(),
            "currency": self.random.choice(["EUR", "EUR", "USD"]),
            "created": created,
            "converted_at": later if converted else None,
            "qualified_at": later - timedelta(minutes=2) if qualified else None,
            "is_converted": converted,
            "outcome": outcome,
        }

    def _deal(self, i: int) -> Row:
        created = self._maybe(self._instant().date(), 0.95)
        outcome = self.random.choice(self.outcomes)
        closed = (created or FIRST.date()) + timedelta(days=self.random.randrange(-2, 60))
        return {
            "id": self._maybe(f"D{i}", 0.97),
            "owner": self.random.choice(OWNERS),
            "account_id": self._maybe(f"A{self.random.randrange(60)}"),
            "lead_id": self._maybe(f"L{self.random.randrange(140)}", 0.4),
            "amount": self._amount(),
            "currency": self.random.choice(["EUR", "EUR", "USD"]),
            "created": created,
            "closed": self._maybe(closed, self.dated) if outcome != "open" else None,
            "outcome": outcome,
            "stage": {"won": "won", "lost": "lost", "other": "void"}.get(outcome, self.random.choice(STAGES)),
            "last_activity": self._maybe(self._instant().date(), 0.4),
            "stage_entered": self._maybe(self._instant().date(), 0.5),
        }

    def _moves(self, deal: Row) -> Rows:
        at = datetime.combine(deal["created"] or FIRST.date(), time(9))
        moves = []
        for stage in [*STAGES[: self.random.randrange(4)], *([deal["stage"]] if self.random.random() < 0.3 else [])]:
            moves.append({"deal_id": deal["id"], "stage": stage, "entered": at})
            at += timedelta(days=self.random.randrange(1, 20), hours=self.random.randrange(5))
        return moves

    def _activity(self) -> Row:
        pick = self.random.random
        return self._entered(
            {
                "owner": self.random.choice(OWNERS),
                "type": self._maybe(self.random.choice(["call", "email", "meeting", "task"]), 0.95),
                "direction": self._maybe(self.random.choice(["outbound", "outbound", "inbound"]), 0.7),
                "occurred": self._maybe(self._instant(), 0.97),
                "is_completed": self.random.choice([True, True, None, False]),
                "is_automated": self.random.choice([False, None, False, True]),
                "lead_id": f"L{self.random.randrange(140)}" if pick() < 0.4 else None,
                "deal_id": f"D{self.random.randrange(140)}" if pick() < 0.4 else None,
                "account_id": self._maybe(f"A{self.random.randrange(60)}", 0.5),
                "contact_id": self._maybe(f"C{self.random.randrange(30)}", 0.3),
            }
        )

    def _entered(self, activity: Row) -> Row:
        """What lies ahead has a day on which it was planned; a third of what happened has one too."""
        before = timedelta(days=self.entering.randrange(12))
        at = activity["occurred"]
        known = self.entering.random() < (0.7 if at and at >= END else 0.3)
        return activity | {"created": at - before if at and known else None}
