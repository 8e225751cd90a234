"""A number as it is written: its digits and separators, and what stands around them (sign, currency, thousands words, units)."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from salesmetrics.ingest.parse.common import KEY, MONEY_DTYPE
from salesmetrics.ingest.parse.currency import merged, named
from salesmetrics.ingest.parse.text import INVISIBLE, cleaned, is_ascii

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DIGITS",
    "SCALES",
    "Affix",
    "affix_of",
    "affix_table",
    "broken",
    "header_unit",
    "hidden",
    "in_units",
    "read_bodies",
    "tidied",
]

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


def read_bodies(texts: pl.DataFrame, symbols: Mapping[str, str]) -> pl.DataFrame:
    """Take distinct number texts apart.

    Args:
        texts: Distinct texts as ``key``, and whatever else is known of them.
        symbols: Currency signs that are settled for this file, casefolded.

    Returns:
        One row per text with what was known of it; ``point`` and ``comma`` (String: the number in plain writing under either
        reading, null where it cannot be read so); ``mark`` (String: ``point`` or ``comma``, what the one separator of a
        number that reads two ways would be as a decimal mark); ``separated`` (Boolean: holds a point or a comma);
        ``spaced`` (Boolean: groups by space or apostrophe); ``currency``, ``scaled``; ``hidden`` (Boolean: invisible marks
        were taken off) and ``broken`` (Boolean: they stand between digits, which makes it no number).
    """
    known, keys = texts.columns, texts.get_column(KEY)
    frame = texts.with_columns(_lowered(keys).alias("tidy"), hidden(keys).alias("hidden"), broken(keys).alias("broken"))
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
        *known,
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


# --- what stands around the digits: sign, currency, thousands words ---


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


class Affix(Struct, frozen=True):
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


# --- money counted in thousands or millions, where the header says so: ``商机金额(万元)``, ``Сумма, тыс. руб.``, ``Amount ($K)`` ---


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
