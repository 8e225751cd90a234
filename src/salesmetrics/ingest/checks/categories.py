"""One thing under several spellings: `Avito`, `avito`, `Авито` are three rows in every table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.frames.groups import counts_of_words, distinct
from salesmetrics.ingest.recognise.words import comparable, normalise
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.ingest.checks.context import Context
    from salesmetrics.schema.provenance import Finding

__all__ = ["check_spellings", "same_thing", "variants"]

_MOST_VALUES = 2_000

_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхцыэ", "abvgdeziyklmnoprstufhcye", strict=True))
    | {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "ъ": "", "ь": ""}
)
_MARKS = re.compile(r"[\s_\-./'\",]+")


def same_thing(word: str) -> tuple[str, str]:
    """Two keys of a word: with look-alike letters folded, and with Cyrillic transliterated.

    Case, spaces, dots and dashes do not count; letters and digits do.

    >>> same_thing("Авито")[1] == same_thing("AVITO")[1]
    True
    >>> same_thing("GTX Pro") == same_thing("GTXPro")
    True
    """
    return _MARKS.sub("", comparable(word)), _MARKS.sub("", normalise(word).translate(_LATIN))


def variants(counts: Mapping[str, int]) -> list[list[str]]:
    """Groups of words that are spellings of one thing, the most frequent spelling first.

    >>> variants({"Avito": 3, "avito": 1, "phone": 4})
    [['Avito', 'avito']]
    """
    groups: dict[tuple[int, str], set[str]] = {}
    for word in counts:
        for i, key in enumerate(same_thing(word)):
            if any(letter.isalpha() for letter in key):
                groups.setdefault((i, key), set()).add(word)
    merged: list[set[str]] = []
    for group in groups.values():
        if len(group) < 2:
            continue
        touching = [known for known in merged if known & group]
        merged = [known for known in merged if not known & group]
        merged.append(group.union(*touching))
    ordered = [sorted(group, key=lambda word: (-counts[word], word)) for group in merged]
    return sorted(ordered, key=lambda group: (-sum(counts[w] for w in group), group[0]))


def check_spellings(context: Context, columns: Iterable[str]) -> list[Finding]:
    """Say which values of a category column are spellings of one thing; they are kept apart."""
    findings: list[Finding] = []
    for column in columns:
        if not context.has(column):
            continue
        words = distinct(context.frame, column)
        if len(words) > _MOST_VALUES or not variants(dict.fromkeys(words, 0)):
            continue
        groups = variants(dict(counts_of_words(context.frame, column)[0]))
        rarer = [word for group in groups for word in group[1:]]
        mask = pl.col(column).is_in(rarer)
        findings += context.report("spelling_variants", mask, column, spellings=_spellings(groups))
    return findings


def _spellings(groups: Sequence[Sequence[str]]) -> tuple[Message, ...]:
    return tuple(Message("spellings", words=tuple(group[:6])) for group in groups)
