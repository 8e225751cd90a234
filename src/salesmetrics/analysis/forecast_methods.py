"""What each method says of a period, with what is known on a day. Own file: forecasts of today and back-tests ask the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np

from salesmetrics.analysis.known import OPEN, WON, Known
from salesmetrics.analysis.outlook import Draws, outlook, outlooks
from salesmetrics.answers.forecast import MethodId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from salesmetrics.analysis.known import Deals

__all__ = [
    "LEAST_SLIPS",
    "METHODS",
    "NAIVE",
    "Estimate",
    "Span",
    "Terms",
    "counts_as",
    "due_in",
    "estimate",
    "rounded",
    "time_to_event",
    "won_so_far",
]

METHODS: tuple[MethodId, ...] = get_args(MethodId)
NAIVE: tuple[MethodId, ...] = ("last_period", "last_year")

LEAST_CLOSED, LEAST_WON = 30, 10
"""Closed deals, and won ones among them, below which no chance is learned from a history."""
LEAST_SLIPS = 30
LEAST_STAGE = 30
"""Closed deals of a stage and type below which the rate of the stage, then of all stages, stands for it."""
PRIOR = 4
"""Closed deals that the rate of the parent counts for."""
_TENTH = 10

_DIGITS = 6


class Span(NamedTuple):
    """A period ``[start, end)`` in day numbers."""

    start: int
    end: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return self.end - self.start


class Terms(NamedTuple):
    """A period to forecast, with those that the naive methods look at.

    Attributes:
        span: The period.
        last: The last one before it that is over; None where there is none.
        year_ago: The same a year earlier; None where there is none.
        draws: Simulated futures.
        seed: Of the generator.
    """

    span: Span
    last: Span | None
    year_ago: Span | None
    draws: int
    seed: int


class Estimate(NamedTuple):
    """What a method says of a whole period.

    Attributes:
        value: The one number; None where it says nothing.
        reason: Why it says nothing.
        draws: The simulation behind it.
        left_out: Open deals that it can say nothing about.
    """

    value: float | None = None
    reason: str | None = None
    draws: Draws | None = None
    left_out: int = 0

    def quantiles(self, won: float) -> dict[str, float]:
        """Range and mean of the whole period, where it was simulated."""
        return {} if self.draws is None else summary(self.draws.total + won)


def rounded(value: float) -> float:
    """A simulated value to six digits, so that it has the same bytes on any machine.

    >>> rounded(123456.789), rounded(0.1234567)
    (123457.0, 0.123457)
    """
    return float(f"{value:.{_DIGITS}g}")


def summary(values: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float]:
    """P10, P50, P90 (linear interpolation, type 7) and mean of simulated values.

    >>> summary(np.array([1.0, 2.0, 3.0]))
    {'p10': 1.2, 'p50': 2.0, 'p90': 2.8, 'mean': 2.0}
    """
    low, middle, high = (float(value) for value in np.quantile(values, (0.1, 0.5, 0.9)))
    named = {"p10": low, "p50": middle, "p90": high, "mean": float(values.mean())}
    return {name: rounded(value) for name, value in named.items()}


def estimate(method: MethodId, known: Known, terms: Terms) -> Estimate:
    """What a method says of a period.

    Args:
        method: Which.
        known: What is known on the day.
        terms: The period, and what else the method needs.
    """
    found: Estimate = _ESTIMATES[method](known, terms)
    return found


def won_so_far(known: Known, span: Span) -> Decimal:
    """What was won in a period by the end of the day, exact."""
    return known.deals.wins.between(span.start, min(span.end, known.day + 1))


def _first(known: Known, span: Span) -> int:
    """The first day of the period that is still to come."""
    return max(span.start, known.day + 1)


# --- naive ---


def _last_period(known: Known, terms: Terms) -> Estimate:
    """Won so far, and what the last complete period won per day for each day left."""
    if terms.last is None:
        return Estimate(reason="outside_data")
    return _scaled(known, terms.span, terms.last, terms.last.start)


def _last_year(known: Known, terms: Terms) -> Estimate:
    """Won so far, and what the last days of the same period a year ago won, per day for each day left."""
    if terms.year_ago is None:
        return Estimate(reason="outside_data")
    gone = (_first(known, terms.span) - terms.span.start) / terms.span.days
    start = min(terms.year_ago.start + round(gone * terms.year_ago.days), terms.year_ago.end - 1)
    return _scaled(known, terms.span, terms.year_ago, start)


def _scaled(known: Known, span: Span, of: Span, start: int) -> Estimate:
    if not _recorded(known.deals, of) or of.end > known.day + 1:
        return Estimate(reason="outside_data")
    left = span.end - _first(known, span)
    rest = known.deals.wins.between(start, of.end) * left / (of.end - start)
    return Estimate(_cents(float(won_so_far(known, span) + rest)))


def _cents(value: float) -> float:
    """A value that was added up to two decimals, so that it has the same bytes on any machine."""
    return round(value, 2)


def _recorded(deals: Deals, span: Span) -> bool:
    """Whether the deals reach back to the beginning of a period; a tenth of it without a close is considered chance."""
    return deals.first is not None and deals.first <= span.start + span.days / _TENTH


# --- of the CRM ---

_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("commit", "committed", "commit forecast"), "commit"),
    **dict.fromkeys(("best case", "bestcase", "upside"), "best_case"),
    **dict.fromkeys(("pipeline", "in pipeline"), "pipeline"),
    **dict.fromkeys(("omitted", "not forecasted", "not forecast", "excluded"), "omitted"),
}


def counts_as(word: str) -> str | None:
    """What a forecast category means; None for an unknown word.

    >>> counts_as("Best Case"), counts_as("COMMIT"), counts_as("maybe")
    ('best_case', 'commit', None)
    """
    return _WORDS.get(" ".join(word.replace("_", " ").replace("-", " ").casefold().split()))


def due_in(known: Known, span: Span) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Open deals that are expected to close in a period."""
    expected = known.expected
    return known.open & (expected >= span.start) & (expected < span.end) if expected is not None else known.open & False


