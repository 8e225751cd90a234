"""What a record adds to each of the numbers that a report says of a KPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.metrics.definition import Balance, Incidence, Mean, Quantile, Ratio, Tally, Wait
from salesmetrics.report.terms import Term, Values, column_of, constant_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AMOUNT", "ROLES", "constants_of", "roles_of"]

AMOUNT = pl.Decimal(38, 12)
ROLES = ("numerator", "denominator", "value")

_ENDED = {0: "not yet", 1: "event", 2: "other"}


def roles_of(form: Any, n: pl.Expr | None, *, shares: bool) -> dict[str, pl.Expr]:
    """The columns of a record.

    Args:
        form: What the KPI is over its records (:func:`salesmetrics.report.forms.form_of`).
        n: What a record adds to the count that the KPI names; None where it names none.
        shares: Whether the KPI is a share of its denominator, which then is what it is of (n).

    Returns:
        ``numerator``, ``denominator`` and ``value`` (Decimal(38, 12)), ``n`` (Int64) and ``ended`` (String: ``event``,
        ``other`` or ``not yet``); those that say nothing are null.
    """
    found: Mapping[str, Any] = {}
    match form:
        case Ratio(top, bottom):
            counted = n if n is not None else column_of(bottom) if shares else None
            found = {"numerator": column_of(top), "denominator": column_of(bottom), "n": counted}
        case Tally(part, whole):
            found = {"numerator": column_of(part), "denominator": column_of(whole), "n": column_of(whole)}
        case Balance(up, down, whole):
            found = {"numerator": column_of(up - down), "denominator": column_of(whole), "n": column_of(whole)}
        case Mean(values) if isinstance(values, Values):
            value = _value(values)
            known = value.is_not_null().cast(pl.Int64)
            found = {"value": value, "numerator": value, "denominator": known, "n": known}
        case Quantile(values, _) | Incidence(values, _):
            found = _of_values(values, 1, None)
        case Wait(values, _, per):
            found = _of_values(values, per, None)
        case Values():
            found = _of_values(form, 1, n)
        case Term(column=column):
            found = {"value": column, "n": n}
    empty = {**dict.fromkeys((*ROLES, "n", "ended")), **found}
    filled = {name: pl.lit(None) if column is None else column for name, column in empty.items()}
    amounts = {name: filled[name].cast(AMOUNT) for name in ROLES}
    return amounts | {"n": filled["n"].cast(pl.Int64), "ended": filled["ended"].cast(pl.String)}


def _of_values(values: Any, per: int, n: pl.Expr | None) -> dict[str, Any]:
    value = _value(values)
    if values.shape == "sample":
        return {"value": value, "n": value.is_not_null() if n is None else n}
    codes = values.column.list.first()
    ended = (codes % 4).replace_strict(_ENDED, return_dtype=pl.String)
    return {"value": value / per if per > 1 else value, "ended": ended, "n": value.is_not_null() if n is None else n}


def _value(values: Values) -> pl.Expr:
    """The value of a record, or the time to its end: codes are four times the time, plus how it ended."""
    first = values.column.list.first()
    return first if values.shape == "sample" else first // 4


def constants_of(form: Any) -> dict[str, Any]:
    """What of a KPI belongs to no record: a market size, say, that a setting gives."""
    match form:
        case Ratio(top, bottom) | Tally(top, bottom):
            found = {"numerator": constant_of(top), "denominator": constant_of(bottom)}
        case Term():
            found = {"value": form.constant}
        case _:
            return {}
    return found if any(found.values()) else {}
