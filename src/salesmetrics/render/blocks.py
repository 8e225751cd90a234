"""Marks in block characters, for a column of so many cells. Own file: geometry in cells, whatever place shows them.

Nothing is drawn outside its axis. A bar is as fine as an eighth of a cell; where the place has ASCII alone, as a cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.document import Bar, Step, Whisker
from salesmetrics.render.drawings import along

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesmetrics.render.document import Mark

__all__ = ["Scaled", "drawn"]

Scaled = Bar | Step | Whisker
"""Marks that take the width that they are given; a sparkline has a cell per value."""

_EIGHTHS = " ▏▎▍▌▋▊▉"
_FROM_RIGHT = "█▐▐▐▐▐▕▕"
"""What fills a cell from so many eighths on to its right end, as near as there is a character for it."""
_PARTS = 8


def drawn(mark: Mark, width: int, *, ascii_only: bool) -> str:
    """A mark in so many cells, without blanks at its end; a whisker has signs that the place puts into ASCII.

    >>> drawn(Bar(3, 4), 6, ascii_only=False), drawn(Bar(3, 4), 6, ascii_only=True)
    ('████▌', '#####')
    >>> drawn(Step((0, 10), 8, 5), 10, ascii_only=False), drawn(Step((0, 10), 8, 5), 10, ascii_only=True)
    ('     ███', '     ###')
    >>> drawn(Whisker((0, 10), 5, 2, 9, band=(4, 7), centre=6), 11, ascii_only=False)
    '  ├──●┼──┤'
    >>> drawn(Whisker((0, 10), 8, band=(4, 7), centre=6, hollow=True), 11, ascii_only=False)
    '    ░░┊░○'
    >>> drawn(Whisker((0, 10), 5, -3, 12), 11, ascii_only=False), drawn(Bar(-5, 5, -5), 10, ascii_only=False)
    ('‹────●────›', '█████')
    """
    if isinstance(mark, Whisker):
        return _whisker(mark, width)
    if isinstance(mark, Bar):
        return _from_zero(mark, width, ascii_only=ascii_only)
    if isinstance(mark, Step):
        start, end = sorted((along(mark.start, *mark.axis), along(mark.end, *mark.axis)))
        return _bar(start, end, width, ascii_only=ascii_only)
    return ""


def _from_zero(mark: Bar, width: int, *, ascii_only: bool) -> str:
    """A bar on the line of zero, which lies between two cells; where some go below it, none at all is that line."""
    if mark.low >= 0:
        return _bar(0.0, along(mark.value, 0, mark.top), width, ascii_only=ascii_only) if mark.value > 0 else ""
    # However long the bars on one side of it are, there is room for one on the other.
    most = width - 1 if mark.top > 0 else width
    zero = min(max(int(along(0, mark.low, mark.top) * width + 0.5), 1), max(most, 1)) / width
    if not mark.value:
        at = min(int(zero * width), width - 1)
        return " " * at + ("|" if ascii_only else "▏" if zero < 1 else "▕")
    end, least = along(mark.value, mark.low, mark.top), 1 / width / (1 if ascii_only else _PARTS)
    start, end = (min(end, zero - least), zero) if mark.value < 0 else (zero, max(end, zero + least))
    return _bar(start, min(end, 1.0), width, ascii_only=ascii_only)


def _bar(start: float, end: float, width: int, *, ascii_only: bool) -> str:
    """A bar between two shares of the width; one of next to nothing is a line."""
    parts = 1 if ascii_only else _PARTS
    first, last = (int(share * width * parts + 0.5) for share in (start, end))
    first = min(first, width * parts - 1)
    last = max(last, first + 1)
    if ascii_only:
        return " " * first + "#" * (last - first)
    begin, skipped = divmod(first, _PARTS)
    finish, filled = divmod(last, _PARTS)
    if begin == finish:
        return " " * begin + (_EIGHTHS[filled] if skipped < _PARTS // 2 else _FROM_RIGHT[skipped])
    return (" " * begin + _FROM_RIGHT[skipped] + "█" * (finish - begin - 1) + _EIGHTHS[filled]).rstrip()


def _whisker(mark: Whisker, width: int) -> str:
    signs = [" "] * width

    def place(value: float) -> int:
        return int(along(value, *mark.axis) * (width - 1) + 0.5)

    def fill(ends: Iterable[int], sign: str) -> None:
        first, last = ends
        signs[first : last + 1] = sign * (last + 1 - first)

    if mark.band is not None:
        fill(sorted(map(place, mark.band)), "░")
    if mark.centre is not None:
        signs[place(mark.centre)] = "┊"
    if mark.low is not None or mark.high is not None:
        ends = (0 if mark.low is None else place(mark.low), width - 1 if mark.high is None else place(mark.high))
        fill(sorted(ends), "─")
        if mark.centre is not None and min(ends) < place(mark.centre) < max(ends):
            signs[place(mark.centre)] = "┼"
        signs[min(ends)], signs[max(ends)] = "├", "┤"
    before, behind = mark.beyond
    if before:
        signs[0] = "‹"
    if behind:
        signs[-1] = "›"
    if mark.value is not None:
        # The dot leaves the signs of an interval that goes on beyond the axis to be seen.
        signs[min(max(place(mark.value), before), width - 1 - behind)] = "○" if mark.hollow else "●"
    return "".join(signs).rstrip()
