"""Which KPIs come first, and that the others are counted and not computed."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from salesmetrics.engine.build import metrics_of
from salesmetrics.engine.prepare import prepare
from salesmetrics.engine.request import Question
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import Catalog, catalog
from salesmetrics.metrics.user import UserKpi, with_user_kpis
from salesmetrics.pipeline import request_of

EXAMPLES = Path(__file__).parents[1] / "examples"
FIRST = {
    "leads": ("lead_conversion_rate", "lead_qualification_rate"),
    "activities": ("activities", "calls", "meetings"),
    "revenue": ("customer_retention", "grr", "nrr"),
    "invoices": ("invoiced", "collection_rate", "dso"),
    "quotas": ("quota_attainment", "reps_at_quota"),
    "costs": ("cac", "sales_efficiency"),
    "surveys": ("nps", "enps", "csat"),
    "stages": ("slip_rate", "push_count"),
}
"""Kind of file → the first KPIs that it brings beside those of deals."""


def shown(*names: str, headlines: int, besides: tuple[str, ...] = (), known: Catalog | None = None) -> list[str]:
    dataset = load([str(EXAMPLES / name) for name in names])
    request = request_of(Question(headlines=headlines), dataset)
    setup = prepare(request, dataset.records, known or catalog(), besides=besides)
    return list(dict.fromkeys(metric.id for metric in metrics_of(request, setup)))


def test_the_first_of_deals() -> None:
    first = ["revenue", "win_rate", "average_deal_size", "sales_cycle_median"]
    assert shown("deals.csv", headlines=4) == first
    assert set(first) < set(shown("deals.csv", headlines=12))


def test_every_kind_brings_one_to_three() -> None:
    """Of KPIs that files of a kind allow beside deals, the first; those of deals make a screen by themselves."""
    of_deals = set(shown("deals.csv", headlines=99))
    found = {kind: shown("deals.csv", f"{kind}.csv", headlines=99) for kind in FIRST}
    assert {kind: tuple(kpi for kpi in kpis if kpi not in of_deals) for kind, kpis in found.items()} == FIRST


def test_no_two_have_the_same_place() -> None:
    ranks = [kpi.headline for kpi in catalog().kpis.values() if kpi.headline is not None]
    assert len(ranks) == len(set(ranks))


@pytest.mark.parametrize("limit", [1, 8, 12])
def test_no_more_than_asked_for(limit: int) -> None:
    assert len(shown("", headlines=limit)) == limit


def test_a_kpi_with_a_goal_is_shown_too() -> None:
    assert shown("deals.csv", headlines=1, besides=("loss_rate",)) == ["revenue", "loss_rate"]


def test_a_kpi_that_is_only_counted_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = catalog()
    asked: set[str] = set()

    def counted(kpi: str) -> object:
        parts = known.kpis[kpi].parts

        def wrapped(*given: object, **inputs: object) -> object:
            asked.add(kpi)
            return parts(*given, **inputs)

        return wrapped

    watched = replace(
        known, kpis={name: replace(kpi, parts=counted(name), parts_of_all=None) for name, kpi in known.kpis.items()}
    )
    dataset = load([str(EXAMPLES / "deals.csv")])
    request = request_of(Question(headlines=4, trend=True), dataset)
    setup = prepare(request, dataset.records, watched)
    metrics_of(request, setup)
    assert asked == {"revenue", "win_rate", "average_deal_size", "sales_cycle_median"}
    assert "loss_rate" in {kpi.id for kpi in setup.plan.available}
    assert set(setup.plan.measures) == {name for kpi in setup.plan.kpis for name in known.measures_of(kpi)}


def test_what_is_available_and_what_is_missing_add_up_to_the_catalogue() -> None:
    dataset = load([str(EXAMPLES / "deals.csv")])
    plan = prepare(request_of(Question(headlines=8), dataset), dataset.records, catalog()).plan
    assert len(plan.kpis) + len(plan.available) + len(plan.not_computed) == len(catalog().kpis)
    lacks = {kpi.kpi.id: kpi.lacks for kpi in plan.not_computed}
    assert lacks["calls"] == ("activities",)
    assert lacks["nrr"] == ("revenue",) or "revenue" in lacks["nrr"]


def test_names_and_families_rule_headlines_out() -> None:
    dataset = load([str(EXAMPLES / "deals.csv")])
    request = request_of(Question(kpis=("loss_rate", "units_sold"), headlines=1), dataset)
    plan = prepare(request, dataset.records, catalog()).plan
    assert [kpi.id for kpi in plan.kpis] == ["units_sold", "loss_rate"]
    assert plan.available == ()


def test_own_kpis_are_headlines_unless_they_say_not() -> None:
    own = [UserKpi("a", "won_deals * 2", "A"), UserKpi("b", "won_deals * 3", "B", headline=False)]
    known = with_user_kpis(catalog(), own, "x")
    assert shown("deals.csv", headlines=5, known=known)[-1] == "a"
    assert "b" not in shown("deals.csv", headlines=99, known=known)


def test_files_without_a_headline_show_their_first_kpis() -> None:
    known = catalog()
    bare = Catalog(known.measures, {name: replace(kpi, headline=None) for name, kpi in known.kpis.items()})
    assert shown("deals.csv", headlines=2, known=bare) == ["revenue", "revenue_growth"]
