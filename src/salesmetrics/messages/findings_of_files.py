"""What is worth knowing about files: bytes, structure, columns, cells, and which rows are records."""

from __future__ import annotations

__all__ = ["PARTS", "WORDS"]

WORDS: dict[str, tuple[str, str | None]] = {
    # --- bytes and structure -------------------------------------------------------------------------------------------
    "encoding_uncertain": (
        "the encoding was guessed as {encoding} ({confidence} % sure)",
        "if letters look wrong, name it, for example `--encoding {alternative}`",
    ),
    "encoding_damaged": (
        "the file is {encoding} but for {count:# byte that is no character|# bytes that are no characters} in it, shown as U+FFFD",
        "export it again, or name another encoding with `--encoding`",
    ),
    "quotes_odd": (
        "a quote inside a cell is not doubled in {count:# row|# rows}; it was kept as text",
        "check those rows: a cell may hold less or more than it should",
    ),
    "backslash_escapes": (
        "quotes inside cells are escaped by a backslash, as MySQL writes them; they were read as quotes ({count:# row|# rows})",
        None,
    ),
    "rows_swallowed": (
        "a quoted cell holds line breaks and what looks like whole rows in {count:# row|# rows}",
        "check the quotes there; rows inside the cell are not counted",
    ),
    "rows_short_filled": (
        "{count:# row|# rows} end{count:s|} early, as this export leaves out blank cells at the end of a row; they were taken as blank",
        None,
    ),
    "rows_ignored": (
        "{count:# row|# rows} left out as no record: {parts:,}",
        None,
    ),
    "total_no_sum": (
        "{count:# row|# rows} called a total ({words:`,`}), whose amount is not the sum of the other rows: counted as any other row",
        "if it is a total, remove the row from the file",
    ),
    "only_a_plan": (
        "`{column}` says {words:`,`} in every row: nothing in the file tells that these are {kind}; all are counted",
        "if they are not, leave the file out, or export the rows that are {kind}",
    ),
    "rows_of_a_plan": (
        "{count:# row|# rows} left out: `{column}` says {words:`,`} there and {others:`,`} elsewhere, and only the latter are {kind}",
        "if these rows count, too, take the column `{column}` out of the file",
    ),
    "rows_long_blank": (
        "{count:# row|# rows} {count:has|have} blank cells beyond the header's last column; those were left out",
        None,
    ),
    "bom_in_cell": (
        "an invisible byte order mark (U+FEFF) stood in cells of {count:# row|# rows}, and was removed",
        None,
    ),
    "nul_in_cell": (
        "NUL bytes stood in cells of {count:# row|# rows}, and were removed",
        "export it again: the file may be damaged",
    ),
    "excel_error_cells": (
        "cells of {count:# row|# rows} hold the Excel error `{error}`, and were read as blank",
        "correct the formula in the workbook, then export again",
    ),
    "header_empty": (
        "a column without a header holds values in {count:# row|# rows}; it is called `{column}`",
        "name it in the export to use it",
    ),
    "header_twice": (
        "two columns are called `{column}` and differ in {count:# row|# rows}; the second is called `{second:typed}`",
        "the first is used; for the other one use `--map FIELD={second:shell}`",
    ),
    # --- columns and profiles ------------------------------------------------------------------------------------------
    "header_misspelt": (
        "`{column}` is not read: it looks like `{meant}` misspelt, which would be {field}",
        "if it is, add `--map {field}={column:shell}`",
    ),
    # --- values --------------------------------------------------------------------------------------------------------
    "cells_unreadable": (
        "`{column}` could not be read in {count:# row|# rows}, and was taken as blank there: {reason}, first `{value}`",
        "correct the cells, or leave the column out with `--map {field}=`",
    ),
    "history_unreadable": (
        "`{column}` could not be read in {count:# row|# rows}, so those entries are missing in the history of stages: {reason}, first `{value}`",
        "correct the cells in the CRM, then export again",
    ),
    "numbers_rounded": (
        "numbers of `{column}` have more than 8 decimals in {count:# row|# rows}, and were rounded to 8",
        None,
    ),
    "numbers_scaled": (
        "numbers of `{column}` are shortened in {count:# row|# rows}, with an exponent or a word such as K or M: digits may be missing",
        "export the numbers in full: a spreadsheet shortens 12345.67 to 1.23E+04",
    ),
    "invisible_marks": (
        "invisible characters stood before or after the digits of `{column}` in {count:# row|# rows}, and were removed",
        None,
    ),
    "years_short": (
        "`{column}` has two-digit years in {count:# row|# rows}: read as the years nearest to its newest date, as 20xx where no year has four digits",
        None,
    ),
    "years_thai": (
        "`{column}` has years of the Thai (Buddhist) calendar in {count:# row|# rows}: read as ours, 2569 as 2026",
        None,
    ),
    "amount_elsewhere": (
        "`{column}` is read as the amount; `{other}` could be, too, and differs in {count:# row|# rows}",
        "if that is the amount to count, add `--map amount={other:shell}`",
    ),
    "amounts_per_period": (
        "`{column}` says what an amount of `{amount}` is for: {amounts:,}. Each counts for {into}",
        "to take amounts as they stand, leave the column out with `--map value_period=`",
    ),
    "amounts_per_period_found": (
        "`{column}` says what an amount of `{amount}` is for: {amounts:,}. Each counts for {into}",
        "if it says only how an amount is paid, take amounts as they stand with `--map value_period=`",
    ),
    "amount_period_likely": (
        "`{column}` may say what an amount of `{amount}` is for (a month, a year, once), so amounts are not added up",
        "if it does, add `--map value_period={column:shell}`; if all amounts are of one unit, `--map value_period=`",
    ),
    "amount_period_unknown": (
        "`{column}` does not say in {count:# row|# rows} whether the amount is per month, per year or paid once ({words:`,`}), as it does elsewhere",
        "fill it in, or leave the column out with `--map value_period=` if all amounts are of one unit",
    ),
    "term_not_used": (
        "`{column}` is not read, so amounts per month count for a year: {count:# row|# rows} {count:is|are} blank, or hold{count:s|} no number of months or years",
        "fill it in for every amount per month or year, for example with 24 months",
    ),
    "amount_weighted": (
        "`{column}` is read as the amount; some CRMs call the amount times the probability so",
        "if it is weighted, leave it out with `--map amount=`, or name the CRM with `--profile`",
    ),
    "amounts_in_units": (
        "amounts of `{column}` were multiplied by {unit:,}, the unit that the header names",
        None,
    ),
    "date_formats_mixed": (
        "dates of `{column}` are written in several ways ({how}); {count:# row|# rows} in the rarer ones",
        "check that the rarer ones were not typed or imported by mistake",
    ),
    "offsets_differ": (
        "the UTC offsets of `{column}` differ: {count:# row|# rows} {count:has|have} another one than most; days and hours of the day are as written",
        "name the zone that days are counted in, for example `--timezone Europe/Berlin`; elapsed times are exact without it",
    ),
    "offsets_missing": (
        "{count:# row|# rows} of `{column}` {count:has|have} a time without a UTC offset beside others with one: nobody knows how far apart they are",
        "name the zone of clocks without an offset, for example `--timezone Europe/Berlin`",
    ),
    "rows_rejected": (
        "{count:# row|# rows} rejected: {reason}",
        "see them all with `salesmetrics check FILE --rejects rejects.csv`; totals leave them out",
    ),
    "row_of_numbers": (
        "{count:# row|# rows} with numbers alone, without a name, id, owner, stage or date, left out",
        "if it is a total, take it out of the export; else fill in what is missing",
    ),
    "file_unusable": (
        "left out: {cause:said}",
        "export it again, or take it out of the folder or archive",
    ),
    "quotes_beside_deals": (
        "`{path:typed}` is a list of quotes and was left out: beside the deals it would count the same business twice",
        "to look at quotes, name that file alone",
    ),
    "quotes_and_deals": (
        "a list of quotes and a list of deals are added up as asked: the same business may count twice",
        "report them one at a time",
    ),
    "file_skipped": (
        "`{path:typed}` was left out: it is no kind of export that salesmetrics knows{detail:said}",
        "{fix:typed}",
    ),
    # --- which rows are records ----------------------------------------------------------------------------------------
    "deleted_rows": (
        "{count:# row|# rows} marked as deleted in the CRM, left out",
        "leave the flag out with `--map is_deleted=` to count them",
    ),
    "continuation_lines": (
        "lines that only continue the record above are left out ({count:# row|# rows})",
        "export one line per record",
    ),
    "line_amounts": (
        "{count:# row|# rows} that only continue{count:s|} a record {count:has|have} amounts of their own ({at_stake}): it cannot be known whether the record's amount holds them",
        "export one line per record, or name the column of the record's amount with `--map amount=HEADER`",
    ),
    "rows_of_one_cell": (
        "{count:# row|# rows} with a single filled cell, where records have many, left out: {cells:`,`}",
        "if they are records, export them again; titles of groups and notes belong outside the table",
    ),
    "rows_per_person": (
        "rows of one id that differ only in {differing:`,`} are one record, counted once, for the first of them ({count:# row|# rows} fewer)",
        "export one line per record, without the splits, contacts or team members",
    ),
    "rows_alike_but_for_people": (
        "rows that differ only in {differing:`,`} may be one record; without an id all are counted ({count:# row|# rows}{at_stake})",
        "export with the id of the records: rows of one id then count once",
    ),
    "credit_invoices": (
        "credit notes subtract from what was invoiced ({count:# row|# rows})",
        None,
    ),
    "draft_invoices": (
        "drafts and quotes are no invoices, and are left out ({count:# row|# rows})",
        None,
    ),
    "payments_beside_invoices": (
        "`{path:typed}` is a list of payments and was left out: which invoice each of them pays is not looked up",
        "add the paid amount or the payment date to the invoices, or report the payments alone",
    ),
    "payments_only": (
        "`{path:typed}` is a list of payments ({count:# row|# rows}): it says what was received, and nothing of what was invoiced",
        "add an invoices file to compare the two",
    ),
    "part_paid_invoices": (
        "how much was received is not known of {count:# row|# rows} that `{column}` calls partly paid",
        "export the paid amount or the open balance, and name it if need be: `--map paid_amount=HEADER` or `--map balance=HEADER`",
    ),
    "balance_contradicts": (
        "`{column}` is read as the open balance, and contradicts {count:# row|# rows}: paid and still open, or more open than invoiced",
        "if it is no open balance, leave it out with `--map balance=`",
    ),
    "type_by_values": (
        "`{column}` names credit notes, and was read as the type of the document ({count:# row|# rows})",
        "to confirm it add `--map type={column:shell}`; if another column names the document, `--map type=HEADER`",
    ),
    "unit_prices": (
        "`{column}` looks like the {of} of one unit, while the amount is that of the whole deal ({count:# row|# rows} with a quantity above 1)",
        "leave it out with `--map {field}=`, or export the {of} of the whole deal",
    ),
    "unit_amounts": (
        "`{column}` looks like the price of one unit, and was read as the amount ({count:# row|# rows} with another quantity than 1)",
        "add a column with the price times the quantity, and name it: `--map amount=HEADER`",
    ),
    "price_as_amount": (
        "`{column}` was read as the amount, and may be the price of one unit ({count:# row|# rows} with another quantity than 1)",
        "if it is the whole amount, add `--map amount={column:shell}`; else add a column with the price times the quantity",
    ),
    "line_cells": (
        "lines below a record have a `{column}` of their own ({count:# row|# rows}): it cannot be known whether the record's holds it",
        "export one line per record",
    ),
    "lines_merged": (
        "lines of {records} were made into one row each ({count:# row|# rows} fewer), and amounts that differ added up",
        None,
    ),
    "line_amounts_equal": (
        "lines of one {record} have the same {what} ({count:# row|# rows}): it cannot be known whether it is the line's or the {record}'s: {ids:`,` 5 more}",
        "export one line per {record}, or leave the product columns out",
    ),
    "identical_rows": (
        "{count:# row|# rows} equal to an earlier row in every column, id included: counted once",
        None,
    ),
    "product_rows_merged": (
        "product rows of {deals:# deal|# deals} made into one row per deal, amounts added up ({count:# row|# rows} fewer)",
        "export without the product column to have the deal amounts themselves",
    ),
    "rows_alike": (
        "{count:# row|# rows} equal to an earlier row in every column, and no id tells them apart: all are counted",
        "export with the id of the records: then a row that is there twice counts once",
    ),
    "quota_twice": (
        "{count:# row|# rows} equal to an earlier row in every column: the quota counts each time",
        "if it is one quota, remove the rows that are there twice",
    ),
    "quotas_overlap": (
        "the quotas of {whose:`,`} overlap: {count:# row|# rows} {count:is|are} for the same days, or for a month and the quarter or year around it, and which ones count is not known",
        "keep one quota per rep and day: remove the rows of the quarter or those of its months",
    ),
    "ids_repeated": (
        "ids on several rows with different content: {ids:`,` 5 more} ({count:# row|# rows}); all are counted",
        "export again, or remove the outdated rows: totals count these records more than once",
    ),
    "rows_in_newer_file": (
        "{count:# row|# rows} {count:is|are} also in {files:`,`}, and count{count:s|} once{namely}",
        "give one export per list; the newest holds all that is known",
    ),
    "ids_with_decimals": (
        "ids of `{column}` were written as decimals (`{example}`), and are read without the `.0` ({count:# row|# rows})",
        None,
    ),
    "ids_in_scientific_notation": (
        "{count:# row|# rows} with an id in scientific notation: a spreadsheet has cut its last digits",
        "export again and do not save the file from a spreadsheet",
    ),
}

PARTS: dict[str, str] = {
    "ignored_footer": "{n} {n:footer|footers}",
    "ignored_repeated_header": "{n} repeated {n:header|headers}",
    "ignored_title": "{n} {n:title|titles}",
    "ignored_total": "{n} {n:total|totals}",
    "amounts_per": "{n:,} per {period}",
    "amounts_paid_once": "{n:,} paid once",
    "period_year": "year",
    "period_half-year": "half-year",
    "period_quarter": "quarter",
    "period_month": "month",
    "period_week": "week",
    "a_year": "a year",
    "the_whole_term": "the whole term",
    "blank": "blank",
    "price": "price",
    "field_cost": "cost",
    "field_amount": "amount",
    "record_of_deals": "deal",
    "record_of_invoices": "invoice",
    "deals_counted": "{n:# deal|# deals}",
    "invoices_counted": "{n:# invoice|# invoices}",
    "money_in_cents": "{amount:,.2f}",
    "at_stake": ", {amount} at stake",
    "the_company": "the company",
    "namely": ": {ids:`,` 5 more}",
}
