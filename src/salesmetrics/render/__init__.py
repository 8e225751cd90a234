"""One module per format. Each sees the report model only and returns text; ``output`` is what writes it.

Nothing is imported before a format is asked for, so that JSON never waits for Rich.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from salesmetrics.answers.report import Report

__all__ = ["RENDERERS", "Screen", "format_of", "refuse_form", "render"]


@dataclass(frozen=True, slots=True)
class Screen:
    """What a table may use: ``width`` in cells (``None``: unlimited, for a pipe or a file), colour, other signs than ASCII."""

    width: int | None = None
    color: bool = False
    ascii_only: bool = False


def _table(report: Report, screen: Screen) -> str:
    from salesmetrics.render.table import render_table

    return render_table(report, width=screen.width, color=screen.color, ascii_only=screen.ascii_only)


def _csv(report: Report, screen: Screen) -> str:  # noqa: ARG001
    from salesmetrics.render.tidy_csv import render_csv

    return render_csv(report)


def _json(report: Report, screen: Screen) -> str:  # noqa: ARG001
    from salesmetrics.render.envelope import render_json

    return render_json(report)


def _markdown(report: Report, screen: Screen) -> str:  # noqa: ARG001
    from salesmetrics.render.markdown import render_markdown

    return render_markdown(report)


RENDERERS: Mapping[str, Callable[[Report, Screen], str]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "md": _markdown,
}

_EXTENSIONS = {".txt": "table", ".csv": "csv", ".json": "json", ".md": "md", ".markdown": "md"}


def render(report: Report, name: str, screen: Screen | None = None) -> str:
    """Render a report in the named format, a key of ``RENDERERS``."""
    return RENDERERS[name](report, screen or Screen())


def format_of(path: str) -> str:
    """The format that a file's extension stands for.

    Raises:
        SalesmetricsError: ``format_unknown``, for an extension that stands for none.

    >>> format_of("weekly.JSON")
    'json'
    """
    known = _EXTENSIONS.get(PurePath(path).suffix.lower())
    if known is None:
        raise SalesmetricsError("format_unknown", path=path)
    return known


def refuse_form(form: str, known: Sequence[str], command: str) -> None:
    """Stop when a command has no output of this form.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    if form not in known:
        cause = f"`{command}` writes {' or '.join(known)}"
        raise SalesmetricsError(
            "option_invalid", option="--format", value=form, cause=cause, fix=f"try `--format {known[-1]}`"
        )
