"""Ways in which exports are damaged on their way: each takes a good export, a row and a place, and spoils that row."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from good_export import Export

__all__ = ["WAYS", "Damage", "Damaged"]


@dataclass(frozen=True, slots=True)
class Damaged:
    """The bytes of a damaged file, and the row where it happened as a spreadsheet counts; None for the file as a whole."""

    data: bytes
    row: int | None


Damage = Callable[["Export", int, int], Damaged | None]
"""``(export, row, place)``: row counts data rows from 0, place is any number. None where the export has no such thing."""

WAYS: dict[str, Damage] = {}


def way(damage: Damage) -> Damage:
    WAYS[damage.__name__] = damage
    return damage


def _lines(export: Export, row: int, *instead: str) -> Damaged:
    """The file with other lines instead of that of a row."""
    lines = export.lines()
    return Damaged(export.data([*lines[: row + 1], *instead, *lines[row + 2 :]]), row + 2)


def _cells(export: Export, row: int, *instead: tuple[str, ...]) -> Damaged:
    return _lines(export, row, *map(export.line, instead))


def _edited(export: Export, row: int, field: str, edit: Callable[[str], str]) -> Damaged | None:
    if field not in export.fields:
        return None
    before = export.rows[row][export.column(field)]
    return Damaged(export.with_cell(row, field, edit(before)).data(), row + 2)


def _bytes(export: Export, row: int, edit: Callable[[bytes, int, int], bytes]) -> Damaged:
    """The file after an edit of its bytes, which is told where the row's line begins and ends (before its line end)."""
    lines = export.lines()
    start = len(export.data(lines[: row + 1]))
    end = len(export.data(lines[: row + 2])) - len(export.line_end)
    return Damaged(edit(export.data(), start, end), row + 2)


def _put(export: Export, row: int, place: int, extra: bytes) -> Damaged:
    def edit(data: bytes, start: int, end: int) -> bytes:
        # Not within a character: the places are those before an ASCII byte.
        here = next(p for p in range(start + place % (end - start), -1, -1) if data[p] < 0x80)
        return data[:here] + extra + data[here:]

    return _bytes(export, row, edit)


def _day(export: Export, row: int, field: str) -> datetime:
    if not export.rows[row][export.column(field)]:  # no day yet, as an open deal may have no close
        field = "created"
    return datetime.strptime(export.rows[row][export.column(field)].split(" ")[0], export.order)


def _redated(export: Export, row: int, field: str, text: str) -> Damaged | None:
    """Another date in a cell; the time of day stays."""
    return _edited(export, row, field, lambda cell: " ".join([text, *cell.split(" ")[1:]]))


# --- cells of a row ------------------------------------------------------------------------------------------------


@way
def cell_dropped(export: Export, row: int, place: int) -> Damaged:
    cells, at = export.rows[row], place % len(export.fields)
    return _cells(export, row, cells[:at] + cells[at + 1 :])


@way
def cell_added(export: Export, row: int, place: int) -> Damaged:
    cells, at = export.rows[row], place % (len(export.fields) + 1)
    return _cells(export, row, (*cells[:at], "17", *cells[at:]))


@way
def cells_swapped(export: Export, row: int, place: int) -> Damaged:
    cells, at = list(export.rows[row]), place % (len(export.fields) - 1)
    cells[at], cells[at + 1] = cells[at + 1], cells[at]
    return _cells(export, row, tuple(cells))


@way
def row_shifted_right(export: Export, row: int, place: int) -> Damaged:
    return _cells(export, row, ("", *export.rows[row][:-1]))


@way
def row_shifted_left(export: Export, row: int, place: int) -> Damaged:
    return _cells(export, row, (*export.rows[row][1:], ""))


@way
def delimiter_within_a_name(export: Export, row: int, place: int) -> Damaged:
    cells = [cell.replace(export.delimiter, "") for cell in export.rows[row]]
    cells[export.column("name")] = f"Pump{export.delimiter} large"
    return _lines(export, row, export.delimiter.join(cells))


# --- quotes --------------------------------------------------------------------------------------------------------


