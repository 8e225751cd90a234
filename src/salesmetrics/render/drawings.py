"""Marks and charts as shapes of SVG: positions are numbers, colours are classes. Own file: geometry, whatever template draws it.

What lies along an axis is given in percent of it, so that a drawing takes the width that it gets and its text does not grow
with it. Lines through several points stand in a box of 100 by 100 that is stretched; their strokes are not. Everything stays
inside its axis, whatever the values.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from salesmetrics.render.document import Bar, Sparkline, Step, Tone, Whisker
from salesmetrics.render.text import cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from salesmetrics.render.document import Mark
    from salesmetrics.render.page import Axis, Chart, Series

__all__ = ["Drawing", "Label", "Shape", "along", "drawn_chart", "drawn_mark", "percent"]

BOX = 100
"""Both sides of the box of lines."""

_ROOM = 4.0
"""What a line keeps from the upper and the lower edge of its box, so that its stroke is not cut."""
_SIDE, _POINTS = 2.0, 2
"""What it keeps from the sides, and points that are none without a third."""
_LEAST = 0.6
"""Percent that a bar of a small value takes at least, so that it is not taken for none."""
_HEAD = 0.035
"""The part of an axis that the head of an arrow takes, where an interval goes on beyond it."""
_COLOURS = 6
_LINE = 10.0
"""Percent of the height of a chart that a line of text takes."""
_LETTER = 6.6
"""Pixels that a character of a label takes at most, on average."""
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_WIDER = 0.12
"""By how much a Cyrillic letter is wider than that."""
_NAMED = 26
"""Characters of a name that fit beside a line."""
_PHONE, _TABLET, _SCREEN = 230, 350, 650
"""Pixels that an axis along the lower edge has at least there."""
_WIDE_NAME, _RIGHT, _FOOT = 1.7, 0.7, 12.0
"""Percent of the width that a character of a name takes; where names begin to stand to the left of their points; and percent
of the height below which none stands under its line, where the texts of the axis are."""
_EDGE = 0.03
"""A text so near to an end of the axis lies within it."""
_APART = 1.6
"""Widths of a text from one text of that axis to the next."""


class Shape(NamedTuple):
    """An element of SVG: its name, its class, its places as attributes without quotes, its path, and what it is called."""

    tag: str
    look: str
    places: str
    path: str = ""
    title: str = ""


def along(value: float, low: float, high: float) -> float:
    """Where a value lies on an axis, from 0 to 1; what lies outside is at the end, and what is no number at the start.

    >>> along(5, 0, 10), along(99, 0, 10), along(1e308, -1e308, 1e308), along(float("nan"), 0, 1), along(3, 3, 3)
    (0.5, 1.0, 1.0, 0.0, 0.0)
    """
    ends = low / 2, high / 2
    if math.isnan(value) or not -math.inf < ends[0] < ends[1] < math.inf:
        return 0.0
    return min(max((min(max(value, low), high) / 2 - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)


def percent(share: float) -> str:
    """A share as an attribute.

    >>> percent(0.5), percent(1 / 3)
    ('50%', '33.3%')
    """
    text = f"{share * 100:.1f}"
    return f"{text.removesuffix('.0')}%"


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
    return Shape(tag, look, " ".join([f"{name}={value}" for name, value in attributes.items()]))


def _span(start: float, end: float, look: str, *, least: float = 0.0) -> Shape:
    """A rectangle between two shares of the width."""
    left, right = min(start, end), max(start, end)
    width = max(right - left, least / 100)
    left = min(left, 1 - width)
    return _shape("rect", look, x=percent(left), width=percent(width), height="100%")


def _bar(mark: Bar) -> Iterable[Shape]:
    zero, end = along(0, mark.low, mark.top), along(mark.value, mark.low, mark.top)
    if mark.low < 0:
        # A bar below zero has room beside the line, however long those above it are, and a bar above it too.
        least = _LEAST / BOX
        zero = min(max(zero, least), 1 - least if mark.top > 0 else 1.0)
        end = min(end, zero - least) if mark.value < 0 else max(end, zero)
    if mark.value > 0 or mark.value < 0 > mark.low:
        yield _span(zero, end, "fill", least=_LEAST)
    if mark.low < 0:
        yield _shape("line", "zero", x1=percent(zero), x2=percent(zero), y2="100%")


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
    for goes_on, tip, back in zip(mark.beyond, (0.0, 1.0), (_HEAD, 1 - _HEAD), strict=True):
        for y in ("15%", "85%") if goes_on else ():
            yield _shape("line", "tip", x1=percent(tip), x2=percent(back), y1="50%", y2=y)


_TONES = {
    Tone.GOOD: "good",
    Tone.BAD: "bad",
    Tone.WARNING: "warn",
    Tone.STRONG: "ends",
    Tone.MUTED: "quiet",
}


def _tone(tone: Tone) -> str:
    return _TONES.get(tone, "")


def _spark(mark: Sparkline) -> Iterable[Shape]:
    """Bars from zero for what is counted, and a line for a rate, whose bars would begin anywhere. The last one stands out."""
    values = [value if value is not None and math.isfinite(value) else None for value in mark.values]
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
            yield Shape("path", look, "", path)


def _line(values: Sequence[float | None], low: float, high: float) -> Iterable[Shape]:
    """A line with its last point; so few points that there is hardly a line are points alone."""
    step = (BOX - 2 * _SIDE) / max(len(values) - 1, 1)
    start = _SIDE if len(values) > 1 else BOX - _SIDE
    runs: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{_number(start + place * step)} {_height(value, low, high)}")
    drawn = [run for run in runs if run]
    points = [point for run in drawn for point in run]
    if len(points) <= _POINTS:
        yield Shape("path", "end", "", "".join(f"M{point}h0" for point in points))
        return
    area = "".join(f"M{run[0].split()[0]} {BOX}L{'L'.join(run)}V{BOX}z" for run in drawn if len(run) > 1)
    if area:
        yield Shape("path", "area", "", area)
    line = "".join(f"M{'L'.join(run)}" if len(run) > 1 else f"M{run[0]}h0" for run in drawn)
    yield from (Shape("path", "line", "", line), Shape("path", "end", "", f"M{points[-1]}h0"))


def _height(value: float, low: float, high: float) -> str:
    """Where a value stands in the box, whose upper edge is 0."""
    share = along(value, low, high) if high > low else 0.5
    return _number(BOX - _ROOM - share * (BOX - 2 * _ROOM))


# --- charts ---


class Label(NamedTuple):
    """A text of a chart: where it stands, in percent, its class and how it lies to that place."""

    x: str
    y: str
    look: str
    text: str


class Drawing(NamedTuple):
    """A chart: texts at its axes and beside its lines, what is drawn in percent, and what in the box of lines.

    ``beside`` are the names of lines and rules at their ends, for places that are wide enough; ``legend`` holds the same for
    those that are not, each with what it is drawn as and its class. ``upright`` and ``aside`` are the pixels that the texts take.
    """

    up: tuple[Label, ...]
    across: tuple[Label, ...]
    behind: tuple[Shape, ...]
    lines: tuple[Shape, ...]
    above: tuple[Shape, ...]
    names: tuple[Label, ...]
    beside: tuple[Label, ...]
    legend: tuple[tuple[str, str, str], ...]
    upright: int
    aside: int


def drawn_chart(chart: Chart, *, turned: bool = False) -> Drawing:
    """Draw a chart; ``turned`` where it is read from the right."""
    looks = list(_series_looks(chart.series))
    named = [(_swatch(chart, one), look, one.name) for one, look in zip(chart.series, looks, strict=True)]
    named = named if len(named) > 1 else []
    named += [("rule", _tone(rule.tone), rule.text) for rule in chart.rules if rule.text]
    beside = tuple(_beside(chart, looks)) if all(cells(text) <= _NAMED for _, _, text in named) else ()
    return Drawing(
        tuple(
            Label("0", percent(1 - along(value, chart.up.low, chart.up.high)), "", text)
            for value, text in chart.up.ticks
        ),
        tuple(_across(chart.across, turned=turned)),
        tuple(_grid(chart.up)),
        tuple(
            shape
            for series, look in zip(chart.series, looks, strict=True)
            for shape in _lines(chart, series, look, turned)
        ),
        (
            *_rules(chart),
            *(
                dot
                for series, look in zip(chart.series, looks, strict=True)
                for dot in _dots(chart, series, look, turned)
            ),
        ),
        tuple(_names(chart, turned=turned)),
        beside,
        tuple(named),
        _pixels(text for _, text in chart.up.ticks),
        _pixels(label.text for label in beside),
    )


def _pixels(texts: Iterable[str]) -> int:
    longest = max((len(text) + _WIDER * len(_CYRILLIC.findall(text)) for text in texts), default=0)
    return round(longest * _LETTER) + 10 if longest else 0


def _series_looks(some: Sequence[Series]) -> Iterator[str]:
    """A colour for each that has none by its tone."""
    place = 0
    for series in some:
        tone = _tone(series.tone)
        yield tone or f"c{place % _COLOURS + 1}"
        place += not tone


def _swatch(chart: Chart, series: Series) -> str:
    if not series.points:
        return "range"
    return "dot" if chart.kind == "dots" else "curve"


def _x(value: float, axis: Axis, turned: bool) -> float:  # noqa: FBT001 - passed on
    share = along(value, axis.low, axis.high)
    return 1 - share if turned else share


def _grid(axis: Axis) -> Iterator[Shape]:
    for value, _ in axis.ticks:
        y = percent(1 - along(value, axis.low, axis.high))
        yield _shape("line", "base" if value == 0 else "grid", x2="100%", y1=y, y2=y)


def _across(axis: Axis, *, turned: bool) -> Iterator[Label]:
    """Texts below the axis: as many as there is room for. What a tablet or a phone lacks room for has its class; the last stays."""
    longest = _APART * _pixels(text for _, text in axis.ticks)
    count = len(axis.ticks)
    every = [max(math.ceil(count * longest / room), 1) for room in (_SCREEN, _TABLET, _PHONE)]
    for place, (value, text) in enumerate(axis.ticks):
        x = _x(value, axis, turned)
        from_end = count - 1 - place
        if from_end % every[0]:
            continue
        looks = ["first" if x < _EDGE else "last" if x > 1 - _EDGE else ""]
        looks += ["wide" if from_end % every[1] else "mid" if from_end % every[2] else ""]
        yield Label(percent(x), "1em", " ".join(filter(None, looks)), text)


def _lines(chart: Chart, series: Series, look: str, turned: bool) -> Iterator[Shape]:  # noqa: FBT001 - passed on
    if series.band:
        ends = [(_x(x, chart.across, turned), _up(low, chart.up), _up(high, chart.up)) for x, low, high in series.band]
        upper = [f"{_number(x * BOX)} {high}" for x, _, high in ends]
        lower = [f"{_number(x * BOX)} {low}" for x, low, _ in reversed(ends)]
        yield Shape("path", f"range {look}", "", f"M{'L'.join((*upper, *lower))}z")
    if chart.kind == "dots":
        return
    path = "".join(_run(run, steps=chart.kind == "steps") for run in _runs(chart, series, turned))
    if path:
        yield Shape("path", f"curve {look}", "", path)


def _up(value: float, axis: Axis) -> str:
    return _number((1 - along(value, axis.low, axis.high)) * BOX)


def _runs(chart: Chart, series: Series, turned: bool) -> Iterator[list[tuple[str, str]]]:  # noqa: FBT001 - passed on
    """The points of a line between its gaps."""
    run: list[tuple[str, str]] = []
    for x, value in (*series.points, (0.0, None)):
        if value is not None:
            run.append((_number(_x(x, chart.across, turned) * BOX), _up(value, chart.up)))
        elif run:
            yield run
            run = []


def _run(run: Sequence[tuple[str, str]], *, steps: bool) -> str:
    (x, y), *rest = run
    if not rest:
        return f"M{x} {y}h0"
    return f"M{x} {y}" + "".join(f"H{x}V{y}" if steps else f"L{x} {y}" for x, y in rest)


def _rules(chart: Chart) -> Iterator[Shape]:
    for rule in chart.rules:
        y = percent(1 - along(rule.value, chart.up.low, chart.up.high))
        yield _shape("line", f"rule {_tone(rule.tone)}".strip(), x2="100%", y1=y, y2=y)


def _dots(chart: Chart, series: Series, look: str, turned: bool) -> Iterator[Shape]:  # noqa: FBT001 - passed on
    """A dot per point; on a line only at its last one, and where a point has a name or is hollow."""
    last = max((place for place, (_, value) in enumerate(series.points) if value is not None), default=-1)
    for place, (x, value) in enumerate(series.points):
        hollow = place < len(series.hollow) and series.hollow[place]
        name = series.names[place] if place < len(series.names) else ""
        if value is None or not (chart.kind == "dots" or hollow or name or (chart.kind == "line" and place == last)):
            continue
        at = percent(_x(x, chart.across, turned)), percent(1 - along(value, chart.up.low, chart.up.high))
        shape = _shape("circle", f"dot {look}{' hollow' if hollow else ''}", cx=at[0], cy=at[1], r="4")
        yield shape._replace(title=name)


def _names(chart: Chart, *, turned: bool) -> Iterator[Label]:
    """Names of points that stand out, where no other name is in the way: beside a dot, above or below a line."""
    taken: list[tuple[float, float, float]] = []
    for series in chart.series:
        if chart.kind == "dots" and series.tone in {Tone.PLAIN, Tone.MUTED}:
            continue
        known = [value for _, value in series.points if value is not None]
        middle = (max(known) / 2 + min(known) / 2) if known else 0.0
        for (x, value), name in zip(series.points, series.names, strict=False):
            if value is None or not name:
                continue
            at, y = _x(x, chart.across, turned), along(value, chart.up.low, chart.up.high) * BOX
            wide = cells(name) * _WIDE_NAME
            start = at * BOX - wide if at > _RIGHT else at * BOX
            if any(abs(y - other) < _LINE and start < end and begin < start + wide for begin, end, other in taken):
                continue
            taken.append((start, start + wide, y))
            look = "before" if start < at * BOX else "after"
            if chart.kind != "dots":
                look += " over" if value >= middle or y < _FOOT else " under"
            yield Label(percent(at), percent(1 - y / BOX), look, name)


def _beside(chart: Chart, looks: Sequence[str]) -> Iterator[Label]:
    """The names of lines and rules where they end, moved apart where they would cover each other; none if there is no room."""
    found: list[tuple[float, str, str]] = []
    if len(chart.series) > 1 and chart.kind != "dots":
        for series, look in zip(chart.series, looks, strict=True):
            ends = [value for _, value in series.points if value is not None] or [high for _, _, high in series.band]
            last = ends[-1] if ends else None
            if last is not None:
                found.append(((1 - along(last, chart.up.low, chart.up.high)) * BOX, look, series.name))
    for rule in chart.rules:
        if rule.text:
            look = f"rule {_tone(rule.tone)}".strip()
            found.append(((1 - along(rule.value, chart.up.low, chart.up.high)) * BOX, look, rule.text))
    if (len(found) - 1) * _LINE > BOX:
        return
    found.sort(key=lambda one: one[0])
    places = [y for y, _, _ in found]
    for place in range(1, len(places)):
        places[place] = max(places[place], places[place - 1] + _LINE)
    bottom = float(BOX)
    for place in reversed(range(len(places))):
        places[place] = min(places[place], bottom)
        bottom = places[place] - _LINE
    for y, (_, look, text) in zip(places, found, strict=True):
        yield Label("0", percent(y / BOX), look, text)
