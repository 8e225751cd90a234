"""What the marks in the cells of a table are drawn from: numbers for charts, and where they stand. Own file: data, and no worksheet."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from salesmetrics.messages import phrase
from salesmetrics.render.xlsx.charts import Place
from salesmetrics.render.xlsx.grid import Entry, Grid, Lane, Role
from salesmetrics.render.xlsx.number_formats import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.render.document import Sparkline, Step, Whisker

__all__ = ["ChartData", "alike", "form_of_marks", "have_intervals", "is_bridge", "same", "sparkline_grid"]


class ChartData:
    """Numbers of charts that no table of a sheet holds: they stand on a sheet of their own, the last one.

    Args:
        name: Of that sheet.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.held: list[tuple[Place, str, Grid, str]] = []
        self._row = 3

    def add(self, grid: Grid, sheet: str, title: str) -> Place:
        """Where a grid will stand, for a chart of a sheet to refer to."""
        place = Place(self.name, self._row + 1, 0, grid)
        self.held.append((place, title, grid, sheet))
        self._row += grid.rows + 3
        return place


def form_of_marks(grid: Grid, values: Sequence[float | None]) -> Form:
    """The form of the numbers of a grid that its marks show, else of any."""
    known = [value for value in values if value is not None]
    entries = [entry for lane in grid.lanes for entry in lane.entries if entry.number is not None]
    for entry in entries:
        if any(math.isclose(float(entry.number or 0), value, rel_tol=1e-9) for value in known if value):
            return entry.form._replace(signed=False)
    return entries[0].form if entries else Form()


def alike(left: Sequence[float | None], right: Sequence[float | None]) -> bool:
    """Whether a column holds the numbers of another one, where that has any."""
    pairs = [(one or 0, other) for one, other in zip(left, right, strict=True) if other is not None]
    return all(math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) for one, other in pairs)


def same(left: Sequence[float | None], right: Sequence[float | None]) -> bool:
    """Whether two columns hold the same numbers, and nothing in the same places."""
    return len(left) == len(right) and all(
        one is other if one is None or other is None else math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
        for one, other in zip(left, right, strict=True)
    )


def have_intervals(whiskers: Sequence[Whisker | None]) -> bool:
    """Whether there are intervals, and all on one axis: what has several units has no chart of its own."""
    known = [whisker for whisker in whiskers if whisker is not None]
    return len({one.axis for one in known}) == 1 and any(one.low is not None or one.high is not None for one in known)


def is_bridge(steps: Sequence[Step]) -> bool:
    """Whether each step begins where the one before ends, or on zero, and none goes below zero."""
    joined = all(
        next_.start == 0 or math.isclose(one.end, next_.start, rel_tol=1e-6, abs_tol=1e-6)
        for one, next_ in pairwise(steps)
    )
    ends = sum(step.start == 0 for step in steps)
    return joined and len(steps) > ends and all(step.start >= 0 and step.end >= 0 for step in steps)


def sparkline_grid(labels: Sequence[str], marks: Sequence[Sparkline]) -> Grid:
    """A row per sparkline, its values from the first to the last."""
    most = max(len(mark.values) for mark in marks)
    lanes = [Lane(phrase("lane_row"), Role(0, "label"), [Entry(label) for label in labels])]
    for place in range(most):
        values = [mark.values[place] if place < len(mark.values) else None for mark in marks]
        entries = [Entry("" if value is None else f"{value:,.4g}", value, _plain_form(value)) for value in values]
        lanes.append(Lane(str(place + 1), Role(place, "value"), entries, right=True))
    return Grid(lanes, (False,) * len(marks))


def _plain_form(value: float | None) -> Form:
    return Form(0 if value is None or value == int(value) else 2 if abs(value) >= 1 else 4)
