"""What a report says of its metrics in words: titles, reasons, facts and legends, shared by the layouts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from salesmetrics.messages import fill
from salesmetrics.messages.reasons import LEFT_OUT, NOTHING_THERE, REASONS
from salesmetrics.render.document import Cell, Footnote, Tone
from salesmetrics.render.text import amount, count, one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from salesmetrics.answers.report import Comparison, Metric, Period, Report
    from salesmetrics.schema.provenance import Input

__all__ = [
    "FEW",
    "FEW_LEGEND",
    "NOTHING",
    "NO_VERDICT_LEGEND",
    "chance_note",
    "currencies",
    "currency_of",
    "families",
    "few",
    "headline",
    "input_facts",
    "interval_title",
    "kept_apart",
    "left_out_text",
    "own_periods",
    "period_of",
    "period_text",
    "reason_text",
    "reason_words",
    "title_of",
    "undefined_counts",
    "undefined_note",
    "value_cell",
    "verdict_cell",
    "verdict_note",
    "verdict_text",
]

FEW = "~"
"""Marks a value that rests on few records."""

FEW_LEGEND = f"{FEW} few records: read with care, no verdict is drawn"

NO_VERDICT_LEGEND = "no verdict: a change without an interval cannot be told from chance"

MANY_SEGMENTS = 10
"""From so many segments on, chance alone is likely to have made one of them look different."""

NOTHING = frozenset({"zero_denominator", "no_records"})


class _Member(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def family(self) -> str: ...


_AnyMember = TypeVar("_AnyMember", bound=_Member)


def families(members: Iterable[_AnyMember]) -> list[tuple[str, list[_AnyMember]]]:
    """Members by family, and within it by KPI, both in order of appearance; the currencies of a KPI stand together."""
    found: dict[str, dict[str, list[_AnyMember]]] = {}
    for member in members:
        found.setdefault(member.family, {}).setdefault(member.id, []).append(member)
    return [(family, [member for group in kpis.values() for member in group]) for family, kpis in found.items()]


def few(metric: Metric) -> bool:
    """Whether a value rests on few records. A count does not rest on records: it is exact, however small."""
    return metric.small and metric.value is not None and metric.unit != "count"


def own_periods(report: Report) -> dict[str, Footnote]:
    """A footnote for each span of days that a KPI is about by itself, by the span's label."""
    labels = dict.fromkeys(one_line(m.period.label) for m in report.metrics if m.own_period and m.period)
    return {label: Footnote(f"[{chr(ord('a') + i % 26)}]", label) for i, label in enumerate(labels)}


def period_of(metric: Metric, own: Mapping[str, Footnote]) -> Footnote | None:
    """The footnote of the period that a metric is about by itself."""
    return own[one_line(metric.period.label)] if metric.own_period and metric.period else None


def title_of(metric: Metric, *, apart: Collection[str] = ()) -> str:
    """The title of a metric, with its currency where a report has several."""
    code = f" ({currency_of(metric, apart)})" if metric.id in apart else ""
    return one_line(metric.title) + code


def headline(report: Report) -> list[str]:
    """The facts that hold for the whole report, each short enough for a line; the first is what it is."""
    facts = [f"{report.generator.name} {report.generator.version} {report.command}"]
    if report.as_of is not None:
        source = f" ({one_line(report.as_of_source)})" if report.as_of_source else ""
        facts.append(f"as of {report.as_of.isoformat()}{source}")
    facts.append(f"period {period_text(report.period)}")
    if report.comparison is not None:
        facts.append(f"compared with {_comparison_text(report.comparison)}")
    codes = currencies(report.metrics)
    if len(codes) == 1:
        facts.append(f"amounts in {codes[0]}")
    return facts


def period_text(period: Period) -> str:
    """A period by name, and by its first and last day where it has them."""
    label = one_line(period.label)
    if period.start is None or period.end is None:
        days = ""
    else:
        days = f" ({period.start.isoformat()} – {(period.end - timedelta(days=1)).isoformat()})"
    return label + days + (", partial" if period.partial else "")


def _comparison_text(comparison: Comparison) -> str:
    last = comparison.end - timedelta(days=1)
    to_date = ", to date" if comparison.to_date else ""
    return f"{one_line(comparison.label)} ({comparison.start.isoformat()} – {last.isoformat()}){to_date}"


def currencies(metrics: Iterable[Metric]) -> list[str]:
    """The currency codes in use, in order of appearance; amounts without a currency beside others have none as theirs."""
    metrics = list(metrics)
    priced = {metric.id for metric in metrics if metric.currency}
    return list(dict.fromkeys(currency_of(metric, priced) for metric in metrics if metric.id in priced))


def kept_apart(metrics: Iterable[Metric]) -> frozenset[str]:
    """Ids of the KPIs that a report holds once per currency; none where all amounts are in one."""
    metrics = list(metrics)
    return frozenset(m.id for m in metrics if m.currency) if len(currencies(metrics)) > 1 else frozenset()


