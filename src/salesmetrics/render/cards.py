"""The catalogue in words: a list, and one KPI at length."""

from __future__ import annotations

import re
import textwrap
from doctest import DocTestParser
from typing import TYPE_CHECKING

from salesmetrics.render.layout import plain
from salesmetrics.render.markup import code, table
from salesmetrics.render.text import one_line

if TYPE_CHECKING:
    from salesmetrics.answers.catalog import Card, Kpis

__all__ = [
    "DEFAULT_WIDTH",
    "card_lines",
    "render_card_page",
    "render_card_text",
    "render_index_page",
    "render_list",
    "render_list_md",
]

DEFAULT_WIDTH = 100
_ROUND = re.compile(r"^round\((.*), \d+\)$", re.DOTALL)
_DECIMAL = re.compile(r"Decimal\(['\"]?([^'\")]*)['\"]?\)")


def render_list_md(answer: Kpis) -> str:
    """The list of KPIs as a Markdown table."""
    rows = [(code(c.id), c.title, c.unit, c.formula) for c in answer.kpis]
    return table(("id", "KPI", "unit", "formula"), rows, left=range(4)) + "\n"


_BASES = {
    "closed": "the day a deal was closed",
    "created": "the day a record was created",
    "occurred": "the day it happened",
    "due": "the day it was due",
    "stage_entered": "the day a deal entered a stage",
    "snapshot": "the state on the as-of date, whatever the period",
    "period": "the days that an amount is for",
    "mixed": "each input by its own date",
}
_DIRECTIONS = {"higher": "more is better", "lower": "less is better", "neutral": "neither way is better in itself"}


def render_card_page(card: Card) -> str:
    """One KPI as a page of the documentation."""
    paragraphs = [" ".join(p.split()).replace("``", "`") for p in card.definition.split("\n\n")]
    facts = [
        ("id", f"`{card.id}`"),
        ("formula", card.formula),
        ("unit", f"{card.unit}, {_DIRECTIONS[card.direction]}"),
        ("what puts a record into a period", _BASES.get(card.basis, card.basis)),
        ("interval", card.interval.replace("_", " ") if card.interval else "none"),
        ("needs", "; ".join(card.needs)),
        ("left out, and counted", ", ".join(code.replace("_", " ") for code in card.excluded) or "nothing"),
        ("undefined for", ", ".join(f"`{code}`" for code in card.undefined) or "no reason of its own"),
        ("source", card.source),
        ("since", card.since),
    ]
    lines = [f"# {card.title}", "", *(line for p in paragraphs for line in (p, "")), "| | |", "|---|---|"]
    lines += [f"| {name} | {text.replace('|', chr(92) + '|')} |" for name, text in facts]
    if card.example:
        lines += ["", "```python", *card.example.splitlines(), "```"]
    return "\n".join(lines) + "\n"


def render_index_page(cards: Kpis) -> str:
    """All KPIs, by family, each with a link to its page."""
    lines = ["# KPIs", "", "`salesmetrics explain KPI` says the same at a terminal.", ""]
    family = None
    for card in cards.kpis:
        if card.family != family:
            family = card.family
            lines += ["", f"## {family.capitalize()}", "", "| KPI | formula | unit |", "|---|---|---|"]
        formula = card.formula.replace("|", "\\|")
        lines.append(f"| [{card.title}]({card.id}.md) | {formula} | {card.unit} |")
    return "\n".join(lines) + "\n"


def render_list(cards: Kpis, width: int | None) -> str:
    """The list of KPIs, by family."""
    widest = max((len(card.id) for card in cards.kpis), default=0)
    lines: list[str] = []
    family = None
    for card in cards.kpis:
        if card.family != family:
            lines += ([""] if lines else []) + [card.family]
            family = card.family
        start = f"  {card.id:<{widest}}  {card.unit:<13}  "
        room = max((width or 10_000) - len(start), 30)
        lines.append(start + f"\n{' ' * len(start)}".join(textwrap.wrap(card.formula, room)))
    return plain(lines)


def render_card_text(card: Card, width: int) -> str:
    """One KPI at length, as text."""
    return plain(card_lines(card, width))


def card_lines(card: Card, width: int) -> list[str]:
    """One KPI at length, line by line."""
    paragraphs = [" ".join(p.split()) for p in card.definition.split("\n\n")]
    facts = [
        ("formula", card.formula),
        ("unit", card.unit),
        ("better", card.direction),
        ("basis", card.basis),
        ("interval", card.interval or "none"),
        ("needs", "; ".join(card.needs)),
        ("left out", ", ".join(code.replace("_", " ") for code in card.excluded) or "nothing"),
        ("undefined", ", ".join(code.replace("_", " ") for code in card.undefined) or "never"),
        ("source", card.source),
        ("since", card.since),
    ]
    lines = [f"{one_line(card.title)} ({card.id})", ""]
    for paragraph in paragraphs:
        lines += [textwrap.fill(paragraph, width), ""]
    for name, text in facts:
        lines.append(textwrap.fill(text, width, initial_indent=f"{name:<11}", subsequent_indent=" " * 11))
    for text in _examples(card.example):
        lines.append(textwrap.fill(text, width, initial_indent=f"{'example':<11}", subsequent_indent=" " * 11))
    return lines


def _examples(doctest: str) -> list[str]:
    """The examples of a definition as people write them; none where they need more than one line of Python."""
    found = DocTestParser().get_examples(doctest)
    return [] if any(not item.want for item in found) else [_equation(item.source, item.want) for item in found]


def _equation(source: str, want: str) -> str:
    call, value = _ROUND.sub(r"\1", source.strip()), _DECIMAL.sub(r"\1", want.strip())
    if value == "True" and call.endswith(" is None"):
        return f"{call.removesuffix(' is None')} is undefined"
    return call.replace(" == ", " = ") if value == "True" else f"{call} = {value}"
