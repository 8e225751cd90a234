"""The way of each deal through the stages of a pipeline. Own file: what happened, apart from what is counted of it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

__all__ = ["Journeys", "has_history", "journeys", "stage_orders"]

Orders = dict[str | None, tuple[tuple[str, ...], str]]
"""Pipeline → its open stages in order, and what the order comes from."""


class Journeys(NamedTuple):
    """Deals on their way; a deal that was in two pipelines has a journey in each, and has left the first.

    Attributes:
        deals: A row per journey: ``journey`` (UInt32), the columns of the deal, ``pipeline``, ``outcome`` (String; other where
            the deal went on in another pipeline), ``furthest`` and ``now`` (Int64: positions; one behind the last stage is
            won), ``over`` (Date: the day it ended or left), ``back``, ``skipped``, ``again``, ``middle`` (Boolean).
        cells: A row per journey and stage that it entered or passed: ``journey``, ``position``, ``seen`` (Boolean: the entry
            is recorded), ``recorded`` (Date) and ``passed`` (Date: the first day on which it was there or further).
        visits: A row per stay: ``journey``, ``position``, ``entered``, ``left`` (Date; null for one that lasts).
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
    return bool(stages.join(deals.select("id").drop_nulls(), left_on="deal_id", right_on="id", how="semi").height)


def journeys(
    deals: pl.DataFrame,
    stages: pl.DataFrame,
    pipelines: pl.DataFrame | None,
    meanings: Mapping[str, str],
    until: date | None,
) -> Journeys:
    """The way of each deal, from its stage history.

    A stage that the history names twice in a row is one stay. A stay ends on the day that the history gives, else with
    the next entry, else when the deal closes. The way of a won deal ends behind the last stage.

    Args:
        deals: Deals as of the day: ``id``, ``outcome`` (String), ``closed`` (Date), ``pipeline`` where known.
        stages: ``deal_id``, ``stage`` (String), ``entered`` (Datetime), ``exited`` and ``pipeline`` where known.
        pipelines: Definitions of stages with their position, if there are any.
        meanings: Stage → outcome that it means; a stage that is not there is open.
        until: The day after which nothing is known.

    Raises:
        SalesmetricsError: ``stage_order_unknown``.
    """
    entries = _entries(deals, stages, meanings, until)
    orders = stage_orders(entries, pipelines)
    places = pl.DataFrame(
        [(pipeline, stage, n) for pipeline, (names, _) in orders.items() for n, stage in enumerate(names, 1)],
        schema={"pipeline": pl.String, "stage": pl.String, "position": pl.Int64},
        orient="row",
    )
    entries = entries.join(places, on=["pipeline", "stage"], how="left", nulls_equal=True, maintain_order="left")
    stays = _stays(entries, until)
    lengths = pl.DataFrame(
        [(pipeline, len(names) + 1) for pipeline, (names, _) in orders.items()],
        schema={"pipeline": pl.String, "end": pl.Int64},
        orient="row",
    )
    ways = _ways(deals, stays, lengths)
    visits = stays.filter(pl.col("position").is_not_null()).join(
        ways.select("deal", "pipeline", "journey"), on=["deal", "pipeline"], nulls_equal=True, maintain_order="left"
    )
    visits = visits.select("journey", "position", "entered", "left")
    cells = _cells(ways, visits)
    came = pl.col("position").shift(1)
    falls = (pl.col("journey") == pl.col("journey").shift(1)) & (pl.col("position") < came)
    middle = visits.with_columns(falls=falls.fill_null(value=False))
    middle = middle.group_by("journey", maintain_order=True).agg(
        first=pl.col("position").first(), back=pl.col("falls").any(), stays=pl.len()
    )
    stages_of = visits.select("journey", "position").unique().group_by("journey").agg(stages=pl.len())
    middle = middle.join(stages_of, on="journey", how="left", maintain_order="left")
    middle = middle.with_columns(again=pl.col("stays") > pl.col("stages")).drop("stays", "stages")
    lowest = cells.filter("seen").group_by("journey").agg(lowest=pl.col("position").min())
    skipped = (
        cells.join(lowest, on="journey")
        .group_by("journey")
        .agg(skipped=(~pl.col("seen") & (pl.col("position") > pl.col("lowest"))).any())
    )
    ways = ways.join(middle, on="journey", how="left", maintain_order="left")
    ways = ways.join(skipped, on="journey", how="left", maintain_order="left")
    no = pl.lit(value=False)
    ways = ways.with_columns(
        pl.col("back", "again", "skipped").fill_null(no), middle=pl.col("first").fill_null(pl.col("end")) > 1
    )
    unplaced = deals.height - ways["deal"].n_unique()
    return Journeys(ways.drop("first", "end"), cells, visits, orders, unplaced)


