"""A frame whose columns lie on disk: it offers what a Polars frame does, and holds at most the columns that one step asks for.

Every answer is that of the same frame in memory. What is evaluated row by row, and sums over all rows, is done batch after
batch; what Polars has to see whole (a column, a sorted sample) is brought into memory for as long as it is needed.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.store import ROWS, Laid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from salesmetrics.frames.store import Pile, Store

__all__ = [
    "LaidFrame",
    "afford_rows",
    "asked_for",
    "batches",
    "blanks_of",
    "collect_all",
    "collected",
    "gathered",
    "in_order",
    "is_laid",
    "laid",
    "only",
    "roots_of",
    "rows_where",
    "united",
]

_MASK = "__mask__"
_PER_ROW = 2_000
"""Bytes of memory that a record takes in an answer, until it is written."""


def collected(query: pl.LazyFrame, *frames: pl.DataFrame) -> pl.DataFrame:
    """The frame of a query: worked out batch after batch where one of the frames that it is about lies on disk.

    Args:
        query: What is asked.
        frames: What it is asked of; without any it lies on disk.
    """
    return query.collect(engine="streaming") if not frames or any(map(is_laid, frames)) else query.collect()


def collect_all(queries: Sequence[pl.LazyFrame], frames: Iterable[pl.DataFrame]) -> list[pl.DataFrame]:
    """The frames of several queries: at once where all records are in memory, else one after another.

    Args:
        queries: What is asked.
        frames: The frames that it is asked of.
    """
    if any(map(is_laid, frames)):
        return [collected(query) for query in queries]
    return pl.collect_all(queries)


def is_laid(frame: pl.DataFrame) -> bool:
    """Whether the columns of a frame lie on disk."""
    return isinstance(frame, LaidFrame)


def laid(columns: Laid, store: Store, height: int | None = None) -> pl.DataFrame:
    """A frame that is read from disk whenever something is asked of it.

    Args:
        columns: How it is read.
        store: Where its further columns go.
        height: Its rows, where they are counted already.
    """
    return LaidFrame([columns], store, height)


def united(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames one below the other; a column that one lacks is null there."""
    store = next((frame.store for frame in frames if isinstance(frame, LaidFrame)), None)
    if len(frames) == 1:
        return frames[0]
    if store is None:
        return pl.concat(frames, how="diagonal_relaxed")
    piles = tuple(pile for frame in frames if isinstance(frame, LaidFrame) for pile in frame.piles)
    return laid(Laid(pl.concat([frame.lazy() for frame in frames], how="diagonal_relaxed"), piles), store)


def in_order(frames: Sequence[pl.DataFrame], by: str) -> pl.DataFrame:
    """Frames of the same columns, each in the order of one of them, as one frame in that order.

    Args:
        frames: In memory or on disk.
        by: The column.
    """
    found = next((frame for frame in frames if isinstance(frame, LaidFrame)), None)
    if found is None:
        return pl.concat(frames).sort(by)
    query = reduce(
        lambda one, other: one.merge_sorted(other, by),
        [frame.sort(by).lazy() if not is_laid(frame) else frame.lazy() for frame in frames],
    )
    return LaidFrame([found.store.sink(query)], found.store, sum(frame.height for frame in frames))


def blanks_of(frame: pl.DataFrame, name: str) -> int:
    """How many rows have no value in a column; it is not brought into memory for that.

    Args:
        frame: A frame in memory or on disk.
        name: The column.
    """
    return int(frame.null_count().get_column(name)[0]) if is_laid(frame) else frame.get_column(name).null_count()


