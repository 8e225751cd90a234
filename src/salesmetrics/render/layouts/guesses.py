"""How a guess at a file looks: its columns, what each could be, and the command to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.messages import joined, phrase, retold
from salesmetrics.render.document import Cell, Column, Heading, Kind, Row, Snippet, Table, Text, Tone
from salesmetrics.render.layouts.words import kind_name, outcome_name
from salesmetrics.render.text import count, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.render.document import Block
    from salesmetrics.schema.inspection import ColumnGuess, FileGuess

__all__ = ["guess_blocks"]

_SURE = 0.5
_ONE_LINE = 76
_MISSING = 8
_SAMPLES = 2
_MORE = ("…",)
_TITLES = ("column_header", "column_field", "column_sure", "column_because", "column_cells")
_OF_WORDS = ("column_word", "column_word_counts_as", "column_rows")


def guess_blocks(guess: FileGuess, *, everything: bool) -> list[Block]:
    """A file that is not recognised: why, what each column could be, and what to paste.

    Args:
        guess: The guess.
        everything: All fields without a column are named, rather than the first ones.
    """
    blocks: list[Block] = [
        Heading(guess.path),
        Text(retold(guess.problem), indent=2),
        Heading(phrase("heading_guess", kind=kind_name(guess.kind))),
        _table([phrase(code) for code in _TITLES], map(_column, guess.columns), headed=True),
    ]
    if guess.missing:
        names = guess.missing if everything else [*guess.missing[:_MISSING], *_MORE]
        blocks.append(Text(phrase("fact_missing", names=joined(names)), Tone.MUTED, indent=2))
    if guess.words:
        words = [(Cell(one_line(w.word)), Cell(outcome_name(w.outcome)), Cell(count(w.count))) for w in guess.words]
        blocks += [Heading(phrase("heading_guessed_words")), _table([phrase(code) for code in _OF_WORDS], words)]
    blocks.append(Heading(phrase(_title(guess), kind=kind_name(guess.kind))))
    doubts = [phrase(f"assumed_{name}", value=value) for name, value in guess.assumed.items()]
    if guess.still is not None:
        doubts.append(phrase("still_refused", problem=guess.still))
    return [*blocks, *(Text(doubt, Tone.WARNING, indent=2) for doubt in doubts), Snippet(_command(guess), "sh")]


def _title(guess: FileGuess) -> str:
    if guess.other:
        return "heading_paste_doubtful"
    if not guess.works:
        return "heading_paste_and_correct"
    return "heading_paste" if guess.likely else "heading_paste_unsure"


def _column(each: ColumnGuess) -> list[Cell]:
    samples = Cell(one_line(joined(each.samples[:_SAMPLES])), Tone.MUTED)
    if each.field is None:
        return [Cell(one_line(each.header)), Cell(phrase("no_guess"), Tone.MUTED), Cell(""), Cell(""), samples]
    doubtful = Tone.WARNING if each.confidence < _SURE else Tone.PLAIN
    sure = Cell(phrase("share_sure", percent=100 * each.confidence), doubtful)
    return [Cell(one_line(each.header)), Cell(each.field), sure, Cell(phrase(f"rests_on_{each.rests_on}")), samples]


def _command(guess: FileGuess) -> str:
    """The command on one line, or an option a line, each but the last ending in a backslash: never wrapped to a width."""
    return guess.command if len(guess.command) <= _ONE_LINE else " \\\n  ".join(guess.lines)


def _table(titles: Sequence[str], rows: Iterable[Sequence[Cell]], *, headed: bool = False) -> Table:
    kinds = [Kind.LABEL] * (len(titles) - 1) + [Kind.TEXT]
    columns = tuple(Column(title, kind, wraps=True) for title, kind in zip(titles, kinds, strict=True))
    return Table(columns, tuple(Row(tuple(cells)) for cells in rows), headed=headed, indent=2, apart=False)
