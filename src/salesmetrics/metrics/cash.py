"""Cash: what was invoiced, and what has come in."""

from __future__ import annotations

from salesmetrics.metrics.definition import Number, Ratio, Shape, Undefined, kpi

FAMILY = "cash"


def _of_billed(part: Number, billed: Number) -> Shape:
    """A share of what was billed; where credit notes take it below 0 there is nothing to have a share of."""
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
    """What was billed. Cancelled invoices and drafts are left out and counted; credit notes subtract.

    >>> invoiced(1250)
    1250
    """
    return invoiced_amount


@kpi(
    title="Collection rate",
    family=FAMILY,
    unit="ratio",
    formula="received by the as-of date / amount of the invoices that fell due in the period",
    basis="due",
    n="invoices_due",
    excluded={"missing_amount": "invoices_due_unpriced", "missing_date": "invoices_undated"},
    source="own definition: 销售回款率, on the cohort of invoices",
    headline=22,
)
def collection_rate(amount_received: Number, amount_due: Number) -> Shape:
    """Of what customers had to pay by now, the share that has come in.

    An invoice belongs to the period in which it falls due (without a due date, in which it was issued), whenever it is
    paid; one that is not due yet does not count. Unlike cash received over sales of the period
    (``collection_rate_receipts``) it does not mix old debts with new sales.

    >>> collection_rate(90, 100)
    0.9
    """
    return _of_billed(amount_received, amount_due)


@kpi(
    title="Collection rate, of receipts",
    family=FAMILY,
    unit="ratio",
    formula="cash received in the period / amount invoiced in the period",
    basis="mixed",
    source="mdbkw and llssg on 销售回款率, variant 1",
)
def collection_rate_receipts(receipts: Number, invoiced_amount: Number) -> Shape:
    """Cash that came in, against what was billed in the same period; the two need not be of the same invoices.

    It exceeds 100 % where old debts are paid.

    >>> collection_rate_receipts(120, 100)
    1.2
    """
    return _of_billed(receipts, invoiced_amount)


@kpi(
    title="Days sales outstanding (DSO)",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="not yet received at the end of the period / invoiced in the period × days of the period",
    basis="period",
    span="quarter",
    excluded={"missing_date": "invoices_undated"},
    source="GitLab operating metrics, on receivables at the end instead of an average of three months",
    headline=12,
)
def dso(receivable_at_end: Number, invoiced_amount: Number, invoice_window_days: Number) -> Shape:
    """How many days of sales are waiting to be paid.

    Without a period it is about the last complete quarter, of the fiscal calendar where one is set. A part payment
    without a date counts as received in time.

    >>> dso(50000, 150000, 90)
    30.0
    """
    return _of_billed(receivable_at_end * invoice_window_days, invoiced_amount)
