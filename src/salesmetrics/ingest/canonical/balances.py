"""What came in of an invoice by what is still open of it, and invoices of which neither is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.checks.findings import MAX_ROWS, finding
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.provenance import Severity
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from salesmetrics.ingest.dataset import Part

__all__ = ["with_open_balances"]

_AT_STAKE = 0.01
"""The share of the invoices that may contradict their balance before nothing is made of receipts."""


def with_open_balances(part: Part, frame: pl.DataFrame) -> pl.DataFrame:
    """Invoices with the paid amount that their open balance tells: the amount without it.

    A balance that cannot be one (above the amount, or of a paid invoice) tells nothing. Where that is more than one in a
    hundred, or an invoice is partly paid and nothing says how much, what was received is withheld.

    Args:
        part: The file; findings and what is withheld are added to it.
        frame: Canonical invoices; ``state`` is partial where the status says so.
    """
    if "balance" in frame.columns and "amount" in frame.columns:
        frame = _paid_by_balance(part, frame)
    if "state" not in frame.columns:
        return frame
    vague = pl.col("state") == "partial"
    if "paid_amount" in frame.columns:
        vague &= pl.col("paid_amount").is_null()
    rows = frame.filter(vague).get_column(ROW)
    if len(rows):
        part.withheld.append(Withheld("invoices", "received", "part_paid"))
        part.findings.append(
            finding(
                "part_paid_invoices",
                kind="invoices",
                path=part.path,
                column=part.header("status"),
                count=len(rows),
                rows=rows.head(MAX_ROWS).to_list(),
            )
        )
    return frame


def _paid_by_balance(part: Part, frame: pl.DataFrame) -> pl.DataFrame:
    amount, balance = pl.col("amount"), pl.col("balance")
    known = [pl.col("paid_amount")] if "paid_amount" in frame.columns else []
    untold = known[0].is_null() if known else pl.lit(value=True)
    wrong = balance.abs() > amount.abs()
    if "state" in frame.columns:
        wrong |= ((pl.col("state") == "paid") & (balance != 0)).fill_null(value=False)
    wrong = untold & wrong.fill_null(value=False)
    rows = frame.filter(wrong).get_column(ROW)
    if len(rows):
        share = len(rows) / frame.height
        if share > _AT_STAKE:
            part.withheld.append(Withheld("invoices", "received", "balance_unsure"))
        part.findings.append(
            finding(
                "balance_contradicts",
                kind="invoices",
                path=part.path,
                column=part.header("balance"),
                count=len(rows),
                rows=rows.head(MAX_ROWS).to_list(),
                severity=None if share > _AT_STAKE else Severity.WARNING,
            )
        )
    return frame.with_columns(paid_amount=pl.coalesce(*known, pl.when(~wrong).then(amount - balance)))
