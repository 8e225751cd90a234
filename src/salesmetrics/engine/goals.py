"""Goals: what a KPI is meant to reach, and how it stands on the as-of day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec.structs import replace

from salesmetrics.errors import RefusedError, SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.answers.report import Metric, Period
    from salesmetrics.calendar import Period as AskedPeriod
    from salesmetrics.calendar.windows import Window
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi

__all__ = [
    "ANY",
    "EARLY_SHARE",
    "Goal",
    "Status",
    "Stretch",
    "Target",
    "parse_condition",
    "parse_goal",
    "status",
]

Sign = Literal[">=", "<=", ">", "<", "="]
Status = Literal["met", "missed", "on track", "too early", "unknown"]

ANY = "*"
"""In the group of a goal: each value of the dimension has to meet it."""

EARLY_SHARE = Decimal("0.1")
"""Before a tenth of the days has passed, the pace of a sum or a count says nothing."""


_CONDITION = re.compile(
    r"\s*(?P<sign>>=|<=|==|=|>|<|≥|≤)\s*(?P<number>[-+]?\d[\d _]*(?:\.\d+)?)\s*(?P<percent>%)?\s*(?P<currency>[A-Z]{3})?\s*"
    r"(?P<time>d|days?|h|hours?)?\s*"
)
_HOURS = {"days": 24, "hours": 1}
_SIGNS: Mapping[str, Sign] = {"≥": ">=", "≤": "<=", "==": "="}


class Target(msgspec.Struct, frozen=True):
    """The condition of a goal.

    Attributes:
        sign: How a value is to compare.
        value: A number in the unit of the KPI, which for a share is 0–1.
        percent: It was written with a percent sign.
        currency: Only where amounts have several.
        time: The unit that it was written with.
    """

    sign: Sign
    value: Decimal
    percent: bool = False
    currency: str | None = None
    time: Literal["days", "hours"] | None = None

    def met_by(self, value: Decimal) -> bool:
        """Whether a value fulfils it."""
        return {
            ">=": value >= self.value,
            "<=": value <= self.value,
            ">": value > self.value,
            "<": value < self.value,
            "=": value == self.value,
        }[self.sign]


class Stretch(msgspec.Struct, frozen=True):
    """The period of a goal that is not that of the report, with the stretches before it."""

    period: Period
    previous: Window | None = None
    year_ago: Window | None = None
    asked: AskedPeriod | None = None

    def terms(self) -> dict[str, Any]:
        """The terms of a request that it takes the place of."""
        return {
            "period": self.period,
            "previous": self.previous,
            "year_ago": self.year_ago,
            "asked_period": self.asked,
        }


class Goal(msgspec.Struct, frozen=True):
    """A goal as it was set.

    Attributes:
        kpi: Id of the KPI.
        target: What it is to reach.
        text: The condition as it was written, with the id in front.
        group: Dimension to value, for a segment; ``*`` asks each value of the dimension to meet it.
        stretch: The period it is for, where that is not the period of the report.
        by: The day it is to be met by.
        owner: Who answers for it.
        note: Why.
    """

    kpi: str
    target: Target
    text: str
    group: Mapping[str, str] = msgspec.field(default_factory=dict)
    stretch: Stretch | None = None
    by: date | None = None
    owner: str | None = None
    note: str | None = None


def parse_condition(text: str) -> Target:
    """Read ``>= 25%``: a sign, a number, and perhaps a percent sign, a currency, or days or hours.

    Raises:
        RefusedError: With the reason.

    >>> parse_condition(">= 25%").value, parse_condition("< 1 000 000 EUR").currency
    (Decimal('0.25'), 'EUR')
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        comma = "," in text and _CONDITION.fullmatch(text.replace(",", "")) is not None
        raise RefusedError(Message("goal_comma" if comma else "goal_not_condition"))
    value = Decimal(re.sub(r"[ _]", "", match["number"]))
    percent = match["percent"] is not None
    sign = _SIGNS.get(match["sign"], match["sign"])
    time = {"d": "days", "h": "hours"}.get((match["time"] or "")[:1])
    return Target(sign, value / 100 if percent else value, percent, match["currency"], time)  # type: ignore[arg-type]


