"""The proof that quotes stand by the book: two ways to it, one verdict."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.ingest import regular

PIECES = st.lists(st.sampled_from([b'"', b'""', b",", b"\n", b"\r\n", b"a", b'"b"', b',"c d",', b"e" * 9]), max_size=40)


@given(pieces=PIECES, start=st.integers(0, 3), chunks=st.tuples(st.integers(1, 60), st.integers(1, 60)))
def test_what_stands_between_quotes_says_the_same_as_their_positions(pieces, start, chunks):
    data = b"".join(pieces)
    verdicts = []
    for size, count in zip(chunks, (regular._count_between, regular._count_by_position), strict=True):
        with patch.object(regular, "_CHUNK", size):
            verdicts.append(count(data, start, b",") if data.find(b'"', start) >= 0 else (0, 0))
    assert verdicts[0] == verdicts[1]


def test_many_quotes_are_counted_by_position_and_few_between_them(monkeypatch):
    data = b'"a","b ""c"""\n' * 50
    few = regular.count_quotes(data, 0, b",")
    monkeypatch.setattr(regular, "_MANY", 0)
    assert few == regular.count_quotes(data, 0, b",") == (400, 200 // 2)
