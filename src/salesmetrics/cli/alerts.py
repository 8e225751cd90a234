"""What a report that nobody watches has to fail for: goals that are missed, and exports that are stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from salesmetrics.calendar.age import age_fault
from salesmetrics.cli.talk import say
from salesmetrics.engine.goals import Goal, Stretch, parse_goal
from salesmetrics.engine.resolve import stretch_of
from salesmetrics.errors import ExitCode, SalesmetricsError
from salesmetrics.render.below import goal_about
from salesmetrics.render.below import goals as goal_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from salesmetrics.answers.report import Report
    from salesmetrics.cli.options import Watch
    from salesmetrics.engine.request import Request
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.settings.model import Config, GoalTable

__all__ = ["refuse_stale", "settle_goals", "tell_about_goals"]


def settle_goals(watch: Watch, config: Config, request: Request, catalog: Catalog) -> list[Goal]:
    """The goals of the settings file and of the options; an option takes the place of goals of that KPI for the total.

    Raises:
        SalesmetricsError: ``option_invalid`` or ``kpi_unknown``.
    """
    given = []
    for text in watch.goal or []:
        kpi, target = parse_goal(text, catalog)
        given.append(Goal(kpi, target, " ".join(text.split())))
    said = {goal.kpi for goal in given}
    own = [goal for goal in _of_config(config, request, catalog) if goal.kpi not in said or goal.group or goal.stretch]
    return [*own, *given]


def _of_config(config: Config, request: Request, catalog: Catalog) -> Iterator[Goal]:
    for name, tables in config.goals.items():
        for table in tables:
            text = f"{name} {' '.join(table.goal.split())}"
            kpi, target = parse_goal(text, catalog)
            yield Goal(
                kpi, target, text, table.group, _stretch(name, table, request), table.by, table.owner, table.note
            )


def _stretch(name: str, table: GoalTable, request: Request) -> Stretch | None:
    if table.period is None:
        return None
    try:
        return stretch_of(table.period, request.as_of, request.calendar)
    except SalesmetricsError as error:
        details = {"cause": "no such period is known", "fix": "see `--period`"} | dict(error.details)
        details |= {"option": f"goals.{name}.period", "value": table.period}
        raise SalesmetricsError("option_invalid", **details) from error


def tell_about_goals(report: Report, *, strict: bool, quiet: bool) -> bool:
    """One line on stderr for each goal that is missed or cannot be told.

    Returns:
        Whether the command has failed: a goal is missed, or with ``strict`` cannot be told.
    """
    failed = False
    for line, result in zip(goal_lines(report), report.goals, strict=True):
        bad = line.status == "missed" or (strict and line.status == "unknown")
        failed = failed or bad
        if bad or (line.status == "unknown" and not quiet):
            about = goal_about(result, report)
            word = "error" if bad else "warning"
            say(f"{word}: goal {line.status}: {line.subject}: {line.text} ({about})")
    return failed


def refuse_stale(watch: Watch, config: Config, dataset: Dataset, today: date) -> None:
    """Stop, with one line on stderr and nothing written, when the export is older than is allowed.

    The age is that of the last event in the data, whatever day the report speaks for.

    Raises:
        typer.Exit: With code 1.
        SalesmetricsError: ``option_invalid``.
    """
    allowed = watch.max_age or config.report.max_age
    if allowed is None:
        return
    try:
        fault = age_fault(dataset.last_event, allowed, today)
    except ValueError as reason:
        raise SalesmetricsError(
            "option_invalid", option="--max-age", value=allowed, cause=reason, fix="for example `--max-age 7d`"
        ) from None
    if fault is not None:
        say(f"error: {fault}")
        raise typer.Exit(ExitCode.CHECK_FAILED)
