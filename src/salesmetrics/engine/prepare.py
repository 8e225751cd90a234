"""From a request and frames to what can be computed."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import polars as pl

from salesmetrics.calendar.windows import Window, span_windows
from salesmetrics.engine.compute import UNDIVIDED, Source, currencies
from salesmetrics.engine.cost_cover import costs_partial
from salesmetrics.engine.maturity import too_short
from salesmetrics.engine.metric import NO_RANK
from salesmetrics.engine.moments import days_differ, moments_of, seen_by
from salesmetrics.engine.plan import FOR_CONDITION, Plan, Refused, a_file, make_plan
from salesmetrics.engine.request import Request, window_of, windows_of
from salesmetrics.engine.unknown import complete_today, early_ends, plans_begin_late
from salesmetrics.engine.where import apply_where, named_columns
from salesmetrics.entities.accounts import by_name
from salesmetrics.entities.clocks import mixed_clocks
from salesmetrics.entities.declared import columns_of, makings
from salesmetrics.entities.later import days_unknown
from salesmetrics.entities.lifetimes import came_back, nobody_left, untold_ends
from salesmetrics.entities.make import Asked, make_entities
from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.groups import Question, answers, distinct
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import KIND_NAMES, TYPE_NAMES
from salesmetrics.schema.message import Message
from salesmetrics.statistics.intervals import mean_interval, wilson

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from salesmetrics.answers.report import SegmentOrder
    from salesmetrics.engine.evaluate import Group
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Finding
    from salesmetrics.schema.withheld import Withheld
    from salesmetrics.statistics.intervals import Bounds

__all__ = [
    "MAX_RANKED",
    "MAX_SEGMENTS",
    "Ordering",
    "Prepared",
    "check_dimensions",
    "check_segments",
    "mixed_types",
    "prepare",
]


MAX_SEGMENTS = 10_000
"""Groups that `--by` may make."""

MAX_RANKED = 200_000
"""Groups of which `--top` may choose the first: only one KPI is computed for each of them."""


class Ordering(NamedTuple):
    """The order of segments.

    Attributes:
        rank: Each segment that has one, to its place.
        kept: Those that stay a segment of their own; None for all of them.
        said: What the report says of it.
    """

    rank: Mapping[Group, int]
    kept: frozenset[Group] | None
    said: SegmentOrder


class Prepared(msgspec.Struct, frozen=True):
    """What can be computed.

    Attributes:
        source: Where measure values come from.
        plan: The KPIs that can be computed, and those that cannot.
        currency: The one currency of all amounts; None where there are several or none is known.
        findings: What has to be said about how the frames were made.
        by: Columns that records are grouped by: those asked for, or what a segment counts as.
        ordering: The order of segments; without one they stand in order of their keys.
    """

    source: Source
    plan: Plan
    currency: str | None
    findings: tuple[Finding, ...]
    by: tuple[str, ...] = ()
    ordering: Ordering | None = None

    @property
    def rank(self) -> Mapping[Group, int]:
        """The places of segments; those without one follow in order of their keys."""
        return NO_RANK if self.ordering is None else self.ordering.rank


def prepare(
    request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog, *, besides: Collection[str] = ()
) -> Prepared:
    """Sort out what can be computed, and what of it is.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        besides: Ids of KPIs that are computed even where only headlines are asked for: those with a goal.

    Raises:
        SalesmetricsError: ``kpi_unknown``, ``family_unknown``, ``dimension_unknown``, ``where_invalid``,
            ``report_empty``, ``segments_too_many``.
    """
    wanted = catalog.select(request.kpis, request.families)
    named = frozenset(request.renamed.get(name, name) for name in named_columns(request.where))
    listed = {name for frame in frames.values() for name in frame.columns if not name.startswith("__")}
    # A condition, or a column that no file has, may be about any entity.
    needed = None if named or not listed.issuperset(request.by) else _entities_of(wanted, catalog)
    asked = Asked(request.by, named, window_of(request), request.calendar, request.currency, needed)
    entities, notes = make_entities(frames, moments_of(request), request.settings, asked)
    listed |= {name for kind, name in TYPE_NAMES.items() if kind in entities and "type" not in entities[kind].columns}
    unfiltered = _unfiltered(entities, named) if request.where else {}
    if request.where:
        entities = apply_where(entities, request.where, renamed=request.renamed, listed=listed)
    check_dimensions(request.by, entities, listed)
    check_segments(request.by, entities, MAX_SEGMENTS if request.top is None else MAX_RANKED)
    columns = columns_of(entities, request.as_of)
    bounded = window_of(request).bounded
    plan = make_plan(
        catalog,
        wanted,
        columns,
        request.settings,
        bounded=bounded,
        unfiltered=unfiltered,
        headlines=0 if request.kpis or request.families else request.headlines,
        besides=besides,
    )
    if not plan.kpis:
        raise _nothing_to_report(plan.not_computed, frames, unfiltered, request.guessed)
    codes = currencies(entities, plan.measures.values())
    unclear, unknown = _clocks(request, frames, plan)
    withheld = (*request.withheld, *untold_ends(entities), *days_unknown(notes), *unknown)
    source = Source(entities, catalog, request.as_of, request.settings, tuple(codes), withheld)
    said = [*notes, *unclear, *days_differ(request, plan.kpis, catalog)]
    said += [*early_ends(frames, request.as_of), *complete_today(request)]
    said += mixed_types(entities.get("deals"), request, named, plan.kpis, window_of(request))
    if window_of(request).bounded:
        days = {"": window_of(request)} | ({"previous": request.previous} if request.previous else {})
        said += costs_partial(plan.kpis, catalog, days, entities.get("costs"))
    said += too_short(request, plan.kpis, window_of(request))
    dated = {
        kpi.title: windows_of(seen_by(request, kpi, catalog), entities, kpi, catalog)[""]
        for kpi in plan.kpis
        if any(m.entity == "close_plans" for m in catalog.required_measures(kpi).values())
    }
    said += plans_begin_late(entities.get("close_plans"), dated)
    counted = {m.entity for m in plan.measures.values() if "account_key" in m.columns}
    for entity in sorted(counted & {"deals", "invoices"}):
        said += by_name(entity, entities[entity])
    if "customers_kept" in plan.measures:
        year = _retention_window(seen_by(request, catalog.kpis["customer_retention"], catalog), entities)
        said += [*nobody_left(entities, year), *came_back(entities, year)]
    return Prepared(source, plan, codes[0] if len(codes) == 1 else None, tuple(said), request.by)


def _entities_of(kpis: Iterable[Kpi], catalog: Catalog) -> frozenset[str]:
    """The entities that the measures of some KPIs aggregate, with all that these rest on."""
    measures = (m for kpi in kpis for m in (catalog.measures_of(kpi) | catalog.required_measures(kpi)).values())
    return makings(measure.entity for measure in measures)


def _clocks(
    request: Request, frames: Mapping[str, pl.DataFrame], plan: Plan
) -> tuple[Sequence[Finding], Sequence[Withheld]]:
    """What has to be said of response times whose clocks cannot be compared, and what is withheld for it."""
    if not {"lead_touches", "chances"} & {measure.entity for measure in plan.measures.values()}:
        return [], []
    zoned, by_hours = request.calendar.timezone is not None, request.settings.business_hours is not None
    return mixed_clocks(frames, request.headers, zoned=zoned, by_hours=by_hours)


def _retention_window(request: Request, entities: Mapping[str, pl.DataFrame]) -> Window:
    window = window_of(request)
    return window if window.bounded else span_windows("year", entities, request.as_of, request.calendar)[""]


def check_dimensions(by: Sequence[str], frames: Mapping[str, pl.DataFrame], listed: set[str]) -> None:
    """Refuse to group by what no frame has.

    Raises:
        SalesmetricsError: ``dimension_unknown``.
    """
    known = {name for frame in frames.values() for name in frame.columns if not name.startswith("__")}
    shown = sorted(listed)
    for name in by:
        if name not in known:
            near = get_close_matches(name, shown, n=1, cutoff=0.5)
            hint = Message("did_you_mean_by", near=near[0]) if near else None
            raise SalesmetricsError(
                "dimension_unknown", name=name, fix=Message("columns_there", near=hint, columns=shown)
            )


def check_segments(by: Sequence[str], frames: Mapping[str, pl.DataFrame], limit: int) -> None:
    """Refuse groups by what nearly every record has of its own: nobody reads so many, and no memory holds them."""
    count = max(
        (frame.select(by).unique().height for frame in frames.values() if by and set(by) <= set(frame.columns)),
        default=0,
    )
    if count > limit:
        raise SalesmetricsError("segments_too_many", names=",".join(by), count=count, limit=limit)


def _unfiltered(entities: Mapping[str, pl.DataFrame], named: frozenset[str]) -> dict[str, list[str]]:
    """The entities that a condition cannot be applied to, with the columns that they lack for it."""
    divided = {entity: frame for entity, frame in entities.items() if entity not in UNDIVIDED}
    lacking = {entity: sorted(named.difference(frame.columns)) for entity, frame in divided.items()}
    return {entity: names for entity, names in lacking.items() if names}


def _nothing_to_report(
    refused: Sequence[Refused],
    frames: Mapping[str, Any],
    unfiltered: Mapping[str, Sequence[str]],
    guessed: Sequence[tuple[str, str, int]],
) -> SalesmetricsError:
    lacking = dict.fromkeys(need for item in refused for need in item.needs if need.code == FOR_CONDITION)
    columns = {kind: set(getattr(frame, "columns", ())) for kind, frame in frames.items()}
    cause, fix = (
        Message("need_more_than", files=[Message(f"file_{kind}") for kind in sorted(frames)]),
        Message("other_kpis"),
    )
    if unfiltered and lacking:
        without = [Message("columns_without", **need.details) for need in lacking]
        cause, fix = Message("condition_without", lacking=without), Message("where_all_have")
    elif set(frames) == {"pipelines"}:
        cause, fix = Message("only_stages"), Message("add_deals")
    elif set(frames) == {"invoices"} and "amount" not in columns["invoices"]:
        cause, fix = Message("only_payments"), Message("report_invoices")
    elif set(frames) == {"surveys"} and "score" in columns["surveys"] and "type" not in columns["surveys"]:
        cause, fix = Message("survey_unknown"), Message("name_survey")
    elif refused:
        needs = refused[0].needs
        fix = Message("add_needs", needs=needs)
        wanted = next((kind for need in needs for kind in KIND_NAMES if need == a_file(kind)), None)
        if not frames:
            cause = Message("need_more_than_none")
        elif wanted and guessed:
            path, kind, confidence = guessed[0]
            cause = Message(
                "need_more_than_guess", files=cause.details["files"], path=path, kind=kind, share=confidence
            )
            fix = Message("name_kind_or_add", kind=wanted, path=path, needs=needs)
    return SalesmetricsError("report_empty", cause=cause, fix=fix)


# --- new business, renewals and expansions in one total: where they differ clearly, the total misleads, and that is said ---


CLASSES = ("new", "renewal", "expansion", "existing")
TYPES = frozenset({"type", "deal_class"})
RATES = frozenset(
    {
        "win_rate",
        "win_rate_value",
        "win_rate_broad",
        "win_rate_created",
        "win_rate_horizon",
        "loss_rate",
        "win_loss_ratio",
        "pipeline_velocity",
    }
)
CYCLES = frozenset({"sales_cycle_mean", "sales_cycle_median", "sales_cycle_p90", "time_to_win", "pipeline_velocity"})
SIZES = frozenset({"average_deal_size", "median_deal_size", "pipeline_velocity"})


class _Level(NamedTuple):
    """What a class of deals comes to, with its interval."""

    level: Message
    bounds: Bounds


def mixed_types(
    deals: pl.DataFrame | None, request: Request, named: Collection[str], kpis: Sequence[Kpi], window: Window
) -> list[Finding]:
    """A finding where the KPIs asked for mix types of deals that differ clearly: their intervals do not overlap.

    New business is held against each other class of deals in its win rate, mean cycle and mean amount, as far as KPIs of
    these are asked for; a class with fewer deals than a value needs to be judged is left aside.

    Args:
        deals: Deals as of the day: ``deal_class``, ``outcome`` (String), ``closed``, ``created`` (Date), ``amount`` (Decimal)
            and ``currency`` (String) where known.
        request: What is asked for; a report by type mixes nothing.
        named: Columns that its condition names.
        kpis: The KPIs that are computed.
        window: The period, by the day deals closed.
    """
    if deals is None or "deal_class" not in deals.columns or TYPES & {*request.by, *named}:
        return []
    ids = {kpi.id for kpi in kpis}
    rows = _by_class(deals, window)
    if "new" not in rows:
        return []
    judged = [
        ("win_rates", RATES, {name: _rate(row, request) for name, row in rows.items()}),
        ("mean_cycles", CYCLES, {name: _mean(row, "cycle", "mean_days", request) for name, row in rows.items()}),
        ("mean_amounts", SIZES, {name: _mean(row, "amount", "mean_amount", request) for name, row in rows.items()}),
    ]
    differences = [
        Message(code, levels=classes)
        for code, needed, levels in judged
        if ids & needed and (classes := _clear_difference(levels))
    ]
    if not differences:
        return []
    count = sum(row["won"] + row["lost"] for row in rows.values())
    return [finding("deal_types_mixed", kind="deals", column="type", count=count, differences=tuple(differences))]


def _by_class(deals: pl.DataFrame, window: Window) -> dict[str, dict[str, Any]]:
    """Counts, means and spreads of the deals decided in the period, by class."""
    there = set(deals.columns)
    where = [pl.col("deal_class").is_not_null()]
    if window.bounded and "closed" in there:
        start, end = window.start, window.end
        where += [pl.col("closed") >= start] if start else []
        where += [pl.col("closed") < end] if end else []
    values: dict[str, pl.Expr] = {}
    if {"created", "closed"} <= there:
        days = (pl.col("closed") - pl.col("created")).dt.total_days()
        values["cycle"] = pl.when(days >= 0).then(days)
    if "amount" in there and ("currency" not in there or _is_of_one_currency(deals)):
        values["amount"] = pl.col("amount")
    means = [
        *(value.count().alias(f"{name}_n") for name, value in values.items()),
        *(value.sum().alias(f"{name}_sum") for name, value in values.items()),
        *(value.cast(pl.Float64).std().alias(f"{name}_sd") for name, value in values.items()),
        *(value.cast(pl.Float64).skew(bias=False).alias(f"{name}_skewness") for name, value in values.items()),
    ]
    by = [pl.col("deal_class"), pl.col("outcome")]
    counts, found = answers(
        [
            Question(deals, [pl.len().alias("len")], by, where),
            Question(deals, means or [pl.len().alias("n")], by[:1], [*where, pl.col("outcome") == "won"]),
        ]
    )
    rows: dict[str, dict[str, Any]] = {name: {"won": 0, "lost": 0} for name in counts["deal_class"].unique()}
    for name, outcome, count in counts.iter_rows():
        rows[name][outcome] = count
    for row in found.iter_rows(named=True):
        rows[row["deal_class"]].update(row)
    return {name: rows[name] for name in CLASSES if name in rows and rows[name]["won"] + rows[name]["lost"]}


def _is_of_one_currency(deals: pl.DataFrame) -> bool:
    blank = deals.select(pl.col("currency").is_null().any()).item()
    return len(distinct(deals, "currency")) + int(blank) == 1


def _rate(row: Mapping[str, Any], request: Request) -> _Level | None:
    n = row["won"] + row["lost"]
    bounds = wilson(row["won"], n, request.level) if n >= request.min_n else None
    return None if bounds is None else _Level(Message("share_of_deals", percent=100 * row["won"] / n, n=n), bounds)


def _mean(row: Mapping[str, Any], name: str, code: str, request: Request) -> _Level | None:
    n, sd = row.get(f"{name}_n"), row.get(f"{name}_sd")
    if n is None or sd is None or n < max(2, request.min_n):
        return None
    mean = float(row[f"{name}_sum"]) / n
    bounds = mean_interval(n, mean, sd, row[f"{name}_skewness"] or 0.0, request.level)
    return None if bounds is None else _Level(Message(code, mean=mean, n=n), bounds)


def _clear_difference(levels: Mapping[str, _Level | None]) -> tuple[Message, ...]:
    """All classes with their levels, if new business lies apart from any other; else nothing."""
    new = levels.get("new")
    others = [level for name, level in levels.items() if name != "new" and level is not None]
    if new is None or not any(o.bounds.low > new.bounds.high or o.bounds.high < new.bounds.low for o in others):
        return ()
    return tuple(
        Message("class_level", level=level.level, deals=Message(f"class_{name}"))
        for name, level in levels.items()
        if level is not None
    )
