"""The head of a screen: which files, which days, which currency, and what else shaped the numbers."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Protocol

from salesmetrics.calendar.steps import day_before
from salesmetrics.messages import fill, joined, phrase
from salesmetrics.messages.screens import SKIPPED
from salesmetrics.render.document import Code, Heading, Text
from salesmetrics.render.layouts.words import crm_name, currencies, is_cut, kind_name
from salesmetrics.render.text import one_line
from salesmetrics.schema.provenance import HISTORY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from salesmetrics.answers.provenance import Filters, Span
    from salesmetrics.answers.report import Comparison, Period, Report
    from salesmetrics.answers.rows import Rows
    from salesmetrics.render.document import Inline
    from salesmetrics.schema.provenance import Input

__all__ = [
    "SERIES",
    "answer_head",
    "days_of",
    "file_lines",
    "files_typed",
    "report_head",
    "rows_head",
    "series",
    "shaped",
]

_TYPED = 4
"""So many files are typed again in a command to paste."""
SERIES = frozenset({"exports_in_series", "snapshots_in_series"})
"""Findings that say which export is the list, and which are its history."""
_LINES = 2
"""So many files have a line each."""


class _Dated(Protocol):
    """What the head of an answer is made from."""

    @property
    def inputs(self) -> list[Input]: ...
    @property
    def as_of(self) -> date | None: ...
    @property
    def as_of_source(self) -> str | None: ...
    @property
    def period(self) -> Period: ...
    @property
    def span(self) -> Span | None: ...
    @property
    def filters(self) -> Filters: ...


def report_head(report: Report) -> list[Heading | Text]:
    """Files, then days, currency and as-of day, then filter, settings file and variables, where there are such."""
    return answer_head(report, report.comparison, currencies(report.metrics))


def answer_head(answer: _Dated, comparison: Comparison | None, codes: Sequence[str]) -> list[Heading | Text]:
    """The same above any answer.

    Args:
        answer: What it stands above.
        comparison: The earlier period that it is compared with.
        codes: The currencies of its amounts.
    """
    return _head(answer, [*_comparison(comparison), *_money(codes)])


def rows_head(answer: Rows) -> list[Heading | Text]:
    """The same above records, which have their currency beside them."""
    return _head(answer, [])


def _head(answer: _Dated, facts: Sequence[str]) -> list[Heading | Text]:
    lines = [joined([*_days(answer), *facts, *_seen(answer)], "clause"), joined(shaped(answer.filters), "clause")]
    return [*file_lines(answer.inputs), *(Text(line) for line in lines if line)]


def file_lines(inputs: Sequence[Input]) -> list[Heading | Text]:
    """A line per file; many are summed up in one."""
    counted = [item for item in inputs if item.kind != HISTORY]
    return [*_of_files(counted), *map(Text, series(inputs))] if counted else []


def series(inputs: Sequence[Input]) -> list[Inline]:
    """Which export is the list, and how many older ones are its history; nothing where there is one."""
    older = [item for item in inputs if item.kind == HISTORY]
    if not older:
        return []
    item = next(item for item in inputs if item.exported is not None)
    days = sorted(export.exported for export in older if export.exported is not None)
    between = (
        phrase("exports_between", first=days[0], last=days[-1]) if len(days) > 1 else phrase("export_on", day=days[0])
    )
    if older[0].path == item.path:
        return [phrase("snapshots_of_list", day=item.exported, n=len(older), days=between)]
    return [(Code(one_line(_name(item.path))), phrase("exports_of_list", n=len(older), days=between))]


def _of_files(inputs: Sequence[Input]) -> list[Heading | Text]:
    if len(inputs) > _LINES:
        first = next((item for item in inputs if item.kind == "deals"), inputs[0])
        named = phrase("first_of_files", path=one_line(_name(first.path)), n=len(inputs) - 1)
        return [Heading(named, 1, (_rows(inputs),), apart=False, joint=":")]
    (name, read), *others = ((one_line(_name(item.path)), _read(item)) for item in inputs)
    head = Heading(name, 1, (read,), apart=False, joint="  ")
    return [head, *(Text((Code(name), f"  {read}")) for name, read in others)]


def _read(item: Input) -> str:
    code = "records_of_crm" if item.crm else "records_of"
    return _rows([item], phrase(code, crm=crm_name(item.crm), kind=kind_name(item.kind)))


def _rows(inputs: Sequence[Input], what: str = "") -> str:
    read, used = sum(item.rows.read for item in inputs), sum(item.rows.used for item in inputs)
    if used == read:
        return phrase("read_whole" if what else "files_read_whole", what=what, used=used)
    skipped: dict[str, int] = {}
    for item in inputs:
        for reason, number in item.left_out.items():
            skipped[reason] = skipped.get(reason, 0) + number
    rejected = sum(item.rows.rejected for item in inputs)
    parts = [phrase("part_rejected", n=rejected)] if rejected else []
    parts += [fill(SKIPPED[reason], {"n": number}) for reason, number in skipped.items() if number]
    return phrase("read_in_part" if what else "files_read_in_part", what=what, used=used, n=read, parts=parts)


def _name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1] or path


def _days(answer: _Dated) -> list[str]:
    found = [days_of(answer)]
    if answer.period.start is not None and answer.span is not None:
        found.append(phrase("records_behind_period", first=answer.span.first, last=answer.span.last))
    return found


def _comparison(other: Comparison | None) -> list[str]:
    if other is None:
        return []
    code = "compared_to_date" if is_cut(other) else "compared_with"
    return [phrase(code, label=one_line(other.label), first=other.start, last=day_before(other.end))]


def _money(codes: Sequence[str]) -> list[str]:
    return [phrase("money_in", currency=codes[0])] if len(codes) == 1 else []


def _seen(answer: _Dated) -> list[str]:
    if answer.as_of is None:
        return []
    code = "seen_on_from" if answer.as_of_source else "seen_on"
    return [phrase(code, day=answer.as_of, source=one_line(answer.as_of_source or ""))]


def days_of(report: _Dated) -> str:
    """The period of an answer with its days; without one the days of the records."""
    period = report.period
    if period.start is None or period.end is None:
        if report.span is None:
            return phrase("records_undated")
        return phrase("records_between", first=report.span.first, last=report.span.last)
    begun = report.as_of is not None and report.as_of >= period.start
    code = "period_so_far" if period.partial and begun else "period_between"
    last = day_before(period.end)
    return phrase(code, label=one_line(period.label), first=period.start, last=last, as_of=report.as_of)


def shaped(filters: Filters) -> list[str]:
    """Condition, settings file and variables, where they shaped the numbers."""
    found = [phrase("only_where", where=one_line(filters.where))] if filters.where else []
    if filters.settings_file and filters.settings:
        found.append(phrase("by_settings", path=one_line(filters.settings_file), keys=filters.settings))
    if filters.environment:
        found.append(phrase("by_environment", names=filters.environment))
    return found


def files_typed(arguments: Sequence[str], inputs: Sequence[Input]) -> str:
    """Files as they are typed after a command; without what was typed, their paths."""
    named = list(arguments) or [item.path for item in inputs]
    if "-" in named or len(named) > _TYPED:
        return "FILE"
    return " ".join(shlex.quote(one_line(name)) for name in named)
