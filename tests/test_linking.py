"""What files tell about each other: reps, products, currencies and rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from salesmetrics.calendar import Calendar
from salesmetrics.engine.build import Request, build_report
from salesmetrics.entities.currency import convert, rate_table, with_one_currency, with_prices
from salesmetrics.entities.days import MONEY
from salesmetrics.entities.people import TENURE_BANDS, rep_calendar
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Report

CALENDAR = Calendar()
AS_OF = date(2026, 6, 30)
TYPES: dict[str, Any] = {
    "amount": MONEY, "list_price": MONEY, "cost": MONEY, "quantity": MONEY, "rate": MONEY, "closed": pl.Date,
    "created": pl.Date, "date": pl.Date, "hired": pl.Date, "left": pl.Date, "is_active": pl.Boolean,
}  # fmt: skip


def frame_of(*rows: dict[str, Any]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(list(rows), schema={name: TYPES.get(name, pl.String) for name in names})


def report_on(folder: Path, *by: str, kpis: tuple[str, ...], **files: str) -> Report:
    for kind, text in files.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
    dataset = load([f"{kind}={folder / kind}.csv" for kind in files])
    as_of, source = dataset.last_event or (None, None)
    request = Request(as_of=as_of, as_of_source=source, by=by, kpis=kpis)
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}
    return build_report(request, frames, catalog(), findings=dataset.findings)


def values(report: Report, kpi: str) -> dict[Any, Any]:
    return {tuple(m.group.values()): m.value for m in report.metrics if m.id == kpi}


# --- products ---------------------------------------------------------------------------------------------------------

PRICES = frame_of(
    {"name": "GTX Pro", "sku": "S1", "list_price": Decimal(100), "cost": Decimal("33.30"), "currency": "EUR"},
    {"name": "Basic", "sku": "S2", "list_price": Decimal(10), "cost": None, "currency": "EUR"},
)


def priced(**deal: Any) -> tuple[Any, Any]:
    row = {"product": "GTX Pro", "quantity": Decimal(3), "currency": "EUR", "list_price": None, "cost": None, **deal}
    found, _ = with_prices(frame_of(row), PRICES)
    return found.select("list_price", "cost").row(0)


def test_prices_are_of_a_unit_and_take_the_quantity() -> None:
    assert priced() == (300, Decimal("99.9"))
    assert priced(product="S1") == (300, Decimal("99.9"))


def test_an_unknown_quantity_is_not_one_unit() -> None:
    assert priced(quantity=None) == (None, None)


def test_what_the_deal_says_itself_comes_first() -> None:
    assert priced(cost=Decimal(1)) == (300, 1)


def test_a_blank_on_the_price_list_is_not_zero() -> None:
    assert priced(product="Basic") == (30, None)


def test_names_that_nearly_match_are_never_joined() -> None:
    assert priced(product="GTXPro") == (None, None)
    assert priced(product="gtx pro") == (None, None)


def test_a_price_in_another_currency_is_no_price() -> None:
    assert priced(currency="USD") == (None, None)


def test_a_name_with_two_prices_tells_none_and_is_said() -> None:
    prices = frame_of(
        {"name": "A", "cost": Decimal(1)}, {"name": "A", "cost": Decimal(2)}, {"name": "B", "cost": Decimal(5)}
    )
    deals = frame_of({"product": "A", "quantity": Decimal(1)}, {"product": "B", "quantity": Decimal(1)})
    found, findings = with_prices(deals, prices)
    assert found["cost"].to_list() == [None, 5]
    assert [(f.code, f.count) for f in findings] == [("products_ambiguous", 1)]


def test_near_names_of_products_and_reps_are_a_finding_with_the_suggestion(tmp_path: Path) -> None:
    report = report_on(
        tmp_path,
        kpis=("revenue",),
        deals="Deal ID,Owner,Product,Amount,Quantity,Status,Created,Closed\n1,ann lee,GTXPro,50,1,Won,2026-01-01,2026-02-01\n",
        products="SKU,Product Name,List Price,Cost\nS1,GTX Pro,100,40\n",
        reps="Rep ID,Name,Team,Hire Date\n7,Ann Lee,North,2025-01-01\n",
        quotas="Owner,Period,Quota\nANN LEE,2026-Q1,100\n",
    )
    said = {(f.kind, f.column): f.message for f in report.findings if f.code == "names_nearly_match"}
    assert "`GTXPro` / `GTX Pro`" in said["deals", "Product"]
    assert "`ann lee` / `Ann Lee`" in said["deals", "Owner"]
    assert "`ANN LEE` / `Ann Lee`" in said["quotas", "Owner"]


def test_without_a_reps_file_names_of_quotas_are_held_against_those_of_deals(tmp_path: Path) -> None:
    report = report_on(
        tmp_path,
        kpis=("quota_attainment",),
        deals="Deal ID,Owner,Amount,Status,Created,Closed\n1,Boris Faz,50,Won,2026-01-01,2026-02-01\n",
        quotas="Owner,Period,Quota\nboris faz,2026-Q1,100\n",
        costs="Owner,Period,Amount\nBorisFaz,2026-Q1,10\n",
    )
    said = {f.kind: f.message for f in report.findings if f.code == "names_nearly_match"}
    assert "`boris faz` / `Boris Faz`" in said["quotas"]
    assert "`BorisFaz` / `Boris Faz`" in said["costs"]
    assert values(report, "quota_attainment") == {(): 0}, "names are never joined in silence"


# --- reps -------------------------------------------------------------------------------------------------------------

DEALS = (
    "Deal ID,Owner,Amount,Status,Created,Closed\n"
    "1,Ann,100,Won,2026-01-05,2026-02-01\n2,Ann,50,Lost,2026-01-05,2026-02-03\n3,Bob,30,Won,2026-01-09,2026-03-31\n"
)
REPS = (
    "Rep ID,Name,Team,Region,Manager,Hire Date,Left On\n1,Ann,North,West,Mo,2025-12-15,\n2,Bob,North,West,Mo,2020-01-01,\n"
    "3,Cy,South,East,Jo,2021-01-01,\n4,Dee,South,East,Jo,2019-01-01,2020-01-01\n"
)


def test_team_region_and_manager_come_from_the_reps(tmp_path: Path) -> None:
    for dimension, whole in (("team", "North"), ("region", "West"), ("manager", "Mo")):
        report = report_on(tmp_path, dimension, kpis=("revenue",), deals=DEALS, reps=REPS)
        assert values(report, "revenue")[whole,] == 130


def test_a_rep_without_a_deal_is_a_row_of_zeros(tmp_path: Path) -> None:
    report = report_on(tmp_path, "owner", kpis=("revenue", "won_deals", "win_rate"), deals=DEALS, reps=REPS)
    assert values(report, "revenue") == {(): 130, ("Ann",): 100, ("Bob",): 30, ("Cy",): 0, ("Dee",): 0}
    assert values(report, "won_deals")["Cy",] == 0
    assert values(report, "win_rate")["Cy",] is None
    assert values(report, "win_rate")["Bob",] == 1.0


def test_a_rep_with_a_quota_and_no_deal_has_reached_nothing_of_it(tmp_path: Path) -> None:
    quotas = "Owner,Period,Quota\nAnn,2026-Q1,50\nCy,2026-Q1,50\n"
    report = report_on(
        tmp_path, "owner", kpis=("quota_attainment", "reps_at_quota"), deals=DEALS, reps=REPS, quotas=quotas
    )
    assert values(report, "quota_attainment") == {(): 1.0, ("Ann",): 2.0, ("Bob",): None, ("Cy",): 0.0, ("Dee",): None}
    assert values(report, "reps_at_quota")[()] == 0.5


def test_tenure_is_that_of_the_day_of_the_close(tmp_path: Path) -> None:
    report = report_on(tmp_path, "tenure", kpis=("won_deals",), deals=DEALS, reps=REPS)
    assert values(report, "won_deals") == {(): 2, ("0-3",): 1, ("24+",): 1}


def test_bands_of_tenure_stand_in_order_of_time(tmp_path: Path) -> None:
    reps = "Rep ID,Name,Hire Date\n" + "".join(
        f"{i},R{i},{day}\n"
        for i, day in enumerate(["2026-01-01", "2025-10-01", "2025-06-01", "2024-06-01", "2020-01-01"])
    )
    deals = "Deal ID,Owner,Amount,Status,Created,Closed\n" + "".join(
        f"{i},R{i},1,Won,2026-01-02,2026-02-01\n" for i in range(5)
    )
    report = report_on(tmp_path, "tenure", kpis=("won_deals",), deals=deals, reps=reps)
    assert [m.group["tenure"] for m in report.metrics if m.group] == list(TENURE_BANDS)


def test_months_of_employment_add_up_to_whole_months() -> None:
    reps = frame_of(
        {"owner": "ann", "hired": date(2026, 1, 16), "left": None, "is_active": True},
        {"owner": "bob", "hired": None, "left": date(2026, 2, 14), "is_active": False},
        {"owner": "gone", "hired": None, "left": None, "is_active": False},
    )
    days = rep_calendar(reps, date(2026, 1, 1), date(2026, 3, 31))
    assert days is not None
    months = dict(days.group_by("owner").agg(pl.col("month_share").sum()).iter_rows())
    assert abs(months["ann"] - (2 + Decimal(16) / 31)) < Decimal("1e-7")
    assert abs(months["bob"] - Decimal("1.5")) < Decimal("1e-7")
    assert "gone" not in months


def test_the_agents_of_a_real_team_list_without_deals_are_rows_of_zeros(realdata: Path) -> None:
    folder = realdata / "maven_crm_original"
    dataset = load([str(folder / "sales_pipeline.csv"), str(folder / "sales_teams.csv")])
    as_of, source = dataset.last_event or (None, None)
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}

    def by(dimension: str, kpi: str) -> dict[Any, Any]:
        request = Request(as_of=as_of, as_of_source=source, by=(dimension,), kpis=(kpi,))
        return values(build_report(request, frames, catalog()), kpi)

    agents = by("owner", "revenue")
    assert len(agents) == 36
    idle = {"Elizabeth Anderson", "Mei-Mei Johns", "Carol Thompson", "Carl Lin", "Natalya Ivanova"}
    assert {key[0] for key, value in agents.items() if value == 0} == idle
    assert agents["Darcel Schlecht",] == 1_153_214
    assert by("region", "won_deals") == {(): 4238, ("West",): 1438, ("Central",): 1629, ("East",): 1171}
    assert by("region", "revenue") == {
        (): 10_005_534, ("West",): 3_568_647, ("Central",): 3_346_293, ("East",): 3_090_594,
    }  # fmt: skip
    assert by("manager", "revenue")["Melvin Marxen",] == 2_251_930
    assert by("manager", "won_deals")["Dustin Brinkmann",] == 747


# --- currencies -------------------------------------------------------------------------------------------------------


def test_a_file_without_currencies_takes_the_one_of_all_others() -> None:
    frames = {
        "deals": frame_of({"amount": Decimal(1), "currency": "EUR"}),
        "quotas": frame_of({"amount": Decimal(2)}),
    }
    made, findings = with_one_currency(frames)
    assert made["quotas"]["currency"].to_list() == ["EUR"]
    assert [(f.code, f.count) for f in findings] == [("currency_assumed", 1)]


def test_nothing_is_assumed_of_several_currencies() -> None:
    frames = {
        "deals": frame_of({"amount": Decimal(1), "currency": "EUR"}, {"amount": Decimal(1), "currency": "USD"}),
        "quotas": frame_of({"amount": Decimal(2)}),
    }
    made, findings = with_one_currency(frames)
    assert "currency" not in made["quotas"].columns
    assert findings == []


RATES = frame_of(
    {"currency": "EUR", "to_currency": "USD", "period": "2026-01", "rate": Decimal("1.10")},
    {"currency": "EUR", "to_currency": "GBP", "period": "2026-01", "rate": Decimal("0.80")},
    {"currency": "EUR", "to_currency": "USD", "period": "2026-02", "rate": Decimal("1.20")},
)


def converted(code: str, *rows: dict[str, Any], rates: pl.DataFrame = RATES) -> tuple[list[Any], list[tuple[str, int]]]:
    frames = {"deals": frame_of(*rows), "rates": rates}
    made, findings = convert(frames, code, AS_OF, CALENDAR)
    assert made["deals"]["currency"].unique().to_list() == [code]
    return made["deals"]["amount"].to_list(), [(f.code, f.count) for f in findings]


def deal(amount: int, currency: str | None, closed: date | None) -> dict[str, Any]:
    return {"amount": Decimal(amount), "currency": currency, "closed": closed}


def test_an_amount_takes_the_rate_of_its_close_date() -> None:
    amounts, findings = converted(
        "USD", deal(100, "EUR", date(2026, 1, 31)), deal(100, "EUR", date(2026, 2, 1)), deal(7, "USD", date(2020, 1, 1))
    )
    assert amounts == [110, 120, 7]
    assert findings == []


def test_the_opposite_rate_is_divided_by_and_two_lead_across() -> None:
    amounts, _ = converted("EUR", deal(110, "USD", date(2026, 1, 5)), deal(80, "GBP", date(2026, 1, 5)))
    assert amounts == [100, 100]
    amounts, _ = converted("GBP", deal(110, "USD", date(2026, 1, 5)))
    assert amounts == [80]


def test_an_amount_without_a_rate_is_counted_not_priced() -> None:
    amounts, findings = converted(
        "USD",
        deal(100, "EUR", date(2026, 3, 1)),
        deal(100, "CHF", date(2026, 1, 1)),
        deal(100, None, date(2026, 1, 1)),
        deal(100, "EUR", None),
        deal(5, "USD", None),
    )
    assert amounts == [None, None, None, None, 5]
    assert findings == [("rate_missing", 4)]


def test_the_rate_of_a_day_holds_until_the_next_but_not_for_ever() -> None:
    rates = frame_of(
        {"currency": "EUR", "to_currency": "USD", "date": date(2026, 1, 2), "rate": Decimal(2)},
        {"currency": "EUR", "to_currency": "USD", "date": date(2026, 1, 5), "rate": Decimal(3)},
    )
    days = [date(2026, 1, 1), date(2026, 1, 4), date(2026, 1, 5), date(2026, 2, 4), date(2026, 2, 5)]
    amounts, _ = converted("USD", *(deal(1, "EUR", day) for day in days), rates=rates)
    assert amounts == [None, 2, 3, 3, None]


def test_a_rate_without_a_day_holds_on_all_days_and_that_is_said() -> None:
    rates = frame_of({"currency": "USD", "to_currency": "EUR", "rate": Decimal("0.9")})
    rows = [deal(100, "USD", day) for day in (date(1999, 1, 1), date(2026, 1, 5), None)]
    amounts, findings = converted("EUR", *rows, rates=rates)
    assert amounts == [90, 90, 90]
    assert findings == [("rates_undated", 1)]


def test_a_rates_file_without_a_target_speaks_of_the_currency_wanted() -> None:
    table = rate_table(frame_of({"currency": "EUR", "period": "2026", "rate": Decimal(2)}), "USD", CALENDAR)
    assert table.select("from", "times", "over").rows() == [("EUR", Decimal(2), Decimal(1))]


def test_other_currencies_without_rates_are_refused() -> None:
    with pytest.raises(SalesmetricsError, match="EUR"):
        convert({"deals": frame_of(deal(1, "EUR", AS_OF))}, "USD", AS_OF, CALENDAR)
    with pytest.raises(SalesmetricsError, match="currency"):
        convert({"deals": frame_of({"amount": Decimal(1)})}, "USD", AS_OF, CALENDAR)


def test_a_converted_report_is_in_one_currency_and_counts_what_it_could_not_price(tmp_path: Path) -> None:
    for kind, text in {
        "deals": "Deal ID,Owner,Amount,Currency,Status,Created,Closed\n1,Ann,100,EUR,Won,2026-01-01,2026-01-09\n"
        "2,Ann,50,USD,Won,2026-01-01,2026-01-09\n3,Ann,9,CHF,Won,2026-01-01,2026-01-09\n",
        "rates": "Currency,To Currency,Period,Rate\nEUR,USD,2026-01,1.10\n",
    }.items():
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
    dataset = load([str(tmp_path)])
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}
    request = Request(as_of=date(2026, 1, 31), as_of_source=None, kpis=("revenue",), currency="USD")
    report = build_report(request, frames, catalog())
    (revenue,) = report.metrics
    assert (revenue.value, revenue.currency) == (160, "USD")
    assert {e.code: e.count for e in revenue.excluded}["missing_rate"] == 1
    assert [f.code for f in report.findings] == ["rate_missing"]


def test_revenue_per_rep_counts_the_reps_file_else_the_owners_of_won_deals(tmp_path: Path) -> None:
    assert values(report_on(tmp_path, kpis=("revenue_per_rep",), deals=DEALS), "revenue_per_rep") == {(): 65.0}
    with_reps = values(report_on(tmp_path, kpis=("revenue_per_rep",), deals=DEALS, reps=REPS), "revenue_per_rep")
    assert with_reps == {(): pytest.approx(130 / 3)}
