"""What is counted and estimated of each stage of a funnel, all groups at once. Own file: numbers, apart from the answer."""

from __future__ import annotations

from types import MappingProxyType
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

__all__ = ["FATES", "FunnelFacts", "Setting", "numbers", "stuck_deals", "waits_of", "with_advances"]

FATES = ("advanced", "lost", "other", "still_here")
HALF, MOST = 0.5, 0.9


class FunnelFacts(NamedTuple):
    """What is known of the files beside their records, and what is asked beside the request.

    Attributes:
        meanings: Stage → outcome that it means; a stage that is not there is open.
        crm: The profile of the deals.
        cohort: The period is that of the creation of deals, not of their entries.
        horizon: Days within which a deal advances, or does not.
        settled: Stage → its place, as the settings have it.
        orders: The same of each order that the CRM is known to have.
    """

    meanings: Mapping[str, str]
    crm: str = ""
    cohort: bool = False
    horizon: int = 180
    settled: Mapping[str, int] = MappingProxyType({})
    orders: Sequence[Mapping[str, int]] = ()


class Setting(NamedTuple):
    """What all parts of a funnel look at.

    Attributes:
        found: The journeys of the deals that are asked about.
        cells: Their stages: as in :class:`Journeys`, with ``furthest``, ``outcome`` of the journey, and ``inside``, ``first``,
            ``then`` (Boolean).
        window: Of entries.
        until: The last day that is known.
        keys: Groupings of a table: the pipeline alone, and with the columns of the segments.
    """

    request: Request
    facts: FunnelFacts
    found: Journeys
    cells: pl.DataFrame
    window: Window
    until: date | None
    keys: tuple[tuple[str, ...], ...]


