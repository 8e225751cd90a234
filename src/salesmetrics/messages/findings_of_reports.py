"""What is worth knowing about what a report makes of files: days, periods, currencies, customers, quotas, costs and touches."""

from __future__ import annotations

__all__ = ["PARTS", "WORDS"]

WORDS: dict[str, tuple[str, str | None]] = {
    # --- the day and the period -----------------------------------------------------------------------------------------
    "as_of_reconstructed": ("the export reaches past {day}: {parts:;}", "{advice}"),
    "as_of_differs": (
        "without `--as-of` each file is measured at its own last event: {days:,}, all else {as_of}",
        "`--as-of {as_of}` puts all of them on one day and leaves out what came later",
    ),
    "data_end_early": (
        "the {kind} end on {last}, {gap:# day|# days} before the as-of date {as_of}: what came later is not in the file",
        "export them again, or say `--as-of {last}`",
    ),
    "period_complete_today": (
        "{day} is the last day of {running}, and `{words}` is the one before it, {period}",
        "`--period {now}` is {running}{also}",
    ),
    "period_too_short": (
        "{titles:and}: of so short a period it counts only who bought twice within it, and reads low",
        "ask for a year, for example `--period last-365-days`",
    ),
    "lengths_differ": (
        "{period} has {length} and {other} {other_length}: changes per day are {changes:,}",
        None,
    ),
    "deal_types_mixed": (
        "the totals mix types of deals that differ clearly: {differences:;}",
        "`--by type` shows them apart",
    ),
    "conversion_day_unknown": (
        "the export reaches past {day}, and {count:# lead was|# leads were} converted on an unknown day: {effect}",
        "export the date of conversion, or leave `--as-of` out",
    ),
    "qualification_day_unknown": (
        "the export reaches past {day}, and {count:# lead was|# leads were} qualified on an unknown day: {effect}",
        "export the date of qualification, or leave `--as-of` out",
    ),
    "payment_day_unknown": (
        "the export reaches past {day}, and {count:# invoice was|# invoices were} paid on an unknown day: {effect}",
        "export the date of payment, or leave `--as-of` out",
    ),
    # --- money ----------------------------------------------------------------------------------------------------------
    "rate_missing": (
        "amounts without a rate for their day are counted, not priced: {currencies:,}",
        "add the missing rates",
    ),
    "rates_undated": (
        "the rates name no day and no period: each is taken to hold on all days",
        "add a column with the day or the period of each rate to convert every amount at its own",
    ),
    "currency_assumed": (
        "{kinds:and} have no currency column: their amounts are taken to be in {currency}, like all others",
        "add a currency column if that is wrong",
    ),
    "products_ambiguous": (
        "products that stand on the price list with different prices take none of them: {products:`,`}",
        "make names on the price list unique",
    ),
    "costs_partial": (
        "of {whole}, costs cover {covered}: KPIs of {about}",
        "add the missing costs, or ask for a period that they cover",
    ),
    "cost_unplaced": (
        "costs without an amount, or without a date or period that can be read, count for nothing{such}",
        "write periods as 2026-Q1, 2026-03 or 2026",
    ),
    "cost_category_unknown": (
        "categories that are not known count as other: {categories:`,`}",
        "the known ones are sales, marketing, salary, tooling, training and other",
    ),
    # --- quotas ---------------------------------------------------------------------------------------------------------
    "quota_unplaced": (
        "quotas without an amount, or without a date or period that can be read, count for nothing{such}",
        "write periods as 2026-Q1, 2026-03 or 2026",
    ),
    "quota_prorated": (
        "the period cuts through the periods of quotas: their days inside it count",
        "ask for a period that quotas are given for, to compare with quotas as they were agreed",
    ),
    "quota_levels": (
        "quotas of teams, regions, products or the company stand beside finer ones that they contain: only the finer ones are summed",
        None,
    ),
    "quota_owners_missing": (
        "{without} of {everybody} {column}s with won deals have no quota in the period: their {amounts:and} is left out of attainment, gap, pacing and coverage",
        "add their quotas, and check that names are spelt alike in both files",
    ),
    "quota_days_partial": (
        "{cover}: only sales of the days that they cover are set against them",
        "ask for a period that quotas are given for, or add the missing quotas",
    ),
    # --- customers ------------------------------------------------------------------------------------------------------
    "accounts_by_name": ("{kind} without the id of their account: {parts:and}", "fill in the ids of accounts"),
    "revenue_unplaced": (
        "rows of revenue without an amount, or without a date or period that can be read, count for nothing{such}",
        "write periods as 2026-Q1, 2026-03 or 2026",
    ),
    "movement_unknown": (
        "movements without an amount, or of a kind that is not known, count for nothing",
        "the kinds are new, expansion, contraction, churn, reactivation and renewal",
    ),
    "mrr_blank": ("rows without a recurring revenue count as none", "fill in the level, or 0 where there is none"),
    "mrr_negative": (
        "levels of recurring revenue below 0 count as 0: nobody pays less than nothing",
        "correct the level, or leave credits out of it",
    ),
    "levels_gap": (
        "no customer has a level in {months:, 5 , …}: the levels before are taken to hold",
        "add the missing months",
    ),
    "levels_from_customers": (
        "recurring revenue is taken from the customers file, the same from the first day of each row to its last",
        "add a revenue file with the movements, or with the level of each month, to see what changed in between",
    ),
    "nobody_left": (
        "no customer in the files has left: retention is 100 % and churn 0 %",
        "check that the export includes former customers",
    ),
    "customers_came_back": (
        "{count:# customer|# customers} left and came back within the period: retention compares the day before it with its last day, so they count as kept",
        "a shorter period shows them as lost",
    ),
    # --- touches --------------------------------------------------------------------------------------------------------
    "clock_unknown": (
        "{doubt}: response times are left empty",
        "name the zone of clocks without an offset, for example `--timezone Europe/Berlin`",
    ),
    "direction_assumed": (
        "no direction in the activities: {count} {count:call or email is|calls and emails are} taken as outbound",
        "export the direction (inbound or outbound); inbound ones make response times read too short",
    ),
    "touches_of_nobody": (
        "{count:,} outbound {count:activity names|activities name} no person: automatic ones among them count as answers to leads",
        "export who did each activity (owner), or whether it was automatic",
    ),
    "response_in_days": (
        "creations of leads or touches carry no time of day: response times are whole days",
        "export both with their time of day; shares answered within minutes or one hour need it",
    ),
}

