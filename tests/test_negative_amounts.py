"""Corrections and credits among won deals: they are no sales of a size, and stay in counts and sums."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from salesmetrics.answers.report import Metric

KPIS = (
    "won_deals",
    "win_rate",
    "revenue",
    "win_rate_value",
    "average_deal_size",
    "median_deal_size",
    "deal_concentration",
)


def metrics(*deals: tuple[str, int | None]) -> dict[str, Metric]:
    day = date(2026, 3, 1)
    rows = [(outcome, None if amount is None else Decimal(amount), day, day) for outcome, amount in deals]
    schema = {"outcome": pl.String, "amount": pl.Decimal(38, 8), "created": pl.Date, "closed": pl.Date}
    frames = {"deals": pl.DataFrame(rows, schema, orient="row")}
    report = build_report(resolve(day, None, kpis=KPIS), frames, catalog())
    return {metric.id: metric for metric in report.metrics}


def left_out(metric: Metric) -> dict[str, int]:
    return {item.code: item.count for item in metric.excluded if item.count}


def test_a_correction_has_no_size_and_no_share_and_is_counted() -> None:
    found = metrics(("won", 100), ("won", 300), ("won", 0), ("won", -800), ("lost", 200), ("lost", -50), ("won", None))
    assert (found["won_deals"].value, found["revenue"].value) == (5, -400)
    assert (found["revenue"].n, left_out(found["revenue"])) == (4, {"missing_amount": 1})
    assert (found["win_rate"].numerator, found["win_rate"].denominator) == (5, 7)
    assert (found["win_rate_value"].numerator, found["win_rate_value"].denominator) == (400, 600)
    assert left_out(found["win_rate_value"]) == {"negative_amount": 2, "missing_amount": 1}
    assert found["win_rate_value"].n == 4
    assert (found["average_deal_size"].numerator, found["average_deal_size"].n) == (400, 3)
    assert found["median_deal_size"].value == 100
    assert left_out(found["average_deal_size"]) == {"negative_amount": 1, "missing_amount": 1}


def test_a_list_of_large_deals_and_one_credit_has_a_concentration() -> None:
    found = metrics(*[("won", 10)] * 10, *[("won", 90)] * 10, ("won", -500))
    assert found["deal_concentration"].value == 0.9
    assert left_out(found["deal_concentration"]) == {"negative_amount": 1}


def test_corrections_alone_have_neither_size_nor_share() -> None:
    found = metrics(("won", -5), ("won", -6))
    assert [found[name].value for name in ("win_rate_value", "average_deal_size", "median_deal_size")] == [None] * 3
    assert found["won_deals"].value == 2


@settings(max_examples=tries(25))
@given(st.lists(st.tuples(st.sampled_from(["won", "lost"]), st.none() | st.integers(-9, 9)), min_size=1))
def test_a_share_stays_a_share(deals: list[tuple[str, int | None]]) -> None:
    found = metrics(*deals)
    share = found["win_rate_value"].value
    assert share is None or 0 <= float(share) <= 1
    kept = [amount for outcome, amount in deals if outcome == "won" and amount is not None and amount >= 0]
    mean = found["average_deal_size"].value
    assert (mean is None) is not bool(kept)
    assert mean is None or float(mean) == pytest.approx(sum(kept) / len(kept))