def _entries(
    deals: pl.DataFrame, stages: pl.DataFrame, meanings: Mapping[str, str], until: date | None
) -> pl.DataFrame:
    """Every entry that is known by the day, with its deal and the meaning of its stage."""
    own = [pl.col("pipeline").alias("deal_pipeline")] if "pipeline" in deals.columns else []
    keys = deals.with_row_index("deal").select("deal", "id", "outcome", "closed", *own)
    known = stages.filter(pl.col("stage").is_not_null() & pl.col("entered").is_not_null())
    joined = known.join(
        keys.filter(pl.col("id").is_not_null()).unique("id", keep="first", maintain_order=True),
        left_on="deal_id",
        right_on="id",
        how="inner",
        maintain_order="left",
    )
    named = [pl.col(name) for name in ("pipeline", "deal_pipeline") if name in joined.columns]
    frame = joined.select(
        "deal",
        "stage",
        "outcome",
        "closed",
        pl.col("entered").cast(pl.Datetime("us")).alias("at"),
        entered=pl.col("entered").cast(pl.Date),
        exited=pl.col("exited").cast(pl.Date) if "exited" in joined.columns else pl.lit(None, pl.Date),
        pipeline=pl.coalesce(named) if named else pl.lit(None, pl.String),
        meaning=pl.col("stage").replace_strict(dict(meanings), default="open", return_dtype=pl.String),
        row=pl.col("__row__") if "__row__" in joined.columns else pl.lit(0),
    )
    if until is not None:
        frame = frame.filter(pl.col("entered") <= until).with_columns(
            exited=pl.when(pl.col("exited") <= until).then("exited")
        )
    return frame


# --- the order of stages ---


def stage_orders(entries: pl.DataFrame, pipelines: pl.DataFrame | None) -> Orders:
    """The open stages of each pipeline in order: as the definitions say, else as most deals went.

    Raises:
        SalesmetricsError: ``stage_order_unknown``: as many deals went one way as the other, or in a circle.
    """
    found: Orders = {}
    opened = entries.filter(pl.col("meaning") == "open")
    for pipeline in entries["pipeline"].unique().sort(nulls_last=True):
        here = opened.filter(pl.col("pipeline").eq_missing(pl.lit(pipeline, pl.String)))
        names = here["stage"].unique().sort().to_list()
        defined = _defined(pipelines, pipeline)
        if names and set(names) <= set(defined):
            found[pipeline] = tuple(name for name in defined if name in names), "pipelines"
        else:
            found[pipeline] = _by_history(here, names, pipeline), "history"
    return found


def _defined(pipelines: pl.DataFrame | None, pipeline: str | None) -> list[str]:
    """The stages of a pipeline in the order of its definitions; those of the only pipeline where names differ."""
    if pipelines is None or not {"name", "position"} <= set(pipelines.columns):
        return []
    rows = pipelines.filter(pl.col("position").is_not_null() & pl.col("name").is_not_null())
    if "pipeline" in rows.columns and rows["pipeline"].n_unique() > 1:
        rows = rows.filter(pl.col("pipeline").eq_missing(pl.lit(pipeline, pl.String)))
    return list(dict.fromkeys(rows.sort("position", maintain_order=True)["name"].to_list()))


def _by_history(entries: pl.DataFrame, names: Sequence[str], pipeline: str | None) -> tuple[str, ...]:
    """Stages as most deals entered them, one after the other."""
    first = entries.group_by("deal", "stage").agg(pl.col("at").min())
    pairs = first.join(first, on="deal", suffix="_then").filter(pl.col("at") < pl.col("at_then"))
    went = {(a, b): n for a, b, n in pairs.group_by("stage", "stage_then").len().iter_rows()}
    begun = first.join(first.group_by("deal").agg(start=pl.col("at").min()), on="deal")
    days = begun.group_by("stage").agg((pl.col("at") - pl.col("start")).median().dt.total_seconds())
    late = dict(days.iter_rows())
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
            pipeline=Message("in_pipeline", pipeline=pipeline) if pipeline else None,
            stages=list(ties[0]) if ties else left,
            lines=["stage,order", *lines],
        )
    return tuple(order)


