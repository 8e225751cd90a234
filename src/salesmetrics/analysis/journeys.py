"""The way of each deal through the stages of a pipeline. Own file: what happened, apart from what is counted of it."""

from __future__ import annotations

from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

__all__ = ["Journeys", "StageOrders", "crm_order", "has_history", "journeys", "open_stages", "stage_orders"]

Orders = dict[str | None, tuple[tuple[str, ...], str]]
"""Pipeline → its open stages in order, and what the order comes from."""


class Journeys(NamedTuple):
    """Deals on their way; a deal that was in two pipelines has a journey in each, and has left the first.

    Attributes:
        deals: A row per journey: ``journey`` (UInt32: the number of the row), the columns of the deal, ``pipeline``, ``outcome``
            (String; other where the deal went on in another pipeline), ``furthest`` and ``now`` (Int64: positions; one behind
            the last stage is won), ``over`` (Date: the day it ended or left), ``back``, ``skipped``, ``again``, ``middle``
            (Boolean).
        cells: A row per journey and stage that it entered or passed, in this order: ``journey`` (UInt32), ``position``,
            ``seen`` (Boolean: the entry is recorded), ``recorded`` (Date), ``days`` (Int64: all stays together, until the last
            day that is known; null where there was none), ``unsure`` (Boolean: nobody knows whether it spent these days there,
            for it was out of sight in between), ``stands`` (Boolean: it is there now) and ``passed`` (Date: the first day on
            which it was there or further). Where it was there before its history begins, ``recorded`` and ``passed`` are null.
        visits: A row per stay, by journey and time: ``journey``, ``position``, ``entered``, ``left`` (Date; null for one that
            lasts), ``early`` (Boolean: it was there before that day already, the first that is known) and ``unsure``.
        orders: The stages.
        unplaced: Deals without a recorded stage.
    """

    deals: pl.DataFrame
    cells: pl.DataFrame
    visits: pl.DataFrame
    orders: Orders
    unplaced: int


def has_history(deals: pl.DataFrame, stages: pl.DataFrame | None) -> bool:
    """Whether the stage history tells of any of these deals."""
    if stages is None or not {"deal_id", "stage", "entered"} <= set(stages.columns) or "id" not in deals.columns:
        return False
    ids = deals["id"].drop_nulls()
    # As a rule the first entries tell already.
    return any(part["deal_id"].is_in(ids.implode()).any() for part in (stages.head(100), stages))


def journeys(
    deals: pl.DataFrame,
    stages: pl.DataFrame,
    told: StageOrders,
    meanings: Mapping[str, str],
    until: date | None,
) -> Journeys:
    """The way of each deal, from its stage history.

    A stage that the history names twice in a row is one stay. A stay ends on the day that the history gives, else with
    the next entry, else when the deal closes. The way of a won deal ends behind the last stage.

    Args:
        deals: Deals as of the day: ``id``, ``outcome`` (String), ``closed`` (Date), ``pipeline`` where known.
        stages: ``deal_id``, ``stage`` (String), ``entered`` (Datetime), ``exited`` and ``pipeline`` where known.
        told: What is known of the order of stages beside the history.
        meanings: Stage → outcome that it means; a stage that is not there is open.
        until: The day after which nothing is known.

    Raises:
        SalesmetricsError: ``stage_order_unknown`` or ``stage_order_lacks``.
    """
    entries = _entries(deals, stages, meanings, until)
    orders = stage_orders(entries, told)
    stays = _stays(entries, orders, deals, until)
    ways = _ways(deals, stays, orders)
    unplaced = deals.height - ways["deal"].n_unique()
    visits = stays.filter(pl.col("position").is_not_null()).join(
        ways.select("way", "journey"), on="way", how="left", maintain_order="left"
    )
    visits = visits.select("journey", "position", "entered", "left", "early", "unsure")
    cells = _cells(ways, visits, until)
    ways = _with_moves(ways, visits, cells)
    return Journeys(ways.drop("way", "end"), cells.drop("stays"), visits, orders, unplaced)


