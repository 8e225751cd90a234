"""Activities and leads as they stood on the as-of date, and which activities are touches by a person."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar.steps import day_after
from salesmetrics.entities.clocks import clock, comparable, has_times
from salesmetrics.entities.later import day_unknown, put_back
from salesmetrics.schema.clock import utc_name
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from salesmetrics.schema.provenance import Finding

__all__ = ["activity_view", "end_of", "lead_view", "meeting_outcomes", "rep_days", "with_conversion_day", "with_gaps"]


INSTANT = pl.Datetime("us")
QUALIFYING = ("qualified", "disqualified")
REACHING_OUT = ("call", "email")
LOGS = {"call": "logs_calls", "email": "logs_emails", "meeting": "logs_meetings"}


def end_of(day: date) -> datetime:
    """The instant at which a day is over.

    >>> from datetime import date
    >>> end_of(date(2026, 1, 31))
    datetime.datetime(2026, 2, 1, 0, 0)
    """
    return datetime.combine(day_after(day), time())


def activity_view(
    activities: pl.DataFrame, as_of: date | None, cut: date | None, *, past: bool = False
) -> tuple[pl.DataFrame, list[Finding]]:
    """The activities known at the end of a day, with what they count as.

    Args:
        activities: Canonical activities; any of ``occurred``, ``completed_at``, ``created`` (Datetime), ``type``,
            ``direction`` (String), ``is_completed``, ``is_automated`` (Boolean), and the marks that the reader found:
            ``marked_automatic``, ``undelivered``, ``without_person`` (Boolean).
        as_of: The day; what lies after it is planned, unless it is marked as completed.
        cut: The day after which activities are left out; None leaves nothing out.
        past: The files know of what happened after ``cut``.

    Returns:
        The activities with ``occurred`` (when it happened: the time of completion stands in for a missing one, the time
        of creation where a file has neither), ``held`` (it took place: completed, or without a word about it and not
        in the future), ``automated``, ``logs_calls``, ``logs_emails`` and ``logs_meetings`` where that type is kept a log of, and ``outbound`` (held by a person who reached out, and delivered). And what has to be said.
    """
    findings: list[Finding] = []
    have = set(activities.columns)
    times: list[str] = [name for name in ("occurred", "completed_at") if name in have]
    times = times or sorted(have & {"created"})
    if times:
        frame = activities.with_columns(
            pl.coalesce(times).cast(INSTANT).alias("occurred"), *_instants(activities, times)
        )
        if cut is not None:
            frame, findings = _known_by(frame, cut, past=past)
    else:
        frame = activities
    later = pl.lit(value=False)
    if times and as_of is not None:
        later = (pl.col("occurred") >= end_of(as_of)).fill_null(value=False)
        later = later & ~_flag(frame, "is_completed", missing=False)
    frame = frame.with_columns(
        held=_flag(frame, "is_completed", missing=True) & ~later,
        automated=_flag(frame, "is_automated", missing=False) | _flag(frame, "marked_automatic", missing=False),
    )
    frame = frame.with_columns(_logged(activities))
    reached, assumed = _reaching_out(frame)
    nobody = _flag(frame, "undelivered", missing=False) | _flag(frame, "without_person", missing=False)
    frame = frame.with_columns(outbound=pl.col("held") & ~pl.col("automated") & ~nobody & (reached | assumed))
    guessed = int(frame.select((pl.col("outbound") & assumed).sum()).item())
    return frame, [*findings, *([finding("direction_assumed", kind="activities", count=guessed)] if guessed else [])]


def _instants(activities: pl.DataFrame, times: Sequence[str]) -> list[pl.Expr]:
    """The instant of whichever time tells when an activity happened, where any file knows one."""
    none = pl.lit(None, dtype=INSTANT)
    known = [pl.col(utc_name(name)) if utc_name(name) in activities.columns else none for name in times]
    if not any(utc_name(name) in activities.columns for name in times):
        return []
    first = [pl.when(pl.col(name).is_not_null()).then(pl.lit(place)) for place, name in enumerate(times)]
    chosen = pl.coalesce(first)
    cases = [pl.when(chosen == place).then(instant) for place, instant in enumerate(known)]
    return [pl.coalesce(cases).alias(utc_name("occurred"))]


def _logged(activities: pl.DataFrame) -> list[pl.Expr]:
    """The type under a name of its own, and which types the export keeps a log of: a list of calls says nothing about emails, so their number is not 0."""
    if "type" not in activities.columns:
        return []
    types = set(activities["type"].drop_nulls().unique().to_list())
    logged = {name: column for name, column in LOGS.items() if name in types}
    return [pl.col("type").alias("activity_type"), *(pl.lit(value=True).alias(column) for column in logged.values())]


def _flag(frame: pl.DataFrame, name: str, *, missing: bool) -> pl.Expr:
    return pl.col(name).fill_null(value=missing) if name in frame.columns else pl.lit(value=missing)


def _known_by(frame: pl.DataFrame, as_of: date, *, past: bool) -> tuple[pl.DataFrame, list[Finding]]:
    """Leave out what was done, or planned, only after the day, and what nothing says was planned by then.

    What lies ahead was planned by then where it was entered by then; or, where nothing says when it was entered, where it is
    marked as not done and the files know of nothing that happened after the day.
    """
    end = end_of(as_of)
    ahead = (pl.col("occurred") >= end).fill_null(value=False)
    done = ahead & _flag(frame, "is_completed", missing=False)
    waiting = pl.lit(value=False) if past else ~_flag(frame, "is_completed", missing=True)
    planned, entered = waiting, pl.lit(value=False)
    if "created" in frame.columns:
        entered = (pl.col("created") >= end).fill_null(value=False)
        planned = pl.when(pl.col("created").is_null()).then(waiting).otherwise(~entered)
    later = done | entered
    unsure = ahead & ~planned & ~later
    known, unplanned = frame.select(later.sum().alias("later"), unsure.sum().alias("unsure")).row(0)
    if not known + unplanned:
        return frame, []
    parts = [Message("activities_later", n=known)] if known else []
    parts += [Message("activities_unplanned", n=unplanned)] if unplanned else []
    advice = Message("date_of_entry_needed") if unplanned else None
    return frame.filter(~(later | unsure)), [put_back("activities", known + unplanned, as_of, parts, advice)]


def _reaching_out(frame: pl.DataFrame) -> tuple[pl.Expr, pl.Expr]:
    """Activities known to reach out, and calls or emails taken to do so because not one of them has a direction.

    A meeting needs none: both sides come to it.
    """
    kind = pl.col("type") if "type" in frame.columns else pl.lit(None, dtype=pl.String)
    if "direction" not in frame.columns:
        return (kind == "meeting").fill_null(value=False), kind.is_in(REACHING_OUT).fill_null(value=False)
    direction = pl.col("direction")
    reached = (direction == "outbound").fill_null(value=False) | (direction.is_null() & (kind == "meeting"))
    told = direction.is_not_null().any().over(kind) if "type" in frame.columns else pl.lit(value=True)
    assumed = direction.is_null() & kind.is_in(REACHING_OUT) & ~told
    return reached.fill_null(value=False), assumed.fill_null(value=False)


def lead_view(
    leads: pl.DataFrame, as_of: date | None, deals: pl.DataFrame | None = None, *, past: bool = False
) -> tuple[pl.DataFrame, list[Finding]]:
    """The leads as they stood at the end of a day, as far as one export can tell.

    Args:
        leads: Canonical leads: ``created``, ``converted_at``, ``qualified_at`` (Datetime), ``outcome`` (String),
            ``is_converted``, ``is_qualified`` (Boolean) where known.
        as_of: The day; None leaves nothing out.
        deals: Canonical deals of the whole export. A lead without a time of conversion became one on the first day
            that a deal with its ``lead_id`` was created, or else closed.
        past: The files know of what happened after the day: then a lead that was converted or qualified on an unknown day
            may or may not have been so on the day.

    Returns:
        The leads with ``qualified`` (Boolean: qualified or converted by then) where the export knows of qualification,
        and what has to be said.
    """
    frame = _with_qualified(leads)
    if as_of is None:
        return frame, []
    end = end_of(as_of)
    dated = with_conversion_day(frame, deals)
    have = set(dated.columns)
    later = (pl.col("created") >= end).fill_null(value=False) if "created" in have else pl.lit(value=False)
    undone = _after(dated, "__converted__", end)
    fresh = _after(dated, "qualified_at", end)
    counts = dated.select(created=later.sum(), converted=(undone & ~later).sum()).row(0)
    unsure = {"is_converted": _unsure(dated, "is_converted", ("__converted__",), end)} if past else {}
    if past:
        unsure["qualified"] = _unsure(dated, "qualified", ("qualified_at", "__converted__"), end) & ~undone & ~fresh
    if "is_converted" in have:
        dated = dated.with_columns(is_converted=pl.col("is_converted") & ~undone)
    if "outcome" in have:
        before = pl.when(_before(dated, "qualified_at", end)).then(pl.lit("qualified")).otherwise(pl.lit("open"))
        gone = undone | (fresh & (pl.col("outcome") == "qualified"))
        dated = dated.with_columns(outcome=pl.when(gone).then(before).otherwise(pl.col("outcome")))
    if "qualified" in have:
        lost = (undone | fresh) & ~_before(dated, "qualified_at", end)
        dated = dated.with_columns(qualified=pl.col("qualified") & ~lost)
    if "first_response_at" in have:
        dated = dated.with_columns(pl.when(pl.col("first_response_at") < end).then(pl.col("first_response_at")))
    findings = [_leads_put_back(as_of, *counts)] if any(counts) else []
    dated = dated.with_columns(mask.alias(f"__unsure_{name}__") for name, mask in unsure.items()).filter(~later)
    for name in unsure:
        mask = pl.col(f"__unsure_{name}__")
        unknown = int(dated.select(mask.sum()).item())
        if unknown:
            findings += day_unknown(_UNSURE[name], unknown, dated.height, as_of)
            hidden = [column for column in _STATES[name] if column in have]
            dated = dated.with_columns(pl.when(~mask).then(pl.col(column)).alias(column) for column in hidden)
    return dated.drop("__converted__", *(f"__unsure_{name}__" for name in unsure), strict=False), findings


_UNSURE = {"is_converted": "conversion_day_unknown", "qualified": "qualification_day_unknown"}
_STATES = {"is_converted": ("is_converted", "outcome"), "qualified": ("qualified",)}


def _unsure(frame: pl.DataFrame, state: str, days: Sequence[str], end: datetime) -> pl.Expr:
    """Records in a state of which no day by then says that they were in it, and no later day that they were not."""
    if state not in frame.columns:
        return pl.lit(value=False)
    told = pl.lit(value=False)
    for place, name in enumerate(days):
        told = told | (_before(frame, name, end) if place else _dated(frame, name))
    return pl.col(state).fill_null(value=False) & ~told


def _dated(frame: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name).is_not_null() if name in frame.columns else pl.lit(value=False)


def _leads_put_back(as_of: date, created: int, converted: int) -> Finding:
    parts = [Message("leads_later", n=created)] if created else []
    parts += [Message("leads_not_yet_converted", n=converted)] if converted else []
    return put_back("leads", created + converted, as_of, parts)


def _with_qualified(leads: pl.DataFrame) -> pl.DataFrame:
    """Whether a lead was ever qualified: only where something in the export could have said so."""
    have = set(leads.columns)
    said: list[pl.Expr] = []
    if "outcome" in have and not leads.filter(pl.col("outcome").is_in(QUALIFYING)).is_empty():
        said.append(pl.col("outcome") == "qualified")
    if "is_qualified" in have:
        said.append(pl.col("is_qualified"))
    if "qualified_at" in have:
        said.append(pl.col("qualified_at").is_not_null())
    if not said:
        return leads
    if "is_converted" in have:
        said.append(pl.col("is_converted"))
    return leads.with_columns(qualified=pl.any_horizontal([expr.fill_null(value=False) for expr in said]))


def with_conversion_day(leads: pl.DataFrame, deals: pl.DataFrame | None) -> pl.DataFrame:
    """The leads with ``__converted__`` (Datetime), the day of their conversion, where something tells it.

    Args:
        leads: Canonical leads.
        deals: Canonical deals of the whole export, which may name the lead that each came from.
    """
    if "is_converted" not in leads.columns:
        return leads
    if "converted_at" in leads.columns:
        return leads.with_columns(pl.col("converted_at").alias("__converted__"))
    days = [] if deals is None else [name for name in ("created", "closed") if name in deals.columns]
    if deals is None or not days or "lead_id" not in deals.columns or "id" not in leads.columns:
        return leads
    first = deals.group_by(pl.col("lead_id").alias("id")).agg(
        pl.coalesce(days).min().cast(INSTANT).alias("__converted__")
    )
    return leads.join(first.filter(pl.col("id").is_not_null()), on="id", how="left", maintain_order="left")


def _after(frame: pl.DataFrame, name: str, end: datetime) -> pl.Expr:
    return (pl.col(name) >= end).fill_null(value=False) if name in frame.columns else pl.lit(value=False)


def _before(frame: pl.DataFrame, name: str, end: datetime) -> pl.Expr:
    return (pl.col(name) < end).fill_null(value=False) if name in frame.columns else pl.lit(value=False)


# --- working days of reps: what activity per day is divided by ---


OF_REP = ("owner_id", "team", "region", "manager")
FRIDAY = 5
PERSON = ("contact_id", "lead_id", "deal_id", "account_id")


def rep_days(activities: pl.DataFrame) -> pl.DataFrame | None:
    """One row per rep and working day.

    A rep works on every day from Monday to Friday between the first and the last activity under that name. Holidays and
    leave are not known; days before the first and after the last activity are not the rep's.

    Args:
        activities: Activities as of the day: ``owner`` (String), ``occurred`` (Datetime), ``held``, ``automated`` (Boolean).

    Returns:
        ``owner``, ``day`` (Date), and the owner id, team, region and manager of the rep where known. None without owners or days.
    """
    if not {"owner", "occurred"} <= set(activities.columns):
        return None
    done = activities.filter(
        pl.col("held") & ~pl.col("automated") & pl.col("owner").is_not_null() & pl.col("occurred").is_not_null()
    ).with_columns(day=pl.col("occurred").dt.date())
    attributes = [pl.col(name).min() for name in OF_REP if name in activities.columns]
    spans = done.group_by("owner", maintain_order=True).agg(
        pl.col("day").min().alias("first"), pl.col("day").max().alias("last"), *attributes
    )
    days = spans.with_columns(day=pl.date_ranges("first", "last")).drop("first", "last").explode("day")
    return days.filter(pl.col("day").dt.weekday() <= FRIDAY)


def with_gaps(activities: pl.DataFrame) -> pl.DataFrame:
    """Activities with what follow-up is measured on.

    Args:
        activities: Activities as of the day: ``outbound``, ``held``, ``automated`` (Boolean), ``occurred`` (Datetime) and
            any of ``contact_id``, ``lead_id``, ``deal_id``, ``account_id`` (String).

    Returns:
        The activities with ``gap`` (Int64: calendar days since the outbound touch before it of the same lead or else
        deal; null where there was none), ``record`` (that lead or deal), and ``person`` (String: the contact, else the lead, deal or account).
    """
    have = [name for name in PERSON if name in activities.columns]
    if not have or "occurred" not in activities.columns:
        return activities
    frame = activities.with_columns(person=_first_known(have))
    records = [name for name in ("lead_id", "deal_id") if name in have]
    if not records:
        return frame
    frame = frame.with_columns(record=_first_known(records))
    owner = pl.col("owner") if "owner" in frame.columns else pl.lit(None, dtype=pl.String).alias("owner")
    exact = comparable((frame, "occurred"))
    touched = (
        frame.with_row_index("__touch__")
        .filter(pl.col("outbound") & pl.col("occurred").is_not_null())
        .select("__touch__", "record", owner, day=pl.col("occurred").dt.date(), at=clock("occurred", exact=exact))
        .filter(pl.col("record").is_not_null())
        .sort("record", "at", "owner", "__touch__")
        .with_columns(gap=(pl.col("day") - pl.col("day").shift()).dt.total_days().over("record"))
    )
    indexed = frame.with_row_index("__touch__").join(
        touched.select("__touch__", "gap"), on="__touch__", how="left", maintain_order="left"
    )
    return indexed.drop("__touch__")


def _first_known(names: Sequence[str]) -> pl.Expr:
    """The first id that is there, with what it is an id of: a lead and a deal may share a number."""
    return pl.coalesce([pl.lit(f"{name}:") + pl.col(name) for name in names])


# --- meetings and whether something came of them ---


MEETING = "__meeting__"


def meeting_outcomes(
    activities: pl.DataFrame,
    deals: pl.DataFrame,
    stages: pl.DataFrame | None,
    leads: pl.DataFrame | None,
    as_of: date,
    days: int,
) -> pl.DataFrame | None:
    """Meetings held, each with whether progress followed within some days.

    Progress is the win of the meeting's deal; its entry into a stage where it had not been before, unless lost deals
    stand in that stage; another deal of the meeting's account or lead; or the conversion of its lead. A day is enough:
    what happens later on the day of the meeting counts, and a stage entered before the meeting on that day does not.

    Args:
        activities: Activities as of the day, with ``type``, ``occurred``, ``held``, ``automated`` and any of ``deal_id``,
            ``lead_id``, ``account_id``.
        deals: Deals as of the day: ``id``, ``outcome``, ``created``, ``closed``, ``stage``, ``account_id``, ``lead_id``.
        stages: Moves into stages: ``deal_id``, ``stage``, ``entered``.
        leads: Leads as of the day: ``id``, ``converted_at``.
        as_of: The day.
        days: Days after the meeting in which progress counts.

    Returns:
        The meetings with ``linked``, ``ripe`` (the days have passed) and ``progressed`` (Boolean). None where no meeting
        can be linked.
    """
    if not {"type", "occurred"} <= set(activities.columns):
        return None
    met = activities.filter(
        (pl.col("type") == "meeting") & pl.col("held") & ~pl.col("automated") & pl.col("occurred").is_not_null()
    ).with_row_index(MEETING)
    links = _links(met, deals, leads)
    if not links:
        return None
    events = [
        *_deal_events(met, deals),
        *_stage_events(met, deals, stages, as_of),
        *_new_deals(met, deals),
        *_converted(met, leads, as_of),
    ]
    start = pl.col("occurred")
    within = (pl.col("at") >= start) & (pl.col("at") <= start + pl.duration(days=days))
    daily = (pl.col("on") >= start.dt.date()) & (pl.col("on") <= (start + pl.duration(days=days)).dt.date())
    daily = daily & (pl.col("on") <= as_of)
    hits = [frame.filter(within if "at" in frame.columns else daily).select(MEETING) for frame in events]
    progressed = pl.concat(hits)[MEETING].unique() if hits else pl.Series([], dtype=pl.UInt32)
    return met.with_columns(
        linked=pl.any_horizontal(links),
        ripe=start + pl.duration(days=days) < end_of(as_of),
        progressed=pl.col(MEETING).is_in(progressed.implode()),
    ).drop(MEETING)


def _links(met: pl.DataFrame, deals: pl.DataFrame, leads: pl.DataFrame | None) -> list[pl.Expr]:
    """What makes a meeting a linked one: its deal is there, or its lead or account can have deals."""
    links = []
    if "deal_id" in met.columns and "id" in deals.columns:
        links.append(pl.col("deal_id").is_in(deals["id"].drop_nulls().unique().implode()).fill_null(value=False))
    if "lead_id" in met.columns and (
        "lead_id" in deals.columns or (leads is not None and "converted_at" in leads.columns)
    ):
        links.append(pl.col("lead_id").is_not_null())
    if "account_id" in met.columns and "account_id" in deals.columns:
        links.append(pl.col("account_id").is_not_null())
    return links


def _deal_events(met: pl.DataFrame, deals: pl.DataFrame) -> list[pl.DataFrame]:
    if "deal_id" not in met.columns or not {"id", "closed"} <= set(deals.columns):
        return []
    won = deals.filter(pl.col("outcome") == "won").select(pl.col("id").alias("deal_id"), pl.col("closed").alias("on"))
    return [_joined(met, won, "deal_id")]


def _stage_events(
    met: pl.DataFrame, deals: pl.DataFrame, stages: pl.DataFrame | None, as_of: date
) -> list[pl.DataFrame]:
    if stages is None or "deal_id" not in met.columns or not {"deal_id", "stage", "entered"} <= set(stages.columns):
        return []
    exact = has_times(stages["entered"].drop_nulls()) and comparable((met, "occurred"), (stages, "entered"))
    days = pl.col("entered").cast(INSTANT)
    moves = stages.filter(days < end_of(as_of)).select(
        "deal_id", "stage", at=clock("entered", exact=exact).cast(INSTANT)
    )
    moves = moves.drop_nulls()
    first = moves.group_by("deal_id", "stage", maintain_order=True).agg(pl.col("at").min())
    # The stage in which a deal begins is no advance.
    later = first.filter(pl.col("at") > pl.col("at").min().over("deal_id"))
    if "stage" in deals.columns:
        bad = deals.filter(pl.col("outcome").is_in(["lost", "other"]))["stage"].drop_nulls().unique()
        good = deals.filter(pl.col("outcome").is_in(["won", "open"]))["stage"].drop_nulls().unique()
        ends = bad.filter(~bad.is_in(good.implode()))
        later = later.filter(~pl.col("stage").is_in(ends.implode()))
    if not exact and not has_times(moves["at"]):  # days without times of day
        return [_joined(met, later.select("deal_id", pl.col("at").dt.date().alias("on")), "deal_id")]
    return [_joined(met, later.select("deal_id", "at"), "deal_id", exact=exact)]


def _new_deals(met: pl.DataFrame, deals: pl.DataFrame) -> list[pl.DataFrame]:
    if "created" not in deals.columns:
        return []
    own = pl.col("deal_id") if "deal_id" in met.columns else pl.lit(None, dtype=pl.String)
    other = pl.col("id") if "id" in deals.columns else pl.lit(None, dtype=pl.String)
    events = []
    for name in ("account_id", "lead_id"):
        if name in met.columns and name in deals.columns:
            started = deals.select(name, other.alias("__new__"), pl.col("created").alias("on"))
            found = (
                met.with_columns(own.alias("__own__"))
                .select(MEETING, "occurred", "__own__", name)
                .join(started, on=name)
            )
            same = (pl.col("__own__") == pl.col("__new__")).fill_null(value=False)
            events.append(found.filter(~same).select(MEETING, "occurred", "on"))
    return events


def _converted(met: pl.DataFrame, leads: pl.DataFrame | None, as_of: date) -> list[pl.DataFrame]:
    if leads is None or "lead_id" not in met.columns or not {"id", "converted_at"} <= set(leads.columns):
        return []
    exact = comparable((met, "occurred"), (leads, "converted_at"))
    known = leads.filter(pl.col("converted_at").cast(INSTANT) < end_of(as_of))
    at = clock("converted_at", exact=exact).cast(INSTANT)
    done = known.select(pl.col("id").alias("lead_id"), at=at).drop_nulls()
    return [_joined(met, done, "lead_id", exact=exact)]


def _joined(met: pl.DataFrame, events: pl.DataFrame, key: str, *, exact: bool = False) -> pl.DataFrame:
    return (
        met.select(MEETING, clock("occurred", exact=exact).alias("occurred"), key)
        .join(events.drop_nulls(), on=key)
        .drop(key)
    )
