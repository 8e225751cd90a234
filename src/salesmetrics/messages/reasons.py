"""Words for the reason codes of metrics. Own file: a catalogue by reason, not by message."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOTHING_THERE", "REASONS"]

REASONS: Mapping[str, str] = {
    "still_maturing": "still maturing",
    "missing_close_dates": "too many closed deals have no close date",
    "conversion_day_unknown": "nothing says when leads were converted",
    "qualification_day_unknown": "nothing says when leads were qualified",
    "payment_day_unknown": "nothing says when invoices were paid",
    "clock_unknown": "how far apart clocks are is not known",
    "missing_input": "a file or column is missing",
    "below_min_n": "too few records",
    "negative_amount": "some amounts are negative",
    "missing_amount": "no amount is known",
    "missing_amount_or_probability": "no record has an amount and a probability",
    "missing_rate": "no amount has an exchange rate for its day",
    "mixed_currency": "amounts in several currencies",
    "not_reached": "not reached yet",
    "outside_data": "the data do not reach into the period",
    "amount_period_unknown": "amounts per month or year not told apart (see the findings)",
    "quotas_overlap": "quotas of overlapping periods (see the findings)",
    "line_amounts_unsure": "lines with amounts of their own (see the findings)",
    "unit_price": "the price or cost is that of one unit (see the findings)",
    "billed_below_zero": "credit notes exceed what was invoiced",
    "part_paid": "how much of part-paid invoices came in is not known (see the findings)",
    "balance_unsure": "the open balance contradicts the invoices (see the findings)",
    "records_unsure": "rows that may be the same record (see the findings)",
    "stage_not_understood": "deals ended in a stage that is not understood",
    "no_won_stage": "no stage is known to mean won",
    "no_lost_deal": "no deal in the file is lost",
    "no_converted_status": "no status is known to mean converted",
    "never_reached": "never: too few can still be won",
    "only_won_deals": "the file holds won deals only",
    "no_time_of_day": "the times of day are not known",
    "not_positive_before": "nothing was sold in the period before",
    "no_previous_period": "the data do not reach back so far",
    "not_by_dimension": "not known by this dimension",
    "missing_setting": "a setting is missing",
    "missing_quantity": "no record has a quantity",
    "missing_cost": "no record has a cost",
    "missing_list_price": "no record has a list price",
    "missing_mrr": "no customer has a recurring revenue",
    "missing_potential": "no customer has a potential",
    "no_period": "needs a period with a beginning",
    "no_quota": "there is no quota",
    "short_history": "fewer than four complete periods before it",
    "no_margin": "the gross margin is not above 0: it never pays back",
    "target_met": "the quota is met already",
    "wrong_scale": "answers are not on the scale of the question",
    "no_close_date_history": "no history of expected close dates",
    "no_costs": "no costs in the period",
    "costs_partial": "costs cover only a part of it",
    "no_end_dates": "nothing says who left",
    "zero_churn": "nobody left, so the lifetime is unknown",
    "right_censored": "still open, the end is not known yet",
}

NOTHING_THERE: Mapping[str, str] = {
    "closed": "nothing closed in the period",
    "created": "nothing created in the period",
    "stage_entered": "no stage entered in the period",
    "occurred": "nothing happened in the period",
    "snapshot": "nothing to count on that day",
}
"""Where no record is there to divide by, by the basis of the KPI."""
