"""Marks and charts as shapes of SVG: positions are numbers, colours are classes. Own file: geometry, whatever template draws it.

What lies along an axis is given in percent of it, so that a drawing takes the width that it gets and its text does not grow
with it. Lines through several points stand in a box of 100 by 100 that is stretched; their strokes are not. Everything stays
inside its axis, whatever the values.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from salesmetrics.render.document import Bar, Sparkline, Step, Tone, Whisker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.render.document import Mark

__all__ = ["BOX", "Shape", "along", "drawn_mark", "percent"]

BOX = 100
"""Both sides of the box of lines."""

_ROOM = 4.0
"""What a line keeps from the upper and the lower edge of its box, so that its stroke is not cut."""
_LEAST = 0.6
"""Percent that a bar of a small value takes at least, so that it is not taken for none."""


class Shape(NamedTuple):
    """An element of SVG: its name, its class, and its attributes."""

    tag: str
    look: str
    attributes: tuple[tuple[str, str], ...]


def along(value: float, low: float, high: float) -> float:
    """Where a value lies on an axis, from 0 to 1; what lies outside is at the end, and what is no number at the start.

    >>> along(5, 0, 10), along(99, 0, 10), along(1e308, -1e308, 1e308), along(float("nan"), 0, 1), along(3, 3, 3)
    (0.5, 1.0, 1.0, 0.0, 0.0)
    """
    ends = low / 2, high / 2
    if math.isnan(value) or not ends[1] > ends[0]:
        return 0.0
    return min(max((min(max(value, low), high) / 2 - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)


def percent(share: float) -> str:
    """A share as an attribute.

    >>> percent(0.5), percent(1 / 3)
    ('50%', '33.33%')
    """
    return f"{_number(share * 100)}%"


def drawn_mark(mark: Mark) -> tuple[str, str, tuple[Shape, ...]]:
    """The class of a mark, its box (none where its parts are in percent), and its shapes."""
    match mark:
        case Bar():
            return "bar", "", tuple(_bar(mark))
        case Step():
            return "bar", "", tuple(_step(mark))
        case Whisker():
            return "whisker", "", tuple(_whisker(mark))
        case Sparkline():
            return "spark", f"0 0 {BOX} {BOX}", tuple(_spark(mark))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def _shape(tag: str, look: str, **attributes: str) -> Shape:
    return Shape(tag, look, tuple(attributes.items()))


def _span(start: float, end: float, look: str, *, least: float = 0.0) -> Shape:
    """A rectangle between two shares of the width."""
    left, right = min(start, end), max(start, end)
    width = max(right - left, least / 100)
    left = min(left, 1 - width)
    return _shape("rect", look, x=percent(left), width=percent(width), height="100%")


def _bar(mark: Bar) -> Iterable[Shape]:
    if mark.value > 0:
        yield _span(0, along(mark.value, 0, mark.top), "fill", least=_LEAST)


def _step(mark: Step) -> Iterable[Shape]:
    ends = along(mark.start, *mark.axis), along(mark.end, *mark.axis)
    yield _span(*ends, f"step {_tone(mark.tone)}".strip(), least=_LEAST)


def _whisker(mark: Whisker) -> Iterable[Shape]:
    if mark.band is not None:
        low, high = sorted(mark.band)
        start, end = along(low, *mark.axis), along(high, *mark.axis)
        yield _shape("rect", "band", x=percent(start), width=percent(end - start), height="100%")
    if mark.centre is not None:
        place = percent(along(mark.centre, *mark.axis))
        yield _shape("line", "centre", x1=place, x2=place, y2="100%")
    if mark.low is not None or mark.high is not None:
        # An interval that is open on a side reaches the end of the axis.
        low = mark.axis[0] if mark.low is None else mark.low
        high = mark.axis[1] if mark.high is None else mark.high
        ends = percent(along(low, *mark.axis)), percent(along(high, *mark.axis))
        yield _shape("line", "reach", x1=ends[0], x2=ends[1], y1="50%", y2="50%")
    if mark.value is not None:
        look = f"dot {'hollow' if mark.hollow else _tone(mark.tone)}".strip()
        yield _shape("circle", look, cx=percent(along(mark.value, *mark.axis)), cy="50%", r="4")


def _tone(tone: Tone) -> str:
    return {Tone.GOOD: "good", Tone.BAD: "bad", Tone.WARNING: "warn", Tone.STRONG: "ends", Tone.MUTED: "ends"}.get(
        tone, ""
    )


def _spark(mark: Sparkline) -> Iterable[Shape]:
    """Bars from zero for what is counted, and a line for a rate, whose bars would begin anywhere. The last one stands out."""
    values = [None if value is None or math.isnan(value) else value for value in mark.values]
    known = [value for value in values if value is not None]
    if not known:
        return
    low, high = min(known), max(known)
    if mark.on_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if mark.top is not None:
        high = max(high, mark.top)
    if mark.on_zero:
        yield from _columns(values, low, high)
    else:
        yield from _line(values, low, high)


def _columns(values: Sequence[float | None], low: float, high: float) -> Iterable[Shape]:
    wide = BOX / len(values)
    zero = _height(0, low, high)
    for look, places in (("past", range(len(values) - 1)), ("last", range(len(values) - 1, len(values)))):
        path = "".join(
            f"M{_number((place + 0.12) * wide)} {zero}V{_height(value, low, high)}h{_number(0.76 * wide)}V{zero}z"
            for place in places
            if (value := values[place]) is not None
        )
        if path:
            yield _shape("path", look, d=path)


def _line(values: Sequence[float | None], low: float, high: float) -> Iterable[Shape]:
    across = [BOX * (place / (len(values) - 1) if len(values) > 1 else 1.0) for place in range(len(values))]
    runs: list[list[str]] = [[]]
    last = ""
    for place, value in zip(across, values, strict=True):
        if value is None:
            runs.append([])
            continue
        last = f"{_number(place)} {_height(value, low, high)}"
        runs[-1].append(last)
    drawn = [run for run in runs if run]
    area = "".join(f"M{run[0].split()[0]} {BOX}L{'L'.join(run)}V{BOX}z" for run in drawn if len(run) > 1)
    if area:
        yield _shape("path", "area", d=area)
    yield _shape("path", "line", d="".join(f"M{'L'.join(run)}" if len(run) > 1 else f"M{run[0]}h0" for run in drawn))
    yield _shape("path", "end", d=f"M{last}h0")


def _height(value: float, low: float, high: float) -> str:
    """Where a value stands in the box, whose upper edge is 0."""
    share = along(value, low, high) if high > low else 0.5
    return _number(BOX - _ROOM - share * (BOX - 2 * _ROOM))
