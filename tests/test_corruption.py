"""A good export, damaged in one way at a random place: the totals stay what they are, or what happened is said."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl
import pytest

from damage import WAYS
from damage_names import NAMES, UNKNOWABLE
from effort import in_turn
from good_export import EXPORTS, good_export
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import Dataset, load
from salesmetrics.schema.provenance import RowCounts

if TYPE_CHECKING:
    from damage import Damaged

ROWS = 150
FILE_LEVEL = frozenset(
    {
        *("header_empty", "header_twice", "header_misspelt", "encoding_uncertain", "encoding_damaged"),
        *("date_formats_mixed", "currencies_mixed"),
    }
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
    """What a damage must not change: deals by outcome, money by outcome and currency, and by quarter of the close.

    A total that is not computed is None: the report leaves it out and says why.
    """
    frame = dataset.frames["deals"]
    withheld = {each.fact for each in dataset.withheld if each.kind == "deals"}
    counted = not withheld & {"outcome", "won", "lost"}
    priced = counted and "amount" in frame.columns and "amount" not in withheld
    dated = priced and "closed" in frame.columns and not withheld & {"closed", "ended_on"}
    currency = ["currency"] if "currency" in frame.columns else []
    money = pl.col("amount").sum() if priced else pl.lit(None)
    result: dict[str, object] = dict.fromkeys(("outcomes", "money", "by quarter"))
    if counted:
        result["outcomes"] = sorted(frame.group_by("outcome").len().iter_rows())
    if priced:
        result["money"] = sorted(frame.group_by("outcome", *currency).agg(money).iter_rows(), key=str)
    if dated:
        won = frame.filter(pl.col("outcome") == "won").group_by(pl.col("closed").dt.truncate("1q")).agg(money)
        result["by quarter"] = sorted(won.iter_rows(), key=str)
    return result


@cache
def good_totals(name: str) -> dict[str, object]:
    with TemporaryDirectory() as folder:
        return totals(written(Path(folder) / "deals.csv", good_export(name, ROWS).data()))


def written(path: Path, data: bytes) -> Dataset:
    path.write_bytes(data)
    return load([str(path)])


def told(dataset: Dataset, damaged: Damaged) -> set[str]:
    """What is said of the damage: codes of the findings at its place, and why rows are rejected there."""
    near = None if damaged.row is None else {damaged.row - 1, damaged.row, damaged.row + 1}
    codes = {f.code for f in dataset.findings if near is None or near & set(f.rows) or f.code in FILE_LEVEL}
    reasons = {
        reason for row, reason in dataset.rejects.select("row", "reason").iter_rows() if near is None or row in near
    }
    return codes | reasons | ({"rejected"} if reasons else set())


def names(said: set[str], way: str) -> bool:
    """Whether something that was said names this kind of damage."""
    return any(name in each for each in said for name in NAMES.get(way, ()))


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
    assert dataset.inputs[0].rows == RowCounts(ROWS, ROWS, 0, 0)


def test_all_exports_hold_the_same_deals(tmp_path: Path) -> None:
    all_totals = [totals(written(tmp_path / "deals.csv", good_export(name, ROWS).data())) for name in EXPORTS]
    amounts = [[(outcome, amount) for outcome, *_, amount in each["money"]] for each in all_totals]  # type: ignore[attr-defined]
    for total, money in zip(all_totals, amounts, strict=True):
        assert money == amounts[0]
        assert {name: total[name] for name in ("outcomes", "by quarter")} == {
            name: all_totals[0][name] for name in ("outcomes", "by quarter")
        }


def check(path: Path, way: str, name: str, row: int, place: int) -> None:
    """Damage an export: its totals stay, or what is said names the damage, or no reader could know."""
    export = good_export(name, ROWS)
    damaged = WAYS[way](export, row, place)
    if damaged is None or damaged.data == export.data():
        return
    try:
        dataset = written(path, damaged.data)
    except SalesmetricsError as error:
        if not may_refuse(error, damaged):
            raise
        return
    (counted,) = (file.rows for file in dataset.files)
    assert counted.read == counted.used + counted.rejected + counted.ignored
    differing = changed(good_totals(name), totals(dataset))
    if differing and not set(differing) <= set(UNKNOWABLE.get(way, ("", ()))[1]):
        said = told(dataset, damaged)
        assert names(said, way), (name, damaged.row, differing, sorted(said))


@pytest.mark.parametrize(("turn", "way"), list(enumerate(WAYS)), ids=list(WAYS))
def test_no_damage_is_silent(tmp_path: Path, turn: int, way: str) -> None:
    """Each way of damage in half of the exports by turns, in all of them with ``make test-full``."""
    for name in in_turn(list(EXPORTS), turn):
        draw = random.Random(f"{way} {name}")
        check(tmp_path / "deals.csv", way, name, draw.randrange(ROWS), draw.randrange(10_000))


@pytest.mark.parametrize(
    ("way", "name", "row", "place"),
    [
        ("nul_byte", "hubspot", 132, 1129),
        ("foreign_byte", "hubspot", 120, 295),
        ("byte_order_mark_inside", "hubspot", 59, 3215),
        ("closed_flag_turned", "hubspot", 123, 0),
    ],
)
def test_places_where_it_was_silent(tmp_path: Path, way: str, name: str, row: int, place: int) -> None:
    check(tmp_path / "deals.csv", way, name, row, place)


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
    assert len(WAYS) >= 90
    assert len(EXPORTS) >= 6
    assert NAMES.keys() | UNKNOWABLE.keys() <= WAYS.keys()
    for way, damage in WAYS.items():
        assert any(damage(good_export(name, ROWS), 3, 1) is not None for name in EXPORTS), way
