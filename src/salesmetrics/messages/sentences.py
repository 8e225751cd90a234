"""Sentences before numbers and below them: what changed and what to doubt; what signs stand for and why something is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LEGENDS", "SENTENCES", "WHOLES"]

SENTENCES: Mapping[str, str] = {
    # --- what a sentence is about -----------------------------------------------------------------------------------------
    "of_group": "{title:typed} for {group:typed}",
    "in_period": "{subject:typed} in {period:typed}",
    "in_period_so_far": "{subject:typed} so far in {period:typed}",
    "in_period_apart": "{subject:typed}, in {period:typed},",
    "in_period_so_far_apart": "{subject:typed}, so far in {period:typed},",
    "at_time": "{subject:typed} ({period:typed})",
    "number_of": "The number of {subject:typed}",
    "without_currency": "{value} without a currency",
    "value_with_basis": "{value}{basis}",
    "basis": " ({parts:;})",
    "basis_share": "{k:,} of {whole:typed}",
    "basis_number": "{n:,}",
    "basis_interval": "{percent:g} % interval {interval}",
    "basis_small": "a small sample",
    "and_more_values": "{n:# more currency|# more currencies}",
    # --- levels -----------------------------------------------------------------------------------------------------------
    "level_now": "{subject:typed} {n:is|are} {values:and}{latest}.",
    "level_then": "{subject:typed} {n:was|were} {values:and}{latest}.",
    "there_are": "There {n:is|are} {values:and} {subject:typed}{latest}.",
    "there_were": "There {n:was|were} {values:and} {subject:typed}{latest}.",
    "level_after": "{subject:typed} {n:was|were} {value}{basis}, after {previous} in {before:typed} ({step}; {verdict}){latest}.",
    "level_after_nothing": "{subject:typed} {n:was|were} {value}{basis}; there is no value in {before:typed}.",
    "level_usual": "{subject:typed} {n:was|were} {value}{basis}, within {n:its|their} usual range ({limits}).",
    "level_usual_after": "{subject:typed} {n:was|were} {value}{basis}, {step} {side} {before:typed}, within {n:its|their} usual range ({limits}).",
    "level_unusual": "{subject:typed} {n:was|were} {value}{basis}, {side} {n:its|their} usual range ({limits}).",
    "latest_usual": "; in {period:typed} {n:it was|they were} {value}, within the usual range ({limits})",
    "latest_unusual": "; in {period:typed} {n:it was|they were} {value}, {side} the usual range ({limits})",
    "no_verdict_here": "no verdict",
    "too_few_here": "too few records for a verdict",
    # --- changes ----------------------------------------------------------------------------------------------------------
    "changed_better": "{subject:typed} {n:was|were} {value}, {step} {side} {before:typed}: better beyond chance.",
    "changed_worse": "{subject:typed} {n:was|were} {value}, {step} {side} {before:typed}: worse beyond chance.",
    "changed_higher": "{subject:typed} {n:was|were} {value}, {step} {side} {before:typed}: a rise beyond chance.",
    "changed_lower": "{subject:typed} {n:was|were} {value}, {step} {side} {before:typed}: a fall beyond chance.",
    "before_this": "the period before",
    "changed_others": "Also beyond chance: {changes:, 4 more}.",
    "changed_other": "{subject:typed} ({step}, {verdict})",
    "changed_none": "Nothing that can be judged changed beyond chance, compared with {before:typed} ({n:# comparison|# comparisons}).",
    "changed_unjudged": "No change from {before:typed} can be judged: the samples are small, or there is no interval.",
    # --- over time --------------------------------------------------------------------------------------------------------
    "outside_usual": "{series:typed} left {n:its|their} usual range in {times:,} of {periods:# period|# periods}: {found:and}.",
    "outside_in_period": "{period:typed} ({value}, {side} {limits})",
    "outside_earlier": "{n:# earlier period|# earlier periods}",
    "outside_others": "Also outside their usual range at some time: {series:, 4 more}.",
    "outside_none": "No period of {series:typed} is outside the usual range ({n:# complete period|# complete periods}).",
    "outside_none_of_all": "No period of {n:# series|# series} is outside its usual range.",
    "usual_unknown": "{series:typed} {n:has|have} no usual range yet: it takes 6 complete periods that are not all alike.",
    # --- what needs a hand ------------------------------------------------------------------------------------------------
    "goal_missed_said": "The goal for {subject:typed} is missed: it is {value}, and the goal is `{goal:typed}`.",
    "goals_missed_said": "{n:,} of {goals:# goal|# goals} are missed: {subjects:, 3 more}.",
    "overdue_said": "{n:# open deal is|# open deals are} past {n:its|their} expected close date{share}.",
    "overdue_all": "{n:The only open deal|All # open deals} with an expected close date {n:is|are} past it{share}.",
    "overdue_of": "{n:,} of {of:# open deal|# open deals} with an expected close date {n:is|are} past it{share}.",
    "overdue_share_of_pipeline": " and {n:holds|hold} {share} of the open pipeline",
    "overdue_share_of_all": " ({share} of the value of all deals)",
    "stalled_deals_said": "{n:# open deal is|# open deals are} stalled: no touch for too long.",
    "stalled_deals_in_stage_said": "{n:# open deal is|# open deals are} stalled: too long in one stage.",
    "stalled_deals_by_age_said": "{n:# open deal is|# open deals are} stalled: too old.",
    # --- what stops a number from being trusted ---------------------------------------------------------------------------
    "doubt_said": "Check before you quote a number: {said:typed}.",
    "doubt_and_more": "Check before you quote a number: {said:typed}; {n:# more finding changes|# more findings change} one.",
    # --- exports ----------------------------------------------------------------------------------------------------------
    "open_unchanged": "Between {first} and {last} {n:# open deal|# open deals} did not change at all{moved}.",
    "open_moved_dates": ", and {later:# close date|# close dates} moved to a later day",
    # --- funnels ----------------------------------------------------------------------------------------------------------
    "funnel_won": "{won:,} of {n:# deal|# deals} that entered the funnel{pipeline} {won:was|were} won ({share}; {interval}).",
    "funnel_won_bare": "{won:,} of {n:# deal|# deals} that entered the funnel{pipeline} {won:was|were} won ({share}).",
    "funnel_of": " of {pipeline:typed}",
    "funnel_stuck": "{n:# open deal has|# open deals have} been in {n:its|their} stage for longer than 90 % of deals stay there.",
    "funnel_stock": "{n:# deal is|# deals are} open, in {stages:# stage|# stages}.",
    # --- cohorts ----------------------------------------------------------------------------------------------------------
    "cohort_won": "{share} of {n:# created deal|# created deals} were won within {days:# day|# days} ({interval}).",
    "cohort_converted": "{share} of {n:# created lead|# created leads} were converted within {days:# day|# days} ({interval}).",
    # --- forecasts --------------------------------------------------------------------------------------------------------
    "forecast_overdue_said": "{overdue}.",
    # --- benchmarks -------------------------------------------------------------------------------------------------------
    "bench_said": "{title:typed}: of {peers}, {parts:and}.",
    "bench_high": "{names:and} {n:is|are} above the {others}",
    "bench_low": "{names:and} {n:is|are} below the {others}",
    "bench_low_too": "{names:and} {n:is|are} below",
    "bench_one": "{name:typed} ({value}; {others} {theirs})",
    "bench_one_of": "{name:typed} ({value})",
    "bench_more": "{n:# more|# more}",
    "bench_also": "Segments differ from the {others} also in {titles:;}.",
    "bench_none_said": "None of {peers} differs from the {others} in {titles:; 4 more}.",
    "bench_few_said": "{titles:; 4 more}: too few records to judge any of {peers} (fewer than {min_n:,} each).",
    "bench_would_show": "{title:typed}: with {records} each, only a difference of {difference} would show.",
    # --- lost deals -------------------------------------------------------------------------------------------------------
    "loss_share": "The share of {item:typed} among lost deals ({view})",
    "loss_most": "The most frequent reason is {item:typed}: {k:,} of {n:# lost deal|# lost deals}{basis}.",
    "loss_most_of_several": "The most frequent reasons are {items:and}, with {k:,} of {n:# lost deal|# lost deals} each.",
    "loss_covered_said": "{said:typed}.",
    # --- files and records ------------------------------------------------------------------------------------------------
    "check_nothing": "No finding: the files can be used as they are.",
    "check_counts": "{parts:and} in {files:# file|# files}.",
    "check_errors": "{n:# error|# errors}",
    "check_warnings": "{n:# warning|# warnings}",
    "check_notes": "{n:# note|# notes}",
    "check_first": "{said:typed}.",
    "inspect_read": "{files:# file was|# files were} recognised: {kinds:and}.",
    "kind_of_crm": "{kind} ({crm:typed})",
    "inspect_kpis": "{n:# KPI|# KPIs} can be computed from {files:it|them}.",
    "rows_said": "{n:# record is|# records are} behind {title:typed}{left_out}.",
    "rows_left_out_said": "; the number leaves out {n:# of them|# of them}",
}
"""Code → template."""

WHOLES: Mapping[str, str] = {
    "average_deal_size": "{n:# won deal|# won deals}",
    "csat": "{n:# answer|# answers}",
    "customer_retention": "{n:# customer|# customers}",
    "invoiced": "{n:# invoice|# invoices}",
    "lead_conversion_rate": "{n:# lead|# leads}",
    "lead_qualification_rate": "{n:# lead|# leads}",
    "lead_response_median": "{n:# lead|# leads}",
    "nps": "{n:# answer|# answers}",
    "open_pipeline": "{n:# open deal|# open deals}",
    "overdue_pipeline": "{n:# open deal|# open deals}",
    "pipeline_created": "{n:# created deal|# created deals}",
    "reps_at_quota": "{n:# rep|# reps}",
    "revenue": "{n:# won deal|# won deals}",
    "sales_cycle_median": "{n:# won deal|# won deals}",
    "slip_rate": "{n:# deal|# deals}",
    "weighted_pipeline": "{n:# open deal|# open deals}",
    "win_rate": "{n:# decided deal|# decided deals}",
}
"""KPI → what its n records are, where they have a name; the others are numbers alone."""

LEGENDS: Mapping[str, str] = {
    "values_with_basis": "in brackets: the change, the interval, and k/n or the number of records n",
    "small_sample": "{sign} fewer than {min_n} records: treat as a hint",
    "no_verdict": "no verdict: without an interval, a change may be chance",
    "short_history": "no verdict on a count: fewer than 6 earlier periods show how much it varies",
    "no_verdict_on_some": "no verdict: no interval, or a count with fewer than 6 earlier periods",
    "verdicts_corrected": "verdicts corrected for {n} comparisons (Benjamini–Hochberg, {percent:g} %)",
    "segments_in_order": "{parts:;}",
    "sorted_desc": "sorted by {kpi}, highest first",
    "sorted_asc": "sorted by {kpi}, lowest first",
    "sorted_in_currency": "amounts in {currency} first, as most segments have these",
    "others_counted": "{name:typed}: {n:# other segment|# other segments} combined",
    "others_are": "{name:typed}: all other segments combined",
    "values_undefined": "– undefined: {parts:,}",
    "times_undefined": "{n:,} × {reason:typed}",
    "columns_elsewhere": "not shown: {columns:and} (use --format csv or json)",
    "columns_narrowed": "not shown in {width} columns: {columns:and} (use --format csv or json)",
    "rows_capped": "the first {n:,} of {total:,} rows are shown (all: --format csv)",
    "table_scrolls": "Wide table: scroll sideways",
    "more_unlocks": "{n} more: list them with `salesmetrics inspect FILE`",
    # --- what is unusual in a series --------------------------------------------------------------------------------
    "limits_none": "{series:typed}: no control limits: they need 6 complete periods that no longer change and are not all alike",
    "limits_kept": "{series:typed}: no period is outside the control limits (usual range; {chart}, {n} complete periods)",
    "limits_passed": "{series:typed}: outside the control limits (usual range; {chart}, {n} complete periods): {found:;}",
    "period_outside": "{period:typed} {where} ({value}, limits {limits})",
    "chart_p_prime": "p' chart",
    "chart_xmr": "XmR chart",
}
