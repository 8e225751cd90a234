"""Words for the reason codes of metrics. Own file: a catalogue by reason, not by message."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOTHING_THERE", "REASONS"]

REASONS: Mapping[str, str] = {
    "still_maturing": "still maturing",
    "missing_close_dates": "too many closed deals have no close date",
    "conversion_day_unknown": "conversion dates are unknown",
    "qualification_day_unknown": "qualification dates are unknown",
    "payment_day_unknown": "payment dates are unknown",
    "clock_unknown": "time zones are unknown",
    "missing_input": "a file or column is missing",
    "below_min_n": "small sample",
    "negative_amount": "some amounts are negative",
    "missing_amount": "no record has an amount",
    "missing_amount_or_probability": "no record has an amount and a probability",
    "missing_rate": "no amount has an exchange rate for its date",
    "mixed_currency": "amounts in several currencies",
    "not_reached": "not reached yet",
    "outside_data": "no data for the period",
    "amount_period_unknown": "monthly and yearly amounts are mixed (see the findings)",
    "quotas_overlap": "quotas overlap (see the findings)",
    "line_amounts_unsure": "lines have amounts of their own (see the findings)",
    "unit_price": "the price or cost is per unit (see the findings)",
    "billed_below_zero": "credit notes exceed invoices",
    "part_paid": "receipts of partly paid invoices are unknown (see the findings)",
    "balance_unsure": "the open balance contradicts the invoices (see the findings)",
    "records_unsure": "rows may be duplicates (see the findings)",
    "stage_not_understood": "deals ended in an unknown stage",
    "no_won_stage": "no stage is known to mean won",
    "no_lost_deal": "the file has no lost deals",
    "no_converted_status": "no status is known to mean converted",
    "never_reached": "never: too few deals can still be won",
    "only_won_deals": "the file has only won deals",
    "no_time_of_day": "times of day are unknown",
    "not_positive_before": "nothing was sold in the previous period",
    "no_previous_period": "the data do not go back that far",
    "not_by_dimension": "not available by this dimension",
    "missing_setting": "a setting is missing",
    "missing_quantity": "no record has a quantity",
    "missing_cost": "no record has a cost",
    "missing_list_price": "no record has a list price",
    "missing_mrr": "no customer has recurring revenue",
    "missing_potential": "no customer has a potential",
    "no_period": "needs a period with a start date",
    "no_quota": "no quota",
    "short_history": "fewer than four complete earlier periods",
    "no_margin": "the gross margin is not above 0, so it never pays back",
    "target_met": "the quota is already met",
    "wrong_scale": "scores are off the scale of the question",
    "no_close_date_history": "no history of expected close dates",
    "no_costs": "no costs in the period",
    "costs_partial": "costs cover only part of the period",
    "no_end_dates": "customer end dates are unknown",
    "zero_churn": "no customer left, so the lifetime is unknown",
    "right_censored": "still open, so the end is unknown",
}

NOTHING_THERE: Mapping[str, str] = {
    "closed": "nothing closed in the period",
    "created": "nothing created in the period",
    "stage_entered": "no stage changes in the period",
    "occurred": "nothing happened in the period",
    "snapshot": "nothing to count on that day",
}
"""Basis of a KPI → why it has no records."""
