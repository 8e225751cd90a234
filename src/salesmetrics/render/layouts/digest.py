"""Findings in few lines: those of a kind as one, those that change a number first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from salesmetrics.messages import fill, phrase
from salesmetrics.messages.screens import DIGESTS
from salesmetrics.render.document import Item, Items, Prose, Tone
from salesmetrics.render.layouts.footer import finding_rows
from salesmetrics.render.layouts.head import SERIES
from salesmetrics.render.text import amount, one_line
from salesmetrics.schema.findings import effect_of
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from salesmetrics.schema.provenance import Finding

__all__ = ["SAID_ABOVE", "Digest", "digest_items", "digested", "with_rejects_as_one"]

_HINT = 160
"""Characters of a hint that a screen has room for."""
_FILE = "FILE"
"""What stands for the files in a command of a hint."""
_PARTS = 3
"""So many columns or faults of rejected rows are named."""
_TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARNING, Severity.NOTE: Tone.MUTED}


class Digest(Struct, frozen=True):
    """Findings of a kind as one.

    Attributes:
        severity: The worst of theirs.
        findings: Those that it stands for.
        said: What was found, in one sentence.
        hint: What to do about it; empty where there is nothing to do.
    """

    severity: Severity
    findings: tuple[Finding, ...]
    said: str
    hint: str

    @property
    def code(self) -> str:
        """Their code."""
        return self.findings[0].code

    @property
    def count(self) -> int:
        """The rows concerned."""
        return sum(finding.count for finding in self.findings)


SAID_ABOVE = frozenset({"rows_ignored", *SERIES})
"""What the head of a screen says: in its counts of rows, and of exports of one list."""


def digested(found: Iterable[Finding], reasons: Collection[str | None] = ()) -> list[Digest]:
    """Findings by code, ranked: what changes a number, then what casts doubt on one, then the rest; the gravest first.

    Args:
        found: Findings.
        reasons: Why numbers are missing: the findings that say more of it come before all others.
    """
    groups: dict[str, list[Finding]] = {}
    for item in found:
        if item.code not in SAID_ABOVE:
            groups.setdefault(item.code, []).append(item)
    order = list(Severity)
    made = [_digest(members) for members in groups.values()]
    return sorted(
        made,
        key=lambda one: (one.code not in reasons, effect_of(one.code), order.index(one.severity), -one.count),
    )


def with_rejects_as_one(found: Iterable[Finding]) -> list[Digest]:
    """Findings in their order with the rows that they name, those about rejected rows as one, at the place of the first."""
    members = list(found)
    rejected = [item for item in members if item.code == "rows_rejected"]
    made = []
    for item in members:
        if item.code != "rows_rejected":
            where = finding_rows(item, name_path=False)
            said = one_line(item.message) + (phrase("in_brackets", what=where) if where else "")
            made.append(Digest(item.severity, (item,), said, one_line(item.hint or "")))
        elif item is rejected[0]:
            rows = sorted({row for one in rejected for row in one.rows})
            count = sum(one.count for one in rejected)
            whole = replace(item, count=count, rows=tuple(rows))
            where = finding_rows(whole, name_path=False)
            made.append(
                Digest(
                    item.severity,
                    tuple(rejected),
                    _said(rejected) + phrase("in_brackets", what=where),
                    one_line(item.hint or ""),
                )
            )
    return made


def _digest(members: Sequence[Finding]) -> Digest:
    first = members[0]
    worst = min((member.severity for member in members), key=list(Severity).index)
    hint = one_line(first.hint or "")
    return Digest(worst, tuple(members), _said(members), hint if len(hint) <= _HINT else "")


def _said(members: Sequence[Finding]) -> str:
    first = members[0]
    if first.code == "rows_rejected":
        parts = list(dict.fromkeys(_rejected(members)))
        return fill(DIGESTS[first.code], {"count": sum(member.count for member in members), "parts": parts})
    total = sum(member.count for member in members)
    if first.code in DIGESTS:
        said = fill(DIGESTS[first.code], {**first.known, "count": total})
        return said + _share(members)
    said = one_line(first.message) + _share(members[:1])
    return said if len(members) == 1 else fill(DIGESTS["and_more_alike"], {"message": said, "n": len(members) - 1})


def _rejected(members: Sequence[Finding]) -> Iterable[str]:
    """How many rows of each column, or for which fault of a line, the most first."""
    counts: dict[tuple[str, str], int] = {}
    for member in members:
        reason = member.details.get("reason")
        code = f"rejected_as_{reason.code}" if isinstance(reason, Message) else ""
        key = ("rejected_by_column", member.column) if member.column else (code, "")
        counts[key] = counts.get(key, 0) + member.count
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    if len(ordered) > _PARTS:
        rest = sum(number for _, number in ordered[_PARTS:])
        ordered = [*ordered[:_PARTS], (("rejected_otherwise", ""), rest)]
    for (code, column), number in ordered:
        template = DIGESTS.get(code) or DIGESTS["rejected_as_broken"]
        yield fill(template, {"n": number, "column": one_line(column)})


def _share(members: Sequence[Finding]) -> str:
    shares = [member.share_of_value for member in members if member.share_of_value]
    share = phrase("share_in_value", share=amount(shares[0], "ratio")) if len(shares) == 1 else ""
    return phrase("in_brackets", what=share) if share else ""


def digest_items(found: Sequence[Digest], *, shown: int, hints: int, files: str = _FILE) -> Items:
    """Digests as a list.

    Args:
        found: In order.
        shown: So many of them.
        hints: So many of these with what to do about it.
        files: The files as they are typed in a command of a hint.
    """
    items, given = [], set[str]()
    for one in found[:shown]:
        hint = one.hint if len(given) < hints and one.hint not in given else ""
        given |= {hint} if hint else set()
        hint = hint.replace(f" {_FILE} ", f" {files} ")
        items.append(
            Item(
                phrase(f"severity_{one.severity.value}"),
                Prose(one.said),
                hint=Prose(hint) if hint else "",
                tone=_TONES[one.severity],
            )
        )
    return Items(tuple(items), states=True)
