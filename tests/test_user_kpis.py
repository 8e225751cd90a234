"""KPIs of the user's own and of plugins."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from salesmetrics.engine.build import Request, build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import FORMER_NAMES, catalog
from salesmetrics.metrics.shapes import number
from salesmetrics.metrics.user import UserKpi, with_user_kpis

if TYPE_CHECKING:
    from types import ModuleType

EXAMPLES = Path(__file__).parent.parent / "examples"
DEALS = pl.DataFrame(
    {
        "outcome": ["won", "won", "lost", "open"],
        "amount": pl.Series(["10", "30", "5", None], dtype=pl.String).cast(pl.Decimal(38, 8)),
        "type": ["Renewal", "New", "New", "New"],
        "owner": ["Ann", "Bob", "Bob", "Cem"],
    }
)


def value_of(own: list[UserKpi], kpi: str, frame: pl.DataFrame = DEALS) -> Any:
    known = with_user_kpis(catalog(), own, "salesmetrics.toml")
    request = Request(as_of=date(2026, 1, 1), as_of_source=None, kpis=(kpi,))
    return build_report(request, {"deals": frame}, known).metrics[0]


def test_a_division_keeps_its_two_sides() -> None:
    metric = value_of([UserKpi("lost_per_won", "lost_deals / won_deals", "Lost per won")], "lost_per_won")
    assert (metric.value, metric.numerator, metric.denominator) == (0.5, 1, 2)


@pytest.mark.parametrize(
    "expression",
    [
        "won_deals + lost_deals",
        "won_deals - 2 * lost_deals",
        "-won_deals * 0.5",
        "won_deals * lost_deals - 7",
        "(won_deals - lost_deals) / (won_deals + 3)",
        "won_deals",
    ],
)
def test_columns_go_through_the_arithmetic_that_numbers_do(expression: str) -> None:
    kpi = with_user_kpis(catalog(), [UserKpi("own", expression, "Own")], "salesmetrics.toml").kpis["own"]
    rows = pl.DataFrame({"won_deals": [3.0, 0.0, -7.5], "lost_deals": [2.0, 5.0, 0.25]})
    expected = [eval(expression, {}, row) for row in rows.iter_rows(named=True)]
    made = number(kpi.parts(**{name: pl.col(name) for name in kpi.inputs}))
    assert rows.select(own=made)["own"].to_list() == expected
    inputs = [{name: row[name] for name in kpi.inputs} for row in rows.iter_rows(named=True)]
    assert [number(kpi.parts(**each)) for each in inputs] == expected


def test_a_kpi_of_the_users_own_is_an_estimate_of_any_period() -> None:
    days = [date(2026, 1, 10), date(2026, 1, 11), date(2026, 2, 10), date(2026, 2, 11)]
    frame = DEALS.with_columns(closed=pl.Series(days), outcome=pl.lit("won"))
    own = with_user_kpis(catalog(), [UserKpi("own", "won_deals / 2", "Own")], "salesmetrics.toml")
    request = resolve(date(2026, 2, 28), None, period="2026-02", compare="previous", kpis=("own",), by=("owner",))
    metrics = build_report(request, {"deals": frame}, own).metrics
    assert {tuple(m.group.values()): (m.value, m.change and m.change.absolute) for m in metrics if not m.group} == {
        (): (1.0, 0.0)
    }
    # Neither is it short of a year, nor still maturing; and its groups are no parts of a sum.
    assert {m.reason for m in metrics if not m.group} == {None}
    kpi = own.kpis["own"]
    assert (kpi.additive, kpi.exact) == (False, False)


def test_a_zero_denominator_is_undefined() -> None:
    own = [UserKpi("won_per_other", "won_deals / other_deals", "Won per other")]
    metric = value_of(own, "won_per_other")
    assert (metric.value, metric.reason) == (None, "zero_denominator")


def test_own_kpis_rest_on_each_other_in_any_order() -> None:
    own = [UserKpi("b", "a * 2", "B"), UserKpi("a", "won_deals + revenue", "A")]
    assert value_of(own, "b").value == 84


def test_a_measure_is_known_by_its_former_name_too() -> None:
    own = [UserKpi(f"own_{i}", f"{name} + 0", "X") for i, name in enumerate([*FORMER_NAMES, *FORMER_NAMES.values()])]
    known = with_user_kpis(catalog(), own, "salesmetrics.toml")
    request = Request(as_of=date(2026, 9, 30), as_of_source=None, kpis=tuple(item.id for item in own))
    values = [
        metric.value
        for metric in build_report(request, load([str(path) for path in EXAMPLES.glob("*.csv")]).frames, known).metrics
    ]
    assert len(values) == 2 * len(FORMER_NAMES)
    assert values[: len(FORMER_NAMES)] == values[len(FORMER_NAMES) :]
    assert any(values)


def test_a_misspelt_measure_is_corrected_to_its_present_name() -> None:
    with pytest.raises(SalesmetricsError) as caught:
        with_user_kpis(catalog(), [UserKpi("own", "aimless_touch + 0", "Own")], "salesmetrics.toml")
    assert "aimless_touches" not in caught.value.hint


def test_an_undefined_input_makes_it_undefined() -> None:
    own = [UserKpi("x", "win_rate * 2", "X")]
    assert value_of(own, "x", DEALS.filter(pl.col("outcome") == "open")).reason == "zero_denominator"


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("call / won_deals", "unknown measure or KPI `call`"),
        ("sum(revenue)", "`sum` aggregates records"),
        ("won_deals +", "invalid value `won_deals +`: unexpected end"),
        ("1 + 1", "contains no measure or KPI"),
        ("won_amounts / 2", "is a list of values"),
        ("own + 1", "circular definition"),
    ],
)
def test_what_cannot_be_a_kpi_is_said_with_its_place(expression: str, words: str) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        with_user_kpis(catalog(), [UserKpi("own", expression, "Own")], "salesmetrics.toml")
    assert caught.value.code == "kpi_invalid"
    assert words in caught.value.message
    assert "`[kpi.own]`" in caught.value.message


def test_a_name_is_taken_once() -> None:
    with pytest.raises(SalesmetricsError, match="already"):
        with_user_kpis(catalog(), [UserKpi("revenue", "won_deals * 2", "Revenue")], "salesmetrics.toml")


@pytest.fixture
def plugin() -> ModuleType:
    spec = importlib.util.spec_from_file_location("renewals", EXAMPLES / "plugin" / "src" / "salesmetrics_renewals.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_plugin_joins_the_catalogue(plugin: ModuleType) -> None:
    known = catalog().with_modules([plugin])
    request = Request(as_of=date(2026, 1, 1), as_of_source=None, kpis=("renewal_share",))
    metric = build_report(request, {"deals": DEALS}, known).metrics[0]
    assert (metric.value, metric.numerator, metric.denominator) == (0.5, 1, 2)


def test_a_plugin_cannot_replace_a_kpi(plugin: ModuleType) -> None:
    with pytest.raises(ValueError, match="`won_renewals` already"):
        catalog().with_modules([plugin]).with_modules([plugin])
