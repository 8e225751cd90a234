"""A frame whose records lie on other machines: what is asked of each row, and what adds up, is answered there. Own file: where records lie, not what they say.

What has to see a whole column brings that column here, once, to disk; from there it is answered as every frame on disk is.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import polars as pl

from salesmetrics.frames.laid import Groups, LaidFrame, asked_for, collected, only, roots_of
from salesmetrics.frames.questions import PLACE, Question, answers_there
from salesmetrics.frames.store import Laid
from salesmetrics.frames.ways import by_row, column_of, is_of_many, is_one_value, way_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from salesmetrics.frames.store import Store

__all__ = ["FEW", "PLACE", "FarFrame", "Piece", "Pieces", "bring", "far_frame"]

T = TypeVar("T")
FIRST = 1_000
"""Rows of the beginning that are brought at once, and looked at again and again."""
MANY = 1_000_000
"""Rows that may be named one by one to other machines; of more, all columns are brought here."""
FEW = 2_000_000
"""Rows that are brought here at once when they are typed: the jobs of Spark that this saves would take longer."""
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

    def settled(self, work: Callable[[pl.DataFrame], tuple[pl.DataFrame, T]]) -> tuple[Pieces, list[T]]:
        """What becomes of each piece, kept where it lies; and what is to be known of it here, in order of rows.

        Args:
            work: Gives both.
        """

    def by_key(
        self, split: Callable[[pl.DataFrame], dict[int, T]], join: Callable[[list[T]], pl.DataFrame]
    ) -> list[pl.DataFrame]:
        """What becomes of what belongs together though it lies in several pieces.

        Args:
            split: Gives what a piece has of each number; what has the same number is put together on one machine.
            join: What is made of all that has the same number, in no order.
        """


def bring(frame: pl.DataFrame, names: Sequence[str]) -> None:
    """Bring columns that are going to be asked for, all at once.

    Args:
        frame: A frame; of one that does not lie on other machines nothing has to be brought.
        names: The columns.
    """
    if isinstance(frame, FarFrame):
        frame.bring(names)


def far_frame(pieces: Pieces, store: Store, empty: pl.DataFrame, height: int, row: str) -> FarFrame:
    """The frame of pieces as they were read.

    Args:
        pieces: The records.
        store: Where columns go that are brought here.
        empty: Their columns, without rows.
        height: The rows.
        row: The column that tells them apart.
    """
    place = (pl.col(row).alias(PLACE),)
    steps = (("with_columns", place),)
    return FarFrame(pieces, steps, store, empty, height, there=empty.with_columns(place))


class FarFrame(LaidFrame):
    """A ``polars.DataFrame`` that is answered where its records lie, as far as that goes.

    Columns that were made here, because one had to see all rows for it, stay here beside the others.

    Args:
        pieces: The records as they were read.
        steps: What was made of them since, row by row.
        store: Where columns go that are brought here, and further ones.
        empty: The frame without its rows.
        height: The rows, where they are counted already.
        whole: The frame of as many rows that the last step picked columns of; None where it did something else.
        there: What lies on other machines, without its rows; the same as ``empty`` if None.
        near: Columns that are here.
    """

    def __init__(
        self,
        pieces: Pieces,
        steps: tuple[Step, ...],
        store: Store,
        empty: pl.DataFrame,
        height: int | None = None,
        whole: FarFrame | None = None,
        there: pl.DataFrame | None = None,
        near: Mapping[str, Laid] | None = None,
    ) -> None:
        self.pieces, self.steps, self.store = pieces, steps, store
        self.there = empty if there is None else there
        self.empty = empty.drop(PLACE, strict=False)
        self._height, self._blanks = height, None
        self._near = dict(near or {})
        self._whole, self._first = whole, pl.DataFrame()
        self.known: dict[str, pl.DataFrame] = {}  # rules and periods ask the same again

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
        return self.brought(self.empty.columns)

    @property
    def here(self) -> list[str]:
        """The columns that are here alone."""
        return [name for name in self.empty.columns if name not in self.there.columns]

    def lies_there(self, expr: Any) -> bool:
        """Whether all columns that an expression is about lie on other machines."""
        roots = roots_of(expr)
        if "*" in roots:
            return not (self.here and isinstance(expr, (str, pl.Expr)) and is_of_many(expr))
        return roots <= set(self.there.columns)

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

    def settled(
        self, work: Callable[[pl.DataFrame], tuple[pl.DataFrame, T]], empty: pl.DataFrame
    ) -> tuple[LaidFrame, list[T]]:
        """A frame of what becomes of each part, kept where it lies; and what is to be known of the parts, in order of rows.

        Few rows come here at once: no later question of them is worth a job of Spark.

        Args:
            work: Gives both, as many rows as the part has.
            empty: What it gives, without its rows.
        """
        if self.height <= FEW:
            pile, seen = self.store.pile(), list[T]()
            for part, one in self.work_large(work):
                pile.add(part)
                seen.append(one)
            if not pile.paths:
                pile.add(empty)
            return LaidFrame([pile.laid()], self.store, self.height), seen
        pieces, known = self.pieces.settled(partial(_done, work, self.steps))
        return FarFrame(pieces, (), self.store, empty, self._height, there=empty), known

    def at_rest(self) -> LaidFrame:
        """The same frame, its steps done once for all, with columns that are here written side by side."""
        if self.height <= FEW:
            return super().at_rest()
        if not self.steps:
            return self
        pieces, known = self.pieces.settled(partial(_done, _counted, self.steps))
        near, here = dict(self._near), self.here
        if here:
            whole = self.store.sink(LaidFrame(self.brought(here), self.store).lazy())
            near.update((name, only(whole, [name])) for name in here)
        height = sum(n for n, _ in known)
        found = FarFrame(pieces, (), self.store, self.empty, height, there=self.there, near=near)
        if not here:
            blanks = pl.concat([self.there.null_count(), *(part for _, part in known)]).sum()
            found._blanks = blanks.select(self.empty.columns).cast(pl.UInt32)
        return found

    def by_key(
        self, split: Callable[[pl.DataFrame], dict[int, T]], join: Callable[[list[T]], pl.DataFrame]
    ) -> list[pl.DataFrame]:
        """What becomes of rows that belong together though they lie in several pieces; as :meth:`Pieces.by_key`."""
        return self.pieces.by_key(partial(_done, split, self.steps), join)

    def head(self, n: int = 5) -> pl.DataFrame:
        """The first rows, in memory."""
        if self._whole is not None and not self.here:
            return _stepped(self.steps[-1:], self._whole._head(n)).select(self.columns)
        return self._head(n).select(self.columns)

    def _head(self, n: int) -> pl.DataFrame:
        if self._whole is not None and not self.here:
            return _stepped(self.steps[-1:], self._whole._head(n))
        if not self._first.width:
            self._first = self._end(max(n, FIRST), list(self.pieces.places), "head")
        enough = n <= self._first.height or self._first.height < FIRST
        return self._first.head(n) if enough else self._end(n, list(self.pieces.places), "head")

    def tail(self, n: int = 5) -> pl.DataFrame:
        """The last rows, in memory."""
        return self._end(n, list(self.pieces.places)[::-1], "tail").select(self.columns)

    def get_column(self, name: str) -> pl.Series:  # type: ignore[override]
        """One column, in memory."""
        if name not in self.empty.columns:
            raise pl.exceptions.ColumnNotFoundError(name)
        return LaidFrame(self.brought([name]), self.store).get_column(name)

    def bring(self, names: Sequence[str]) -> None:
        """Bring columns that are going to be asked for, all at once."""
        self.brought([name for name in names if name in self.empty.columns])

    def null_count(self) -> pl.DataFrame:
        """Blanks by column."""
        if self._blanks is None:
            found = _added([self.there.null_count(), *self.work(pl.DataFrame.null_count)], ["sum"] * self.there.width)
            if here := self.here:
                found = found.hstack(LaidFrame(self.brought(here), self.store).null_count())
            self._blanks = found.select(self.columns)
        return self._blanks

    def rows_where(self, condition: pl.Expr) -> pl.DataFrame:
        """The rows that fulfil a condition, in memory: few of many."""
        if self.here or not by_row(condition):
            return self.filter(condition).collect()  # type: ignore[attr-defined, no-any-return]
        return pl.concat([self.empty, *self.work(partial(_where, condition, self.columns))])

    # --- what is made of it ---

    def select(self, *exprs: Any, **named: Any) -> pl.DataFrame:
        """Columns made row by row stay where they lie; what adds up is added up; for the rest columns are brought here."""
        asked = asked_for(exprs, named)
        if all(by_row(expr) and not isinstance(expr, pl.Series) for expr in asked):
            far, near = self._apart(asked)
            if far or not near:
                return self._columns(asked, far, near)
            return super().select(*asked)
        if any(by_row(expr) or isinstance(expr, pl.Series) for expr in asked):
            return super().select(*asked)
        key = "\n".join(expr.meta.serialize(format="json") for expr in asked)
        if key not in self.known:
            self.known[key] = self._worked_out(asked)
        return self.known[key]

    def with_columns(self, *exprs: Any, **named: Any) -> pl.DataFrame:
        """The frame with more columns, or with others in the place of some."""
        asked = asked_for(exprs, named)
        if not asked:
            return self
        far = [expr for expr in asked if (by_row(expr) or is_one_value(expr)) and self.lies_there(expr)]
        rest = [expr for expr in asked if not any(expr is other for other in far)]
        near = dict[str, Laid]()
        if rest:
            near = _of_one_pile(self.here_about(rest).with_columns(rest), self._names_of(rest))
        series = [expr.clear() if isinstance(expr, pl.Series) else expr for expr in asked]
        empty, steps, there = self.empty.with_columns(series), self.steps, self.there
        if far:
            steps, there = _then(steps, there, "with_columns", tuple(far))
        if gone := [name for name in there.columns if name in near]:
            steps, there = _then(steps, there, "drop", tuple(gone))
        made = set(self._names_of(far))
        kept = {name: known for name, known in self._near.items() if name not in made}
        whole = None if rest else self
        return FarFrame(self.pieces, steps, self.store, empty, self._height, whole, there, {**kept, **near})

    def filter(self, *conditions: Any, **named: Any) -> pl.DataFrame:
        """The rows that fulfil all conditions."""
        conditions = (*conditions, *(pl.col(name) == value for name, value in named.items()))
        if all(isinstance(item, pl.Expr) and by_row(item) and self.lies_there(item) for item in conditions):
            steps, there = _then(self.steps, self.there, "filter", conditions)
            near, height = dict[str, Laid](), None
            if here := self.here:
                mask = pl.concat([pl.Series([], dtype=pl.Boolean), *self.work(partial(_mask_of, conditions))])
                near, height = self._near_where(mask, here), int(mask.sum())
            return FarFrame(self.pieces, steps, self.store, self.empty, height, None, there, near)
        mask = self._mask(conditions, {})
        places = self._places()
        if places is None:
            return LaidFrame(self.groups, self.store, self._height).filter(mask)
        kept, gone = places.filter(mask), places.filter(~mask)
        if min(len(kept), len(gone)) > MANY:
            return LaidFrame(self.groups, self.store, self._height).filter(mask)
        few = pl.col(PLACE).is_in(kept.to_list()) if len(kept) < len(gone) else ~pl.col(PLACE).is_in(gone.to_list())
        steps, there = _then(self.steps, self.there, "filter", (few,)) if len(gone) else (self.steps, self.there)
        near = self._near_where(mask, list(self._near))
        return FarFrame(self.pieces, steps, self.store, self.empty, len(kept), None, there, near)

    def drop(self, *columns: Any, strict: bool = True) -> pl.DataFrame:
        """The frame without some columns."""
        return self.select([pl.col(name) for name in self.empty.drop(*columns, strict=strict).columns])

    def rename(self, mapping: Any, *, strict: bool = True) -> pl.DataFrame:
        """The frame with other names of columns."""
        names = self.empty.rename(mapping, strict=strict).columns
        return self.select([pl.col(old).alias(new) for old, new in zip(self.empty.columns, names, strict=True)])

    def group_by(self, *by: Any, maintain_order: bool = False, **named: Any) -> Any:
        """Groups of rows, whose aggregates are worked out of the columns that they are about."""
        return _FarGroups(self, by, named, maintain_order=maintain_order)

    # --- how ---

    def _with(self, other: LaidFrame) -> pl.DataFrame:
        """The columns of both; those of the other one lie here."""
        near = {**self._near, **_of_one_pile(other, other.columns)}
        empty = self.empty.hstack(other.clear())
        return FarFrame(self.pieces, self.steps, self.store, empty, self._height, None, self.there, near)

    def _worked_out(self, asked: Sequence[pl.Expr]) -> pl.DataFrame:
        ways = [way_of(expr, self.empty) if self.lies_there(expr) else None for expr in asked]
        if all(ways):
            found = [_worked_out(asked, self.there), *self.work(partial(_worked_out, asked))]
            widths = [self.empty.select(expr).width for expr in asked]
            return _added(found, [str(way) for way, width in zip(ways, widths, strict=True) for _ in range(width)])
        return answers_there([Question(self, asked)])[0]

    def _apart(self, asked: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """What is made where the rows lie, and what is made here."""
        far = [expr for expr in asked if self.lies_there(expr)]
        return far, [expr for expr in asked if not any(expr is other for other in far)]

    def _columns(self, asked: Sequence[Any], far: Sequence[Any], near: Sequence[Any]) -> pl.DataFrame:
        empty = self.empty.select(asked)
        steps, there = _then(self.steps, self.there, "select", tuple(far))
        beside = dict[str, Laid]()
        if near:
            about = self.here_about(near)
            query = about.lazy().select(near)
            beside = {name: Laid(query.select(name), about.piles) for name in self._names_of(near)}
        for expr in far:  # what is here already stays here, under its new name
            old = expr if isinstance(expr, str) else column_of(expr)
            if old in self._near:
                new = expr if isinstance(expr, str) else expr.meta.output_name()
                beside[new] = Laid(self._near[old].query.select(pl.col(old).alias(new)), self._near[old].piles)
        if PLACE in self._near:
            beside[PLACE] = self._near[PLACE]
        return FarFrame(self.pieces, steps, self.store, empty, self._height, self if not near else None, there, beside)

    def _names_of(self, asked: Sequence[Any]) -> list[str]:
        names = list[str]()
        for expr in asked:
            names += [expr.name] if isinstance(expr, pl.Series) else self.empty.select(expr).columns
        return names

    def here_about(self, exprs: Sequence[Any]) -> LaidFrame:
        """The columns that some expressions are about, here."""
        return LaidFrame(self._about(exprs), self.store, self._height)

    def _near_where(self, mask: pl.Series, names: Sequence[str]) -> dict[str, Laid]:
        if not names:
            return {}
        kept = LaidFrame([self._near[name] for name in names], self.store, len(mask)).filter(mask)
        return _of_one_pile(kept, names)

    def _places(self) -> pl.Series | None:
        """What tells the rows apart there; None where nothing does."""
        if PLACE not in self.there.columns:
            return None
        return collected(self.brought([PLACE])[0].query).to_series()

    def _end(self, n: int, places: list[Piece], which: str) -> pl.DataFrame:
        """Rows of one end, of as few pieces as they are in, with all columns."""
        here = self.here
        wanted, known = list[Piece](), 0
        while places and known < n:
            wanted.append(places.pop(0))
            known += wanted[-1].rows
        while True:
            parts = list(self.pieces.each(partial(_end_of, which, n, self.steps), wanted)) if wanted else []
            found: pl.DataFrame = getattr(pl.concat([self.there, *parts]), which)(n)
            if found.height == n or not places:
                break
            wanted, places = [*wanted, *places], []
        if here:
            beside = LaidFrame(self.brought(here), self.store, self.height)
            found = found.hstack(getattr(beside, which)(n).get_columns())
        return found

    def _about(self, exprs: Sequence[Any]) -> list[Laid]:
        roots = {name for expr in exprs if _names_columns(expr) for name in roots_of(expr)}
        known = [name for name in self.empty.columns if "*" in roots or name in roots]
        return self.brought(known or self.empty.columns[:1])

    def brought(self, names: Sequence[str]) -> list[Laid]:
        """Columns, brought here where they are not yet."""
        if missing := [name for name in names if name not in self._near]:
            # What tells the rows apart comes along: it is asked for as soon as rows are left out by what was brought.
            missing += [PLACE] if PLACE in self.there.columns and PLACE not in {*self._near, *missing} else []
            pile = self.store.pile()
            for part in self.work_large(partial(_selected, missing)):
                pile.add(part)
            if not pile.paths:
                pile.add(self.there.select(missing))
            whole = pile.laid()
            self._near.update((name, only(whole, [name])) for name in missing)
        return [self._near[name] for name in names]


class _FarGroups(Groups):
    """Groups of rows of a frame on other machines: only the columns that they are about are brought here."""

    def agg(self, *exprs: Any, **named: Any) -> pl.DataFrame:
        """One row per group."""
        asked = [*asked_for(self.by, self.named), *asked_for(exprs, named)]
        frame: Any = self.frame
        about = frame.here_about(asked)
        return Groups(about, self.by, self.named, maintain_order=self.maintain_order).agg(*exprs, **named)


# --- what is done there ---


def _stepped(steps: Sequence[Step], frame: pl.DataFrame) -> pl.DataFrame:
    for name, args in steps:
        frame = _step(frame, name, args)
    return frame


def _step(frame: pl.DataFrame, name: str, args: tuple[Any, ...]) -> pl.DataFrame:
    """A step of a frame; what tells its rows apart stays, and is none of the columns that the step is about."""
    if PLACE not in frame.columns or name == "drop":
        return getattr(frame, name)(*args)  # type: ignore[no-any-return]
    if name == "filter":
        wild = any("*" in roots_of(expr) for expr in args)
        seen = frame.drop(PLACE) if wild else frame
        return frame.filter(seen.select(pl.all_horizontal(args)).to_series()) if wild else frame.filter(*args)
    made: pl.DataFrame = getattr(frame.drop(PLACE), name)(*args)
    return made.with_columns(frame.get_column(PLACE)) if made.height == frame.height else made


def _done(work: Callable[[pl.DataFrame], T], steps: Sequence[Step], frame: pl.DataFrame) -> T:
    return work(_stepped(steps, frame))


def _height(steps: Sequence[Step], frame: pl.DataFrame) -> int:
    return _stepped(steps, frame).height


def _where(condition: pl.Expr, names: Sequence[str], frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(condition).select(names)


def _mask_of(conditions: Sequence[pl.Expr], frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.all_horizontal(conditions).fill_null(value=False)).to_series()


def _counted(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[int, pl.DataFrame]]:
    return frame, (frame.height, frame.null_count())


def _selected(asked: Sequence[Any], frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(asked)


def _worked_out(asked: Sequence[Any], frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop(PLACE, strict=False).select(asked)


def _end_of(which: str, n: int, steps: Sequence[Step], frame: pl.DataFrame) -> pl.DataFrame:
    found: pl.DataFrame = getattr(_stepped(steps, frame), which)(n)
    return found


def _names_columns(expr: Any) -> bool:
    """Whether an expression is about any column: what only counts rows is about none, and none is brought for it."""
    return not isinstance(expr, pl.Expr) or bool(expr.meta.root_names()) or is_of_many(expr)


def _then(
    steps: tuple[Step, ...], there: pl.DataFrame, name: str, args: tuple[Any, ...]
) -> tuple[tuple[Step, ...], pl.DataFrame]:
    """One step more, and what lies there after it."""
    return (*steps, (name, args)), _step(there, name, args)


def _of_one_pile(frame: pl.DataFrame, names: Sequence[str]) -> dict[str, Laid]:
    """Columns of a frame on disk, one by one."""
    assert isinstance(frame, LaidFrame)
    found = dict[str, Laid]()
    for group, schema in zip(frame.groups, frame._schemas, strict=True):
        found.update((name, only(group, [name])) for name in schema if name in names)
    return found


def _added(parts: Sequence[pl.DataFrame], ways: Sequence[str]) -> pl.DataFrame:
    """One row out of that of each part."""
    found = pl.concat(parts)
    made = [
        getattr(pl.col(name), way)().cast(found.schema[name]) for name, way in zip(found.columns, ways, strict=True)
    ]
    return found.select(made)
