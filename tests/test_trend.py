"""A KPI over time: values, gaps, partial periods and limits, against loops over plain records."""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from salesmetrics.answers.report import Metric, Period, Report
from salesmetrics.engine.build import Request, build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.engine.trend import build_trend
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.writers import Screen, render
from salesmetrics.statistics.control import PowerSums, p_prime_limits, power_of_sums, scaled_limits, variation_of

pytestmark = pytest.mark.usefixtures("read_once")


AS_OF = date(2026, 3, 10)
EXAMPLES = Path(__file__).parent.parent / "examples"


def make_records() -> list[dict[str, Any]]:
    seeded = random.Random(11)
    records = []
    for n in range(600):
        closed = date(2025, 1, 6) + timedelta(days=seeded.randrange(430))
        if (closed.year, closed.month) == (2025, 7) or closed > AS_OF:
            continue
        outcome = seeded.choice(["won", "lost", "lost", "other"])
        if (closed.year, closed.month) == (2025, 11):
            outcome = "won"
        region = seeded.choice(["North", "South", None])
        amount = Decimal(seeded.randrange(1, 90) * 100)
        records.append({"id": str(n), "outcome": outcome, "amount": amount, "closed": closed, "region": region})
    return records


RECORDS = make_records()
FRAMES = {
    "deals": pl.DataFrame(RECORDS, schema_overrides={"amount": pl.Decimal(38, 8)}).with_columns(
        created=pl.col("closed").dt.offset_by("-20d"),
        __row__=pl.int_range(2, len(RECORDS) + 2, dtype=pl.UInt32),
        __file__=pl.lit(0),
    )
}


def trend(kpi: str, every: str = "month", **terms: Any) -> Report:
    request = Request(**({"as_of": AS_OF, "as_of_source": None, "kpis": (kpi,), "every": every} | terms))
    return build_trend(request, FRAMES, catalog())


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def by_month(region: str | None = "all") -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for record in RECORDS:
        if region == "all" or record["region"] == region:
            found[month_of(record["closed"])].append(record)
    return found


MONTHS = [f"2025-{n:02}" for n in range(1, 13)] + ["2026-01", "2026-02", "2026-03"]


@pytest.mark.parametrize("region", ["all", "North", None])
def test_win_rates_by_month_with_a_gap_and_their_limits(region: str | None) -> None:
    report = trend("win_rate", by=() if region == "all" else ("region",))
    group = {} if region == "all" else {"region": region}
    ours = [metric for metric in report.metrics if metric.group == group]
    records = by_month(region)
    counts = []
    for label in MONTHS:
        won = sum(r["outcome"] == "won" for r in records[label])
        counts.append((won, won + sum(r["outcome"] == "lost" for r in records[label])))
    assert [metric.period.label for metric in ours if metric.period] == MONTHS
    assert [(metric.numerator, metric.denominator) for metric in ours] == counts
    assert [metric.value for metric in ours] == [k / n if n else None for k, n in counts]
    assert [metric.reason for metric in ours if metric.value is None] == ["zero_denominator"]
    assert [metric.period.partial for metric in ours if metric.period] == [*[False] * 14, True]
    theirs = p_prime_limits([*counts[:-1], None])
    assert theirs is not None
    for metric, limit in zip(ours, theirs, strict=True):
        if limit is None:
            assert metric.limits is None
        else:
            assert metric.limits is not None
            assert (metric.limits.low, metric.limits.centre, metric.limits.high) == tuple(limit)
            outside = "above" if metric.value > limit.high else "below" if metric.value < limit.low else None
            assert metric.limits.outside == outside
    flagged = [m.period.label for m in ours if m.period and m.limits and m.limits.outside == "above"]
    assert flagged == (["2025-11"] if region != "North" else []), "the month in which every deal was won"


