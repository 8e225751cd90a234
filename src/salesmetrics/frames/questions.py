"""What is asked of groups of rows, and how it is answered part by part: what adds up is worked out there, and added here."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from salesmetrics.frames.laid import collected
from salesmetrics.frames.ways import by_row, by_row_tree, expr_of, is_exact, top_of, tree_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PLACE", "Question", "answers_there"]

PLACE = "__place__"
"""The column that tells the rows apart there, whatever becomes of the others; nobody sees it."""
KEPT = 10_000
"""Groups of an answer that is kept for whoever asks the same."""


class Question(NamedTuple):
    """What is asked of a frame.

    Attributes:
        frame: Of which.
        outputs: Aggregates, each with a name of its own; or columns of few rows, which are given as they are.
        by: Keys of groups, each with a name; none where all rows are one group.
        where: Conditions that rows fulfil.
    """

    frame: pl.DataFrame
    outputs: Sequence[pl.Expr]
    by: Sequence[pl.Expr] = ()
    where: Sequence[pl.Expr] = ()

    def query(self, frame: pl.LazyFrame, *, in_order: bool = False) -> pl.LazyFrame:
        """The same as a query of Polars."""
        frame = frame.filter(*self.where) if self.where else frame
        if not self.by:
            return frame.select(self.outputs)
        return frame.group_by(self.by, maintain_order=in_order).agg(self.outputs)


class _Split(NamedTuple):
    """Aggregates that are worked out part by part, and what is made of them when they are added."""

    partial: list[pl.Expr]
    ways: list[str]
    whole: pl.Expr


def answers_there(asked: Sequence[Question]) -> list[pl.DataFrame]:
    """What is asked of one frame on other machines: what was not asked before, in one round there."""
    frame: Any = asked[0].frame
    keys = [_key(each) for each in asked]
    new = {key: each for key, each in zip(keys, asked, strict=True) if key not in frame.known}
    found = dict(zip(new, _worked_out(frame, list(new.values())) if new else (), strict=True))
    for key, answer in found.items():
        if answer.height <= KEPT and not _is_of_rows(new[key]):
            frame.known[key] = answer
    return [found[key] if key in found else frame.known[key] for key in keys]


def _key(asked: Question) -> str:
    parts = [[expr.meta.serialize(format="json") for expr in exprs] for exprs in asked[1:]]
    return json.dumps(parts)


def _is_of_rows(asked: Question) -> bool:
    return not asked.by and all(map(by_row, asked.outputs))


def _worked_out(frame: Any, asked: Sequence[Question]) -> list[pl.DataFrame]:
    splits = [_splits(frame, each) for each in asked]
    plans = [
        each
        if _is_of_rows(each)
        else each._replace(outputs=[part for split in known if split for part in split.partial])
        for each, known in zip(asked, splits, strict=True)
    ]
    there = [plan if any(known) else None for plan, known in zip(plans, splits, strict=True)]
    work = partial(_partials, [plan[1:] for plan in there if plan])
    parts = [work(frame.there), *(frame.work(work) if any(there) else ())]
    added = iter(zip(*parts, strict=True))
    found = []
    for each, plan, known in zip(asked, there, splits, strict=True):
        one = None
        if plan is not None and _is_of_rows(each):
            one = pl.concat(next(added))
        elif plan is not None:
            one = _put_together(next(added), [split for split in known if split], each.by)
        rest = [expr for expr, split in zip(each.outputs, known, strict=True) if split is None]
        if rest or one is None:
            other = _near(each._replace(outputs=rest))
            if one is not None and not each.by and other.height != 1:  # a value beside a column is that of all its rows
                one, other = None, _near(each)
            one = other if one is None else _beside(one, other, each.by)
        schema = each.query(frame.empty.lazy()).collect_schema()
        found.append(one.select(schema.names()).cast(pl.Schema(schema)))
    return found


def _splits(frame: Any, asked: Question) -> list[_Split | None]:
    """How each output is worked out part by part; None for those that are worked out here."""
    if not all(by_row(expr) and frame.lies_there(expr) for expr in (*asked.by, *asked.where)):
        return [None] * len(asked.outputs)
    if _is_of_rows(asked):
        whole = all(map(frame.lies_there, asked.outputs))
        return [_Split([expr], [], expr) if whole else None for expr in asked.outputs]
    return [_split(expr, frame.there, n) if frame.lies_there(expr) else None for n, expr in enumerate(asked.outputs)]


def _partials(plans: Sequence[tuple[Any, ...]], frame: pl.DataFrame) -> list[pl.DataFrame]:
    frame = frame.drop(PLACE, strict=False)
    return [Question(frame, *plan).query(frame.lazy(), in_order=True).collect() for plan in plans]


def _put_together(parts: Sequence[pl.DataFrame], splits: Sequence[_Split], by: Sequence[pl.Expr]) -> pl.DataFrame:
    """The groups of all parts, in the order in which they come first; the first part has none, or no rows."""
    rows = pl.concat(parts)
    ways = [
        getattr(pl.col(name), way)().cast(rows.schema[name])
        for split in splits
        for name, way in zip((expr.meta.output_name() for expr in split.partial), split.ways, strict=True)
    ]
    keys = [expr.meta.output_name() for expr in by]
    added = rows.group_by(keys, maintain_order=True).agg(ways) if keys else rows.select(ways)
    return added.select(*keys, *(split.whole for split in splits))


def _near(asked: Question) -> pl.DataFrame:
    """What has to see all rows at once, in the order in which groups come first; only its columns are brought here."""
    frame: Any = asked.frame
    about = frame.here_about([*asked.outputs, *asked.by, *asked.where])
    return collected(asked.query(about.lazy(), in_order=True))


def _beside(one: pl.DataFrame, other: pl.DataFrame, by: Sequence[pl.Expr]) -> pl.DataFrame:
    """Answers of the same groups in the same order, side by side."""
    keys = [expr.meta.output_name() for expr in by]
    assert not keys or one.select(keys).equals(other.select(keys)), "groups of executors and of the driver differ"
    return one.hstack(other.drop(keys).get_columns())


# --- what adds up ---


def _split(expr: Any, empty: pl.DataFrame, number: int) -> _Split | None:
    """How an aggregate is worked out part by part; None where it has to see all rows at once.

    Args:
        expr: The aggregate.
        empty: The frame that it is asked of, without its rows.
        number: Its place among others, so that names differ.
    """
    if not isinstance(expr, pl.Expr):
        return None
    walk = _Walk(empty, number)
    try:
        name, whole = expr.meta.output_name(), expr_of(walk(tree_of(expr)))
    except (LookupError, pl.exceptions.ComputeError):  # the latter of several columns at once
        return None
    return _Split(walk.partial, walk.ways, whole.alias(name)) if walk.ways and by_row(whole) else None


class _Walk:
    """Puts a column in the place of each aggregate of a tree, and takes these down."""

    def __init__(self, empty: pl.DataFrame, number: int) -> None:
        self.empty, self.number = empty, number
        self.partial: list[pl.Expr] = []
        self.ways: list[str] = []

    def __call__(self, tree: Any) -> Any:
        """The tree with columns in it.

        Raises:
            LookupError: An aggregate does not add up.
        """
        if isinstance(tree, list):
            return [self(item) for item in tree]
        if tree == "Len" or (isinstance(tree, dict) and "Len" in tree):
            return self._taken("sum", pl.len())
        if not isinstance(tree, dict) or "Literal" in tree:
            return tree
        if "Alias" in tree:
            return self(tree["Alias"][0])
        way, inner = top_of(tree)
        if way is not None and _filtered_by_row(inner):
            made = expr_of(tree)
            if way != "sum" or is_exact(made, self.empty):
                return self._taken(way, made)
        if tree.keys() & {"Agg", "Column", "Selector"}:
            raise LookupError
        return {key: self(value) for key, value in tree.items()}

    def _taken(self, way: str, made: pl.Expr) -> Any:
        name = f"{self.number}:{len(self.ways)}"
        self.partial.append(made.alias(name))
        self.ways.append(way)
        return {"Column": name}


def _filtered_by_row(tree: Any) -> bool:
    """Whether what is aggregated is made row by row, of all rows or of those that fulfil a condition of each."""
    if isinstance(tree, dict) and "Filter" in tree:
        found = tree["Filter"]
        return _filtered_by_row(found["input"]) and by_row_tree(found["by"])
    if isinstance(tree, dict) and "Function" in tree and tree["Function"]["function"] == "DropNulls":
        return _filtered_by_row(tree["Function"]["input"][0])
    return by_row_tree(tree)
