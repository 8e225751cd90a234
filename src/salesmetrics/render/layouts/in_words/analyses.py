"""What can be said of analyses, files and records. Own file: it changes with them, and what is said of KPIs with those."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesmetrics.answers.benchmark import Benchmark
from salesmetrics.answers.catalog import Working
from salesmetrics.answers.cohort import Cohorts
from salesmetrics.answers.compare import Compare
from salesmetrics.answers.files import Check, Inspection
from salesmetrics.answers.forecast import Forecast
from salesmetrics.answers.funnel import Funnel
from salesmetrics.answers.losses import Losses
from salesmetrics.answers.rows import Rows
from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import Prose
from salesmetrics.render.layouts import benchmark, cohort, compare, forecast, funnel, losses, past_forecasts
from salesmetrics.render.layouts.digest import digested
from salesmetrics.render.layouts.in_words.reports import (
    CHANGED,
    DOUBT,
    HAND,
    LEVEL,
    NOTHING,
    PLACES,
    Said,
    basis,
    begun,
    doubts,
    in_sentence,
)
from salesmetrics.render.layouts.words import crm_name, kind_name, round_places, segment_name
from salesmetrics.render.text import amount, change, interval, one_line
from salesmetrics.schema.findings import Effect, effect_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from salesmetrics.answers.base import Answer
    from salesmetrics.answers.benchmark import BenchmarkKpi, BenchmarkRow
    from salesmetrics.answers.losses import Loss

__all__ = ["SAID"]

_ALONE = 2
"""So many of a kind have a sentence each."""
_NAMES = 2
"""So many segments are named."""
_LINES = 3
"""So many currencies have a sentence each."""
_OUTCOMES = frozenset({"stage", "status", "loss_reason"})
"""Dimensions that say how a deal ended, or that it did not."""
_FIRST = 3
"""So many findings have a sentence each in a check."""


# --- compare ---


def _compare(answer: Compare) -> Iterator[Said]:
    """How the pipeline moved, in each currency, and how many deals stand still."""
    for number, text in enumerate(compare.pipeline_sentences(answer)[:_LINES]):
        yield Said(CHANGED, number, ("pipeline", number), text)
    last = answer.beside[-1] if answer.beside else None
    if last is not None and last.unchanged_open:
        moved = Message("open_moved_dates", later=last.close_dates_later) if last.close_dates_later else ""
        said = phrase("open_unchanged", first=last.from_, last=last.to_, n=last.unchanged_open, moved=moved)
        yield Said(HAND, 0, "unchanged", said)
    yield from doubts(answer.findings, compare.OF_BRIDGE)


# --- funnel ---


def _funnel(answer: Funnel) -> Iterator[Said]:
    """How many of the deals were won, where value waits, how many deals are stuck; without a history how many are open."""
    if answer.stock:
        whole = [one for one in answer.stock if not one.group] or answer.stock
        stages = {(one.pipeline, one.stage) for one in whole}
        yield Said(DOUBT, 0, "history", phrase("stock_only"))
        number = sum(one.count for one in whole)
        yield Said(LEVEL, 0, "stock", phrase("funnel_stock", n=number, stages=len(stages)))
    worst = answer.bottleneck
    names = list(dict.fromkeys(stage.pipeline for stage in answer.stages))
    largest = worst.pipeline if worst else names[0] if names else None
    total = [stage for stage in answer.stages if not stage.group and stage.pipeline == largest]
    won = next((stage.of_all for stage in total if stage.stage is None), None)
    if won is not None and won.value is not None:
        span = interval(won.interval, "ratio")
        code = "funnel_won" if span else "funnel_won_bare"
        pipeline = Message("funnel_of", pipeline=one_line(largest)) if largest and len(names) > 1 else ""
        share = amount(won.value, "ratio")
        yield Said(
            LEVEL,
            0,
            "won",
            phrase(code, won=won.numerator, n=won.denominator, pipeline=pipeline, share=share, interval=span),
        )
    if worst is not None:
        yield Said(HAND, 0, "bottleneck", funnel.bottleneck_sentence(worst))
    stuck = sum(stage.stuck.count for stage in answer.stages if stage.stuck and not stage.group)
    if stuck:
        yield Said(HAND, 1, "stuck", phrase("funnel_stuck", n=stuck))
    yield from doubts(answer.findings)


# --- cohorts ---


def _cohorts(answer: Cohorts) -> Iterator[Said]:
    """The share won by the longest horizon, and whether the win rate of closed deals says the same."""
    everyone = next((row for row in answer.cohorts if not row.group and row.cohort is None), None)
    longest = cohort.longest_horizon(everyone) if everyone else None
    if longest is not None and longest.interval is not None:
        code = "cohort_won" if answer.of == "deals" else "cohort_converted"
        share, span = amount(longest.value, "ratio"), interval(longest.interval, "ratio")
        said = phrase(code, share=share, n=longest.n, days=longest.days, interval=span)
        yield Said(LEVEL, 0, "won", said)
    total = next((base for base in answer.closed_basis if not base.group), None)
    differs = total is not None and total.differs
    for number, line in enumerate(cohort.closed_basis(answer)[:_ALONE]):
        yield Said(DOUBT if differs else LEVEL, 1 + number, ("closed", number), line)
    yield from doubts(answer.findings)


# --- forecast ---


def _forecast(answer: Forecast) -> Iterator[Said]:
    """The forecast and its target in each currency, what its method was worth, and what is overdue."""
    lines = [line for line in answer.forecast if not line.group]
    lacking: dict[str, list[str]] = {}
    for line in lines if len(lines) > 1 else ():
        if reason := forecast.why_not_simulated(line):
            lacking.setdefault(reason, []).append(one_line(line.currency or phrase("segment_no_currency")))
    for number, (reason, codes) in enumerate(lacking.items()):
        period = one_line(answer.period.label)
        text = phrase("forecast_none_in", period=period, codes=codes, reason=phrase(f"why_{reason}"))
        yield Said(CHANGED, _LINES + number, ("none", reason), text)
    for number, line in enumerate(lines[:_LINES]):
        said, *target = forecast.forecast_sentences(line)
        if not (lacking and forecast.why_not_simulated(line)):
            yield Said(CHANGED, number, ("forecast", number), said)
        if target and line.target is not None:
            yield Said(CHANGED, 10 + number, ("target", number), target[0])
    for line in lines[:1]:
        tests = [test for test in answer.backtest if test.currency == line.currency]
        if any(test.best and test.lead == answer.lead for test in tests):
            yield Said(DOUBT, 1, "backtest", past_forecasts.backtest_sentence(tests, answer), PLACES[LEVEL])
        overdue = forecast.overdue(line)
        if overdue:
            yield Said(HAND, 0, "overdue", begun(phrase("forecast_overdue_said", overdue=overdue)))
    yield from doubts(answer.findings)


# --- benchmark ---


def _benchmark(answer: Benchmark) -> Iterator[Said]:
    """Who differs from the others, the clearest first; that nobody does; how large a difference would show."""
    several = len({kpi.currency for kpi in answer.kpis if kpi.currency}) > 1
    titles = {(kpi.id, kpi.currency): benchmark.kpi_title(kpi, several=several) for kpi in answer.kpis}
    called = [kpi for kpi in answer.kpis if (kpi.above or kpi.below) and not _follows(kpi, answer)]
    called.sort(key=lambda kpi: _least_p(kpi, answer))
    for number, kpi in enumerate(called[:_ALONE]):
        yield Said(CHANGED, number, ("kpi", kpi.id, kpi.currency), _called(kpi, titles[kpi.id, kpi.currency], answer))
    others = [in_sentence(titles[kpi.id, kpi.currency]) for kpi in called[_ALONE:]]
    team = benchmark.others(answer)
    if others:
        yield Said(CHANGED, _ALONE, "also", phrase("bench_also", titles=others, others=team))
    alike = [kpi for kpi in answer.kpis if kpi.judged and not (kpi.above or kpi.below)]
    if alike:
        peers = benchmark.peers(answer, max(kpi.judged for kpi in alike))
        named = [in_sentence(titles[kpi.id, kpi.currency]) for kpi in alike]
        yield Said(NOTHING, 0, "alike", phrase("bench_none_said", peers=peers, titles=named, others=team))
    few = [kpi for kpi in answer.kpis if kpi.reason is None and not kpi.judged]
    if few:
        peers = benchmark.peers(answer, max(kpi.too_few for kpi in few))
        named = [titles[kpi.id, kpi.currency] for kpi in few]
        yield Said(NOTHING, 1, "few", phrase("bench_few_said", titles=named, peers=peers, min_n=answer.min_n))
    for kpi in [kpi for kpi in alike if kpi.detectable and kpi.detectable.difference is not None][:1]:
        seen = benchmark.detectable(kpi)
        yield Said(DOUBT, 1, "seen", phrase("bench_would_show", title=titles[kpi.id, kpi.currency], **seen))
    yield from doubts(answer.findings)


def _follows(kpi: BenchmarkKpi, answer: Benchmark) -> bool:
    """Whether a difference is no news: what became of a deal follows from the stage or the reason that it is in."""
    return kpi.unit == "ratio" and not _OUTCOMES.isdisjoint(answer.group_by)


def _least_p(kpi: BenchmarkKpi, answer: Benchmark) -> float:
    rows = (row for row in answer.benchmark if (row.kpi, row.currency) == (kpi.id, kpi.currency))
    return min((row.test.adjusted for row in rows if row.test and row.verdict in ("above", "below")), default=1.0)


def _called(kpi: BenchmarkKpi, title: str, answer: Benchmark) -> str:
    rows = [row for row in answer.benchmark if (row.kpi, row.currency) == (kpi.id, kpi.currency)]
    parts: list[Message] = []
    values = [row.value for row in rows if row.verdict in ("above", "below") and row.value is not None]
    places = round_places(max(values, key=lambda value: abs(float(value)), default=None), kpi.unit)
    for verdict in ("above", "below"):
        members = [row for row in rows if row.verdict == verdict]
        if members:
            names: list[Message] = [
                _differing(row, kpi, answer, places, alone=len(members) == 1) for row in members[:_NAMES]
            ]
            names += [Message("bench_more", n=len(members) - _NAMES)] if len(members) > _NAMES else []
            code = "bench_high" if verdict == "above" else "bench_low_too" if parts else "bench_low"
            parts.append(Message(code, names=names, n=len(members), others=benchmark.others(answer)))
    return phrase("bench_said", title=title, parts=parts, peers=benchmark.peers(answer, kpi.judged))


def _differing(row: BenchmarkRow, kpi: BenchmarkKpi, answer: Benchmark, places: int | None, *, alone: bool) -> Message:
    name = joined(segment_name(value) for value in row.group.values())
    value = amount(row.value, kpi.unit, currency=row.currency, places=places)
    if not alone or row.team is None:
        return Message("bench_one_of", name=name, value=value)
    theirs = amount(row.team.value, kpi.unit, places=places)
    return Message("bench_one", name=name, value=value, others=benchmark.others(answer), theirs=theirs)


# --- losses ---


def _losses(answer: Losses) -> Iterator[Said]:
    """The shares that changed beyond chance, the most frequent reason, and how many deals have none."""
    whole = [loss for loss in answer.losses if not loss.group]
    items = [loss for loss in whole if loss.all_currencies] or whole
    judged = [loss for loss in items if loss.change and loss.change.verdict in ("higher", "lower")]
    judged.sort(key=lambda loss: loss.change.p_adjusted if loss.change and loss.change.p_adjusted is not None else 1.0)
    if answer.comparison is not None:
        before = one_line(answer.comparison.label)
        for number, loss in enumerate(judged[:_ALONE]):
            yield Said(CHANGED, number, (loss.view, loss.item), _share_changed(loss, before))
        others = [_share_too(loss) for loss in judged[_ALONE:]]
        if others:
            yield Said(CHANGED, _ALONE, "changes", phrase("changed_others", changes=others))
        made = answer.verdicts.comparisons if answer.verdicts else 0
        if not judged:
            code = "changed_none" if made else "changed_unjudged"
            yield Said(NOTHING, 0, "changes", phrase(code, before=before, n=made))
    yield from _most_frequent([loss for loss in items if loss.view == "reason" and loss.item is not None], answer)
    total = answer.coverage[0] if answer.coverage else None
    if total is not None and total.with_reason < total.lost:
        said = losses.coverage_sentence(total, answer)
        yield Said(DOUBT, 0, "coverage", begun(phrase("loss_covered_said", said=said)))
    yield from (said._replace(weight=1) for said in doubts(answer.findings))


def _share_changed(loss: Loss, before: str) -> str:
    step, _, _ = change(loss.change, "ratio")
    rises = loss.change is not None and loss.change.verdict == "higher"
    return phrase(
        "changed_higher" if rises else "changed_lower",
        subject=_share_of(loss),
        n=1,
        value=amount(loss.share_of_count, "ratio"),
        step=step.lstrip("+-"),
        side=phrase("outside_above" if rises else "outside_below"),
        before=before,
    )


def _share_too(loss: Loss) -> Message:
    step, _, _ = change(loss.change, "ratio")
    verdict = phrase(f"verdict_{loss.change.verdict}" if loss.change else "no_verdict_here")
    return Message("changed_other", subject=losses.loss_name(loss), step=step, verdict=verdict)


def _share_of(loss: Loss) -> str:
    return phrase("loss_share", item=losses.loss_name(loss), view=phrase(f"view_{loss.view}"))


def _most_frequent(reasons: Sequence[Loss], answer: Losses) -> Iterator[Said]:
    if not reasons or not answer.coverage:
        return
    most = max(loss.count for loss in reasons)
    first = [loss for loss in reasons if loss.count == most]
    lost = answer.coverage[0].lost
    if len(first) == 1:
        span = interval(first[0].interval, "ratio")
        parts: list[str | Message] = [amount(first[0].share_of_count, "ratio")]
        if span and first[0].interval:
            parts.append(Message("basis_interval", percent=100 * first[0].interval.level, interval=span))
        about = phrase("basis", parts=parts)
        said = phrase("loss_most", item=losses.loss_name(first[0]), k=most, n=lost, basis=about)
    else:
        said = phrase("loss_most_of_several", items=[losses.loss_name(loss) for loss in first], k=most, n=lost)
    yield Said(LEVEL, 0, ("reason", first[0].item), said)


# --- files and records ---


def _check(answer: Check) -> Iterator[Said]:
    """How many findings there are, and those that change a number."""
    counts = {
        severity: sum(item.severity.value == severity for item in answer.findings)
        for severity in ("error", "warning", "note")
    }
    parts = [Message(f"check_{severity}s", n=n) for severity, n in counts.items() if n]
    files = len({item.path for item in answer.inputs})
    said = phrase("check_counts", parts=parts, files=files) if parts else phrase("check_nothing")
    yield Said(NOTHING, 0, "findings", said)
    first = [one for one in digested(answer.findings) if effect_of(one.code) is Effect.CHANGES]
    for number, one in enumerate(first[:_FIRST]):
        yield Said(DOUBT, number, one.code, Prose(begun(phrase("check_first", said=one.said.rstrip(".")))))


def _inspection(answer: Inspection) -> Iterator[Said]:
    """What the files were recognised as, and how many KPIs they allow."""
    kinds = list(
        dict.fromkeys(phrase("kind_of_crm", crm=crm_name(file.crm), kind=kind_name(file.kind)) for file in answer.files)
    )
    if answer.files:
        yield Said(LEVEL, 0, "files", phrase("inspect_read", files=len(answer.files), kinds=kinds))
        said = phrase("inspect_kpis", n=len(answer.allowed), files=len(answer.files))
        yield Said(LEVEL, 1, "kpis", said)


def _rows(answer: Rows) -> Iterator[Said]:
    """How many records there are, and how many of them the number leaves out."""
    total = next((total for total in answer.totals if total.kpi == answer.kpi), None)
    gone: Any = Message("rows_left_out_said", n=total.left_out) if total and total.left_out else ""
    title = in_sentence(one_line(answer.title or answer.kpi))
    yield Said(LEVEL, 0, "rows", phrase("rows_said", n=answer.records, title=title, left_out=gone))


def _working(answer: Working) -> Iterator[Said]:
    """The value of the explained KPI, in each of its currencies."""
    known = [metric for metric in answer.metrics if metric.value is not None and not metric.group]
    for number, metric in enumerate(known[:_LINES]):
        values = [
            Message(
                "value_with_basis",
                value=amount(metric.value, metric.unit, currency=metric.currency),
                basis=basis(metric),
            )
        ]
        subject = one_line(metric.title)
        n = 2 if metric.unit == "count" else 1
        yield Said(LEVEL, number, number, phrase("level_now", subject=subject, n=n, values=values, latest=""))


SAID: Mapping[type[Answer], Callable[[Any], Iterator[Said]]] = {
    Compare: _compare,
    Funnel: _funnel,
    Cohorts: _cohorts,
    Forecast: _forecast,
    Benchmark: _benchmark,
    Losses: _losses,
    Check: _check,
    Inspection: _inspection,
    Rows: _rows,
    Working: _working,
}
"""By answer, the sentences of it."""