def test_revenue_by_month_is_0_where_nothing_closed_and_has_single_value_limits() -> None:
    report = trend("revenue")
    sums = [float(sum(r["amount"] for r in by_month()[label] if r["outcome"] == "won")) for label in MONTHS]
    assert [float(metric.value) for metric in report.metrics if metric.value is not None] == sums
    assert sums[6] == 0
    won = [float(r["amount"]) for r in RECORDS if r["outcome"] == "won"]
    moments = PowerSums(len(won), *(sum(amount**power for amount in won) for power in (1, 2, 3)))
    number = [sum(r["outcome"] == "won" for r in by_month()[label]) for label in MONTHS[:-1]]
    theirs = scaled_limits([*sums[:-1], None], power_of_sums(moments, variation_of(number)) or 1.0)
    assert theirs is not None
    limits = [metric.limits for metric in report.metrics]
    assert limits[-1] is None, "a partial month is not judged"
    assert all(limit is not None and (limit.low, limit.high) == (theirs.low, theirs.high) for limit in limits[:-1])
    assert {limit.method for limit in limits if limit} == {"xmr"}
    assert {limit.n for limit in limits if limit} == {14}


@pytest.mark.parametrize("every", ["week", "month", "quarter", "year"])
def test_the_periods_cover_all_days_once_and_add_up(every: str) -> None:
    report = trend("won_deals", every)
    periods = [metric.period for metric in report.metrics]
    assert all(first and then and first.end == then.start for first, then in pairwise(periods))
    assert sum(metric.value for metric in report.metrics if metric.value) == sum(r["outcome"] == "won" for r in RECORDS)
    assert periods[-1] is not None
    assert periods[-1].partial
    assert periods[-1].end == AS_OF + timedelta(days=1)


def test_within_a_period_only() -> None:
    period = Period(label="2025-Q4", start=date(2025, 10, 1), end=date(2026, 1, 1))
    report = trend("won_deals", period=period)
    assert [m.period.label for m in report.metrics if m.period] == ["2025-10", "2025-11", "2025-12"]
    assert all(m.limits is None for m in report.metrics), "three months have no limits"
    assert "no control limits" in render(report, "table")


@pytest.mark.parametrize("kpi", ["open_deals", "overdue_deals"])
def test_a_state_has_no_series(kpi: str) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        trend(kpi)
    assert caught.value.code == "report_empty"


def drawn(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("  2")]


def test_the_table_has_a_line_per_period_and_says_what_is_unusual() -> None:
    report = trend("win_rate")
    text = render(report, "table")
    assert len(drawn(text)) == len(MONTHS)
    assert "2026-03 (partial)" in text
    assert "2025-11 above (100.0 %" in text
    assert "undefined: 1 × nothing closed in the period" in text
    assert "2025-11 above (100.0 %" in render(report, "md").replace("\\", "")


@pytest.mark.parametrize("width", range(37, 140, 7))
@pytest.mark.parametrize("kpi", ["win_rate", "revenue"])
def test_numbers_are_never_cut_and_lines_fit(kpi: str, width: int) -> None:
    report = trend(kpi)
    full = [line.split()[1:] for line in drawn(render(report, "table"))]
    lines = drawn(render(report, "table", Screen(width=width)))
    assert all(len(line) <= width for line in lines)
    for line, whole in zip(lines, full, strict=True):
        value = next(part for part in whole if part[0].isdigit() or part == "–")
        assert value in line.split()


@pytest.mark.parametrize("kpi", ["win_rate", "revenue", "sales_cycle_median"])
def test_bars_are_as_long_as_their_values(kpi: str) -> None:
    report = trend(kpi)
    lines = drawn(render(report, "table", Screen(ascii_only=True)))
    values = [float(metric.value or 0) for metric in report.metrics]
    top = max(values)
    assert [line.count("#") for line in lines] == [int(40 * value / top + 0.5) for value in values]
    blocks = [sum("▏▎▍▌▋▊▉█".index(c) + 1 for c in line if c in "▏▎▍▌▋▊▉█") for line in drawn(render(report, "table"))]
    assert blocks == [int(40 * 8 * value / top + 0.5) for value in values]


def test_csv_has_the_whole_series() -> None:
    header, *rows = [line.split(",") for line in render(trend("win_rate"), "csv").splitlines()]
    assert header[-7:] == ["start", "end", "partial", "limit_low", "limit_centre", "limit_high", "outside"]
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    assert [cell["period"] for cell in cells] == MONTHS
    assert [cell["partial"] for cell in cells] == [*["no"] * 14, "yes"]
    assert {cell["value"] for cell in cells if cell["period"] == "2025-07"} == {""}
    assert [cell["period"] for cell in cells if cell["outside"] == "above"] == ["2025-11"]


def test_a_report_without_a_trend_has_no_limits() -> None:
    metric = Metric(id="x", title="X", family="f", unit="count", basis="closed")
    assert metric.limits is None


