"""Amounts that are nearly all written in one way (``€ 2.193,17``): those are read by that way, all others one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesmetrics.ingest.parse.common import MONEY_DTYPE

if TYPE_CHECKING:
    import polars as pl

    from salesmetrics.ingest.parse.common import ParseOptions

__all__ = ["LONG", "SAMPLE", "Uniform", "read_uniform"]

LONG = 20_000
"""Shorter columns are read soon enough."""
SAMPLE = 500
_SHARE = 0.5
_CELL = re.compile(r"([^0-9+\-()]*)[0-9][0-9.,'\u00a0\u202f ]*[.,][0-9]{2}([^0-9+\-()]*)")
_SPACES = ("'", " ", "\u00a0", "\u202f")
_MARKS = {".": (",", *_SPACES), ",": (".", *_SPACES)}
_NAMES = {".": "point", ",": "comma"}


@dataclass(frozen=True, slots=True)
class Uniform:
    """The cells of one writing.

    Args:
        mask: Boolean per cell: it is written so.
        values: Decimal(38, 8), one per true cell of ``mask``.
    """

    mask: pl.Series
    values: pl.Series


def read_uniform(text: pl.Series, options: ParseOptions) -> Uniform | None:
    """Read the cells of the commonest writing, if it leaves no doubt.

    One sign or word before or behind, groups of three digits, and exactly two decimals: such a text reads one way only,
    whatever the rest of the column holds. Nothing else is read here.

    Args:
        text: The cells (String).
        options: ``decimal`` is used: a mark that contradicts it is not read here.

    >>> import polars as pl
    >>> from salesmetrics.ingest.parse.common import ParseOptions
    >>> column = pl.Series(["€ 2.193,17", "€ 12,50", "€ 1.000,00 (net)"] * LONG)
    >>> [str(value) for value in read_uniform(column, ParseOptions()).values.head(2)]
    ['2193.17000000', '12.50000000']
    """
    if len(text) < LONG:
        return None
    sample = text.drop_nulls().head(SAMPLE)
    written = next((found for cell in sample.to_list() if (found := _CELL.fullmatch(cell))), None)
    if written is None:
        return None
    for mark, groups in _MARKS.items():
        if options.decimal not in (None, _NAMES[mark]):
            continue
        for group in groups:
            if not (written[1] or written[2] or sample.str.contains(group, literal=True).any()):
                continue  # plain numbers: a cast reads them
            whole = _pattern(written[1], group, mark, written[2])
            if sample.str.contains(whole).sum() > _SHARE * len(sample):
                return _read(text, written[1], group, mark, written[2])
    return None


def _pattern(before: str, group: str, mark: str, behind: str) -> str:
    grouped = f"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})*"
    return f"^{re.escape(before)}{grouped}{re.escape(mark)}[0-9]{{2}}{re.escape(behind)}$"


def _read(text: pl.Series, before: str, group: str, mark: str, behind: str) -> Uniform | None:
    mask = text.str.contains(_pattern(before, group, mark, behind)).fill_null(value=False)
    if mask.sum() < max(_SHARE * len(text), 2 * SAMPLE):
        return None
    bodies = text.filter(mask).str.strip_prefix(before).str.strip_suffix(behind)
    plain = bodies.str.replace_all(group, "", literal=True).str.replace(mark, ".", literal=True)
    return Uniform(mask, plain.cast(MONEY_DTYPE))
