"""One command for a file that is not recognised: guessed, tried, and mended until the file can be read with it.

Own file: it reads the file anew with every guess, which recognition cannot do. What comes of it is shown, never applied.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import read_files
from salesmetrics.ingest.recognise.colloquial import guess_outcome
from salesmetrics.ingest.recognise.guess import guess_columns
from salesmetrics.ingest.recognise.guessed import Guessed, settles_kind
from salesmetrics.ingest.recognise.refusals import resolve_mapping
from salesmetrics.ingest.recognise.words import comparable
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.ingest.dataset import Dataset, ReadOptions
    from salesmetrics.ingest.source.arguments import FileArgument
    from salesmetrics.ingest.table.table import RawTable
    from salesmetrics.schema.provenance import Finding

__all__ = ["REFUSED", "Proposal", "WordGuess", "is_something_else", "propose", "propose_after", "with_way_out"]

REFUSED = frozenset(
    {
        "kind_unknown",
        "kind_ambiguous",
        "column_missing",
        "date_order_ambiguous",
        "decimal_ambiguous",
        "date_order_mixed",
        "too_many_rejected",
    }
)
"""Codes of refusals that a guess may lead out of."""

_TRIES = 6
_TRIED = 50_000
"""So many rows are read to try a guess."""


class WordGuess(msgspec.Struct, frozen=True):
    """A stage that no profile knows, and the end that it could mean."""

    word: str
    outcome: str
    count: int


class Proposal(msgspec.Struct, frozen=True):
    """How a file could be read.

    Attributes:
        path: The file, as its argument names it.
        guessed: What each column could be.
        options: What it takes to read the file so: mapping, words, order of dates, decimal mark.
        words: Stages that are given a meaning.
        works: It was tried, and reads the file.
        good: It works, and rests on more than the place of a column.
        assumed: Option → how what the file leaves open was taken.
        why_not: What refuses the file even so.
        unsettled: What leaves the outcome of deals unknown even so: a stage to be named.
    """

    path: str
    guessed: Guessed
    options: ReadOptions
    words: tuple[WordGuess, ...]
    works: bool
    good: bool
    assumed: Mapping[str, str]
    why_not: SalesmetricsError | None = None
    unsettled: Finding | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The command that reads the file so, as it is typed in a shell: the file, then each option with its value."""
        options = self.options
        pairs = [("map", f"{field}={' '.join(header.split())}") for field, header in options.mapping.items()]
        pairs += [(name, word) for name in ("won", "lost", "other", "open") for word in getattr(options, name)]
        for name in ("date_order", "decimal", "delimiter", "encoding", "profile", "timezone"):
            value = getattr(options, name)
            if value is not None:
                pairs.append((name.replace("_", "-"), "tab" if value == "\t" else value))
        first = f"salesmetrics report {_quoted(f'{self.guessed.kind}={self.path}')}"
        return (first, *(f"--{name} {_quoted(value)}" for name, value in pairs))


def _quoted(word: str) -> str:
    """A word as a shell takes it; of a pair only what stands behind the sign is quoted.

    >>> _quoted("amount=How much"), _quoted("deals=x.csv")
    ("amount='How much'", 'deals=x.csv')
    """
    name, equals, value = word.partition("=")
    if equals and name.replace("_", "").isalnum() and name.isascii():
        return f"{name}={shlex.quote(value)}" if value else word
    return shlex.quote(word)


def propose(table: RawTable, argument: FileArgument, options: ReadOptions) -> Proposal:
    """Guess how a table could be read, and try it.

    Args:
        table: The table, all text.
        argument: The file that it is of, and its kind where the user named one.
        options: What the user settled: this holds, and is part of what is proposed.
    """
    frame = table.frame.drop(ROW)
    headers = list(frame.columns)
    try:
        said = resolve_mapping(options.mapping, headers, argument.path)
    except SalesmetricsError:
        said = {}
    guessed = guess_columns(frame, argument.kind, said)
    chosen = replace(options, mapping={**options.mapping, **guessed.mapping})
    words: tuple[WordGuess, ...] = ()
    doubt: SalesmetricsError | None = None
    unsettled: Finding | None = None
    for _ in range(_TRIES):
        try:
            dataset = _tried(table, argument, guessed, chosen)
        except SalesmetricsError as error:
            doubt = error
            mended = _mended(error, guessed, chosen, headers)
            if mended is None:
                break
            guessed, chosen = mended
            continue
        doubt, unsettled = None, _unsettled(dataset)
        found = _words(dataset, chosen) if guessed.kind == "deals" else ()
        if not found:
            break
        words = (*words, *found)
        chosen = replace(
            chosen,
            won=(*chosen.won, *_spelt_once(found, "won")),
            lost=(*chosen.lost, *_spelt_once(found, "lost")),
            open=(*chosen.open, *_spelt_once(found, "open")),
        )
    works = doubt is None and unsettled is None
    assumed = {
        name: str(getattr(chosen, name))
        for name in ("date_order", "decimal")
        if getattr(chosen, name) != getattr(options, name)
    }
    return Proposal(
        argument.path, guessed, chosen, words, works, works and settles_kind(guessed), assumed, doubt, unsettled
    )


def _spelt_once(words: Sequence[WordGuess], outcome: str) -> list[str]:
    """The stages that could mean an end, each in one spelling: an option holds for all of them."""
    return list({comparable(each.word): each.word for each in reversed(words) if each.outcome == outcome}.values())[
        ::-1
    ]


