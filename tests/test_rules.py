"""The compiled rules give Pydantic's own verdict, on every field of every kind."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from effort import tries
from salesmetrics.ingest.canonical.rules import invalid_rows
from salesmetrics.ingest.table.table import ROW
from salesmetrics.messages import text
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import KINDS, Kind, column_types
from salesmetrics.schema.models import model_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

DECIMAL = pl.Decimal(38, 8)
DTYPES: dict[ColumnType, pl.DataType] = {
    ColumnType.ID: pl.String(),
    ColumnType.TEXT: pl.String(),
    ColumnType.PERIOD: pl.String(),
    ColumnType.MONEY: DECIMAL,
    ColumnType.QUANTITY: DECIMAL,
    ColumnType.SHARE: DECIMAL,
    ColumnType.COUNT: pl.Int64(),
    ColumnType.SCORE: pl.Int64(),
    ColumnType.DAY: pl.Date(),
    ColumnType.INSTANT: pl.Datetime("us"),
    ColumnType.FLAG: pl.Boolean(),
    ColumnType.DURATION: pl.Duration("us"),
}

SPACES = " \t\n\r\x0b\x0c\x1c\x1f\x85\u00a0\u1680\u2003\u2028\u202f\u205f\u3000\u200b\ufeff"
texts = st.one_of(
    st.text(max_size=6), st.text(alphabet=SPACES, max_size=3), st.text(alphabet=SPACES + "aя中", max_size=3)
)
edges = [
    Decimal(10) ** 22,
    -(Decimal(10) ** 22),
    Decimal(10) ** 22 - Decimal("1e-8"),
    Decimal(0),
    Decimal(1),
    Decimal("1.00000001"),
]
decimals = st.one_of(
    st.sampled_from(edges),
    st.integers(-(10**37), 10**37).map(lambda n: Decimal(n).scaleb(-8)),
    st.integers(-3 * 10**8, 3 * 10**8).map(lambda n: Decimal(n).scaleb(-8)),
)
days = st.one_of(
    st.dates(),
    st.sampled_from([date(1969, 12, 31), date(1970, 1, 1), date(2199, 12, 31), date(2200, 1, 1)]),
)
instants = st.one_of(
    st.datetimes(),
    st.sampled_from([datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(1970, 1, 1), datetime(2199, 12, 31, 23, 59, 59, 999999), datetime(2200, 1, 1)]),
)  # fmt: skip
VALUES: dict[ColumnType, SearchStrategy[Any]] = {
    ColumnType.ID: texts,
    ColumnType.TEXT: texts,
    ColumnType.PERIOD: texts,
    ColumnType.MONEY: decimals,
    ColumnType.QUANTITY: decimals,
    ColumnType.SHARE: decimals,
    ColumnType.COUNT: st.integers(-(2**63), 2**63 - 1),
    ColumnType.SCORE: st.integers(-(2**63), 2**63 - 1),
    ColumnType.DAY: days,
    ColumnType.INSTANT: instants,
    ColumnType.FLAG: st.booleans(),
    ColumnType.DURATION: st.timedeltas(timedelta(days=-10_000), timedelta(days=10_000)),
}


def accepted(kind: Kind, field: str, value: object) -> bool:
    try:
        model_of(kind).model_validate({field: value})
    except ValidationError as error:
        return all(item["loc"] != (field,) for item in error.errors())
    return True


@pytest.mark.parametrize("kind", list(KINDS))
@settings(max_examples=tries(25), deadline=None)
@given(data=st.data())
def test_every_field_of_every_kind_is_judged_as_pydantic_judges_it(kind: Kind, data: st.DataObject) -> None:
    types = column_types(kind)
    columns = {
        name: data.draw(st.lists(st.none() | VALUES[type_], min_size=4, max_size=4)) for name, type_ in types.items()
    }
    frame = pl.DataFrame(
        {ROW: range(2, 6), **columns}, schema={ROW: pl.UInt32(), **{name: DTYPES[t] for name, t in types.items()}}
    )
    refused = [(row + 2, name) for row in range(4) for name in types if not accepted(kind, name, columns[name][row])]
    invalid, rejected = invalid_rows(frame, kind, {}, {})
    assert [(cell.row, cell.column) for cell in rejected] == refused
    assert frame[ROW].filter(invalid).to_list() == sorted({row for row, _ in refused})


def test_a_rejection_names_row_header_cell_and_reason() -> None:
    frame = pl.DataFrame(
        {ROW: [2, 3, 4], "probability": [Decimal("0.5"), Decimal(10), None], "created": [date(1900, 1, 1), date(2024, 1, 1), None]},
        schema={ROW: pl.UInt32(), "probability": DECIMAL, "created": pl.Date()},
    )  # fmt: skip
    raw = {"probability": pl.Series(["50", "1000", ""]), "created": pl.Series(["1/1/1900", "1/1/2024", ""])}
    invalid, rejected = invalid_rows(frame, "deals", raw, {"probability": "Probability (%)", "created": "Created Date"})
    assert invalid.to_list() == [True, True, False]
    assert [(cell.row, cell.column, cell.value, text(cell.reason)) for cell in rejected] == [
        (2, "Created Date", "1/1/1900", "before 1970-01-01"),
        (3, "Probability (%)", "1000", "more than 1"),
    ]


def test_a_column_that_the_model_does_not_know_is_left_alone() -> None:
    frame = pl.DataFrame({ROW: [2], "Next Step": [""]}, schema={ROW: pl.UInt32(), "Next Step": pl.String()})
    invalid, rejected = invalid_rows(frame, "deals", {}, {})
    assert (invalid.to_list(), rejected) == ([False], [])
