"""What the first rows of a column say about its type, for headers that mean a date in one CRM and a flag in another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.calendar import parse_period_label
from salesmetrics.schema.fields import ColumnType

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from salesmetrics.ingest.recognise.words import Words

__all__ = ["OF_PROGRAMS", "could_be", "meanings_held", "month_of", "plausible", "tells_outcome"]

_DATE = re.compile(
    r"\d{1,4}\s?[-./年년]\s?\d{1,2}\s?[-./月월]\s?\d{1,4}|\d{1,2}[. ,-]+(?:de )?[^\W\d]{3,}|(?<![^\W\d])[^\W\d]{3,}+[. -]++\d{1,4}"
    r"|^\d{5}(?:\.\d+)?$|^\d{8}$|^\d{10}(?:\.\d+)?$|^(?:\d{13}|\d{16}|\d{19})(?:\.0*)?$|^\d{1,2} ?[ก-ฮ]|^\d{1,2}[/月]\d{1,2}日?$"
)
_AMOUNT_TOO = re.compile(r"\d{5}(?:\.\d+)?|(?!(?:19|20)\d\d(?:0[1-9]|1[0-2]))\d{8}")
"""Numbers that a spreadsheet may mean as a day, and that are amounts far more often."""
_NUMBER = re.compile(r"^[-+]?\d+(?:[.,]\d+)?$")
OF_PROGRAMS = re.compile(
    r"(?:api|rpc|http|https|function|method|system|server|sdk|graphql|webhook|tool)[\W_]", re.IGNORECASE
)
"""How events of programs begin: an ``api_call`` is no call."""
_MONEY = re.compile(
    r"[^\w\d]{0,3}\s?(?:[A-Z]{3}\s?)?[-(]?[^\w\d]{0,2}\d[\d.,'\s]*\)?\s?(?:%|[^\w\d]{1,3}|[A-Za-z]{1,4})?"
)
_PERIOD = re.compile(
    r"\d{4}[-./ ]?q[1-4]|q[1-4]([-./ ]?\d{2,4})?|\d{4}[-./]\d{1,2}|\d{1,2}[-./]\d{4}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[-./ ]*(?:\d{2,4})?",
    re.IGNORECASE,
)
_YES_NO = frozenset({"true", "false", "yes", "no", "y", "n", "0", "1"})
_ROWS = 300
_FLAGS = 8


def plausible(sample: pl.DataFrame | None, header: str, type_: ColumnType) -> bool:
    """Whether the sampled cells of a column can be of a type; an empty column can be of any.

    Args:
        sample: Rows as text, or None when there are none.
        header: The column.
        type_: The type of the canonical column.
    """
    values = _values(sample, header)
    if not values:
        return True
    if type_ in (ColumnType.DAY, ColumnType.INSTANT):
        return any(_DATE.search(value) for value in values)
    if type_ is ColumnType.FLAG:
        kinds = {value.casefold() for value in values}
        counts = all(_NUMBER.match(value) for value in kinds) and not kinds <= {"0", "1", "0.0", "1.0", "-1"}
        return len(kinds) <= _FLAGS and not counts and not any(_DATE.search(value) for value in values)
    if type_ in (ColumnType.MONEY, ColumnType.QUANTITY, ColumnType.SHARE, ColumnType.COUNT, ColumnType.SCORE):
        return any(c.isdigit() for value in values for c in value)
    return True


def could_be(sample: pl.DataFrame | None, header: str, type_: ColumnType) -> bool:
    """Whether the cells of a column can be of a type, most of them: what a suggestion rests on.

    Args:
        sample: Rows as text, or None when there are none: then names decide alone.
        header: The column.
        type_: The type of the canonical column.
    """
    if sample is None:
        return True
    values = _values(sample, header)
    if not values or not plausible(sample, header, type_):
        return False
    n = len(values)
    dates = sum(bool(_DATE.search(value)) for value in values)
    if type_ in (ColumnType.DAY, ColumnType.INSTANT):
        return 2 * dates > n
    if type_ in (ColumnType.MONEY, ColumnType.QUANTITY, ColumnType.SHARE, ColumnType.COUNT, ColumnType.SCORE):
        days = dates and any(_DATE.search(value) and not _AMOUNT_TOO.fullmatch(value) for value in values)
        return not days and sum(bool(_MONEY.fullmatch(value)) for value in values) >= 0.8 * n
    if type_ in (ColumnType.TEXT, ColumnType.ID) and all(_PERIOD.fullmatch(value) for value in values):
        return False
    if type_ is ColumnType.TEXT:
        words = sum(any(c.isalpha() for c in value) and not _DATE.search(value) for value in values)
        return 2 * words > n and not {value.casefold() for value in values} <= _YES_NO
    if type_ is ColumnType.ID and {value.casefold() for value in values} <= _YES_NO:
        return False
    return not dates or type_ not in (ColumnType.ID, ColumnType.FLAG)


def month_of(sample: pl.DataFrame | None, header: str) -> str | None:
    """The first cell of a column whose sampled cells are all months, such as ``2026-03``; None for any other column."""
    values = _values(sample, header)
    months = values and all((period := parse_period_label(value)) and period.unit == "month" for value in set(values))
    return values[0] if months else None


def tells_outcome(sample: pl.DataFrame | None, header: str, words: Words) -> bool:
    """Whether a column holds words for won and for lost deals."""
    meanings = {words.classify(value, ("won", "lost")) for value in set(_values(sample, header))}
    return {"won", "lost"} <= meanings


def meanings_held(sample: pl.DataFrame | None, header: str, words: Words, meanings: Sequence[str]) -> set[str | None]:
    """The meanings of the words in a column, None among them where one is not known; events of programs (``api_call``) are not."""
    found = set(_values(sample, header))
    return {None if OF_PROGRAMS.match(word) else words.classify(word, meanings) for word in found}


def _values(sample: pl.DataFrame | None, header: str) -> list[str]:
    if sample is None or sample.get_column(header, default=None) is None:
        return []
    texts = (str(value).strip() for value in sample.get_column(header).head(_ROWS).to_list() if value is not None)
    return [text for text in texts if text]