def _entries(
    deals: pl.DataFrame, stages: pl.DataFrame, meanings: Mapping[str, str], until: date | None
) -> pl.DataFrame:
    """Every entry that is known by the day, with its deal and the meaning of its stage, by deal and time."""
    own = [pl.col("pipeline").alias("deal_pipeline")] if "pipeline" in deals.columns else []
    keys = deals.select("id", *own).with_row_index("deal").filter(pl.col("id").is_not_null())
    told, ongoing = pl.col("stage").is_not_null(), pl.lit(value=False)
    if "__state__" in stages.columns:  # exports tell of a stage that ended so, too, and of one that lasted already
        told |= (pl.col("__state__") == "left").fill_null(value=False)
        ongoing = pl.col("__ongoing__").fill_null(value=False)
    known = stages.filter(told & pl.col("entered").is_not_null()).with_columns(ongoing=ongoing)
    if until is not None:
        known = known.filter(pl.col("entered").cast(pl.Date) <= until)
    joined = known.join(
        keys.unique("id", keep="first", maintain_order=True),
        left_on="deal_id",
        right_on="id",
        how="inner",
        maintain_order="left",
    )
    named = [pl.col(name) for name in ("pipeline", "deal_pipeline") if name in joined.columns]
    exited = pl.col("exited").cast(pl.Date) if "exited" in joined.columns else pl.lit(None, pl.Date)
    frame = joined.select(
        "deal",
        "stage",
        "ongoing",
        pl.col("entered").cast(pl.Datetime("us")).alias("at"),
        entered=pl.col("entered").cast(pl.Date),
        exited=exited if until is None else pl.when(exited <= until).then(exited),
        pipeline=pl.coalesce(named) if named else pl.lit(None, pl.String),
        meaning=pl.when(pl.col("stage").is_not_null()).then(
            pl.col("stage").replace_strict(dict(meanings), default="open", return_dtype=pl.String)
        ),
        row=pl.col("__row__") if "__row__" in joined.columns else pl.lit(0),
    )
    # One column after another, the last first: in less than half of the time that all at once take.
    for name in ("row", "at", "deal"):
        frame = frame.sort(name, maintain_order=True)
    return frame


# --- the order of stages ---


class StageOrders(NamedTuple):
    """What is known of the order of stages beside the history.

    Attributes:
        pipelines: Definitions of stages with their position, if there are any.
        settled: Stage → its place, as the settings have it.
        known: The same of each order that the CRM is known to have.
    """

    pipelines: pl.DataFrame | None = None
    settled: Mapping[str, int] = MappingProxyType({})
    known: Sequence[Mapping[str, int]] = ()


def stage_orders(entries: pl.DataFrame, told: StageOrders) -> Orders:
    """The open stages of each pipeline in order: as the definitions say, the settings, the CRM, else as most deals went.

    Each of these holds for a pipeline only where it names every stage of it. Settings that name some of the stages of a
    pipeline are a mistake.

    Raises:
        SalesmetricsError: ``stage_order_unknown``: as many deals went one way as the other, or in a circle;
            ``stage_order_lacks``: the settings name some of the stages only.
    """
    found: Orders = {}
    opened = entries.filter(pl.col("meaning") == "open")
    for pipeline in entries["pipeline"].unique().sort(nulls_last=True):
        here = opened.filter(pl.col("pipeline").eq_missing(pl.lit(pipeline, pl.String)))
        names = here["stage"].unique().sort().to_list()
        defined = _defined(told.pipelines, pipeline)
        if names and set(names) <= set(defined):
            found[pipeline] = tuple(name for name in defined if name in names), "pipelines"
            continue
        lacking = [name for name in names if name not in told.settled]
        if names and not lacking:
            found[pipeline] = tuple(sorted(names, key=told.settled.__getitem__)), "settings"
        elif lacking and len(lacking) < len(names):
            raise SalesmetricsError("stage_order_lacks", stages=lacking, pipeline=_in(pipeline))
        else:
            known = crm_order(names, told)
            by_crm = known and tuple(sorted(names, key=known.__getitem__))
            found[pipeline] = (by_crm, "crm") if by_crm else (_by_history(here, names, pipeline), "history")
    return found


