"""What every rep was to sell and did sell, by period of the quota; and what follows from it for each of them.

A result is a row with ``owner``, ``quota``, ``won``, ``units`` (numbers), ``ramping`` (above 0: in some of it) and ``since``
(the first day of the period of the quota).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from salesmetrics.metrics.definition import Number, Ratio, Sample, as_decimal, number
from salesmetrics.metrics.incentives import IncentivePlan, Payout, payout

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RepLine", "by_rep", "payouts", "rep_lines"]

_SUMMED = ("quota", "won", "units", "ramping")


def payouts(rep_results: Sample, plan: IncentivePlan) -> list[tuple[Mapping[str, Any], Payout | None]]:
    """What the plan pays for each period of a rep's quota, with its working; None where there is no quota."""
    return [
        (row, payout(plan, Decimal(row["won"]), Decimal(as_decimal(row["quota"])), Decimal(row["units"])))
        for row in rep_results
    ]


def by_rep(rep_results: Sample) -> list[dict[str, Any]]:
    """The results of each rep over all periods of quotas.

    >>> parts = [{"owner": "Ann", "quota": 10, "won": won, "units": 0, "ramping": 0} for won in (4, 7)]
    >>> by_rep(parts)
    [{'owner': 'Ann', 'quota': 20, 'won': 11, 'units': 0, 'ramping': 0}]
    """
    found: dict[str, dict[str, Any]] = {}
    for row in rep_results:
        sums = found.setdefault(row["owner"], {"owner": row["owner"], **dict.fromkeys(_SUMMED, 0)})
        for name in _SUMMED:
            sums[name] += row[name]
    return list(found.values())


class RepLine(NamedTuple):
    """What a KPI of targets makes of one rep: a number and where it comes from."""

    name: str
    meaning: str
    unit: Literal["money", "ratio"]
    value: Number


def rep_lines(rep_results: Sample, plan: IncentivePlan | None) -> list[RepLine]:
    """The working of a KPI of targets rep by rep: the pay by a plan for each period of a quota, else the attainment.

    >>> rep_lines([{"owner": "Ann", "quota": Decimal(100), "won": Decimal(80), "units": Decimal(0), "ramping": 0}], None)
    [RepLine(name='Ann', meaning='won 80 of 100', unit='ratio', value=0.8)]
    """
    reps = by_rep(rep_results)
    if plan is None:
        return [_attained(row) for row in reps]
    lines = []
    for rep in reps:
        own = [row for row in rep_results if row["owner"] == rep["owner"]]
        paid = [(row, result) for row, result in payouts(own, plan) if result is not None]
        lines += [
            RepLine(_named(row, len(paid)), _working(result), "money", result.amount) for row, result in paid
        ] or [RepLine(rep["owner"], "no quota", "money", None)]
    return lines


def _named(row: Mapping[str, Any], periods: int) -> str:
    return row["owner"] if periods == 1 else f"{row['owner']}, quota from {row['since']}"


def _attained(row: Mapping[str, Any]) -> RepLine:
    if row["quota"] <= 0:
        return RepLine(row["owner"], "no quota", "ratio", None)
    note = ", ramping up: left out" if row["ramping"] else ""
    meaning = f"won {_plain(row['won'])} of {_plain(row['quota'])}{note}"
    return RepLine(row["owner"], meaning, "ratio", number(Ratio(row["won"], row["quota"])))


def _working(result: Payout) -> str:
    steps = [f"{name}: {_plain(part)} × {_plain(rate)}" for name, part, rate, _ in result.steps]
    at = f"at {float(result.attainment):.1%} of quota; "
    return at + ("; ".join(steps) or "nothing is paid") + ("; capped" if result.capped else "")


def _plain(value: Number) -> str:
    return f"{as_decimal(value).normalize():f}"
