"""Cohorts of created deals or leads followed to their end: the share won by each horizon, open ones censored. Own file: what a table says, apart from what is asked of files."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import polars as pl
from msgspec.structs import replace

from salesmetrics.analysis.cells import cell_rows, no_such_cell
from salesmetrics.analysis.closed_basis import Followups, closed_bases
from salesmetrics.analysis.followed import CREATED, FATE, FATES, PLACED, TIME, followed, group_of, segment_columns
from salesmetrics.analysis.scope import currency_codes, in_window, source_text
from salesmetrics.answers.cohort import Cohort, CohortHorizon, CohortRevenue, Cohorts, CohortShare
from salesmetrics.answers.report import Interval
from salesmetrics.calendar import bucket_expression, unit_period
from salesmetrics.calendar.steps import day_after
from salesmetrics.engine.metric import group_order, plain
from salesmetrics.engine.request import window_of
from salesmetrics.engine.series import refuse_many
from salesmetrics.entities.currency import still_true
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.conversion import UNPLACED_ONE_IN
from salesmetrics.schema.message import Message
from salesmetrics.statistics.intervals import wilson
from salesmetrics.statistics.survival import incidence_curves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from salesmetrics.answers.cohort import ClosedBasis, CohortOf
    from salesmetrics.answers.rows import Rows
    from salesmetrics.engine.request import Request
    from salesmetrics.schema.provenance import Finding, Input

__all__ = ["HORIZONS", "CohortFacts", "build_cohorts", "cohort_rows"]

HORIZONS = (30, 60, 90, 180, 365)
BEYOND = HORIZONS[-1] + 1
"""Days: of what happens later only this counts, that the record was still there at the last horizon."""
DRAWN = tuple(range(30, 361, 30))
"""Days at which the curve of a cohort is drawn."""
MAX_COHORTS = 200_000

COHORT, BAND, END = "__cohort__", "__band__", "__end__"


class CohortFacts(NamedTuple):
    """What is asked beside the request, and what the files leave so unsure that no number may rest on it.

    Attributes:
        of: Which records are followed.
        every: The length of a cohort.
        ends_unknown: Why nobody knows how records ended, if so.
        amounts_unknown: Why nobody knows the amounts of won deals.
        decisions_unknown: Why nobody knows which deals were won and which lost.
    """

    of: CohortOf = "deals"
    every: Literal["month", "quarter"] = "month"
    ends_unknown: str | None = None
    amounts_unknown: str | None = None
    decisions_unknown: str | None = None


class _Level(NamedTuple):
    """The rows of the total, or of all segments.

    Attributes:
        by: Columns of the segments; none for the total.
        cohorts: A row per cohort and segment, ``row`` its number: its counts, ``age`` (days since its youngest record was
            created) and ``finished`` (it is over and nothing in it is open).
        totals: The same per segment over all cohorts, ``age`` being that of the cohort that is furthest.
        ends: Event table: ``row`` of the cohort and of the ``total``, ``age`` and ``finished`` of the cohort, ``done`` (all
            cohorts of the segment are finished), ``time``, ``won``, ``lost``, ``other``, ``censored``.
        of_cohorts: The same by cohort, ``group`` being its row; of segments with the days that matter alone.
        of_totals: The same by row of the totals.
    """

    by: tuple[str, ...]
    cohorts: pl.DataFrame
    totals: pl.DataFrame
    ends: pl.DataFrame
    of_cohorts: pl.DataFrame
    of_totals: pl.DataFrame


class _Terms(NamedTuple):
    request: Request
    facts: CohortFacts
    as_of: date
    codes: Sequence[str | None]


def build_cohorts(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    facts: CohortFacts,
    *,
    inputs: Sequence[Input] = (),
    findings: Sequence[Finding] = (),
) -> Cohorts:
    """Each cohort and all of them together, for the total and each segment, with the share won by each horizon.

    A cohort has reached a horizon when its youngest record is that old, or when it is over and nothing in it is open. All
    cohorts together have when one of them has: their share is the Aalen–Johansen estimate over all records, the young ones
    censored on the as-of day. Of leads nobody knows on which day they were disqualified: there it rests on the cohorts
    that reached the horizon alone, in which no day but that of the conversion matters.

    Args:
        request: What is asked for; the period is that of the creation.
        frames: Canonical frames by kind.
        facts: What else is asked, and what is unknown.
        inputs: The files, for the record.
        findings: What is known about the data already.

    Raises:
        SalesmetricsError: ``report_empty``: no record was created in the period; ``values_too_many``; or as for
            ``followed``.
    """
    by = tuple(segment_columns(request.by))
    records = followed(request, frames, facts.of)
    needed = (CREATED, FATE, TIME, PLACED, *by, "amount", "currency", *(["closed"] if facts.of == "deals" else []))
    records = records._replace(frame=records.frame.select(needed))
    here = _in_period(records.frame, request, facts)
    cells, ends = _counted(here, by)
    refuse_many(facts.every, cells.height, MAX_COHORTS)
    won = _won(here, by)
    terms = _Terms(request, facts, records.as_of, currency_codes(here) if facts.of == "deals" else ())
    rows: list[tuple[Any, Cohort]] = []
    bases: list[ClosedBasis] = []
    for part in dict.fromkeys([(), by]):
        level = _level(cells, ends, part, terms)
        shares = _shares_of(level, terms)
        rows += _rows(level, shares, _money(won, level), terms)
        if facts.of == "deals":
            withheld = {row["row"]: why for row in level.totals.iter_rows(named=True) if (why := _withheld(row, facts))}
            longest = {
                row: max(reached)
                for row in level.totals["row"]
                if row not in withheld and (reached := [h for h in HORIZONS if shares.get(("total", row, h))])
            }
            index = level.totals.select("row", *part)
            bases += closed_bases(
                request,
                records,
                Followups(part, index, level.of_totals, longest, here, withheld),
                facts.decisions_unknown,
            )
    return Cohorts(
        as_of=records.as_of,
        as_of_source=source_text(request),
        period=request.period,
        of=facts.of,
        every=facts.every,
        group_by=list(request.by),
        inputs=list(inputs),
        cohorts=[row for _, row in sorted(rows, key=lambda one: one[0])],
        closed_basis=sorted(bases, key=lambda base: group_order(tuple(base.group.values()))),
        undated=records.frame[CREATED].null_count(),
        findings=still_true([*findings, *records.notes], request.currency),
        filters=request.filters,
        span=request.span,
        min_n=request.min_n,
    )


def _in_period(frame: pl.DataFrame, request: Request, facts: CohortFacts) -> pl.DataFrame:
    """The records that were created in the period, with their cohort."""
    here = frame.with_columns(bucket_expression(pl.col(CREATED), facts.every, request.calendar).alias(COHORT))
    here = here.filter(pl.col(COHORT).is_not_null() & in_window(CREATED, window_of(request)))
    if here.is_empty():
        cause = Message("no_deals_in_period" if facts.of == "deals" else "no_leads_in_period")
        raise SalesmetricsError("report_empty", cause=cause, fix=Message("another_period"))
    return here


# --- counts of all cohorts and segments at once ---

_ENDS = ("won", "lost", "other", "censored")


def _counted(here: pl.DataFrame, by: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Counts per cohort and segment; and per day since creation of those records whose end can be placed, a row per end."""
    keys, fate, n = [COHORT, *by], pl.col(FATE), pl.col("n")
    table = (
        here.lazy()
        .group_by(*keys, FATE, PLACED, pl.col(TIME).clip(upper_bound=BEYOND).alias("time"))
        .agg(pl.len().cast(pl.Int64).alias("n"), youngest=pl.col(CREATED).max())
        .with_columns(*(((fate == name) * n).alias(name) for name in FATES), unplaced=~pl.col(PLACED) * n)
        .collect()
    )
    cells = table.group_by(keys).agg(pl.sum(*FATES, "unplaced"), pl.sum("n").alias("size"), pl.max("youngest"))
    ended = pl.col("time") < BEYOND
    ends = table.filter(PLACED).select(
        *keys,
        "time",
        *(pl.when(ended).then(name).otherwise(0).alias(name) for name in FATES[:3]),
        censored=pl.when(ended).then("open").otherwise(n),
    )
    return cells, ends


