"""How the catalogue looks: the list of KPIs, the definition of one, and its working."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.writers import Sheet

if TYPE_CHECKING:
    from salesmetrics.answers.catalog import Definition, Kpis, Working
    from salesmetrics.render.writers import Screen

__all__ = [
    "definition_md",
    "definition_sheet",
    "definition_table",
    "kpis_md",
    "kpis_sheet",
    "kpis_table",
    "working_table",
]

_COLUMNS = (
    "id",
    "title",
    "family",
    "unit",
    "direction",
    "basis",
    "formula",
    "interval",
    "needs",
    "excluded",
    "undefined",
    "source",
    "since",
)


def kpis_table(answer: Kpis, screen: Screen) -> str:
    """The list of KPIs, by family."""
    from salesmetrics.render.cards import render_list

    return render_list(answer, screen.width)


def kpis_md(answer: Kpis, screen: Screen) -> str:  # noqa: ARG001
    """The list of KPIs as a Markdown table."""
    from salesmetrics.render.cards import render_list_md

    return render_list_md(answer)


def kpis_sheet(answer: Kpis | Definition) -> Sheet:
    """A row per KPI; lists in a cell are separated by spaces."""
    return Sheet(_COLUMNS, ([_flat(getattr(card, name)) for name in _COLUMNS] for card in answer.kpis))


def definition_table(answer: Definition, screen: Screen) -> str:
    """One KPI at length."""
    from salesmetrics.render.cards import DEFAULT_WIDTH, render_card_text

    return "\n".join(render_card_text(card, screen.width or DEFAULT_WIDTH) for card in answer.kpis)


def definition_md(answer: Definition, screen: Screen) -> str:
    """One KPI at length, as it is at a terminal."""
    from salesmetrics.render.markup import fenced

    return fenced(definition_table(answer, screen)) + "\n"


definition_sheet = kpis_sheet


def working_table(answer: Working, screen: Screen) -> str:
    """The definition, the numbers put into the formula, and the result."""
    from salesmetrics.render.working import render_working

    return render_working(answer, screen.width)


def _flat(value: str | list[str] | None) -> str | None:
    return " ".join(value) if isinstance(value, list) else value
