"""What a measure and a KPI are, and the two decorators that declare them.

A **measure** is a function of column expressions that returns one Polars aggregate. A **KPI** is a function of measures
(or of other KPIs) that returns a number, or one of the shapes below, which also say what the number is made of:

* :class:`Ratio` – numerator over denominator; a zero denominator is undefined, decided here once for all KPIs
* :class:`Mean` and :class:`Quantile` – of a sample, a sorted sequence of the values behind it
* :class:`Incidence` and :class:`Wait` – of a table of ends, in which records that have not ended yet are censored
* :class:`Undefined` – no number, and why

The parameter names are the inputs, so the planner knows from the signature alone what a KPI needs.
Nothing here imports Polars: the catalogue can be listed without it.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, ParamSpec

from salesmetrics.calendar.windows import Span
from salesmetrics.statistics.quantiles import quantile
from salesmetrics.statistics.survival import CENSORED, LOST, WON, Curve, DayCount, cumulative_incidence, kaplan_meier

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "Balance",
    "Basis",
    "Contrast",
    "Direction",
    "Ends",
    "Entity",
    "Incidence",
    "IntervalMethod",
    "Kpi",
    "Mean",
    "Measure",
    "Number",
    "Quantile",
    "Ratio",
    "Sample",
    "Shape",
    "Span",
    "Tally",
    "Undefined",
    "Wait",
    "as_decimal",
    "curve",
    "kpi",
    "measure",
    "number",
    "out_of_reach",
    "reached",
    "total",
]

P = ParamSpec("P")

_FEW = 2_000
"""Fewer ends are counted by hand: a query costs more."""

Number = Any
"""An int, a float, a Decimal, or a Polars expression of them: KPI functions work on all alike."""
Sample = Sequence[Any]
Ends = Any
"""Rows ``(time, won, lost, censored)``, or the Polars series that :func:`salesmetrics.metrics.expressions.ends` makes."""
Entity = str
Basis = Literal["undated", "closed", "created", "occurred", "due", "stage_entered", "snapshot", "period", "mixed"]
Direction = Literal["higher", "lower", "neutral"]
Unit = Literal["money", "money_per_day", "ratio", "count", "days", "hours", "months", "x", "points"]
IntervalMethod = Literal[
    "wilson", "hall", "order_statistic", "aalen_johansen", "kaplan_meier", "linearised", "tango", "newcombe"
]
MeasureShape = Literal["number", "sample", "table"]


class Ratio(NamedTuple):
    """A numerator over a denominator."""

    numerator: Number
    denominator: Number


class Tally(NamedTuple):
    """So many out of so many: the value is the count, the rest says of how many."""

    part: Number
    whole: Number


class Balance(NamedTuple):
    """Those for less those against, out of a whole: 100 times the difference of the two shares, in points."""

    up: int
    down: int
    whole: int


class Contrast(NamedTuple):
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

    ends: Ends
    time: int


class Wait(NamedTuple):
    """The time by which half of the records have had the event: of Kaplan–Meier, or with losses competing.

    ``per`` divides the unit of the table: 3600 makes hours of seconds.
    """

    ends: Ends
    competing: bool
    per: int = 1


class Undefined(NamedTuple):
    """No number: ``reason`` is a code that the report carries."""

    reason: str


Shape = Ratio | Tally | Balance | Contrast | Mean | Quantile | Incidence | Wait | Undefined | Number | None


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregate of one kind of record.

    Attributes:
        id: Name of the function.
        entity: The frame it aggregates: a kind of file, or a frame derived from one.
        unit: Unit of its value; ``money`` makes every KPI that uses it one number per currency.
        basis: The date that puts a record into a period.
        columns: Parameter names: the columns it reads.
        shape: A number, a sorted sample, or a small table.
        expression: Column expressions to one aggregate expression.
        doc: What it counts, in a sentence.
        per: The columns whose values together it counts once, where it is no sum over records: ``("account_key",)``, or
            ``("owner", "day:1w")`` for a rep and a week; ``()`` where it is the same for all records.
        prorated: The column that it sums, where that holds shares of a period: sums of those are exact fractions.
        lacks_money: It counts records for want of money, and those whose money has no exchange rate are told apart.
        unknown_if_none: Without a record it is unknown, and not 0.
        facts: What it rests on beside its columns: ``("lost",)`` where it must be known which deals were lost.
    """

    id: str
    entity: Entity
    unit: Unit
    basis: Basis
    columns: tuple[str, ...]
    shape: MeasureShape
    expression: Callable[..., pl.Expr]
    doc: str
    missing: str = "missing_input"
    per: tuple[str, ...] | None = None
    facts: tuple[str, ...] = ()
    unknown_if_none: bool = False
    lacks_money: bool = False
    prorated: str = ""

    @property
    def empty(self) -> object:
        """The value where a group has no record at all."""
        if self.unknown_if_none:
            return None
        return 0 if self.shape == "number" else []


