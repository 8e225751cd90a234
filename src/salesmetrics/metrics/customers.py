"""Customers: who stays, who pays more, and what they say."""

from __future__ import annotations

from salesmetrics.metrics.definition import NetScore, Number, Ratio, Shape, Undefined, kpi

FAMILY = "customers"
VAGUE = {"missing_end_date": "customers_vague", "missing_start_date": "customers_undated"}


@kpi(
    title="Customer retention",
    family=FAMILY,
    unit="ratio",
    formula="customers at the start of the period who remain at its end / customers at its start",
    basis="period",
    span="year",
    interval="wilson",
    excluded=VAGUE,
    source="GASP, logo retention",
    headline=19,
)
def customer_retention(customers_kept: Number, customers_at_start: Number) -> Shape:
    """The share of customers at the start of the period who are still customers at its end.

    It compares the day before the period with its last day. Customers who joined within the period do not count, and a
    customer who left and came back within it counts as retained, which a finding reports. The default period is the last
    twelve months. A customer ends on the last day paid for, so one paid until 31 January is lost in February. Several rows
    of one customer count as one customer, active on every day of any of them. A former customer without an end date is
    left out and counted.

    Without a customers file that shows who left, the recurring revenue of each customer decides. Without an end date, a
    status or an activity of customers in any file, it is undefined.

    >>> customer_retention(90, 100)
    0.9
    """
    return Ratio(customers_kept, customers_at_start)


@kpi(
    title="Customers lost (logo churn)",
    family=FAMILY,
    unit="ratio",
    direction="lower",
    formula="customers at the start of the period who left in it / customers at its start",
    basis="period",
    span="year",
    interval="wilson",
    excluded=VAGUE,
    idea="customer_retention",
    source="GASP, logo churn",
)
def logo_churn(customers_lost: Number, customers_at_start: Number) -> Shape:
    """The share of customers at the start of the period who left before its end.

    It is 1 − ``customer_retention``, with the same rules. It is not scaled to a year: a monthly churn m is a yearly churn of
    1 − (1 − m)¹², not 12 × m.

    >>> logo_churn(10, 100)
    0.1
    """
    return Ratio(customers_lost, customers_at_start)


@kpi(
    title="Gross revenue retention (GRR)",
    family=FAMILY,
    unit="ratio",
    formula="recurring revenue retained from customers at the start of the period, without growth / their recurring revenue at its start",
    basis="period",
    span="year",
    source="SaaS Metrics Standards Board, GRR; NetSuite",
    headline=31,
)
def grr(mrr_kept: Number, mrr_at_start: Number) -> Shape:
    """The share of recurring revenue at the start of the period that remains at its end, without growth.

    Contraction and churn are how much less a customer pays at the end of the period than the day before it, so it never
    exceeds 100 %. Customers who joined within the period do not count. The default period is the last twelve months.

    A revenue file holds movements, amounts by month, or amounts from a first day to the last day paid for; a missing month
    counts as no revenue, and an amount below 0 as 0. Without a revenue file, a customers file with start and end dates and
    recurring revenue is used if it shows what former customers paid. If no file shows who left, it is undefined.

    >>> grr(85, 100)
    0.85
    """
    return Ratio(mrr_kept, mrr_at_start)


@kpi(
    title="Net revenue retention (NRR)",
    family=FAMILY,
    unit="ratio",
    formula="recurring revenue at the end of the period from customers at its start / their recurring revenue at its start",
    basis="period",
    span="year",
    source="GASP, NRR; the cohort method, not (end − new) / begin",
    headline=9,
)
def nrr(mrr_after: Number, mrr_at_start: Number) -> Shape:
    """The share of recurring revenue at the start of the period that the same customers pay at its end, with growth.

    Above 100 %, growth exceeds losses.

    >>> nrr(110, 100)
    1.1
    """
    return Ratio(mrr_after, mrr_at_start)


@kpi(
    title="Repeat purchase rate",
    family=FAMILY,
    unit="ratio",
    formula="accounts with more than one won deal in the period / accounts with at least one",
    basis="closed",
    interval="wilson",
    yearly=True,
    excluded={"missing_account": "won_unlinked_deals", "missing_close_date": "undated_won_deals"},
    source="own definition: repeat purchase from deals",
)
def repeat_purchase_rate(repeat_accounts: Number, buying_accounts: Number) -> Shape:
    """The share of buying accounts that bought more than once.

    Both purchases must fall in the period, so a longer period gives a higher rate.

    >>> repeat_purchase_rate(20, 80)
    0.25
    """
    return Ratio(repeat_accounts, buying_accounts)


