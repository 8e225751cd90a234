"""What a day that was asked for leaves out of the files, counted: records that came later are not known on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar.steps import days_after
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import Severity
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from salesmetrics.schema.provenance import Finding

__all__ = ["DAY_UNKNOWN", "day_unknown", "days_unknown", "later_records", "put_back", "reaches_past"]

_COMES: Mapping[str, str] = {
    "stages": "entered",
    "customers": "started",
    "revenue": "occurred",
    "invoices": "issued",
    "surveys": "answered",
    "costs": "date",
    "reps": "hired",
}
"""The day on which a record comes into the world. Deals, leads and activities are counted where they are put back."""


def later_records(frames: Mapping[str, pl.DataFrame], day: date) -> list[Finding]:
    """A finding for each file with records later than a day, and for payments that came in later.

    Args:
        frames: Canonical frames by kind.
        day: The day.
    """
    found = []
    for kind, column in _COMES.items():
        frame = _recorded(frames.get(kind))
        if frame is None or column not in frame.columns:
            continue
        later = _count(frame, pl.col(column).cast(pl.Date) > day)
        parts = [Message(f"{kind}_later", n=later)] if later else []
        paid = 0
        if kind == "invoices" and "paid_on" in frame.columns:
            paid = _count(frame, (pl.col("paid_on") > day) & (pl.col(column) <= day))
            parts += [Message("invoices_not_yet_paid", n=paid)] if paid else []
        if parts:
            found.append(put_back(kind, later + paid, day, parts))
    return found


def put_back(kind: str, count: int, day: date, parts: Sequence[Message], advice: Message | None = None) -> Finding:
    """That the records of a kind were put back to what they were on a past day.

    Args:
        kind: Kind of record.
        count: Records left out or changed.
        day: The day.
        parts: What was done to how many of them.
        advice: What to do about it.
    """
    return finding("as_of_reconstructed", kind=kind, count=count, day=day, parts=tuple(parts), advice=advice)


def _recorded(frame: pl.DataFrame | None) -> pl.DataFrame | None:
    """Without what exports of a list tell of its past: it has the days of the exports, and on these nothing need have happened."""
    return frame.filter(pl.col("__state__").is_null()) if frame is not None and "__state__" in frame.columns else frame


def _count(frame: pl.DataFrame, mask: pl.Expr) -> int:
    return int(frame.select(mask.sum()).item())


_HAPPENS: Mapping[str, tuple[str, ...]] = {
    "deals": ("created", "closed"),
    "leads": ("created", "converted_at", "qualified_at"),
    "activities": ("created", "completed_at"),
    "stages": ("entered",),
    "invoices": ("issued", "paid_on"),
    "revenue": ("occurred",),
    "surveys": ("answered",),
}
"""Days on which something has happened; none of them is a plan."""
_TYPO = 366
"""Days: what lies further away may be a mistyped year, and is no sign of when an export was made."""


def reaches_past(frames: Mapping[str, pl.DataFrame], day: date) -> bool:
    """Whether the files know of what happened after a day, so that their states are not those of that day.

    Args:
        frames: Canonical frames by kind.
        day: The day.
    """
    for kind, names in _HAPPENS.items():
        frame = _recorded(frames.get(kind))
        for name in names if frame is not None else ():
            if frame is not None and name in frame.columns:
                at = pl.col(name).cast(pl.Date)
                if frame.select(((at > day) & (at <= days_after(day, _TYPO))).any()).item():
                    return True
    return False


DAY_UNKNOWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "conversion_day_unknown": ("leads", ("is_converted", "outcome")),
    "qualification_day_unknown": ("leads", ("qualified",)),
    "payment_day_unknown": ("invoices", ("received",)),
}
"""States that an export gives as they are now without saying since when: the kind of record, and the facts that rest on it."""
_ONE_IN = 20
"""Where more than one record in so many has such a state, leaving them out would shift what is counted."""


def day_unknown(code: str, unknown: int, known: int, day: date) -> list[Finding]:
    """What is said of records whose state on a past day cannot be known.

    Args:
        code: One of ``DAY_UNKNOWN``.
        unknown: Records in the state since an unknown day.
        known: All records there on the day.
        day: The day.
    """
    if not unknown:
        return []
    shifted = unknown * _ONE_IN > known
    effect = Message("left_empty" if shifted else "left_out")
    severity = Severity.WARNING if shifted else Severity.NOTE
    kind = DAY_UNKNOWN[code][0]
    return [finding(code, kind=kind, count=unknown, severity=severity, day=day, effect=effect)]


def days_unknown(findings: Iterable[Finding]) -> list[Withheld]:
    """What is withheld because the state of too many records on a past day cannot be known."""
    found = [item.code for item in findings if item.code in DAY_UNKNOWN and item.severity == Severity.WARNING]
    return [Withheld(DAY_UNKNOWN[code][0], fact, code) for code in found for fact in DAY_UNKNOWN[code][1]]
