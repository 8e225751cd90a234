"""What a careful reader would ask about each of the other kinds of record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.frames.laid import is_laid
from salesmetrics.ingest.canonical.automation import AUTOMATIC, NOBODY, UNDELIVERED, automatic_marks
from salesmetrics.ingest.checks.context import Rule, apply_rules
from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.parse.text import all_whole
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.clock import utc_name
from salesmetrics.schema.records import SCALES, maybe_of_five, of_another_scale, off_scale

if TYPE_CHECKING:
    from salesmetrics.ingest.checks.context import Context
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "check_activities",
    "check_alike",
    "check_customers",
    "check_ids",
    "check_invoices",
    "check_leads",
    "check_products",
    "check_quotas",
    "check_surveys",
]


_QUESTIONS = {"nps": "NPS", "enps": "eNPS", "csat": "CSAT"}
_LONGEST, _NOW = timedelta(hours=24), timedelta()


def _since(context: Context, name: str, start: str) -> pl.Expr:
    """How long after another instant one is: as instants where both are known, else by their clocks where neither is."""
    utc = [utc_name(column) for column in (name, start)]
    known = [column in context.frame.columns for column in utc]
    if all(known):
        return pl.col(utc[0]) - pl.col(utc[1])
    return pl.col(name) - pl.col(start) if not any(known) else pl.lit(None, dtype=pl.Duration("us"))


def check_leads(context: Context, told: frozenset[str] = frozenset()) -> list[Finding]:
    """Conversions before creation, flags against statuses, statuses that nobody knows.

    Args:
        context: The leads.
        told: Words that something is said about already.
    """
    converted = pl.col("outcome") == "converted"
    rules = [
        Rule(
            "lead_converted_before_created",
            "converted_at",
            ("created",),
            _since(context, "converted_at", "created") < _NOW,
        ),
        Rule(
            "lead_answered_before_created",
            "first_response_at",
            ("created",),
            _since(context, "first_response_at", "created") < _NOW,
        ),
    ]
    findings = apply_rules(context, rules) + _unknown_statuses(context, told)
    words = [
        word.word
        for file in context.files
        for word in file.stage_words
        if file.recognition.kind == "leads" and word.outcome == "disqualified" and word.how != "unknown"
    ]
    if words and context.has("status"):
        findings += apply_rules(
            context, [Rule("lead_status_contradicts", "status", (), converted & pl.col("status").is_in(words))]
        )
    return findings


def _unknown_statuses(context: Context, told: frozenset[str]) -> list[Finding]:
    findings: list[Finding] = []
    for index, file in enumerate(context.files):
        words = [word for word in file.stage_words if word.how == "unknown" and word.word not in told]
        if file.recognition.kind == "leads" and words:
            mask = (pl.col(FILE) == index) & pl.col("status").is_in([word.word for word in words])
            mask &= pl.col("outcome") == "open"
            named = tuple((word.word, word.count) for word in words)
            findings += context.report("lead_status_unknown", mask, "status", words=named, word=words[0].word)
    return findings


def check_activities(context: Context) -> list[Finding]:
    """Ends before starts, days-long calls, touches that no person made."""
    return _touches(context) + apply_rules(
        context,
        [
            Rule(
                "activity_ends_before_start",
                "completed_at",
                ("occurred",),
                _since(context, "completed_at", "occurred") < _NOW,
            ),
            Rule(
                "activity_done_before_created",
                "completed_at",
                ("created",),
                _since(context, "completed_at", "created") < _NOW,
            ),
            Rule("activity_too_long", "duration", (), pl.col("duration") > _LONGEST),
            Rule(
                "activity_too_long",
                "completed_at",
                ("occurred", "type"),
                pl.col("type").is_in(["call", "meeting"]) & (_since(context, "completed_at", "occurred") > _LONGEST),
            ),
        ],
    )


def _touches(context: Context) -> list[Finding]:
    findings: list[Finding] = []
    if context.has(AUTOMATIC):
        findings += context.report("activities_automatic", pl.col(AUTOMATIC), marks=automatic_marks(context.frame))
    if context.has(UNDELIVERED):
        findings += context.report("activities_undelivered", pl.col(UNDELIVERED))
    if context.has(NOBODY):
        column = "owner" if context.has("owner") else "owner_id"
        findings += context.report("activities_without_person", pl.col(NOBODY), column)
    return findings


def check_surveys(context: Context) -> list[Finding]:
    """Scores that cannot answer their question, one by one or as a whole."""
    if not context.has("type", "score"):
        return []
    findings: list[Finding] = []
    off, other, few = off_scale(context.frame), of_another_scale(context.frame), maybe_of_five(context.frame)
    for question, (low, high) in SCALES.items():
        scored = (pl.col("type") == question) & pl.col("score").is_not_null()
        wrong, code = scored & off, "score_of_another_scale" if question in other else "score_off_scale"
        if question in few:
            findings += context.report("score_maybe_of_five", scored, "score", question=_QUESTIONS[question])
        if question in other and context.frame.filter(wrong).is_empty():
            wrong, code = scored, "score_all_within_five"
        first = context.frame.filter(wrong)["score"].head(1).to_list()
        if first:
            words = {"low": low, "high": high, "question": _QUESTIONS[question], "value": first[0]}
            findings += context.report(code, wrong, "score", **words)
    return findings


def check_quotas(context: Context) -> list[Finding]:
    """Quotas that are for no period at all."""
    if context.has("period") or context.has("start", "end"):
        return []
    return context.report("quota_without_period", pl.lit(value=True))


def check_invoices(context: Context) -> list[Finding]:
    """Negative and blank amounts, payments before the bill."""
    amount, paid = pl.col("amount"), pl.col("paid_amount")
    meant = pl.col("document") == "credit" if context.has("document") else pl.lit(value=False)
    is_document = ~meant.fill_null(value=False)
    alone = not context.has("amount")
    return apply_rules(
        context,
        [
            Rule("amount_negative", "amount", (), (amount < 0) & is_document),
            Rule("amount_blank", "amount", (), amount.is_null()),
            *([Rule("amount_negative", "paid_amount", (), (paid < 0) & is_document)] if alone else []),
            Rule("paid_before_issued", "paid_on", ("issued",), pl.col("paid_on") < pl.col("issued")),
        ],
    )


def check_products(context: Context) -> list[Finding]:
    """One stock-keeping unit on several rows."""
    sku = pl.col("sku")
    return apply_rules(context, [Rule("sku_repeated", "sku", (), sku.is_not_null() & sku.is_duplicated())])


def check_customers(context: Context) -> list[Finding]:
    """Customers without a name, ends before starts."""
    return apply_rules(
        context,
        [
            Rule("customer_without_name", "name", (), pl.col("name").is_null()),
            Rule("customer_ends_before_start", "ended", ("started",), pl.col("ended") < pl.col("started")),
        ],
    )


# --- ids that a spreadsheet has spoiled, and records that have none ---


_LONGEST_ID = 12
_TELLING = 4
"""With fewer columns than these, equal rows are nothing to wonder at."""
_SCIENTIFIC = r"^\d(?:[.,]\d+)?[eE]\+?\d+$"


def check_ids(context: Context) -> list[Finding]:
    """Ids such as ``1.23E+17``: their last digits are gone for good, and different records have become one."""
    findings: list[Finding] = []
    for column in ("id", "deal_id", "account_id", "lead_id"):
        if not context.has(column):
            continue
        mask = (pl.col(column).str.len_bytes() <= _LONGEST_ID) & pl.col(column).str.contains(_SCIENTIFIC)
        if not is_laid(context.frame):  # in memory a look at the column is cheaper than the mask
            ids = context.frame.get_column(column)
            if int(str(ids.str.len_bytes().min() or 0)) > _LONGEST_ID or all_whole(ids):
                continue
        findings += context.report("ids_in_scientific_notation", mask, column)
    return findings


def check_alike(context: Context) -> list[Finding]:
    """Rows without an id that repeat an earlier one in every column: one record twice, or two that look the same."""
    frame = context.frame
    content = [name for name in frame.columns if name not in (ROW, FILE)]
    if context.has("id") or len(content) < _TELLING:
        return []
    # Distinct hashes prove distinct rows at a fraction of the cost of comparing them.
    if frame.select(content).hash_rows().n_unique() == frame.height:
        return []
    return context.report("rows_alike", ~pl.struct(content).is_first_distinct())
