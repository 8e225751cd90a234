"""One catalogue of what a careful reader would want to know about the data: severity, message and hint in one place.

Templates are ``str.format`` over the details given to :func:`finding`, and over two words that are always there:
``count`` (a number) and ``n_rows`` ("1 row", "2,473 rows").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FINDINGS", "MAX_ROWS", "FindingKind", "finding"]

MAX_ROWS = 20

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One thing that can be said about data. ``message`` and ``hint`` are templates over the finding's details."""

    severity: Severity
    message: str
    hint: str | None = None


FINDINGS: dict[str, FindingKind] = {
    # --- bytes and structure (container, encoding, dialect, table) -------------------------------------------------
    # --- columns and profiles ---------------------------------------------------------------------------------------
    # --- values -----------------------------------------------------------------------------------------------------
    "cells_unreadable": FindingKind(
        _WARNING,
        "`{column}` could not be read in {n_rows}, and was taken as blank there: {reason}, first `{value}`",
        "correct the cells, or leave the column out with `--map {field}=`",
    ),
    "rows_rejected": FindingKind(
        _ERROR,
        "{n_rows} rejected, first for: {reason}",
        "see them all with `--rejects rejects.csv`; totals leave them out",
    ),
    "file_skipped": FindingKind(
        _NOTE,
        "`{path}` is not a kind of export that salesmetrics knows, and was left out",
        "name its kind to use it, for example `deals={path}`",
    ),
    # --- outcome ----------------------------------------------------------------------------------------------------
    "stage_words_unknown": FindingKind(
        _NOTE,
        "{words_count} {field} words are in no vocabulary and count as open ({n_rows}): {words}",
        'if one of them ends a deal, say so: `--won "WORD"` or `--lost "WORD"`',
    ),
    "stage_word_looks_final": FindingKind(
        _WARNING,
        "the {field} `{word}` looks final, and its {n_rows} count as {outcome}",
        'if it means won, add `--won "{word}"`; if lost, `--lost "{word}"`',
    ),
    "stage_blank": FindingKind(
        _WARNING,
        "{n_rows} without a stage or status count as open",
        "fill in `{column}` in the CRM, or leave the rows out",
    ),
    "option_word_unused": FindingKind(
        _WARNING, "`--{option} {word}` matches no stage or status in the data", "the words in the data: {words}"
    ),
    "only_won": FindingKind(
        _WARNING,
        "the file holds won deals only: win rates and open pipeline cannot be computed from it",
        "export all deals, lost and open ones too",
    ),
    "flags_contradict": FindingKind(
        _WARNING,
        "{n_rows} where the won or lost flag contradicts the stage; the flag decides",
        "correct the stage in the CRM, or leave the flag out with `--map is_won=`",
    ),
    "probability_against_outcome": FindingKind(
        _NOTE,
        "{n_rows} with a probability that contradicts the outcome (won below 100 %, or lost above 0 %)",
        "the outcome is never taken from the probability; weighted pipeline is only as good as this column",
    ),
}


def finding(
    code: str,
    *,
    kind: str | None = None,
    path: str | None = None,
    column: str | None = None,
    count: int,
    rows: Iterable[int] = (),
    share_of_value: float | None = None,
    **words: object,
) -> Finding:
    """A finding with the words of its catalogue entry.

    Args:
        code: A key of ``FINDINGS``.
        kind: Kind of file, such as ``deals``.
        path: File as the user named it.
        column: Header in the export.
        count: Rows concerned (all of them).
        rows: Their numbers; the first ``MAX_ROWS`` are kept, sorted.
        share_of_value: Share of the summed amount in those rows, 0–1.
        **words: What else the templates of the entry need.

    Raises:
        KeyError: The code or a word of its template is missing: a fault of the caller.

    >>> finding("stage_blank", column="Stage", count=2, rows=[9, 4]).message
    '2 rows without a stage or status count as open'
    """
    entry = FINDINGS[code]
    details: dict[str, object] = {"kind": kind, "path": path, "column": column, **words}
    details["count"] = count
    details["n_rows"] = "1 row" if count == 1 else f"{count:,} rows"
    return Finding(
        code=code,
        severity=entry.severity,
        kind=kind,
        path=path,
        column=column,
        count=count,
        rows=sorted(set(rows))[:MAX_ROWS],
        share_of_value=share_of_value,
        message=entry.message.format_map(details),
        hint=entry.hint.format_map(details) if entry.hint else None,
    )
