"""A made-up company as plain dicts: every kind of file that money, people and customers take, with blanks and strays."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

Row = dict[str, Any]
FIRST = date(2025, 1, 1)
AS_OF = date(2026, 5, 20)
MONEY = pl.Decimal(38, 8)
REPS = ["ann", "bob", "cy", "dee", "eli", "flo"]
TEAM = {"ann": "north", "bob": "north", "cy": "south", "dee": "south", "eli": "south", "flo": None}

SCHEMAS: dict[str, dict[str, Any]] = {
    "deals": {
        "id": pl.String, "owner": pl.String, "team": pl.String, "account_id": pl.String, "product": pl.String,
        "outcome": pl.String, "amount": MONEY, "currency": pl.String, "created": pl.Date, "closed": pl.Date,
        "expected_close": pl.Date, "quantity": MONEY, "list_price": MONEY, "cost": MONEY, "probability": MONEY,
    },
    "leads": {"id": pl.String, "owner": pl.String, "team": pl.String, "created": pl.Datetime("us")},
    "quotas": {
        "owner": pl.String, "team": pl.String, "product": pl.String, "period": pl.String, "amount": MONEY,
        "currency": pl.String, "is_ramping": pl.Boolean,
    },
    "costs": {
        "period": pl.String, "date": pl.Date, "category": pl.String, "team": pl.String, "owner": pl.String,
        "amount": MONEY, "currency": pl.String,
    },
    "reps": {
        "name": pl.String, "team": pl.String, "hired": pl.Date, "left": pl.Date, "trained": pl.Date,
    },
    "customers": {
        "id": pl.String, "owner": pl.String, "team": pl.String, "state": pl.String, "started": pl.Date,
        "ended": pl.Date, "mrr": MONEY, "potential": MONEY, "currency": pl.String,
    },
    "revenue": {
        "account_id": pl.String, "owner": pl.String, "team": pl.String, "movement": pl.String, "amount": MONEY,
        "occurred": pl.Date, "currency": pl.String,
    },
    "invoices": {
        "id": pl.String, "owner": pl.String, "team": pl.String, "account_id": pl.String, "state": pl.String,
        "issued": pl.Date, "due": pl.Date, "paid_on": pl.Date, "amount": MONEY, "paid_amount": MONEY, "currency": pl.String,
    },
    "surveys": {
        "owner": pl.String, "team": pl.String, "type": pl.String, "score": pl.Int64, "scale_max": pl.Int64,
        "answered": pl.Date,
    },
    "products": {"name": pl.String, "sku": pl.String, "list_price": MONEY, "cost": MONEY, "currency": pl.String},
}  # fmt: skip


class World:
    """Rows by kind, made from a seed."""

    def __init__(self, seed: int, currencies: tuple[str | None, ...] = ("EUR", "EUR", "USD"), deals: int = 160) -> None:
        self.random = random.Random(seed)
        self.currencies = currencies
        self.rows: dict[str, list[Row]] = {
            "deals": [self._deal(i) for i in range(deals)],
            "leads": [{"id": f"L{i}", **self._owned(), "created": self._instant()} for i in range(80)],
            "quotas": self._quotas(),
            "costs": [self._cost() for _ in range(150)],
            "reps": [self._rep(name) for name in REPS],
            "customers": [self._customer(i) for i in range(60)],
            "revenue": [move for i in range(40) for move in self._moves(i)],
            "invoices": [self._invoice(i) for i in range(90)],
            "surveys": [self._survey() for _ in range(120)],
            "products": [
                {"name": "P1", "sku": "S1", "list_price": Decimal(100), "cost": Decimal("33.30"), "currency": "EUR"},
                {"name": "P2", "sku": "S2", "list_price": None, "cost": Decimal(7), "currency": None},
            ],
        }

    def frames(self, *kinds: str) -> dict[str, pl.DataFrame]:
        return {kind: pl.DataFrame(self.rows[kind], schema=SCHEMAS[kind]) for kind in kinds or self.rows}

    def maybe(self, value: Any, share: float = 0.85) -> Any:
        return value if self.random.random() < share else None

    def day(self, first: date = FIRST, days: int = 530) -> date:
        return first + timedelta(days=self.random.randrange(days))

    def _instant(self) -> Any:
        from datetime import datetime, time

        return self.maybe(datetime.combine(self.day(), time(10, 30)))

    def _owned(self) -> Row:
        owner = self.random.choice([*REPS, "stray", None])
        return {"owner": owner, "team": TEAM.get(owner or "")}

    def _money(self, *more: str) -> Decimal | None:
        return self.maybe(Decimal(self.random.choice(["0", "120.10", "999.99", "5000", *more])))

    def _currency(self) -> str | None:
        return self.random.choice(self.currencies)

    def _deal(self, i: int) -> Row:
        created = self.day()
        outcome = self.random.choice(["won", "won", "won", "lost", "other", "open"])
        closed = (
            self.maybe(created + timedelta(days=self.random.randrange(-2, 90)), 0.95) if outcome != "open" else None
        )
        return {
            "id": f"D{i}",
            **self._owned(),
            "account_id": self.maybe(f"A{self.random.randrange(150)}"),
            "product": self.random.choice(["P1", "P2", "S1", "P 1", None]),
            "outcome": outcome,
            "amount": Decimal(-20) if self.random.random() < 0.004 else self._money(),
            "currency": self._currency(),
            "created": self.maybe(created, 0.95),
            "closed": closed,
            "expected_close": self.maybe(created + timedelta(days=120)) if outcome == "open" else None,
            "quantity": self.maybe(Decimal(self.random.choice([0, 1, 3, 12]))),
            "list_price": self.maybe(Decimal(self.random.choice(["0", "150", "5600.50"])), 0.6),
            "cost": self.maybe(Decimal(self.random.choice(["0", "40", "2100.25"])), 0.6),
            "probability": self.maybe(Decimal(self.random.choice(["0", "0.35", "1"]))),
        }

    def _quotas(self) -> list[Row]:
        rows = []
        for name in [*REPS, "quota only"]:
            for period in ("2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"):
                amount = self.random.choice(["0", "2000", "10000.01", "4000"])
                row = {
                    "owner": name,
                    "team": TEAM.get(name),
                    "product": None,
                    "period": period,
                    "amount": self.maybe(Decimal(amount)),
                }
                ramping = self.random.random() < 0.2
                rows.append({**row, "currency": self.random.choice(["EUR", "USD"]), "is_ramping": ramping})
        blank = {"owner": None, "team": None, "product": None, "is_ramping": None, "currency": "EUR"}
        for period, amount in (("2026-Q1", 50000), ("2026", 210000)):
            rows.append({**blank, "period": period, "amount": Decimal(amount)})
        for product in ("P1", "P2", "quota only"):
            for period in ("2025-Q4", "2026-Q1", "2026-Q2"):
                amount = self.maybe(Decimal(self.random.choice(["0", "9000.03", "30000"])))
                rows.append({**blank, "product": product, "period": period, "amount": amount})
        return rows

    def _cost(self) -> Row:
        month = self.day().strftime("%Y-%m")
        dated = self.random.random() < 0.3
        return {
            "period": None if dated else month,
            "date": self.day() if dated else None,
            "category": self.random.choice(["salary", "marketing", "tooling", "training", "sales", "other"]),
            **self._owned(),
            "amount": self._money("100.01", "-20"),
            "currency": self._currency(),
        }

    def _rep(self, name: str) -> Row:
        hired = self.maybe(self.day(date(2024, 6, 1), 600), 0.9)
        left = self.maybe((hired or FIRST) + timedelta(days=200 + self.random.randrange(400)), 0.3)
        return {"name": name, "team": TEAM[name], "hired": hired, "left": left, "trained": self._trained()}

    def _trained(self) -> date | None:
        return self.random.choice([None, date(2025, 9, 15), date(2026, 1, 12)])

    def _customer(self, i: int) -> Row:
        started = self.maybe(self.day(date(2024, 6, 1), 770), 0.95)
        gone = self.random.random() < 0.4
        ended = self.maybe((started or FIRST) + timedelta(days=30 + self.random.randrange(400))) if gone else None
        row = {"id": f"A{i}", **self._owned(), "state": "churned" if gone else "active", "started": started}
        return {
            **row,
            "ended": ended,
            "mrr": self._money("80"),
            "potential": self._money("30000.50"),
            "currency": self._currency(),
        }

    def _moves(self, i: int) -> list[Row]:
        day, level = self.day(), Decimal(self.random.choice([50, 100, 250]))
        base = {"account_id": f"A{i}", **self._owned(), "currency": self._currency()}
        rows = [{**base, "movement": "new", "amount": level, "occurred": day}]
        for _ in range(self.random.randrange(5)):
            day += timedelta(days=self.random.randrange(10, 120))
            kind = self.random.choice(["expansion", "contraction", "churn", "renewal"])
            if level == 0:
                kind, size = "reactivation", Decimal(60)
            else:
                size = level if kind == "churn" else Decimal(20)
            level += {"contraction": -size, "churn": -size, "renewal": Decimal(0)}.get(kind, size)
            signed = -size if kind in ("contraction", "churn") and self.random.random() < 0.5 else size
            rows.append({**base, "movement": kind, "amount": signed, "occurred": day})
        return rows

    def _invoice(self, i: int) -> Row:
        issued = self.day()
        state = self.random.choice(["paid", "paid", "open", "cancelled", None])
        paid_amount = self._money() if self.random.random() < 0.3 else None
        # A state without its day is unknown on a past day; with many of them so is all that rests on it.
        came_in = state == "paid" or paid_amount is not None
        paid_on = self.maybe(issued + timedelta(days=self.random.randrange(80)), 0.97) if came_in else None
        return {
            "id": f"I{i}",
            **self._owned(),
            "account_id": self.maybe(f"A{self.random.randrange(40)}"),
            "state": state,
            "issued": issued,
            "due": self.maybe(issued + timedelta(days=30)),
            "paid_on": paid_on,
            "amount": self._money("-20"),
            "paid_amount": paid_amount,
            "currency": self._currency(),
        }

    def _survey(self) -> Row:
        kind = self.random.choice(["nps", "nps", "csat", "enps", "ces"])
        high = 5 if kind == "csat" else 10
        score = self.maybe(self.random.randint(1 if kind == "csat" else 0, high), 0.95)
        row = {**self._owned(), "type": kind, "score": score, "scale_max": self.maybe(high)}
        return {**row, "answered": self.maybe(self.day(), 0.95)}