def _categories(known: Known, terms: Terms) -> Estimate:
    """Won so far, and the deals due in the period that the CRM has as commit."""
    deals, category = known.deals, known.category
    if not known.told:
        return Estimate(reason="overwritten")
    if category is None or not (category[known.open] >= 0).any():
        return Estimate(reason="no_category")
    if known.expected is None:
        return Estimate(reason="no_expected_close")
    commit = [code for code, word in enumerate(deals.categories) if counts_as(word) == "commit"]
    if not any(counts_as(word) for word in deals.categories):
        return Estimate(reason="unknown_categories")
    picked = due_in(known, terms.span) & np.isin(category, commit)
    return _with_won(known, terms.span, picked.astype(float))


def _crm_probability(known: Known, terms: Terms) -> Estimate:
    """Won so far, and amount × probability of open deals × the chance to close in the period."""
    probability = known.probability
    if not known.told:
        return Estimate(reason="overwritten")
    if probability is None or np.isnan(probability[known.open]).all():
        return Estimate(reason="no_probability")
    timing = _timing(known, terms.span)
    if timing is None:
        return Estimate(reason="no_expected_close")
    blank = np.isnan(probability)
    chances = np.where(blank, 0.0, probability) * timing
    return _with_won(known, terms.span, chances, int((blank & (timing > 0)).sum()))


def _timing(known: Known, span: Span) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """The chance of each open deal to close in the period if it is won: by its expected close and the history's slippage.

    Without enough slippage an expected close is taken as it stands.
    """
    expected, slips = known.expected, known.slips
    if expected is None or not (expected[known.open] >= 0).any():
        return None
    if slips.size < LEAST_SLIPS:
        return due_in(known, span).astype(float)

    def at_least(days: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.int64]]:
        return slips.size - np.searchsorted(slips, days, side="left")

    tomorrow = known.day + 1
    # One that no slip of the history leaves open is taken as if it had been expected today.
    plan = np.where(at_least(tomorrow - expected) > 0, expected, known.day)
    still = at_least(tomorrow - plan)
    inside = at_least(_first(known, span) - plan) - at_least(span.end - plan)
    share = np.divide(inside, still, out=np.zeros(plan.size), where=still > 0)
    return np.where(known.open & (expected >= 0), share, 0.0)


def _with_won(known: Known, span: Span, chances: np.ndarray[Any, np.dtype[np.float64]], left_out: int = 0) -> Estimate:
    """Won so far and open deals by their chances; a deal without an amount counts with the mean of won deals."""
    picked = known.open & (chances > 0)
    amounts = known.amount[picked]
    blank = np.isnan(amounts)
    if blank.any() and known.typical is None:
        return Estimate(reason="missing_amount")
    filled = np.where(blank, known.typical or 0.0, amounts)
    # Sorted, so that the sum does not depend on the order of rows.
    value = float(np.sort(filled * chances[picked]).sum())
    return Estimate(_cents(float(won_so_far(known, span)) + value), left_out=left_out)


# --- of the history ---


