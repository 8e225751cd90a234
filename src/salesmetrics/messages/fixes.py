"""What to do next: the ``fix`` of an error, and what may stand before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIXES"]

_SQL = (
    "comparisons, AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL, arithmetic, CASE, CAST, and "
    "functions such as ABS, ROUND, LENGTH, LOWER, COALESCE, EXTRACT"
)

_RESHAPE = (
    "give each period a row of its own: a row per rep and period, with columns `Rep`, `Period` (2026-Q1), `Quota`"
)

FIXES: Mapping[str, str] = {
    # --- any value --------------------------------------------------------------------------------------------------
    "type_again": "type it again",
    "did_you_mean_this": "did you mean `{near}`?",
    "did_you_mean_schema": "did you mean `salesmetrics schema {near}`?",
    "did_you_mean": "did you mean `{near}`? ",
    # --- options ----------------------------------------------------------------------------------------------------
    "symbol_example": "for example `--currency-symbol '$=USD'`; in a shell the quotes keep the sign as it is",
    "map_example": 'for example {set:map amount="Deal size"}',
    "format_to_try": "try {set:format {form}}",
    "level_example": "for example {set:level 0.9}",
    "min_n_example": "for example {set:min-n 20}",
    "variable_example": "for example `{variable}={example}`",
    "age_example": "for example {set:max-age 7d}",
    "name_a_date": "name the column with {set:map created=HEADER} or {set:map closed=HEADER}",
    # --- days and periods -------------------------------------------------------------------------------------------
    "period_this_quarter": "add {set:period this-quarter}",
    "period_begun": "choose a period that has begun",
    "period_last_days": "for example {set:period last-90-days}",
    "period_range": "for example {set:period 2026-01-01..2026-03-31}",
    "period_two_dots": "give the first day, two dots, and the last day",
    "period_forms": "{near}forms: {forms}",
    "without_compare": "leave `--compare` out",
    "day_example": "write year-month-day, for example {set:as-of 2026-01-31}",
    "day_or_today": "{near}write {set:as-of 2026-01-31} or {set:as-of today}",
    "year_wrong": "correct the year",
    "zone_example": "use a name such as `Europe/Berlin`",
    "other_period": "ask for another period",
    "see_another_day": "see it on another day: `salesmetrics report FILE --kpi {kpi} --as-of DATE`",
    "see_its_value": "see its value: `salesmetrics report FILE --kpi {kpi}`",
    # --- files --------------------------------------------------------------------------------------------------------
    "export_not_print": "export the list as CSV instead of printing it",
    "unpack_and_name_csv": "unpack it, then name the CSV inside",
    "unpack_bzip2": "unpack it with `bunzip2`, or pack it with gzip",
    "unpack_xz": "unpack it with `xz -d`, or pack it with gzip",
    "export_table": "export the table as CSV",
    "name_an_export": "name an export",
    "write_unencrypted": "write it without encryption",
    "unpack_once": "unpack it once, and name the result",
    "save_without_password": "save it without a password, or as CSV UTF-8",
    "export_csv_from_crm": "export the list as CSV from the CRM",
    "choose_csv": "choose CSV in the export dialog, or open it in a spreadsheet and save it as CSV UTF-8",
    "unpack_and_name": "unpack it, and name the files that you need",
    "unpack_with_password": "unpack it with its password, then name the file",
    "save_as_xlsx": "save it as .xlsx or CSV UTF-8",
    "unpack_then_name": "unpack it, then name the file you mean",
    "export_list": "export the list as CSV",
    "rename_it": "rename it to `{name:typed}`, or save it as CSV UTF-8",
    "did_you_mean_in_brackets": " (did you mean `{near}`?)",
    "name_fewer_files": "name the files that you need, or a narrower pattern",
    "use_delimiter": "use one of {known:`,`}, or `tab`",
    "check_says_why": "`salesmetrics check FILE` says why",
    "use_currency_code": "use an ISO 4217 code, for example `--currency-symbol '$=USD'`",
    "export_stages_alone": "export the history of stages alone, or keep only the rows in which the stage changed",
    "option_that_fits": "{set:{option} {value}} fits; without {option_or_key} it is recognised where the file proves it",
    "export_deals_themselves": "export the deals themselves, a row for each; if `{column}` is a number of units of one of them, type"
    " `--map quantity={column:shell}`",
    "export_leads_themselves": "export the leads themselves, a row for each",
    "correct_file": "correct the file, or say how it is cut: `--delimiter CHAR`",
    "correct_or_leave_out": "correct the column, or leave it out with `--map {field}=`",
    "correct_or_leave_out_of_kind": "correct the column, or leave it out with `{kind}={path:typed}` and `--map {field}=`",
    "correct_or_other_column": "correct the column, or name another one: `--map {field}=HEADER`",
    "report_command": "`salesmetrics report {files:typed}`",
    "or_own_numbers": "; or, as each file seems to number its own records: `salesmetrics report {files:typed} --map id=`",
    "report_newest": "report the newest file without the older: {command}{own}",
    "take_others_out": "the newest is `{path:typed}`: take the others out of the archive or workbook{own}",
    "take_one_out": "take `{first:typed}` or `{second:typed}` out of the archive or workbook{own}",
    "report_one": "report only one of them: {first} or {second}{own}",
    "add_currency_column": "add a currency column",
    "add_rates": "add a rates file",
    "sign_or_rates": "if {named} is {code}, add `--currency-symbol '{sign}={code}'`; else add a rates file",
    "check_code": "check the code, or add its rates",
    "check_spelling": "check its spelling",
    "did_you_mean_map": 'did you mean {set:map {field}="{near}"}?',
    "its_headers": "its headers are: {headers:`,` 8 more}",
    "export_as_now": "export the records as they are now",
    "reshape": _RESHAPE,
    "reshape_quotas": f"if it holds quotas, {_RESHAPE}",
    "amount_to_make": "`{column}` is the price of one unit: add a column `Amount` with the price times the quantity",
    "the_kinds": "the kinds are {kinds:,}; if it is one of them, name it and its columns: `KIND={path:typed} --map FIELD=HEADER`",
    "name_kind": "if it lists {kind} all the same, name the kind: `{kind}={path:typed}`",
    "name_kind_and_columns": "if it lists {kind} all the same, name the kind: `{kind}={path:typed}`; for the missing column, {columns}",
    "export_with_missing": "if it lists {kind}, export it with what it lacks: none of its other columns can be that",
    "months_held": "`{column}` holds months without a day, such as `{month}`: export the dates with their days",
    "months_held_by_kind": "`{column}` holds months without a day, such as `{month}`: if it lists {kind}, type"
    " `{kind}={path:typed} --map period={column:shell}`",
    "none_can_be_it": "none of its other columns can be one ({columns:`,` 8 more}): export the file with it",
    "no_other_column": "none of its other columns can be one (there is none): export the file with it",
    "columns_to_type": "if {columns:`and+`} {columns:is it|are they}, type `{options:typed}`",
    "column_to_name": "name it: `--map {field}=HEADER`; columns that can hold it: {columns:`,` 8 more}",
    "name_it": "if it is, name it: `{kind}={path:typed}`",
    # --- SQL --------------------------------------------------------------------------------------------------------
    "write_at_most": "write at most {most:,}",
    "write_fewer": "write fewer",
    "write_for_example": "write for example `{example}`",
    "use_one_of": "use one of: {known:,}",
    "where_example": "write an SQL condition such as `--where \"amount > 1000 AND owner = 'Ann'\"`",
    "sql_close_quote": "close it, or write it twice inside a text",
    "sql_without_comment": "leave it out; write `- -1` for two signs",
    "sql_one_expression": f"write one expression: {_SQL}",
    "sql_allowed": f"allowed are {_SQL}",
    "sql_allowed_or_quoted": f'allowed are {_SQL}; a column of that name is written in `"…"`',
    "sql_flatter": "write it flatter",
    "sql_write_in": "write `column IN (…)` for many values of one column",
    "sql_digits": "write at most {most} digits",
    "sql_quote_dotted": 'write `"a.b"` for a header that holds a dot',
    "sql_other_header": "give the column another header",
    "sql_cast_to": "cast to one of: {types:,}",
    "case_example": "for example `CASE WHEN … THEN 1 ELSE 0 END`",
    "column_holds": "`{column}` holds {values:`,` 5 , …}",
    "did_you_mean_by": "did you mean {set:by {near}}? ",
    "where_all_have": "leave `--where` out, or name columns that all of these files have",
    "add_needs": "add {needs:;}",
    "add_deals": "add a deals file, or a history of stages",
    "report_invoices": "report an invoices file, with a paid amount or a payment date",
    "name_survey": "name the column of scores after its question, such as `NPS` or `CSAT`, or add a column `survey type`",
    "other_kpis": "ask for other KPIs",
    "loosen_condition": "loosen the condition",
    "columns_there": "{near}columns: {columns:,}",
    "compare_as_number": "write `TRY_CAST({name} AS DOUBLE) {operator} {value}` to compare it as a number",
    "compare_as_text_or_number": "write `'{value}'` for the text, or `TRY_CAST({name} AS DOUBLE) {operator} {value}`",
    "number_unquoted": "write a number without quotes",
    "numbers_unquoted": "write numbers without quotes, or `TRY_CAST(… AS DOUBLE)` for a text",
    "write_a_date": "write `{column} {operator} DATE '2026-01-31'`, as year-month-day",
    # --- KPIs, goals ------------------------------------------------------------------------------------------------
    "did_you_mean_one_of": "did you mean {near:`or+`}? ",
    "list_kpis": "{near}`salesmetrics kpis` lists them all",
    "list_measures": "{near}`salesmetrics kpis` lists them",
    "use_measure": "use a measure or KPI: `salesmetrics kpis` lists them",
    "use_kpi": "use a KPI that rests on it",
    "other_name": "choose another name",
    "break_circle": "break the circle",
    "kpi_example": "for example `calls / won_deals`",
    "goal_example": "write for example `win_rate >= 25%` or `revenue >= 500000`",
    "goal_to_write": "write `{kpi} {condition}`",
    # --- settings ---------------------------------------------------------------------------------------------------
    "see_settings": "see docs/configuration.md",
    "and_see_settings": "{fix}; see docs/configuration.md",
    "known_keys": "{near}known keys: {keys:,}",
    "write_as_share": "write it as a share: `{key} = {share}` is {percent} %",
    "each_at_once": "give each `at` once",
    "at_rising": "write `at` in rising order",
    "tiers_example": "write for example `tiers = [{{ at = 0, rate = 0.05 }}, {{ at = 1, rate = 0.08 }}]`",
    "incentive_form": "write for example `tiers = [{{ at = 0, rate = 0.05 }}, {{ at = 1, rate = 0.08 }}]`: each rate is paid from that"
    " share of the quota on; other keys: `marginal`, `threshold`, `accelerator`, `bonus_at_quota`, `bonus_per_unit`, `cap`,"
    " `cap_attainment`; see docs/configuration.md",
}
