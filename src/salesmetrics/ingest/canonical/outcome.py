"""What became of a deal or a lead, and on which day: derived once, by one declared precedence.

Deals: the user's ``--won/--lost/--other`` words → boolean flags → status word → stage (pipeline definition, then words) →
closed flag, which makes any other deal ``other``. Probability is never asked. What no rule knows is open.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

import msgspec
import polars as pl

from salesmetrics.frames.groups import counts_of_words
from salesmetrics.ingest.parse.common import by_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = [
    "CLOSED_OUTCOMES",
    "Classifier",
    "StageWord",
    "Vocabulary",
    "archived_as_lost",
    "close_dates",
    "deal_outcomes",
    "lead_outcomes",
    "looks_final",
    "word_counts",
]

CLOSED_OUTCOMES = ("won", "lost", "other")

_FINAL = re.compile(
    r"\b(won|win|lost|closed?|signed|issued|delivered|completed?|done|paid|payment|finished|successful|success|cancel+ed|"
    r"rejected|declined|dead|abandoned|archived|passed|approved|accepted|fulfilled|shipped|invoiced|expired|terminated|ganad[oa]|perdid[oa]|cerrad[oa]|firmad[oa]|pagad[oa]|finalizad[oa]|"
    r"actualizad[oa]|completad[oa]|concluíd[oa]|fechad[oa]|assinad[oa]|gewonnen|verloren|abgeschlossen|erledigt|"
    r"gagnée?|perdue?|signée?|terminée?|payée?|clos|lunas|selesai|free education)\b"
    r"|выдан|оплачен|подписан|заверш|закрыт|реализован|успех|успешн|отгружен|отказ|отмен|провал|проигр|выигр"
    r"|完成|成交|已签|签约|簽約|已付|付款|关闭|關閉|结束|結束|赢|贏|输单|輸單|丢单"
    r"|مكتمل|مغلق|تم ",
    re.IGNORECASE,
)


def looks_final(word: str) -> bool:
    """Does this stage name read like an end rather than a step?

    >>> looks_final("Выдано"), looks_final("Payment Done"), looks_final("Negotiation")
    (True, True, False)
    """
    return _FINAL.search(word) is not None


class Classifier(Protocol):
    """What knows the meaning of words: the words of a profile."""

    def classify(self, word: str, meanings: Sequence[str] | None = None) -> str | None:
        """The meaning of a word, or None."""


class StageWord(msgspec.Struct, frozen=True):
    """A stage or status word of a file and what it was taken to mean.

    ``how`` is ``option``, ``pipelines``, ``profile``, ``generic`` or ``unknown`` (taken as open unless a flag decides).
    """

    column: str
    word: str
    outcome: str
    how: str
    count: int


class Vocabulary(msgspec.Struct, frozen=True):
    """Everything that can give a word its meaning, asked in this order: options, definitions, profile, generic.

    Args:
        normalise: How words are made comparable.
        options: Normalised word → outcome, from ``--won``, ``--lost`` and ``--other``.
        definitions: Normalised stage id or name → outcome, from a pipelines file.
        profile: Words that the CRM's own profile declares.
        generic: Words that hold for every CRM.
        further: Words of languages that are asked only for what nobody else knows.
    """

    normalise: Callable[[str], str]
    options: Mapping[str, str] = msgspec.field(default_factory=dict)
    definitions: Mapping[str, str] = msgspec.field(default_factory=dict)
    profile: Classifier | None = None
    generic: Classifier | None = None
    further: Classifier | None = None

    def meaning(self, word: str) -> tuple[str | None, str]:
        """The outcome of a word and where it was found; ``(None, "unknown")`` for a word that no source knows."""
        key = self.normalise(word)
        for source, how in ((self.options, "option"), (self.definitions, "pipelines")):
            if key in source:
                return source[key], how
        for words, how in ((self.profile, "profile"), (self.generic, "generic"), (self.further, "generic")):
            outcome = words.classify(word) if words is not None else None
            if outcome is not None:
                return outcome, how
        return None, "unknown"


def word_counts(frame: pl.DataFrame, columns: Iterable[str], vocabulary: Vocabulary) -> tuple[StageWord, ...]:
    """Every distinct word of these columns with its meaning and its number of rows, most frequent first."""
    words: list[StageWord] = []
    there = [column for column in columns if column in frame.columns]
    for column, counts in zip(there, counts_of_words(frame, *there), strict=True):
        for word, n in counts:
            outcome, how = vocabulary.meaning(word)
            words.append(StageWord(column, word, outcome or "open", how, n))
    return tuple(words)


def _meaning_of(words: Sequence[StageWord], column: str, *, options: bool) -> pl.Expr | None:
    """An expression that turns the words of a column into outcomes: those of the options, or all the others."""
    table = {
        word.word: word.outcome
        for word in words
        if word.column == column and word.how != "unknown" and (word.how == "option") is options
    }
    if not table:
        return None
    return by_words(column, table, pl.String())


def deal_outcomes(frame: pl.DataFrame, words: Sequence[StageWord]) -> pl.Expr:
    """The outcome of each deal: ``won``, ``lost``, ``other`` or ``open``, never null.

    Args:
        frame: Canonical deals; any of ``status``, ``stage`` (String), ``is_won``, ``is_lost``, ``is_closed`` (Boolean),
            ``won_on``, ``lost_on`` (Date). The two days are asked only where no other column says anything.
        words: What :func:`word_counts` made of ``status`` and ``stage``.

    Returns:
        An expression of dtype String named ``outcome``.

    >>> frame = pl.DataFrame({"is_won": [True, None], "is_closed": [True, True]})
    >>> frame.select(deal_outcomes(frame, ()))["outcome"].to_list()
    ['won', 'other']
    """
    have = set(frame.columns)
    steps: list[pl.Expr] = []
    for column in ("stage", "status"):
        asked = _meaning_of(words, column, options=True) if column in have else None
        if asked is not None:
            steps.append(asked)
    by_word = [
        known
        for column in ("status", "stage")
        if column in have and (known := _meaning_of(words, column, options=False)) is not None
    ]
    steps += _by_flags(have, by_word)
    if "is_closed" in have:
        # A word of an open stage does not keep a closed deal open: the closed flag decides between open and other.
        said = pl.coalesce(*by_word) if by_word else pl.lit(None, dtype=pl.String)
        steps.append(pl.when(said != "open").then(said))
        steps.append(pl.when(pl.col("is_closed")).then(pl.lit("other")))
    else:
        steps += by_word
    if not have & {"status", "stage", "is_won", "is_lost", "is_closed"}:
        steps += [pl.when(pl.col(c).is_not_null()).then(pl.lit(o)) for c, o in _DATED if c in have]
    return pl.coalesce(*steps, pl.lit("open")).alias("outcome")


_DATED = (("won_on", "won"), ("lost_on", "lost"))


def _by_flags(have: set[str], by_word: Sequence[pl.Expr]) -> list[pl.Expr]:
    """What the boolean columns say. "Closed and not won" is lost, unless a word says it is neither (void, duplicate)."""
    steps: list[pl.Expr] = []
    if "is_won" in have:
        steps.append(pl.when(pl.col("is_won")).then(pl.lit("won")))
    if "is_lost" in have:
        steps.append(pl.when(pl.col("is_lost")).then(pl.lit("lost")))
    if {"is_won", "is_closed"} <= have:
        closed_not_won = pl.col("is_closed") & ~pl.col("is_won")
        if "is_lost" in have:
            # A system that has both flags can say lost; where it says neither, the words or the closed flag decide.
            said: pl.Expr = pl.when(pl.col("is_lost").is_null()).then(pl.lit("lost"))
        else:
            void = pl.coalesce(*by_word) == "other" if by_word else pl.lit(value=False)
            said = pl.when(void).then(pl.lit("other")).otherwise(pl.lit("lost"))
        steps.append(pl.when(closed_not_won).then(said))
    return steps


def archived_as_lost(frame: pl.DataFrame, words: Sequence[StageWord], column: str = "Active") -> pl.Expr:
    """``is_lost`` for CRMs that archive a lost deal in the stage where it stood: not active, and in no stage that is won.

    Args:
        frame: Canonical deals with ``column`` as text.
        words: Meanings of ``stage``.
        column: Header of the flag.
    """
    archived = pl.col(column).str.to_lowercase().is_in(["false", "0", "no"])
    won = [word.word for word in words if word.column == "stage" and word.outcome == "won"]
    if "stage" in frame.columns and won:
        archived &= ~pl.col("stage").is_in(won).fill_null(value=False)
    known = pl.col("is_lost") if "is_lost" in frame.columns else pl.lit(None, dtype=pl.Boolean)
    return pl.coalesce(known, pl.when(archived).then(pl.lit(value=True))).alias("is_lost")


def close_dates(frame: pl.DataFrame) -> list[pl.Expr]:
    """``closed`` (the day a closed deal ended) and ``expected_close``, from the date columns that the frame has.

    Args:
        frame: Canonical deals with ``outcome``; any of ``won_on``, ``lost_on``, ``closed``, ``close_date``, ``expected_close``.

    Returns:
        Expressions of dtype Date, only for what can be known; ``closed`` is null on open deals.
    """
    have = set(frame.columns)
    outcome = pl.col("outcome")
    result: list[pl.Expr] = []
    ends: dict[str, list[str]] = {
        "won": [c for c in ("won_on", "closed", "close_date") if c in have],
        "lost": [c for c in ("lost_on", "closed", "close_date") if c in have],
        "other": [c for c in ("closed", "close_date") if c in have],
    }
    if ends["won"] or ends["lost"]:
        shared = ends["other"]
        closed: pl.Expr = pl.lit(None, dtype=pl.Date)
        if shared:
            closed = pl.when(outcome != "open").then(pl.coalesce(shared))
        for column, word in _DATED:
            if column in have:
                closed = pl.when(outcome == word).then(pl.coalesce(pl.col(column), closed)).otherwise(closed)
        result.append(closed.alias("closed"))
    if "close_date" in have:
        open_only = pl.when(outcome == "open").then(pl.col("close_date"))
        expected = pl.coalesce("expected_close", open_only) if "expected_close" in have else open_only
        result.append(expected.alias("expected_close"))
    return result


def lead_outcomes(frame: pl.DataFrame, words: Sequence[StageWord]) -> list[pl.Expr]:
    """``outcome`` (``converted``, ``qualified``, ``disqualified``, ``open``) and ``is_converted`` of each lead.

    Each is made only where a column of the export can tell: leads without a flag, a time, a deal or a status are not
    leads that did not convert.

    The conversion flag decides before any status word: CRMs keep a status such as "Junk Lead" on leads that did convert.

    Args:
        frame: Canonical leads; any of ``is_converted``, ``is_qualified`` (Boolean), ``converted_at``, ``qualified_at``
            (Datetime), ``deal_id``, ``status`` (String).
        words: Meanings of ``status``, in the outcomes of leads.
    """
    have = set(frame.columns)
    status = _meaning_of(words, "status", options=False) if "status" in have else None
    asked = _meaning_of(words, "status", options=True) if "status" in have else None
    converted: list[pl.Expr] = []
    if "is_converted" in have:
        converted.append(pl.col("is_converted"))
    else:
        converted += [pl.col(c).is_not_null() for c in ("converted_at", "deal_id") if c in have]
        if "status" in have:
            converted.append(pl.lit(value=False) if status is None else status == "converted")
    if not converted and asked is None and not have & {"is_qualified", "qualified_at", "status"}:
        return []
    is_converted = (
        pl.any_horizontal(*[c.fill_null(value=False) for c in converted]) if converted else pl.lit(value=False)
    )
    if asked is not None:
        is_converted = pl.coalesce(asked == "converted", is_converted)
    steps = [pl.when(is_converted).then(pl.lit("converted"))]
    if "is_qualified" in have:
        steps.append(pl.when(pl.col("is_qualified")).then(pl.lit("qualified")))
    if "qualified_at" in have:
        steps.append(pl.when(pl.col("qualified_at").is_not_null()).then(pl.lit("qualified")))
    steps += [pl.when(said != "converted").then(said) for said in (asked, status) if said is not None]
    outcome = pl.coalesce(*steps, pl.lit("open")).alias("outcome")
    return [outcome, is_converted.alias("is_converted")] if converted or asked is not None else [outcome]
