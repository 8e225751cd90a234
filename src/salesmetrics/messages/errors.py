"""What stops a command: a message and a hint for each code of ``SalesmetricsError``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CATALOGUE", "ErrorText"]


class ErrorText(NamedTuple):
    """Templates of one error: what is wrong, and what to type next."""

    message: str
    hint: str


_LESS_DISK = (
    "a large file is read in parts, which needs about {gigabytes:,.1f} GB of disk: name a folder that has as much, `TMPDIR=/path salesmetrics …`,"
    " or read it in memory, `--memory {memory}`"
)

CATALOGUE: Mapping[str, ErrorText] = {
    # --- files ---------------------------------------------------------------------------------------------------
    "file_not_found": ErrorText(
        "no such file: `{path:typed}`{near}", "check the spelling; patterns such as `exports/*.csv` also work"
    ),
    "file_unreadable": ErrorText(
        "cannot read `{path:typed}`: {cause:said}",
        "check that the file is complete, that you may read it, and that no other program has locked it",
    ),
    "folder_without_exports": ErrorText(
        "no exports in folder `{path:typed}`", "put .csv, .tsv, .xlsx or .parquet files there, or name a file"
    ),
    "glob_without_match": ErrorText(
        "no file matches `{path:typed}`", "quote the pattern so that the shell does not expand it, and check the folder"
    ),
    "stdin_is_terminal": ErrorText(
        "`-` reads standard input, but nothing is piped into it",
        "try `cat deals.csv | salesmetrics report -`",
    ),
    "file_empty": ErrorText("`{path:typed}` is empty", "export it again from the CRM"),
    "header_only": ErrorText(
        "`{path:typed}` has a header but no rows", "check the filter of the export, then export again"
    ),
    "header_missing": ErrorText(
        "`{path:typed}` has no header: row {row} is already a record ({cells:`,`}, …)",
        "add a header line for its {width} columns; correct these guesses{tried:typed}: `{line:typed}`",
    ),
    "fixed_width": ErrorText(
        "`{path:typed}` has fixed-width columns separated by spaces{header}",
        "export it as CSV; or open it in a spreadsheet with fixed column widths and save it as CSV with a header",
    ),
    "file_binary": ErrorText(
        "`{path:typed}` is not a text file: {detail}",
        "export as CSV (UTF-8), or name the encoding, for example `--encoding utf-16`",
    ),
    "file_encrypted": ErrorText("`{path:typed}` is encrypted: {what} needs a password", "{fix}"),
    "unpacks_too_far": ErrorText(
        "`{path:typed}` unpacks from {packed} to more than {size}, which is not plausible for an export",
        "unpack it yourself and check its contents; if it is an export, name the unpacked file",
    ),
    "file_too_large": ErrorText(
        "`{path:typed}` is larger than {limit}",
        "split the export, for example by year, and name the parts one at a time",
    ),
    "columns_too_many": ErrorText(
        "`{path:typed}` has {least}{columns:,} columns (limit {limit:,})",
        "export only the columns you need; if the columns are split wrongly, set `--delimiter`",
    ),
    "sheet_too_large": ErrorText(
        "`{path:typed}` has a sheet that extends to row {rows:,} and column {columns:,} but is almost entirely blank",
        "delete the rows and columns outside the table, or save the table as CSV UTF-8",
    ),
    "files_too_many": ErrorText("`{path:typed}` contains {count:,} files (limit {limit:,})", "{fix}"),
    "member_twice": ErrorText(
        "`{path:typed}` contains {count} files named `{name}`", "unpack it and name the file you want"
    ),
    "memory_short": ErrorText(
        "not enough memory{what}: {cause}",
        "raise the limit, use a larger machine, or split the export, for example by year",
    ),
    "answer_large": ErrorText(
        "{records:,} records in the answer take about {gigabytes:,.1f} GB of memory, and `--memory` is {limit:,.1f} GB",
        "ask for fewer records, for example of one period (`--period`), or raise `--memory`",
    ),
    "rows_misfit": ErrorText(
        "{odd:,} of the first {read:,} rows of `{path:typed}` do not have {width} cells like the header",
        "check the delimiter (`--delimiter`), or export the file again",
    ),
    "threads_short": ErrorText(
        "the system does not allow any more threads",
        "raise the limit (`ulimit -u`, or that of the container), or set `POLARS_MAX_THREADS=1`",
    ),
    "open_files_short": ErrorText(
        "the system does not allow enough open files", "raise the limit (`ulimit -n`, or that of the container)"
    ),
    "temporary_missing": ErrorText("no folder takes temporary files", _LESS_DISK),
    "temporary_unwritable": ErrorText("cannot write temporary files to `{path:typed}`: {cause:said}", _LESS_DISK),
    "engine_missing": ErrorText("`--engine spark` needs {what}", "{fix}"),
    "engine_not_started": ErrorText(
        "Spark cannot start: {cause:said}", "check {set:master URL}, or leave out {set:engine spark}"
    ),
    "engine_failed": ErrorText(
        "Spark stopped: {cause:said}",
        "check that every executor reaches the files under this path, and has memory left; or leave out {set:engine spark}",
    ),
    "engine_declines": ErrorText("Spark cannot read `{path:typed}`: {cause}", "{fix}"),
    "place_needs_spark": ErrorText(
        "`{path:typed}` is an address, which only Spark reads",
        "add {set:engine spark}, or copy the file here and name it by its path",
    ),
    "place_unreachable": ErrorText(
        "Spark cannot reach `{path:typed}`: {cause:said}",
        "check the address; for some of them Spark needs a library (`spark.jars.packages`)",
    ),
    "disguised_file": ErrorText("the content of `{path:typed}` does not match its name: it is {actual}", "{fix}"),
    "encoding_unknown": ErrorText(
        "unknown encoding `{encoding}`", "try `utf-8`, `cp1251`, `cp1252`, `gb18030` or `utf-16`"
    ),
    "encoding_mismatch": ErrorText(
        "`{path:typed}` is not valid {encoding}: byte {byte} at offset {offset}",
        "leave out `--encoding` to detect it, or name another encoding",
    ),
    "encoding_mixed": ErrorText(
        "the header of `{path:typed}` (row {row}) is not {encoding} like the rows below it: `{value}`",
        "export it again, or open it in an editor and save it as UTF-8",
    ),
    "package_missing": ErrorText(
        "{what} requires the package `{package}`, which is not installed",
        "run `pip install {package}`, or save the sheet as CSV",
    ),
    # --- columns and values --------------------------------------------------------------------------------------
    "kind_unknown": ErrorText("`{path:typed}` is not a known kind of export{detail}", "{fix}"),
    "kind_ambiguous": ErrorText("`{path:typed}` could be {first:,} or {second:typed}", "{fix}"),
    "lists_overlap": ErrorText("`{first:typed}` and `{second:typed}` {relation}: {what}", "{fix}"),
    "kind_name_unknown": ErrorText("unknown kind of file `{kind}`", "use one of: {known:,}{near}"),
    "column_missing": ErrorText("`{path:typed}` has no column for {fields:`or`}{detail}", "{fix}"),
    "map_invalid": ErrorText("invalid `--map {text}`: {cause}", "{fix}"),
    "date_order_ambiguous": ErrorText(
        "column `{column}` of `{path:typed}` has ambiguous dates: `{value}` (row {row}) could be {first:typed} or {second:typed}",
        "set the order: `--date-order {order}` or `--date-order {other_order}`",
    ),
    "date_order_mixed": ErrorText(
        "column `{column}` of `{path:typed}` mixes day-first and month-first dates: `{value}` (row {row}) and `{other}` (row {other_row})",
        "set the order: `--date-order dmy` or `--date-order mdy`; dates that do not match it are then reported",
    ),
    "decimal_ambiguous": ErrorText(
        "column `{column}` of `{path:typed}` has ambiguous numbers: `{value}` (row {row}) could be {first:typed} or {second:typed}",
        "set the decimal mark: `--decimal point` or `--decimal comma`",
    ),
    "probability_scale_mixed": ErrorText(
        "column `{column}` of `{path:typed}` mixes probabilities from 0 to 1 and from 0 to 100: `{value}` (row {row}) and `{other}`",
        "correct the column, or ignore it with `--map probability=`",
    ),
    "too_many_rejected": ErrorText(
        "no usable rows in `{path:typed}`: {rejected} of {read} rejected, the first is row {row}: {reason:said}",
        "{fix:typed}",
    ),
    # --- options -------------------------------------------------------------------------------------------------
    "option_invalid": ErrorText("invalid `{option} {value}`: {cause}", "{fix}"),
    "option_unknown": ErrorText("`{command}` has no option `{option:typed}`", "{fix}"),
    "option_needed": ErrorText("`{command}` needs `{option}`", "{fix}"),
    "option_first": ErrorText("`{option:typed}` comes before the command", "{fix}"),
    "value_missing": ErrorText("`{option:typed}` needs a value", "{fix}"),
    "value_unwanted": ErrorText("`{option:typed}` takes no value", "leave out `=` and what follows it"),
    "argument_missing": ErrorText("`{command}` needs {argument}", "{fix}"),
    "argument_extra": ErrorText("`{command}` takes no argument `{argument:typed}`", "{fix}"),
    "argument_unlike": ErrorText("`{command}` cannot use an argument of type `{type}`: {cause}", "{fix}"),
    "file_for_kpi": ErrorText("`{name:typed}` is a file, not a KPI", "{fix}"),
    "kpi_for_file": ErrorText("`{name:typed}` is a KPI, not a file", "{fix}"),
    "verb_unknown": ErrorText("no command `{name:typed}`", "{fix}"),
    "topic_unknown": ErrorText("no help on `{name:typed}`", "{fix}"),
    "file_as_command": ErrorText("`{name:typed}` is a file, not a command", "{fix}"),
    "kpi_as_command": ErrorText("`{name:typed}` is a KPI, not a command", "{fix}"),
    "usage": ErrorText("`{command}`: {cause:said}", "run `{command} -h` for its options"),
    "option_idle": ErrorText("`{option:typed}` has no effect: {cause}", "{fix}"),
    "kpi_unknown": ErrorText("unknown KPI `{name}`", "{fix}"),
    "command_unknown": ErrorText("no command `{name}` writes JSON", "{fix}"),
    "family_unknown": ErrorText("unknown KPI family `{name}`", "{near}use one of: {known:,}"),
    "dimension_unknown": ErrorText("cannot group by `{name}`: no file has this column", "{fix}"),
    "segments_too_many": ErrorText(
        "`--by {names:typed}` would create {count:,} segments (limit {limit:,})",
        "keep the first with {set:top 20}, or choose a column with fewer values, or fewer columns",
    ),
    "values_too_many": ErrorText(
        "`--every {every}` would create {count:,} values (limit {limit:,})",
        "use a longer step with `--every`, a shorter `--period` or fewer KPIs; `salesmetrics check` names a date far from all others",
    ),
    "where_invalid": ErrorText("invalid `--where {text}`: {cause}", "{fix}"),
    "pseudonyms_collide": ErrorText(
        "two names have the same pseudonym `{pseudonym}`",
        "use another key, in `SALESMETRICS_KEY` or under `[output]` in the settings file",
    ),
    "output_unwritable": ErrorText(
        "cannot write `{path:typed}`: {cause:said}", "check the folder, its permissions and the free space"
    ),
    "output_is_input": ErrorText("{output:typed} would overwrite {path:typed}", "write to another file"),
    "outputs_collide": ErrorText(
        "the output and the rejected rows would both be written to {path:typed}",
        "use a different file for each: `-o FILE` and `--rejects OTHER`",
    ),
    "format_unknown": ErrorText(
        "cannot infer the format of `{path:typed}` from its extension",
        "use one of these extensions, or add `--format FORMAT`: {forms:,}",
    ),
    "output_is_folder": ErrorText("`{path:typed}` is a folder, not a file", "name a file in that folder"),
    "file_exists": ErrorText(
        "`{path:typed}` already exists", "overwrite it with `--force`, or write to another file with `-o FILE`"
    ),
    "demo_folder_taken": ErrorText(
        "folder `{path:typed}` is not empty", "name another folder: `salesmetrics demo {free:typed}`"
    ),
    "demo_folder_is_file": ErrorText(
        "`{path:typed}` is a file, not a folder", "name another folder: `salesmetrics demo {free:typed}`"
    ),
    "config_syntax": ErrorText(
        "`{path:typed}` is not valid TOML: {cause:said}", "correct it, or ignore it with `--no-config`"
    ),
    "variable_invalid": ErrorText("`{variable:typed}`: {cause}", "{fix}"),
    "config_invalid": ErrorText("`{path:typed}` line {line:typed}, `{key}`: {cause}", "{fix:in_file}"),
    "kpi_invalid": ErrorText("`{path:typed}` `[kpi.{name}]`: {cause}", "{fix}"),
    "plugin_invalid": ErrorText("cannot load the plugin `{name}`: {cause}", "correct it, or uninstall it"),
    "outcome_unsettled": ErrorText("cannot compute `{kpis}`: {cause:said}", "{fix:typed}"),
    "stage_order_unknown": ErrorText(
        "the order of the stages{pipeline} is unclear: deals pass {stages:`and`} in either order",
        "write a file with the lines {lines:`and` 40 more} in your order, and add it as `pipelines=FILE`",
    ),
    "period_missing": ErrorText(
        "`forecast` needs a period", "try `salesmetrics forecast {files:typed} --period {period}`"
    ),
    "period_over": ErrorText(
        "`{period}` is over on {as_of}: nothing is left to forecast",
        "see what it brought with `salesmetrics report {files:typed} --period {period}`, or forecast"
        " `salesmetrics forecast {files:typed} --period {running}`",
    ),
    "stage_order_lacks": ErrorText(
        "`stage_order` in the settings names some of the stages{pipeline} but not {stages:`and` 20 more}",
        "add the others to `stage_order` under `[settings]`, in their place",
    ),
    "as_of_before_data": ErrorText(
        "no data up to {as_of}: they begin on {first}",
        "name a later day, for example `--as-of {last:iso}`, or leave `--as-of` out",
    ),
    "report_empty": ErrorText("nothing to report: {cause}", "{fix}"),
    "business_hours_invalid": ErrorText(
        "invalid business hours `{text}`", "write them like `09:00-18:00 Mon-Fri`, in the time zone of the export"
    ),
    # --- exports of one list -------------------------------------------------------------------------------------
    "exports_too_few": ErrorText(
        "`compare` needs two exports of deals or more, and {paths:this is|these are} {paths:,}",
        "name an earlier export too, for example `salesmetrics compare deals-2026-09-20.csv deals-2026-09-30.csv`",
    ),
    "exports_same_day": ErrorText(
        "`{first:typed}` and `{second:typed}` are exports of the same day, {day} ({source})",
        "{fix}",
    ),
    "exports_reversed": ErrorText(
        "`{path:typed}` is of {day}, and the export after it is older",
        "put the older export first: `salesmetrics compare {files:typed}`",
    ),
    "export_undated": ErrorText(
        "`{path:typed}` has no date in its name, and {shared:# deal|# deals} of `{newest:typed}`: its place among the exports is unknown",
        "put its day into its name (such as `deals-2026-09-30.csv`), or leave it out",
    ),
    "exports_undated": ErrorText(
        "`{path:typed}` has no date in its name and no dated event, so its day is unknown",
        "set it: `--on {path:shell}=DATE`",
    ),
    "snapshot_day_unreadable": ErrorText(
        "column `{column}` of `{path:typed}` should hold the day of each snapshot, but row {row} has `{value}`",
        "write it as year-month-day, or export each snapshot to a file of its own",
    ),
    "exports_unrelated": ErrorText(
        "`{first:typed}` and `{second:typed}` share {shared:,} of {deals:# id|# ids}, so they are exports of different lists (for example `{example}` and `{other}`)",
        "{fix}",
    ),
    "currency_in_one_export": ErrorText(
        "`{path:typed}` names no currency, and the amounts of `{other:typed}` are in {codes:and}{blank}: which of them its amounts are in is unknown",
        "export it again with its currency column, or name the column with `--map currency=HEADER`",
    ),
    "ids_missing": ErrorText(
        "`{path:typed}` has no deal ids{rows}, and deals are matched by id only",
        "add the record id to the export (HubSpot `Record ID`, Salesforce `Opportunity ID`, Pipedrive `Deal - ID`), or name its column with `--map id=HEADER`",
    ),
    "ids_twice": ErrorText(
        "`{path:typed}` has deal id `{id}` on rows {rows:, 5 , …}{more}",
        "export each deal once: as a list of deals, without products or contacts",
    ),
    # --- ourselves -----------------------------------------------------------------------------------------------
    "bug": ErrorText(
        "unexpected {type}: {cause:said}",
        "this is a bug in salesmetrics; run again with `--debug` and report the output",
    ),
}
