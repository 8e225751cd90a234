"""What a scheduled report fails for: missed goals, stale exports. Own file: imported while the first export is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from salesmetrics.calendar.age import age_fault
from salesmetrics.errors import ExitCode
from salesmetrics.messages import phrase
from salesmetrics.questions import settle_goals
from salesmetrics.render.layouts.footer import goal_about
from salesmetrics.render.layouts.footer import goals as goal_lines
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from salesmetrics.answers.report import Report
    from salesmetrics.cli.environment import Environment
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.settings.options import Watch

__all__ = ["refuse_stale", "settle_goals", "tell_about_goals"]


def tell_about_goals(report: Report, environment: Environment, *, strict: bool, quiet: bool) -> bool:
    """One line on stderr for each goal that is missed or cannot be evaluated.

    Returns:
        Whether the command has failed: a goal is missed, or with ``strict`` cannot be evaluated.
    """
    failed = False
    for line, result in zip(goal_lines(report), report.goals, strict=True):
        status = result.goal.status
        bad = status == "missed" or (strict and status == "unknown")
        failed = failed or bad
        if bad or (status == "unknown" and not quiet):
            told = Message("goal_told", status=line.status, goal=line.text, about=goal_about(result, report))
            environment.say(phrase("as_error" if bad else "as_warning", what=told))
    return failed


def refuse_stale(watch: Watch, dataset: Dataset, environment: Environment) -> None:
    """Stop, with one line on stderr and nothing written, when the export is older than is allowed.

    The age is that of the last event in the data, whatever the report date is.

    Raises:
        typer.Exit: With code 1.
    """
    if watch.max_age is None:
        return
    fault = age_fault(dataset.last_event, watch.max_age, environment.today())
    if fault is not None:
        environment.say(phrase("as_error", what=fault))
        raise typer.Exit(ExitCode.CHECK_FAILED)
