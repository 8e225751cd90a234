"""What can be said of KPIs: the sentences of a report or a trend, each with its rank, among which ``choice`` chooses."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from salesmetrics.answers.report import Interval, Report
from salesmetrics.messages import fill, joined, phrase
from salesmetrics.messages.languages import ENGLISH
from salesmetrics.messages.sentences import WHOLES
from salesmetrics.messages.speech import spoken
from salesmetrics.render.document import Prose
from salesmetrics.render.layouts.digest import digested
from salesmetrics.render.layouts.footer import with_names
from salesmetrics.render.layouts.segments import is_series
from salesmetrics.render.layouts.trend import series_of
from salesmetrics.render.layouts.words import kept_apart, round_places, segment_name
from salesmetrics.render.text import amount, change, interval, one_line
from salesmetrics.schema.findings import Effect, effect_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from salesmetrics.answers.base import Answer
    from salesmetrics.answers.report import Change, GoalResult, Limits, Metric
    from salesmetrics.render.document import Inline
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "CHANGED",
    "DOUBT",
    "GOAL",
    "HAND",
    "LEVEL",
    "NOTHING",
    "PLACES",
    "Said",
    "Usual",
    "basis",
    "begun",
    "doubts",
    "in_sentence",
    "report_said",
    "trend_said",
    "usual_of",
]

CHANGED, NOTHING, GOAL, HAND, DOUBT, LEVEL = range(6)
"""Ranks: what is left out first has the highest."""
PLACES = {CHANGED: 0, LEVEL: 1, NOTHING: 2, GOAL: 4, HAND: 5, DOUBT: 6}
"""In which order sentences of a rank are read; further levels stand at 3."""
_FURTHER = 3
_CLEAR = {"better", "worse", "higher", "lower"}
_ALONE = 2
"""So many changes have a sentence each; further ones share one."""
_LEVELS = 3
_CURRENCIES = 3
_FOUND = 3
"""So many unusual periods are named, the latest first."""
_OVERDUE = frozenset({"overdue_deals", "overdue_pipeline"})
_COUNTED = {"won_deals": "revenue", "created_deals": "pipeline_created", "open_deals": "open_pipeline"}
"""Number of records → the KPI whose sentence says it in brackets."""
_STALLED = ("stalled_deals", "stalled_deals_in_stage", "stalled_deals_by_age")


class Said(NamedTuple):
    """A sentence, and when it is said.

    Attributes:
        rank: Of what kind it is; those of a lower rank go first.
        weight: Its order among those of its rank.
        about: What it is about: of two sentences about the same thing the first is said.
        text: The sentence.
        place: Where it is read, if not where its rank stands.
    """

    rank: int
    weight: float
    about: object
    text: Inline
    place: int | None = None


Usual = dict[tuple[str, str | None], list["Metric"]]
"""The periods that have control limits, by KPI and currency, the latest last."""


def usual_of(answers: Iterable[Answer]) -> Usual:
    """The complete periods of totals with their usual ranges, where trends among some answers know them."""
    found: Usual = {}
    for answer in answers:
        for metric in answer.metrics if isinstance(answer, Report) and answer.command == "trend" else ():
            if metric.limits and metric.value is not None and metric.period and not metric.period.partial:
                found.setdefault((metric.id, metric.currency), []).extend([] if metric.group else [metric])
    return found


# --- a report ---


def report_said(report: Report, usual: Usual) -> Iterator[Said]:
    """The sentences of a report.

    Args:
        report: The report.
        usual: Control limits, where a trend beside it knows them.
    """
    yield from _changes(report)
    yield from _goals(report)
    yield from _by_hand(report)
    yield from doubts(with_names(report.touching, report))
    yield from _levels(report, usual)


def _changes(report: Report) -> Iterator[Said]:
    """What changed beyond chance, the clearest first; that nothing did, or that nothing can be judged."""
    compared = [metric for metric in report.metrics if metric.change is not None]
    if report.comparison is None or not compared:
        return
    judged = [metric for metric in compared if _is_clear(metric)]
    judged.sort(key=lambda metric: _evidence(metric.change))
    for number, metric in enumerate(judged[:_ALONE]):
        yield Said(CHANGED, number, _about(metric), _changed(metric, report))
    others = [_changed_too(metric, report) for metric in judged[_ALONE:]]
    if others:
        yield Said(CHANGED, _ALONE, "changes", phrase("changed_others", changes=others))
    if not judged:
        before, made = one_line(report.comparison.label), report.verdicts.comparisons if report.verdicts else 0
        code = "changed_none" if made else "changed_unjudged"
        yield Said(NOTHING, 0, "changes", phrase(code, before=before, n=made))


def _is_clear(metric: Metric) -> bool:
    return metric.change is not None and metric.change.verdict in _CLEAR


def _evidence(step: Change | None) -> float:
    known = [p for p in (step.p_adjusted, step.p) if p is not None] if step else []
    return known[0] if known else 1.0


def _changed(metric: Metric, report: Report) -> str:
    step, side = _step(metric)
    verdict = metric.change.verdict if metric.change else ""
    value = _value(metric)
    return phrase(
        f"changed_{verdict}",
        subject=_subject(metric, report),
        n=_number(metric),
        value=value,
        step=step,
        side=side,
        before=_before(metric, report),
    )


def _changed_too(metric: Metric, report: Report) -> Message:
    absolute, relative, _ = change(metric.change, metric.unit)
    verdict = phrase(f"verdict_{metric.change.verdict}" if metric.change else "no_verdict_here")
    subject = in_sentence(_subject(metric, report))
    return Message("changed_other", subject=subject, step=relative or absolute, verdict=verdict)


def _step(metric: Metric) -> tuple[str, str]:
    """How far a value is from the one before it, without a sign, and on which side."""
    absolute, relative, _ = change(metric.change, metric.unit)
    rises = metric.change is not None and (metric.change.absolute or 0) > 0
    return (relative or absolute).lstrip("+-"), phrase("outside_above" if rises else "outside_below")


def _before(metric: Metric, report: Report) -> str:
    if metric.in_series or report.comparison is None:
        return phrase("before_this")
    return one_line(report.comparison.label)


def _goals(report: Report) -> Iterator[Said]:
    missed = [result for result in report.goals if result.goal.status == "missed"]
    if len(missed) == 1:
        (result,) = missed
        value = amount(result.value, result.unit, currency=result.currency)
        goal = one_line(result.goal.expression)
        said = phrase("goal_missed_said", subject=in_sentence(_aim(result)), value=value, goal=goal)
        yield Said(GOAL, 0, "goals", Prose(said))
    elif missed:
        subjects = [in_sentence(_aim(result)) for result in missed]
        yield Said(
            GOAL, 0, "goals", phrase("goals_missed_said", n=len(missed), goals=len(report.goals), subjects=subjects)
        )


def _aim(result: GoalResult) -> str:
    """What a goal is for."""
    subject = _grouped(one_line(result.title), result.group)
    if result.period.start is None and result.period.end is None:
        return subject
    return phrase("in_period", subject=subject, period=one_line(result.period.label))


def _by_hand(report: Report) -> Iterator[Said]:
    """Open deals past their date, and those that stand still."""
    whole = {metric.id: metric for metric in report.metrics if not metric.group and not metric.in_series}
    known = whole.get("overdue_deals")
    found = [finding for finding in report.touching if finding.code == "open_with_past_close"]
    shares = [finding.share_of_value for finding in found if finding.share_of_value]
    apart = kept_apart(report.metrics)
    held, pipeline = whole.get("overdue_pipeline"), whole.get("open_pipeline")
    share: str | Message = ""
    number = int(known.value or 0) if known else sum(finding.count for finding in found)
    if held and pipeline and held.value and pipeline.value and not apart:
        part = amount(float(held.value) / float(pipeline.value), "ratio")
        share = Message("overdue_share_of_pipeline", n=number, share=part)
    elif len(shares) == 1 == len(found) and number == found[0].count and not apart:
        share = Message("overdue_share_of_all", share=amount(shares[0], "ratio"))
    if number and known and known.n:
        code = "overdue_all" if number == known.n else "overdue_of"
        yield Said(HAND, 0, "overdue", phrase(code, n=number, of=known.n, share=share))
    elif number:
        yield Said(HAND, 0, "overdue", phrase("overdue_said", n=number, share=share))
    stalled = [whole[kpi] for kpi in _STALLED if kpi in whole and whole[kpi].value]
    for metric in stalled[:1]:
        yield Said(HAND, 1, "stalled", phrase(f"{metric.id}_said", n=int(metric.value or 0)))


def doubts(found: Iterable[Finding], own: Collection[str] = ()) -> Iterator[Said]:
    """The finding that changes a number most, and how many more do.

    Args:
        found: Findings that touch what is shown.
        own: Codes of findings that count as such here, whatever they do elsewhere.
    """
    named = {"data_end_early", *own}
    groups = [one for one in digested(found) if one.code != "open_with_past_close"]
    first = [one for one in groups if effect_of(one.code) is Effect.CHANGES or one.code in named]
    if first:
        code = "doubt_and_more" if len(first) > 1 else "doubt_said"
        said = first[0].said.rstrip(".")
        yield Said(DOUBT, 0, "doubt", Prose(phrase(code, said=said, n=len(first) - 1)))


# --- levels ---


def _levels(report: Report, usual: Usual) -> Iterator[Said]:
    """The values of the KPIs that come first, each with what it rests on; currencies of one are not added up."""
    ranks = {kpi: rank for rank, kpi in enumerate(report.ranked or report.order)}
    whole = [metric for metric in _whole(report) if metric.value is not None and metric.id not in _OVERDUE]
    whole = [metric for metric in whole if not _is_clear(metric)]
    whole.sort(key=lambda metric: ranks.get(metric.id, len(ranks)))
    told, counted = 0, set[tuple[str, Any]]()
    for _, members in groupby(whole, key=lambda metric: metric.id):
        metrics = [metric for metric in members if metric.value or metric.id not in kept_apart(report.metrics)]
        if not metrics or told == _LEVELS or (metrics[0].small and len(whole) > 1):
            continue
        if metrics[0].id in _COUNTED and (_COUNTED[metrics[0].id], metrics[0].value) in counted:
            continue
        counted |= {(metric.id, metric.n) for metric in metrics}
        told += 1
        place = PLACES[LEVEL] if told == 1 else _FURTHER
        unusual, text = _level(metrics, report, usual)
        yield Said(CHANGED if unusual else LEVEL, 10 + told, _about(metrics[0]), text, place)


def _whole(report: Report) -> list[Metric]:
    """The values over all segments; of a series without one for the whole time, those of its latest complete period."""
    found = [metric for metric in report.metrics if not metric.group]
    if not is_series(report):
        return found
    over_all = [metric for metric in found if not metric.in_series]
    if over_all:
        return over_all
    periods = [m.period for m in found if m.period and m.period.start and not m.period.partial]
    latest = max(periods, key=lambda period: str(period.start), default=None)
    return [metric for metric in found if metric.period == latest]


def _level(metrics: Sequence[Metric], report: Report, usual: Usual) -> tuple[bool, str]:
    """The sentence about a value, in each of its currencies; and whether control limits call it, or its latest period, unusual."""
    metric = metrics[0]
    label = (metric.period or report.period).label
    periods = usual.get((metric.id, metric.currency), []) if len(metrics) == 1 else []
    same = next((one for one in periods if one.period and one.period.label == label), None)
    if same is not None and same.limits is not None:
        return same.limits.outside is not None, _beside_range(metric, report, same.limits)
    latest = _latest_period(periods[-1]) if periods else ""
    unusual = _outside(periods[-1]) if periods else False
    step = metric.change
    if len(metrics) > 1 or step is None or metric.previous is None or step.reason is not None:
        return unusual, _without_past(metrics, report, latest)
    said = {"no clear difference": "verdict_no_clear_difference", "too few": "too_few_here"}.get(step.verdict or "")
    absolute, relative, _ = change(step, metric.unit)
    return unusual, phrase(
        "level_after",
        subject=_subject(metric, report),
        n=_number(metric),
        value=_value(metric),
        basis=basis(metric),
        previous=_amount(metric.previous, metric),
        before=_before(metric, report),
        step=relative or absolute,
        verdict=phrase(said or "no_verdict_here"),
        latest=latest,
    )


def _beside_range(metric: Metric, report: Report, limits: Limits) -> str:
    """A value of a period whose control limits are known."""
    step, side = _step(metric)
    details: dict[str, Any] = {
        "subject": _subject(metric, report),
        "n": _number(metric),
        "value": _value(metric),
        "basis": basis(metric),
        "limits": _limits(limits, metric),
    }
    if limits.outside:
        return phrase("level_unusual", side=phrase(f"outside_{limits.outside}"), **details)
    if metric.change is None or metric.change.reason is not None or not metric.change.absolute:
        return phrase("level_usual", **details)
    return phrase("level_usual_after", step=step, side=side, before=_before(metric, report), **details)


def _latest_period(metric: Metric) -> Message | str:
    """How usual the latest complete period is."""
    if metric.limits is None or metric.period is None:
        return ""
    outside = metric.limits.outside
    return Message(
        "latest_unusual" if outside else "latest_usual",
        period=one_line(metric.period.label),
        n=_number(metric),
        value=_value(metric),
        side=Message(f"outside_{outside}") if outside else None,
        limits=_limits(metric.limits, metric),
    )


def _without_past(metrics: Sequence[Metric], report: Report, latest: Message | str) -> str:
    """The sentence about a value in each of its currencies, beside nothing."""
    metric = metrics[0]
    values = [Message("value_with_basis", value=_in_currency(one, metrics), basis=basis(one)) for one in metrics]
    if len(values) > _CURRENCIES:
        values[_CURRENCIES:] = [Message("and_more_values", n=len(values) - _CURRENCIES)]
    subject, number, over = _subject(metric, report), _number(metric), _is_over(metric, report)
    plain = not metric.group and not any(joint in metric.title for joint in (",", " per "))
    details: dict[str, Any] = {"n": number, "values": values, "latest": latest}
    if metric.unit == "count" and number > 1 and metric.value == 1:
        details["n"] = 1
        subject = phrase("number_of", subject=in_sentence(subject))
    elif metric.unit == "count" and number > 1 and plain:
        return phrase("there_were" if over else "there_are", subject=in_sentence(subject), **details)
    return phrase("level_then" if over else "level_now", subject=subject, **details)


def _in_currency(metric: Metric, beside: Sequence[Metric]) -> str:
    """A value with its currency, or that it has none where others have one."""
    if len(beside) == 1 or metric.currency:
        return _value(metric)
    return phrase("without_currency", value=_value(metric))


def basis(metric: Metric) -> str:
    """What a value rests on, in brackets: its records, k of n, and its interval; nothing for a count."""
    parts: list[str | Message] = []
    k, n = metric.numerator, metric.denominator
    whole = WHOLES.get(metric.id, "{n:,}")
    if metric.unit == "ratio" and isinstance(k, int) and isinstance(n, int):
        parts.append(Message("basis_share", k=k, whole=fill(whole, {"n": n})))
    elif metric.n is not None and metric.unit != "count":
        parts.append(fill(whole, {"n": metric.n}) if metric.id in WHOLES else phrase("records_behind", n=metric.n))
    span = interval(metric.interval, metric.unit, places=0 if metric.unit == "money" else None)
    if span and metric.interval:
        parts.append(Message("basis_interval", percent=100 * metric.interval.level, interval=span))
    if metric.small and metric.unit != "count":
        parts.append(Message("basis_small"))
    return phrase("basis", parts=parts) if parts else ""


def _subject(metric: Metric, report: Report) -> str:
    """What a value is of: its title, its segment and its time."""
    subject = _grouped(one_line(metric.title), metric.group)
    period = metric.period
    if metric.own_period and period:
        return phrase("at_time", subject=subject, period=one_line(period.label))
    shown = period if metric.in_series and period else report.period
    if shown.start is None and shown.end is None:
        return subject
    code = ("in_period_so_far" if shown.partial else "in_period") + ("_apart" if "," in metric.title else "")
    return phrase(code, subject=subject, period=one_line(shown.label))


def _grouped(title: str, group: Mapping[str, str | None]) -> str:
    if not group:
        return title
    return phrase("of_group", title=title, group=joined(segment_name(value) for value in group.values()))


def _is_over(metric: Metric, report: Report) -> bool:
    """Whether a value is about a time that is past."""
    period = metric.period if metric.in_series and metric.period else report.period
    return not metric.own_period and period.start is not None and not period.partial


def _about(metric: Metric) -> tuple[Any, ...]:
    return (
        metric.id,
        tuple(metric.group.items()),
        metric.currency,
        metric.period.label if metric.in_series and metric.period else "",
    )


def _number(metric: Metric) -> int:
    """1 where a title is in the singular, else 2: the titles of counts are in the plural."""
    head = metric.title.split(",")[0].split(" per ")[0].split(" at ")[0]
    return 2 if metric.unit in {"count", "ratio"} and head.endswith("s") and not head.endswith("ss") else 1


def begun(sentence: str) -> str:
    """A sentence that begins large in another language too, where the English one begins with a number and that does not."""
    return sentence if spoken() is ENGLISH else sentence[:1].upper() + sentence[1:]


def in_sentence(subject: str) -> str:
    """A subject within a sentence: an abbreviation or a name in capitals keeps them."""
    return subject if subject[1:2].isupper() else subject[:1].lower() + subject[1:]


def _value(metric: Metric) -> str:
    return _amount(metric.value, metric)


def _amount(value: Any, metric: Metric) -> str:
    """A number of a metric, rounded as in its tile."""
    return amount(value, metric.unit, currency=metric.currency, places=round_places(metric.value, metric.unit))


# --- a trend ---


def trend_said(report: Report) -> Iterator[Said]:
    """The series that left their usual range, or that none did; the latest complete period; what to doubt."""
    series = list(series_of(report))
    limited = [(title, metrics) for title, metrics in series if any(metric.limits for metric in metrics)]
    unusual = [(title, metrics) for title, metrics in limited if any(map(_outside, metrics))]
    for number, (title, metrics) in enumerate(unusual[:_ALONE]):
        yield Said(CHANGED, number, ("series", title), _left_range(title, metrics))
    others = [title for title, _ in unusual[_ALONE:]]
    if others:
        yield Said(CHANGED, _ALONE, "others", phrase("outside_others", series=others))
    if limited and not unusual:
        title, metrics = limited[0]
        n = next(metric.limits.n for metric in metrics if metric.limits)
        one = phrase("outside_none", series=title, n=n)
        yield Said(NOTHING, 0, "range", one if len(limited) == 1 else phrase("outside_none_of_all", n=len(limited)))
    for title, metrics in series[:1]:
        latest = next((m for m in reversed(metrics) if m.period and not m.period.partial and m.value is not None), None)
        if not any(metric.limits for metric in metrics):
            n = _number(metrics[0])
            yield Said(DOUBT, 1, ("series", title), phrase("usual_unknown", series=title, n=n))
        if latest is not None and not _outside(latest):
            yield Said(LEVEL, 0, "latest", _latest(title, latest))
    yield from doubts(with_names(report.touching, report))


def _outside(metric: Metric) -> bool:
    return metric.limits is not None and metric.limits.outside is not None


def _left_range(title: str, metrics: Sequence[Metric]) -> str:
    found = [
        Message(
            "outside_in_period",
            period=one_line(metric.period.label) if metric.period else "",
            value=_value(metric),
            side=phrase(f"outside_{metric.limits.outside}"),
            limits=_limits(metric.limits, metric),
        )
        for metric in reversed(metrics)
        if metric.limits and metric.limits.outside
    ]
    times = len(found)
    if times > _FOUND:
        found[_FOUND:] = [Message("outside_earlier", n=times - _FOUND)]
    return phrase("outside_usual", series=title, n=_number(metrics[0]), times=times, found=found, periods=len(metrics))


def _latest(title: str, metric: Metric) -> str:
    period = one_line(metric.period.label) if metric.period else ""
    details: dict[str, Any] = {
        "subject": phrase("in_period", subject=title, period=period),
        "n": _number(metric),
        "value": _value(metric),
        "basis": basis(metric),
    }
    if metric.limits is not None:
        return phrase("level_usual", limits=_limits(metric.limits, metric), **details)
    values = [Message("value_with_basis", value=details["value"], basis=details["basis"])]
    return phrase("level_then", values=values, latest="", **details)


def _limits(limits: Limits, metric: Metric) -> str:
    span = Interval(low=limits.low, high=limits.high, level=1, method=limits.method)
    return interval(span, metric.unit, places=0 if metric.unit == "money" else None)
