"""From the frames of files to the frames that measures aggregate."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from salesmetrics.calendar import Calendar
from salesmetrics.calendar.windows import ALL, Window, span_windows
from salesmetrics.entities.accounts import ids_by_name
from salesmetrics.entities.activities import activity_view, lead_view, meeting_outcomes, rep_days, with_gaps
from salesmetrics.entities.currency import convert, with_one_currency, with_potential, with_prices
from salesmetrics.entities.customers import invoice_view, movements, survey_view
from salesmetrics.entities.days import cost_days
from salesmetrics.entities.deals import close_plans, deal_stages, deal_touches
from salesmetrics.entities.derived import as_of_view
from salesmetrics.entities.later import later_records, reaches_past
from salesmetrics.entities.lifetimes import customer_terms, levels_of_customers
from salesmetrics.entities.people import MOMENTS, ramps, rep_calendar, staff_view, training_arms, with_tenure
from salesmetrics.entities.quotas import (
    company_targets,
    quota_days,
    quota_gaps,
    rep_targets,
    with_season,
    with_under_quota,
)
from salesmetrics.entities.touches import chances, lead_touches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.entities.moments import Moments
    from salesmetrics.metrics.settings import Settings
    from salesmetrics.schema.provenance import Finding


__all__ = ["Asked", "add_activity_entities", "add_money_entities", "make_entities"]


OTHER_TYPES = frozenset({"activities", "meeting_outcomes", "surveys"})
"""Entities whose ``type`` is not that of a deal."""


def make_entities(
    frames: Mapping[str, pl.DataFrame],
    moments: Moments,
    settings: Settings,
    asked: Asked | None = None,
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """The frames as measures need them, on the as-of date.

    Args:
        frames: Canonical frames by kind.
        moments: The days that the report speaks for.
        settings: Thresholds that decide what a record counts as.
        asked: What of the request decides how frames are made.

    Returns:
        Frames by entity, and what has to be said about how they were made.
    """
    asked = asked or Asked()
    frames, findings = _priced(frames, moments.day, asked)
    made = dict(frames)
    if moments.cut is None:
        made |= _without_far_closes(made, moments)
    else:
        if "deals" in made:
            made["deals"], note = as_of_view(made["deals"], moments.cut)
            findings += [note] if note else []
        findings += later_records(frames, moments.cut)
    findings += add_activity_entities(made, frames, moments, settings, asked)
    findings += add_money_entities(made, frames, moments, settings, asked)
    return _with_one_type(made), findings


def _without_far_closes(frames: Mapping[str, pl.DataFrame], moments: Moments) -> dict[str, pl.DataFrame]:
    """The deals without the days of closing that lie beyond the last event: the deals stay closed, on a day that nobody knows."""
    deals, day = frames.get("deals"), moments.day
    if deals is None or day is None or "closed" not in deals.columns or "deals" not in moments.own:
        return {}
    last = deals["closed"].max()
    if not isinstance(last, date) or last <= day:
        return {}
    return {"deals": deals.with_columns(pl.when(pl.col("closed") <= day).then(pl.col("closed")))}


def _with_one_type(made: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The frames with ``type`` in those of deals alone, if deals have one: other types go by their own names."""
    if "deals" not in made or "type" not in made["deals"].columns:
        return dict(made)
    return {
        entity: frame.drop("type", strict=False) if entity in OTHER_TYPES else frame for entity, frame in made.items()
    }


