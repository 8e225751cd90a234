"""Words that mean "no value"."""

from __future__ import annotations

import polars as pl

from salesmetrics.ingest.parse.common import plain_text

__all__ = ["NULL_WORDS", "TYPED_NULL_WORDS", "blank", "clean", "parse_text"]

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

_INVISIBLE = r"[\u{feff}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}\u{2066}-\u{2069}\u{0000}]"


def clean(cells: pl.Expr) -> pl.Expr:
    """Cells without invisible marks, outer white space, and the apostrophe that some CRMs put before ``= + - @``."""
    return cells.str.replace_all(_INVISIBLE, "").str.strip_chars().str.replace(r"^'([=+\-@])", "$1")


def blank(cells: pl.Expr, words: frozenset[str]) -> pl.Expr:
    """Whether cleaned cells are null, empty, or one of ``words`` (casefolded)."""
    return cells.is_null() | cells.str.to_lowercase().is_in(sorted(words))


def parse_text(cells: pl.Series, null_words: frozenset[str]) -> pl.Series:
    """Trimmed text, null where blank; case and inner spaces stay as written.

    >>> parse_text(pl.Series([" Acme ", "N/A", "NA", "'-5", ""]), frozenset()).to_list()
    ['Acme', None, 'NA', '-5', None]
    """
    text = plain_text(cells)
    words = NULL_WORDS | null_words
    shapes = sorted({shape for word in words for shape in (word, word.upper(), word.capitalize(), word.title())})
    short = max(len(word.encode()) for word in shapes)
    frame = text.alias("t").to_frame().lazy()
    marked = pl.col("t").str.contains(rf"^[\s']|\s$|{_INVISIBLE}")
    tidy = frame.with_columns(pl.when(marked).then(clean(pl.col("t"))).otherwise(pl.col("t")).alias("t"))
    is_short = pl.col("t").str.len_bytes() <= short
    return (
        tidy.select(pl.when(is_short & pl.col("t").is_in(shapes)).then(None).otherwise(pl.col("t")).alias(text.name))
        .collect()
        .to_series()
    )
