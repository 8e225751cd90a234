"""Cost: what selling costs, and what it brings."""

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
    """What it costs to win a customer, fully loaded: sales, marketing, salaries, tools, training and everything else.

    Costs and customers are of the same period, without a lag: the last year as far as the costs file covers it, unless a
    period is asked for. Of a period that costs cover in part it is about the whole months that they cover, and names them;
    this holds for every KPI of cost. A cost of a single day covers its month. Without costs it is undefined. Where selling takes long, the cost of a customer lies in an earlier period than the customer;
    compare years rather than months. Without a new customer it is undefined.

    >>> cac(50000, 20)
    2500.0
    """
    return Ratio(cost, first_won_accounts)


@kpi(
    title="CAC payback",
    family=FAMILY,
    unit="months",
    direction="lower",
    formula="CAC / (new recurring revenue per month and new customer × gross margin)",
    basis="closed",
    span="costs",
    n="new_mrr_accounts",
    source="NetSuite, CAC payback period",
)
def cac_payback(cac: Number, new_mrr: Number, new_mrr_accounts: Number, gross_margin: Number) -> Shape:
    """Months until the gross profit of a new customer has paid for winning them.

    New recurring revenue and its customers come from the revenue file, the margin from the won deals of the same period.
    With a margin of 0 or less a customer never pays back, and with no new customer nobody knows: undefined.

    >>> cac_payback(2400, 1000, 5, 0.8)
    15.0
    """
    if gross_margin <= 0:
        return Undefined("no_margin")
    if not new_mrr_accounts or new_mrr <= 0:
        return Ratio(0, 0)
    return float(cac) / (float(new_mrr) / new_mrr_accounts * float(gross_margin))


@kpi(
    title="Lifetime value, of revenue",
    family=FAMILY,
    unit="money",
    formula="recurring revenue per customer and month × months of the period / share of customers lost in it",
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
    """What a customer pays before leaving, if customers keep leaving at the rate of the period.

    Recurring revenue and customers are those of the last day of the period, not of today: of the revenue file where it
    names the customer, else of the customers file. It overstates: the cost of what is delivered is not taken off (``ltv_margin`` does that). The churn is of customers, not
    of revenue. If nobody left, the lifetime is unknown, and so is its value: never 0, and not infinite.

    If five customers pay 500 a month together, and one of ten left within the year, a customer stays for ten years and is
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
    title="Lifetime value, of gross profit",
    family=FAMILY,
    unit="money",
    formula="ltv × gross margin of the won deals",
    basis="period",
    span="year",
    n="customers_at_start",
    excluded={"missing_end_date": "customers_vague", "missing_cost": "won_uncosted_deals"},
    source="Skok, SaaS Metrics 2.0, on gross margin",
)
def ltv_margin(ltv: Number, gross_margin: Number) -> Shape:
    """What is earned on a customer before they leave: the value to compare with the cost of winning one.

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
    formula="12 × change of monthly recurring revenue in the quarter / all costs of the quarter before",
    basis="occurred",
    span="quarter",
    source="Scale Venture Partners, magic number; the variant on net new recurring revenue",
)
def magic_number(net_new_mrr: Number, cost_previous: Number) -> Shape:
    """How much yearly recurring revenue a quarter added per unit of money spent on selling in the quarter before.

    Without a period it is about the last complete quarter, of the fiscal calendar where one is set. It is below 0
    where recurring revenue fell.

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
    """What selling earned beyond its own cost, per unit of money spent on it. Below 0 it cost more than it earned.

    Gross profit is the amount less the cost of what was sold; won deals for which either is unknown are left out and
    counted. It is about the whole months that costs cover.

    >>> roi(300, 200)
    0.5
    """
    return Ratio(won_profit - cost, cost)


@kpi(
    title="Cost per rep and month",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="all costs / months that reps were employed",
    basis="occurred",
    span="costs",
    source="own definition: months of employment, not head count",
    headline=37,
)
def cost_per_rep(cost: Number, employed_months: Number) -> Shape:
    """What a rep costs per month, with everything that is spent on selling.

    Reps are counted by months of employment: somebody who joined in the middle of June counts half of June.

    >>> cost_per_rep(60000, 12)
    5000.0
    """
    return Ratio(cost, employed_months)


@kpi(
    title="Tooling cost per rep and month",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="costs of tools / months that reps were employed",
    basis="occurred",
    span="costs",
    source="own definition",
)
def tooling_cost_per_rep(tooling_cost: Number, employed_months: Number) -> Shape:
    """What tools such as the CRM cost per rep and month of employment.

    >>> tooling_cost_per_rep(1200, 12)
    100.0
    """
    return Ratio(tooling_cost, employed_months)


@kpi(
    title="Cost per lead",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="costs of marketing / leads created in the same period",
    basis="created",
    span="costs",
    n="created_leads",
    excluded={"missing_created_date": "undated_leads"},
    source="own definition: marketing cost per lead",
    headline=36,
)
def cost_per_lead(marketing_cost: Number, created_leads: Number) -> Shape:
    """What marketing spends per lead, whatever becomes of the lead.

    >>> cost_per_lead(4000, 80)
    50.0
    """
    return Ratio(marketing_cost, created_leads)
