"""Recurring revenue as changes of level, day by day and customer by customer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar.steps import beginning, days_later, months_of
from salesmetrics.entities.accounts import account_keys
from salesmetrics.entities.days import END, MONEY, START, unplaced, with_days
from salesmetrics.entities.later import day_unknown
from salesmetrics.schema.findings import MAX_ROWS, finding
from salesmetrics.schema.records import of_another_scale, off_scale

if TYPE_CHECKING:
    from datetime import date

    from salesmetrics.calendar import Calendar
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "DIMENSIONS",
    "KEYS",
    "TOLD",
    "changes_of_levels",
    "invoice_view",
    "levels_after",
    "movements",
    "survey_view",
]


DOWN = ("contraction", "churn")
DIMENSIONS = ("team", "region", "owner", "segment", "manager", "product")
"""What a change of recurring revenue may be told apart by."""

KEYS = ("account_key", "currency")

LEAST_MONTHS, LONGEST_MONTH = 3, 31


TOLD = "__ends_told__"
"""Marks the records of files that say who left."""


def movements(
    revenue: pl.DataFrame, calendar: Calendar, as_of: date | None, names: pl.DataFrame | None = None
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Changes of recurring revenue up to a day, each with its sign.

    A file of movements is read as it stands: contraction and churn take away, whatever their sign; a renewal changes
    nothing. A file with a start and an end of each row holds levels: so much from the first day to the last day paid. A
    file of levels (``mrr`` per customer and period) holds each level until the next period in the file; a customer
    without a level in a period that the file covers has none. Several rows of one customer add up.

    Args:
        revenue: Canonical revenue movements.
        calendar: What quarters and years are.
        as_of: The day; later movements are left out.
        names: Ids of accounts by their plain names, of all files.

    Returns:
        ``account_key`` (String), ``day`` (Date), ``change`` (Decimal(38, 8)) and ``movement`` (String), with the columns
        of the file, and ``__ends_told__`` (Boolean); None where customers or days are not named. And what has to be said.
    """
    if not {"account_id", "account"} & set(revenue.columns):
        return None, []
    frame = revenue.with_columns(account_keys(revenue, names))
    told = True
    if {"amount", "movement"} <= set(frame.columns):
        made, findings = _signed(frame, calendar)
    elif "mrr" in frame.columns:
        spans, told, findings = _spans(frame, calendar)
        made = changes_of_levels(spans)
    else:
        return None, []
    made = made.filter(pl.col("account_key").is_not_null() & pl.col("day").is_not_null())
    made = made if as_of is None else made.filter(pl.col("day") <= as_of)
    return made.with_columns(pl.lit(told).alias(TOLD)), findings