def batches(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """A frame some rows at a time, in order; at least once, also where there is no row.

    Args:
        frame: A frame in memory, which comes at once, or one on disk.
    """
    if not isinstance(frame, LaidFrame):
        yield frame
        return
    empty = True
    for batch in frame.lazy().collect_batches(chunk_size=ROWS, maintain_order=True, engine="streaming"):
        empty = False
        yield batch
    if empty:
        yield frame.clear()


def rows_where(frame: pl.DataFrame, condition: pl.Expr) -> pl.DataFrame:
    """The rows that fulfil a condition, in memory: few of many.

    Args:
        frame: A frame wherever it lies.
        condition: It is null nowhere.
    """
    if isinstance(frame, LaidFrame):
        return frame.rows_where(condition)
    return frame[frame.select(condition.arg_true()).to_series()]


def afford_rows(frames: Iterable[pl.DataFrame], rows: int) -> None:
    """Refuse an answer with so many records that it takes more memory than it may, where they lie on disk for want of it.

    Args:
        frames: What the records are of.
        rows: How many are to be listed.

    Raises:
        SalesmetricsError: ``answer_large``.
    """
    limits = [frame.store.limit for frame in frames if isinstance(frame, LaidFrame) and frame.store.limit is not None]
    if limits and rows * _PER_ROW > min(limits):
        need, have = rows * _PER_ROW / 1e9, min(limits) / 1e9
        raise SalesmetricsError("answer_large", records=rows, gigabytes=need, limit=have)


def gathered(frame: pl.DataFrame) -> pl.DataFrame:
    """The same frame, written once more with its columns side by side, so that many questions of it are answered sooner.

    Args:
        frame: A frame on disk; one in memory stays as it is.
    """
    return frame.at_rest() if isinstance(frame, LaidFrame) else frame


class LaidFrame(pl.DataFrame):
    """A ``polars.DataFrame`` that is answered from disk.

    A method that is not here is that of the whole frame in memory, where Polars is given it all: always right, and as large as
    the frame.

    Args:
        groups: Columns of as many rows each, which stand side by side.
        store: Where further columns go.
        height: The rows, where they are counted already.
    """

    def __init__(self, groups: list[Laid], store: Store, height: int | None = None) -> None:
        self.groups, self.store, self._height = groups, store, height
        self._schemas = [group.query.collect_schema() for group in groups]
        self._blanks: pl.DataFrame | None = None

    # --- what it is ---

    @property
    def schema(self) -> pl.Schema:
        """Columns and their types."""
        return pl.Schema([item for schema in self._schemas for item in schema.items()])

    @property  # type: ignore[misc]
    def columns(self) -> list[str]:
        """Names of columns."""
        return [name for schema in self._schemas for name in schema]

    @property
    def dtypes(self) -> list[pl.DataType]:
        """Types of columns."""
        return list(self.schema.values())

    @property
    def width(self) -> int:
        """How many columns."""
        return len(self.columns)

    @property
    def height(self) -> int:
        """How many rows."""
        if self._height is None:
            self._height = int(collected(self.groups[0].query.select(pl.len())).item())
        return self._height

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    def __len__(self) -> int:
        """How many rows."""
        return self.height

    def is_empty(self) -> bool:
        """Whether there is no row."""
        return self.height == 0

    # --- what it holds ---

    def lazy(self) -> pl.LazyFrame:
        """The query of all columns."""
        return _beside(self.groups)

    @property
    def piles(self) -> tuple[Pile, ...]:
        """What lies on disk of it."""
        return _piles(self.groups)

    def at_rest(self) -> LaidFrame:
        """The same frame, written once more with its columns side by side."""
        return LaidFrame([self.store.sink(self.lazy())], self.store, self.height)

    def collect(self) -> pl.DataFrame:
        """All of it, in memory."""
        return collected(self.lazy())

    def get_column(self, name: str) -> pl.Series:  # type: ignore[override]
        """One column, in memory."""
        for group, schema in zip(self.groups, self._schemas, strict=True):
            if name in schema:
                return collected(group.query.select(name)).to_series()
        raise pl.exceptions.ColumnNotFoundError(name)

    def iter_columns(self) -> Iterator[pl.Series]:
        """The columns one after another."""
        return map(self.get_column, self.columns)

    def __iter__(self) -> Iterator[pl.Series]:
        """The columns one after another."""
        return self.iter_columns()

    def __getitem__(self, key: Any) -> Any:
        """A column by its name, or whatever else Polars gives, in memory."""
        return self.get_column(key) if isinstance(key, str) else self.collect()[key]

    def head(self, n: int = 5) -> pl.DataFrame:
        """The first rows, in memory."""
        return collected(self.lazy().head(n))

    def tail(self, n: int = 5) -> pl.DataFrame:
        """The last rows, in memory."""
        return collected(self.lazy().slice(max(0, self.height - n), n))

    def clear(self, n: int = 0) -> pl.DataFrame:
        """A frame in memory with these columns and no row."""
        return pl.DataFrame(schema=self.schema).clear(n)

    def rows_where(self, condition: pl.Expr) -> pl.DataFrame:
        """The rows that fulfil a condition, in memory: few of many."""
        return collected(self.lazy().filter(condition))

    # --- what is made of it ---

    def select(self, *exprs: Any, **named: Any) -> pl.DataFrame:
        """Columns by name or made row by row lie where they lay; everything else is worked out and is in memory."""
        asked = asked_for(exprs, named)
        about = self._about(asked)
        query = _beside(about).select(asked)
        if any(map(_by_row, asked)) and all(_by_row(expr) or _is_one_value(expr) for expr in asked):
            return self._of([Laid(query, _piles(about))], self._height)
        return collected(query)

    def with_columns(self, *exprs: Any, **named: Any) -> pl.DataFrame:
        """The frame with more columns, or with others in the place of some."""
        asked = asked_for(exprs, named)
        if not asked:
            return self
        if all(isinstance(expr, pl.Series) for expr in asked):
            added = self.store.lay(pl.DataFrame(asked))
        elif all(map(_is_one_value, asked)):
            added = self._repeated(pl.select(asked))
        else:
            query = _beside(self._about(asked))
            made = query.select(asked).collect_schema().names()
            added = self.store.sink(query.with_columns(asked).select(made))  # so that one value is that of all rows
        names = added.query.collect_schema().names()
        if (many := set(names) & set(self.columns)) and self.columns != [*self._kept(many), *names]:
            # In its place, as the column that it takes the place of.
            order = [*self.columns, *(name for name in names if name not in many)]
            frame = LaidFrame([*self._without(many), added], self.store, self._height)
            return self._of([Laid(frame.lazy().select(order), frame.piles)], self._height)
        return self._of([*self._without(many), added], self._height)

    def filter(self, *conditions: Any, **named: Any) -> pl.DataFrame:
        """The rows that fulfil all conditions."""
        mask = self._mask(conditions, named)
        kept = pl.LazyFrame([mask.alias(_MASK)])
        groups = [
            Laid(pl.concat([query, kept], how="horizontal").filter(_MASK).drop(_MASK), piles)
            for query, piles, _ in self.groups
        ]
        return self._of(groups, int(mask.sum()))

    def drop(self, *columns: Any, strict: bool = True) -> pl.DataFrame:
        """The frame without some columns."""
        names = [name for column in columns for name in ([column] if isinstance(column, str) else column)]
        if strict and (unknown := set(names) - set(self.columns)):
            raise pl.exceptions.ColumnNotFoundError(", ".join(sorted(unknown)))
        return self._of(self._without(set(names)), self._height)

    def rename(self, mapping: Any, *, strict: bool = True) -> pl.DataFrame:
        """The frame with other names of columns."""
        return self._of(
            [
                Laid(query.rename(_within(mapping, schema), strict=strict), piles)
                for (query, piles, _), schema in zip(self.groups, self._schemas, strict=True)
            ],
            self._height,
        )

    def hstack(self, columns: Any, *, in_place: bool = False) -> pl.DataFrame:
        """The frame with more columns; this one stays as it is."""
        if in_place:
            raise NotImplementedError
        found = columns if isinstance(columns, pl.DataFrame) else pl.DataFrame(columns)
        if not found.width:
            return self
        return self._with(found if isinstance(found, LaidFrame) else LaidFrame([self.store.lay(found)], self.store))

    def with_row_index(self, name: str = "index", offset: int = 0) -> pl.DataFrame:
        """The frame with the numbers of its rows as its first column."""
        return self._of([Laid(self.lazy().with_row_index(name, offset), self.piles)], self._height)

    def join(self, other: Any, *args: Any, **options: Any) -> pl.DataFrame:
        """Rows put together with those of another frame."""
        options.setdefault("maintain_order", "left")
        return self._of([self.store.sink(self.lazy().join(other.lazy(), *args, **options))], None)

    def group_by(self, *by: Any, maintain_order: bool = False, **named: Any) -> Any:
        """Groups of rows, whose aggregates are worked out."""
        return Groups(self, by, named, maintain_order=maintain_order)

    # --- what is worked out of it ---

    def null_count(self) -> pl.DataFrame:
        """Blanks by column."""
        if self._blanks is None:
            counts = [
                collected(group.query.null_count())
                if group.blanks is None
                else pl.DataFrame(group.blanks, dict.fromkeys(schema, pl.UInt32))
                for group, schema in zip(self.groups, self._schemas, strict=True)
            ]
            self._blanks = pl.concat(counts, how="horizontal")
        return self._blanks

    def n_unique(self, subset: Any = None) -> int:
        """How many different rows."""
        names = self.columns if subset is None else subset
        return int(collected(self.lazy().select(pl.struct(names).n_unique())).item())

    def unique(self, subset: Any = None, **options: Any) -> pl.DataFrame:
        """The different rows."""
        return collected(self.lazy().unique(subset, **options))

    def to_series(self, index: int = 0) -> pl.Series:
        """One column by its place, in memory."""
        return self.get_column(self.columns[index])

    @classmethod
    def _from_pydf(cls, py_df: Any) -> pl.DataFrame:
        """What Polars makes of it is in memory."""
        return pl.DataFrame._from_pydf(py_df)

    @property
    def _df(self) -> Any:  # type: ignore[override]
        """What Polars works on where a method of it is not here."""
        return self.collect()._df

    # --- how ---

    def _of(self, groups: list[Laid], height: int | None) -> pl.DataFrame:
        return LaidFrame(groups, self.store, height)

    def _with(self, other: LaidFrame) -> pl.DataFrame:
        """The columns of both, side by side."""
        return self._of([*self.groups, *other.groups], self._height)

    def _repeated(self, values: pl.DataFrame) -> Laid:
        """The same values in all rows; no row has to be read for that."""
        pile = self.store.pile()
        for start in range(0, max(self.height, 1), ROWS):
            rows = min(ROWS, self.height - start)
            pile.add(pl.DataFrame([column.new_from_index(0, rows) for column in values]))
        return pile.laid()

    def _about(self, exprs: Sequence[Any]) -> list[Laid]:
        """The groups that some expressions are about; those of the others need not be read."""
        roots = {name for expr in exprs for name in roots_of(expr)}
        if "*" in roots:
            return self.groups
        needed = [group for group, schema in zip(self.groups, self._schemas, strict=True) if roots & set(schema)]
        return needed or self.groups[:1]

    def _mask(self, conditions: Sequence[Any], named: dict[str, Any]) -> pl.Series:
        masks = [pl.lit(item) if isinstance(item, pl.Series) else item for item in conditions]
        masks = [pl.col(item) if isinstance(item, str) else item for item in masks]
        masks += [pl.col(name) == value for name, value in named.items()]
        if len(conditions) == 1 and isinstance(conditions[0], pl.Series) and not named:
            found = conditions[0]
        else:
            whole = pl.all_horizontal(masks) if len(masks) > 1 else masks[0]
            found = collected(_beside(self._about(masks)).select(whole.alias(_MASK))).to_series()
            if len(found) == 1 and self.height != 1:
                found = found.new_from_index(0, self.height)
        return found.fill_null(value=False)

    def _kept(self, without: set[str]) -> list[str]:
        return [name for name in self.columns if name not in without]

    def _without(self, names: set[str]) -> list[Laid]:
        """The groups without some columns; one of them stays even where it is left without any, for the rows that it has."""
        kept = []
        for group, schema in zip(self.groups, self._schemas, strict=True):
            left = [name for name in schema if name not in names]
            if left:
                kept.append(group if len(left) == len(schema) else only(group, left))
        return kept or [Laid(self.groups[0].query.select([]), self.groups[0].piles)]


class Groups:
    """Groups of rows of a frame on disk."""

    def __init__(self, frame: LaidFrame, by: tuple[Any, ...], named: dict[str, Any], *, maintain_order: bool) -> None:
        self.frame, self.by, self.named, self.maintain_order = frame, by, named, maintain_order

    def agg(self, *exprs: Any, **named: Any) -> pl.DataFrame:
        """One row per group."""
        groups = self.frame.lazy().group_by(*self.by, maintain_order=self.maintain_order, **self.named)
        return collected(groups.agg(*exprs, **named))

    def len(self, name: str | None = None) -> pl.DataFrame:
        """The size of each group."""
        return self.agg(pl.len().alias(name or "len"))

    def __iter__(self) -> Iterator[tuple[Any, pl.DataFrame]]:
        """The key of each group and its rows, which lie on disk."""
        keys = self.frame.select(*self.by, **self.named).unique(maintain_order=True)
        for key in keys.iter_rows():
            same = [
                pl.col(name).eq_missing(pl.lit(value, keys.schema[name]))
                for name, value in zip(keys.columns, key, strict=True)
            ]
            yield key, self.frame.filter(*same)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.frame.collect().group_by(*self.by, maintain_order=self.maintain_order, **self.named), name)


