"""The working of a KPI, in words and numbers."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from salesmetrics.messages import counted
from salesmetrics.render.cards import DEFAULT_WIDTH, card_lines
from salesmetrics.render.layout import plain
from salesmetrics.render.text import amount, count, fraction, interval, one_line
from salesmetrics.render.words import reason_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesmetrics.answers.catalog import Ingredient, Working
    from salesmetrics.answers.report import Metric

__all__ = ["render_working"]


def render_working(working: Working, width: int | None) -> str:
    """Definition first, then the numbers in the order that the formula names them, then the result."""
    wide = width or DEFAULT_WIDTH
    lines = [*card_lines(working.kpi, wide), ""]
    lines += [f"files     {', '.join(one_line(item.path) for item in working.inputs)}"]
    days = _days(working)
    lines += [f"days      {days}, as of {working.as_of or 'unknown'}", "", "The numbers put in:"]
    lines += list(_ingredients(working.ingredients, wide))
    lines += ["", f"{working.kpi.formula}"]
    for metric in working.metrics:
        lines += _result(metric)
    return plain(lines)


def _days(working: Working) -> str:
    period = working.period
    if period.start is None and period.end is None:
        return "all"
    return f"{period.start or 'the first'} to before {period.end or 'the end'}"


def _ingredients(items: Iterable[Ingredient], width: int) -> Iterable[str]:
    for item in items:
        indent = "    " if item.of else "  "
        value = _value(item)
        text = f"{item.id} = {value}" + (f"  ({item.meaning.rstrip('.')})" if item.meaning else "")
        yield textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent + "  ")


def _value(item: Ingredient) -> str:
    unit = item.unit if item.unit != "x" else "count"
    if item.value is None and item.n is None:
        return f"unknown: {(item.reason or 'missing_input').replace('_', ' ')}"
    shown = amount(item.value, unit, currency=item.currency) if item.value is not None else ""  # type: ignore[arg-type]
    if item.n is None:
        return shown
    return counted(item.n, "value") + (f" adding up to {shown}" if shown else "")


def _result(metric: Metric) -> list[str]:
    if metric.value is None:
        return [f"= undefined: {reason_words(metric)}"]
    made = fraction(metric)
    text = f"= {amount(metric.value, metric.unit, currency=metric.currency)}" + (f"   ({made})" if made else "")
    lines = [text]
    if metric.interval:
        lines.append(
            f"  {metric.interval.level:.0%} interval {interval(metric.interval, metric.unit)} ({metric.interval.method})"
        )
    left = [f"{count(item.count)} {item.code.replace('_', ' ')}" for item in metric.excluded if item.count]
    if left:
        lines.append(f"  left out: {', '.join(left)}")
    return lines
