"""Segments and periods as rows, KPIs as columns: what the table and Markdown draw when a report is grouped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from salesmetrics.render.text import one_line
from salesmetrics.render.words import currency_of, families, kept_apart, own_periods, title_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from salesmetrics.answers.report import Metric, Period, Report

__all__ = ["Kpi", "Pivot", "Row", "is_series", "pivot"]


@dataclass(frozen=True, slots=True)
class Kpi:
    """A column."""

    id: str
    title: str
    family: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its labels, and its metrics by KPI id."""

    labels: tuple[str, ...]
    total: bool
    cells: dict[str, Metric]


@dataclass(frozen=True, slots=True)
class Pivot:
    """A report turned so that KPIs are columns; ``headers`` name the label columns."""

    headers: tuple[str, ...]
    kpis: tuple[Kpi, ...]
    rows: tuple[Row, ...]


def is_series(report: Report) -> bool:
    """Whether the report holds a KPI for several periods, rather than one period for each."""
    seen: dict[str, tuple[date, date, str]] = {}
    return any(seen.setdefault(m.id, _period_key(m.period)) != _period_key(m.period) for m in report.metrics)


def pivot(report: Report) -> Pivot:
    """Turn a report: the total first, then segments as the report orders them, periods in order of time.

    With several currencies each has its own row; what has no currency, such as a count, stands in a row above them.
    """
    marks = own_periods(report)
    kpis = {m.id: Kpi(m.id, title_of(m, marks=marks), m.family) for m in report.metrics}
    series = is_series(report)
    apart = kept_apart(report.metrics)
    found: dict[tuple[tuple[str | None, ...], tuple[date, date, str]], list[Metric]] = {}
    totals = set()
    for metric in report.metrics:
        group = tuple(metric.group.get(name) for name in report.group_by)
        if not metric.group:
            totals.add(group)
        found.setdefault((_key(metric, group), _period_key(_stretch(metric))), []).append(metric)
    order = {group: index for index, group in enumerate(dict.fromkeys(group for group, _ in found))}
    rows: list[Row] = []
    for group, stretch in sorted(found, key=lambda key: (bool(key[0]), order[key[0]], key[1])):
        metrics = found[group, stretch]
        labels = _group_labels(group, len(report.group_by)) + ((stretch[2] or _all_label(report),) if series else ())
        rows += _currency_rows(labels, metrics, total=bool(report.group_by) and not group, apart=apart)
    headers = (*map(one_line, report.group_by), *(["period"] if series else []), *(["currency"] if apart else []))
    columns = tuple(kpi for _, members in families(kpis.values()) for kpi in members)
    return Pivot(headers, columns, tuple(rows))


def _key(metric: Metric, group: tuple[str | None, ...]) -> tuple[str | None, ...]:
    return group if metric.group else ()


def _group_labels(group: tuple[str | None, ...], size: int) -> tuple[str, ...]:
    if not group:
        return ("total", *[""] * (size - 1))[:size]
    return tuple("(blank)" if value is None or not value.strip() else one_line(value) for value in group)


def _all_label(report: Report) -> str:
    return one_line(report.period.label)


def _stretch(metric: Metric) -> Period | None:
    return None if metric.own_period else metric.period


def _period_key(period: Period | None) -> tuple[date, date, str]:
    if period is None:
        return date.min, date.min, ""
    label = one_line(period.label) + (" (partial)" if period.partial else "")
    return period.start or date.min, period.end or date.max, label


def _currency_rows(labels: tuple[str, ...], metrics: list[Metric], *, total: bool, apart: Collection[str]) -> list[Row]:
    if not apart:
        return [Row(labels, total, {metric.id: metric for metric in metrics})]
    rows = []
    for code in dict.fromkeys(("", *(currency_of(metric, apart) for metric in metrics))):
        cells = {metric.id: metric for metric in metrics if currency_of(metric, apart) == code}
        if cells:
            rows.append(Row((*labels, code), total, cells))
    return rows
