"""Totals that no word gives away."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.ingest.read import Dataset, load

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "Name;Besitzer;Phase;Konto;Betrag;Erstellt am;Abschlussdatum;Quelle"
ROWS = [
    "A;Ann;Gewonnen;X;1.000,50;01.02.2025;13.02.2025;Web",
    "B;Bob;Verhandlung;Y;2.000,00;02.02.2025;15.03.2025;Web",
    "C;Bob;Verloren;Z;3.000,25;03.02.2025;14.02.2025;Web",
]


def read(folder: Path, *rows: str) -> Dataset:
    path = folder / "deals.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return load([str(path)])


def counts(dataset: Dataset) -> tuple[int, int, int, int, dict[str, int]]:
    file = dataset.files[0]
    return file.rows.read, file.rows.used, file.rows.rejected, file.rows.ignored, file.ignored


def test_the_sum_of_a_column_is_no_deal(tmp_path: Path) -> None:
    dataset = read(tmp_path, *ROWS, ";;;;6.000,75;;;")
    assert counts(dataset) == (4, 3, 0, 1, {"total": 1})
    assert dataset.frames["deals"]["amount"].sum() == Decimal("6000.75")
    assert "row_of_numbers" not in {said.code for said in dataset.findings}


def test_subtotals_and_the_total_of_all(tmp_path: Path) -> None:
    rows = [*ROWS[:2], ";;;;3.000,50;;;", ROWS[2], ROWS[2].replace("C;", "D;"), ";;;;6.000,50;;;", ";;;;9.001,00;;;"]
    assert counts(read(tmp_path, *rows)) == (7, 4, 0, 3, {"total": 3})


@pytest.mark.parametrize("row", [";;;;6.000,76;;;", ";;;;2.000,00;;;"])
def test_a_row_of_an_amount_alone_is_no_deal_though_no_sum_and_an_error(tmp_path: Path, row: str) -> None:
    dataset = read(tmp_path, *ROWS, row)
    assert counts(dataset)[:4] == (4, 3, 0, 1)
    (said,) = [said for said in dataset.findings if said.code == "row_of_numbers"]
    assert (said.severity, said.rows) == ("error", (5,))


@pytest.mark.parametrize("place", range(8))
def test_a_row_that_says_more_than_numbers_is_a_record(tmp_path: Path, place: int) -> None:
    cells = ["", "", "", "", "6.000,75", "", "", ""]
    cells[place] = {4: cells[4], 5: "05.02.2025", 6: "05.03.2025"}.get(place, "Text")
    # Of the column Konto nobody knows what it says: a row of it and an amount continues the record above.
    expected = 3 if place in (3, 4) else 4
    assert counts(read(tmp_path, *ROWS, ";".join(cells)))[1] == expected


@given(cents=st.lists(st.integers(1, 10**9), min_size=2, max_size=20), off=st.integers(-3, 3))
def test_only_the_exact_sum_is_a_total_without_a_word(
    tmp_path_factory: pytest.TempPathFactory, cents: list[int], off: int
) -> None:
    rows = [f"N{i};Ann;Verhandlung;X;{_german(c)};01.02.2025;13.02.2025;Web" for i, c in enumerate(cents)]
    said = sum(cents) + off
    dataset = read(tmp_path_factory.mktemp("sum"), *rows, f";;;;{_german(said)};;;")
    assert counts(dataset)[1] == len(cents)
    assert ("row_of_numbers" in {found.code for found in dataset.findings}) == (off != 0)


def _german(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"
