"""CSV, from the sheet of an answer: the one place where cells are made safe for a spreadsheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.render.numbers import exact
from salesmetrics.render.visible import CONTROLS, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.answers.report import Number
    from salesmetrics.render.writers import Screen, Sheet

__all__ = ["cell", "write", "write_rows"]

_FORMULA = re.compile(r"[\s\u200b\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]|[\t\r\n]")
"""Starts that a spreadsheet takes for a formula: also full-width and small signs, and behind blanks that it drops."""

_PLAIN_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")
_CONTROL = re.compile(f"(?![\t\n\r])[{CONTROLS}]")


def write(sheet: Sheet, screen: Screen) -> str:  # noqa: ARG001
    """Write a sheet as CSV: UTF-8 text, LF, quotes only where needed, an empty cell for null.

    Raises:
        ValueError: A value is NaN or infinite.
    """
    return write_rows(sheet.header, sheet.rows)


def write_rows(header: Sequence[str], rows: Iterable[Sequence[str | Number | None]]) -> str:
    r"""Write any table by the rules of the CSV output.

    >>> write_rows(["name", "value"], [["=1+1", -2], ['a "b", c', None]])
    'name,value\n\'=1+1,-2\n"a ""b"", c",\n'
    """
    return "".join(",".join(map(cell, row)) + "\n" for row in (header, *rows))


def cell(value: str | Number | None) -> str:
    r"""One CSV cell. Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers are left alone.

    Control characters, but for line ends and tabs, are spelled out.

    >>> cell("-16669.8"), cell("-1+cmd"), cell("@sum")
    ('-16669.8', "'-1+cmd", "'@sum")
    >>> cell("\x1b[2J"), cell(" \uff1d1+1")
    ('\\x1b[2J', "' \uff1d1+1")
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return exact(value)
    if not value.isprintable():
        value = _CONTROL.sub(spelled, value)
    if _FORMULA.match(value) and not _PLAIN_NUMBER.fullmatch(value):
        value = f"'{value}"
    if any(char in value for char in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value
