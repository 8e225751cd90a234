"""The pages of ``docs/kpis``, as the catalogue has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesmetrics.answers.catalog import Card, Kpis

__all__ = ["index_of", "page_of"]

BASES = {
    "closed": "the day a deal was closed",
    "created": "the day a record was created",
    "occurred": "the day it happened",
    "due": "the day it was due",
    "stage_entered": "the day a deal entered a stage",
    "snapshot": "the state on the as-of date, whatever the period",
    "period": "the days that an amount is for",
    "mixed": "each input by its own date",
}
DIRECTIONS = {"higher": "more is better", "lower": "less is better", "neutral": "neither way is better in itself"}


def page_of(card: Card) -> str:
    """One KPI as a page of the documentation."""
    paragraphs = [" ".join(p.split()).replace("``", "`") for p in card.definition.split("\n\n")]
    facts = [
        ("id", f"`{card.id}`"),
        ("formula", card.formula),
        ("unit", f"{card.unit}, {DIRECTIONS[card.direction]}"),
        ("what puts a record into a period", BASES.get(card.basis, card.basis)),
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


def index_of(cards: Kpis) -> str:
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