@way
def quote_unclosed(export: Export, row: int, place: int) -> Damaged:
    cells = [export.line((cell,)) for cell in export.rows[row]]
    at = place % len(cells)
    cells[at] = '"' + cells[at].strip('"')
    return _lines(export, row, export.delimiter.join(cells))


@way
def quote_not_opened(export: Export, row: int, place: int) -> Damaged:
    cells = [export.line((cell,)) for cell in export.rows[row]]
    at = place % len(cells)
    cells[at] = cells[at].strip('"') + '"'
    return _lines(export, row, export.delimiter.join(cells))


@way
def quote_stray(export: Export, row: int, place: int) -> Damaged:
    return _put(export, row, place, b'"')


@way
def quote_doubled(export: Export, row: int, place: int) -> Damaged:
    return _put(export, row, place, b'""')


@way
def whole_line_quoted(export: Export, row: int, place: int) -> Damaged:
    line = export.lines()[row + 1].replace('"', '""')
    return _lines(export, row, f'"{line}"')


# --- bytes and line ends -------------------------------------------------------------------------------------------


@way
def nul_byte(export: Export, row: int, place: int) -> Damaged:
    return _put(export, row, place, b"\x00")


@way
def byte_order_mark_inside(export: Export, row: int, place: int) -> Damaged | None:
    return None if export.encoding == "cp1252" else _put(export, row, place, "\ufeff".encode())


@way
def foreign_byte(export: Export, row: int, place: int) -> Damaged:
    return _put(export, row, place, b"\xe9" if export.encoding != "cp1252" else b"\x81")


@way
def line_end_within(export: Export, row: int, place: int) -> Damaged:
    return _put(export, row, place, export.line_end.encode())


@way
def line_end_deleted(export: Export, row: int, place: int) -> Damaged:
    return _bytes(export, row, lambda data, start, end: data[:end] + data[end + len(export.line_end) :])


@way
def line_end_of_header_deleted(export: Export, row: int, place: int) -> Damaged:
    head, rest = export.lines()[0], export.data(export.lines()[1:])
    bom = "\ufeff".encode() if export.encoding == "utf-8-sig" else b""
    return Damaged(bom + head.encode(export.encoding.removesuffix("-sig")) + rest.removeprefix(bom), None)


@way
def line_end_is_a_lone_cr(export: Export, row: int, place: int) -> Damaged:
    return _bytes(export, row, lambda data, start, end: data[:end] + b"\r" + data[end + len(export.line_end) :])


@way
def all_line_ends_cr(export: Export, row: int, place: int) -> Damaged:
    return Damaged(replace(export, line_end="\r").data(), None)


@way
def line_ends_mixed(export: Export, row: int, place: int) -> Damaged:
    other = b"\n" if export.line_end == "\r\n" else b"\r\n"
    ours = export.line_end.encode()

    def edit(data: bytes, start: int, end: int) -> bytes:
        return data[:start] + data[start:].replace(ours, other)

    return _bytes(export, row, edit)


@way
def last_line_cut(export: Export, row: int, place: int) -> Damaged:
    last = len(export.rows) - 1
    cut = _bytes(export, last, lambda data, start, end: data[: start + 1 + place % (end - start)])
    return Damaged(cut.data, last + 2)


@way
def cut_within_a_character(export: Export, row: int, place: int) -> Damaged | None:
    if export.encoding == "cp1252":
        return None
    changed = export.with_cell(row, "owner", "Zoë Müller")

    def edit(data: bytes, start: int, end: int) -> bytes:
        return data[: data.index("ü".encode(), start) + 1]

    return _bytes(changed, row, edit)


@way
def other_delimiter_in_one_row(export: Export, row: int, place: int) -> Damaged:
    other = "," if export.delimiter == ";" else ";"
    return _lines(export, row, replace(export, delimiter=other).line(export.rows[row]))


@way
def tabs_in_one_row(export: Export, row: int, place: int) -> Damaged:
    return _lines(export, row, "\t".join(export.rows[row]))


@way
def letters_of_another_encoding(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "owner", lambda cell: "Zoë Müller".encode().decode("cp1252"))


# --- rows that are none, or are there twice ------------------------------------------------------------------------


@way
def row_twice(export: Export, row: int, place: int) -> Damaged:
    return _lines(export, row, *[export.lines()[row + 1]] * 2)


