"""Cost: what selling costs, and what it returns."""

from __future__ import annotations

from salesmetrics.metrics.definition import Number, Ratio, Shape, Undefined, kpi

FAMILY = "cost"
NEW = {
    "already_customer": "old_won_accounts",
    "missing_account": "won_unlinked_deals",
    "missing_close_date": "undated_won_deals",
}


@kpi(
    title="Customer acquisition cost (CAC)",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="all costs of the period / new customers of the same period",
    basis="closed",
    span="costs",
    n="first_won_accounts",
    excluded=NEW,
    source="NetSuite, CAC; Skok, SaaS Metrics 2.0",
    headline=10,
)
def cac(cost: Number, first_won_accounts: Number) -> Shape:
    """The fully loaded cost of winning a customer: sales, marketing, salaries, tools, training and everything else.

    Costs and customers are from the same period, without a lag. The default period is the last year, as far as the costs
    file covers it. If costs cover a period only in part, this and every other cost KPI covers the whole months that have
    costs, and names them. A cost of a single day covers its month. With long sales cycles, the cost of a customer falls
    into an earlier period than the customer: compare years rather than months. Without costs, or without a new customer,
    it is undefined.

    >>> cac(50000, 20)
    2500.0
    """
    return Ratio(cost, first_won_accounts)


@kpi(
    title="CAC payback",
    family=FAMILY,
    unit="months",
    direction="lower",
    formula="CAC / (new monthly recurring revenue per new customer × gross margin)",
    basis="closed",
    span="costs",
    n="new_mrr_accounts",
    source="NetSuite, CAC payback period",
)
def cac_payback(cac: Number, new_mrr: Number, new_mrr_accounts: Number, gross_margin: Number) -> Shape:
    """Months until the gross profit from a new customer covers the cost of winning them.

    New recurring revenue and its customers come from the revenue file, the margin from the won deals of the same period.
    It is undefined with a margin of 0 or less, because a customer never pays back, and without a new customer.

    >>> cac_payback(2400, 1000, 5, 0.8)
    15.0
    """
    if gross_margin <= 0:
        return Undefined("no_margin")
    if not new_mrr_accounts or new_mrr <= 0:
        return Ratio(0, 0)
    return float(cac) / (float(new_mrr) / new_mrr_accounts * float(gross_margin))


@kpi(
    title="Lifetime value, revenue",
    family=FAMILY,
    unit="money",
    formula="monthly recurring revenue per customer × months of the period / share of customers lost in it",
    basis="period",
    span="year",
    n="customers_at_start",
    excluded={"missing_end_date": "customers_vague"},
    source="Skok, SaaS Metrics 2.0: lifetime = 1 / churn",
)
def ltv(
    active_mrr: Number,
    priced_customers: Number,
    window_months: Number,
    customers_lost: Number,
    customers_at_start: Number,
) -> Shape:
    """The revenue from a customer before they leave, if customers keep leaving at the rate of the period.

    Recurring revenue and customers are those of the last day of the period, from the revenue file if it names the
    customer, otherwise from the customers file. It overstates the value because the cost of delivery is not deducted
    (``ltv_margin`` does that). Churn is that of customers, not of revenue. If no customer left, the lifetime is unknown,
    and so is its value: neither 0 nor infinite.

    If five customers together pay 500 a month, and one of ten left within the year, a customer stays for ten years and is
    worth 12,000.

    >>> ltv(500, 5, 12, 1, 10)
    12000.0
    >>> ltv(500, 5, 12, 0, 10) is None
    True
    """
    if not customers_at_start or not priced_customers:
        return Ratio(0, 0)
    if not customers_lost:
        return Undefined("zero_churn")
    return float(active_mrr) / priced_customers * float(window_months) * customers_at_start / customers_lost


@kpi(
    title="Lifetime value, gross profit",
    family=FAMILY,
    unit="money",
    formula="ltv × gross margin of the won deals",
    basis="period",
    span="year",
    n="customers_at_start",
    excluded={"missing_end_date": "customers_vague", "missing_cost": "won_uncosted_deals"},
    idea="ltv",
    source="Skok, SaaS Metrics 2.0, on gross margin",
)
def ltv_margin(ltv: Number, gross_margin: Number) -> Shape:
    """The gross profit from a customer before they leave: the value to compare with the cost of winning one.

    >>> ltv_margin(12000, 0.75)
    9000.0
    """
    return ltv * float(gross_margin)


