"""What is known about data rather than in it: inputs, row counts, findings."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["HISTORY", "Finding", "Input", "RowCounts", "Severity", "Shaped"]


HISTORY = "history"
"""The kind of an input whose deals count nowhere: an older export of the list."""


class Severity(StrEnum):
    """How much a finding matters: an error makes ``check`` and ``--strict`` fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(msgspec.Struct, frozen=True):
    """Something in the data that a careful reader would want to know: a code with details, not yet in words.

    Make one with :func:`salesmetrics.schema.findings.finding`.

    Attributes:
        code: A key of ``salesmetrics.schema.findings.SEVERITIES``.
        severity: How much it matters.
        kind: Kind of file, such as ``deals``.
        path: File as the user named it.
        column: Header in the export.
        count: Rows concerned.
        rows: Numbers of the first rows concerned, as a spreadsheet numbers them.
        share_of_value: Share of the summed amount in the rows concerned, 0–1.
        details: What else its text needs, by name: text of the data, numbers, days, messages, or lists of these.
    """

    code: str
    severity: Severity
    kind: str | None = None
    path: str | None = None
    column: str | None = None
    count: int = 0
    rows: tuple[int, ...] = ()
    share_of_value: float | None = None
    details: Mapping[str, object] = msgspec.field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, object]:
        """All that its text can name: its details, and where it is."""
        return {**self.details, "kind": self.kind, "path": self.path, "column": self.column, "count": self.count}

    @property
    def problem(self) -> Message:
        """What was found, for a sentence that says more."""
        return Message(self.code, **self.known)

    @property
    def remedy(self) -> Message:
        """What to do about it, for a sentence that says more; only of a code that has a hint."""
        return Message(f"{self.code}.hint", **self.known)

    @property
    def message(self) -> str:
        """What was found, in English; for whoever shows it to a reader."""
        from salesmetrics.messages.findings import message

        return message(self.code, self.known)

    @property
    def hint(self) -> str | None:
        """What to do about it, in English; None where there is nothing to do."""
        from salesmetrics.messages.findings import hint

        return hint(self.code, self.known)


class RowCounts(msgspec.Struct, frozen=True):
    """Rows in = rows used + rows rejected + rows ignored, always."""

    read: int
    used: int
    rejected: int
    ignored: int


class Input(msgspec.Struct, frozen=True):
    """A file as it was read."""

    kind: str
    path: str
    sha256: str | None
    """Of the bytes as given; None where nobody asked for it."""
    profile: str
    encoding: str
    delimiter: str | None
    rows: RowCounts
    crm: str = ""
    """The CRM that it comes from, as its makers call it; empty where it is like that of none."""
    left_out: Mapping[str, int] = msgspec.field(default_factory=dict)
    """Reason → the rows that were ignored for it."""
    exported: date | None = None
    """The day of an export that is one of several of the same list."""


class Shaped(msgspec.Struct, frozen=True):
    """What shapes numbers without standing in the command: who reads them elsewhere has to be told.

    Attributes:
        settings_file: The settings file that was read.
        settings: What it settles here: keys, and names of its tables of thresholds, of the calendar and of own KPIs.
        environment: The variables that settle something here.
    """

    settings_file: str | None = None
    settings: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
