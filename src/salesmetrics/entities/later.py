"""What a day that was asked for leaves out of the files, counted: records that came later are not known on it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import counted
from salesmetrics.schema.provenance import Finding, Severity
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["DAY_UNKNOWN", "day_unknown", "days_unknown", "later_records", "reaches_past"]

_COMES: Mapping[str, tuple[str, str, str]] = {
    "stages": ("entered", "entry into a stage", "entries into stages"),
    "customers": ("started", "customer who started", "customers who started"),
    "revenue": ("occurred", "movement of recurring revenue", "movements of recurring revenue"),
    "invoices": ("issued", "invoice issued", "invoices issued"),
    "surveys": ("answered", "answer given", "answers given"),
    "costs": ("date", "cost", "costs"),
    "reps": ("hired", "rep hired", "reps hired"),
}
"""The day on which a record comes into the world, and one and several of them in words. Deals, leads and activities are told of where they are put back."""


def later_records(frames: Mapping[str, pl.DataFrame], day: date) -> list[Finding]:
    """A finding for each file with records later than a day, and for payments that came in later.

    Args:
        frames: Canonical frames by kind.
        day: The day.
    """
    found = []
    for kind, (column, one, several) in _COMES.items():
        frame = frames.get(kind)
        if frame is None or column not in frame.columns:
            continue
        later = _count(frame, pl.col(column).cast(pl.Date) > day)
        said = [f"{later:,} {one if later == 1 else several} later left out"] if later else []
        paid = 0
        if kind == "invoices" and "paid_on" in frame.columns:
            paid = _count(frame, (pl.col("paid_on") > day) & (pl.col(column) <= day))
            said += [f"{paid:,} paid later {'counts' if paid == 1 else 'count'} as not paid yet"] if paid else []
        if said:
            message = f"the export reaches past {day}: {'; '.join(said)}"
            code, note = "as_of_reconstructed", Severity.NOTE
            found.append(Finding(code=code, severity=note, kind=kind, count=later + paid, message=message))
    return found


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
_TYPO = timedelta(days=366)
"""What lies further away may be a mistyped year, and is no sign of when an export was made."""


def reaches_past(frames: Mapping[str, pl.DataFrame], day: date) -> bool:
    """Whether the files know of what happened after a day, so that their states are not those of that day.

    Args:
        frames: Canonical frames by kind.
        day: The day.
    """
    for kind, names in _HAPPENS.items():
        frame = frames.get(kind)
        for name in names if frame is not None else ():
            if frame is not None and name in frame.columns:
                at = pl.col(name).cast(pl.Date)
                if frame.select(((at > day) & (at <= day + _TYPO)).any()).item():
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
_SAID = {
    "conversion_day_unknown": ("converted on an unknown day", "export the date of conversion"),
    "qualification_day_unknown": ("qualified on an unknown day", "export the date of qualification"),
    "payment_day_unknown": ("paid on an unknown day", "export the date of payment"),
}


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
    kind = DAY_UNKNOWN[code][0]
    state, remedy = _SAID[code]
    shifted = unknown * _ONE_IN > known
    rest = "what rests on it is left empty" if shifted else "left out of what rests on it"
    records = counted(unknown, kind.removesuffix("s"))
    message = f"the export reaches past {day}, and {records} {'was' if unknown == 1 else 'were'} {state}: {rest}"
    severity = Severity.WARNING if shifted else Severity.NOTE
    hint = f"{remedy}, or leave `--as-of` out"
    return [Finding(code=code, severity=severity, kind=kind, count=unknown, message=message, hint=hint)]


def days_unknown(findings: Iterable[Finding]) -> list[Withheld]:
    """What is withheld because the state of too many records on a past day cannot be known."""
    found = [item.code for item in findings if item.code in DAY_UNKNOWN and item.severity == Severity.WARNING]
    return [Withheld(DAY_UNKNOWN[code][0], fact, code) for code in found for fact in DAY_UNKNOWN[code][1]]
