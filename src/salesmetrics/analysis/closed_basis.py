"""The win rate of closed deals beside that of cohorts, and which bias may part them. Own file: a comparison of its own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
from msgspec.structs import replace

from salesmetrics.analysis.followed import CREATED, FATE, PLACED, TIME, group_of
from salesmetrics.analysis.scope import in_window
from salesmetrics.answers.cohort import ClosedBasis, CohortShare, Suspect
from salesmetrics.answers.report import Interval
from salesmetrics.calendar.steps import days_after
from salesmetrics.engine.request import window_of
from salesmetrics.statistics.intervals import poisson_ratio_interval, wilson
from salesmetrics.statistics.survival import LOST, WON, incidence_curves, won_among_decided

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.analysis.followed import Followed
    from salesmetrics.engine.request import Request

__all__ = ["Followups", "closed_bases"]

SLOW = 0.95
OLD_OPEN = 0.05
"""From this share of open ones on among deals older than 95 % of decided ones took, lost deals may have been left open."""
LATELY = 90
"""Days."""
MOSTLY = 0.5


class Followups(NamedTuple):
    """The cohorts of the total, or of all segments, that the closed basis is compared with.

    Attributes:
        by: Columns of the segments; none for the total.
        rows: ``row`` (Int64) and the columns of its segment.
        ends: Event table: ``group`` is the row, ``time``, ``won``, ``lost``, ``other``, ``censored``.
        longest: Row → the longest horizon that it has reached.
        here: The deals of these cohorts, as of ``Followed``.
        withheld: Row → why its cohorts have no share at any horizon; such a row is not compared.
    """

    by: tuple[str, ...]
    rows: pl.DataFrame
    ends: pl.DataFrame
    longest: Mapping[int, int]
    here: pl.DataFrame
    withheld: Mapping[int, str]


def closed_bases(request: Request, records: Followed, cohorts: Followups, unknown: str | None) -> list[ClosedBasis]:
    """The closed-basis win rate of the total or of each segment, beside won / (won + lost) of its cohorts.

    Both are shares of decided deals. The plain share won within the horizon leaves out deals that are decided later, and
    would differ from the closed basis of any firm. They differ where their intervals are apart.

    Args:
        request: What is asked for; the closed basis is of deals closed in its period.
        records: All deals in scope.
        cohorts: What it is compared with.
        unknown: Why nobody knows which deals were won and which lost, if so.
    """
    decided = records.frame.filter(pl.col(FATE).is_in(["won", "lost"]), in_window("closed", window_of(request)))
    counts = decided.group_by(cohorts.by or pl.lit(0).alias("__all__")).agg(
        won=(pl.col(FATE) == "won").sum(), decided=pl.len()
    )
    rows = (
        cohorts.rows.join(counts, on=cohorts.by, how="left", nulls_equal=True, maintain_order="left")
        if cohorts.by
        else cohorts.rows.join(counts, how="cross")
        if counts.height
        else cohorts.rows.with_columns(won=pl.lit(None, pl.UInt32), decided=pl.lit(None, pl.UInt32))
    )
    rows = rows.with_columns(pl.col("won", "decided").fill_null(0))
    followed = _followed_to(cohorts, request.level)
    found = []
    for row in rows.iter_rows(named=True):
        closed = _share(row["won"], row["decided"], request.level, unknown)
        within = followed.get(row["row"])
        share = CohortShare(value=None, reason=unknown or cohorts.withheld.get(row["row"], "not_reached"))
        if within is not None and unknown is None:
            bounds = None
            if within["low"] is not None:
                bounds = Interval(low=within["low"], high=within["high"], level=request.level, method="aalen_johansen")
            share = CohortShare(
                value=within["value"],
                numerator=within["won"],
                denominator=within["decided"],
                interval=bounds,
                reason=None if within["value"] is not None else "zero_denominator",
            )
        base = ClosedBasis(
            group=group_of(request.by, cohorts.by, row),
            win_rate=closed,
            horizon_days=cohorts.longest.get(row["row"]),
            cohorts=share,
            still_open=None if within is None else within["open"],
            differs=_apart(closed.interval, share.interval),
        )
        found.append((row["row"], base))
    suspects = _suspects(request, records.as_of, cohorts, decided, {row: base for row, base in found if base.differs})
    return [replace(base, suspects=suspects[row]) if row in suspects else base for row, base in found]


def _share(k: int, n: int, level: float, unknown: str | None) -> CohortShare:
    if unknown is not None or not n:
        return CohortShare(value=None, reason=unknown or "zero_denominator")
    bounds = wilson(k, n, level)
    span = bounds and Interval(low=bounds.low, high=bounds.high, level=level, method="wilson")
    return CohortShare(value=k / n, numerator=k, denominator=n, interval=span)


def _apart(one: Interval | None, other: Interval | None) -> bool | None:
    ends = [end for span in (one, other) if span for end in (span.low, span.high)]
    if len(ends) < 4 or None in ends:
        return None
    low, high, low2, high2 = map(float, ends)  # type: ignore[arg-type]
    return high < low2 or high2 < low


def _followed_to(cohorts: Followups, level: float) -> dict[int, dict[str, Any]]:
    """Of each row that has reached a horizon: what was decided by then, by Aalen–Johansen, and what is still open."""
    found: dict[int, dict[str, Any]] = {}
    for days in sorted(set(cohorts.longest.values())):
        rows = [row for row, longest in cohorts.longest.items() if longest == days]
        ends = cohorts.ends.filter(pl.col("group").is_in(rows))
        curves = incidence_curves(ends, WON, level).steps.filter(pl.col("time") <= days)
        left = curves.group_by("group").agg(open=pl.col("surviving").last()).collect()
        early = ends.filter(pl.col("time") <= days)
        counts = early.group_by("group").agg(pl.col("won").sum(), decided=(pl.col("won") + pl.col("lost")).sum())
        table = pl.DataFrame({"group": rows}, schema={"group": pl.Int64})
        for part in (won_among_decided(ends, days, level), left, counts):
            table = table.join(part, on="group", how="left")
        filled = table.with_columns(pl.col("open").fill_null(1.0), pl.col("won", "decided").fill_null(0))
        found |= {row["group"]: row for row in filled.iter_rows(named=True)}
    return found


# --- what may part the two ---


def _suspects(
    request: Request, as_of: date, cohorts: Followups, decided: pl.DataFrame, apart: Mapping[int, ClosedBasis]
) -> dict[int, list[Suspect]]:
    """What the data say of each bias, for the rows where the two win rates are apart.

    Lost deals may have been left open where many deals are open that are older than 95 % of decided ones took; or, of late,
    where of the deals decided in the last 90 days more were won than of the cohorts, by more than the intervals. Where most
    decided deals are younger than the horizon (young cohorts), or more deals were created in the later half of the time
    than in the earlier one (a growing team), what is decided sooner weighs more in the closed basis: wins or losses,
    whichever come first.
    """
    if not apart:
        return {}
    days = pl.col("row").replace_strict(dict(cohorts.longest), default=None, return_dtype=pl.Int64)
    index = cohorts.rows.filter(pl.col("row").is_in(list(apart))).with_columns(__days__=days)
    age = (pl.lit(as_of, pl.Date) - pl.col(CREATED)).dt.total_days()
    won, lately = pl.col(FATE) == "won", pl.col("closed") > days_after(as_of, -LATELY)
    young = _of_rows(decided.filter(PLACED), index, cohorts.by).agg(
        young=(age < pl.col("__days__")).sum(),
        decided=pl.len(),
        slow=pl.col(TIME).quantile(SLOW, "higher").cast(pl.Int64),
        won_lately=(won & lately).sum(),
        decided_lately=lately.sum(),
    )
    first, last = _created_between(request, as_of, cohorts.here)
    middle = days_after(first, (last - first).days // 2 + 1)
    old, later = age > pl.col("slow"), pl.col(CREATED) >= middle
    created = _of_rows(cohorts.here, index.join(young.select("row", "slow"), on="row"), cohorts.by).agg(
        old=old.sum(), old_open=(old & (pl.col(FATE) == "open")).sum(), later=later.sum(), all=pl.len()
    )
    sooner = _wins_come_sooner(cohorts, apart)
    halves = ((last - middle).days + 1, (middle - first).days)
    found = {}
    for row in created.join(young, on="row").iter_rows(named=True):
        base = apart[row["row"]]
        high = (base.win_rate.value or 0) > (base.cohorts.value or 0)
        fits = sooner.get(row["row"]) == high
        found[row["row"]] = [
            Suspect(
                bias="lost_left_open",
                supported=row["old_open"] >= OLD_OPEN * row["old"] > 0,
                numerator=row["old_open"],
                denominator=row["old"],
                days=row["slow"],
            ),
            Suspect(
                bias="lost_not_closed_lately",
                supported=_wins_more(row["won_lately"], row["decided_lately"], base, request.level),
                numerator=row["won_lately"],
                denominator=row["decided_lately"],
                days=LATELY,
            ),
            Suspect(
                bias="young_cohorts",
                supported=fits and row["young"] > MOSTLY * row["decided"],
                numerator=row["young"],
                denominator=row["decided"],
                days=base.horizon_days,
            ),
            Suspect(
                bias="growing_team",
                supported=fits and _grows(row["later"], row["all"] - row["later"], halves, request.level),
                numerator=row["later"],
                denominator=row["all"],
            ),
        ]
    return found


def _wins_more(won: int, decided: int, base: ClosedBasis, level: float) -> bool:
    """Whether more of the deals decided lately were won than of those of the cohorts, by more than the intervals."""
    lately, cohorts = wilson(won, decided, level), base.cohorts.interval
    return lately is not None and cohorts is not None and cohorts.high is not None and lately.low > cohorts.high


def _grows(later: int, earlier: int, days: tuple[int, int], level: float) -> bool:
    """Whether more records were created per day later than earlier, by more than chance."""
    ratio = poisson_ratio_interval(later, earlier, *days, level) if all(days) else None
    return ratio is not None and ratio.low > 1


def _of_rows(frame: pl.DataFrame, index: pl.DataFrame, by: tuple[str, ...]) -> Any:
    """Deals of the rows of an index, to be counted per row."""
    how: Any = {"on": by, "nulls_equal": True} if by else {"how": "cross"}
    return frame.select(CREATED, FATE, TIME, "closed", *by).join(index, **how).group_by("row")


def _created_between(request: Request, as_of: date, here: pl.DataFrame) -> tuple[date, date]:
    """The first and the last day on which these deals could have been created."""
    window = window_of(request)
    first, last = here[CREATED].min(), as_of
    assert isinstance(first, date)
    if window.end is not None:
        last = min(last, days_after(window.end, -1))
    return window.start or first, max(last, first)


def _wins_come_sooner(cohorts: Followups, apart: Mapping[int, ClosedBasis]) -> dict[int, bool]:
    """Whether wins take fewer days than losses on average, of those within the horizon."""
    ends = cohorts.ends.filter(pl.col("group").is_in(list(apart)))
    days = pl.col("group").replace_strict(dict(cohorts.longest), default=None, return_dtype=pl.Int64)
    means = []
    for cause in (WON, LOST):
        steps = incidence_curves(ends, cause).steps.filter(pl.col("time") <= days)
        step = pl.col("value") - pl.col("value").shift(1).over("group").fill_null(0.0)
        table = (
            steps.with_columns(step=step)
            .group_by("group")
            .agg(mean=(pl.col("step") * pl.col("time")).sum() / pl.col("step").sum())
        )
        means.append(dict(table.collect().iter_rows()))
    return {row: means[0][row] < means[1][row] for row in means[0] if row in means[1]}