def _level(cells: pl.DataFrame, ends: pl.DataFrame, by: tuple[str, ...], terms: _Terms) -> _Level:
    keys = [COHORT, *by]
    counts = [pl.col(name).sum() for name in (*FATES, "size", "unplaced")]
    calendar, every, day = terms.request.calendar, terms.facts.every, pl.lit(terms.as_of, pl.Date)
    bounds = [(start, unit_period(start, every, calendar).end) for start in cells[COHORT].unique()]
    over = pl.DataFrame(bounds, schema={COHORT: pl.Date, END: pl.Date}, orient="row")
    cohorts = cells.group_by(keys).agg(*counts, pl.col("youngest").max()).sort(keys, nulls_last=True)
    cohorts = cohorts.join(over, on=COHORT, how="left", maintain_order="left").with_columns(
        age=(day - pl.col("youngest")).dt.total_days(),
        finished=(pl.col("open") == 0) & (pl.col(END) <= pl.lit(day_after(terms.as_of))),
    )
    grouping = list(by) or pl.lit(0).alias("__all__")
    totals = cohorts.group_by(grouping, maintain_order=True).agg(*counts, pl.col("age").max(), pl.col("finished").all())
    totals, cohorts = (table.with_row_index("row").cast({"row": pl.Int64}) for table in (totals, cohorts))
    index = totals.select(*by, total="row", done="finished")
    how: Any = {"on": by, "how": "left", "nulls_equal": True, "maintain_order": "left"} if by else {"how": "cross"}
    cohorts = cohorts.join(index, **how)
    placed = ends.join(cohorts.select(*keys, *_INDEX), on=keys, how="left", nulls_equal=True)
    placed = placed.drop(keys)
    of_totals = placed.group_by("time", group="total").agg(pl.sum(*_ENDS))
    # Between two horizons the order of days decides nothing: nobody is censored before a horizon that a cohort has reached.
    time = pl.lit(_CLIPPED).gather(pl.col("time")) if by else pl.col("time")
    of_cohorts = placed.group_by(time.alias("time"), group="row").agg(pl.sum(*_ENDS))
    return _Level(by, cohorts, totals, placed, of_cohorts, of_totals)


