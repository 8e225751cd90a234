"""How records ended, where the words of the files leave it open: what no number may rest on, and what to type to settle it.

An outcome is unsettled where stages that their deals have come to an end in are not understood, where no stage is known to
mean won, or where no deal is lost at all: a list without its losers has a win rate of 100 %.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from msgspec.structs import replace

from salesmetrics.frames.groups import distinct
from salesmetrics.ingest.canonical.outcome import looks_final
from salesmetrics.ingest.recognise.words import comparable
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.findings import MAX_ROWS, finding
from salesmetrics.schema.message import Message
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from salesmetrics.ingest.canonical.outcome import StageWord
    from salesmetrics.ingest.dataset import Part, ReadOptions
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding

__all__ = ["Unsettled", "ended_in_unknown_stages", "settles_lost", "settles_won", "unsettled"]

MOSTLY_ENDED = 0.9
"""A stage looks final when this share of its deals has ended, as far as anything but the stage can tell."""

_LIKE_A_WIN = re.compile(
    r"won|win\b|sign|unterschr|firmad|assinad|podpis|imza|sold|sale|close|convert|custom|client|kunde|klient|gagn|gewon|ganad|venc|vend|成|签|签约|受注|выигр|успе|продан",
    re.IGNORECASE,
)
"""Of words that nobody knows, those to offer first as the name of a win; nothing is decided by it."""

_ENDS = ("closed", "won_on", "lost_on")
_PAST = ("created", "stage_entered", "last_activity")


class Unsettled(NamedTuple):
    """What is left open: facts without a value, what is said about it, and the words that it names."""

    withheld: tuple[Withheld, ...] = ()
    findings: tuple[Finding, ...] = ()
    words: frozenset[str] = frozenset()


def ended_in_unknown_stages(frame: pl.DataFrame, words: Sequence[StageWord]) -> list[StageWord]:
    """The words that nobody knows and that nearly all of their deals have ended in.

    A deal has ended where it is flagged as closed, carries a closing date that is past, or a probability of 0 or 100 %.
    Deals whose flag or other word tells the outcome are not looked at.

    Args:
        frame: Canonical deals with ``outcome``, and their dates as the export has them.
        words: Meanings of ``status`` and ``stage``.
    """
    unknown = [word for word in words if word.how == "unknown"]
    ended = _ended(frame) if unknown else []
    if not ended:
        return []
    open_to_doubt = frame.filter(~_understood(frame, words))
    found: list[StageWord] = []
    for column in dict.fromkeys(word.column for word in unknown):
        shares = (
            open_to_doubt.filter(pl.col(column).is_in([word.word for word in unknown if word.column == column]))
            .group_by(column)
            .agg(pl.any_horizontal([e.fill_null(value=False) for e in ended]).mean().alias("share"))
        )
        final = dict(shares.iter_rows())
        found += [w for w in unknown if w.column == column and (final.get(w.word) or 0.0) >= MOSTLY_ENDED]
    return found


def _ended(frame: pl.DataFrame) -> list[pl.Expr]:
    have = set(frame.columns)
    ended = [pl.col(name).is_not_null() for name in _ENDS if name in have]
    if "is_closed" in have:
        ended.append(pl.col("is_closed"))
    if "probability" in have:
        ended.append(pl.col("probability").is_in([0, 1]))
    if "close_date" in have:
        closes = pl.when(pl.col("outcome") != "open").then(pl.col("close_date"))
        days = [closes, *(pl.col(name).cast(pl.Date) for name in _PAST if name in have)]
        last = frame.select(pl.max_horizontal([day.max() for day in days])).item()
        if last is not None:
            ended.append(pl.col("close_date") <= last)
    return ended


def _understood(frame: pl.DataFrame, words: Sequence[StageWord]) -> pl.Expr:
    """Deals of which a flag or a known word says how they ended."""
    told = [pl.col(name).is_not_null() for name in ("is_won",) if name in frame.columns]
    if "is_lost" in frame.columns:
        told.append(pl.col("is_lost"))
    for column in ("status", "stage"):
        known = [word.word for word in words if word.column == column and word.how != "unknown"]
        if known and column in frame.columns:
            told.append(pl.col(column).is_in(known))
    return pl.any_horizontal([mask.fill_null(value=False) for mask in told]) if told else pl.lit(value=False)


def unsettled(
    frames: Mapping[Kind, pl.DataFrame], parts: Sequence[Part], options: ReadOptions, defined: frozenset[str]
) -> Unsettled:
    """What the words of all files together leave open about how deals and leads ended.

    Args:
        frames: United frames by kind.
        parts: The files behind them.
        options: What the user settled.
        defined: Outcomes that a pipelines file has a stage for.
    """
    deals, leads = ([part for part in parts if part.kind == kind] for kind in ("deals", "leads"))
    found = [
        *_of_deals(frames.get("deals"), deals, _named_for(options, deals, leads), defined),
        *_of_leads(frames.get("leads"), leads, _named_for(options, leads, deals)),
    ]
    return Unsettled(
        tuple(item for each in found for item in each.withheld),
        tuple(item for each in found for item in each.findings),
        frozenset(word for each in found for word in each.words),
    )


def _named_for(options: ReadOptions, own: Sequence[Part], others: Sequence[Part]) -> ReadOptions:
    """The options without the names that are those of the other kind of record: they settle nothing of this one."""
    here, there = ({comparable(word.word) for part in parts for word in part.stage_words} for parts in (own, others))
    won, lost = (
        tuple(name for name in names if comparable(name) in here or comparable(name) not in there)
        for names in (options.won, options.lost)
    )
    return replace(options, won=won, lost=lost)


def _of_deals(
    deals: pl.DataFrame | None, parts: Sequence[Part], options: ReadOptions, defined: frozenset[str]
) -> Iterator[Unsettled]:
    if deals is None or deals.is_empty() or "outcome" not in deals.columns:
        return
    final = [(part, word) for part in parts for word in part.final_words]
    if final:
        yield Unsettled(
            (Withheld("deals", "outcome", "stage_not_understood"),),
            tuple(_not_understood(part) for part in parts if part.final_words),
            frozenset(word.word for _, word in final),
        )
        return
    outcomes = set(distinct(deals, "outcome").to_list())
    if "won" not in outcomes and not settles_won(deals, options, defined):
        yield _without_won(deals, parts)
    elif outcomes == {"won"}:
        yield Unsettled(_only_won(options))
    elif "won" in outcomes and "lost" not in outcomes and not settles_lost(options):
        yield _without_lost(deals, parts)


def settles_won(deals: pl.DataFrame, options: ReadOptions, defined: frozenset[str]) -> bool:
    """Whether it is known that no deal was won: a flag or a definition of the stages tells, or the user says so."""
    return bool(options.won) or "is_won" in deals.columns or "won" in defined


def settles_lost(options: ReadOptions) -> bool:
    """Whether the user has named a stage that means lost: then that no deal is in it means that none was lost."""
    return bool(options.lost)


def _only_won(options: ReadOptions) -> tuple[Withheld, ...]:
    rest = (Withheld("deals", "not_won", "only_won_deals"),)
    return rest if settles_lost(options) else (Withheld("deals", "lost", "only_won_deals"), *rest)


def _counted(words: Iterable[StageWord]) -> tuple[tuple[str, int], ...]:
    return tuple((word.word, word.count) for word in words)


def _not_known(words: Sequence[StageWord]) -> Message | None:
    return Message("not_understood", words=_counted(words)) if words else None


def _rows(frame: pl.DataFrame, words: Sequence[StageWord]) -> tuple[int, list[int]]:
    masks = [
        pl.col(column).is_in([word.word for word in words if word.column == column])
        for column in dict.fromkeys(word.column for word in words)
        if column in frame.columns
    ]
    if not masks:
        return 0, []
    rows = frame.filter(pl.any_horizontal([mask.fill_null(value=False) for mask in masks])).get_column(ROW)
    return len(rows), rows.head(MAX_ROWS).to_list()


def _not_understood(part: Part) -> Finding:
    words = sorted(part.final_words, key=_likely)
    count, rows = _rows(part.frame, words)
    first = words[0]
    return finding(
        "stage_not_understood",
        kind="deals",
        path=part.path,
        column=part.header(first.column),
        count=count,
        rows=rows,
        field=first.column,
        words=_counted(words),
        word=first.word,
    )


def _unknown(parts: Sequence[Part]) -> list[StageWord]:
    """Words that nobody knows, those first that read like a win or an end, then the most frequent."""
    words = [word for part in parts for word in part.stage_words if word.how == "unknown"]
    return sorted(words, key=_likely)


def _likely(word: StageWord) -> tuple[bool, bool, int, str]:
    return not _LIKE_A_WIN.search(word.word), not looks_final(word.word), -word.count, word.word


def _without_won(deals: pl.DataFrame, parts: Sequence[Part]) -> Unsettled:
    words = _unknown(parts)
    path = parts[0].path if len(parts) == 1 else None
    if words:
        count, rows = _rows(deals, words)
        said = finding(
            "no_won_stage",
            kind="deals",
            path=path,
            column=parts[0].header(words[0].column) if len(parts) == 1 else None,
            count=count,
            rows=rows,
            unknown=_not_known(words),
            word=words[0].word,
        )
        facts: tuple[Withheld, ...] = (Withheld("deals", "outcome", "no_won_stage"),)
    else:
        said = finding("no_won_stage", kind="deals", path=path, count=0, unknown=None, word="Closed Won")
        facts = (Withheld("deals", "won", "no_won_stage"),)
        if not (deals.get_column("outcome") == "lost").any():
            facts = (*facts, Withheld("deals", "lost", "no_won_stage"))
    return Unsettled(facts, (said,), frozenset(word.word for word in words))


def _without_lost(deals: pl.DataFrame, parts: Sequence[Part]) -> Unsettled:
    won = int((deals.get_column("outcome") == "won").sum())
    words = _unknown(parts)
    said = finding(
        "no_lost_deal",
        kind="deals",
        path=parts[0].path if len(parts) == 1 else None,
        count=deals.height - won,
        won=won,
        unknown=_not_known(words),
        word=next((word.word for word in words if looks_final(word.word)), "Closed Lost"),
    )
    return Unsettled((Withheld("deals", "lost", "no_lost_deal"),), (said,), frozenset(word.word for word in words))


_TELL_CONVERSION = frozenset({"converted_at", "deal_id"})


def _of_leads(leads: pl.DataFrame | None, parts: Sequence[Part], options: ReadOptions) -> Iterator[Unsettled]:
    """Leads of which only a status tells what became of them, and no status is known to mean converted."""
    if leads is None or leads.is_empty() or "status" not in leads.columns or "outcome" not in leads.columns:
        return
    words = _unknown(parts)
    flagged = any({"is_converted", *_TELL_CONVERSION} & part.recognition.columns.keys() for part in parts)
    if not words or (leads.get_column("outcome") == "converted").any() or flagged or options.won:
        return
    count, rows = _rows(leads, words)
    said = finding(
        "no_converted_status",
        kind="leads",
        path=parts[0].path if len(parts) == 1 else None,
        column=parts[0].header("status") if len(parts) == 1 else None,
        count=count,
        rows=rows,
        words=_counted(words),
        word=words[0].word,
    )
    yield Unsettled(
        (Withheld("leads", "outcome", "no_converted_status"), Withheld("leads", "is_converted", "no_converted_status")),
        (said,),
        frozenset(word.word for word in words),
    )