def open_stages(deals: pl.DataFrame) -> dict[str | None, set[str]]:
    """Pipeline → the stages of its open deals."""
    if "stage" not in deals.columns:
        return {}
    pipeline = pl.col("pipeline") if "pipeline" in deals.columns else pl.lit(None, dtype=pl.String).alias("pipeline")
    pairs = (
        deals.filter((pl.col("outcome") == "open") & pl.col("stage").is_not_null()).select(pipeline, "stage").unique()
    )
    found: dict[str | None, set[str]] = {}
    for name, stage in pairs.iter_rows():
        found.setdefault(name, set()).add(stage)
    return found


def crm_order(names: Iterable[str], told: StageOrders) -> Mapping[str, int] | None:
    """Stage → its place in the first order of the CRM that has every stage of a pipeline; None where none has."""
    stages = set(names)
    return next((order for order in told.known if stages and stages <= order.keys()), None)


def _in(pipeline: str | None) -> Message | None:
    return Message("in_pipeline", pipeline=pipeline) if pipeline else None


def _defined(pipelines: pl.DataFrame | None, pipeline: str | None) -> list[str]:
    """The stages of a pipeline in the order of its definitions; those of the only pipeline where names differ."""
    if pipelines is None or not {"name", "position"} <= set(pipelines.columns):
        return []
    rows = pipelines.filter(pl.col("position").is_not_null() & pl.col("name").is_not_null())
    if "pipeline" in rows.columns and rows["pipeline"].n_unique() > 1:
        rows = rows.filter(pl.col("pipeline").eq_missing(pl.lit(pipeline, pl.String)))
    return list(dict.fromkeys(rows.sort("position", maintain_order=True)["name"].to_list()))


def _by_history(entries: pl.DataFrame, names: Sequence[str], pipeline: str | None) -> tuple[str, ...]:
    """Stages as most deals entered them, one after the other.

    Args:
        entries: Of one pipeline, by deal and time.
        names: Its stages.
        pipeline: For a refusal.
    """
    if not names:
        return ()
    places = {name: place for place, name in enumerate(names)}
    rows = entries.select("deal", "at", place=pl.col("stage").replace_strict(places, return_dtype=pl.Int64))
    # Of each deal and stage the first entry, in order of time.
    first = rows.filter((pl.col("deal").cast(pl.Int64) * len(names) + pl.col("place")).is_first_distinct())
    went = _went(first, names)
    start = pl.when((pl.col("deal") != pl.col("deal").shift(1)).fill_null(value=True)).then("at").forward_fill()
    days = first.group_by("place").agg((pl.col("at") - start).median().dt.total_seconds())
    late = {names[place]: seconds for place, seconds in days.iter_rows()}
    before = {(a, b) for a, b in went if went[a, b] > went.get((b, a), 0)}
    ties = [(a, b) for a, b in combinations(names, 2) if 0 < went.get((a, b), 0) == went.get((b, a), 0)]
    left, order = list(names), list[str]()
    while left and not ties:
        free = [name for name in left if not any((other, name) in before for other in left)]
        if not free:
            break
        order.append(min(free, key=lambda name: (late[name], name)))
        left.remove(order[-1])
    if left:
        guess = sorted(names, key=lambda name: (late[name], name))
        lines = [f"{name},{place}" for place, name in enumerate(guess, 1)]
        raise SalesmetricsError(
            "stage_order_unknown",
            pipeline=_in(pipeline),
            stages=list(ties[0]) if ties else left,
            lines=["stage,order", *lines],
        )
    return tuple(order)


