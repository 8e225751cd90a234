"""Ids: text, case-sensitive, never a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["all_whole", "scientific_ids", "without_decimals"]


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


def without_decimals(ids: pl.Series) -> pl.Series | None:
    """Ids without the ``.0`` that a column of numbers with blanks gets in many programs; None where none has it.

    Where another id has decimals that say something (``1.5``), all stay as they are.

    >>> import polars as pl
    >>> without_decimals(pl.Series(["101.0", None, "A-7"])).to_list()
    ['101', None, 'A-7']
    >>> without_decimals(pl.Series(["1.0", "1.5"])) is None
    True
    """
    if not ids.str.ends_with(".0").any() or ids.str.contains(r"^-?\d+\.\d*[1-9]\d*$").any():
        return None
    return ids.str.replace(r"^(-?\d+)\.0$", "$1")
