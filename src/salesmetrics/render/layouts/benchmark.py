"""How a benchmark looks: a sentence and a table per KPI, those that differ first, and what the bands mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from salesmetrics.answers.report import Interval
from salesmetrics.messages import catalogues, joined, phrase
from salesmetrics.messages.speech import number
from salesmetrics.render.document import (
    Cell,
    Column,
    Document,
    Heading,
    Kind,
    Narrow,
    Row,
    Sheet,
    Table,
    Text,
    Tone,
)
from salesmetrics.render.layouts.benchmark_changes import benchmark_changes
from salesmetrics.render.layouts.footer import findings_below
from salesmetrics.render.layouts.head import answer_head
from salesmetrics.render.layouts.pages import (
    analysis_page,
    anchor,
    ends_of,
    how_counted,
    mark_column,
    span_of,
    whisker,
    with_cells,
    with_marks,
    with_room,
)
from salesmetrics.render.layouts.words import (
    FEW,
    field_name,
    interval_cell,
    interval_title,
    period_label,
    reason_text,
    segment_name,
    share_cell,
)
from salesmetrics.render.page import Chart, Fold, Page, Section, Series
from salesmetrics.render.scales import axis, number_axis
from salesmetrics.render.text import amount, decimals, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from salesmetrics.answers.benchmark import Benchmark, BenchmarkBand, BenchmarkFigure, BenchmarkKpi, BenchmarkRow
    from salesmetrics.render.document import Block, Whisker

__all__ = [
    "benchmark_document",
    "benchmark_page",
    "benchmark_sections",
    "benchmark_sheet",
    "detectable",
    "kpi_title",
    "others",
    "peers",
]


def benchmark_document(answer: Benchmark) -> Document:
    """A sentence per KPI that says who differs, the segments below it, and one legend for all."""
    codes = list(dict.fromkeys(kpi.currency for kpi in answer.kpis if kpi.currency))
    blocks: list[Block] = [*answer_head(answer, answer.comparison, codes)]
    for kpi in answer.kpis:
        rows = [row for row in answer.benchmark if (row.kpi, row.currency) == (kpi.id, kpi.currency) and _is_there(row)]
        blocks.append(Text(_sentence(kpi, answer, several=len(codes) > 1), Tone.STRONG, apart=True))
        blocks.append(_marked(kpi, rows, answer, first=kpi is answer.kpis[0]))
        figures = [_figure(figure, kpi) for figure in answer.figures if figure.kpi == kpi.id]
        if figures:
            blocks.append(Text(phrase("bench_outside", figures=figures)))
    blocks += benchmark_changes(answer)
    notes = _notes(answer)
    blocks += [Text(note, Tone.MUTED, apart=not place) for place, note in enumerate(notes)]
    return Document((*blocks, *findings_below(answer, apart=not notes)))


# --- sentences ---


def _sentence(kpi: BenchmarkKpi, answer: Benchmark, *, several: bool) -> str:
    title = kpi_title(kpi, several=several)
    if kpi.reason is not None:
        return phrase("bench_unjudged", title=title, reason=reason_text(kpi.reason))
    if not kpi.judged:
        return phrase("bench_all_few", title=title, peers=peers(answer, kpi.too_few), min_n=answer.min_n)
    called = kpi.above + kpi.below
    code = "bench_called" if called else "bench_none"
    said = phrase(code, title=title, peers=peers(answer, kpi.judged), n=called, others=others(answer))
    seen = kpi.detectable
    if seen is None or (called and seen.difference is None):
        return said
    return joined(
        [said, phrase("bench_undetectable" if seen.difference is None else "bench_detectable", **detectable(kpi))], "."
    )


def detectable(kpi: BenchmarkKpi) -> dict[str, Any]:
    """With how many records each, which difference would show, for a sentence."""
    seen = kpi.detectable
    if seen is None:
        return {}
    records = Message("bench_records_of" if kpi.kind else "bench_records", n=seen.n, kind=kpi.kind)
    if seen.difference is None:
        return {"records": records}
    difference = amount(seen.difference, kpi.unit, currency=kpi.currency)
    if kpi.unit == "ratio":
        difference = phrase("points", n=f"{100 * seen.difference:.0f}")
    return {"records": records, "difference": difference}


def kpi_title(kpi: BenchmarkKpi, *, several: bool) -> str:
    """The title of a KPI, with its currency where there are several, and its own period."""
    title = one_line(kpi.title)
    if several and kpi.currency:
        title = phrase("title_in_currency", title=title, currency=kpi.currency)
    return title if kpi.period is None else phrase("title_of_period", title=title, period=period_label(kpi.period))


def others(answer: Benchmark) -> str:
    """What the other segments together are called: reps are a team."""
    return phrase("column_team" if answer.group_by == ["owner"] else "column_others")


def _is_there(row: BenchmarkRow) -> bool:
    """Whether a row says anything: a blank segment without a record does not."""
    return row.value is not None or None not in row.group.values()


def peers(answer: Benchmark, n: int) -> Message:
    """So many segments, by what they are."""
    code = f"peers_{answer.group_by[0]}" if len(answer.group_by) == 1 else ""
    return Message(code if any(code in known for known in catalogues()) else "peers_segment", n=n)


def _figure(figure: BenchmarkFigure, kpi: BenchmarkKpi) -> Message:
    parts = [one_line(part) for part in (figure.source, figure.year) if part]
    return Message(
        "bench_figure",
        value=amount(figure.value, kpi.unit),
        segment=Message("bench_of_segment", segment=one_line(figure.segment)) if figure.segment else None,
        source=Message("bench_source", parts=(joined(parts, "clause"),)) if parts else None,
    )


# --- a table ---


def _table(kpi: BenchmarkKpi, rows: Sequence[BenchmarkRow], answer: Benchmark) -> Table:
    banded = any(row.band for row in rows)
    tested = any(row.test for row in rows)
    columns = [
        Column(joined(map(field_name, answer.group_by)), Kind.LABEL),
        Column(phrase("column_value"), Kind.VALUE),
        Column(phrase("column_share"), Kind.SHARE, 4, Narrow.VANISH, plural=phrase("columns_share")),
        Column(others(answer), Kind.NUMBER),
    ]
    if banded:
        columns.append(Column(phrase("column_band"), Kind.INTERVAL, 2, Narrow.VANISH, plural=phrase("columns_band")))
    if tested:
        columns.append(Column(phrase("column_p"), Kind.NUMBER, 1, Narrow.VANISH))
    columns.append(Column(phrase("column_verdict"), Kind.VERDICT, silent=True))
    past = next((row.history.every for row in rows if row.history), None)
    if past is not None:
        columns += [
            Column(phrase(f"column_own_{past}"), Kind.NUMBER, 5, Narrow.VANISH),
            Column(phrase("column_usual"), Kind.INTERVAL, 5, Narrow.VANISH),
        ]
    places = decimals([row.value for row in rows if row.value is not None], kpi.unit)
    finer = decimals([row.team.value for row in rows if row.team and row.team.value is not None], kpi.unit)
    drawn = []
    for row in rows:
        cells = [
            Cell(_name(row)),
            _value(row, kpi, places),
            _behind(row, kpi),
            _team(row, kpi, places),
        ]
        if banded:
            cells.append(_band(row, kpi, finer))
        if tested:
            cells.append(_p(row))
        cells.append(_verdict(row, kpi))
        if past is not None:
            cells += _own(row, kpi, places)
        drawn.append(Row(tuple(cells)))
    return Table(tuple(columns), tuple(drawn), apart=False, drops="last")


def _name(row: BenchmarkRow) -> str:
    return joined(segment_name(value) for value in row.group.values())


def _value(row: BenchmarkRow, kpi: BenchmarkKpi, places: int) -> Cell:
    few = row.verdict == "too_few"
    text = amount(row.value, kpi.unit, places=places)
    tone = Tone.MUTED if few or row.value is None else Tone.PLAIN
    return Cell(text, tone, row.value, kpi.unit, row.currency, FEW if few else "")


def _team(row: BenchmarkRow, kpi: BenchmarkKpi, places: int) -> Cell:
    value = row.team.value if row.team else None
    if value is None:
        return Cell()
    return Cell(amount(value, kpi.unit, places=places), value=value, unit=kpi.unit, currency=row.currency)


def _behind(row: BenchmarkRow, kpi: BenchmarkKpi) -> Cell:
    """What a value is made of: ``k / n``, else its number of records."""
    top, bottom = row.numerator, row.denominator
    if isinstance(top, int) and isinstance(bottom, int) and row.n == bottom:
        return share_cell(top, bottom)
    if row.n is None or (kpi.unit == "count" and row.n == row.value):
        return Cell("", Tone.MUTED)
    return Cell(phrase("records_behind", n=row.n), Tone.MUTED, row.n)


def _band(row: BenchmarkRow, kpi: BenchmarkKpi, places: int) -> Cell:
    if row.band is None:
        return Cell("", Tone.MUTED)
    ends = Interval(low=row.band.low_95, high=row.band.high_95, level=0.95, method="")
    return interval_cell(ends, kpi.unit, places)


def _p(row: BenchmarkRow) -> Cell:
    if row.test is None:
        return Cell()
    adjusted = row.test.adjusted
    return Cell(phrase("p_below", p=_LEAST_P) if adjusted < _LEAST_P else number(f"{adjusted:.3f}"), value=adjusted)


_LEAST_P = 0.001


def _verdict(row: BenchmarkRow, kpi: BenchmarkKpi) -> Cell:
    if row.verdict is None:  # a reason that holds for all rows stands above them
        return Cell(reason_text(row.reason) if row.reason and row.reason != kpi.reason else "", Tone.MUTED)
    tone = Tone.MUTED if row.verdict == "too_few" else Tone.STRONG
    return Cell(phrase(f"benchmark_{row.verdict}"), tone)


def _own(row: BenchmarkRow, kpi: BenchmarkKpi, places: int) -> list[Cell]:
    """The latest period of a segment, and its own limits."""
    own = row.history
    if own is None or own.value is None or own.period is None:
        return [Cell(), Cell()]
    sign = {"above": ABOVE, "below": BELOW}.get(own.outside or "", "")
    text = amount(own.value, kpi.unit, places=places)
    ends = None if own.low is None else Interval(low=own.low, high=own.high, level=0.95, method="")
    span = interval_cell(ends, kpi.unit, 1 if kpi.unit == "count" else places)
    return [Cell(text, value=own.value, unit=kpi.unit, currency=row.currency, flag=sign), span]


ABOVE, BELOW = "↑", "↓"


def _marked(kpi: BenchmarkKpi, rows: Sequence[BenchmarkRow], answer: Benchmark, *, first: bool) -> Table:
    """The table of a KPI for a screen: value, interval and band of a segment on one line; the first says what is what."""
    between = _between(kpi, rows)
    legend = phrase("bench_signs", others=others(answer)) if first else ""
    column = mark_column(between, kpi.unit, legend=legend)
    return _with_intervals(_table(kpi, rows, answer), kpi, rows, between, column)


def _between(kpi: BenchmarkKpi, rows: Sequence[BenchmarkRow]) -> tuple[float, float]:
    """The axis that all segments share: of those that are judged all that is drawn, of the others the values."""
    judged = [row for row in rows if row.verdict != "too_few"] or rows
    ends = [end for row in judged if row.band for end in (row.band.low_95, row.band.high_95)]
    between = span_of([*ends_of(judged), *ends, *(row.value for row in rows)], kpi.unit, zero=False)
    return with_room(between, rows, kpi.unit)


def _with_intervals(
    table: Table, kpi: BenchmarkKpi, rows: Sequence[BenchmarkRow], between: tuple[float, float], mark: Column
) -> Table:
    """A table with the interval of each value, and both as a mark."""
    drawn = with_marks(table, mark, [_whisker(row, kpi, between) for row in rows], after=3)
    spans = Column(interval_title(rows), Kind.INTERVAL, 5, Narrow.VANISH, plural=phrase("columns_interval"))
    places = decimals([end for end in ends_of(rows) if end is not None], kpi.unit)
    return with_cells(drawn, spans, [interval_cell(row.interval, kpi.unit, places) for row in rows], after=4)


# --- notes ---


def _notes(answer: Benchmark) -> list[str]:
    found = []
    if answer.tests:
        codes = [*(["bench_team"] if answer.group_by == ["owner"] else []), "bench_legend", "bench_rule"]
        found.append(joined((phrase(code, tests=answer.tests, fdr=answer.fdr) for code in codes), ";"))
    if any(row.history and row.history.low is not None for row in answer.benchmark):
        found.append(phrase("bench_own", by=list(map(field_name, answer.group_by)), sign_high=ABOVE, sign_low=BELOW))
    wider = [kpi for kpi in answer.kpis if kpi.dispersion and kpi.dispersion.applied]
    if wider:
        factors = [Message("bench_factor", title=k.title, factor=k.dispersion.factor) for k in wider if k.dispersion]
        found.append(phrase("bench_dispersed", factors=factors))
    if any(row.verdict == "too_few" for row in answer.benchmark):
        found.append(phrase("bench_few", sign=FEW, min_n=answer.min_n))
    if any(None in row.group.values() and _is_there(row) for row in answer.benchmark):
        found.append(phrase("bench_blank"))
    reasons: dict[str, list[str]] = {}
    for item in answer.not_compared:
        titles = reasons.setdefault(item.reason, [])
        titles += [] if item.title in titles else [item.title]  # a KPI in several currencies is named once
    if reasons:
        said = [Message("bench_reason", titles=titles, reason=reason_text(code)) for code, titles in reasons.items()]
        found.append(phrase("bench_not_compared", reasons=said))
    if answer.not_computed:
        said = [Message("bench_needs", title=item.title, needs=item.needs) for item in answer.not_computed]
        found.append(phrase("bench_not_computed", kpis=said))
    return found


# --- the page ---

_DOTS = 5
"""A drawing of fewer segments shows nothing."""
_TONES = {
    ("above", "higher"): Tone.GOOD,
    ("below", "higher"): Tone.BAD,
    ("above", "lower"): Tone.BAD,
    ("below", "lower"): Tone.GOOD,
}
"""Verdict and the direction that is better → how the dot looks."""


def benchmark_page(answer: Benchmark) -> Page:
    """A section per KPI, the parts of changes, and findings."""
    codes = list(dict.fromkeys(kpi.currency for kpi in answer.kpis if kpi.currency))
    head = answer_head(answer, answer.comparison, codes)
    title = phrase("page_benchmark", names=list(map(field_name, answer.group_by)))
    return analysis_page(title, head, benchmark_sections(answer), findings_below(answer, apart=False))


def benchmark_sections(answer: Benchmark) -> tuple[Section, ...]:
    """Who differs, a section per KPI with a table of all segments, then what made each change."""
    several = len({kpi.currency for kpi in answer.kpis if kpi.currency}) > 1
    found = []
    for place, kpi in enumerate(answer.kpis):
        rows = [row for row in answer.benchmark if (row.kpi, row.currency) == (kpi.id, kpi.currency) and _is_there(row)]
        figures = [_figure(figure, kpi) for figure in answer.figures if figure.kpi == kpi.id]
        outside = [Text(phrase("bench_outside", figures=figures))] if figures else []
        plot = _plot(kpi, rows)
        folded = [Fold(phrase("fold_by_records"), (plot,))] if plot else []
        legend = how_counted([phrase("bench_seen", others=others(answer)), *_notes(answer)]) if not place else ()
        blocks = (Text(_sentence(kpi, answer, several=several)), _drawn(kpi, rows, answer), *outside, *folded, *legend)
        found.append(Section(anchor("benchmark", place), kpi_title(kpi, several=several), blocks))
    changed = benchmark_changes(answer, drawn=True)
    if changed and isinstance(changed[0], Heading):
        found.append(Section("benchmark-changes", changed[0].text, tuple(changed[1:])))
    return tuple(found)


def _drawn(kpi: BenchmarkKpi, rows: Sequence[BenchmarkRow], answer: Benchmark) -> Table:
    """The table of a KPI: value, interval and band of a segment on one line, with the value of the others across."""
    table = replace(_table(kpi, rows, answer), drops="")
    column = Column("", Kind.MARK, 3, Narrow.VANISH, detail=True)
    return _with_intervals(table, kpi, rows, _between(kpi, rows), column)


def _whisker(row: BenchmarkRow, kpi: BenchmarkKpi, between: tuple[float, float]) -> Whisker | None:
    return whisker(
        row.value,
        row.interval,
        between,
        centre=row.team.value if row.team else None,
        band=(row.band.low_95, row.band.high_95) if row.band else None,
        tone=_TONES.get((row.verdict or "", kpi.direction), Tone.PLAIN),
        hollow=row.verdict == "too_few",
    )


_BANDS: tuple[tuple[str, Callable[[BenchmarkBand], tuple[float, float]]], ...] = (
    ("series_998", lambda band: (band.low_998, band.high_998)),
    ("series_95", lambda band: (band.low_95, band.high_95)),
)


def _plot(kpi: BenchmarkKpi, rows: Sequence[BenchmarkRow]) -> Chart | None:
    """Values over the number of records, within the bands: a funnel, as chance makes few records vary more."""
    banded = sorted((row for row in rows if row.band and row.n and row.value is not None), key=lambda row: row.n or 0)
    if len(banded) < _DOTS:
        return None
    bands = [(float(row.n or 0), row.band) for row in banded if row.band]
    limits = [
        Series(phrase(code), (), tuple((x, *ends(band)) for x, band in bands), tone=Tone.MUTED) for code, ends in _BANDS
    ]
    dots = [
        Series(
            phrase("series_within" if verdict == "within" else f"benchmark_{verdict}"),
            tuple((float(row.n or 0), float(row.value or 0)) for row in own),
            names=tuple(map(_name, own)),
            tone=_TONES.get((verdict, kpi.direction), Tone.PLAIN),
            hollow=tuple(verdict == "too_few" for _ in own),
        )
        for verdict in dict.fromkeys(row.verdict for row in banded if row.verdict)
        if (own := [row for row in banded if row.verdict == verdict])
    ]
    title = phrase("chart_by_records", title=one_line(kpi.title))
    said = phrase("plot_seen", n=len(banded), above=kpi.above, below=kpi.below)
    heights = [
        *(float(row.value or 0) for row in banded),
        *(end for _, band in bands for end in (band.low_998, band.high_998)),
    ]
    across = number_axis([row.n for row in banded], phrase("axis_records"))
    up = axis(heights, kpi.unit, zero=False)
    return Chart("dots", title, said, across, up, (*limits, *dots), unit=kpi.unit, currency=kpi.currency)


# --- a sheet ---


def benchmark_sheet(answer: Benchmark) -> Sheet:
    """A row per KPI, currency and segment."""
    header = [
        "kpi",
        "title",
        "unit",
        "currency",
        *answer.group_by,
        "value",
        "numerator",
        "denominator",
        "n",
        "low",
        "high",
    ]
    header += ["team_value", "team_numerator", "team_denominator", "low_95", "high_95", "low_998", "high_998"]
    header += ["verdict", "p_value", "adjusted", "method", "reason"]
    owned = any(row.history for row in answer.benchmark)
    header += (
        [f"own_{name}" for name in ("period", "value", "low", "high", "outside", "periods", "reason")] if owned else []
    )
    kpis = {(kpi.id, kpi.currency): kpi for kpi in answer.kpis}
    rows: list[list[Any]] = []
    for row in answer.benchmark:
        kpi, team, band, test = kpis[row.kpi, row.currency], row.team, row.band, row.test
        rows.append(
            [
                *(row.kpi, kpi.title, kpi.unit, row.currency, *(row.group[name] for name in answer.group_by)),
                *(row.value, row.numerator, row.denominator, row.n),
                *((row.interval.low, row.interval.high) if row.interval else (None, None)),
                *((team.value, team.numerator, team.denominator) if team else (None, None, None)),
                *((band.low_95, band.high_95, band.low_998, band.high_998) if band else (None,) * 4),
                row.verdict,
                *((test.p_value, test.adjusted, test.method) if test else (None, None, None)),
                row.reason,
                *(_past(row) if owned else []),
            ]
        )
    return Sheet(header, rows)


def _past(row: BenchmarkRow) -> list[Any]:
    own = row.history
    if own is None:
        return [None] * 7
    period = own.period.label if own.period else None
    return [period, own.value, own.low, own.high, own.outside, own.periods, own.reason]