class _Groups(NamedTuple):
    """The segments of a grouping, numbered: what is grouped by one number takes a fraction of the time.

    Attributes:
        segments: ``segment`` (Int64) and the columns of the grouping.
        of: The segment of each journey.
        width: More than there are positions.
    """

    segments: pl.DataFrame
    of: pl.Series
    width: int

    def group(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame with ``journey`` and ``position``, and the ``group`` (Int64): a segment and a position in one."""
        return frame.with_columns(group=self.of[frame["journey"]] * self.width + frame["position"])

    def named(self, table: pl.DataFrame) -> pl.DataFrame:
        """A table with a ``group``, and the columns of the grouping and ``position`` instead."""
        group = pl.col("group")
        table = table.with_columns(segment=group // self.width, position=group % self.width)
        return table.join(self.segments, on="segment", how="left", maintain_order="left").drop("segment", "group")


def _groups(setting: Setting, keys: Sequence[str]) -> _Groups:
    deals = setting.found.deals.select(keys)
    segments = (
        deals.unique(maintain_order=True).with_row_index("segment").with_columns(pl.col("segment").cast(pl.Int64))
    )
    of = deals.join(segments, on=list(keys), how="left", nulls_equal=True, maintain_order="left")["segment"]
    return _Groups(segments, of, 2 + max((len(names) for names, _ in setting.found.orders.values()), default=0))


def numbers(setting: Setting, keys: tuple[str, ...], stuck: pl.DataFrame) -> list[dict[str, Any]]:
    """A row per grouping and stage with everything that is counted or estimated of it.

    Args:
        setting: With ``on`` in its cells, as :func:`with_advances` gives it.
        keys: Columns of the grouping.
        stuck: As of :func:`stuck_deals`.
    """
    groups = _groups(setting, keys)
    cells, inside = groups.group(setting.cells), pl.col("inside")
    here = inside & (pl.col("furthest") == pl.col("position"))
    table = cells.group_by("group").agg(
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
    standing = setting.found.deals.filter(pl.col("now").is_not_null()).select("journey", position="now")
    now_here = groups.group(standing).group_by("group").agg(now_here=pl.len())
    for part in (now_here, _estimates(setting, cells), _stuck(setting, groups.group(stuck))):
        table = table.join(part, on="group", how="left")
    counts = ("now_here", "stuck", "timed")
    rows = groups.named(table.with_columns(pl.col(counts).fill_null(0))).to_dicts()
    waits = waits_of(setting, keys, setting.window)
    return [row | {"waiting": waits.get((*(row[name] for name in keys), row["position"]))} for row in rows]


def _timed(cells: pl.DataFrame) -> pl.DataFrame:
    """Recorded entries, with the days spent in the stage."""
    known = pl.col("recorded").is_not_null() & pl.col("days").is_not_null() & ~pl.col("unsure")
    return cells.filter(pl.col("seen") & known)


def _days_in_stage(timed: pl.DataFrame, level: float) -> Curves:
    """The share that is still in the stage by each day: any exit ends it, and who stands there is censored."""
    stands = pl.col("stands").cast(pl.Int64)
    table = timed.select("group", time="days", won=1 - stands, lost=pl.lit(0, pl.Int64), censored=stands)
    return survival_curves(table, level)


def _estimates(setting: Setting, cells: pl.DataFrame) -> pl.DataFrame:
    """Time in stage by Kaplan–Meier, and the share that advances within the horizon by Aalen–Johansen, all groups at once."""
    timed = _timed(cells.filter("inside"))
    curves = _days_in_stage(timed, setting.request.level)
    median = curves.reaching(HALF).collect().select("group", "low", "high", median="time")
    p90 = curves.reaching(MOST).collect().select("group", p90="time")
    found = timed.group_by("group").agg(timed=pl.len())
    for part in (median, p90, _chances(setting, timed)):
        found = found.join(part, on="group", how="left")
    return found


def _chances(setting: Setting, timed: pl.DataFrame) -> pl.DataFrame:
    """The share of each group that enters a later stage within the horizon, losses competing and open deals censored."""
    start, day = pl.col("recorded"), pl.lit(setting.until, pl.Date)
    won, over = pl.col("on").is_not_null(), pl.col("outcome") != "open"
    end = pl.coalesce("on", pl.when(over).then(pl.coalesce("over", day)).otherwise(day))
    table = timed.select(
        "group",
        since=(day - start).dt.total_days(),
        time=(end - start).dt.total_days().clip(0),
        won=won.cast(pl.Int64),
        lost=(~won & over).cast(pl.Int64),
        censored=(~won & ~over).cast(pl.Int64),
    )
    table, horizon = table.filter(pl.col("time").is_not_null()), setting.facts.horizon
    found = incidence_curves(table, level=setting.request.level).at(horizon).collect()
    # What becomes of those who are open is not known before one deal entered so long ago, whatever became of it.
    seen = table.group_by("group").agg(told=(pl.col("since").max() >= horizon) | (pl.col("censored").sum() == 0))
    found = found.join(seen.filter("told"), on="group", how="semi")
    return found.select("group", chance="value", chance_low="low", chance_high="high", at_risk="at_risk")


def with_advances(setting: Setting) -> Setting:
    """The setting with two more columns of its cells.

    Returns:
        ``over`` (Date): the end of the journey; ``on`` (Date): of each recorded entry, the day of the first entry into a later
        stage, or of the win, from then on; null where there is none.
    """
    deals, visits, today = setting.found.deals, setting.found.visits, pl.lit(setting.until, pl.Date)
    ended = deals.select("over", "back", won=pl.when(pl.col("outcome") == "won").then(pl.coalesce("won_on", today)))
    cells = setting.cells.hstack(ended[setting.cells["journey"]]).with_row_index("cell")
    # Who never moved back enters the next stage with a recorded entry first; of the others all entries are looked at.
    visited = pl.col("days").is_not_null()
    following, whose = (
        pl.when(visited).then(name).shift(-1).backward_fill() for name in (pl.col("recorded"), pl.col("journey"))
    )
    some = cells.filter(pl.col("back") & visited).select("cell", "journey", "position", "recorded")
    later = some.join(visits.select("journey", reached="position", at="entered"), on="journey")
    later = later.filter((pl.col("reached") > pl.col("position")) & (pl.col("at") >= pl.col("recorded")))
    cells = cells.join(later.group_by("cell").agg(pl.col("at").min()), on="cell", how="left", maintain_order="left")
    entry = pl.when("back").then("at").otherwise(pl.when(whose == pl.col("journey")).then(following))
    win = pl.when(pl.col("won") >= pl.col("recorded")).then("won")
    cells = cells.with_columns(on=pl.min_horizontal(entry, win)).drop("cell", "at", "back", "won")
    return setting._replace(cells=cells)


def waits_of(setting: Setting, keys: Sequence[str], window: Window) -> dict[tuple[Any, ...], FunnelWaiting]:
    """Days in each stage within a period, and amount × days, in each currency, by grouping and position."""
    left, entered = pl.coalesce("left", pl.lit(setting.until, pl.Date)), pl.col("entered")
    if window.start is not None:
        entered = pl.max_horizontal(entered, pl.lit(window.start, pl.Date))
    if window.end is not None:
        left = pl.min_horizontal(left, pl.lit(window.end, pl.Date))
    stays = setting.found.visits.with_columns(days=(left - entered).dt.total_days()).filter(pl.col("days") > 0)
    stays = stays.hstack(setting.found.deals.select("amount", "currency")[stays["journey"]])
    groups = _groups(setting, keys)
    rows = (
        groups.group(stays)
        .group_by("group", "currency")
        .agg(
            value=(pl.col("amount") * pl.col("days")).sum(),
            days=pl.col("days").sum(),
            priced=pl.col("amount").count(),
            unpriced=pl.col("journey").filter(pl.col("amount").is_null()).n_unique(),
        )
    )
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in groups.named(rows).sort("currency", nulls_last=True).iter_rows(named=True):
        found.setdefault((*(row[name] for name in keys), row["position"]), []).append(row)
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
    """Open deals that have been in their stage for longer than 90 % of all deals stay there, with its ``position``."""
    cells = _groups(setting, ["pipeline"]).group(setting.cells)
    limits = _days_in_stage(_timed(cells), setting.request.level).reaching(MOST).collect().select("group", p90="time")
    stuck = cells.filter(pl.col("stands") & ~pl.col("unsure")).join(
        limits, on="group", how="left", maintain_order="left"
    )
    stuck = stuck.filter(pl.col("days") > pl.col("p90")).select("journey", "position", "days")
    return stuck.hstack(setting.found.deals.drop("journey")[stuck["journey"]])


def _stuck(setting: Setting, stuck: pl.DataFrame) -> pl.DataFrame:
    one = setting.found.deals["currency"].n_unique() <= 1
    value = pl.col("amount").sum() if one else pl.lit(None, pl.Decimal(38, 8))
    return stuck.group_by("group").agg(stuck=pl.len(), stuck_value=value)
