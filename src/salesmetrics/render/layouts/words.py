"""What a report says of its metrics: titles, reasons, facts and legends, shared by the layouts."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from salesmetrics.calendar.steps import day_before
from salesmetrics.messages import fill, phrase, retold
from salesmetrics.messages.languages import ENGLISH
from salesmetrics.messages.reasons import LEFT_OUT, NOTHING_THERE, REASONS, RECORD_LEFT_OUT
from salesmetrics.messages.speech import in_words, spoken
from salesmetrics.render.document import Cell, Footnote, Tone, Undefined
from salesmetrics.render.text import amount, behind, change, decimals, fraction, interval, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from salesmetrics.answers.catalog import Card
    from salesmetrics.answers.provenance import Span
    from salesmetrics.answers.report import Change, Comparison, Interval, Metric, Number, Period, Report, Unit, Verdicts
    from salesmetrics.schema.provenance import Input

__all__ = [
    "FEW",
    "NOTHING",
    "OUTCOMES",
    "OWN_COLUMNS",
    "bound_places",
    "change_cells",
    "correction_note",
    "crm_name",
    "currencies",
    "currency_of",
    "days_of_records",
    "definition",
    "families",
    "few",
    "few_note",
    "field_name",
    "fraction_cell",
    "headline",
    "input_facts",
    "interval_cell",
    "interval_title",
    "is_cut",
    "kept_apart",
    "kind_name",
    "left_out_text",
    "of_used_currencies",
    "order_note",
    "outcome_name",
    "own_periods",
    "own_span",
    "period_label",
    "period_name",
    "period_of",
    "period_text",
    "places_of",
    "previous_cell",
    "reason_text",
    "reason_words",
    "record_left_out_text",
    "round_places",
    "segment_name",
    "share_cell",
    "span_text",
    "title_of",
    "undefined",
    "undefined_counts",
    "undefined_note",
    "value_cell",
    "verdict_cell",
    "verdict_note",
    "verdict_text",
]

FEW = "~"
"""Marks a value that rests on few records."""

_SEVERAL = 2
"""Of a single verdict there is nothing to correct."""

OUTCOMES = frozenset({"open", "won", "lost", "other", "converted", "qualified", "disqualified"})
"""What a word of an export can mean for the end of a deal or a lead."""

OWN_COLUMNS = frozenset({"row", "value", "numerator", "denominator", "n", "left_out", "kpi", "entity", "outcome"})
"""Columns of records that no export has."""

NOTHING = frozenset({"zero_denominator", "no_records"})


class _Member(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def family(self) -> str: ...


class _Estimated(Protocol):
    @property
    def interval(self) -> Interval | None: ...


_AnyMember = TypeVar("_AnyMember", bound=_Member)


def families(members: Iterable[_AnyMember], order: Sequence[str] = ()) -> list[tuple[str, list[_AnyMember]]]:
    """Members by family, and within it by KPI, both in that order of KPIs, else of appearance; the currencies of a KPI stand together."""
    place = {kpi: number for number, kpi in enumerate(order)}
    found: dict[str, dict[str, list[_AnyMember]]] = {}
    for member in sorted(members, key=lambda one: place.get(one.id, len(place))):
        found.setdefault(member.family, {}).setdefault(member.id, []).append(member)
    return [(family, [member for group in kpis.values() for member in group]) for family, kpis in found.items()]


def few(metric: Metric) -> bool:
    """Whether a value rests on few records. A count does not rest on records: it is exact, however small."""
    return metric.small and metric.value is not None and metric.unit != "count"


def field_name(name: str) -> str:
    """A column of ours, such as a dimension, as it is called in the language that is spoken; a header of an export stays as it is."""
    known = _names_of_fields() if spoken() is not ENGLISH else ()
    return in_words(name, f"field.{name}") if name in known else one_line(name)


def kind_name(kind: str) -> str:
    """What a kind of file is called, such as deals."""
    return one_line(in_words(kind, f"kind.{kind}"))


def crm_name(crm: str) -> str:
    """The CRM that a file comes from, and that it is like that of none."""
    return one_line(in_words(crm, "crm"))


def outcome_name(code: str) -> str:
    """What an outcome is called; a word that is none stays as it is."""
    return in_words(code, f"outcome.{code}") if code in OUTCOMES else one_line(code)


@cache
def days_of_records() -> frozenset[str]:
    """The columns of ours that hold a day."""
    from salesmetrics.schema.fields import ColumnType
    from salesmetrics.schema.kinds import KIND_NAMES, column_types

    types = ((name, held) for kind in KIND_NAMES for name, held in column_types(kind).items())
    return frozenset(name for name, held in types if held in {ColumnType.DAY, ColumnType.INSTANT})


@cache
def _names_of_fields() -> frozenset[str]:
    from salesmetrics.schema.kinds import KIND_NAMES, columns_of

    return frozenset(name for kind in KIND_NAMES for name in columns_of(kind)) | OWN_COLUMNS


def own_periods(report: Report) -> dict[str, Footnote]:
    """A footnote for each span of days that a KPI is about by itself, by the span's label."""
    labels = dict.fromkeys(one_line(m.period.label) for m in report.metrics if m.own_period and m.period)
    return {label: Footnote(f"[{chr(ord('a') + i % 26)}]", label) for i, label in enumerate(labels)}


