"""One catalogue of everything that stops a command: message, hint and exit code in one place.

Raise with ``raise SalesmetricsError("file_not_found", path=path)``. The details fill the templates and travel with the
exception (``file``, ``row``, ``column``, ``value`` …), so that the command line prints them and a program can read them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CATALOGUE", "ErrorKind", "ExitCode", "SalesmetricsError", "counted", "shortened"]

_SHOWN = 200
_SENTENCE = 2_000
_NAMED = re.compile(rf"`([^`]{{{_SHOWN + 1},}})`")
_SENTENCES = frozenset(
    {"cause", "cells", "detail", "field", "header", "how", "known", "listed", "reason", "what", "words"}
)
"""Details that are put together of words of ours and values."""
_TO_TYPE = frozenset({"files", "first", "fix", "line", "names", "options", "output", "path", "second", "tried"})
"""Details that are typed again, pasted or opened: cut only where nobody could."""
_TYPED = 20_000


class ExitCode(IntEnum):
    """What the process says to its caller."""

    OK = 0
    CHECK_FAILED = 1
    INPUT_ERROR = 2
    BUG = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """One way a command can stop. ``message`` and ``hint`` are ``str.format`` templates over the error's details."""

    message: str
    hint: str
    exit_code: ExitCode = ExitCode.INPUT_ERROR


