"""What each method would have said on past days, and how good that was. Own file: past days and scores, no method of its own."""

from __future__ import annotations

import math
from collections import defaultdict
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
from msgspec.structs import replace

from salesmetrics.analysis.forecast_methods import METHODS, Estimate, Span, Terms, estimate, time_to_event, won_so_far
from salesmetrics.analysis.known import OPEN, WON, day_number, known_on
from salesmetrics.answers.forecast import Backtest, BacktestMoment, BrierScore, Calibration, Lead
from salesmetrics.answers.report import Interval
from salesmetrics.calendar import Period, comparison, periods_before, unit_period
from salesmetrics.calendar.steps import day_before, days_after
from salesmetrics.engine.metric import plain
from salesmetrics.errors import SalesmetricsError
from salesmetrics.statistics.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.analysis.known import Deals, Known
    from salesmetrics.answers.forecast import MethodId
    from salesmetrics.calendar import Calendar

__all__ = [
    "LEADS",
    "Said",
    "backtest",
    "brier_score",
    "calibration",
    "lead_of",
    "past_periods",
    "scores",
    "shared_scores",
    "shown_moments",
    "simulated_chances",
    "stated_probabilities",
    "terms_for",
]

LEADS: tuple[Lead, ...] = get_args(Lead)

MOST_PERIODS, MOST_OF_MANY = 12, 6
"""Past periods that are tested at most; fewer where a history has many deals."""
_MANY = 200_000
BEST_FROM = 6
"""Past periods that a method needs to be called the best."""
_LEAST_BEFORE, _HALF_A_YEAR = 3, 180
_DRAWS = 1_000
"""Futures simulated for a past day: enough for a median and a range."""
_DISTINCT = 12
_BINS = 10


class Said(NamedTuple):
    """What a method said of a past period.

    Attributes:
        period: The period.
        lead: How far in.
        day: The day on which it was said.
        source: Where the state of that day comes from.
        method: Which.
        estimate: What it said.
        won: What was won in the period by then.
        actual: What was won in it in the end.
    """

    period: Period
    lead: Lead
    day: int
    source: Literal["reconstructed", "export"]
    method: MethodId
    estimate: Estimate
    won: float
    actual: Decimal

    @property
    def range(self) -> tuple[float, float] | None:
        """P10 and P90."""
        found = self.estimate.quantiles(self.won)
        return (found["p10"], found["p90"]) if found else None


# --- which periods and days ---


def past_periods(period: Period, number: int, calendar: Calendar) -> list[Period]:
    """The periods of the same length right before one, the latest first.

    >>> from salesmetrics.calendar import Calendar
    >>> here = Period("2026-Q1", date(2026, 1, 1), date(2026, 4, 1), "quarter")
    >>> [past.name for past in past_periods(here, 2, Calendar())]
    ['2025-Q4', '2025-Q3']
    """
    if period.start is None:
        return []
    if period.unit not in (None, "day"):
        found: list[Period] = []
        here = period
        while len(found) < number and here.start is not None and here.start.year > _FIRST:
            here = unit_period(day_before(here.start), here.unit or "day", calendar, fiscal=here.fiscal)
            found.append(here)
        return found
    ranges = periods_before(period.start, period.end, number, calendar)
    if not ranges:
        days = (period.end - period.start).days
        edges = [days_after(period.start, -days * n) for n in range(number + 1) if period.start.toordinal() > days * n + 366]  # fmt: skip
        ranges = list(zip(edges[1:], edges[:-1], strict=True))
    return [Period(f"{start}..{day_before(end)}", start, end) for start, end in ranges]


_FIRST = 1970


def span_of(period: Period) -> Span:
    """A period in day numbers."""
    return Span(day_number(period.start or date.min), day_number(period.end))


def terms_for(period: Period, day: int, calendar: Calendar, *, draws: int, seed: int) -> Terms:
    """A period with the last one that is over on a day and the same a year earlier.

    Args:
        period: The period.
        day: The day on which it is forecast.
        calendar: How weeks and years are counted.
        draws: Simulated futures.
        seed: Of the generator.
    """
    span = span_of(period)
    ahead = max(span.start - day - 1, 0) // span.days + 2
    over = [past for past in map(span_of, past_periods(period, ahead, calendar)) if past.end <= day + 1]
    year = None
    with suppress(SalesmetricsError):  # before the first year that is known there is none
        ago = comparison(period, day_before(period.end), "year-ago", calendar)
        year = Span(day_number(ago.start), day_number(ago.end))
    return Terms(span, over[0] if over else None, year, draws, seed)


