"""How the catalogue looks: the list of KPIs, the definition of one, and its working."""

from __future__ import annotations

import re
from datetime import date
from doctest import DocTestParser
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.messages import joined, phrase, retold
from salesmetrics.messages.speech import in_words
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
from salesmetrics.render.layouts.head import series, shaped
from salesmetrics.render.layouts.words import definition, left_out_text, reason_text, reason_words, record_left_out_text
from salesmetrics.render.page import Page, Section
from salesmetrics.render.text import amount, fraction, interval, one_line
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import HISTORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from salesmetrics.answers.catalog import Card, Definition, Ingredient, Kpis, Working
    from salesmetrics.answers.report import Metric
    from salesmetrics.render.document import Block

__all__ = ["definition_document", "definition_sheet", "kpis_document", "kpis_page", "kpis_sheet", "working_document"]

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
        Column(phrase("column_id"), Kind.CODE),
        Column(phrase("column_unit"), least=_WIDEST_UNIT),
        Column(phrase("column_formula"), wraps=True),
    )
    rows = tuple(
        Row((Cell(kpi.id), Cell(in_words(kpi.unit, f"unit.{kpi.unit}")), Cell(retold(kpi.formula))), retold(kpi.family))
        for kpi in answer.kpis
    )
    return Document((Table(columns, rows, headed=False, indent=2, spaced=True),))


def kpis_page(answer: Kpis) -> Page:
    """The list of KPIs, a section per family."""
    table = next(block for block in kpis_document(answer).blocks if isinstance(block, Table))
    sections = [
        Section(f"family-{place}", name.capitalize(), (replace(table, rows=tuple(_bare(rows)), headed=True, indent=0),))
        for place, (name, rows) in enumerate(groupby(table.rows, key=lambda row: row.section), start=1)
    ]
    return Page(phrase("page_kpis"), (phrase("kpis_listed", n=len(table.rows)),), tuple(sections))


def _bare(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows below a title of their own."""
    return (replace(row, section="") for row in rows)


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
    yield Heading(phrase("card_heading", title=one_line(card.title), kpi=card.id), 1)
    for paragraph in definition(card):
        yield Text(Prose(paragraph), apart=True)
    facts = [
        ("card_formula", retold(card.formula)),
        ("card_unit", in_words(card.unit, f"unit.{card.unit}")),
        ("card_better", in_words(card.direction, f"direction.{card.direction}")),
        ("card_basis", in_words(card.basis, f"basis.{card.basis}")),
        ("card_interval", card.interval or phrase("card_none")),
        ("card_needs", joined(card.needs, ";")),
        ("card_left_out", joined(map(record_left_out_text, card.excluded)) or phrase("card_nothing")),
        ("card_undefined", joined(map(reason_text, card.undefined), ";") or phrase("card_never")),
        ("card_source", retold(card.source)),
        ("card_since", card.since),
        *(("card_example", text) for text in _examples(card.example)),
    ]
    yield Items(tuple(Item(phrase(code), text) for code, text in facts), indent=0, apart=True)


def _examples(doctest: str) -> list[str]:
    """The examples of a definition as people write them; none where they need more than one line of Python."""
    found = DocTestParser().get_examples(doctest)
    return [] if any(not item.want for item in found) else [_equation(item.source, item.want) for item in found]


def _equation(source: str, want: str) -> str:
    call, value = _ROUND.sub(r"\1", source.strip()), _DECIMAL.sub(r"\1", want.strip())
    if value == "True" and call.endswith(" is None"):
        return phrase("example_undefined", call=call.removesuffix(" is None"))
    return call.replace(" == ", " = ") if value == "True" else f"{call} = {value}"


# --- explain KPI FILE ---


def working_document(answer: Working) -> Document:
    """Definition first, then the numbers in the order that the formula names them, then the result."""
    paths = joined(one_line(item.path) for item in answer.inputs if item.kind != HISTORY)
    facts = [
        Item(phrase("card_files"), paths),
        *(Item("", line) for line in series(answer.inputs)),
        Item(phrase("card_days"), _days(answer)),
    ]
    facts += [Item(phrase("card_shaped"), joined(found, ";"))] if (found := shaped(answer.filters)) else []
    blocks = (
        *_card(answer.kpi),
        Items(tuple(facts), indent=0, least=8, apart=True),
        Heading(phrase("heading_numbers_put_in")),
        Bullets(tuple(map(_ingredient, answer.ingredients))),
        Text(retold(answer.kpi.formula), apart=True),
        *(block for metric in answer.metrics for block in _result(metric)),
    )
    return Document(blocks, _MEASURE)


def _days(answer: Working) -> str:
    start, end = answer.period.start, answer.period.end
    code = (
        "days_all"
        if not start and not end
        else "days_from_to"
        if start and end
        else "days_from"
        if start
        else "days_to"
    )
    days = phrase(
        code, start=start, end=end, as_of=date.fromisoformat(answer.as_of) if answer.as_of else Message("day_unknown")
    )
    if answer.span is None:
        return days
    return phrase("days_of_records", days=days, first=answer.span.first, last=answer.span.last)


def _ingredient(item: Ingredient) -> Bullet:
    code = "number_put_in_meaning" if item.meaning else "number_put_in"
    text = phrase(code, value=_value(item), meaning=retold(item.meaning).rstrip("."))
    return Bullet((Code(retold(item.id)), text), 1 if item.of else 0)


def _value(item: Ingredient) -> str:
    unit = item.unit if item.unit != "x" else "count"
    if item.value is None and item.n is None:
        return phrase("number_unknown", reason=reason_text(item.reason or "missing_input"))
    shown = amount(item.value, unit, currency=item.currency) if item.value is not None else ""  # type: ignore[arg-type]
    if item.n is None:
        return shown
    return phrase("sample_adding_up" if shown else "sample_of", n=item.n, sum=shown)


def _result(metric: Metric) -> Sequence[Block]:
    if metric.value is None:
        return (Text(phrase("result_undefined", reason=reason_words(metric))),)
    made, value = fraction(metric), amount(metric.value, metric.unit, currency=metric.currency)
    lines = [Text(phrase("result_made_of" if made else "result", value=value, made_of=made))]
    if metric.interval:
        text = phrase(
            "result_interval",
            percent=100 * metric.interval.level,
            interval=interval(metric.interval, metric.unit),
            method=metric.interval.method,
        )
        lines.append(Text(text, indent=2))
    left = [left_out_text(item.code, item.count) for item in metric.excluded if item.count]
    return [*lines, *([Text(phrase("result_left_out", parts=left), indent=2)] if left else [])]
