"""Deals as they were known at the end of a day, in arrays. Own file: forecasts of today and of past days are made from the same."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from salesmetrics.analysis.outlook import OPEN, WON, History

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["OPEN", "WON", "Deals", "Known", "Wins", "amounts_at_close", "day_number", "deals_of", "known_on"]

NEVER = -1
"""A day that nobody knows."""

CLOSED = 2
_CAUSES: Mapping[str, int] = {"open": OPEN, "won": WON, "lost": CLOSED, "other": CLOSED}
_EPOCH = date(1970, 1, 1).toordinal()

Days = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


def day_number(day: date) -> int:
    """Days since 1970-01-01.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return day.toordinal() - _EPOCH


class Wins:
    """What was won by day, exact.

    Args:
        days: Day numbers in order, each once.
        values: Sum of the known amounts of each.
        counts: Won deals of each, with an amount and without.
    """

    def __init__(self, days: Sequence[int], values: Sequence[Decimal], counts: Sequence[tuple[int, int]]) -> None:
        self.days = list(days)
        self._sums, self._counts = [Decimal(0)], [(0, 0)]
        for value, (deals, unpriced) in zip(values, counts, strict=True):
            self._sums.append(self._sums[-1] + value)
            self._counts.append((self._counts[-1][0] + deals, self._counts[-1][1] + unpriced))

    def between(self, start: int, end: int) -> Decimal:
        """The sum over days ``[start, end)``.

        >>> Wins([3, 5], [Decimal("1.10"), Decimal(2)], [(1, 0), (2, 1)]).between(3, 6)
        Decimal('3.10')
        """
        low, high = bisect_left(self.days, start), bisect_left(self.days, end)
        return self._sums[max(low, high)] - self._sums[low]

    def deals(self, start: int, end: int) -> tuple[int, int]:
        """Won deals of these days, and those without an amount among them."""
        low, high = bisect_left(self.days, start), bisect_left(self.days, end)
        (a, b), (c, d) = self._counts[low], self._counts[max(low, high)]
        return c - a, d - b


