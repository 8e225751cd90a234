"""KPIs as tables by family: number, interval, records and drawings in a row. Own file: the table is the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.messages import joined, phrase, retold
from salesmetrics.render.document import Cell, Column, Kind, Narrow, Row, Sparkline, Table, Tone
from salesmetrics.render.layouts.pages import ends_of, span_of, whisker, word_of
from salesmetrics.render.layouts.segments import segments
from salesmetrics.render.layouts.words import (
    change_cells,
    correction_note,
    definition,
    families,
    few,
    few_note,
    fraction_cell,
    interval_cell,
    interval_title,
    kept_apart,
    left_out_text,
    of_used_currencies,
    own_span,
    places_of,
    previous_cell,
    title_of,
    undefined,
    value_cell,
    verdict_cell,
    verdict_note,
)
from salesmetrics.render.page import Fold, Section
from salesmetrics.render.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from salesmetrics.answers.catalog import Card
    from salesmetrics.answers.report import Metric, Report
    from salesmetrics.answers.sections import Sections
    from salesmetrics.render.page import PageBlock

__all__ = ["drawn_months", "family_sections"]

_FEWEST_DRAWN = 2
"""Rates with an interval that are drawn on one axis; a single one has nothing to be compared with."""


def family_sections(answer: Sections) -> list[Section]:
    """A section per family: a row per KPI, then how each is counted."""
    report = replace(answer.report, metrics=[metric for metric in answer.report.metrics if not metric.group])
    totals = [metric for metric in report.metrics if not metric.in_series]
    apart = kept_apart(totals)
    found = []
    for family, members in families(of_used_currencies(totals, apart), report.order):
        blocks: list[PageBlock] = [_table(members, report, apart)]
        series = [metric for metric in report.metrics if metric.family == family and metric.in_series]
        if series:
            blocks.append(Fold(phrase("kpis_per_period", every=_every(answer)), (_over_time(series, report),)))
        blocks.append(Fold(phrase("fold_how"), (_definitions(members, answer.definitions, apart),), name="definitions"))
        title = one_line(family).replace("_", " ").capitalize()
        found.append(Section(f"family-{word_of(family)}", title, tuple(blocks)))
    return found


def _every(answer: Sections) -> str:
    return phrase(f"every_{answer.every}")


def _table(members: Sequence[Metric], report: Report, apart: Collection[str]) -> Table:
    """Those of the period of the report first, then those of a time of their own under it."""
    compared = any(metric.change or metric.previous is not None for metric in members)
    rates = [metric for metric in members if metric.unit == "ratio" and metric.interval and metric.value is not None]
    axis = span_of(ends_of(rates), "ratio", zero=False) if len(rates) >= _FEWEST_DRAWN else None
    places = places_of(members)
    month = report.trend_to.strftime("%Y-%m") if report.trend_to else ""
    goals = {(result.id, result.currency): result.goal for result in report.goals if not result.group}
    columns = (
        Column(phrase("column_kpi"), Kind.LABEL, silent=True, wraps=True),
        Column(phrase("column_value"), Kind.VALUE),
        Column(phrase("column_share"), Kind.SHARE, 3, Narrow.BELOW),
        Column(interval_title(members), Kind.INTERVAL, 4, Narrow.BELOW, named=True),
        Column("", Kind.MARK, 7, Narrow.VANISH, silent=True),
        Column(phrase("twelve_months_to", month=month), Kind.MARK, 8, Narrow.VANISH, detail=True),
        Column(phrase("column_previous"), Kind.NUMBER, 5, Narrow.BELOW, named=True),
        Column(phrase("column_change"), Kind.CHANGE, 1, Narrow.BELOW, named=True),
        Column(phrase("column_verdict"), Kind.VERDICT, 2, Narrow.BELOW),
        Column(phrase("column_goal"), Kind.VERDICT, 2, Narrow.BELOW),
    )
    ordered = sorted(members, key=lambda metric: (own_span(metric) != "", own_span(metric)))
    rows = []
    for metric in ordered:
        absolute, relative, _ = change_cells(metric.change, metric.unit, metric.currency)
        made_of = replace(fraction_cell(metric), long=False)
        digits = _places(metric, places)
        goal = goals.get((metric.id, metric.currency))
        drawn = whisker(metric.value, metric.interval, axis, hollow=few(metric)) if axis and metric in rates else None
        cells = (
            Cell(title_of(metric, apart=apart)),
            value_cell(metric, digits),
            made_of,
            interval_cell(metric.interval, metric.unit, digits),
            Cell(tone=Tone.MARK, mark=drawn),
            Cell(tone=Tone.MARK, mark=drawn_months(metric)),
            previous_cell(metric, digits),
            relative if relative.text else absolute,
            verdict_cell(metric),
            Cell("" if goal is None else phrase(f"goal_{goal.status.replace(' ', '_')}")),
        )
        rows.append(Row(cells, own_span(metric), undefined=undefined(metric, made_of.text)))
    own = replace(report, metrics=list(members))
    notes = [*correction_note(report.verdicts if compared else None), *few_note(own), *verdict_note(own)]
    return Table(columns, tuple(rows), tuple(notes))


def _places(metric: Metric, places: Mapping[str, int]) -> int:
    """Digits behind the point: those of all values of the unit, but none of a number of records beside a mean of them."""
    whole = metric.unit == "count" and metric.value is not None and metric.value == int(metric.value)
    return 0 if whole else places[metric.unit]


def drawn_months(metric: Metric) -> Sparkline | None:
    """The last twelve months of a metric; nothing where fewer than two of them have a value to compare by eye."""
    if metric.trend is None or sum(value is not None for value in metric.trend) <= 1:
        return None
    return Sparkline(tuple(metric.trend), metric.unit in {"count", "money"})


def _over_time(series: Sequence[Metric], report: Report) -> Table:
    """The KPIs of a family for each period that was asked for."""
    table = segments(replace(report, metrics=list(series), group_by=[], segments=None, verdicts=None))
    # The family is the title of the section, and there is room for all columns.
    return replace(table, columns=tuple(replace(column, section="") for column in table.columns), omitted=())


def _definitions(members: Sequence[Metric], cards: Sequence[Card], apart: Collection[str]) -> Table:
    """What each KPI of a family means: its formula, what puts a record into a period, what it leaves out, and the source."""
    known: Mapping[str, Card] = {card.id: card for card in cards}
    columns = (
        Column(phrase("column_kpi"), Kind.LABEL, silent=True, wraps=True),
        Column(phrase("column_definition"), Kind.TEXT, wraps=True),
        Column(phrase("column_formula"), Kind.CODE, wraps=True),
        Column(phrase("column_counted_by"), Kind.TEXT, wraps=True),
        Column(phrase("column_left_out"), Kind.TEXT, wraps=True),
        Column(phrase("column_source"), Kind.TEXT, wraps=True),
    )
    left_out: dict[str, dict[str, None]] = {}
    for metric in members:
        code = phrase("in_brackets", what=one_line(metric.currency)) if metric.id in apart and metric.currency else ""
        texts = [left_out_text(item.code, item.count) + code for item in metric.excluded if item.count]
        left_out.setdefault(metric.id, {}).update(dict.fromkeys(texts))
    rows = []
    for metric in {metric.id: metric for metric in members}.values():
        card = known[metric.id]
        cells = (
            one_line(metric.title),
            definition(card)[0].replace("``", ""),
            retold(card.formula),
            phrase(f"counted_{card.basis}"),
            joined(left_out[metric.id], ";"),
            retold(card.source),
        )
        rows.append(Row(tuple(map(Cell, cells))))
    return Table(columns, tuple(rows))
