"""Ids: text, case-sensitive, never a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["all_whole", "scientific_ids"]


def all_whole(text: pl.Series) -> bool:
    """Whether every text is a whole number as a machine writes it: digits, and nothing else but a sign before them.

    >>> import polars as pl
    >>> all_whole(pl.Series(["0012", None, "-7"])), all_whole(pl.Series(["12 ", "7"]))
    (True, False)
    """
    import polars as pl

    return text.cast(pl.Int64, strict=False).null_count() == text.null_count()


def scientific_ids(text: pl.Series) -> pl.Series:
    """Which ids a spreadsheet has turned into scientific notation, so that the last digits are lost.

    >>> import polars as pl
    >>> scientific_ids(pl.Series(["5.80502800003085e+18", "5805028000030850000", "12E5", None])).to_list()
    [True, False, False, False]
    """
    found = text.str.contains(r"^\s*(?:zcrm_)?[1-9](?:[.,][0-9]+)?[eE]\+?[0-9]{2}\s*$")
    return found.fill_null(value=False)
