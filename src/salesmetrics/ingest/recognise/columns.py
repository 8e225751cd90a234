"""From the header of a file to its kind, its CRM and its canonical columns: :func:`recognise`.

The best candidate (see :mod:`salesmetrics.ingest.recognise.candidates`) wins when no other kind comes close; otherwise the file is
refused with the word to type (see :mod:`salesmetrics.ingest.recognise.refusals`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from salesmetrics.ingest.recognise.candidates import Candidate, ColumnMatch, rank_candidates
from salesmetrics.ingest.recognise.headers import header_keys
from salesmetrics.ingest.recognise.index import load_profile
from salesmetrics.ingest.recognise.refusals import (
    LEAST,
    check_profile,
    lacking,
    refuse_doubt,
    resolve_mapping,
    unsure,
)
from salesmetrics.ingest.recognise.sales import SALES, list_of_sales
from salesmetrics.schema.kinds import Kind, column_types
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

__all__ = ["ColumnMatch", "Recognition", "missing_fields", "recognise"]

SURE_OF_SALES = 0.6
"""What it counts for a list of sales that no header of it says anything else."""


class Recognition(msgspec.Struct, frozen=True):
    """What a file was recognised as.

    ``confidence`` is 1 when the user named the kind, else ``½·min(1, score / 4) + ½·(1 − best other kind's score / score)``.
    ``lists`` says what the rows are where they are not the records of the kind themselves, as the layout has it.
    ``constants`` are canonical columns with one value for all rows (a calls module has type ``call``);
    ``duplicates`` are further columns with the same header as a matched one, in order; ``spare`` are
    columns with another header that would have done as well.
    """

    kind: Kind
    profile: str
    title: str
    confidence: float
    columns: dict[str, ColumnMatch]
    unmapped: tuple[str, ...]
    notes: tuple[Message, ...]
    alternatives: tuple[tuple[Kind, str, float], ...]
    lists: Literal["quotes", "sales"] | None = None
    constants: dict[str, str] = msgspec.field(default_factory=dict)
    duplicates: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    spare: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


def recognise(
    frame_headers: Sequence[str],
    *,
    path: str,
    kind: Kind | None = None,
    profile: str | None = None,
    mapping: Mapping[str, str] | None = None,
    sample: pl.DataFrame | None = None,
) -> Recognition:
    """Find out what a file is from its header.

    Args:
        frame_headers: The unique headers of the file, without columns that have none.
        path: What the user called the file; for messages only.
        kind: The kind, where the user named it.
        profile: The CRM, where the user named it.
        mapping: Canonical column → header; an empty header takes the column away.
        sample: Some rows as text, for headers that mean a date here and a flag there.

    Raises:
        SalesmetricsError: ``kind_unknown``, ``kind_ambiguous``, ``column_missing``, ``map_invalid`` or
            ``option_invalid`` (no such profile).

    >>> r = recognise(["Deal", "Rep", "Stage", "Deal Size ($)", "Date Closed"], path="x.csv")
    >>> r.kind, {name: match.header for name, match in r.columns.items()}["amount"]
    ('deals', 'Deal Size ($)')
    """
    headers = tuple(header for header in frame_headers if header.strip())
    check_profile(profile)
    said = resolve_mapping(mapping or {}, headers, path)
    keys = {header: header_keys(header, headers) for header in headers}
    ranked = rank_candidates(keys, kind, profile, said, sample)
    sales = list_of_sales(keys, ranked, kind, said, sample)
    if sales is not None:
        return _recognition(sales, [sales, *ranked], headers, sure=kind is not None)
    best = ranked[0]
    if kind is None:
        refuse_doubt(ranked, keys, headers, path, sample)
    if best.missing:
        raise lacking(best, keys, path, sample)
    found = _recognition(best, ranked, headers, sure=kind is not None)
    if found.confidence < LEAST:
        raise unsure(found.kind, round(100 * found.confidence), found.columns, path)
    return found


def missing_fields(recognition: Recognition) -> list[str]:
    """The canonical columns of the kind that the file does not have, in the order of the model.

    >>> missing_fields(recognise(["Currency", "Date", "Exchange Rate"], path="x.csv"))
    ['to_currency', 'period']
    """
    have = recognition.columns.keys() | recognition.constants.keys()
    return [name for name in column_types(recognition.kind) if name not in have]


def _recognition(best: Candidate, ranked: Sequence[Candidate], headers: Sequence[str], *, sure: bool) -> Recognition:
    used = {match.header for match in best.columns.values()} | {h for t in best.duplicates.values() for h in t}
    alternatives: dict[tuple[Kind, str], float] = {}
    for each in ranked[1:]:
        if (each.kind, each.profile) != (best.kind, best.profile) and each.score > 0:
            alternatives.setdefault((each.kind, each.profile), round(each.score, 2))
    rival = max((c.score for c in ranked if c.kind != best.kind), default=0.0)
    margin = 1 - rival / best.score if best.score > 0 else 0.0
    if best.layout.lists == SALES:
        margin = SURE_OF_SALES
    confidence = 1.0 if sure else round(0.5 * min(1.0, best.score / 4) + 0.5 * max(0.0, margin), 2)
    return Recognition(
        kind=best.kind,
        profile=best.profile,
        title=load_profile(best.profile).title + (f" {best.layout.name}" if best.layout.name else ""),
        confidence=confidence,
        columns=best.columns,
        unmapped=tuple(h for h in headers if h not in used),
        notes=_notes(best),
        alternatives=tuple((k, p, s) for (k, p), s in list(alternatives.items())[:3]),
        lists=best.layout.lists,
        constants={f: v for f, v in best.layout.constants.items() if f not in best.columns},
        duplicates=best.duplicates,
        spare=best.spare,
    )


def _notes(best: Candidate) -> tuple[Message, ...]:
    profile, notes = load_profile(best.profile), []
    if profile.verified == "unverified":
        notes.append(Message("never_seen", title=profile.title))
    for name, match in best.columns.items():
        if match.how == "partial" and profile.verified != "unverified":
            notes.append(Message("taken_leniently", column=match.header, field=name))
    for name, others in best.spare.items():
        used = best.columns[name].header
        notes.append(Message("others_could_be", field=name, column=used, others=list(others)))
    for name, twins in best.duplicates.items():
        notes.append(Message("occurs_often", column=best.columns[name].header, times=len(twins) + 1))
    return tuple(notes)
