"""What is worth knowing about files: bytes, structure, columns, cells, and which rows are records."""

from __future__ import annotations

__all__ = ["PARTS", "WORDS"]

WORDS: dict[str, tuple[str, str | None]] = {
    # --- bytes and structure -------------------------------------------------------------------------------------------
    "encoding_uncertain": (
        "the encoding is a guess: {encoding} ({confidence} % sure)",
        "if letters look wrong, set it, for example `--encoding {alternative}`",
    ),
    "encoding_damaged": (
        "{count:# byte is|# bytes are} not valid {encoding}; shown as U+FFFD",
        "export the file again, or set the encoding with `--encoding`",
    ),
    "quotes_odd": (
        "{count:# row has|# rows have} an unescaped quote inside a cell; it was kept as text",
        "check the quotes: a cell may hold too little or too much",
    ),
    "backslash_escapes": (
        "{count:# row escapes|# rows escape} quotes with a backslash, as MySQL does; they were read as quotes",
        None,
    ),
    "rows_swallowed": (
        "{count:# row has|# rows have} a quoted cell that contains line breaks and what looks like whole rows",
        "check the quotes: rows inside the cell are not counted",
    ),
    "rows_short_filled": (
        "{count:# row ends|# rows end} early because this export drops blank cells at the end of a row; the missing cells count as blank",
        None,
    ),
    "rows_ignored": (
        "{count:# row|# rows} skipped: {parts:,}",
        None,
    ),
    "total_no_sum": (
        "{count:# row is|# rows are} labelled {words:`or`} but {count:does|do} not match the sum of the other rows; counted like any other row",
        "if it is a total, delete the row from the file",
    ),
    "only_a_plan": (
        "every row has {words:`or`} in `{column}`, so nothing shows that these are actual {kind}; all are counted",
        "if they are planned figures, leave the file out, or export actual {kind} only",
    ),
    "rows_of_a_plan": (
        "{count:# row|# rows} skipped: `{column}` is {words:`or`}, and only rows with {others:`or`} are actual {kind}",
        "to count these rows too, remove the column `{column}` from the file",
    ),
    "rows_long_blank": (
        "{count:# row has|# rows have} blank cells beyond the last column of the header; ignored",
        None,
    ),
    "bom_in_cell": (
        "{count:# row has|# rows have} an invisible byte order mark (U+FEFF) in a cell; removed",
        None,
    ),
    "nul_in_cell": (
        "{count:# row contains|# rows contain} NUL bytes; removed",
        "export the file again: it may be damaged",
    ),
    "excel_error_cells": (
        "{count:# row contains|# rows contain} the Excel error `{error}`; read as blank",
        "fix the formula in the workbook, then export again",
    ),
    "header_empty": (
        "a column with values in {count:# row|# rows} has no header; it is called `{column}` here",
        "to use the column, name it in the export",
    ),
    "header_twice": (
        "two columns are called `{column}` but differ in {count:# row|# rows}; the second one is called `{second:typed}` here",
        "the first one is used; to use the other, add `--map FIELD={second:shell}`",
    ),
    # --- columns and profiles ------------------------------------------------------------------------------------------
    "header_misspelt": (
        "`{column}` is not used: it may be a misspelling of `{known}`, which is read as {field}",
        "if so, add `--map {field}={column:shell}`",
    ),
    # --- lists of sales ------------------------------------------------------------------------------------------------
    "sales_made": (
        "read as a list of sales, each a deal won on its `{column}`: no stage says that a deal was lost or is open, so there is no win rate and no pipeline",
        "{advice}",
    ),
    "months_as_days": (
        "`{column}` has no day (`{value}`): each row counts on the last day of its {unit}, and nothing finer than a {unit} is computed",
        None,
    ),
    "rows_are_sums": (
        "each row is a sum of sales, not one sale: the number of deals and their size are not computed",
        "if each row is one sale, export its customer or its number, too",
    ),
    "amounts_multiplied": (
        "the amount of a sale is `{quantity}` times `{column}`, in {count:# row|# rows}",
        None,
    ),
    # --- logs of changes -----------------------------------------------------------------------------------------------
    "log_of_changes": (
        "read as a log of changes of {fields:`and`}{others}",
        None,
    ),
    "log_without_deals": (
        "`{column}` has never changed in {count:# deal|# deals}: the log has no row about {count:it|them}, so the present value counts since creation{since}",
        None,
    ),
    "log_with_gaps": (
        "{count:# row changes|# rows change} `{column}` from a value that is not the one before, for example in deal `{example}`: the log lacks changes",
        "export the log without a filter on dates or values",
    ),
    "log_ends_elsewhere": (
        "`{column}` ends at another value than the deals file has in {count:# deal|# deals} of {of:,}, for example `{example}`",
        "export the log and the deals on the same day",
    ),
    "log_ends_early": (
        "the log ends on {day}, but the deals file has events up to {last}: a deal that was open then and has no row may have changed since, so nothing is known of it",
        "export the log and the deals on the same day",
    ),
    "log_lacks_deals": (
        "{count:# deal of|# deals of} {closes:,} were closed without a row about it, for example `{example}`: the log does not have all deals, so nothing is known of deals without a row",
        "export the log of all deals, without a filter or a limit of rows",
    ),
    "log_of_other_names": (
        "`{column}` has {values:`,` 3 …}, and the deals file {names:`,` 3 …}: nothing shows which is which, so the log gives no stages",
        "add a list of stages with the columns `id` and `name` (`pipelines=FILE`), or export both files with names",
    ),
    "linked_by_long_id": (
        "the ids in `{column}` and in the deals file have 15 and 18 letters, as in reports and the API of Salesforce: {count:,} of {of:# deal is|# deals are} found by the first 15",
        None,
    ),
    "linked_by_name": (
        "`{column}` has names, not ids: {count:,} of {of:# deal is|# deals are} found by {count:its|their} name",
        "export the id of the deals, too: two deals may have one name",
    ),
    "log_names_from_deals": (
        "`{column}` has other names than the deals file; the deals show which is which: {names:,}",
        None,
    ),
    "versions_of_deals": (
        "read as the versions of {deals:# deal|# deals}, each valid from `{column}` on: {several:# deal has|# deals have} more than one",
        None,
    ),
    "no_second_version": (
        "read as the versions of {deals:# deal|# deals}, each valid from `{column}` on: no deal has two versions, so nothing has moved",
        "if deals did move, the table was filtered: take all versions, not only the active ones",
    ),
    # --- values --------------------------------------------------------------------------------------------------------
    "cells_unreadable": (
        "`{column}` cannot be read in {count:# row|# rows} and counts as blank there: {reason}, for example `{value}`",
        "correct the cells, or ignore the column with `--map {field}=`",
    ),
    "history_unreadable": (
        "`{column}` cannot be read in {count:# row|# rows}, so the stage history lacks those entries: {reason}, for example `{value}`",
        "correct the cells in the CRM, then export again",
    ),
    "log_value_unreadable": (
        "`{column}` cannot be read in {count:# row|# rows} of the log and counts as blank there: {reason}, for example `{value}`",
        "correct the cells of the log",
    ),
    "log_old_value_unreadable": (
        "the value of `{column}` before its change cannot be read in {count:# row|# rows} of the log and counts as blank there: {reason}, for example `{value}`",
        "correct the cells of the log",
    ),
    "numbers_rounded": (
        "`{column}` has more than 8 decimals in {count:# row|# rows}; rounded to 8",
        None,
    ),
    "numbers_scaled": (
        "`{column}` has shortened numbers in {count:# row|# rows} (an exponent, or a word such as K or M): digits may be missing",
        "export full numbers: a spreadsheet shortens 12345.67 to 1.23E+04",
    ),
    "invisible_marks": (
        "`{column}` has invisible characters around the digits in {count:# row|# rows}; removed",
        None,
    ),
    "years_short": (
        "`{column}` has two-digit years in {count:# row|# rows}; read as the years nearest to its latest date, or as 20xx where no year has four digits",
        None,
    ),
    "years_thai": (
        "`{column}` has Thai (Buddhist) years in {count:# row|# rows}; converted, for example 2569 to 2026",
        None,
    ),
    "amount_elsewhere": (
        "`{column}` is used as the amount, but `{other}` could be the amount too and differs in {count:# row|# rows}",
        "to use `{other}` instead, add `--map amount={other:shell}`",
    ),
    "amounts_per_period": (
        "`{column}` gives the period that `{amount}` covers: {amounts:,}; recurring amounts are converted to {into}",
        "to use amounts as they are, ignore the column with `--map value_period=`",
    ),
    "amounts_per_period_found": (
        "`{column}` gives the period that `{amount}` covers: {amounts:,}; recurring amounts are converted to {into}",
        "if it only shows how an amount is paid, use amounts as they are with `--map value_period=`",
    ),
    "amount_period_likely": (
        "`{column}` may give the period that `{amount}` covers (a month, a year, one-off), so amounts are not added up",
        "if it does, add `--map value_period={column:shell}`; if all amounts cover the same period, add `--map value_period=`",
    ),
    "amount_period_unknown": (
        "`{column}` does not show in {count:# row|# rows} whether the amount is per month, per year or one-off ({words:`,`}), as it does elsewhere",
        "fill it in, or ignore the column with `--map value_period=` if all amounts cover the same period",
    ),
    "term_not_used": (
        "`{column}` is not used, so monthly amounts are converted to one year: {count:# row is|# rows are} blank or not a number of months or years",
        "fill it in for every monthly or yearly amount, for example with 24 months",
    ),
    "amount_weighted": (
        "`{column}` is used as the amount, but some CRMs use that name for amount × probability",
        "if it is weighted, ignore it with `--map amount=`, or name the CRM with `--profile`",
    ),
    "amounts_in_units": (
        "amounts in `{column}` were multiplied by {unit:,}, the unit in the header",
        None,
    ),
    "date_formats_mixed": (
        "`{column}` mixes date formats ({how}); {count:# row uses|# rows use} the rarer ones",
        "check that those dates were not mistyped or imported by mistake",
    ),
    "offsets_differ": (
        "`{column}` mixes UTC offsets: {count:# row differs|# rows differ} from the most common one; dates and hours are taken as written",
        "set the time zone in which to count days, for example `--timezone Europe/Berlin`; elapsed times are exact without it",
    ),
    "offsets_missing": (
        "`{column}` has no UTC offset in {count:# row|# rows} but has one in others, so the time between them is unknown",
        "set the time zone of times without an offset, for example `--timezone Europe/Berlin`",
    ),
    "rows_rejected": (
        "{count:# row|# rows} rejected: {reason}",
        "list them all with `salesmetrics check FILE --rejects rejects.csv`; totals do not include them",
    ),
    "row_of_numbers": (
        "{count:# row|# rows} skipped: only numbers, and no name, id, owner, stage or date",
        "if it is a total, delete it from the export; otherwise fill in what is missing",
    ),
    "file_unusable": (
        "file skipped: {cause:said}",
        "export it again, or remove it from the folder or archive",
    ),
    "quotes_beside_deals": (
        "`{path:typed}` is a list of quotes and was skipped: with the deals, the same business would count twice",
        "to report on quotes, pass that file alone",
    ),
    "quotes_and_deals": (
        "quotes and deals are added up, as requested: the same business may count twice",
        "report on them separately",
    ),
    "sales_beside_deals": (
        "`{path:typed}` is a list of sales and was skipped: with the deals, the same business would count twice",
        "to report on sales, pass that file alone",
    ),
    "sales_and_deals": (
        "sales and deals are added up, as requested: the same business may count twice",
        "report on them separately",
    ),
    "file_skipped": (
        "`{path:typed}` was skipped: salesmetrics does not know this kind of export{detail:said}",
        "{fix:typed}",
    ),
    # --- which rows are records ----------------------------------------------------------------------------------------
    "deleted_rows": (
        "{count:# {kind:noun} is|# {kind:nouns} are} marked as deleted in the CRM; skipped",
        "to count deleted {kind:nouns}, ignore the flag with `--map is_deleted=`",
    ),
    "continuation_lines": (
        "{count:# row|# rows} skipped: {count:it only continues|they only continue} the record above",
        "export one line per record",
    ),
    "line_amounts": (
        "{count:# row that only continues a record has an amount|# rows that only continue a record have amounts} of {count:its|their} own ({at_stake}): the record's amount may or may not include {count:it|them}",
        "export one line per record, or choose the column with the record's amount: `--map amount=HEADER`",
    ),
    "rows_of_one_cell": (
        "{count:# row|# rows} skipped: only one cell is filled, where records have many: {cells:`,`}",
        "if they are records, export them again; keep group titles and notes out of the table",
    ),
    "rows_per_person": (
        "rows with the same id differ only in {differing:`,`} and count as one record, using the first row ({count:# row|# rows} fewer)",
        "export one line per record, without splits, contacts or team members",
    ),
    "rows_alike_but_for_people": (
        "{count:# row differs|# rows differ} only in {differing:`,`} and may be the same record; without an id, all are counted{at_stake}",
        "export the record ids: rows with the same id then count once",
    ),
    "credit_invoices": (
        "{count:# credit note reduces|# credit notes reduce} the amount invoiced",
        None,
    ),
    "draft_invoices": (
        "{count:# draft or quote skipped: not an invoice|# drafts and quotes skipped: not invoices}",
        None,
    ),
    "payments_beside_invoices": (
        "`{path:typed}` is a list of payments and was skipped: payments are not matched to invoices",
        "add the paid amount or the payment date to the invoices, or report on the payments alone",
    ),
    "payments_only": (
        "`{path:typed}` is a list of payments ({count:# row|# rows}): it shows what was received, not what was invoiced",
        "to compare the two, add an invoices file",
    ),
    "part_paid_invoices": (
        "{count:# invoice is|# invoices are} partly paid according to `{column}`, but the amount received is unknown",
        "export the paid amount or the open balance, and map it if needed: `--map paid_amount=HEADER` or `--map balance=HEADER`",
    ),
    "balance_contradicts": (
        "`{column}` is used as the open balance but contradicts {count:# invoice|# invoices}: paid yet still open, or more open than invoiced",
        "if it is not the open balance, ignore it with `--map balance=`",
    ),
    "type_by_values": (
        "`{column}` has credit notes among its values and is used as the document type ({count:# row|# rows})",
        "to confirm, add `--map type={column:shell}`; if another column has the document type, add `--map type=HEADER`",
    ),
    "unit_prices": (
        "`{column}` looks like the {of} of one unit, while the amount is for the whole deal ({count:# row|# rows} with a quantity above 1)",
        "ignore it with `--map {field}=`, or export the {of} of the whole deal",
    ),
    "unit_amounts": (
        "`{column}` looks like a unit price but is used as the amount ({count:# row|# rows} with a quantity other than 1)",
        "add a column with price × quantity, and map it: `--map amount=HEADER`",
    ),
    "price_as_amount": (
        "`{column}` is used as the amount but may be a unit price ({count:# row|# rows} with a quantity other than 1)",
        "if it is the whole amount, add `--map amount={column:shell}`; otherwise add a column with price × quantity",
    ),
    "line_cells": (
        "{count:# line below a record has|# lines below a record have} a `{column}` of {count:its|their} own: the record's value may or may not include it",
        "export one line per record",
    ),
    "lines_merged": (
        "the lines of {records} were merged into one row each ({count:# row|# rows} fewer); amounts that differ were added up",
        None,
    ),
    "line_amounts_equal": (
        "{count:# row repeats|# rows repeat} the same {what} on each line of one {kind:noun}: it may be that of the line or of the whole {kind:noun}: {ids:`,` 5 more}",
        "export one line per {kind:noun}, or leave the product columns out",
    ),
    "identical_rows": (
        "{count:# row is an exact copy|# rows are exact copies} of an earlier row, including the id; each record counts once",
        None,
    ),
    "product_rows_merged": (
        "the product rows of {deals:# deal|# deals} were merged into one row per deal ({count:# row|# rows} fewer); amounts were added up",
        "to use the deal amounts themselves, export without the product column",
    ),
    "products_merged": (
        "{count:# {kind:noun} has lines of several products and counts for none of them|# {kind:nouns} have lines of several products and count for none of them}: values by product are too low",
        "{advice}",
    ),
    "rows_alike": (
        "{count:# row is an exact copy|# rows are exact copies} of an earlier row, and no id distinguishes them; all are counted",
        "export the record ids: a row that appears twice then counts once",
    ),
    "quota_twice": (
        "{count:# row is an exact copy|# rows are exact copies} of an earlier row; the quota counts each time",
        "if it is one quota, delete the copies",
    ),
    "quotas_overlap": (
        "the quotas of {whose:`,`} overlap ({count:# row|# rows}): same days, or a month and its quarter or year, so it is unknown which ones count",
        "keep one quota per rep and day: delete either the rows of the quarter or those of its months",
    ),
    "ids_repeated": (
        "{count:# row shares its id|# rows share their id} with a row of different content: {ids:`,` 5 more}; all are counted",
        "export again, or delete the outdated rows: totals count these records more than once",
    ),
    "rows_in_newer_file": (
        "{count:# row is|# rows are} also in {files:`,`} and count{count:s|} once{namely}",
        "pass one export per list: the newest is complete",
    ),
    "ids_with_decimals": (
        "`{column}` has ids with decimals (`{example}`) in {count:# row|# rows}; read without the `.0`",
        None,
    ),
    "ids_in_scientific_notation": (
        "{count:# row has an id|# rows have ids} in scientific notation: a spreadsheet cut off the last digits",
        "export again, and do not save the file from a spreadsheet",
    ),
}

PARTS: dict[str, str] = {
    "ignored_footer": "{n:a footer|# footers}",
    "ignored_repeated_header": "{n:a repeated header|# repeated headers}",
    "ignored_title": "{n:a title|# titles}",
    "ignored_total": "{n:a total line|# total lines}",
    "amounts_per": "{n:,} per {period}",
    "amounts_paid_once": "{n:,} one-off",
    "period_year": "year",
    "period_half-year": "half-year",
    "period_quarter": "quarter",
    "period_month": "month",
    "period_week": "week",
    "a_year": "one year",
    "the_whole_term": "the whole term",
    "blank": "blank",
    "price": "price",
    "field_cost": "cost",
    "field_amount": "amount",
    "deals_counted": "{n:# deal|# deals}",
    "invoices_counted": "{n:# invoice|# invoices}",
    "money_in_cents": "{amount:,.2f}",
    "at_stake": ", {amount} at stake",
    "the_company": "the company",
    "namely": ": {ids:`,` 5 more}",
}