def _beside(groups: Sequence[Laid]) -> pl.LazyFrame:
    return groups[0].query if len(groups) == 1 else pl.concat([group.query for group in groups], how="horizontal")


def only(group: Laid, names: list[str]) -> Laid:
    """Some columns of those that lie together."""
    blanks = None if group.blanks is None else {name: group.blanks[name] for name in names}
    return Laid(group.query.select(names), group.piles, blanks)


def _piles(groups: Sequence[Laid]) -> tuple[Pile, ...]:
    return tuple(dict.fromkeys(pile for group in groups for pile in group.piles))


def asked_for(exprs: Iterable[Any], named: dict[str, Any]) -> list[Any]:
    """What was asked for, one by one: Polars takes names, expressions, columns, and lists and generators of these."""
    found: list[Any] = []
    for expr in exprs:
        if isinstance(expr, (str, pl.Expr, pl.Series)) or not hasattr(expr, "__iter__"):
            found.append(expr)
        else:
            found += list(expr)
    return [*found, *(_named(item).alias(name) for name, item in named.items())]


def _named(item: Any) -> pl.Expr | pl.Series:
    """What stands behind a name in a call: a text is the name of a column."""
    if isinstance(item, (pl.Expr, pl.Series)):
        return item
    return pl.col(item) if isinstance(item, str) else pl.lit(item)