def period_of(metric: Metric, own: Mapping[str, Footnote]) -> Footnote | None:
    """The footnote of the period that a metric is about by itself."""
    return own[one_line(metric.period.label)] if metric.own_period and metric.period else None


def title_of(metric: Metric, *, apart: Collection[str] = ()) -> str:
    """The title of a metric, with its currency where a report has several."""
    code = phrase("in_brackets", what=currency_of(metric, apart)) if metric.id in apart else ""
    return one_line(metric.title) + code


def headline(report: Report) -> list[str]:
    """The facts that hold for the whole report, each short enough for a line; the first is what it is."""
    facts = [f"{report.generator.name} {report.generator.version} {report.command}"]
    if report.as_of is not None:
        code = "fact_as_of_from" if report.as_of_source else "fact_as_of"
        facts.append(phrase(code, day=report.as_of, source=one_line(report.as_of_source or "")))
    facts.append(span_text(report.period, report.span))
    if report.comparison is not None:
        facts.append(phrase("fact_compared", period=_comparison_text(report.comparison)))
    codes = currencies(report.metrics)
    if len(codes) == 1:
        facts.append(phrase("fact_currency", currency=codes[0]))
    return facts


def span_text(period: Period, span: Span | None, *, days: bool = True) -> str:
    """The period of a report or a goal; of all records the days between which they lie."""
    if span is not None and period.start is None and period.end is None:
        return phrase("fact_all_records", first=span.first, last=span.last)
    return phrase("fact_period", period=period_text(period) if days else one_line(period.label))


def period_text(period: Period) -> str:
    """A period by name, and by its first and last day where it has them."""
    text = period_name(period)
    if period.start is not None and period.end is not None:
        text = phrase("days_of_period", label=text, first=period.start, last=day_before(period.end))
    return phrase("partly", period=text) if period.partial else text


def period_name(period: Period) -> str:
    """A period by name; that of all records is a word."""
    if period.start is None and period.end is None and period.label == _ALL:
        return phrase("period_all")
    return one_line(period.label)


_ALL = "all"
"""What is typed for all records."""


def period_label(period: Period) -> str:
    """A period by name, for a cell."""
    label = period_name(period)
    return phrase("partly_in_brackets", label=label) if period.partial else label


def _comparison_text(comparison: Comparison) -> str:
    last = day_before(comparison.end)
    text = phrase("days_of_period", label=one_line(comparison.label), first=comparison.start, last=last)
    return phrase("to_date", period=text) if is_cut(comparison) else text


def is_cut(comparison: Comparison) -> bool:
    """Whether a comparison is cut to what has elapsed of the period, and its name, as that of a range of days, does not say so."""
    return comparison.to_date and comparison.label == f"{comparison.start}..{day_before(comparison.end)}"