def parse_goal(text: str, catalog: Catalog) -> tuple[str, Target]:
    """Read ``win_rate >= 25%``.

    Returns:
        The id of the KPI, and the condition.

    Raises:
        SalesmetricsError: ``kpi_unknown``, or ``option_invalid`` when it cannot be read or makes no sense of the KPI.
    """
    match = re.match(r"\s*(?P<kpi>\w+)(?P<condition>.*)", text, re.DOTALL)
    if match is None:
        raise _refused(text, Message("goal_without_kpi"), Message("goal_example"))
    try:
        target = parse_condition(match["condition"])
    except RefusedError as refusal:
        raise _refused(text, refusal.cause, Message("goal_example")) from None
    kpi = catalog.select([match["kpi"]])[0]
    fault = misfit(kpi, target)
    if fault is not None:
        raise _refused(text, fault.cause, fault.fix or Message("goal_example"))
    if target.time and kpi.unit in _HOURS:
        target = replace(target, value=target.value * _HOURS[target.time] / _HOURS[kpi.unit])
    return kpi.id, target


def misfit(kpi: Kpi, target: Target) -> RefusedError | None:
    """Why a condition makes no sense of a KPI, and what to write; None where it does.

    >>> from salesmetrics.metrics.catalog import catalog
    >>> fault = misfit(catalog().kpis["win_rate"], parse_condition(">= 25"))
    >>> fault.cause.code, fault.fix.details["condition"]
    ('kpi_is_share', '>= 25%')
    """
    fault, percent = _fault(kpi, target)
    if fault is None:
        return None
    written = format((target.value * (100 if target.percent else 1)).normalize(), "f")
    condition = f"{target.sign} {written}{'%' if percent else ''}"
    return RefusedError(Message(fault, title=kpi.title), Message("goal_to_write", kpi=kpi.id, condition=condition))


def _fault(kpi: Kpi, target: Target) -> tuple[str | None, bool]:
    """What is wrong, and whether a percent sign mends it."""
    if target.percent and kpi.unit != "ratio":
        return "kpi_no_share", False
    if kpi.unit == "ratio" and not target.percent:
        if kpi.interval == "wilson" and target.value > 1:
            return "kpi_is_share", True
        if target.value >= 10:
            return "kpi_is_ratio", True
    if target.currency and kpi.unit not in {"money", "money_per_day"}:
        return "kpi_no_money", False
    if target.time and kpi.unit not in _HOURS:
        return "kpi_no_time", False
    return None, False


def status(goal: Goal, kpi: Kpi, metric: Metric | None, period: Period, as_of: date | None) -> Status:
    """How a goal stands on the as-of day.

    A value that is undefined is ``unknown``. A goal that is fulfilled is ``met``, unless an upper limit for a sum or a
    count can still be passed, which is ``on track``. What is not fulfilled:

    * a sum or a count in a stretch that is not over (until ``by``, or the end of the period) is judged by linear pace:
      ``on track`` when the value is at least the target times the share of days elapsed, ``missed`` when it is behind,
      ``too early`` before a tenth of the days has passed, or when the stretch has no beginning;
    * any other KPI is ``too early`` before ``by`` or with fewer records than ``min_n``, else ``missed``.
    """
    if metric is None or metric.value is None:
        return "unknown"
    value = Decimal(str(metric.value))
    met = goal.target.met_by(value)
    cumulative = kpi.additive and kpi.basis != "snapshot"
    end = _deadline(goal, period)
    running = end is not None and as_of is not None and as_of + timedelta(days=1) < end
    if cumulative and running and end is not None and as_of is not None:
        return _running(goal.target, value, _elapsed(period.start, as_of, end), met=met)
    if met:
        return "met"
    if cumulative:
        return "missed"
    early = goal.by is not None and as_of is not None and as_of < goal.by
    return "too early" if early or (metric.small and not kpi.additive) else "missed"


def _deadline(goal: Goal, period: Period) -> date | None:
    """The end of the stretch in which a sum can grow towards its target: half-open, as periods are."""
    ends = [period.end, goal.by + timedelta(days=1) if goal.by else None]
    return min((end for end in ends if end is not None), default=None)


def _elapsed(start: date | None, as_of: date, end: date) -> Decimal | None:
    if start is None or as_of < start:
        return None
    return Decimal((as_of - start).days + 1) / (end - start).days


def _running(target: Target, value: Decimal, share: Decimal | None, *, met: bool) -> Status:
    if target.sign in {">=", ">"}:
        if met:
            return "met"
        if share is None or share < EARLY_SHARE:
            return "too early"
        return "on track" if value >= target.value * share else "missed"
    if target.sign in {"<=", "<"}:
        return "on track" if met else "missed"
    return "missed" if value > target.value else "too early"


def _refused(text: str, cause: Message, fix: Message) -> SalesmetricsError:
    return SalesmetricsError("option_invalid", option="--goal", value=text, cause=cause, fix=fix)
