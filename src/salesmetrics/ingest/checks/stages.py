"""What was made of stage and status words, and which of them the user should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.frames.groups import Question, answers
from salesmetrics.ingest.canonical.outcome import looks_final
from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.recognise.words import comparable
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message, outcome_word
from salesmetrics.schema.provenance import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.canonical.outcome import StageWord
    from salesmetrics.ingest.checks.context import Context
    from salesmetrics.ingest.dataset import LoadedFile, ReadOptions
    from salesmetrics.schema.provenance import Finding

__all__ = ["check_option_words", "check_stage_words"]

_MOST_FINAL = 10
_TELLING = ("stage", "status", "is_won", "is_lost", "is_closed")
"""Columns that can tell an outcome."""


def check_stage_words(context: Context, told: frozenset[str] = frozenset()) -> list[Finding]:
    """Unknown words of each file: those that look like an end one by one, the others together.

    Args:
        context: The deals.
        told: Words that something is said about already.
    """
    findings: list[Finding] = []
    for index, file in enumerate(context.files):
        if file.recognition.kind != "deals":
            continue
        unknown = [word for word in file.stage_words if word.how == "unknown" and word.word not in told]
        final = [word for word in unknown if looks_final(word.word)]
        for word in final[:_MOST_FINAL]:
            findings += _final(context, index, word)
        rest = [word for word in unknown if word not in final[:_MOST_FINAL]]
        if rest and not _decided_elsewhere(file, context):
            findings += _unknown(context, index, rest)
    return findings + _closed_without_verdict(context) + _contradictions(context)


def _in_file(index: int, word: StageWord) -> pl.Expr:
    return (pl.col(FILE) == index) & (pl.col(word.column) == word.word)


def _contradictions(context: Context) -> list[Finding]:
    """Deals whose flags, status and stage do not tell one outcome."""
    if sum(context.has(name) for name in _TELLING) < 2:
        return []
    said: dict[tuple[str, str], str] = {}
    for file in context.files:
        if file.recognition.kind == "deals":
            said |= {(w.column, w.word): w.outcome for w in file.stage_words if w.how not in ("unknown", "option")}
    outcome, ended = pl.col("outcome"), pl.col("outcome").is_in(["won", "lost"])
    flagged = [pl.col(name) for name in ("is_won", "is_lost") if context.has(name)]
    masks = []
    for column in ("status", "stage"):
        if not context.has(column):
            continue
        words = {
            meaning: [w for (c, w), m in said.items() if (c, m) == (column, meaning)]
            for meaning in ("won", "lost", "open")
        }
        masks += [pl.col(column).is_in(words[end]) & (outcome != end) & (outcome != "other") for end in ("won", "lost")]
        if flagged and not (column == "stage" and context.has("status")):
            # A deal keeps the stage in which it ended where a status says how; where flags do, they follow the stage.
            masks.append(pl.col(column).is_in(words["open"]) & ended & pl.any_horizontal(flagged))
        if context.has("is_closed") and not (column == "stage" and context.has("status")):
            masks += _closed_while_open(context, pl.col(column).is_in(words["open"]))
    if context.has("is_closed"):
        masks.append(~pl.col("is_closed") & ended & (~pl.col("is_won") if context.has("is_won") else True))
    return _told_twice(context, masks)


def _closed_while_open(context: Context, opened: pl.Expr) -> list[pl.Expr]:
    """Deals that a flag closes in a stage that is open, where most closed ones stand in another: else they stay where they ended."""
    closed = pl.col("is_closed").fill_null(value=False) & pl.col("outcome").is_in(["won", "lost"])
    odd, ended = context.frame.select((closed & opened).sum(), closed.sum().alias("ended")).row(0)
    return [closed & opened] if 0 < odd * 2 < ended else []


def _told_twice(context: Context, masks: Sequence[pl.Expr]) -> list[Finding]:
    if not masks:
        return []
    mask = pl.any_horizontal(*[m.fill_null(value=False) for m in masks])
    columns = [name for name in _TELLING if context.has(name)]
    keys = [pl.col("outcome"), pl.col(columns[0])]
    (counts,) = answers([Question(context.frame, [pl.len().alias("len")], keys, [mask])])
    counts = counts.sort(["len", "outcome", columns[0]], descending=[True, False, False], nulls_last=True)
    words = tuple(
        Message("word_counted_as", word=word, outcome=outcome_word(outcome), n=n)
        for outcome, word, n in counts.head(5).iter_rows()
    )
    return context.report("outcome_contradicts", mask, columns[0], words=words) if words else []


def _closed_without_verdict(context: Context) -> list[Finding]:
    """Closed deals in stages that are known neither as won nor as lost, and are not void by their word."""
    if not context.has("is_closed"):
        return []
    said = [word for file in context.files for word in file.stage_words]
    void = {word.word for word in said if word.outcome == "other" or (word.how == "unknown" and looks_final(word.word))}
    columns = [c for c in ("status", "stage") if context.has(c)]
    mask = pl.col("is_closed") & (pl.col("outcome") == "other")
    for column in columns:
        mask &= ~pl.col(column).is_in(sorted(void)).fill_null(value=False)
    if not columns:
        return context.report("closed_without_verdict", mask, "is_closed", stages=Message("no_stage_given"))
    counts = context.frame.filter(mask).get_column(columns[-1]).value_counts(name="n")
    counts = counts.sort(["n", columns[-1]], descending=[True, False])
    stages = tuple((word, n) for word, n in counts.head(8).iter_rows())
    return context.report("closed_without_verdict", mask, columns[-1], stages=stages)


def _final(context: Context, index: int, word: StageWord) -> list[Finding]:
    mask = _in_file(index, word) & pl.col("outcome").is_in(["open", "other"])
    hits = context.frame.filter(mask).get_column("outcome")
    if hits.is_empty():
        return []
    flag = context.files[index].recognition.columns.get("is_closed")
    if flag is not None:
        open_all_the_same = mask & ~pl.col("is_closed")
        said = context.report(
            "stage_against_flag", open_all_the_same, word.column, word=word.word, flag=flag.header, field=word.column
        )
        if said:
            return said
    outcome = hits.mode().sort().first()
    return context.report(
        "stage_word_looks_final",
        mask,
        word.column,
        word=word.word,
        outcome=outcome_word(str(outcome)),
        field=word.column,
    )


def _decided_elsewhere(file: LoadedFile, context: Context) -> bool:
    """Flags or a status say what became of every deal, so that stage words need no meaning."""
    if context.has("is_won", "is_closed"):
        return True
    status = [word for word in file.stage_words if word.column == "status"]
    return bool(status) and all(word.how != "unknown" for word in status)


def _unknown(context: Context, index: int, words: Sequence[StageWord]) -> list[Finding]:
    """A warning where the file knows no won or no lost word at all: then perhaps these are the words for it."""
    meanings = {word.outcome for word in context.files[index].stage_words if word.how != "unknown"}
    ordinary = {"won", "lost"} <= meanings or context.has("is_closed")
    named_words = tuple((word.word, word.count) for word in words)
    columns = list(dict.fromkeys(word.column for word in words))
    named = [pl.col(c).is_in([word.word for word in words if word.column == c]) for c in columns]
    mask = (pl.col(FILE) == index) & (pl.col("outcome") == "open") & pl.any_horizontal(named)
    severity = Severity.NOTE if ordinary else None
    return context.report(
        "stage_words_unknown", mask, columns[0], severity=severity, field=columns[0], words=named_words
    )


def check_option_words(files: Sequence[LoadedFile], options: ReadOptions) -> list[Finding]:
    """Words given with ``--won``, ``--lost`` or ``--other`` that no deal has."""
    deals = [file for file in files if file.recognition.kind == "deals"]
    words = [word for file in files if file.recognition.kind in ("deals", "leads") for word in file.stage_words]
    present = {comparable(word.word): word.word for word in words}
    if not deals:
        return []
    asked = [(name, word) for name in ("won", "lost", "other", "open") for word in getattr(options, name)]
    ends = {word.outcome for file in deals for word in file.stage_words}
    return [
        finding(
            # A name that no deal is in says that there was none, where nothing else says so.
            "none_confirmed" if option in ("won", "lost") and option not in ends else "option_word_unused",
            kind="deals",
            count=0,
            option=option,
            word=word,
            words=tuple(present.values())[:12] or Message("none"),
        )
        for option, word in asked
        if comparable(word) not in present
    ]