_CLIPPED = pl.Series(
    [day if day in (*HORIZONS, BEYOND) else min(h for h in HORIZONS if h > day) - 1 for day in range(BEYOND + 1)]
)
"""Day since creation → the day before the next horizon, or the horizon itself."""


_INDEX = ("row", "total", "age", "finished", "done")


def _reached(days: int) -> pl.Expr:
    return (pl.col("age") >= days) | pl.col("finished")


def _old_enough(days: int) -> pl.Expr:
    """Cohorts that a share of all is estimated from: one that ended early would be there because its leads were quick."""
    return (pl.col("age") >= days) | pl.col("done")


# --- shares ---


class _Share(NamedTuple):
    value: float
    low: float | None
    high: float | None
    at_risk: int
    won: int
    n: int


_Shares = dict[tuple[str, int, int], _Share]
"""Kind of row (``row`` a cohort, ``total`` all of them), its number and the days → the share won by then, if it is reached."""


def _shares_of(level: _Level, terms: _Terms) -> _Shares:
    """The share won by each horizon; of the total also by each day at which its curve is drawn."""
    found: _Shares = {}
    horizons = HORIZONS if level.by else sorted({*HORIZONS, *DRAWN})
    for kind, table in (("row", level.of_cohorts), ("total", level.of_totals)):
        rows = level.cohorts if kind == "row" else level.totals
        curves = incidence_curves(table, level=terms.request.level)
        made, all_counts = replace(curves, steps=curves.steps.collect().lazy()), _won_by(table, horizons)
        for days in horizons:
            shown, counts = made, all_counts
            if kind == "total" and terms.facts.of == "leads":
                behind = level.ends.filter(_old_enough(days)).select("time", *_ENDS, group="total")
                shown, counts = incidence_curves(behind, level=terms.request.level), _won_by(behind, horizons)
            known = rows.filter(_reached(days)).select(group="row").join(shown.at(days).collect(), on="group")
            known = known.drop_nulls("value").join(counts.select("group", "n", won=str(days)), on="group")
            for row, *numbers in known.select("group", *_Share._fields).iter_rows():
                found[kind, row, days] = _Share(*numbers)
    return found


def _won_by(table: pl.DataFrame, horizons: Sequence[int]) -> pl.DataFrame:
    """Per ``group`` the number of its records, and by each horizon of those that were won."""
    won = (pl.col("won").filter(pl.col("time") <= days).sum().alias(str(days)) for days in horizons)
    return table.group_by("group").agg(*won, n=pl.sum_horizontal(_ENDS).sum())


# --- revenue ---


