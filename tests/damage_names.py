"""What names each kind of damage: codes of findings, and words of the reasons for which a row is rejected.

A finding that only lies near the damage does not count: a deal that is past its close names no stage that was misspelt.
"""

from __future__ import annotations

__all__ = ["NAMES", "UNKNOWABLE"]

_FEW, _MANY = "too few cells", "too many cells"
_DATE, _MONEY, _FLAG = "not a date", "not an amount of money", "not yes or no"
_BLANK_AMOUNT = ("amount_blank", "won_amount_blank")
_QUOTES = ("quotes_odd", "unclosed quote in column", _FEW, _MANY)
_BYTES = ("encoding_damaged", "encoding_uncertain", "not UTF-8", "not cp1252", "bytes that are not")
_STAGE = ("stage_words_unknown", "stage_word_looks_final")
_OUTCOME = ("outcome_contradicts", "flags_contradict")

NAMES: dict[str, tuple[str, ...]] = {
    # --- cells and quotes
    "cell_dropped": (_FEW,),
    "cell_added": (_MANY, "rows_long_blank"),
    "cells_swapped": (_DATE, _MONEY, _FLAG, *_STAGE, *_OUTCOME, "closed_before_created", "currency_unknown"),
    "row_shifted_right": (_DATE, _MONEY, _FLAG),
    "row_shifted_left": (_DATE, _MONEY, _FLAG),
    "delimiter_within_a_name": (_MANY, "rows_long_blank"),
    "quote_unclosed": _QUOTES,
    "quote_not_opened": _QUOTES,
    "quote_stray": _QUOTES,
    # Within quotes a doubled one is one quote mark of the text: the value says it.
    "quote_doubled": (*_QUOTES, _DATE, _MONEY, _FLAG, *_STAGE, "currency_unknown"),
    "whole_line_quoted": ("the whole line is one quoted cell",),
    # --- bytes and line ends
    "nul_byte": ("nul_in_cell", "the row contains a NUL byte"),
    "byte_order_mark_inside": ("bom_in_cell", "the row contains a byte order mark (U+FEFF)"),
    "foreign_byte": _BYTES,
    "line_end_within": (_FEW, _DATE, _MONEY, _FLAG, "currency_unknown", *_STAGE),
    "line_end_deleted": (_MANY,),
    "line_end_is_a_lone_cr": (_MANY,),
    "last_line_cut": (_FEW, "unclosed quote in column", _DATE, "a month without a day"),
    "letters_of_another_encoding": _BYTES,
    "cut_within_a_character": (*_BYTES, "unclosed quote in column", _FEW),
    "other_delimiter_in_one_row": (_FEW, "rows_ignored"),
    "tabs_in_one_row": (_FEW, "rows_ignored"),
    # --- rows
    "row_twice": ("rows_alike",),
    "block_of_rows_twice": ("rows_alike",),
    "file_twice": ("rows_alike",),
    "id_twice_with_another_amount": ("ids_repeated",),
    "id_of_another_row": ("ids_repeated",),
    "total_without_a_word": ("row_of_numbers", "rows_ignored"),
    "typographic_quotes_around_cells": (_DATE, _MONEY, _FLAG, _MANY),
    # --- amounts
    "amount_with_a_letter_o": (_MONEY,),
    "amount_negative": ("amount_negative",),
    "amount_in_another_currency": ("currency_contradicts", "currencies_mixed"),
    "amount_too_large": ("amount_outlier",),
    "amount_a_spreadsheet_error": (_MONEY, *_BLANK_AMOUNT, "excel_error_cells", "rows_ignored"),
    "amount_blank": _BLANK_AMOUNT,
    "amount_a_word": (_MONEY, *_BLANK_AMOUNT),
    "formula_instead_of_a_value": (_MONEY,),
    "amount_zero": ("amount_zero", "won_amount_zero"),
    "amount_in_short": ("numbers_scaled",),
    "amount_in_exponents": ("numbers_scaled",),
    "amount_in_percent": (_MONEY,),
    "amount_with_a_space_in_its_digits": (_MONEY,),
    "amount_with_an_invisible_mark": (_MONEY, "invisible_marks", "a number with an invisible character"),
    "two_amounts_in_a_cell": (_MONEY,),
    "amount_with_words_around": (_MONEY,),
    "digits_transposed": (_MONEY,),
    # --- dates
    "date_impossible": ("not a valid date", _DATE),
    "year_of_two_digits": ("an ambiguous date", "years_short"),
    "year_mistyped": ("before 1970-01-01", "after 2199-12-31"),
    "closed_before_created": ("closed_before_created",),
    "close_date_blank": ("won_without_close_date",),
    "date_as_a_serial_number": ("a spreadsheet serial number",),
    "date_too_wide_for_its_column": (_DATE,),
    "date_in_another_order": ("date_formats_mixed", _DATE, "an ambiguous date"),
    "date_without_a_year": ("a date without a year",),
    "date_without_a_day": ("a month without a day", _DATE),
    "date_in_words": (
        _DATE,
        "a month without a day",
        "a quarter",
        "closed_without_close_date",
        "won_without_close_date",
    ),
    "date_with_a_letter_o": (_DATE,),
    "two_dates_in_a_cell": (_DATE,),
    "year_of_the_next_century": ("date_outlier", "date_far_later", "closed_in_future"),
    # --- words and ids
    "stage_unknown": _STAGE,
    "stage_blank": ("stage_blank",),
    "stage_of_another_outcome": ("outcome_contradicts",),
    "stage_escaped": _STAGE,
    "stage_cut_short": _STAGE,
    "stage_twice_in_a_cell": _STAGE,
    "won_flag_turned": _OUTCOME,
    "closed_flag_turned": _OUTCOME,
    "flag_unreadable": (_FLAG,),
    "flag_blank": _OUTCOME,
    "currency_blank": ("currency_blank",),
    "currency_mistyped": ("currency_unknown",),
    # --- columns
    "header_misspelt": ("header_misspelt",),
    "header_blank": ("header_empty",),
    "headers_swapped": ("closed_before_created", *_STAGE, *_OUTCOME, "currency_unknown"),
    "column_blanked": (*_BLANK_AMOUNT, "stage_blank", "closed_without_close_date", "won_without_close_date"),
}
"""A damage that is not here changes no total."""

UNKNOWABLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "digits_transposed": ("any digits make an amount", ("money", "by quarter")),
    "cents_lost": ("an amount may have no cents; far beyond all others it is named", ("money", "by quarter")),
    "amount_of_the_row_above": ("two deals may be worth the same", ("money", "by quarter")),
    "rows_blended": ("two halves of good rows make a good row", ("outcomes", "money", "by quarter")),
    "rows_missing_at_the_end": ("no export says how many rows it should have", ("outcomes", "money", "by quarter")),
    "column_shifted_down": ("every value is good where it stands now", ("outcomes", "money", "by quarter")),
    "column_sorted_alone": ("a list may be sorted by its amounts", ("money", "by quarter")),
    "column_removed": ("what a file never had is not missed: amounts then have no currency", ("money",)),
    "column_blanked": ("amounts without any currency are reported so", ("money",)),
}
"""Damage to the reason why no reader can see it, and the totals that it may change in silence."""
