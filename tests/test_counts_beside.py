"""The records behind the KPIs of deals and what was left out of them: each count by a plain loop over deals with every kind of blank."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

AS_OF = date(2026, 3, 1)
SCHEMA = {
    "id": pl.String, "outcome": pl.String, "amount": pl.Decimal(38, 8), "created": pl.Date, "closed": pl.Date, "owner": pl.String,
    "expected_close": pl.Date, "probability": pl.Decimal(38, 8), "last_activity": pl.Date, "quantity": pl.Decimal(38, 8), "cost": pl.Decimal(38, 8), "list_price": pl.Decimal(38, 8),
}  # fmt: skip

Deal = dict[str, Any]


def _deals(seed: int) -> list[Deal]:
    draw = random.Random(seed)
    outcomes = [draw.choice(["won", "won", "lost", "other", "open", "open", "open"]) for _ in range(400)]
    days = [None, date(2026, 2, 2), date(2026, 2, 3), date(2026, 2, 20)]
    return [
        {
            "id": f"D{i}",
            "outcome": outcome,
            "amount": draw.choice([None, Decimal(-5), Decimal(0), Decimal(10), Decimal(30)]),
            "created": draw.choice([None, date(2026, 1, 5), date(2026, 2, 3)]),
            "closed": draw.choice(days) if outcome != "open" else None,
            "owner": draw.choice([None, "ann", "bob"]),
            "expected_close": draw.choice([None, date(2026, 2, 1), AS_OF, date(2026, 6, 1)]),
            "probability": draw.choice([None, Decimal("0.5")]),
            "last_activity": draw.choice([None, date(2026, 2, 20)]),
            "quantity": draw.choice([None, Decimal(2)]),
            "cost": draw.choice([None, Decimal(4)]),
            "list_price": draw.choice([None, Decimal(40)]),
        }
        for i, outcome in enumerate(outcomes)
    ]


def has(*names: str) -> Callable[[Deal], bool]:
    return lambda deal: all(deal[name] is not None for name in names)


def lacks(*names: str) -> Callable[[Deal], bool]:
    return lambda deal: any(deal[name] is None for name in names)


def sized(deal: Deal) -> bool:
    return deal["amount"] is not None and deal["amount"] >= 0


def negative(deal: Deal) -> bool:
    return deal["amount"] is not None and deal["amount"] < 0


def in_order(deal: Deal) -> bool:
    return has("created", "closed")(deal) and deal["created"] <= deal["closed"]


def reversed_(deal: Deal) -> bool:
    return has("created", "closed")(deal) and deal["created"] > deal["closed"]


def overdue(deal: Deal) -> bool:
    return deal["expected_close"] is not None and deal["expected_close"] < AS_OF


def both(*conditions: Callable[[Deal], bool]) -> Callable[[Deal], bool]:
    return lambda deal: all(condition(deal) for condition in conditions)


SIZES = (sized, {"missing_amount": lacks("amount"), "negative_amount": negative})
PRICED = (has("amount"), {"missing_amount": lacks("amount")})
CYCLE = (in_order, {"negative_duration": reversed_, "missing_date": lacks("created", "closed")})
CREATED = (has("created"), {"missing_created_date": lacks("created")})
ALL = {"won", "lost", "other", "open"}

BESIDE: dict[str, tuple[set[str], Callable[[Deal], bool], dict[str, Callable[[Deal], bool]]]] = {
    "revenue": ({"won"}, *PRICED),
    "average_deal_size": ({"won"}, *SIZES),
    "median_deal_size": ({"won"}, *SIZES),
    "deal_concentration": ({"won"}, *SIZES),
    "average_lost_deal_size": ({"lost"}, *SIZES),
    "average_open_deal_size": ({"open"}, *SIZES),
    "win_rate_value": ({"won", "lost"}, *SIZES),
    "win_rate_broad": ({"won", "lost", "other"}, has(), {}),
    "sales_cycle_mean": ({"won"}, *CYCLE),
    "sales_cycle_median": ({"won"}, *CYCLE),
    "sales_cycle_p90": ({"won"}, *CYCLE),
    "time_to_loss_median": ({"lost"}, *CYCLE),
    "created_deals": (ALL, *CREATED),
    "win_rate_created": (ALL, *CREATED),
    "deal_age_median": ({"open"}, *CREATED),
    "stalled_deals_by_age": ({"open"}, *CREATED),
    "open_pipeline": ({"open"}, *PRICED),
    "lost_value": ({"lost"}, *PRICED),
    "other_value": ({"other"}, *PRICED),
    "weighted_pipeline": (
        {"open"},
        has("amount", "probability"),
        {"missing_amount_or_probability": lacks("amount", "probability")},
    ),
    "pipeline_created": (
        ALL,
        has("created", "amount"),
        {"missing_amount": both(has("created"), lacks("amount")), "missing_created_date": lacks("created")},
    ),
    "pipeline_due": (
        {"open"},
        has("expected_close", "amount"),
        {
            "missing_amount": both(has("expected_close"), lacks("amount")),
            "missing_expected_close": lacks("expected_close"),
        },
    ),
    "overdue_pipeline": (
        {"open"},
        both(overdue, has("amount")),
        {"missing_amount": both(overdue, lacks("amount")), "missing_expected_close": lacks("expected_close")},
    ),
    "overdue_deals": ({"open"}, has("expected_close"), {"missing_expected_close": lacks("expected_close")}),
    "stalled_deals": (
        {"open"},
        lambda deal: not both(lacks("created"), lacks("last_activity"))(deal),
        {"missing_last_touch": both(lacks("created"), lacks("last_activity"))},
    ),
    "units_sold": ({"won"}, has("quantity"), {"missing_quantity": lacks("quantity")}),
    "profit_per_sale": ({"won"}, has("amount", "cost"), {"missing_cost": lacks("amount", "cost")}),
    "gross_margin": ({"won"}, has("amount", "cost"), {"missing_cost": lacks("amount", "cost")}),
    "discount_rate": ({"won"}, has("amount", "list_price"), {"missing_list_price": lacks("amount", "list_price")}),
    "open_deals_per_rep": ({"open"}, has("owner"), {"missing_owner": lacks("owner")}),
}
"""By KPI: the outcomes it is about, which of these deals are behind it, and which were left out for which reason."""


@pytest.mark.parametrize("seed", [1, 2])
def test_the_counts_beside_a_value_are_those_of_a_loop_over_the_deals(seed: int) -> None:
    deals = _deals(seed)
    asked = resolve(AS_OF, None, kpis=tuple(BESIDE))
    report = build_report(asked, {"deals": pl.DataFrame(deals, SCHEMA)}, catalog())
    found = {metric.id: (metric.n, {e.code: e.count for e in metric.excluded}) for metric in report.metrics}
    expected = {}
    for kpi, (outcomes, behind, reasons) in BESIDE.items():
        own = [deal for deal in deals if deal["outcome"] in outcomes]
        expected[kpi] = sum(map(behind, own)), {code: sum(map(out, own)) for code, out in reasons.items()}
    assert found == expected