def moments_of_period(span: Span, early: int = 0) -> dict[Lead, int]:
    """The last day before a period, and those on which a third and two thirds of it are over.

    Args:
        span: The period.
        early: So many days earlier the first of these is, for a period that lies further ahead.

    >>> moments_of_period(Span(0, 30)), moments_of_period(Span(0, 30), early=5)["start"]
    ({'start': -1, 'one_third': 9, 'two_thirds': 19}, -6)
    """
    return {lead: span.start + span.days * n // 3 - 1 - (0 if n else early) for n, lead in enumerate(LEADS)}


def lead_of(day: int, span: Span) -> Lead:
    """The lead that is nearest to a day.

    >>> lead_of(-20, Span(0, 30)), lead_of(7, Span(0, 30)), lead_of(28, Span(0, 30))
    ('start', 'one_third', 'two_thirds')
    """
    return min(LEADS, key=lambda lead: abs(moments_of_period(span)[lead] - day))


def periods_to_test(deals: Deals, period: Period, day: int, calendar: Calendar) -> list[Period]:
    """The complete periods that a history allows to test, the latest first: twelve at most, six of more than 200,000 deals.

    A period is tested if the three periods before it lie behind the first close, or half a year of them where that is
    less; the period of the first close counts as the first of these.
    """
    first = deals.first
    if first is None:
        return []
    most = MOST_PERIODS if deals.created.size <= _MANY else MOST_OF_MANY
    found: list[Period] = []
    ahead = max(span_of(period).start - day - 1, 0) // span_of(period).days + 2
    for past in past_periods(period, ahead + most, calendar):
        span = span_of(past)
        if span.end > day + 1 or len(found) == most:
            continue
        need = min(_LEAST_BEFORE, -(-_HALF_A_YEAR // span.days))
        before = past_periods(past, need, calendar)
        if len(before) == need and first < span_of(before[-1]).end:
            found.append(past)
    return found


# --- what was said ---


def backtest(
    deals: Deals,
    period: Period,
    day: int,
    calendar: Calendar,
    *,
    draws: int,
    seed: int,
) -> list[Said]:
    """What every method would have said of past periods: at their start as many days ahead as today.

    Args:
        deals: Deals in one currency.
        period: The period that is forecast now.
        day: The as-of day; periods that end later are not tested.
        calendar: How weeks and years are counted.
        draws: Simulated futures of the forecast; a past day takes 1,000 at most.
        seed: Of the generator.
    """
    asked: list[tuple[Period, Lead, Known, Terms]] = []
    early = max(span_of(period).start - 1 - day, 0)
    for past in periods_to_test(deals, period, day, calendar):
        for lead, then in moments_of_period(span_of(past), early).items():
            terms = terms_for(past, then, calendar, draws=min(draws, _DRAWS), seed=seed)
            asked.append((past, lead, known_on(deals, then), terms))
    simulated = time_to_event([(known, terms) for *_, known, terms in asked])
    found = []
    for (past, lead, known, terms), drawn in zip(asked, simulated, strict=True):
        won, actual = float(won_so_far(known, terms.span)), deals.wins.between(*terms.span)
        source: Literal["reconstructed", "export"] = "export" if known.told else "reconstructed"
        for method in METHODS:
            said = drawn if method == "time_to_event" else estimate(method, known, terms)
            found.append(Said(past, lead, known.day, source, method, said, won, actual))
    return found


def shown_moments(said: Sequence[Said], currency: str | None) -> list[BacktestMoment]:
    """Each past forecast, the latest period first."""
    return [
        BacktestMoment(
            method=one.method,
            period=one.period.label,
            lead=one.lead,
            currency=currency,
            as_of=date.fromordinal(date(1970, 1, 1).toordinal() + one.day),
            source=one.source,
            value=one.estimate.value,
            p10=one.range[0] if one.range else None,
            p90=one.range[1] if one.range else None,
            actual=one.actual,
            reason=one.estimate.reason,
        )
        for one in said
        if one.estimate.value is not None
    ]


# --- how good it was ---


def scores(said: Sequence[Said], currency: str | None) -> list[Backtest]:
    """WAPE, bias and coverage by method and lead; the best method of each lead is marked."""
    table: dict[tuple[MethodId, Lead], list[Said]] = defaultdict(list)
    for one in said:
        table[one.method, one.lead].append(one)
    compared = {lead: shared_scores(said, lead) for lead in LEADS}
    found = []
    for method in METHODS:
        for lead in LEADS:
            if table[method, lead]:
                test = _score(method, lead, table[method, lead], currency)
                shared = compared[lead]
                if method in shared.wape:
                    best = method == shared.best
                    test = replace(test, best=best, shared_periods=shared.periods, shared_wape=shared.wape[method])
                found.append(test)
    return found


def _score(method: MethodId, lead: Lead, said: Sequence[Said], currency: str | None) -> Backtest:
    there = [one for one in said if one.estimate.value is not None]
    line: dict[str, Any] = {"method": method, "lead": lead, "currency": currency, "periods": len(there)}
    if not there:
        causes = [one.estimate.reason for one in said if one.estimate.reason]
        return Backtest(wape=None, bias=None, coverage=None, reason="not_assessed", cause=causes[0], **line)
    total = sum((abs(one.actual) for one in there), Decimal(0))
    ranges = [(one.range, float(one.actual)) for one in there if one.range is not None]
    inside = sum(bounds[0] <= actual <= bounds[1] for bounds, actual in ranges if bounds is not None)
    coverage = inside / len(ranges) if ranges else None
    line |= {"inside": inside if ranges else None, "ranges": len(ranges) or None, "actual": plain(total)}
    if not total:
        return Backtest(wape=None, bias=None, coverage=coverage, reason="zero_denominator", **line)
    errors = [(one.estimate.value or 0.0) - float(one.actual) for one in there]
    wrong = math.fsum(map(abs, errors))
    return Backtest(
        wape=wrong / float(total),
        bias=math.fsum(errors) / float(total),
        coverage=coverage,
        absolute_error=round(wrong, 2),
        **line,
    )


class Shared(NamedTuple):
    """Methods on the periods that all of them have.

    Attributes:
        periods: How many.
        wape: By method.
        best: The one with the smallest; None where fewer than two can be compared.
    """

    periods: int
    wape: dict[MethodId, float]
    best: MethodId | None


def shared_scores(said: Sequence[Said], lead: Lead) -> Shared:
    """WAPE at a lead on the periods that all compared methods have.

    Compared are methods with at least six periods; the one with the fewest falls away until they have six in common.
    """
    errors: dict[MethodId, dict[str, float]] = defaultdict(dict)
    actual: dict[str, float] = {}
    for one in said:
        if one.lead == lead and one.estimate.value is not None:
            errors[one.method][one.period.name] = abs(one.estimate.value - float(one.actual))
            actual[one.period.name] = abs(float(one.actual))
    left = [method for method in METHODS if len(errors[method]) >= BEST_FROM]
    shared: set[str] = set()
    while left:
        shared = set.intersection(*(set(errors[method]) for method in left))
        if len(shared) >= BEST_FROM:
            break
        left.remove(min(left, key=lambda method: len(errors[method])))
    total = math.fsum(actual[name] for name in sorted(shared))
    if len(left) < 2 or not total:
        return Shared(0, {}, None)
    wape = {method: math.fsum(errors[method][name] for name in sorted(shared)) / total for method in left}
    best: MethodId = min(left, key=lambda method: wape[method])
    return Shared(len(shared), wape, best)


# --- chances ---

Chances = tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.bool_]]]
"""Stated chances, and whether each came true."""