CATALOGUE: dict[str, ErrorKind] = {
    # --- files ---------------------------------------------------------------------------------------------------
    "file_not_found": ErrorKind(
        "no such file: `{path}`", "check the spelling; a pattern such as `exports/*.csv` works too"
    ),
    "file_unreadable": ErrorKind(
        "cannot read `{path}`: {cause}", "check that the file exists for this user and is not locked"
    ),
    "folder_without_exports": ErrorKind(
        "no export in the folder `{path}`", "put .csv, .tsv, .xlsx or .parquet files there, or name a file"
    ),
    "glob_without_match": ErrorKind(
        "nothing matches `{path}`", "quote the pattern so that the shell leaves it alone, and check the folder"
    ),
    "stdin_is_terminal": ErrorKind(
        "`-` reads an export from standard input, and nothing is piped into it",
        "try `cat deals.csv | salesmetrics report -`",
    ),
    "file_empty": ErrorKind("`{path}` is empty", "export it again from the CRM"),
    "header_only": ErrorKind("`{path}` has a header and no rows", "check the filter of the export, then export again"),
    "header_missing": ErrorKind(
        "`{path}` has no header: row {row} is a record ({cells}, …)",
        "put a line in front that names its {width} columns, correcting these guesses{tried}: `{line}`",
    ),
    "fixed_width": ErrorKind(
        "`{path}` has columns of fixed width, kept apart by spaces{header}",
        "export it as CSV; or open it in a spreadsheet with fixed column widths, and save it as CSV with a header",
    ),
    "file_binary": ErrorKind(
        "`{path}` is not text: {detail}", "export as CSV (UTF-8), or name the encoding, for example `--encoding utf-16`"
    ),
    "file_encrypted": ErrorKind("`{path}` is encrypted: {what} needs a password", "{fix}"),
    "unpacks_too_far": ErrorKind(
        "`{path}` unpacks to more than {size} from {packed}, which no export does",
        "unpack it yourself and see what it holds; if it is an export, name the unpacked file",
    ),
    "file_too_large": ErrorKind(
        "`{path}` holds more than {limit}", "split the export, for example by year, and name the parts one at a time"
    ),
    "columns_too_many": ErrorKind(
        "`{path}` has {columns} columns (limit {limit})",
        "export only the columns that you need, or check with `--delimiter` that the file is cut where it should be",
    ),
    "sheet_too_large": ErrorKind(
        "`{path}` has a sheet that reaches to row {rows} and column {columns}, and nearly all of it is blank",
        "delete the rows and columns beyond the table, or save the table as CSV UTF-8",
    ),
    "files_too_many": ErrorKind("`{path}` holds {count} files (limit {limit})", "{fix}"),
    "member_twice": ErrorKind(
        "`{path}` holds {count} files named `{name}`", "unpack it, and name the file that you mean"
    ),
    "memory_short": ErrorKind(
        "not enough memory{what}: {cause}",
        "raise the limit or use a larger machine, or split the export, for example by year",
    ),
    "rows_misfit": ErrorKind(
        "{odd} of the first {read} rows of `{path}` do not have the {width} cells of its header",
        "check with `--delimiter` that the file is cut where it should be, or export it again",
    ),
    "threads_short": ErrorKind(
        "the system lets this program start no more threads",
        "raise the limit (`ulimit -u`, or that of the container), or set `POLARS_MAX_THREADS=1`",
    ),
    "disguised_file": ErrorKind("`{path}` is named like a CSV, but it is {actual}", "{fix}"),
    "encoding_unknown": ErrorKind(
        "there is no encoding named `{encoding}`", "try `utf-8`, `cp1251`, `cp1252`, `gb18030` or `utf-16`"
    ),
    "encoding_mismatch": ErrorKind(
        "`{path}` is not {encoding}: byte {byte} at offset {offset}",
        "leave `--encoding` out to have it recognised, or name another one",
    ),
    "encoding_mixed": ErrorKind(
        "the header of `{path}` (row {row}) is not {encoding} as the rows below are: `{value}`",
        "export it again, or open it in an editor and save it as UTF-8",
    ),
    "extra_missing": ErrorKind(
        "{what} needs the extra `{extra}`",
        '`pip install "salesmetrics[{extra}]"`, or in a checkout `pip install ".[{extra}]"`; or save the sheet as CSV',
    ),
    # --- columns and values --------------------------------------------------------------------------------------
    "kind_unknown": ErrorKind("`{path}` is not a kind of export that salesmetrics knows{detail}", "{fix}"),
    "kind_ambiguous": ErrorKind("`{path}` could be {first} or {second}", "say which: {fix}"),
    "lists_overlap": ErrorKind("`{first}` and `{second}` are two exports of one list of {kind}: {what}", "{fix}"),
    "kind_name_unknown": ErrorKind("there is no kind of file named `{kind}`", "use one of: {known}"),
    "column_missing": ErrorKind("`{path}` has no column for {field}", "{fix}"),
    "map_invalid": ErrorKind("`--map {text}` cannot be used: {cause}", "{fix}"),
    "date_order_ambiguous": ErrorKind(
        "nothing in column `{column}` of `{path}` settles how its dates are read: `{value}` (row {row}) is {first} or {second}",
        "name the order: {options}",
    ),
    "date_order_mixed": ErrorKind(
        "column `{column}` of `{path}` mixes day-first and month-first dates: `{value}` (row {row}) beside `{other}` (row {other_row})",
        "say which one holds: `--date-order dmy` or `--date-order mdy`; the dates that do not fit are then reported",
    ),
    "decimal_ambiguous": ErrorKind(
        "nothing in column `{column}` of `{path}` settles how its numbers are read: `{value}` (row {row}) is {first} or {second}",
        "name the decimal mark: `--decimal point` or `--decimal comma`",
    ),
    "probability_scale_mixed": ErrorKind(
        "column `{column}` of `{path}` mixes probabilities of 0–1 and of 0–100: `{value}` (row {row}) beside `{other}`",
        "correct the column, or leave it out with `--map probability=`",
    ),
    "too_many_rejected": ErrorKind(
        "no row of `{path}` can be used: {rejected} of {read} rejected, first at row {row}: {reason}",
        "{fix}",
    ),
    # --- options -------------------------------------------------------------------------------------------------
    "option_invalid": ErrorKind("`{option} {value}` cannot be used: {cause}", "{fix}"),
    "kpi_unknown": ErrorKind("there is no KPI `{name}`", "{fix}"),
    "family_unknown": ErrorKind("there is no KPI family `{name}`", "use one of: {known}"),
    "dimension_unknown": ErrorKind("cannot group by `{name}`: no file has such a column", "{fix}"),
    "segments_too_many": ErrorKind(
        "`--by {names}` would make {count} segments (limit {limit})", "choose a coarser column, or fewer of them"
    ),
    "values_too_many": ErrorKind(
        "`--every {every}` would make {count} values (limit {limit})",
        "choose a longer step with `--every`, a shorter `--period` or fewer KPIs; a date far from all others makes a series long, too: `salesmetrics check` names it",
    ),
    "where_invalid": ErrorKind("`--where {text}` cannot be used: {cause}", "{fix}"),
    "output_unwritable": ErrorKind("cannot write `{path}`: {cause}", "choose another place with `-o`"),
    "output_is_input": ErrorKind("{output} would overwrite {path}", "write to another file"),
    "outputs_collide": ErrorKind(
        "the output and the rejected rows would both be written to {path}",
        "name a file of its own for each: `-o FILE` and `--rejects OTHER`",
    ),
    "format_unknown": ErrorKind(
        "cannot tell the format of `{path}` from its name", "add `--format table`, `csv` or `json`"
    ),
    "file_exists": ErrorKind("`{path}` exists already", "`--force` overwrites it, `-o FILE` writes to another"),
    "config_syntax": ErrorKind("`{path}` is not TOML: {cause}", "correct it, or leave it aside with `--no-config`"),
    "config_invalid": ErrorKind("`{path}` line {line}, `{key}`: {cause}", "{fix}"),
    "kpi_invalid": ErrorKind("`{path}` `[kpi.{name}]`: {cause}", "{fix}"),
    "plugin_invalid": ErrorKind("the plugin `{name}` cannot be used: {cause}", "correct it, or uninstall it"),
    "outcome_unsettled": ErrorKind("`{kpis}` cannot be computed: {cause}", "{fix}"),
    "report_empty": ErrorKind("nothing to report: {cause}", "{fix}"),
    "business_hours_invalid": ErrorKind(
        "`{text}` are no business hours", "write them as `09:00-18:00 Mon-Fri`, in the time zone of the export"
    ),
    # --- ourselves -----------------------------------------------------------------------------------------------
    "bug": ErrorKind(
        "unexpected {type}: {cause}",
        "this is a fault of salesmetrics; run again with `--debug` and report what it prints",
        ExitCode.BUG,
    ),
}