class _Money(NamedTuple):
    """Deals won by a horizon: their value by currency, how many there are, how many of them have no amount, of how many."""

    values: dict[str | None, Decimal]
    won: int
    unpriced: int


def _won(here: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """Won deals per cohort, segment, currency and the first horizon (its place) that they were won by."""
    won = here.filter(pl.col(PLACED), pl.col(FATE) == "won", pl.col(TIME) <= HORIZONS[-1])
    band = pl.lit(0, pl.Int64)
    for days in HORIZONS[:-1]:
        band = band + (pl.col(TIME) > days).cast(pl.Int64)
    return won.group_by(COHORT, *by, "currency", band.alias(BAND)).agg(
        value=pl.col("amount").sum(), priced=pl.col("amount").count(), n=pl.len()
    )


def _money(won: pl.DataFrame, level: _Level) -> dict[tuple[str, int, int], _Money]:
    """By kind of row, its number and the days; of all cohorts together only those that have reached the horizon."""
    keys = [COHORT, *level.by]
    index = level.cohorts.select(*keys, *_INDEX)
    table = won.join(index, on=keys, how="left", nulls_equal=True)
    found: dict[tuple[str, int, int], _Money] = {}
    for place, days in enumerate(HORIZONS):
        early = table.filter(pl.col(BAND) <= place, _reached(days))
        for kind in ("row", "total"):
            sums = early.group_by(kind, "currency").agg(pl.sum("value", "priced", "n"))
            for row, code, value, priced, n in sums.iter_rows():
                values, all_won, unpriced = found.get((kind, row, days), ({}, 0, 0))
                more = {code: value} if priced else {}
                found[kind, row, days] = _Money(values | more, all_won + n, unpriced + n - priced)
    return found


# --- the answer ---


def _rows(
    level: _Level, shares: _Shares, money: Mapping[tuple[str, int, int], _Money], terms: _Terms
) -> Iterator[tuple[Any, Cohort]]:
    """The rows of the answer, each with its place."""
    created = {
        (row, days): size
        for days in HORIZONS
        for row, size in level.cohorts.filter(_reached(days)).group_by("total").agg(pl.col("size").sum()).iter_rows()
    }
    periods = _periods(level, terms)
    groups = [group_of(terms.request.by, level.by, row) for row in level.totals.iter_rows(named=True)]
    orders = [group_order(tuple(group.values())) for group in groups]
    for kind, table in (("total", level.totals), ("row", level.cohorts)):
        for row in table.iter_rows(named=True):
            number, total, start = row["row"], row.get("total", row["row"]), row.get(COHORT)
            horizons = [
                _horizon(
                    days,
                    row,
                    shares.get((kind, number, days)),
                    money.get((kind, number, days), _NO_MONEY),
                    row["size"] if kind == "row" else created.get((number, days), 0),
                    terms,
                )
                for days in HORIZONS
            ]
            stated = max((h.days for h in horizons if h.value is not None), default=0)
            drawn = () if level.by else [days for days in DRAWN if days <= stated]
            curve = tuple(_value(shares.get((kind, number, days))) for days in drawn)
            cohort = Cohort(
                **periods[start],
                group=groups[total],
                **{name: row[name] for name in (*FATES, "size", "unplaced")},
                ended=_part(row["size"] - row["open"], row["size"], terms.request.level),
                horizons=horizons,
                small=row["size"] < terms.request.min_n,
                curve=curve if any(value is not None for value in curve) else (),
            )
            yield (orders[total], start is not None, start), cohort


def _value(share: _Share | None) -> float | None:
    return None if share is None else share.value


def _periods(level: _Level, terms: _Terms) -> dict[date | None, dict[str, Any]]:
    """By its first day, what a cohort is called, and whether records may still join it or the period asked for cuts it."""
    window = window_of(terms.request)
    last = min([day_after(terms.as_of), *([window.end] if window.end is not None else [])])
    found: dict[date | None, dict[str, Any]] = {None: {"cohort": None}}
    for start in level.cohorts[COHORT].unique():
        period = unit_period(start, terms.facts.every, terms.request.calendar)
        cut = period.end > last or (window.start is not None and start < window.start)
        found[start] = {"cohort": period.name, "start": start, "end": period.end, "partial": cut}
    return found


_NO_MONEY = _Money({}, 0, 0)


def _part(k: int, n: int, level: float) -> CohortShare:
    bounds = wilson(k, n, level)
    span = bounds and Interval(low=bounds.low, high=bounds.high, level=level, method="wilson")
    return CohortShare(value=k / n, numerator=k, denominator=n, interval=span)


def _horizon(
    days: int, row: Mapping[str, Any], share: _Share | None, money: _Money, created: int, terms: _Terms
) -> CohortHorizon:
    facts, level = terms.facts, terms.request.level
    reason = _withheld(row, facts)
    if reason is None and share is None:
        reason = "not_reached"
    if reason is not None or share is None:
        return CohortHorizon(days=days, value=None, reason=reason)
    span = None
    if share.low is not None:
        span = Interval(low=share.low, high=share.high, level=level, method="aalen_johansen")
    return CohortHorizon(
        days=days,
        value=share.value,
        interval=span,
        at_risk=share.at_risk,
        won=share.won,
        n=share.n,
        revenue=[_revenue(code, money, created, facts.amounts_unknown) for code in terms.codes],
    )


def _withheld(row: Mapping[str, Any], facts: CohortFacts) -> str | None:
    """Why a row has no share at any horizon, if so."""
    vague = UNPLACED_ONE_IN * row["unplaced"] > row["size"]
    return facts.ends_unknown or (_UNPLACED[facts.of] if vague else None)


_UNPLACED = {"deals": "missing_close_dates", "leads": "conversion_day_unknown"}


def _revenue(code: str | None, money: _Money, created: int, unknown: str | None) -> CohortRevenue:
    reason = unknown or ("missing_amount" if money.won and not money.values else None)
    value = None if reason else money.values.get(code, Decimal(0))
    per = None
    if value is not None:
        per = _EXACT.quantize(_EXACT.divide(value, Decimal(created)), _SMALLEST)
    return CohortRevenue(
        currency=code,
        value=plain(value),
        created=created,
        per_created=plain(per),
        unpriced=money.unpriced,
        reason=reason,
    )


_SMALLEST = Decimal("1e-8")
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


# --- the records behind a cell ---


def cohort_rows(
    request: Request, frames: Mapping[str, pl.DataFrame], facts: CohortFacts, cell: str, inputs: Sequence[Input] = ()
) -> Rows:
    """The records behind a cell: ``2026-01``, ``2026-01:won``, ``2026-01:90`` (won within 90 days), ``total:open``.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.
        facts: What else is asked.
        cell: A cohort by its label, or ``total``; behind a colon a fate (``won``, ``lost``, ``other``, ``open``),
            ``unplaced``, or a horizon.
        inputs: The files, for the record.

    Raises:
        SalesmetricsError: ``option_invalid``: there is no such cell; else as :func:`build_cohorts`.
    """
    here = _in_period(followed(request, frames, facts.of).frame, request, facts)
    starts = here[COHORT].unique().sort()
    labels = {unit_period(start, facts.every, request.calendar).name: start for start in starts}
    name, _, part = (piece.strip() for piece in cell.partition(":"))
    parts = {"": pl.lit(value=True), "unplaced": ~pl.col(PLACED)}
    parts |= {fate: pl.col(FATE) == fate for fate in FATES}
    parts |= {str(days): pl.col(PLACED) & (pl.col(FATE) == "won") & (pl.col(TIME) <= days) for days in HORIZONS}
    there = part in parts and (name == "total" or name in labels)
    found = here.filter(parts[part]) if there else here.clear()
    found = found.filter(pl.col(COHORT) == labels[name]) if name in labels else found
    if found.is_empty():
        last = here.filter(pl.col(COHORT) == starts[-1])
        some = [p for p in ("won", "lost", "open", "90") if not last.filter(parts[p]).is_empty()]
        label = unit_period(starts[-1], facts.every, request.calendar).name
        raise no_such_cell(cell, [*(f"{label}:{p}" for p in some), "total", *reversed(labels)])
    code = (
        f"cohort_{part}_{facts.of}" if part in FATES else "cohort_by" if part.isdecimal() else f"cohort_{part or 'all'}"
    )
    how = Message(
        "how_cohort", cohort=Message("all_cohorts") if name == "total" else name, part=Message(code, days=part)
    )
    names = [column for column in found.columns if not column.startswith("__") or column in ("__row__", "__file__")]
    more = ("outcome",) if facts.of == "deals" else ("company", "status", "converted_at")
    return cell_rows(found.select(names), "cohort", how, request, inputs=inputs, more=more)
