"""Columns by the name that the export gives them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.library import load, report_on

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.ingest.dataset import Dataset

LINES = [
    "Deal ID,Stage,Close_Value,Close Date,Potential Owner,Site",
    "1,Won,5,2025-01-13,Ann,North",
    "2,Won,15,2025-01-14,Bob,North",
    "3,Won,25,2025-01-15,Bob,South",
    "4,Lost,20,2025-02-13,Bob,South",
]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    path = tmp_path / "deals.csv"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return load(str(path), map={"owner": "Potential Owner"})


@pytest.mark.parametrize("name", ["owner", "Owner", "Potential Owner", "potential  OWNER"])
def test_groups_by_header_or_by_field(dataset: Dataset, name: str) -> None:
    made = report_on(dataset, kpis=["revenue"], by=[name])
    assert made.group_by == ["owner"]
    assert {m.group.get("owner"): m.value for m in made.metrics} == {None: 45, "Ann": 5, "Bob": 40}


def test_a_column_that_no_field_claims_goes_by_its_header_whatever_its_case(dataset: Dataset) -> None:
    assert report_on(dataset, kpis=["revenue"], by=["site"]).group_by == ["Site"]


@pytest.mark.parametrize(
    "condition",
    ["amount > 10 AND owner = 'Bob'", "close_value > 10", "Close_Value > 10 AND \"Potential Owner\" = 'Bob'"],
)
def test_conditions_on_headers_or_on_fields(dataset: Dataset, condition: str) -> None:
    made = report_on(dataset, kpis=["revenue"], where=condition)
    assert [m.value for m in made.metrics] == [Decimal(40)]


def test_an_error_offers_columns_that_the_user_knows(dataset: Dataset) -> None:
    for asked in ({"by": ["ownr"]}, {"where": "ownr = 'Bob'"}):
        with pytest.raises(SalesmetricsError) as caught:
            report_on(dataset, **asked)
        offered = caught.value.hint.partition("columns: ")[2].split(", ")
        assert set(offered) == {"Site", "amount", "closed", "expected_close", "id", "outcome", "owner", "stage"}
        assert "`owner`" in caught.value.hint or "--by owner" in caught.value.hint