def propose_after(
    error: SalesmetricsError,
    arguments: Sequence[str],
    tables: Mapping[str, Sequence[RawTable]],
    options: ReadOptions,
) -> tuple[Proposal, tuple[str, ...], ReadOptions] | None:
    """A proposal for the file that stops the reading of several; None where no guess leads out.

    Args:
        error: What stopped it.
        arguments: All files, as they were named.
        tables: Path → the tables of the files that were opened.
        options: What the user settled.

    Returns:
        The proposal, the other files, and the options that concern them.
    """
    if error.code not in REFUSED:
        return None
    named = expand(arguments)
    for argument in named:
        table = next((t for t in tables.get(argument.path, ()) if t.source.path == error.details.get("path")), None)
        if table is None:
            continue
        others = tuple(f"{a.kind}={a.path}" if a.kind else a.path for a in named if a.path != argument.path)
        elsewhere = {
            header for path, each in tables.items() if path != argument.path for t in each for header in t.frame.columns
        }
        own = set(table.frame.columns) - elsewhere
        mapping = {field: header for field, header in options.mapping.items() if header not in own}
        return propose(table, argument, options), others, replace(options, mapping=mapping)
    return None


def with_way_out(
    error: SalesmetricsError, table: RawTable | None, argument: FileArgument, options: ReadOptions
) -> SalesmetricsError:
    """The refusal of a file with what to type next: the command that `inspect` shows, and the command itself where it is good.

    Args:
        error: Why the file is not read.
        table: Its table, where it is still at hand.
        argument: The file.
        options: What the user settled.
    """
    fix = error.details.get("fix")
    if error.code not in _NAMED or not isinstance(fix, Message):
        return error
    path = _quoted(argument.path)
    if table is not None and fix.code in _VAGUE and not is_something_else(error):
        proposal = propose(table, argument, options)
        if proposal.good:
            kind, command = proposal.guessed.kind, " ".join(proposal.lines)
            fix = Message("paste_this", kind=kind, command=command, path=path)
            return SalesmetricsError(error.code, **{**error.details, "fix": fix})
    return SalesmetricsError(error.code, **{**error.details, "fix": Message("or_inspect", fix=fix, path=path)})


def is_something_else(error: SalesmetricsError) -> bool:
    """Whether a file is refused because it looks like something that is no kind of ours."""
    detail = error.details.get("detail")
    return isinstance(detail, Message) and detail.code == "instead"


_NAMED = frozenset({"kind_unknown", "kind_ambiguous", "column_missing"})
_VAGUE = frozenset(
    {
        "the_kinds",
        "name_kind",
        "name_kind_and_columns",
        "export_with_missing",
        "months_held",
        "none_can_be_it",
        "no_other_column",
        "name_it",
    }
)
"""Codes of what to do that are not yet a command which reads the file."""


def _tried(table: RawTable, argument: FileArgument, guessed: Guessed, options: ReadOptions) -> Dataset:
    dataset, _ = read_files([f"{guessed.kind}={argument.path}"], options, lambda _: [_beginning(table)])
    return dataset


def _beginning(table: RawTable) -> RawTable:
    """The first rows of a table, enough to see whether a guess reads them: a refusal is not to take as long as a report."""
    if table.frame.height <= _TRIED:
        return table
    frame = table.frame.head(_TRIED)
    read = frame.height + len(table.rejected) + sum(table.ignored.values())
    return replace(table, frame=frame, rows_read=read)


def _mended(
    error: SalesmetricsError, guessed: Guessed, options: ReadOptions, headers: Sequence[str]
) -> tuple[Guessed, ReadOptions] | None:
    """What to try next: a reading that the file leaves open, or the guess without the column that cannot be read."""
    if error.code in ("date_order_ambiguous", "date_order_mixed") and options.date_order is None:
        # Where days come first nearly everywhere but in the United States, a decimal comma or a semicolon is a sign of it.
        return guessed, replace(options, date_order="dmy")
    if error.code == "decimal_ambiguous" and options.decimal is None:
        return guessed, replace(options, decimal="point")
    column = error.details.get("column")
    if column in headers and any(
        each.header == column and each.reason != "option" and each.field for each in guessed.columns
    ):
        left = guessed.without(str(column))
        taken = {field for field, header in guessed.mapping.items() if header == column}
        mapping = {field: header for field, header in options.mapping.items() if field not in taken}
        return left, replace(options, mapping=mapping)
    return None


_ASKED = frozenset({"stage_not_understood", "no_won_stage"})
"""Findings that only a user can settle, who knows which stage means won."""


def _unsettled(dataset: Dataset) -> Finding | None:
    return next((item for item in dataset.findings if item.code in _ASKED), None)


def _words(dataset: Dataset, options: ReadOptions) -> tuple[WordGuess, ...]:
    """Stages that nobody knows and that read like an end."""
    words = [word for file in dataset.files for word in file.stage_words]
    reasons = {item.reason for item in dataset.withheld}
    known = {comparable(word) for each in (options.won, options.lost, options.other, options.open) for word in each}
    unknown = [word for word in words if word.how == "unknown" and comparable(word.word) not in known]
    found = [WordGuess(w.word, outcome, w.count) for w in unknown if (outcome := guess_outcome(w.word)) is not None]
    if found:
        return tuple(found)
    if "no_lost_deal" in reasons:
        # A word such as cancelled ends a deal neither way, until it turns out that no other word means lost.
        left = [word for word in words if word.outcome in ("other", "open") and comparable(word.word) not in known]
        return tuple(WordGuess(w.word, "lost", w.count) for w in left if guess_outcome(w.word) == "lost")
    if {"won", "lost"} <= {word.outcome for word in words if word.how != "unknown"}:
        # Beside words for both ends, another stage is one on the way, though its deals carry a date.
        final = [item.details.get("words") for item in dataset.findings if item.code == "stage_not_understood"]
        return tuple(WordGuess(word, "open", n) for each in final if isinstance(each, tuple) for word, n in each)
    return ()