def _went(first: pl.DataFrame, names: Sequence[str]) -> dict[tuple[str, str], int]:
    """How many deals entered a stage and later another one: each entry beside the next of its deal, the one after, ..."""
    counts: dict[tuple[str, str], int] = {}
    for step in range(1, len(names)):
        same = pl.col("deal") == pl.col("deal").shift(-step)
        pairs = first.select(
            pair=pl.col("place") * len(names) + pl.col("place").shift(-step), at="at", then=pl.col("at").shift(-step)
        ).filter(first.select(same).to_series())
        if pairs.is_empty():
            break
        for pair, n in pairs.filter(pl.col("at") < pl.col("then")).group_by("pair").len().iter_rows():
            key = names[pair // len(names)], names[pair % len(names)]
            counts[key] = counts.get(key, 0) + n
    return counts


# --- stays, ways, cells ---


def _stays(entries: pl.DataFrame, orders: Orders, deals: pl.DataFrame, until: date | None) -> pl.DataFrame:
    """Stays by way and time; entries that name the same stage again are one.

    A ``way`` (Int64) is a deal in a pipeline: its place among the deals times the number of pipelines, and that of the
    pipeline among these.
    """
    lines = {pipeline: line for line, pipeline in enumerate(orders)}
    places = pl.DataFrame(
        [(pipeline, stage, n) for pipeline, (names, _) in orders.items() for n, stage in enumerate(names, 1)],
        schema={"pipeline": pl.String, "stage": pl.String, "position": pl.Int64},
        orient="row",
    )
    rows = entries.join(places, on=["pipeline", "stage"], how="left", nulls_equal=True, maintain_order="left")
    line = (
        pl.lit(0) if len(lines) == 1 else pl.col("pipeline").replace_strict(lines, default=None, return_dtype=pl.Int64)
    )
    rows = rows.with_columns(way=pl.col("deal").cast(pl.Int64) * len(lines) + line)
    # Of what happened at the same moment the earlier stage comes first, and the end last.
    moments = _changes("deal", "at").cum_sum().cast(pl.Int64) * (places.height + 2)
    rows = rows.sort(moments + pl.col("position").fill_null(places.height + 1), maintain_order=True)
    begins = rows.select(begins=_changes("way", "stage"))["begins"]
    ends = begins.shift(-1, fill_value=True)
    runs = begins.cum_sum()
    unsure = runs.filter(rows["ongoing"] & ~begins).unique()
    stays = rows.filter(begins).with_columns(
        rows.filter(ends)["exited"],
        early="ongoing",
        unsure=runs.filter(begins).is_in(unsure.implode()),
    )
    stays = stays.hstack(deals.select("outcome", "closed")[stays["deal"]])
    following = pl.when(pl.col("deal").shift(-1) == pl.col("deal")).then(pl.col("entered").shift(-1))
    ended = pl.when(pl.col("outcome") != "open").then(pl.coalesce("closed", pl.lit(until, pl.Date)))
    left = pl.coalesce("exited", following, ended)
    stays = stays.with_columns(
        left=pl.max_horizontal(left, pl.when(left.is_not_null()).then("entered")),
        last=(pl.col("deal") != pl.col("deal").shift(-1)).fill_null(value=True),
    )
    return stays.sort("way", maintain_order=True)


def _changes(*names: str) -> pl.Expr:
    """Whether a row differs from the one before."""
    return ~pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in names)


def _ways(deals: pl.DataFrame, stays: pl.DataFrame, orders: Orders) -> pl.DataFrame:
    """A row per deal and pipeline, with how far it came and what became of it there."""
    ways = stays.group_by("way", maintain_order=True).agg(
        deal=pl.col("deal").first(),
        pipeline=pl.col("pipeline").first(),
        reached=pl.col("position").max(),
        standing=pl.col("position").last(),
        gone=pl.col("left").max(),
        # In order of time the last is the largest.
        won_on=pl.when(pl.col("meaning") == "won").then("entered").max(),
        here=pl.col("last").any(),
    )
    ends = pl.Series([len(names) + 1 for names, _ in orders.values()], dtype=pl.Int64)
    ways = ways.with_columns(end=ends[ways["way"] % len(orders)])
    ways = ways.hstack(deals.drop("pipeline", strict=False)[ways["deal"]])
    outcome = pl.when("here").then(pl.col("outcome")).otherwise(pl.lit("other"))
    is_won = pl.col("here") & (pl.col("outcome") == "won")
    ways = ways.with_columns(
        outcome=outcome,
        furthest=pl.when(is_won).then("end").otherwise("reached"),
        now=pl.when(pl.col("here") & (pl.col("outcome") == "open")).then(pl.coalesce("standing", "reached")),
        over=pl.when(outcome != "open").then(pl.when("here").then(pl.coalesce("closed", "gone")).otherwise("gone")),
        won_on=pl.when(is_won).then(pl.coalesce("closed", "won_on")),
    )
    ways = ways.filter(pl.col("furthest").is_not_null()).drop("here", "reached", "standing", "gone")
    return ways.with_row_index("journey")


