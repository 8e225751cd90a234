"""Two exports of one list: what stands in both counts once, and where they differ the newest is named."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import Dataset, ReadOptions, load

if TYPE_CHECKING:
    from pathlib import Path

DEALS = "Deal ID,Name,Stage,Amount,Created,Closed"
LISTS = {
    "deals": (DEALS, "{n},Kiln {n},Won,10{n},2026-01-0{n},2026-02-0{n}", ",Won,", ",Open,"),
    "deals in German": (
        "Deal-ID;Verkaufschance;Phase;Betrag;Erstellt am;Abschlussdatum",
        "A{n};Ofen {n};Gewonnen;10{n},50;0{n}.01.2026;1{n}.02.2026",
        ";Gewonnen;",
        ";Offen;",
    ),
    "leads": ("Lead ID,Company,Lead Status,Created", "{n},Oak {n},New,2026-01-0{n}", ",New,", ",Working,"),
    "activities": ("Activity ID,Type,Subject,Date", "{n},Call,Hello {n},2026-01-0{n}", ",Call,", ",Email,"),
    "customers": ("Account ID,Account Name,Industry,Region", "{n},Oak {n},Wood,North", ",North", ",South"),
    "invoices": (
        "Invoice Number,Customer,Invoice Date,Due Date,Total",
        "INV-{n},Oak,2026-01-0{n},2026-02-0{n},10{n}",
        ",10",
        ",20",
    ),
    "reps": ("User ID,Name,Email,Team", "{n},Rep {n},rep{n}@example.com,East", ",East", ",West"),
    "products": ("Product ID,SKU,Product Name,List Price", "{n},S-{n},Kiln {n},10{n}", ",10", ",20"),
}


def written(folder: Path, name: str, header: str, *rows: str) -> str:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return str(path)


def codes(dataset: Dataset) -> dict[str, int]:
    return {found.code: found.count for found in dataset.findings}


@pytest.mark.parametrize("name", LISTS)
def test_equal_records_of_two_files_count_once(tmp_path: Path, name: str) -> None:
    header, row, _, _ = LISTS[name]
    written(tmp_path, "a.csv", header, *(row.format(n=n) for n in (1, 2, 3)))
    written(tmp_path, "b.csv", header, *(row.format(n=n) for n in (2, 3, 4)))
    dataset = load([str(tmp_path)])
    (frame,) = dataset.frames.values()
    assert frame.height == 4
    assert codes(dataset)["rows_in_newer_file"] == 2
    assert [file.rows.used + file.rows.ignored for file in dataset.files] == [3, 3]


@pytest.mark.parametrize("name", LISTS)
def test_records_that_differ_are_refused_and_the_command_of_the_hint_works(tmp_path: Path, name: str) -> None:
    header, row, old, new = LISTS[name]
    written(tmp_path, "a.csv", header, *(row.format(n=n) for n in range(1, 9)))
    changed = written(
        tmp_path, "b.csv", header, *(row.format(n=n) for n in range(1, 8)), row.format(n=8).replace(old, new)
    )
    with pytest.raises(SalesmetricsError) as caught:
        load([str(tmp_path)])
    assert caught.value.code == "lists_overlap"
    assert "8 ids are in both, and 1 of these records differ" in caught.value.message
    commands = [shlex.split(part) for part in caught.value.hint.split("`")[1:4:2] if part.startswith("salesmetrics")]
    told = "no date shows" not in caught.value.message
    assert any(command[2].endswith(changed) for command in (commands[:1] if told else commands))
    for command in commands[: 1 if told else 2]:
        assert command[:2] == ["salesmetrics", "report"]
        assert load(command[2:]).files[0].rows.used == 8


def test_the_newest_is_the_one_with_the_latest_event_and_the_other_files_stay(tmp_path: Path) -> None:
    new = written(tmp_path, "a new.csv", DEALS, "1,Kiln,Won,100,2026-01-02,2026-03-05", "2,Sand,Open,5,2026-01-03,")
    written(tmp_path, "b old.csv", DEALS, "1,Kiln,Open,100,2026-01-02,", "2,Sand,Open,5,2026-01-03,")
    apart = written(tmp_path, "c other list.csv", DEALS, "7,Lime,Won,70,2026-01-02,2026-02-05")
    calls = written(tmp_path, "d calls.csv", "Activity ID,Type,Subject,Date", "1,Call,Hello,2026-01-02")
    with pytest.raises(SalesmetricsError) as caught:
        load([str(tmp_path)])
    assert "with its last event on 2026-03-05" in caught.value.message
    assert "stage `Open` in the older, `Won` in the newer" in caught.value.message
    command = shlex.split(caught.value.hint.split("`")[1])
    assert command[2:] == [f"deals={new}", apart, calls]
    assert codes(load(command[2:])).keys().isdisjoint({"rows_in_newer_file"})


def test_files_that_number_their_own_records_have_a_way_through(tmp_path: Path) -> None:
    north = written(
        tmp_path, "north.csv", DEALS, "1,Kiln,Won,100,2026-01-02,2026-02-02", "2,Sand,Lost,5,2026-01-03,2026-02-03"
    )
    south = written(
        tmp_path, "south.csv", DEALS, "1,Lime,Won,70,2026-01-05,2026-02-12", "2,Clay,Won,8,2026-01-06,2026-02-13"
    )
    with pytest.raises(SalesmetricsError) as caught:
        load([north, south])
    typed = shlex.split(caught.value.hint.rsplit("salesmetrics report ", 1)[1].strip("`"))
    assert typed[-2:] == ["--map", "id="]
    assert load(typed[:-2], ReadOptions(mapping={"id": ""})).frames["deals"].height == 4


WITHOUT_IDS = "Name,Owner,Stage,Amount,Created,Closed"


def rows_without_ids(*numbers: int) -> list[str]:
    return [f"Kiln {n},Ann,Won,{100 + n},2026-01-0{n},2026-02-0{n}" for n in numbers]


def test_without_ids_most_rows_in_both_files_and_others_changed_is_refused(tmp_path: Path) -> None:
    old = [*rows_without_ids(1, 2, 3, 4), "Sand,Bo,Open,5,2026-01-03,"]
    written(tmp_path, "a.csv", WITHOUT_IDS, *old)
    written(tmp_path, "b.csv", WITHOUT_IDS, *rows_without_ids(1, 2, 3, 4), "Sand,Bo,Won,5,2026-01-03,2026-03-03")
    with pytest.raises(SalesmetricsError) as caught:
        load([str(tmp_path)])
    assert "4 rows are identical, and the others differ" in caught.value.message


def test_without_ids_rows_of_both_files_count_once_and_twins_within_a_file_stay(tmp_path: Path) -> None:
    first = written(tmp_path, "a.csv", WITHOUT_IDS, *rows_without_ids(1, 2, 3), rows_without_ids(3)[0])
    second = written(tmp_path, "b.csv", WITHOUT_IDS, *rows_without_ids(3, 4, 5, 6))
    dataset = load([first, second])
    assert sorted(dataset.frames["deals"]["name"].to_list()) == [f"Kiln {n}" for n in (1, 2, 3, 3, 4, 5, 6)]


def test_two_quotas_of_three_columns_may_be_equal(tmp_path: Path) -> None:
    first = written(tmp_path, "a.csv", "Rep,Period,Quota", "Ann,2026-Q1,100", "Bo,2026-Q1,90", "Cy,2026-Q1,80")
    second = written(tmp_path, "b.csv", "Rep,Period,Quota", "Ann,2026-Q1,100", "Di,2026-Q1,90", "Ed,2026-Q1,80")
    assert load([first, second]).frames["quotas"].height == 6
