"""A number that looks good and means nothing is no number: it is undefined, with the reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from salesmetrics.engine.build import build_report
from salesmetrics.engine.evaluate import Values, evaluate
from salesmetrics.engine.resolve import resolve
from salesmetrics.ingest.read import load
from salesmetrics.library import report_on
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.conversion import win_rate_value
from salesmetrics.metrics.pipeline import pipeline_coverage_remaining
from salesmetrics.metrics.shapes import Ratio, Shape, Undefined

EXAMPLES = Path(__file__).parents[1] / "examples"


def deals(*rows: tuple[str, int | None]) -> pl.DataFrame:
    days = [date(2026, 1, 1 + number) for number in range(len(rows))]
    return pl.DataFrame(
        {"outcome": [outcome for outcome, _ in rows], "amount": [amount for _, amount in rows], "closed": days},
        schema={"outcome": pl.String, "amount": pl.Decimal(18, 2), "closed": pl.Date},
    )


@pytest.mark.parametrize(
    ("rows", "value", "reason"),
    [
        ((("won", 300), ("lost", 100)), 0.75, None),
        ((("won", 300), ("lost", 0), ("lost", 0)), None, "lost_amounts_zero"),
        ((("won", 300), ("lost", 0)), None, "lost_amounts_zero"),
        ((("won", 1), ("lost", 0), ("lost", None)), None, "lost_amounts_zero"),
        ((("won", 300),), 1.0, None),
        ((("won", 0), ("lost", 0)), None, "zero_denominator"),
    ],
)
def test_a_win_rate_by_value_needs_amounts_of_lost_deals(
    rows: tuple[tuple[str, int | None], ...], value: float | None, reason: str | None
) -> None:
    request = resolve(date(2026, 3, 1), None, kpis=("win_rate_value",))
    (found,) = build_report(request, {"deals": deals(*rows)}, catalog()).metrics
    assert (found.value, found.reason) == (value, reason)


def test_the_export_whose_lost_deals_have_no_amounts(realdata: Path) -> None:
    path = str(realdata / "maven_crm_original" / "sales_pipeline.csv")
    (found,) = report_on(path, kpis=["win_rate_value"]).metrics
    assert (found.value, found.reason, found.n) == (None, "lost_amounts_zero", 6711)


@pytest.mark.parametrize(("won", "value"), [(0, 1.5), (94, 25.0), (95, 30.0), (96, None), (100, None), (120, None)])
def test_coverage_of_what_remains_needs_something_that_remains(won: int, value: float | None) -> None:
    assert pipeline_coverage_remaining(150, 100, won) == value


@pytest.mark.parametrize(("quota", "reason"), [(0, "no_quota"), (100, None)])
def test_coverage_of_what_remains_needs_a_quota(quota: int, reason: str | None) -> None:
    amounts = {"quota_due_amount": Decimal(150), "quota": Decimal(quota), "quota_won_amount": Decimal(0)}
    values = Values(1, {"": {name: [amount] for name, amount in amounts.items()}})
    (found,) = evaluate(catalog().kpis["pipeline_coverage_remaining"], values, catalog(), None)
    assert found.reason == reason


def test_a_repeat_purchase_rate_needs_a_year() -> None:
    dataset = load([str(EXAMPLES / "deals.csv")])

    def found(period: str) -> tuple[object, str | None]:
        (metric,) = report_on(dataset, kpis=["repeat_purchase_rate"], period=period).metrics
        return metric.value, metric.reason

    assert found("2026-Q1") == (None, "period_too_short")
    assert found("last-90-days") == (None, "period_too_short")
    year, reason = found("2025")
    assert isinstance(year, float)
    assert reason is None
    assert found("2026")[1] is None, "a year that is not over yet is a year"


def test_the_rate_of_one_segment_without_lost_deals_stands() -> None:
    assert win_rate_value(100, 0, 0) == 1.0


@pytest.mark.parametrize(
    ("reps", "shape"),
    [
        ([("Ann", 100, 1), ("Bob", 0, 0)], Ratio(0, 0)),  # whoever has a quota is ramping up
        ([("Ann", 0, 0), ("Bob", 0, 1)], Undefined("no_quota")),
        ([], Undefined("no_quota")),
        ([("Ann", 100, 0), ("Bob", 100, 1)], Ratio(1, 1)),
    ],
)
def test_a_share_of_reps_says_whether_quotas_or_reps_are_missing(
    reps: list[tuple[str, int, int]], shape: Shape
) -> None:
    rows = [
        {"owner": name, "quota": quota, "won": 110, "units": 0, "ramping": ramping} for name, quota, ramping in reps
    ]
    assert catalog().kpis["reps_at_quota"].parts(rep_results=rows) == shape