@way
def id_twice_with_another_amount(export: Export, row: int, place: int) -> Damaged | None:
    if "id" not in export.fields:
        return None
    other = export.with_cell(row, "amount", f"777{export.decimal}77")
    return _lines(export, row, export.lines()[row + 1], other.lines()[row + 1])


@way
def header_repeated(export: Export, row: int, place: int) -> Damaged:
    return _lines(export, row, export.lines()[0], export.lines()[row + 1])


def _total(export: Export, word: str) -> tuple[str, ...]:
    cells = [""] * len(export.fields)
    cells[0], cells[export.column("amount")] = word, f"5150{export.decimal}15"
    return tuple(cells)


@way
def total_at_the_end(export: Export, row: int, place: int) -> Damaged:
    words = ("Total", "Grand Total", "Summe", "TOTAL:", "Итого", "合计")
    word = words[place % (4 if export.encoding == "cp1252" else 6)]
    return Damaged(export.data([*export.lines(), export.line(_total(export, word))]), len(export.rows) + 2)


@way
def subtotal_between(export: Export, row: int, place: int) -> Damaged:
    word = ("Subtotal", "Sum", "Zwischensumme", "Sous-total")[place % 4]
    return _lines(export, row, export.line(_total(export, word)), export.lines()[row + 1])


@way
def total_without_a_word(export: Export, row: int, place: int) -> Damaged:
    return Damaged(export.data([*export.lines(), export.line(_total(export, ""))]), len(export.rows) + 2)


@way
def footer_after_a_blank_row(export: Export, row: int, place: int) -> Damaged:
    words = ("Copyright (c) 2025 Example", "Confidential Information - Do Not Distribute", "Generated by Ann Moore")
    return Damaged(export.data([*export.lines(), "", words[place % 3]]), len(export.rows) + 3)


@way
def titles_above(export: Export, row: int, place: int) -> Damaged:
    titles = (["Deals of 2024"], ["Deals of 2024", ""], ["All deals", "As of 2025-03-01", ""])[place % 3]
    return Damaged(export.data([*titles, *export.lines()]), None)


@way
def title_between(export: Export, row: int, place: int) -> Damaged:
    return _lines(export, row, "Deals of the second quarter", export.lines()[row + 1])


@way
def blank_rows(export: Export, row: int, place: int) -> Damaged:
    blank = ("", export.delimiter * (len(export.fields) - 1), "  ")[place % 3]
    return _lines(export, row, *[blank] * (1 + place % 4), export.lines()[row + 1])


@way
def rows_cut_off_at_the_front(export: Export, row: int, place: int) -> Damaged:
    """The header is lost: the file begins with a record."""
    return Damaged(export.data(export.lines()[1:]), None)


# --- amounts -------------------------------------------------------------------------------------------------------


@way
def amount_with_a_letter_o(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: cell[:-1] + "oO"[place % 2])


@way
def amount_with_the_other_decimal_mark(export: Export, row: int, place: int) -> Damaged | None:
    other = str.maketrans(".,", ",.")
    return _edited(export, row, "amount", lambda cell: cell.translate(other))


@way
def amount_with_thousands(export: Export, row: int, place: int) -> Damaged | None:
    mark = (",." if export.decimal == "." else ".,")[0], "\u00a0", " ", "'"

    def edit(cell: str) -> str:
        whole, cents = re.split(r"[.,](?=\d\d$)", cell.replace(",", "") if export.decimal == "." else cell)
        return f"{whole[:-3]}{mark[place % 4]}{whole[-3:]}{export.decimal}{cents}"

    return _edited(export, row, "amount", edit)


@way
def amount_negative(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: (f"-{cell}", f"({cell})", f"{cell}-")[place % 3])


@way
def amount_in_another_currency(export: Export, row: int, place: int) -> Damaged | None:
    sign = ("£", "¥", "GBP ")[place % 3] if export.encoding != "cp1252" else "£"
    return _edited(export, row, "amount", lambda cell: sign + cell.lstrip("$"))


@way
def amount_too_large(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: f"9{'0' * 9}{export.decimal}11")


@way
def amount_a_spreadsheet_error(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: ("#REF!", "#N/A", "#VALUE!", "#########")[place % 4])