def currencies(metrics: Iterable[Metric]) -> list[str]:
    """The currency codes in use, in order of appearance; amounts without a currency beside others have none as theirs."""
    metrics = list(metrics)
    priced = {metric.id for metric in metrics if metric.currency}
    return list(dict.fromkeys(currency_of(metric, priced) for metric in metrics if metric.id in priced))


def kept_apart(metrics: Iterable[Metric]) -> frozenset[str]:
    """Ids of the KPIs that a report holds once per currency; none where all amounts are in one."""
    metrics = list(metrics)
    return frozenset(m.id for m in metrics if m.currency) if len(currencies(metrics)) > 1 else frozenset()


def of_used_currencies(metrics: Iterable[Metric], apart: Collection[str]) -> list[Metric]:
    """Metrics without those of a currency in which a KPI has nothing, while it has something in another."""
    metrics = list(metrics)
    used = {metric.id for metric in metrics if metric.value}
    return [metric for metric in metrics if metric.value or metric.id not in apart or metric.id not in used]


def definition(card: Card) -> list[str]:
    """The paragraphs of what a KPI means, each as one line."""
    paragraphs = (" ".join(text.split()) for text in retold(card.definition).split("\n\n"))
    said = (in_words(text, f"definition{place or ''}.{card.id}") for place, text in enumerate(paragraphs))
    return [text.replace("``", "`") for text in said]  # code as docstrings write it


def currency_of(metric: Metric, apart: Collection[str]) -> str:
    """The currency of a metric in words; empty for a KPI that is not among those ``apart``, such as a count."""
    return one_line(metric.currency or phrase("segment_no_currency")) if metric.id in apart else ""


def input_facts(source: Input) -> tuple[str, str, str]:
    """A file in three texts: its kind, its path, and how it was read with its row counts."""
    rows = source.rows
    left_out = [("tally_rejected", rows.rejected), ("tally_ignored", rows.ignored)]
    parts = [Message("tally_used", n=rows.used), *(Message(code, n=n) for code, n in left_out if n)]
    counts = Message("tally_all_used" if rows.used == rows.read else "tally_partly_used", n=rows.read, parts=parts)
    usual = source.encoding.lower() in {"utf-8", "utf-8-sig", "ascii", "-"}
    read = phrase(
        "file_read_as" if usual else "file_read_as_encoded",
        profile=one_line(source.profile),
        encoding=source.encoding,
        rows=counts,
    )
    return kind_name(source.kind), one_line(source.path), read


def own_span(metric: Metric) -> str:
    """The name of the period that a metric is about by itself; empty where it is about that of the report."""
    return one_line(metric.period.label) if metric.own_period and metric.period else ""


def undefined(metric: Metric, made_of: str) -> Undefined | None:
    """Why a metric has no value, with what is known all the same; None where it has one.

    Args:
        metric: The metric.
        made_of: What its value would be made of, in words.
    """
    if metric.value is not None:
        return None
    known = [made_of] if metric.n else []
    known += (
        [phrase("previous_value", value=amount(metric.previous, metric.unit))] if metric.previous is not None else []
    )
    return Undefined(reason_words(metric), tuple(known))


def reason_words(metric: Metric) -> str:
    """Why a value is undefined, in words."""
    reason = metric.reason
    if reason is None:
        return phrase("reason_unknown")
    if reason not in NOTHING:
        return reason_text(reason)
    if metric.n or metric.numerator:
        return phrase("nothing_to_divide_by")
    nothing = NOTHING_THERE.get(metric.basis)
    return in_words(nothing, f"nothing_there.{metric.basis}") if nothing else phrase("no_such_records")


def reason_text(reason: str) -> str:
    """A reason code in words; one of a plugin, for which there are none here, is spelled as words."""
    if reason in NOTHING:
        return phrase("nothing_to_divide_by" if reason == "zero_denominator" else "no_such_records")
    known = REASONS.get(reason)
    return in_words(known, f"reasons.{reason}") if known else one_line(reason.replace("_", " "))


def record_left_out_text(code: str) -> str:
    """Why a record is left out; a code of a plugin is spelled as words."""
    known = RECORD_LEFT_OUT.get(code)
    return in_words(known, f"record_left_out.{code}") if known else one_line(code.replace("_", " "))