@dataclass(frozen=True, slots=True)
class Kpi:
    """A number that people steer by, and everything that is said about it."""

    id: str
    title: str
    family: str
    unit: Unit
    direction: Direction
    formula: str
    basis: Basis
    inputs: tuple[str, ...]
    optional: tuple[str, ...]
    parts: Callable[..., Shape]
    doc: str
    source: str
    interval: IntervalMethod | None = None
    n: str | None = None
    excluded: dict[str, str] = field(default_factory=dict)
    additive: bool = False
    exact: bool = False
    span: Span = "period"
    grows: bool = False
    open: str | None = None
    yearly: bool = False
    since: str = "0.1.0"
    titled: str | None = None

    def title_with(self, settings: object) -> str:
        """The title of a number that was made with some settings, which it names where the KPI says so."""
        return self.title if self.titled is None else self.titled.format(settings=settings)


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
        case Balance(up, down, whole):
            return _divide(100 * (up - down), whole)
        case Contrast():
            return _contrast(shape)
        case Mean(sample):
            return _divide(total(sample), len(sample))
        case Quantile(sample, q):
            return quantile(_sorted(sample), q) if len(sample) else None
        case Incidence() | Wait():
            return reached(shape, curve(shape))[0]
        case _:
            return shape


def _contrast(shape: Contrast) -> Number:
    if not all(n for _, n in shape):
        return None
    after, before, other_after, other_before = (k / n for k, n in shape)
    return 100 * ((after - before) - (other_after - other_before))


def curve(shape: Incidence | Wait, level: float = 0.95) -> Curve:
    """The curve behind a shape of survival analysis."""
    ends = shape.ends
    if isinstance(shape, Incidence) and hasattr(ends, "clip"):
        # What happens after the time asked for does not change the curve before it: those records were still there.
        ends = ends.clip(upper_bound=(shape.time + 1) * 4)
    rows = _day_counts(ends)
    if isinstance(shape, Incidence) or shape.competing:
        return cumulative_incidence(rows, WON, level)
    return kaplan_meier(rows, level)


def reached(shape: Incidence | Wait, curve: Curve) -> tuple[Number, Number, Number]:
    """The value that a shape reads off its curve, with its lower and upper bound; None where the curve does not get there."""
    if isinstance(shape, Incidence):
        estimate = curve.at(shape.time)
        if estimate is None:
            return None, None, None
        low, high = (None, None) if estimate.bounds is None else (estimate.bounds.low, estimate.bounds.high)
        return estimate.value, low, high
    time = curve.quantile(0.5)
    return _scaled(time.day, shape.per), _scaled(time.low, shape.per), _scaled(time.high, shape.per)


def out_of_reach(shape: Incidence | Wait) -> bool:
    """Whether fewer than half of the records can ever have the event: those that had it and those that may still have it.

    >>> out_of_reach(Wait([(10, 1, 2, 0)], competing=True)), out_of_reach(Wait([(10, 1, 0, 1)], competing=True))
    (True, False)
    """
    if isinstance(shape, Incidence):
        return False
    rows = _day_counts(shape.ends)
    had, never, may = (sum(row[cause] for row in rows) for cause in (1, 2, 3))
    return 2 * (had + may) < had + never + may


def _scaled(time: int | None, per: int) -> Number:
    return time if time is None or per == 1 else time / per


def _day_counts(ends: Ends) -> list[DayCount]:
    if not hasattr(ends, "value_counts"):
        return list(ends)
    if len(ends) < _FEW:
        counts: Iterable[tuple[int, int]] = Counter(ends.to_list()).items()
    else:
        counts = ends.alias("code").value_counts(name="n").iter_rows()
    rows = ((*divmod(code, 4), n) for code, n in counts)
    return [(time, n * (cause == WON), n * (cause == LOST), n * (cause == CENSORED)) for time, cause, n in rows]


def as_decimal(value: Number) -> Number:
    """An exact fraction as a decimal: of up to 12 places if that is all of it, else of 8, rounded half away from zero.

    Any other number stays as it is.

    >>> as_decimal(Fraction(93, 1)), as_decimal(Fraction(200, 3)), as_decimal(2.5)
    (Decimal('93'), Decimal('66.66666667'), 2.5)
    """
    if not isinstance(value, Fraction):
        return value
    if 10**12 % value.denominator == 0:
        return (Decimal(value.numerator) / Decimal(value.denominator)).normalize() + Decimal(0)
    whole = (abs(value.numerator) * 10**8 * 2 + value.denominator) // (value.denominator * 2)
    return Decimal(whole if value >= 0 else -whole).scaleb(-8).normalize() + Decimal(0)


