"""A good export, damaged in one way at a random place: the totals stay what they are, or what happened is said."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damage import WAYS
from good_export import EXPORTS, good_export
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import Dataset, load

if TYPE_CHECKING:
    from damage import Damaged

ROWS = 150
FILE_LEVEL = frozenset(
    {"header_empty", "header_twice", "header_misspelt", "encoding_uncertain", "encoding_damaged", "date_formats_mixed"}
)
"""Findings about a file as a whole, whatever rows they list."""

NAMED = [
    ("plain", "nul_byte", "nul_in_cell"),
    ("dollars", "byte_order_mark_inside", "bom_in_cell"),
    ("hubspot", "quote_stray", "quotes_odd"),
    ("german", "title_between", "rejected"),
    ("german", "stage_in_another_case", "spelling_variants"),
    ("plain", "id_in_scientific_notation", "ids_in_scientific_notation"),
    ("hubspot", "closed_flag_turned", "flags_contradict"),
    ("hubspot", "stage_of_another_outcome", "outcome_contradicts"),
    ("plain", "header_blank", "header_empty"),
    ("plain", "header_misspelt", "header_misspelt"),
    ("german", "foreign_byte", "encoding_damaged"),
    ("hubspot", "foreign_byte", "rejected"),
    ("hubspot", "date_in_another_order", "date_formats_mixed"),
]
"""Damages that leave the totals as they are, and the finding that names them all the same."""


def totals(dataset: Dataset) -> dict[str, object]:
    """What a damage must not change: deals by outcome, money by outcome and by quarter of the close.

    A total that cannot be computed is None: the report leaves it out and says why.
    """
    frame = dataset.frames["deals"]
    result: dict[str, object] = {"outcomes": sorted(frame.group_by("outcome").len().iter_rows())}
    money = [pl.col("amount").sum()] if "amount" in frame.columns else []
    result["money"] = sorted(frame.group_by("outcome").agg(*money).iter_rows()) if money else None
    if money and "closed" in frame.columns:
        won = frame.filter(pl.col("outcome") == "won").group_by(pl.col("closed").dt.truncate("1q")).agg(*money)
        result["by quarter"] = sorted(won.iter_rows(), key=str)
    else:
        result["by quarter"] = None
    return result


@cache
def good_totals(name: str) -> dict[str, object]:
    with TemporaryDirectory() as folder:
        return totals(written(Path(folder) / "deals.csv", good_export(name, ROWS).data()))


def written(path: Path, data: bytes) -> Dataset:
    path.write_bytes(data)
    return load([str(path)])


def told(dataset: Dataset, damaged: Damaged) -> set[str]:
    """The codes of what names the damage: findings and rejected rows at its place."""
    near = set() if damaged.row is None else {damaged.row - 1, damaged.row, damaged.row + 1}
    codes = {f.code for f in dataset.findings if near & set(f.rows) or f.code in FILE_LEVEL or damaged.row is None}
    return codes | ({"rejected"} if near & set(dataset.rejects["row"].to_list()) else set())


def may_refuse(error: SalesmetricsError, damaged: Damaged) -> bool:
    """A whole file is refused where its header is damaged, where no whole row is left, or where one row makes a whole
    column undecidable.
    """
    if damaged.row is None:
        return True
    if error.code == "too_many_rejected":
        return "1 of 1 rejected" in error.message
    return error.code == "date_order_mixed" and f"(row {damaged.row})" in error.message


def changed(before: dict[str, object], after: dict[str, object]) -> list[str]:
    return [name for name, value in after.items() if value is not None and value != before[name]]


@pytest.mark.parametrize("name", EXPORTS)
def test_a_good_export_is_left_in_peace(tmp_path: Path, name: str) -> None:
    dataset = written(tmp_path / "deals.csv", good_export(name, ROWS).data())
    assert dataset.findings == ()
    assert all(value is not None for value in totals(dataset).values())
    assert dataset.inputs[0].rows.model_dump() == {"read": ROWS, "used": ROWS, "rejected": 0, "ignored": 0}


def test_all_exports_hold_the_same_deals(tmp_path: Path) -> None:
    all_totals = [totals(written(tmp_path / "deals.csv", good_export(name, ROWS).data())) for name in EXPORTS]
    assert all(each == all_totals[0] for each in all_totals)


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(name=st.sampled_from(sorted(EXPORTS)), row=st.integers(0, ROWS - 1), place=st.integers(0, 10_000))
def test_no_damage_is_silent(tmp_path: Path, way: str, name: str, row: int, place: int) -> None:
    export = good_export(name, ROWS)
    damaged = WAYS[way](export, row, place)
    if damaged is None or damaged.data == export.data():
        return
    try:
        dataset = written(tmp_path / "deals.csv", damaged.data)
    except SalesmetricsError as error:
        if not may_refuse(error, damaged):
            raise
        return
    (counted,) = (file.rows for file in dataset.files)
    assert counted.read == counted.used + counted.rejected + counted.ignored
    differing = changed(good_totals(name), totals(dataset))
    assert not differing or told(dataset, damaged), (differing, [f.message for f in dataset.findings])


@pytest.mark.parametrize(("name", "way", "code"), NAMED)
def test_what_changes_no_total_is_said_too(tmp_path: Path, name: str, way: str, code: str) -> None:
    export = good_export(name, ROWS)
    places = [(row, place) for row in (3, 4, 5) for place in (0, 1)]
    for damaged in (WAYS[way](export, row, place) for row, place in places):
        assert damaged is not None
        dataset = written(tmp_path / "deals.csv", damaged.data)
        if code in told(dataset, damaged):
            return
    pytest.fail("never said")


def test_there_are_many_ways() -> None:
    assert len(WAYS) >= 70
    for way, damage in WAYS.items():
        assert any(damage(good_export(name, ROWS), 3, 1) is not None for name in EXPORTS), way