def roots_of(expr: Any) -> set[str]:
    """The columns that an expression is about; ``*`` where that cannot be known."""
    if isinstance(expr, str):
        return {"*"} if expr == "*" or expr.startswith("^") else {expr}
    if not isinstance(expr, pl.Expr):
        return set()
    try:
        return set(expr.meta.root_names()) or {"*"}
    except pl.exceptions.InvalidOperationError:
        return {"*"}


def _by_row(expr: Any) -> bool:
    """Whether columns are made row by row of those that are there."""
    if not isinstance(expr, pl.Expr):
        return isinstance(expr, str)
    if expr.meta.is_column_selection(allow_aliasing=True):
        return True
    try:
        return expr.meta.is_row_separable() and expr.meta.is_length_preserving() and bool(roots_of(expr) - {"*"})
    except pl.exceptions.InvalidOperationError:  # of several columns at once Polars does not say
        return False


def _is_one_value(expr: Any) -> bool:
    """Whether it is one value, which beside a column is that of all rows."""
    return isinstance(expr, pl.Expr) and expr.meta.is_literal(allow_aliasing=True) and expr.meta.is_scalar()


def _within(mapping: dict[str, str], schema: pl.Schema) -> dict[str, str]:
    return {old: new for old, new in mapping.items() if old in schema}
