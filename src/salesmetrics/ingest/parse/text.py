"""Text as it is meant: without invisible marks and blanks, ids never as numbers, and the words that stand for "no value"."""

from __future__ import annotations

from functools import cache

import polars as pl

from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.parse.evidence import Evidence

__all__ = [
    "INVISIBLE",
    "NULL_WORDS",
    "TYPED_NULL_WORDS",
    "all_whole",
    "blank",
    "blank_labels",
    "cleaned",
    "id_evidence",
    "is_ascii",
    "parse_text",
    "scientific_ids",
    "without_decimals",
]

NULL_WORDS = frozenset(
    {
        "", "-", "--", "---", "–", "—", "n/a", "#n/a", "n.a.", "<na>", "null", "<null>", "(null)", "none", "nan", "nil", "\\n",
        "select", "-select-", "--select--", "-none-", "--none--", "(blank)", "(empty)", "(none)", "(пусто)", "пусто",
        "не указано", "не указан", "не указана", "не задано", "не закрыта", "не выбрано", "н/д", "无", "空", "未填写", "(空)",
        "(空白)", "(vide)", "(leer)", "(vacío)", "(vazio)", "لا يوجد", "(فارغ)", "tiada",
    }
)  # fmt: skip
"""Casefolded. ``NA`` (Namibia, a territory) and ``unknown`` are words of their own in a text column."""

TYPED_NULL_WORDS = NULL_WORDS | {
    "na", "unknown", "неизвестно", "undefined", "tbd", "tba", "?", "не определено", "未知", "未定", "desconocido",
    "desconhecido", "unbekannt", "inconnu", "tidak diketahui", "غير معروف", "nat", "not set", "not available", "never", ".",
}  # fmt: skip
"""What else cannot be a date, a number or a flag."""

_SAMPLE, _FEW = 2_000, 200
"""A column with few distinct texts among its first ones is read word by word."""

INVISIBLE = r"[\u{feff}\u{061c}\u{180e}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2064}\u{2066}-\u{2069}\u{0000}]"
"""Marks that take no room: byte order marks, zero-width characters, and what turns the direction of writing."""


def is_ascii(texts: pl.Series) -> bool:
    """Whether all texts are ASCII, so that nothing in them needs another writing."""
    return not (texts.str.len_bytes() != texts.str.len_chars()).any()


def cleaned(texts: pl.Series, *, plain: bool = False) -> pl.Series:
    """Texts without invisible marks, outer white space, and the apostrophe that some CRMs put before ``= + - @``.

    Args:
        texts: Any texts (String).
        plain: They are known to be ASCII without NUL, so that nothing in them is invisible.
    """
    if not plain and (not is_ascii(texts) or texts.str.contains("\0", literal=True).any()):
        texts = texts.str.replace_all(INVISIBLE, "")
    texts = texts.str.strip_chars()
    return texts.str.replace(r"^'([=+\-@])", "$1") if texts.str.starts_with("'").any() else texts


def blank(texts: pl.Series, words: frozenset[str]) -> pl.Series:
    """Whether cleaned texts are null, empty, or one of ``words`` (casefolded)."""
    return texts.is_null() | texts.str.to_lowercase().is_in(sorted(words)).fill_null(value=False)


def parse_text(cells: pl.Series, null_words: frozenset[str], *, plain: bool = False) -> pl.Series:
    """Trimmed text, null where blank; case and inner spaces stay as written.

    Args:
        cells: The cells, of any dtype.
        null_words: Casefolded words that mean "no value", beyond the built-in ones.
        plain: The cells are known to be ASCII without NUL.

    >>> parse_text(pl.Series([" Acme ", "N/A", "NA", "'-5", ""]), frozenset()).to_list()
    ['Acme', None, 'NA', '-5', None]
    """
    text = plain_text(cells)
    shapes = _shapes(null_words)
    if text.head(_SAMPLE).n_unique() > _FEW:
        if all_whole(text.head(_FEW)) and all_whole(text):
            return text
        return _read_text(text, shapes, plain=plain)
    words = text.drop_nulls().unique()
    read = _read_text(words, shapes, plain=plain)
    changed = words.ne_missing(read)
    if not changed.any():
        return text
    old = words.filter(changed)
    return text.replace(old, read.filter(changed))


