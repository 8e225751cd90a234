"""Rows that are no records, files without a header, and quotes as MySQL writes them: skipped, refused or read, and named."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import Dataset, load
from salesmetrics.ingest.table.headless import is_headless
from salesmetrics.ingest.table.table import _ERROR

if TYPE_CHECKING:
    from pathlib import Path

DEALS = "Deal ID,Name,Owner,Stage,Amount,Created,Closed"


def read(tmp_path: Path, *lines: str, name: str = "file.csv") -> Dataset:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load([str(path)])


def error(tmp_path: Path, *lines: str, name: str = "file.csv") -> SalesmetricsError:
    with pytest.raises(SalesmetricsError) as caught:
        read(tmp_path, *lines, name=name)
    return caught.value


def rows_of(dataset: Dataset, code: str) -> list[int]:
    return next(list(found.rows) for found in dataset.findings if found.code == code)


def deal(n: int, outcome: str = "Won") -> str:
    return f"{n},Kiln {n},Ann,{outcome},{100 * n},2026-01-0{n},2026-02-0{n}"


# --- quotes that a backslash escapes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_backslashes_before_quotes_are_read_as_mysql_means_them(tmp_path: Path, mark: str) -> None:
    rows = [
        ["7", r"Monitor 32\"", "Won", "100"],
        ["8", rf"A \"round\"{mark} table", "Lost", "50"],
        ["9", r"C:\\x", "Won", "20"],
    ]
    lines = [mark.join(["id", "name", "stage", "amount"]), *(mark.join(f'"{cell}"' for cell in row) for row in rows)]
    dataset = read(tmp_path, *lines)
    assert dataset.frames["deals"]["name"].to_list() == ['Monitor 32"', f'A "round"{mark} table', r"C:\x"]
    assert rows_of(dataset, "backslash_escapes") == [2, 3]


def test_a_backslash_that_ends_a_cell_stays_one(tmp_path: Path) -> None:
    dataset = read(tmp_path, "id,name,stage,amount", '"7","C:\\","Won","100"', '"8","D:\\ ""x""","Lost","50"')
    assert dataset.frames["deals"]["name"].to_list() == ["C:\\", 'D:\\ "x"']
    assert {found.code for found in dataset.findings}.isdisjoint({"backslash_escapes"})


def test_other_damage_does_not_hide_the_escapes(tmp_path: Path) -> None:
    lines = [f'"{n}","size {n}\\"","{("Won", "Lost")[n % 2]}","{n}"' for n in range(10, 40)]
    dataset = read(tmp_path, "id,name,stage,amount", *lines, '"50","never closed,"Won","5"')
    assert dataset.frames["deals"].height == 30
    assert dataset.rejects["row"].to_list() == [32]


# --- files without a header ------------------------------------------------------------------------------------------

HEADLESS = {
    "deals": ["7,Kiln,Won,500.00,2026-01-05", "8,Sand,Lost,20.00,2026-01-09", "9,Lime,Open,30.50,2026-02-01"],
    "deals in Spanish": ['"7";"Horno";"Ganada";"500,00";"05.01.2026"', '"8";"Arena";"Perdida";"20,00";"25.01.2026"'],
    "one record": ["7,Kiln,Won,500.00,2026-01-05"],
    "leads": ["ann@example.com,Oak,2026-01-05 10:00:00,New", "bo@example.com,Elm,2026-01-06 11:00:00,Working"],
    "invoices": ["INV-1,Oak,2026-01-05,2026-02-04,1200.00,paid", "INV-2,Elm,2026-01-06,2026-02-05,80.00,open"],
}


@pytest.mark.parametrize("name", HEADLESS)
def test_a_file_without_a_header_is_refused_and_loses_no_record(tmp_path: Path, name: str) -> None:
    refused = error(tmp_path, *HEADLESS[name])
    assert refused.code == "header_missing"
    line = refused.hint.rsplit("`", 2)[1]
    mark = ";" if ";" in HEADLESS[name][0] else ","
    assert line.count(mark) == HEADLESS[name][0].count(mark)


def test_the_header_line_of_the_hint_can_be_pasted(tmp_path: Path) -> None:
    refused = error(tmp_path, *HEADLESS["deals"])
    assert refused.hint.rsplit("`", 2)[1] == "id,name,stage,amount,date 1"
    frame = read(tmp_path, "id,name,stage,amount,created", *HEADLESS["deals"]).frames["deals"]
    assert frame["outcome"].to_list() == ["won", "lost", "open"]
    assert read(tmp_path, "id,name,stage,amount,date 1", *HEADLESS["deals"]).frames["deals"].height == 3


