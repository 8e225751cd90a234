"""How good past forecasts were: the scores of methods, what was said of past periods, and what became of stated chances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.answers.report import Interval
from salesmetrics.messages import phrase
from salesmetrics.render.document import Cell, Column, Heading, Kind, Narrow, Row, Table, Text, Tone
from salesmetrics.render.layouts.pages import how_counted, span_of, whisker
from salesmetrics.render.layouts.words import interval_cell
from salesmetrics.render.page import Fold, Section
from salesmetrics.render.text import amount, count, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.base import Number
    from salesmetrics.answers.forecast import Backtest, BacktestMoment, Calibration, Forecast, ForecastLine
    from salesmetrics.render.document import Block, Whisker
    from salesmetrics.render.page import PageBlock

__all__ = ["NAIVE", "backtest_sentence", "because", "chances_section", "past_forecasts", "past_section", "score_cells"]

NAIVE = ("last_period", "last_year")


def because(method: str, reason: str) -> Message:
    """A method that says nothing, and why."""
    return Message("method_because", method=Message(f"method_{method}"), reason=Message(f"why_{reason}"))


def score_cells(test: Backtest | None) -> list[Cell]:
    """WAPE, bias, periods within the range and all periods; empty where the method was not assessed."""
    if test is None or test.wape is None:
        return [Cell(), Cell(), Cell(), Cell()]
    return [
        Cell(amount(test.wape, "ratio"), value=test.wape, unit="ratio"),
        Cell(("+" if (test.bias or 0) > 0 else "") + amount(test.bias, "ratio"), value=test.bias, unit="ratio"),
        Cell() if test.inside is None else Cell(f"{test.inside} / {test.ranges}", parts=(test.inside, test.ranges)),
        Cell(count(test.periods), value=test.periods),
    ]


# --- past forecasts ---


def past_forecasts(line: ForecastLine, answer: Forecast) -> list[Block]:
    """The scores of each method at each lead, which is best, and what became of stated chances."""
    tests = [test for test in answer.backtest if test.currency == line.currency]
    said = [moment for moment in answer.moments if moment.currency == line.currency]
    if not said:
        return [Text(phrase("backtest_none"), apart=True)]
    blocks: list[Block] = [Heading(phrase("heading_backtest")), Text(_how(said)), *_scores(tests)]
    blocks.append(Text(backtest_sentence(tests, answer), apart=True))
    rows = _chances(line, answer)
    if not rows:
        return blocks
    chances = Table(_columns_of_chances(), rows, notes=_of_chances(line, answer))
    return [*blocks, Heading(phrase("heading_calibration")), chances]


def _how(said: Sequence[BacktestMoment]) -> str:
    """Which past forecasts there are, and where the state of each day comes from."""
    periods = list(dict.fromkeys(moment.period for moment in said))
    sources = {moment.source for moment in said}
    how = "both" if len(sources) > 1 else "exports" if "export" in sources else "reconstructed"
    span = {"n": len(periods), "first": one_line(periods[-1]), "last": one_line(periods[0])}
    return phrase("backtest_of" if len(periods) > 1 else "backtest_of_one", how=phrase(f"backtest_{how}"), **span)


def _scores(tests: Sequence[Backtest]) -> list[Table]:
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
            wape, bias, coverage, number = score_cells(test)
            mark = Cell(phrase("mark_best") if test.best else "", Tone.GOOD)
            lead = Cell(phrase(f"lead_{test.lead}"))
            rows.append(Row((Cell(phrase(f"method_{test.method}")), lead, number, wape, bias, coverage, mark)))
    return [Table(columns, tuple(rows), notes=_unassessed(tests))] if rows else []


def _unassessed(tests: Sequence[Backtest]) -> tuple[str, ...]:
    causes = {test.method: test.cause for test in tests if test.reason == "not_assessed" and test.cause}
    assessed = {test.method for test in tests if test.wape is not None}
    found = [because(method, cause) for method, cause in causes.items() if method not in assessed and cause]
    return (phrase("not_assessed", methods=found),) if found else ()


def backtest_sentence(tests: Sequence[Backtest], answer: Forecast) -> str:
    """Which method was best in past forecasts like this one, or that none can be marked."""
    here = [test for test in tests if test.lead == answer.lead and test.shared_wape is not None]
    best = next((test for test in here if test.best), None)
    if best is None:
        return phrase("backtest_unmarked")
    said = {"method": phrase(f"method_{best.method}"), "wape": amount(best.shared_wape, "ratio")}
    if best.method in NAIVE:
        return phrase("backtest_naive", n=best.shared_periods, **said)
    naive = min((test.shared_wape for test in here if test.method in NAIVE and test.shared_wape), default=None)
    return phrase("backtest_best", n=best.shared_periods, naive=amount(naive, "ratio"), **said)


def _chances(line: ForecastLine, answer: Forecast, *, drawn: bool = False) -> tuple[Row, ...]:
    """A row per stated chance; ``drawn`` with the share that was won beside it, on an axis from 0 to 100 %."""
    return tuple(
        Row(
            (
                Cell(phrase(f"method_{one.method}")),
                Cell(amount(one.stated, "ratio"), value=one.stated, unit="ratio"),
                Cell(count(one.n), value=one.n),
                Cell(amount(one.became, "ratio"), value=one.became, unit="ratio"),
                interval_cell(one.interval, "ratio"),
                *([Cell(mark=_became(one))] if drawn else []),
            )
        )
        for one in answer.calibration
        if one.currency == line.currency
    )


def _became(one: Calibration) -> Whisker | None:
    return whisker(one.became, one.interval, (0.0, 1.0), centre=one.stated, hollow=one.n < _FEW)


_FEW = 10
"""The share of fewer deals is a hint."""


def _columns_of_chances() -> tuple[Column, ...]:
    return (
        Column(phrase("column_method"), Kind.LABEL),
        Column(phrase("column_stated"), Kind.NUMBER),
        Column(phrase("column_n_deals"), Kind.NUMBER),
        Column(phrase("column_became"), Kind.VALUE),
        Column(phrase("column_interval"), Kind.INTERVAL, 1, Narrow.VANISH),
    )


def _of_chances(line: ForecastLine, answer: Forecast) -> tuple[str, ...]:
    methods = dict.fromkeys(one.method for one in answer.calibration if one.currency == line.currency)
    notes = tuple(phrase(f"chances_of_{method}") for method in methods)
    return notes + tuple(
        phrase("brier_of", method=phrase(f"method_{one.method}"), score=one.score, reference=one.reference)
        for one in answer.brier
        if one.currency == line.currency
    )


# --- the page ---


def past_section(line: ForecastLine, answer: Forecast, name: str, title: str) -> Section:
    """What was said of past periods beside what became of them, and the scores of each method."""
    tests = [test for test in answer.backtest if test.currency == line.currency]
    said = [moment for moment in answer.moments if moment.currency == line.currency]
    if not said:
        return Section(name, title, (Text(phrase("backtest_none")),))
    here = [moment for moment in said if moment.lead == answer.lead and moment.value is not None]
    by_method = {method: [m for m in here if m.method == method] for method in dict.fromkeys(m.method for m in here)}
    first = next((method for method in ("time_to_event", *by_method) if method in by_method), None)
    blocks: list[PageBlock] = [Text(backtest_sentence(tests, answer)), Text(_how(said), Tone.MUTED)]
    if first is not None:
        lead = phrase(f"lead_{answer.lead}")
        blocks += [
            Text(phrase("moments_seen", method=phrase(f"method_{first}"), lead=lead)),
            _moments(by_method[first]),
        ]
    blocks += [
        Fold(phrase("fold_moments", method=phrase(f"method_{method}")), (_moments(own),))
        for method, own in by_method.items()
        if method != first
    ]
    return Section(name, title, (*blocks, Fold(phrase("fold_scores"), tuple(_scores(tests)))))


def _moments(moments: Sequence[BacktestMoment]) -> Table:
    """A row per past period, the oldest first: what was forecast, within which range, and what was won (the line across)."""
    columns = (
        Column(phrase("column_period"), Kind.LABEL),
        Column(phrase("column_forecast"), Kind.VALUE),
        Column(phrase("column_p10"), Kind.NUMBER, 3, Narrow.VANISH),
        Column(phrase("column_p90"), Kind.NUMBER, 3, Narrow.VANISH),
        Column(phrase("column_actual"), Kind.NUMBER),
        Column("", Kind.MARK, 2, Narrow.VANISH, detail=True),
    )
    ends = [end for one in moments for end in (one.value, one.p10, one.p90, one.actual)]
    between = span_of(ends, "money")
    rows = tuple(
        Row(
            (
                Cell(one_line(one.period)),
                *(_whole(value, one.currency) for value in (one.value, one.p10, one.p90, one.actual)),
                Cell(mark=_said(one, between)),
            )
        )
        for one in reversed(moments)
    )
    return Table(columns, rows)


def _whole(value: Number | None, currency: str | None) -> Cell:
    if value is None:
        return Cell()
    return Cell(amount(value, "money", places=0), value=value, unit="money", currency=currency)


def _said(one: BacktestMoment, between: tuple[float, float]) -> Whisker | None:
    span = None if one.p10 is None else Interval(low=one.p10, high=one.p90, level=0.8, method="")
    return whisker(one.value, span, between, centre=one.actual)


def chances_section(line: ForecastLine, answer: Forecast, name: str, title: str) -> list[Section]:
    """What became of deals with about the same stated chance; nothing where no chances are known."""
    rows = _chances(line, answer, drawn=True)
    if not rows:
        return []
    columns = (*_columns_of_chances(), Column("", Kind.MARK, 2, Narrow.VANISH, detail=True))
    blocks = (Text(phrase("chances_seen")), Table(columns, rows), *how_counted(_of_chances(line, answer)))
    return [Section(name, title, blocks)]
