"""What a KPI is over its records: a sum, a ratio of sums, a mean or a quantile of values, or none of these."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from salesmetrics.metrics.catalog import split_name
from salesmetrics.metrics.definition import (
    DifferenceInDifferences,
    Incidence,
    Mean,
    MedianTimeToEvent,
    NetScore,
    Quantile,
    Ratio,
    Tally,
)
from salesmetrics.metrics.settings import PREFIX
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Measure

__all__ = ["RESULTS", "Term", "Values", "column_of", "constant_of", "form_of", "how_made", "measures_behind"]


RESULTS = "rep_results"
"""The measure of quota, sales and units by rep."""

_NAMED = {0.5: "made_as_median", 0.9: "made_as_90th_percentile"}
_PERSONS = {"account_key": "an_account", "owner": "an_owner", "person": "a_contact", "__deal__": "a_deal"}
_PERIODS = {"1d": "a_day", "1w": "a_week", "1mo": "a_month"}


def form_of(
    kpi: Kpi, catalog: Catalog, there: Mapping[str, Measure], given: Callable[[str, str], Any], shift: str = ""
) -> Any:
    """The shape of a KPI with columns ``measure:shift`` in the place of its measures.

    Args:
        kpi: What is asked about.
        catalog: Where its inputs are looked up.
        shift: The earlier period.
        there: The measures that the files allow.
        given: By name and shift, what belongs to no record: a setting, or a measure that is the same for all.

    Returns:
        A shape of :class:`Term` and :class:`Values`; :class:`Values` alone where the formula makes something else of them;
        None where the KPI is no sum over records, and comes down to its inputs.
    """
    inputs: dict[str, Any] = {}
    for name in kpi.inputs:
        base, own = split_name(name)
        at = own or shift
        measure = catalog.measures.get(base)
        if name.startswith(PREFIX):
            inputs[name] = given(name, "")
        elif name in kpi.optional and base not in there:
            inputs[name] = None
        elif own and shift:
            return None
        elif measure is None:
            inputs[name] = form_of(catalog.kpis[base], catalog, there, given, at)
            if not isinstance(inputs[name], Term):
                return None
        elif measure.per == ():
            inputs[name] = given(base, at)
        else:
            column = pl.col(f"{base}:{at}")
            inputs[name] = Term(column) if measure.shape == "number" else Values(column, measure.shape)
    try:
        shape = kpi.parts(**inputs)
    except (TypeError, AttributeError, pl.exceptions.PolarsError):
        shape = None
    if _is_of_records(shape):
        return shape
    values = [value for value in inputs.values() if isinstance(value, Values)]
    return values[0] if len(values) == 1 == sum(not name.startswith(PREFIX) for name in inputs) else None


def _is_of_records(shape: Any) -> bool:
    match shape:
        case Mean(values) | Quantile(values, _) | Incidence(values, _) | MedianTimeToEvent(values, _, _):
            return isinstance(values, Values)
        case DifferenceInDifferences():
            return all(isinstance(side, Term) for pair in shape for side in pair)
        case Ratio() | Tally() | NetScore():
            known = all(isinstance(side, (Term, int, float, Decimal)) for side in shape)
            return known and any(isinstance(side, Term) for side in shape)
        case _:
            return isinstance(shape, Term)


def measures_behind(kpi: Kpi, catalog: Catalog, shift: str = "") -> dict[tuple[str, str], Measure]:
    """The measures that a KPI comes down to through KPIs, each with the earlier period that it is taken over."""
    found: dict[tuple[str, str], Measure] = {}
    for name in kpi.inputs:
        base, own = split_name(name)
        if base in catalog.measures:
            found[base, own or shift] = catalog.measures[base]
        elif base in catalog.kpis:
            found |= measures_behind(catalog.kpis[base], catalog, own or shift)
    return found


def how_made(kpi: Kpi, form: Any, measures: Iterable[Measure], parts: Iterable[str] = ()) -> Message:
    """How the rows make the number; ``parts`` are the names that they stand under.

    >>> from salesmetrics.metrics.catalog import catalog
    >>> how_made(catalog().kpis["median_deal_size"], Quantile(Values(pl.col("x"), "sample"), 0.5), ())
    Message(code='made_as_median', details={})
    """
    once = list(dict.fromkeys(_once(m.per) for m in measures if m.per))
    rule = _rule(kpi, form, parts)
    return Message("made_once_each", rule=rule, once=once) if once else rule


def _rule(kpi: Kpi, form: Any, parts: Iterable[str]) -> Message:
    if RESULTS in kpi.inputs:
        return Message("made_as_ratio_of_reps" if kpi.unit == "ratio" else "made_as_sum_of_reps")
    match form:
        case Ratio():
            return Message("made_as_ratio")
        case Tally():
            return Message("made_as_tally")
        case NetScore():
            return Message("made_as_balance")
        case Mean():
            return Message("made_as_mean")
        case Quantile(_, q):
            return Message(_NAMED[q]) if q in _NAMED else Message("made_as_quantile", share=f"{q:g}")
        case Incidence(_, time):
            return Message("made_as_incidence", time=time)
        case MedianTimeToEvent(_, competing, _):
            return Message("made_as_competing_wait" if competing else "made_as_wait")
        case DifferenceInDifferences():
            return Message("made_as_contrast")
        case Values():
            return Message("made_of_values", formula=kpi.formula)
        case Term():
            return Message("made_as_sum")
    return Message("made_of_parts", parts=list(parts), formula=kpi.formula)


def _once(per: tuple[str, ...]) -> Message:
    codes = (_PERSONS.get(name) or _PERIODS.get(name.partition(":")[2]) for name in per)
    names = [name if code is None else Message(code) for name, code in zip(per, codes, strict=True)]
    return Message("each_of", names=names)


# --- A column in the place of a number, so that the formula of a KPI says what each record adds to it ---


class Values(NamedTuple):
    """A column of samples or of ends in the place of all of them."""

    column: pl.Expr
    shape: str


class Term:
    """A sum over records, as the column of what each of them adds, and a number that belongs to none of them.

    It adds and subtracts like a number, and a number multiplies it. What else a formula does with it – a product of two
    sums, a quotient – is no sum over records: TypeError. A comparison of it never holds: the exceptions of a formula
    (no quota, target met) are about the whole, not about a record, so what is left is its rule.

    >>> quota, won = Term(pl.col("quota")), Term(pl.col("won"))
    >>> frame = pl.DataFrame({"quota": [100, 0], "won": [0, 30]})
    >>> None if quota <= 0 else frame.select((quota - won).column.alias("gap"))["gap"].to_list()
    [100, -30]
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, column: pl.Expr, constant: Any = 0) -> None:
        self.column = column
        self.constant = constant

    def __add__(self, other: Any) -> Term:
        """The sum in every row."""
        if isinstance(other, Term):
            return Term(self.column + other.column, self.constant + other.constant)
        return Term(self.column, self.constant + _number(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Term:
        """The difference in every row."""
        return self.__add__(other * -1 if isinstance(other, Term) else -_number(other))

    def __rsub__(self, other: Any) -> Term:
        """A number less the sum."""
        return Term(self.column * -1, _number(other) - self.constant)

    def __mul__(self, other: Any) -> Term:
        """So many times as much in every row."""
        return Term(self.column * _number(other), self.constant * _number(other))

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        """Not to be asked for: a formula that does is no sum over records."""
        raise TypeError("a record has no truth of its own")

    def __eq__(self, _: object) -> bool:
        """Never: see the class."""
        return False

    def __lt__(self, _: object) -> bool:
        """Never: see the class."""
        return False

    __le__ = __gt__ = __ge__ = __lt__


def _number(value: Any) -> Any:
    if not isinstance(value, (int, float, Decimal)):
        raise TypeError("a product of sums is no sum over records")
    return value


def column_of(value: Any) -> pl.Expr:
    """What each record adds to a sum; to a number, nothing."""
    return value.column if isinstance(value, Term) else pl.lit(0)


def constant_of(value: Any) -> Any:
    """What belongs to no record: of a number, all of it."""
    return value.constant if isinstance(value, Term) else value
