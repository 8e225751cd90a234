"""KPIs as tables by family: number, interval, records and drawings in a row. Own file: the table is the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.messages import phrase
from salesmetrics.render.document import Cell, Column, Kind, Narrow, Row, Sparkline, Table, Tone, Undefined
from salesmetrics.render.layouts.pages import ends_of, span_of, whisker, word_of
from salesmetrics.render.layouts.segments import segments
from salesmetrics.render.layouts.words import (
    correction_note,
    families,
    few,
    few_note,
    interval_cell,
    interval_title,
    kept_apart,
    left_out_text,
    places_of,
    reason_words,
    title_of,
    value_cell,
    verdict_cell,
    verdict_note,
)
from salesmetrics.render.page import Fold, Section
from salesmetrics.render.text import amount, change, fraction, one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from salesmetrics.answers.catalog import Card
    from salesmetrics.answers.report import Metric, Report
    from salesmetrics.answers.sections import Sections
    from salesmetrics.render.page import PageBlock

__all__ = ["drawn_months", "family_sections", "share_cell"]

_FEWEST_DRAWN = 2
"""Rates with an interval that are drawn on one axis; a single one has nothing to be compared with."""


def family_sections(answer: Sections) -> list[Section]:
    """A section per family: a row per KPI, then how each is counted."""
    report = replace(answer.report, metrics=[metric for metric in answer.report.metrics if not metric.group])
    totals = [metric for metric in report.metrics if not metric.in_series]
    apart = kept_apart(totals)
    found = []
    for family, members in families(_of_used_currencies(totals, apart), report.order):
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


def _of_used_currencies(metrics: Sequence[Metric], apart: Collection[str]) -> list[Metric]:
    """Metrics without those of a currency in which a KPI has nothing, while it has something in another."""
    used = {metric.id for metric in metrics if metric.value}
    return [metric for metric in metrics if metric.value or metric.id not in apart or metric.id not in used]


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
    ordered = sorted(members, key=lambda metric: (_span(metric) != "", _span(metric)))
    rows = []
    for metric in ordered:
        absolute, relative, _ = change(metric.change, metric.unit)
        digits = _places(metric, places)
        goal = goals.get((metric.id, metric.currency))
        before = amount(metric.previous, metric.unit, places=digits) if compared and _has_past(metric) else ""
        drawn = whisker(metric.value, metric.interval, axis, hollow=few(metric)) if axis and metric in rates else None
        cells = (
            Cell(title_of(metric, apart=apart)),
            value_cell(metric, digits),
            share_cell(metric),
            interval_cell(metric.interval, metric.unit, digits),
            Cell(tone=Tone.MARK, mark=drawn),
            Cell(tone=Tone.MARK, mark=drawn_months(metric)),
            Cell(before, Tone.MUTED, metric.previous, metric.unit, metric.currency),
            Cell(relative or absolute),
            verdict_cell(metric),
            Cell("" if goal is None else phrase(f"goal_{goal.status.replace(' ', '_')}")),
        )
        undefined = None if metric.value is not None else Undefined(reason_words(metric), tuple(_known(metric)))
        rows.append(Row(cells, _span(metric), undefined=undefined))
    own = replace(report, metrics=list(members))
    notes = [*correction_note(report.verdicts if compared else None), *few_note(own), *verdict_note(own)]
    return Table(columns, tuple(rows), tuple(notes))


def _places(metric: Metric, places: Mapping[str, int]) -> int:
    """Digits behind the point: those of all values of the unit, but none of a number of records beside a mean of them."""
    whole = metric.unit == "count" and metric.value is not None and metric.value == int(metric.value)
    return 0 if whole else places[metric.unit]


def share_cell(metric: Metric) -> Cell:
    """What a value is made of, with both numbers."""
    text = fraction(metric)
    parts = (metric.numerator, metric.denominator) if " / " in text else ()
    return Cell(text, Tone.MUTED, value=metric.n if text and not parts else None, unit="count", parts=parts)


def _known(metric: Metric) -> list[str]:
    known = [fraction(metric)] if metric.n else []
    past = metric.previous
    return [*known, phrase("previous_value", value=amount(past, metric.unit))] if past is not None else known


def _has_past(metric: Metric) -> bool:
    return metric.previous is not None or metric.change is not None


def _span(metric: Metric) -> str:
    return one_line(metric.period.label) if metric.own_period and metric.period else ""


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
        code = f" ({one_line(metric.currency)})" if metric.id in apart and metric.currency else ""
        texts = [left_out_text(item.code, item.count) + code for item in metric.excluded if item.count]
        left_out.setdefault(metric.id, {}).update(dict.fromkeys(texts))
    rows = []
    for metric in {metric.id: metric for metric in members}.values():
        card = known[metric.id]
        cells = (
            one_line(metric.title),
            " ".join(card.definition.partition("\n\n")[0].split()).replace("``", ""),
            card.formula,
            phrase(f"counted_{card.basis}"),
            "; ".join(left_out[metric.id]),
            card.source,
        )
        rows.append(Row(tuple(map(Cell, cells))))
    return Table(columns, tuple(rows))
