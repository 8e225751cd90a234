"""Goals: how they are written, and their status on the as-of date."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace

from salesmetrics.answers import report as answer
from salesmetrics.calendar.steps import day_after
from salesmetrics.errors import RefusedError, SalesmetricsError
from salesmetrics.messages import told
from salesmetrics.metrics.bounds import LARGEST
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import polars as pl

    from salesmetrics.answers.report import GoalResult, Metric, Period, Report
    from salesmetrics.engine.request import PeriodTerms, Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi

__all__ = [
    "ANY",
    "EARLY_SHARE",
    "Goal",
    "Status",
    "Target",
    "evaluate",
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
_BEST_FIRST = ("met", "on track", "too early", "unknown", "missed")
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


class Goal(msgspec.Struct, frozen=True):
    """A goal as it was set.

    Attributes:
        kpi: Id of the KPI.
        target: What it is to reach.
        text: The condition as it was written, with the id in front.
        group: Dimension to value, for a segment; ``*`` asks each value of the dimension to meet it.
        period: Its period, if it is not that of the report.
        by: The day it is to be met by.
        owner: Who answers for it.
        note: Why.
    """

    kpi: str
    target: Target
    text: str
    group: Mapping[str, str] = msgspec.field(default_factory=dict)
    period: PeriodTerms | None = None
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
    if abs(value) > LARGEST:
        raise RefusedError(Message("has_to_be_at_most", most=f"{LARGEST:,}"))
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
    """The status of a goal on the as-of date.

    A value that is undefined is ``unknown``. A goal that is fulfilled is ``met``, unless an upper limit for a sum or a
    count can still be passed, which is ``on track``. What is not fulfilled:

    * a sum or a count in a period that is not over (until ``by``, or the end of the period) is judged by linear pace:
      ``on track`` when the value is at least the target times the share of days elapsed, ``missed`` when it is behind,
      ``too early`` before a tenth of the days has passed, or when the period has no start;
    * any other KPI is ``too early`` before ``by`` or with fewer records than ``min_n``, else ``missed``.
    """
    if metric is None or metric.value is None:
        return "unknown"
    value = Decimal(str(metric.value))
    met = goal.target.met_by(value)
    cumulative = kpi.additive and kpi.basis != "snapshot"
    end = _deadline(goal, period)
    running = end is not None and as_of is not None and day_after(as_of) < end
    if cumulative and running and end is not None and as_of is not None:
        return _running(goal.target, value, _elapsed(period.start, as_of, end), met=met)
    if met:
        return "met"
    if cumulative:
        return "missed"
    early = goal.by is not None and as_of is not None and as_of < goal.by
    return "too early" if early or (metric.small and not kpi.additive) else "missed"


def _deadline(goal: Goal, period: Period) -> date | None:
    """The end of the period in which a sum can grow towards its target: half-open, as periods are."""
    ends = [period.end, day_after(goal.by) if goal.by else None]
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


def evaluate(
    report: Report, goals: Sequence[Goal], request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog
) -> Report:
    """Add the status of each goal to a report, and each goal to the metric it applies to.

    A metric with several goals carries the one with the worst status; the report lists all of them.

    Args:
        report: What was built from the request.
        goals: The goals, in the order to list them.
        request: What the report was asked for; goals of other segments and periods share its other terms.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.

    Raises:
        SalesmetricsError: ``dimension_unknown``: a goal names a column that no file has.
    """
    if not goals:
        return report
    found = [(goal, result) for goal in goals for result in _results(goal, report, request, frames, catalog)]
    metrics = list(report.metrics)
    places: dict[tuple[object, ...], int] = {}
    for index, metric in enumerate(metrics):
        places.setdefault(_place(metric), index)
    for goal, result in sorted(found, key=lambda pair: _BEST_FIRST.index(pair[1].goal.status)):
        here = places.get(_place(result)) if goal.period is None else None
        if here is not None:
            metrics[here] = replace(metrics[here], goal=result.goal)
    return replace(report, metrics=metrics, goals=[result for _, result in found])


def _place(item: Metric | GoalResult) -> tuple[object, ...]:
    return item.id, tuple(sorted(item.group.items())), item.currency


def _results(
    goal: Goal, report: Report, request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog
) -> list[GoalResult]:
    kpi = catalog.kpis[goal.kpi]
    metrics, reason = _metrics_of(goal, report, request, frames, catalog)
    groups: dict[tuple[tuple[str, str | None], ...], list[Metric]] = {}
    for metric in metrics:
        if all(value == ANY or (metric.group[name] or "") == value for name, value in goal.group.items()):
            groups.setdefault(tuple(metric.group.items()), []).append(metric)
    if not groups:
        return [_result(goal, kpi, None, dict(goal.group), request, reason or Message("no_such_segment"))]
    results = []
    for key, members in groups.items():
        chosen, why = _in_currency(members, goal.target.currency)
        results.append(_result(goal, kpi, chosen, dict(key), request, why or (chosen.reason if chosen else None)))
    return results


def _metrics_of(
    goal: Goal, report: Report, request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog
) -> tuple[list[Metric], Message | None]:
    """The numbers of a KPI by the dimensions of its goal, and why there are none."""
    all_there = request.top is None or not goal.group
    if goal.period is None and all_there and set(goal.group) <= set(request.by):
        own = list(_first_of_each(m for m in report.metrics if m.id == goal.kpi and set(m.group) == set(goal.group)))
        if own:
            return own, None
    asked = replace(
        request,
        **({} if goal.period is None else goal.period.terms()),
        kpis=(goal.kpi,),
        families=(),
        by=tuple(goal.group),
        sort=None,
        top=None,
        comparison=None,
        compare=None,
        trend=False,
        every=None,
    )
    from salesmetrics.engine.build import build_report  # here: the settings file is read without it

    try:
        built = build_report(asked, frames, catalog)
    except SalesmetricsError as error:
        if error.code != "report_empty":
            raise
        fix = error.details["fix"]
        lacking = Message("it_needs_all", **fix.details) if fix.code == "add_needs" else Message("it_needs", fix=fix)
        return [], lacking
    return [metric for metric in built.metrics if set(metric.group) == set(goal.group)], None


def _first_of_each(metrics: Iterable[Metric]) -> Iterable[Metric]:
    """Without the periods of a series, which come after the number of the whole period."""
    seen = set()
    for metric in metrics:
        if _place(metric) not in seen:
            seen.add(_place(metric))
            yield metric


def _in_currency(metrics: Sequence[Metric], currency: str | None) -> tuple[Metric | None, str | Message | None]:
    """The number the goal applies to, of those in several currencies; amounts without a currency are a different number."""
    if currency is not None:
        named = [metric for metric in metrics if metric.currency == currency]
        return (named[0], None) if named else (None, Message("no_amount_in", currency=currency))
    known = [metric for metric in metrics if metric.currency is not None]
    if len(metrics) == 1 or len(known) == 1:
        return (known or list(metrics))[0], None
    return None, "mixed_currency"


def _result(
    goal: Goal,
    kpi: Kpi,
    metric: Metric | None,
    group: dict[str, str | None],
    request: Request,
    reason: str | Message | None,
) -> GoalResult:
    period = goal.period.period if goal.period else request.period
    if metric is not None and metric.period is not None:
        period = metric.period
    stands = answer.Goal(
        expression=goal.text,
        target=goal.target.value,
        status=status(goal, kpi, metric, period, request.as_of),
        owner=goal.owner,
        by=goal.by,
        note=goal.note,
    )
    return answer.GoalResult(
        id=kpi.id,
        title=kpi.title_with(request.settings),
        unit=kpi.unit,
        currency=metric.currency if metric else goal.target.currency,
        group=group,
        period=period,
        value=metric.value if metric else None,
        reason=told(reason) if isinstance(reason, Message) else reason,
        said=told(reason) if isinstance(reason, Message) else "",
        goal=stands,
    )
