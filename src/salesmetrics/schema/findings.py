"""What a finding can be: every code with how much it matters, and the one way to make a finding."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

__all__ = ["EFFECTS", "MAX_ROWS", "SEVERITIES", "Effect", "effect_of", "finding"]

MAX_ROWS = 20
"""So many row numbers a finding keeps."""

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

SEVERITIES: Mapping[str, Severity] = {
    # bytes and structure
    "encoding_uncertain": WARNING,
    "encoding_damaged": WARNING,
    "quotes_odd": WARNING,
    "backslash_escapes": NOTE,
    "rows_swallowed": WARNING,
    "rows_short_filled": NOTE,
    "rows_ignored": NOTE,
    "total_no_sum": WARNING,
    "only_a_plan": WARNING,
    "rows_of_a_plan": WARNING,
    "rows_long_blank": NOTE,
    "bom_in_cell": NOTE,
    "nul_in_cell": WARNING,
    "excel_error_cells": WARNING,
    "header_empty": NOTE,
    "header_twice": WARNING,
    # columns and profiles
    "header_misspelt": WARNING,
    # lists of sales
    "sales_made": NOTE,
    "months_as_days": NOTE,
    "rows_are_sums": NOTE,
    "amounts_multiplied": NOTE,
    # logs of changes
    "log_of_changes": NOTE,
    "log_without_deals": NOTE,
    "log_with_gaps": WARNING,
    "log_ends_elsewhere": WARNING,
    "log_ends_early": WARNING,
    "log_lacks_deals": ERROR,
    "log_of_other_names": ERROR,
    "linked_by_name": NOTE,
    "linked_by_long_id": NOTE,
    "log_names_from_deals": NOTE,
    "versions_of_deals": NOTE,
    "no_second_version": WARNING,
    # values
    "cells_unreadable": WARNING,
    "history_unreadable": WARNING,
    "log_value_unreadable": WARNING,
    "log_old_value_unreadable": WARNING,
    "numbers_rounded": NOTE,
    "numbers_scaled": WARNING,
    "invisible_marks": NOTE,
    "years_short": NOTE,
    "years_thai": NOTE,
    "amount_elsewhere": WARNING,
    "amounts_per_period": NOTE,
    "amounts_per_period_found": WARNING,
    "amount_period_likely": WARNING,
    "amount_period_unknown": ERROR,
    "term_not_used": WARNING,
    "amount_weighted": WARNING,
    "amounts_in_units": NOTE,
    "date_formats_mixed": WARNING,
    "offsets_differ": WARNING,
    "offsets_missing": WARNING,
    "rows_rejected": ERROR,
    "row_of_numbers": ERROR,
    "file_unusable": WARNING,
    "quotes_beside_deals": WARNING,
    "quotes_and_deals": ERROR,
    "sales_beside_deals": WARNING,
    "sales_and_deals": ERROR,
    "file_skipped": NOTE,
    # which rows are records
    "deleted_rows": NOTE,
    "continuation_lines": NOTE,
    "line_amounts": ERROR,
    "rows_of_one_cell": WARNING,
    "rows_per_person": WARNING,
    "rows_alike_but_for_people": WARNING,
    "credit_invoices": NOTE,
    "draft_invoices": NOTE,
    "payments_beside_invoices": WARNING,
    "payments_only": WARNING,
    "part_paid_invoices": ERROR,
    "balance_contradicts": ERROR,
    "type_by_values": WARNING,
    "unit_prices": ERROR,
    "unit_amounts": ERROR,
    "price_as_amount": ERROR,
    "line_cells": ERROR,
    "lines_merged": NOTE,
    "line_amounts_equal": ERROR,
    "identical_rows": WARNING,
    "product_rows_merged": NOTE,
    "products_merged": WARNING,
    "rows_alike": WARNING,
    "quota_twice": WARNING,
    "quotas_overlap": ERROR,
    "ids_repeated": ERROR,
    "rows_in_newer_file": WARNING,
    "ids_with_decimals": NOTE,
    "ids_in_scientific_notation": ERROR,
    # activities
    "activities_automatic": NOTE,
    "activities_undelivered": NOTE,
    "activities_without_person": WARNING,
    # surveys
    "survey_type_by_scale": WARNING,
    "survey_type_unknown": WARNING,
    "survey_second_question": WARNING,
    "score_off_scale": WARNING,
    "score_of_another_scale": ERROR,
    "score_all_within_five": ERROR,
    "score_maybe_of_five": WARNING,
    "header_unfit": WARNING,
    "header_of_months": WARNING,
    # outcome
    "stage_not_understood": WARNING,
    "no_won_stage": WARNING,
    "no_lost_deal": WARNING,
    "no_converted_status": WARNING,
    "lead_status_unknown": WARNING,
    "stage_against_flag": WARNING,
    "none_confirmed": NOTE,
    "stage_words_unknown": WARNING,
    "stage_word_looks_final": WARNING,
    "closed_without_verdict": WARNING,
    "stage_blank": WARNING,
    "option_word_unused": WARNING,
    "only_won": WARNING,
    "flags_contradict": WARNING,
    "outcome_contradicts": WARNING,
    "probability_against_outcome": NOTE,
    # deals
    "won_without_close_date": WARNING,
    "closed_without_close_date": WARNING,
    "closed_before_created": WARNING,
    "open_with_past_close": WARNING,
    "loss_reason_missing": NOTE,
    "lost_amount_all_zero": WARNING,
    "open_amount_all_zero": WARNING,
    "won_amount_zero": WARNING,
    "amount_zero": NOTE,
    "won_amount_blank": WARNING,
    "amount_negative": WARNING,
    "amount_blank": WARNING,
    "amount_outlier": WARNING,
    "currency_of_bare_amounts": NOTE,
    "currency_of_some": WARNING,
    "currency_sign_shared": WARNING,
    "currency_contradicts": ERROR,
    "currency_against_header": WARNING,
    "currencies_in_one_row": ERROR,
    "currency_of_the_crm": NOTE,
    "currency_by_cells": WARNING,
    "currency_elsewhere": WARNING,
    "currency_blank": WARNING,
    "currency_unknown": WARNING,
    "currencies_mixed": NOTE,
    "owner_blank": NOTE,
    "month_end_close_dates": NOTE,
    "date_outlier": WARNING,
    "date_far_later": ERROR,
    "spelling_variants": WARNING,
    # other kinds
    "lead_converted_before_created": WARNING,
    "lead_answered_before_created": WARNING,
    "lead_status_contradicts": NOTE,
    "leads_converted_by_deals": NOTE,
    "activity_ends_before_start": WARNING,
    "activity_done_before_created": NOTE,
    "activity_too_long": WARNING,
    "paid_before_issued": NOTE,
    "sku_repeated": WARNING,
    "quota_without_period": ERROR,
    "customer_without_name": WARNING,
    "customer_ends_before_start": WARNING,
    # one file and another
    "references_unknown": WARNING,
    "references_match_nothing": NOTE,
    "names_nearly_match": WARNING,
    "stages_defined_twice": WARNING,
    "stage_not_defined": WARNING,
    "owner_inactive": WARNING,
    "paid_above_deal": WARNING,
    # the day and the period of a report
    "as_of_reconstructed": NOTE,
    "deals_missing_later": WARNING,
    "events_after_export": WARNING,
    "currency_of_other_export": NOTE,
    "exports_in_series": NOTE,
    "snapshots_in_series": NOTE,
    "deals_in_older_only": NOTE,
    "deals_absent_between": NOTE,
    "entries_before_exports": NOTE,
    "stages_before_exports": NOTE,
    "stages_beside_exports": NOTE,
    "as_of_differs": NOTE,
    "data_end_early": WARNING,
    "period_complete_today": NOTE,
    "period_too_short": WARNING,
    "close_dates_known_late": WARNING,
    "lengths_differ": NOTE,
    "deal_types_mixed": NOTE,
    "conversion_day_unknown": NOTE,
    "qualification_day_unknown": NOTE,
    "payment_day_unknown": NOTE,
    # money
    "rate_missing": WARNING,
    "rates_undated": NOTE,
    "figures_of_no_kpi": WARNING,
    "currency_assumed": NOTE,
    "products_ambiguous": WARNING,
    "costs_partial": WARNING,
    "cost_unplaced": WARNING,
    "cost_category_unknown": NOTE,
    # quotas
    "quota_unplaced": WARNING,
    "quota_prorated": NOTE,
    "quota_levels": NOTE,
    "quota_owners_missing": WARNING,
    "quota_days_partial": WARNING,
    # customers
    "accounts_by_name": NOTE,
    "revenue_unplaced": WARNING,
    "movement_unknown": WARNING,
    "mrr_blank": WARNING,
    "mrr_negative": WARNING,
    "levels_gap": WARNING,
    "levels_from_customers": NOTE,
    "nobody_left": WARNING,
    "customers_came_back": NOTE,
    # touches
    "clock_unknown": WARNING,
    "direction_assumed": NOTE,
    "touches_of_nobody": WARNING,
    "response_in_days": WARNING,
}
"""Code → how much it matters, where whoever makes the finding does not know better. Its words are in ``salesmetrics.messages``."""


class Effect(IntEnum):
    """What a finding does to the numbers that rest on its records, the gravest first."""

    CHANGES = 0
    """A number would be another one if the data were right."""
    DOUBTS = 1
    """A number may be right; what it rests on is in doubt."""
    SUGGESTS = 2
    """The numbers stand; more could be had from the data."""


_BY_SEVERITY = {ERROR: Effect.CHANGES, WARNING: Effect.DOUBTS, NOTE: Effect.SUGGESTS}

EFFECTS: Mapping[str, Effect] = {
    **dict.fromkeys(
        (
            "amount_blank",
            "amount_negative",
            "amount_outlier",
            "amounts_multiplied",
            "amounts_per_period_found",
            "cells_unreadable",
            "closed_before_created",
            "closed_without_close_date",
            "closed_without_verdict",
            "cost_unplaced",
            "costs_partial",
            "flags_contradict",
            "identical_rows",
            "log_old_value_unreadable",
            "log_value_unreadable",
            "lost_amount_all_zero",
            "months_as_days",
            "mrr_blank",
            "mrr_negative",
            "no_converted_status",
            "no_lost_deal",
            "no_won_stage",
            "nobody_left",
            "numbers_scaled",
            "only_won",
            "open_amount_all_zero",
            "open_with_past_close",
            "outcome_contradicts",
            "payments_beside_invoices",
            "payments_only",
            "products_merged",
            "quota_days_partial",
            "quota_owners_missing",
            "quota_twice",
            "quota_unplaced",
            "rate_missing",
            "revenue_unplaced",
            "rows_alike",
            "rows_are_sums",
            "rows_of_a_plan",
            "rows_per_person",
            "rows_swallowed",
            "sales_made",
            "stage_against_flag",
            "stage_blank",
            "stage_not_understood",
            "stage_words_unknown",
            "won_amount_blank",
            "won_amount_zero",
            "won_without_close_date",
        ),
        Effect.CHANGES,
    ),
    **dict.fromkeys(
        ("as_of_differs", "as_of_reconstructed", "currency_assumed", "none_confirmed", "references_unknown"),
        Effect.DOUBTS,
    ),
}
"""Code → its effect, where its severity does not tell."""


def effect_of(code: str) -> Effect:
    """What findings of a code do to the numbers.

    >>> effect_of("rows_rejected"), effect_of("amount_blank"), effect_of("deal_types_mixed")
    (<Effect.CHANGES: 0>, <Effect.CHANGES: 0>, <Effect.SUGGESTS: 2>)
    """
    return EFFECTS[code] if code in EFFECTS else _BY_SEVERITY[SEVERITIES[code]]


def finding(
    code: str,
    *,
    kind: str | None = None,
    path: str | None = None,
    column: str | None = None,
    count: int | None = None,
    rows: Sequence[int] | pl.Series = (),
    share_of_value: float | None = None,
    severity: Severity | None = None,
    **details: object,
) -> Finding:
    """A finding.

    Args:
        code: A key of ``SEVERITIES``.
        kind: Kind of file, such as ``deals``.
        path: File as the user named it.
        column: Header in the export.
        count: Rows concerned; where it is left out, ``rows`` are all of them, in the order of the file.
        rows: Their numbers; the first ``MAX_ROWS`` are kept, sorted.
        share_of_value: Share of the summed amount in those rows, 0–1.
        severity: Instead of the code's own, where the data make it matter more or less.
        **details: What else its words name.

    Raises:
        KeyError: There is no such code: a fault of the caller.

    >>> finding("stage_blank", column="Stage", count=2, rows=[9, 4]).message
    '2 deals have no stage or status and count as open'
    """
    if count is None:
        count, rows = len(rows), rows[:MAX_ROWS]
    return Finding(
        code=code,
        severity=severity or SEVERITIES[code],
        kind=kind,
        path=path,
        column=column,
        count=count,
        rows=tuple(sorted(set(rows))[:MAX_ROWS]),
        share_of_value=share_of_value,
        details=details,
    )
