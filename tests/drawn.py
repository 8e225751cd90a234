"""What writers are given, instead of what they make of it: the answer, the document or the page of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

from in_process import invoke
from salesmetrics.cli import output
from salesmetrics.render.document import Bar as BarMark
from salesmetrics.render.document import Cell, Column, Mark, Row, Step, Table, Whisker
from salesmetrics.render.page import Chart, Fold, Page, Section
from salesmetrics.render.writers import WRITERS, render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "answer_of",
    "beyond",
    "blocks_of",
    "cells_of",
    "charts_of",
    "document_of",
    "marks_of",
    "outside",
    "page_of",
    "refused",
    "tables_of",
    "write",
]

_caught: list[Any] = []


def write(drawn: Any, screen: Any) -> str:
    """Keep what there is to draw."""
    _caught.append(drawn)
    return ""


def answer_of(*words: str, cwd: Path | None = None, form: str = "html") -> Any:
    """The answer that a command writes in a form, hashes included: of a report as a page that with the sections of all analyses."""
    held: list[Any] = []
    with (
        mock.patch.object(output, "write_answer", lambda answer, *_, **__: held.append(answer)),
        mock.patch.object(output, "carries_hashes", return_value=True),
    ):
        done = invoke(*words, "--format", form, "-q", cwd=cwd, env={"HOME": "/nonexistent"})
    assert len(held) == 1, done.stderr
    return held.pop()


def refused(*words: str, cwd: Path | None = None) -> str | None:
    """What a command says where it has no answer, None where it has one."""
    done = invoke(*words, "--format", "json", "-q", cwd=cwd, env={"HOME": "/nonexistent"})
    return done.stderr if done.returncode > 1 else None


def _drawn(answer: Any, form: str) -> Any:
    _caught.clear()
    with mock.patch.dict(WRITERS, {form: WRITERS[form]._replace(function="drawn:write")}):
        render(answer, form)
    return _caught.pop()


def page_of(answer: Any) -> Page:
    """The page of an answer."""
    page = _drawn(answer, "html")
    assert isinstance(page, Page)
    return page


def document_of(answer: Any) -> Any:
    """The document of an answer."""
    return _drawn(answer, "table")


def blocks_of(held: Any) -> Iterator[Any]:
    """All blocks of a page, a document or a section, those within others too."""
    for block in held.blocks:
        yield block
        if isinstance(block, Section | Fold):
            yield from blocks_of(block)


def tables_of(held: Any) -> list[Table]:
    """Its tables."""
    return [block for block in blocks_of(held) if isinstance(block, Table)]


def charts_of(held: Any) -> list[Chart]:
    """Its drawings."""
    return [block for block in blocks_of(held) if isinstance(block, Chart)]


def cells_of(held: Any) -> Iterator[tuple[Column, Row, Cell]]:
    """All cells of its tables."""
    for table in tables_of(held):
        for row in table.rows:
            assert len(row.cells) == len(table.columns)
            for column, cell in zip(table.columns, row.cells, strict=True):
                yield column, row, cell


def marks_of(held: Any) -> list[Mark]:
    """All marks in its tables."""
    return [cell.mark for _, _, cell in cells_of(held) if cell.mark is not None]


def outside(mark: Mark) -> bool:
    """Whether a mark has an end beyond its axis, which an interval may have: that is drawn with a sign."""
    if isinstance(mark, BarMark):
        return not mark.low <= mark.value <= mark.top
    if isinstance(mark, Step):
        ends: tuple[float | None, ...] = (mark.start, mark.end)
    elif isinstance(mark, Whisker):
        ends = (mark.value, mark.centre, *(mark.band or ()))
    else:
        return False
    low, high = mark.axis
    return low >= high or any(end is not None and not low <= end <= high for end in ends)


def beyond(chart: Chart) -> bool:
    """Whether a drawing has a point, a band or a rule beyond its axes."""
    up, across = chart.up, chart.across
    points = [point for series in chart.series for point in series.points if point[1] is not None]
    bands = [(x, end) for series in chart.series for x, *ends in series.band for end in ends]
    beside = any(not across.low <= x <= across.high for x, _ in (*points, *bands))
    heights = [*(y for _, y in (*points, *bands)), *(rule.value for rule in chart.rules)]
    return beside or any(y is not None and not up.low <= y <= up.high for y in heights)
