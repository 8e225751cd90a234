"""Cash: what was invoiced, and what was paid."""

from __future__ import annotations

from salesmetrics.metrics.definition import Number, Ratio, Shape, Undefined, kpi

FAMILY = "cash"


def _of_billed(part: Number, billed: Number) -> Shape:
    """A share of the invoiced amount; undefined where credit notes take that below 0."""
    return Undefined("billed_below_zero") if billed < 0 else Ratio(part, billed)


@kpi(
    title="Invoiced",
    family=FAMILY,
    unit="money",
    formula="sum of the amounts of invoices issued in the period",
    basis="created",
    n="invoices_priced",
    excluded={"cancelled": "invoices_cancelled", "missing_amount": "invoices_unpriced"},
    additive=True,
    source="NetSuite, invoiced sales",
    headline=29,
)
def invoiced(invoiced_amount: Number) -> Shape:
    """The amount invoiced in the period. Cancelled invoices and drafts are left out and counted; credit notes subtract.

    >>> invoiced(1250)
    1250
    """
    return invoiced_amount


@kpi(
    title="Collection rate",
    family=FAMILY,
    unit="ratio",
    formula="amount received by the as-of date / amount of the invoices that fell due in the period",
    basis="due",
    n="invoices_due",
    excluded={"missing_amount": "invoices_due_unpriced", "missing_date": "invoices_undated"},
    source="own definition: 销售回款率, on the cohort of invoices",
    headline=22,
)
def collection_rate(amount_received: Number, amount_due: Number) -> Shape:
    """The share of the amount due in the period that has been paid.

    An invoice belongs to the period in which it falls due (or was issued, without a due date), whenever it is paid;
    invoices not yet due do not count. Unlike ``collection_rate_receipts``, it does not mix old debts with new sales.

    >>> collection_rate(90, 100)
    0.9
    """
    return _of_billed(amount_received, amount_due)


@kpi(
    title="Collection rate by receipts",
    family=FAMILY,
    unit="ratio",
    formula="cash received in the period / amount invoiced in the period",
    basis="mixed",
    idea="collection_rate",
    source="mdbkw and llssg on 销售回款率, variant 1",
)
def collection_rate_receipts(receipts: Number, invoiced_amount: Number) -> Shape:
    """Cash received against the amount invoiced in the same period, whichever invoices were paid.

    It exceeds 100 % when old debts are paid.

    >>> collection_rate_receipts(120, 100)
    1.2
    """
    return _of_billed(receipts, invoiced_amount)


@kpi(
    title="Days sales outstanding (DSO)",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="unpaid amount at the end of the period / amount invoiced in the period × days of the period",
    basis="period",
    span="quarter",
    excluded={"missing_date": "invoices_undated"},
    source="GitLab operating metrics, on receivables at the end instead of an average of three months",
    headline=12,
)
def dso(receivable_at_end: Number, invoiced_amount: Number, invoice_window_days: Number) -> Shape:
    """How many days of sales are still unpaid.

    The default period is the last complete quarter, fiscal if a fiscal calendar is set. A part payment without a date
    counts as received in time.

    >>> dso(50000, 150000, 90)
    30.0
    """
    return _of_billed(receivable_at_end * invoice_window_days, invoiced_amount)
