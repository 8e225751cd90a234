"""Customers: who stays, who pays more, and what they say."""

from __future__ import annotations

from salesmetrics.metrics.definition import NetScore, Number, Ratio, Shape, Undefined, kpi

FAMILY = "customers"
VAGUE = {"missing_end_date": "customers_vague", "missing_start_date": "customers_undated"}


@kpi(
    title="Customer retention",
    family=FAMILY,
    unit="ratio",
    formula="customers on the eve of the period who are still there at its end / customers on its eve",
    basis="period",
    span="year",
    interval="wilson",
    excluded=VAGUE,
    source="GASP, logo retention",
    headline=19,
)
def customer_retention(customers_kept: Number, customers_at_start: Number) -> Shape:
    """Of those who were customers when the period began, the share that still is when it ends.

    It compares the eve of the period with its last day. Customers who came within the period never enter, and one who left
    and came back within it is kept, which a finding reports. Without a period it is about the last twelve months. The end
    of a customer is the last day paid, so one paid until 31 January is lost in February. Several rows of one customer are
    one customer, who is there on every day of any of them. A customer who is gone without a date cannot be placed, and is
    left out and counted.

    Where there is no customers file, or it says nothing of who left, the recurring revenue of each customer tells when
    they came and left. Where no file has an end, a status or an activity of customers, it is undefined: nothing says who
    left.

    >>> customer_retention(90, 100)
    0.9
    """
    return Ratio(customers_kept, customers_at_start)


@kpi(
    title="Customers lost (logo churn)",
    family=FAMILY,
    unit="ratio",
    direction="lower",
    formula="customers on the eve of the period who left in it / customers on its eve",
    basis="period",
    span="year",
    interval="wilson",
    excluded=VAGUE,
    source="GASP, logo churn",
)
def logo_churn(customers_lost: Number, customers_at_start: Number) -> Shape:
    """Of those who were customers when the period began, the share that left before it ended.

    It is what is left of ``customer_retention``, with the same rules. It is of the period as it is: the yearly churn of a monthly one m is 1 − (1 − m)¹², not 12 × m.

    >>> logo_churn(10, 100)
    0.1
    """
    return Ratio(customers_lost, customers_at_start)


@kpi(
    title="Gross revenue retention (GRR)",
    family=FAMILY,
    unit="ratio",
    formula="what customers of the eve still pay of what they paid then, growth left out / what they paid then",
    basis="period",
    span="year",
    source="SaaS Metrics Standards Board, GRR; NetSuite",
    headline=31,
)
def grr(mrr_kept: Number, mrr_at_start: Number) -> Shape:
    """How much of the recurring revenue of the eve is still there, not counting what anybody pays more.

    Contraction and churn are what a customer pays less at the end of the period than on its eve, so it is never above
    100 %. Customers who came within the period never enter. Without a period it is about the last twelve months.

    A revenue file holds movements, or levels by month, or levels from a first day to the last day paid; of levels by month
    a missing month is none, and of one below 0 it is 0. Without a revenue file, a customers file with first and last days
    and a recurring revenue tells, if it shows what former customers paid. Where nothing says who left it is undefined.

    >>> grr(85, 100)
    0.85
    """
    return Ratio(mrr_kept, mrr_at_start)


@kpi(
    title="Net revenue retention (NRR)",
    family=FAMILY,
    unit="ratio",
    formula="what customers of the eve pay at the end of the period / what they paid then",
    basis="period",
    span="year",
    source="GASP, NRR; the cohort method, not (end − new) / begin",
    headline=9,
)
def nrr(mrr_after: Number, mrr_at_start: Number) -> Shape:
    """How much the same customers pay now, growth included. Above 100 % they grow by more than is lost.

    >>> nrr(110, 100)
    1.1
    """
    return Ratio(mrr_after, mrr_at_start)


@kpi(
    title="Repeat purchase rate",
    family=FAMILY,
    unit="ratio",
    formula="accounts with more than one won deal in the period / accounts with any",
    basis="closed",
    interval="wilson",
    yearly=True,
    excluded={"missing_account": "won_unlinked_deals", "missing_close_date": "undated_won_deals"},
    source="own definition: repeat purchase from deals",
)
def repeat_purchase_rate(repeat_accounts: Number, buying_accounts: Number) -> Shape:
    """Of the accounts that bought, the share that bought more than once.

    Both purchases must lie in the period, so the longer the period the higher it reads.

    >>> repeat_purchase_rate(20, 80)
    0.25
    """
    return Ratio(repeat_accounts, buying_accounts)


@kpi(
    title="Repeat purchase rate, of invoices",
    family=FAMILY,
    unit="ratio",
    formula="accounts with more than one invoice in the period / accounts with any",
    basis="created",
    interval="wilson",
    yearly=True,
    excluded={"missing_account": "invoices_unlinked", "cancelled": "invoices_cancelled"},
    source="own definition: repeat purchase from invoices",
)
def repeat_purchase_rate_invoices(reinvoiced_accounts: Number, invoiced_accounts: Number) -> Shape:
    """Of the accounts that were invoiced, the share that was invoiced more than once.

    An order that is billed in parts counts as several purchases here; ``repeat_purchase_rate`` counts won deals.
    Lines of one invoice are one invoice; credit notes and drafts are no purchases.

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
    """Would customers recommend us? From −100 (nobody would) to 100 (everybody would).

    Only a scale from 0 to 10 has promoters and detractors. A few scores off it are left out; where they are many, or the file
    names another scale, the question was asked on another one and there is no score.

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
    formula="100 × (answers of 9 or 10 − answers of 0 to 6) / answers of the own team",
    basis="occurred",
    interval="tango",
    excluded={"missing_score": "enps_blank", "off_scale": "enps_off_scale"},
    source="Bain, Employee NPS",
    headline=34,
)
def enps(enps_promoters: Number, enps_detractors: Number, enps_answers: Number, enps_misscaled: Number) -> Shape:
    """Would the sales team recommend working here? Counted like ``nps``; few answers say little, and are not anonymous.

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
    """The share of customers who are satisfied or very satisfied. Only for answers on a scale from 1 to 5.

    (Others call points earned over points possible by the same name: that reads higher.)

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
    """How much of the market is already a customer. The size of the market comes from outside, and is a guess.

    It can exceed 100 % where the guess is old.

    >>> market_penetration(300, 1000)
    0.3
    """
    return Ratio(active_customers, setting_market_size)


@kpi(
    title="Account penetration",
    family=FAMILY,
    unit="ratio",
    formula="won amount of customers with a potential / their potential in as many months",
    basis="closed",
    span="year",
    n="customers_of_potential",
    excluded={"missing_potential": "customers_without_potential"},
    source="kpitree, share of wallet",
)
def account_penetration(won_of_potential: Number, customer_potential: Number) -> Shape:
    """How much of what customers could buy they do buy from us.

    The potential of a customer is an assumption from outside, per year: a column of the customers file. Deals belong to a
    customer by id, or by name where they have none. Without a period it is about the last twelve months; of a period of
    another length the potential is that of its months so far, a part of a month by its days.

    >>> account_penetration(20000, 80000)
    0.25
    """
    return Ratio(won_of_potential, customer_potential)
