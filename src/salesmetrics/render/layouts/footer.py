"""What stands below the numbers: goals, findings, what was left out and what would unlock more."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from salesmetrics.messages import joined, phrase
from salesmetrics.messages.findings import names_path, names_rows
from salesmetrics.render.document import Block, Code, Heading, Item, Items, Prose, Text, Tone
from salesmetrics.render.layouts.head import files_typed
from salesmetrics.render.layouts.words import NOTHING, left_out_text, reason_text, reason_words, segment_name, span_text
from salesmetrics.render.text import amount, one_line
from salesmetrics.schema.message import Message, Some
from salesmetrics.schema.provenance import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from salesmetrics.answers.report import GoalResult, Metric, NotComputed, Report
    from salesmetrics.schema.provenance import Finding, Input

__all__ = [
    "GOAL_TONES",
    "Goal",
    "by_severity",
    "finding_items",
    "finding_rows",
    "findings_below",
    "footer",
    "goal_about",
    "goal_blocks",
    "goals",
    "left_out",
    "not_computed",
    "with_names",
]

SEVERAL_FILES = 3
"""So many files are named one by one in a message."""


_UNLOCKS = 6
_SEVERITY = {"error": Tone.BAD, "warning": Tone.WARNING, "note": Tone.MUTED}
GOAL_TONES = {"met": Tone.GOOD, "missed": Tone.BAD, "on track": Tone.GOOD}


class Found(Protocol):
    """An answer with findings."""

    @property
    def arguments(self) -> Sequence[str]: ...
    @property
    def inputs(self) -> Sequence[Input]: ...
    @property
    def findings(self) -> Sequence[Finding]: ...


def findings_below(answer: Found, *, apart: bool, told: Collection[str | None] = ()) -> list[Block]:
    """The findings that touch every number of an analysis, and how many more there are, with the command that lists them.

    That the data end long before the report date is known of a question only: `check` cannot say it.

    Args:
        answer: The answer.
        apart: Whether a blank line comes before.
        told: Codes of more findings that are shown.
    """
    shown = {"data_end_early", *told}
    own = [item for item in answer.findings if item.code in shown]
    blocks: list[Block] = []
    if own:
        blocks += [Heading(phrase("heading_findings")), finding_items(own, name_path=len(answer.inputs) > 1)]
    rest = len(answer.findings) - len(own)
    if rest:
        command = phrase("command_check", files=files_typed(answer.arguments, answer.inputs))
        blocks.append(Text((phrase("findings_counted", n=rest), Code(command)), apart=bool(own) or apart))
    return blocks


def footer(report: Report) -> list[Block]:
    """Goals, findings, what was left out and what was not computed; nothing where there is nothing to say."""
    blocks = goal_blocks(report)
    if report.findings:
        blocks += [
            Heading(phrase("heading_findings")),
            finding_items(findings(report), name_path=len(report.inputs) > 1),
        ]
    groups = left_out(report.metrics)
    if groups:
        items = [Item(lead, parts=tuple(titles)) for lead, titles in groups]
        blocks += [Heading(phrase("heading_left_out")), Items(tuple(items), tone=Tone.MUTED)]
    return [*blocks, *_unlocks(report)]


def goal_blocks(report: Report) -> list[Block]:
    """The goals of a report with their heading; nothing where it has none."""
    found = tuple(
        Item(goal.status, goal.text, tone=GOAL_TONES.get(result.goal.status, Tone.PLAIN))
        for goal, result in zip(goals(report), report.goals, strict=True)
    )
    return [Heading(phrase("heading_goals")), Items(found, states=True)] if found else []


def by_severity(found: Iterable[Finding]) -> list[Finding]:
    """Findings, those that matter most first."""
    return sorted(found, key=lambda finding: list(Severity).index(finding.severity))


def finding_items(found: Iterable[Finding], *, name_path: bool, apart: bool = False) -> Items:
    """Findings as a list, in their order, with their hints."""
    items = []
    for finding in found:
        where = finding_rows(finding, name_path=name_path)
        body = (Prose(one_line(finding.message)), phrase("in_brackets", what=where) if where else "")
        hint = Prose(one_line(finding.hint)) if finding.hint else ""
        severity = finding.severity.value
        items.append(Item(phrase(f"severity_{severity}"), body, hint=hint, tone=_SEVERITY[severity]))
    return Items(tuple(items), states=True, apart=apart)


def _unlocks(report: Report) -> list[Block]:
    """The things that would unlock most stand first on a screen; `inspect` is where all of them are listed."""
    groups = not_computed(report)
    if not groups:
        return []
    first = most_useful(groups, report, _UNLOCKS)
    ranks = {lead: rank for rank, (lead, _) in enumerate(first)}
    items = [Item(lead, parts=tuple(titles), rank=ranks.get(lead, len(groups))) for lead, titles in groups]
    more = Prose(phrase("more_unlocks", n=len(groups) - len(first)))
    listed = Items(tuple(items), tone=Tone.MUTED, limit=len(first), more=more, counted="kpis_counted")
    return [Heading(phrase("heading_not_computed")), listed]


class Goal(Struct, frozen=True):
    """A goal as a line: its status, and what it is for, with all that is known of it."""

    status: str
    text: str


def findings(report: Report) -> list[Finding]:
    """The findings, those that matter most first, with the names of files, where these are unique, for their paths."""
    return by_severity(with_names(report.findings, report))


def with_names(found: Iterable[Finding], report: Report) -> list[Finding]:
    """Findings with the names of files, where these are unique, for their paths."""
    paths = {source.path for source in report.inputs} | {item.path for item in report.findings if item.path}
    names = Counter(map(_file_name, paths))
    short = {path: _file_name(path) for path in paths if names[_file_name(path)] == 1}
    return [_with_name(finding, short) for finding in found]


def _file_name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1] or path


def _with_name(finding: Finding, short: Mapping[str, str]) -> Finding:
    name = short.get(finding.path or "")
    if name is None or finding.path is None:
        return finding
    details = {key: name if value == finding.path else value for key, value in finding.details.items()}
    return replace(finding, path=name, details=details)


def finding_rows(finding: Finding, *, name_path: bool) -> str:
    """Where a finding is: its file and the number of rows, unless its message names them, and the first of these."""
    bare = name_path and finding.path and not names_path(finding.code, finding.known)
    parts = [one_line(finding.path)] if bare and finding.path else []
    if finding.count:
        told = names_rows(finding.code)
        code = ("its_rows" if told else "rows_listed") if finding.rows else None if told else "rows_counted"
        rows = Some(tuple(map(str, finding.rows)), finding.count)
        parts += [phrase(code, n=finding.count, rows=rows)] if code else []
    if finding.share_of_value:
        parts.append(phrase("share_of_value", share=amount(finding.share_of_value, "ratio")))
    return joined(parts, ";")


def goals(report: Report) -> list[Goal]:
    """The goals of a report as lines, in their order."""
    return [_goal_line(result, report) for result in report.goals]


def _goal_line(result: GoalResult, report: Report) -> Goal:
    goal = result.goal
    group = joined(segment_name(value) for value in result.group.values())
    subject = Message("goal_subject_of_group" if group else "goal_subject", title=one_line(result.title), group=group)
    if result.period.label != report.period.label:
        subject = Message("goal_subject_in_period", subject=subject, period=one_line(result.period.label))
    wanted = one_line(goal.expression)
    if result.value is None:
        parts = [Message("goal_not_known", goal=wanted, reason=_goal_reason(result, report))]
    else:
        now = amount(result.value, result.unit, currency=result.currency)
        parts = [Message("goal_now", goal=wanted, value=now)]
    parts += [Message("goal_by", day=goal.by)] if goal.by else []
    parts += [Message("goal_owner", owner=one_line(goal.owner))] if goal.owner else []
    parts += [Message("goal_note", note=one_line(goal.note))] if goal.note else []
    status = phrase(f"goal_{goal.status.replace(' ', '_')}")
    return Goal(status, phrase("goal_line", subject=subject, parts=parts))


def _goal_reason(result: GoalResult, report: Report) -> str:
    """Why the value of a goal is undefined: in the words of its metric, where the report shows that too."""
    for metric in report.metrics:
        same = (metric.id, metric.group, metric.currency) == (result.id, result.group, result.currency)
        if same and metric.value is None and metric.reason == result.reason:
            return reason_words(metric)
    if result.said:
        return one_line(result.said)
    if result.reason is None:
        return phrase("no_value")
    return phrase("no_such_records_in_period") if result.reason in NOTHING else reason_text(result.reason)


def goal_about(result: GoalResult, report: Report) -> str:
    """What a goal was held against, for a message that stands by itself: period, day and files."""
    paths = list(dict.fromkeys(one_line(source.path) for source in report.inputs))
    about = [Message("goal_about_period", period=span_text(result.period, report.span, days=False))]
    about += [Message("fact_as_of", day=report.as_of)] if report.as_of else []
    if len(paths) > SEVERAL_FILES:
        about.append(Message("and_more_files", path=paths[0], n=len(paths) - 1))
    else:
        about += [Message("goal_about_file", path=path) for path in paths]
    return phrase("goal_about_all", parts=about)


def left_out(metrics: Iterable[Metric]) -> list[tuple[str, list[str]]]:
    """What the numbers of the whole leave out (``12 without an amount``), with the titles of the KPIs that leave it out."""
    groups: dict[tuple[str, int], list[str]] = {}
    for metric in metrics:
        if metric.group or (metric.period is not None and not metric.own_period):
            continue
        for item in metric.excluded:
            titles = groups.setdefault((item.code, item.count), []) if item.count else []
            if one_line(metric.title) not in titles:
                titles.append(one_line(metric.title))
    return [(left_out_text(code, number), titles) for (code, number), titles in groups.items()]


def not_computed(report: Report) -> list[tuple[str, list[str]]]:
    """What would unlock more, with the titles of the KPIs it would unlock, in order of appearance."""
    groups: dict[str, list[str]] = {}
    for item in report.not_computed:
        titles = groups.setdefault(_unlock(item), [])
        if one_line(item.title) not in titles:
            titles.append(one_line(item.title))
    return list(groups.items())


def _unlock(item: NotComputed) -> str:
    return one_line(item.unlock or item.needs or item.reason)


def most_useful(groups: list[tuple[str, list[str]]], report: Report, limit: int) -> list[tuple[str, list[str]]]:
    """Of the groups of ``not_computed`` those that unlock the most.

    What the files at hand lack comes first, as a column is added sooner than a file is found, but takes at most half of
    the places while there are others to fill them.
    """
    ordered = sorted(groups, key=lambda group: -len(group[1]))
    kinds = {item.kind for item in report.inputs}
    extended = {_unlock(item) for item in report.not_computed if kinds & set(item.extended)}
    here = [group for group in ordered if group[0] in extended]
    others = [group for group in ordered if group not in here]
    kept = here[: max(limit // 2, limit - len(others))]
    return [*kept, *others[: limit - len(kept)]]
