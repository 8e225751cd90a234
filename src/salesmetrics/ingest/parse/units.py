"""Money counted in thousands or millions, where the header says so: ``商机金额(万元)``, ``Сумма, тыс. руб.``, ``Amount ($K)``."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

from salesmetrics.ingest.parse.common import MONEY_DTYPE

__all__ = ["header_unit", "in_units"]

_UNITS = (
    (100_000_000, re.compile(r"亿元|億元|[(]亿[)]|[(]億[)]")),
    (
        1_000_000,
        re.compile(
            r"百万|\bмлн\b|\b(?:in|en|em) mill?i?[oõ](?:ns|nes|nen|es)\b|[$€£]\s?mm?\b|\bmio\b|[(]mm?[)]|\bm[€£]"
        ),
    ),
    (10_000, re.compile(r"万元|萬元|[(]万[)]|[(]萬[)]|万円")),
    (
        1_000,
        re.compile(
            r"千元|千円|\bтыс\b|\bin (?:thousands|tausend)\b|\ben (?:miles|milliers)\b|\bem milhares\b|['’]000s?\b|\b000s\b"
            r"|[$€£]\s?k\b|\bk\s?(?:[€£$]|usd\b|eur\b|gbp\b)|[(](?:k|tsd\.?)[)]|\bt€|\bteur\b|\btsd\b"
        ),
    ),
)


def header_unit(header: str) -> int:
    """What one unit of a money column is worth.

    >>> [header_unit(name) for name in ("商机金额(万元)", "Сумма, тыс. руб.", "Deal Size ($K)", "Amount (MM)", "Amount")]
    [10000, 1000, 1000, 1000000, 1]
    """
    text = unicodedata.normalize("NFKC", header).casefold()
    return next((unit for unit, pattern in _UNITS if pattern.search(text)), 1)


def in_units(values: pl.Series, unit: int) -> pl.Series:
    """Amounts times their unit; null where that is beyond what an amount can be.

    Args:
        values: ``Decimal(38, 8)``.
        unit: A power of ten.
    """
    fits = values.abs() < 10 ** (28 - len(str(unit)))
    kept = values.to_frame("v").select(pl.when(fits).then(pl.col("v"))).to_series()
    return (kept * unit).cast(MONEY_DTYPE).alias(values.name)
