"""What a measure and a KPI are, and the two decorators that declare them.

A **measure** is a function of column expressions that returns one Polars aggregate. A **KPI** is a function of measures
(or of other KPIs) that returns a number, or one of the shapes of :mod:`salesmetrics.metrics.shapes`.

The parameter names are the inputs, so the planner knows from the signature alone what a KPI needs.
Nothing here imports Polars: the catalogue can be listed without it.
"""

from __future__ import annotations

import inspect
from functools import wraps
from string import Formatter
from typing import TYPE_CHECKING, Any, Literal, ParamSpec

import msgspec

from salesmetrics.calendar.windows import Span
from salesmetrics.metrics.shapes import (
    DifferenceInDifferences,
    EventTable,
    Incidence,
    Mean,
    MedianTimeToEvent,
    NetScore,
    Number,
    Quantile,
    Ratio,
    Sample,
    Shape,
    Tally,
    Undefined,
    as_decimal,
    number,
    total,
)
from salesmetrics.schema.message import Told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

__all__ = [
    "Basis",
    "DifferenceInDifferences",
    "Direction",
    "Entity",
    "EventTable",
    "Incidence",
    "IntervalMethod",
    "Kpi",
    "Mean",
    "Measure",
    "MedianTimeToEvent",
    "NetScore",
    "Number",
    "Quantile",
    "Ratio",
    "Sample",
    "Shape",
    "Span",
    "Tally",
    "Undefined",
    "as_decimal",
    "kpi",
    "measure",
    "number",
    "total",
]

P = ParamSpec("P")

Entity = str
Basis = Literal["undated", "closed", "created", "occurred", "due", "stage_entered", "snapshot", "period", "mixed"]
Direction = Literal["higher", "lower", "neutral"]
Unit = Literal["money", "money_per_day", "ratio", "count", "days", "hours", "months", "x", "points"]
IntervalMethod = Literal[
    "wilson", "hall", "order_statistic", "aalen_johansen", "kaplan_meier", "linearised", "tango", "newcombe"
]
MeasureShape = Literal["number", "sample", "table"]


class Measure(msgspec.Struct, frozen=True):
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
    missing: str
    per: tuple[str, ...] | None
    facts: tuple[str, ...]
    unknown_if_none: bool
    lacks_money: bool
    prorated: str

    @property
    def empty(self) -> object:
        """The value where a group has no record at all."""
        if self.unknown_if_none:
            return None
        return 0 if self.shape == "number" else []


class Kpi(msgspec.Struct, frozen=True):
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
    excluded: dict[str, str] = msgspec.field(default_factory=dict)
    additive: bool = False
    exact: bool = False
    span: Span = "period"
    matures: bool = False
    open: str | None = None
    yearly: bool = False
    since: str = "1.0.0"
    titled: str | None = None
    headline: int | None = None
    """Its place among the KPIs that a report shows first, the lowest first; None where it is shown only when asked for."""
    parts_of_all: Callable[[Sequence[dict[str, Any]]], list[Shape]] | None = None
    """``parts`` of many sets of inputs, where that is cheaper at once than one by one."""
    idea: str = ""
    """The KPI that leads those of the same idea: its own id where it leads. Of an idea only one gets a verdict."""
    by_position: bool = False
    """``parts`` takes its inputs in their order, and not only by name."""

    def title_with(self, settings: object) -> str:
        """The title of a number that was made with some settings, which it names where the KPI says so."""
        if self.titled is None:
            return self.title
        details = {name: getattr(settings, name) for _, name, _, _ in Formatter().parse(self.titled) if name}
        return Told(self.titled.format(**details), self.titled, f"titled.{self.id}", **details)


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
    matures: bool = False,
    open: str | None = None,  # noqa: A002
    yearly: bool = False,
    since: str = "1.0.0",
    titled: str | None = None,
    headline: int | None = None,
    idea: str | None = None,
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
        span: The default period: ``period`` (all of it), the last ``year`` or
            complete ``quarter``, the period of the current ``quota``, or the last year as far as the ``quotas``,
            ``costs`` or ``revenue`` file covers it.
        matures: The value of a period still grows after it, as its records come to their end. A young period then looks
            worse than an old one whatever happened, so that a change of it is no ground for a verdict.
        open: The measure that counts the records of a period that have not come to their end yet, for a KPI that matures.
        yearly: It needs a year: of a shorter period it reads low.
        since: First version that has it.
        headline: Its place among the KPIs that a report shows first, the lowest first; None for one that has to be asked for.
        idea: The id of the KPI that leads those which say the same in other words, such as ``win_rate`` for the loss rate:
            only the leading one of an idea gets a verdict. None where this one leads.
        titled: The title of a number, where it depends on a setting: ``Win rate within {horizon_days} days``.
    """

    def declare(function: Callable[P, Shape]) -> Callable[P, Number]:
        parameters = inspect.signature(function).parameters

        @wraps(function)
        def value(*args: P.args, **kwargs: P.kwargs) -> Number:
            return number(function(*args, **kwargs))

        definition = Kpi(
            id=function.__name__,
            title=Told(title, title, f"kpi.{function.__name__}"),
            family=Told(family, family, f"family.{function.__name__}"),
            unit=unit,
            direction=direction,
            formula=Told(formula, formula, f"formula.{function.__name__}"),
            basis=basis,
            inputs=tuple(parameters),
            optional=tuple(name for name, p in parameters.items() if p.default is not inspect.Parameter.empty),
            parts=function,
            doc=inspect.getdoc(function) or "",
            source=Told(source, source, f"source.{function.__name__}"),
            interval=interval,
            n=n,
            excluded=dict(excluded or {}),
            additive=additive,
            exact=exact,
            span=span,
            matures=matures,
            open=open,
            yearly=yearly,
            since=since,
            titled=titled,
            headline=headline,
            idea=idea or function.__name__,
            by_position=all(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters.values()),
        )
        setattr(value, "__definition__", definition)  # noqa: B010
        return value

    return declare
