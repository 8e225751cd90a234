"""What a part of a column shows: a small value that adds up, so that parts of a file, files or machines can each give theirs.

A column is read in four steps. ``sample_of`` takes its first cells; ``evidence`` says of a part how often each sort of text
occurs in it; ``decide`` turns the evidence of all parts into one reading; ``apply`` reads a part by it.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Protocol, TypeVar

import polars as pl
from msgspec import Struct, field

from salesmetrics.ingest.parse.common import KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.ingest.parse.common import Parsed

__all__ = ["CELLS", "FIRST", "FIRST_TEXT", "ROW", "TEXT", "Evidence", "Parser", "Part", "Sample", "distinct_texts", "merge", "merge_samples", "sample_of", "sorts_of"]  # fmt: skip

Look = TypeVar("Look")
Reading = TypeVar("Reading")
CELLS, TEXT, ROW, FIRST, FIRST_TEXT = "cells:", "text:", "row:", "first:", "first_text:"
"""Of a sort of text: its number of cells; its first text in order of the alphabet and the first row of that; its first row
and the text of that."""
_PLACES = (CELLS, TEXT, ROW, FIRST, FIRST_TEXT)
SAMPLE = 1_000


class Part(Struct, frozen=True):
    """A part of a column, or all of it.

    Args:
        text: The cells (String).
        rows: Their row numbers (UInt32), which no two cells of the column share.
    """

    text: pl.Series
    rows: pl.Series


class Sample(Struct, frozen=True):
    """The first filled cells of a column, at most 1,000: which writing is tried first must not depend on how it is cut.

    Args:
        cells: ``row:`` (UInt32) and ``text:`` (String) in order of rows.
    """

    cells: pl.DataFrame

    def head(self, most: int) -> pl.Series:
        """The first cells (String), at most so many."""
        return self.cells.get_column(TEXT).head(most)

    @property
    def is_full(self) -> bool:
        """Whether later rows have nothing to add."""
        return self.cells.height >= SAMPLE


def sample_of(part: Part) -> Sample:
    """The first filled cells of a part.

    >>> sample_of(Part(pl.Series([None, "b", "a"]), pl.Series([2, 3, 4], dtype=pl.UInt32))).head(9).to_list()
    ['b', 'a']
    """
    first = part.text.is_not_null().arg_true().head(SAMPLE)
    return Sample(pl.DataFrame({ROW: part.rows.gather(first), TEXT: part.text.gather(first)}))


def merge_samples(samples: Iterable[Sample]) -> Sample:
    """The sample of the parts together."""
    return Sample(pl.concat([sample.cells for sample in samples]).sort(ROW).head(SAMPLE))


class Evidence(Struct, frozen=True):
    """What a part shows. ``Evidence()`` shows nothing, and is the neutral element of :func:`merge`.

    Args:
        sorts: One row per sort of text: what tells it from others, ``cells:``, ``text:``, ``row:``, ``first:`` and
            ``first_text:``.
        counts: Numbers of cells, which add up.
        facts: What holds of the column as soon as it holds of one part.
        highest: The highest of some number, such as a year; None where there is none.
        within: Evidence for a question within the question, such as that of the numbers among durations.
    """

    sorts: pl.DataFrame = field(default_factory=pl.DataFrame)
    counts: Mapping[str, int] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()
    highest: int | None = None
    within: Mapping[str, Evidence] = field(default_factory=dict)

    def count(self, name: str) -> int:
        """A count; 0 where nothing was counted."""
        return self.counts.get(name, 0)


def merge(one: Evidence, other: Evidence) -> Evidence:
    """The evidence of two parts together. In whatever order parts are merged, the result is the same.

    >>> merge(Evidence(counts={"a": 1}), Evidence(counts={"a": 2}, facts=frozenset({"b"})))
    Evidence(sorts=shape: (0, 0)
    ┌┐
    ╞╡
    └┘, counts={'a': 3}, facts=frozenset({'b'}), highest=None, within={})
    """
    known = [year for year in (one.highest, other.highest) if year is not None]
    both = one.within.keys() | other.within.keys()
    return Evidence(
        _merged_sorts([each.sorts for each in (one, other) if each.sorts.width]),
        {name: one.count(name) + other.count(name) for name in sorted(one.counts.keys() | other.counts.keys())},
        one.facts | other.facts,
        max(known, default=None),
        {name: reduce(merge, [e.within[name] for e in (one, other) if name in e.within]) for name in sorted(both)},
    )


def _merged_sorts(sorts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    if len(sorts) < 2:
        return sorts[0] if sorts else pl.DataFrame()
    frame = pl.concat(sorts)
    return _grouped(frame, [name for name in frame.columns if name not in _PLACES])


class Parser(Protocol[Look, Reading]):
    """What reads a type of column: ``look`` is shared by the evidence of a part and its reading, and never leaves the part."""

    def look(self, part: Part, sample: Sample, *, alone: bool = False) -> Look:
        """Take a part apart; ``alone``: it is the whole column."""

    def evidence(self, look: Look) -> Evidence:
        """What a part shows."""

    def decide(self, evidence: Evidence, sample: Sample) -> Reading:
        """The reading of the column."""

    def apply(self, look: Look, reading: Reading) -> Parsed:
        """Read a part as its column is read."""


def distinct_texts(part: Part, mask: pl.Series | None = None) -> pl.DataFrame:
    """The distinct texts of a part, null left out, with ``cells:`` and ``row:``.

    Args:
        part: Cells and rows.
        mask: Which of them; all if None.

    Returns:
        ``key``, ``cells:`` (UInt32) and ``row:`` (the first row, UInt32), in no order.
    """
    frame = pl.DataFrame({KEY: part.text, ROW: part.rows})
    wanted = pl.col(KEY).is_not_null() if mask is None else pl.lit(mask) & pl.col(KEY).is_not_null()
    return frame.filter(wanted).group_by(KEY).agg(pl.len().alias(CELLS), pl.col(ROW).min())


def sorts_of(texts: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The sorts of distinct texts.

    Args:
        texts: What :func:`distinct_texts` gives, with further columns.
        by: The columns that tell one sort from another.
    """
    places = (pl.col(CELLS), pl.col(KEY).alias(TEXT), pl.col(ROW), pl.col(ROW).alias(FIRST), pl.col(KEY).alias(FIRST_TEXT))  # fmt: skip
    return _grouped(texts.select(*by, *places), by)


def _grouped(frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    first_text = pl.col(TEXT) == pl.col(TEXT).min()
    first_row = pl.col(FIRST) == pl.col(FIRST).min()
    places = (
        pl.col(CELLS).sum().cast(pl.UInt32),
        pl.col(TEXT).min(),
        pl.col(ROW).filter(first_text).min(),
        pl.col(FIRST).min(),
        pl.col(FIRST_TEXT).filter(first_row).first(),
    )
    return frame.group_by(by).agg(places).sort(by)
