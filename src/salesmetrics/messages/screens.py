"""What the first screen says: its head, its short findings, and how more is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DIGESTS", "SCREENS", "SKIPPED"]

SCREENS: Mapping[str, str] = {
    # --- the head ---------------------------------------------------------------------------------------------------------
    "read_whole": "{what:typed}, {used:# row|# rows} used",
    "read_in_part": "{what:typed}, {used:,} of {n:# row|# rows} used ({parts:,})",
    "records_of": "{kind}",
    "records_of_crm": "{crm:typed} {kind}",
    "first_of_files": "{path:typed} + {n:# file|# files}",
    "exports_of_list": " is the list; {n:# older export|# older exports} ({days}) {n:is its history|are its history}",
    "snapshots_of_list": "the rows of {day} are the list; those of {n:# earlier day|# earlier days} ({days}) are its history",
    "files_read_whole": "{used:# row|# rows} used",
    "files_read_in_part": "{used:,} of {n:# row|# rows} used ({parts:,})",
    "part_rejected": "{n:,} rejected",
    "records_between": "{first} to {last}",
    "records_undated": "all records",
    "period_between": "{label:typed} ({first} to {last})",
    "period_so_far": "{label:typed} ({first} to {last}), so far until {as_of}",
    "records_behind_period": "records from {first} to {last}",
    "compared_with": "compared with {label:typed} ({first} to {last})",
    "compared_to_date": "compared with {label:typed} ({first} to {last}), to date",
    "money_in": "amounts in {currency:typed}",
    "seen_on": "as of {day}",
    "seen_on_from": "as of {day} ({source:typed})",
    "days_of_records": "{days:typed}; records from {first} to {last}",
    "card_shaped": "filter",
    "only_where": "only records where {where:typed}",
    "by_settings": "settings: {path:typed} ({keys:, 6 …})",
    "by_environment": "environment: {names:, 6 …}",
    "column_file": "file",
    "column_kind": "kind",
    "column_crm": "CRM",
    # --- the table --------------------------------------------------------------------------------------------------------
    "twelve_months_to": "12 months to {month}",
    "year_to": "12 mo to {month}",
    "rows_not_shown": "{n:# more row|# more rows}: --all",
    "periods_not_shown": "{n:# earlier period|# earlier periods}: --all",
    "segments_not_shown": "{n:# more segment|# more segments}: --all",
    "records_not_shown": "{n:# more record|# more records}: --all",
    "columns_not_shown": "{n:# more column|# more columns}: --all",
    "needs_not_shown": "{n:,} more: --all",
    "files_not_shown": "{n:# more file|# more files}: --all",
    "findings_not_shown": "{n:# more finding|# more findings}: --all",
    "words_not_shown": "{n:# more word|# more words}: --all",
    # --- a mail -----------------------------------------------------------------------------------------------------------
    "mail_subject": "{title:typed}: {period:typed}",
    "mail_rows_left_out": "{shown:,} of {n:# row|# rows}",
    "mail_parts_left_out": "not in this mail: {titles:, 8 more}",
    "mail_rest": "For all rows, drawings and definitions, run the same command with `-o report.html`.",
    # --- below it ---------------------------------------------------------------------------------------------------------
    "verdict_signs": "{better} better, {worse} worse, no sign: no clear difference, small sample or no verdict",
    "share_in_value": "{share} of all amounts",
    "check_these": "Check before you quote these",
    "findings_elsewhere": "{n:,} more: ",
    "findings_counted": "{n:# finding|# findings} on the data: ",
    "command_check": "salesmetrics check {files:typed}",
    "command_inspect": "salesmetrics inspect {files:typed}",
    "kpis_available": "{n:# KPI|# KPIs} available; all: --all, one family: --family {family}",
    "kpis_all_shown": "{n:# KPI|# KPIs} available, all shown",
    "kpis_need_more": "{n:,} more need {kinds:, 3 …}: ",
    "kpis_need_columns": "{n:,} more need further columns: ",
    "no_values": "– {titles:, 6 more}: {reason:typed}",
}

SKIPPED: Mapping[str, str] = {
    "blank": "{n:# blank row|# blank rows} skipped",
    "continuation": "{n:# continuation line|# continuation lines} skipped",
    "deleted": "{n:# deleted row|# deleted rows} skipped",
    "duplicate": "{n:# duplicate|# duplicates} skipped",
    "footer": "{n:# footer|# footers} skipped",
    "fragment": "{n:# broken line|# broken lines} skipped",
    "line_item": "{n:# order line|# order lines} merged",
    "other_field": "{n:# row about other fields|# rows about other fields}",
    "per_person": "{n:# row|# rows} merged by person",
    "plan": "{n:# planned row|# planned rows} skipped",
    "repeated_header": "{n:# repeated header|# repeated headers} skipped",
    "title": "{n:# title|# titles} skipped",
    "total": "{n:# total|# totals} skipped",
}
"""Reason for which rows are ignored → how many there are, for a head."""

DIGESTS: Mapping[str, str] = {
    "rows_rejected": "{count:# row|# rows} rejected: {parts:,}",
    "rejected_by_column": "{n:,} {column:typed}",
    "rejected_as_cells_too_few": "{n:,} too few cells",
    "rejected_as_cells_too_many": "{n:,} too many cells",
    "rejected_as_line_in_one_cell": "{n:,} in one quoted cell",
    "rejected_as_quote_open": "{n:,} with an open quote",
    "rejected_as_broken": "{n:,} broken",
    "rejected_otherwise": "{n:,} other",
    "file_skipped": "{path:typed} was left out: it is no known kind of export",
    "amount_outlier": "{count:# amount moves|# amounts move} the average beyond its interval",
    "closed_before_created": "{count:# deal closes|# deals close} before creation",
    "leads_converted_by_deals": "{count:# lead counts|# leads count} as converted because a deal names it",
    "lost_amount_all_zero": "no lost deal has an amount: there is no win rate by value",
    "only_won": "won deals only: no win rate and no open pipeline",
    "open_with_past_close": "{count:# open deal is|# open deals are} past the expected close date",
    "sales_made": "read as a list of sales, each a won deal: there is no stage, so no win rate and no pipeline",
    "months_as_days": "{column:typed} has no day: each row counts on the last day of its {unit}",
    "rows_are_sums": "each row is a sum of sales: the number of deals and their size are unknown",
    "paid_above_deal": "{count:# deal was|# deals were} paid more than the amount",
    "probability_against_outcome": "{count:# probability contradicts|# probabilities contradict} the outcome",
    "won_amount_zero": "{count:# won deal has|# won deals have} an amount of 0, which lowers averages",
    "deal_types_mixed": "new business, renewals and expansions differ: try --by type",
    "references_unknown": "{count:# row has|# rows have} a {column:typed} that no other file lists",
    "stage_not_understood": "an unknown stage ends deals: nothing about outcomes is computed",
    "stage_words_unknown": "{count:# row in an unknown stage counts|# rows in unknown stages count} as open: {words:`,` 3 …}",
    "spelling_variants": "{column:typed} has values in several spellings",
    "and_more_alike": "{message:typed} (and {n:,} more like it)",
}
"""Code of a finding → its sentence where there is one line for it; the others are short enough as they are."""