def left_out_text(code: str, number: int) -> str:
    """How many records a KPI leaves out, and why; a code of a plugin is spelled as words.

    >>> left_out_text("no_activity", 11), left_out_text("of_a_plugin", 2)
    ('11 won deals without activity', '2 of a plugin')
    """
    words = LEFT_OUT.get(code)
    if words:
        return fill(words, {"n": number})
    return phrase("left_out_as", n=number, reason=record_left_out_text(code))


def verdict_text(metric: Metric | None) -> str:
    """What a change says, or why there is none."""
    if metric is None or metric.change is None:
        return ""
    if metric.change.reason:
        return reason_text(metric.change.reason)
    verdict, leader = metric.change.verdict, metric.change.verdict_of
    if leader is not None:
        return phrase("verdict_of_another", kpi=leader)
    return phrase(f"verdict_{verdict.replace(' ', '_')}") if verdict else ""


def value_cell(metric: Metric, places: int | None = None) -> Cell:
    """The value of a metric, with so many digits behind the point; greyed and marked where it rests on few records."""
    tone = Tone.MUTED if few(metric) or metric.value is None else Tone.PLAIN
    text = amount(metric.value, metric.unit, places=places)
    return Cell(text, tone, metric.value, metric.unit, metric.currency, FEW if few(metric) else "")


def interval_cell(span: Interval | None, unit: Unit, places: int | None = None) -> Cell:
    """An interval, with its ends."""
    ends = (span.low, span.high) if span else ()
    return Cell(interval(span, unit, places=places), Tone.MUTED, unit=unit, parts=ends)


def change_cells(step: Change | None, unit: Unit, currency: str | None = None) -> tuple[Cell, Cell, Cell]:
    """A change: the absolute step, the relative one, and the interval of the step, each with its numbers."""
    absolute, relative, span = change(step, unit)
    known = step is not None and step.reason is None
    ends = (step.interval.low, step.interval.high) if span and step is not None and step.interval else ()
    return (
        Cell(absolute, value=step.absolute if known and step else None, unit=unit, currency=currency),
        Cell(relative, value=step.relative if relative and step else None, unit="ratio"),
        Cell(span, Tone.MUTED, unit=unit, currency=currency, parts=ends),
    )


def fraction_cell(metric: Metric, *, amounts: bool = True, close: bool = False) -> Cell:
    """What the value of a metric is made of, with its numbers; ``close`` without blanks around the stroke.

    It is long where it is two amounts.
    """
    made = behind(metric, amounts=amounts)
    text = fraction(metric, amounts=amounts)
    parts = made if len(made) > 1 else ()
    return Cell(
        text.replace(" / ", "/") if close else text,
        Tone.MUTED,
        made[0] if len(made) == 1 else None,
        long=made != behind(metric, amounts=False),
        parts=parts,
    )


def previous_cell(metric: Metric, places: int) -> Cell:
    """The value of the period before; empty where nothing is compared."""
    if metric.previous is None and metric.change is None:
        return Cell("", Tone.MUTED)
    text = amount(metric.previous, metric.unit, places=places)
    return Cell(text, Tone.MUTED, metric.previous, metric.unit, metric.currency)


def share_cell(top: Number | None, bottom: Number | None) -> Cell:
    """What a share is made of, ``k / n``, with both numbers; nothing where one is not known."""
    if top is None or bottom is None:
        return Cell()
    return Cell(f"{amount(top, 'money')} / {amount(bottom, 'money')}", Tone.MUTED, parts=(top, bottom))


def places_of(metrics: Iterable[Metric]) -> Mapping[str, int]:
    """Unit → digits behind the point, the same for all values of the unit."""
    values: dict[str, list[Metric]] = {}
    for metric in metrics:
        values.setdefault(metric.unit, []).append(metric)
    return {
        unit: decimals([n for m in members for n in (m.value, m.previous) if n is not None], members[0].unit)
        for unit, members in values.items()
    }


