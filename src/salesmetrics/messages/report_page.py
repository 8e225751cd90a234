"""What a report says as a page: titles of its sections, tiles, drawings, folded parts, and why a section is absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REPORT_PAGE"]

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
    "more_by_segment": "{n:# more KPI|# more KPIs} by {names:and}",
    "totals_only": "For all records: {n:# segment|# segments} are too many for this part. By {names:and}: ",
    "command_segments": "salesmetrics report {files:typed} --by {by:typed} --kpi {kpi}",
    "command_by": "salesmetrics {command} {files:typed} --by {by:typed}",
    # --- trend ----------------------------------------------------------------------------------------------------------
    "section_trend": "Trend by {every}",
    "fold_periods": "All periods in numbers",
    "limits_centre": "centre",
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
    "column_file": "file",
    "column_kind_of_file": "kind",
    "column_read_as": "read as",
    "column_rows_read": "rows",
    "column_rows_used": "used",
    "column_rows_rejected": "rejected",
    "column_rows_ignored": "skipped",
    "column_sha256": "SHA-256",
}