def currency_of(metric: Metric, apart: Collection[str]) -> str:
    """The currency of a metric in words; empty for a KPI that is not among those ``apart``, such as a count."""
    return one_line(metric.currency or "no currency") if metric.id in apart else ""


def input_facts(source: Input) -> tuple[str, str, str]:
    """A file in three texts: its kind, its path, and how it was read with its row counts."""
    rows = source.rows
    if rows.used == rows.read:
        counts = "1 row, used" if rows.read == 1 else f"{count(rows.read)} rows, all used"
    else:
        parts = [f"{count(rows.used)} used"]
        parts += [f"{count(number)} {word}" for number, word in _left_out(source) if number]
        counts = f"{'1 row' if rows.read == 1 else f'{count(rows.read)} rows'}: {', '.join(parts)}"
    encoding = "" if source.encoding.lower() in {"utf-8", "utf-8-sig", "ascii", "-"} else f", {source.encoding}"
    return one_line(source.kind), one_line(source.path), f"{one_line(source.profile)}{encoding}, {counts}"


def _left_out(source: Input) -> list[tuple[int, str]]:
    return [(source.rows.rejected, "rejected"), (source.rows.ignored, "ignored")]


def reason_words(metric: Metric) -> str:
    """Why a value is undefined, in words.

    A code that nobody has put into words yet reads as its own words.
    """
    reason = metric.reason or "not known"
    if reason in NOTHING:
        if not metric.n and not metric.numerator:
            return NOTHING_THERE.get(metric.basis, "no such records")
        return "nothing to divide by"
    return reason_text(reason)


def reason_text(reason: str) -> str:
    """A reason code in words, whatever it is of."""
    return REASONS.get(reason) or one_line(reason.replace("_", " "))


def left_out_text(code: str, number: int) -> str:
    """How many records a KPI leaves out, and why.

    >>> left_out_text("no_activity", 11), left_out_text("of_a_plugin", 2)
    ('11 won deals without activity', '2 of a plugin')
    """
    words = LEFT_OUT.get(code)
    return fill(words, {"n": number}) if words else f"{count(number)} {one_line(code).replace('_', ' ')}"


def verdict_text(metric: Metric | None) -> str:
    """What a change says, or why there is none."""
    if metric is None or metric.change is None:
        return ""
    return reason_text(metric.change.reason) if metric.change.reason else metric.change.verdict or ""


def value_cell(metric: Metric) -> Cell:
    """The value of a metric; greyed and marked where it rests on few records."""
    tone = Tone.MUTED if few(metric) or metric.value is None else Tone.PLAIN
    text = amount(metric.value, metric.unit)
    return Cell(text, tone, metric.value, metric.unit, metric.currency, FEW if few(metric) else "")


def verdict_cell(metric: Metric) -> Cell:
    """What a change says, or why there is none."""
    verdict = verdict_text(metric)
    return Cell(verdict, {"better": Tone.GOOD, "worse": Tone.BAD}.get(verdict, Tone.PLAIN))


def chance_note(report: Report) -> list[str]:
    """What to expect of many verdicts at once: at 95 % one in twenty segments differs by chance alone."""
    groups = {tuple(metric.group.items()) for metric in report.metrics if metric.group}
    spans = [m.change.interval for m in report.metrics if m.group and m.change and m.change.verdict != "too few"]
    drawn = [span for span in spans if span is not None]
    if len(groups) < MANY_SEGMENTS or not drawn:
        return []
    odds = round(1 / (1 - drawn[0].level))
    note = f"at this level about 1 in {odds} segments would look better or worse by chance alone"
    return [f"{note} (number of verdicts drawn: {count(len(drawn))})"]


def verdict_note(report: Report) -> list[str]:
    """Why some changes have no verdict, where there are such."""
    bare = any(
        metric.change and metric.change.verdict is None and metric.change.reason is None for metric in report.metrics
    )
    return [NO_VERDICT_LEGEND] if bare else []


def undefined_counts(metrics: Iterable[Metric]) -> list[tuple[int, str]]:
    """How many values are undefined for each reason, most frequent first."""
    reasons = Counter(reason_words(metric) for metric in metrics if metric.value is None)
    return sorted(((number, words) for words, number in reasons.items()), key=lambda item: (-item[0], item[1]))


def undefined_note(metrics: Iterable[Metric]) -> list[str]:
    """How many values are undefined and why, where some are."""
    listed = ", ".join(f"{count(number)} × {words}" for number, words in undefined_counts(metrics))
    return [f"– undefined: {listed}"] if listed else []


def interval_title(metrics: Iterable[Metric]) -> str:
    """The heading of interval columns, with the level where all share one."""
    levels = {metric.interval.level for metric in metrics if metric.interval}
    return f"{levels.pop() * 100:g} % interval" if len(levels) == 1 else "interval"