@way
def amount_blank(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: ("", " ", "-", "NULL")[place % 4])


@way
def amount_a_word(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: ("tbd", "see contract", "?", "12k-15k")[place % 4])


# --- dates ---------------------------------------------------------------------------------------------------------


def _date_field(place: int) -> str:
    return ("created", "close_date")[place % 2]


@way
def date_in_another_order(export: Export, row: int, place: int) -> Damaged | None:
    """Another order than the column's, on a day that only this order can mean."""
    field = _date_field(place)
    day = _day(export, row, field)
    if day.day <= 12:
        return None
    return _redated(export, row, field, day.strftime("%m/%d/%Y" if export.order != "%m/%d/%Y" else "%d/%m/%Y"))


@way
def date_impossible(export: Export, row: int, place: int) -> Damaged | None:
    field = _date_field(place)
    day = _day(export, row, field)
    return _redated(export, row, field, day.replace(month=2, day=28).strftime(export.order).replace("28", "30"))


@way
def year_of_two_digits(export: Export, row: int, place: int) -> Damaged | None:
    field = _date_field(place)
    return _redated(export, row, field, _day(export, row, field).strftime(export.order.replace("%Y", "%y")))


@way
def year_mistyped(export: Export, row: int, place: int) -> Damaged | None:
    field = _date_field(place)
    year = (2203, 1924, 1900, 9999)[place // 2 % 4]
    return _redated(export, row, field, _day(export, row, field).replace(year=year, day=28).strftime(export.order))


@way
def closed_before_created(export: Export, row: int, place: int) -> Damaged | None:
    early = _day(export, row, "created") - timedelta(days=1 + place % 60)
    return _redated(export, row, "close_date", early.strftime(export.order))


@way
def close_date_blank(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "close_date", lambda cell: "")


@way
def date_as_a_serial_number(export: Export, row: int, place: int) -> Damaged | None:
    field = _date_field(place)
    serial = (_day(export, row, field) - datetime(1899, 12, 30)).days
    return _edited(export, row, field, lambda cell: str(serial))


@way
def date_too_wide_for_its_column(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, _date_field(place), lambda cell: "########")


# --- words and ids -------------------------------------------------------------------------------------------------


@way
def stage_unknown(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "stage", lambda cell: ("Kloesd wno", "Stage 7", "Payment done", "###")[place % 4])


@way
def stage_blank(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "stage", lambda cell: "")


@way
def stage_in_another_case(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "stage", lambda cell: (cell.upper(), f" {cell}  ", cell.swapcase())[place % 3])


@way
def stage_of_another_outcome(export: Export, row: int, place: int) -> Damaged | None:
    """A stage that contradicts the flags beside it; without flags it is simply another deal."""
    if "is_won" not in export.fields:
        return None
    others = {"closedwon": "closedlost", "closedlost": "closedwon", "contractsent": "closedwon"}
    return _edited(export, row, "stage", lambda cell: others[cell])


@way
def won_flag_turned(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "is_won", lambda cell: "false" if cell == "true" else "true")


@way
def closed_flag_turned(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "is_closed", lambda cell: "false" if cell == "true" else "true")


@way
def flag_unreadable(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "is_won", lambda cell: ("maybe", "2", "tru")[place % 3])


@way
def flag_blank(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "is_won", lambda cell: "")


@way
def id_in_scientific_notation(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "id", lambda cell: f"9,{place % 90 + 10}E+09" if export.decimal == "," else "9.01E+09")


@way
def id_blank(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "id", lambda cell: "")


@way
def formula_instead_of_a_value(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: ("=SUM(E2:E9)", "'=B2*2", "=1+1")[place % 3])


# --- columns -------------------------------------------------------------------------------------------------------


def _misspelt(word: str, place: int) -> str:
    at = place % (len(word) - 1)
    return (word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :])[place % 2]


