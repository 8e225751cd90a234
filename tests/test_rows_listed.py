"""Records behind a KPI in an order, with columns of one's own, and what all of them add up to."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from in_process import invoke
from salesmetrics import load
from salesmetrics.render.writers import Screen, render
from test_segment_order import records, written

if TYPE_CHECKING:
    from golden_file import Golden

ROWS = records(["Ann", "Bo", ""], ("EUR", "USD", "EUR"), size=120, seed=3)
ROWS[7]["Owner"] = ROWS[8]["Owner"] = ROWS[9]["Owner"] = "=1+1"


@pytest.fixture(scope="module")
def deals(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(tmp_path_factory.mktemp("deals") / "deals.csv", ROWS)


def answer(*words: str) -> dict[str, Any]:
    done = invoke("rows", *words, "--format", "json", "-q")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout, parse_float=Decimal)


def won(code: str | None = None) -> list[dict[str, str]]:
    return [row for row in ROWS if row["Stage"] == "Closed Won" and code in (None, row["Currency"])]


@pytest.mark.parametrize(
    ("sort", "key", "reverse"),
    [
        ("amount", lambda row: Decimal(row["Amount"] or 0), True),
        ("Amount:desc", lambda row: Decimal(row["Amount"] or 0), True),
        ("amount:asc", lambda row: Decimal(row["Amount"] or 0), False),
        ("closed", lambda row: row["Close Date"], True),
        ("owner", lambda row: row["Owner"], False),
        ("Owner:desc", lambda row: row["Owner"], True),
        ("id:asc", lambda row: row["Deal ID"], False),
    ],
)
def test_records_stand_in_order_and_equal_ones_in_that_of_the_file(
    sort: str, key: Any, reverse: bool, deals: str
) -> None:
    name = sort.partition(":")[0]
    header = {"amount": "Amount", "owner": "Owner", "id": "Deal ID", "closed": "Close Date"}.get(name, name)
    known = [row for row in won() if row[header]]
    blank = [row for row in won() if not row[header]]
    found = [row["id"] for row in answer("revenue", deals, "--sort", sort)["rows"]]
    expected = sorted(known, key=key, reverse=reverse)  # stable, also where it is turned round
    assert found == [row["Deal ID"] for row in [*expected, *blank]]


def test_the_totals_are_of_all_records_and_apart_by_currency(deals: str) -> None:
    found = answer("revenue", deals, "--sort", "amount", "--top", "3")
    assert len(found["rows"]) == 3
    assert found["records"] == len(won())
    for total in found["totals"]:
        mine = won(total["currency"])
        assert total["records"] == len(mine)
        assert total["left_out"] == sum(not row["Amount"] for row in mine)
        assert total["value"] == sum(Decimal(row["Amount"]) for row in mine if row["Amount"])
    assert {total["currency"] for total in found["totals"]} == {"EUR", "USD"}


def test_the_totals_of_a_share_are_what_it_divides(deals: str) -> None:
    (total,) = answer("win_rate", deals)["totals"]
    lost = [row for row in ROWS if row["Stage"] == "Closed Lost"]
    assert (total["numerator"], total["denominator"]) == (len(won()), len(won()) + len(lost))
    assert (total["value"], total["currency"]) == (None, None)


def test_what_a_kpi_does_not_add_up_is_not_added_up(deals: str) -> None:
    for total in answer("median_deal_size", deals)["totals"]:
        assert (total["numerator"], total["denominator"], total["value"]) == (None, None, None)
        assert total["records"] == len(won(total["currency"]))


def test_columns_are_fields_or_headers_and_stand_as_they_were_named(deals: str) -> None:
    names = ["Deal ID", "amount", "REGION", "value"]
    found = answer("revenue", deals, "--columns", ",".join(names), "--sort", "row:asc")["rows"]
    assert list(found[0]) == names
    assert [row["Deal ID"] for row in found] == [row["Deal ID"] for row in won()]
    assert [row["REGION"] for row in found] == [row["Region"] or None for row in won()]
    text = invoke("rows", "revenue", deals, "--columns", "owner,Stage", "--format", "csv").stdout
    assert next(csv.reader(io.StringIO(text))) == ["owner", "Stage"]
    assert "'=1+1,Closed Won" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--columns", "Amont"],
            "invalid `--columns Amont`: unknown column\n\nhint: did you mean `amount`? columns: kpi, ",
        ),
        (["--sort", "size:asc"], "invalid `--sort size`: unknown column"),
        (["--wide"], "--wide"),
        (["--top", "0"], "--top"),
    ],
)
def test_what_cannot_be_listed_is_refused(words: list[str], said: str, deals: str) -> None:
    done = invoke("rows", "revenue", deals, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_the_order_of_segments_in_a_settings_file_is_none_of_records(deals: str, tmp_path: Path) -> None:
    (tmp_path / "salesmetrics.toml").write_text('[report]\nsort = "revenue"\ntop = 2\n', "utf-8")
    done = invoke("rows", "revenue", deals, "--format", "json", "-q", cwd=tmp_path, env={"SALESMETRICS_TOP": "1"})
    assert len(json.loads(done.stdout)["rows"]) == len(won())


def test_csv_for_a_spreadsheet_of_another_country(deals: str) -> None:
    plain = invoke("rows", "revenue", deals, "--format", "csv").stdout
    german = invoke("rows", "revenue", deals, "--format", "csv", "--locale", "de", "--bom").stdout
    assert german.startswith("\ufeff")
    one, other = csv.reader(io.StringIO(plain)), csv.reader(io.StringIO(german[1:]), delimiter=";")
    pairs = [(a, b) for left, right in zip(one, other, strict=True) for a, b in zip(left, right, strict=True)]
    assert all(a == b or a == b.replace(",", ".") for a, b in pairs)
    assert sum("," in b for _, b in pairs) > 50


def test_how_they_look(golden: Golden, deals: str) -> None:
    shown = [
        invoke("rows", *words, deals, "--sort", "amount", "--top", "4", "-q").stdout
        for words in (["revenue"], ["win_rate"], ["median_deal_size"], ["revenue", "--columns", "Deal ID,amount,Owner"])
    ]
    golden("render/rows_listed.txt", "\n".join(shown))


def test_a_screen_shows_all_of_as_many_records_as_were_asked_for(deals: str) -> None:
    from salesmetrics.drilldown.listing import Listing, list_rows
    from salesmetrics.engine.resolve import resolve
    from salesmetrics.metrics.catalog import catalog

    frames = {str(kind): frame for kind, frame in load(deals).records.items()}
    request = resolve(date(2026, 6, 28), None, kpis=("win_rate",))
    for top, shown in ((30, 30), (None, 12)):
        text = render(list_rows(request, frames, catalog(), Listing(top=top)), "table", Screen(width=80, height=20))
        found = len([line for line in text.splitlines() if " D-" in line])
        assert found == shown if top else found <= shown


def test_the_deals_behind_the_lost_value_of_a_quarter() -> None:
    """One command of an analyst, held to the export itself."""
    path = Path(__file__).parent.parent / "examples" / "deals.csv"
    found = answer("lost_value", str(path), "--period", "Q3", "--sort", "amount", "--top", "20")
    with path.open(encoding="utf-8", newline="") as stream:
        deals = [
            (Decimal(row["Amount"]), row["Record ID"])
            for row in csv.DictReader(stream)
            if row["Deal Stage"] == "Closed lost" and "2026-07-01" <= row["Close Date"] < "2026-10-01" and row["Amount"]
        ]
    assert len(deals) > 20
    assert [row["amount"] for row in found["rows"]] == sorted((amount for amount, _ in deals), reverse=True)[:20]
    assert {row["id"] for row in found["rows"]} <= {number for _, number in deals}
    assert found["totals"][0]["value"] == sum(amount for amount, _ in deals)
