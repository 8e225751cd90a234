"""The proof that quotes stand by the book: two ways to it, one verdict."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.ingest.table import regular

PIECES = st.lists(st.sampled_from([b'"', b'""', b",", b"\n", b"\r\n", b"a", b'"b"', b',"c d",', b"e" * 9]), max_size=40)


@given(pieces=PIECES, start=st.integers(0, 3), chunk=st.integers(1, 60))
def test_quotes_by_cell_say_the_same_as_all_their_positions(pieces, start, chunk):
    data = b"".join(pieces)
    if data.find(b'"', start) < 0:
        return
    by_cell = regular._count_cells(data, start, b",")
    with patch.object(regular, "_CHUNK", chunk):
        by_position = regular._count_by_position(data, start, b",")
    assert (by_cell is None) == (by_position is None)
    if by_cell and by_position:
        assert by_cell[:2] == by_position[:2]
        inside = [cell for cell in data[start:].split(b'"')[1::2] if b"\n" in cell or b"\r" in cell]
        assert by_cell.over_lines == bool(inside)


def test_many_quotes_are_counted_by_position_and_few_by_cell(monkeypatch):
    data = b'"a","b ""c"""\n' * 50
    few = regular.count_quotes(data, 0, b",")
    monkeypatch.setattr(regular, "_MANY", 0)
    many = regular.count_quotes(data, 0, b",")
    assert few
    assert many
    assert few[:2] == many[:2] == (400, 200 // 2)
