"""One catalogue of what a careful reader would want to know about the data: severity, message and hint in one place.

Templates are ``str.format`` over the details given to :func:`finding`, and over words that are always there:
``count`` (a number), ``n_rows`` ("1 row", "2,473 rows"), and for the verb that follows it ``have``, ``are`` and ``s``.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesmetrics.errors import counted, shortened
from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FINDINGS", "MAX_ROWS", "FindingKind", "finding", "typed"]

MAX_ROWS = 20

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One thing that can be said about data. ``message`` and ``hint`` are templates over the finding's details."""

    severity: Severity
    message: str
    hint: str | None = None


FINDINGS: dict[str, FindingKind] = {
    # --- bytes and structure (container, encoding, dialect, table) -------------------------------------------------
    "encoding_uncertain": FindingKind(
        _WARNING,
        "the encoding was guessed as {encoding} ({confidence} % sure)",
        "if letters look wrong, name it, for example `--encoding {alternative}`",
    ),
    "encoding_damaged": FindingKind(
        _WARNING,
        "the file is {encoding} but for {wrong} in it, shown as U+FFFD",
        "export it again, or name another encoding with `--encoding`",
    ),
    "quotes_odd": FindingKind(
        _WARNING,
        "a quote inside a cell is not doubled in {n_rows}; it was kept as text",
        "check those rows: a cell may hold less or more than it should",
    ),
    "backslash_escapes": FindingKind(
        _NOTE,
        "quotes inside cells are escaped by a backslash, as MySQL writes them; they were read as quotes ({n_rows})",
    ),
    "rows_swallowed": FindingKind(
        _WARNING,
        "a quoted cell holds line breaks and what looks like whole rows in {n_rows}",
        "check the quotes there; rows inside the cell are not counted",
    ),
    "rows_short_filled": FindingKind(
        _NOTE,
        "{n_rows} end{s} early, as this export leaves out blank cells at the end of a row; they were taken as blank",
    ),
    "rows_ignored": FindingKind(_NOTE, "{n_rows} left out as no record: {listed}"),
    "total_no_sum": FindingKind(
        _WARNING,
        "{n_rows} called a total ({listed}), whose amount is not the sum of the other rows: counted as any other row",
        "if it is a total, remove the row from the file",
    ),
    "only_a_plan": FindingKind(
        _WARNING,
        "`{column}` says {listed} in every row: nothing in the file tells that these are {kind}; all are counted",
        "if they are not, leave the file out, or export the rows that are {kind}",
    ),
    "rows_of_a_plan": FindingKind(
        _WARNING,
        "{n_rows} left out: `{column}` says {listed} there and {others} elsewhere, and only the latter are {kind}",
        "if these rows count, too, take the column `{column}` out of the file",
    ),
    "rows_long_blank": FindingKind(
        _NOTE, "{n_rows} {have} blank cells beyond the header's last column; those were left out"
    ),
    "bom_in_cell": FindingKind(
        _NOTE, "an invisible byte order mark (U+FEFF) stood in cells of {n_rows}, and was removed"
    ),
    "nul_in_cell": FindingKind(
        _WARNING, "NUL bytes stood in cells of {n_rows}, and were removed", "export it again: the file may be damaged"
    ),
    "excel_error_cells": FindingKind(
        _WARNING,
        "cells of {n_rows} hold the Excel error `{error}`, and were read as blank",
        "correct the formula in the workbook, then export again",
    ),
    "header_empty": FindingKind(
        _NOTE,
        "a column without a header holds values in {n_rows}; it is called `{column}`",
        "name it in the export to use it",
    ),
    "header_twice": FindingKind(
        _WARNING,
        "two columns are called `{column}` and differ in {n_rows}; the second is called `{second}`",
        "the first is used; for the other one use `--map FIELD={second_typed}`",
    ),
    # --- columns and profiles ---------------------------------------------------------------------------------------
    "header_misspelt": FindingKind(
        _WARNING,
        "`{column}` is not read: it looks like `{meant}` misspelt, which would be {field}",
        "if it is, add `--map {field}={column_typed}`",
    ),
    # --- activities -------------------------------------------------------------------------------------------------
    "activities_automatic": FindingKind(
        _NOTE,
        "{n_rows} with the owner, type or subject of an automation ({listed}): counted as automated, and no answer by a person",
        "if a person did them, correct the owner in the CRM, or add a column `is_automated` that says no",
    ),
    "activities_undelivered": FindingKind(_NOTE, "{n_rows} with a message that was not delivered: it answers no lead"),
    "activities_without_person": FindingKind(
        _WARNING,
        "{n_rows} without a person, whom most rows name: no answer to a lead",
        "fill in `{column}` in the CRM; if a person did them all, add `--map owner=` to count them",
    ),
    # --- surveys ----------------------------------------------------------------------------------------------------
    "survey_type_by_scale": FindingKind(
        _WARNING,
        "no column says what the survey asks: `{column}` is taken for {question} by its scores from {low} to {high}",
        "name the column after its question, such as `{question}`, or add a column `survey type`",
    ),
    "survey_type_unknown": FindingKind(
        _WARNING,
        "no column says what the survey asks, nor does the scale: `{column}` has scores from {low} to {high} and is in no KPI",
        "name the column after its question, such as `NPS` or `CSAT`, or add a column `survey type`",
    ),
    "survey_second_question": FindingKind(
        _WARNING,
        "`{column}` holds answers to another question ({question}) in {n_rows}, and is not read",
        "report it by itself: add `--map score={column}`",
    ),
    "score_off_scale": FindingKind(
        _WARNING,
        "{n_rows} with a score that is not on the scale from {low} to {high} of {question}, first {value}: left out",
        "correct the scores in `{column}`",
    ),
    "score_of_another_scale": FindingKind(
        _ERROR,
        "`{column}` is not on the scale from {low} to {high} of {question} in {n_rows}: {question} cannot be computed from it",
        "export the scores on that scale, or name the column after another question",
    ),
    "score_all_within_five": FindingKind(
        _ERROR,
        "`{column}` is between 1 and 5 in all {n_rows} with {question}, which is asked from {low} to {high}: {question} cannot"
        " be computed from it",
        "export the scores from {low} to {high}, or name the question that was asked from 1 to 5, such as `CSAT`",
    ),
    "score_maybe_of_five": FindingKind(
        _WARNING,
        "`{column}` is between 1 and 5 in all {n_rows} with {question}: the scale is probably 1 to 5, and {question} is asked"
        " from 0 to 10",
        "if they were asked from 1 to 5, name the question, such as `CSAT`, in place of {question}",
    ),
    "header_unfit": FindingKind(
        _WARNING,
        "`{column}` is not read as {field}: its cells do not look like {what}",
        "correct them and export again; `salesmetrics inspect` shows what is read",
    ),
    "header_of_months": FindingKind(
        _WARNING,
        "`{column}` is not read as {field}: it holds months without a day, such as `{value}`",
        "{fix}",
    ),
    # --- values -----------------------------------------------------------------------------------------------------
    "cells_unreadable": FindingKind(
        _WARNING,
        "`{column}` could not be read in {n_rows}, and was taken as blank there: {reason}, first `{value}`",
        "correct the cells, or leave the column out with `--map {field}=`",
    ),
    "history_unreadable": FindingKind(
        _WARNING,
        "`{column}` could not be read in {n_rows}, so those entries are missing in the history of stages: {reason}, first"
        " `{value}`",
        "correct the cells in the CRM, then export again",
    ),
    "numbers_rounded": FindingKind(
        _NOTE, "numbers of `{column}` have more than 8 decimals in {n_rows}, and were rounded to 8"
    ),
    "numbers_scaled": FindingKind(
        _WARNING,
        "numbers of `{column}` are shortened in {n_rows}, with an exponent or a word such as K or M: digits may be missing",
        "export the numbers in full: a spreadsheet shortens 12345.67 to 1.23E+04",
    ),
    "invisible_marks": FindingKind(
        _NOTE, "invisible characters stood before or after the digits of `{column}` in {n_rows}, and were removed"
    ),
    "years_short": FindingKind(
        _NOTE,
        "`{column}` has two-digit years in {n_rows}: read as the years nearest to its newest date, as 20xx where no year has four"
        " digits",
    ),
    "years_thai": FindingKind(
        _NOTE, "`{column}` has years of the Thai (Buddhist) calendar in {n_rows}: read as ours, 2569 as 2026"
    ),
    "amount_elsewhere": FindingKind(
        _WARNING,
        "`{column}` is read as the amount; `{other}` could be, too, and differs in {n_rows}",
        "if that is the amount to count, add `--map amount={other_typed}`",
    ),
    "amounts_per_period": FindingKind(
        _NOTE,
        "`{column}` says what an amount of `{amount}` is for: {listed}. Each counts for {into}",
        "to take amounts as they stand, leave the column out with `--map value_period=`",
    ),
    "amounts_per_period_found": FindingKind(
        _WARNING,
        "`{column}` says what an amount of `{amount}` is for: {listed}. Each counts for {into}",
        "if it says only how an amount is paid, take amounts as they stand with `--map value_period=`",
    ),
    "amount_period_likely": FindingKind(
        _WARNING,
        "`{column}` may say what an amount of `{amount}` is for (a month, a year, once), so amounts are not added up",
        "if it does, add `--map value_period={column_typed}`; if all amounts are of one unit, `--map value_period=`",
    ),
    "amount_period_unknown": FindingKind(
        _ERROR,
        "`{column}` does not say in {n_rows} whether the amount is per month, per year or paid once ({listed}), as it does"
        " elsewhere",
        "fill it in, or leave the column out with `--map value_period=` if all amounts are of one unit",
    ),
    "term_not_used": FindingKind(
        _WARNING,
        "`{column}` is not read, so amounts per month count for a year: {n_rows} {are} blank, or hold{s} no number of months or years",
        "fill it in for every amount per month or year, for example with 24 months",
    ),
    "amount_weighted": FindingKind(
        _WARNING,
        "`{column}` is read as the amount; some CRMs call the amount times the probability so",
        "if it is weighted, leave it out with `--map amount=`, or name the CRM with `--profile`",
    ),
    "amounts_in_units": FindingKind(
        _NOTE, "amounts of `{column}` were multiplied by {unit}, the unit that the header names", None
    ),
    "date_formats_mixed": FindingKind(
        _WARNING,
        "dates of `{column}` are written in several ways ({how}); {n_rows} in the rarer ones",
        "check that the rarer ones were not typed or imported by mistake",
    ),
    "offsets_differ": FindingKind(
        _WARNING,
        "the UTC offsets of `{column}` differ: {n_rows} {have} another one than most; days and hours of the day are as written",
        "name the zone that days are counted in, for example `--timezone Europe/Berlin`; elapsed times are exact without it",
    ),
    "offsets_missing": FindingKind(
        _WARNING,
        "{n_rows} of `{column}` {have} a time without a UTC offset beside others with one: nobody knows how far apart they are",
        "name the zone of clocks without an offset, for example `--timezone Europe/Berlin`",
    ),
    "rows_rejected": FindingKind(
        _ERROR,
        "{n_rows} rejected: {reason}",
        "see them all with `salesmetrics check FILE --rejects rejects.csv`; totals leave them out",
    ),
    "row_of_numbers": FindingKind(
        _ERROR,
        "{n_rows} with numbers alone, without a name, id, owner, stage or date, left out",
        "if it is a total, take it out of the export; else fill in what is missing",
    ),
    "file_unusable": FindingKind(
        _WARNING, "left out: {cause}", "export it again, or take it out of the folder or archive"
    ),
    "quotes_beside_deals": FindingKind(
        _WARNING,
        "`{path}` is a list of quotes and was left out: beside the deals it would count the same business twice",
        "to look at quotes, name that file alone",
    ),
    "quotes_and_deals": FindingKind(
        _ERROR,
        "a list of quotes and a list of deals are added up as asked: the same business may count twice",
        "report them one at a time",
    ),
    "file_skipped": FindingKind(
        _NOTE,
        "`{path}` was left out: it is no kind of export that salesmetrics knows{detail}",
        "{fix}",
    ),
    # --- outcome ----------------------------------------------------------------------------------------------------
    "stage_not_understood": FindingKind(
        _WARNING,
        "deals have ended in a {field} that is not understood, so nothing that rests on outcomes is computed: {words}",
        "say what it means: `--won {word_typed}`, `--lost {word_typed}`, `--other {word_typed}` or `--open {word_typed}`",
    ),
    "no_won_stage": FindingKind(
        _WARNING,
        "no deal is won and no stage is known to mean won, so nothing that rests on won deals is computed{words}",
        "name the stage that means won, whether or not a deal is in it: `--won {word_typed}`",
    ),
    "no_lost_deal": FindingKind(
        _WARNING,
        "no deal is lost beside {won} won, so there is no win rate: exports often leave lost deals out{words}",
        "export the lost deals too, or name the stage that means lost, whether or not a deal is in it: `--lost {word_typed}`",
    ),
    "no_converted_status": FindingKind(
        _WARNING,
        "no lead is converted and these statuses are not understood, so no conversion is computed: {words}",
        "name the status that means converted: `--won {word_typed}`",
    ),
    "lead_status_unknown": FindingKind(
        _WARNING,
        "unknown lead statuses, counted as open ({n_rows}): {words}",
        "if one means converted, add `--won {word_typed}`; if it means disqualified, `--lost {word_typed}`",
    ),
    "stage_against_flag": FindingKind(
        _WARNING,
        "the {field} `{word}` reads like an end, and `{flag}` says that its deals are not closed ({n_rows}, counted as open)",
        "say which is right: `--won {word_typed}`, `--lost {word_typed}` or `--open {word_typed}`",
    ),
    "none_confirmed": FindingKind(
        _NOTE,
        "no deal is in the stage `{word}` of `--{option}`: taken to say that none was {option}",
        "correct the name if it is misspelt; the words in the data: {words}",
    ),
    "stage_words_unknown": FindingKind(
        _WARNING,
        "{field} words in no vocabulary, counted as open ({n_rows}): {words}",
        'if one of them ends a deal, say so: `--won "WORD"` or `--lost "WORD"`',
    ),
    "stage_word_looks_final": FindingKind(
        _WARNING,
        "the {field} `{word}` looks final, and counts as {outcome} ({n_rows})",
        "if it means won, add `--won {word_typed}`; if lost, `--lost {word_typed}`",
    ),
    "closed_without_verdict": FindingKind(
        _WARNING,
        "{n_rows} closed in a stage that says neither won nor lost, counted as other: {listed}",
        'say what they mean: `--won "STAGE"`, `--lost "STAGE"` or `--other "STAGE"`',
    ),
    "stage_blank": FindingKind(
        _WARNING,
        "{n_rows} without a stage or status count{s} as open",
        "fill in `{column}` in the CRM, or leave the rows out",
    ),
    "option_word_unused": FindingKind(
        _WARNING, "`--{option} {word}` matches no stage or status in the data", "the words in the data: {words}"
    ),
    "only_won": FindingKind(
        _WARNING,
        "the file holds won deals only: win rates and open pipeline cannot be computed from it",
        "export all deals, lost and open ones too",
    ),
    "flags_contradict": FindingKind(
        _WARNING,
        "{n_rows} flagged as won and as not closed; won decides",
        "correct the flags in the CRM, or leave one out with `--map is_closed=`",
    ),
    "outcome_contradicts": FindingKind(
        _WARNING,
        "{n_rows} whose columns tell two outcomes: {listed}",
        "flags decide before the status, and the status before the stage; correct the others in the CRM",
    ),
    "probability_against_outcome": FindingKind(
        _NOTE,
        "{n_rows} with a probability that contradicts the outcome (won below 100 %, or lost above 0 %)",
        "the outcome is never taken from the probability; weighted pipeline is only as good as this column",
    ),
    # --- which rows are records -------------------------------------------------------------------------------------
    "deleted_rows": FindingKind(
        _NOTE,
        "{n_rows} marked as deleted in the CRM, left out",
        "leave the flag out with `--map is_deleted=` to count them",
    ),
    "continuation_lines": FindingKind(
        _NOTE, "lines that only continue the record above are left out ({n_rows})", "export one line per record"
    ),
    "line_amounts": FindingKind(
        _ERROR,
        "{n_rows} that only continue{s} a record {have} amounts of their own ({at_stake}): it cannot be known whether the record's amount holds them",
        "export one line per record, or name the column of the record's amount with `--map amount=HEADER`",
    ),
    "rows_of_one_cell": FindingKind(
        _WARNING,
        "{n_rows} with a single filled cell, where records have many, left out: {listed}",
        "if they are records, export them again; titles of groups and notes belong outside the table",
    ),
    "rows_per_person": FindingKind(
        _WARNING,
        "rows of one id that differ only in {differing} are one record, counted once, for the first of them ({n_rows} fewer)",
        "export one line per record, without the splits, contacts or team members",
    ),
    "rows_alike_but_for_people": FindingKind(
        _WARNING,
        "rows that differ only in {differing} may be one record; without an id all are counted ({n_rows}{at_stake})",
        "export with the id of the records: rows of one id then count once",
    ),
    "credit_invoices": FindingKind(_NOTE, "credit notes subtract from what was invoiced ({n_rows})"),
    "draft_invoices": FindingKind(_NOTE, "drafts and quotes are no invoices, and are left out ({n_rows})"),
    "payments_beside_invoices": FindingKind(
        _WARNING,
        "`{path}` is a list of payments and was left out: which invoice each of them pays is not looked up",
        "add the paid amount or the payment date to the invoices, or report the payments alone",
    ),
    "payments_only": FindingKind(
        _WARNING,
        "`{path}` is a list of payments ({n_rows}): it says what was received, and nothing of what was invoiced",
        "add an invoices file to compare the two",
    ),
    "part_paid_invoices": FindingKind(
        _ERROR,
        "how much was received is not known of {n_rows} that `{column}` calls partly paid",
        "export the paid amount or the open balance, and name it if need be: `--map paid_amount=HEADER` or `--map balance=HEADER`",
    ),
    "balance_contradicts": FindingKind(
        _ERROR,
        "`{column}` is read as the open balance, and contradicts {n_rows}: paid and still open, or more open than invoiced",
        "if it is no open balance, leave it out with `--map balance=`",
    ),
    "type_by_values": FindingKind(
        _WARNING,
        "`{column}` names credit notes, and was read as the type of the document ({n_rows})",
        "to confirm it add `--map type={column_typed}`; if another column names the document, `--map type=HEADER`",
    ),
    "unit_prices": FindingKind(
        _ERROR,
        "`{column}` looks like the {of} of one unit, while the amount is that of the whole deal ({n_rows} with a quantity above 1)",
        "leave it out with `--map {field}=`, or export the {of} of the whole deal",
    ),
    "unit_amounts": FindingKind(
        _ERROR,
        "`{column}` looks like the price of one unit, and was read as the amount ({n_rows} with another quantity than 1)",
        "add a column with the price times the quantity, and name it: `--map amount=HEADER`",
    ),
    "price_as_amount": FindingKind(
        _ERROR,
        "`{column}` was read as the amount, and may be the price of one unit ({n_rows} with another quantity than 1)",
        "if it is the whole amount, add `--map amount={column_typed}`; else add a column with the price times the quantity",
    ),
    "line_cells": FindingKind(
        _ERROR,
        "lines below a record have a `{column}` of their own ({n_rows}): it cannot be known whether the record's holds it",
        "export one line per record",
    ),
    "lines_merged": FindingKind(
        _NOTE,
        "lines of {records} were made into one row each ({n_rows} fewer), and amounts that differ added up",
    ),
    "line_amounts_equal": FindingKind(
        _ERROR,
        "lines of one {record} have the same {what} ({n_rows}): it cannot be known whether it is the line's or the {record}'s: {listed}",
        "export one line per {record}, or leave the product columns out",
    ),
    "identical_rows": FindingKind(
        _WARNING, "{n_rows} equal to an earlier row in every column, id included: counted once", None
    ),
    "product_rows_merged": FindingKind(
        _NOTE,
        "product rows of {of_deals} made into one row per deal, amounts added up ({n_rows} fewer)",
        "export without the product column to have the deal amounts themselves",
    ),
    "rows_alike": FindingKind(
        _WARNING,
        "{n_rows} equal to an earlier row in every column, and no id tells them apart: all are counted",
        "export with the id of the records: then a row that is there twice counts once",
    ),
    "quota_twice": FindingKind(
        _WARNING,
        "{n_rows} equal to an earlier row in every column: the quota counts each time",
        "if it is one quota, remove the rows that are there twice",
    ),
    "quotas_overlap": FindingKind(
        _ERROR,
        "the quotas of {listed} overlap: {n_rows} {are} for the same days, or for a month and the quarter or year around it, and"
        " which ones count is not known",
        "keep one quota per rep and day: remove the rows of the quarter or those of its months",
    ),
    "ids_repeated": FindingKind(
        _ERROR,
        "ids on several rows with different content: {listed} ({n_rows}); all are counted",
        "export again, or remove the outdated rows: totals count these records more than once",
    ),
    "rows_in_newer_file": FindingKind(
        _WARNING,
        "{n_rows} {are} also in {files}, and count{s} once{listed}",
        "give one export per list; the newest holds all that is known",
    ),
    "ids_with_decimals": FindingKind(
        _NOTE, "ids of `{column}` were written as decimals ({example}), and are read without the `.0` ({n_rows})"
    ),
    "ids_in_scientific_notation": FindingKind(
        _ERROR,
        "{n_rows} with an id in scientific notation: a spreadsheet has cut its last digits",
        "export again and do not save the file from a spreadsheet",
    ),
    # --- deals ------------------------------------------------------------------------------------------------------
    "won_without_close_date": FindingKind(
        _WARNING,
        "{n_rows} won without a close date: in totals, and in no period or sales cycle",
        "fill in the close date in the CRM",
    ),
    "closed_without_close_date": FindingKind(
        _WARNING,
        "{n_rows} lost or otherwise ended without a close date: in totals, and in no period",
        "fill in the close date in the CRM",
    ),
    "closed_before_created": FindingKind(
        _WARNING,
        "{n_rows} closed before creation: left out of sales cycles",
        "correct the dates; imported deals often carry the day of the import as creation",
    ),
    "open_with_past_close": FindingKind(
        _WARNING,
        "{n_rows} open with an expected close before {day}, the as-of date",
        "close them or move the date: they inflate the pipeline",
    ),
    "loss_reason_missing": FindingKind(
        _NOTE, "{n_rows} lost without a reason", "make the reason a required field on lost deals"
    ),
    "lost_amount_all_zero": FindingKind(
        _WARNING,
        "no lost deal has an amount above 0 ({n_rows}): a win rate by value would say 100 % and mean nothing",
        "keep the amount on lost deals; until then use the win rate by count",
    ),
    "open_amount_all_zero": FindingKind(
        _WARNING,
        "every open deal has an amount of 0 ({n_rows}): the pipeline is not known, rather than nothing",
        "fill in the amounts, or leave them blank where they are not known yet",
    ),
    "won_amount_zero": FindingKind(
        _WARNING, "{n_rows} won with an amount of 0: in counts, and averages are lower for it", "fill in the amounts"
    ),
    "amount_zero": FindingKind(
        _NOTE,
        "{n_rows} not won {have} an amount of 0, unlike the others: they count as nothing in pipeline and losses",
        "leave the amount blank where it is not known",
    ),
    "won_amount_blank": FindingKind(
        _WARNING, "{n_rows} won with a blank amount: in counts, and in no sum or average", "fill in the amounts"
    ),
    "amount_negative": FindingKind(
        _WARNING,
        "{n_rows} with a negative amount, counted as it stands",
        "if these are refunds or corrections, keep them in a file of their own",
    ),
    "amount_blank": FindingKind(_WARNING, "{n_rows} with a blank amount", "fill in the amounts"),
    "amount_outlier": FindingKind(
        _WARNING,
        "single amounts move the average by more than its 95 % interval: {listed}",
        "check them for a slipped decimal point; medians are not affected",
    ),
    "currency_of_bare_amounts": FindingKind(
        _NOTE,
        "`{column}` names a currency in some cells only: {n_rows} without one {are} taken as {currency}, the only one named",
        "if they are of another currency, write it into the cells or add a currency column",
    ),
    "currency_of_some": FindingKind(
        _WARNING,
        "amounts of `{column}` name no currency in {n_rows}, and elsewhere several: they are kept apart from all of these",
        "write the currency into the cells or add a currency column",
    ),
    "currency_sign_shared": FindingKind(
        _WARNING,
        "{listed} in `{column}` may stand for several currencies: its amounts are kept apart under that sign ({n_rows})",
        "name the currency, for example `--currency-symbol '{sign}=CODE'`",
    ),
    "currency_contradicts": FindingKind(
        _ERROR,
        "the sign in `{column}` contradicts `{other}` in {n_rows}: {listed}; `{other}` decides",
        "correct one of them in the CRM, or leave the column out with `--map currency=` to go by the signs",
    ),
    "currency_against_header": FindingKind(
        _WARNING,
        "the header `{other}` names a currency, and `{column}` another in {n_rows}: {listed}; the header decides",
        "if the amounts are in the currency of the column, leave the name of the currency out of the header",
    ),
    "currencies_in_one_row": FindingKind(
        _ERROR,
        "`{column}` has another currency than the first amount of its row in {n_rows}: {listed}; the first amount decides",
        "export amounts of one currency per row",
    ),
    "currency_of_the_crm": FindingKind(
        _NOTE,
        "`{column}` is -99 in {n_rows}: the default currency of the CRM, which the export does not name",
        "name it, for example `--currency-symbol '-99=USD'`",
    ),
    "currency_by_cells": FindingKind(
        _WARNING,
        "`{column}` is read as the currency, so amounts of {listed} are kept apart",
        "name each of them, for example `--currency-symbol {first_typed}=USD`; if it is no currency, add `--map currency=`",
    ),
    "currency_elsewhere": FindingKind(
        _WARNING,
        "`{used}` is read as the currency; `{column}` could be, too, and holds {listed}",
        "if that is the currency of the amounts, add `--map currency={column_typed}`",
    ),
    "currency_blank": FindingKind(
        _WARNING, "{n_rows} without a currency", "fill in the currency: their amounts belong to no total"
    ),
    "currency_unknown": FindingKind(
        _WARNING,
        "{n_rows} in a currency that is not known, kept apart from all others: {listed}",
        "correct `{column}` if it is mistyped",
    ),
    "currencies_mixed": FindingKind(
        _NOTE,
        "several currencies, never added up: {listed}",
        "`salesmetrics report … rates=FILE --currency CODE` converts them",
    ),
    "owner_blank": FindingKind(_NOTE, "{n_rows} without an owner", "assign them in the CRM"),
    "month_end_close_dates": FindingKind(
        _NOTE,
        "{share} % of open deals are expected to close on the last day of a month: probably a default of the CRM",
        "have sellers set the date; forecasts by week or month rest on it",
    ),
    "date_outlier": FindingKind(
        _WARNING,
        "{n_rows} with a day before {low}, far from all others: probably a mistyped year",
        "correct the year",
    ),
    "date_far_later": FindingKind(
        _ERROR,
        "`{column}` of {n_rows} lies {gap} days or more after every other event of the {kind}, the last of which is of {day}",
        "correct it: a mistyped year, or a planned date left on a closed record; the as-of date leaves it aside, totals do not",
    ),
    "spelling_variants": FindingKind(
        _WARNING,
        "values of `{column}` that look like one thing in several spellings: {listed}",
        "unify them in the CRM: groups and rankings are split by them ({n_rows} in the rarer spellings)",
    ),
    # --- other kinds ------------------------------------------------------------------------------------------------
    "lead_converted_before_created": FindingKind(_WARNING, "{n_rows} converted before creation", "correct the dates"),
    "lead_answered_before_created": FindingKind(
        _WARNING, "{n_rows} answered before creation: left out of response times", "correct the dates"
    ),
    "lead_status_contradicts": FindingKind(
        _NOTE, "{n_rows} converted with a status of lost or junk: the conversion flag decides", "update the status"
    ),
    "leads_converted_by_deals": FindingKind(
        _NOTE,
        "the leads file says nothing about conversion: {n_rows} count{s} as converted, because a deal names the lead",
        None,
    ),
    "activity_ends_before_start": FindingKind(_WARNING, "{n_rows} with an end before the start", "correct the times"),
    "activity_done_before_created": FindingKind(
        _NOTE, "{n_rows} completed before creation: probably logged afterwards", None
    ),
    "activity_too_long": FindingKind(
        _WARNING, "{n_rows} that last{s} more than a day", "correct the end: sums and averages of durations rest on it"
    ),
    "paid_before_issued": FindingKind(_NOTE, "{n_rows} paid before issue", "check for prepayments"),
    "sku_repeated": FindingKind(
        _WARNING, "{n_rows} share{s} a stock-keeping unit with another row", "keep one row per product"
    ),
    "quota_without_period": FindingKind(
        _ERROR,
        "{n_rows} of quotas without a period: no column says which month, quarter or year they are for, so none counts",
        "add a column `Period` with values like 2026-Q1, or columns for the first and the last day",
    ),
    "customer_without_name": FindingKind(_WARNING, "{n_rows} without a name", "fill in the name"),
    "customer_ends_before_start": FindingKind(_WARNING, "{n_rows} with an end before the start", "correct the dates"),
    # --- one file and another ---------------------------------------------------------------------------------------
    "references_unknown": FindingKind(
        _WARNING,
        "{n_rows} whose `{column}` is not among the usable {target}: {listed}",
        "export both lists on the same day and without filters",
    ),
    "references_match_nothing": FindingKind(
        _NOTE,
        "no value of `{column}` occurs among the ids of the {target} file",
        "the two files do not belong together, or ids are written in two ways",
    ),
    "names_nearly_match": FindingKind(
        _WARNING,
        "values of `{column}` that miss a name of the {target} file by spelling only: {listed}",
        "unify them: joined by name, these rows are lost",
    ),
    "stages_defined_twice": FindingKind(
        _WARNING,
        "stages that end a deal in one pipeline and not, or otherwise, in another: {listed}; their words decide",
        "give the stages of each pipeline ids of their own, or settle them with `--won` and `--lost`",
    ),
    "stage_not_defined": FindingKind(
        _WARNING, "{n_rows} in a stage that the pipelines file does not define: {listed}", "add the stage to that file"
    ),
    "owner_inactive": FindingKind(
        _WARNING, "{n_rows} owned by someone who is no longer active: {listed}", "hand the deals over"
    ),
    "paid_above_deal": FindingKind(
        _WARNING,
        "payments above the amount of their deal ({n_rows}): {listed}",
        "check for double payments, or update the amount of the deal",
    ),
}


