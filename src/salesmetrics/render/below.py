"""What stands below the numbers, in words: goals, findings, what was left out and what would unlock more."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from salesmetrics.messages import counted
from salesmetrics.messages.findings import names_path, names_rows
from salesmetrics.render.text import UNICODE, Glyphs, amount, count, one_line
from salesmetrics.render.words import NOTHING, reason_text, reason_words
from salesmetrics.schema.provenance import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from salesmetrics.answers.report import GoalResult, Metric, NotComputed, Report
    from salesmetrics.schema.provenance import Finding

__all__ = ["Goal", "finding_rows", "findings", "goal_about", "goals", "left_out", "most_useful", "not_computed"]

SEVERAL_FILES = 3
"""So many files are named one by one in a message."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal as a line: what it is for, the status in words, and the rest."""

    subject: str
    status: str
    text: str


def findings(report: Report) -> list[Finding]:
    """The findings, those that matter most first, with the names of files, where these are unique, for their paths."""
    paths = {source.path for source in report.inputs} | {item.path for item in report.findings if item.path}
    names = Counter(map(_file_name, paths))
    short = {path: _file_name(path) for path in paths if names[_file_name(path)] == 1}
    ordered = sorted(report.findings, key=lambda finding: list(Severity).index(finding.severity))
    return [_with_name(finding, short) for finding in ordered]


def _file_name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1] or path


def _with_name(finding: Finding, short: Mapping[str, str]) -> Finding:
    name = short.get(finding.path or "")
    if name is None or finding.path is None:
        return finding
    details = {key: name if value == finding.path else value for key, value in finding.details.items()}
    return replace(finding, path=name, details=details)


def finding_rows(finding: Finding, *, name_path: bool, glyphs: Glyphs = UNICODE) -> str:
    """Where a finding is: its file and the number of rows, unless its message names them, and the first of these."""
    bare = name_path and finding.path and not names_path(finding.code, finding.known)
    parts = [one_line(finding.path)] if bare and finding.path else []
    if finding.count:
        rows = "row" if finding.count == 1 else "rows"
        total = f"{count(finding.count)} {rows}"
        first = ", ".join(str(row) for row in finding.rows[:5])
        more = f", {glyphs.more}" if finding.count > len(finding.rows[:5]) else ""
        said = names_rows(finding.code)
        parts += [f"{rows if said else total + ':'} {first}{more}"] if first else [] if said else [total]
    if finding.share_of_value:
        parts.append(f"{amount(finding.share_of_value, 'ratio')} of value")
    return "; ".join(parts)


def goals(report: Report, glyphs: Glyphs = UNICODE) -> list[Goal]:
    """The goals of a report as lines, in their order."""
    return [_goal_line(result, report, glyphs) for result in report.goals]


def _goal_line(result: GoalResult, report: Report, glyphs: Glyphs) -> Goal:
    goal = result.goal
    group = ", ".join(one_line(value or "(blank)") for value in result.group.values())
    period = f" in {one_line(result.period.label)}" if result.period.label != report.period.label else ""
    now = f"now {amount(result.value, result.unit, currency=result.currency, glyphs=glyphs)}"
    if result.value is None:
        now = f"not known: {_goal_reason(result, report)}"
    parts = [f"goal {one_line(goal.expression)}, {now}"]
    parts += [f"by {goal.by.isoformat()}"] if goal.by else []
    parts += [f"owner {one_line(goal.owner)}"] if goal.owner else []
    parts += [one_line(goal.note)] if goal.note else []
    return Goal(one_line(result.title) + (f" [{group}]" if group else "") + period, goal.status, "; ".join(parts))


def _goal_reason(result: GoalResult, report: Report) -> str:
    """Why the value of a goal is undefined: in the words of its metric, where the report shows that too."""
    for metric in report.metrics:
        same = (metric.id, metric.group, metric.currency) == (result.id, result.group, result.currency)
        if same and metric.value is None and metric.reason == result.reason:
            return reason_words(metric)
    if result.said:
        return one_line(result.said)
    reason = result.reason or "no value"
    return "no such records in the period" if reason in NOTHING else reason_text(reason)


def goal_about(result: GoalResult, report: Report) -> str:
    """What a goal was held against, for a message that stands by itself: period, day and files."""
    paths = list(dict.fromkeys(one_line(source.path) for source in report.inputs))
    files = (
        ", ".join(paths) if len(paths) <= SEVERAL_FILES else f"{paths[0]} and {counted(len(paths) - 1, 'more file')}"
    )
    day = f", as of {report.as_of.isoformat()}" if report.as_of else ""
    return f"period {one_line(result.period.label)}{day}" + (f", {files}" if files else "")


def left_out(metrics: Iterable[Metric]) -> list[tuple[str, list[str]]]:
    """What the numbers of the whole leave out (``12 missing amount``), with the titles of the KPIs that leave it out."""
    groups: dict[tuple[str, int], list[str]] = {}
    for metric in metrics:
        if metric.group or (metric.period is not None and not metric.own_period):
            continue
        for item in metric.excluded:
            titles = groups.setdefault((item.code, item.count), []) if item.count else []
            if one_line(metric.title) not in titles:
                titles.append(one_line(metric.title))
    return [
        (f"{count(number)} {one_line(code).replace('_', ' ')}", titles) for (code, number), titles in groups.items()
    ]


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
