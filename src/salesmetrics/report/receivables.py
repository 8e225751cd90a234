"""Invoices as of a day: what was billed, what of it is due, and what has come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.days import MONEY
from salesmetrics.report.later import day_unknown

if TYPE_CHECKING:
    from datetime import date

    from salesmetrics.schema.provenance import Finding

__all__ = ["invoice_view"]


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
