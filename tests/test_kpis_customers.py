"""Customers, surveys, cash and people: the cases that go wrong elsewhere, by hand."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from salesmetrics.answers.report import Period
from salesmetrics.calendar import Calendar
from salesmetrics.engine.build import Request, build_report
from salesmetrics.entities.customers import movements
from salesmetrics.entities.people import ramps
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Metric

MONEY = pl.Decimal(38, 8)
AS_OF = date(2026, 6, 30)
NUMBERS = count()
TYPES: dict[str, Any] = {
    "amount": MONEY, "mrr": MONEY, "potential": MONEY, "cost": MONEY, "quantity": MONEY, "score": pl.Int64, "scale_max": pl.Int64,
    "paid_amount": MONEY, "quota": MONEY, "won": MONEY,
    **dict.fromkeys(("started", "ended", "closed", "created", "answered", "issued", "due", "paid_on", "occurred"), pl.Date),
    **dict.fromkeys(("hired", "left", "trained", "day"), pl.Date),
}  # fmt: skip


def frame_of(*rows: dict[str, Any]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(list(rows), schema={name: TYPES.get(name, pl.String) for name in names})


def metrics(frames: dict[str, pl.DataFrame], *kpis: str, **more: Any) -> dict[str, Metric]:
    request = Request(as_of=AS_OF, as_of_source=None, kpis=kpis, **more)
    return {metric.id: metric for metric in build_report(request, frames, catalog()).metrics}


def customer(started: date | None, ended: date | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": f"C{next(NUMBERS)}",
        "started": started,
        "ended": ended,
        "state": "active",
        "mrr": Decimal(100),
        **more,
    }


def test_customers_who_came_within_the_period_never_enter_its_retention() -> None:
    rows = [customer(date(2025, 1, 1)) for _ in range(9)] + [customer(date(2025, 1, 1), date(2026, 1, 1))]
    rows += [customer(date(2025, 8, 1), date(2025, 9, 1)), customer(date(2026, 1, 1))]
    found = metrics({"customers": frame_of(*rows)}, "customer_retention", "logo_churn")
    assert found["customer_retention"].value == 0.9
    assert (found["logo_churn"].numerator, found["logo_churn"].denominator) == (1, 10)
    interval = found["logo_churn"].interval
    assert interval is not None
    assert interval.method == "wilson"


def test_zero_churn_does_not_make_the_lifetime_value_zero() -> None:
    found = metrics(
        {"customers": frame_of(customer(date(2025, 1, 1)), customer(date(2024, 1, 1)))}, "ltv", "logo_churn"
    )
    assert found["logo_churn"].value == 0
    assert (found["ltv"].value, found["ltv"].reason) == (None, "zero_churn")


def test_lifetime_value_is_revenue_over_churn() -> None:
    rows = [customer(date(2025, 1, 1)) for _ in range(4)] + [customer(date(2025, 1, 1), date(2026, 3, 1))]
    deals = frame_of(
        {"outcome": "won", "closed": date(2026, 5, 1), "amount": Decimal(100), "cost": Decimal(25), "account_id": "A"}
    )
    costs = frame_of(*({"period": half, "amount": Decimal(400)} for half in ("2025-H2", "2026-H1")))
    frames = {"customers": frame_of(*rows), "deals": deals}
    found = metrics(frames, "ltv", "ltv_margin")
    assert found["ltv"].value == pytest.approx(100 * 12 * 5)
    assert found["ltv_margin"].value == pytest.approx(0.75 * 6000)
    year = Period(label="y", start=date(2025, 7, 1), end=date(2026, 7, 1))
    assert metrics({**frames, "costs": costs}, "ltv_cac", period=year)["ltv_cac"].value == pytest.approx(4500 / 800)


def test_a_customer_who_is_gone_nobody_knows_when_is_counted_not_placed() -> None:
    rows = [customer(date(2025, 1, 1)), customer(date(2025, 1, 1), state="churned"), customer(None)]
    found = metrics({"customers": frame_of(*rows)}, "customer_retention")["customer_retention"]
    assert (found.numerator, found.denominator) == (1, 1)
    assert {e.code: e.count for e in found.excluded} == {"missing_end_date": 1, "missing_start_date": 1}


def test_one_who_leaves_after_the_as_of_date_is_still_there() -> None:
    rows = [customer(date(2025, 1, 1), date(2026, 7, 1), state="churned"), customer(date(2026, 7, 1))]
    found = metrics(
        {"customers": frame_of(*rows)},
        "customer_retention",
        "market_penetration",
        settings=Settings(market_size=Decimal(4)),
    )
    assert found["customer_retention"].value == 1.0
    assert found["market_penetration"].value == 0.25


def test_levels_per_period_are_the_movements_between_them() -> None:
    levels = frame_of(
        *({"account": "a", "period": f"2026-0{m}", "mrr": Decimal(v)} for m, v in ((1, 10), (2, 15), (3, 5))),
        {"account": "b", "period": "2026-01", "mrr": Decimal(7)},
        {"account": "b", "period": "2026-03", "mrr": Decimal(8)},
    )
    moves, findings = movements(levels, Calendar(), AS_OF)
    assert moves is not None
    assert findings == []
    found = {(r["account_key"], r["day"].month): (r["movement"], r["change"]) for r in moves.iter_rows(named=True)}
    assert found == {
        ("a", 1): ("new", 10),
        ("a", 2): ("expansion", 5),
        ("a", 3): ("contraction", -10),
        ("b", 1): ("new", 7),
        ("b", 2): ("churn", -7),
        ("b", 3): ("reactivation", 8),
    }


@pytest.mark.parametrize("sign", [1, -1])
def test_retention_of_revenue_is_by_cohort_whatever_the_signs(sign: int) -> None:
    def move(account: str, kind: str, amount: int, day: date) -> dict[str, Any]:
        return {"account": account, "movement": kind, "amount": Decimal(amount), "occurred": day}

    early, late = date(2025, 1, 1), date(2026, 2, 1)
    revenue = frame_of(
        move("a", "new", 100, early), move("a", "expansion", 30, late),
        move("b", "new", 60, early), move("b", "contraction", sign * 20, late),
        move("c", "new", 40, early), move("c", "churn", sign * 40, late),
        move("d", "new", 500, late),
    )  # fmt: skip
    found = metrics({"revenue": revenue}, "grr", "nrr", "customer_retention")
    assert found["grr"].value == (200 - 20 - 40) / 200
    assert found["nrr"].value == (200 + 30 - 20 - 40) / 200
    assert (found["customer_retention"].numerator, found["customer_retention"].denominator) == (2, 3)


def answers(kind: str, *scores: int | None, scale_max: int | None = 10) -> pl.DataFrame:
    rows = [{"type": kind, "score": s, "scale_max": scale_max, "answered": AS_OF} for s in scores]
    return frame_of(*rows)


def test_the_interval_of_a_net_promoter_score_is_a_score_interval() -> None:
    found = metrics({"surveys": answers("nps", *[10] * 100, *[8] * 100, *[3] * 100)}, "nps")["nps"]
    assert found.value == 0
    assert found.interval is not None
    width = float(found.interval.high or 0) - float(found.interval.low or 0)
    assert width == pytest.approx(320 / math.sqrt(300), rel=0.005)  # where there are many answers both agree


@pytest.mark.parametrize(
    "surveys",
    [
        answers("nps", 9, 5, 4, scale_max=5),
        answers("nps", 9, 11, 70, 80, scale_max=None),
        answers("csat", 4, 5, 7, 6, 7, scale_max=None),
    ],
)
def test_other_scales_are_refused(surveys: pl.DataFrame) -> None:
    (found,) = metrics({"surveys": surveys}, str(surveys["type"][0])).values()
    assert (found.value, found.reason) == (None, "wrong_scale")


def test_a_blank_answer_is_counted_and_no_answer_is_no_score() -> None:
    found = metrics({"surveys": answers("nps", 10, None)}, "nps", "enps")
    assert (found["nps"].value, found["nps"].n) == (100.0, 1)
    assert {e.code: e.count for e in found["nps"].excluded if e.count} == {"missing_score": 1}
    assert (found["enps"].value, found["enps"].reason) == (None, "no_records")


def bill(**more: Any) -> dict[str, Any]:
    row = {
        "amount": Decimal(100),
        "issued": date(2026, 4, 1),
        "due": date(2026, 5, 1),
        "paid_on": None,
        "state": "open",
    }
    return {**row, **more}


def test_only_what_is_due_is_expected_and_part_payments_count() -> None:
    invoices = frame_of(
        bill(paid_on=date(2026, 4, 20), paid_amount=None),
        bill(paid_amount=Decimal(30)),
        bill(due=date(2026, 8, 1), paid_amount=None),
        bill(state="cancelled", paid_amount=None),
        bill(amount=None, paid_amount=None),
    )
    found = metrics({"invoices": invoices}, "collection_rate", "invoiced")
    assert (found["collection_rate"].numerator, found["collection_rate"].denominator) == (130, 200)
    assert found["invoiced"].value == 300
    assert {e.code: e.count for e in found["invoiced"].excluded} == {"cancelled": 1, "missing_amount": 1}


def test_a_payment_after_the_as_of_date_has_not_come_in() -> None:
    found = metrics({"invoices": frame_of(bill(paid_on=date(2026, 7, 2), paid_amount=Decimal(100)))}, "collection_rate")
    assert found["collection_rate"].value == 0


def test_where_no_file_tells_what_was_paid_the_rate_is_not_zero() -> None:
    request = Request(as_of=AS_OF, as_of_source=None, families=("cash",))
    invoices = frame_of(bill()).drop("paid_on")
    report = build_report(request, {"invoices": invoices}, catalog())
    assert {m.id for m in report.metrics} == {"invoiced"}


def test_real_invoices_without_the_cancelled_ones(realdata: Path) -> None:
    dataset = load([str(realdata / "zoho_crm_demo" / "Invoices.csv")])
    as_of, source = dataset.last_event or (None, None)
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}
    report = build_report(Request(as_of=as_of, as_of_source=source, kpis=("invoiced",)), frames, catalog())
    assert [m.value for m in report.metrics] == [11_654_300]
    assert frames["invoices"]["amount"].sum() == 16_030_187


def targets(owner: str, first: int, wins: list[int]) -> list[dict[str, Any]]:
    return [
        {"owner": owner, "day": date(2026, first + i, 15), "quota": Decimal(100), "won": Decimal(won)}
        for i, won in enumerate(wins)
    ]


def test_a_rep_is_up_to_speed_after_the_first_three_months_at_four_fifths() -> None:
    reps = frame_of(
        {"owner": "quick", "hired": date(2026, 1, 1), "left": None},
        {"owner": "slow", "hired": date(2025, 12, 10), "left": None},
        {"owner": "never", "hired": date(2026, 2, 1), "left": None},
        {"owner": "gone", "hired": date(2026, 1, 1), "left": date(2026, 2, 28)},
        {"owner": "old", "hired": date(2025, 11, 1), "left": None},
    )
    rows = targets("quick", 1, [0, 120, 120]) + targets("slow", 1, [0, 0, 80, 80, 80]) + targets("never", 2, [79] * 5)
    found = ramps(reps, frame_of(*rows), AS_OF)
    assert found is not None
    assert {r["owner"]: (r["months"], r["ramped"]) for r in found.iter_rows(named=True)} == {
        "quick": (3, True),
        "slow": (5, True),
        "never": (5, False),
        "gone": (2, False),
        "old": (None, None),
    }


def test_those_who_are_not_up_to_speed_yet_are_censored() -> None:
    deals, quotas, reps = [], [], []
    for i, speed in enumerate([1, 1, 0, 0]):
        reps.append({"name": f"r{i}", "hired": date(2026, 1, 1)})
        for month in range(1, 7):
            quotas.append({"owner": f"r{i}", "period": f"2026-{month:02d}", "amount": Decimal(100)})
            won = Decimal(100) if speed else Decimal(1)
            deals.append({"owner": f"r{i}", "outcome": "won", "closed": date(2026, month, 3), "amount": won})
    frames = {"deals": frame_of(*deals), "quotas": frame_of(*quotas), "reps": frame_of(*reps)}
    found = metrics(frames, "ramp_time")["ramp_time"]
    assert (found.value, found.n) == (3, 4)


def test_the_effect_of_a_training_is_what_the_others_did_not_have_too() -> None:
    reps = frame_of(
        {"name": "ann", "trained": date(2026, 3, 1)},
        {"name": "bob", "trained": None},
        {"name": "soon", "trained": date(2026, 4, 1)},
    )
    deals = []
    for owner, before, after in (("ann", 2, 6), ("bob", 4, 5), ("soon", 10, 10)):
        for day, wins in ((date(2026, 2, 27), before), (date(2026, 3, 1), after)):
            deals += [{"owner": owner, "outcome": "won" if i < wins else "lost", "closed": day} for i in range(10)]
    frames = {"deals": frame_of(*deals), "reps": reps}
    found = metrics(frames, "training_effect", settings=Settings(training_window_days=40))["training_effect"]
    # soon is trained within ann's second window, so is not compared with her; both days lie before soon's own training
    assert found.value == pytest.approx(100 * ((6 / 10 - 22 / 30) - (5 / 10 - 13 / 30)))
    found = metrics(frames, "training_effect", settings=Settings(training_window_days=20))["training_effect"]
    rise, other = (6 - 2) / 10, (15 - 14) / 20
    assert found.value == pytest.approx(100 * (rise - other))
    assert found.interval is not None
    assert float(found.interval.low or 0) < 100 * (rise - other) < float(found.interval.high or 0)


def test_growth_from_nothing_has_no_percentage() -> None:
    deals = frame_of(
        {"outcome": "won", "closed": date(2026, 5, 1), "created": date(2020, 1, 1), "amount": Decimal(5)},
        {"outcome": "won", "closed": date(2026, 2, 1), "created": date(2020, 1, 1), "amount": Decimal(-5)},
    )
    found = metrics({"deals": deals}, "revenue_growth", "revenue_growth_year_ago")
    assert {m.reason for m in found.values()} == {"not_positive_before"}
    young = metrics({"deals": deals.with_columns(created=pl.lit(date(2026, 1, 1)))}, "revenue_growth_year_ago")
    assert young["revenue_growth_year_ago"].reason == "no_previous_period"


def test_penetration_is_of_the_customers_whose_potential_is_known() -> None:
    customers = frame_of(
        {"id": "A", "potential": Decimal(1000)}, {"id": "B", "potential": None}, {"id": "C", "potential": Decimal(500)}
    )
    deals = frame_of(
        *(
            {"account_id": account, "outcome": outcome, "amount": Decimal(amount), "closed": closed}
            for account, outcome, amount, closed in (
                ("A", "won", 300, date(2026, 1, 1)), ("B", "won", 900, date(2026, 1, 1)),
                ("A", "lost", 70, date(2026, 1, 1)), ("A", "won", 50, date(2024, 1, 1)), (None, "won", 9, date(2026, 1, 1)),
            )
        )
    )  # fmt: skip
    found = metrics({"customers": customers, "deals": deals}, "account_penetration")["account_penetration"]
    assert (found.numerator, found.denominator, found.n) == (300, 1500, 2)
    assert {e.code: e.count for e in found.excluded} == {"missing_potential": 1}


def test_repeat_purchases_from_invoices() -> None:
    invoices = frame_of(
        *(bill(account=account) for account in ("a", "a", "b", None)), bill(account="b", state="cancelled")
    )
    found = metrics({"invoices": invoices}, "repeat_purchase_rate_invoices")["repeat_purchase_rate_invoices"]
    assert (found.numerator, found.denominator) == (1, 2)
    assert {e.code: e.count for e in found.excluded} == {"missing_account": 1, "cancelled": 1}