@pytest.mark.parametrize(
    "lines",
    [
        ["Rep,2026-01,2026-02,2026-03", "Ann,100.00,200.00,300.00"],
        ["Rep,Q1,Q2,Q3,Q4", "Ann,100.00,200.00,300.00,400.00"],
        ["Deal ID,Name,Stage,Amount,30,60,90", "7,Kiln,Won,500.00,1,2,3"],
        ["Deals of 2026-01-05 10:00", "", "Deal ID,Name,Stage,Amount", "7,Kiln,Won,500.00"],
    ],
)
def test_a_header_with_periods_or_numbers_is_still_a_header(lines: list[str]) -> None:
    rows = [line.split(",") for line in lines]
    assert not is_headless(rows, len(rows) - 2)


def test_columns_of_fixed_width_are_refused_by_name(tmp_path: Path) -> None:
    bare = error(tmp_path, " 00007 20260105  1   11.77", " 00008 20260112  1   12.00", " 00009 20260302 12   20.76")
    assert bare.code == "fixed_width"
    assert "no header" in bare.message
    named = error(
        tmp_path, "Deal        Stage      Amount", "Kiln        Won       1200.50", "Big kiln    Lost        20.00"
    )
    assert named.code == "fixed_width"
    assert "no header" not in named.message


def test_a_list_of_names_is_no_table_of_fixed_width(tmp_path: Path) -> None:
    assert error(tmp_path, "Name", "Ann Oak", "Bo Elm", "Cy van der Ash").code == "kind_unknown"


def test_a_line_of_one_cell_is_no_record_that_ends_early(tmp_path: Path) -> None:
    rows = ["3,Sand,Ann,Open,5,2026-01-02", "4,Lime,Ann,Open,5,2026-01-02", "7;Sand;Ann;Won;5", "end of it"]
    dataset = read(tmp_path, DEALS, deal(1), deal(2, "Lost"), *rows)
    assert dataset.frames["deals"]["id"].to_list() == ["1", "2", "3", "4"]
    assert dataset.rejects["row"].to_list() == [6, 7]


@pytest.mark.parametrize("title", ["Ann (2 records)", "Owner: Ann (12 Datensätze)", "Анна (3 записи)"])
def test_the_title_of_a_group_with_its_sum_is_no_record(tmp_path: Path, title: str) -> None:
    dataset = read(tmp_path, DEALS, f"{title},,,,300,,", deal(1), deal(2, "Lost"))
    assert dataset.frames["deals"].height == 2
    assert rows_of(dataset, "rows_ignored") == [2]


# --- rows that say the header again, and rows of errors --------------------------------------------------------------


@pytest.mark.parametrize(
    "again",
    [
        DEALS,
        "Deal ID,Name,Owner,Stage,Value,Created,Closed",
        "Deal,Name,Owner,Stage,Amount,Created,Closed",
    ],
)
def test_a_header_said_again_is_no_record_though_a_column_was_renamed(tmp_path: Path, again: str) -> None:
    dataset = read(tmp_path, DEALS, deal(1), again, deal(2, "Lost"))
    assert dataset.frames["deals"]["id"].to_list() == ["1", "2"]
    assert rows_of(dataset, "rows_ignored") == [3]


@pytest.mark.parametrize("code", ["#REF!", "#N/A", "#VALUE!", "#BEZUG!", "#NV", "#¡REF!", "#ССЫЛКА!", "#N/D"])
def test_rows_of_spreadsheet_errors_are_no_records(tmp_path: Path, code: str) -> None:
    dataset = read(tmp_path, DEALS, deal(1), ",".join([code] * 7), f"{code},,,{code},,,", deal(2, "Lost"))
    assert dataset.frames["deals"]["id"].to_list() == ["1", "2"]
    assert rows_of(dataset, "rows_ignored") == [3, 4]
    leads = read(tmp_path, "Lead ID,Company,Lead Status,Created", "7,Oak,New,2026-01-05", ",".join([code] * 4))
    assert leads.frames["leads"].height == 1


def test_the_search_for_errors_is_linear() -> None:
    began = time.process_time()
    assert not _ERROR.search(b"#" * 300_000 + b"#A" * 300_000 + b"A" * 300_000)
    assert time.process_time() - began < 2
