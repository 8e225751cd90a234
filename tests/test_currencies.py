"""Amounts of different currencies are never added up, whatever names them: a code, a name, a sign, or a column."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from in_process import invoke
from salesmetrics.entities.declared import kinds_of
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.parse.currency import CODES, NAMES, SHARED, SYMBOLS, named, parse_currency
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog
from salesmetrics.schema.currencies import CRM_DEFAULT
from salesmetrics.settings.model import parse_settings
from salesmetrics.settings.sources import FILE_NAME

if TYPE_CHECKING:
    from salesmetrics.ingest.dataset import Dataset


def deals(folder: Path, amounts: list[str], column: list[str] | None = None, **options: Any) -> Dataset:
    path = folder / "deals.csv"
    head = "Deal ID;Deal Stage;Amount;Create Date;Close Date" + (";Currency" if column else "")
    rows = [
        f"{n};Closed Won;{amount};2026-01-05;2026-02-1{n % 10}" + (f";{column[n]}" if column else "")
        for n, amount in enumerate(amounts)
    ]
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    return load([str(path)], ReadOptions(**options))


def codes(dataset: Dataset) -> dict[str, list[int]]:
    return {said.code: list(said.rows) for said in dataset.findings}


def currency(dataset: Dataset) -> list[str | None]:
    return dataset.frames["deals"]["currency"].to_list()


SIGNS = ["$", "¥", "￥", "kr", "£", "Rs", "lei", "﷼"]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("form", ["{sign} {n}", "{n} {sign}", "{sign}{n}", "({sign}{n})"])
def test_a_sign_that_several_currencies_share_keeps_its_name(tmp_path: Path, sign: str, form: str) -> None:
    name = SHARED[sign.casefold().replace("￥", "¥")][0]
    dataset = deals(tmp_path, [form.format(sign=sign, n="1,000.00"), "€ 20.50", form.format(sign=sign, n="3.25")])
    assert currency(dataset) == [name, "EUR", name]
    assert codes(dataset)["currency_sign_shared"] == [2, 4]
    alone = deals(tmp_path, [form.format(sign=sign, n="1,000.00"), "77.10"])
    assert currency(alone) == [name, name]
    settled = deals(tmp_path, [form.format(sign=sign, n="1,000.00"), "€ 20.50"], symbols={sign: "usd"})
    assert currency(settled) == ["USD", "EUR"]
    assert "currency_sign_shared" not in codes(settled)


@settings(max_examples=tries(30))
@given(signs=st.lists(st.sampled_from(["$", "¥", "€", "kr", "CA$", "USD", ""]), min_size=2, max_size=7))
def test_no_two_currencies_share_a_total(signs: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    dataset = deals(tmp_path_factory.mktemp("signs"), [f"{sign} 100.00".strip() for sign in signs])
    written = {named(sign, {}) if sign else None for sign in signs}
    found = currency(dataset) if "currency" in dataset.frames["deals"].columns else [None] * len(signs)
    seen = written - {None}
    if len(seen) == 1:
        assert set(found) == seen
        bare = [row for row, sign in enumerate(signs, start=2) if not sign]
        assert codes(dataset).get("currency_of_bare_amounts", []) == bare
    else:
        bare = [row for row, sign in enumerate(signs, start=2) if not sign] if seen else []
        assert codes(dataset).get("currency_of_some", []) == bare
        assert found == [named(sign, {}) if sign else None for sign in signs]
    assert sum(dataset.frames["deals"]["amount"]) == 100 * len(signs)


def test_the_column_decides_and_a_sign_against_it_is_found(tmp_path: Path) -> None:
    dataset = deals(
        tmp_path, ["€ 10.00", "$ 20.00", "30.00", "$ 40.00", "¥ 50", "CA$ 7"], ["USD", "CAD", "EUR", "EUR", "", "-99"]
    )
    assert currency(dataset) == ["USD", "CAD", "EUR", "EUR", "¥", "CAD"]
    found = {said.code: said for said in dataset.findings}
    assert found["currency_contradicts"].rows == (2, 5)
    assert "`€` against" not in found["currency_contradicts"].message
    assert "`EUR` against `USD`, `$` against `EUR`" in found["currency_contradicts"].message


def test_two_amounts_of_a_row_in_different_currencies_are_found(tmp_path: Path) -> None:
    path = tmp_path / "invoices.csv"
    path.write_text("invoice_id,customer,invoice_date,amount,paid_amount\nI1,Oak,2026-01-01,€ 10.00,€ 5.00\nI2,Ash,2026-01-02,€ 20.00,£ 7.00\n", encoding="utf-8")  # fmt: skip
    dataset = load([str(path)])
    assert dataset.frames["invoices"]["currency"].to_list() == ["EUR", "EUR"]
    assert codes(dataset)["currencies_in_one_row"] == [3]


@pytest.mark.parametrize("kind", ["leads", "quotas", "costs", "products", "revenue", "customers"])
def test_every_kind_of_file_keeps_currencies_apart(tmp_path: Path, kind: str) -> None:
    heads = {"leads": "lead_id,status,amount", "quotas": "owner,period,quota", "costs": "category,month,cost", "products": "sku,name,list_price", "revenue": "customer,month,mrr", "customers": "customer_id,name,mrr"}  # fmt: skip
    first = {"leads": "1,new", "quotas": "Ann,2026-Q1", "costs": "ads,2026-01", "products": "S1,Box", "revenue": "Oak,2026-01-01", "customers": "7,Oak"}[kind]  # fmt: skip
    path = tmp_path / f"{kind}.csv"
    path.write_text(f"{heads[kind]}\n{first},$ 10.00\n{first}2,¥ 20.00\n", encoding="utf-8")
    dataset = load([f"{kind}={path}"])
    assert set(dataset.frames[kind]["currency"]) <= {"$", "¥"}  # type: ignore[index]
    assert "currency_sign_shared" in codes(dataset)


def test_the_default_currency_of_suitecrm_is_a_currency_of_its_own(tmp_path: Path) -> None:
    dataset = deals(tmp_path, ["10", "20"], ["-99", "EUR"])
    assert currency(dataset) == [CRM_DEFAULT, "EUR"]
    assert codes(dataset)["currency_of_the_crm"] == [2]
    assert currency(deals(tmp_path, ["10", "20"], ["-99", "EUR"], symbols={"-99": "USD"})) == ["USD", "EUR"]


def test_names_are_known() -> None:
    words = {
        "US Dollars": "USD", "us dollar": "USD", "Euros": "EUR", "Pounds Sterling": "GBP", "Swiss Francs": "CHF", "Dólares estadounidenses": "USD",
        "Dollars américains": "USD", "US-Dollar": "USD", "Schweizer Franken": "CHF", "Dólares americanos": "USD", "Reais": "BRL", "Доллары США": "USD",
        "Швейцарский франк": "CHF", "美金": "USD", "加元": "CAD", "الدولار الأمريكي": "USD", "دولار أمريكي": "USD", "Dolar AS": "USD", "Ringgit": "MYR",
        "Yen Jepun": "JPY", "dollaro statunitense": "USD", "米ドル": "USD", "미국 달러": "USD", "Česká koruna": "CZK", "$": "$", "Kr.": "kr", "￥": "¥", "US Dollar (USD)": "USD", "USD - Dollar": "USD", "beans": "BEANS",
    }  # fmt: skip
    assert parse_currency(pl.Series(list(words))).to_list() == list(words.values())
    assert {*SYMBOLS.values(), *NAMES.values()} <= CODES
    assert not SHARED.keys() & SYMBOLS.keys()


def test_the_settings_file_and_the_option_settle_a_sign(tmp_path: Path) -> None:
    deals(tmp_path, ["$ 10.00", "¥ 20"])
    config = tmp_path / FILE_NAME
    config.write_text('[currency.symbols]\n"$" = "cad"\n"¥" = "JPY"\n', encoding="utf-8")
    arguments = ["report", str(tmp_path / "deals.csv"), "--kpi", "revenue", "--format", "json", "--config", str(config)]
    done = invoke(*arguments)
    assert '"CAD"' in done.stdout
    assert '"JPY"' in done.stdout
    over = invoke(*arguments, "--currency-symbol", "$=USD")
    assert '"USD"' in over.stdout
    assert '"JPY"' in over.stdout


@pytest.mark.parametrize("pair", ["$", "$=DOLLAR", "=USD", "$="])
def test_a_pair_that_settles_nothing_is_refused(tmp_path: Path, pair: str) -> None:
    deals(tmp_path, ["$ 10.00"])
    done = invoke("report", str(tmp_path / "deals.csv"), "--no-config", "--currency-symbol", pair)
    assert done.returncode == 2
    assert f"invalid `--currency-symbol {pair}`" in done.stderr
    with pytest.raises(
        SalesmetricsError,
        match=r"line 2, `currency.symbols.\$`: invalid value `\$=DOLLAR`: `DOLLAR` is not a currency code",
    ):
        parse_settings('[currency.symbols]\n"$" = "DOLLAR"', FILE_NAME)


def test_bare_amounts_of_a_column_with_one_sign(tmp_path: Path) -> None:
    dataset = deals(tmp_path, ["11000", "4000", "€ 2.900,00"])
    assert currency(dataset) == ["EUR"] * 3
    assert dataset.frames["deals"]["amount"].sum() == Decimal(17900)
    assert codes(dataset)["currency_of_bare_amounts"] == [2, 3]


def test_a_sign_in_the_way_of_a_conversion_is_told(tmp_path: Path) -> None:
    deals(tmp_path, ["$ 10.00", "$ 20.00"])
    path = str(tmp_path / "deals.csv")
    done = invoke("report", path, "--no-config", "--currency", "USD")
    assert "if $ is USD, add `--currency-symbol '$=USD'`; otherwise add a rates file" in done.stderr
    assert invoke("report", path, "--no-config", "--currency", "USD", "--currency-symbol", "$=USD").returncode == 0


def test_the_header_of_the_amounts_names_their_currency(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    head = "Deal ID,Deal Stage,Amount (EUR),Create Date,Close Date"
    path.write_text(f"{head}\n1,Closed Won,100,2026-01-05,2026-02-01\n2,Closed Won,$ 7.00,2026-01-05,2026-02-02\n")
    dataset = load([str(path)])
    assert currency(dataset) == ["EUR", "$"]
    path.write_text(
        f"{head},Currency\n1,Closed Won,100,2026-01-05,2026-02-01,EUR\n2,Closed Won,7,2026-01-05,2026-02-02,USD\n"
    )
    dataset = load([str(path)])
    assert currency(dataset) == ["EUR", "EUR"]
    assert codes(dataset)["currency_against_header"] == [3]


def test_a_shared_sign_in_the_column_of_currencies_is_told(tmp_path: Path) -> None:
    dataset = deals(tmp_path, ["10", "20", "30"], ["£", "US Dollars", "Euro"])
    assert currency(dataset) == ["£", "USD", "EUR"]
    assert codes(dataset)["currency_sign_shared"] == [2]
    assert currency(deals(tmp_path, ["10", "20"], ["£", "EUR"], symbols={"£": "GBP"})) == ["GBP", "EUR"]


@pytest.mark.parametrize(("kind", "kpi"), [("quotas", "quota_attainment"), ("costs", "sales_efficiency")])
def test_amounts_of_two_files_in_different_currencies_are_never_set_against_each_other(
    tmp_path: Path, kind: str, kpi: str
) -> None:
    catalogue = catalog()
    both = [
        one.id
        for one in catalogue.kpis.values()
        if catalogue.is_money(one)
        and {"deals", kind} <= {name for m in catalogue.measures_of(one).values() for name in kinds_of(m.entity)}
    ]
    assert kpi in both
    examples = Path(__file__).parent.parent / "examples"
    files = [str(examples / "deals.csv"), str(tmp_path / f"{kind}.csv")]
    text = (examples / f"{kind}.csv").read_text("utf-8")
    Path(files[1]).write_text(text.replace(",EUR", ",USD"), encoding="utf-8")
    words = ("report", *files, "--kpi", ",".join(both), "--period", "2026-Q2", "--format", "json")
    metrics = json.loads(invoke(*words).stdout)["metrics"]
    assert {metric["value"] for metric in metrics} == {None}
    assert "other_currency" in {metric["reason"] for metric in metrics if metric["id"] == kpi}
    Path(files[1]).write_text(text, encoding="utf-8")
    assert next(m for m in json.loads(invoke(*words).stdout)["metrics"] if m["id"] == kpi)["value"] > 0


# --- once amounts are in one currency ---

SEVERAL = """Deal ID,Deal Owner,Deal Stage,Amount,Currency,Create Date,Close Date
1,Ann,Closed Won,100,EUR,2026-01-05,2026-02-10
2,Bob,Closed Won,100,USD,2026-01-06,2026-02-11
3,Ann,Closed Lost,100,SEK,2026-01-07,2026-02-12
4,Bob,Negotiation,100,USD,2026-01-08,2026-01-20
"""
COMMANDS = (
    "report",
    "trend revenue",
    "funnel",
    "forecast --period 2026-Q1",
    "losses",
    "cohort",
    "benchmark --by owner",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_converted_amounts_are_not_said_to_be_kept_apart(tmp_path: Path, command: str) -> None:
    (tmp_path / "deals.csv").write_text(SEVERAL, encoding="utf-8")
    (tmp_path / "rates.csv").write_text("Currency,To Currency,Rate\nUSD,EUR,0.9\n", encoding="utf-8")

    def found(*options: str) -> set[str]:
        typed = [*command.split(), str(tmp_path / "deals.csv"), str(tmp_path / "rates.csv"), *options]
        done = invoke(*typed, "--no-config", "--format", "json")
        assert done.returncode == 0, done.stderr
        return {item["code"] for item in json.loads(done.stdout)["findings"]}

    assert "currencies_mixed" in found()
    converted = found("--currency", "EUR")
    assert "currencies_mixed" not in converted
    assert "rate_missing" in converted or command == "cohort"


@pytest.mark.parametrize("form", ["table", "md", "html", "mail"])
def test_a_report_that_converted_amounts_does_not_deny_it(tmp_path: Path, form: str) -> None:
    (tmp_path / "deals.csv").write_text(SEVERAL, encoding="utf-8")
    (tmp_path / "rates.csv").write_text("Currency,To Currency,Rate\nUSD,EUR,0.9\n", encoding="utf-8")
    typed = ("report", str(tmp_path / "deals.csv"), str(tmp_path / "rates.csv"), "--no-config", "--format", form)
    denied = "several currencies, which are never"
    assert denied in " ".join(invoke(*typed).stdout.replace("=\n", "").split())
    said = invoke(*typed, "--currency", "EUR").stdout
    assert denied not in " ".join(said.replace("=\n", "").split())
    assert "SEK" in said


def test_amounts_in_several_currencies_have_no_share_of_their_sum(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(SEVERAL, encoding="utf-8")
    mixed = {item.code: item.share_of_value for item in load([str(tmp_path / "deals.csv")]).findings}
    assert mixed["open_with_past_close"] is None
    (tmp_path / "deals.csv").write_text(SEVERAL.replace("USD", "EUR").replace("SEK", "EUR"), encoding="utf-8")
    alike = {item.code: item.share_of_value for item in load([str(tmp_path / "deals.csv")]).findings}
    assert alike["open_with_past_close"] == 0.25


def test_a_reason_that_holds_of_each_currency_says_so(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(SEVERAL, encoding="utf-8")
    done = invoke("forecast", str(tmp_path / "deals.csv"), "--period", "2026-Q1", "--no-config", "--format", "md")
    said = [line for line in done.stdout.splitlines() if line.startswith("- No simulated forecast")]
    assert len(said) == 1
    assert said[0].startswith("- No simulated forecast for 2026-Q1 in EUR, SEK, USD: fewer than 30 closed deals")
    assert said[0].endswith(" in each.")
