"""Real exports that nobody here wrote, against the golden numbers of their README."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import Dataset, ReadOptions, load
from salesmetrics.messages import text
from salesmetrics.schema.provenance import RowCounts

if TYPE_CHECKING:
    from pathlib import Path

MAVEN = (
    "maven_crm_original/sales_pipeline.csv",
    "maven_crm_mdy/sales_pipeline.csv",
    "maven_crm_variants/sales_pipeline_dd-mm-yy_crlf.csv",
    "maven_crm_variants/sales_pipeline_dd-mm-yyyy_crlf.csv",
)
BITRIX = ("bitrix24_ru_leasing/DEAL_ui_layout_cp1251.csv", "bitrix24_ru_leasing/DEAL_ui_layout_utf8bom.csv")


def counts(dataset: Dataset, kind: str = "deals") -> dict[str, int]:
    return dict(dataset.frames[kind].group_by("outcome").len().iter_rows())  # type: ignore[index]


def amount(dataset: Dataset, outcome: str) -> Decimal:
    total = dataset.frames["deals"].filter(pl.col("outcome") == outcome)["amount"].sum()
    assert isinstance(total, Decimal)
    return total


def said(dataset: Dataset) -> set[tuple[str, str | None, tuple[int, ...]]]:
    return {(finding.code, finding.column, tuple(finding.rows)) for finding in dataset.findings}


def codes(dataset: Dataset) -> set[str]:
    return {finding.code for finding in dataset.findings}


@pytest.mark.parametrize("name", MAVEN)
def test_maven_in_four_date_formats(realdata: Path, name: str) -> None:
    dataset = load([str(realdata / name)])
    frame = dataset.frames["deals"]
    won = frame.filter(pl.col("outcome") == "won")
    days = (won["closed"] - won["created"]).dt.total_days()
    assert counts(dataset) == {"won": 4_238, "lost": 2_473, "open": 2_089}
    assert amount(dataset, "won") == 10_005_534
    assert round(float(str(days.mean())), 5) == 51.78197
    assert days.median() == 57
    assert "lost_amount_all_zero" in codes(dataset)
    assert dataset.last_event is not None
    assert (str(dataset.last_event[0]), text(dataset.last_event[1])) == ("2017-12-31", "last close in deals")


def test_maven_re_saves_are_one_truth(realdata: Path) -> None:
    frames = [load([str(realdata / name)]).frames["deals"] for name in MAVEN]
    columns = ["id", "owner", "product", "account", "outcome", "created", "closed"]
    for other in frames[1:]:
        assert other.select(columns).equals(frames[0].select(columns))


def test_maven_tables_together(realdata: Path) -> None:
    dataset = load([str(realdata / "maven_crm_original")])
    won = dataset.frames["deals"].filter(pl.col("outcome") == "won")
    regions = won.group_by("region").agg(pl.len(), pl.col("amount").sum()).sort("region").rows()
    assert regions == [("Central", 1_629, 3_346_293), ("East", 1_169 + 2, 3_090_594), ("West", 1_438, 3_568_647)]
    assert dataset.frames["reps"].height == 35
    nearly = next(finding for finding in dataset.findings if finding.code == "names_nearly_match")
    assert "`GTXPro` / `GTX Pro`" in nearly.message
    assert nearly.count == 1_480


def test_zoho_potentials(realdata: Path) -> None:
    dataset = load([str(realdata / "zoho_crm_demo/Potentials.csv")])
    assert counts(dataset) == {"won": 1_425, "lost": 485, "open": 1_722}
    assert (amount(dataset, "won"), amount(dataset, "lost")) == (89_066_200, 32_059_400)
    frame = dataset.frames["deals"]
    assert frame.height == 3_632  # every name repeats, and none was taken for another
    tina = frame.filter(pl.col("owner") == "Tina Thomas")["outcome"].value_counts()
    assert dict(tina.iter_rows())["won"] == 149
    assert "probability_against_outcome" in codes(dataset)
    assert frame["created"].min().isoformat() == "2018-08-04"  # type: ignore[union-attr]
    assert frame["closed"].max().isoformat() == "2021-05-20"  # type: ignore[union-attr]


def test_zoho_other_tables(realdata: Path) -> None:
    folder = realdata / "zoho_crm_demo"
    leads = load([str(folder / "Leads.csv")]).frames["leads"]
    assert leads["is_converted"].sum() == 3_632
    assert leads.height == 3_632 + 268
    assert counts(load([str(folder / "Quotes.csv")])) == {"open": 1_690, "won": 866, "lost": 444}
    calls = load([str(folder / "Calls.csv")]).frames["activities"]
    assert dict(calls.group_by("direction").len().iter_rows()) == {"inbound": 3_560, "outbound": 540}
    assert calls["type"].unique().to_list() == ["call"]
    tasks = load([str(folder / "Tasks.csv")]).frames["activities"]
    assert dict(tasks.group_by("status").len().iter_rows()) == {"Completed": 2_960, "Not Started": 14, "In Progress": 4}
    assert tasks["is_completed"].sum() == 2_960
    invoices = load([str(folder / "Invoices.csv")]).frames["invoices"]
    assert invoices["amount"].sum() == 16_030_187
    assert invoices["amount"].null_count() == 270


def test_zoho_folder_does_not_count_quotes_as_deals_again(realdata: Path) -> None:
    dataset = load([str(realdata / "zoho_crm_demo")])
    assert counts(dataset) == {"won": 1_425, "lost": 485, "open": 1_722}
    assert {"quotes_beside_deals", "file_skipped", "activity_too_long"} <= codes(dataset)


@pytest.mark.parametrize("name", ["olist_closed_deals_dataset.csv", "olist_closed_deals_dd-mm-yyyy_crlf.csv"])
def test_olist_conversion(realdata: Path, name: str) -> None:
    won = next(path for path in realdata.rglob(name))
    mql = next(p for p in won.parent.glob("olist_m*.csv"))
    dataset = load([str(won), str(mql)])
    assert counts(dataset) == {"won": 842}
    assert counts(dataset, "leads") == {"converted": 842, "open": 8_000 - 842}
    assert "only_won" in codes(dataset)


@pytest.mark.parametrize("name", BITRIX)
def test_bitrix_in_two_encodings(realdata: Path, name: str) -> None:
    dataset = load([str(realdata / name)])
    frame = dataset.frames["deals"]
    assert frame["is_closed"].sum() == 7_328
    assert counts(dataset) == {"won": 12, "lost": 6_600, "other": 7_328 - 6_612, "open": 274}
    assert frame["amount"].sum() == 34_666_456_077
    outlier = next(finding for finding in dataset.findings if finding.code == "amount_outlier")
    assert "31,000,000,000" in outlier.message
    assert outlier.count == 1
    final = next(finding for finding in dataset.findings if finding.code == "stage_not_understood")
    assert "--won Выдано`" in (final.hint or "")
    assert any("`Недозвон` / `недозвон`" in finding.message for finding in dataset.findings)


@pytest.mark.parametrize("name", BITRIX)
def test_bitrix_with_the_words_of_the_tenant(realdata: Path, name: str) -> None:
    dataset = load([str(realdata / name)], ReadOptions(won=("Выдано",)))
    assert counts(dataset)["won"] == 57
    assert counts(dataset)["lost"] == 6_600
    assert amount(dataset, "won") == 464_389_800


def test_x_education(realdata: Path) -> None:
    clean = load([str(realdata / "x_education_leads/Leads_subset_clean.csv")])
    assert counts(clean, "leads") == {"converted": 3_542, "open": 5_649}
    assert clean.last_event is None
    damaged = load([str(realdata / "x_education_leads/Leads_9240_with_line_quoted_rows.csv")])
    assert damaged.inputs[0].rows == RowCounts(9_240, 8_902, 338, 0)
    assert damaged.rejects["row"].n_unique() == 338
    assert any(finding.code == "rows_rejected" and finding.count == 338 for finding in damaged.findings)


def test_salesforce(realdata: Path) -> None:
    seeds = load([str(realdata / "salesforce_fivetran_seeds/sf_opportunity_data.csv")])
    assert seeds.inputs[0].rows == RowCounts(10, 0, 0, 10)
    assert "deleted_rows" in codes(seeds)
    mock = load([str(realdata / "salesforce_mock_small/opportunities.csv")])
    assert mock.frames["deals"].height == 10
    assert mock.frames["deals"]["id"].n_unique() == 10


PLANTED = {
    ("ids_repeated", "deal_id", (9, 10)),
    ("amount_negative", "expected_amount", (8,)),
    ("won_without_close_date", "closed_at", (11,)),
    ("currency_blank", "currency", (12,)),
    ("date_formats_mixed", "created_at", (12,)),
    ("stage_not_defined", "stage_id", (13,)),
    ("owner_blank", "manager_id", (13,)),
    ("references_unknown", "deal_id", (6,)),
    ("date_formats_mixed", "payment_date", (7,)),
    ("amount_negative", "amount", (7,)),
    ("paid_above_deal", "amount", (4,)),
    ("identical_rows", "event_id", (6,)),
    ("references_unknown", "deal_id", (7,)),
    ("owner_inactive", "manager_id", (5,)),
    ("sku_repeated", "sku", (2, 7)),
    ("customer_without_name", "name", (7,)),
}


def test_every_planted_error_of_a_known_kind_is_found(realdata: Path) -> None:
    dataset = load([str(realdata / "bitrix_ru_messy_small")])
    assert said(dataset) >= PLANTED
    spellings = next(f.message for f in dataset.findings if f.code == "spelling_variants" and f.column == "source")
    for word in ("Avito", "avito", "AVITO", "Авито", "website", "Website"):
        assert f"`{word}`" in spellings
    assert counts(dataset) == {"won": 2, "lost": 1, "open": 9}


def read_or_code(path: Path) -> Dataset | str:
    try:
        return load([str(path)])
    except SalesmetricsError as error:
        return error.code


def test_rows_add_up_in_every_file_that_is_read(realdata: Path) -> None:
    results = {path: read_or_code(path) for path in sorted(realdata.rglob("*.csv"))}
    assert {code for code in results.values() if isinstance(code, str)} == {"kind_unknown"}
    datasets = {path: dataset for path, dataset in results.items() if isinstance(dataset, Dataset)}
    assert len(datasets) >= 35
    for path, dataset in datasets.items():
        (file,) = dataset.files
        rows = file.rows
        assert rows.read == rows.used + rows.rejected + rows.ignored, path
        assert rows.used == dataset.frames[file.recognition.kind].height, path
        assert rows.ignored == sum(file.ignored.values()), path
        assert rows.rejected == dataset.rejects["row"].n_unique(), path


@pytest.mark.parametrize("name", [MAVEN[0], "zoho_crm_demo/Potentials.csv", BITRIX[1]])
def test_the_order_of_rows_changes_no_total(realdata: Path, tmp_path: Path, name: str) -> None:
    lines = (realdata / name).read_bytes().splitlines(keepends=True)
    head, body = lines[0], [line if line.endswith(b"\n") else line + b"\n" for line in lines[1:]]
    random.Random(11).shuffle(body)
    path = tmp_path / "shuffled.csv"
    path.write_bytes(head + b"".join(body))

    def totals(dataset: Dataset) -> list[tuple[object, ...]]:
        by = dataset.frames["deals"].group_by("outcome", "owner").agg(pl.len(), pl.col("amount").sum())
        return by.sort("outcome", "owner").rows()

    before, after = load([str(realdata / name)]), load([str(path)])
    assert totals(before) == totals(after)
    assert before.last_event == after.last_event
    assert {(f.code, f.count) for f in before.findings} == {(f.code, f.count) for f in after.findings}