# --- KPIs that compare stretches: each stretch as a report on it would have it ------------------------------------------


@pytest.fixture(scope="module")
def examples() -> tuple[dict[str, pl.DataFrame], date]:
    dataset = load([str(path) for path in sorted(EXAMPLES.glob("*.csv"))])
    as_of, _ = dataset.last_event or (date.min, "")
    return {str(kind): frame for kind, frame in dataset.frames.items()}, as_of


@pytest.mark.parametrize("by", [(), ("region",)])
@pytest.mark.parametrize(
    "kpi", ["revenue_growth", "revenue_growth_year_ago", "nrr", "logo_churn", "dso", "magic_number"]
)
def test_each_quarter_is_what_a_report_on_it_says(
    kpi: str, by: tuple[str, ...], examples: tuple[dict[str, pl.DataFrame], date]
) -> None:
    frames, as_of = examples
    as_of -= timedelta(days=40)  # in the middle of a quarter, so that the last one is partial
    request = Request(as_of=as_of, as_of_source=None, kpis=(kpi,), every="quarter", by=by)
    try:
        found = build_trend(request, frames, catalog()).metrics
    except SalesmetricsError:
        assert by, "only a file without the dimension can refuse"
        return
    labels = list(dict.fromkeys(metric.period.label for metric in found if metric.period))
    assert len(labels) >= 7
    assert [metric.period.partial for metric in found if metric.period and not metric.group][-1]
    for label in (labels[0], labels[3], labels[-2], labels[-1]):
        alone = build_report(resolve(as_of, None, period=label, kpis=(kpi,), by=by), frames, catalog())
        theirs = {(str(m.group), m.currency): (m.value, m.numerator, m.denominator, m.reason) for m in alone.metrics}
        ours = {
            (str(m.group), m.currency): (m.value, m.numerator, m.denominator, m.reason)
            for m in found
            if m.period and m.period.label == label
        }
        assert theirs.items() <= ours.items()
        assert {values for place, values in ours.items() if place not in theirs} <= {(None, None, None, "no_records")}


def test_every_segment_has_every_quarter(examples: tuple[dict[str, pl.DataFrame], date]) -> None:
    frames, as_of = examples
    request = Request(as_of=as_of, as_of_source=None, kpis=("logo_churn",), every="quarter", by=("region",))
    by_region: dict[str, list[str]] = {}
    for metric in build_trend(request, frames, catalog()).metrics:
        by_region.setdefault(str(metric.group), []).append(metric.period.label if metric.period else "")
    assert len(by_region) > 2
    assert len({tuple(labels) for labels in by_region.values()}) == 1
    assert all(labels == sorted(set(labels)) for labels in by_region.values())


TOGETHER = (
    *("revenue", "won_deals", "win_rate", "created_deals", "average_deal_size", "pipeline_created", "revenue_growth"),
    *("activities", "activities_per_rep_day", "lead_conversion_rate", "nps", "invoiced", "quota_attainment", "cac"),
)


@pytest.mark.parametrize(
    "terms",
    [
        {"every": "month"},
        {"every": "quarter", "by": ("owner",)},
        {"every": "quarter", "period": Period(label="long", start=date(2019, 1, 1), end=date(2026, 7, 1))},
    ],
)
def test_a_kpi_has_the_same_series_and_limits_alone_and_beside_others(
    terms: dict[str, Any], examples: tuple[dict[str, pl.DataFrame], date]
) -> None:
    frames, as_of = examples

    def asked(*kpis: str) -> list[Metric]:
        request = Request(**{"as_of": as_of, "as_of_source": None, "kpis": kpis, **terms})
        return build_trend(request, frames, catalog()).metrics

    alone = {}
    for kpi in TOGETHER:
        with suppress(SalesmetricsError):  # no record of it has an owner
            alone[kpi] = asked(kpi)
    assert len(alone) > 9
    together = asked(*alone)
    for kpi, metrics in alone.items():
        # A row says which group it is of; whether the groups stand in another order is no matter of the series.
        assert sorted(map(repr, metrics)) == sorted(repr(m) for m in together if m.id == kpi), kpi


