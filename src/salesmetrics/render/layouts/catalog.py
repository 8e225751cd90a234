"""How the catalogue looks: the list of KPIs, the definition of one, and its working."""

from __future__ import annotations

import re
from doctest import DocTestParser
from typing import TYPE_CHECKING

from salesmetrics.messages import counted
from salesmetrics.render.document import (
    Bullet,
    Bullets,
    Cell,
    Code,
    Column,
    Document,
    Heading,
    Item,
    Items,
    Kind,
    Prose,
    Row,
    Sheet,
    Table,
    Text,
)
from salesmetrics.render.layouts.words import left_out_text, reason_words
from salesmetrics.render.text import amount, fraction, interval, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from salesmetrics.answers.catalog import Card, Definition, Ingredient, Kpis, Working
    from salesmetrics.answers.report import Metric
    from salesmetrics.render.document import Block

__all__ = ["definition_document", "definition_sheet", "kpis_document", "kpis_sheet", "working_document"]

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
_MEASURE = 100
_WIDEST_UNIT = 13
_ROUND = re.compile(r"^round\((.*), \d+\)$", re.DOTALL)
_DECIMAL = re.compile(r"Decimal\(['\"]?([^'\")]*)['\"]?\)")


# --- kpis ---


def kpis_document(answer: Kpis) -> Document:
    """The list of KPIs, by family."""
    columns = (
        Column("id", Kind.CODE),
        Column("unit", least=_WIDEST_UNIT),
        Column("formula", wraps=True),
    )
    rows = tuple(Row((Cell(kpi.id), Cell(kpi.unit), Cell(kpi.formula)), kpi.family) for kpi in answer.kpis)
    return Document((Table(columns, rows, headed=False, indent=2, spaced=True),))


def kpis_sheet(answer: Kpis | Definition) -> Sheet:
    """A row per KPI; lists in a cell are separated by spaces."""
    return Sheet(_COLUMNS, ([_flat(getattr(card, name)) for name in _COLUMNS] for card in answer.kpis))


def _flat(value: str | list[str] | None) -> str | None:
    return " ".join(value) if isinstance(value, list) else value


# --- explain KPI ---


def definition_document(answer: Definition) -> Document:
    """One KPI at length."""
    return Document(tuple(block for card in answer.kpis for block in _card(card)), _MEASURE)


definition_sheet = kpis_sheet


def _card(card: Card) -> Iterator[Block]:
    yield Heading(f"{one_line(card.title)} ({card.id})", 1)
    for paragraph in card.definition.split("\n\n"):
        yield Text(Prose(" ".join(paragraph.split())), apart=True)
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
        *(("example", text) for text in _examples(card.example)),
    ]
    yield Items(tuple(Item(name, text) for name, text in facts), indent=0, apart=True)


def _examples(doctest: str) -> list[str]:
    """The examples of a definition as people write them; none where they need more than one line of Python."""
    found = DocTestParser().get_examples(doctest)
    return [] if any(not item.want for item in found) else [_equation(item.source, item.want) for item in found]


def _equation(source: str, want: str) -> str:
    call, value = _ROUND.sub(r"\1", source.strip()), _DECIMAL.sub(r"\1", want.strip())
    if value == "True" and call.endswith(" is None"):
        return f"{call.removesuffix(' is None')} is undefined"
    return call.replace(" == ", " = ") if value == "True" else f"{call} = {value}"


# --- explain KPI FILE ---


def working_document(answer: Working) -> Document:
    """Definition first, then the numbers in the order that the formula names them, then the result."""
    paths = ", ".join(one_line(item.path) for item in answer.inputs)
    facts = (Item("files", paths), Item("days", f"{_days(answer)}, as of {answer.as_of or 'unknown'}"))
    blocks = (
        *_card(answer.kpi),
        Items(facts, indent=0, least=8, apart=True),
        Heading("The numbers put in:"),
        Bullets(tuple(map(_ingredient, answer.ingredients))),
        Text(answer.kpi.formula, apart=True),
        *(block for metric in answer.metrics for block in _result(metric)),
    )
    return Document(blocks, _MEASURE)


def _days(answer: Working) -> str:
    period = answer.period
    if period.start is None and period.end is None:
        return "all"
    return f"{period.start or 'the first'} to before {period.end or 'the end'}"


def _ingredient(item: Ingredient) -> Bullet:
    text = f" = {_value(item)}" + (f"  ({item.meaning.rstrip('.')})" if item.meaning else "")
    return Bullet((Code(item.id), text), 1 if item.of else 0)


def _value(item: Ingredient) -> str:
    unit = item.unit if item.unit != "x" else "count"
    if item.value is None and item.n is None:
        return f"unknown: {(item.reason or 'missing_input').replace('_', ' ')}"
    shown = amount(item.value, unit, currency=item.currency) if item.value is not None else ""  # type: ignore[arg-type]
    if item.n is None:
        return shown
    return counted(item.n, "value") + (f" adding up to {shown}" if shown else "")


def _result(metric: Metric) -> Sequence[Block]:
    if metric.value is None:
        return (Text(f"= undefined: {reason_words(metric)}"),)
    made = fraction(metric)
    text = f"= {amount(metric.value, metric.unit, currency=metric.currency)}" + (f"   ({made})" if made else "")
    lines = [Text(text)]
    if metric.interval:
        span = interval(metric.interval, metric.unit)
        lines.append(Text(f"{metric.interval.level:.0%} interval {span} ({metric.interval.method})", indent=2))
    left = [left_out_text(item.code, item.count) for item in metric.excluded if item.count]
    return [*lines, *([Text(f"left out: {', '.join(left)}", indent=2)] if left else [])]
