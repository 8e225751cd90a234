"""The digits of a number and their separators: what a text reads as with a decimal point and with a decimal comma."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.parse.affixes import affix_table
from salesmetrics.ingest.parse.blanks import INVISIBLE, cleaned, is_ascii
from salesmetrics.ingest.parse.common import KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DIGITS", "broken", "hidden", "read_bodies", "tidied"]

DECIMAL_KEY = "⎖"
"""Stands for a decimal mark that cannot be anything else (the Arabic one)."""

DIGITS: dict[str, str] = {
    chr(start + digit): str(digit)
    for start in (0xFF10, 0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0x17E0, 0x1040)
    for digit in range(10)
}
"""Full-width, Arabic-Indic, Persian, Devanagari, Bengali, Thai, Khmer and Burmese digits."""
_SIGNS = {
    **DIGITS, "٫": DECIMAL_KEY, "٬": "'", "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "−": "-", "–": "-", "—": "-", "‒": "-",
    "－": "-", "＋": "+", "，": ",", "．": ".", "（": "(", "）": ")", "＄": "$", "￥": "¥", "％": "%", "٪": "%",
    "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\u2008": " ", "\u200a": " ", "\u2002": " ", "\u2003": " ", "\u3000": " ",
    "\t": " ",
}  # fmt: skip

_HIDDEN_BETWEEN = rf"\p{{Nd}}[^\p{{L}}\p{{Nd}}]*{INVISIBLE}[^\p{{L}}\p{{Nd}}]*\p{{Nd}}"

# Letters, symbols and signs; then digits with separators; then letters, symbols and signs. A dot may end the head only
# after a letter ("Rs.1,200"), so that ".5" stays a fraction.
_PLAIN_NUMBER = (  # the common case, which a regular expression engine reads in one pass
    r"^(?<head>-?[^0-9.,'⎖() +-]* ?)(?<body>[0-9][0-9.,]*)(?<tail> ?[^0-9.,'⎖() +-]*)$"
)
_NUMBER = (
    r"^(?<head>[^0-9()]*\p{L}\.? *|[^0-9().,'⎖]*)(?<body>[.,⎖]?[0-9][0-9., '⎖]*?)"
    r"(?:e(?<exponent>[+-]?[0-9]{1,3}))?(?<tail>[^0-9()]*)$"
)
_GROUPED = r"[1-9][0-9]{0,2}(?: [0-9]{3})+|[1-9][0-9]{0,2}(?:'[0-9]{3})+"
_LAKH = r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
_POINT = rf"^(?:[0-9]+|{_GROUPED}|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|{_LAKH})?(?:[.⎖][0-9]*)?$"
_COMMA = rf"^(?:[0-9]+|{_GROUPED}|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+)?(?:[,⎖][0-9]*)?$"


def tidied(texts: pl.Series) -> pl.Series:
    """Cleaned texts with digits, separators, dashes and spaces in their ASCII writing.

    Every digit is mapped by itself, never by Unicode compatibility: ``5²`` must not become 52.
    """
    return cleaned(texts if is_ascii(texts) else cleaned(texts).str.replace_many(_SIGNS))


def read_bodies(texts: pl.Series, symbols: Mapping[str, str]) -> pl.DataFrame:
    """Take distinct number texts apart.

    Args:
        texts: Distinct texts.
        symbols: Currency signs that are settled for this file, casefolded.

    Returns:
        One row per text with ``key``; ``point`` and ``comma`` (String: the number in plain writing under either
        reading, null where it cannot be read so); ``mark`` (String: ``point`` or ``comma``, what the one separator of a
        number that reads two ways would be as a decimal mark); ``separated`` (Boolean: holds a point or a comma);
        ``spaced`` (Boolean: groups by space or apostrophe); ``currency``, ``scaled``; ``hidden`` (Boolean: invisible marks
        were taken off) and ``broken`` (Boolean: they stand between digits, which makes it no number).
    """
    frame = texts.to_frame(KEY).with_columns(
        _lowered(texts).alias("tidy"), hidden(texts).alias("hidden"), broken(texts).alias("broken")
    )
    plain = pl.col("tidy").str.contains(_PLAIN_NUMBER).fill_null(value=False)
    parts = pl.concat([_plain_parts(frame.filter(plain)), _other_parts(frame.filter(~plain))], how="diagonal")
    pairs = parts.select("head", "tail").unique()
    parts = parts.join(affix_table(pairs, symbols), on=["head", "tail"], how="left")
    negative = pl.col("negative") ^ pl.col("bracket")
    usable = pl.col("body").is_not_null() & pl.col("known") & ~(pl.col("negative") & pl.col("bracket"))
    usable &= ~pl.col("broken")
    power = pl.col("exponent").fill_null("0").str.strip_prefix("+").cast(pl.Int64) + pl.col("power")
    parts = parts.with_columns(usable.alias("usable"), power.alias("power"), negative.alias("negative"))
    one = pl.col("body").str.extract(r"^[1-9][0-9]{0,2}([.,])[0-9]{3}$", 1)
    written = pl.when(pl.col("exponent").is_not_null()).then(one)  # 1.556E+03 groups nothing
    return parts.select(
        KEY,
        pl.when(written.eq_missing(",").not_()).then(_plain(_POINT, groups=r"[, ']", mark=".")).alias("point"),
        pl.when(written.eq_missing(".").not_()).then(_plain(_COMMA, groups=r"[. ']", mark=",")).alias("comma"),
        one.replace_strict({".": "point", ",": "comma"}, default=None, return_dtype=pl.String).alias("mark"),
        (pl.col("usable") & pl.col("body").str.contains("[.,]")).alias("separated"),
        (pl.col("usable") & pl.col("body").str.contains("[ ']")).alias("spaced"),
        pl.when("usable").then("currency").alias("currency"),
        (pl.col("usable") & (pl.col("power") != 0)).alias("scaled"),
        (pl.col("usable") & pl.col("hidden")).alias("hidden"),
        "broken",
    )


def broken(texts: pl.Series) -> pl.Series:
    """Which texts have an invisible mark between digits, so that nobody can say what number they are."""
    if is_ascii(texts):
        return pl.repeat(value=False, n=len(texts), dtype=pl.Boolean, eager=True)
    return texts.str.contains(_HIDDEN_BETWEEN).fill_null(value=False)


def hidden(texts: pl.Series) -> pl.Series:
    """Which texts hold invisible marks; Arabic minus signs carry one."""
    if is_ascii(texts):
        return pl.repeat(value=False, n=len(texts), dtype=pl.Boolean, eager=True)
    return texts.str.contains(INVISIBLE).fill_null(value=False)


def _lowered(texts: pl.Series) -> pl.Series:
    """Tidy texts in lower case; a formula such as ``="12"`` as what it shows."""
    tidy = tidied(texts).str.to_lowercase()
    return tidy.str.replace(r'^="?([^"]*)"?$', "$1") if tidy.str.starts_with("=").any() else tidy


def _plain_parts(frame: pl.DataFrame) -> pl.DataFrame:
    parts = frame.with_columns(pl.col("tidy").str.extract_groups(_PLAIN_NUMBER).alias("parts")).unnest("parts")
    return parts.with_columns(
        bracket=pl.lit(value=False),
        exponent=pl.lit(None, dtype=pl.String),
    )


def _other_parts(frame: pl.DataFrame) -> pl.DataFrame:
    in_brackets = pl.col("tidy").str.contains(r"^[^()0-9]*\([^()]*[0-9][^()]*\)[^()0-9]*$")
    bare = pl.when(in_brackets).then(pl.col("tidy").str.replace_all(r"[()]", "")).otherwise(pl.col("tidy"))
    return (
        frame.with_columns(
            in_brackets.alias("bracket"), bare.str.strip_chars().str.extract_groups(_NUMBER).alias("parts")
        )
        .unnest("parts")
        .with_columns(pl.col("head").fill_null(""), pl.col("tail").fill_null(""))
    )


def _plain(shape: str, *, groups: str, mark: str) -> pl.Expr:
    """The number as ``-1234.5`` or ``1.2e6`` when its body has this shape."""
    body = pl.col("body").str.strip_chars()
    digits = body.str.replace_all(groups, "").str.replace(rf"[{mark}⎖]", ".")
    exponent = pl.when(pl.col("power") != 0).then(pl.concat_str(pl.lit("e"), pl.col("power"))).otherwise(pl.lit(""))
    sign = pl.when("negative").then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.when(pl.col("usable") & body.str.contains(shape)).then(pl.concat_str(sign, digits, exponent))
