"""Digits that add up: parts of a whole by largest remainder, in one direction or in two. Own file: arithmetic, and nothing shown."""

from __future__ import annotations

from collections import deque
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.base import Number

__all__ = ["balanced", "rounded"]

_PRECISION = 60


def rounded(values: Sequence[Number], places: int) -> list[Decimal]:
    """The values of a bridge, first and last its ends, with so many digits behind the point, so that they still add up.

    The ends are rounded; the bars between get the digits that are left by largest remainder.

    >>> rounded([Decimal("0.4"), Decimal("0.4"), Decimal("0.4"), Decimal("1.2")], 0)
    [Decimal('0'), Decimal('1'), Decimal('0'), Decimal('1')]
    """
    unit = Decimal(1).scaleb(-places)
    with localcontext() as context:
        context.prec = _PRECISION
        exact = [Decimal(value) for value in values]
        first, *bars, last = exact
        ends = [value.quantize(unit, ROUND_HALF_UP) for value in (first, last)]
        floors = [value.quantize(unit, ROUND_FLOOR) for value in bars]
        left = int((ends[1] - ends[0] - sum(floors)) / unit)
        fractions = sorted(range(len(bars)), key=lambda place: (floors[place] - bars[place], place))
        for place in fractions[: max(left, 0)]:
            floors[place] += unit
        for place in list(reversed(fractions))[: max(-left, 0)]:
            floors[place] -= unit
    return [ends[0], *floors, ends[1]]


def balanced(table: Sequence[Sequence[Decimal]], places: int) -> list[list[Decimal]]:
    """A table whose rows and columns each add up to zero, with so many digits behind the point, so that they still do.

    Each cell is rounded up or down to the next number of so many digits, and stays where it is one already.

    >>> table = [["-0.8", "0.8"], ["0.4", "-0.4"], ["0.4", "-0.4"]]
    >>> [[str(cell) for cell in row] for row in balanced([list(map(Decimal, row)) for row in table], 0)]
    [['-1', '1'], ['1', '-1'], ['0', '0']]
    """
    unit = Decimal(1).scaleb(-places)
    with localcontext() as context:
        context.prec = _PRECISION
        floors = [[cell.quantize(unit, ROUND_FLOOR) for cell in row] for row in table]
        parts = [
            [(cell - floor) / unit for cell, floor in zip(row, low, strict=True)]
            for row, low in zip(table, floors, strict=True)
        ]
        up = [_largest(row) for row in parts]
        over = [
            sum(row[place] for row in up) - int(sum((row[place] for row in parts), Decimal(0)))
            for place in range(len(table[0]))
        ]
        for place in range(len(over)):
            while over[place] > 0:
                _shift(parts, up, over, place)
        return [
            [low + unit if is_up else low for low, is_up in zip(lows, ups, strict=True)]
            for lows, ups in zip(floors, up, strict=True)
        ]


def _largest(parts: Sequence[Decimal]) -> list[bool]:
    """Which cells of a row are rounded up: those with the largest remainders, as many as the remainders add up to."""
    order = sorted(range(len(parts)), key=lambda place: (-parts[place], place))
    chosen = set(order[: int(sum(parts, Decimal(0)))])
    return [place in chosen for place in range(len(parts))]


def _shift(parts: Sequence[Sequence[Decimal]], up: list[list[bool]], over: list[int], first: int) -> None:
    """Take a unit out of a column that has one too many, within rows, until it is in one that has too few."""
    came: dict[int, tuple[int, int]] = {}
    waiting, seen = deque([first]), {first}
    while waiting:
        column = waiting.popleft()
        if over[column] < 0:
            break
        for other in range(len(over)):
            able = [number for number, row in enumerate(up) if row[column] and not row[other] and parts[number][other]]
            if able and other not in seen:
                seen.add(other)
                came[other] = (column, max(able, key=lambda number: parts[number][other]))
                waiting.append(other)
    over[column] += 1
    over[first] -= 1
    while column != first:
        before, number = came[column]
        up[number][before], up[number][column] = False, True
        column = before
