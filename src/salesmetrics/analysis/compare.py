"""What changed between exports: the bridge from one pipeline to the next. Own file: arithmetic, with no file or refusal in it.

Deals are matched by id, each in whole columns. A deal that moved in several ways stands in one bar by a fixed rank; a
change of amount is split off first, so that a deal leaves at its final amount. Start + bars = end holds exactly, by value
and by count, in every line (a group in a currency), because each deal enters and leaves a line at one amount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import msgspec
import polars as pl

from salesmetrics.answers.compare import Bar, BarId, Beside, Bookings, Bridge, ClosedAgain, StageMove
from salesmetrics.calendar import Calendar, bucket_expression
from salesmetrics.calendar.steps import days_later
from salesmetrics.engine.metric import group_order

if TYPE_CHECKING:
    from datetime import date

__all__ = [
    "BARS",
    "EXITS",
    "LEAVES_AT",
    "SEEN",
    "Interval",
    "Snapshot",
    "Terms",
    "bridges",
    "compared",
    "key",
    "same",
    "state_of",
]

BARS: tuple[BarId, ...] = get_args(BarId)
"""In the order of a bridge."""
EXITS = frozenset({"pushed_out", "won", "lost", "other", "moved_out", "currency_out", "removed"})
"""Bars that take deals out of the pipeline: their counts and, of positive amounts, values are negative."""

MONEY = pl.Decimal(38, 8)
_STATE: Mapping[str, type[pl.DataType] | pl.DataType] = {
    "outcome": pl.String,
    "amount": MONEY,
    "currency": pl.String,
    "expected_close": pl.Date,
    "closed": pl.Date,
    "created": pl.Date,
    "stage": pl.String,
    "owner": pl.String,
    "name": pl.String,
}
SEEN: tuple[Literal["stage", "outcome", "amount", "currency", "expected_close", "owner"], ...] = (
    "stage",
    "outcome",
    "amount",
    "currency",
    "expected_close",
    "owner",
)
"""What is looked at for a change, in this order."""
_WEEK = 7

Orders = Sequence[Sequence[Mapping[str, Decimal | int]]]
"""Of each source of orders, those that count first in front: the orders, which are stages and their places."""

Group = tuple[str | None, ...]
Line = tuple[Group, str | None]


class Snapshot(NamedTuple):
    """The deals of an export on its day, as :func:`state_of` gives them."""

    day: date
    deals: pl.DataFrame


class Terms(msgspec.Struct, frozen=True):
    """What is asked for.

    Attributes:
        by: Dimensions.
        filtered: Whether a condition lets some deals in only.
        start: First day of the period; None without one.
        end: The day after its last; None without a period.
        calendar: What quarters are.
        orders: What is known of the order of stages.
    """

    by: tuple[str, ...] = ()
    filtered: bool = False
    start: date | None = None
    end: date | None = None
    calendar: Calendar = msgspec.field(default_factory=Calendar)
    orders: Orders = ()

    @property
    def bounded(self) -> bool:
        """Whether there is a period."""
        return self.start is not None or self.end is not None


class Sums(msgspec.Struct):
    """What a bar adds up to."""

    value: Decimal = Decimal(0)
    count: int = 0
    unpriced: int = 0
    changed: int = 0
    priced: int = 0
    unpriced_now: int = 0


class Interval(msgspec.Struct, frozen=True):
    """What changed between two exports.

    Attributes:
        from_day: Of the earlier export.
        to_day: Of the later one.
        lines: The sums of each bar by line: of the total (the empty group) and of each group.
        beside: What changed beside the bars.
        deals: The deals that are in a pipeline or differ, each on a row with its bars: ``entry``, ``step``, ``exit``.
        shared: How many ids are in both.
    """

    from_day: date
    to_day: date
    lines: Mapping[Line, Mapping[BarId, Sums]]
    beside: Beside
    deals: pl.DataFrame
    shared: int


# --- two exports ---


def state_of(deals: pl.DataFrame, by: Sequence[str], kept: pl.Series | None = None) -> pl.DataFrame:
    """The columns of deals that a comparison looks at; those that an export lacks are blank.

    Args:
        deals: Canonical deals with ``id`` and ``outcome``.
        by: Dimensions, which are columns of it.
        kept: Which of the rows fulfil the condition; None for all.
    """
    given = [
        (pl.col(name).cast(dtype) if name in deals.columns else pl.lit(None, dtype=dtype)).alias(name)
        for name, dtype in _STATE.items()
    ]
    keys = [pl.col(name).cast(pl.String).alias(key(place)) for place, name in enumerate(by)]
    row = pl.col("__row__") if "__row__" in deals.columns else pl.lit(None, dtype=pl.UInt32).alias("__row__")
    here = pl.lit(value=True) if kept is None else kept
    return deals.select("id", *given, *keys, row, here.alias("kept"))


def compared(old: Snapshot, new: Snapshot, terms: Terms) -> Interval:
    """What changed between two exports of one list.

    Args:
        old: The earlier one; its ids are unique.
        new: The later one; its ids are unique.
        terms: What is asked for.
    """
    matched = _matched(old.deals, new.deals)
    shared = matched.select((pl.col("old_here") & pl.col("new_here")).sum().alias("shared"))
    # Most deals are closed in both exports, and the same: nothing below is about them.
    placed = matched.with_columns(_places(old.day, terms)).filter(_matters())
    both, counted = pl.collect_all([placed.with_columns(_step()), shared])
    deals = both.with_columns(_exit(terms, len(terms.by)), _entry(terms, len(terms.by)))
    lines = _lines(deals, len(terms.by)) if terms.by else {}
    whole = deals if not terms.by else both.with_columns(_exit(terms, 0), _entry(terms, 0))
    lines = {**_lines(whole, 0), **lines}
    return Interval(old.day, new.day, lines, _beside(whole, old.day, new.day, terms), deals, shared=int(counted.item()))


def _matters() -> pl.Expr:
    """Deals that are in a pipeline, or differ between the exports."""
    differs = reduce(or_, (~same(name) for name in SEEN))
    return pl.col("at_start") | pl.col("at_end") | pl.col("passing") | pl.col("appeared") | _is("old", "open") | differs


def key(place: int) -> str:
    """The column of a dimension."""
    return f"by_{place}"


def _matched(old: pl.DataFrame, new: pl.DataFrame) -> pl.LazyFrame:
    """A row per id of either export, with what each says of it."""

    def named(frame: pl.DataFrame, side: str) -> pl.LazyFrame:
        columns = [pl.col(name).alias(f"{side}_{name}") for name in frame.columns if name != "id"]
        return frame.lazy().select("id", *columns, pl.lit(value=True).alias(f"{side}_here"))

    flags = ("old_here", "new_here", "old_kept", "new_kept")
    joined = named(old, "old").join(named(new, "new"), on="id", how="full", coalesce=True)
    return joined.with_columns(pl.col(name).fill_null(value=False) for name in flags)


def _within(day: str, terms: Terms) -> pl.Expr:
    """Whether a day lies in the period; a blank one lies in none, and without a period all do."""
    if not terms.bounded:
        return pl.lit(value=True)
    inside = [pl.col(day) >= terms.start] if terms.start is not None else []
    inside += [pl.col(day) < terms.end] if terms.end is not None else []
    return reduce(and_, inside).fill_null(value=False)


def _is(side: str, *outcomes: str) -> pl.Expr:
    return pl.col(f"{side}_outcome").is_in(outcomes).fill_null(value=False)


def same(column: str) -> pl.Expr:
    """Whether both exports say the same of a deal; two blanks are the same."""
    return pl.col(f"old_{column}").eq_missing(pl.col(f"new_{column}"))


def _places(old_day: date, terms: Terms) -> list[pl.Expr]:
    """Where a deal stands: in the pipeline of each export, or created and closed between them."""
    closed = _is("new", "won", "lost", "other")
    # A deal that was closed before the earlier export, and is not in it, was not closed between the two.
    since = (pl.col("new_created") >= old_day).fill_null(value=False)
    before = ~pl.col("old_here") & closed & (pl.col("new_closed") < old_day).fill_null(value=False) & ~since
    return [
        (pl.col("old_kept") & _is("old", "open") & _within("old_expected_close", terms)).alias("at_start"),
        (pl.col("new_kept") & _is("new", "open") & _within("new_expected_close", terms)).alias("at_end"),
        (~pl.col("old_here") & pl.col("new_kept") & closed & _within("new_closed", terms) & ~before).alias("passing"),
        (before & pl.col("new_kept")).alias("appeared"),
        same("currency").alias("one_currency"),
    ]


def _step() -> list[pl.Expr]:
    """The change of amount while in the pipeline, and the bar that it stands in."""
    old, new = pl.col("old_amount"), pl.col("new_amount")
    delta = new.fill_null(0) - old.fill_null(0)
    here = pl.col("at_start") & pl.col("new_here") & pl.col("one_currency")
    appears, goes = old.is_null() & new.is_not_null(), old.is_not_null() & new.is_null()
    up, down = (delta > 0) | ((delta == 0) & appears), (delta < 0) | ((delta == 0) & goes)
    return [
        delta.alias("delta"),
        pl.when(here & up)
        .then(pl.lit("increased"))
        .when(here & down)
        .then(pl.lit("decreased"))
        .otherwise(pl.lit(None, dtype=pl.String))
        .alias("step"),
    ]


def _moved(by: int) -> pl.Expr:
    return ~reduce(and_, [same(key(place)) for place in range(by)], pl.lit(value=True))


def _exit(terms: Terms, by: int) -> pl.Expr:
    """The bar in which a deal leaves its line: removed, then closed, then pushed out, then currency, then moved out."""
    leaves = pl.col("at_start") & ~pl.col("at_end")
    stays = pl.col("at_start") & pl.col("at_end")
    return (
        pl.when(pl.col("passing"))
        .then(pl.col("new_outcome"))
        .when(leaves & ~pl.col("new_here"))
        .then(pl.lit("removed"))
        .when(leaves & _is("new", "won", "lost", "other"))
        .then(pl.col("new_outcome"))
        .when(leaves & ~_within("new_expected_close", terms))
        .then(pl.lit("pushed_out"))
        .when((leaves | stays) & ~pl.col("one_currency"))
        .then(pl.lit("currency_out"))
        .when(leaves | (stays & _moved(by)))
        .then(pl.lit("moved_out"))
        .otherwise(pl.lit(None, dtype=pl.String))
        .alias("exit")
    )


def _entry(terms: Terms, by: int) -> pl.Expr:
    """The bar in which a deal enters its line: new, then reopened, then pulled in, then currency, then moved in."""
    enters = ~pl.col("at_start") & pl.col("at_end")
    stays = pl.col("at_start") & pl.col("at_end")
    return (
        pl.when(pl.col("passing") | (enters & ~pl.col("old_here")))
        .then(pl.lit("new"))
        .when(enters & ~_is("old", "open"))
        .then(pl.lit("reopened"))
        .when(enters & ~_within("old_expected_close", terms))
        .then(pl.lit("pulled_in"))
        .when((enters | stays) & ~pl.col("one_currency"))
        .then(pl.lit("currency_in"))
        .when(enters | (stays & _moved(by)))
        .then(pl.lit("moved_in"))
        .otherwise(pl.lit(None, dtype=pl.String))
        .alias("entry")
    )


LEAVES_AT = (
    pl.when((pl.col("exit") == "removed") | (~pl.col("one_currency") & ~pl.col("passing")))
    .then(pl.col("old_amount"))
    .otherwise(pl.col("new_amount"))
)
"""The amount at which a deal leaves: its final one; in another currency, or with no final one, the last that its line saw."""


def _flows(deals: pl.DataFrame, by: int) -> list[pl.DataFrame]:
    """A row per deal and bar, for each way that a bar is made: its line, its bar, its signed value and its sign."""
    old, new = _line("old", by), _line("new", by)
    own = [
        pl.when(pl.col("passing")).then(late).otherwise(early).alias(name)
        for name, early, late in zip(_names(by), old, new, strict=True)
    ]
    amount_old, amount_new = pl.col("old_amount"), pl.col("new_amount")
    step = [
        pl.col("step").alias("bar"),
        pl.col("delta").alias("value"),
        pl.lit(0, dtype=pl.Int64).alias("sign"),
        (amount_old.is_null() & amount_new.is_not_null()).alias("priced"),
        (amount_old.is_not_null() & amount_new.is_null()).alias("unpriced_now"),
    ]
    return [
        deals.filter("at_start").select(*_aliased(old, by), *_flow(pl.lit("start"), amount_old, 1)),
        deals.filter(pl.col("entry").is_not_null()).select(*_aliased(new, by), *_flow(pl.col("entry"), amount_new, 1)),
        deals.filter(pl.col("step").is_not_null()).select(*_aliased(old, by), *step),
        deals.filter(pl.col("exit").is_not_null()).select(*own, *_flow(pl.col("exit"), LEAVES_AT, -1)),
        deals.filter("at_end").select(*_aliased(new, by), *_flow(pl.lit("end"), amount_new, 1)),
    ]


def _names(by: int) -> list[str]:
    return [*(key(place) for place in range(by)), "currency"]


def _line(side: str, by: int) -> list[pl.Expr]:
    return [pl.col(f"{side}_{name}") for name in _names(by)]


def _aliased(columns: Sequence[pl.Expr], by: int) -> list[pl.Expr]:
    return [column.alias(name) for column, name in zip(columns, _names(by), strict=True)]


def _flow(bar: pl.Expr, amount: pl.Expr, sign: int) -> list[pl.Expr]:
    none = pl.lit(value=False)
    value = amount if sign > 0 else -amount
    return [
        bar.alias("bar"),
        value.alias("value"),
        pl.lit(sign, dtype=pl.Int64).alias("sign"),
        none.alias("priced"),
        none.alias("unpriced_now"),
    ]


def _lines(deals: pl.DataFrame, by: int) -> dict[Line, dict[BarId, Sums]]:
    """The sums of each bar, by line."""
    found: dict[Line, dict[BarId, Sums]] = {}
    for flow in _flows(deals, by):
        rows = flow.group_by(*_names(by), "bar").agg(
            pl.col("value").sum(),
            pl.col("sign").sum(),
            pl.col("value").null_count().alias("unpriced"),
            pl.len().alias("n"),
            pl.col("priced").sum(),
            pl.col("unpriced_now").sum(),
        )
        for *group, currency, bar, value, count, unpriced, n, priced, unpriced_now in rows.iter_rows():
            steps = n if bar in ("increased", "decreased") else 0
            sums = Sums(value, count, unpriced, steps, priced, unpriced_now)
            found.setdefault((tuple(group), currency), {})[bar] = sums
    return found


# --- what stands beside the bars ---


def _beside(deals: pl.DataFrame, old_day: date, new_day: date, terms: Terms) -> Beside:
    kept = deals.filter(pl.col("old_kept") | pl.col("new_kept"))
    both = kept.filter(pl.col("old_here") & pl.col("new_here"))
    still = both.filter(_is("old", "open") & _is("new", "open"))
    days = (pl.col("new_expected_close") - pl.col("old_expected_close")).dt.total_days()
    quarter = bucket_expression(pl.col("old_expected_close"), "quarter", terms.calendar)
    last_week = bucket_expression(days_later(pl.col("old_expected_close"), _WEEK), "quarter", terms.calendar) > quarter
    across = bucket_expression(pl.col("new_expected_close"), "quarter", terms.calendar) > quarter
    unchanged = reduce(and_, map(same, SEEN))
    later, earlier, total, late, unmoved = still.select(
        later=(days > 0).sum(),
        earlier=(days < 0).sum(),
        total=days.sum(),
        late=(last_week & across).sum(),
        unmoved=unchanged.sum(),
    ).row(0)
    owners, amounts, reopened = both.select(
        owners=(~same("owner")).sum(),
        amounts=(~same("amount")).sum(),
        reopened=(~_is("old", "open") & _is("new", "open")).sum(),
    ).row(0)
    again = both.filter(~_is("old", "open") & ~_is("new", "open") & ~same("outcome"))
    pairs = again.group_by("old_outcome", "new_outcome").len().sort("old_outcome", "new_outcome")
    return Beside(
        from_=old_day,
        to_=new_day,
        stage_moves=_stage_moves(still, terms.orders),
        close_dates_later=later,
        close_dates_earlier=earlier,
        close_date_days=total or 0,
        close_dates_in_last_week=late,
        owners_changed=owners,
        amounts_changed=amounts,
        reopened=reopened,
        closed_again=[ClosedAgain(from_=old, to_=new, count=n) for old, new, n in pairs.iter_rows()],
        appeared_closed=int(kept["appeared"].sum()),
        unchanged_open=unmoved,
        bookings=_bookings(kept, terms) if terms.bounded else [],
    )


def _stage_moves(still: pl.DataFrame, orders: Orders) -> list[StageMove]:
    moves = still.filter(~same("stage")).group_by("old_stage", "new_stage").len()
    moves = moves.sort("len", "old_stage", "new_stage", descending=[True, False, False], nulls_last=True)
    return [
        StageMove(from_=old, to_=new, count=n, direction=direction(old, new, orders))
        for old, new, n in moves.iter_rows()
    ]


def direction(old: str | None, new: str | None, orders: Orders) -> Literal["forward", "back"] | None:
    """Which way a deal moved, by the first source of orders that has both stages; None where its orders disagree, or none has.

    >>> direction("Demo", "Offer", [[{"Demo": 1}], [{"Demo": 1, "Offer": 2}]])
    'forward'
    >>> direction("Demo", "Offer", [[{"Demo": 1, "Offer": 2}, {"Offer": 1, "Demo": 2}]])
    """
    if old is None or new is None:
        return None
    for source in orders:
        ways = {_way(order[old], order[new]) for order in source if old in order and new in order}
        if ways:
            return ways.pop() if len(ways) == 1 else None
    return None


def _way(old: Decimal | int, new: Decimal | int) -> Literal["forward", "back"] | None:
    return None if old == new else "forward" if new > old else "back"


def _bookings(kept: pl.DataFrame, terms: Terms) -> list[Bookings]:
    """From the bar won to what was won between the exports with a close date in the period."""
    in_bar = pl.col("exit") == "won"
    won_now = pl.col("new_kept") & _is("new", "won") & ~_is("old", "won") & ~pl.col("appeared")
    booked = won_now & _within("new_closed", terms)
    amount, currency = pl.col("new_amount"), pl.col("new_currency")
    rows = (
        kept.filter(in_bar.fill_null(value=False) | booked)
        .with_columns(in_bar=in_bar.fill_null(value=False), booked=booked)
        .group_by(currency.alias("currency"))
        .agg(
            amount.filter("in_bar").sum().alias("bar"),
            amount.filter(pl.col("in_bar") & ~pl.col("booked")).sum().alias("outside"),
            amount.filter(~pl.col("in_bar") & pl.col("booked")).sum().alias("beside"),
            amount.filter("booked").sum().alias("sum"),
            pl.col("booked").sum().alias("n"),
        )
        .sort("currency", nulls_last=True)
    )
    return [
        Bookings(currency=code, bar=bar, closed_outside=outside, expected_outside=beside, booked=sum_, count=n)
        for code, bar, outside, beside, sum_, n in rows.iter_rows()
    ]


# --- many exports ---


def bridges(intervals: Sequence[Interval], terms: Terms) -> list[Bridge]:
    """The lines of the bridge, the total first: each interval and, of several, the whole as their sum."""
    lines = dict.fromkeys(line for interval in intervals for line in interval.lines)
    codes = {currency for _, currency in lines}
    ordered = sorted(lines, key=lambda line: (group_order(line[0]), line[1] is None, line[1] or ""))
    found: list[Bridge] = []
    for group, currency in ordered or [((), None)]:
        sums = [interval.lines.get((group, currency), {}) for interval in intervals]
        shown = _possible(terms, total=not group, currencies=len(codes))
        spans = [(interval.from_day, interval.to_day) for interval in intervals]
        columns = [*zip(spans, sums, strict=True)]
        if len(intervals) > 1:
            columns.append(((spans[0][0], spans[-1][1]), _whole(sums)))
        for (first, last), bars in columns:
            made = [_bar(bar, bars.get(bar, Sums())) for bar in shown]
            names = dict(zip(terms.by, group, strict=True)) if group else {}
            found.append(Bridge(group=names, currency=currency, from_=first, to_=last, bars=made))
    return found


def _possible(terms: Terms, *, total: bool, currencies: int) -> list[BarId]:
    """The bars that can occur in a line."""
    absent = set[str]()
    if not terms.bounded:
        absent |= {"pulled_in", "pushed_out"}
    if not terms.filtered and (total or not terms.by):
        absent |= {"moved_in", "moved_out"}
    if currencies < 2:
        absent |= {"currency_in", "currency_out"}
    return [bar for bar in BARS if bar not in absent]


def _whole(sums: Sequence[Mapping[BarId, Sums]]) -> dict[BarId, Sums]:
    whole: dict[BarId, Sums] = {
        bar: reduce(_added, (part[bar] for part in sums if bar in part), Sums()) for bar in BARS[1:-1]
    }
    return {**whole, "start": sums[0].get("start", Sums()), "end": sums[-1].get("end", Sums())}


def _added(one: Sums, other: Sums) -> Sums:
    return Sums(
        one.value + other.value,
        one.count + other.count,
        one.unpriced + other.unpriced,
        one.changed + other.changed,
        one.priced + other.priced,
        one.unpriced_now + other.unpriced_now,
    )


def _bar(bar: BarId, sums: Sums) -> Bar:
    if bar not in ("increased", "decreased"):
        return Bar(id=bar, value=sums.value, count=sums.count, unpriced=sums.unpriced)
    return Bar(
        id=bar,
        value=sums.value,
        count=0,
        unpriced=sums.unpriced,
        changed=sums.changed,
        priced=sums.priced,
        unpriced_now=sums.unpriced_now,
    )
