"""The words of findings: one catalogue of those about files, records and reports."""

from __future__ import annotations

from collections import ChainMap
from string import Formatter
from typing import TYPE_CHECKING, Any

from salesmetrics.messages import fill, findings_of_files, findings_of_records, findings_of_reports

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AS_MESSAGES", "FINDINGS", "hint", "message", "names_path", "names_rows"]

FINDINGS: Mapping[str, tuple[str, str | None]] = ChainMap(
    findings_of_files.WORDS, findings_of_records.WORDS, findings_of_reports.WORDS
)
"""Code → the templates of its message and of its hint, over the details of the finding."""

AS_MESSAGES: Mapping[str, str] = {
    **{code: words for code, (words, _) in FINDINGS.items()},
    **{f"{code}.hint": words for code, (_, words) in FINDINGS.items() if words is not None},
}
"""The same as templates of messages, for an error that a finding is the cause of."""


def message(code: str, details: Mapping[str, Any]) -> str:
    """What was found.

    Args:
        code: Code of the finding.
        details: What its template names, with ``kind``, ``path``, ``column`` and ``count``.

    Raises:
        KeyError: There is no such code, or a detail is missing.

    >>> message("stage_blank", {"column": "Stage", "count": 2})
    '2 deals have no stage or status and count as open'
    """
    return fill(FINDINGS[code][0], details)


def hint(code: str, details: Mapping[str, Any]) -> str | None:
    """What to do about it; None where there is nothing to do.

    Args:
        code: Code of the finding.
        details: As for :func:`message`.

    >>> hint("stage_blank", {"column": "Stage", "count": 2})
    'fill in `Stage` in the CRM'
    """
    template = FINDINGS[code][1]
    return None if template is None else fill(template, details)


def names_rows(code: str) -> bool:
    """Whether the message itself gives the number of rows.

    >>> names_rows("stage_blank"), names_rows("rates_undated")
    (True, False)
    """
    forms = [form or "" for _, name, form, _ in Formatter().parse(FINDINGS[code][0]) if name == "count"]
    return any(form in ("", ",") or "#" in form for form in forms)


def names_path(code: str, details: Mapping[str, Any]) -> bool:
    """Whether the message names the file by itself.

    Args:
        code: Code of the finding.
        details: As for :func:`message`.

    >>> names_path("quotes_beside_deals", {"path": "quotes.csv"}), names_path("owner_blank", {"path": "deals.csv"})
    (True, False)
    """
    path = str(details["path"])
    named = [details.get(name) for _, name, _, _ in Formatter().parse(FINDINGS[code][0]) if name]
    return any(isinstance(value, str) and path in value for value in named)