@way
def header_misspelt(export: Export, row: int, place: int) -> Damaged:
    at = place % len(export.header)
    word = _misspelt(export.header[at], place // len(export.header))
    return Damaged(replace(export, header=(*export.header[:at], word, *export.header[at + 1 :])).data(), None)


@way
def header_blank(export: Export, row: int, place: int) -> Damaged:
    at = place % len(export.header)
    return Damaged(replace(export, header=(*export.header[:at], "", *export.header[at + 1 :])).data(), None)


@way
def headers_swapped(export: Export, row: int, place: int) -> Damaged:
    header, at = list(export.header), place % (len(export.header) - 1)
    header[at], header[at + 1] = header[at + 1], header[at]
    return Damaged(replace(export, header=tuple(header)).data(), None)


@way
def column_removed(export: Export, row: int, place: int) -> Damaged:
    at = place % len(export.header)
    rows = tuple(cells[:at] + cells[at + 1 :] for cells in export.rows)
    return Damaged(replace(export, header=export.header[:at] + export.header[at + 1 :], rows=rows).data(), None)


@way
def column_blanked(export: Export, row: int, place: int) -> Damaged:
    at = place % len(export.header)
    rows = tuple((*cells[:at], "", *cells[at + 1 :]) for cells in export.rows)
    return Damaged(replace(export, rows=rows).data(), None)


@way
def columns_reordered(export: Export, row: int, place: int) -> Damaged:
    at = 1 + place % (len(export.header) - 1)
    rows = tuple(cells[at:] + cells[:at] for cells in export.rows)
    return Damaged(replace(export, header=export.header[at:] + export.header[:at], rows=rows).data(), None)


@way
def everything_quoted(export: Export, row: int, place: int) -> Damaged:
    return Damaged(replace(export, quoting=csv.QUOTE_ALL).data(), None)


@way
def delimiters_at_the_end(export: Export, row: int, place: int) -> Damaged:
    extra = export.delimiter * (1 + place % 3)
    return Damaged(export.data([line + extra for line in export.lines()]), None)


# --- amounts that a hand or a program rewrote ------------------------------------------------------------------------


@way
def amount_zero(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: ("0", f"0{export.decimal}00")[place % 2])


@way
def amount_in_short(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(
        export, row, "amount", lambda cell: re.split(r"[.,](?=\d\d$)", cell)[0] + ("k", " thousand", "M")[place % 3]
    )


@way
def amount_in_exponents(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: f"1{export.decimal}2E+{4 + place % 3:02}")


@way
def amount_in_percent(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: f"{place % 90 + 10}%")


@way
def amount_with_a_space_in_its_digits(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: cell[:-5] + " " + cell[-5:])


@way
def amount_with_an_invisible_mark(export: Export, row: int, place: int) -> Damaged | None:
    if export.encoding == "cp1252":
        return None
    mark = ("\u200b", "\u200e", "\u00ad")[place % 3]
    return _edited(export, row, "amount", lambda cell: (f"{mark}{cell}", f"{cell[:2]}{mark}{cell[2:]}")[place // 3 % 2])


@way
def amount_in_full_width_digits(export: Export, row: int, place: int) -> Damaged | None:
    if export.encoding == "cp1252":
        return None
    wide = {ord("0") + i: 0xFF10 + i for i in range(10)}
    return _edited(export, row, "amount", lambda cell: cell.translate(wide))


@way
def two_amounts_in_a_cell(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: cell + (" / ", " + ", "; ", "\u00a0")[place % 4] + cell)


@way
def amount_with_words_around(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(
        export, row, "amount", lambda cell: (f"ca. {cell}", f"{cell} net", f"~{cell}", f"> {cell}")[place % 4]
    )


@way
def cents_lost(export: Export, row: int, place: int) -> Damaged | None:
    """The decimal mark is gone: a hundred times the amount."""
    return _edited(export, row, "amount", lambda cell: re.sub(r"[.,](\d\d)$", r"\1", cell))


@way
def digits_transposed(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "amount", lambda cell: re.sub(r"(\d)[.,]?(\d)(?=\D|$)", r"\2\1", cell, count=1))


@way
def amount_of_the_row_above(export: Export, row: int, place: int) -> Damaged | None:
    above = export.rows[row - 1][export.column("amount")]
    return _edited(export, row, "amount", lambda cell: above)


# --- dates that a hand or a program rewrote --------------------------------------------------------------------------


@way
def date_without_a_year(export: Export, row: int, place: int) -> Damaged | None:
    field = _date_field(place)
    return _redated(export, row, field, _day(export, row, field).strftime(("%m/%d", "%d.%m.", "%b %d")[place // 2 % 3]))


@way
def date_without_a_day(export: Export, row: int, place: int) -> Damaged | None:
    field = _date_field(place)
    return _redated(export, row, field, _day(export, row, field).strftime(("%Y-%m", "%B %Y", "%Y")[place // 2 % 3]))


@way
def date_in_seconds(export: Export, row: int, place: int) -> Damaged | None:
    field = _date_field(place)
    seconds = int((_day(export, row, field) - datetime(1970, 1, 1)).total_seconds())
    return _edited(export, row, field, lambda cell: str(seconds * (1, 1000)[place // 2 % 2]))


@way
def date_in_words(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(
        export, row, _date_field(place), lambda cell: ("yesterday", "end of May", "Q2 2024", "tbd")[place // 2 % 4]
    )


@way
def date_with_a_month_in_letters(export: Export, row: int, place: int) -> Damaged | None:
    field = _date_field(place)
    return _redated(export, row, field, _day(export, row, field).strftime(("%d %b %Y", "%B %d, %Y")[place // 2 % 2]))


@way
def date_with_a_letter_o(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, _date_field(place), lambda cell: cell.replace("0", "O", 1))


@way
def two_dates_in_a_cell(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, _date_field(place), lambda cell: f"{cell} - {cell}")


@way
def year_of_the_next_century(export: Export, row: int, place: int) -> Damaged | None:
    """A year of two digits that was filled up wrongly, or a typing mistake: 2042 for 2024."""
    day = _day(export, row, "close_date").replace(year=2042, day=28)
    return _redated(export, row, "close_date", day.strftime(export.order))


# --- words that look alike -------------------------------------------------------------------------------------------


@way
def stage_with_a_letter_of_another_script(export: Export, row: int, place: int) -> Damaged | None:
    if export.encoding == "cp1252":
        return None
    alike = str.maketrans("oeacOEAC", "оеасОЕАС") if export.name != "russian" else str.maketrans("оеасОЕАС", "oeacOEAC")
    return _edited(export, row, "stage", lambda cell: cell.translate(alike))


@way
def stage_escaped(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(
        export, row, "stage", lambda cell: (f"&quot;{cell}&quot;", f"<b>{cell}</b>", f"{cell}\\n")[place % 3]
    )


@way
def stage_cut_short(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "stage", lambda cell: cell[: -(1 + place % 3)])


@way
def stage_twice_in_a_cell(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "stage", lambda cell: f"{cell}; {cell}")


@way
def letters_decomposed(export: Export, row: int, place: int) -> Damaged | None:
    if export.encoding == "cp1252":
        return None
    return _edited(export, row, "owner", lambda cell: unicodedata.normalize("NFD", cell))


@way
def currency_blank(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "currency", lambda cell: "")


@way
def currency_mistyped(export: Export, row: int, place: int) -> Damaged | None:
    return _edited(export, row, "currency", lambda cell: ("EUX", "UDS", "E", "$$", "12")[place % 5])


@way
def id_of_another_row(export: Export, row: int, place: int) -> Damaged | None:
    if "id" not in export.fields:
        return None
    other = export.rows[(row + 1 + place % (len(export.rows) - 1)) % len(export.rows)][export.column("id")]
    return _edited(export, row, "id", lambda cell: other)


# --- rows that were cut, joined or repeated --------------------------------------------------------------------------


@way
def rows_blended(export: Export, row: int, place: int) -> Damaged | None:
    """The head of a row and the tail of the next one, as after a failed write."""
    if row + 1 >= len(export.rows):
        return None
    at = 1 + place % (len(export.fields) - 1)
    blend = (*export.rows[row][:at], *export.rows[row + 1][at:])
    lines = export.lines()
    return Damaged(export.data([*lines[: row + 1], export.line(blend), *lines[row + 3 :]]), row + 2)


@way
def block_of_rows_twice(export: Export, row: int, place: int) -> Damaged:
    lines = export.lines()
    block = lines[row + 1 : row + 2 + place % 6]
    return Damaged(export.data([*lines[: row + 1 + len(block)], *block, *lines[row + 1 + len(block) :]]), None)


@way
def file_twice(export: Export, row: int, place: int) -> Damaged:
    lines = export.lines()
    return Damaged(export.data([*lines, *lines[place % 2 :]]), None)


@way
def another_table_below(export: Export, row: int, place: int) -> Damaged:
    other = export.delimiter.join(("Region", "Target"))
    records = [export.delimiter.join(pair) for pair in (("North", "12000"), ("South", "9000"))]
    return Damaged(export.data([*export.lines(), "", other, *records]), len(export.rows) + 3)


@way
def comment_between(export: Export, row: int, place: int) -> Damaged:
    return _lines(
        export, row, ("# exported by a script", "-- page 2 --", "----------")[place % 3], export.lines()[row + 1]
    )


@way
def rows_missing_at_the_end(export: Export, row: int, place: int) -> Damaged:
    """The export stopped early, at the end of a line."""
    return Damaged(export.data(export.lines()[: -(1 + place % 40)]), None)


@way
def end_of_file_mark(export: Export, row: int, place: int) -> Damaged:
    return Damaged(export.data() + b"\x1a", len(export.rows) + 2)


@way
def line_separator_in_a_name(export: Export, row: int, place: int) -> Damaged | None:
    if export.encoding == "cp1252":
        return None
    return _edited(export, row, "name", lambda cell: cell[:3] + ("\u2028", "\x0b", "\x85")[place % 3] + cell[3:])


@way
def quote_escaped_by_a_backslash(export: Export, row: int, place: int) -> Damaged:
    cells = [export.line((cell,)) for cell in export.rows[row]]
    cells[export.column("name")] = f'"Pump \\"large\\"{export.delimiter} new"'
    return _lines(export, row, export.delimiter.join(cells))


@way
def typographic_quotes_around_cells(export: Export, row: int, place: int) -> Damaged:
    marks = ("“", "”") if export.encoding == "cp1252" or place % 2 else ("«", "»")
    return _lines(export, row, export.delimiter.join(marks[0] + cell + marks[1] for cell in export.rows[row]))


@way
def spaces_around_cells(export: Export, row: int, place: int) -> Damaged:
    return _cells(export, row, tuple(f"  {cell}\t" for cell in export.rows[row]))


# --- files as a whole ------------------------------------------------------------------------------------------------


@way
def header_in_capitals(export: Export, row: int, place: int) -> Damaged:
    return Damaged(replace(export, header=tuple(name.upper() for name in export.header)).data(), None)


@way
def header_twice(export: Export, row: int, place: int) -> Damaged:
    """A column of the same name beside the first one, with other values."""
    at = export.column(("amount", "stage", "close_date")[place % 3])
    values = [cells[at] for cells in export.rows]
    moved = values[1:] + values[:1]
    rows = tuple((*cells, value) for cells, value in zip(export.rows, moved, strict=True))
    return Damaged(replace(export, header=(*export.header, export.header[at]), rows=rows).data(), None)


@way
def sixteen_bits_without_a_mark(export: Export, row: int, place: int) -> Damaged:
    text = export.line_end.join(export.lines()) + export.line_end
    return Damaged(text.encode(("utf-16-le", "utf-16-be")[place % 2]), None)


@way
def column_shifted_down(export: Export, row: int, place: int) -> Damaged:
    """A cell was put into a column by mistake: every value below stands one row too low."""
    at = export.column(("amount", "close_date", "stage")[place % 3])
    values = [cells[at] for cells in export.rows]
    moved = [*values[:row], "", *values[row:-1]]
    rows = tuple((*cells[:at], value, *cells[at + 1 :]) for cells, value in zip(export.rows, moved, strict=True))
    return Damaged(replace(export, rows=rows).data(), row + 2)


@way
def column_sorted_alone(export: Export, row: int, place: int) -> Damaged:
    """One column was sorted without the others."""
    at = export.column("amount")
    values = sorted(cells[at] for cells in export.rows)
    rows = tuple((*cells[:at], value, *cells[at + 1 :]) for cells, value in zip(export.rows, values, strict=True))
    return Damaged(replace(export, rows=rows).data(), None)
