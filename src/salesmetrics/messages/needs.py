"""What a KPI needs and the files lack: files by entity, columns, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NEEDS"]

NEEDS: Mapping[str, str] = {
    "all_of": "{needs:;}",
    # --- files, by entity -------------------------------------------------------------------------------------------
    "file_deals": "a deals file",
    "file_leads": "a leads file",
    "file_activities": "an activities file",
    "file_stages": "a stages file",
    "file_pipelines": "a pipelines file",
    "file_customers": "a customers file",
    "file_revenue": "a revenue file",
    "file_invoices": "an invoices file",
    "file_quotas": "a quotas file",
    "file_costs": "a costs file",
    "file_reps": "a reps file",
    "file_surveys": "a surveys file",
    "file_products": "a products file",
    "file_rates": "a rates file",
    "file_figures": "a figures file",
    "files_for_lead_touches": "leads with creation dates, and activities that name them (a lead, deal or account id)",
    "files_for_chances": "leads or deals with amounts and creation dates, and activities that name them",
    "files_for_deal_touches": "activities that name deals, or a column for last_activity in the deals file",
    "files_for_deal_stages": "a column for stage_entered in the deals file, or a stages file that names deals",
    "files_for_close_plans": "deals, and a stages file with a column for expected_close",
    "files_for_customers": "a customers or revenue file",
    "files_for_company_targets": "a quotas file with rep quotas and a company quota",
    "files_for_rep_targets": "a quotas file with rep quotas, and deals with owners, amounts and close dates",
    "files_for_rep_calendar": "a reps file",
    "files_for_staff_days": "a reps file",
    "files_for_ramps": "a reps file with hire dates, rep quotas, and deals with owners",
    "files_for_trainings": "a reps file with training dates, and deals with owners and close dates",
    "files_for_rep_days": "activities with an owner and a date",
    "files_for_meeting_outcomes": "deals, and meetings that name a deal, lead or account",
    "it_needs_all": "it needs {needs:;}",
    "it_needs": "it needs {fix}",
    "file_with": "{file} with {columns:,}",
    # --- columns ----------------------------------------------------------------------------------------------------
    "columns_of_file": "{columns:and} in the {kind} file",
    "columns_of_condition": "{columns:`and`} in the {kind} file, which `--where` uses",
    "columns_without": "{columns:`and`} in the {kind} file",
    "one_of_columns": "{columns:or+}",
    "dates": "dates",
    "quota_columns": "amount and period, or start and end{end}",
    "cost_columns": "amount and date or period, or start and end{end}",
    "revenue_columns": "account, amount and movement, or mrr",
    "or_of_product": "{column} (or product and quantity, with a products file)",
    "receipts": "paid_amount, balance, paid_on or a status that means paid",
    "persons": "contact_id, lead_id, deal_id or account_id",
    "with_calls": "type, with calls{end}",
    "with_emails": "type, with emails{end}",
    "with_meetings": "type, with meetings{end}",
    "qualified": "is_qualified, qualified_at or a status that means qualified",
    "converted": "is_converted, converted_at or deal_id",
    # --- settings ---------------------------------------------------------------------------------------------------
    "setting": "{name} under [settings]",
    "pay_plan": "a pay plan under [settings.incentive] in salesmetrics.toml (docs/configuration.md has an example)",
}