def typed(header: str) -> str:
    """A header as it is typed after ``--map FIELD=``, or a stage after ``--won``.

    >>> print(typed("Amount"), typed("Deal Size"), typed("Size ($)"))
    Amount "Deal Size" 'Size ($)'
    """
    if header.replace("_", "").isalnum():
        return header
    return shlex.quote(header) if set(header) & set('"$`\\!') else f'"{header}"'


def finding(
    code: str,
    *,
    kind: str | None = None,
    path: str | None = None,
    column: str | None = None,
    count: int,
    rows: Iterable[int] = (),
    share_of_value: float | None = None,
    severity: Severity | None = None,
    **words: object,
) -> Finding:
    """A finding with the words of its catalogue entry.

    Args:
        code: A key of ``FINDINGS``.
        kind: Kind of file, such as ``deals``.
        path: File as the user named it.
        column: Header in the export.
        count: Rows concerned (all of them).
        rows: Their numbers; the first ``MAX_ROWS`` are kept, sorted.
        share_of_value: Share of the summed amount in those rows, 0–1.
        severity: Instead of the entry's own, where the data make it matter more or less.
        **words: What else the templates of the entry need.

    Raises:
        KeyError: The code or a word of its template is missing: a fault of the caller.

    >>> finding("stage_blank", column="Stage", count=2, rows=[9, 4]).message
    '2 rows without a stage or status count as open'
    """
    entry = FINDINGS[code]
    details: dict[str, object] = {"kind": kind, "path": path, "column": column, **words}
    details |= {f"{name}_typed": typed(value) for name, value in details.items() if isinstance(value, str)}
    details = shortened(details)
    details["count"] = count
    details["n_rows"] = counted(count, "row")
    # Verbs of which the rows are the subject: "1 row has", "2 rows have"; "1 row ends", "2 rows end".
    details |= {"have": "has", "are": "is", "s": "s"} if count == 1 else {"have": "have", "are": "are", "s": ""}
    return Finding(
        code=code,
        severity=severity or entry.severity,
        kind=kind,
        path=path,
        column=column,
        count=count,
        rows=sorted(set(rows))[:MAX_ROWS],
        share_of_value=share_of_value,
        message=entry.message.format_map(details),
        hint=entry.hint.format_map(details) if entry.hint else None,
    )
