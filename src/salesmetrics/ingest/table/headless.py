"""Files without a header, and files that no delimiter cuts: refused, since a header must never be a record."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.text import NULL_WORDS
from salesmetrics.ingest.source.bounds import MAX_WORD
from salesmetrics.ingest.table.dialect import PERIOD_HEADER, looks_like_value
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["header_line", "is_headless", "refuse_fixed_width", "refuse_headless"]

_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[ T]\S.*)?|(?:19|20)\d{6}")
_DECIMAL = re.compile(r"[^\w\s]?\s?-?\d[\d,.' ]*[.,]\d{2,}\s?\S{0,3}")
_LONG = re.compile(
    r"\d{5,}|[^\s@]++@[^\s@.]++(?:\.[^\s@.]++)++|\\N|[0-9a-f]{8}-[0-9a-f]{4}-.*|\d{1,2}:\d{2}(?::\d{2})?", re.IGNORECASE
)
_GAP = re.compile(r"\S(?:\s{2,}|\t)(?=\S)")
_BELOW = 60


def _is_value(cell: str) -> bool:
    return (looks_like_value(cell) or cell.casefold() in NULL_WORDS) and not PERIOD_HEADER.fullmatch(cell.casefold())


def _is_hard(cell: str) -> bool:
    """Whether no header would be called that: a day, an amount with decimals, an address, a long number."""
    return len(cell) <= MAX_WORD and any(pattern.fullmatch(cell) for pattern in (_DATE, _DECIMAL, _LONG))


def is_headless(rows: Sequence[Sequence[str]], index: int) -> bool:
    """Whether the row that would be the header is a record like those below it.

    It is when a quarter of its cells, and at least two, are values where the rows below have values, one of them is
    nothing that a column could be called, and next to none of its cells is a header that any export has.

    Args:
        rows: The first rows, trimmed.
        index: Place of the row that would be the header.

    >>> is_headless([["7", "Kiln", "Won", "500.00"], ["8", "Sand", "Lost", "20.00"]], 0)
    True
    >>> is_headless([["Rep", "2026-01", "2026-02"], ["Kim", "500.00", "20.00"]], 0)
    False
    """
    head = rows[index]
    filled = [cell for cell in head if cell]
    below = [row for row in rows[index + 1 :] if any(row)][:_BELOW]
    if not _follows_records(rows, index) and not _looks_like_record(head, below):
        return False
    known = _known(filled)
    return known < 2 or known <= 0.2 * len(filled)


def _known(cells: Sequence[str]) -> int:
    """How many cells are headers that exports have."""
    # Imported only where it is asked for: the file is to be on its way before the profiles are read.
    from salesmetrics.ingest.recognise.headers import generic_keys
    from salesmetrics.ingest.recognise.words import words_of

    return sum(words_of(cell) in generic_keys() for cell in cells)


def _looks_like_record(head: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    filled = [cell for cell in head if cell]
    values = [place for place, cell in enumerate(head) if cell and _is_value(cell)]
    hard = sum(_is_hard(head[place]) for place in values)
    if len(values) < max(2, 0.25 * len(filled)) or hard < (1 if below else 2):
        return False
    fitting = sum(_fits(head[place], [row[place] for row in below if place < len(row)]) for place in values)
    return fitting >= 0.75 * len(values)


def _fits(head: str, cells: Sequence[str]) -> bool:
    """Whether a value is one like those below it; a day above amounts names a period."""
    filled = [cell for cell in cells if cell]
    if _DATE.fullmatch(head):
        return all(_DATE.fullmatch(cell) or cell.casefold() in NULL_WORDS for cell in filled)
    return sum(_is_value(cell) for cell in filled) >= 0.7 * len(filled)


def _follows_records(rows: Sequence[Sequence[str]], index: int) -> bool:
    """Whether rows above the header are filled like records and hold what no header holds."""
    counts = [sum(map(bool, row)) for row in rows[index:]]
    usual = median(count for count in counts if count) if any(counts) else 0
    above = [[cell for cell in row if cell] for row in rows[:index]]
    return any(len(cells) >= max(3, 0.8 * usual) and sum(map(_is_hard, cells)) > 1 for cells in above)


def header_line(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    """A header line for rows without one, each column by what it seems to hold.

    >>> header_line([["7", "Kiln", "Won", "500.00", "2026-01-05"], ["8", "Sand", "Lost", "20.00", "2026-01-09"]], ",")
    'id,name,stage,amount,date 1'
    """
    return delimiter.join(_names(_guesses(rows)))


def _names(guesses: Sequence[str | None]) -> list[str]:
    """A name for each column: its place where nothing is guessed."""
    return [name or f"column {place}" for place, name in enumerate(guesses, 1)]


def _guesses(rows: Sequence[Sequence[str]]) -> list[str | None]:
    from salesmetrics.ingest.recognise.index import words_for
    from salesmetrics.ingest.recognise.profile import GENERIC

    width = max(map(len, rows))
    columns = [[row[place] for row in rows if place < len(row) and _is_told(row[place])] for place in range(width)]
    words = words_for(GENERIC, "deals")
    dates = [place for place, cells in enumerate(columns) if cells and all(_DATE.fullmatch(cell) for cell in cells)]
    guessed = {place: f"date {number}" for number, place in enumerate(dates, 1)} | _created_and_closed(rows, dates)
    names: list[str | None] = []
    for place, cells in enumerate(columns):
        distinct = set(cells)
        name = guessed.get(place)
        if place in guessed:
            pass
        elif distinct and {words.classify(cell, ("won", "lost")) for cell in distinct} & {"won", "lost"}:
            name = "stage"
        elif place == 0 and len(distinct) == len(rows):
            name = "id"
        elif len(distinct) == len(rows) and all(any(c.isalpha() for c in cell) for cell in cells):
            name = "name"
        names.append(None if name in names else name)
    amount = _amount(columns, names)
    return [*names[:amount], "amount", *names[amount + 1 :]] if amount is not None else names


def _amount(columns: Sequence[Sequence[str]], names: Sequence[str | None]) -> int | None:
    """The one column that looks like money: the only one with decimals, else the only one of numbers that are no ids."""
    numbers = [
        place
        for place, cells in enumerate(columns)
        if names[place] is None and cells and all(_is_sum(cell) for cell in cells)
    ]
    exact = [place for place in numbers if any(_DECIMAL.fullmatch(cell) for cell in columns[place])]
    found = exact or [place for place in numbers if not _are_keys(columns[place])]
    return found[0] if len(found) == 1 else None


def _is_sum(cell: str) -> bool:
    return any(map(str.isdigit, cell)) and looks_like_value(cell) and not re.search(r"[@%:/]|^[+0]\d|^\d{9,}$", cell)


def _are_keys(cells: Sequence[str]) -> bool:
    """Whether numbers are flags, or count on from row to row as ids do."""
    if set(cells) <= {"0", "1"} or not all(map(str.isdecimal, cells)):
        return set(cells) <= {"0", "1"}
    steps = [int(low) - int(high) for high, low in pairwise(cells)]
    return bool(steps) and (all(step == 1 for step in steps) or all(step == -1 for step in steps))


def _created_and_closed(rows: Sequence[Sequence[str]], dates: Sequence[int]) -> dict[int, str]:
    """Two columns of dates, one of them earlier in nearly all rows; among more, the only one of days without a time is the later."""
    cells = {
        place: [row[place] if place < len(row) and _is_told(row[place]) else "" for row in rows] for place in dates
    }
    first = next(
        (p for p in dates if all(cells[p]) and all(_precedes(cells[p], cells[q]) for q in dates if q != p)), None
    )
    later = [place for place in dates if place != first]
    if len(later) > 1:
        later = [place for place in later if not any(":" in cell for cell in cells[place])]
    return {first: "created", later[0]: "close_date"} if first is not None and len(later) == 1 else {}


def _precedes(early: Sequence[str], late: Sequence[str]) -> bool:
    """Whether days are before others in nearly all rows, however day and month are ordered."""
    pairs = [(a, b) for a, b in zip(early, late, strict=True) if a and b]
    if len(pairs) < 2:
        return False
    return all(
        sum(_day(a, day_first) <= _day(b, day_first) for a, b in pairs) >= 0.9 * len(pairs)
        and any(_day(a, day_first) < _day(b, day_first) for a, b in pairs)
        for day_first in (True, False)
    )


def _day(cell: str, day_first: bool) -> tuple[int, int, int]:  # noqa: FBT001
    text = cell[:10]
    if text[:8].isdecimal():
        return int(text[:4]), int(text[4:6]), int(text[6:8])
    a, b, c = (int(part) for part in re.findall(r"\d+", text)[:3])
    if a > 31:
        return a, b, c
    return (c, b, a) if day_first else (c, a, b)


def _is_told(cell: str) -> bool:
    return bool(cell) and cell.casefold() not in NULL_WORDS


def refuse_headless(rows: Sequence[Sequence[str]], index: int, delimiter: str, path: str) -> None:
    """Raise ``header_missing`` for a table that begins with a record."""
    if not is_headless(rows, index):
        return
    first = next(place for place, row in enumerate(rows) if any(row))
    records = [row for row in rows[first:] if any(row)]
    shown = [cell for cell in records[0] if cell][:4]
    guesses = _guesses(records)
    raise SalesmetricsError(
        "header_missing",
        path=path,
        row=first + 1,
        cells=shown,
        width=len(guesses),
        line=delimiter.join(_names(guesses)),
        tried=_tried(guesses, records, path),
    )


def _tried(guesses: Sequence[str | None], records: Sequence[Sequence[str]], path: str) -> Message | None:
    """What a header of guesses leaves to be named: the columns it cannot name, and all where no list is known by it."""
    import polars as pl

    from salesmetrics.ingest.recognise.columns import recognise

    names, guessed = _names(guesses), [name for name in guesses if name is not None]
    cells = [[*row, *[""] * (len(names) - len(row))] for row in records]
    sample = pl.DataFrame(dict(zip(names, map(list, zip(*cells, strict=True)), strict=True)))
    try:
        used = {match.header for match in recognise(guessed, path=path, sample=sample).columns.values()}
    except SalesmetricsError:
        return Message("and_name_the_others")
    left = [str(place) for place, name in enumerate(names, 1) if name not in used]
    return Message("columns_without_guess", places=left) if left else None


def refuse_fixed_width(rows: Sequence[str], path: str) -> None:
    """Raise ``fixed_width`` for lines whose columns are kept apart by spaces.

    Args:
        rows: The first lines, as they stand.
        path: The file.
    """
    lines = [row.rstrip() for row in rows if row.strip()]
    if len(lines) < 2:
        return
    gaps = sum(bool(_GAP.search(line)) for line in lines)
    parts = {len(line.split()) for line in lines}
    tabular = len(parts) == 1 and min(parts) > 2 and all(any(map(_is_hard, line.split())) for line in lines[1:])
    if gaps < 0.8 * len(lines) and not tabular:
        return
    bare = is_headless([line.split() for line in lines], 0)
    raise SalesmetricsError("fixed_width", path=path, header=Message("and_no_header") if bare else None)
