"""How a forecast looks: the answer in a sentence, its parts, each method with what it was worth, and past forecasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesmetrics.messages import phrase
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
from salesmetrics.render.layouts.footer import findings_below
from salesmetrics.render.layouts.head import answer_head
from salesmetrics.render.layouts.words import reason_text
from salesmetrics.render.text import amount, count, interval, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.forecast import Backtest, Forecast, ForecastLine, ForecastMethod, ForecastPart
    from salesmetrics.render.document import Block

__all__ = ["forecast_document", "forecast_sheet"]

NAIVE = ("last_period", "last_year")
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
        blocks += [_parts(line), _methods(line, answer)]
        if not line.group:
            blocks += _tests(line, answer)
    notes = [note for line in answer.forecast if not line.group for note in _notes(line, answer)]
    notes = list(dict.fromkeys([*notes, *_legend(answer)]))
    blocks += [Text(note, Tone.MUTED, apart=not n) for n, note in enumerate(notes)]
    told = {line.target_reason for line in answer.forecast}
    return Document((*blocks, *findings_below(answer, apart=not notes, told=told)))


def _title(line: ForecastLine, *, several: bool) -> str:
    code = [one_line(line.currency or phrase("segment_no_currency"))] if several else []
    return ", ".join([*(one_line(value or phrase("segment_blank")) for value in line.group.values()), *code])


def _money(value: Any, line: ForecastLine, *, named: bool = False) -> str:
    """An amount; what is simulated is shown without decimals, which say nothing."""
    return amount(value, "money", currency=line.currency if named else None, places=0)


def _sentences(line: ForecastLine, *, apart: bool) -> list[Block]:
    period = one_line(line.period.label)
    simulated = next(method for method in line.methods if method.id == "time_to_event")
    if simulated.reason is not None:
        said = phrase("forecast_none", period=period, reason=phrase(f"why_{simulated.reason}"))
    else:
        ends = (_money(simulated.p10, line), _money(simulated.p90, line))
        value = _money(simulated.p50, line, named=True)
        said = phrase("forecast_said", period=period, value=value, low=ends[0], high=ends[1])
    found: list[Block] = [Text(said, Tone.STRONG, apart=apart)]
    if line.target is not None:
        target = amount(line.target, "money", currency=line.currency)
        code = "forecast_target_unknown" if line.chance_of_target is None else f"forecast_target_{line.target_source}"
        found.append(Text(phrase(code, target=target, chance=amount(line.chance_of_target, "ratio"))))
    elif line.target_reason is not None:
        code = line.target_reason
        found.append(
            Text(
                phrase(
                    "forecast_target_none", reason=phrase(f"why_{code}") if code in _OF_QUOTAS else reason_text(code)
                )
            )
        )
    return found


def _parts(line: ForecastLine) -> Table:
    columns = (
        Column(phrase("column_part"), Kind.LABEL),
        Column(phrase("column_deals"), Kind.NUMBER, 2, Narrow.VANISH),
        Column(phrase("column_p10"), Kind.NUMBER),
        Column(phrase("column_p50"), Kind.VALUE),
        Column(phrase("column_p90"), Kind.NUMBER),
        Column(phrase("column_mean"), Kind.NUMBER, 1, Narrow.VANISH),
    )
    return Table(columns, tuple(Row(_part(part, line), total=part.id == "total") for part in line.parts))


def _part(part: ForecastPart, line: ForecastLine) -> tuple[Cell, ...]:
    deals = Cell("" if part.deals is None else count(part.deals), value=part.deals)
    name = Cell(phrase(f"part_of_{part.id}"))
    if part.id == "won_so_far":
        fact = Cell(amount(part.value, "money"), value=part.value, currency=line.currency, unit="money")
        return (name, deals, Cell(), fact, Cell(), Cell())
    return (name, deals, *(_simulated(value, line) for value in (part.p10, part.p50, part.p90, part.mean)))


def _simulated(value: float | None, line: ForecastLine) -> Cell:
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
            cells.append(Cell("" if chance is None else amount(chance, "ratio")))
        if tested:
            cells += [*_score(tests.get(method.id)), Cell(phrase("mark_best") if method.best else "", Tone.GOOD)]
        if method.reason is None or (tests.get(method.id) and tests[method.id].wape is not None):
            rows.append(Row(tuple(cells)))
    notes = _silent(line.methods)
    if tested:
        notes = (_made_at(answer), *notes)
    if not rows:
        return Text(" ".join(notes), Tone.MUTED, apart=True)
    return Table(tuple(columns), tuple(rows), notes=notes)


def _made_at(answer: Forecast) -> str:
    """Which past forecasts the scores are of."""
    start = answer.period.start
    days = 0 if start is None or answer.as_of is None else (start - answer.as_of).days
    return phrase("scores_made_earlier", days=days) if days > 1 else phrase(f"scores_at_{answer.lead}")


def _silent(methods: Sequence[ForecastMethod]) -> tuple[str, ...]:
    """Methods that say nothing, and why."""
    found = [_because(method.id, method.reason) for method in methods if method.reason is not None]
    return (phrase("not_assessed", methods=found),) if found else ()


def _because(method: str, reason: str) -> Message:
    return Message("method_because", method=Message(f"method_{method}"), reason=Message(f"why_{reason}"))


def _score(test: Backtest | None) -> list[Cell]:
    if test is None or test.wape is None:
        return [Cell(), Cell(), Cell(), Cell()]
    return [
        Cell(amount(test.wape, "ratio")),
        Cell(("+" if (test.bias or 0) > 0 else "") + amount(test.bias, "ratio")),
        Cell("" if test.inside is None else f"{test.inside} / {test.ranges}", value=test.coverage),
        Cell(count(test.periods)),
    ]


# --- past forecasts ---


def _tests(line: ForecastLine, answer: Forecast) -> list[Block]:
    tests = [test for test in answer.backtest if test.currency == line.currency]
    said = [moment for moment in answer.moments if moment.currency == line.currency]
    if not said:
        return [Text(phrase("backtest_none"), apart=True)]
    periods = list(dict.fromkeys(moment.period for moment in said))
    sources = {moment.source for moment in said}
    how = "both" if len(sources) > 1 else "exports" if "export" in sources else "reconstructed"
    span = {"n": len(periods), "first": one_line(periods[-1]), "last": one_line(periods[0])}
    blocks: list[Block] = [
        Heading(phrase("heading_backtest")),
        Text(phrase("backtest_of" if len(periods) > 1 else "backtest_of_one", how=phrase(f"backtest_{how}"), **span)),
    ]
    columns = (
        Column(phrase("column_method"), Kind.LABEL),
        Column(phrase("column_lead"), Kind.TEXT),
        Column(phrase("column_past_periods"), Kind.NUMBER, 2, Narrow.VANISH),
        Column(phrase("column_wape"), Kind.VALUE),
        Column(phrase("column_bias"), Kind.NUMBER, 1, Narrow.VANISH),
        Column(phrase("column_coverage"), Kind.NUMBER, 1, Narrow.VANISH),
        Column(phrase("column_best"), Kind.VERDICT, silent=True),
    )
    rows = []
    for test in tests:
        if test.wape is not None:
            wape, bias, coverage, number = _score(test)
            mark = Cell(phrase("mark_best") if test.best else "", Tone.GOOD)
            lead = Cell(phrase(f"lead_{test.lead}"))
            rows.append(Row((Cell(phrase(f"method_{test.method}")), lead, number, wape, bias, coverage, mark)))
    if rows:
        blocks.append(Table(columns, tuple(rows), notes=_unassessed(tests)))
    blocks.append(Text(_verdict(tests, answer), apart=True))
    return [*blocks, *_calibrated(line, answer)]


def _unassessed(tests: Sequence[Backtest]) -> tuple[str, ...]:
    causes = {test.method: test.cause for test in tests if test.reason == "not_assessed" and test.cause}
    assessed = {test.method for test in tests if test.wape is not None}
    found = [_because(method, cause) for method, cause in causes.items() if method not in assessed and cause]
    return (phrase("not_assessed", methods=found),) if found else ()


def _verdict(tests: Sequence[Backtest], answer: Forecast) -> str:
    here = [test for test in tests if test.lead == answer.lead and test.shared_wape is not None]
    best = next((test for test in here if test.best), None)
    if best is None:
        return phrase("backtest_unmarked")
    said = {"method": phrase(f"method_{best.method}"), "wape": amount(best.shared_wape, "ratio")}
    if best.method in NAIVE:
        return phrase("backtest_naive", n=best.shared_periods, **said)
    naive = min((test.shared_wape for test in here if test.method in NAIVE and test.shared_wape), default=None)
    return phrase("backtest_best", n=best.shared_periods, naive=amount(naive, "ratio"), **said)


def _calibrated(line: ForecastLine, answer: Forecast) -> list[Block]:
    rows = [
        Row(
            (
                Cell(phrase(f"method_{one.method}")),
                Cell(amount(one.stated, "ratio")),
                Cell(count(one.n)),
                Cell(amount(one.became, "ratio")),
                Cell(interval(one.interval, "ratio"), Tone.MUTED),
            )
        )
        for one in answer.calibration
        if one.currency == line.currency
    ]
    if not rows:
        return []
    columns = (
        Column(phrase("column_method"), Kind.LABEL),
        Column(phrase("column_stated"), Kind.NUMBER),
        Column(phrase("column_n_deals"), Kind.NUMBER),
        Column(phrase("column_became"), Kind.VALUE),
        Column(phrase("column_interval"), Kind.INTERVAL, 1, Narrow.VANISH),
    )
    methods = dict.fromkeys(one.method for one in answer.calibration if one.currency == line.currency)
    notes = tuple(phrase(f"chances_of_{method}") for method in methods)
    notes += tuple(
        phrase("brier_of", method=phrase(f"method_{one.method}"), score=one.score, reference=one.reference)
        for one in answer.brier
        if one.currency == line.currency
    )
    return [Heading(phrase("heading_calibration")), Table(columns, tuple(rows), notes=notes)]


# --- notes ---


def _notes(line: ForecastLine, answer: Forecast) -> list[str]:
    found = []
    if line.overdue is not None and line.overdue.count:
        if line.overdue.value is None:
            found.append(phrase("forecast_overdue_bare", n=line.overdue.count))
        else:
            value = amount(line.overdue.value, "money", currency=line.currency)
            found.append(phrase("forecast_overdue", n=line.overdue.count, value=value))
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
