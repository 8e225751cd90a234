"""Tables with a row for each version of a deal, as warehouses keep them: which columns say from when on a version holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.recognise.columns import ColumnMatch, Recognition, recognise
from salesmetrics.ingest.recognise.refusals import VERSIONED
from salesmetrics.ingest.recognise.words import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.ingest.table.table import RawTable

__all__ = ["Versions", "of_versions"]

_SURE = frozenset(words_of(name).removeprefix("_").strip() for name in VERSIONED)
_STARTS = re.compile(
    r"(?:(?:row|record|version) )?(?:valid|effective) from(?: date)?|effective start(?: date)?|(?:version|sys) start(?: time)?"
)
_ENDS = re.compile(
    r"(?:(?:row|record|version) )?(?:valid|effective) (?:to|until)(?: date)?|effective end(?: date)?|(?:version|sys) end(?: time)?"
)
_OTHERS = re.compile(
    r"fivetran (?:end|active|synced|id|deleted)|dbt (?:valid to|scd id|updated at)|is current|current flag|version(?: (?:number|no))?"
)
"""What else stands in such tables, and is about a version rather than a deal."""
_CARRIED = ("stage", "amount", "owner", "owner_id", "pipeline")


class Versions(msgspec.Struct, frozen=True):
    """What tells the versions of a deal apart.

    Args:
        start: Header of the day from which on a version holds.
        created: Header of the day on which the deal was created; None without one.
        deleted: Header of the flag that a version is deleted; None without one.
    """

    start: str
    created: str | None
    deleted: str | None


def of_versions(
    table: RawTable, profile: str | None, mapping: Mapping[str, str]
) -> tuple[Recognition, Versions] | None:
    """Recognise a table of versions of deals as a history of stages.

    Args:
        table: The table, all text.
        profile: The CRM, where the user named it.
        mapping: Canonical column of deals → header, as the user said.

    Returns:
        What the table is, and what tells its versions apart. None for a table that holds no versions, or those of
        something else than deals.
    """
    words = {name: words_of(name).removeprefix("_").strip() for name in table.named}
    start = next((name for name, form in words.items() if form in _SURE), None)
    sure = start is not None
    if start is None and any(map(_ENDS.fullmatch, words.values())):
        start = next((name for name, form in words.items() if _STARTS.fullmatch(form)), None)
    if start is None:
        return None
    patterns = (_STARTS, _ENDS, _OTHERS)
    of_version = {form for form in words.values() if any(pattern.fullmatch(form) for pattern in patterns)}
    own = [name for name, form in words.items() if form not in _SURE | of_version]
    sample = table.frame.select(own).head(200)
    try:
        found = recognise(own, path=table.source.path, profile=profile, mapping=mapping, sample=sample)
    except SalesmetricsError:
        return None
    columns = found.columns
    if found.kind != "deals" or not {"id", "stage"} <= columns.keys():
        return None
    if not sure and not plain_text(table.frame.get_column(columns["id"].header)).drop_nulls().is_duplicated().any():
        return None
    return _as_stages(found, start, list(words)), Versions(
        start, _header(columns, "created"), _header(columns, "is_deleted")
    )


def _as_stages(found: Recognition, start: str, headers: list[str]) -> Recognition:
    """The columns of deals as those of a history of stages."""
    columns = found.columns
    planned = columns.get("expected_close") or columns.get("close_date")
    said = {
        "deal_id": columns["id"],
        "stage": columns["stage"],
        "entered": ColumnMatch("entered", start, "profile"),
        **({"expected_close": planned} if planned is not None else {}),
        **{name: columns[name] for name in _CARRIED if name in columns},
    }
    matched = {name: ColumnMatch(name, match.header, match.how) for name, match in said.items()}
    used = {match.header for match in matched.values()}
    return replace(
        found,
        kind="stages",
        columns=matched,
        unmapped=tuple(name for name in headers if name not in used),
        notes=(),
        lists=None,
        constants={},
        duplicates={},
        spare={},
    )


def _header(columns: Mapping[str, ColumnMatch], field: str) -> str | None:
    return columns[field].header if field in columns else None
