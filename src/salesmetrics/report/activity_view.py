"""Activities and leads as they stood on the as-of date, and which activities are touches by a person."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import counted
from salesmetrics.report.later import day_unknown
from salesmetrics.schema.clock import utc_name
from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

__all__ = ["activity_view", "end_of", "lead_view"]

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
    return datetime.combine(day + timedelta(days=1), time())


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
    return frame, [*findings, *([_assumed_finding(guessed)] if guessed else [])]


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
    said = [f"{counted(known, 'activity')} done or entered later left out"] if known else []
    said += (
        [
            f"{counted(unplanned, 'activity')} dated later left out: nothing says that {_IT[unplanned == 1]} planned by then"
        ]
        if unplanned
        else []
    )
    finding = Finding(
        code="as_of_reconstructed",
        severity=Severity.NOTE,
        kind="activities",
        count=known + unplanned,
        message=f"the export reaches past {as_of}: {'; '.join(said)}",
        hint="export the date on which each activity was entered" if unplanned else None,
    )
    return frame.filter(~(later | unsure)), [finding]


_IT = {True: "it was", False: "they were"}


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


def _assumed_finding(count: int) -> Finding:
    return Finding(
        code="direction_assumed",
        severity=Severity.NOTE,
        kind="activities",
        count=count,
        message=f"no direction in the activities: {count} calls and emails are taken as outbound",
        hint="export the direction (inbound or outbound); inbound ones make response times read too short",
    )


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
    dated = _with_conversion_day(frame, deals)
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
    findings = [_lead_finding(as_of, *counts)] if any(counts) else []
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


def _lead_finding(as_of: date, created: int, converted: int) -> Finding:
    said = [f"{counted(created, 'lead')} created later left out"] if created else []
    said += [f"{counted(converted, 'lead')} converted later counted as not converted"] if converted else []
    return Finding(
        code="as_of_reconstructed",
        severity=Severity.NOTE,
        kind="leads",
        count=created + converted,
        message=f"the export reaches past {as_of}: {'; '.join(said)}",
    )


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


def _with_conversion_day(leads: pl.DataFrame, deals: pl.DataFrame | None) -> pl.DataFrame:
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