PARTS: dict[str, str] = {
    # --- what was put back to a day ---------------------------------------------------------------------------------------
    "deals_later": "{n:# deal|# deals} created later left out",
    "deals_reopened": "{n:# deal|# deals} closed later counted as open{unknown}",
    "deals_moved": "{n:# deal|# deals} moved to another stage later{unknown}",
    "fields_unknown": ", {fields:and} unknown",
    "field_stage": "stage",
    "field_status": "status",
    "field_probability": "probability",
    "field_expected_close": "expected close",
    "amounts_kept": "amounts are kept, of which {n:,} may have been changed at the close",
    "deals_put_back": "what else stands in the export may have changed since; an export made on the day itself is exact",
    "leads_later": "{n:# lead|# leads} created later left out",
    "leads_not_yet_converted": "{n:# lead|# leads} converted later counted as not converted",
    "activities_later": "{n:# activity|# activities} done or entered later left out",
    "activities_unplanned": "{n:# activity|# activities} dated later left out: nothing says that {n:it was|they were} planned by then",
    "date_of_entry_needed": "export the date on which each activity was entered",
    "stages_later": "{n:# entry into a stage|# entries into stages} later left out",
    "customers_later": "{n:# customer who started|# customers who started} later left out",
    "revenue_later": "{n:# movement of recurring revenue|# movements of recurring revenue} later left out",
    "invoices_later": "{n:# invoice issued|# invoices issued} later left out",
    "invoices_not_yet_paid": "{n:# paid later counts|# paid later count} as not paid yet",
    "surveys_later": "{n:# answer given|# answers given} later left out",
    "costs_later": "{n:# cost|# costs} later left out",
    "reps_later": "{n:# rep hired|# reps hired} later left out",
    "left_empty": "what rests on it is left empty",
    "left_out": "left out of what rests on it",
    "kind_and_day": "{kind} {day}",
    # --- periods and differences ------------------------------------------------------------------------------------------
    "quarter_taken_unasked": ", which KPIs of the last complete quarter take by themselves",
    "weeks": "{n:# week|# weeks}",
    "days": "{n:# day|# days}",
    "change_per_day": "{title} {percent:+.1f} %",
    "win_rates": "win rate {levels:,}",
    "mean_cycles": "mean cycle {levels:,}",
    "mean_amounts": "mean amount {levels:,}",
    "class_level": "{level} {deals}",
    "share_of_deals": "{percent:.0f} % of {n:,}",
    "mean_days": "{mean:,.0f} days of {n:,}",
    "mean_amount": "{mean:,.0f} of {n:,}",
    "class_new": "new",
    "class_renewal": "renewals",
    "class_expansion": "expansions",
    "class_existing": "with existing customers",
    # --- what is covered --------------------------------------------------------------------------------------------------
    "days_between": "{first} to {last}",
    "the_period": "the period",
    "months_with_gaps": "months with gaps between them, the longest run being {days}",
    "about_these_days": "cost are about these days",
    "about_a_part_before": "the costs of the period before are about a part alike",
    "quota_days": "quotas cover {together} of {whole} days of the period",
    "quotas_of_a_part": "{short} of {quotas} quotas cover only a part of the period",
    "such_as": ": {values:`,`}",
    "no_currency": "no currency",
    "money": "{amount:,.0f} {currency}",
    "money_without_currency": "{amount:,.0f}",
    # --- whose ------------------------------------------------------------------------------------------------------------
    "accounts_of_that_name": "{n:,} taken for the account of the same name",
    "accounts_named": "{n:,} counted by name",
    "offset_of_some": "`{created}` of the leads and `{answered}` of the {kind}: some times carry a UTC offset and others none, so it is unknown how far apart they are",
    "whose_hours": "`{created}` of the leads and `{answered}` of the {kind} carry different UTC offsets: business hours are those of one clock, and it is unknown which",
}
