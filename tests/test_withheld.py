"""What the files leave unsure takes every number with it that rests on it, and no other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from salesmetrics.engine.build import Request, build_report
from salesmetrics.engine.unknown import facts_behind, withheld_measures
from salesmetrics.metrics.catalog import catalog
from salesmetrics.schema.withheld import Withheld

DEALS = pl.DataFrame(
    {
        "deal_id": ["1", "2", "3"],
        "outcome": ["won", "lost", "open"],
        "amount": [Decimal(100), Decimal(50), Decimal(70)],
        "created": [date(2026, 1, 1)] * 3,
        "closed": [date(2026, 2, 1), date(2026, 2, 2), None],
    },
    schema_overrides={"amount": pl.Decimal(38, 8)},
)


def values(*withheld: Withheld) -> dict[str, tuple[object, str | None]]:
    request = Request(as_of=date(2026, 3, 1), as_of_source=None, withheld=withheld)
    return {m.id: (m.value, m.reason) for m in build_report(request, {"deals": DEALS}, catalog()).metrics}


def test_a_withheld_amount_takes_the_sums_and_leaves_the_counts() -> None:
    before, after = values(), values(Withheld("deals", "amount", "in_doubt"))
    assert after["revenue"] == after["average_deal_size"] == after["open_pipeline"] == (None, "in_doubt")
    assert after["won_deals"] == before["won_deals"] == (1, None)
    assert after["win_rate"] == before["win_rate"]


def test_a_withheld_fact_takes_what_declares_it() -> None:
    before, after = values(), values(Withheld("deals", "lost", "no_lost_seen"))
    assert after["win_rate"] == (None, "no_lost_seen")
    assert after["win_rate_value"] == (None, "no_lost_seen")
    assert after["revenue"] == before["revenue"]


def test_a_withheld_outcome_takes_all_that_is_won_lost_or_open() -> None:
    after = values(Withheld("deals", "outcome", "in_doubt"))
    for name in ("won_deals", "revenue", "win_rate", "open_pipeline", "sales_cycle_median", "new_customers"):
        if name in after:
            assert after[name] == (None, "in_doubt"), name


def test_the_first_reason_stands() -> None:
    both = (Withheld("deals", "amount", "first"), Withheld("deals", "outcome", "second"))
    measures = catalog().measures
    assert withheld_measures(both, measures.values())["won_amount"] == "first"
    assert withheld_measures(both[::-1], measures.values())["won_amount"] == "second"


@pytest.mark.parametrize("name", sorted(catalog().measures))
def test_every_measure_of_outcomes_is_known_to_rest_on_them(name: str) -> None:
    measure = catalog().measures[name]
    if measure.entity == "deals" and name.startswith(
        ("won_", "lost_", "open_", "decided_", "first_won", "created_won")
    ):
        assert ("deals", "outcome") in facts_behind(measure)
    if name.startswith(("lost_", "decided_")) and measure.entity == "deals":
        assert ("deals", "lost") in facts_behind(measure)