def _priced(
    frames: Mapping[str, pl.DataFrame], as_of: date | None, asked: Asked
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """The frames with what is known of prices, and in one currency if that is asked for."""
    made, findings = with_one_currency(frames)
    if "products" in made and "deals" in made:
        made["deals"], notes = with_prices(made["deals"], made["products"])
        findings += notes
    if "customers" in made and "deals" in made:
        made["deals"] = with_potential(made["deals"], made["customers"], as_of)
    if asked.currency is not None:
        made, notes = convert(made, asked.currency, as_of, asked.calendar)
        findings += notes
    return made, findings


# --- the frames that measures of leads and activities aggregate: each is made where the files that it needs are there ---


def add_activity_entities(
    made: dict[str, pl.DataFrame],
    frames: Mapping[str, pl.DataFrame],
    moments: Moments,
    settings: Settings,
    asked: Asked | None = None,
) -> list[Finding]:
    """Put the state of leads and activities, and what follows from them, among the entities.

    Args:
        made: Frames by entity, deals already as of the day; added to in place.
        frames: Canonical frames by kind, as exported.
        moments: The days that the report speaks for.
        settings: Thresholds.
        asked: What of the request matters here.

    Returns:
        What has to be said about how they were made.
    """
    asked = asked or Asked()
    findings: list[Finding] = []
    past = moments.cut is not None and reaches_past(frames, moments.cut)
    if "activities" in frames:
        own = moments.of("activities")
        made["activities"], notes = activity_view(frames["activities"], own, moments.cut, past=past)
        findings += notes
    if "leads" in frames:
        made["leads"], notes = lead_view(frames["leads"], moments.cut, frames.get("deals"), past=past)
        findings += notes
    if moments.day is not None:
        findings += _add_leads(made, moments, settings, asked)
        _add_deals(made, moments, settings, asked)
        _add_activities(made, moments.day, settings, asked)
    return findings


def _add_leads(made: dict[str, pl.DataFrame], moments: Moments, settings: Settings, asked: Asked) -> list[Finding]:
    as_of = moments.of("leads", "activities")
    if as_of is None or moments.day is None:
        return []
    activities, deals = made.get("activities"), made.get("deals")
    notes: list[Finding] = []
    if "leads" in made:
        touched, notes = lead_touches(made["leads"], activities, deals, as_of, settings, asked.calendar.timezone)
        if touched is not None:
            made["lead_touches"] = touched
            undated = made["leads"].filter(pl.col("created").is_null())
            made["leads"] = pl.concat([touched.select(*undated.columns, "response_band"), undated], how="diagonal")
    if asked.makes("chances"):
        _add(made, "chances", chances(made.get("lead_touches"), deals, activities, moments.day, settings))
    return notes


def _add_deals(made: dict[str, pl.DataFrame], moments: Moments, settings: Settings, asked: Asked) -> None:
    as_of, known = moments.day, moments.of("stages")
    if "deals" not in made or as_of is None or known is None:
        return
    known = max(known, as_of)  # a history that goes on is not cut where no day was asked for
    deals, stages = made["deals"], made.get("stages")
    if asked.makes("deal_touches"):
        _add(made, "deal_touches", deal_touches(deals, made.get("activities"), as_of))
    if asked.makes("deal_stages"):
        _add(made, "deal_stages", deal_stages(deals, stages, as_of, settings, known))
    if asked.makes("close_plans"):
        _add(made, "close_plans", close_plans(deals, stages, known))


def _add_activities(made: dict[str, pl.DataFrame], as_of: date, settings: Settings, asked: Asked) -> None:
    if "activities" not in made:
        return
    if asked.makes("activities", "rep_days", "meeting_outcomes"):
        made["activities"] = with_gaps(made["activities"])
    if asked.makes("rep_days"):
        _add(made, "rep_days", rep_days(made["activities"]))
    if asked.makes("meeting_outcomes") and "deals" in made:
        others = (made.get("stages"), made.get("leads"))
        met = meeting_outcomes(made["activities"], made["deals"], *others, as_of, settings.meeting_yield_days)
        _add(made, "meeting_outcomes", met)


def _add(made: dict[str, pl.DataFrame], entity: str, frame: pl.DataFrame | None) -> None:
    if frame is not None:
        made[entity] = frame


# --- the frames that measures of money, people and customers aggregate: each is made where the files that it needs are there ---


class Asked(msgspec.Struct, frozen=True):
    """What of a request decides how frames are made.

    Attributes:
        by: Dimensions.
        names: Other columns that are asked about.
        window: The period.
        calendar: What quarters and years are.
        currency: Convert all amounts to this one.
        entities: Those that are needed, with all that these rest on; None for all. What says something by being made,
            and the kinds themselves, are made all the same.
    """

    by: Sequence[str] = ()
    names: frozenset[str] = frozenset()
    window: Window = ALL
    calendar: Calendar = msgspec.field(default_factory=Calendar)
    currency: str | None = None
    entities: frozenset[str] | None = None

    def makes(self, *entities: str) -> bool:
        """Whether one of these entities is needed."""
        return self.entities is None or not self.entities.isdisjoint(entities)

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
        if asked.makes("company_targets"):
            _add_money(made, "company_targets", company_targets(frames["quotas"], asked.calendar))
    if "invoices" in frames and "amount" in frames["invoices"].columns:
        past = moments.cut is not None and reaches_past(frames, moments.cut)
        made["invoices"], notes = invoice_view(frames["invoices"], moments.cut, past=past)
        findings += notes
    if "surveys" in frames and {"type", "score"} <= set(frames["surveys"].columns):
        made["surveys"] = survey_view(frames["surveys"], moments.cut)
    findings += _add_customers(made, frames, moments, asked)
    if asked.makes("rep_calendar"):
        _add_calendar(made, as_of)
    if "reps" in made and asked.asks_for("tenure") and {"owner", "hired"} <= set(made["reps"].columns):
        for entity in MOMENTS:
            if entity in made:
                made[entity] = with_tenure(made[entity], entity, made["reps"])
    findings += _set_against_quotas(made, as_of, asked)
    if as_of is not None:
        _add_people(made, as_of, settings, asked)
    return findings


def _add_calendar(made: dict[str, pl.DataFrame], as_of: date | None) -> None:
    first = _first_day(made)
    if "reps" in made and as_of is not None and first is not None:
        _add_money(made, "rep_calendar", rep_calendar(made["reps"], first, as_of))
        if "rep_calendar" in made:
            made["staff_days"] = made["rep_calendar"].select(pl.col("day").unique().sort())


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
    _add_money(made, "revenue", changes)
    _add_money(made, "customers", customer_terms(customers, changes, day, names, priced="revenue" in frames))
    return findings


def _add_people(made: dict[str, pl.DataFrame], as_of: date, settings: Settings, asked: Asked) -> None:
    deals, reps = made.get("deals"), made.get("reps")
    if asked.makes("quotas", "rep_targets") and "quotas" in made and "agreed" in made["quotas"].columns:
        if deals is not None and {"outcome", "closed", "amount"} <= set(deals.columns):
            made["quotas"] = with_season(made["quotas"], deals, as_of, asked.calendar)
        if asked.makes("rep_targets"):
            _add_money(made, "rep_targets", rep_targets(made["quotas"], deals))
    if reps is None:
        return
    if asked.makes("ramps") and "rep_targets" in made:
        _add_money(made, "ramps", ramps(reps, made["rep_targets"], as_of))
    if asked.makes("trainings") and deals is not None:
        _add_money(made, "trainings", training_arms(reps, deals, settings.training_window_days))


def _first_day(made: Mapping[str, pl.DataFrame]) -> date | None:
    """The first day that sales, costs, quotas or invoices speak of."""
    columns = (("deals", "created"), ("deals", "closed"), ("costs", "day"), ("quotas", "day"), ("invoices", "issued"))
    days = [made[entity][name].min() for entity, name in columns if entity in made and name in made[entity].columns]
    known = [day for day in days if isinstance(day, date)]
    return min(known, default=None)


def _add_money(made: dict[str, pl.DataFrame], entity: str, frame: pl.DataFrame | None) -> None:
    if frame is not None:
        made[entity] = frame
