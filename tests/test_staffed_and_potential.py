"""What a rep sells by the days employed, what a month is of a year's potential, and amounts without a rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import crm_world
import money_world
from salesmetrics.drilldown.rows import records_behind
from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from salesmetrics.answers.report import Metric

MONEY = pl.Decimal(38, 8)
AS_OF = date(2026, 3, 31)


def deals(*rows: tuple[Any, ...], names: tuple[str, ...] = ("owner", "closed", "amount")) -> pl.DataFrame:
    types = {"closed": pl.Date, "created": pl.Date, "amount": MONEY, "is_new": pl.Boolean}
    schema = {name: types.get(name, pl.String) for name in names}
    return pl.DataFrame(rows, schema, orient="row").with_columns(outcome=pl.lit("won"))


def by_group(frames: dict[str, pl.DataFrame], period: str, kpi: str, **more: Any) -> dict[Any, Metric]:
    report = build_report(resolve(AS_OF, None, period=period, kpis=(kpi,), **more), frames, catalog())
    return {tuple(m.group.values()): m for m in report.metrics}


def staff() -> dict[str, pl.DataFrame]:
    """Ann is there all March, Bob from the 17th (15 of 31 days), and both are of one team."""
    day = date(2026, 3, 20)
    sold = deals(("Ann", date(2026, 1, 1), Decimal(7)), ("Ann", day, Decimal(3100)), ("Bob", day, Decimal(1500)))
    reps = pl.DataFrame(
        {"name": ["Ann", "Bob"], "team": ["East", "East"], "hired": [date(2025, 1, 1), date(2026, 3, 17)]}
    )
    return {"deals": sold, "reps": reps}


def test_revenue_per_rep_of_one_owner_is_by_the_days_employed() -> None:
    found = by_group(staff(), "2026-03", "revenue_per_rep", by=("owner",))
    assert found["Ann",].value == pytest.approx(3100)
    assert found["Bob",].value == pytest.approx(1500 * 31 / 15)
    assert found[()].value == pytest.approx(4600 / (46 / 31))
    assert found["Bob",].numerator == 1500


def test_a_condition_and_a_group_say_the_same() -> None:
    found = by_group(staff(), "2026-03", "revenue_per_rep", where="owner = 'Bob'")
    assert found[()].value == pytest.approx(1500 * 31 / 15)


def test_a_month_of_a_series_has_its_own_days() -> None:
    frames = staff()
    series = build_report(
        resolve(AS_OF, None, period="2026-Q1", kpis=("revenue_per_rep",), every="month"), frames, catalog()
    ).metrics
    values = {m.period.label: m.value for m in series if m.period and not m.own_period}
    assert values["2026-03"] == pytest.approx(4600 / (46 / 31))


@pytest.mark.parametrize(
    ("period", "months"),
    [("2025", 12), ("2025-Q4", 3), ("2025-12", 1), ("2026-03", 1), ("2024-04..2026-03", 24), ("2026", 3)],
)
def test_the_potential_is_that_of_the_months_of_the_period(period: str, months: int) -> None:
    names = ("account_id", "closed", "amount")
    sold = deals(*(("A", day, Decimal(500)) for day in (date(2025, 12, 5), date(2026, 3, 5))), names=names)
    customers = pl.DataFrame({"id": ["A"], "potential": pl.Series([Decimal(12000)], dtype=MONEY)})
    frames = {"deals": sold, "customers": customers}
    metric = by_group(frames, period, "account_penetration")[()]
    assert metric.denominator == 1000 * months
    assert metric.value is not None


@pytest.mark.parametrize(
    ("period", "potential"),
    [
        ("2024-02-01..2024-02-10", Fraction(12000 * 10, 12 * 29)),
        ("2025-02-15..2025-03-03", Fraction(1000 * 14, 28) + Fraction(1000 * 3, 31)),
        ("2025-04-01..2025-04-07", Fraction(1000 * 7, 30)),
        ("2025-07-31..2025-08-01", Fraction(1000, 31) * 2),
    ],
)
def test_a_day_is_an_exact_part_of_its_month(period: str, potential: Fraction) -> None:
    days, names = (date(2024, 1, 5), AS_OF), ("account_id", "closed", "amount")
    sold = deals(*(("A", day, Decimal(500)) for day in days), names=names)
    customers = pl.DataFrame({"id": ["A"], "potential": pl.Series([Decimal(12000)], dtype=MONEY)})
    metric = by_group({"deals": sold, "customers": customers}, period, "account_penetration")[()]
    assert abs(Fraction(metric.denominator or 0) - potential) <= Fraction(1, 10**8)


def test_amounts_without_a_rate_are_told_apart_from_missing_ones() -> None:
    names = ("currency", "closed", "created", "amount")
    day = date(2026, 3, 5)
    sold = deals(
        ("EUR", day, day, Decimal(70)), ("GBP", day, day, Decimal(50)), ("EUR", day, day, None), names=names
    )  # fmt: skip
    rates = pl.DataFrame(
        {"currency": ["USD"], "to_currency": ["EUR"], "rate": pl.Series([Decimal("0.9")], dtype=MONEY), "date": [day]}
    )
    frames = {"deals": sold, "rates": rates}
    metric = by_group(frames, "2026-03", "revenue", currency="EUR")[()]
    assert metric.value == 70
    assert {e.code: e.count for e in metric.excluded if e.count} == {"missing_amount": 1, "missing_rate": 1}
    request = resolve(AS_OF, None, period="2026-03", kpis=("revenue",), currency="EUR")
    listed = records_behind(request, frames, catalog()).frame
    assert listed["left_out"].to_list() == [None, "missing_rate", "missing_amount"]
    pounds = {**frames, "deals": sold.filter(pl.col("currency") == "GBP")}
    for kpi in ("revenue", "pipeline_created", "average_deal_size"):
        alone = by_group(pounds, "2026-03", kpi, currency="EUR")[()]
        assert alone.value is None
        assert {e.code: e.count for e in alone.excluded if e.count} == {"missing_rate": 1}
    assert by_group(pounds, "2026-03", "revenue", currency="EUR")[()].reason == "missing_rate"


def test_invoices_without_a_rate_are_told_apart_too() -> None:
    day = date(2026, 3, 5)
    invoices = pl.DataFrame(
        {"issued": [day] * 2, "due": [day] * 2, "currency": ["EUR", "GBP"], "state": ["open"] * 2}
    ).with_columns(amount=pl.lit(Decimal(10), dtype=MONEY))
    rates = pl.DataFrame(
        {"currency": ["USD"], "to_currency": ["EUR"], "rate": pl.Series([Decimal("0.9")], dtype=MONEY), "date": [day]}
    )
    metric = by_group({"invoices": invoices, "rates": rates}, "2026-03", "invoiced", currency="EUR")[()]
    assert (metric.value, {e.code: e.count for e in metric.excluded if e.count}) == (10, {"missing_rate": 1})


WANT_OF_MONEY = {"missing_amount", "missing_cost", "missing_list_price", "missing_amount_or_probability"}
FILES: dict[str, Any] = {
    "sales": (
        money_world.World(3, deals=700),
        ("deals", "quotas", "invoices"),
        money_world.AS_OF,
        "2026-Q1",
        "2026-Q2",
    ),
    "leads": (crm_world.World(3), ("leads", "deals", "activities"), crm_world.AS_OF, "all"),
}


@pytest.mark.parametrize("files", FILES)
def test_what_lacks_a_rate_lacks_no_amount_whatever_the_kpi(files: str) -> None:
    """The same records three times: with amounts in dollars and no rate, with a rate, and without those amounts."""
    world, kinds, as_of, *periods = FILES[files]
    frames = {kind: frame.with_row_index("__row__") for kind, frame in world.frames(*kinds).items()}
    amounts = ("amount", "paid_amount", "cost", "list_price")
    dollars, known = pl.col("currency") == "USD", pl.col("__row__") % 3 > 0

    def amounts_as(frame: pl.DataFrame, made: Callable[[pl.Expr], pl.Expr]) -> pl.DataFrame:
        return frame.with_columns(made(pl.col(name)).alias(name) for name in amounts if name in frame.columns)

    fifty = pl.lit(Decimal(50), dtype=MONEY)
    for kind in frames.keys() & {"deals", "invoices"}:
        # A rate is one for all amounts of a record: one in dollars has all of them or none, and all else that it needs.
        frames[kind] = amounts_as(
            frames[kind], lambda amount: pl.when(~dollars).then(amount).when(known).then(amount.fill_null(fifty))
        )
    if files == "sales":
        frames["quotas"] = frames["quotas"].with_columns(currency=pl.lit("EUR"))
        frames["invoices"] = frames["invoices"].with_columns(pl.col("paid_on").fill_null(pl.col("issued")))
    blank = {
        kind: amounts_as(frame, lambda amount: pl.when(~dollars).then(amount)).with_columns(currency=pl.lit("EUR"))
        if "currency" in frame.columns
        else frame
        for kind, frame in frames.items()
    }

    def left_out(given: dict[str, pl.DataFrame], code: str, period: str) -> dict[str, tuple[Any, dict[str, int]]]:
        rates = pl.DataFrame(
            {"currency": [code], "to_currency": ["EUR"], "rate": [Decimal(1)]}, schema_overrides={"rate": MONEY}
        )
        request = resolve(as_of, None, period=period, currency="EUR")
        report = build_report(request, {**given, "rates": rates}, catalog())
        return {m.id: (m.value, {e.code: e.count for e in m.excluded if e.count}) for m in report.metrics}

    codes = {kpi.id: code for kpi in catalog().kpis.values() for code in WANT_OF_MONEY & kpi.excluded.keys()}
    told_apart, asked = set(), set()
    for period in periods:
        unrated, rated = (left_out(frames, code, period) for code in ("GBP", "USD"))
        without = left_out(blank, "GBP", period)
        for kpi, (value, found) in unrated.items():
            if kpi not in codes:
                continue
            code = codes[kpi]
            # A probability may be missing besides: then a rate alone would not do.
            blanks = found.get(code, 0) if code.endswith("probability") else rated[kpi][1].get(code, 0)
            assert (kpi, found.get(code, 0)) == (kpi, blanks)
            assert (kpi, found.get("missing_rate", 0)) == (kpi, without[kpi][1].get(code, 0) - blanks)
            assert (kpi, value) == (kpi, without[kpi][0])
            asked.add(kpi)
            told_apart |= {kpi} if found.get("missing_rate") else set()
    assert told_apart == asked
