"""What a careful reader would ask about deals: dates, amounts and outcomes that do not fit together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.frames.far import bring
from salesmetrics.frames.groups import counts_of_words, distinct, in_step
from salesmetrics.ingest.canonical.as_of import first_believable
from salesmetrics.ingest.checks.context import Rule, rules_applied
from salesmetrics.ingest.parse.currency import named
from salesmetrics.ingest.recognise.sales import SALES
from salesmetrics.schema.currencies import CRM_DEFAULT
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from salesmetrics.frames.groups import Steps
    from salesmetrics.ingest.checks.context import Context
    from salesmetrics.ingest.dataset import LoadedFile
    from salesmetrics.schema.provenance import Finding

__all__ = ["check_amount_outliers", "check_currency_words", "check_date_outliers", "check_deals", "outliers"]


_WON, _LOST, _OPEN = (pl.col("outcome") == word for word in ("won", "lost", "open"))

_MOSTLY = 0.5
"""A column is worth asking for where at least this share of the rows concerned has it filled."""

_ALL_ZERO_MIN = 2
_MONTH_END_SHARE, _MONTH_END_MIN = 0.6, 20


def check_deals(context: Context) -> list[Finding]:
    """All findings about one frame of deals."""
    found = in_step(
        _by_rules(context),
        _only_won(context),
        _lost_amounts(context),
        _open_amounts(context),
        _zero_amounts(context),
        _currencies(context),
        _month_ends(context),
    )
    return [item for each in found for item in each]


def _by_rules(context: Context) -> Steps:
    outcome, amount, closed = ("outcome",), pl.col("amount"), pl.col("closed")
    rules = [
        Rule("won_without_close_date", "closed", outcome, _WON & closed.is_null()),
        Rule("closed_without_close_date", "closed", outcome, ~(_WON | _OPEN) & closed.is_null()),
        Rule("closed_before_created", "closed", ("created",), closed < pl.col("created")),
        Rule("won_amount_zero", "amount", outcome, _WON & (amount == 0)),
        Rule("won_amount_blank", "amount", outcome, _WON & amount.is_null()),
        Rule("amount_negative", "amount", (), amount < 0),
        Rule(
            "probability_against_outcome",
            "probability",
            outcome,
            (_WON & (pl.col("probability") != 1)) | (_LOST & (pl.col("probability") != 0)),
        ),
        Rule(
            "flags_contradict",
            "is_closed",
            ("is_won",),
            pl.col("is_won") & ~pl.col("is_closed"),
        ),
    ]
    if context.day is not None:
        past = _OPEN & (pl.col("expected_close") < context.day)
        if context.has("created"):
            past &= ~(pl.col("created") > context.day).fill_null(value=False)
        rules.append(Rule("open_with_past_close", "expected_close", outcome, past, {"day": context.day}))
    perhaps: list[tuple[str, pl.Expr | None, Rule]] = [
        ("amount", ~_WON, Rule("amount_blank", "amount", outcome, ~_WON & amount.is_null())),
        (
            "loss_reason",
            _LOST,
            Rule("loss_reason_missing", "loss_reason", outcome, _LOST & pl.col("loss_reason").is_null()),
        ),
        ("currency", None, Rule("currency_blank", "currency", (), pl.col("currency").is_null())),
        ("owner", None, Rule("owner_blank", "owner", (), pl.col("owner").is_null())),
    ]
    there = [(column, among, rule) for column, among, rule in perhaps if context.has(column, "outcome")]
    filled = yield [context.sums(*_filled(column, among)) for column, among, _ in there]
    rules += [rule for (_, _, rule), sums in zip(there, filled, strict=True) if _mostly_filled(*sums.row(0))]
    if context.has("stage") or context.has("status"):
        words = [pl.col(c).is_null() for c in ("stage", "status") if context.has(c)]
        rules.append(
            Rule(
                "stage_blank", "stage" if context.has("stage") else "status", outcome, _OPEN & pl.all_horizontal(words)
            )
        )
    return (yield from rules_applied(context, rules))


def _filled(column: str, among: pl.Expr | None) -> tuple[pl.Expr, ...]:
    """How many rows are among some, and how many of these have a column filled; among all only the latter."""
    if among is None:
        return (pl.col(column).is_not_null().sum().alias("filled"),)
    return among.sum().alias("n"), (among & pl.col(column).is_not_null()).sum().alias("filled")


def _mostly_filled(*counts: int) -> bool:
    """Whether a column is filled in most of the rows that it is looked at in, or in any where it is looked at in all."""
    if len(counts) == 1:
        return counts[0] > 0
    total, filled = counts
    return bool(total) and filled / total >= _MOSTLY


def _only_won(context: Context) -> Steps:
    if context.frame.is_empty():
        return []
    (won,) = yield [context.sums(_WON.all())]
    if not won.item():
        return []
    if context.frame.height < 2 or all(file.recognition.lists == SALES for file in _files(context)):
        return []
    return [finding("only_won", kind="deals", path=_single_path(context), count=context.frame.height)]


def _lost_amounts(context: Context) -> Steps:
    """Lost deals all at nothing make a win rate by value say 100 %."""
    if not context.has("amount"):
        return []
    outputs = (pl.len().alias("n"), (pl.col("amount") > 0).sum().alias("some"))
    (sums,) = yield [context.sums(*outputs, where=[_LOST])]
    n, some = sums.row(0)
    if n == 0 or some > 0:
        return []
    return context.report("lost_amount_all_zero", _LOST, "amount")


def _open_amounts(context: Context) -> Steps:
    """Open deals all at 0 make a pipeline of nothing out of one that nobody has valued."""
    if not context.has("amount"):
        return []
    known = pl.col("amount").is_not_null()
    outputs = (pl.len().alias("n"), (pl.col("amount") != 0).sum().alias("some"))
    (sums,) = yield [context.sums(*outputs, where=[_OPEN & known])]
    n, some = sums.row(0)
    if n < _ALL_ZERO_MIN or some:
        return []
    return context.report("open_amount_all_zero", _OPEN & known, "amount")


def _zero_amounts(context: Context) -> Steps:
    """Single deals at 0 among others that are not: one by one they may be a gap that was filled with nothing."""
    if not context.has("amount"):
        return []
    zero, among = pl.col("amount") == 0, (_OPEN, ~_OPEN & ~_WON)
    shares = [(zero.filter(mask).sum() < (1 - _MOSTLY) * mask.sum()).alias(str(n)) for n, mask in enumerate(among)]
    (few,) = yield [context.sums(*shares)]
    rare = [mask & pl.lit(is_few) for mask, is_few in zip(among, few.row(0), strict=True)]
    mask = zero & pl.any_horizontal(rare)
    (hits,) = yield [context.hits(mask)]
    return context.of_hits("amount_zero", hits, "amount")


def _currencies(context: Context) -> Steps:
    yield []
    if not context.has("currency"):
        return []
    (counts,) = counts_of_words(context.frame, "currency")
    if len(counts) < 2:
        return []
    currencies = tuple((word, n) for word, n in counts[:8])
    return context.report("currencies_mixed", pl.col("currency").is_not_null(), "currency", currencies=currencies)


def _month_ends(context: Context) -> Steps:
    """Some CRMs fill the expected close with the end of the month: a date that nobody chose."""
    if not context.has("expected_close"):
        return []
    day = pl.col("expected_close")
    at_end = _OPEN & ((day.to_physical() + 1).cast(pl.Date).dt.day() == 1)  # month_end() costs fifty times as much
    (sums,) = yield [context.sums((_OPEN & day.is_not_null()).sum().alias("n"), at_end.sum().alias("ends"))]
    n, ends = sums.row(0)
    if n < _MONTH_END_MIN or ends / n < _MONTH_END_SHARE:
        return []
    return context.report("month_end_close_dates", at_end, "expected_close", share=f"{100 * ends / n:.0f}")


def _files(context: Context) -> list[LoadedFile]:
    return [context.files[int(i)] for i in context.frame.get_column("__file__").unique()]


def _single_path(context: Context) -> str | None:
    paths = {file.source.path for file in _files(context)}
    return next(iter(paths)) if len(paths) == 1 else None


# --- amounts that move a total by themselves, and dates in a mistyped year ---


_TOP = 5
_ENOUGH = 20
_FAR = 5.0


def outliers(amounts: pl.Series) -> list[float]:
    """The amounts, at most five, that each move the mean by more than its own 95 % interval and are far from all others.

    Far means more than five robust standard deviations (1.4826 × the median absolute deviation) above the median of the
    logarithms, so that an ordinary long tail of deal sizes is left alone. Fewer than twenty positive amounts give no verdict.

    Args:
        amounts: Float64, any order; amounts of zero or less and nulls do not take part.

    >>> outliers(pl.Series([100.0 + i for i in range(50)] + [9_000_000.0]))
    [9000000.0]
    >>> outliers(pl.Series([1.5**i for i in range(30)]))
    []
    """
    positive = amounts.filter(amounts > 0)
    n = len(positive)
    if n < _ENOUGH:
        return []
    top = sorted(positive.top_k(_TOP).to_list(), reverse=True)
    rest = n - len(top)
    total = float(positive.sum()) - math.fsum(top)
    squares = float((positive * positive).sum()) - math.fsum(value * value for value in top)
    mean = total / rest
    half_width = 1.96 * math.sqrt(max(squares / rest - mean * mean, 0.0) / rest)
    moving = [value for value in top if (value - mean) / (rest + 1) > half_width]
    if not moving:
        return []
    logs = positive.log()
    middle = float(str(logs.median()))
    spread = 1.4826 * float(str((logs - middle).abs().median()))
    return [value for value in moving if math.log(value) - middle > _FAR * max(spread, 0.1)]


def check_currency_words(context: Context) -> list[Finding]:
    """Name what no currency is called among currencies; where all is in one unknown unit, it is a name of the user's own."""
    if not context.has("currency"):
        return []
    words = distinct(context.frame, "currency").sort().to_list()
    unknown = [word for word in words if word != CRM_DEFAULT and named(word, {}) is None]
    if not unknown or len(words) == 1:
        return []
    mask = pl.col("currency").is_in(unknown)
    return context.report("currency_unknown", mask, "currency", currencies=tuple(unknown))


