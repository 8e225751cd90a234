"""How deals pass the stages of a pipeline: conversion, time in stage, and where value waits. Own file: what a table says, apart from what is asked of files."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec.structs import replace

from salesmetrics.analysis.cells import cell_rows, no_such_cell
from salesmetrics.analysis.journeys import StageOrders, has_history, journeys
from salesmetrics.analysis.scope import currency_codes, deals_in_scope, group_of, in_window, source_text
from salesmetrics.analysis.stage_numbers import (
    FATES,
    FunnelFacts,
    Setting,
    numbers,
    stuck_deals,
    waits_of,
    with_advances,
)
from salesmetrics.answers.funnel import (
    FUNNEL_PARTS,
    Bottleneck,
    Funnel,
    FunnelMoves,
    FunnelOrder,
    FunnelShare,
    FunnelStage,
    FunnelStock,
    FunnelTime,
    FunnelWaiting,
    StuckDeals,
)
from salesmetrics.answers.report import Interval
from salesmetrics.calendar.windows import ALL
from salesmetrics.engine.metric import group_order, plain
from salesmetrics.engine.moments import moments_of
from salesmetrics.engine.request import window_of
from salesmetrics.entities.currency import still_true
from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message
from salesmetrics.statistics.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.answers.funnel import WaitsBy
    from salesmetrics.answers.rows import Rows
    from salesmetrics.engine.request import Request
    from salesmetrics.schema.provenance import Finding, Input

__all__ = ["FunnelFacts", "build_funnel", "funnel_rows"]


def build_funnel(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    facts: FunnelFacts,
    *,
    inputs: Sequence[Input] = (),
    findings: Sequence[Finding] = (),
) -> Funnel:
    """One funnel per pipeline, for the total and each segment; without a stage history, today's stock.

    Every deal is at the furthest stage that it reached: it advanced from the stages before, and in that one it was lost,
    closed otherwise, or is still there. A stage that it skipped counts as passed, with the date of the later stage; the
    strict counts are of recorded entries alone.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.
        facts: What is known of the files beside their records.
        inputs: The files, for the record.
        findings: What is known about the data already.

    Raises:
        SalesmetricsError: ``report_empty``, ``stage_order_unknown``, or as for ``deals_in_scope``.
    """
    common: dict[str, Any] = {
        "as_of": request.as_of,
        "as_of_source": source_text(request),
        "period": request.period,
        "basis": "created" if facts.cohort else "entered",
        "group_by": list(request.by),
        "inputs": list(inputs),
        "horizon_days": facts.horizon,
        "filters": request.filters,
        "span": request.span,
        "crm": facts.crm,
        "min_n": request.min_n,
    }
    scope = deals_in_scope(request, _with_deals(frames, facts))
    common["findings"] = still_true([*findings, *scope.notes], request.currency)
    common["currencies"] = tuple(code for code in currency_codes(scope.deals) if code)
    if not has_history(scope.deals, scope.stages):
        return Funnel(stages=[], stock=_stock(scope.deals, request), **common)
    setting = _setting(request, scope.deals, scope.stages, frames, facts)
    common["findings"] += _before_exports(setting)
    stages = _with_shares(_stages(setting))
    bottlenecks = _bottlenecks(setting, stages)
    return Funnel(
        stages=stages,
        bottleneck=next((item for item in bottlenecks if not item.group), None),
        bottlenecks=bottlenecks,
        moves=_moves(setting),
        order=[
            FunnelOrder(pipeline=name, stages=list(order), source=source)  # type: ignore[arg-type]
            for name, (order, source) in setting.found.orders.items()
            if order
        ],
        without_history=setting.found.unplaced,
        **common,
    )


def _before_exports(setting: Setting) -> list[Finding]:
    """A finding where deals stood in a stage before the first export that has them."""
    early = setting.found.visits.filter("early")["journey"].n_unique()
    return [finding("entries_before_exports", kind="deals", count=early)] if early else []


def _with_deals(frames: Mapping[str, pl.DataFrame], facts: FunnelFacts) -> Mapping[str, pl.DataFrame]:
    """The frames with the deals that a stage history alone tells of: their last stage says what became of them."""
    stages = frames.get("stages")
    if "deals" in frames or stages is None or not {"deal_id", "stage", "entered"} <= set(stages.columns):
        return frames
    carried = [name for name in ("owner", "team", "pipeline", "amount", "currency") if name in stages.columns]
    rows = stages.filter(pl.col("deal_id").is_not_null()).sort("deal_id", "entered", maintain_order=True)
    deals = rows.group_by("deal_id", maintain_order=True).agg(
        pl.col("stage").drop_nulls().last(),
        *(pl.col(name).drop_nulls().last() for name in carried),
        created=pl.col("entered").min().cast(pl.Date),
        last=pl.col("entered").max().cast(pl.Date),
        __row__=pl.col("__row__").first(),
        __file__=pl.col("__file__").first(),
    )
    outcome = pl.col("stage").replace_strict(dict(facts.meanings), default="open", return_dtype=pl.String)
    deals = deals.rename({"deal_id": "id"}).with_columns(outcome=outcome)
    return {
        **frames,
        "deals": deals.with_columns(closed=pl.when(pl.col("outcome") != "open").then("last")).drop("last"),
    }


def _setting(
    request: Request,
    deals: pl.DataFrame,
    stages: pl.DataFrame | None,
    frames: Mapping[str, pl.DataFrame],
    facts: FunnelFacts,
) -> Setting:
    assert stages is not None
    moments, window = moments_of(request), window_of(request)
    until = moments.of("stages") if moments.cut is None else moments.cut
    days = [day for day in (until, moments.day) if day is not None]
    until = max(days) if moments.cut is None and days else until
    if facts.cohort:
        deals = deals.filter(in_window("created", window))
        window = ALL
    if deals.is_empty():
        raise SalesmetricsError("report_empty", cause=Message("no_deals_in_period"), fix=Message("another_period"))
    told = StageOrders(frames.get("pipelines"), facts.settled, facts.orders)
    found = journeys(deals, stages, told, facts.meanings, until)
    if found.visits.is_empty():
        raise SalesmetricsError("report_empty", cause=Message("no_open_stage_entered"), fix=Message("add_open_stages"))
    own = found.deals.select("furthest", "outcome")
    cells = found.cells.hstack(own[found.cells["journey"]])
    cells = cells.with_columns(
        inside=in_window("passed", window),
        # A journey begins with its first stage, and its stages follow one another.
        first=pl.when(pl.col("position") == 1).then(in_window("passed", window)).forward_fill(),
        then=(pl.col("seen").shift(-1) & (pl.col("position").shift(-1) > 1)).fill_null(value=False),
    )
    # There is a funnel per pipeline as it is.
    keys = tuple(dict.fromkeys((("pipeline",), tuple(dict.fromkeys(("pipeline", *request.by))))))
    return Setting(request, facts, found, cells, window, until, keys)


# --- the table ---


def _stages(setting: Setting) -> list[FunnelStage]:
    stuck, setting = stuck_deals(setting), with_advances(setting)
    tables = {keys: numbers(setting, keys, stuck) for keys in setting.keys}
    found: list[tuple[Any, FunnelStage]] = []
    pipelines = list(setting.found.orders)
    for keys, rows in tables.items():
        groups: dict[tuple[Any, ...], dict[int, dict[str, Any]]] = {}
        for row in rows:
            groups.setdefault(tuple(row[name] for name in keys), {})[row["position"]] = row
        for key, by_position in groups.items():
            names = setting.found.orders[key[0]][0]
            group = group_of(setting.request.by, dict(zip(keys, key, strict=True)), total=len(keys) == 1)
            rank = (pipelines.index(key[0]), group_order(key[1:]))
            for position in range(1, len(names) + 2):
                row = by_position.get(position, {})
                before = by_position.get(position - 1, {}) if position > 1 else None
                stage = _stage(setting, row, before, by_position.get(1, {}))
                name = names[position - 1] if position <= len(names) else None
                found.append(
                    (
                        (*rank, position),
                        FunnelStage(pipeline=key[0], stage=name, position=position, group=group, **stage)
                        if name is not None
                        else FunnelStage(
                            pipeline=key[0],
                            stage=None,
                            position=position,
                            group=group,
                            **{n: v for n, v in stage.items() if n in _OF_WON},
                        ),
                    )
                )
    return [stage for _, stage in sorted(found, key=lambda one: one[0])]


_OF_WON = frozenset(
    {"entered", "entered_strict", "of_previous", "of_previous_strict", "of_all", "of_all_strict", "small"}
)


def _stage(
    setting: Setting, row: Mapping[str, Any], before: Mapping[str, Any] | None, top: Mapping[str, Any]
) -> dict[str, Any]:
    """The numbers of a stage, beside those of the stage before it."""
    request = setting.request
    level, entered = request.level, row.get("entered", 0)
    whole = top.get("begun", 0)
    found: dict[str, Any] = {"entered": entered, "entered_strict": row.get("entered_strict", 0)}
    found |= {fate: row.get(fate, 0) for fate in FATES}
    found["now_here"] = row.get("now_here", 0)
    if before is not None:
        found["of_previous"] = _share(before.get("advanced", 0), before.get("entered", 0), level)
        strict = before.get("strict_advanced", 0), before.get("entered_strict", 0)
        found["of_previous_strict"] = _share(*strict, level)
        found["small"] = before.get("entered", 0) < request.min_n
    found["of_all"] = _share(row.get("begun", 0), whole, level)
    found["of_all_strict"] = _share(row.get("begun_strict", 0), whole, level)
    found["will_advance"] = _incidence(row, level)
    found["few_timed"] = row.get("timed", 0) < request.min_n
    bounds = None
    if row.get("low") is not None or row.get("high") is not None:
        bounds = Interval(low=row["low"], high=row["high"], level=level, method="brookmeyer_crowley")
    found["time_in_stage"] = FunnelTime(
        median=row.get("median"), p90=row.get("p90"), interval=bounds, n=row.get("timed", 0)
    )
    found["waiting"] = row.get("waiting") or FunnelWaiting(
        value_days=None, deal_days=0, unpriced=0, reason="no_records"
    )
    found["stuck"] = StuckDeals(count=row.get("stuck", 0), value=plain(row.get("stuck_value")))
    return found


def _share(k: int, n: int, level: float) -> FunnelShare:
    if n == 0:
        return FunnelShare(value=None, numerator=k, denominator=n, reason="zero_denominator")
    bounds = wilson(k, n, level)
    span = bounds and Interval(low=bounds.low, high=bounds.high, level=level, method="wilson")
    return FunnelShare(value=k / n, numerator=k, denominator=n, interval=span)


def _incidence(row: Mapping[str, Any], level: float) -> FunnelShare:
    if row.get("chance") is None:
        return FunnelShare(
            value=None,
            denominator=row.get("timed", 0),
            reason="not_reached" if row.get("timed") else "zero_denominator",
        )
    span = None
    if row["chance_low"] is not None:
        span = Interval(low=row["chance_low"], high=row["chance_high"], level=level, method="aalen_johansen")
    return FunnelShare(value=row["chance"], denominator=row["timed"], at_risk=row["at_risk"], interval=span)


# --- beside the table ---


def _moves(setting: Setting) -> list[FunnelMoves]:
    found = []
    names = ("back", "skipped", "again", "middle")
    for keys in setting.keys:
        table = setting.found.deals.group_by(keys).agg(pl.len(), *(pl.col(name).sum() for name in names))
        for row in table.iter_rows(named=True):
            group = group_of(setting.request.by, row, total=len(keys) == 1)
            moves = FunnelMoves(
                pipeline=row["pipeline"],
                group=group,
                deals=row["len"],
                back=row["back"],
                skipped=row["skipped"],
                re_entered=row["again"],
                mid_funnel=row["middle"],
            )
            found.append((row["pipeline"] is None, row["pipeline"] or "", group_order(tuple(group.values())), moves))
    return [moves for *_, moves in sorted(found, key=lambda one: one[:3])]


def _with_shares(stages: Sequence[FunnelStage]) -> list[FunnelStage]:
    """The stages, each with its share of what waits in its pipeline and segment: of value-days, else of days of deals."""
    shared = {}
    for own in _tables(stages).values():
        by = _measure(stage.waiting for stage in own)
        waits = [_wait(stage.waiting, by) for stage in own]
        total = sum(waits, Decimal(0))
        for stage, wait in zip(own, waits, strict=True):
            assert stage.waiting is not None
            share: dict[str, Any] = {"share_reason": "zero_denominator"}
            if total > 0:
                share = {"share": float(wait / total), "share_by": by}
            shared[id(stage)] = replace(stage, waiting=replace(stage.waiting, **share))
    return [shared.get(id(stage), stage) for stage in stages]


def _bottlenecks(setting: Setting, stages: Sequence[FunnelStage]) -> list[Bottleneck]:
    """The stage of each pipeline and segment where most value waits, or where amounts are unknown, most deals."""
    earlier: dict[Any, dict[int, FunnelWaiting]] = {}
    before = setting.request.previous
    if before is not None:
        for keys in setting.keys:
            for (*key, position), waiting in waits_of(setting, keys, before).items():
                earlier.setdefault(tuple(key), {})[position] = waiting
    tables = _tables(stages)
    sizes = {key: max(stage.entered for stage in own) for key, own in tables.items()}
    found = []
    for own_key, own in tables.items():
        by = own[0].waiting.share_by if own[0].waiting else None
        if by is None:
            continue
        worst = max(own, key=lambda stage: (_wait(stage.waiting, by), -stage.position))
        assert worst.waiting is not None
        assert worst.waiting.share is not None
        item = Bottleneck(
            pipeline=own_key[0],
            group=worst.group,
            stage=str(worst.stage),
            by=by,
            share=worst.waiting.share,
            previous=_share_before(earlier.get(own_key, {}), worst.position, by),
        )
        found.append(((bool(worst.group), -sizes[own_key], str(own_key)), item))
    return [item for _, item in sorted(found, key=lambda one: one[0])]


def _tables(stages: Sequence[FunnelStage]) -> dict[Any, list[FunnelStage]]:
    """The stages of each pipeline and segment, without the row of won deals."""
    tables: dict[Any, list[FunnelStage]] = {}
    for stage in stages:
        if stage.stage is not None:
            group = (value for name, value in stage.group.items() if name != "pipeline")
            tables.setdefault((stage.pipeline, *group), []).append(stage)
    return tables


def _measure(waits: Iterable[FunnelWaiting | None]) -> WaitsBy:
    """What stages are compared by: value-days, if each in which deals waited has them."""
    valued = all(one is None or one.value_days is not None or not one.deal_days for one in waits)
    return "value_days" if valued else "deal_days"


def _share_before(earlier: Mapping[int, FunnelWaiting], position: int, by: WaitsBy) -> float | None:
    """The share of a stage in the previous period; None where what it is compared by is not known of that period."""
    if by == "value_days" and _measure(earlier.values()) != by:
        return None
    total = sum((_wait(waiting, by) for waiting in earlier.values()), Decimal(0))
    return float(_wait(earlier.get(position), by) / total) if total > 0 else None


def _wait(waiting: FunnelWaiting | None, by: WaitsBy) -> Decimal:
    """Exact, so that no share depends on the order in which it is added up."""
    if waiting is None:
        return Decimal(0)
    return Decimal((waiting.value_days if by == "value_days" else waiting.deal_days) or 0)


# --- without a history ---


def _stock(deals: pl.DataFrame, request: Request) -> list[FunnelStock]:
    """Open deals by stage today."""
    opened = deals.filter(pl.col("outcome") == "open")
    for name in ("pipeline", "stage"):
        if name not in opened.columns:
            opened = opened.with_columns(pl.lit(None, pl.String).alias(name))
    if opened.is_empty():
        raise SalesmetricsError("report_empty", cause=Message("no_history_no_open"), fix=Message("add_stage_history"))
    age = pl.lit(None, pl.Int64)
    if "stage_entered" in opened.columns:
        age = (pl.lit(request.as_of, pl.Date) - pl.col("stage_entered")).dt.total_days().clip(0)
    opened = opened.with_columns(age=age)
    found = []
    by = list(request.by)
    for keys in ([], by) if by else ([],):
        at = list(dict.fromkeys(["pipeline", "stage", "currency", *keys]))
        table = opened.group_by(at).agg(
            pl.len(), pl.col("amount").sum(), pl.col("amount").count().alias("priced"), pl.col("age").median()
        )
        for row in table.iter_rows(named=True):
            group = group_of(by, row, total=not keys)
            stock = FunnelStock(
                pipeline=row["pipeline"],
                stage=row["stage"],
                group=group,
                currency=row["currency"],
                count=row["len"],
                value=plain(row["amount"]) if row["priced"] else None,
                unpriced=row["len"] - row["priced"],
                age_median=row["age"],
            )
            order = (group_order(tuple(group.values())), row["pipeline"] is None, row["pipeline"] or "", -row["len"])
            found.append(((*order, row["stage"] is None, row["stage"] or "", row["currency"] or ""), stock))
    return [stock for _, stock in sorted(found, key=lambda one: one[0])]


# --- the deals behind a cell ---


def funnel_rows(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    facts: FunnelFacts,
    cell: str,
    inputs: Sequence[Input] = (),
) -> Rows:
    """The deals behind a cell: ``Proposal`` (entered), ``Proposal:lost``, ``Proposal:stuck``, ``won``.

    Raises:
        SalesmetricsError: ``option_invalid``: there is no such cell; else as :func:`build_funnel`.
    """
    scope = deals_in_scope(request, _with_deals(frames, facts))
    if not has_history(scope.deals, scope.stages):
        raise SalesmetricsError("report_empty", cause=Message("no_stage_history"), fix=Message("add_stage_history"))
    setting = _setting(request, scope.deals, scope.stages, frames, facts)
    orders = setting.found.orders
    name, colon, part = cell.rpartition(":")
    stage, part = (name.strip(), part.strip()) if colon and part.strip() in FUNNEL_PARTS else (cell.strip(), "entered")
    places = {pipeline: order.index(stage) + 1 for pipeline, (order, _) in orders.items() if stage in order}
    if stage == "won" and part == "entered":
        places = {pipeline: len(order) + 1 for pipeline, (order, _) in orders.items()}
    if not places:
        known = [stage for order, _ in orders.values() for stage in order]
        raise no_such_cell(cell, [*(f"{stage}:lost" for stage in known[:3]), *known, "won"])
    at = pl.DataFrame(list(places.items()), schema={"pipeline": pl.String, "position": pl.Int64}, orient="row")
    ways = setting.found.deals
    if part == "now_here":
        chosen = ways.filter(pl.col("now").is_not_null()).select("journey", position="now")
    elif part == "stuck":
        chosen = stuck_deals(setting).select("journey", "position")
    else:
        chosen = setting.cells.filter(_match(part)).select("journey", "position")
    chosen = chosen.hstack(ways.select("pipeline")[chosen["journey"]])
    chosen = chosen.join(at, on=["pipeline", "position"], how="semi", nulls_equal=True)
    deals = ways.join(chosen, on="journey", how="semi")
    if deals.is_empty():
        raise no_such_cell(cell, [*(stage for order, _ in orders.values() for stage in order), "won"])
    how = Message("how_funnel", stage=stage, part=Message(f"part_{part}"))
    return cell_rows(deals, "funnel", how, request, inputs=inputs, more=("pipeline", "outcome"))


def _match(part: str) -> pl.Expr:
    inside, here = pl.col("inside"), pl.col("furthest") == pl.col("position")
    found = {
        "entered": inside,
        "strict": inside & pl.col("seen"),
        "advanced": inside & (pl.col("furthest") > pl.col("position")),
        "lost": inside & here & (pl.col("outcome") == "lost"),
        "other": inside & here & (pl.col("outcome") == "other"),
        "still_here": inside & here & (pl.col("outcome") == "open"),
    }
    return found[part]