def total(sample: Sample) -> Number:
    """The exact sum of a sample, whether a list or a Polars series."""
    series_sum = getattr(sample, "sum", None)
    return sum(sample) if series_sum is None else series_sum() or 0


def _sorted(sample: Sample) -> Sample:
    return sorted(sample) if isinstance(sample, (list, tuple)) else sample


def _divide(top: Any, bottom: Any) -> Number:
    if hasattr(top, "over") or hasattr(bottom, "over"):  # Polars expressions: the same rule over a column
        import polars as pl

        return pl.when(pl.lit(1) * bottom != 0).then(top / bottom)
    if bottom == 0:
        return None
    if isinstance(top, Fraction) or isinstance(bottom, Fraction):
        return float(Fraction(top) / Fraction(bottom))
    return float(top / bottom) if isinstance(top, Decimal) or isinstance(bottom, Decimal) else top / bottom


def measure(
    *,
    entity: Entity,
    basis: Basis,
    unit: Unit = "count",
    shape: MeasureShape = "number",
    missing: str = "missing_input",
    per: tuple[str, ...] | None = None,
    facts: tuple[str, ...] = (),
    unknown_if_none: bool = False,
    lacks_money: bool = False,
    prorated: str = "",
) -> Callable[[Callable[..., pl.Expr]], Callable[..., pl.Expr]]:
    """Declare a function of column expressions as a measure."""

    def declare(function: Callable[..., pl.Expr]) -> Callable[..., pl.Expr]:
        definition = Measure(
            id=function.__name__,
            entity=entity,
            unit=unit,
            basis=basis,
            columns=tuple(inspect.signature(function).parameters),
            shape=shape,
            expression=function,
            doc=inspect.getdoc(function) or "",
            missing=missing,
            per=per,
            facts=facts,
            unknown_if_none=unknown_if_none,
            lacks_money=lacks_money,
            prorated=prorated,
        )
        setattr(function, "__definition__", definition)  # noqa: B010
        return function

    return declare


def kpi(
    *,
    title: str,
    family: str,
    unit: Unit,
    formula: str,
    basis: Basis,
    source: str,
    direction: Direction = "higher",
    interval: IntervalMethod | None = None,
    n: str | None = None,
    excluded: dict[str, str] | None = None,
    additive: bool = False,
    exact: bool = False,
    span: Span = "period",
    grows: bool = False,
    open: str | None = None,  # noqa: A002
    yearly: bool = False,
    since: str = "0.1.0",
    titled: str | None = None,
) -> Callable[[Callable[P, Shape]], Callable[P, Number]]:
    """Declare a function of measures as a KPI; the function itself then returns the plain number.

    Args:
        title: Its name on screen.
        family: The heading that it stands under.
        unit: Unit of the value.
        formula: One line, in words of the catalogue.
        basis: The date that puts a record into a period.
        source: Where the definition comes from.
        direction: Whether more is better.
        interval: How its uncertainty is computed.
        n: The measure that counts the records behind it, where the shape does not tell.
        excluded: Reason code to the measure that counts what was left out for it.
        additive: The values of groups add up to the total.
        exact: It states what was reached and estimates nothing, so that few records make it no less certain. What is
            additive is so by itself.
        span: The stretch of time it is about when no period is asked for: ``period`` (all of it), the last ``year`` or
            complete ``quarter``, the period of the current ``quota``, or the last year as far as the ``quotas``,
            ``costs`` or ``revenue`` file covers it.
        grows: The value of a period still grows after it, as its records come to their end. A young period then looks
            worse than an old one whatever happened, so that a change of it is no ground for a verdict.
        open: The measure that counts the records of a period that have not come to their end yet, for a KPI that grows.
        yearly: It needs a year: of a shorter period it reads low.
        since: First version that has it.
        titled: The title of a number, where it depends on a setting: ``Win rate within {settings.horizon_days} days``.
    """

    def declare(function: Callable[P, Shape]) -> Callable[P, Number]:
        parameters = inspect.signature(function).parameters

        @wraps(function)
        def value(*args: P.args, **kwargs: P.kwargs) -> Number:
            return number(function(*args, **kwargs))

        definition = Kpi(
            id=function.__name__,
            title=title,
            family=family,
            unit=unit,
            direction=direction,
            formula=formula,
            basis=basis,
            inputs=tuple(parameters),
            optional=tuple(name for name, p in parameters.items() if p.default is not inspect.Parameter.empty),
            parts=function,
            doc=inspect.getdoc(function) or "",
            source=source,
            interval=interval,
            n=n,
            excluded=dict(excluded or {}),
            additive=additive,
            exact=exact,
            span=span,
            grows=grows,
            open=open,
            yearly=yearly,
            since=since,
            titled=titled,
        )
        setattr(value, "__definition__", definition)  # noqa: B010
        return value

    return declare
