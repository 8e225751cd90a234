"""From a request and frames to what can be computed."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from salesmetrics.errors import SalesmetricsError
from salesmetrics.report.accounts import by_name
from salesmetrics.report.cells import Source
from salesmetrics.report.clocks import mixed_clocks
from salesmetrics.report.compute import UNDIVIDED, currencies
from salesmetrics.report.cost_cover import costs_partial
from salesmetrics.report.coverage import complete_today, early_ends
from salesmetrics.report.entities import make_entities
from salesmetrics.report.later import days_unknown
from salesmetrics.report.lifetimes import came_back, nobody_left, untold_ends
from salesmetrics.report.maturity import too_short
from salesmetrics.report.mixed_types import mixed_types
from salesmetrics.report.moments import days_differ, moments_of, seen_by
from salesmetrics.report.money_entities import Asked
from salesmetrics.report.plan import ASKED, Plan, a_file, make_plan
from salesmetrics.report.prepare import columns_of
from salesmetrics.report.request import Request, window_of
from salesmetrics.report.where import apply_where, named_columns
from salesmetrics.report.windows import Window, span_windows
from salesmetrics.schema.kinds import TYPE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.report.model import NotComputed
    from salesmetrics.schema.provenance import Finding
    from salesmetrics.schema.withheld import Withheld

__all__ = ["MAX_SEGMENTS", "Setup", "set_up"]

MAX_SEGMENTS = 10_000
"""Groups that `--by` may make."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What can be computed.

    Attributes:
        source: Where measure values come from.
        plan: The KPIs that can be computed, and those that cannot.
        currency: The one currency of all amounts; None where there are several or none is known.
        findings: What has to be said about how the frames were made.
    """

    source: Source
    plan: Plan
    currency: str | None
    findings: tuple[Finding, ...]


def set_up(request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog) -> Setup:
    """Sort out what can be computed.

    Raises:
        SalesmetricsError: ``kpi_unknown``, ``family_unknown``, ``dimension_unknown``, ``where_invalid``,
            ``report_empty``, ``segments_too_many``.
    """
    wanted = catalog.select(request.kpis, request.families)
    named = frozenset(request.renamed.get(name, name) for name in named_columns(request.where))
    asked = Asked(request.by, named, window_of(request), request.calendar, request.currency)
    entities, notes = make_entities(frames, moments_of(request), request.settings, asked)
    listed = {name for frame in frames.values() for name in frame.columns if not name.startswith("__")}
    listed |= {name for kind, name in TYPE_NAMES.items() if kind in entities and "type" not in entities[kind].columns}
    unfiltered = _unfiltered(entities, named) if request.where else {}
    if request.where:
        entities = apply_where(entities, request.where, renamed=request.renamed, listed=listed)
    _check_dimensions(request.by, entities, listed)
    _check_segments(request.by, entities)
    columns = columns_of(entities, request.as_of)
    bounded = window_of(request).bounded
    plan = make_plan(catalog, wanted, columns, request.settings, bounded=bounded, unfiltered=unfiltered)
    if not plan.kpis:
        raise _nothing_to_report(plan.not_computed, frames, unfiltered)
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
    counted = {m.entity for m in plan.measures.values() if "account_key" in m.columns}
    for entity in sorted(counted & {"deals", "invoices"}):
        said += by_name(entity, entities[entity])
    if "customers_kept" in plan.measures:
        year = _retention_window(seen_by(request, catalog.kpis["customer_retention"], catalog), entities)
        said += [*nobody_left(entities, year), *came_back(entities, year)]
    return Setup(source, plan, codes[0] if len(codes) == 1 else None, tuple(said))


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


def _check_dimensions(by: Sequence[str], frames: Mapping[str, pl.DataFrame], listed: set[str]) -> None:
    known = {name for frame in frames.values() for name in frame.columns if not name.startswith("__")}
    shown = sorted(listed)
    for name in by:
        if name not in known:
            near = get_close_matches(name, shown, n=1, cutoff=0.5)
            fix = f"did you mean `--by {near[0]}`? " if near else ""
            raise SalesmetricsError("dimension_unknown", name=name, fix=f"{fix}columns: {', '.join(shown)}")


def _check_segments(by: Sequence[str], frames: Mapping[str, pl.DataFrame]) -> None:
    """Refuse groups by what nearly every record has of its own: nobody reads so many, and no memory holds them."""
    count = max(
        (frame.select(by).unique().height for frame in frames.values() if by and set(by) <= set(frame.columns)),
        default=0,
    )
    if count > MAX_SEGMENTS:
        raise SalesmetricsError("segments_too_many", names=",".join(by), count=f"{count:,}", limit=f"{MAX_SEGMENTS:,}")


def _unfiltered(entities: Mapping[str, pl.DataFrame], named: frozenset[str]) -> dict[str, list[str]]:
    """The entities that a condition cannot be applied to, with the columns that they lack for it."""
    divided = {entity: frame for entity, frame in entities.items() if entity not in UNDIVIDED}
    lacking = {entity: sorted(named.difference(frame.columns)) for entity, frame in divided.items()}
    return {entity: names for entity, names in lacking.items() if names}


def _nothing_to_report(
    refused: Sequence[NotComputed], frames: Mapping[str, Any], unfiltered: Mapping[str, Sequence[str]]
) -> SalesmetricsError:
    needs = list(dict.fromkeys(item.needs for item in refused))
    lacking = dict.fromkeys(part for text in needs for part in text.split("; ") if part.endswith(ASKED))
    if unfiltered and lacking:
        what = " and ".join(part.removesuffix(f", {ASKED}") for part in lacking)
        cause = f"there is no {what}, so the condition of `--where` cannot be applied to all that the KPIs need"
        fix = "leave `--where` out, or name columns that all of these files have"
        return SalesmetricsError("report_empty", cause=cause, fix=fix)
    if set(frames) == {"pipelines"}:
        cause = "a list of stages defines the stages and holds no deals"
        return SalesmetricsError("report_empty", cause=cause, fix="add a deals file, or a history of stages")
    if set(frames) == {"invoices"} and "amount" not in frames["invoices"].columns:
        cause = "a list of payments says what was received, and not what was invoiced"
        fix = "report an invoices file, with a paid amount or a payment date"
        return SalesmetricsError("report_empty", cause=cause, fix=fix)
    if set(frames) == {"surveys"} and "score" in frames["surveys"].columns and "type" not in frames["surveys"].columns:
        cause = "no column says what the survey asks, nor do the scores show it"
        fix = "name the column of scores after its question, such as `NPS` or `CSAT`, or add a column `survey type`"
        return SalesmetricsError("report_empty", cause=cause, fix=fix)
    cause = f"the KPIs asked for need more than {_listed(sorted(frames))}"
    return SalesmetricsError("report_empty", cause=cause, fix=f"add {needs[0]}" if needs else "ask for other KPIs")


def _listed(kinds: Sequence[str]) -> str:
    return " and ".join(map(a_file, kinds)) or "no file"
