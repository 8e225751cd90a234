"""Aggregates of groups of rows, wherever the rows lie: asked the same way of frames in memory, on disk and on other machines."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.frames.far import FarFrame
from salesmetrics.frames.laid import collect_all
from salesmetrics.frames.questions import Question, answers_there

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Question", "Steps", "answers", "counts_of_words", "distinct", "in_step"]

Steps = Generator[list[Question], list[pl.DataFrame], list[Any]]
"""Work that asks on its way."""


def answers(asked: Sequence[Question]) -> list[pl.DataFrame]:
    """The answers, one row per group: as Polars gives them of each frame as a whole, the groups in any order.

    All that is asked of one frame on other machines is worked out there at once.

    Args:
        asked: Any number.
    """
    found: dict[int, pl.DataFrame] = {}
    near = [place for place, each in enumerate(asked) if not isinstance(each.frame, FarFrame)]
    queries = [asked[place].query(asked[place].frame.lazy()) for place in near]
    found.update(zip(near, collect_all(queries, [asked[place].frame for place in near]), strict=True))
    far: dict[int, list[int]] = {}
    for place, each in enumerate(asked):
        if place not in found:
            far.setdefault(id(each.frame), []).append(place)
    for places in far.values():
        found.update(zip(places, answers_there([asked[place] for place in places]), strict=True))
    return [found[place] for place in range(len(asked))]


def in_step(*checks: Steps) -> list[list[Any]]:
    """What several pieces of work find that ask on their way: what all of them wait for is asked at once.

    Args:
        checks: Each gives lists of questions, gets the answers, and ends with what it found.
    """
    found: list[list[Any]] = [[] for _ in checks]
    waiting: dict[int, list[Question]] = {}

    def go_on(place: int, given: list[pl.DataFrame] | None) -> None:
        try:
            waiting[place] = checks[place].send(given)  # type: ignore[arg-type]
        except StopIteration as end:
            found[place] = end.value

    for place in range(len(checks)):
        go_on(place, None)
    while waiting:
        asked, waiting = waiting, {}
        known = iter(answers([question for questions in asked.values() for question in questions]))
        for place, questions in asked.items():
            go_on(place, [next(known) for _ in questions])
    return found


def counts_of_words(frame: pl.DataFrame, *names: str) -> list[list[tuple[str, int]]]:
    """The distinct texts of columns with their number of rows, the most frequent first, then in order of the alphabet.

    Args:
        frame: Wherever it lies.
        names: The columns.

    >>> counts_of_words(pl.DataFrame({"stage": ["Won", "Lost", None, "Won", "Open"]}), "stage")
    [[('Won', 2), ('Lost', 1), ('Open', 1)]]
    """
    if isinstance(frame, FarFrame):
        asked = [Question(frame, [pl.len().alias("n")], [pl.col(name)], [pl.col(name).is_not_null()]) for name in names]
        found = answers(asked)
    else:
        found = [frame.get_column(name).drop_nulls().to_frame().group_by(name).len("n") for name in names]
    return [
        counts.sort(["n", name], descending=[True, False]).rows() for name, counts in zip(names, found, strict=True)
    ]


def distinct(frame: pl.DataFrame, name: str) -> pl.Series:
    """The different values of a column, blanks left out; of a frame on other machines in the order in which they come first.

    Args:
        frame: Wherever it lies.
        name: The column.
    """
    if isinstance(frame, FarFrame):
        asked = Question(frame, [pl.len().alias("n")], [pl.col(name)], [pl.col(name).is_not_null()])
        return answers([asked])[0].get_column(name)
    return frame.get_column(name).drop_nulls().unique()
