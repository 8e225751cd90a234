"""A column that is read in parts, by evidence that adds up, is read as the whole: the same reading, values and faults."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse import Parsed, ParseOptions, numbers, parse_column
from salesmetrics.ingest.parse.column import parse_parts, parser_of
from salesmetrics.ingest.parse.evidence import Evidence, Part, merge, merge_samples, sample_of
from salesmetrics.ingest.parse.text import id_evidence, without_decimals
from salesmetrics.schema.fields import ColumnType

if TYPE_CHECKING:
    from collections.abc import Sequence

CELLS: dict[ColumnType, list[str]] = {
    ColumnType.MONEY: [
        "1,556", "1.556", "20.100", "2.330", "732", "22700", "12.50", "12.5", "900,50", "0.125", "1.23456789012", "1e-9", "1E+04",
        "1'556", "$ 3,100.00", "€ 1.234,50", "12k", "$12k", "x", "n/a", "(5.00)", "\u200f15", "1\u200b5",
    ],
    ColumnType.QUANTITY: ["1,556", "1.556", "20.100", "2.330", "732", "12.5", "900,50", "0.125", "1.23456789012", "3.2e2", "x", "?"],
    ColumnType.COUNT: ["1,556", "1.230", "732", "12.0", "12.5", "1.000", "99999999999999999999", "x", "-"],
    ColumnType.SCORE: ["7", "9.0", "8,5", "x", "10"],
    ColumnType.SHARE: ["0.5", "50", "50 %", "%65", "90% – Commit", "1", "0", "0,25", "1.250", "1,250", "x", "never", "1\u200b5 %", "120"],
    ColumnType.DAY: [
        "2026-01-31", "2026-02-03", "2024-02-29 10:00", "03/04/2026", "25/06/2026", "06/25/2026", "05.03.2026", "5.3.26", "24-03-05", "3-Jan",
        "25/02/2569", "29/02/2567", "1447-05-12", "45123", "45124", "90000", "0", "1700000000", "x", "5 Mar 24", "9999-12-31", "2210-01-01",
        "05-03-26", "11/12/25", "07/07/2026", "31/02/2026",
    ],
    ColumnType.INSTANT: [
        "2026-01-31 10:00", "2026-01-31T10:00:00Z", "2026-02-01T10:00:00+02:00", "2026-02-01T10:00:00+03:00", "03/04/2026 10:00",
        "25/06/2026 09:00", "06/25/2026 08:00", "05.03.2026 07:30", "1700000000", "2026-01-31", "x", "24-03-05 10:00", "45123.5",
    ],
    ColumnType.FLAG: ["yes", "No", "Да", "maybe", "1", "TRUE", " x ", "never"],
    ColumnType.DURATION: ["0:05:31", "2:30", "90", "1,556 s", "1.5 h", "1h 20m", "PT1H30M", "1.250", "1,250", "0,5", "x", "15\u200e min", "1\u200b5"],
    ColumnType.TEXT: ["Acme", " Acme ", "N/A", "'-5"],
    ColumnType.ID: ["0012", "12.0", "A-7", " 7"],
}  # fmt: skip
OPTIONS = [
    ParseOptions(),
    ParseOptions(undecided="reject"),
    ParseOptions(decimal="comma", date_order="mdy"),
    ParseOptions(date_order="ymd", timezone="Europe/Berlin"),
    ParseOptions(undecided="reject", decimal_beside="point", date_order_beside="dmy"),
]


@st.composite
def columns(draw: st.DrawFn) -> tuple[ColumnType, list[str | None]]:
    type_ = draw(st.sampled_from(list(CELLS)))
    few = draw(st.lists(st.sampled_from([*CELLS[type_], "", None]), min_size=1, max_size=5))
    return type_, draw(st.lists(st.sampled_from(few), max_size=16))


def outcome(parsed: Sequence[Parsed], order: Sequence[int]) -> object:
    """What parts were read as, in order of the column."""
    length = [len(part.values) for part in parsed]

    def joined(series: list[pl.Series | None], dtype: pl.DataType) -> list[object]:
        filled = [pl.Series([None], dtype=dtype).new_from_index(0, n) if s is None else s for s, n in zip(series, length, strict=True)]  # fmt: skip
        return [cell for at in sorted(range(len(filled)), key=order.__getitem__) for cell in filled[at].to_list()]

    codes = sorted({code for part in parsed for code in part.notes})
    return (
        joined([part.values for part in parsed], parsed[0].values.dtype),
        joined([part.bad for part in parsed], pl.Boolean()),
        joined([part.why for part in parsed], pl.String()),
        joined([part.currency for part in parsed], pl.String()),
        joined([part.utc for part in parsed], pl.Datetime("us")),
        {
            code: [bool(cell) for cell in joined([part.notes.get(code) for part in parsed], pl.Boolean())]
            for code in codes
        },
        {part.how for part in parsed},
    )


@settings(max_examples=tries(300), deadline=None)
@given(column=columns(), options=st.sampled_from(OPTIONS), cuts=st.lists(st.integers(0, 16), max_size=3), turn=st.randoms(use_true_random=False), long=st.sampled_from([2, 10**9]))  # fmt: skip
def test_parts_are_read_as_the_whole(column, options, cuts, turn, long) -> None:
    type_, cells = column
    text = pl.Series("Column", cells, dtype=pl.String)
    rows = pl.Series(range(2, 2 + len(cells)), dtype=pl.UInt32)
    edges = [0, *sorted(min(cut, len(cells)) for cut in cuts), len(cells)]
    order = list(range(len(edges) - 1))
    turn.shuffle(order)
    parts = [Part(text[edges[at] : edges[at + 1]], rows[edges[at] : edges[at + 1]]) for at in order]

    def whole() -> object:
        return outcome([parse_column(text, type_, options, header="Column (min)", path="x.csv", rows=rows)], [0])

    def cut() -> object:
        return outcome(parse_parts(parts, type_, options, header="Column (min)", path="x.csv"), order)

    with patch.object(numbers, "LONG", long), patch.object(numbers, "SAMPLE", 3):
        expected, found = (_or_error(read) for read in (whole, cut))
    assert found == expected


def _or_error(read) -> object:
    try:
        return read()
    except SalesmetricsError as error:
        return error.code, dict(error.details)


@settings(max_examples=tries(100), deadline=None)
@given(column=columns(), options=st.sampled_from(OPTIONS), cuts=st.tuples(st.integers(0, 16), st.integers(0, 16)))
def test_evidence_merges_in_any_order(column, options, cuts) -> None:
    type_, cells = column
    if type_ in (ColumnType.TEXT, ColumnType.ID):
        return
    text, rows = pl.Series(cells, dtype=pl.String), pl.Series(range(len(cells)), dtype=pl.UInt32)
    first, second = sorted(cuts)
    parts = [Part(text[a:b], rows[a:b]) for a, b in ((0, first), (first, second), (second, len(cells)))]
    sample = merge_samples(map(sample_of, parts))
    parser = parser_of(type_, options, "Column", "x.csv")
    a, b, c = (parser.evidence(parser.look(part, sample)) for part in parts)
    assert _plain(merge(merge(a, b), c)) == _plain(merge(a, merge(b, c))) == _plain(reduce(merge, (c, a, b)))
    assert _plain(merge(Evidence(), a)) == _plain(merge(a, Evidence())) == _plain(a)
    assert merge_samples([sample_of(part) for part in reversed(parts)]).cells.equals(sample.cells)


@given(ids=st.lists(st.sampled_from(["101.0", "7", "A-7", "1.5", "0.0", None]), max_size=8), cut=st.integers(0, 8))
def test_ids_of_parts_lose_the_decimals_that_all_of_them_lose(ids: list[str | None], cut: int) -> None:
    whole = pl.Series(ids, dtype=pl.String)
    parts = [whole[:cut], whole[cut:]]
    evidence = reduce(merge, map(id_evidence, parts))
    read = [part if (short := without_decimals(part, evidence)) is None else short for part in parts]
    expected = whole if (short := without_decimals(whole)) is None else short
    assert [cell for part in read for cell in part] == expected.to_list()


def _plain(evidence: Evidence) -> object:
    sorts = evidence.sorts
    within = {name: _plain(each) for name, each in evidence.within.items()}
    return (sorts.rows() if sorts.height else []), dict(evidence.counts), evidence.facts, evidence.highest, within


@pytest.mark.parametrize(("cells", "type_"), [(["12.50", "1,234", "9,876"], ColumnType.MONEY), (["01/02/2026", "02/03/2026"], ColumnType.DAY), (["7", "0.5", "50"], ColumnType.SHARE)])  # fmt: skip
def test_an_error_names_the_row_of_the_column(cells: list[str], type_: ColumnType) -> None:
    text, rows = pl.Series(cells), pl.Series(range(12, 12 + len(cells)), dtype=pl.UInt32)
    options = ParseOptions(decimal=None)
    if type_ is ColumnType.MONEY:
        text = text.slice(1)
        rows = rows.slice(1)
    parts = [Part(text[1:], rows[1:]), Part(text[:1], rows[:1])]
    with pytest.raises(SalesmetricsError) as whole:
        parse_column(text, type_, options, header="Column", path="x.csv", rows=rows)
    with pytest.raises(SalesmetricsError) as cut:
        parse_parts(parts, type_, options, header="Column", path="x.csv")
    assert dict(cut.value.details) == dict(whole.value.details)
    assert whole.value.details["row"] == rows[text.to_list().index(whole.value.details["value"])]
