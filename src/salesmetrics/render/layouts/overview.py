"""The first screen of a report: what it is about, the numbers, what to check before they are quoted, and what more there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from salesmetrics.messages import phrase
from salesmetrics.render.document import (
    Cell,
    Code,
    Column,
    Document,
    Heading,
    Kind,
    Narrow,
    Row,
    Sparkline,
    Table,
    Text,
    Tone,
)
from salesmetrics.render.layouts.digest import SAID_ABOVE, digest_items, digested
from salesmetrics.render.layouts.footer import goal_blocks, left_out, with_names
from salesmetrics.render.layouts.head import files_typed, report_head
from salesmetrics.render.layouts.segments import is_series, segment_rows, segment_titles, segments
from salesmetrics.render.layouts.trend import trend
from salesmetrics.render.layouts.words import (
    change_cells,
    correction_note,
    few_note,
    fraction_cell,
    interval_cell,
    interval_title,
    kept_apart,
    kind_name,
    of_used_currencies,
    order_note,
    own_periods,
    own_span,
    period_of,
    places_of,
    previous_cell,
    reason_words,
    title_of,
    undefined,
    undefined_note,
    value_cell,
    verdict_cell,
    verdict_note,
)
from salesmetrics.render.text import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from salesmetrics.answers.report import Metric, Report
    from salesmetrics.render.document import Block, Footnote
    from salesmetrics.render.layouts.digest import Digest

__all__ = ["overview", "segment_matrix"]

_FINDINGS = 5
_FEW_KPIS = 3
_ROWS = 10
"""Rows of a long table that are shown before findings are."""
_LEAST_FINDINGS = 3
"""Findings that are shown before rows of a long table are."""
_LABEL = 19
"""Cells that a title takes at least; a longer one is broken where there is no room."""
_YEAR = 16
"""Cells of the title above small curves; a longer one is broken, or they would have no room beside the numbers."""
_LINES_OF_ONE = 14
"""Lines that one KPI takes at most."""


def overview(report: Report) -> Document:
    """A report on one screen: totals, segments, periods or a trend.

    Where it has fewer lines, findings lose their hints, then the last of them give way, then rows of segments and periods.
    """
    if report.command == "trend":
        return _screen(report, trend(report), least=_LEAST_FINDINGS)
    if report.group_by or is_series(report):
        return _screen(report, [segment_matrix(report)], least=_LEAST_FINDINGS)
    if len({metric.id for metric in report.metrics}) > 1:
        return _screen(report, _tables(report))
    groups = [lead for lead, _ in left_out(report.metrics)]
    below = [Text(phrase("result_left_out", parts=groups), Tone.MUTED)] if groups else []
    return _screen(report, [*_tables(report), *below], most=_LINES_OF_ONE)


def _screen(report: Report, numbers: Sequence[Block], *, least: int = 0, most: int | None = None) -> Document:
    """The numbers between their head and what is below them.

    Args:
        report: What the numbers are of.
        numbers: Tables and notes.
        least: So many findings are shown before a long table is shown whole.
        most: Lines at most.
    """
    found = digested(with_names(report.touching, report), {metric.reason for metric in report.metrics})
    top, bottom = (*report_head(report), *numbers, *goal_blocks(report)), tuple(_more(report))
    document = Document((*top, *_findings(report, found, 0, 0)), most=most)
    for shown in range(1, min(_LEAST_FINDINGS, len(found)) + 1):
        document = Document((*top, *_findings(report, found, shown, 0)), most=most, shorter=document)
    for shown, hints in reversed(list(_steps(found))):
        blocks = (*top, *_findings(report, found, shown, hints), *bottom)
        kept = None if shown > least or hints else _ROWS
        document = Document(blocks, shorter=document, most=most, rows_kept=kept)
    return document


def _steps(found: Sequence[Digest]) -> Iterator[tuple[int, int]]:
    """How many findings are shown and how many of them with a hint, from the most to the least."""
    most = min(_FINDINGS, len(found))
    hinted = len({one.hint for one in found[:most] if one.hint})
    yield from ((most, hints) for hints in range(hinted, -1, -1))
    yield from ((shown, 0) for shown in range(most - 1, -1, -1))


# --- the numbers ---


def _tables(report: Report) -> list[Block]:
    """A table of the KPIs; those that are about a time of their own stand under it."""
    if not report.metrics:
        return []
    apart = kept_apart(report.metrics)
    places = places_of(report.metrics)
    said = of_used_currencies(report.metrics, apart)
    silent = _silent(said)
    place = {kpi: number for number, kpi in enumerate(report.order)}
    shown = [metric for metric in said if id(metric) not in silent]
    ordered = sorted(shown, key=lambda metric: (metric.own_period, place.get(metric.id, 0)))
    rows = [_row(metric, apart, places, span) for span, members in _by_span(ordered).items() for metric in members]
    month = report.trend_to.strftime("%Y-%m") if report.trend_to else ""
    compared = any(metric.change for metric in report.metrics)
    columns = (
        Column(phrase("column_kpi"), Kind.LABEL, silent=True, wraps=True, least=_LABEL),
        Column(phrase("column_value"), Kind.VALUE),
        Column(
            interval_title(report.metrics),
            Kind.INTERVAL,
            6 if compared else 3,
            Narrow.VANISH if compared else Narrow.BELOW,
            named=True,
        ),
        Column(phrase("column_share"), Kind.SHARE, 2, Narrow.BELOW),
        Column(phrase("column_previous"), Kind.NUMBER, 5, Narrow.VANISH),
        Column(phrase("column_change"), Kind.CHANGE, 1, Narrow.BELOW, named=True),
        Column(phrase("column_verdict"), Kind.VERDICT, 4, Narrow.BELOW, silent=True),
        Column(phrase("column_change_interval"), Kind.INTERVAL, 7, Narrow.VANISH),
        Column(
            phrase("twelve_months_to", month=month),
            Kind.MARK,
            8,
            Narrow.VANISH,
            detail=True,
            short=(year := phrase("year_to", month=month)),
            stacked=cells(year) > _YEAR,
        ),
    )
    notes = (
        *dict.fromkeys(silent.values()),
        *correction_note(report.verdicts),
        *few_note(report),
        *verdict_note(report),
    )
    return [Table(columns, tuple(rows), notes)] if rows else [Text(note, apart=not n) for n, note in enumerate(notes)]


def _by_span(metrics: Sequence[Metric]) -> Mapping[str, list[Metric]]:
    """Metrics by the time that they are about, in order of appearance."""
    found: dict[str, list[Metric]] = {}
    for metric in metrics:
        found.setdefault(own_span(metric), []).append(metric)
    return found


def _silent(metrics: Sequence[Metric]) -> Mapping[int, str]:
    """The metrics without a value that share a reason, by identity, with one note for all of them."""
    groups: dict[str, list[Metric]] = {}
    for metric in metrics:
        if metric.value is None:
            groups.setdefault(reason_words(metric), []).append(metric)
    found: dict[int, str] = {}
    for reason, members in groups.items():
        titles = list(dict.fromkeys(title_of(metric) for metric in members))
        if len(members) > 1:
            found |= dict.fromkeys(map(id, members), phrase("no_values", titles=titles, reason=reason))
    return found


def _row(metric: Metric, apart: Collection[str], places: Mapping[str, int], span: str) -> Row:
    digits = places[metric.unit]
    absolute, relative, between = change_cells(metric.change, metric.unit, metric.currency)
    made_of = replace(fraction_cell(metric, amounts=False, close=True), long=False)
    trend = Sparkline(tuple(metric.trend), metric.unit in {"count", "money"}) if metric.trend else None
    cells = (
        Cell(title_of(metric, apart=apart)),
        value_cell(metric, digits),
        interval_cell(metric.interval, metric.unit, digits),
        made_of,
        previous_cell(metric, digits),
        relative if relative.text else absolute,
        verdict_cell(metric),
        between,
        Cell(tone=Tone.MARK, mark=trend),
    )
    return Row(cells, span, undefined=undefined(metric, made_of.text))


def segment_matrix(report: Report) -> Table:
    """Segments or periods as rows, the total first, and as many KPIs as fit, those that come first at the front.

    A few KPIs have their intervals, counts and verdicts beside them; more are values and changes only. Of the KPIs that come
    first those are left out that are about a time of their own; one that was asked for has that time in a footnote.
    """
    kpis = list(dict.fromkeys(metric.id for metric in report.metrics))
    compared = any(metric.change for metric in report.metrics)
    if len(kpis) <= (1 if compared else _FEW_KPIS):
        return replace(segments(report), drops=_drops(report), dropped="segments_not_shown")
    elsewhere = {metric.id for metric in report.metrics if metric.own_period} if report.headlines else set[str]()
    shown = [kpi for kpi in kpis if kpi not in elsewhere] or kpis
    report = replace(report, metrics=[metric for metric in report.metrics if metric.id in shown])
    titles = {metric.id: title_of(metric) for metric in report.metrics}
    own = own_periods(report)
    footnotes = {metric.id: period_of(metric, own) for metric in report.metrics}
    rows = segment_rows(report)
    places = places_of(report.metrics)
    ranks = {kpi: rank for rank, kpi in enumerate(sorted(shown, key=_by_rank(report)), start=1)}
    columns = (
        *(Column(title, Kind.LABEL, wraps=True) for title in segment_titles(report)),
        *(column for kpi in shown for column in _columns(titles[kpi], ranks[kpi], footnotes[kpi], compared=compared)),
    )
    drawn = tuple(
        Row(
            (
                *(Cell(label, Tone.STRONG if row.total else Tone.PLAIN) for label in row.labels),
                *(cell for kpi in shown for cell in _numbers(row.metrics.get(kpi), places, compared=compared)),
            ),
            total=row.total,
        )
        for row in rows
    )
    signs = [phrase("verdict_signs", better=_BETTER, worse=_WORSE)] if compared else []
    notes = (
        *order_note(report),
        *correction_note(report.verdicts),
        *signs,
        *few_note(report),
        *(f"{note.sign} {note.text}" for note in own.values()),
        *undefined_note(report.metrics),
    )
    return Table(columns, drawn, notes, drops=_drops(report), dropped="segments_not_shown")


def _drops(report: Report) -> Literal["", "last"]:
    """Which segments give way where a screen has fewer lines: none where so many were asked for."""
    return "" if report.segments and report.segments.top else "last"


def _by_rank(report: Report) -> Callable[[str], int]:
    ranks = {kpi: rank for rank, kpi in enumerate(report.ranked)}
    return lambda kpi: ranks.get(kpi, len(ranks))


def _columns(title: str, rank: int, footnote: Footnote | None, *, compared: bool) -> list[Column]:
    """The value of a KPI, and its change, which gives way just before it; its interval and k/n where there is a page."""
    value = Column(title, Kind.NUMBER, 2 * rank, Narrow.VANISH, plural=title, stacked=True, footnote=footnote)
    change = Column(phrase("column_change"), Kind.CHANGE, 2 * rank + 1, Narrow.VANISH, continues=True)
    kinds = (Kind.INTERVAL, Kind.SHARE)
    behind = [Column("", kind, continues=True, off_screen=True) for kind in kinds]
    return [value, *([change] if compared else []), *behind]


_BETTER, _WORSE = "↑", "↓"
"""Signs behind a change whose verdict is clear."""
_SIGNS = {"better": _BETTER, "worse": _WORSE}


def _numbers(metric: Metric | None, places: Mapping[str, int], *, compared: bool) -> list[Cell]:
    if metric is None:
        return [Cell()] * (3 + compared)
    absolute, relative, _ = change_cells(metric.change, metric.unit, metric.currency)
    verdict = (metric.change.verdict if metric.change else None) or ""
    tone = {"better": Tone.GOOD, "worse": Tone.BAD}.get(verdict, Tone.PLAIN)
    step = replace(relative if relative.text else absolute, tone=tone, flag=_SIGNS.get(verdict, ""))
    behind = [interval_cell(metric.interval, metric.unit, places[metric.unit]), fraction_cell(metric, amounts=False)]
    return [value_cell(metric, places[metric.unit]), *([step] if compared else []), *behind]


# --- below them ---


def _findings(report: Report, found: Sequence[Digest], shown: int, hints: int) -> list[Block]:
    """So many findings, and a line that counts the others."""
    said = sum(len(one.findings) for one in found[:shown])
    rest = len(report.findings) - said - sum(1 for item in report.findings if item.code in SAID_ABOVE)
    command = Code(phrase("command_check", files=files_typed(report.arguments, report.inputs)))
    if not shown:
        counted = phrase("findings_counted", n=rest)
        return [Text((counted, command), Tone.MUTED, apart=True)] if rest else []
    more = [Text((phrase("findings_elsewhere", n=rest), command), Tone.MUTED, indent=2)] if rest else []
    return [Heading(phrase("check_these")), digest_items(found, shown=shown, hints=hints), *more]


def _more(report: Report) -> Iterator[Text]:
    """How many KPIs there are besides, and what would unlock more."""
    if not report.headlines:
        return
    total = len({metric.id for metric in report.metrics}) + len(report.available)
    families: dict[str, int] = {}
    for item in report.available:
        families[item.family] = families.get(item.family, 0) + 1
    largest = str(max(families, key=lambda family: families[family], default=""))  # as it is typed
    code = "kpis_available" if families else "kpis_all_shown"
    yield Text(phrase(code, n=total, family=largest), Tone.MUTED, apart=True)
    waiting = report.not_computed
    if waiting:
        lacking: dict[str, int] = {}
        for kpi in waiting:
            for kind in kpi.lacks:
                lacking[kind] = lacking.get(kind, 0) + 1
        there = {item.kind for item in report.inputs}
        kinds = sorted(lacking.keys() - there, key=lambda kind: (-lacking[kind], kind))
        command = Code(phrase("command_inspect", files=files_typed(report.arguments, report.inputs)))
        code = "kpis_need_more" if kinds else "kpis_need_columns"
        yield Text((phrase(code, n=len(waiting), kinds=[kind_name(kind) for kind in kinds]), command), Tone.MUTED)
