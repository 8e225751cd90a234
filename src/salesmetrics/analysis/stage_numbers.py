"""What is counted and estimated of each stage of a funnel, all groups at once. Own file: numbers, apart from the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from salesmetrics.answers.funnel import FunnelWaiting, ValueDays
from salesmetrics.engine.metric import plain
from salesmetrics.statistics.survival import incidence_curves, survival_curves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from salesmetrics.analysis.journeys import Journeys
    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.request import Request
    from salesmetrics.statistics.survival import Curves

__all__ = ["FATES", "FunnelFacts", "Setting", "numbers", "stuck_deals", "times_in_stage", "waits_of"]

FATES = ("advanced", "lost", "other", "still_here")
HALF, MOST = 0.5, 0.9


class FunnelFacts(NamedTuple):
    """What is known of the files beside their records, and what is asked beside the request.

    Attributes:
        meanings: Stage → outcome that it means; a stage that is not there is open.
        crm: The profile of the deals.
        cohort: The period is that of the creation of deals, not of their entries.
        horizon: Days within which a deal advances, or does not.
    """

    meanings: Mapping[str, str]
    crm: str = ""
    cohort: bool = False
    horizon: int = 180


class Setting(NamedTuple):
    """What all parts of a funnel look at.

    Attributes:
        ways: The journeys of the deals that are asked about.
        cells: Their stages, with the columns of the journey.
        times: As :func:`times_in_stage` gives them.
        window: Of entries.
        until: The last day that is known.
        keys: Groupings of a table: the pipeline alone, and with the columns of the segments.
    """

    request: Request
    facts: FunnelFacts
    found: Journeys
    cells: pl.DataFrame
    visits: pl.DataFrame
    times: pl.DataFrame
    window: Window
    until: date | None
    keys: tuple[tuple[str, ...], ...]


def numbers(setting: Setting, keys: tuple[str, ...], stuck: pl.DataFrame) -> list[dict[str, Any]]:
    """A row per grouping and stage with everything that is counted or estimated of it; ``stuck`` as of :func:`stuck_deals`."""
    at = [*keys, "position"]
    cells, inside = setting.cells, pl.col("inside")
    here = inside & (pl.col("furthest") == pl.col("position"))
    table = cells.group_by(at).agg(
        entered=inside.sum(),
        entered_strict=(inside & pl.col("seen")).sum(),
        advanced=(inside & (pl.col("furthest") > pl.col("position"))).sum(),
        lost=(here & (pl.col("outcome") == "lost")).sum(),
        other=(here & (pl.col("outcome") == "other")).sum(),
        still_here=(here & (pl.col("outcome") == "open")).sum(),
        strict_advanced=(inside & pl.col("seen") & pl.col("then")).sum(),
        begun=pl.col("first").sum(),
        begun_strict=(pl.col("first") & pl.col("seen")).sum(),
    )
    for part in (_now_here(setting, at), _estimates(setting, at), _stuck(setting, stuck, at)):
        table = table.join(part, on=at, how="left", nulls_equal=True)
    waits = waits_of(setting, at, setting.window)
    counts = ("now_here", "stuck", "timed")
    rows = table.with_columns(pl.col(counts).fill_null(0)).to_dicts()
    return [row | {"waiting": waits.get(tuple(row[name] for name in at))} for row in rows]


def _now_here(setting: Setting, at: Sequence[str]) -> pl.DataFrame:
    ways = setting.found.deals.filter(pl.col("now").is_not_null()).with_columns(position=pl.col("now"))
    return ways.group_by(at).agg(now_here=pl.len())


def times_in_stage(visits: pl.DataFrame, until: date | None) -> pl.DataFrame:
    """Days that each deal has spent in each stage, over all of its stays, and whether it still stands there.

    Args:
        visits: ``journey``, ``position``, ``entered``, ``left`` (Date) and ``now``, the position at which the deal stands.
        until: The last day that is known.

    Returns:
        A row per ``journey`` and ``position``: ``days`` (Int64) and ``stands`` (Boolean).
    """
    left = pl.coalesce("left", pl.lit(until, pl.Date))
    stays = visits.with_columns(
        days=(left - pl.col("entered")).dt.total_days().clip(0),
        stands=pl.col("left").is_null() & (pl.col("now") == pl.col("position")),
    )
    return stays.group_by("journey", "position").agg(
        pl.col("days").sum(), pl.col("stands").fill_null(value=False).any()
    )


def _timed(setting: Setting, cells: pl.DataFrame, at: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Recorded entries with the days spent in the stage and the ``group`` (Int64) of each; and the groups."""
    seen = cells.filter(pl.col("seen") & pl.col("recorded").is_not_null())
    timed = seen.join(setting.times, on=["journey", "position"], how="inner", maintain_order="left")
    groups = timed.select(at).unique(maintain_order=True).with_row_index("group")
    groups = groups.with_columns(pl.col("group").cast(pl.Int64))
    return timed.join(groups, on=list(at), how="left", nulls_equal=True, maintain_order="left"), groups


def _days_in_stage(timed: pl.DataFrame, level: float) -> Curves:
    """The share that is still in the stage by each day: any exit ends it, and who stands there is censored."""
    stands = pl.col("stands").cast(pl.Int64)
    table = timed.select("group", time="days", won=1 - stands, lost=pl.lit(0, pl.Int64), censored=stands)
    return survival_curves(table, level)