# --- stays, ways, cells ---


def _stays(entries: pl.DataFrame, until: date | None) -> pl.DataFrame:
    """Stays in order of time; entries that name the same stage again are one."""
    rows = entries.sort("deal", "at", "position", "row", nulls_last=True, maintain_order=True)
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in ("deal", "pipeline", "stage"))
    rows = rows.with_columns(run=(~same).cum_sum())
    stays = rows.group_by("deal", "run", maintain_order=True).agg(
        pl.col("pipeline", "stage", "position", "meaning", "outcome", "closed", "entered").first(),
        pl.col("exited").last(),
    )
    following = pl.when(pl.col("deal").shift(-1) == pl.col("deal")).then(pl.col("entered").shift(-1))
    ended = pl.when(pl.col("outcome") != "open").then(pl.coalesce("closed", pl.lit(until, pl.Date)))
    left = pl.coalesce("exited", following, ended)
    return stays.with_columns(left=pl.max_horizontal(left, pl.when(left.is_not_null()).then("entered")))


def _ways(deals: pl.DataFrame, stays: pl.DataFrame, lengths: pl.DataFrame) -> pl.DataFrame:
    """A row per deal and pipeline, with how far it came and what became of it there."""
    last = stays.group_by("deal", maintain_order=True).agg(last=pl.col("pipeline").last())
    won = stays.filter(pl.col("meaning") == "won").group_by("deal", "pipeline").agg(won_on=pl.col("entered").last())
    ways = stays.group_by("deal", "pipeline", maintain_order=True).agg(
        reached=pl.col("position").max(), standing=pl.col("position").last(), gone=pl.col("left").max()
    )
    ways = ways.join(won, on=["deal", "pipeline"], how="left", nulls_equal=True, maintain_order="left")
    ways = ways.join(last, on="deal", how="left", maintain_order="left")
    ways = ways.with_columns(here=pl.col("pipeline").eq_missing(pl.col("last"))).drop("last")
    ways = ways.join(lengths, on="pipeline", how="left", nulls_equal=True, maintain_order="left")
    columns = deals.drop("pipeline", strict=False).with_row_index("deal")
    ways = ways.join(columns, on="deal", how="left", maintain_order="left")
    outcome = pl.when("here").then(pl.col("outcome")).otherwise(pl.lit("other"))
    is_won = pl.col("here") & (pl.col("outcome") == "won")
    ways = ways.with_columns(
        outcome=outcome,
        furthest=pl.when(is_won).then("end").otherwise("reached"),
        now=pl.when(pl.col("here") & (pl.col("outcome") == "open")).then(pl.coalesce("standing", "reached")),
        over=pl.when(outcome != "open").then(pl.when("here").then(pl.coalesce("closed", "gone")).otherwise("gone")),
        won_on=pl.when(is_won).then(pl.coalesce("closed", "won_on")),
    )
    return (
        ways.filter(pl.col("furthest").is_not_null())
        .drop("here", "reached", "standing", "gone")
        .with_row_index("journey")
    )


def _cells(ways: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """The stages that each deal entered or passed; one that it passed has the date of the later stage."""
    first = (
        visits.group_by("journey", "position")
        .agg(recorded=pl.col("entered").min())
        .with_columns(seen=pl.lit(value=True))
    )
    won = ways.filter(pl.col("furthest") == pl.col("end")).select(
        "journey", position=pl.col("furthest"), recorded=pl.col("won_on"), seen=pl.lit(value=True)
    )
    grid = ways.select("journey", position=pl.int_ranges(1, pl.col("furthest") + 1, dtype=pl.Int64)).explode("position")
    cells = grid.join(
        pl.concat([first.select(won.columns), won]), on=["journey", "position"], how="left", maintain_order="left"
    )
    # Days of a later journey are larger by so much that a running minimum from the end begins anew with each journey.
    apart = pl.col("journey").cast(pl.Int64) * _APART
    soonest = (pl.col("recorded").to_physical().cast(pl.Int64) + apart).cum_min(reverse=True).backward_fill() - apart
    passed = pl.when(soonest < _APART // 2).then(soonest).cast(pl.Int32).cast(pl.Date)
    return cells.with_columns(pl.col("seen").fill_null(value=False), passed=passed)


_APART = 1 << 24
"""Days: more than lie between any two dates."""
