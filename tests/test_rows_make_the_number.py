"""The records behind a KPI make the number that the report says, for every KPI of the catalogue."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from salesmetrics.drilldown.listing import totals_of
from salesmetrics.drilldown.rows import GIVEN, records_behind
from salesmetrics.engine.build import Request, build_report
from salesmetrics.ingest.read import load
from salesmetrics.messages import text
from salesmetrics.metrics.catalog import catalog, split_name
from salesmetrics.metrics.user import UserKpi, with_user_kpis
from test_rows import COMPANIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.answers.report import Metric, Report
    from salesmetrics.drilldown.rows import Records

EXAMPLES = load([str(Path(__file__).parent.parent / "examples")])
OWN = (
    UserKpi("calls_per_win", "calls / won_deals", "Calls per win"),
    UserKpi("calls_and_mails", "calls + 2 * emails", "Calls and mails"),
    UserKpi("win_rate_doubled", "2 * win_rate", "Twice the win rate"),
)
CATALOG = with_user_kpis(catalog(), OWN, "salesmetrics.toml")
NOT_ADDED = {"deal_concentration": "its numerator is the ten largest of all values"}
"""KPIs that have a numerator which no record has a part in by itself."""
OF_PARTS = {
    "revenue_per_rep": "won amounts over reps by the days of each: a quotient of quotients",
    "pipeline_velocity": "a product of four KPIs",
    "cac_payback": "a quotient of a KPI and a product",
    "ltv": "a product of quotients",
    "ltv_margin": "a product of KPIs",
    "ltv_cac": "a quotient of KPIs",
    "training_effect": "a difference of differences of rates",
    "win_rate_doubled": "a multiple of a quotient",
}
"""KPIs that come down to parts, each under its own name."""


@cache
def world(name: str) -> tuple[Mapping[str, pl.DataFrame], dict[str, Any], Report]:
    if name == "examples":
        frames: Mapping[str, pl.DataFrame] = EXAMPLES.entities
        terms: dict[str, Any] = {"as_of": (EXAMPLES.last_event or (None, None))[0], "as_of_source": None}
    else:
        company = COMPANIES[int(name)]
        frames, terms = company.frames, company.terms
    return frames, terms, build_report(Request(**terms), frames, CATALOG)


def metrics(name: str) -> dict[str, list[Metric]]:
    found: dict[str, list[Metric]] = {}
    for metric in world(name)[2].metrics:
        if metric.value is not None or metric.reason == "not_reached":
            found.setdefault(metric.id, []).append(metric)
    return found


CASES = [(name, kpi) for name in ("examples", "1") for kpi in metrics(name)]


@pytest.mark.parametrize(("name", "kpi"), CASES)
def test_rows_make_the_number(name: str, kpi: str) -> None:
    frames, terms, _ = world(name)
    rows = records_behind(Request(**terms, kpis=(kpi,)), frames, CATALOG)
    assert rows.how
    for metric in metrics(name)[kpi]:
        mine = of_currency(rows.frame, metric.currency)
        if not mine.height:  # another currency has records
            assert not metric.value
        elif kpi in OF_PARTS and mine["kpi"].unique().to_list() != [kpi]:
            assert_parts_count(mine, metric)
        else:
            assert_makes(mine, metric, rows)
            assert_totals(rows, metric)


def assert_totals(rows: Records, metric: Metric) -> None:
    """What the command says that its records add up to is what the report says of them."""
    totals = totals_of(rows.frame, CATALOG)
    mine = [t for t in totals if t.currency in (metric.currency, None)]
    if not mine:  # no record has money in this currency
        assert not metric.value
        return
    total = mine[0]
    assert total.kpi == metric.id
    if len(totals) == 1:
        assert total.records == rows.frame.filter(pl.col("entity") != GIVEN).height
    if metric.numerator is not None and metric.id not in NOT_ADDED:
        assert same(total.numerator or 0, metric.numerator)
        assert same(total.denominator or 0, metric.denominator)
    elif text(rows.how).startswith("the sum of value"):
        assert same(total.value or 0, metric.value)
    elif total.numerator is None:
        assert total.value is None


def of_currency(frame: pl.DataFrame, code: str | None) -> pl.DataFrame:
    if code is None or "currency" not in frame.columns:
        return frame
    return frame.filter(pl.col("currency").eq_missing(code) | pl.col("currency").is_null())


def added(frame: pl.DataFrame, name: str) -> Any:
    return frame[name].sum() if name in frame.columns and frame[name].count() else None


def same(one: Any, other: Any) -> bool:
    return one == other or (isinstance(other, float) and float(one) == pytest.approx(other, rel=1e-9))


def assert_makes(frame: pl.DataFrame, metric: Metric, rows: Records) -> None:
    assert frame["kpi"].unique().to_list() == [metric.id]
    how = text(rows.how)
    if metric.numerator is not None and metric.id not in NOT_ADDED:
        assert same(added(frame, "numerator"), metric.numerator)
        assert same(added(frame, "denominator"), metric.denominator)
    elif how.startswith("the sum of value"):
        assert same(added(frame, "value") or 0, metric.value)
    elif metric.n is not None:
        assert frame["value"].count() == metric.n
    if "median of value" in how:
        assert float(frame["value"].cast(float).median()) == pytest.approx(float(metric.value))
    if metric.family != "custom":
        assert (added(frame, "n") or 0) == (metric.n or 0)
    for item in metric.excluded:
        codes = frame["left_out"].fill_null("").str.split(", ")
        assert codes.list.contains(item.code).sum() == item.count, item.code


def assert_parts_count(frame: pl.DataFrame, metric: Metric) -> None:
    """Each part has one unit, and the part that the KPI counts adds up to its n."""
    kpi = CATALOG.kpis[metric.id]
    assert frame.height
    if metric.id == "training_effect":
        assert added(frame, "n") == metric.n == added(frame, "denominator")
    elif kpi.n is not None:
        assert added(frame.filter(pl.col("kpi") == kpi.n), "value") == metric.n
    names = set(frame["kpi"]) | {"after", "before", "other_after", "other_before"}
    assert all(split_name(part)[0] in {**CATALOG.kpis, **CATALOG.measures} for part in set(frame["kpi"])) or (
        metric.id == "training_effect" and len(names) == 4
    )


def test_every_kpi_is_tried() -> None:
    tried = {kpi for _, kpi in CASES}
    assert set(CATALOG.kpis) - tried <= {"incentive_payout", "market_penetration", "pacing_seasonal"}


@pytest.mark.parametrize("kpi", ["ltv_margin", "cac_payback", "pipeline_velocity", "ltv_cac"])
def test_a_part_is_listed_over_the_span_of_the_whole(kpi: str) -> None:
    """What the parts come to, put into the formula by hand, is the number of the report."""
    frames, terms, _ = world("examples")
    frame = records_behind(Request(**terms, kpis=(kpi,)), frames, CATALOG).frame
    value = {}
    for part in frame["kpi"].unique():
        mine = frame.filter(pl.col("kpi") == part)
        top, bottom, total = (float(added(mine, name) or 0) for name in ("numerator", "denominator", "value"))
        value[part] = top / bottom if bottom else total
    if "active_mrr" in value:
        per_customer = value["active_mrr"] / value["priced_customers"]
        kept = value["customers_at_start"] / value["customers_lost"]
        value["ltv_margin"] = per_customer * value["window_months"] * kept * value["gross_margin"]
    expected = {
        "ltv_margin": lambda v: v["ltv_margin"],
        "cac_payback": lambda v: v["cac"] / (v["new_mrr"] / v["new_mrr_accounts"] * v["gross_margin"]),
        "pipeline_velocity": lambda v: v["open_deals"] * v["win_rate"] * v["average_deal_size"] / v["sales_cycle_mean"],
        "ltv_cac": lambda v: v["ltv_margin"] / v["cac"],
    }
    assert expected[kpi](value) == pytest.approx(float(metrics("examples")[kpi][0].value))


def test_an_account_stands_on_its_first_row() -> None:
    frames, terms, _ = world("examples")
    frame = records_behind(Request(**terms, kpis=("repeat_purchase_rate",)), frames, CATALOG).frame
    bought = frame.filter(pl.col("left_out").is_null())
    counts: dict[str, int] = {}
    for account in bought["one_per"]:
        counts[account] = counts.get(account, 0) + 1
    seen: set[str] = set()
    for account, top, bottom in bought.select("one_per", "numerator", "denominator").iter_rows():
        first = account not in seen
        seen.add(account)
        assert (top, bottom) == ((int(counts[account] > 1), 1) if first else (0, 0))


def test_a_setting_is_a_row_of_its_own() -> None:
    from salesmetrics.metrics.settings import Settings

    frames, terms, _ = world("examples")
    request = Request(**terms, kpis=("market_penetration",), settings=Settings(market_size=5000))
    frame = records_behind(request, frames, catalog()).frame
    given = frame.filter(pl.col("entity") == GIVEN)
    report = build_report(request, frames, catalog())
    assert given["denominator"].to_list() == [5000] == [report.metrics[0].denominator]
    assert frame["numerator"].sum() == report.metrics[0].numerator
    assert frame["n"].sum() == report.metrics[0].n
