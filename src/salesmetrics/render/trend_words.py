"""What a trend says in words, shared by the table and by Markdown."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from salesmetrics.answers.report import Interval
from salesmetrics.render.text import Glyphs, amount, interval, one_line
from salesmetrics.render.words import currencies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.answers.report import Limits, Metric, Report

__all__ = ["blocks", "limits_text", "period_label", "trend_notes"]


def trend_notes(report: Report, glyphs: Glyphs) -> list[str]:
    """What is unusual, in words: the periods outside the KPI's own limits, or that there are too few to have limits."""
    notes = []
    several = len(currencies(report.metrics)) > 1
    for title, block in blocks(report, several=several):
        limited = [metric.limits for metric in block if metric.limits]
        if not limited:
            notes.append(
                f"{title}: no limits of its own: they take six complete periods that change no more and are not all alike"
            )
            continue
        outside = [m for m in block if m.limits and m.limits.outside]
        chart = "p' chart" if limited[0].method == "p_prime" else "XmR chart"
        found = "; ".join(_outside_text(metric, glyphs) for metric in outside)
        limits = f"outside its own limits ({chart}, {limited[0].n} complete periods)"
        notes.append(f"{title}: {limits}: {found}" if found else f"{title}: nothing {limits}")
    return notes


def _outside_text(metric: Metric, glyphs: Glyphs) -> str:
    where = metric.limits.outside if metric.limits else ""
    value = amount(metric.value, metric.unit, currency=metric.currency, glyphs=glyphs)
    limits = limits_text(metric.limits, metric, glyphs)
    return f"{period_label(metric)} {where} ({value}, limits {limits})"


def limits_text(limits: Limits | None, metric: Metric, glyphs: Glyphs) -> str:
    """Limits as an interval in the unit of the KPI."""
    if limits is None:
        return ""
    span = Interval(low=limits.low, high=limits.high, level=1, method=limits.method)
    return interval(span, metric.unit, glyphs=glyphs)


def blocks(report: Report, *, several: bool) -> Iterator[tuple[str, list[Metric]]]:
    """The series of a trend, each with its title: the total, then segments, with currencies apart."""
    for _, members in groupby(report.metrics, key=lambda m: (m.id, tuple(m.group.items()), m.currency)):
        block = list(members)
        names = [one_line(value or "(blank)") for value in block[0].group.values()]
        code = [one_line(block[0].currency or "no currency")] if several else []
        named = ", ".join([*names, *code])
        yield one_line(block[0].title) + (f" [{named}]" if named else ""), block


def period_label(metric: Metric) -> str:
    """The period of a metric, marked where it is partial."""
    if metric.period is None:
        return ""
    return one_line(metric.period.label) + (" (partial)" if metric.period.partial else "")
