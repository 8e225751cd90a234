"""Totals with a name in lists that have a period, and rows of a plan beside those of what happened."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from salesmetrics.ingest.read import Dataset, load
from salesmetrics.ingest.table.assemble import is_furniture_word

if TYPE_CHECKING:
    from pathlib import Path

LISTS = {
    "quotas": ("Owner,Period,Quota", ["Kim,2026-Q1,700", "Lee,2026-Q1,500"], "{word},2026-Q1,{sum}", "amount"),
    "costs": ("Month,Category,Cost", ["2026-03,Fairs,700", "2026-03,Travel,500"], "2026-03,{word},{sum}", "amount"),
    "revenue": ("Customer,Month,MRR", ["Oak,2026-03,700", "Elm,2026-03,500"], "{word},2026-03,{sum}", "mrr"),
    "customers": ("Customer Name,Start Date,MRR", ["Oak,2026-03-02,700", "Elm,2026-03-03,500"], "{word},2026-03-31,{sum}", "mrr"),
}  # fmt: skip
WORDS = ["Total", "Gesamt", "Итого", "合计", "Razem", "Yhteensä", "Totaal", "Σύνολο", "Összesen", "Tổng cộng", "Celkem"]


def read(folder: Path, kind: str, *lines: str) -> Dataset:
    path = folder / "list.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load([f"{kind}={path}"])


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("word", ["Total", "Итого"])
def test_a_total_of_its_period_is_no_record(tmp_path: Path, kind: str, word: str) -> None:
    header, rows, total, number = LISTS[kind]
    dataset = read(tmp_path, kind, header, *rows, total.format(word=word, sum=1200))
    assert dataset.frames[kind][number].sum() == Decimal(1200)
    assert dataset.files[0].ignored == {"total": 1}
    assert [said.rows for said in dataset.findings if said.code == "rows_ignored"] == [(4,)]


@pytest.mark.parametrize("kind", LISTS)
def test_a_total_that_is_no_sum_is_a_record_and_named(tmp_path: Path, kind: str) -> None:
    header, rows, total, number = LISTS[kind]
    dataset = read(tmp_path, kind, header, *rows, total.format(word="Total", sum=1201))
    assert dataset.frames[kind][number].sum() == Decimal(2401)
    assert [(said.severity, said.rows) for said in dataset.findings if said.code == "total_no_sum"] == [
        ("warning", (4,))
    ]


@pytest.mark.parametrize("word", WORDS)
def test_totals_are_known_in_the_languages(word: str) -> None:
    assert is_furniture_word(word)
    assert is_furniture_word(f"{word}:")


def test_totals_of_each_period_of_teams_and_of_all(tmp_path: Path) -> None:
    lines = ["Owner,Team,Period,Quota", "Kim,A,2026-Q1,7", "Lee,A,2026-Q1,5", "Total for A,A,2026-Q1,12", "Pat,B,2026-Q1,3"]  # fmt: skip
    lines += ["Subtotal,,2026-Q1,15", "Kim,A,2026-Q2,8", "Subtotal,,2026-Q2,8", "Grand total,all,2026,23"]
    dataset = read(tmp_path, "quotas", *lines)
    assert dataset.frames["quotas"]["amount"].to_list() == [7, 5, 3, 8]
    assert dataset.files[0].ignored == {"total": 4}


@pytest.mark.parametrize(
    ("header", "actual", "plan"),
    [("Type", "Actual", "Budget"), ("Art", "Ist", "Plan"), ("Тип", "Факт", "План"), ("类型", "实际", "预算")],
)
def test_a_plan_is_no_cost(tmp_path: Path, header: str, actual: str, plan: str) -> None:
    lines = [f"Month,Category,{header},Cost", f"2026-03,Fairs,{actual},70", f"2026-03,Fairs,{plan},80"]
    dataset = read(tmp_path, "costs", *lines, f"2026-03,Travel,{actual},5")
    assert dataset.frames["costs"]["amount"].to_list() == [70, 5]
    assert dataset.files[0].ignored == {"plan": 1}
    (said,) = (said for said in dataset.findings if said.code == "rows_of_a_plan")
    assert (said.severity, said.rows) == ("warning", (3,))


def test_of_quotas_what_was_sold_is_left_out(tmp_path: Path) -> None:
    lines = ["Rep,Period,Measure,Quota", "Kim,2026-Q1,Target,70", "Kim,2026-Q1,Actual,50", "Kim,2026-Q1,Variance,-20"]
    dataset = read(tmp_path, "quotas", *lines)
    assert dataset.frames["quotas"]["amount"].to_list() == [70]


def test_a_column_that_marks_no_plan_leaves_all(tmp_path: Path) -> None:
    dataset = read(tmp_path, "costs", "Month,Category,Cost", "2026-03,Budget,70", "2026-03,Fairs,80")
    assert dataset.frames["costs"]["amount"].to_list() == [70, 80]


def test_a_file_of_a_plan_alone_is_named(tmp_path: Path) -> None:
    dataset = read(tmp_path, "costs", "Monat;Kategorie;Art;Kosten", "2026-03;Messe;Plan;70", "2026-03;Reisen;Plan;8")
    assert dataset.frames["costs"].height == 2
    assert [said.severity for said in dataset.findings if said.code == "only_a_plan"] == ["warning"]