def round_places(value: Number | None, unit: Unit) -> int | None:
    """Digits behind the point of a number that stands alone, as in a tile or a sentence: large amounts have no cents.

    >>> round_places(1_262_088.85, "money"), round_places(9_315.4, "money"), round_places(36.5, "days")
    (0, None, None)
    """
    large = unit in {"money", "money_per_day"} and abs(float(value or 0)) >= _ROUND
    return 0 if large else None


_ROUND = 10_000
"""From here on the cents of an amount are left to the tables."""


def bound_places(metrics: Iterable[Metric], unit: Unit) -> int:
    """Digits behind the point, the same for all ends of intervals that stand below one another."""
    spans = [metric.interval for metric in metrics if metric.interval is not None]
    return decimals([end for span in spans for end in (span.low, span.high) if end is not None], unit)


def verdict_cell(metric: Metric) -> Cell:
    """What a change says, or why there is none."""
    verdict = metric.change.verdict if metric.change and not metric.change.reason else None
    return Cell(verdict_text(metric), {"better": Tone.GOOD, "worse": Tone.BAD}.get(verdict or "", Tone.PLAIN))


def order_note(report: Report) -> list[str]:
    """How segments are ordered and what the others are, where the rows do not say it themselves."""
    order = report.segments
    titles = {metric.id: one_line(metric.title) for metric in report.metrics}
    if order is None or (order.kpi in titles and order.currency is None and order.others is None):
        return []
    title = titles.get(order.kpi, order.kpi)
    parts = [phrase(f"sorted_{order.order}", kpi=title)]
    parts += [phrase("sorted_in_currency", currency=one_line(order.currency))] if order.currency else []
    merged = order.count - (order.top or 0)
    if order.others is not None:
        parts.append(
            phrase("others_counted", name=order.others, n=merged)
            if merged > 0
            else phrase("others_are", name=order.others)
        )
    return [phrase("segments_in_order", parts=parts)]


def correction_note(made: Verdicts | None) -> list[str]:
    """That verdicts were corrected for their number, where there is more than one."""
    if made is None or made.comparisons < _SEVERAL:
        return []
    return [phrase("verdicts_corrected", n=made.comparisons, percent=100 * made.fdr)]


def few_note(report: Report) -> list[str]:
    """What the sign of few records stands for, where it is used."""
    return [phrase("small_sample", sign=FEW, min_n=report.min_n)] if any(map(few, report.metrics)) else []


def verdict_note(report: Report) -> list[str]:
    """Why some changes have no verdict, where there are such."""
    silent = [metric.change for metric in report.metrics if metric.change and metric.change.verdict is None]
    bare = any(change.interval is None and change.reason is None for change in silent)
    young = any(change.verdict_reason == "short_history" for change in silent)
    code = "no_verdict_on_some" if bare and young else "short_history" if young else "no_verdict"
    return [phrase(code)] if bare or young else []


def undefined_counts(metrics: Iterable[Metric]) -> list[tuple[int, str]]:
    """How many values are undefined for each reason, most frequent first."""
    reasons = Counter(reason_words(metric) for metric in metrics if metric.value is None)
    return sorted(((number, words) for words, number in reasons.items()), key=lambda item: (-item[0], item[1]))


def undefined_note(metrics: Iterable[Metric]) -> list[str]:
    """How many values are undefined and why, where some are."""
    parts = [Message("times_undefined", n=number, reason=words) for number, words in undefined_counts(metrics)]
    return [phrase("values_undefined", parts=parts)] if parts else []


def interval_title(estimates: Iterable[_Estimated]) -> str:
    """The heading of interval columns, with the level where all share one."""
    levels = {estimate.interval.level for estimate in estimates if estimate.interval}
    if len(levels) != 1:
        return phrase("column_interval")
    return phrase("column_interval_at", percent=levels.pop() * 100)


def segment_name(value: str | None) -> str:
    """The name of a segment in a table that has a row of the total: in quotes where it is that of another row."""
    if value is None or not value.strip():
        return phrase("segment_blank")
    name = one_line(value)
    taken = name in (phrase("segment_total"), phrase("segment_blank"))
    return phrase("segment_quoted", name=name) if taken else name
