"""The records behind KPIs and what was left out of them: each count by a plain loop over records with every kind of blank.

Those of leads are compared in ``test_kpis_activity.py``, those of quotas, costs and customers in ``test_kpis_money.py``.
"""

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


Beside = dict[str, tuple[int | None, dict[str, int]]]


def counts_of(
    kind: str, rows: list[dict[str, Any]], schema: dict[str, Any], kpis: tuple[str, ...], period: str
) -> Beside:
    asked = resolve(AS_OF, None, kpis=kpis, period=period)
    report = build_report(asked, {kind: pl.DataFrame(rows, schema)}, catalog())
    return {metric.id: (metric.n, {e.code: e.count for e in metric.excluded if e.count}) for metric in report.metrics}


def some(**counts: int) -> dict[str, int]:
    return {code: count for code, count in counts.items() if count}


DAYS = [None, date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), AS_OF, date(2026, 3, 2)]


def inside(day: date | None, period: str) -> bool:
    """Whether a day is in February, or in all that had come by the day of the report."""
    if period == "all":
        return day is None or day <= AS_OF
    return day is not None and date(2026, 2, 1) <= day < AS_OF


SCALES = {"nps": range(11), "enps": range(11), "csat": range(1, 6)}


@pytest.mark.parametrize("period", ["all", "2026-02"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_counts_beside_answers_are_those_of_a_loop_over_the_surveys(seed: int, period: str) -> None:
    draw = random.Random(seed)
    kinds = [draw.choice([*SCALES, "ces"]) for _ in range(1500)]
    rows = [
        {
            "type": kind,
            # One in twenty is off the scale: with many of them the whole question would be.
            "score": draw.choice(
                [None, *[*SCALES.get(kind, range(3))] * 3, *([-1, 12] if draw.random() < 0.4 else [])]
            ),
            "answered": draw.choice(DAYS),
        }
        for kind in kinds
    ]
    found = counts_of(
        "surveys", rows, {"type": pl.String, "score": pl.Int64, "answered": pl.Date}, tuple(SCALES), period
    )
    for kind, scale in SCALES.items():
        scores = [row["score"] for row in rows if row["type"] == kind and inside(row["answered"], period)]
        good, blank = sum(score in scale for score in scores), scores.count(None)
        assert found[kind] == (good, some(missing_score=blank, off_scale=len(scores) - good - blank))
        assert min(good, blank, len(scores) - good - blank) > 0


INVOICES = {
    "issued": pl.Date, "due": pl.Date, "paid_on": pl.Date, "amount": pl.Decimal(38, 8), "paid_amount": pl.Decimal(38, 8),
    "state": pl.String, "document": pl.String, "account_id": pl.String,
}  # fmt: skip


@pytest.mark.parametrize("period", ["all", "2026-02"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_counts_beside_cash_are_those_of_a_loop_over_the_invoices(seed: int, period: str) -> None:
    draw = random.Random(seed)
    rows = [
        {
            "issued": draw.choice(DAYS[:-1]),  # after a later one, payments without a day would not be known
            "due": draw.choice(DAYS),
            "paid_on": draw.choice([None, date(2026, 2, 20)]),
            "amount": draw.choice([None, Decimal(100), Decimal(40)]),
            "paid_amount": draw.choice([None, Decimal(30)]),
            "state": draw.choice([None, "open", "paid", "cancelled", "draft"]),
            "document": draw.choice([None, None, "credit", "draft"]),
            "account_id": draw.choice([None, "a", "b", "c"]),
        }
        for _ in range(500)
    ]
    kpis = ("invoiced", "collection_rate", "repeat_purchase_rate_invoices")
    found = counts_of("invoices", rows, INVOICES, kpis, period)

    def void(row: dict[str, Any]) -> bool:
        return row["state"] in ("cancelled", "draft") or row["document"] == "draft"

    known = [row for row in rows if row["issued"] is None or row["issued"] <= AS_OF]
    issued = [row for row in known if inside(row["issued"], period)]
    bills = [row for row in issued if not void(row)]
    unpriced = sum(row["amount"] is None for row in bills)
    assert found["invoiced"] == (
        len(bills) - unpriced,
        some(cancelled=len(issued) - len(bills), missing_amount=unpriced),
    )
    standing = [row for row in known if not void(row)]
    undated = sum(row["due"] is None and row["issued"] is None for row in standing)
    dues = [row["due"] or row["issued"] for row in standing]
    due = [row for row, day in zip(standing, dues, strict=True) if day is not None and inside(day, period)]
    # Without an amount, nobody knows what is due; what came in is known but where it is all of an unknown amount.
    blank = sum(row["amount"] is None for row in due)
    assert found["collection_rate"] == (len(due) - blank, some(missing_amount=blank, missing_date=undated))
    accounts = {row["account_id"] for row in bills if row["document"] != "credit"} - {None}
    unlinked = sum(row["account_id"] is None for row in bills)
    assert found["repeat_purchase_rate_invoices"] == (
        len(accounts),
        some(missing_account=unlinked, cancelled=len(issued) - len(bills)),
    )
