"""The frames that measures of money, people and customers aggregate: each is made where the files that it needs are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar import Calendar
from salesmetrics.report.accounts import ids_by_name
from salesmetrics.report.costs import cost_days
from salesmetrics.report.later import reaches_past
from salesmetrics.report.lifetimes import customer_terms, levels_of_customers
from salesmetrics.report.quotas import company_targets, quota_days, rep_targets
from salesmetrics.report.ramp import ramps, training_arms
from salesmetrics.report.receivables import invoice_view
from salesmetrics.report.recurring import movements
from salesmetrics.report.season import with_season
from salesmetrics.report.staff import MOMENTS, rep_calendar, staff_view, with_tenure
from salesmetrics.report.under_quota import quota_gaps, with_under_quota
from salesmetrics.report.voice import survey_view
from salesmetrics.report.windows import ALL, Window, span_windows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.metrics.settings import Settings
    from salesmetrics.report.moments import Moments
    from salesmetrics.schema.provenance import Finding

__all__ = ["Asked", "add_money_entities"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request decides how frames are made.

    Attributes:
        by: Dimensions.
        names: Other columns that are asked about.
        window: The period.
        calendar: What quarters and years are.
        currency: Convert all amounts to this one.
    """

    by: Sequence[str] = ()
    names: frozenset[str] = frozenset()
    window: Window = ALL
    calendar: Calendar = field(default_factory=Calendar)
    currency: str | None = None

    def asks_for(self, name: str) -> bool:
        """Whether a column is asked about."""
        return name in self.by or name in self.names


def add_money_entities(
    made: dict[str, pl.DataFrame],
    frames: Mapping[str, pl.DataFrame],
    moments: Moments,
    settings: Settings,
    asked: Asked,
) -> list[Finding]:
    """Put quotas, costs, customers, invoices and reps among the entities, and what follows from them.

    Args:
        made: Frames by entity, deals already as of the day; added to in place.
        frames: Canonical frames by kind.
        moments: The days that the report speaks for.
        settings: Thresholds.
        asked: What of the request matters here.

    Returns:
        What has to be said about how they were made.
    """
    findings: list[Finding] = []
    as_of = moments.day
    if "reps" in frames:
        made["reps"] = staff_view(frames["reps"], as_of)
    if "costs" in frames and "amount" in frames["costs"].columns:
        made["costs"], notes = cost_days(frames["costs"], asked.calendar, as_of)
        findings += notes
    if "quotas" in frames and _can_be_placed(frames["quotas"]):
        made["quotas"], notes = quota_days(frames["quotas"], asked.calendar, asked.by, asked.window)
        findings += notes
        _add(made, "company_targets", company_targets(frames["quotas"], asked.calendar))
    if "invoices" in frames and "amount" in frames["invoices"].columns:
        past = moments.cut is not None and reaches_past(frames, moments.cut)
        made["invoices"], notes = invoice_view(frames["invoices"], moments.cut, past=past)
        findings += notes
    if "surveys" in frames and {"type", "score"} <= set(frames["surveys"].columns):
        made["surveys"] = survey_view(frames["surveys"], moments.cut)
    findings += _add_customers(made, frames, moments, asked)
    first = _first_day(made)
    if "reps" in made and as_of is not None and first is not None:
        _add(made, "rep_calendar", rep_calendar(made["reps"], first, as_of))
        if "rep_calendar" in made:
            made["staff_days"] = made["rep_calendar"].select(pl.col("day").unique().sort())
    if "reps" in made and asked.asks_for("tenure") and {"owner", "hired"} <= set(made["reps"].columns):
        for entity in MOMENTS:
            if entity in made:
                made[entity] = with_tenure(made[entity], entity, made["reps"])
    findings += _set_against_quotas(made, as_of, asked)
    if as_of is not None:
        _add_people(made, as_of, settings, asked.calendar)
    return findings


def _set_against_quotas(made: dict[str, pl.DataFrame], as_of: date | None, asked: Asked) -> list[Finding]:
    if "quotas" not in made:
        return []
    if "deals" in made:
        made["deals"] = with_under_quota(made["deals"], made["quotas"])
    days = asked.window
    if not days.bounded:
        days = span_windows("quota", made, as_of, asked.calendar)[""]
    return quota_gaps(made.get("deals"), made["quotas"], days)


def _can_be_placed(quotas: pl.DataFrame) -> bool:
    """Without a column that says which days they are for, quotas are for none."""
    there = set(quotas.columns)
    return "amount" in there and ("period" in there or "date" in there or {"start", "end"} <= there)


def _add_customers(
    made: dict[str, pl.DataFrame], frames: Mapping[str, pl.DataFrame], moments: Moments, asked: Asked
) -> list[Finding]:
    findings: list[Finding] = []
    changes, customers, day = None, frames.get("customers"), moments.of("customers", "revenue")
    named = [frames["revenue"]] if "revenue" in frames else []
    if customers is not None and {"id", "name"} <= set(customers.columns):
        named.append(customers.select(account_id="id", account="name"))
    names = ids_by_name(named)
    if "revenue" in frames:
        changes, findings = movements(frames["revenue"], asked.calendar, day, names)
    elif customers is not None:
        changes, findings = levels_of_customers(customers, day, names)
    _add(made, "revenue", changes)
    _add(made, "customers", customer_terms(customers, changes, day, names, priced="revenue" in frames))
    return findings


def _add_people(made: dict[str, pl.DataFrame], as_of: date, settings: Settings, calendar: Calendar) -> None:
    deals, reps = made.get("deals"), made.get("reps")
    if "quotas" in made and "agreed" in made["quotas"].columns:
        if deals is not None and {"outcome", "closed", "amount"} <= set(deals.columns):
            made["quotas"] = with_season(made["quotas"], deals, as_of, calendar)
        _add(made, "rep_targets", rep_targets(made["quotas"], deals))
    if reps is None:
        return
    if "rep_targets" in made:
        _add(made, "ramps", ramps(reps, made["rep_targets"], as_of))
    if deals is not None:
        _add(made, "trainings", training_arms(reps, deals, settings.training_window_days))


def _first_day(made: Mapping[str, pl.DataFrame]) -> date | None:
    """The first day that sales, costs, quotas or invoices speak of."""
    columns = (("deals", "created"), ("deals", "closed"), ("costs", "day"), ("quotas", "day"), ("invoices", "issued"))
    days = [made[entity][name].min() for entity, name in columns if entity in made and name in made[entity].columns]
    known = [day for day in days if isinstance(day, date)]
    return min(known, default=None)


def _add(made: dict[str, pl.DataFrame], entity: str, frame: pl.DataFrame | None) -> None:
    if frame is not None:
        made[entity] = frame
