"""Axes made from data: where they begin and end, and which of their values have a text. Every drawing takes its axes from here.

Counts, amounts and durations stand on zero; rates stay between 0 and 100 % where the data do. Pure, and nothing is drawn.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from salesmetrics.messages import phrase
from salesmetrics.messages.speech import number
from salesmetrics.render.page import Axis
from salesmetrics.render.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.answers.report import Number, Unit

__all__ = ["axis", "bounds", "named_axis", "number_axis", "place", "scale_text"]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST = 5
"""So many parts of an axis that is drawn at most."""
_NAMES = 6
"""So many names below an axis at most."""
_LONG = frozenset({"money", "money_per_day", "count"})
_SHORT = ((1e9, 1e9, "tick_billions"), (1e6, 1e6, "tick_millions"), (1e4, 1e3, "tick_thousands"))
"""From which value on numbers are shortened, by what they are divided, and how that is written."""


def bounds(values: Iterable[Number | None], *, zero: bool = True) -> tuple[float, float]:
    """From where to where values lie, as an axis that marks of several rows share.

    Args:
        values: All that is drawn; what is not known is left aside.
        zero: Whether 0 is on it.

    Returns:
        Two different numbers, the smaller one first.

    >>> bounds([3, None, 12.5]), bounds([0.2, 0.4], zero=False), bounds([]), bounds([5, 5], zero=False)
    ((0.0, 12.5), (0.2, 0.4), (0.0, 1.0), (4.5, 5.5))
    """
    known = [float(value) for value in values if value is not None]
    known += [0.0] if zero else []
    if not known or (min(known) == max(known) == 0):
        return 0.0, 1.0
    low, high = min(known), max(known)
    return (low, high) if low < high else (low - abs(low) / 10, high + abs(high) / 10)


def axis(
    values: Iterable[Number | None], unit: Unit, title: str = "", *, zero: bool = True, parts: int = _MOST
) -> Axis:
    """An axis with round ends around values, and a tick between so many parts at most.

    >>> axis([312, 990], "count").ticks
    ((0.0, '0'), (200.0, '200'), (400.0, '400'), (600.0, '600'), (800.0, '800'), (1000.0, '1,000'))
    >>> axis([0.31, 0.97], "ratio").ticks[-1], axis([0.9, 1.12], "ratio").ticks[-1]
    ((1.0, '100 %'), (1.25, '125 %'))
    >>> axis([1_260_000], "money").ticks[-1], axis([-6, 4], "days").ticks[0]
    ((1500000.0, '1.5 M'), (-6.0, '-6 d'))
    """
    known = [float(value) for value in values if value is not None]
    low, high = bounds(known, zero=zero)
    step = _step((high - low) / parts, whole=unit == "count")
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    at = [round(float(step * times), 12) for times in range(first, last + 1)]
    if unit == "ratio" and known and 0 <= min(known) <= max(known) <= 1:
        at = [one for one in at if 0 <= one <= 1]
    return Axis(at[0], at[-1], tuple(zip(at, _texts(at, unit), strict=True)), title)


def scale_text(between: tuple[float, float], unit: Unit) -> str:
    """An axis that marks share, as the heading of their column.

    >>> scale_text((0.0, 0.8), "ratio"), scale_text((0.0, 1_600_000.0), "money"), scale_text((0, 1322), "count")
    ('0 % … 80 %', '0 … 1.6 M', '0 … 1,322')
    """
    low, high = _texts(between, unit)
    return phrase("axis_of_marks", low=low, high=high)


def number_axis(values: Iterable[Number | None], title: str = "") -> Axis:
    """An axis of plain numbers that stands on zero, such as of records or of days.

    >>> number_axis([365]).ticks[:2]
    ((0.0, '0'), (100.0, '100'))
    """
    return axis(values, "count", title)


def named_axis(names: Sequence[str], title: str = "") -> Axis:
    """An axis of equal steps, a name each; of many the last and some before it at equal distances have a text.

    >>> named_axis(["Jan", "Feb", "Mar"]).ticks, named_axis(["Jan"]).high
    (((0.0, 'Jan'), (1.0, 'Feb'), (2.0, 'Mar')), 1.0)
    >>> [at for at, _ in named_axis([str(n) for n in range(24)]).ticks]
    [3.0, 7.0, 11.0, 15.0, 19.0, 23.0]
    """
    last = len(names) - 1
    every = max(math.ceil(len(names) / _NAMES), 1)
    ticks = tuple((float(at), names[at]) for at in range(last % every, last + 1, every))
    return Axis(0.0, float(max(last, 1)), ticks, title)


def place(value: Number, between: tuple[float, float]) -> float:
    """A value as it can be drawn on an axis: one beyond its end stands at the end.

    >>> place(7, (0.0, 5.0)), place(2, (0.0, 5.0))
    (5.0, 2.0)
    """
    return min(max(float(value), between[0]), between[1])


def _step(least: float, *, whole: bool) -> float:
    """The next round number from here."""
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * one for one in _STEPS if power * one >= least * (1 - 1e-9))
    return max(math.ceil(step), 1.0) if whole else step


def _texts(at: Sequence[float], unit: Unit) -> list[str]:
    """The texts of ticks, all in the same thousands, and with as many decimals as they need."""
    if unit == "ratio":
        shares = [100 * one for one in at]
        return [number(f"{one:,.{_places(shares)}f}") + phrase("unit_ratio") for one in shares]
    size = max(map(abs, at))
    for least, of, code in _SHORT if unit in _LONG else ():
        if size >= least:
            short = [one / of for one in at]
            return [phrase(code, n=number(f"{one:,.{_places(short)}f}")) if one else "0" for one in short]
    return [amount(one, unit, places=_places(at)) for one in at]


def _places(values: Sequence[float]) -> int:
    """How many decimals numbers need; six at most."""
    return next(
        (n for n in range(_FINEST) if all(abs(one * 10**n - round(one * 10**n)) < _SAME for one in values)), _FINEST
    )


_FINEST, _SAME = 6, 1e-6
