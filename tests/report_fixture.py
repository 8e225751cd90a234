"""Builders of small reports for the tests of the renderers: every number below is made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from salesmetrics.answers.base import Generator
from salesmetrics.answers.report import (
    Change,
    Comparison,
    Excluded,
    Goal,
    GoalResult,
    Interval,
    Metric,
    NotComputed,
    Period,
    Report,
)
from salesmetrics.schema.findings import finding
from salesmetrics.schema.provenance import Input, RowCounts

ALL = Period(label="all")
Q4 = Period(label="2017-Q4", start=date(2017, 10, 1), end=date(2018, 1, 1))


def wilson(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, level=0.95, method="wilson")


def metric(id: str, title: str, family: str, unit: str, value: Any, **more: Any) -> Metric:  # noqa: A002
    return Metric(id=id, title=title, family=family, unit=unit, value=value, **({"basis": "closed"} | more))


def win_rate(won: int, closed: int, **more: Any) -> Metric:
    given = {"numerator": won, "denominator": closed, "n": closed} | more
    if not closed:
        return metric("win_rate", "Win rate", "conversion", "ratio", None, reason="zero_denominator", **given)
    rate = won / closed
    span = wilson(max(rate - 0.012, 0.0), min(rate + 0.0116, 1.0))
    return metric("win_rate", "Win rate", "conversion", "ratio", rate, **({"interval": span} | given))


def deals_input(path: str = "sales_pipeline.csv", **more: Any) -> Input:
    rows = RowCounts(read=8800, used=8790, rejected=7, ignored=3)
    given = {"profile": "generic", "encoding": "utf-8", "delimiter": ",", "rows": rows, "sha256": "ab" * 32}
    return Input(kind="deals", path=path, **(given | more))


def report(metrics: list[Metric], **more: Any) -> Report:
    given = {
        "generator": Generator(version="1.0.0"),
        "command": "report",
        "as_of": date(2017, 12, 31),
        "as_of_source": "last event in the data",
        "period": ALL,
        "inputs": [deals_input()],
        "everything": True,
    }
    return Report(metrics=metrics, **(given | more))


def total_report(**more: Any) -> Report:
    """The plain report: every unit, an undefined value, few records, a sparkline, findings, what is missing."""
    months = [0.58, 0.61, None, 0.66, 0.64, 0.61, 0.6, 0.59, 0.63, 0.62, 0.6, 0.64]
    usd = {"currency": "USD"}
    metrics = [
        metric(
            "revenue",
            "Revenue",
            "revenue",
            "money",
            Decimal("10005534.00000000"),
            n=4238,
            trend=[float(i) for i in range(12)],
            **usd,
        ),
        metric("new_customers", "New customers", "revenue", "count", 85, n=85),
        metric("won_deals", "Won deals", "counts", "count", 4238, n=4238, trend=[300.0 + i for i in range(12)]),
        metric("open_deals", "Open deals", "counts", "count", 2089, n=2089, basis="snapshot"),
        win_rate(4238, 6711, trend=months, excluded=[Excluded(code="other_outcome", count=0)]),
        metric(
            "win_rate_created",
            "Win rate of created deals",
            "conversion",
            "ratio",
            0.5,
            numerator=2,
            denominator=4,
            n=4,
            interval=wilson(0.15, 0.85),
            small=True,
            basis="created",
        ),
        metric(
            "win_loss_ratio",
            "Won deals per lost deal",
            "conversion",
            "x",
            1.713708,
            numerator=4238,
            denominator=2473,
            n=6711,
        ),
        metric(
            "average_deal_size",
            "Average deal size",
            "size",
            "money",
            Decimal("2360.9094"),
            numerator=Decimal(10005534),
            denominator=4238,
            n=4238,
            **usd,
        ),
        metric(
            "median_deal_size",
            "Median deal size",
            "size",
            "money",
            Decimal(1117),
            n=4238,
            interval=Interval(low=Decimal(1105), high=Decimal("1130.5"), level=0.95, method="order statistics"),
            **usd,
        ),
        metric("sales_cycle_median", "Sales cycle, median", "speed", "days", 57.0, n=6711),
        metric("sales_cycle_mean", "Sales cycle, mean", "speed", "days", 51.78197, n=6711),
        metric("time_to_loss_median", "Time to loss, median", "speed", "days", None, n=0, reason="zero_denominator"),
        metric(
            "pipeline_velocity",
            "Pipeline velocity",
            "speed",
            "money_per_day",
            12345.678,
            n=2089,
            basis="snapshot",
            **usd,
        ),
        metric(
            "open_pipeline", "Open pipeline", "pipeline", "money", None, reason="missing_input", basis="snapshot", **usd
        ),
    ]
    given = {
        "findings": [
            finding(
                "header_unfit",
                kind="deals",
                path="sales_pipeline.csv",
                column="close_value",
                count=2473,
                rows=range(3, 23),
                field="amount",
                what="amounts of money",
            ),
            finding("quota_levels", count=1, rows=[7], share_of_value=0.0123),
        ],
        "not_computed": [
            NotComputed(
                id="quota_attainment",
                title="Quota attainment",
                family="targets",
                reason="missing_input",
                needs="a quotas file",
            ),
            NotComputed(
                id="cac", title="Cost of a customer", family="cost", reason="missing_input", needs="a costs file"
            ),
            NotComputed(id="pacing", title="Pacing", family="targets", reason="missing_input", needs="a quotas file"),
        ],
    }
    return report(metrics, **(given | more))


def compared_report(**more: Any) -> Report:
    """A period beside the one before it, with goals."""
    better = Change(
        absolute=0.047,
        relative=0.08,
        interval=Interval(low=0.011, high=0.083, level=0.95, method="newcombe"),
        verdict="better",
    )
    goal = Goal(
        expression="win_rate >= 0.65",
        target=0.65,
        status="missed",
        owner="Ana",
        by=date(2018, 3, 31),
        note="agreed in May",
    )
    period = Period(label="2017-Q4", start=date(2017, 10, 1), end=date(2018, 1, 1), partial=True)
    metrics = [
        metric(
            "revenue",
            "Revenue",
            "revenue",
            "money",
            Decimal("2802496.50"),
            currency="USD",
            n=1196,
            previous=Decimal("3010000"),
            change=Change(absolute=Decimal("-207503.50"), relative=-0.0689, verdict="no clear difference"),
            direction="higher",
        ),
        win_rate(
            1196,
            1900,
            previous=0.5825,
            change=better,
            direction="higher",
            goal=goal,
        ),
        metric(
            "sales_cycle_median",
            "Sales cycle, median",
            "speed",
            "days",
            57,
            n=12,
            small=True,
            previous=None,
            change=Change(absolute=None, relative=None, verdict="too few"),
        ),
    ]
    given = {
        "period": period,
        "goals": [
            GoalResult(id="win_rate", title="Win rate", unit="ratio", period=period, value=1196 / 1900, goal=goal)
        ],
        "comparison": Comparison(label="2017-Q3", start=date(2017, 7, 1), end=date(2017, 10, 1), to_date=True),
    }
    return report(metrics, **(given | more))


OWNERS = [
    "Ana Lima",
    "[red]Bob|Smith[/red]",
    "=HYPERLINK(1)",
    "محمد العلي",
    "王小明及其销售团队的所有成员",
    "a" * 60,
    "Maria del Carmen Fernández-Gutiérrez y Ortiz de la Torre",
    None,
]


def grouped_report(owners: list[str | None] | None = None, **more: Any) -> Report:
    """Segments beside the total, many KPIs."""
    metrics: list[Metric] = []
    names = OWNERS if owners is None else owners
    for index, group in enumerate([{}, *({"owner": name} for name in names)]):
        n = 700 - index if not group else index
        metrics += [
            metric(
                "revenue",
                "Revenue",
                "revenue",
                "money",
                Decimal(n) * Decimal("1234.5"),
                group=group,
                currency="USD",
                n=n,
            ),
            metric("new_customers", "New customers", "revenue", "count", n, group=group, n=n),
            metric("won_deals", "Won deals", "counts", "count", n, group=group, n=n),
            metric("lost_deals", "Lost deals", "counts", "count", n + 3, group=group, n=n),
            win_rate(n if index != 3 else 0, (2 * n + 3) if index != 3 else 0, group=group, small=0 < index < 4),
            metric(
                "win_rate_created",
                "Win rate of created deals",
                "conversion",
                "ratio",
                0.25,
                group=group,
                numerator=1,
                denominator=4,
                n=4,
            ),
            metric(
                "average_deal_size",
                "Average deal size",
                "size",
                "money",
                Decimal("1234.5"),
                group=group,
                currency="USD",
                n=n,
            ),
            metric("sales_cycle_median", "Sales cycle, median", "speed", "days", 57, group=group, n=n),
            metric("sales_cycle_p90", "Sales cycle, 90th percentile", "speed", "days", 106.5, group=group, n=n),
        ]
    return report(metrics, **({"group_by": ["owner"]} | more))


def digits_of(item: Metric, report: Report) -> int:
    """The digits behind the point of a value: those of its column, or of its unit where a column has several."""
    if item.unit in {"ratio", "x"}:
        return 1 if item.unit == "ratio" else 2
    beside = [m for m in report.metrics if (m.id == item.id if report.group_by else m.unit == item.unit)]
    numbers = [Decimal(str(n)) for m in beside for n in (m.value, m.previous) if n is not None]
    return 0 if all(n % 1 == 0 for n in numbers) else 2 if item.unit.startswith("money") else 1