def _stage_rates(known: Known, terms: Terms) -> Estimate:
    """Won so far, and amount × win rate of the deal's stage and type × the chance to close in the period."""
    deals = known.deals
    if known.stage is None:
        return Estimate(reason="no_stage_history")
    if (reason := _too_few(known)) is not None:
        return Estimate(reason=reason)
    timing = _timing(known, terms.span)
    if timing is None:
        return Estimate(reason="no_expected_close")
    rates = stage_rates(known)
    kind = np.zeros(deals.created.size, np.int64) if deals.kind is None else deals.kind + 1
    there = known.stage >= 0
    chances = np.where(there, rates[np.maximum(known.stage, 0), kind], 0.0) * timing
    return _with_won(known, terms.span, chances, int((known.open & ~there & (timing > 0)).sum()))


def stage_rates(known: Known) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Share of the closed deals that were in a stage that was won, by stage and type.

    Each rate is (won + 4 × rate of the parent) / (closed + 4), a Beta prior; below 30 closed deals the rate of the parent
    stands for it. The parent of a stage and type is the stage, that of a stage all closed deals.

    Returns:
        float64[stages, types + 1]; the first column is for deals without a type.
    """
    deals, moves = known.deals, known.deals.moves
    assert moves is not None
    done = known.closed & (deals.cause != OPEN)
    kind = np.zeros(deals.created.size, np.int64) if deals.kind is None else deals.kind + 1
    standing = moves.value if known.stage is None else known.stage
    stages = int(max(moves.value.max(initial=0), standing.max(initial=0))) + 1
    kinds = int(kind.max(initial=0)) + 1
    seen = (moves.day <= known.day) & done[moves.deal]
    pairs = np.unique(moves.deal[seen] * stages + moves.value[seen])
    deal, stage = pairs // stages, pairs % stages
    cell = stage * kinds + kind[deal]
    won = (deals.cause[deal] == WON).astype(float)
    n = np.bincount(cell, minlength=stages * kinds).reshape(stages, kinds)
    k = np.bincount(cell, weights=won, minlength=stages * kinds).reshape(stages, kinds)
    overall = float((deals.cause[done] == WON).mean())
    of_stage = _smoothed(k.sum(axis=1), n.sum(axis=1), np.full(stages, overall))
    return _smoothed(k, n, np.repeat(of_stage[:, None], kinds, axis=1))


def _smoothed(
    won: np.ndarray[Any, Any], closed: np.ndarray[Any, Any], parent: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    return np.where(closed < LEAST_STAGE, parent, (won + PRIOR * parent) / (closed + PRIOR))


def _too_few(known: Known) -> str | None:
    closed, won = known.decided
    if closed < LEAST_CLOSED or won < LEAST_WON:
        return "few_closed" if (known.deals.created >= 0).any() else "no_created"
    return None


def _time_to_event(known: Known, terms: Terms) -> Estimate:
    """Won so far, open deals by their chance to be won within the period, and deals not yet created."""
    return time_to_event([(known, terms)])[0]


def time_to_event(asked: Sequence[tuple[Known, Terms]]) -> list[Estimate]:
    """What time to event says of several periods on several days; deals are counted once for all of them.

    Args:
        asked: What is known on a day, and the period; all of the same deals, with as many draws and the same seed.
    """
    found = {place: Estimate(reason=reason) for place, (known, _) in enumerate(asked) if (reason := _silent(known))}
    ready = [place for place in range(len(asked)) if place not in found]
    for place, drawn in zip(ready, _drawn([asked[place] for place in ready]), strict=True):
        known, terms = asked[place]
        won = float(won_so_far(known, terms.span))
        found[place] = Estimate(summary(drawn.total + won)["p50"], draws=drawn, left_out=known.undated)
    return [found[place] for place in range(len(asked))]


def _silent(known: Known) -> str | None:
    reason = _too_few(known)
    return "missing_amount" if reason is None and known.typical is None else reason


def _drawn(asked: Sequence[tuple[Known, Terms]]) -> list[Draws]:
    if not asked:
        return []
    deals, terms = asked[0][0].deals, asked[0][1]
    moments = [(known.day, _first(known, own.span), own.span.end) for known, own in asked]
    if len(asked) > 1 and deals.sums is None:
        return outlooks(deals.history(), moments, draws=terms.draws, seed=terms.seed, at_close=deals.at_close)
    # Amounts that have a history are those of each day.
    return [
        outlook(known.history(), *moment, draws=terms.draws, seed=terms.seed)
        for (known, _), moment in zip(asked, moments, strict=True)
    ]


_ESTIMATES: Mapping[MethodId, Any] = {
    "last_period": _last_period,
    "last_year": _last_year,
    "categories": _categories,
    "crm_probability": _crm_probability,
    "stage_rates": _stage_rates,
    "time_to_event": _time_to_event,
}
