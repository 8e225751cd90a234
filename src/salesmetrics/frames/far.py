"""A frame whose records lie on other machines: what is asked of each row, and what adds up, is answered there. Own file: where records lie, not what they say.

What has to see a whole column brings that column here, once, to disk; from there it is answered as every frame on disk is.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import polars as pl

from salesmetrics.frames.laid import LaidFrame, asked_for, roots_of
from salesmetrics.frames.store import Laid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from salesmetrics.frames.store import Store

__all__ = ["FarFrame", "Piece", "Pieces", "bring"]

T = TypeVar("T")
FIRST = 1_000
"""Rows of the beginning that are brought at once, and looked at again and again."""
Step = tuple[str, tuple[Any, ...]]


class Piece(Protocol):
    """Some rows that follow one another; how many there are is known.

    Attributes:
        rows: How many.
    """

    @property
    def rows(self) -> int:
        """How many."""


class Pieces(Protocol):
    """The records, in pieces on other machines."""

    @property
    def places(self) -> Sequence[Piece]:
        """The pieces in order of rows."""

    def each(
        self, work: Callable[[pl.DataFrame], T], places: Sequence[Piece] | None = None, *, large: bool = False
    ) -> Iterator[T]:
        """What becomes of each piece where it lies, in order of rows.

        Args:
            work: What is done there; it goes there by pickle, and so does what it gives come back.
            places: Which pieces; all if None.
            large: What it gives is as large as the piece, and waits on disk for its turn.
        """


def bring(frame: pl.DataFrame, names: Sequence[str]) -> None:
    """Bring columns that are going to be asked for, all at once.

    Args:
        frame: A frame; of one that does not lie on other machines nothing has to be brought.
        names: The columns.
    """
    if isinstance(frame, FarFrame):
        frame.bring(names)


class FarFrame(LaidFrame):
    """A ``polars.DataFrame`` that is answered where its records lie, as far as that goes.

    Args:
        pieces: The records as they were read.
        steps: What was made of them since, row by row.
        store: Where columns go that are brought here, and further ones.
        empty: The frame without its rows.
        height: The rows, where they are counted already.
        whole: The frame of as many rows that the last step picked columns of; None where it did something else.
    """

    def __init__(
        self,
        pieces: Pieces,
        steps: tuple[Step, ...],
        store: Store,
        empty: pl.DataFrame,
        height: int | None = None,
        whole: FarFrame | None = None,
    ) -> None:
        self.pieces, self.steps, self.store, self.empty = pieces, steps, store, empty
        self._height, self._blanks, self.is_gathered = height, None, False
        self._near: dict[str, Laid] = {}
        self._whole, self._first = whole, pl.DataFrame()

    # --- what it is ---

    @property
    def height(self) -> int:
        """How many rows."""
        if self._height is None:
            self._height = sum(self.pieces.each(partial(_height, self.steps)))
        return self._height

    @property
    def _schemas(self) -> list[pl.Schema]:  # type: ignore[override]
        return [pl.Schema({name: dtype}) for name, dtype in self.empty.schema.items()]

    @property
    def groups(self) -> list[Laid]:  # type: ignore[override]
        """All columns, brought here."""
        return self._brought(self.empty.columns)

    # --- what is asked of it where it lies ---

    def work(self, work: Callable[[pl.DataFrame], T], *, first: bool = False) -> Iterator[T]:
        """What becomes of each part of this frame where it lies, in order of rows.

        Args:
            work: What is done with a part there.
            first: Of the first piece alone.
        """
        return self.pieces.each(partial(_done, work, self.steps), self.pieces.places[:1] if first else None)

    def work_large(self, work: Callable[[pl.DataFrame], T]) -> Iterator[T]:
        """The same where what comes back is as large as the part."""
        return self.pieces.each(partial(_done, work, self.steps), large=True)

    def head(self, n: int = 5) -> pl.DataFrame:
        """The first rows, in memory."""
        if self._whole is not None:
            return _stepped(self.steps[-1:], self._whole.head(n))
        if not self._first.width:
            self._first = self._end(max(n, FIRST), list(self.pieces.places), "head")
        enough = n <= self._first.height or self._first.height < FIRST
        return self._first.head(n) if enough else self._end(n, list(self.pieces.places), "head")

    def tail(self, n: int = 5) -> pl.DataFrame:
        """The last rows, in memory."""
        return self._end(n, list(self.pieces.places)[::-1], "tail")

    def get_column(self, name: str) -> pl.Series:  # type: ignore[override]
        """One column, in memory."""
        if name not in self.empty.columns:
            raise pl.exceptions.ColumnNotFoundError(name)
        return LaidFrame(self._brought([name]), self.store).get_column(name)

    def bring(self, names: Sequence[str]) -> None:
        """Bring columns that are going to be asked for, all at once."""
        self._brought([name for name in names if name in self.empty.columns])

    def null_count(self) -> pl.DataFrame:
        """Blanks by column."""
        if self._blanks is None:
            self._blanks = _added(list(self.work(pl.DataFrame.null_count)), ["sum"] * self.width)
        return self._blanks

    def rows_where(self, condition: pl.Expr) -> pl.DataFrame:
        """The rows that fulfil a condition, in memory: few of many."""
        if not _by_row(condition):
            return self.filter(condition).collect()  # type: ignore[attr-defined, no-any-return]
        return pl.concat(self.work(partial(_where, condition)))

    # --- what is made of it ---

    def select(self, *exprs: Any, **named: Any) -> pl.DataFrame:
        """Columns made row by row stay where they lie; what adds up is added up; for the rest columns are brought here."""
        asked = asked_for(exprs, named)
        if all(map(_by_row, asked)):
            return self._then("select", tuple(asked))
        ways = [way_of(expr, self.empty) for expr in asked]
        if all(ways):
            found = list(self.work(partial(_selected, asked)))
            widths = [self.empty.select(expr).width for expr in asked]
            return _added(found, [str(way) for way, width in zip(ways, widths, strict=True) for _ in range(width)])
        return super().select(*exprs, **named)

    def with_columns(self, *exprs: Any, **named: Any) -> pl.DataFrame:
        """The frame with more columns, or with others in the place of some."""
        asked = asked_for(exprs, named)
        if asked and all(isinstance(expr, pl.Expr) and _by_row(expr) for expr in asked):
            return self._then("with_columns", tuple(asked))
        return super().with_columns(*exprs, **named)

    def filter(self, *conditions: Any, **named: Any) -> pl.DataFrame:
        """The rows that fulfil all conditions."""
        if not named and all(isinstance(item, pl.Expr) and _by_row(item) for item in conditions):
            return self._then("filter", conditions, None)
        return super().filter(*conditions, **named)

    def drop(self, *columns: Any, strict: bool = True) -> pl.DataFrame:
        """The frame without some columns."""
        kept = self.empty.drop(*columns, strict=strict).columns
        return self._then("select", tuple(map(pl.col, kept)))

    def rename(self, mapping: Any, *, strict: bool = True) -> pl.DataFrame:
        """The frame with other names of columns."""
        names = self.empty.rename(mapping, strict=strict).columns
        return self._then(
            "select", tuple(pl.col(old).alias(new) for old, new in zip(self.empty.columns, names, strict=True))
        )

    # --- how ---

    def _then(self, name: str, args: tuple[Any, ...], height: int | None = -1) -> pl.DataFrame:
        empty = getattr(self.empty, name)(*args)
        steps = (*self.steps, (name, args))
        if height == -1:
            return FarFrame(self.pieces, steps, self.store, empty, self._height, self)
        return FarFrame(self.pieces, steps, self.store, empty, height)

    def _end(self, n: int, places: list[Piece], which: str) -> pl.DataFrame:
        """Rows of one end, of as few pieces as they are in."""
        wanted, known = list[Piece](), 0
        while places and known < n:
            wanted.append(places.pop(0))
            known += wanted[-1].rows
        while True:
            parts = list(self.pieces.each(partial(_end_of, which, n, self.steps), wanted)) if wanted else []
            found: pl.DataFrame = getattr(pl.concat([self.empty, *parts]), which)(n)
            if found.height == n or not places:
                return found
            wanted, places = [*wanted, *places], []

    def _about(self, exprs: Sequence[Any]) -> list[Laid]:
        roots = {name for expr in exprs for name in roots_of(expr)}
        known = [name for name in self.empty.columns if "*" in roots or name in roots]
        return self._brought(known or self.empty.columns[:1])

    def _brought(self, names: Sequence[str]) -> list[Laid]:
        """Columns, brought here where they are not yet."""
        if missing := [name for name in names if name not in self._near]:
            pile = self.store.pile()
            for part in self.work_large(partial(_selected, missing)):
                pile.add(part)
            if not pile.paths:
                pile.add(self.empty.select(missing))
            query, piles, _ = pile.laid()
            self._near.update((name, Laid(query.select(name), piles)) for name in missing)
        return [self._near[name] for name in names]


# --- what is done there ---


def _stepped(steps: Sequence[Step], frame: pl.DataFrame) -> pl.DataFrame:
    for name, args in steps:
        frame = getattr(frame, name)(*args)
    return frame


def _done(work: Callable[[pl.DataFrame], T], steps: Sequence[Step], frame: pl.DataFrame) -> T:
    return work(_stepped(steps, frame))


def _height(steps: Sequence[Step], frame: pl.DataFrame) -> int:
    return _stepped(steps, frame).height


def _where(condition: pl.Expr, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(condition)


def _selected(asked: Sequence[Any], frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(asked)


def _end_of(which: str, n: int, steps: Sequence[Step], frame: pl.DataFrame) -> pl.DataFrame:
    found: pl.DataFrame = getattr(_stepped(steps, frame), which)(n)
    return found


# --- what adds up ---


def _added(parts: Sequence[pl.DataFrame], ways: Sequence[str]) -> pl.DataFrame:
    """One row out of that of each part."""
    found = pl.concat(parts)
    made = [
        getattr(pl.col(name), way)().cast(found.schema[name]) for name, way in zip(found.columns, ways, strict=True)
    ]
    return found.select(made)


def way_of(expr: Any, empty: pl.DataFrame) -> str | None:
    """How what parts give for an expression is put together; None where it has to see all rows at once.

    Sums of floats do not add up to the last bit, so they see all rows, too.

    Args:
        expr: What is asked.
        empty: The frame that it is asked of, without its rows.

    >>> empty = pl.DataFrame(schema={"a": pl.Float64})
    >>> [way_of(expr, empty) for expr in (pl.col("a").sum(), (pl.col("a") > 1).sum(), pl.len(), pl.col("a").max())]
    [None, 'sum', 'sum', 'max']
    >>> [way_of(expr, empty) for expr in ((pl.col("a") > 1).any(), pl.col("a").median(), pl.col("a"))]
    ['any', None, None]
    """
    if not isinstance(expr, pl.Expr):
        return None
    tree = json.loads(expr.meta.undo_aliases().meta.serialize(format="json"))
    if tree == "Len" or "Len" in tree:
        return "sum"
    way, inner = _top(tree)
    if way is None or not _by_row_tree(inner):
        return None
    exact = all(dtype.is_integer() or dtype.is_decimal() for dtype in empty.select(expr).dtypes)
    return way if way != "sum" or exact else None


def _top(tree: Any) -> tuple[str | None, Any]:
    """What stands at the root of an expression, and what is below it."""
    if "Agg" in tree:
        (name, inner), *_ = tree["Agg"].items()
        way = {"Min": "min", "Max": "max", "Sum": "sum", "Count": "sum"}.get(name)
        return way, inner["input"] if isinstance(inner, dict) and "input" in inner else inner
    if "Function" in tree and len(tree["Function"]["input"]) == 1:
        function, inner = tree["Function"]["function"], tree["Function"]["input"][0]
        if function == "NullCount":
            return "sum", inner
        if isinstance(function, dict) and "Boolean" in function:
            known: dict[str, str] = {"Any": "any", "All": "all"}
            return next(
                (known[name] for name in known if {name: {"ignore_nulls": True}} == function["Boolean"]), None
            ), inner
    return None, None


def _by_row(expr: Any) -> bool:
    if isinstance(expr, str):
        return True
    return isinstance(expr, pl.Expr) and _by_row_tree(
        json.loads(expr.meta.undo_aliases().meta.serialize(format="json"))
    )


def _by_row_tree(tree: Any) -> bool:
    """Whether each row of what an expression gives is made of one row; several columns at once are looked at as one."""
    expr = pl.Expr.deserialize(json.dumps(_one_column(tree)).encode(), format="json")
    return bool(expr.meta.root_names()) and _all_by_row(expr)


def _all_by_row(expr: pl.Expr) -> bool:
    """Whether that holds of an expression and of all within it: Polars itself looks at the outermost only.

    >>> [_all_by_row(expr) for expr in (pl.col("a") + 1, pl.col("a").is_in([1, 2]), pl.col("a") - pl.col("a").mean())]
    [True, True, False]
    >>> [_all_by_row(expr) for expr in (pl.col("a").is_in(pl.col("b").implode()), pl.col("a") + pl.lit(pl.Series([1, 2])))]
    [False, False]
    >>> _all_by_row(pl.when(pl.col("a") > 1).then(pl.col("b").sum())), _all_by_row(pl.when(pl.col("a") > 1).then("b"))
    (False, True)
    """
    if expr.meta.is_literal(allow_aliasing=True):
        return expr.meta.is_scalar()
    try:
        outer = expr.meta.is_row_separable() and expr.meta.is_length_preserving()
    except pl.exceptions.InvalidOperationError:
        return False
    return outer and all(map(_all_by_row, expr.meta.pop()))


def _one_column(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {"Column": "x"} if "Selector" in tree else {key: _one_column(value) for key, value in tree.items()}
    return [_one_column(item) for item in tree] if isinstance(tree, list) else tree