def counted(number: int, noun: str) -> str:
    """A number and its noun.

    >>> counted(1, "activity"), counted(2473, "activity"), counted(2, "row")
    ('1 activity', '2,473 activities', '2 rows')
    """
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{number:,} {noun}s"


def shortened(details: Mapping[str, object]) -> dict[str, object]:
    """The details of a message with long values cut, so that no cell and no option fills the screen.

    >>> len(str(shortened({"value": "x" * 60_000})["value"]))
    201
    >>> shortened({"value": "Won", "count": 3})
    {'value': 'Won', 'count': 3}
    """
    return {name: _short(name, value) if isinstance(value, str) else value for name, value in details.items()}


def _short(name: str, value: str) -> str:
    if len(value) <= _SHOWN:
        return value
    if name in _TO_TYPE or name.endswith("_typed"):
        return _cut(value, _TYPED)
    if name in _SENTENCES:
        return _cut(_NAMED.sub(lambda found: f"`{_cut(found[1], _SHOWN)}`", value), _SENTENCE)
    return _cut(value, _SHOWN)


def _cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[:most]}…"


class SalesmetricsError(Exception):
    """An error with a place in the catalogue.

    Args:
        code: A key of ``CATALOGUE``.
        **details: What fills the templates; kept in ``details``.
    """

    def __init__(self, code: str, **details: object) -> None:
        kind = CATALOGUE[code]
        self.code = code
        self.details = details
        shown = shortened(details)
        self.message = kind.message.format_map(shown)
        self.hint = kind.hint.format_map(shown)
        self.exit_code = kind.exit_code
        super().__init__(self.message)