def simulated_chances(said: Sequence[Said], deals: Deals) -> Chances:
    """The chance of each deal open at the start of a tested period to be won in it, and whether it was."""
    stated, became = [], []
    for one in said:
        if one.lead != "start" or one.method != "time_to_event" or one.estimate.draws is None:
            continue
        known = known_on(deals, one.day)
        open_ = np.flatnonzero(known.learning & known.open)
        span = span_of(one.period)
        won = (deals.cause == WON) & (deals.ended >= span.start) & (deals.ended < span.end)
        stated.append(one.estimate.draws.chances)
        became.append(won[open_])
    if not stated:
        return np.empty(0), np.empty(0, dtype=bool)
    return np.concatenate(stated), np.concatenate(became)


def stated_probabilities(deals: Deals) -> Chances | None:
    """The probability that the CRM stated for closed deals, and whether they were won; None where closing wrote over it.

    Of older exports that which stood half-way through the life of a deal. Without such the one that closed deals kept, if
    more than half of them have another than 0 or 1.
    """
    closed = (deals.cause != OPEN) & (deals.ended >= 0)
    if deals.chances is not None and deals.chances.day.size:
        noted = deals.chances.half_way(deals, closed, np.full(deals.created.size, np.nan))
        there = ~np.isnan(noted)
        return (noted[there], deals.cause[there] == WON) if there.any() else None
    if deals.probability is None:
        return None
    done = (deals.cause != OPEN) & ~np.isnan(deals.probability)
    stated = deals.probability[done]
    if not stated.size or ((stated > 0) & (stated < 1)).mean() <= 1 / 2:
        return None
    return stated, deals.cause[done] == WON


def calibration(method: MethodId, chances: Chances, currency: str | None, level: float) -> list[Calibration]:
    """Stated against what became, by stated chance: each of up to twelve different ones, else ten bins (a, b] of equal width."""
    stated, became = chances
    values = np.unique(stated)
    if values.size > _DISTINCT:
        place = np.searchsorted(np.linspace(0, 1, _BINS + 1)[1:-1], stated)
    else:
        place = np.searchsorted(values, stated)
    found = []
    for number in np.unique(place):
        here = place == number
        n, won = int(here.sum()), int(became[here].sum())
        bounds = wilson(won, n, level)
        found.append(
            Calibration(
                method=method,
                currency=currency,
                stated=float(f"{np.sort(stated[here]).mean():.6g}"),
                n=n,
                won=won,
                became=won / n,
                interval=bounds and Interval(low=bounds.low, high=bounds.high, level=level, method="wilson"),
            )
        )
    return found


def brier_score(method: MethodId, chances: Chances, currency: str | None) -> BrierScore | None:
    """Mean of (stated − became)², and that of always stating the overall share p: p (1 − p)."""
    stated, became = chances
    if not stated.size:
        return None
    share = float(became.mean())
    score = float(np.sort((stated - became) ** 2).mean())
    return BrierScore(
        method=method,
        currency=currency,
        n=int(stated.size),
        score=float(f"{score:.6g}"),
        reference=float(f"{share * (1 - share):.6g}"),
    )
