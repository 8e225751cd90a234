"""What stands around the digits of a number: sign, currency, thousands words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.parse.currency import merged, named

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SCALES", "Affix", "affix_of", "affix_table"]

SCALES: dict[str, int] = {
    "k": 3, "tsd": 3, "thousand": 3, "thousands": 3, "тыс": 3, "тысяч": 3, "тысячи": 3, "ribu": 3, "千": 3, "仟": 3,
    "ألف": 3, "آلاف": 3, "万": 4, "萬": 4, "lakh": 5, "lakhs": 5, "lac": 5, "lacs": 5, "m": 6, "mm": 6, "mn": 6, "mln": 6, "mio": 6,
    "million": 6, "millions": 6, "millionen": 6, "millones": 6, "milhões": 6, "млн": 6, "миллион": 6, "миллионов": 6, "juta": 6,
    "jt": 6, "百万": 6, "百萬": 6, "مليون": 6, "crore": 7, "crores": 7, "千万": 7, "亿": 8, "億": 8, "b": 9, "bn": 9, "mrd": 9,
    "mld": 9, "billion": 9, "billions": 9, "milliarden": 9, "млрд": 9, "миллиард": 9, "миллиардов": 9, "十亿": 9, "مليار": 9,
}  # fmt: skip
"""Casefolded words and their power of ten. ``t``, ``mil`` and ``cr`` mean different things in different languages: not taken."""

_DASHES = ("-", "–", "—")
_LONGEST_FIRST = sorted(SCALES, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Affix:
    """The meaning of what surrounds the digits; ``currency`` is a code, or a sign that several currencies share."""

    negative: bool
    power: int
    currency: str | None


def affix_of(head: str, tail: str, symbols: Mapping[str, str] | None = None) -> Affix | None:
    """Read what stands before and after the digits; ``None`` when it is not sign, currency or thousands word.

    Args:
        head: What stands before, in lower case.
        tail: What stands after.
        symbols: Currency signs that are settled for this file, casefolded.

    >>> affix_of("$", "k").power, affix_of("", " ₽").currency, affix_of("$", "").currency, affix_of("", "oo")
    (3, 'RUB', '$', None)
    """
    known = symbols or {}
    if tail.lstrip(".,") in _DASHES and tail[:1] in (".", ","):
        tail = ""  # 1'200.- is a whole amount in Swiss and Norwegian writing, not a negative one
    signs = "".join(mark for mark in head + tail if mark in "+-")
    if len(signs) > 1 or "+" in tail:
        return None
    before, after = (part.replace("-", "").replace("+", "").strip() for part in (head, tail))
    power, after = _scale(after, known)
    found = [named(word, known) for word in (before, after) if word]
    if not all(found):
        return None
    currency = merged([item for item in found if item])
    if found and currency is None:
        return None
    return Affix(signs == "-", power, currency)


def _scale(word: str, symbols: Mapping[str, str]) -> tuple[int, str]:
    """Power of ten and what is left of the word (a currency, or nothing)."""
    if not word or named(word, symbols) is not None:
        return 0, word
    for scale in _LONGEST_FIRST:
        if word.startswith(scale):
            left = word[len(scale) :].lstrip(". ")
            if not left or named(left, symbols) is not None:
                return SCALES[scale], left
    return 0, word


def affix_table(pairs: pl.DataFrame, symbols: Mapping[str, str]) -> pl.DataFrame:
    """The meaning of each distinct pair of ``head`` and ``tail``.

    Args:
        pairs: Columns ``head`` and ``tail`` (String), distinct.
        symbols: Currency signs that are settled for this file, casefolded.

    Returns:
        The same with ``known`` (Boolean), ``negative`` (Boolean), ``power`` (Int64) and ``currency`` (String).
    """
    found = [affix_of(head, tail, symbols) for head, tail in pairs.select("head", "tail").iter_rows()]
    return pairs.with_columns(
        pl.Series("known", [item is not None for item in found], dtype=pl.Boolean),
        pl.Series("negative", [item is not None and item.negative for item in found], dtype=pl.Boolean),
        pl.Series("power", [item.power if item else 0 for item in found], dtype=pl.Int64),
        pl.Series("currency", [item.currency if item else None for item in found], dtype=pl.String),
    )
