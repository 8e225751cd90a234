"""The deals behind a cell of a table, as `--rows` lists them. Own file: every analysis lists its cells by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.analysis.scope import source_text
from salesmetrics.answers.rows import Rows, RowsTotal
from salesmetrics.engine.metric import plain
from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.laid import afford_rows
from salesmetrics.messages import told
from salesmetrics.schema.message import Message, Some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.engine.request import Request
    from salesmetrics.schema.provenance import Input

__all__ = ["cell_rows", "no_such_cell"]

_SHOWN = ("id", "name", "account", "owner", "stage", "amount", "currency", "created", "closed")
_OFFERED = 8


def cell_rows(
    deals: pl.DataFrame,
    command: str,
    how: Message,
    request: Request,
    *,
    inputs: Sequence[Input] = (),
    more: Sequence[str] = (),
) -> Rows:
    """Deals in the order of the files, with their number and value in each currency.

    Args:
        deals: They.
        command: The command whose table has the cell.
        how: Which deals these are, in words.
        request: What is asked for.
        inputs: The files, for the record.
        more: Further columns that are listed where they are there.

    Raises:
        SalesmetricsError: ``answer_large``.
    """
    afford_rows([deals], deals.height)
    wanted = dict.fromkeys(["__row__", *_SHOWN, *more, *request.by])
    names = [name for name in wanted if name in deals.columns]
    places = [name for name in ("__file__", "__row__") if name in deals.columns]
    rows = deals.sort(places, maintain_order=True).select(names)
    cells = [
        column.to_list()
        if column.dtype in (pl.String, pl.UInt32, pl.Int64, pl.Float64)
        else [_plain(cell) for cell in column]
        for column in rows
    ]
    shown = [name.strip("_") for name in names]
    totals = []
    for (code,), part in deals.group_by("currency", maintain_order=True):
        value = part["amount"].sum() if part["amount"].count() else None
        totals.append(RowsTotal(kpi=command, currency=code, records=part.height, left_out=0, value=plain(value)))
    return Rows(
        command=command,
        kpi=command,
        how=told(how),
        rows=[dict(zip(shown, row, strict=True)) for row in zip(*cells, strict=True)],
        filters=request.filters,
        records=rows.height,
        title=told(Message(f"title_of_{command}")),
        as_of=request.as_of,
        as_of_source=source_text(request),
        period=request.period,
        inputs=list(inputs),
        span=request.span,
        totals=sorted(totals, key=lambda total: (total.currency is None, total.currency or "")),
    )


def _plain(cell: object) -> object:
    return cell if cell is None or hasattr(cell, "as_tuple") else str(cell)


def no_such_cell(cell: str, known: Sequence[str], *, there: bool = False) -> SalesmetricsError:
    """The refusal of a cell that the table does not have, or that has no deal, with some that it has."""
    cells = Some(tuple(known[:_OFFERED]), len(known))
    return SalesmetricsError(
        "option_invalid",
        option="--rows",
        value=cell,
        cause=Message("cell_without_deals" if there else "no_such_cell"),
        fix=Message("cells_there", cells=cells),
    )
