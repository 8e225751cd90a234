"""What is wrong with a cell or a row, and how a column was read."""

from __future__ import annotations

__all__ = ["READINGS", "REASONS"]

REASONS: dict[str, str] = {
    # --- a cell that is not of the type of its column ---------------------------------------------------------------------
    "not_an_id": "not an id",
    "not_text": "not text",
    "not_money": "not an amount of money",
    "not_a_number": "not a number",
    "not_whole": "not a whole number",
    "not_a_share": "not a percentage or share",
    "not_a_day": "not a date",
    "not_an_instant": "not a date and time",
    "not_yes_or_no": "not yes or no",
    "not_a_duration": "not a duration",
    "not_a_period": "not a period",
    "not_day_first": "not a date in the order day, month, year",
    "not_month_first": "not a date in the order month, day, year",
    "not_in_the_calendar": "not a valid date",
    "date_without_year": "a date without a year or day, which a spreadsheet may have dropped: export again, and do not save the file from a spreadsheet",
    "month_without_day": "a month without a day",
    "date_of_several_readings": "an ambiguous date (set `--date-order`)",
    "serial_among_dates": "a spreadsheet serial number among written dates",
    "thai_date": "a Thai (Buddhist) date among others: export it with years such as 2026",
    "persian_date": "a Persian date: export it with years such as 2026",
    "islamic_date": "an Islamic (Hijri) date: export it with years such as 2026",
    "hebrew_date": "a Hebrew date: export it with years such as 2026",
    "taiwanese_date": "a Taiwanese date (ROC year): export it with years such as 2026",
    "japanese_date": "a Japanese date (era year): export it with years such as 2026",
    "number_of_two_readings": "an ambiguous number: its separator may mark decimals or group thousands (set `--decimal`)",
    "number_broken": "a number with an invisible character between its digits",
    # --- a value that its field does not allow -----------------------------------------------------------------------------
    "less_than": "less than {bound}",
    "more_than": "more than {bound}",
    "before_day": "before {bound}",
    "after_day": "after {bound}",
    "number_too_large": "too large",
    "refused_by_model": "invalid: {verdict}",
    # --- a row that cannot be cut into cells --------------------------------------------------------------------------------
    "quote_open": "unclosed quote in {place}",
    "in_column": "column `{column}`",
    "in_cell": "cell {number}",
    "cell_too_long": "the cell in column `{column}` is longer than {size}",
    "line_too_long": "the line is longer than {size}",
    "line_in_one_cell": "the whole line is one quoted cell, so its columns cannot be separated",
    "cells_too_many": "too many cells: {cells} in the row, {width} in the header{beside}",
    "cells_too_few": "too few cells: {cells} in the row, {width} in the header{beside}",
    "nul_beside": "; the row contains a NUL byte",
    "bom_beside": "; the row contains a byte order mark (U+FEFF)",
    "with_foreign_bytes": "{reason}; it contains bytes that are not {encoding}",
    "not_of_encoding": "not {encoding}, unlike the other rows",
    # --- several cells -------------------------------------------------------------------------------------------------------
    "cell_is": "`{value}` in `{column}` is {reason}",
    "cells_are": "`{column}` is {reason}: {values:`,` 5 more}",
}
"""Code of a reason to reject a row, or to take a cell as blank → its words."""

READINGS: dict[str, str] = {
    "text": "text",
    "text_and_labels": "text, {labels:`and` 3 more} as no value",
    "as_beside": "{how}, as in `{column}`",
    # --- dates ---------------------------------------------------------------------------------------------------------------
    "date_shapes": "{shapes:,}",
    "no_dates_read": "no dates",
    "dates_of_file": "stored as dates",
    "month_by_name": "month by name",
    "serial_or_epoch": "serial number or epoch",
    "ymd": "year{sep}month{sep}day",
    "ymd_and_time": "year{sep}month{sep}day and time",
    "dmy": "day{sep}month{sep}year",
    "dmy_and_time": "day{sep}month{sep}year and time",
    "mdy": "month{sep}day{sep}year",
    "each_by_itself": "each date on its own",
    "days_as_blank": "dates such as 9999-12-31 as blank",
    "last_day_of_unit": "last day of the {unit}",
    # --- numbers -------------------------------------------------------------------------------------------------------------
    "number_writing": "{parts:;}",
    "plain_number": "plain number",
    "decimal_point": "decimal point",
    "decimal_comma": "decimal comma",
    "decimal_point_by_grouping": "decimal point (the other separator groups thousands)",
    "decimal_comma_by_grouping": "decimal comma (the other separator groups thousands)",
    "decimal_point_and_comma": "decimal point and decimal comma, each unambiguous",
    "currency_in_cells": "currency in the cells: {currencies:,}",
    "thousands_words": "thousands words such as K and M",
    "in_units_of_header": "{how}; multiplied by {unit:,}, the unit in the header",
    "percent_signs": "percent signs",
    "scale_of_1": "scale 0–1",
    "scale_of_100": "scale 0–100",
    # --- yes and no ----------------------------------------------------------------------------------------------------------
    "flags": "yes/no",
    "flags_as": "yes/no as {words:,}",
    "flags_of_file": "stored as yes/no",
    # --- durations -----------------------------------------------------------------------------------------------------------
    "duration": "duration",
    "duration_writing": "{writings:,}",
    "numbers_as_seconds": "plain numbers as seconds",
    "numbers_as_minutes": "plain numbers as minutes",
    "numbers_as_hours": "plain numbers as hours",
    "numbers_as_milliseconds": "plain numbers as milliseconds",
    "units_in_cells": "units in the cells",
    "durations_of_file": "stored as durations",
    "times_of_file": "stored as times",
}
"""Code of a reading → its words."""