@kpi(
    title="Repeat purchase rate by invoices",
    family=FAMILY,
    unit="ratio",
    formula="accounts with more than one invoice in the period / accounts with at least one",
    basis="created",
    interval="wilson",
    yearly=True,
    excluded={"missing_account": "invoices_unlinked", "cancelled": "invoices_cancelled"},
    idea="repeat_purchase_rate",
    source="own definition: repeat purchase from invoices",
)
def repeat_purchase_rate_invoices(reinvoiced_accounts: Number, invoiced_accounts: Number) -> Shape:
    """The share of invoiced accounts that were invoiced more than once.

    An order billed in parts counts as several purchases here; ``repeat_purchase_rate`` counts won deals. The lines of an
    invoice count as one invoice; credit notes and drafts do not count.

    >>> repeat_purchase_rate_invoices(30, 120)
    0.25
    """
    return Ratio(reinvoiced_accounts, invoiced_accounts)


@kpi(
    title="Net promoter score (NPS)",
    family=FAMILY,
    unit="points",
    formula="100 × (answers of 9 or 10 − answers of 0 to 6) / answers",
    basis="occurred",
    interval="tango",
    excluded={"missing_score": "nps_blank", "off_scale": "nps_off_scale"},
    source="Bain, Net Promoter System; interval: Tango 1998, score of a paired difference",
    headline=13,
)
def nps(nps_promoters: Number, nps_detractors: Number, nps_answers: Number, nps_misscaled: Number) -> Shape:
    """How likely customers are to recommend us, from −100 (all detractors) to 100 (all promoters).

    Only a scale from 0 to 10 has promoters and detractors. A few scores off that scale are left out; with many of them, or
    if the file names another scale, there is no score.

    >>> nps(50, 20, 100, 0)
    30.0
    >>> nps(50, 20, 100, 3) is None
    True
    """
    if nps_misscaled > 0:
        return Undefined("wrong_scale")
    return NetScore(nps_promoters, nps_detractors, nps_answers)


@kpi(
    title="Employee NPS",
    family=FAMILY,
    unit="points",
    formula="100 × (answers of 9 or 10 − answers of 0 to 6) / answers, from employees",
    basis="occurred",
    interval="tango",
    excluded={"missing_score": "enps_blank", "off_scale": "enps_off_scale"},
    source="Bain, Employee NPS",
    headline=34,
)
def enps(enps_promoters: Number, enps_detractors: Number, enps_answers: Number, enps_misscaled: Number) -> Shape:
    """How likely employees are to recommend working here, calculated like ``nps``.

    A small number of answers is uncertain, and not anonymous.

    >>> enps(5, 5, 20, 0)
    0.0
    """
    if enps_misscaled > 0:
        return Undefined("wrong_scale")
    return NetScore(enps_promoters, enps_detractors, enps_answers)


@kpi(
    title="Customer satisfaction (CSAT)",
    family=FAMILY,
    unit="ratio",
    formula="answers of 4 or 5 / answers, on a scale from 1 to 5",
    basis="occurred",
    interval="wilson",
    excluded={"missing_score": "csat_blank", "off_scale": "csat_off_scale"},
    source="Zencity, share of the top two boxes",
    headline=26,
)
def csat(csat_satisfied: Number, csat_answers: Number, csat_misscaled: Number) -> Shape:
    """The share of customers who are satisfied or very satisfied, on a scale from 1 to 5.

    (Points earned / points possible, sometimes also called CSAT, gives a higher value.)

    >>> csat(80, 100, 0)
    0.8
    """
    if csat_misscaled > 0:
        return Undefined("wrong_scale")
    return Ratio(csat_satisfied, csat_answers)


@kpi(
    title="Market penetration",
    family=FAMILY,
    unit="ratio",
    formula="customers on the as-of date / market_size under [settings]",
    basis="snapshot",
    n="active_customers",
    excluded={"missing_end_date": "customers_vague"},
    source="simplicable, market penetration",
)
def market_penetration(active_customers: Number, setting_market_size: Number) -> Shape:
    """The share of the market that is already a customer.

    The size of the market is an estimate that you provide; if it is outdated, the share can exceed 100 %.

    >>> market_penetration(300, 1000)
    0.3
    """
    return Ratio(active_customers, setting_market_size)


@kpi(
    title="Account penetration",
    family=FAMILY,
    unit="ratio",
    formula="won amount of customers with a potential / their potential in the months of the period",
    basis="closed",
    span="year",
    n="customers_of_potential",
    excluded={"missing_potential": "customers_without_potential"},
    source="kpitree, share of wallet",
)
def account_penetration(won_of_potential: Number, customer_potential: Number) -> Shape:
    """The share of what customers could buy that they buy from us.

    The potential of a customer is a yearly estimate in a column of the customers file. Deals belong to a customer by id,
    or by name without one. The default period is the last twelve months; for another period, the potential is that of its
    months so far, parts of a month by days.

    >>> account_penetration(20000, 80000)
    0.25
    """
    return Ratio(won_of_potential, customer_potential)
