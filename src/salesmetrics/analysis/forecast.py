"""What will close won in a period: what is won so far, what open deals and deals to come will add, and how sure that is. Own file: what a table says, apart from what is asked of files."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import polars as pl
from msgspec.structs import replace

from salesmetrics.analysis.backtest import (
    backtest,
    brier_score,
    calibration,
    lead_of,
    scores,
    shown_moments,
    simulated_chances,
    stated_probabilities,
    terms_for,
)
from salesmetrics.analysis.cells import cell_rows, no_such_cell
from salesmetrics.analysis.forecast_methods import (
    LEAST_SLIPS,
    METHODS,
    counts_as,
    due_in,
    estimate,
    rounded,
    summary,
    won_so_far,
)
from salesmetrics.analysis.known import WON, amounts_at_close, day_number, deals_of, known_on
from salesmetrics.analysis.scope import currency_codes, deals_in_scope, group_of, source_text
from salesmetrics.answers.forecast import (
    Forecast,
    ForecastCategory,
    ForecastDeals,
    ForecastLine,
    ForecastMethod,
    ForecastPart,
    ForecastSlippage,
)
from salesmetrics.calendar import unit_period
from salesmetrics.calendar.steps import day_after, day_before
from salesmetrics.engine.metric import group_order, plain
from salesmetrics.entities.currency import still_true
from salesmetrics.entities.days import PARTS, UNITS
from salesmetrics.entities.quotas import with_under_quota
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.shapes import as_decimal
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from salesmetrics.analysis.backtest import Chances, Said
    from salesmetrics.analysis.forecast_methods import Estimate, Terms
    from salesmetrics.analysis.known import Deals, Flags, Known
    from salesmetrics.analysis.scope import Scope
    from salesmetrics.answers.forecast import Backtest, MethodId, PartId
    from salesmetrics.answers.rows import Rows
    from salesmetrics.calendar import Period
    from salesmetrics.engine.request import Request
    from salesmetrics.schema.provenance import Finding, Input

__all__ = ["DRAWS", "SEED", "ForecastFacts", "build_forecast", "forecast_rows"]

DRAWS, SEED = 10_000, 1

MOST_TARGET = 10**15
"""Beyond it an amount has more digits than the records keep."""


class ForecastFacts(NamedTuple):
    """What is asked and known beside the request and the records.

    Attributes:
        meanings: Stage → outcome that it means; a stage that is not there is open.
        files: The files as they are typed again in a command to paste.
        target: What the total is to reach; the quotas where there is none.
        draws: Simulated futures.
        seed: Of the generator.
        exports: Days of older exports of the list.
    """

    meanings: Mapping[str, str]
    files: str = "FILE"
    target: Decimal | None = None
    draws: int = DRAWS
    seed: int = SEED
    exports: tuple[date, ...] = ()


class _Setting(NamedTuple):
    """What all lines have in common."""

    request: Request
    facts: ForecastFacts
    scope: Scope
    period: Period
    day: int
    terms: Terms
    live: bool
    at_close: bool
    codes: list[str | None]


def build_forecast(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    facts: ForecastFacts,
    *,
    inputs: Sequence[Input] = (),
    findings: Sequence[Finding] = (),
) -> Forecast:
    """The forecast of a period by every method, for the total and each segment in each currency, with its back-test.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.
        facts: What is asked and known beside these.
        inputs: The files, for the record.
        findings: What is known about the data already.

    Raises:
        SalesmetricsError: ``period_missing``, ``period_over``, ``report_empty``, ``option_invalid``, or as for
            ``deals_in_scope``.
    """
    setting = _setting(request, frames, facts)
    lines: list[ForecastLine] = []
    tests: dict[str | None, list[Backtest]] = {}
    more: dict[str, Any] = {"backtest": [], "calibration": [], "brier": [], "moments": []}
    tested = False
    for code in setting.codes:
        deals = _deals(setting, setting.scope.deals, code)
        line = _line(setting, deals, code, {})
        said = backtest(deals, setting.period, setting.day, request.calendar, draws=facts.draws, seed=facts.seed)
        tested |= bool(said)
        tests[code] = scores(said, code)
        lines.append(_marked(line, tests[code], setting))
        more["backtest"] += tests[code]
        more["moments"] += shown_moments(said, code)
        _add_chances(more, deals, said, code, setting)
    return Forecast(
        as_of=request.as_of,
        as_of_source=source_text(request),
        period=request.period,
        group_by=list(request.by),
        inputs=list(inputs),
        forecast=[*lines, *_segments(setting)],
        lead=lead_of(setting.day, setting.terms.span),
        not_tested=None if tested else "short_history",
        amounts_at_close=setting.at_close,
        without_currency=_without_currency(setting),
        currencies=[code for code in setting.codes if code],
        findings=still_true([*findings, *setting.scope.notes], request.currency),
        filters=request.filters,
        span=request.span,
        level=request.level,
        **more,
    )


def _without_currency(setting: _Setting) -> int:
    """Deals that are in no forecast: they have neither amount nor currency, and others have several currencies."""
    if len(setting.codes) == 1 or None in setting.codes:
        return 0
    return setting.scope.deals["currency"].null_count()


def forecast_rows(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    facts: ForecastFacts,
    cell: str,
    inputs: Sequence[Input] = (),
) -> Rows:
    """The deals behind a cell; open ones with their chance to be won within the period.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.
        facts: What is asked and known beside these.
        cell: ``open``, ``due``, ``overdue`` or ``won_so_far``.
        inputs: The files, for the record.

    Raises:
        SalesmetricsError: ``option_invalid``: there is no such cell, or no deal in it; else as :func:`build_forecast`.
    """
    cells = ("open", "due", "overdue", "won_so_far")
    if cell not in cells:
        raise no_such_cell(cell, cells)
    setting = _setting(request, frames, facts)
    parts = []
    for code in setting.codes:
        frame = _in_currency(setting.scope.deals, code, setting.codes)
        deals = _deals(setting, setting.scope.deals, code)
        known = known_on(deals, setting.day, live=setting.live)
        chances = np.full(frame.height, np.nan)
        found = estimate("time_to_event", known, setting.terms)
        if found.draws is not None:
            chances[known.learning & known.open] = found.draws.chances
        picked = np.flatnonzero(_cell(cell, known, setting))
        expected = np.full(frame.height, -1) if known.expected is None else known.expected
        days = pl.Series(expected).cast(pl.Int32)
        named = frame.with_columns(
            chance=pl.Series([None if np.isnan(chance) else rounded(chance) for chance in chances], dtype=pl.Float64),
            expected_close=pl.select(pl.when(days >= 0).then(days).cast(pl.Date)).to_series(),
        )
        parts.append(named[picked])
    rows = pl.concat(parts)
    if rows.is_empty():
        raise no_such_cell(cell, [name for name in cells if name != cell], there=True)
    more = ("expected_close", "probability", "chance") if cell != "won_so_far" else ()
    return cell_rows(rows, "forecast", Message(f"how_forecast_{cell}"), request, inputs=inputs, more=more)


def _cell(cell: str, known: Known, setting: _Setting) -> Flags:
    span = setting.terms.span
    if cell == "won_so_far":
        ended = known.deals.ended
        inside: Flags = known.closed & (known.deals.cause == WON) & (ended >= span.start) & (ended < span.end)
        return inside
    if cell == "due":
        return due_in(known, span)
    return _overdue(known) if cell == "overdue" else known.open


# --- what is asked for ---


def _setting(request: Request, frames: Mapping[str, pl.DataFrame], facts: ForecastFacts) -> _Setting:
    period = request.asked_period
    if request.as_of is None:
        cause, fix = Message("no_dates"), Message("name_a_date")
        raise SalesmetricsError("report_empty", cause=cause, fix=fix)
    if period is None or period.start is None:
        coming = unit_period(day_after(request.as_of), "quarter", request.calendar).label
        raise SalesmetricsError("period_missing", files=facts.files, period=coming)
    if period.end <= day_after(request.as_of):
        unit = period.unit if period.unit not in (None, "day") else "quarter"
        running = unit_period(day_after(request.as_of), unit or "quarter", request.calendar, fiscal=period.fiscal).label
        name = request.period_words if period.to_date and request.period_words else period.name
        details = {"period": name, "as_of": request.as_of, "files": facts.files, "running": running}
        raise SalesmetricsError("period_over", **details)
    goal = facts.target
    if goal is not None and goal > MOST_TARGET:  # what is below 0, or no number, the option itself refuses
        cause = Message("has_to_be_at_most", most=f"{MOST_TARGET:,}")
        fix = Message("write_for_example", example="--target 900000")
        raise SalesmetricsError("option_invalid", option="--target", value=goal, cause=cause, fix=fix)
    scope = deals_in_scope(request, frames)
    if not scope.deals["amount"].count():
        raise SalesmetricsError("report_empty", cause=Message("no_amounts"), fix=Message("map_amount"))
    codes = currency_codes(scope.deals)
    if facts.target is not None and len(codes) > 1:
        named = [code for code in codes if code]
        cause, fix = Message("target_of_currencies", currencies=named), Message("convert_first", currency=named[0])
        raise SalesmetricsError("option_invalid", option="--target", value=facts.target, cause=cause, fix=fix)
    day = day_number(request.as_of)
    terms = terms_for(period, day, request.calendar, draws=facts.draws, seed=facts.seed)
    raw = frames["deals"]
    live = not _known_later(raw, request.as_of) if request.own is None else True
    return _Setting(request, facts, scope, period, day, terms, live, amounts_at_close(raw), codes)


def _known_later(deals: pl.DataFrame, day: date) -> bool:
    """Whether the export is of a later day: then it has written over what stood in deals on this one."""
    days = [pl.col(name).max() for name in ("created", "closed") if name in deals.columns]
    return bool(days) and any(last is not None and last > day for last in deals.select(days).row(0))


def _in_currency(frame: pl.DataFrame, code: str | None, codes: Sequence[str | None]) -> pl.DataFrame:
    return frame if len(codes) == 1 else frame.filter(pl.col("currency").eq_missing(pl.lit(code, pl.String)))


def _deals(setting: _Setting, frame: pl.DataFrame, code: str | None) -> Deals:
    here = _in_currency(frame, code, setting.codes)
    facts = setting.facts
    return deals_of(here, setting.scope.stages, facts.meanings, at_close=setting.at_close, exports=facts.exports)


# --- a line ---


def _segments(setting: _Setting) -> list[ForecastLine]:
    by = list(setting.request.by)
    if not by:
        return []
    found = []
    for key, part in setting.scope.deals.group_by(by, maintain_order=True):
        group = group_of(by, dict(zip(by, key, strict=True)), total=False)
        here = currency_codes(part)
        for code in setting.codes:
            if len(setting.codes) == 1 or code in here:
                line = _line(setting, _deals(setting, part, code), code, group)
                found.append((group_order(key), code is None, code or "", line))
    return [line for *_, line in sorted(found, key=lambda one: one[:3])]


def _line(setting: _Setting, deals: Deals, code: str | None, group: dict[str, str | None]) -> ForecastLine:
    known = known_on(deals, setting.day, live=setting.live)
    span = setting.terms.span
    said = {method: estimate(method, known, setting.terms) for method in METHODS}
    goal = _target(setting, code, group)
    target = goal.value
    simulated = said["time_to_event"]
    won = won_so_far(known, span)
    reached = None
    if target is not None and simulated.draws is not None:
        reached = rounded(float((simulated.draws.total + float(won) >= float(target)).mean()))
    methods = [
        ForecastMethod(
            id=method,
            value=found.value,
            chance_of_target=reached if method == "time_to_event" else None,
            reason=found.reason,
            left_out=found.left_out,
            **dict[str, Any](found.quantiles(float(won))),
        )
        for method, found in said.items()
    ]
    return ForecastLine(
        group=group,
        period=setting.request.period,
        currency=code,
        target=plain(target),
        target_source=goal.source,
        target_reason=goal.reason,
        chance_of_target=reached,
        parts=_parts(known, setting, simulated, won),
        methods=methods,
        open=_counted(setting, deals, known.open),
        due=None if known.expected is None else _counted(setting, deals, due_in(known, span)),
        overdue=None if known.expected is None else _counted(setting, deals, _overdue(known)),
        categories=_by_category(setting, deals, known),
        slippage=_slippage(known),
        undated=known.undated,
        shock=None if simulated.draws is None else rounded(simulated.draws.shock),
        seed=setting.facts.seed,
        draws=setting.facts.draws,
        notes=[] if simulated.draws is None else list(simulated.draws.notes),
    )


def _slippage(known: Known) -> ForecastSlippage | None:
    slips = known.slips
    if not slips.size:
        return None
    late, used = float((slips > 0).mean()), slips.size >= LEAST_SLIPS
    return ForecastSlippage(n=int(slips.size), median=float(np.median(slips)), late=late, used=used)


def _parts(known: Known, setting: _Setting, found: Estimate, won: Decimal) -> list[ForecastPart]:
    span = setting.terms.span
    deals, unpriced = known.deals.wins.deals(span.start, min(span.end, setting.day + 1))
    lacking = "missing_amount" if deals and deals == unpriced else None
    parts = [
        ForecastPart(
            id="won_so_far", deals=deals, unpriced=unpriced, value=None if lacking else plain(won), reason=lacking
        )
    ]
    opened = int(known.open.sum())
    counts: dict[PartId, tuple[int | None, int]] = {
        "open": (opened, int((known.open & np.isnan(known.amount)).sum())),
        "not_yet_created": (None, 0),
        "total": (None, 0),
    }
    for part, (count, without) in counts.items():
        drawn: dict[str, float] = {}
        if found.draws is not None:
            values = {"open": found.draws.open, "not_yet_created": found.draws.new}
            drawn = summary(values.get(part, found.draws.total + float(won)))
        parts.append(ForecastPart(id=part, deals=count, unpriced=without, reason=found.reason, **drawn))
    return parts


def _overdue(known: Known) -> Flags:
    expected = known.expected
    return known.open & False if expected is None else known.open & (expected >= 0) & (expected < known.day)


def _counted(setting: _Setting, deals: Deals, picked: Flags) -> ForecastDeals:
    count = int(picked.sum())
    if setting.at_close:
        return ForecastDeals(count=count, value=None, unpriced=count)
    return ForecastDeals(count=count, value=_exact(deals, picked), unpriced=int(np.isnan(deals.amount[picked]).sum()))


def _exact(deals: Deals, picked: Flags) -> Any:
    amounts = deals.exact.gather(np.flatnonzero(picked))
    return plain(amounts.sum()) if amounts.count() or not len(amounts) else None


def _by_category(setting: _Setting, deals: Deals, known: Known) -> list[ForecastCategory]:
    category = known.category
    if category is None or known.expected is None:
        return []
    due = due_in(known, setting.terms.span)
    found = []
    for code in [*range(len(deals.categories)), -1]:
        here = due & (category == code)
        if here.any():
            word = deals.categories[code] if code >= 0 else None
            meaning: Any = counts_as(word) if word else None
            value = None if setting.at_close else _exact(deals, here)
            found.append(ForecastCategory(category=word, counts_as=meaning, count=int(here.sum()), value=value))
    return found


# --- its target ---


class _Target(NamedTuple):
    """What a total is to reach.

    Attributes:
        value: The amount; None where it is not known, or nothing is asked for.
        source: Where it comes from.
        reason: Why the quotas set none; None where there is one, or no quotas file.
    """

    value: Decimal | None = None
    source: Literal["target", "quotas"] | None = None
    reason: str | None = None


def _target(setting: _Setting, code: str | None, group: Mapping[str, str | None]) -> _Target:
    facts, scope = setting.facts, setting.scope
    if facts.target is not None and not group:
        return _Target(facts.target, "target")
    start, end = setting.period.start, setting.period.end
    if scope.quotas is None or start is None:
        return _Target()
    withheld = (one.reason for one in setting.request.withheld if (one.kind, one.fact) == ("quotas", "amount"))
    unsure = next(withheld, None)
    if unsure is not None:
        return _Target(reason=unsure)
    here = _in_currency(scope.deals, code, setting.codes)
    return _of_quotas(scope.quotas, here, group, code, (start, end), setting.request.as_of)


def _of_quotas(
    quotas: pl.DataFrame,
    deals: pl.DataFrame,
    group: Mapping[str, str | None],
    code: str | None,
    span: tuple[date, date],
    as_of: date | None,
) -> _Target:
    """The sum of the quotas of a period, where they are the target of all that is forecast in it.

    Quotas of some owners are no target for the sales of all, nor are those of some days for all days.

    Args:
        quotas: Quotas by ``day`` with ``amount``, ``agreed`` and ``level``, of one level, filtered as the deals are.
        deals: Deals of one currency with ``outcome``, ``closed`` and the columns of the group.
        group: Segment; empty for the total.
        code: Currency of the deals.
        span: First day of the period, and the day after its last.
        as_of: The day on which deals are open or closed.
    """
    if not set(group) <= set(quotas.columns):
        return _Target(reason="not_by_dimension")
    if not {"day", "amount"} <= set(quotas.columns):
        return _Target(reason="no_quota")
    here = quotas.filter((pl.col("day") >= span[0]) & (pl.col("day") < span[1]))
    for name, value in group.items():
        same = pl.col(name).cast(pl.String).eq_missing(pl.lit(value, pl.String))
        here, deals = here.filter(same), deals.filter(same)
    there = here.height
    if "currency" in here.columns and code is not None:
        here = here.filter((pl.col("currency") == code) | pl.col("currency").is_null())
    if here.is_empty():
        return _Target(reason="quota_of_other_currency" if there else "no_quota")
    if here["amount"].min() < 0:  # type: ignore[operator]
        return _Target(reason="negative_quota")
    if not here["amount"].max():
        return _Target(reason="no_quota")
    if here["day"].n_unique() < (span[1] - span[0]).days:
        return _Target(reason="quota_days_partial")
    if _without(here, deals, span, as_of):
        return _Target(reason="quota_owners_missing")
    if UNITS in here.columns:
        return _Target(as_decimal(Fraction(here[UNITS].sum()) / int(here[PARTS][0])), "quotas")
    return _Target(Decimal(here["amount"].sum()), "quotas")


def _without(quotas: pl.DataFrame, deals: pl.DataFrame, span: tuple[date, date], as_of: date | None) -> bool:
    """Whether deals that the forecast counts belong to nobody with a quota: won in the period, or open on the day.

    An open deal is one of the last day of the period, whenever it is expected to close.
    """
    won = (pl.col("outcome") == "won") & pl.col("closed").is_between(*span, closed="left")
    opened = pl.col("outcome") == "open"
    counted = deals.filter((won & (pl.col("closed") <= pl.lit(as_of))) | opened)
    counted = counted.drop("under_quota", strict=False).with_columns(expected_close=pl.lit(day_before(span[1])))
    return not with_under_quota(counted, quotas)["under_quota"].all()


# --- the back-test ---


def _marked(line: ForecastLine, tests: Sequence[Backtest], setting: _Setting) -> ForecastLine:
    lead = lead_of(setting.day, setting.terms.span)
    best = next((test.method for test in tests if test.lead == lead and test.best), None)
    methods = [replace(m, best=m.id == best and m.value is not None) for m in line.methods]
    return replace(line, methods=methods)


def _add_chances(more: dict[str, Any], deals: Deals, said: Sequence[Said], code: str | None, setting: _Setting) -> None:
    kept = stated_probabilities(deals) if setting.live else None
    found: dict[MethodId, Chances | None] = {"crm_probability": kept, "time_to_event": simulated_chances(said, deals)}
    for method, chances in found.items():
        if chances is None:
            continue
        score = brier_score(method, chances, code)
        if score is not None:
            more["brier"].append(score)
            more["calibration"] += calibration(method, chances, code, setting.request.level)
