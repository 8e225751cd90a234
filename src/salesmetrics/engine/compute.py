"""Measures over frames: as few passes as the filters allow, all of them collected at once."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import polars as pl
from msgspec.structs import replace

from salesmetrics.calendar.steps import beginning
from salesmetrics.calendar.windows import Window
from salesmetrics.engine.evaluate import ABSENT, Cell, Values
from salesmetrics.engine.plan import make_plan
from salesmetrics.engine.unknown import unknown_measures, withheld_measures
from salesmetrics.entities.currency import UNRATED
from salesmetrics.entities.days import PARTS, UNITS
from salesmetrics.entities.declared import columns_of, date_columns, kinds_of
from salesmetrics.entities.derived import with_coded_outcome, with_derived
from salesmetrics.frames.groups import Question, answers, distinct
from salesmetrics.metrics.settings import PREFIX
from salesmetrics.metrics.shapes import ListColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Measure
    from salesmetrics.metrics.settings import Settings
    from salesmetrics.schema.withheld import Withheld

__all__ = [
    "NO_CURRENCY",
    "UNDIVIDED",
    "UNRATED",
    "Cell",
    "Keys",
    "Source",
    "ValueTable",
    "aggregate",
    "counts",
    "currencies",
    "key_of",
    "per_record",
    "staff_cells",
    "value_table",
    "with_derived_columns",
]


UNDIVIDED = frozenset({"staff_days"})
"""Entities of the organisation as a whole: no dimension divides them, and no condition applies to them."""


MONEY_COLUMNS = frozenset({"amount", "change", "mrr", "paid_amount", "potential", "quota", "received", "won"})
"""Columns that hold money, in any entity."""


class Keys(msgspec.Struct, frozen=True):
    """What values are kept apart by.

    Attributes:
        by: Column names.
        currency: Also by the column ``currency``.
        bucket: Also by periods: an expression of the basis date that gives the first day of its period.
    """

    by: tuple[str, ...] = ()
    currency: bool = False
    bucket: Callable[[pl.Expr], pl.Expr] | None = None


class Block(NamedTuple):
    """Measure values of some cells, as they come out of one pass.

    Attributes:
        cells: The cells, in the order of the values.
        columns: Measure id to one value per cell: a number, a :class:`~salesmetrics.metrics.shapes.ListItem` for a sample,
            the rows of a table, or None where it is unknown.
    """

    cells: Sequence[Cell]
    columns: Mapping[str, Sequence[Any]]


def aggregate(
    frames: Mapping[str, pl.DataFrame],
    measures: Iterable[Measure],
    *,
    window: Window,
    as_of: date | None,
    settings: Settings,
    keys: Keys,
) -> list[Block]:
    """The value of every measure in every cell: of all cells at once, in as few passes as the filters allow.

    Args:
        frames: Frames by entity, with every column that the measures ask for.
        measures: What to compute. A measure without a date of its own is left out when there are buckets, and one whose
            entity lacks a column of ``keys.by`` always.
        window: The period; a measure with a date counts the records whose date lies in it.
        as_of: The report date.
        settings: Thresholds that measures ask for.
        keys: What values are kept apart by.

    Returns:
        One block per pass. A cell without a record in a pass is not in its block.
    """
    measures = list(measures)
    together = [m for m in measures if m.entity in UNDIVIDED]
    passes = list(_passes([m for m in measures if m.entity not in UNDIVIDED], frames, window, keys))
    given = _given(as_of, window, settings)
    asked = [
        _asked(
            frames[entity],
            group,
            column,
            window=days,
            given=given,
            keys=keys,
            told_apart=UNRATED in frames[entity].columns,
            in_units=UNITS in frames[entity].columns,
        )
        for entity, column, days, group in passes
    ]
    blocks = [
        _block(result, group, frames[entity], keys)
        for (entity, _, _, group), result in zip(passes, answers(asked), strict=True)
    ]
    return blocks + (_of_all(blocks, frames, together, window, given, keys) if together else [])


def _block(result: pl.DataFrame, measures: Sequence[Measure], frame: pl.DataFrame, keys: Keys) -> Block:
    names = [name for m in measures for name in (m.id, f"{m.id}{UNRATED}") if name in result.columns]
    listed = [name for name in names if result.schema[name] == pl.List and result.schema[name] != pl.List(pl.Struct)]
    lengths = result.select(pl.col(listed).list.len())
    columns: dict[str, Sequence[Any]] = {
        name: ListColumn(result.get_column(name), lengths[name].to_list()).items()
        if name in listed
        else result.get_column(name).to_list()
        for name in names
    }
    for measure in measures:
        if f"{measure.id}{UNITS}" in result.columns:
            units = result.get_column(f"{measure.id}{UNITS}").to_list()
            parts = 1 if frame.is_empty() else int(frame[PARTS][0] or 1)
            columns[measure.id] = _exact(columns[measure.id], units, measure, parts)
    return Block(_cells(result, keys), columns)


def _of_all(
    blocks: Sequence[Block],
    frames: Mapping[str, pl.DataFrame],
    measures: Sequence[Measure],
    window: Window,
    given: Callable[[str], pl.Expr],
    keys: Keys,
) -> list[Block]:
    """The measures that are of the organisation as a whole: the same in all cells of a period."""
    apart = Keys(bucket=keys.bucket)
    whole: dict[date | None, dict[str, Any]] = {}
    for entity, column, days, group in _passes(measures, frames, window, apart):
        (result,) = answers([_asked(frames[entity], group, column, window=days, given=given, keys=apart)])
        found = _block(result, group, frames[entity], apart)
        for position, cell in enumerate(found.cells):
            whole.setdefault(cell.bucket, {}).update({name: values[position] for name, values in found.columns.items()})
    cells = dict.fromkeys(cell for block in blocks for cell in block.cells)
    if not keys.by and not keys.currency:
        cells |= dict.fromkeys(Cell((), None, bucket) for bucket in whole)
    names = dict.fromkeys(name for values in whole.values() for name in values)
    rows = [whole.get(cell.bucket, {}) for cell in cells]
    return [Block(list(cells), {name: [values.get(name, ABSENT) for values in rows] for name in names})]


def per_record(
    frame: pl.DataFrame,
    measures: Sequence[Measure],
    *,
    window: Window,
    as_of: date | None,
    settings: Settings,
    index: str,
    apart: Sequence[str] = (),
) -> pl.DataFrame:
    """The same aggregates over every record alone: what each record adds.

    Args:
        frame: Records of the measures' entity, with every column that they ask for.
        measures: What to compute.
        window: The period; a record whose date lies outside adds nothing.
        as_of: The report date.
        settings: Thresholds that measures ask for.
        index: Name of a column that numbers the records.
        apart: Columns that values are kept apart by: what is counted once is counted once in each of them.

    Returns:
        The frame with two columns per measure beside its own: ``measure:`` is what a record adds to the measure, and
        ``measure?`` what the measure would be of that record alone, which is the same but for a measure with ``per``:
        there the first record of each key carries what its records make together, and the others 0.
    """
    given = _given(as_of, window, settings)
    entity = measures[0].entity
    for _, column, days, group in _passes(measures, {entity: frame}, window, Keys(by=(index,))):
        (alone,) = answers([_asked(frame, group, column, window=days, given=given, keys=Keys(by=(index,)))])
        names = {m.id: f"{m.id}:" for m in group}
        alone = alone.with_columns(pl.col("by:0").cast(frame.schema[index])).rename({"by:0": index, **names})
        frame = frame.join(alone, on=index, how="left", maintain_order="left")
        frame = frame.with_columns(pl.col(name).alias(f"{m.id}?") for m in group if (name := f"{m.id}:"))
        for per in {m.per for m in group if m.per}:
            keyed = [m for m in group if m.per == per]
            frame = frame.with_columns(key_of((*per, *apart)).alias(_KEY))
            (of_keys,) = answers([_asked(frame, keyed, column, window=days, given=given, keys=Keys(by=(_KEY,)))])
            frame = _once(frame, of_keys, keyed, index)
    return frame


_KEY, _PLACE = "__key__", "__place__"


def key_of(per: Sequence[str]) -> pl.Expr:
    """The columns that a measure counts once, as one text: ``day:1w`` is the week of a day."""
    split = [name.partition(":") for name in per]
    columns = [beginning(pl.col(name), every) if every else pl.col(name) for name, _, every in split]
    return pl.concat_str([column.cast(pl.String).fill_null("\0") for column in columns], separator="\x1f")


def _once(frame: pl.DataFrame, together: pl.DataFrame, measures: Sequence[Measure], index: str) -> pl.DataFrame:
    """What the records of a key make together, on the first of them that counts by itself, else on the first."""
    frame = frame.join(together.rename({"by:0": _KEY}), on=_KEY, how="left", maintain_order="left")
    counts = pl.any_horizontal([pl.col(f"{m.id}:").fill_null(0) != 0 for m in measures])
    known = pl.any_horizontal([pl.col(f"{m.id}:").is_not_null() for m in measures])
    place = pl.int_range(pl.len()) + pl.len() * pl.when(counts).then(0).when(known).then(1).otherwise(2)
    frame = frame.with_columns(place.alias(_PLACE))
    first = pl.col(_PLACE) == pl.col(_PLACE).min().over(_KEY)
    frame = frame.with_columns(pl.when(first).then(pl.col(m.id)).alias(f"{m.id}:") for m in measures)
    return frame.with_columns(
        *[pl.col(f"{m.id}:").sum().over(index) for m in measures],
        # Of a level, which no record makes alone, every record of the key is listed.
        *[pl.max_horizontal(f"{m.id}?", m.id).alias(f"{m.id}?") for m in measures if m.unit == "money"],
    ).drop(_KEY, _PLACE, *(m.id for m in measures))


def _passes(
    measures: Iterable[Measure], frames: Mapping[str, pl.DataFrame], window: Window, keys: Keys
) -> Sequence[tuple[str, str | None, Window, list[Measure]]]:
    """Measures that share a pass: one entity, and one date column and range of days where a date matters.

    A plan counts for the whole of a period, also for what of it is yet to come.
    """
    passes: dict[tuple[str, str | None, Window], list[Measure]] = defaultdict(list)
    planned = Window(window.start, window.whole or window.end)
    for measure in measures:
        column = date_columns(measure.entity).get(measure.basis)
        if measure.basis == "undated" and not window.bounded:
            continue
        if keys.bucket is not None and column is None:
            continue
        if not set(keys.by) <= set(frames[measure.entity].columns):
            continue
        days = planned if measure.basis == "period" else Window(window.start, window.end)
        passes[(measure.entity, column if window.bounded or keys.bucket is not None else None, days)].append(measure)
    return [(*key, group) for key, group in passes.items()]


def _asked(
    frame: pl.DataFrame,
    measures: list[Measure],
    column: str | None,
    *,
    window: Window,
    given: Callable[[str], pl.Expr],
    keys: Keys,
    told_apart: bool = False,
    in_units: bool = False,
) -> Question:
    day = pl.col(column or "").cast(pl.Date)
    where: list[pl.Expr] = []
    if column is not None and window.start is not None:
        where.append(day >= window.start)
    if column is not None and window.end is not None:
        where.append(day < window.end)
    outputs = [m.expression(*(given(name) for name in m.columns)).alias(m.id) for m in measures]
    outputs += [_of_unrated(m, given) for m in measures if m.lacks_money] if told_apart else []
    outputs += [_in_units(m, given) for m in measures if in_units and m.prorated]
    by = [pl.col(name).cast(pl.String).alias(f"by:{i}") for i, name in enumerate(keys.by)]
    if keys.currency:
        by.append(pl.col("currency").alias("by:currency"))
    if keys.bucket is not None and column is not None:
        where.append(pl.col(column).is_not_null())
        by.append(keys.bucket(day).alias("by:bucket"))
    return Question(frame, outputs, by, where)


def _in_units(measure: Measure, given: Callable[[str], pl.Expr]) -> pl.Expr:
    """A measure of what is shared out to days, in equal parts instead of rounded amounts."""
    columns = [pl.col(UNITS) if name == measure.prorated else given(name) for name in measure.columns]
    return measure.expression(*columns).alias(f"{measure.id}{UNITS}")


def _exact(rounded: Sequence[Any], units: Sequence[Any], measure: Measure, parts: int) -> list[Any]:
    """What is shared out to days as exact fractions, in the place of rounded decimals."""
    if measure.shape == "number":
        return [value if unit is None else Fraction(unit) / parts for value, unit in zip(rounded, units, strict=True)]
    name = measure.prorated
    return [
        value if rows is None else [{**row, name: Fraction(row[name]) / parts} for row in rows]
        for value, rows in zip(rounded, units, strict=True)
    ]


def _of_unrated(measure: Measure, given: Callable[[str], pl.Expr]) -> pl.Expr:
    """What of a measure records make whose money has no rate."""
    columns = [given(name) for name in measure.columns]
    unrated = [c.filter(pl.col(UNRATED)) if c.meta.root_names() else c for c in columns]
    return measure.expression(*unrated).alias(f"{measure.id}{UNRATED}")


def _given(as_of: date | None, window: Window, settings: Settings) -> Callable[[str], pl.Expr]:
    fixed = {"as_of": as_of, "window_start": window.start, "window_end": window.end}

    def column(name: str) -> pl.Expr:
        if name in fixed:
            return pl.lit(fixed[name], dtype=pl.Date)
        return pl.lit(settings.value(name)) if name.startswith(PREFIX) else pl.col(name)

    return column


def _cells(result: pl.DataFrame, keys: Keys) -> list[Cell]:
    nothing = [None] * result.height
    columns = {name: result.get_column(name).to_list() for name in result.columns if name.startswith("by:")}
    groups = zip(*(columns[f"by:{i}"] for i in range(len(keys.by))), strict=True) if keys.by else [()] * result.height
    rest = (columns.get(name, nothing) for name in ("by:currency", "by:bucket"))
    return [Cell(*parts) for parts in zip(groups, *rest, strict=True)]


def currencies(frames: Mapping[str, pl.DataFrame], measures: Iterable[Measure]) -> list[str | None]:
    """The currencies of the amounts that the measures sum, in order; None stands for amounts without a currency.

    More than one means that money must be kept apart.
    """
    found: set[str | None] = set()
    for entity in {m.entity for m in measures if m.unit == "money"}:
        frame = frames[entity]
        if "currency" not in frame.columns:
            continue
        money = [name for name, dtype in frame.schema.items() if dtype == pl.Decimal and name in MONEY_COLUMNS]
        priced = pl.any_horizontal([pl.col(name).is_not_null() for name in money]) if money else pl.lit(value=True)
        (codes,) = answers([Question(frame, [pl.len().alias("n")], [pl.col("currency")], [priced])])
        found |= set(codes.get_column("currency").to_list())
    return sorted(found, key=lambda code: (code is None, code or ""))


# --- measure values cell by cell: for every period that a KPI looks at, with currencies apart where they must be ---


NO_CURRENCY = "\0"
"""Marks the cells in which currencies are not kept apart."""


class Source(msgspec.Struct, frozen=True):
    """Where measure values come from.

    Attributes:
        frames: Frames by entity.
        catalog: Measures and KPIs.
        as_of: The report date.
        settings: Thresholds and outside figures.
        currencies: The currencies of the amounts; None stands for amounts without one. Several are kept apart.
        withheld: What the files leave so unsure that no number may rest on it.
    """

    frames: Mapping[str, pl.DataFrame]
    catalog: Catalog
    as_of: date | None
    settings: Settings
    currencies: tuple[str | None, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    @property
    def several(self) -> bool:
        """Whether amounts must be kept apart by currency."""
        return len(self.currencies) > 1


class ValueTable(msgspec.Struct, frozen=True):
    """Measure values by shift and cell; ``foreign`` has, by kind of file, the currencies that it has nothing in."""

    by_shift: Mapping[str, Sequence[Block]]
    unsplit: frozenset[str]
    settings: Settings
    unknown: Mapping[str, Mapping[str, str]] = msgspec.field(default_factory=dict)
    foreign: Mapping[str, frozenset[str | None]] = msgspec.field(default_factory=dict)

    def cells(self, names: Collection[str] | None = None) -> set[Cell]:
        """Every cell that any period has a record in; with ``names`` those that these measures have one in."""
        blocks = [block for blocks in self.by_shift.values() for block in blocks]
        if names is None:
            return {cell for block in blocks for cell in block.cells}
        columns = ((block.cells, block.columns[name]) for block in blocks for name in block.columns.keys() & names)
        return {
            cell for cells, values in columns for cell, value in zip(cells, values, strict=True) if value is not ABSENT
        }

    def values(self, cells: Sequence[Cell]) -> Values:
        """The values of some cells; where a period has no record in one, its measures are absent."""
        places = {cell: place for place, cell in enumerate(cells)}
        columns = {shift: _placed(blocks, places) for shift, blocks in self.by_shift.items()}
        foreign = {kind: [cell.currency in codes for cell in cells] for kind, codes in self.foreign.items()}
        return Values(len(cells), columns, self.unsplit, self.settings, self.unknown, foreign)


def _placed(blocks: Sequence[Block], places: Mapping[Cell, int]) -> Mapping[str, Sequence[Any]]:
    """The columns of blocks with one value per place."""
    found: dict[str, list[Any]] = {}
    for block in blocks:
        rows = [(row, place) for row, cell in enumerate(block.cells) if (place := places.get(cell)) is not None]
        for name, values in block.columns.items():
            column = found.setdefault(name, [ABSENT] * len(places))
            for row, place in rows:
                if values[row] is not ABSENT:
                    column[place] = values[row]
    return found


def value_table(source: Source, kpis: Sequence[Kpi], windows: Mapping[str, Window], keys: Keys) -> ValueTable:
    """Compute the measures of some KPIs over some periods.

    Args:
        source: Where values come from.
        kpis: KPIs that share their periods.
        windows: ``""`` and the shifts to periods.
        keys: What values are kept apart by.
    """
    columns = columns_of(source.frames, source.as_of)
    plan = make_plan(source.catalog, kpis, columns, source.settings, bounded=windows[""].bounded)
    frames = _derived(source.frames, plan.measures.values())
    tables = {
        shift: _blocks(source, frames, plan.kpis, plan.measures, window, keys) for shift, window in windows.items()
    }
    unsplit = {
        name
        for name, m in plan.measures.items()
        if m.entity not in UNDIVIDED and not set(keys.by) <= set(frames[m.entity].columns)
    }
    unsplit |= {name for kpi in plan.kpis for name in kpi.optional} - plan.measures.keys()
    unsure = withheld_measures(source.withheld, plan.measures.values())
    unknown = {shift: unknown_measures(frames, plan.measures, window) | unsure for shift, window in windows.items()}
    return ValueTable(tables, frozenset(unsplit), source.settings, unknown, _foreign(source, plan.measures))


def _foreign(source: Source, measures: Mapping[str, Measure]) -> dict[str, frozenset[str | None]]:
    """By kind of file the currencies of the report that it has nothing in; {} where all amounts are in one."""
    if not source.several:
        return {}
    kinds = {kind for measure in measures.values() for kind in kinds_of(measure.entity)}
    there = {
        kind: set(distinct(frame, "currency"))
        for kind, frame in source.frames.items()
        if kind in kinds and "currency" in frame.columns
    }
    named = frozenset(code for code in source.currencies if code is not None)
    return {kind: named - codes for kind, codes in there.items() if codes}


def _blocks(
    source: Source,
    frames: Mapping[str, pl.DataFrame],
    kpis: Sequence[Kpi],
    measures: Mapping[str, Measure],
    window: Window,
    keys: Keys,
) -> list[Block]:
    def run(chosen: Iterable[Measure], keys: Keys) -> list[Block]:
        return aggregate(frames, chosen, window=window, as_of=source.as_of, settings=source.settings, keys=keys)

    if not source.several:
        return run(measures.values(), keys)
    money = [kpi for kpi in kpis if source.catalog.is_money(kpi)]
    priced = {name for kpi in money for name in source.catalog.measures_of(kpi) if name in measures}
    plain = run((m for m in measures.values() if m.unit != "money"), keys)
    coded = [
        measures[name] for name in measures if name in priced and "currency" in frames[measures[name].entity].columns
    ]
    apart = run(coded, replace(keys, currency=True))
    uncoded = [measures[name] for name in measures if name in priced and measures[name] not in coded]
    return [
        *(_in_currency(block, NO_CURRENCY) for block in plain),
        *(_of_currencies(block, source.currencies) for block in apart),
        *(_in_currency(block, code) for block in (run(uncoded, keys) if uncoded else []) for code in source.currencies),
    ]


def _in_currency(block: Block, code: str | None) -> Block:
    return block._replace(cells=[cell._replace(currency=code) for cell in block.cells])


def _of_currencies(block: Block, codes: Sequence[str | None]) -> Block:
    rows = [row for row, cell in enumerate(block.cells) if cell.currency in codes]
    columns = {name: [values[row] for row in rows] for name, values in block.columns.items()}
    return Block([block.cells[row] for row in rows], columns)


def counts(source: Source, cell: Cell, *, money: bool) -> bool:
    """Whether a cell is one for KPIs of money, or for those of none: with several currencies these are kept apart."""
    return not source.several or money != (cell.currency is NO_CURRENCY)


def staff_cells(source: Source, by: Sequence[str], window: Window, known: set[Cell]) -> set[Cell]:
    """The cells of reps, and of their teams and regions, that no record may speak of: they are rows of zeros, not missing.

    A rep who had left before the period is not expected in it.

    Args:
        source: Frames, ``reps`` and ``quotas`` among them where there are such files.
        by: Dimensions; only those that the reps or quotas have.
        window: The period.
        known: Cells that records speak of.
    """
    found: set[Cell] = set()
    for entity in ("reps", "quotas"):
        frame = source.frames.get(entity)
        if frame is None or not set(by) <= set(frame.columns) or not by:
            continue
        if window.start is not None and "left" in frame.columns:
            frame = frame.filter(pl.col("left").is_null() | (pl.col("left") >= window.start))
        groups = frame.select(pl.col(list(by)).cast(pl.String)).drop_nulls().unique().rows()
        found |= {Cell(group, NO_CURRENCY if source.several else None, None) for group in groups}
    if not source.several:
        return found
    priced = {cell.group for cell in known if cell.currency is not NO_CURRENCY}
    bare = {cell.group for cell in found} - priced
    return found | {Cell(group, code, None) for group in bare for code in source.currencies}


def with_derived_columns(source: Source, measures: Iterable[Measure]) -> Source:
    """The same source with every derived column that the measures rest on: made once for all tables."""
    return replace(source, frames={**source.frames, **_derived(source.frames, measures)})


def _derived(frames: Mapping[str, pl.DataFrame], measures: Iterable[Measure]) -> dict[str, pl.DataFrame]:
    wanted: dict[str, set[str]] = {}
    for measure in measures:
        wanted.setdefault(measure.entity, set()).update(measure.columns)
    coded = {entity: with_coded_outcome(frames[entity]) if entity == "deals" else frames[entity] for entity in wanted}
    return {entity: with_derived(coded[entity], entity, columns) for entity, columns in wanted.items()}
