"""How a number is made of its records: workings, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WORKINGS"]

WORKINGS: Mapping[str, str] = {
    # --- from rows to a number --------------------------------------------------------------------------------------
    "made_once_each": "{rule}; {once:and+}: first row only",
    "made_as_ratio_of_reps": "the sum of numerator / the sum of denominator, one row per rep",
    "made_as_sum_of_reps": "the sum of value, one row per rep",
    "made_as_ratio": "the sum of numerator / the sum of denominator",
    "made_as_tally": "the sum of numerator, out of the sum of denominator",
    "made_as_balance": "100 × the sum of numerator / the sum of denominator",
    "made_as_mean": "the mean of value",
    "made_as_median": "the median of value",
    "made_as_90th_percentile": "the 90th percentile of value",
    "made_as_quantile": "the quantile {share} of value",
    "made_as_incidence": "the share with the event by {time}, from value and ended (Aalen–Johansen)",
    "made_as_competing_wait": "the value by which half have had the event, from value and ended (Aalen–Johansen)",
    "made_as_wait": "the value by which half have had the event, from value and ended (Kaplan–Meier)",
    "made_as_contrast": "100 × ((after - before) - (other_after - other_before)), each being numerator / denominator of its rows",
    "made_of_values": "from all values: {formula:typed}",
    "made_as_sum": "the sum of value",
    "made_of_parts": "from its parts, named in `kpi` ({parts:,}): {formula:typed}",
    "each_of": "one per {names:and}",
    "an_account": "account",
    "an_owner": "owner",
    "a_contact": "contact",
    "a_deal": "deal",
    "a_day": "day",
    "a_week": "week",
    "a_month": "month",
    # --- what a number of a formula is ------------------------------------------------------------------------------
    "a_setting": "a setting",
    "previous_period": "the previous period",
    # --- rep by rep -------------------------------------------------------------------------------------------------
    "owner_and_quota": "{owner}, quota from {since}",
    "without_quota": "no quota",
    "won_of_quota": "won {won} of {quota}",
    "won_of_quota_ramping": "won {won} of {quota}, ramping up, left out",
    "pay_steps": "at {attainment:.1%} of quota; {steps:;}",
    "pay_bonus_at_quota": "bonus at quota",
    "pay_bonus_per_unit": "bonus per unit",
    "pay_from": "from {share:.0%} of quota",
    "pay_all_sales": "all sales",
    "pay_accelerated": "{name}, accelerated",
    "pay_step": "{name}: {part} × {rate}",
    "nothing_paid": "no payout",
    "pay_capped": "capped",
}