def blank_labels(cells: pl.Series, read: pl.Series) -> list[str]:
    """What stands in brackets in cells that were read as no value, and could be taken for a name.

    Args:
        cells: The cells (String).
        read: What :func:`parse_text` makes of them.

    >>> cells = pl.Series(["(blank)", "Ann", None, "-"])
    >>> blank_labels(cells, parse_text(cells, frozenset()))
    ['(blank)']
    """
    if cells.null_count() == read.null_count():
        return []
    texts = cells.filter(read.is_null() & cells.is_not_null()).unique()
    return sorted(text for text in cleaned(texts).to_list() if text.startswith("("))


def _read_text(text: pl.Series, shapes: list[str], *, plain: bool) -> pl.Series:
    tidy = cleaned(text, plain=plain).alias("t")
    if not tidy.is_in(shapes).any():
        return tidy.alias(text.name)
    frame = tidy.to_frame()
    return frame.select(pl.when(~pl.col("t").is_in(shapes)).then("t").alias(text.name)).to_series()


@cache
def _shapes(null_words: frozenset[str]) -> list[str]:
    """Words that mean "no value" in the writings that occur."""
    words = NULL_WORDS | null_words
    forms = {form for word in words for form in (word, word.upper(), word.capitalize(), word.title())}
    return sorted({"NaN", *forms, *(form[:1].lower() + form[1:] for form in forms)})


# --- ids: text, case-sensitive, never a number ---


def all_whole(text: pl.Series) -> bool:
    """Whether every text is a whole number as a machine writes it: digits, and nothing else but a sign before them.

    >>> import polars as pl
    >>> all_whole(pl.Series(["0012", None, "-7"])), all_whole(pl.Series(["12 ", "7"]))
    (True, False)
    """
    return text.cast(pl.Int64, strict=False).null_count() == text.null_count()


def scientific_ids(text: pl.Series) -> pl.Series:
    """Which ids a spreadsheet has turned into scientific notation, so that the last digits are lost.

    >>> import polars as pl
    >>> scientific_ids(pl.Series(["5.80502800003085e+18", "5805028000030850000", "12E5", None])).to_list()
    [True, False, False, False]
    """
    found = text.str.contains(r"^\s*(?:zcrm_)?[1-9](?:[.,][0-9]+)?[eE]\+?[0-9]{2}\s*$")
    return found.fill_null(value=False)


_DECIMALS = r"^-?\d+\.\d*[1-9]\d*$"


POINT_ZERO = frozenset({"point_zero"})
"""What ids show that a program has written as numbers."""


def id_evidence(ids: pl.Series, *, alone: bool = False) -> Evidence:
    """What a part shows of ids that a program has written as numbers: some end in ``.0``, and some have other decimals.

    Args:
        ids: The part.
        alone: It is the whole column: where no id ends so, the others need no look.

    >>> sorted(id_evidence(pl.Series(["1.0", "1.5", "A-7"])).facts)
    ['decimals', 'point_zero']
    """
    facts = {"point_zero"} if ids.str.ends_with(".0").any() else set()
    if (facts or not alone) and ids.str.contains(_DECIMALS).any():
        facts.add("decimals")
    return Evidence(facts=frozenset(facts))


def without_decimals(ids: pl.Series, evidence: Evidence | None = None) -> pl.Series | None:
    """Ids without the ``.0`` that a column of numbers with blanks gets in many programs; None where none has it.

    Where another id has decimals that say something (``1.5``), all stay as they are.

    Args:
        ids: A part of the column, or all of it.
        evidence: That of all parts; of these ids alone if None.

    >>> without_decimals(pl.Series(["101.0", None, "A-7"])).to_list()
    ['101', None, 'A-7']
    >>> without_decimals(pl.Series(["1.0", "1.5"])) is None
    True
    """
    facts = (evidence or id_evidence(ids, alone=True)).facts
    if facts != POINT_ZERO:
        return None
    return ids.str.replace(r"^(-?\d+)\.0$", "$1")
