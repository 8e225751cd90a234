"""What the pages of reports and analyses say beside their tables: titles of sections, what a drawing shows, folded parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ANALYSIS_PAGES", "REPORT_PAGE"]

ANALYSIS_PAGES: Mapping[str, str] = {
    # --- axes -----------------------------------------------------------------------------------------------------------
    "tick_thousands": "{n} k",
    "tick_millions": "{n} M",
    "tick_billions": "{n} bn",
    "axis_of_marks": "{low} … {high}",
    # --- parts that fold ------------------------------------------------------------------------------------------------
    "fold_how": "How this is counted",
    "segments_left_out": "{n:# more segment|# more segments} in --format csv and json",
    # --- funnel ---------------------------------------------------------------------------------------------------------
    "page_funnel": "Funnel",
    "section_funnel_of": "Funnel of {pipeline:typed}",
    "section_funnel_by": "Funnel by {names:and}",
    "section_stock": "Open deals by stage",
    "fold_stages": "All numbers of each stage",
    "fold_history": "How to export a stage history",
    # --- cohort ---------------------------------------------------------------------------------------------------------
    "page_cohort_deals": "Cohorts of created deals",
    "page_cohort_leads": "Cohorts of created leads",
    "chart_curves_deals": "Share of created deals won",
    "chart_curves_leads": "Share of created leads converted",
    "curves_seen_deals": "{share} of all created deals are won within {days:,} days; drawn are all cohorts together and {n:,} of {of:,}, from the oldest to the youngest.",
    "curves_seen_leads": "{share} of all created leads are converted within {days:,} days; drawn are all cohorts together and {n:,} of {of:,}, from the oldest to the youngest.",
    "axis_days_since": "days since creation",
    "fold_counts": "Counts behind each share",
    "column_horizon": "within",
    "column_won_by_then": "won / records",
    "cohort_segments_seen": "All cohorts of a segment together.",
    "section_closed_basis": "Win rate: closed basis and cohorts",
    "basis_of_closed": "closed deals, whenever created",
    "basis_of_cohorts": "created deals, decided within {days:,} days",
    # --- forecast -------------------------------------------------------------------------------------------------------
    "page_forecast": "Forecast for {period:typed}",
    "parts_seen": "drawn: the parts by their means, which add up; of the total P50 between P10 and P90; a line across is the target",
    "forecast_segments_seen": "P50 of each segment between P10 and P90; a line across is its target.",
    "moments_seen": "What {method} forecast for past periods at the same point of each ({lead}), between P10 and P90; the line across is what was won.",
    "chances_seen": "Share of deals that were won, with its interval; the line across is the chance that was stated.",
    "fold_moments": "Past forecasts of {method}",
    "fold_scores": "Scores of each method",
    "column_actual": "won in fact",
    "column_target": "target",
    # --- benchmark ------------------------------------------------------------------------------------------------------
    "page_benchmark": "Who differs: by {names:and}",
    "bench_seen": "drawn: the value with its interval; behind it the band; the line across is the value of: {others}",
    "fold_by_records": "Values by number of records",
    "chart_by_records": "{title:typed} by number of records",
    "plot_seen": "{n:# segment|# segments} by number of records; the bands are the limits of chance: {above:,} above the others, {below:,} below.",
    "axis_records": "records",
    "series_within": "no clear difference",
    "series_95": "95 % band",
    "series_998": "99.8 % band",
    # --- lost deals -----------------------------------------------------------------------------------------------------
    "page_losses": "Lost deals",
    "section_losses_by": "Lost deals by {view}",
    "section_losses_by_groups": "Lost deals of each {names:and}",
    "losses_crossed": "Number of lost deals: a column per segment.",
    # --- rows -----------------------------------------------------------------------------------------------------------
    "page_check": "Data quality",
    "page_inspect": "What was recognised",
    "page_kpis": "KPIs",
    "page_settings": "Settings",
    "kpis_listed": "{n:# KPI|# KPIs}; one in full: salesmetrics explain KPI",
    "page_rows": "Records behind: {title:typed}",
    # --- trend ----------------------------------------------------------------------------------------------------------
    "chart_trend": "{title:typed} over time",
    "series_limits": "control limits",
    "rule_centre": "centre of the control limits",
    "section_trend_by": "By {names:and}",
    # --- compare --------------------------------------------------------------------------------------------------------
    "page_compare": "What changed in the pipeline",
    "section_bridge": "From {first} to {last}",
    "section_bridge_in": "{currency:typed}, {first} to {last}",
    "section_groups": "By {names:and}",
    "section_groups_in": "By {names:and}, {currency:typed}",
    "section_moves": "Moves of open deals",
    "fold_intervals": "Each interval",
    "fold_moves": "From {first} to {last}",
    "column_step": "change",
    "column_from_stage": "from stage",
    "column_to_stage": "to stage",
    "column_direction": "direction",
    "move_forward": "forward",
    "move_back": "back",
    "column_deal": "deal",
    "column_what_changed": "what changed",
    "column_amount_before": "amount before",
    "column_amount_after": "amount after",
    "bridge_seen": "Each bar begins where the one before it ends; the first and the last are the pipeline of the two exports.",
    "groups_seen": "Each bar goes from the pipeline of the first export to that of the last; the largest changes come first.",
    "groups_left_out": "{n:# more group has its|# more groups have their} bars in --format csv and json",
    "changes_seen": "The {n:largest change|# largest changes} of single deals, by the amount that came, went or changed.",
    "moves_left_out": "{n:# more move|# more moves} in --format json",
}
"""Code → template."""


REPORT_PAGE: Mapping[str, str] = {
    # --- the page -------------------------------------------------------------------------------------------------------
    "page_report": "Sales report",
    "page_report_of": "Sales report, {period}",
    "made_by": "Made by {name} {version}.",
    # --- tiles ----------------------------------------------------------------------------------------------------------
    "tile_interval": "{interval} ({percent:g} %)",
    "tile_change": "{change}: {verdict}",
    "tile_previous": "{change} from {previous}",
    "tile_previous_verdict": "{change} from {previous}: {verdict}",
    "tile_goal": "goal {goal}: {status}",
    # --- what needs attention -------------------------------------------------------------------------------------------
    "findings_above": "{n:# finding|# findings} above, under Check before you quote these.",
    "findings_below": "{n:# more finding|# more findings} below, under Data quality.",
    # --- KPIs -----------------------------------------------------------------------------------------------------------
    "column_goal": "goal",
    "column_counted_by": "counted by",
    "column_definition": "definition",
    "column_left_out": "left out",
    "column_source": "source",
    "kpis_per_period": "Each {every}",
    "counted_closed": "close date",
    "counted_created": "creation date",
    "counted_occurred": "date of the event",
    "counted_due": "due date",
    "counted_stage_entered": "date of entry into a stage",
    "counted_snapshot": "state on the report date",
    "counted_period": "the whole period",
    "counted_mixed": "a date of its own for each part",
    "counted_undated": "all records",
    "every_week": "week",
    "every_month": "month",
    "every_quarter": "quarter",
    "every_year": "year",
    # --- segments -------------------------------------------------------------------------------------------------------
    "section_segments": "By {names:and}",
    "segments_by_default": "Without `--by`, segments are by {names:and}.",
    "segments_seen": "Dot: value. Line: {percent:g} % interval. Dashes: total. Empty rings are segments with a small sample.",
    "segments_capped": "The first {n:,} of {total:,} segments; all of them: ",
    "each_by_segment": "Each KPI by {names:and}, with intervals and changes",
    "more_by_segment": "{n:# more KPI|# more KPIs} by {names:and}",
    "totals_only": "For all records: {n:# segment|# segments} are too many for this part. By {names:and}: ",
    "command_segments": "salesmetrics report {files:typed} --by {by:typed} --kpi {kpi}",
    "command_by": "salesmetrics {command} {files:typed} --by {by:typed}",
    # --- trend ----------------------------------------------------------------------------------------------------------
    "section_trend": "Trend by {every}",
    "trend_is_longer": "{first} to {last}: longer than the period of the report, to show what is usual.",
    "fold_periods": "All periods in numbers",
    "forecast_is_later": "{asked:typed} is over: this is the forecast for {period:typed}.",
    "fold_rows": "All {n:# row|# rows}",
    # --- analyses with several parts ------------------------------------------------------------------------------------
    "section_funnel": "Funnel",
    "section_compare": "Changes between exports",
    "section_cohort": "Cohorts",
    "section_forecast": "Forecast",
    "section_benchmark": "Benchmark",
    "section_losses": "Losses",
    "limits_passed_often": "{series:typed}: {found:# period is|# periods are} outside the control limits ({parts:,}; usual range; {chart}, {n} complete periods)",
    "outside_above_counted": "{n} above",
    "outside_below_counted": "{n} below",
    # --- records --------------------------------------------------------------------------------------------------------
    "section_rows": "Records behind {kpi}",
    # --- what is not here -----------------------------------------------------------------------------------------------
    "section_absent": "Not in this report",
    "fold_not_computed": "{n:# KPI needs|# KPIs need} more than these files",
    "section_name_kpis": "KPIs",
    "section_name_segments": "segments",
    "section_name_trend": "trend",
    "section_name_funnel": "funnel",
    "section_name_compare": "changes between exports",
    "section_name_cohort": "cohorts",
    "section_name_forecast": "forecast",
    "section_name_benchmark": "benchmark",
    "section_name_losses": "losses",
    "section_name_rows": "records",
    # --- what it rests on -----------------------------------------------------------------------------------------------
    "section_quality": "Data quality",
    "quality_clean": "No findings.",
    "section_inputs": "Files",
    "fold_files": "{n:# file|# files} with rows and hashes",
    "column_kind_of_file": "kind",
    "column_rows_read": "rows",
    "column_rows_used": "used",
    "column_rows_rejected": "rejected",
    "column_rows_ignored": "skipped",
    "column_sha256": "SHA-256",
}