def _cells(ways: pl.DataFrame, visits: pl.DataFrame, until: date | None) -> pl.DataFrame:
    """The stages that each deal entered or passed; one that it passed has the date of the later stage."""
    begins = ways.select(pl.col("furthest").cum_sum() - pl.col("furthest")).to_series()
    places = begins[visits["journey"]] + visits["position"] - 1
    left = pl.coalesce("left", pl.lit(until, pl.Date))
    stays = visits.select(
        "entered",
        "early",
        "unsure",
        place=places,
        days=(left - pl.col("entered")).dt.total_days().clip(0),
        stands=pl.col("left").is_null() & (pl.col("position") == ways["now"][visits["journey"]]),
    )
    seen = (
        stays.sort("place", maintain_order=True)
        .group_by("place", maintain_order=True)
        .agg(
            recorded=pl.when(~pl.col("early").any()).then(pl.col("entered").first()),
            early=pl.col("early").any(),
            unsure=pl.col("unsure").any(),
            days=pl.col("days").sum(),
            stands=pl.col("stands").fill_null(value=False).any(),
            stays=pl.len(),
        )
    )
    won = ways.select(
        place=begins + pl.col("furthest") - 1,
        recorded="won_on",
        early=pl.lit(value=False),
        unsure=pl.lit(value=False),
        days=pl.lit(None, pl.Int64),
        stands=pl.lit(value=False),
        stays=pl.lit(0, pl.UInt32),
    ).filter(ways["furthest"] == ways["end"])
    grid = ways.select("journey", position=pl.int_ranges(1, pl.col("furthest") + 1, dtype=pl.Int64)).explode("position")
    cells = grid.with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64)).join(
        pl.concat([seen, won]).with_columns(seen=pl.lit(value=True)), on="place", how="left", maintain_order="left"
    )
    # Days of a later journey are larger by so much that a running minimum from the end begins anew with each journey.
    apart = pl.col("journey").cast(pl.Int64) * _APART
    soonest = (pl.col("recorded").to_physical().cast(pl.Int64) + apart).cum_min(reverse=True).backward_fill() - apart
    passed = pl.when(soonest < _APART // 2).then(soonest).cast(pl.Int32).cast(pl.Date)
    no = pl.lit(value=False)
    if visits["early"].any():  # since when it was there or further, nobody knows
        before = pl.col("early").fill_null(value=False).cum_max(reverse=True).over("journey")
        passed = pl.when(~before).then(passed)
    cells = cells.with_columns(pl.col("seen", "stands", "unsure").fill_null(no), passed=passed)
    return cells.drop("place", "early")


_APART = 1 << 24
"""Days: more than lie between any two dates."""


def _with_moves(ways: pl.DataFrame, visits: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The ways, with how they went other than from one stage to the next."""
    falls = (pl.col("journey") == pl.col("journey").shift(1)) & (pl.col("position") < pl.col("position").shift(1))
    began = visits.filter(visits.select(begins=_changes("journey"))["begins"])
    began = began.select("journey", "early", first="position")
    seen = (
        cells.filter("seen")
        .group_by("journey", maintain_order=True)
        .agg(stages=pl.len(), lowest=pl.col("position").first())
    )
    ways = ways.join(began, on="journey", how="left", maintain_order="left")
    ways = ways.join(seen, on="journey", how="left", maintain_order="left")
    ways = ways.with_columns(
        back=pl.col("journey").is_in(visits.filter(falls)["journey"].unique().implode()),
        again=pl.col("journey").is_in(cells.filter(pl.col("stays") > 1)["journey"].unique().implode()),
        skipped=(pl.col("furthest") - pl.col("lowest") + 1 > pl.col("stages")).fill_null(value=False),
        middle=(pl.col("first").fill_null(pl.col("end")) > 1) & ~pl.col("early").fill_null(value=False),
    )
    return ways.drop("first", "early", "stages", "lowest")
