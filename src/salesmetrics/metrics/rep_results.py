"""What every rep was to sell and did sell, by period of the quota; and what follows from it for each of them.

A result is a row with ``owner``, ``quota``, ``won``, ``units`` (numbers), ``ramping`` (above 0: in some of it) and ``since``
(the first day of the period of the quota).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from salesmetrics.metrics.definition import Number, Ratio, Sample, as_decimal, number
from salesmetrics.metrics.incentives import IncentivePlan, Payout, payout
from salesmetrics.schema.message import Message

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

    name: str | Message
    meaning: Message
    unit: Literal["money", "ratio"]
    value: Number


def rep_lines(rep_results: Sample, plan: IncentivePlan | None) -> list[RepLine]:
    """The working of a KPI of targets rep by rep: the pay by a plan for each period of a quota, else the attainment.

    >>> rep_lines([{"owner": "Ann", "quota": Decimal(100), "won": Decimal(80), "units": Decimal(0), "ramping": 0}], None)
    [RepLine(name='Ann', meaning=Message(code='won_of_quota', details={'won': '80', 'quota': '100'}), unit='ratio', value=0.8)]
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
        ] or [RepLine(rep["owner"], Message("without_quota"), "money", None)]
    return lines


def _named(row: Mapping[str, Any], periods: int) -> str | Message:
    return row["owner"] if periods == 1 else Message("owner_and_quota", owner=row["owner"], since=row["since"])


def _attained(row: Mapping[str, Any]) -> RepLine:
    if row["quota"] <= 0:
        return RepLine(row["owner"], Message("without_quota"), "ratio", None)
    code = "won_of_quota_ramping" if row["ramping"] else "won_of_quota"
    meaning = Message(code, won=_plain(row["won"]), quota=_plain(row["quota"]))
    return RepLine(row["owner"], meaning, "ratio", number(Ratio(row["won"], row["quota"])))


def _working(result: Payout) -> Message:
    steps = [
        Message("pay_step", name=name, part=_plain(part), rate=_plain(rate)) for name, part, rate, _ in result.steps
    ]
    capped = [Message("pay_capped")] if result.capped else []
    paid = [*(steps or [Message("nothing_paid")]), *capped]
    return Message("pay_steps", attainment=float(result.attainment), steps=paid)


def _plain(value: Number) -> str:
    return f"{as_decimal(value).normalize():f}"
