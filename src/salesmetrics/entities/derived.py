"""From canonical frames to frames that measures can read: the state on the as-of date, and derived columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import polars as pl

from salesmetrics.entities.accounts import account_keys
from salesmetrics.entities.declared import DERIVED
from salesmetrics.entities.later import put_back
from salesmetrics.frames.groups import distinct
from salesmetrics.frames.laid import is_laid
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from salesmetrics.schema.provenance import Finding

__all__ = ["as_of_view", "with_coded_outcome", "with_derived"]


OF_CUSTOMERS = ("renewal", "expansion", "existing")
"""What a deal with somebody is who is a customer already."""


class _Making(msgspec.Struct, frozen=True):
    """How a derived column is made.

    Attributes:
        expression: Makes it from those columns of ``any_of`` and ``optional`` that are there.
        among: The rows that a Boolean column is about; for all others it is false, and they are not looked at.
        series: Makes the column from the whole frame, in the place of the expression.
    """

    expression: Callable[[list[str]], pl.Expr]
    among: Callable[[], pl.Expr] | None = None
    series: Callable[[pl.DataFrame], pl.Series] | None = None


def _is_won() -> pl.Expr:
    return pl.col("outcome") == "won"


def _earliest_win(_: list[str]) -> pl.Expr:
    first = pl.col("closed").min().over("account_key")
    return (pl.col("closed") == first) & pl.col("account_key").is_not_null()


def _first_win(present: list[str]) -> pl.Expr:
    """Earliest wins, without those of which the deal itself says that its account was a customer before."""
    earliest = pl.col("earliest_win")
    if "deal_class" not in present:
        return earliest
    return earliest & ~pl.col("deal_class").is_in(OF_CUSTOMERS).fill_null(value=False)


def _old_win(_: list[str]) -> pl.Expr:
    first = pl.col("account_key").filter(pl.col("first_win"))
    return ~pl.col("account_key").is_in(first.implode())


_MAKINGS: Mapping[tuple[str, str], _Making] = {
    ("deals", "account_key"): _Making(pl.coalesce, series=account_keys),
    ("invoices", "account_key"): _Making(pl.coalesce, series=account_keys),
    ("deals", "earliest_win"): _Making(_earliest_win, among=_is_won),
    ("deals", "first_win"): _Making(_first_win),
    ("deals", "old_win"): _Making(_old_win, among=lambda: pl.col("earliest_win")),
}


_OF_THE_CLOSE = ("closed", "loss_reason", "probability", "stage", "status", "stage_entered", "expected_close",
                 "forecast_category", "is_won", "is_lost", "is_closed")  # fmt: skip
"""What a deal's close writes over: of a deal that closed later nobody knows what stood there before."""

_OF_THE_STAGE = ("stage", "stage_entered", "probability", "forecast_category")
"""What a move into another stage writes over."""


def as_of_view(deals: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, Finding | None]:
    """The deals as they stood at the end of a day, as far as one export can tell.

    A deal created later is left out; one closed later was open, and what its close wrote over (stage, probability,
    expected close) is not known on that day; nor is the stage of one that moved later, and what goes with it. Amounts are those of the export: it keeps no history of them.

    Args:
        deals: Canonical deals: ``outcome`` (String), ``created``, ``closed``, ``expected_close`` (Date) where known.
        as_of: The day.

    Returns:
        The deals, and a finding where the past had to be put together.
    """
    later = pl.lit(value=False)
    if "created" in deals.columns:
        later = later | (pl.col("created") > as_of).fill_null(value=False)
    reopened = pl.lit(value=False)
    if "closed" in deals.columns:
        reopened = (pl.col("closed") > as_of).fill_null(value=False)
    priced = pl.col("amount").is_not_null() if "amount" in deals.columns else pl.lit(value=False)
    moved = pl.lit(value=False)
    if "stage_entered" in deals.columns:
        moved = (pl.col("stage_entered") > as_of).fill_null(value=False) & (pl.col("outcome") == "open") & ~reopened
    created, closed, kept, changed = deals.select(
        created=later.sum(),
        closed=(reopened & ~later).sum(),
        kept=(reopened & ~later & priced).sum(),
        changed=(moved & ~later).sum(),
    ).row(0)
    if not created and not closed and not changed:
        return deals, None
    columns = [pl.when(reopened).then(pl.lit("open")).otherwise(pl.col("outcome")).alias("outcome")]
    lost = [name for name in _OF_THE_CLOSE if name in deals.columns]
    of_move = [name for name in _OF_THE_STAGE if name in deals.columns]
    columns += [
        pl.when(~(reopened | moved if name in of_move else reopened)).then(pl.col(name)).alias(name) for name in lost
    ]
    parts = [Message("deals_later", n=created)] if created else []
    parts += [Message("deals_reopened", n=closed, unknown=_unknown(lost))] if closed else []
    parts += [Message("deals_moved", n=changed, unknown=_unknown(of_move))] if changed else []
    parts += [Message("amounts_kept", n=kept)] if kept else []
    note = put_back("deals", created + closed + changed, as_of, parts, Message("deals_put_back"))
    return deals.filter(~later).with_columns(columns), note


def _unknown(lost: Sequence[str]) -> Message | None:
    fields = tuple(Message(f"field_{name}") for name in lost if name in _WRITTEN_OVER)
    return Message("fields_unknown", fields=fields) if fields else None


_WRITTEN_OVER = frozenset({"stage", "status", "probability", "expected_close"})
"""Of what a later change writes over, what a report shows."""


def with_derived(frame: pl.DataFrame, entity: str, wanted: set[str]) -> pl.DataFrame:
    """The frame with the derived columns that are wanted, and those that these rest on."""
    needed = set(wanted)
    for (owner, name), derived in reversed(list(DERIVED.items())):
        if owner == entity and name in needed:
            needed |= set(derived.needs)
    for (owner, name), derived in DERIVED.items():
        if owner == entity and name in needed and name not in frame.columns:
            present = [column for column in (*derived.any_of, *derived.optional) if column in frame.columns]
            making = _MAKINGS[entity, name]
            made = making.expression(present)
            if making.series is not None:
                frame = frame.with_columns(making.series(frame).alias(name))
            elif making.among is None:
                frame = frame.with_columns(made.alias(name))
            else:
                frame = frame.with_columns(_among(frame, making.among(), made).alias(name))
    return frame


def _among(frame: pl.DataFrame, rows: pl.Expr, made: pl.Expr) -> pl.Series:
    """A Boolean column made from some rows alone; false for the others."""
    mask = frame.select(rows.fill_null(value=False)).to_series()
    # Only what the column is made from: the other columns of these rows need not be copied.
    found = (
        frame.select(sorted(set(made.meta.root_names()))).filter(mask).select(made.fill_null(value=False)).to_series()
    )
    return pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True).scatter(mask.arg_true(), found)


_OUTCOMES = pl.Enum(["won", "lost", "other", "open"])


def with_coded_outcome(deals: pl.DataFrame) -> pl.DataFrame:
    """The deals with ``outcome`` as an Enum: dozens of measures compare it, and numbers compare faster than texts.

    Deals with any other outcome keep their text.
    """
    if deals.schema.get("outcome") != pl.String:
        return deals
    if is_laid(deals):  # the column stays where it lies
        known = set(distinct(deals, "outcome")) <= set(_OUTCOMES.categories)
        return deals.with_columns(pl.col("outcome").cast(_OUTCOMES)) if known else deals
    coded = deals["outcome"].cast(_OUTCOMES, strict=False)
    return deals.with_columns(coded) if coded.null_count() == deals["outcome"].null_count() else deals
