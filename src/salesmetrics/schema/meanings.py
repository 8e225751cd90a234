"""What each field means, in a sentence. Own file: help, completion and docs/fields.md show it; nothing is read by it.

A field means the same in every kind that has it, unless ``OF_A_KIND`` says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KIND_MEANINGS", "meaning_of"]

KIND_MEANINGS: Mapping[str, str] = {
    "deals": "Sales opportunities: one row per deal, as CRMs export them. A list of sales (a date and an amount, no stage) is read as won deals.",
    "leads": "Prospects before they become deals: one row per lead.",
    "activities": "Calls, emails, meetings and tasks: one row each.",
    "stages": "Stage history: one row per move of a deal into a stage.",
    "pipelines": "What each stage means: one row per stage of a pipeline.",
    "customers": "Companies or people that buy: one row per customer.",
    "revenue": "Recurring revenue: its changes, its level per month, or subscriptions with a start and an end.",
    "invoices": "Bills, or payments received: one row each.",
    "quotas": "Targets of a rep, a team, a region, a product or the company for a period.",
    "costs": "Money spent on selling.",
    "reps": "People who sell.",
    "surveys": "Answers to surveys: one row per answer.",
    "products": "The price list: one row per product.",
    "rates": "Exchange rates.",
    "figures": "Outside figures that `benchmark` shows beside your own: one row per KPI and segment, with its source.",
}
"""What a file of each kind lists."""

MEANINGS: Mapping[str, str] = {
    "id": "Id of the record: rows with the same id are one record.",
    "name": "Name of the record.",
    "account": "Company or person that buys.",
    "account_id": "Id of the company or person that buys.",
    "contact": "Person at the customer.",
    "contact_id": "Id of the person at the customer.",
    "company": "Company of the lead.",
    "owner": "Rep who is responsible.",
    "owner_id": "Id or email of the rep who is responsible.",
    "team": "Team of the rep, or the manager.",
    "region": "Region, country or territory.",
    "pipeline": "Pipeline that the stage belongs to.",
    "stage": "Stage of the pipeline; its words say which deals are won or lost.",
    "from_stage": "Stage that the deal came from.",
    "status": "Status of the record; its words say how it ended.",
    "amount": "Amount of money, of the whole record.",
    "value_period": "What the amount is per (monthly, annual); with `term` it gives the value of the deal.",
    "term": "Length of the contract, for example 12 or 2 years.",
    "currency": "Currency of the amounts, as a code or a sign.",
    "created": "Date of creation.",
    "close_date": "Close date: actual for closed deals, expected for open ones.",
    "closed": "Actual close date, never a forecast.",
    "won_on": "Date of the win; blank for deals that were not won.",
    "lost_on": "Date of the loss; blank for deals that were not lost.",
    "expected_close": "Expected close date.",
    "is_won": "Whether it is won.",
    "is_lost": "Whether it is lost.",
    "is_closed": "Whether it is closed, won or not.",
    "is_deleted": "Whether it is deleted: such rows are skipped.",
    "probability": "Probability of a win, 0–1 or in percent.",
    "forecast_category": "Forecast category, such as commit or best case.",
    "type": "Type of the record.",
    "source": "Where it came from, such as a web form or a referral.",
    "campaign": "Marketing campaign.",
    "product": "Product or service.",
    "segment": "Segment, industry or size of the customer.",
    "loss_reason": "Why the deal was lost.",
    "lost_reason": "Why the lead was disqualified.",
    "quantity": "Units sold.",
    "list_price": "Price before any discount, of the whole deal.",
    "cost": "Cost of what was sold, of the whole deal.",
    "last_activity": "Date of the last activity.",
    "stage_entered": "Date on which the deal entered its stage.",
    "lead_id": "Id of the lead.",
    "deal_id": "Id of the deal.",
    "is_converted": "Whether the lead became a deal.",
    "converted_at": "Time at which the lead became a deal.",
    "is_qualified": "Whether the lead is qualified.",
    "qualified_at": "Time at which the lead was qualified.",
    "first_response_at": "Time of the first response to the lead.",
    "direction": "Inbound or outbound.",
    "subject": "Subject line.",
    "occurred": "When it happened.",
    "due": "When it is due.",
    "completed_at": "When it was completed.",
    "is_completed": "Whether it is completed.",
    "result": "Result, such as connected or no answer.",
    "duration": "How long it took.",
    "is_automated": "Whether a program did it: such touches do not count as a response.",
    "entered": "When the deal entered the stage.",
    "exited": "When the deal left the stage.",
    "position": "Position of the stage in the pipeline.",
    "started": "Date from which it is a customer.",
    "ended": "Date on which it stopped being a customer.",
    "is_active": "Whether it is active.",
    "mrr": "Monthly recurring revenue.",
    "potential": "What the customer could buy in a year, as an estimate.",
    "movement": "new, expansion, contraction, churn, reactivation or renewal.",
    "start": "First day that it is for.",
    "end": "Last day that it is for.",
    "period": "Period that it is for, such as 2026-03 or 2026-Q1.",
    "issued": "Date of the bill.",
    "paid_on": "Date of the payment.",
    "paid_amount": "Amount that was paid.",
    "balance": "Amount that is still open.",
    "is_cancelled": "Whether it is cancelled: such rows do not count.",
    "is_ramping": "Whether the rep is still ramping up.",
    "date": "Date.",
    "category": "Category.",
    "description": "Description.",
    "email": "Email address of the rep.",
    "manager": "Manager of the rep.",
    "role": "Role of the rep.",
    "hired": "First day of the rep.",
    "left": "Last day of the rep.",
    "trained": "Date of the training.",
    "score": "Score that was given.",
    "scale_max": "Highest score of the scale.",
    "answered": "Date of the answer.",
    "sku": "Product code.",
    "to_currency": "Currency that the rate converts to.",
    "rate": "Units of `to_currency` for one unit of `currency`.",
    "kpi": "Id of the KPI, as `salesmetrics kpis` lists it.",
    "value": "The figure: a rate as 0.25, money and days as numbers.",
    "year": "Year that it is about.",
}
"""Field → what it means."""

OF_A_KIND: Mapping[tuple[str, str], str] = {
    ("deals", "name"): "Name of the deal.",
    ("deals", "status"): "Status of the deal, if it is separate from the stage; its words say how the deal ended.",
    ("deals", "amount"): "Value of the whole deal.",
    ("deals", "type"): "Type of the deal, such as new business or renewal.",
    ("deals", "created"): "Date on which the deal was created.",
    ("leads", "name"): "Name of the lead.",
    ("leads", "amount"): "What the lead is thought to be worth.",
    ("leads", "status"): "Status of the lead; its words say whether it was converted, qualified or disqualified.",
    ("leads", "created"): "Time at which the lead was created.",
    ("leads", "deal_id"): "Id of the deal that the lead became.",
    ("activities", "type"): "Call, email, meeting, task or another type.",
    ("activities", "status"): "Status of the activity; its words say whether it is completed.",
    ("activities", "occurred"): "When it happened, or is planned to happen.",
    ("activities", "created"): "When it was put into the CRM.",
    ("stages", "amount"): "Value of the deal at that time.",
    ("stages", "stage"): "Stage that the deal entered.",
    ("stages", "expected_close"): "Expected close date of the deal at that time.",
    ("pipelines", "name"): "Name of the stage.",
    ("pipelines", "id"): "Id of the stage, as deals hold it.",
    ("customers", "name"): "Name of the customer.",
    ("customers", "status"): "Status of the customer; its words say whether it is active or churned.",
    ("revenue", "amount"): "The change of recurring revenue, with or without a sign for contraction and churn.",
    ("revenue", "mrr"): "Level of recurring revenue, where the file has levels.",
    ("revenue", "occurred"): "Date of the change.",
    ("revenue", "start"): "First day of the level, where the file has subscriptions.",
    ("revenue", "end"): "Last day paid, where the file has subscriptions.",
    ("invoices", "type"): "Invoice, credit note, draft and the like; not the method of payment.",
    ("invoices", "amount"): "Amount of the bill.",
    ("invoices", "status"): "Status of the bill; its words say whether it is paid.",
    ("invoices", "due"): "Due date.",
    ("quotas", "amount"): "The target.",
    ("costs", "amount"): "Amount spent.",
    ("costs", "category"): "Category, such as salary, marketing or tooling.",
    ("costs", "date"): "Date of the cost.",
    ("reps", "name"): "Name of the rep.",
    ("reps", "is_active"): "Whether the rep is still employed.",
    ("surveys", "type"): "Question that was asked: NPS, eNPS, CSAT or CES.",
    ("products", "name"): "Name of the product.",
    ("products", "list_price"): "List price of one unit.",
    ("products", "cost"): "Cost of one unit.",
    ("products", "category"): "Category of the product.",
    ("products", "is_active"): "Whether the product is still sold.",
    ("rates", "currency"): "Currency that the rate converts from.",
    ("rates", "date"): "Date of the rate.",
    ("figures", "segment"): "Whom the figure is about; blank for everybody.",
    ("figures", "source"): "Who published it.",
}
"""Kind and field → what it means there."""


def meaning_of(field: str, kind: str | None = None) -> str:
    """What a field means.

    Args:
        field: Its name.
        kind: The kind of file; without it what the field means in most.

    Raises:
        KeyError: There is no such field.

    >>> meaning_of("amount", "quotas"), meaning_of("owner")
    ('The target.', 'Rep who is responsible.')
    """
    return OF_A_KIND.get((kind or "", field)) or MEANINGS[field]