@kpi(
    title="LTV to CAC",
    family=FAMILY,
    unit="x",
    formula="ltv_margin / cac, both of the same period",
    basis="period",
    span="costs",
    n="customers_at_start",
    source="Skok, SaaS Metrics 2.0; 3 is a rule of thumb, not a test",
)
def ltv_cac(ltv_margin: Number, cac: Number) -> Shape:
    """How often a customer earns back what it costs to win them. If either is undefined, so is this.

    >>> ltv_cac(9000, 2500)
    3.6
    """
    return Ratio(float(ltv_margin), float(cac))


@kpi(
    title="Sales efficiency",
    family=FAMILY,
    unit="x",
    formula="won amount / all costs of the same period",
    basis="closed",
    span="costs",
    n="won_priced_deals",
    excluded={"missing_amount": "won_unpriced_deals"},
    source="Wall Street Prep, sales efficiency; bookings in the place of recurring revenue",
    headline=30,
)
def sales_efficiency(won_amount: Number, cost: Number) -> Shape:
    """What was sold per unit of money spent on selling, without a lag, in the whole months that costs cover.

    >>> sales_efficiency(300, 100)
    3.0
    """
    return Ratio(won_amount, cost)


@kpi(
    title="Magic number",
    family=FAMILY,
    unit="x",
    formula="12 × change in monthly recurring revenue in the quarter / all costs of the previous quarter",
    basis="occurred",
    span="quarter",
    source="Scale Venture Partners, magic number; the variant on net new recurring revenue",
)
def magic_number(net_new_mrr: Number, cost_previous: Number) -> Shape:
    """The yearly recurring revenue that a quarter added per unit of money spent on selling in the previous quarter.

    The default period is the last complete quarter, fiscal if a fiscal calendar is set. It is below 0 if recurring
    revenue fell.

    >>> magic_number(1000, 16000)
    0.75
    """
    return Ratio(12 * net_new_mrr, cost_previous)


@kpi(
    title="Return on selling cost (ROI)",
    family=FAMILY,
    unit="ratio",
    formula="(gross profit of won deals − all costs) / all costs of the same period",
    basis="closed",
    span="costs",
    n="won_costed_deals",
    excluded={"missing_cost": "won_uncosted_deals"},
    source="own definition: return on investment on gross profit",
)
def roi(won_profit: Number, cost: Number) -> Shape:
    """What selling earned beyond its own cost, per unit of money spent. Below 0, it cost more than it earned.

    Gross profit is the amount less the cost of what was sold; won deals with an unknown amount or cost are left out and
    counted. It covers the whole months that have costs.

    >>> roi(300, 200)
    0.5
    """
    return Ratio(won_profit - cost, cost)


@kpi(
    title="Cost per rep and month",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="all costs / months of employment of all reps",
    basis="occurred",
    span="costs",
    source="own definition: months of employment, not head count",
    headline=37,
)
def cost_per_rep(cost: Number, employed_months: Number) -> Shape:
    """The cost of a rep per month, including everything spent on selling.

    Reps count by months of employment: a rep who joined in the middle of June counts for half of June.

    >>> cost_per_rep(60000, 12)
    5000.0
    """
    return Ratio(cost, employed_months)


@kpi(
    title="Tooling cost per rep and month",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="tooling costs / months of employment of all reps",
    basis="occurred",
    span="costs",
    source="own definition",
)
def tooling_cost_per_rep(tooling_cost: Number, employed_months: Number) -> Shape:
    """The cost of tools, such as the CRM, per rep and month of employment.

    >>> tooling_cost_per_rep(1200, 12)
    100.0
    """
    return Ratio(tooling_cost, employed_months)


@kpi(
    title="Cost per lead",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="marketing costs / leads created in the same period",
    basis="created",
    span="costs",
    n="created_leads",
    excluded={"missing_created_date": "undated_leads"},
    source="own definition: marketing cost per lead",
    headline=36,
)
def cost_per_lead(marketing_cost: Number, created_leads: Number) -> Shape:
    """Marketing spend per lead, whatever becomes of the lead.

    >>> cost_per_lead(4000, 80)
    50.0
    """
    return Ratio(marketing_cost, created_leads)
