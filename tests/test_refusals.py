"""What a report refuses says the true reason: a condition that a file cannot fulfil, a currency that no rate leads to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from salesmetrics.engine.build import Request, build_report
from salesmetrics.engine.plan import a_file
from salesmetrics.errors import SalesmetricsError
from salesmetrics.library import report_on
from salesmetrics.messages import text
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from pathlib import Path

MONEY = pl.Decimal(38, 8)
DAY = date(2026, 2, 1)


def frame(**columns: list[Any]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema_overrides={name: MONEY for name in ("amount", "rate") if name in columns})


def frames(currency: str = "EUR") -> dict[str, pl.DataFrame]:
    return {
        "deals": frame(
            id=["1", "2"], account=["A", "B"], type=["New Business", "Renewal"], outcome=["won", "won"],
            amount=[Decimal(100), Decimal(50)], created=[DAY, DAY], closed=[DAY, DAY], currency=["EUR", currency],
        ),
        "costs": frame(date=[DAY], amount=[Decimal(80)]),
    }  # fmt: skip


def report(given: dict[str, pl.DataFrame], *kpis: str, **more: Any) -> Any:
    return build_report(Request(as_of=date(2026, 3, 31), as_of_source=None, kpis=kpis, **more), given, catalog())


def refused(given: dict[str, pl.DataFrame], *kpis: str, **more: Any) -> SalesmetricsError:
    with pytest.raises(SalesmetricsError) as caught:
        report(given, *kpis, **more)
    return caught.value


WHERE = "type = 'New Business'"


def test_a_file_that_is_there_is_not_asked_for_when_only_the_condition_does_not_fit_it() -> None:
    assert report(frames(), "cac").metrics[0].value is not None
    error = refused(frames(), "cac", where=WHERE)
    assert error.code == "report_empty"
    assert "there is no `type` in the costs file, so `--where` cannot be applied" in error.message
    assert error.hint == "leave out `--where`, or use columns that all of these files have"


def test_nor_in_the_list_of_what_was_not_computed() -> None:
    made = report(frames(), "cac", "won_deals", where=WHERE)
    assert [(m.id, m.value) for m in made.metrics] == [("won_deals", 1)]
    assert [n.needs for n in made.not_computed] == ["`type` in the costs file, which `--where` uses"]


def test_a_file_that_is_not_there_still_is() -> None:
    deals = {"deals": frames()["deals"]}
    for where in (None, WHERE):
        error = refused(deals, "cac", where=where)
        assert error.hint == "add a costs file"


@pytest.mark.parametrize(
    ("kind", "words"),
    [("activities", "an activities file"), ("invoices", "an invoices file"), ("deals", "a deals file")],
)
def test_the_article_of_a_file(kind: str, words: str) -> None:
    assert text(a_file(kind)) == words


RATES = frame(currency=["USD", "GBP"], to_currency=["EUR", "EUR"], rate=[Decimal("0.9"), Decimal("1.2")])


@pytest.mark.parametrize("code", ["USDD", "JPY"])
def test_a_currency_that_no_rate_leads_to_is_refused(code: str) -> None:
    error = refused({**frames(), "rates": RATES}, "revenue", currency=code)
    assert error.code == "option_invalid"
    assert f"the rates file has no rate to {code} (it has EUR, GBP, USD)" in error.message


@pytest.mark.parametrize(("code", "value"), [("EUR", Decimal(150)), ("USD", Decimal(150) / Decimal("0.9"))])
def test_a_currency_that_one_leads_to_is_converted_to(code: str, value: Decimal) -> None:
    made = report({**frames(), "rates": RATES}, "revenue", currency=code)
    assert float(made.metrics[0].value) == pytest.approx(float(value))


def test_without_rates_amounts_are_in_another_currency_or_in_another_one_too() -> None:
    assert refused(frames(), "revenue", currency="USD").message == "invalid `--currency USD`: amounts are in EUR"
    assert refused(frames("USD"), "revenue", currency="USD").message.endswith("other amounts are in EUR")


def test_a_file_that_may_be_of_another_kind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("Product,Price,Date,Qty\nOak,10,2026-01-02,3\nElm,20,2026-01-03,4\n", encoding="utf-8")
    with pytest.raises(SalesmetricsError) as caught:
        report_on(str(path))
    assert caught.value.message.endswith(f"need more than a products file; `{path}` was read as products (46 % sure)")
    assert caught.value.hint == f"if `{path}` lists deals, name the kind: `deals={path}`; otherwise add a deals file"
    with pytest.raises(SalesmetricsError) as caught:
        report_on(f"products={path}")
    assert caught.value.hint == "add a deals file"
