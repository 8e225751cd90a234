"""KPIs over time: a line each, with the limits between which it has varied so far. Own file: drawings of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.messages import phrase
from salesmetrics.render.document import Text, Tone
from salesmetrics.render.layouts.trend import limits_said, series_of, trend_table
from salesmetrics.render.layouts.words import few_note, period_label, undefined_note
from salesmetrics.render.page import Chart, Fold, Rule, Section, Series
from salesmetrics.render.scales import axis, named_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.report import Metric
    from salesmetrics.answers.sections import Sections

__all__ = ["trend_section"]


def trend_section(answer: Sections) -> Section | None:
    """A drawing per KPI and currency, and all periods in numbers; None without any."""
    report = answer.trend
    if report is None:
        return None
    series = [(title, metrics) for title, metrics in series_of(report) if _known(metrics) > 1]
    if not series:
        return None
    every = phrase(f"every_{answer.every}")
    charts = [_chart(title, metrics) for title, metrics in series]
    tables = [
        Section(f"trend-{place}", title, (trend_table(metrics),)) for place, (title, metrics) in enumerate(series)
    ]
    notes = [Text(note, Tone.MUTED) for note in (*few_note(report), *undefined_note(report.metrics))]
    folded = Fold(phrase("fold_periods"), (*tables, *notes))
    return Section("trend", phrase("section_trend", every=every), (*charts, folded))


def _known(metrics: Sequence[Metric]) -> int:
    return sum(metric.value is not None for metric in metrics)


def _chart(title: str, metrics: Sequence[Metric]) -> Chart:
    unit, limits = metrics[0].unit, [metric.limits for metric in metrics]
    names = [period_label(metric.period) if metric.period else "" for metric in metrics]
    ends = [end for limit in limits if limit for end in (limit.low, limit.high)]
    values = [metric.value for metric in metrics]
    line = Series(
        title,
        tuple((float(at), None if value is None else float(value)) for at, value in enumerate(values)),
        band=tuple((float(at), float(limit.low), float(limit.high)) for at, limit in enumerate(limits) if limit),
        hollow=tuple(bool(metric.period and metric.period.partial) for metric in metrics),
    )
    first = next((limit for limit in limits if limit), None)
    return Chart(
        "line",
        "",
        phrase("of_series", series=title, said=limits_said(metrics)),
        named_axis(names),
        axis([*values, *ends], unit, zero=unit in {"count", "money", "money_per_day"}),
        (line,),
        (Rule(float(first.centre), phrase("limits_centre")),) if first and first.method == "xmr" else (),
        unit,
        metrics[0].currency,
    )
