"""What explain shows of a KPI of targets: every rep, and the steps of the pay."""

from __future__ import annotations

from decimal import Decimal

from salesmetrics.messages import text
from salesmetrics.metrics.incentives import IncentivePlan, Tier
from salesmetrics.metrics.rep_results import rep_lines

ROWS = [
    {"owner": "ann", "quota": Decimal(1000), "won": Decimal(1500), "units": Decimal(0), "ramping": 0},
    {"owner": "bob", "quota": Decimal(1000), "won": Decimal(0), "units": Decimal(0), "ramping": 1},
    {"owner": "stray", "quota": Decimal(0), "won": Decimal(70), "units": Decimal(0), "ramping": 0},
]


def test_every_rep_stands_there_with_sales_and_quota() -> None:
    lines = [(line.name, text(line.meaning), line.value) for line in rep_lines(ROWS, None)]
    assert lines == [
        ("ann", "won 1500 of 1000", 1.5),
        ("bob", "won 0 of 1000, ramping up, left out", 0.0),
        ("stray", "no quota", None),
    ]


def test_the_pay_is_shown_step_by_step() -> None:
    tiers = (Tier(Decimal(0), Decimal("0.05")), Tier(Decimal(1), Decimal("0.1")))
    plan = IncentivePlan(tiers=tiers, accelerator=Decimal(2), cap=Decimal(120))
    ann, bob, stray = rep_lines(ROWS, plan)
    assert ann.value == 120
    assert text(ann.meaning) == (
        "at 150.0% of quota; from 0% of quota: 1000 × 0.05; from 100% of quota, accelerated: 500 × 0.2; capped"
    )
    assert (bob.value, text(bob.meaning)) == (0, "at 0.0% of quota; no payout")
    assert (stray.value, text(stray.meaning)) == (None, "no quota")
