"""Records as a table, as CSV and as JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from salesmetrics.render import refuse_form
from salesmetrics.render.envelope import dumps
from salesmetrics.render.layout import Cell, Column, join, row, width_of
from salesmetrics.render.numbers import exact
from salesmetrics.render.tidy_csv import write_rows
from salesmetrics.report.model import SCHEMA_VERSION
from salesmetrics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from rich.text import Text

__all__ = ["render_records"]

NUMBERS = frozenset({"row", "numerator", "denominator", "value", "amount"})


def render_records(frame: pl.DataFrame, kpi: str, form: str, *, width: int | None, color: bool) -> str:
    """Write records in one of the forms table, csv and json. A table drops the columns that hold nothing."""
    refuse_form(form, ("table", "csv", "json"), "rows")
    if form == "csv":
        return write_rows(frame.columns, [tuple(map(_plain, cells)) for cells in frame.iter_rows()])
    if form == "json":
        head = {"name": "salesmetrics", "version": __version__}
        records = [{name: _plain(value) for name, value in item.items()} for item in frame.iter_rows(named=True)]
        return dumps(
            {"schema_version": SCHEMA_VERSION, "generator": head, "command": "rows", "kpi": kpi, "rows": records}
        )
    filled = [name for name in frame.columns if frame[name].null_count() < frame.height]
    return _table(frame.select(filled), width, color=color)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Decimal):
        return exact(value)
    return value if isinstance(value, (int, float, str)) or value is None else str(value)


def _table(frame: pl.DataFrame, width: int | None, *, color: bool) -> str:
    rows = [["" if value is None else str(_plain(value)) for value in cells] for cells in frame.iter_rows()]
    natural = [width_of([name, *(cells[i] for cells in rows)]) for i, name in enumerate(frame.columns)]
    columns = [Column(w, right=name in NUMBERS) for w, name in zip(_fit(natural, width), frame.columns, strict=True)]
    lines: list[Text] = row([Cell(name, "bold") for name in frame.columns], columns)
    for cells in rows:
        lines += row([Cell(text) for text in cells], columns)
    return join(lines, color=color)


def _fit(natural: Sequence[int], width: int | None) -> list[int]:
    """Take from the widest columns until the row fits."""
    widths = list(natural)
    room = (width or 1_000_000) - 2 * (len(widths) - 1)
    while sum(widths) > room and max(widths) > 4:
        widths[widths.index(max(widths))] -= 1
    return widths
