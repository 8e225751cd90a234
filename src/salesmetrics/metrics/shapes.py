"""What a KPI function returns: a number, or a shape that also says what the number is made of.

* :class:`Ratio` – numerator over denominator; a zero denominator is undefined, decided here once for all KPIs
* :class:`Mean` and :class:`Quantile` – of a sample, a sorted sequence of the values behind it
* :class:`Incidence` and :class:`MedianTimeToEvent` – of a table of ends, in which records that have not ended yet are censored
* :class:`Undefined` – no number, and why

Nothing here imports Polars before it is needed: the catalogue can be listed without it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from salesmetrics.statistics.quantiles import quantile
from salesmetrics.statistics.survival import CENSORED, LOST, WON, event_table, incidence_curves, survival_curves

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "DifferenceInDifferences",
    "EventTable",
    "Incidence",
    "ListColumn",
    "ListItem",
    "Mean",
    "MedianTimeToEvent",
    "NetScore",
    "Number",
    "Quantile",
    "Ratio",
    "Reading",
    "Sample",
    "Shape",
    "Tally",
    "Undefined",
    "as_decimal",
    "lists_of",
    "number",
    "readings",
    "total",
]

Number = Any
"""An int, a float, a Decimal, or a Polars expression of them: KPI functions work on all alike."""
Sample = Sequence[Any]
EventTable = Any
"""Rows ``(time, won, lost, censored)``, or the list of codes that :func:`salesmetrics.metrics.expressions.ends` makes."""


class Ratio(NamedTuple):
    """A numerator over a denominator."""

    numerator: Number
    denominator: Number


class Tally(NamedTuple):
    """So many out of so many: the value is the count, the rest says of how many."""

    part: Number
    whole: Number


class NetScore(NamedTuple):
    """Those for less those against, out of a whole: 100 times the difference of the two shares, in points."""

    up: int
    down: int
    whole: int


class DifferenceInDifferences(NamedTuple):
    """How much more one rate rose than another: four pairs (so many, of so many); the value is in percentage points."""

    after: tuple[int, int]
    before: tuple[int, int]
    other_after: tuple[int, int]
    other_before: tuple[int, int]


class Mean(NamedTuple):
    """The arithmetic mean of a sample."""

    sample: Sample


class Quantile(NamedTuple):
    """A quantile of a sorted sample, by linear interpolation (type 7)."""

    sample: Sample
    q: float


class Incidence(NamedTuple):
    """The share of records won by a time after their start, the other ends competing with it (Aalen–Johansen)."""

    ends: EventTable
    time: int


class MedianTimeToEvent(NamedTuple):
    """The time by which half of the records have had the event: of Kaplan–Meier, or with losses competing.

    ``per`` divides the unit of the table: 3600 makes hours of seconds.
    """

    ends: EventTable
    competing: bool
    per: int = 1


class Undefined(NamedTuple):
    """No number: ``reason`` is a code that the report carries."""

    reason: str


Shape = (
    Ratio
    | Tally
    | NetScore
    | DifferenceInDifferences
    | Mean
    | Quantile
    | Incidence
    | MedianTimeToEvent
    | Undefined
    | Number
    | None
)


def number(shape: Shape) -> Number:
    """The plain number of what a KPI function returns, or None where it is undefined.

    >>> number(Ratio(30, 100)), number(Ratio(1, 0)), number(Mean([1, 2, 6])), number(Quantile([1, 3], 0.5))
    (0.3, None, 3.0, 2.0)
    """
    match shape:
        case Undefined():
            return None
        case Ratio(top, bottom):
            return _divide(top, bottom)
        case Tally(part, _):
            return part
        case NetScore(up, down, whole):
            return _divide(100 * (up - down), whole)
        case DifferenceInDifferences():
            return _difference(shape)
        case Mean(sample):
            return _divide(total(sample), len(sample))
        case Quantile(sample, q):
            return quantile(_sorted(sample), q) if len(sample) else None
        case Incidence() | MedianTimeToEvent():
            return readings([shape])[0].value
        case _:
            return shape


def _difference(shape: DifferenceInDifferences) -> Number:
    if not all(n for _, n in shape):
        return None
    after, before, other_after, other_before = (k / n for k, n in shape)
    return 100 * ((after - before) - (other_after - other_before))


def as_decimal(value: Number) -> Number:
    """An exact fraction as a decimal: of up to 12 places if that is all of it, else of 8, rounded half away from zero.

    Any other number stays as it is.

    >>> as_decimal(Fraction(93, 1)), as_decimal(Fraction(200, 3)), as_decimal(2.5)
    (Decimal('93'), Decimal('66.66666667'), 2.5)
    """
    if type(value) is not Fraction:  # its check as an abstract class is dear
        return value
    if 10**12 % value.denominator == 0:
        return (Decimal(value.numerator) / Decimal(value.denominator)).normalize() + Decimal(0)
    whole = (abs(value.numerator) * 10**8 * 2 + value.denominator) // (value.denominator * 2)
    return Decimal(whole if value >= 0 else -whole).scaleb(-8).normalize() + Decimal(0)


def total(sample: Sample) -> Number:
    """The exact sum of a sample, whether a list or a Polars series.

    >>> import polars as pl
    >>> total([0.1] * 10), total(pl.Series([1, 2])), total(pl.Series([], dtype=pl.Int64))
    (1.0, 3, 0)
    """
    series_sum = getattr(sample, "sum", None)
    if series_sum is not None:
        return series_sum() or 0
    # What `sum` makes of floats depends on the version of Python.
    return math.fsum(sample) if any(isinstance(value, float) for value in sample) else sum(sample)


def _sorted(sample: Sample) -> Sample:
    return sorted(sample) if isinstance(sample, (list, tuple)) else sample


def _divide(top: Any, bottom: Any) -> Number:
    if hasattr(top, "over") or hasattr(bottom, "over"):  # Polars expressions: the same rule over a column
        import polars as pl

        whole = bottom if hasattr(bottom, "over") else pl.lit(bottom)
        return pl.when(whole != 0).then(top / bottom)
    if bottom == 0:
        return None
    if type(top) is Fraction or type(bottom) is Fraction:
        return float(Fraction(top) / Fraction(bottom))
    return float(top / bottom) if isinstance(top, Decimal) or isinstance(bottom, Decimal) else top / bottom


# --- samples of many groups: one column of lists, of which each group has an item ---


class ListColumn:
    """A column of ascending lists, one per group: what a measure makes that is a sample or a table.

    Args:
        series: Lists, none of them null.
        lengths: How many values each has.
    """

    __slots__ = ("lengths", "series")

    def __init__(self, series: pl.Series, lengths: Sequence[int] | None = None) -> None:
        self.series = series
        self.lengths = series.list.len().to_list() if lengths is None else lengths

    def items(self) -> list[ListItem]:
        """The list of each group."""
        return [ListItem(self, place) for place in range(len(self.lengths))]


class ListItem:
    """The list of one group, not copied out of its column: functions of all groups at once go back to that."""

    __slots__ = ("column", "place")

    def __init__(self, column: ListColumn, place: int) -> None:
        self.column = column
        self.place = place

    def __len__(self) -> int:
        """How many values."""
        return self.column.lengths[self.place]

    def __getitem__(self, index: Any) -> Any:
        """A value, or some."""
        return self.series[index]

    def __iter__(self) -> Iterator[Any]:
        """The values in order."""
        return iter(self.series)

    @property
    def series(self) -> pl.Series:
        """The values."""
        found: pl.Series = self.column.series[self.place]
        return found

    def sum(self) -> Number:
        """The exact sum."""
        return self.series.sum()


def lists_of(samples: Sequence[Sample]) -> ListColumn:
    """Samples as one column of ascending lists; taken from the column that they are items of, if it is one.

    >>> lists_of([[2, 1], [], [3]]).series.to_list()
    [[1, 2], [], [3]]
    """
    import polars as pl

    columns = {id(item.column): item.column for item in samples if isinstance(item, ListItem)}
    lengths = [len(sample) for sample in samples]
    if len(columns) != 1 or any(n for n, item in zip(lengths, samples, strict=True) if not isinstance(item, ListItem)):
        dtype = None if any(lengths) else pl.List(pl.Int64)
        return ListColumn(pl.Series([sorted(sample) for sample in samples], dtype=dtype), lengths)
    column = next(iter(columns.values()))
    places = [item.place if isinstance(item, ListItem) else None for item in samples]
    if places == list(range(len(column.lengths))):
        return column
    series = column.series.gather(pl.Series(places, dtype=pl.UInt32))
    if series.null_count():
        series = series.fill_null(pl.Series([[]], dtype=series.dtype))
    return ListColumn(series, lengths)


class Reading(NamedTuple):
    """What a shape of survival analysis reads off its curve.

    Attributes:
        value: None where the curve does not get there.
        low: Lower bound, None without one.
        high: Upper bound.
        n: Records.
        reachable: Whether half of the records can have the event at all: those that had it, and those that may still.
    """

    value: Number
    low: Number
    high: Number
    n: int
    reachable: bool


def readings(shapes: Sequence[Incidence | MedianTimeToEvent], level: float = 0.95) -> list[Reading]:
    """What shapes of survival analysis read off their curves: all curves of a kind are made at once.

    >>> found = readings([Incidence([(1, 1, 0, 0), (3, 1, 1, 1)], 2), MedianTimeToEvent([(10, 1, 2, 0)], competing=True)])
    >>> [(reading.value, reading.n, reading.reachable) for reading in found]
    [(0.25, 4, True), (None, 3, False)]
    """
    found: list[Reading] = [Reading(None, None, None, 0, reachable=True)] * len(shapes)
    kinds: dict[Incidence | MedianTimeToEvent, list[int]] = {}
    for place, shape in enumerate(shapes):
        kinds.setdefault(shape._replace(ends=None), []).append(place)
    for kind, places in kinds.items():
        for place, reading in zip(places, _readings(kind, [shapes[i].ends for i in places], level), strict=True):
            found[place] = reading
    return found


def _readings(kind: Incidence | MedianTimeToEvent, ends: Sequence[EventTable], level: float) -> list[Reading]:
    import polars as pl

    # What happens after the time asked for does not change the curve before it: those records were still there.
    table = _event_table(ends, until=kind.time + 1 if isinstance(kind, Incidence) else None)
    if isinstance(kind, Incidence):
        read = incidence_curves(table, WON, level).at(kind.time).drop("at_risk")
    else:
        curves = incidence_curves(table, WON, level) if kind.competing else survival_curves(table, level)
        read = curves.reaching(0.5)
    sums = (
        table.lazy()
        .group_by("group")
        .agg(n=pl.sum("won") + pl.sum("lost") + pl.sum("censored"), can=pl.sum("won") + pl.sum("censored"))
    )
    rows = {group: row for group, *row in read.join(sums, on="group").collect().iter_rows()}
    per = kind.per if isinstance(kind, MedianTimeToEvent) else 1
    found = []
    for group in range(len(ends)):
        value, low, high, n, can = rows.get(group, (None, None, None, 0, 0))
        reachable = isinstance(kind, Incidence) or 2 * can >= n
        found.append(Reading(_scaled(value, per), _scaled(low, per), _scaled(high, per), n, reachable))
    return found


def _scaled(time: Number, per: int) -> Number:
    return time if time is None or per == 1 else time / per


def _event_table(ends: Sequence[EventTable], until: int | None) -> pl.DataFrame:
    """Tables of ends as one, with the place of each as its group; times after ``until`` count as that."""
    import polars as pl

    if any(len(rows) and isinstance(rows[0], tuple) for rows in ends):
        return event_table((group, *row) for group, rows in enumerate(ends) for row in rows)
    lists = lists_of(ends).series.cast(pl.List(pl.Int64))
    low, high = (
        pl.DataFrame({"code": lists})
        .select(low=pl.col("code").list.min().min(), high=pl.col("code").list.max().max())
        .row(0)
    )
    if low is not None and low < 0:
        msg = "times are not negative"
        raise ValueError(msg)
    # Group and code as one number are counted in half the time that two columns take.
    span, code, n = (high or 0) + 1, pl.col("code"), pl.col("len").cast(pl.Int64)
    flat = pl.LazyFrame({"code": lists}).with_row_index("group").explode("code").drop_nulls("code")
    until_then = code if until is None else code.clip(upper_bound=until * 4)
    counts = flat.group_by(pl.col("group").cast(pl.Int64) * span + until_then).len()
    code, kinds = pl.col("group") % span, {"won": WON, "lost": LOST, "censored": CENSORED}
    columns = [pl.when(code % 4 == of).then(n).otherwise(0).alias(name) for name, of in kinds.items()]
    return counts.select(pl.col("group") // span, (code // 4).alias("time"), *columns).collect()
