"""A second column of amounts that tells another story: said, because every total rests on the choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.findings import MAX_ROWS, finding
from salesmetrics.ingest.headers import header_keys
from salesmetrics.ingest.parse.common import Place
from salesmetrics.ingest.profile import GENERIC
from salesmetrics.ingest.settle import parse_beside
from salesmetrics.ingest.table import ROW
from salesmetrics.ingest.unit_prices import is_unit_price
from salesmetrics.schema.fields import ColumnType

if TYPE_CHECKING:
    import polars as pl

    from salesmetrics.ingest.columns import Recognition
    from salesmetrics.ingest.parse import ParseOptions
    from salesmetrics.ingest.table import RawTable
    from salesmetrics.schema.provenance import Finding

__all__ = ["rival_amounts"]


def _weighted(table: RawTable, recognition: Recognition) -> list[Finding]:
    """An expected revenue in a file of no known CRM: the amount in some, the amount times the probability in others."""
    match = recognition.columns.get("amount")
    if recognition.kind != "deals" or match is None or match.how == "option" or recognition.profile != GENERIC:
        return []
    if header_keys(match.header).bare != "expected revenue":
        return []
    path, count = table.source.path, table.frame.height
    return [finding("amount_weighted", kind="deals", path=path, column=match.header, count=count)]


def rival_amounts(
    table: RawTable, recognition: Recognition, amount: pl.Series | None, options: ParseOptions
) -> list[Finding]:
    """Where another column could have been the amount, and says something else.

    Args:
        table: The file's table, all text.
        recognition: Knows the columns that would have done as well.
        amount: What was read as the amount, ``Decimal(38, 8)``, as long as the table; None where nothing was.
        options: How to read the other column.
    """
    rivals = (
        recognition.spare.get("amount", ()) if recognition.kind in ("deals", "invoices") and amount is not None else ()
    )
    rows, path, findings = table.frame.get_column(ROW), table.source.path, _weighted(table, recognition)
    for header in rivals:
        if is_unit_price(header):
            continue
        text = table.frame.get_column(header)
        try:
            other = parse_beside(Place(header, path, rows, text), ColumnType.MONEY, options, table.frame).values
        except SalesmetricsError:  # undecidable by itself: then nothing can be said of it
            continue
        differs = rows.filter((other != amount).fill_null(value=False))
        if len(differs):
            findings.append(
                finding(
                    "amount_elsewhere",
                    kind=recognition.kind,
                    path=path,
                    column=recognition.columns["amount"].header,
                    count=len(differs),
                    rows=differs.head(MAX_ROWS).to_list(),
                    other=header,
                )
            )
    return findings
