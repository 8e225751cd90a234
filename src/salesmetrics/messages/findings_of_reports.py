"""What is worth knowing about what a report makes of files: days, periods, currencies, customers, quotas, costs and touches."""

from __future__ import annotations

__all__ = ["PARTS", "WORDS"]

WORDS: dict[str, tuple[str, str | None]] = {
    # --- the day and the period -----------------------------------------------------------------------------------------
    "as_of_reconstructed": ("the export goes beyond {day}: {parts:;}", "{advice}"),
    "events_after_export": (
        "in `{path:typed}`, {count:# deal was|# deals were} created or closed after the day of the export, {day}",
        "check the date in its name, or the day that was set for it",
    ),
    "deals_missing_later": (
        "{count:,} of {deals:# deal|# deals} of {before} are missing in the export of {day}, `{path:typed}`, and count as removed",
        "deleted or merged deals are few: check that both exports have the same filter, owner and pipeline",
    ),
    "currency_of_other_export": (
        "`{path:typed}` names no currency; {count:# amount is|# amounts are} read as {currency}, the only one in `{other:typed}`",
        "if they are in another one, export the currency column in both",
    ),
    "exports_in_series": (
        "`{path:typed}` is the list; {count:# older export|# older exports} ({days}) {count:is its history|are its history}",
        "a move between two exports has the date of the later one; to count only the list: `deals={path:typed}`",
    ),
    "snapshots_in_series": (
        "the rows of {day} in `{path:typed}` are the list; those of {count:# earlier day|# earlier days} ({days}) are its history",
        "a move between two days has the date of the later one",
    ),
    "deals_in_older_only": (
        "{count:# deal|# deals} of older exports {count:is|are} not in the list of {day} and {count:counts|count} nowhere, not even in its history",
        "deleted or merged deals are few: check that all exports have the same filter, owner and pipeline",
    ),
    "deals_absent_between": (
        "{count:# deal is|# deals are} missing from an export between two that have {count:it|them}: what happened then is unknown",
        None,
    ),
    "entries_before_exports": (
        "{count:# deal was|# deals were} in a stage before the first export that has {count:it|them}: that entry has no date, so it is in no period, and the days in that stage are in no median",
        "a stage history, or a column with the date of entry into the stage, has these dates",
    ),
    "stages_before_exports": (
        "the stage history in the files has expected close dates, too, so the older exports are not used",
        None,
    ),
    "stages_beside_exports": (
        "entries into stages are those of the stage history in the files; the older exports only add expected close dates and amounts",
        None,
    ),
    "as_of_differs": (
        "without `--as-of`, each file is measured at its own last event: {days:,}; everything else at {as_of}",
        "use `--as-of {as_of:iso}` to measure all of them on one day and ignore later data",
    ),
    "data_end_early": (
        "the {kind} end on {last}, {gap:# day|# days} before the report date {as_of}: later data are missing",
        "export them again, or use `--as-of {last:iso}`",
    ),
    "period_complete_today": (
        "{running} ends on the report date {day}, so `{words}` is the one before it, {period}",
        "use `--period {now}` for {running}{also}",
    ),
    "period_too_short": (
        "the period is too short for {titles:and}: only customers who bought twice within it count, so the value is too low",
        "use a year, for example `--period last-365-days`",
    ),
    "close_dates_known_late": (
        "expected close dates are known from {day} only, and the period begins on {start}: what happened before {day} is not in {titles:and}",
        "use a period from {day} on, or add earlier exports",
    ),
    "lengths_differ": (
        "{period} has {length} and {other} has {other_length}; change per day: {changes:,}",
        None,
    ),
    "deal_types_mixed": (
        "totals mix deal types that clearly differ: {differences:;}",
        "use `--by type` to separate them",
    ),
    "conversion_day_unknown": (
        "{count:# lead was|# leads were} converted on an unknown date, and the export goes beyond {day}: {effect}",
        "export the conversion date, or omit `--as-of`",
    ),
    "qualification_day_unknown": (
        "{count:# lead was|# leads were} qualified on an unknown date, and the export goes beyond {day}: {effect}",
        "export the qualification date, or omit `--as-of`",
    ),
    "payment_day_unknown": (
        "{count:# invoice was|# invoices were} paid on an unknown date, and the export goes beyond {day}: {effect}",
        "export the payment date, or omit `--as-of`",
    ),
    # --- money ----------------------------------------------------------------------------------------------------------
    "rate_missing": (
        "{count:# {kind:noun} has no exchange rate for its date and counts|# {kind:nouns} have no exchange rate for their dates and count} without an amount: {currencies:,}",
        "add the missing rates",
    ),
    "rates_undated": (
        "the rates have no date or period, so each applies to every day",
        "to convert each amount at its own rate, add a column with the date or period of the rate",
    ),
    "figures_of_no_kpi": (
        "{count:# outside figure is|# outside figures are} of no known KPI: {names:`,` 5 more}",
        "use ids of KPIs: `salesmetrics kpis` lists them",
    ),
    "currency_assumed": (
        "{kinds:and} have no currency column; their amounts are read as {currency}, like all others",
        "if that is wrong, add a currency column",
    ),
    "products_ambiguous": (
        "the price list has several prices for {products:`,`}; none of them is used",
        "make the names on the price list unique",
    ),
    "costs_partial": (
        "costs cover only part of {whole}: {covered}; {about}",
        "add the missing costs, or choose a period that they cover",
    ),
    "cost_unplaced": (
        "{count:# cost has|# costs have} no amount, or no readable date or period; ignored{such}",
        "write periods as 2026-Q1, 2026-03 or 2026",
    ),
    "cost_category_unknown": (
        "{count:# cost has an unknown category and counts|# costs have an unknown category and count} as other: {categories:`,`}",
        "use sales, marketing, salary, tooling, training or other",
    ),
    # --- quotas ---------------------------------------------------------------------------------------------------------
    "quota_unplaced": (
        "{count:# quota has|# quotas have} no amount, or no readable date or period; ignored{such}",
        "write periods as 2026-Q1, 2026-03 or 2026",
    ),
    "quota_prorated": (
        "the period covers {count:# quota|# quotas} only in part: quotas count by their days in the period",
        "to compare with full quotas, choose a period that quotas are set for",
    ),
    "quota_levels": (
        "{count:# quota of a team, region, product or the company includes|# quotas of teams, regions, products or the company include} finer quotas; only the finer ones are added up",
        None,
    ),
    "quota_owners_missing": (
        "{without} of {everybody} with won deals {without:has|have} no quota in the period: their {amounts:and} {amounts:is|are} left out of attainment, gap, pacing and coverage",
        "add their quotas, and check that names are spelt the same in both files",
    ),
    "quota_days_partial": (
        "{cover}; only sales on the days covered are compared with them",
        "choose a period that quotas are set for, or add the missing quotas",
    ),
    # --- customers ------------------------------------------------------------------------------------------------------
    "accounts_by_name": (
        "{count:# {kind:noun} has|# {kind:nouns} have} no account id: {parts:and}",
        "fill in the account ids",
    ),
    "revenue_unplaced": (
        "{count:# revenue row has|# revenue rows have} no amount, or no readable date or period; ignored{such}",
        "write periods as 2026-Q1, 2026-03 or 2026",
    ),
    "movement_unknown": (
        "{count:# revenue row has|# revenue rows have} no amount, or an unknown kind of movement; ignored",
        "use new, expansion, contraction, churn, reactivation or renewal",
    ),
    "mrr_blank": (
        "{count:# revenue row has|# revenue rows have} no recurring revenue and count{count:s|} as 0",
        "fill in the amount, or 0 where there is none",
    ),
    "mrr_negative": (
        "{count:# revenue row has|# revenue rows have} recurring revenue below 0 and count{count:s|} as 0",
        "correct the amount, or keep credits out of it",
    ),
    "levels_gap": (
        "no customer has recurring revenue in {months:, 5 , …}; earlier amounts are carried forward",
        "add the missing months",
    ),
    "levels_from_customers": (
        "recurring revenue comes from the customers file and stays the same from the start of each row to its end",
        "to see changes in between, add a revenue file with movements or monthly amounts",
    ),
    "nobody_left": (
        "no customer in the files has left: retention is 100 % and churn 0 %",
        "check that the export includes former customers",
    ),
    "customers_came_back": (
        "{count:# customer|# customers} left and came back within the period and count{count:s|} as retained: retention compares the day before the period with its last day",
        "use a shorter period to see them as lost",
    ),
    # --- touches --------------------------------------------------------------------------------------------------------
    "clock_unknown": (
        "{doubt}; response times are left empty",
        "set the time zone of times without an offset, for example `--timezone Europe/Berlin`",
    ),
    "direction_assumed": (
        "the activities have no direction; {count:# call or email is|# calls and emails are} assumed to be outbound",
        "export the direction (inbound or outbound): inbound ones make response times too short",
    ),
    "touches_of_nobody": (
        "{count:# outbound activity names|# outbound activities name} no person: any automated ones count as replies to leads",
        "export who did each activity (owner), or whether it was automated",
    ),
    "response_in_days": (
        "leads or activities have no time of day, so response times are in whole days",
        "export both with their time of day: shares answered within minutes or one hour need it",
    ),
}

