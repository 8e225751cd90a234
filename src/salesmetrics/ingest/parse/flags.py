"""Yes and no in the languages of the exports."""

from __future__ import annotations

import polars as pl

from salesmetrics.ingest.parse.blanks import TYPED_NULL_WORDS, blank, cleaned
from salesmetrics.ingest.parse.common import KEY, Parsed, ParseOptions, Reading, over_distinct

__all__ = ["FALSE_WORDS", "TRUE_WORDS", "parse_flags"]

TRUE_WORDS = frozenset(
    {
        "true", "yes", "y", "t", "1", "1.0", "1,0", "on", "x", "✓", "✔", "☑", "✅", "checked", "done", "completed", "active", "enabled",
        "да", "истина", "д", "выполнено", "активен", "активна", "是", "真", "有", "对", "對", "启用", "已启用", "ya", "benar", "نعم", "صحيح",
        "sí", "si", "sì", "s", "sim", "verdadeiro", "verdadero", "vero", "ja", "j", "wahr", "oui", "o", "vrai", "tak", "evet",
        "prawda", "doğru", "waar", "sant", "sandt", "sann", "kyllä", "tosi", "ano", "áno", "pravda", "igen", "igaz", "da", "adevărat",
        "ναι", "ναί", "αληθές", "так", "вірно", "हाँ", "हां", "iya", "có", "đúng", "ใช่", "จริง", "예", "네", "참", "はい", "כן", "נכון",
    }
)  # fmt: skip
FALSE_WORDS = frozenset(
    {
        "false", "no", "n", "f", "0", "0.0", "0,0", "off", "✗", "✘", "☐", "❌", "unchecked", "undone", "not done", "not completed",
        "inactive", "disabled", "нет", "ложь", "н", "не выполнено", "неактивен", "неактивна", "否", "假", "无", "不", "不是", "停用", "未启用",
        "tidak", "salah", "لا", "خطأ", "não", "nao", "falso", "nein", "falsch", "non", "faux", "nie", "hayır",
        "hayir", "yanlış", "fałsz", "nee", "onwaar", "nej", "falskt", "falsk", "nei", "usann", "ei", "epätosi", "ne", "nepravda", "nem",
        "hamis", "nu", "fals", "όχι", "οχι", "ψευδές", "ні", "नहीं", "नही", "không", "sai", "ไม่", "ไม่ใช่", "เท็จ", "아니오", "아니요",
        "거짓", "いいえ", "לא", "לא נכון",
    }
)  # fmt: skip


def parse_flags(text: pl.Series, options: ParseOptions) -> Parsed:
    """Parse yes and no as Boolean; a word that means neither is bad, a blank is null (never "no").

    >>> parsed = parse_flags(pl.Series(["Да", "нет", "", "maybe"]), ParseOptions())
    >>> parsed.values.to_list(), parsed.bad.to_list()
    ([True, False, None, None], [False, False, False, True])
    """
    words = dict.fromkeys(TRUE_WORDS, True) | dict.fromkeys(FALSE_WORDS, False)
    null_words = (TYPED_NULL_WORDS | options.null_words) - words.keys()

    def read(texts: pl.Series) -> Reading:
        tidy = cleaned(texts)
        value = tidy.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
        bad = value.is_null() & ~blank(tidy, null_words)
        table = pl.DataFrame({KEY: texts, "value": value, "bad": bad})
        return Reading(table, tuple(sorted(table.filter(pl.col("value").is_not_null())[KEY])[:6]))

    nothing = pl.Series(text.name, [None], dtype=pl.Boolean).new_from_index(0, len(text))
    frame, seen = over_distinct(text, nothing, text.is_not_null(), read)
    return Parsed(frame["value"].alias(text.name), frame["bad"], "yes/no as " + ", ".join(seen) if seen else "yes/no")