def _estimates(setting: Setting, at: Sequence[str]) -> pl.DataFrame:
    """Time in stage by Kaplan–Meier, and the share that advances within the horizon by Aalen–Johansen, all groups at once."""
    timed, groups = _timed(setting, setting.cells.filter("inside"), at)
    curves = _days_in_stage(timed, setting.request.level)
    median = curves.reaching(HALF).collect().select("group", "low", "high", median="time")
    p90 = curves.reaching(MOST).collect().select("group", p90="time")
    counts = timed.group_by("group").agg(timed=pl.len())
    for part in (median, p90, _chances(setting, timed), counts):
        groups = groups.join(part, on="group", how="left")
    return groups.drop("group")


def _chances(setting: Setting, timed: pl.DataFrame) -> pl.DataFrame:
    """The share of each group that enters a later stage within the horizon, losses competing and open deals censored."""
    start, day = pl.col("recorded"), pl.lit(setting.until, pl.Date)
    ends = timed.join(_advances(setting, timed), on=["journey", "position"], how="left").with_columns(
        won=pl.col("on").is_not_null(), lost=pl.col("on").is_null() & (pl.col("outcome") != "open")
    )
    time = (pl.coalesce("on", pl.when("lost").then(pl.coalesce("over", day)).otherwise(day)) - start).dt.total_days()
    table = ends.select(
        "group",
        time=time.clip(0),
        won=pl.col("won").cast(pl.Int64),
        lost=pl.col("lost").cast(pl.Int64),
        censored=(~pl.col("won") & ~pl.col("lost")).cast(pl.Int64),
    )
    curves = incidence_curves(table.filter(pl.col("time").is_not_null()), level=setting.request.level)
    found = curves.at(setting.facts.horizon).collect()
    return found.select("group", chance="value", chance_low="low", chance_high="high")


def _advances(setting: Setting, cells: pl.DataFrame) -> pl.DataFrame:
    """The day of the first entry into a later stage, or of the win, after each recorded entry."""
    later = setting.visits.select("journey", reached="position", on="entered")
    won = setting.found.deals.filter(pl.col("outcome") == "won").select(
        "journey", reached=pl.lit(1 << 30, pl.Int64), on=pl.coalesce("won_on", pl.lit(setting.until, pl.Date))
    )
    pairs = cells.select("journey", "position", "recorded").join(pl.concat([later, won]), on="journey")
    pairs = pairs.filter((pl.col("reached") > pl.col("position")) & (pl.col("on") >= pl.col("recorded")))
    return pairs.group_by("journey", "position").agg(pl.col("on").min())


def waits_of(setting: Setting, at: Sequence[str], window: Window) -> dict[tuple[Any, ...], FunnelWaiting]:
    """Days in each stage within a period, and amount × days, in each currency."""
    left, entered = pl.coalesce("left", pl.lit(setting.until, pl.Date)), pl.col("entered")
    if window.start is not None:
        entered = pl.max_horizontal(entered, pl.lit(window.start, pl.Date))
    if window.end is not None:
        left = pl.min_horizontal(left, pl.lit(window.end, pl.Date))
    stays = setting.visits.with_columns(days=(left - entered).dt.total_days().clip(0)).filter(pl.col("days") > 0)
    rows = stays.group_by(list(dict.fromkeys([*at, "currency"]))).agg(
        value=(pl.col("amount") * pl.col("days")).sum(),
        days=pl.col("days").sum(),
        priced=pl.col("amount").count(),
        unpriced=pl.col("journey").filter(pl.col("amount").is_null()).n_unique(),
    )
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows.sort("currency", nulls_last=True).iter_rows(named=True):
        found.setdefault(tuple(row[name] for name in at), []).append(row)
    return {key: _waiting_of(parts) for key, parts in found.items()}


def _waiting_of(parts: Sequence[Mapping[str, Any]]) -> FunnelWaiting:
    priced = [part for part in parts if part["priced"]]
    several = len(priced) > 1
    return FunnelWaiting(
        value_days=plain(priced[0]["value"]) if len(priced) == 1 else None,
        deal_days=sum(part["days"] for part in parts),
        unpriced=sum(part["unpriced"] for part in parts),
        reason="mixed_currency" if several else None if priced else "missing_amount",
        by_currency=[ValueDays(currency=p["currency"], value_days=plain(p["value"])) for p in priced]
        if several
        else [],
    )


def stuck_deals(setting: Setting) -> pl.DataFrame:
    """Open deals that have been in their stage for longer than 90 % of all deals stay there."""
    at = ["pipeline", "position"]
    timed, groups = _timed(setting, setting.cells, at)
    limits = _days_in_stage(timed, setting.request.level).reaching(MOST).collect().select("group", p90="time")
    limits = groups.join(limits, on="group", how="left")
    times = setting.times.filter("stands").join(setting.found.deals, on="journey", how="left", maintain_order="left")
    times = times.join(limits, on=at, how="left", nulls_equal=True, maintain_order="left")
    return times.filter(pl.col("days") > pl.col("p90"))


def _stuck(setting: Setting, stuck: pl.DataFrame, at: Sequence[str]) -> pl.DataFrame:
    one = setting.found.deals["currency"].n_unique() <= 1
    value = pl.col("amount").sum() if one else pl.lit(None, pl.Decimal(38, 8))
    return stuck.group_by(at).agg(stuck=pl.len(), stuck_value=value)
