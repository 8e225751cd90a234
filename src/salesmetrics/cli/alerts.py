"""What a scheduled report fails for: missed goals, stale exports. Own file: imported while the first export is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from salesmetrics.calendar.age import age_fault
from salesmetrics.engine.goals import Goal, parse_goal
from salesmetrics.engine.resolve import terms_of
from salesmetrics.errors import ExitCode
from salesmetrics.messages import phrase
from salesmetrics.render.layouts.footer import goal_about
from salesmetrics.render.layouts.footer import goals as goal_lines
from salesmetrics.schema.message import Message
from salesmetrics.settings.sources import name_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.answers.report import Report
    from salesmetrics.cli.environment import Environment
    from salesmetrics.engine.request import PeriodTerms, Request
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.settings.options import Watch
    from salesmetrics.settings.sources import SettingsFile
    from salesmetrics.settings.tables import GoalTable

__all__ = ["refuse_stale", "settle_goals", "tell_about_goals"]


def settle_goals(watch: Watch, settings: SettingsFile, request: Request, catalog: Catalog) -> list[Goal]:
    """The goals of the settings file and of the options; an option takes the place of goals of that KPI for the total.

    Raises:
        SalesmetricsError: ``option_invalid`` or ``kpi_unknown``; ``config_invalid`` for a goal of the settings file.
    """
    given = []
    for words in watch.goal:
        kpi, target = parse_goal(words, catalog)
        given.append(Goal(kpi, target, " ".join(words.split())))
    said = {goal.kpi for goal in given}
    own = [goal for goal in _of_file(settings, request, catalog) if goal.kpi not in said or goal.group or goal.period]
    return [*own, *given]


def _of_file(settings: SettingsFile, request: Request, catalog: Catalog) -> Iterator[Goal]:
    for name, tables in settings.goals.items():
        for table in tables:
            words = f"{name} {' '.join(table.goal.split())}"
            with name_source(settings.source("goals", name)):
                kpi, target = parse_goal(words, catalog)
            with name_source(settings.source("goals", name, "period")):
                period = _terms(table, request)
            yield Goal(kpi, target, words, table.group, period, table.by, table.owner, table.note)


def _terms(table: GoalTable, request: Request) -> PeriodTerms | None:
    return None if table.period is None else terms_of(table.period, request.as_of, request.calendar)


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
