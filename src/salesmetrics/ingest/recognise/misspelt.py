"""Headers that nobody claimed because of a slip of the pen. Own file: a finding, never a correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.ingest.recognise.columns import missing_fields
from salesmetrics.ingest.recognise.index import load_profile
from salesmetrics.ingest.recognise.profile import GENERIC
from salesmetrics.ingest.recognise.sample import could_be, month_of
from salesmetrics.ingest.recognise.words import words_of
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    import polars as pl

    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.schema.provenance import Finding

__all__ = ["misspelt_headers", "one_slip"]

_SHORTEST = 5
_LOOK = {
    ColumnType.DAY: "cells_of_dates",
    ColumnType.INSTANT: "cells_of_dates",
    ColumnType.MONEY: "cells_of_amounts",
    ColumnType.QUANTITY: "cells_of_numbers",
    ColumnType.COUNT: "cells_of_numbers",
    ColumnType.SCORE: "cells_of_numbers",
    ColumnType.SHARE: "cells_of_percentages",
    ColumnType.FLAG: "cells_of_flags",
    ColumnType.DURATION: "cells_of_durations",
}
"""What the cells of a column should look like."""


def one_slip(wrong: str, right: str) -> bool:
    """Whether one letter is missing, too many, wrong, or changed places with its neighbour.

    A wrong letter counts in words of six letters or more only: short ones too often become other words (state, stage).

    >>> one_slip("amuont", "amount"), one_slip("amout", "amount"), one_slip("state", "stage"), one_slip("amount", "amount")
    (True, True, False, False)
    """
    if wrong == right or abs(len(wrong) - len(right)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(wrong, right, strict=False)) if a != b), min(len(wrong), len(right)))
    if len(wrong) > len(right):
        return wrong[at + 1 :] == right[at:]
    if len(wrong) < len(right):
        return wrong[at:] == right[at + 1 :]
    if wrong[at + 1 :] == right[at + 1 :]:
        return len(right) > _SHORTEST
    return wrong[at + 2 :] == right[at + 2 :] and wrong[at : at + 2] == right[at : at + 2][::-1]


def misspelt_headers(recognition: Recognition, path: str, sample: pl.DataFrame) -> list[Finding]:
    """Unclaimed headers that miss a name of a column which the file lacks by one slip.

    Args:
        recognition: What the file was recognised as.
        path: As the user named it.
        sample: Rows as text: a column whose cells cannot be of that column's type is not suggested.
    """
    if not recognition.unmapped:
        return []
    names, types = _names(recognition), column_types(recognition.kind)
    lengths: dict[int, list[str]] = {}
    for name in names:
        lengths.setdefault(len(name), []).append(name)
    findings = []
    for header in recognition.unmapped:
        words = words_of(header)
        if words in names:
            findings.append(_unfit(recognition, path, header, names.pop(words)[0], sample))
            continue
        near = (name for size in (-1, 0, 1) for name in lengths.get(len(words) + size, ()) if name in names)
        meant = next((name for name in near if one_slip(words, name)), None) if len(words) >= _SHORTEST - 1 else None
        if meant is not None and could_be(sample, header, types[names[meant][0]]):
            field, written = names.pop(meant)
            findings.append(
                finding(
                    "header_misspelt",
                    kind=recognition.kind,
                    path=path,
                    column=header,
                    count=0,
                    known=written,
                    field=field,
                )
            )
    return findings


def _unfit(recognition: Recognition, path: str, header: str, field: str, sample: pl.DataFrame) -> Finding:
    """A header that is known, and whose cells are nothing of the kind."""
    type_ = column_types(recognition.kind)[field]
    month = month_of(sample, header) if type_ in (ColumnType.DAY, ColumnType.INSTANT) else None
    if month is None:
        what = Message(_LOOK.get(type_, "cells_of_that_kind"))
        return finding("header_unfit", kind=recognition.kind, path=path, column=header, count=0, field=field, what=what)
    periods = "period" in missing_fields(recognition)
    fix = Message("map_period", header=header) if periods else Message("export_with_days")
    return finding(
        "header_of_months",
        kind=recognition.kind,
        path=path,
        column=header,
        count=0,
        field=field,
        value=month,
        fix=fix,
    )


def _names(recognition: Recognition) -> dict[str, tuple[str, str]]:
    """Words of a known header → (column that the file lacks, the header), the profile's own first."""
    found: dict[str, tuple[str, str]] = {}
    for profile in dict.fromkeys((recognition.profile, GENERIC)):
        for layout in load_profile(profile).kind.get(recognition.kind, ()):
            for field in missing_fields(recognition):
                for header in layout.columns.get(field, ()):
                    words = words_of(header)
                    if len(words) >= _SHORTEST:
                        found.setdefault(words, (field, header))
    return found
