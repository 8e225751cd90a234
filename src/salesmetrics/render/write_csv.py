"""CSV, from the sheet of an answer: the one place where cells are made safe for a spreadsheet."""

from __future__ import annotations

import csv
import re
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from salesmetrics.render.csv_locales import PLAIN
from salesmetrics.render.numbers import exact
from salesmetrics.render.visible import CONTROLS, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.answers.report import Number
    from salesmetrics.render.csv_locales import CsvDialect
    from salesmetrics.render.document import Sheet
    from salesmetrics.render.writers import Screen

__all__ = ["cell", "write", "write_rows"]

_CRLF = "\r\n"

_FORMULA = re.compile(r"[\s\u200b\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]|[\t\r\n]")
"""Starts that a spreadsheet takes for a formula: also full-width and small signs, and behind blanks that it drops."""

_PLAIN_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")
_CONTROL = re.compile(f"(?![\t\n\r])[{CONTROLS}]")


def write(sheet: Sheet, screen: Screen) -> str:
    """Write a sheet as CSV: UTF-8 text, LF, quotes only where needed, an empty cell for null.

    Numbers keep all their decimals in every dialect.

    Raises:
        ValueError: A value is NaN or infinite.
    """
    return write_rows(sheet.header, sheet.rows, screen.csv)


def write_rows(
    header: Sequence[str], rows: Iterable[Sequence[str | Number | None]], dialect: CsvDialect = PLAIN
) -> str:
    r"""Write any table by the rules of the CSV output.

    >>> write_rows(["name", "value"], [["=1+1", -2], ['a "b", c', None]])
    'name,value\n\'=1+1,-2\n"a ""b"", c",\n'
    """
    lines = _Lines()
    written = partial(cell, decimal=dialect.decimal)
    writer = csv.writer(lines, lineterminator=_CRLF, delimiter=dialect.delimiter)
    writer.writerows(map(written, row) for row in chain([header], rows))
    return "\ufeff" * dialect.bom + "".join(lines)


class _Lines(list[str]):
    """Rows as they come from the writer, which quotes a lone CR only where it ends its own lines with one."""

    def write(self, line: str) -> None:
        self.append(line.removesuffix(_CRLF) + "\n")


def cell(value: str | Number | None, decimal: str = ".") -> str:
    r"""A cell before it is quoted. Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers are left alone.

    Control characters, but for line ends and tabs, are spelled out.

    >>> cell("-16669.8"), cell("-1+cmd"), cell("@sum")
    ('-16669.8', "'-1+cmd", "'@sum")
    >>> cell("\x1b[2J"), cell(" \uff1d1+1")
    ('\\x1b[2J', "' \uff1d1+1")
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        number = exact(value)
        return number if decimal == "." else number.replace(".", decimal)
    if not value.isprintable():
        value = _CONTROL.sub(spelled, value)
    if _FORMULA.match(value) and not _PLAIN_NUMBER.fullmatch(value):
        return f"'{value}"
    return value
