"""How a forecast looks: the answer in a sentence, its parts, each method with what it was worth, and past forecasts."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from salesmetrics.answers.report import Interval
from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import (
    Cell,
    Column,
    Document,
    Heading,
    Kind,
    Narrow,
    Row,
    Sheet,
    Step,
    Table,
    Text,
    Tone,
)
from salesmetrics.render.layouts.footer import findings_below
from salesmetrics.render.layouts.head import answer_head
from salesmetrics.render.layouts.pages import (
    analysis_page,
    anchor,
    how_counted,
    mark_column,
    span_of,
    whisker,
    with_marks,
)
from salesmetrics.render.layouts.past_forecasts import (
    NAIVE,
    because,
    chances_section,
    past_forecasts,
    past_section,
    score_cells,
)
from salesmetrics.render.layouts.words import (
    field_name,
    reason_text,
    segment_name,
)
from salesmetrics.render.page import Page, Section
from salesmetrics.render.rounding import rounded
from salesmetrics.render.text import amount, count, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.base import Number
    from salesmetrics.answers.forecast import Forecast, ForecastLine, ForecastMethod, ForecastPart
    from salesmetrics.render.document import Block, Mark

__all__ = [
    "forecast_document",
    "forecast_page",
    "forecast_sections",
    "forecast_sentences",
    "forecast_sheet",
    "overdue",
    "part_table",
    "why_not_simulated",
]

_PAST_DRAWS = 1_000
_OF_QUOTAS = frozenset(
    {"no_quota", "quota_of_other_currency", "negative_quota", "quota_days_partial", "quota_owners_missing"}
)
"""Reasons for no target that are those of a forecast; all others are those of a report."""


def forecast_document(answer: Forecast) -> Document:
    """The total in each currency with its back-test, then each segment."""
    several = sum(not line.group for line in answer.forecast) > 1
    blocks: list[Block] = [*answer_head(answer, None, [] if several else answer.currencies)]
    for line in answer.forecast:
        title = _title(line, several=several)
        if title:
            blocks.append(Heading(title))
        blocks += _sentences(line, apart=not title)
        blocks += [part_table(line, on_screen=True), _drawn_methods(line, answer, on_screen=True)]
        if not line.group:
            blocks += past_forecasts(line, answer)
    notes = [note for line in answer.forecast if not line.group for note in _notes(line, answer)]
    notes = list(dict.fromkeys([*notes, *_legend(answer)]))
    blocks += [Text(note, Tone.MUTED, apart=not n) for n, note in enumerate(notes)]
    told = {line.target_reason for line in answer.forecast}
    return Document((*blocks, *findings_below(answer, apart=not notes, told=told)))


def _title(line: ForecastLine, *, several: bool) -> str:
    code = [one_line(line.currency or phrase("segment_no_currency"))] if several else []
    return joined([*(segment_name(value) for value in line.group.values()), *code])


def _money(value: Any, line: ForecastLine, *, named: bool = False) -> str:
    """An amount; what is simulated is shown without decimals, which say nothing."""
    return amount(value, "money", currency=line.currency if named else None, places=0)


def _sentences(line: ForecastLine, *, apart: bool) -> list[Block]:
    said, *target = forecast_sentences(line)
    return [Text(said, Tone.STRONG, apart=apart), *map(Text, target)]


def forecast_sentences(line: ForecastLine) -> list[str]:
    """What is forecast, and how likely its target is, where there is one or a reason for none."""
    period = one_line(line.period.label)
    simulated, lacking = _simulation(line), why_not_simulated(line)
    if lacking is not None:
        said = phrase("forecast_none", period=period, reason=phrase(f"why_{lacking}"))
    else:
        ends = (_money(simulated.p10, line), _money(simulated.p90, line))
        value = _money(simulated.p50, line, named=True)
        said = phrase("forecast_said", period=period, value=value, low=ends[0], high=ends[1])
    found = [said]
    if line.target is not None:
        target = amount(line.target, "money", currency=line.currency)
        code = "forecast_target_unknown" if line.chance_of_target is None else f"forecast_target_{line.target_source}"
        found.append(phrase(code, target=target, chance=amount(line.chance_of_target, "ratio")))
    elif line.target_reason is not None:
        code = line.target_reason
        reason = phrase(f"why_{code}") if code in _OF_QUOTAS else reason_text(code)
        found.append(phrase("forecast_target_none", reason=reason))
    return found


def why_not_simulated(line: ForecastLine) -> str | None:
    """The code of what a simulation lacks; None where there is one."""
    return _simulation(line).reason


def _simulation(line: ForecastLine) -> ForecastMethod:
    return next(method for method in line.methods if method.id == "time_to_event")


def _parts(line: ForecastLine) -> Table:
    columns = (
        Column(phrase("column_part"), Kind.LABEL),
        Column(phrase("column_deals"), Kind.NUMBER, 2, Narrow.VANISH),
        Column(phrase("column_p10"), Kind.NUMBER),
        Column(phrase("column_p50"), Kind.VALUE),
        Column(phrase("column_p90"), Kind.NUMBER),
        Column(phrase("column_mean"), Kind.NUMBER, 1, Narrow.VANISH),
    )
    means = _means(line.parts)
    rows = (Row(_part(part, line, means.get(part.id)), total=part.id == "total") for part in line.parts)
    return Table(columns, tuple(rows))


def _means(parts: Sequence[ForecastPart]) -> dict[str, Decimal]:
    """Means as they are shown, in the digits that the one of the total has, so that those of the parts add up to it."""
    values = {part.id: part.value if part.id == "won_so_far" else part.mean for part in parts}
    known = {name: Decimal(str(value)) for name, value in values.items() if value is not None}
    if len(known) < len(parts) or "total" not in known:
        return {}
    places = min(_DIGITS - 1 - known["total"].adjusted(), 0)
    total = known.pop("total")
    shown = rounded([Decimal(0), *known.values(), total], places)[1:]
    return dict(zip([*known, "total"], shown, strict=True))


_DIGITS = 6
"""Digits of what is simulated."""


def _part(part: ForecastPart, line: ForecastLine, mean: Decimal | None) -> tuple[Cell, ...]:
    deals = Cell("" if part.deals is None else count(part.deals), value=part.deals)
    name = Cell(phrase(f"part_of_{part.id}"))
    if part.id == "won_so_far":
        fact = Cell(amount(part.value, "money"), value=part.value, currency=line.currency, unit="money")
        return (name, deals, Cell(), fact, Cell(), Cell())
    drawn = _simulated(part.mean, line)
    shown = drawn if mean is None else replace(drawn, text=_money(mean, line))
    return (name, deals, *(_simulated(value, line) for value in (part.p10, part.p50, part.p90)), shown)


def _simulated(value: Number | None, line: ForecastLine) -> Cell:
    return Cell(_money(value, line), value=value, currency=line.currency, unit="money")


def _methods(line: ForecastLine, answer: Forecast) -> Block:
    tests = {
        test.method: test
        for test in answer.backtest
        if test.lead == answer.lead and test.currency == line.currency and not line.group
    }
    target = any(method.chance_of_target is not None for method in line.methods)
    tested = any(test.wape is not None for test in tests.values())
    columns = [
        Column(phrase("column_method"), Kind.LABEL),
        Column(phrase("column_forecast"), Kind.VALUE),
        Column(phrase("column_p10"), Kind.NUMBER, 3, Narrow.VANISH),
        Column(phrase("column_p90"), Kind.NUMBER, 3, Narrow.VANISH),
    ]
    if target:
        columns.append(Column(phrase("column_target_chance"), Kind.NUMBER, 2, Narrow.VANISH))
    if tested:
        columns += [
            Column(phrase("column_wape"), Kind.NUMBER),
            Column(phrase("column_bias"), Kind.NUMBER, 4, Narrow.VANISH),
            Column(phrase("column_coverage"), Kind.NUMBER, 4, Narrow.VANISH),
            Column(phrase("column_past_periods"), Kind.NUMBER, 5, Narrow.VANISH),
            Column(phrase("column_best"), Kind.VERDICT, silent=True),
        ]
    rows = []
    for method in line.methods:
        if method.reason is not None and method.id not in tests:
            continue
        cells = [
            Cell(phrase(f"method_{method.id}")),
            *(_simulated(value, line) for value in (method.value, method.p10, method.p90)),
        ]
        if method.p10 is None:
            cells[2:4] = [Cell(), Cell()]
        if target:
            chance = method.chance_of_target
            cells.append(Cell() if chance is None else Cell(amount(chance, "ratio"), value=chance, unit="ratio"))
        if tested:
            cells += [*score_cells(tests.get(method.id)), Cell(phrase("mark_best") if method.best else "", Tone.GOOD)]
        if method.reason is None or (tests.get(method.id) and tests[method.id].wape is not None):
            rows.append(Row(tuple(cells)))
    notes = _silent(line.methods)
    if tested:
        notes = (_made_at(answer), *notes)
    if not rows:
        return Text(joined(notes, "."), Tone.MUTED, apart=True)
    return Table(tuple(columns), tuple(rows), notes=notes)


def _made_at(answer: Forecast) -> str:
    """Which past forecasts the scores are of."""
    start = answer.period.start
    days = 0 if start is None or answer.as_of is None else (start - answer.as_of).days
    return phrase("scores_made_earlier", days=days) if days > 1 else phrase(f"scores_at_{answer.lead}")


def _silent(methods: Sequence[ForecastMethod]) -> tuple[str, ...]:
    """Methods that say nothing, and why."""
    found = [because(method.id, method.reason) for method in methods if method.reason is not None]
    return (phrase("not_assessed", methods=found),) if found else ()


# --- notes ---


def overdue(line: ForecastLine) -> str:
    """How many open deals are past their date, and what they are worth; empty where none is."""
    if line.overdue is None or not line.overdue.count:
        return ""
    if line.overdue.value is None:
        return phrase("forecast_overdue_bare", n=line.overdue.count)
    value = amount(line.overdue.value, "money", currency=line.currency)
    return phrase("forecast_overdue", n=line.overdue.count, value=value)


def _notes(line: ForecastLine, answer: Forecast) -> list[str]:
    found = [overdue(line)] if overdue(line) else []
    if line.categories:
        found.append(phrase("forecast_categories", parts=_categories(line)))
    if line.slippage is not None and line.slippage.used:
        days, late = round(line.slippage.median), amount(line.slippage.late, "ratio")
        side = phrase("slips_after" if days > 0 else "slips_before")
        code = "forecast_slips" if days else "forecast_slips_none"
        found.append(phrase(code, days=abs(days), side=side, n=line.slippage.n, late=late))
    if answer.amounts_at_close:
        found.append(phrase("forecast_at_close"))
    elif line.open.unpriced:
        found.append(phrase("forecast_unpriced", n=line.open.unpriced))
    if line.undated:
        found.append(phrase("forecast_undated", n=line.undated))
    if line.shock is not None:
        past = min(line.draws, _PAST_DRAWS)
        found.append(phrase("forecast_simulated", draws=line.draws, seed=line.seed, past=past, shock=line.shock))
    found += [phrase(f"forecast_note_{note}") for note in line.notes]
    return found


def _categories(line: ForecastLine) -> list[Message]:
    return [
        Message(
            "category_and_value" if one.counts_as or one.category is None else "category_unknown",
            category=one_line(one.category or phrase("segment_blank")),
            value=amount(one.value, "money"),
            n=one.count,
        )
        for one in line.categories
    ]


def _legend(answer: Forecast) -> list[str]:
    found = []
    if any(line.shock is not None for line in answer.forecast):
        found.append(phrase("forecast_parts"))
    assessed = {test.method for test in answer.backtest if test.wape is not None}
    assessed |= {m.id for line in answer.forecast for m in line.methods if m.value is not None}
    if assessed & set(NAIVE):
        found.append(phrase("forecast_scaled"))
    if answer.without_currency:
        found.append(phrase("forecast_without_currency", n=answer.without_currency))
    if answer.moments:
        found.append(phrase("forecast_legend"))
    if answer.group_by:
        found.append(phrase("forecast_segments"))
    return found


# --- the page ---


def forecast_page(answer: Forecast) -> Page:
    """The forecast of each currency with its parts and methods, segments, past forecasts, chances, and findings."""
    several = sum(not line.group for line in answer.forecast) > 1
    head = answer_head(answer, None, [] if several else answer.currencies)
    told = {line.target_reason for line in answer.forecast}
    below = findings_below(answer, apart=False, told=told)
    return analysis_page(phrase("section_forecast"), head, forecast_sections(answer), below)


def forecast_sections(answer: Forecast) -> tuple[Section, ...]:
    """The same as sections, each of which stands alone."""
    totals = [line for line in answer.forecast if not line.group]
    several = len(totals) > 1
    found: list[Section] = []
    for place, line in enumerate(totals):
        code = _title(line, several=several)
        found.append(_said_section(line, answer, anchor("forecast", place), code))
        groups = [other for other in answer.forecast if other.group and other.currency == line.currency]
        if groups:
            title = _in(phrase("section_groups", names=list(map(field_name, answer.group_by))), code)
            blocks = (Text(phrase("forecast_segments_seen")), _group_table(groups))
            found.append(Section(anchor("forecast-segments", place), title, blocks))
        found.append(past_section(line, answer, anchor("past-forecasts", place), _in(phrase("heading_backtest"), code)))
        found += chances_section(line, answer, anchor("chances", place), _in(phrase("heading_calibration"), code))
    return tuple(found)


def _in(title: str, code: str) -> str:
    return phrase("title_in_currency", title=title, currency=code) if code else title


def _said_section(line: ForecastLine, answer: Forecast, name: str, code: str) -> Section:
    title = _in(phrase("page_forecast", period=one_line(line.period.label)), code)
    said = [replace(block, tone=Tone.PLAIN) for block in _sentences(line, apart=False) if isinstance(block, Text)]
    notes = [*_notes(line, answer), *_legend(answer)]
    methods = _drawn_methods(line, answer)
    return Section(name, title, (*said, part_table(line), methods, *how_counted([phrase("parts_seen"), *notes])))


def part_table(line: ForecastLine, *, on_screen: bool = False) -> Table:
    """The parts, each where the one before it ends (by their means, which add up), and the range of the total with the target."""
    drawn = _parts(line)
    ends = [part.mean if part.mean is not None else part.value for part in line.parts if part.id != "total"]
    total = next((part for part in line.parts if part.id == "total"), None)
    known = all(end is not None for end in ends)
    stacked = math.fsum(float(end) for end in ends if end is not None)
    between = span_of([stacked, *((total.p10, total.p90) if total else ()), line.target], "money")
    marks: list[Mark | None] = []
    at = 0.0
    for part in line.parts:
        if part.id == "total":
            marks.append(_ranged(part, between, line))
            continue
        step = float((part.mean if part.mean is not None else part.value) or 0)
        tone = Tone.MARK if part.id == "won_so_far" else Tone.PLAIN
        marks.append(Step(between, at, min(at + step, between[1]), tone) if known and step else None)
        at += step
    return with_marks(drawn, _column_of_marks(between, on_screen=on_screen), marks)


def _column_of_marks(between: tuple[float, float], *, on_screen: bool) -> Column:
    return mark_column(between, "money") if on_screen else Column("", Kind.MARK, 2, Narrow.VANISH, detail=True)


def _ranged(one: ForecastPart | ForecastMethod, between: tuple[float, float], line: ForecastLine) -> Mark | None:
    span = None if one.p10 is None else Interval(low=one.p10, high=one.p90, level=0.8, method="")
    value = one.p50 if one.p50 is not None else one.value
    return whisker(value, span, between, centre=line.target)


def _drawn_methods(line: ForecastLine, answer: Forecast, *, on_screen: bool = False) -> Block:
    """The table of methods with a dot and a range each, on one axis with the target."""
    table = _methods(line, answer)
    if not isinstance(table, Table):
        return table
    names = {phrase(f"method_{method.id}"): method for method in line.methods}
    shown = [names[row.cells[0].text] for row in table.rows]
    said = [end for method in shown for end in (method.value, method.p10, method.p90)]
    between = span_of([*said, line.target], "money")
    marks = [_ranged(method, between, line) for method in shown]
    return with_marks(table, _column_of_marks(between, on_screen=on_screen), marks, after=4)


def _group_table(lines: Sequence[ForecastLine]) -> Table:
    """A row per segment: the total with its range, and its target."""
    targets = any(line.target is not None for line in lines)
    columns = [
        *(Column(one_line(name), Kind.LABEL, wraps=True) for name in lines[0].group),
        Column(phrase("column_p10"), Kind.NUMBER, 3, Narrow.VANISH),
        Column(phrase("column_p50"), Kind.VALUE),
        Column(phrase("column_p90"), Kind.NUMBER, 3, Narrow.VANISH),
        Column("", Kind.MARK, 2, Narrow.VANISH, detail=True),
    ]
    if targets:
        columns += [
            Column(phrase("column_target"), Kind.NUMBER, 1, Narrow.VANISH),
            Column(phrase("column_target_chance"), Kind.NUMBER, 1, Narrow.VANISH),
        ]
    totals = [next(part for part in line.parts if part.id == "total") for line in lines]
    ends = [end for part in totals for end in (part.p10, part.p90)]
    between = span_of([*ends, *(line.target for line in lines)], "money")
    rows = []
    for line, part in zip(lines, totals, strict=True):
        names = [Cell(segment_name(value)) for value in line.group.values()]
        cells = [*names, *(_simulated(value, line) for value in (part.p10, part.p50, part.p90))]
        cells.append(Cell(mark=_ranged(part, between, line)))
        if targets:
            chance = line.chance_of_target
            share = Cell() if chance is None else Cell(amount(chance, "ratio"), value=chance, unit="ratio")
            cells += [_simulated(line.target, line), share]
        rows.append(Row(tuple(cells)))
    return Table(tuple(columns), tuple(rows))


# --- a sheet ---


def forecast_sheet(answer: Forecast) -> Sheet:
    """A row per part, method and score of the back-test, of each group and currency."""
    by = answer.group_by
    header = ["table", "id", "lead", *by, "currency", "period", "deals", "value", "p10", "p50", "p90", "mean"]
    header += ["target", "chance_of_target", "best", "periods", "wape", "bias", "coverage", "reason"]
    rows: list[list[Any]] = []
    blank = [None] * 4
    for line in answer.forecast:
        at = [*(line.group.get(name) if line.group else None for name in by), line.currency, line.period.label]
        for part in line.parts:
            ends = [part.p10, part.p50, part.p90, part.mean]
            target = [line.target, line.chance_of_target] if part.id == "total" else [None, None]
            rows.append(["part", part.id, None, *at, part.deals, part.value, *ends, *target, None, *blank, part.reason])
        for method in line.methods:
            ends = [method.p10, method.p50, method.p90, method.mean]
            target = [line.target, method.chance_of_target]
            best = method.best
            rows.append(
                ["method", method.id, None, *at, None, method.value, *ends, *target, best, *blank, method.reason]
            )
    for test in answer.backtest:
        where: list[Any] = [*(None for _ in by), test.currency, None, None, None, *blank, None, None, test.best]
        figures = [test.periods, test.wape, test.bias, test.coverage, test.cause or test.reason]
        rows.append(["backtest", test.method, test.lead, *where, *figures])
    return Sheet(header, rows)
