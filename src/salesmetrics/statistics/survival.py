"""Estimates for records whose end is not known yet. Own file: a method of its own.

The curves of all groups are made at once, as cumulative sums within each group over a table of times: one row per group
and distinct duration, so that a million records are a few hundred rows. A record censored at a time is still at risk of
what happens at that time. ``incidence_curves`` and ``survival_curves`` work on such tables; ``cumulative_incidence`` and
``kaplan_meier`` are the same for one group.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from salesmetrics.statistics.distributions import two_sided_z
from salesmetrics.statistics.intervals import Bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars as pl

__all__ = [
    "CENSORED",
    "LOST",
    "WON",
    "Curve",
    "CurvePoint",
    "Curves",
    "DayCount",
    "Estimate",
    "TimeEstimate",
    "cumulative_incidence",
    "day_table",
    "event_table",
    "incidence_curves",
    "kaplan_meier",
    "survival_curves",
    "won_among_decided",
]

CENSORED: Final = 0
WON: Final = 1
LOST: Final = 2

DayCount = tuple[int, int, int, int]
"""A time since the start, and how many were won, lost and last seen open at it."""

_ROUNDING = 1e-12


class CurvePoint(msgspec.Struct, frozen=True):
    """A step of a curve: from this day on, until the next point, the curve has this value.

    ``bounds`` is ``None`` where the value is 0 or 1 and no spread was seen.
    """

    day: int
    value: float
    variance: float
    at_risk: int
    events: int
    bounds: Bounds | None


class Estimate(msgspec.Struct, frozen=True):
    """The height of a curve on a day; ``bounds`` is ``None`` where the value is 0 or 1 and no spread was seen."""

    value: float
    bounds: Bounds | None
    at_risk: int


class TimeEstimate(msgspec.Struct, frozen=True):
    """A day by which a share of the records has had the event; each is ``None`` when the curve never gets there."""

    day: int | None
    low: int | None
    high: int | None


class Curves(msgspec.Struct, frozen=True, eq=False):
    """Step functions of time with their uncertainty, one per group.

    Attributes:
        steps: In order of ``group`` and ``time``, one row per step: ``group``, ``time``, ``at_risk``, ``events`` (Int64),
            ``value``, ``variance`` and ``surviving`` (Float64), the share that has not ended in any way after the step.
        level: Confidence level of the bounds.
        rising: True for an incidence (share that has had the event), false for a survival curve (share that has not).
    """

    steps: pl.LazyFrame
    level: float
    rising: bool

    def at(self, time: int) -> pl.LazyFrame:
        """The height of each curve at a time.

        Beyond what was observed it is unknown, unless everybody still at risk at the last time ended then: such a curve
        stays where it is for ever.

        Args:
            time: In the unit of the table.

        Returns:
            ``group``, ``value``, ``low``, ``high`` (Float64) and ``at_risk`` (Int64): all but the group are null where
            the curve is unknown, the bounds also where no spread was seen.
        """
        import polars as pl

        before, own = pl.col("time") <= time, ("value", "variance")
        found = self.steps.group_by("group", maintain_order=True).agg(
            *(pl.col(name).filter(before).last() for name in own),
            pl.col("at_risk").filter(pl.col("time") >= time).first().fill_null(0),
            known=(pl.col("time").last() >= time) | (pl.col("surviving").last() == 0.0),
        )
        known = pl.col("known") & (time >= 0)
        return found.select(
            "group",
            *(
                pl.when(known).then(column).alias(name)
                for name, column in (
                    ("value", pl.col("value").fill_null(0.0 if self.rising else 1.0)),
                    *self._bounds(),
                    ("at_risk", pl.col("at_risk")),
                )
            ),
        )

    def reaching(self, share: float = 0.5) -> pl.LazyFrame:
        """The first time by which at least a share of the records of each group has had the event.

        Its interval holds the times at which the interval of the curve contains the share (Brookmeyer & Crowley 1982).
        Where the curve has come to its end (nobody is left) no spread is seen, so such a time ends no interval.

        Args:
            share: Strictly between 0 and 1.

        Returns:
            ``group``, ``time``, ``low`` and ``high`` (Int64): null where the curve never gets there.

        Raises:
            ValueError: When the share is not between 0 and 1.
        """
        import polars as pl

        if not 0.0 < share < 1.0:
            msg = f"a share strictly between 0 and 1 is needed, not {share}"
            raise ValueError(msg)
        ends = self.with_bounds().with_columns(
            happened=pl.col("value") if self.rising else 1 - pl.col("value"),
            least=pl.col("low") if self.rising else 1 - pl.col("high"),
            most=pl.col("high") if self.rising else 1 - pl.col("low"),
        )
        # Without bounds nothing less than the value is ruled out but that nobody had the event.
        most = pl.col("most").fill_null(pl.col("happened"))
        reached = {"time": pl.col("happened"), "low": most, "high": pl.col("least")}
        return ends.group_by("group", maintain_order=True).agg(
            pl.col("time").filter(happened >= share - _ROUNDING).first().alias(name)
            for name, happened in reached.items()
        )

    def with_bounds(self) -> pl.LazyFrame:
        """The steps with ``low`` and ``high``: bounds on the log-log scale, which keeps both within 0 and 1.

        Null where the value is 0 or 1, or no spread was seen.
        """
        return self.steps.with_columns(**dict(self._bounds()))

    def _bounds(self) -> tuple[tuple[str, pl.Expr], tuple[str, pl.Expr]]:
        import polars as pl

        value, variance = pl.col("value"), pl.col("variance")
        spread = value.is_between(_ROUNDING, 1 - _ROUNDING, closed="none") & (variance > 0.0)
        inside = pl.when(spread).then(value)
        reach = two_sided_z(self.level) * variance.sqrt() / (inside * inside.log().abs())
        return ("low", inside ** reach.exp()), ("high", inside ** (-reach).exp())


class Curve(msgspec.Struct, frozen=True, eq=False):
    """The curve of one group, and how many records it rests on."""

    curves: Curves
    n: int

    @property
    def points(self) -> tuple[CurvePoint, ...]:
        """The steps in order of time."""
        names = ("time", "value", "variance", "at_risk", "events", "low", "high")
        rows = self.curves.with_bounds().select(names).collect()
        return tuple(
            CurvePoint(day, value, variance, at_risk, events, _bounds(low, high))
            for day, value, variance, at_risk, events, low, high in rows.iter_rows()
        )

    def at(self, day: int) -> Estimate | None:
        """The curve on a day; ``None`` beyond what was observed, where nobody knows."""
        for _, value, low, high, at_risk in self.curves.at(day).collect().iter_rows():
            return None if value is None else Estimate(value, _bounds(low, high), at_risk)
        return None

    def quantile(self, share: float = 0.5) -> TimeEstimate:
        """The first day by which at least ``share`` of the records has had the event."""
        found = self.curves.reaching(share).select("time", "low", "high").collect()
        return TimeEstimate(*found.row(0)) if found.height else TimeEstimate(None, None, None)


def _bounds(low: float | None, high: float | None) -> Bounds | None:
    return None if low is None or high is None else Bounds(low, high)


def day_table(days: Sequence[int], causes: Sequence[int]) -> list[DayCount]:
    """Count records into a table of days.

    Args:
        days: Days from the start to the end or, where there is none, to the as-of date.
        causes: 0 still open (censored), 1 won, 2 lost; as long as ``days``.

    >>> day_table([5, 3, 5], [1, 0, 2])
    [(3, 0, 0, 1), (5, 1, 1, 0)]
    """
    counts = Counter(zip(days, causes, strict=True))
    return [
        (day, counts[day, WON], counts[day, LOST], counts[day, CENSORED]) for day in sorted({day for day, _ in counts})
    ]


def incidence_curves(table: pl.DataFrame, cause: Literal[1, 2] = WON, level: float = 0.95) -> Curves:
    """Share of all records of each group that has been won (or lost) by each time, the other end competing with it.

    Aalen–Johansen: F(t) = Σ S(tᵢ−)·eᵢ/Yᵢ over the times up to t, with S the share not ended in any way, eᵢ the ends of
    the cause asked for and Yᵢ the records at risk. Unlike 1 − Kaplan–Meier with losses taken as censored, it does not
    claim that lost deals might still be won. The variance is the delta-method one,
    Σ(F − Fᵢ)²·dᵢ/(Yᵢ(Yᵢ − dᵢ)) + Σ S²·(Yᵢ − eᵢ)·eᵢ/Yᵢ³ − 2·Σ(F − Fᵢ)·S·eᵢ/Yᵢ², with dᵢ all ends; its squares are
    multiplied out, so that each term is a cumulative sum (Marubini & Valsecchi 1995, 10.3).

    Args:
        table: ``group``, ``time``, ``won``, ``lost``, ``censored`` (Int64) in any order; a time may occur more than once.
            A column ``other`` counts a third end, which competes with both.
        cause: ``WON`` or ``LOST``.
        level: Confidence level of the bounds.

    Raises:
        ValueError: On an unknown cause.

    Two of four deals won, one lost, and one open that has been seen for two days only:

    >>> curves = incidence_curves(event_table([(0, 1, 1, 0, 0), (0, 2, 0, 0, 1), (0, 3, 1, 1, 0)]))
    >>> curves.steps.collect()["value"].to_list(), curves.at(2).collect()["value"].to_list()
    ([0.25, 0.25, 0.625], [0.25])
    """
    import polars as pl

    if cause not in (WON, LOST):
        msg = f"no such cause: {cause}"
        raise ValueError(msg)
    risk, events, ended = pl.col("at_risk").cast(pl.Float64), pl.col("events"), pl.col("ended")
    before, value = pl.col("before"), pl.col("value")
    steps = _at_risk(table, "won" if cause == WON else "lost").with_columns(
        before=pl.col("surviving").shift(1).over("group").fill_null(1.0)
    )
    steps = steps.with_columns(value=_running(before * events / risk))
    # Where everybody left ends at once the first term is 0 · ∞: the curve does not move after it.
    spread = _spread(ended, pl.col("at_risk"))
    cross = before * events / (risk * risk)
    terms = {
        "spread": spread,
        "spread_value": value * spread,
        "spread_value2": value * value * spread,
        "own": before * before * (risk - events) * events / (risk * risk * risk),
        "cross": cross,
        "cross_value": value * cross,
    }
    sums = steps.with_columns(_running(term).alias(name) for name, term in terms.items())
    of = pl.col
    ends = value * value * of("spread") - 2 * value * of("spread_value") + of("spread_value2")
    variance = ends + of("own") - 2 * (value * of("cross") - of("cross_value"))
    return Curves(sums.select(*_KEPT, "value", variance.clip(0.0).alias("variance"), "surviving"), level, rising=True)


def survival_curves(table: pl.DataFrame, level: float = 0.95) -> Curves:
    """Share of the records of each group that has not ended by each time, won and lost alike.

    Kaplan–Meier: S(t) = Π(1 − dᵢ/Yᵢ), with Greenwood's variance S²·Σ dᵢ/(Yᵢ(Yᵢ − dᵢ)).

    Args:
        table: ``group``, ``time``, ``won``, ``lost``, ``censored`` (Int64) in any order; a time may occur more than once.
        level: Confidence level of the bounds.

    >>> curves = survival_curves(event_table([(0, 1, 1, 0, 0), (0, 2, 0, 0, 1), (0, 3, 1, 0, 0), (0, 4, 0, 0, 1)]))
    >>> curves.steps.collect()["value"].to_list(), curves.reaching(0.5).collect()["time"].to_list()
    ([0.75, 0.75, 0.375, 0.375], [3])
    """
    import polars as pl

    value = pl.col("surviving")
    steps = _at_risk(table, "ended").with_columns(
        value=value, spread=_running(_spread(pl.col("ended"), pl.col("at_risk")))
    )
    return Curves(
        steps.select(*_KEPT, "value", (value * value * pl.col("spread")).alias("variance"), "surviving"),
        level,
        rising=False,
    )


_KEPT = ("group", "time", "at_risk", "events")


def _at_risk(table: pl.DataFrame, events: str) -> pl.LazyFrame:
    """The times of each group in order, none empty, with who was at risk, who ended, and who is left after it."""
    import polars as pl

    ends = ["won", "lost", *(name for name in ("other",) if name in table.columns)]
    rows = table.lazy().group_by("group", "time").agg(pl.sum(*ends, "censored")).sort("group", "time")
    rows = rows.with_columns(ended=pl.sum_horizontal(ends))
    rows = rows.with_columns(left=pl.col("ended") + pl.col("censored")).filter(pl.col("left") > 0)
    left = pl.col("left")
    rows = rows.with_columns(
        pl.col("group").set_sorted(),
        events=pl.col(events),
        at_risk=left.sum().over("group") - left.cum_sum().over("group") + left,
    )
    stays = 1 - pl.col("ended") / pl.col("at_risk")
    return rows.with_columns(surviving=stays.cum_prod().over("group"))


def won_among_decided(table: pl.DataFrame, time: int, level: float = 0.95) -> pl.DataFrame:
    """The share of wins among the records of each group that are won or lost by a time: W/(W + L) of two incidences.

    W and L are the Aalen–Johansen incidences of winning and losing. With λₖ = eₖ/Y for each end k at a time, S the share not
    ended before it, and W, L the incidences after it and at the end, the derivative of the share by λₖ is
    gₖ = (L·S·[k won] − W·S·[k lost] − (W·Lᵢ − L·Wᵢ)/(1 − Σλ)) / (W + L)², and the variance the sum over the times of that of
    multinomial counts: (Σ gₖ²λₖ − (Σ gₖλₖ)²)/Y. Without records censored before the time it is that of a plain share,
    p(1 − p)/n. The bounds are on the logit scale.

    Args:
        table: As for ``incidence_curves``.
        time: The time, which is included; the curves are known until then.
        level: Confidence level of the bounds.

    Returns:
        ``group``, ``value``, ``low``, ``high`` (Float64): null without a win and a loss by then, the bounds also where all
        are won or all lost.

    Two wins and one loss of four records, the other one open for longer:

    >>> rows = [(0, 1, 1, 0, 0), (0, 2, 0, 1, 0), (0, 3, 1, 0, 0), (0, 9, 0, 0, 1)]
    >>> [round(share, 3) for share in won_among_decided(event_table(rows), 5).row(0)[1:]]
    [0.667, 0.154, 0.957]
    """
    import polars as pl

    steps = _at_risk(table, "won").filter(pl.col("time") <= time)
    risk, before = pl.col("at_risk").cast(pl.Float64), pl.col("before")
    steps = steps.with_columns(before=pl.col("surviving").shift(1).over("group").fill_null(1.0))
    steps = steps.with_columns(
        w=_running(before * pl.col("won") / risk),
        l=_running(before * pl.col("lost") / risk),
        of_won=pl.col("won") / risk,
        of_lost=pl.col("lost") / risk,
        of_any=pl.col("ended") / risk,
    ).with_columns(won_in_all=pl.col("w").last().over("group"), lost_in_all=pl.col("l").last().over("group"))
    won, lost, any_end = pl.col("won_in_all"), pl.col("lost_in_all"), pl.col("of_any")
    # After a time at which everybody ends neither curve moves.
    drop = pl.when(any_end < 1).then((won * pl.col("l") - lost * pl.col("w")) / (1 - any_end)).otherwise(0.0)
    steps = steps.with_columns(drop=drop)
    slopes = {"of_won": lost * before - pl.col("drop"), "of_lost": -won * before - pl.col("drop")}
    rest = any_end - pl.col("of_won") - pl.col("of_lost")
    squares = sum((slope**2 * pl.col(name) for name, slope in slopes.items()), pl.col("drop") ** 2 * rest)
    mean = sum((slope * pl.col(name) for name, slope in slopes.items()), -pl.col("drop") * rest)
    found = steps.group_by("group", maintain_order=True).agg(
        won.last(), lost.last(), variance=((squares - mean**2) / risk).sum()
    )
    decided = won + lost
    value = pl.when(decided > 0).then(won / decided)
    inside = value.is_between(_ROUNDING, 1 - _ROUNDING, closed="none") & (pl.col("variance") > 0)
    share = pl.when(inside).then(value)
    reach = two_sided_z(level) * pl.col("variance").sqrt() / (decided**2 * share * (1 - share))
    odds = share / (1 - share)
    low, high = odds * (-reach).exp(), odds * reach.exp()
    return found.select("group", value=value, low=low / (1 + low), high=high / (1 + high)).collect()


def _spread(ended: pl.Expr, at_risk: pl.Expr) -> pl.Expr:
    import polars as pl

    return pl.when(ended < at_risk).then(ended / (at_risk * (at_risk - ended))).otherwise(0.0)


def _running(term: pl.Expr) -> pl.Expr:
    """The sum within the group so far: added up one by one, as a loop over its times would."""
    return term.cum_sum().over("group")


def event_table(rows: Iterable[tuple[int, int, int, int, int]]) -> pl.DataFrame:
    """Rows ``(group, time, won, lost, censored)`` as the table that curves are made of.

    Raises:
        ValueError: On a negative time or count.

    >>> event_table([(0, 1, 1, 0, 0), (0, 2, 0, 0, 1)]).columns
    ['group', 'time', 'won', 'lost', 'censored']
    """
    import polars as pl

    listed = list(rows)
    for _, *row in listed:
        if min(row) < 0:
            msg = f"times and counts are not negative: {tuple(row)}"
            raise ValueError(msg)
    return pl.DataFrame(listed, schema=dict.fromkeys(_COLUMNS, pl.Int64), orient="row")


_COLUMNS = ("group", "time", "won", "lost", "censored")


def cumulative_incidence(table: Iterable[DayCount], cause: Literal[1, 2] = WON, level: float = 0.95) -> Curve:
    """The curve of :func:`incidence_curves` of one group.

    Args:
        table: ``(day, won, lost, censored)`` rows in any order; a day may occur more than once.
        cause: ``WON`` or ``LOST``.
        level: Confidence level of the bounds.

    Raises:
        ValueError: On a negative day or count, or an unknown cause.

    >>> curve = cumulative_incidence([(1, 1, 0, 0), (2, 0, 0, 1), (3, 1, 1, 0)])
    >>> [(point.day, point.value) for point in curve.points]
    [(1, 0.25), (2, 0.25), (3, 0.625)]
    """
    rows = event_table((0, *row) for row in table)
    return Curve(incidence_curves(rows, cause, level), _records(rows))


def kaplan_meier(table: Iterable[DayCount], level: float = 0.95) -> Curve:
    """The curve of :func:`survival_curves` of one group.

    Args:
        table: ``(day, won, lost, censored)`` rows in any order; a day may occur more than once.
        level: Confidence level of the bounds.

    Raises:
        ValueError: On a negative day or count.

    >>> curve = kaplan_meier([(1, 1, 0, 0), (2, 0, 0, 1), (3, 1, 0, 0), (4, 0, 0, 1)])
    >>> [(point.day, point.value) for point in curve.points], curve.quantile().day
    ([(1, 0.75), (2, 0.75), (3, 0.375), (4, 0.375)], 3)
    """
    rows = event_table((0, *row) for row in table)
    return Curve(survival_curves(rows, level), _records(rows))


def _records(table: pl.DataFrame) -> int:
    return int(table.select("won", "lost", "censored").sum().sum_horizontal().item())