def check_amount_outliers(context: Context, column: str = "amount") -> list[Finding]:
    """Say which single amounts move revenue or the average by more than their interval."""
    if not context.has(column):
        return []
    values = context.frame.get_column(column).cast(pl.Float64)
    found = outliers(values)
    if not found:
        return []
    floor = min(found)
    amounts = tuple(Message("rounded", amount=value) for value in found)
    return context.report("amount_outlier", pl.col(column).cast(pl.Float64) >= floor, column, amounts=amounts)


def check_date_outliers(context: Context, columns: tuple[str, ...]) -> list[Finding]:
    """Say which days cannot be: far before all others of their column, or far beyond the last believable event.

    Args:
        context: A kind's frame.
        columns: Its event columns.
    """
    bring(context.frame, columns)
    found = in_step(*(_date_outliers(context, name) for name in columns if context.has(name)))
    return [item for each in found for item in each]


def _date_outliers(context: Context, name: str) -> Steps:
    low = None if context.last_event is None else first_believable(context.frame.get_column(name))
    if context.last_event is None or low is None:
        return []
    day = pl.col(name).cast(pl.Date)
    early, late = day < low, day > context.last_event
    if context.kind == "activities" and name == "occurred" and context.has("is_completed"):
        late &= pl.col("is_completed")  # what is only planned may lie ahead
    last = day.filter(late).min().alias("first")
    (some,) = yield [context.sums(early.any().alias("early"), late.any().alias("late"), last)]
    is_early, is_late, first = some.row(0)
    findings: list[Finding] = []
    if is_early:
        findings += context.report("date_outlier", early, name, low=low)
    if is_late:
        gap = (first - context.last_event).days
        findings += context.report("date_far_later", late, name, gap=gap, day=context.last_event)
    return findings
