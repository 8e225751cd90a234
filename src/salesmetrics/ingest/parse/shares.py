"""Shares and probabilities as 0–1."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.blanks import INVISIBLE, is_ascii
from salesmetrics.ingest.parse.bodies import tidied
from salesmetrics.ingest.parse.common import MONEY_DTYPE, Parsed, ParseOptions, Place
from salesmetrics.ingest.parse.numbers import Style, parse_numbers

__all__ = ["parse_shares"]

# "65 %", "90% – Commit" and Turkish "%65"; what follows the first percent sign is a label.
_PERCENT = r"^([^%A-Za-z]*[0-9][^%A-Za-z]*)%(?:$|(?:\s*[-–—:.,(]|\s+\p{L})[^%]*$)"
_PERCENT_FIRST = r"^%\s*([0-9][0-9.,]*)$"


def parse_shares(text: pl.Series, options: ParseOptions, place: Place) -> Parsed:
    """Parse shares as ``Decimal(38, 8)`` between 0 and 1, rounded to 8 decimals.

    A percent sign makes a value 0–100 by itself; a label after it (``90% – Commit``) is left out. The others are decided
    together: all at most 1 means 0–1, so a column of only 0 and 1 is 0–1; a value above 1 means 0–100, unless another one lies
    strictly between 0 and 1, which is refused. What is out of range stays so (1000 becomes 10): the rules report it.

    Raises:
        SalesmetricsError: ``probability_scale_mixed``, ``decimal_ambiguous``.
    """
    has_sign = text.str.contains("[%％٪]").fill_null(value=False)
    signed = has_sign
    bare = text
    if has_sign.any():
        tidy = tidied(text)
        number = tidy.str.extract(_PERCENT, 1)
        number = number.zip_with(number.is_not_null(), tidy.str.extract(_PERCENT_FIRST, 1))
        signed = has_sign & number.is_not_null()
        bare = number.zip_with(signed, text)
        if not is_ascii(tidy := text.filter(has_sign)) and tidy.str.contains(INVISIBLE).any():
            # With its marks, so that they are judged as those of any number.
            marked = signed & text.str.contains(INVISIBLE).fill_null(value=False)
            bare = text.str.replace_all("[%％٪]", "").zip_with(marked, bare)
    parsed = parse_numbers(bare, options, place, Style(ambiguous="fraction", silent=True))
    per_hundred = _is_per_hundred(text, parsed.values.filter(~signed), parsed.values, signed, place)
    divided = signed | per_hundred
    values = parsed.values
    if divided.any():
        hundredth = values * pl.Series([1], dtype=MONEY_DTYPE) / pl.Series([100], dtype=MONEY_DTYPE)
        values = hundredth.zip_with(divided, values)
    scale = "scale 0–100" if per_hundred or signed.all() else "scale 0–1"
    how = "percent signs" if signed.any() and bool((signed | parsed.values.is_null()).all()) else scale
    return replace(parsed, values=values.cast(MONEY_DTYPE).alias(text.name), how=how, currency=None)


def _is_per_hundred(text: pl.Series, unsigned: pl.Series, values: pl.Series, signed: pl.Series, place: Place) -> bool:
    """Whether the values without a percent sign are of 0–100."""
    above = (unsigned > 1).any()
    if not above:
        return False
    between = ((values > 0) & (values < 1) & ~signed).fill_null(value=False)
    if between.any():
        other = ((values > 1) & ~signed).fill_null(value=False)
        fraction, percent = text.filter(between)[0], text.filter(other)[0]
        raise SalesmetricsError(
            "probability_scale_mixed",
            column=place.header,
            path=place.path,
            value=fraction,
            row=place.row_of(fraction),
            other=percent,
        )
    return True
