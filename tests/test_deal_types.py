"""New business, renewals and expansions apart: `--by type`, new customers, and the finding that says when a total misleads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from salesmetrics.library import load, report_on

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Report
    from salesmetrics.ingest.dataset import Dataset

DEALS = [
    "Deal ID,Stage,Amount,Close Date,Create Date,Account,Deal Type",
    "1,Won,500,2025-01-13,2025-01-01,Acme,New Business",
    "2,Won,150,2025-02-14,2025-01-01,Acme,Renewal",
    "3,Lost,250,2025-03-15,2025-01-01,Beta,New Business",
]
CALLS = [
    "Activity ID,Activity Type,Activity Date,Owner,Deal ID,Direction",
    "a,Call,2025-01-02,Ann,1,Outbound",
    "b,Meeting,2025-01-03,Ann,1,Outbound",
    "c,Call,2025-01-04,Ann,2,Outbound",
]
ANSWERS = ["Response ID,Survey Type,Score,Answered", "s,NPS,10,2025-01-05", "t,NPS,3,2025-01-06"]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    for name, lines in (("deals", DEALS), ("activities", CALLS), ("surveys", ANSWERS)):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return load(*(f"{name}={tmp_path / name}.csv" for name in ("deals", "activities", "surveys")))


def found(report: Report, kpi: str) -> dict[Any, Any]:
    return {next(iter(m.group.values()), "all"): m.value for m in report.metrics if m.id == kpi}


@pytest.mark.parametrize("name", ["type", "Deal Type"])
def test_type_is_the_type_of_the_deal(dataset: Dataset, name: str) -> None:
    report = report_on(dataset, kpis=["revenue", "calls", "nps"], by=[name])
    assert found(report, "revenue") == {"all": 650, "New Business": 500, "Renewal": 150}
    assert found(report, "calls") == {"all": 2, "New Business": None, "Renewal": None}
    assert {m.reason for m in report.metrics if m.group and m.id in {"calls", "nps"}} == {"not_by_dimension"}


@pytest.mark.parametrize("name", ["activity_type", "Activity Type"])
def test_the_type_of_an_activity_goes_by_its_own_name(dataset: Dataset, name: str) -> None:
    report = report_on(dataset, kpis=["activities", "calls", "revenue"], by=[name])
    assert found(report, "activities") == {"all": 3, "call": 2, "meeting": 1}
    assert found(report, "revenue") == {"all": 650, "call": None, "meeting": None}


def test_the_type_of_a_survey_too(dataset: Dataset) -> None:
    assert found(report_on(dataset, kpis=["nps"], by=["Survey Type"]), "nps") == {"all": 0, "nps": 0}


def test_a_condition_on_the_type_is_on_that_of_the_deal(dataset: Dataset) -> None:
    assert found(report_on(dataset, kpis=["revenue"], where="type = 'Renewal'"), "revenue") == {"all": 150}
    assert found(report_on(dataset, kpis=["calls"], where="\"Activity Type\" = 'call'"), "calls") == {"all": 2}


def test_where_no_deal_has_a_type_it_is_that_of_the_activities(tmp_path: Path) -> None:
    (tmp_path / "activities.csv").write_text("\n".join(CALLS) + "\n", "utf-8")
    report = report_on(load(str(tmp_path / "activities.csv")), kpis=["activities"], by=["type"])
    assert found(report, "activities") == {"all": 3, "call": 2, "meeting": 1}


# --- new customers ----------------------------------------------------------------------------------------------------

HEADER = "Deal ID,Stage,Amount,Close Date,Create Date,Account,Deal Type"


def deals_of(tmp_path: Path, *lines: str) -> Dataset:
    path = tmp_path / "deals.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
    return load(str(path))


@pytest.mark.parametrize(
    ("word", "new"),
    [
        ("New Business", 1),
        ("newbusiness", 1),
        ("Neukunde", 1),
        ("", 1),
        ("Project", 1),
        ("Renewal", 0),
        ("Verlängerung", 0),
        ("Existing Customer - Upgrade", 0),
        ("existingbusiness", 0),
        ("Допродажа", 0),
        ("续约", 0),
    ],
)
def test_a_first_win_that_is_no_new_business_makes_no_new_customer(tmp_path: Path, word: str, new: int) -> None:
    dataset = deals_of(
        tmp_path,
        f"1,Won,500,2025-01-13,2025-01-01,Acme,{word}",
        "2,Won,150,2025-02-14,2025-01-01,Acme,New Business",
        "3,Won,150,2025-02-14,2025-01-01,Beta,New Business",
    )
    (metric,) = report_on(dataset, kpis=["new_customers"]).metrics
    assert metric.value == 1 + new
    assert [item.count for item in metric.excluded if item.code == "already_customer"] == [1 - new]


def test_a_renewal_on_the_day_of_the_first_order_hides_no_new_customer(tmp_path: Path) -> None:
    dataset = deals_of(
        tmp_path,
        "1,Won,500,2025-01-13,2025-01-01,Acme,New Business",
        "2,Won,150,2025-01-13,2025-01-01,Acme,Renewal",
    )
    (metric,) = report_on(dataset, kpis=["new_customers"]).metrics
    assert (metric.value, {e.code: e.count for e in metric.excluded}["already_customer"]) == (1, 0)


def test_the_cost_of_a_customer_is_that_of_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(
        "\n".join([HEADER, *(f"{i},Won,5,2025-01-13,2025-01-01,A{i},{'Renewal' if i else 'New'}" for i in range(5))])
    )
    (tmp_path / "costs.csv").write_text("Date,Category,Amount\n2025-01-10,Marketing,600\n2025-01-13,Tools,300\n")
    dataset = load(f"deals={tmp_path / 'deals.csv'}", f"costs={tmp_path / 'costs.csv'}")
    (metric,) = report_on(dataset, kpis=["cac"]).metrics
    assert (metric.value, metric.denominator) == (900, 1)


def test_deals_can_be_grouped_by_what_their_types_mean(tmp_path: Path) -> None:
    dataset = deals_of(
        tmp_path,
        "1,Won,500,2025-01-13,2025-01-01,Acme,Upsell",
        "2,Won,150,2025-01-13,2025-01-01,Acme,Cross-sell",
        "3,Won,1,2025-01-13,2025-01-01,Acme,Odd",
    )
    assert found(report_on(dataset, kpis=["revenue"], by=["deal_class"]), "revenue") == {
        "all": 651,
        "expansion": 650,
        None: 1,
    }


# --- the finding ------------------------------------------------------------------------------------------------------


def mixture(tmp_path: Path, renewals_won: int, types: tuple[str, str] = ("New Business", "Renewal")) -> Dataset:
    """A hundred deals of each of two types: 30 won of the first, some of the second; cycles and amounts alike."""
    lines = []
    for word, won in zip(types, (30, renewals_won), strict=True):
        for i in range(100):
            outcome = "Won" if i < won else "Lost"
            lines.append(f"{word}{i},{outcome},{100 + i % 30},2025-03-{1 + i % 28:02d},2025-01-01,A{i},{word}")
    return deals_of(tmp_path, *lines)


def said(report: Report) -> list[str]:
    return [f.message for f in report.findings if f.code == "deal_types_mixed"]


def test_a_total_of_types_that_differ_clearly_is_said_to_mix_them(tmp_path: Path) -> None:
    dataset = mixture(tmp_path, 90)
    report = report_on(dataset, kpis=["win_rate"])
    assert said(report) == ["totals mix deal types that clearly differ: win rate 30 % of 100 new, 90 % of 100 renewals"]
    assert "`--by type`" in str(next(f.hint for f in report.findings if f.code == "deal_types_mixed"))
    assert said(report_on(dataset, kpis=["sales_cycle_mean", "average_deal_size"])) == []


def test_nothing_is_said_where_types_are_alike_apart_or_unknown(tmp_path: Path) -> None:
    assert said(report_on(mixture(tmp_path, 36), kpis=["win_rate"])) == []
    apart = mixture(tmp_path, 90)
    assert said(report_on(apart, kpis=["win_rate"], by=["type"])) == []
    assert said(report_on(apart, kpis=["win_rate"], where="type = 'Renewal'")) == []
    assert said(report_on(apart, kpis=["won_deals"])) == []
    assert said(report_on(mixture(tmp_path, 90, ("North", "South")), kpis=["win_rate"])) == []
    assert said(report_on(mixture(tmp_path, 90, ("Upsell", "Renewal")), kpis=["win_rate"])) == []


def test_cycles_and_amounts_are_compared_too(tmp_path: Path) -> None:
    lines = [
        f"{word}{i},Won,{amount + i},2025-03-{day + i % 3:02d},2025-03-01,A{i},{word}"
        for word, amount, day in (("New", 1000, 20), ("Renewal", 100, 5), ("Upsell", 90, 6))
        for i in range(30 if word != "Upsell" else 5)
    ]
    report = report_on(deals_of(tmp_path, *lines), kpis=["sales_cycle_median", "average_deal_size"])
    # five expansions are too few to be judged
    (message,) = said(report)
    assert message.endswith(
        "clearly differ: mean cycle 20 days of 30 new, 5 days of 30 renewals; mean amount 1,014 of 30 new, 114 of 30 renewals"
    )


def test_how_clearly_types_differ_is_a_matter_of_the_level(tmp_path: Path) -> None:
    lines = [
        f"{word}{i},Won,{amount + i % 10},2025-03-03,2025-03-01,A{i},{word}"
        for word, amount in (("New", 102), ("Renewal", 100))
        for i in range(40)
    ]
    dataset = deals_of(tmp_path, *lines)
    assert len(said(report_on(dataset, kpis=["average_deal_size"], level=0.8))) == 1
    assert said(report_on(dataset, kpis=["average_deal_size"], level=0.999)) == []