@pytest.mark.parametrize("start", [None, date(2024, 1, 1), date(2025, 8, 1), date(2026, 1, 1)])
@pytest.mark.parametrize("closes", [2, 6, 9])
def test_no_zeros_stand_before_the_first_close(start: date | None, closes: int) -> None:
    """Deals are created in each month of 20, and closed in the last of them only."""
    months = [date(2024 + (6 + n) // 12, (6 + n) % 12 + 1, 3) for n in range(20)]  # 2024-07 to 2026-02
    closed = [None] * (20 - closes) + [day.replace(day=20) for day in months[-closes:]]
    deals = pl.DataFrame(
        {
            "id": [str(n) for n in range(20)],
            "outcome": ["open" if day is None else "won" for day in closed],
            "amount": [Decimal(1000 + 70 * (n % 3)) for n in range(20)],
            "created": months,
            "closed": closed,
        },
        schema_overrides={"amount": pl.Decimal(38, 8), "closed": pl.Date},
    ).with_columns(__row__=pl.int_range(2, 22, dtype=pl.UInt32), __file__=pl.lit(0))
    period = None if start is None else Period(label="asked", start=start, end=date(2026, 3, 1))
    terms: dict[str, Any] = {} if period is None else {"period": period}
    request = Request(
        as_of=date(2026, 2, 28),
        as_of_source=None,
        kpis=("revenue", "won_deals", "created_deals"),
        every="month",
        **terms,
    )
    found: dict[str, list[Metric]] = {}
    for metric in build_trend(request, {"deals": deals}, catalog()).metrics:
        found.setdefault(metric.id, []).append(metric)
    first = max(start or months[0], months[-closes].replace(day=1))
    for kpi in ("revenue", "won_deals"):
        assert found[kpi][0].period is not None
        assert found[kpi][0].period.start == first
        assert all(metric.value for metric in found[kpi])
    created = found["created_deals"][0].period
    assert created is not None
    assert created.start == max(start or date.min, months[0].replace(day=1)), "the data of its own kind begin earlier"
    limits = [metric.limits for metric in found["revenue"]]
    if len(limits) < 6:
        assert limits == [None] * len(limits)
        assert "above" not in render(build_trend(request, {"deals": deals}, catalog()), "table")
    else:
        assert all(one and one.n == len(limits) and one.low <= one.centre <= one.high for one in limits)
        assert all(one and one.outside is None for one in limits)


def test_months_without_a_close_within_the_data_are_zero() -> None:
    """A period that is asked for begins with a quiet month: there were closes before it, so nothing was sold in it."""
    request = Request(
        as_of=AS_OF,
        as_of_source=None,
        kpis=("won_deals",),
        every="month",
        period=Period(label="asked", start=date(2025, 7, 1), end=date(2025, 10, 1)),
    )
    found = build_trend(request, FRAMES, catalog()).metrics
    assert [metric.period.label for metric in found if metric.period] == ["2025-07", "2025-08", "2025-09"]
    assert found[0].value == 0


@pytest.mark.parametrize("kpi", ["pipeline_velocity", "open_pipeline"])
def test_what_rests_on_today_has_no_past(kpi: str, examples: tuple[dict[str, pl.DataFrame], date]) -> None:
    frames, as_of = examples
    with pytest.raises(SalesmetricsError) as caught:
        build_trend(Request(as_of=as_of, as_of_source=None, kpis=(kpi,), every="month"), frames, catalog())
    assert caught.value.code == "report_empty"


def test_months_that_the_data_do_not_reach_are_gaps_and_months_without_a_record_are_none() -> None:
    deals = pl.DataFrame(
        {
            "id": ["1", "2", "3"],
            "outcome": ["won", "lost", "won"],
            "created": [date(2025, 3, 30), date(2025, 4, 1), date(2025, 4, 2)],
            "closed": [date(2025, 4, 5), date(2025, 4, 6), date(2025, 6, 20)],
        }
    ).with_columns(__row__=pl.int_range(2, 5, dtype=pl.UInt32), __file__=pl.lit(0))
    request = Request(as_of=date(2025, 8, 15), as_of_source=None, kpis=("won_deals", "created_deals"), trend=True)
    found = {m.id: m.trend for m in build_report(request, {"deals": deals}, catalog()).metrics}
    before, after = [None] * 6, [None] * 2
    assert found["won_deals"] == [*before, 0.0, 1.0, 0.0, 1.0, *after]
    assert found["created_deals"] == [*before, 1.0, 2.0, 0.0, 0.0, *after]