class Notes(NamedTuple):
    """What was put down of deals, by deal and then in order of time; it stands until the next one of the deal.

    Attributes:
        deal: Index of the deal.
        day: int64: the day.
        value: A number or a code; nan or -1 where it was put down that there is none.
    """

    deal: Days
    day: Days
    value: np.ndarray[Any, Any]

    def on(self, day: int, found: np.ndarray[Any, Any], among: Flags | None = None) -> np.ndarray[Any, Any]:
        """What stands at the end of a day, for each deal.

        Args:
            day: The day.
            found: What holds of a deal of which nothing was put down by then; written over.
            among: The notes that count.
        """
        seen = self.day <= day if among is None else among & (self.day <= day)
        found[self.deal[seen]] = self.value[seen]
        return found

    def half_way(self, deals: Deals, closed: Flags, found: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """What stood half-way between the creation and the end of closed deals; where nothing did, the first that was put down.

        Args:
            deals: The deals.
            closed: Which of them count.
            found: What holds of the others; written over.
        """
        among = closed[self.deal] & (self.day < deals.ended[self.deal])
        first = np.flatnonzero(among)[::-1]
        found[self.deal[first]] = self.value[first]
        seen = among & (self.day <= ((deals.created + deals.ended) // 2)[self.deal])
        found[self.deal[seen]] = self.value[seen]
        return found


class Deals(NamedTuple):
    """Deals in the order of their frame.

    Attributes:
        created: int64, -1 where unknown; never after the end.
        ended: int64, -1 for an open deal and for one that closed on an unknown day.
        cause: 0 open, 1 won, 2 closed otherwise.
        amount: float64; nan where unknown.
        exact: The same as decimals.
        kind: Codes of the type, -1 where unknown; None without types.
        stage: Codes of the stage that the export names; None without stages.
        expected: Expected close that the export names, -1 where blank; None without the column.
        probability: float64 from 0 to 1; nan where blank; None without the column.
        category: Codes of the forecast category; None without the column.
        categories: Their words, by code.
        moves: Entries into open stages; None without a stage history.
        plans: Expected close dates that a history put down; None where there are none.
        sums: Amounts, likewise.
        chances: Probabilities, likewise.
        calls: Forecast categories, likewise.
        exports: Days of older exports of the list, in order.
        wins: What was won by day.
        at_close: Amounts are recorded when a deal closes: those of open deals are unknown.
        first: The first day on which a deal closed; None where none did.
        decided: Days on which deals with a creation date closed, in order.
        decided_won: Days on which those of them closed that were won, in order.
    """

    created: Days
    ended: Days
    cause: np.ndarray[Any, np.dtype[np.int8]]
    amount: Floats
    exact: pl.Series
    kind: Days | None
    stage: Days | None
    expected: Days | None
    probability: Floats | None
    category: Days | None
    categories: tuple[str, ...]
    moves: Notes | None
    plans: Notes | None
    sums: Notes | None
    chances: Notes | None
    calls: Notes | None
    exports: tuple[int, ...]
    wins: Wins
    at_close: bool
    first: int | None
    decided: Days
    decided_won: Days

    def history(self) -> History:
        """Deals whose dates are known, for a simulation that cuts them at days of its own."""
        keep = (self.created >= 0) & ((self.cause == OPEN) | (self.ended >= 0))
        kind = None if self.kind is None else self.kind[keep]
        parts = (self.created[keep], self.ended[keep], self.cause[keep], self.amount[keep])
        return History(*parts, kind=kind, since=self.first)


def amounts_at_close(deals: pl.DataFrame) -> bool:
    """Whether amounts are recorded at the close: lost deals have none above 0, or open deals have none at all.

    Then the amount of a deal tells how it ended, and a past day must not know it.

    Args:
        deals: Canonical deals as exported: ``outcome`` (String) and ``amount``.
    """
    if "amount" not in deals.columns:
        return False
    known = pl.col("amount").is_not_null()
    lost, of_lost, opened, of_open = deals.select(
        (pl.col("outcome") == "lost").sum(),
        ((pl.col("outcome") == "lost") & known & (pl.col("amount") != 0)).sum().alias("of_lost"),
        (pl.col("outcome") == "open").sum().alias("open"),
        ((pl.col("outcome") == "open") & known).sum().alias("of_open"),
    ).row(0)
    return bool((lost and not of_lost) or (opened and not of_open))


def deals_of(
    frame: pl.DataFrame,
    stages: pl.DataFrame | None,
    meanings: Mapping[str, str],
    *,
    at_close: bool = False,
    exports: Sequence[date] = (),
) -> Deals:
    """The deals of a frame, in one currency.

    Args:
        frame: Deals as of a day: ``outcome`` (String), ``created``, ``closed`` (Date), ``amount`` (Decimal), and ``type``,
            ``stage``, ``expected_close``, ``probability``, ``forecast_category`` where known.
        stages: Stage history: ``deal_id``, ``stage``, ``entered``, and ``expected_close`` where known.
        meanings: Stage → outcome that it means; a stage that is not there is open.
        at_close: Amounts are recorded at the close.
        exports: Days of older exports of the list.
    """
    kind = next((name for name in ("deal_class", "type") if name in frame.columns), None)
    known = {"kind": kind, "stage": "stage", "expected": "expected_close"}
    known |= {"probability": "probability", "category": "forecast_category"}
    own = {name: column for name, column in known.items() if column in frame.columns}
    history = stages is not None and {"deal_id", "stage", "entered"} <= set(stages.columns) and "id" in frame.columns
    table = frame.select(
        cause=pl.col("outcome").cast(pl.String).replace_strict(_CAUSES, default=CLOSED, return_dtype=pl.Int8),
        created=_days("created"),
        ended=pl.when(pl.col("outcome") != "open").then(_days("closed")).otherwise(NEVER),
        amount="amount",
        **{name: pl.col(column) for name, column in own.items()},
        **({"id": pl.col("id")} if history else {}),
    )
    ended = table["ended"].to_numpy()
    created = table["created"].to_numpy()
    created = np.where((ended >= 0) & (created > ended), ended, created)
    told = _told(table, stages) if history and stages is not None else None
    names = _names(table, told, "stage")
    words = _names(table, told, "category")
    won = frame.filter((pl.col("outcome") == "won") & pl.col("closed").is_not_null())
    by_day = won.group_by(day=_days("closed")).agg(
        pl.col("amount").sum(), pl.len(), pl.col("amount").null_count().alias("unpriced")
    )
    by_day = by_day.sort("day")
    counts = list(zip(by_day["len"].to_list(), by_day["unpriced"].to_list(), strict=True))
    closing, cause = ended[ended >= 0], table["cause"].to_numpy()
    dated = (ended >= 0) & (created >= 0)
    return Deals(
        created=created,
        ended=ended,
        cause=cause,
        amount=_floats(table["amount"].cast(pl.Float64)),
        exact=table["amount"],
        kind=_codes(table["kind"])[0] if "kind" in own else None,
        stage=_coded(table["stage"], names) if "stage" in own else None,
        expected=table.select(_days("expected")).to_series().to_numpy() if "expected" in own else None,
        probability=_floats(table["probability"].cast(pl.Float64)) if "probability" in own else None,
        category=_coded(table["category"].str.strip_chars(), words) if "category" in own else None,
        categories=tuple(words),
        **_histories(told, meanings, names, words),
        exports=tuple(sorted(map(day_number, exports))),
        wins=Wins(by_day["day"].to_list(), by_day["amount"].to_list(), counts),
        at_close=at_close,
        first=int(closing.min()) if closing.size else None,
        decided=np.sort(ended[dated]),
        decided_won=np.sort(ended[dated & (cause == WON)]),
    )


def _days(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Date).cast(pl.Int32).cast(pl.Int64).fill_null(NEVER)


def _floats(column: pl.Series) -> Floats:
    return column.fill_null(float("nan")).to_numpy()


def _codes(column: pl.Series) -> tuple[Days, tuple[str, ...]]:
    names = column.drop_nulls().unique().sort().to_list()
    return _coded(column, names), tuple(names)


def _coded(column: pl.Series, names: Sequence[str]) -> Days:
    table = {name: code for code, name in enumerate(names)}
    if not table:
        return np.full(len(column), NEVER, dtype=np.int64)
    return column.replace_strict(table, default=NEVER, return_dtype=pl.Int64).fill_null(NEVER).to_numpy()


def _names(table: pl.DataFrame, told: pl.DataFrame | None, column: str) -> list[str]:
    frames = [frame for frame in (table, told) if frame is not None and column in frame.columns]
    return sorted(
        {name.strip() if column == "category" else name for f in frames for name in f[column].drop_nulls().unique()}
    )


def _told(table: pl.DataFrame, stages: pl.DataFrame) -> pl.DataFrame:
    """What a history tells of these deals, by deal and time; ``state`` is that of exports, null of any other history."""
    keys = table.select("id", pl.int_range(pl.len(), dtype=pl.Int64).alias("deal")).drop_nulls("id")
    keys = keys.unique("id", keep="first", maintain_order=True)
    named = {"expected": "expected_close", "amount": "amount", "probability": "probability"}
    named |= {"category": "forecast_category", "state": "__state__"}
    kinds: Mapping[str, Any] = {"expected": pl.Date, "amount": pl.Float64, "probability": pl.Float64}
    rows = stages.filter(pl.col("entered").is_not_null()).select(
        "deal_id",
        "stage",
        pl.col("entered").alias("at"),
        *(
            (pl.col(column) if column in stages.columns else pl.lit(None)).cast(kinds.get(name, pl.String)).alias(name)
            for name, column in named.items()
        ),
    )
    rows = rows.join(keys, left_on="deal_id", right_on="id", how="inner")
    return rows.sort("deal", "at", "stage", "expected", "amount").with_columns(day=_days("at"))


def _histories(
    told: pl.DataFrame | None, meanings: Mapping[str, str], names: Sequence[str], words: Sequence[str]
) -> dict[str, Notes | None]:
    """A history per fact; exports also tell that there was none, any other history tells only what it names."""
    if told is None:
        return dict.fromkeys(("moves", "plans", "sums", "chances", "calls"))
    state = pl.col("state")
    opened = (state == "open").fill_null(value=False)
    closes = [name for name in names if meanings.get(name, "open") != "open"]
    moved = pl.col("stage").is_not_null() & (state.is_null() | (state == "stage")) & ~pl.col("stage").is_in(closes)
    moves = told.filter(moved)
    plans = told.filter((pl.col("expected").is_not_null() & state.is_null()) | opened)
    sums = told.filter((pl.col("amount").is_not_null() & state.is_null()) | opened)
    chances = told.filter((state == "chance").fill_null(value=False))
    return {
        "moves": _notes(moves, _coded(moves["stage"], names)),
        "plans": _notes(plans, plans.select(_days("expected")).to_series().to_numpy()),
        "sums": _notes(sums, _floats(sums["amount"])),
        "chances": _notes(chances, _floats(chances["probability"])),
        "calls": _notes(chances, _coded(chances["category"].str.strip_chars(), words)),
    }


def _notes(rows: pl.DataFrame, values: np.ndarray[Any, Any]) -> Notes:
    return Notes(rows["deal"].to_numpy(), rows["day"].to_numpy(), values)


# --- a day ---

_FRESH = 8
"""Days after an export on which what stood in it still counts as known: exports are made daily or weekly."""


def _blank(deals: Deals) -> Days:
    return np.full(deals.created.size, NEVER, dtype=np.int64)


class Known:
    """What was known at the end of a day.

    Args:
        deals: All deals.
        day: The day.
        live: It is the day of the export, whose open deals have their stage, probability, category and expected close.
            Of another day only dates are known, and what a stage history says.
    """

    def __init__(self, deals: Deals, day: int, *, live: bool) -> None:
        self.deals, self.day, self.live = deals, day, live

    @cached_property
    def closed(self) -> Flags:
        """Deals that have closed."""
        found: Flags = (self.deals.ended >= 0) & (self.deals.ended <= self.day)
        return found

    @cached_property
    def open(self) -> Flags:
        """Deals that are open: of one without a creation date that is known on the day of the export only."""
        deals = self.deals
        gone = self.closed | ((deals.cause != OPEN) & (deals.ended < 0))
        begun = deals.created <= self.day
        found: Flags = ~gone & (begun if self.live else begun & (deals.created >= 0))
        return found

    @property
    def undated(self) -> int:
        """Open deals without a creation date."""
        return int((self.open & (self.deals.created < 0)).sum()) if self.live else 0

    @property
    def decided(self) -> tuple[int, int]:
        """How many deals with a creation date have closed, and how many of them were won."""
        deals = self.deals
        counts = (np.searchsorted(days, self.day, side="right") for days in (deals.decided, deals.decided_won))
        closed, won = map(int, counts)
        return closed, won

    @cached_property
    def told(self) -> bool:
        """Whether what stands in open deals is known: on the day of the export, or of an older one shortly before."""
        return self.live or any(self.day - _FRESH < day <= self.day for day in self.deals.exports)

    @cached_property
    def amount(self) -> Floats:
        """Amounts as they were known: nan where they were not. Without a history of them those of today stand."""
        deals = self.deals
        found = np.where(self.closed & (deals.cause == WON), deals.amount, np.nan) if deals.at_close else deals.amount
        if not self.live and deals.sums is not None:
            found = np.where(self.open, deals.sums.on(self.day, found.copy()), found)
        return found

    @cached_property
    def typical(self) -> float | None:
        """Mean amount of the deals won so far; None where none has one."""
        wins = self.deals.wins
        deals, unpriced = wins.deals(0, self.day + 1)
        return float(wins.between(0, self.day + 1) / (deals - unpriced)) if deals > unpriced else None

    @cached_property
    def stage(self) -> Days | None:
        """The last open stage of each deal; None without a history."""
        deals = self.deals
        if deals.moves is None:
            return None
        found = deals.moves.on(self.day, _blank(deals))
        if self.live and deals.stage is not None:
            found = np.where(self.open & (found < 0), deals.stage, found)
        return found

    @cached_property
    def expected(self) -> Days | None:
        """The expected close of each deal; None where nobody knows it."""
        deals = self.deals
        found: Days | None = None
        if deals.plans is not None and (deals.plans.value >= 0).any():
            found = deals.plans.on(self.day, _blank(deals))
        if self.live and deals.expected is not None:
            own = deals.expected
            found = own if found is None else np.where(own >= 0, own, found)
        return found

    @cached_property
    def probability(self) -> Floats | None:
        """The probability that the CRM states for each deal; None where nobody knows it."""
        deals = self.deals
        if self.live:
            return deals.probability
        if deals.chances is None or not self.told:
            return None
        return deals.chances.on(self.day, np.full(deals.created.size, np.nan))

    @cached_property
    def category(self) -> Days | None:
        """The forecast category of each deal; None where nobody knows it."""
        deals = self.deals
        if self.live:
            return deals.category
        return None if deals.calls is None or not self.told else deals.calls.on(self.day, _blank(deals))

    @cached_property
    def slips(self) -> Days:
        """Days from the close date expected half-way through a deal's life to its close, of the deals won so far, in order."""
        deals = self.deals
        if deals.plans is None:
            return np.empty(0, dtype=np.int64)
        won = self.closed & (deals.cause == WON) & (deals.created >= 0)
        plan = deals.plans.half_way(deals, won, _blank(deals))
        there = won & (plan >= 0)
        return np.sort(deals.ended[there] - plan[there])

    @cached_property
    def learning(self) -> Flags:
        """Deals that a simulation learns from or is about: their dates are known."""
        return (self.open | self.closed) & (self.deals.created >= 0)

    def history(self) -> History:
        """The same for the simulation, which cuts it at the day itself."""
        deals, keep = self.deals, self.learning
        return History(
            created=deals.created[keep],
            ended=deals.ended[keep],
            cause=deals.cause[keep],
            amount=self.amount[keep],
            stage=None if self.stage is None else self.stage[keep],
            kind=None if deals.kind is None else deals.kind[keep],
            since=deals.first,
        )


def known_on(deals: Deals, day: int, *, live: bool = False) -> Known:
    """What was known at the end of a day: deals created by then; closed later means open.

    Args:
        deals: All deals.
        day: The day.
        live: It is the day of the export itself.
    """
    return Known(deals, day, live=live)
