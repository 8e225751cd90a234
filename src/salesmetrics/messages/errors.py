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


CATALOGUE: Mapping[str, ErrorText] = {
    # --- files ---------------------------------------------------------------------------------------------------
    "file_not_found": ErrorText(
        "no such file: `{path:typed}`{near}", "check the spelling; a pattern such as `exports/*.csv` works too"
    ),
    "file_unreadable": ErrorText(
        "cannot read `{path:typed}`: {cause:said}", "check that the file exists for this user and is not locked"
    ),
    "folder_without_exports": ErrorText(
        "no export in the folder `{path:typed}`", "put .csv, .tsv, .xlsx or .parquet files there, or name a file"
    ),
    "glob_without_match": ErrorText(
        "nothing matches `{path:typed}`", "quote the pattern so that the shell leaves it alone, and check the folder"
    ),
    "stdin_is_terminal": ErrorText(
        "`-` reads an export from standard input, and nothing is piped into it",
        "try `cat deals.csv | salesmetrics report -`",
    ),
    "file_empty": ErrorText("`{path:typed}` is empty", "export it again from the CRM"),
    "header_only": ErrorText(
        "`{path:typed}` has a header and no rows", "check the filter of the export, then export again"
    ),
    "header_missing": ErrorText(
        "`{path:typed}` has no header: row {row} is a record ({cells:`,`}, …)",
        "put a line in front that names its {width} columns, correcting these guesses{tried:typed}: `{line:typed}`",
    ),
    "fixed_width": ErrorText(
        "`{path:typed}` has columns of fixed width, kept apart by spaces{header}",
        "export it as CSV; or open it in a spreadsheet with fixed column widths, and save it as CSV with a header",
    ),
    "file_binary": ErrorText(
        "`{path:typed}` is not text: {detail}",
        "export as CSV (UTF-8), or name the encoding, for example `--encoding utf-16`",
    ),
    "file_encrypted": ErrorText("`{path:typed}` is encrypted: {what} needs a password", "{fix}"),
    "unpacks_too_far": ErrorText(
        "`{path:typed}` unpacks to more than {size} from {packed}, which no export does",
        "unpack it yourself and see what it holds; if it is an export, name the unpacked file",
    ),
    "file_too_large": ErrorText(
        "`{path:typed}` holds more than {limit}",
        "split the export, for example by year, and name the parts one at a time",
    ),
    "columns_too_many": ErrorText(
        "`{path:typed}` has {least}{columns:,} columns (limit {limit:,})",
        "export only the columns that you need, or check with `--delimiter` that the file is cut where it should be",
    ),
    "sheet_too_large": ErrorText(
        "`{path:typed}` has a sheet that reaches to row {rows:,} and column {columns:,}, and nearly all of it is blank",
        "delete the rows and columns beyond the table, or save the table as CSV UTF-8",
    ),
    "files_too_many": ErrorText("`{path:typed}` holds {count:,} files (limit {limit:,})", "{fix}"),
    "member_twice": ErrorText(
        "`{path:typed}` holds {count} files named `{name}`", "unpack it, and name the file that you mean"
    ),
    "memory_short": ErrorText(
        "not enough memory{what}: {cause}",
        "raise the limit or use a larger machine, or split the export, for example by year",
    ),
    "rows_misfit": ErrorText(
        "{odd:,} of the first {read:,} rows of `{path:typed}` do not have the {width} cells of its header",
        "check with `--delimiter` that the file is cut where it should be, or export it again",
    ),
    "threads_short": ErrorText(
        "the system lets this program start no more threads",
        "raise the limit (`ulimit -u`, or that of the container), or set `POLARS_MAX_THREADS=1`",
    ),
    "disguised_file": ErrorText("`{path:typed}` is named like a CSV, but it is {actual}", "{fix}"),
    "encoding_unknown": ErrorText(
        "there is no encoding named `{encoding}`", "try `utf-8`, `cp1251`, `cp1252`, `gb18030` or `utf-16`"
    ),
    "encoding_mismatch": ErrorText(
        "`{path:typed}` is not {encoding}: byte {byte} at offset {offset}",
        "leave `--encoding` out to have it recognised, or name another one",
    ),
    "encoding_mixed": ErrorText(
        "the header of `{path:typed}` (row {row}) is not {encoding} as the rows below are: `{value}`",
        "export it again, or open it in an editor and save it as UTF-8",
    ),
    "extra_missing": ErrorText(
        "{what} needs the extra `{extra}`",
        '`pip install "salesmetrics[{extra}]"`, or in a checkout `pip install ".[{extra}]"`; or save the sheet as CSV',
    ),
    # --- columns and values --------------------------------------------------------------------------------------
    "kind_unknown": ErrorText("`{path:typed}` is not a kind of export that salesmetrics knows{detail}", "{fix}"),
    "kind_ambiguous": ErrorText("`{path:typed}` could be {first:,} or {second:typed}", "say which: {named:or}"),
    "lists_overlap": ErrorText(
        "`{first:typed}` and `{second:typed}` are two exports of one list of {kind}: {what}", "{fix}"
    ),
    "kind_name_unknown": ErrorText("there is no kind of file named `{kind}`", "use one of: {known:,}{near}"),
    "column_missing": ErrorText("`{path:typed}` has no column for {fields:`or+`}{detail}", "{fix}"),
    "map_invalid": ErrorText("`--map {text}` cannot be used: {cause}", "{fix}"),
    "date_order_ambiguous": ErrorText(
        "nothing in column `{column}` of `{path:typed}` settles how its dates are read: `{value}` (row {row}) is {first:typed} or {second:typed}",
        "name the order: `--date-order {order}` or `--date-order {other_order}`",
    ),
    "date_order_mixed": ErrorText(
        "column `{column}` of `{path:typed}` mixes day-first and month-first dates: `{value}` (row {row}) beside `{other}` (row {other_row})",
        "say which one holds: `--date-order dmy` or `--date-order mdy`; the dates that do not fit are then reported",
    ),
    "decimal_ambiguous": ErrorText(
        "nothing in column `{column}` of `{path:typed}` settles how its numbers are read: `{value}` (row {row}) is {first:typed} or {second:typed}",
        "name the decimal mark: `--decimal point` or `--decimal comma`",
    ),
    "probability_scale_mixed": ErrorText(
        "column `{column}` of `{path:typed}` mixes probabilities of 0–1 and of 0–100: `{value}` (row {row}) beside `{other}`",
        "correct the column, or leave it out with `--map probability=`",
    ),
    "too_many_rejected": ErrorText(
        "no row of `{path:typed}` can be used: {rejected} of {read} rejected, first at row {row}: {reason:said}",
        "{fix:typed}",
    ),
    # --- options -------------------------------------------------------------------------------------------------
    "option_invalid": ErrorText("`{option} {value}` cannot be used: {cause}", "{fix}"),
    "kpi_unknown": ErrorText("there is no KPI `{name}`", "{fix}"),
    "command_unknown": ErrorText("there is no command `{name}` that writes JSON", "{fix}"),
    "family_unknown": ErrorText("there is no KPI family `{name}`", "use one of: {known:,}"),
    "dimension_unknown": ErrorText("cannot group by `{name}`: no file has such a column", "{fix}"),
    "segments_too_many": ErrorText(
        "`--by {names:typed}` would make {count:,} segments (limit {limit:,})",
        "choose a coarser column, or fewer of them",
    ),
    "values_too_many": ErrorText(
        "`--every {every}` would make {count:,} values (limit {limit:,})",
        "choose a longer step with `--every`, a shorter `--period` or fewer KPIs; a date far from all others makes a series long, too: `salesmetrics check` names it",
    ),
    "where_invalid": ErrorText("`--where {text}` cannot be used: {cause}", "{fix}"),
    "output_unwritable": ErrorText("cannot write `{path:typed}`: {cause:said}", "choose another place with `-o`"),
    "output_is_input": ErrorText("{output:typed} would overwrite {path:typed}", "write to another file"),
    "outputs_collide": ErrorText(
        "the output and the rejected rows would both be written to {path:typed}",
        "name a file of its own for each: `-o FILE` and `--rejects OTHER`",
    ),
    "format_unknown": ErrorText(
        "cannot tell the format of `{path:typed}` from its name", "add `--format table`, `csv` or `json`"
    ),
    "file_exists": ErrorText("`{path:typed}` exists already", "`--force` overwrites it, `-o FILE` writes to another"),
    "config_syntax": ErrorText(
        "`{path:typed}` is not TOML: {cause:said}", "correct it, or leave it aside with `--no-config`"
    ),
    "variable_invalid": ErrorText("`{variable:typed}`: {cause}", "{fix}"),
    "config_invalid": ErrorText("`{path:typed}` line {line:typed}, `{key}`: {cause}", "{fix:in_file}"),
    "kpi_invalid": ErrorText("`{path:typed}` `[kpi.{name}]`: {cause}", "{fix}"),
    "plugin_invalid": ErrorText("the plugin `{name}` cannot be used: {cause}", "correct it, or uninstall it"),
    "outcome_unsettled": ErrorText("`{kpis}` cannot be computed: {cause:said}", "{fix:typed}"),
    "report_empty": ErrorText("nothing to report: {cause}", "{fix}"),
    "business_hours_invalid": ErrorText(
        "`{text}` are no business hours", "write them as `09:00-18:00 Mon-Fri`, in the time zone of the export"
    ),
    # --- ourselves -----------------------------------------------------------------------------------------------
    "bug": ErrorText(
        "unexpected {type}: {cause:said}",
        "this is a fault of salesmetrics; run again with `--debug` and report what it prints",
    ),
}