PARTS: dict[str, str] = {
    # --- what was put back to a day ---------------------------------------------------------------------------------------
    "deals_later": "{n:# deal created later is|# deals created later are} left out",
    "deals_reopened": "{n:# deal closed later counts|# deals closed later count} as open{unknown}",
    "deals_moved": "{n:# deal|# deals} moved to another stage later{unknown}",
    "fields_unknown": " ({fields:and} unknown)",
    "field_stage": "stage",
    "field_status": "status",
    "field_probability": "probability",
    "field_expected_close": "expected close",
    "amounts_kept": "amounts are kept, although {n:,} may have changed at the close",
    "deals_put_back": "other fields may have changed since; for exact values, use an export made on that day",
    "leads_later": "{n:# lead created later is|# leads created later are} left out",
    "leads_not_yet_converted": "{n:# lead converted later counts|# leads converted later count} as not converted",
    "activities_later": "{n:# activity done or entered later is|# activities done or entered later are} left out",
    "activities_unplanned": "{n:# activity dated later is|# activities dated later are} left out because nothing shows that {n:it was|they were} already planned",
    "date_of_entry_needed": "export the date on which each activity was entered",
    "stages_later": "{n:# later stage change is|# later stage changes are} left out",
    "customers_later": "{n:# customer who started later is|# customers who started later are} left out",
    "revenue_later": "{n:# later movement of recurring revenue is|# later movements of recurring revenue are} left out",
    "invoices_later": "{n:# invoice issued later is|# invoices issued later are} left out",
    "invoices_not_yet_paid": "{n:# invoice paid later counts|# invoices paid later count} as unpaid",
    "surveys_later": "{n:# answer given later is|# answers given later are} left out",
    "costs_later": "{n:# later cost is|# later costs are} left out",
    "reps_later": "{n:# rep hired later is|# reps hired later are} left out",
    "left_empty": "KPIs that depend on that date are left empty",
    "left_out": "left out of KPIs that depend on that date",
    "kind_and_day": "{kind} at {day}",
    # --- periods and differences ------------------------------------------------------------------------------------------
    "quarter_taken_unasked": "; KPIs of the last complete quarter use it already",
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
    "months_with_gaps": "months with gaps, the longest run being {days}",
    "about_these_days": "cost KPIs are computed for these days",
    "about_a_part_before": "KPIs that use the costs of the previous period are computed for the matching part",
    "quota_days": "quotas cover {together} of {whole} days of the period",
    "quotas_of_a_part": "{short} of {quotas} quotas cover only part of the period",
    "with_wins_owner": "{n} {n:owner|owners}",
    "with_wins_team": "{n} {n:team|teams}",
    "with_wins_region": "{n} {n:region|regions}",
    "with_wins_product": "{n} {n:product|products}",
    "such_as": ": {values:`,`}",
    "no_currency": "no currency",
    "money": "{amount:,.0f} {currency}",
    "money_without_currency": "{amount:,.0f}",
    # --- whose ------------------------------------------------------------------------------------------------------------
    "accounts_of_that_name": "{n:,} matched to an account by name",
    "accounts_named": "{n:,} counted by name",
    "offset_of_some": "`{created}` of the leads and `{answered}` of the {kind} mix times with and without a UTC offset, so the time between them is unknown",
    "whose_hours": "`{created}` of the leads and `{answered}` of the {kind} have different UTC offsets, so it is unknown which clock business hours follow",
}