def _with_day(frame: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    placed = with_days(frame, calendar)
    days = [pl.col(name) for name in ("occurred", "start", START) if name in placed.columns]
    return placed.with_columns(day=pl.coalesce(days)).drop(START, END)


def _signed(frame: pl.DataFrame, calendar: Calendar) -> tuple[pl.DataFrame, list[Finding]]:
    size = pl.col("amount").abs()
    kind = pl.col("movement")
    change = (
        pl.when(kind.is_in(DOWN))
        .then(-size)
        .when(kind == "renewal")
        .then(pl.lit(0, dtype=MONEY))
        .when(kind.is_not_null())
        .then(pl.col("amount"))
    )
    strange = frame.filter(kind.is_null() | pl.col("amount").is_null())
    made = _with_day(frame, calendar).with_columns(change=change.cast(MONEY)).filter(pl.col("change").is_not_null())
    return made, [_left_out("movement_unknown", strange)] if strange.height else []


def _spans(frame: pl.DataFrame, calendar: Calendar) -> tuple[pl.DataFrame, bool, list[Finding]]:
    """Rows of levels with the days that each holds on, whether the rows say when levels end, and what has to be said."""
    blank = frame.filter(pl.col("mrr").is_null())
    findings = [_left_out("mrr_blank", blank, "mrr")] if blank.height else []
    frame = frame.filter(pl.col("mrr").is_not_null())
    if "end" in frame.columns:
        first = [pl.col(name) for name in ("start", "occurred") if name in frame.columns]
        spans = frame.with_columns(
            pl.coalesce([*first, pl.lit(None, dtype=pl.Date)]).alias(START),
            days_later(pl.col("end")).alias(END),
        )
        return spans, True, findings
    dated = _with_day(frame, calendar)
    if "period" in dated.columns:
        strange = dated.filter(pl.col("day").is_null() & pl.col("period").is_not_null())
        findings += [unplaced("revenue", strange.with_columns(pl.col("day").alias(START)))] if strange.height else []
    placed = _by_month(dated).filter(pl.col("day").is_not_null())
    once = placed.group_by("account_key").agg(pl.col("day").n_unique())["day"].max() == 1
    if once and placed["day"].n_unique() > 1:
        open_ended = placed.with_columns(pl.col("day").alias(START), pl.lit(None, dtype=pl.Date).alias(END))
        return open_ended, False, findings
    below = pl.col("mrr").sum().over([name for name in (*KEYS, "day") if name in placed.columns]) < 0
    negative = placed.filter(below)
    if negative.height:
        findings.append(_left_out("mrr_negative", negative, "mrr"))
    grid = placed.select("day").unique().sort("day")
    findings += _gaps(grid["day"])
    grid = grid.with_columns(pl.col("day").shift(-1).alias(END))
    placed = placed.with_columns(mrr=pl.when(below).then(pl.lit(0, dtype=MONEY)).otherwise("mrr"))
    spans = placed.join(grid, on="day", how="left", maintain_order="left").with_columns(pl.col("day").alias(START))
    return spans, True, findings


def _by_month(frame: pl.DataFrame) -> pl.DataFrame:
    """Days on which each customer stands at most once a month, and not all on the same, are months: billing days differ."""
    month = beginning(pl.col("day"), "1mo")
    counts = frame.select(days=pl.col("day").n_unique(), months=month.n_unique())
    if counts["days"][0] == counts["months"][0]:
        return frame
    twice = frame.group_by("account_key", month.alias("__month__")).agg(pl.col("day").n_unique())
    return frame if (twice["day"] > 1).any() else frame.with_columns(day=month)


def _gaps(days: pl.Series) -> list[Finding]:
    """That a list of levels by month has no row at all for some months."""
    months = beginning(days, "1mo")
    if months.n_unique() < len(days) or len(days) < LEAST_MONTHS:
        return []
    there = months.to_list()
    if min((after - before).days for before, after in pairwise(there)) > LONGEST_MONTH:
        return []
    missing = [f"{month:%Y-%m}" for month in months_of(there[0], there[-1]) if month not in set(there)]
    return [finding("levels_gap", kind="revenue", count=0, months=tuple(missing))] if missing else []


def changes_of_levels(spans: pl.DataFrame) -> pl.DataFrame:
    """What rows of levels add and take away, and what that makes of their customer.

    Args:
        spans: ``account_key``, ``mrr`` (Decimal(38, 8)), ``__start__`` and ``__end__`` (Date: the first day on which the
            level no longer holds; null while it does), and ``currency`` and dimensions where known.

    Returns:
        ``account_key``, ``day``, ``change``, ``movement`` and those dimensions. ``movement`` is of the customer as a whole
        (new, reactivation, churn, contraction or expansion), null on rows of a day on which its level stays the same.
    """
    names = [name for name in KEYS if name in spans.columns]
    keep = [*names, *(name for name in DIMENSIONS if name in spans.columns)]
    lasting = spans.filter(
        pl.col(START).is_not_null() & pl.col("account_key").is_not_null() & (pl.col("mrr") != 0)
        & (pl.col(END).is_null() | (pl.col(END) > pl.col(START)))
    )  # fmt: skip
    begins = lasting.select(*keep, day=pl.col(START), change=pl.col("mrr").cast(MONEY))
    ends = lasting.filter(pl.col(END).is_not_null()).select(*keep, day=pl.col(END), change=-pl.col("mrr").cast(MONEY))
    changes = pl.concat([begins, ends]).group_by(*keep, "day").agg(pl.col("change").sum())
    changes = changes.filter(pl.col("change") != 0)
    net = levels_after(changes, names)
    before = pl.col("level") - pl.col("net")
    had = (pl.col("level") > 0).cum_max().shift(1).over(names).fill_null(value=False)
    kind = (
        pl.when(pl.col("net") == 0)
        .then(pl.lit(None, dtype=pl.String))
        .when((before <= 0) & ~had)
        .then(pl.lit("new"))
        .when(before <= 0)
        .then(pl.lit("reactivation"))
        .when(pl.col("level") <= 0)
        .then(pl.lit("churn"))
        .when(pl.col("net") < 0)
        .then(pl.lit("contraction"))
        .otherwise(pl.lit("expansion"))
    )
    kinds = net.select(*names, "day", movement=kind)
    return changes.join(kinds, on=[*names, "day"], how="left", nulls_equal=True).sort(*keep, "day")


def levels_after(changes: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """The level of each customer after each day of a change.

    Args:
        changes: ``day``, ``change`` and the columns in ``names``.
        names: What levels are kept apart by.

    Returns:
        ``names``, ``day``, ``net`` and ``level`` (Decimal(38, 8)), in order.
    """
    net = changes.group_by(*names, "day").agg(net=pl.col("change").sum()).sort(*names, "day")
    return net.with_columns(level=pl.col("net").cum_sum().over(names))


def _left_out(code: str, frame: pl.DataFrame, column: str | None = None) -> Finding:
    rows = frame["__row__"].head(MAX_ROWS).to_list() if "__row__" in frame.columns else []
    return finding(code, kind="revenue", column=column, count=frame.height, rows=rows)


# --- invoices as of a day: what was billed, what of it is due, and what has come in ---


def invoice_view(
    invoices: pl.DataFrame, as_of: date | None, *, past: bool = False
) -> tuple[pl.DataFrame, list[Finding]]:
    """The invoices that stand on a day, with what had been received by then.

    An invoice is due on its due date, else on the day it was issued. What was received
    is the paid amount; where that is blank, all of it if there is a date of payment or the status says so, else nothing.
    A payment after the day has not come in yet; one without a day is not known where the files go on after it.

    Args:
        invoices: Canonical invoices; ``state`` is paid, cancelled, draft or open where the status is understood,
            ``document`` credit or draft where the type says so; the amounts of credit notes are negative already.
        as_of: The day.
        past: The files know of what happened after it.

    Returns:
        Invoices with ``cancelled`` and ``credit`` (Boolean), ``due`` and ``settled`` (Date: the day of payment, where known) and, where the file tells at all what was paid, ``received`` (Decimal(38, 8)). And what has to be said.
    """
    there = set(invoices.columns)
    frame = invoices
    void = pl.lit(value=False)
    if "is_cancelled" in there:
        void |= pl.col("is_cancelled").fill_null(value=False)
    if "state" in there:
        void |= pl.col("state").is_in(["cancelled", "draft"]).fill_null(value=False)
    if "document" in there:
        void |= (pl.col("document") == "draft").fill_null(value=False)
    credit = (pl.col("document") == "credit").fill_null(value=False) if "document" in there else pl.lit(value=False)
    frame = frame.with_columns(cancelled=void, credit=credit)
    if as_of is not None and "issued" in there:
        frame = frame.filter(pl.col("issued").is_null() | (pl.col("issued") <= as_of))
    days = [name for name in ("due", "issued") if name in there]
    if days:
        frame = frame.with_columns(due=pl.coalesce(days))
    paid_on = pl.col("paid_on") if "paid_on" in there else pl.lit(None, dtype=pl.Date)
    frame = frame.with_columns(settled=paid_on)
    frame = _with_received(frame, as_of)
    if as_of is None or not past or "received" not in frame.columns:
        return frame, []
    unknown = ((pl.col("received") != 0) & pl.col("settled").is_null() & ~pl.col("cancelled")).fill_null(value=False)
    count, known = frame.select(unknown.sum(), (~pl.col("cancelled")).sum().alias("known")).row(0)
    frame = frame.with_columns(received=pl.when(~unknown).then("received"))
    return frame, day_unknown("payment_day_unknown", count, known, as_of)


def _with_received(frame: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    there = set(frame.columns)
    settled = pl.lit(value=False)
    if "paid_on" in there:
        settled |= pl.col("paid_on").is_not_null()
    if "state" in there and (frame["state"] == "paid").any():
        settled |= (pl.col("state") == "paid").fill_null(value=False)
    elif not there & {"paid_on", "paid_amount"}:
        return frame
    known = [pl.col("paid_amount")] if "paid_amount" in there else []
    received = pl.coalesce(*known, pl.when(settled).then(pl.col("amount")).otherwise(pl.lit(0, dtype=MONEY)))
    if "paid_on" in there and as_of is not None:
        later = (pl.col("paid_on") > as_of).fill_null(value=False)
        received = pl.when(later).then(pl.lit(0, dtype=MONEY)).otherwise(received)
    return frame.with_columns(received=received.cast(MONEY))


# --- answers to surveys, and whether they are on the scale of their question ---


def survey_view(surveys: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """The answers up to a day.

    Args:
        surveys: Canonical surveys with ``type`` (String: nps, enps, csat or other) and ``score`` (Int64).
        as_of: The day.

    Returns:
        The answers with ``survey_type``, the type under a name of its own, ``misscaled`` (Boolean: the scale of the question's
        answers is another one, so that none can be used) and ``off_scale`` (Boolean: this score alone cannot be).
    """
    frame = surveys
    if as_of is not None and "answered" in surveys.columns:
        frame = frame.filter(pl.col("answered").is_null() | (pl.col("answered") <= as_of))
    off = off_scale(surveys)
    other = of_another_scale(surveys)
    judged = frame.with_columns(
        survey_type="type", misscaled=pl.col("type").is_in(other) & pl.col("score").is_not_null()
    )
    return judged.with_columns(off_scale=off & ~pl.col("misscaled"))
