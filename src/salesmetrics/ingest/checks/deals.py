"""What a careful reader would ask about deals: dates, amounts and outcomes that do not fit together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.frames.laid import collected
from salesmetrics.ingest.canonical.as_of import first_believable
from salesmetrics.ingest.canonical.outcome import counts_of
from salesmetrics.ingest.checks.context import Rule, apply_rules
from salesmetrics.ingest.parse.currency import named
from salesmetrics.ingest.recognise.sales import SALES
from salesmetrics.schema.currencies import CRM_DEFAULT
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
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
    return [
        *apply_rules(context, _rules(context)),
        *_only_won(context),
        *_lost_amounts(context),
        *_open_amounts(context),
        *_zero_amounts(context),
        *_currencies(context),
        *_month_ends(context),
    ]


def _rules(context: Context) -> list[Rule]:
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
    if _mostly_filled(context, "amount", ~_WON):
        rules.append(Rule("amount_blank", "amount", outcome, ~_WON & amount.is_null()))
    if _mostly_filled(context, "loss_reason", _LOST):
        rules.append(Rule("loss_reason_missing", "loss_reason", outcome, _LOST & pl.col("loss_reason").is_null()))
    if _mostly_filled(context, "currency", pl.lit(value=True)):
        rules.append(Rule("currency_blank", "currency", (), pl.col("currency").is_null()))
    if _mostly_filled(context, "owner", pl.lit(value=True)):
        rules.append(Rule("owner_blank", "owner", (), pl.col("owner").is_null()))
    if context.has("stage") or context.has("status"):
        words = [pl.col(c).is_null() for c in ("stage", "status") if context.has(c)]
        rules.append(
            Rule(
                "stage_blank", "stage" if context.has("stage") else "status", outcome, _OPEN & pl.all_horizontal(words)
            )
        )
    return rules


def _mostly_filled(context: Context, column: str, among: pl.Expr) -> bool:
    if not context.has(column, "outcome"):
        return False
    total, filled = context.frame.select(
        pl.when(among).then(1).sum().alias("n"),
        (among & pl.col(column).is_not_null()).sum().alias("filled"),
    ).row(0)
    return bool(total) and filled / total >= _MOSTLY


def _only_won(context: Context) -> list[Finding]:
    if context.frame.is_empty() or not bool(context.frame.select(_WON.all()).item()):
        return []
    if context.frame.height < 2 or all(file.recognition.lists == SALES for file in _files(context)):
        return []
    return [finding("only_won", kind="deals", path=_single_path(context), count=context.frame.height)]


def _lost_amounts(context: Context) -> list[Finding]:
    """Lost deals all at nothing make a win rate by value say 100 %."""
    if not context.has("amount"):
        return []
    lost = context.frame.lazy().filter(_LOST).select(pl.len().alias("n"), (pl.col("amount") > 0).sum().alias("some"))
    n, some = collected(lost, context.frame).row(0)
    if n == 0 or some > 0:
        return []
    return context.report("lost_amount_all_zero", _LOST, "amount")


def _open_amounts(context: Context) -> list[Finding]:
    """Open deals all at 0 make a pipeline of nothing out of one that nobody has valued."""
    if not context.has("amount"):
        return []
    known = pl.col("amount").is_not_null()
    opened = (
        context.frame.lazy()
        .filter(_OPEN & known)
        .select(pl.len().alias("n"), (pl.col("amount") != 0).sum().alias("some"))
    )
    n, some = collected(opened, context.frame).row(0)
    if n < _ALL_ZERO_MIN or some:
        return []
    return context.report("open_amount_all_zero", _OPEN & known, "amount")


def _zero_amounts(context: Context) -> list[Finding]:
    """Single deals at 0 among others that are not: one by one they may be a gap that was filled with nothing."""
    if not context.has("amount"):
        return []
    zero = pl.col("amount") == 0
    rare = [mask & (zero.filter(mask).sum() < (1 - _MOSTLY) * mask.sum()) for mask in (_OPEN, (~_OPEN & ~_WON))]
    return context.report("amount_zero", zero & pl.any_horizontal(rare), "amount")


def _currencies(context: Context) -> list[Finding]:
    if not context.has("currency"):
        return []
    counts = counts_of(context.frame.get_column("currency"))
    if len(counts) < 2:
        return []
    currencies = tuple((word, n) for word, n in counts[:8])
    return context.report("currencies_mixed", pl.col("currency").is_not_null(), "currency", currencies=currencies)


def _month_ends(context: Context) -> list[Finding]:
    """Some CRMs fill the expected close with the end of the month: a date that nobody chose."""
    if not context.has("expected_close"):
        return []
    day = pl.col("expected_close")
    at_end = _OPEN & ((day.to_physical() + 1).cast(pl.Date).dt.day() == 1)  # month_end() costs fifty times as much
    n, ends = context.frame.select((_OPEN & day.is_not_null()).sum().alias("n"), at_end.sum().alias("ends")).row(0)
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
    words = context.frame.get_column("currency").drop_nulls().unique().sort().to_list()
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
    findings: list[Finding] = []
    for name in columns:
        if not context.has(name) or context.last_event is None:
            continue
        low = first_believable(context.frame.get_column(name))
        if low is None:
            continue
        day = pl.col(name).cast(pl.Date)
        early, late = day < low, day > context.last_event
        if context.kind == "activities" and name == "occurred" and context.has("is_completed"):
            late &= pl.col("is_completed")  # what is only planned may lie ahead
        some = context.frame.select(early.any().alias("early"), late.any().alias("late"), day.filter(late).min()).row(0)
        if some[0]:
            findings += context.report("date_outlier", early, name, low=low)
        if some[1]:
            gap = (some[2] - context.last_event).days
            findings += context.report("date_far_later", late, name, gap=gap, day=context.last_event)
    return findings
