"""What is worth knowing about records: their outcomes, dates, amounts and currencies, and how files fit together."""

from __future__ import annotations

__all__ = ["PARTS", "WORDS"]

WORDS: dict[str, tuple[str, str | None]] = {
    # --- activities ----------------------------------------------------------------------------------------------------
    "activities_automatic": (
        "{count:# activity looks|# activities look} automated by owner, type or subject ({marks:`,` 3 , …}); {count:it does|they do} not count as a reply by a person",
        "if a person did them, correct the owner in the CRM, or add a column `is_automated` with the value no",
    ),
    "activities_undelivered": (
        "{count:# message was|# messages were} not delivered and {count:does|do} not count as a reply to a lead",
        None,
    ),
    "activities_without_person": (
        "{count:# activity names|# activities name} no person, although most do; {count:it does|they do} not count as a reply to a lead",
        "fill in `{column}` in the CRM; if a person did them all, add `--map owner=` to count them",
    ),
    # --- surveys -------------------------------------------------------------------------------------------------------
    "survey_type_by_scale": (
        "no column names the survey question; `{column}` is read as {question} because its scores run from {low} to {high}",
        "rename the column after its question, such as `{question}`, or add a column `survey type`",
    ),
    "survey_type_unknown": (
        "no column names the survey question, and the scores in `{column}` ({low} to {high}) match none; no KPI uses them",
        "rename the column after its question, such as `NPS` or `CSAT`, or add a column `survey type`",
    ),
    "survey_second_question": (
        "`{column}` has answers to another question ({question}) in {count:# row|# rows}; not used",
        "report on it separately: add `--map score={column:shell}`",
    ),
    "score_off_scale": (
        "{count:# {question} score is|# {question} scores are} not on the scale of {low} to {high}, for example {value}; left out",
        "correct the scores in `{column}`",
    ),
    "score_of_another_scale": (
        "{count:# {question} score|# {question} scores} in `{column}` {count:is|are} not on the scale of {low} to {high}, so {question} cannot be computed",
        "export the scores on that scale, or rename the column after the question it belongs to",
    ),
    "score_all_within_five": (
        "{count:the only {question} score in `{column}` is|all # {question} scores in `{column}` are} between 1 and 5, but {question} runs from {low} to {high}, so it cannot be computed",
        "export the scores from {low} to {high}, or name a question with a scale of 1 to 5, such as `CSAT`",
    ),
    "score_maybe_of_five": (
        "{count:the only {question} score in `{column}` is|all # {question} scores in `{column}` are} between 1 and 5: the scale is probably 1 to 5, but {question} runs from 0 to 10",
        "if the scale is 1 to 5, name a question that uses it, such as `CSAT`, instead of {question}",
    ),
    "header_unfit": (
        "`{column}` is not used as {field}: its cells do not look like {what}",
        "correct the cells and export again; `salesmetrics inspect` shows how each column is read",
    ),
    "header_of_months": (
        "`{column}` is not used as {field}: it has months without a day, such as `{value}`",
        "{fix:typed}",
    ),
    # --- outcome -------------------------------------------------------------------------------------------------------
    "stage_not_understood": (
        "deals ended in an unknown {field}, so KPIs that depend on outcomes are not computed: {words:`,` 8 …}",
        "set what it means: `--won {word:shell}`, `--lost {word:shell}`, `--other {word:shell}` or `--open {word:shell}`",
    ),
    "no_won_stage": (
        "no deal is won and no stage is known to mean won, so KPIs that depend on won deals are not computed{unknown}",
        "name the stage that means won, even if no deal is in it: `--won {word:shell}`",
    ),
    "no_lost_deal": (
        "no deal is lost while {won:# is|# are} won, so there is no win rate: exports often leave lost deals out{unknown}",
        "export the lost deals too, or name the stage that means lost, even if no deal is in it: `--lost {word:shell}`",
    ),
    "no_converted_status": (
        "no lead is converted and these statuses are unknown, so no conversion is computed: {words:`,` 8 …}",
        "name the status that means converted: `--won {word:shell}`",
    ),
    "lead_status_unknown": (
        "{count:# lead has|# leads have} an unknown status and count{count:s|} as open: {words:`,` 8 …}",
        "if one means converted, add `--won {word:shell}`; if it means disqualified, `--lost {word:shell}`",
    ),
    "stage_against_flag": (
        "the {field} `{word}` sounds final, but `{flag}` says not closed ({count:# deal|# deals}, counted as open)",
        "set which is right: `--won {word:shell}`, `--lost {word:shell}` or `--open {word:shell}`",
    ),
    "none_confirmed": (
        "no deal is in the stage `{word}` of `--{option}`, so none counts as {option}",
        "if the name is misspelt, correct it; stages and statuses in the data: {words:`,`}",
    ),
    "stage_words_unknown": (
        "{count:# deal has|# deals have} an unknown {field} and count{count:s|} as open: {words:`,` 8 …}",
        'if one of them ends a deal, add `--won "WORD"` or `--lost "WORD"`',
    ),
    "stage_word_looks_final": (
        "the {field} `{word}` sounds final but counts as {outcome} ({count:# deal|# deals})",
        "if it means won, add `--won {word:shell}`; if it means lost, `--lost {word:shell}`",
    ),
    "closed_without_verdict": (
        "{count:# closed deal is|# closed deals are} neither won nor lost by stage; counted as closed without a decision: {stages:`,`}",
        'set what each stage means: `--won "STAGE"`, `--lost "STAGE"` or `--other "STAGE"`',
    ),
    "stage_blank": (
        "{count:# deal has|# deals have} no stage or status and count{count:s|} as open",
        "fill in `{column}` in the CRM",
    ),
    "option_word_unused": (
        "`--{option} {word}` matches no stage or status in the data",
        "stages and statuses in the data: {words:`,`}",
    ),
    "only_won": (
        "the file has only won deals: win rates and open pipeline cannot be computed",
        "export all deals, including lost and open ones",
    ),
    "flags_contradict": (
        "{count:# deal is|# deals are} flagged as won but not as closed; counted as won",
        "correct the flags in the CRM, or ignore one with `--map is_closed=`",
    ),
    "outcome_contradicts": (
        "{count:# deal has|# deals have} columns that disagree about the outcome: {words:,}",
        "flags take priority over the status, and the status over the stage; correct the others in the CRM",
    ),
    "probability_against_outcome": (
        "{count:# deal has|# deals have} a probability that contradicts the outcome (won below 100 %, or lost above 0 %)",
        "outcomes never come from the probability, but the weighted pipeline is only as good as this column",
    ),
    # --- deals ---------------------------------------------------------------------------------------------------------
    "won_without_close_date": (
        "{count:# won deal has|# won deals have} no close date: {count:it counts|they count} in totals but in no period or sales cycle",
        "fill in the close date in the CRM",
    ),
    "closed_without_close_date": (
        "{count:# deal closed as lost or without a decision has|# deals closed as lost or without a decision have} no close date: {count:it counts|they count} in totals but in no period",
        "fill in the close date in the CRM",
    ),
    "closed_before_created": (
        "{count:# deal closes before it was created|# deals close before they were created}: left out of sales cycles",
        "correct the dates; imported deals often have the import date as their creation date",
    ),
    "open_with_past_close": (
        "{count:# open deal is past its|# open deals are past their} expected close date as of {day}",
        "close them or move the date: they inflate the pipeline",
    ),
    "loss_reason_missing": (
        "{count:# lost deal has|# lost deals have} no loss reason",
        "make the loss reason a required field for lost deals",
    ),
    "lost_amount_all_zero": (
        "{count:the only lost deal has no|none of # lost deals has an} amount above 0: a win rate by value would be 100 %, whatever was lost",
        "keep the amount on lost deals; until then, use the win rate by count",
    ),
    "open_amount_all_zero": (
        "{count:the only open deal has|all # open deals have} an amount of 0: the value of the pipeline is unknown, not zero",
        "fill in the amounts, or leave them blank until they are known",
    ),
    "won_amount_zero": (
        "{count:# won deal has|# won deals have} an amount of 0: {count:it counts as a win and lowers|they count as wins and lower} the averages",
        "fill in the amounts",
    ),
    "amount_zero": (
        "{count:# deal that is not won has|# deals that are not won have} an amount of 0, unlike the others: {count:it adds|they add} nothing to pipeline and losses",
        "leave the amount blank where it is unknown",
    ),
    "won_amount_blank": (
        "{count:# won deal has|# won deals have} no amount: {count:it counts as a win|they count as wins} but in no sum or average",
        "fill in the amounts",
    ),
    "amount_negative": (
        "{count:# {kind:noun} has|# {kind:nouns} have} a negative amount; counted as is",
        "if these are refunds or corrections, keep them in a separate file",
    ),
    "amount_blank": (
        "{count:# {kind:noun} has|# {kind:nouns} have} no amount",
        "fill in the amounts",
    ),
    "amount_outlier": (
        "single amounts shift the average by more than its 95 % interval: {amounts:,}",
        "check them for a slipped decimal point; medians are not affected",
    ),
    "currency_of_bare_amounts": (
        "`{column}` names a currency only in some cells; {count:# row without one is|# rows without one are} read as {currency}, the only currency named",
        "if they are in another currency, write it in the cells or add a currency column",
    ),
    "currency_of_some": (
        "`{column}` names no currency in {count:# row|# rows} and several currencies in others; amounts without one are kept apart",
        "write the currency in the cells or add a currency column",
    ),
    "currency_sign_shared": (
        "{signs:`,`} in `{column}` can stand for several currencies; {count:# row is|# rows are} kept apart under the sign",
        "set the currency, for example `--currency-symbol '{sign}=CODE'`",
    ),
    "currency_contradicts": (
        "`{column}` and `{other}` disagree about the currency in {count:# row|# rows}: {pairs:,}; `{other}` is used",
        "correct one of them in the CRM, or ignore the column with `--map currency=` to use the signs",
    ),
    "currency_against_header": (
        "the header `{other}` names one currency and `{column}` another in {count:# row|# rows}: {pairs:,}; the header is used",
        "if the amounts are in the currency of the column, remove the currency from the header",
    ),
    "currencies_in_one_row": (
        "`{column}` has another currency than the first amount of its row in {count:# row|# rows}: {pairs:,}; that of the first amount is used",
        "export amounts of one currency per row",
    ),
    "currency_of_the_crm": (
        "`{column}` is -99 in {count:# row|# rows}: the default currency of the CRM, which the export does not name",
        "set it, for example `--currency-symbol '-99=USD'`",
    ),
    "currency_by_cells": (
        "`{column}` is used as the currency of amounts: {currencies:`,`}",
        "set each currency, for example `--currency-symbol {first:shell}=USD`; if it is not a currency, add `--map currency=`",
    ),
    "currency_elsewhere": (
        "`{used}` is used as the currency, but `{column}` could be the currency too: {currencies:`,`}",
        "if the amounts are in the currency of `{column}`, add `--map currency={column:shell}`",
    ),
    "currency_blank": (
        "{count:# {kind:noun} has|# {kind:nouns} have} no currency",
        "fill in the currency: amounts without one are in no total",
    ),
    "currency_unknown": (
        "{count:# {kind:noun} has|# {kind:nouns} have} an unknown currency: {currencies:`,` 5 , …}",
        "if it is mistyped, correct `{column}`: amounts in different currencies are never added up",
    ),
    "currencies_mixed": (
        "amounts are in several currencies, which are never added up: {currencies:`,`}",
        "convert them with `salesmetrics report … rates=FILE --currency CODE`",
    ),
    "owner_blank": (
        "{count:# {kind:noun} has|# {kind:nouns} have} no owner",
        "assign them in the CRM",
    ),
    "month_end_close_dates": (
        "{share} % of open deals are expected to close on the last day of a month: probably a default of the CRM",
        "have sellers set the date: forecasts by week or month depend on it",
    ),
    "date_outlier": (
        "{count:# {kind:noun} has|# {kind:nouns} have} a `{column}` before {low}, far from all others: probably a mistyped year",
        "correct the year",
    ),
    "date_far_later": (
        "{count:# {kind:noun} has|# {kind:nouns} have} a `{column}` at least {gap:# day|# days} after the last other event, on {day}",
        "correct it: either a mistyped year, or a planned date on a closed record; the report date ignores it, totals do not",
    ),
    "spelling_variants": (
        "`{column}` has different spellings of the same value: {spellings:; 5 …}",
        "use one spelling in the CRM: groups and rankings are split ({count:# row|# rows} in the rarer spellings)",
    ),
    # --- other kinds ---------------------------------------------------------------------------------------------------
    "lead_converted_before_created": (
        "{count:# lead was converted before it was created|# leads were converted before they were created}",
        "correct the dates",
    ),
    "lead_answered_before_created": (
        "{count:# lead was answered before it was created|# leads were answered before they were created}: left out of response times",
        "correct the dates",
    ),
    "lead_status_contradicts": (
        "{count:# lead is converted but has|# leads are converted but have} a lost or junk status; counted as converted",
        "update the status",
    ),
    "leads_converted_by_deals": (
        "the leads file does not show conversions: {count:# lead counts|# leads count} as converted because a deal names the lead",
        None,
    ),
    "activity_ends_before_start": (
        "{count:# activity ends before it starts|# activities end before they start}",
        "correct the times",
    ),
    "activity_done_before_created": (
        "{count:# activity was completed before it was created|# activities were completed before they were created}: probably logged afterwards",
        None,
    ),
    "activity_too_long": (
        "{count:# activity lasts|# activities last} more than a day",
        "correct the end: sums and averages of durations depend on it",
    ),
    "paid_before_issued": (
        "{count:# invoice was paid before it was issued|# invoices were paid before they were issued}",
        "check for prepayments",
    ),
    "sku_repeated": (
        "{count:# product shares its|# products share their} SKU with another row",
        "keep one row per product",
    ),
    "quota_without_period": (
        "{count:# quota has|# quotas have} no period: no column gives the month, quarter or year, so none counts",
        "add a column `Period` with values such as 2026-Q1, or columns for the first and the last day",
    ),
    "customer_without_name": (
        "{count:# customer has|# customers have} no name",
        "fill in the name",
    ),
    "customer_ends_before_start": (
        "{count:# customer has an end date before the start date|# customers have an end date before the start date}",
        "correct the dates",
    ),
    # --- one file and another ------------------------------------------------------------------------------------------
    "references_unknown": (
        "{count:# {kind:noun} names|# {kind:nouns} name} a {target:noun} in `{column}` that has no usable row in the {target} file: {ids:`,` 5 more}",
        "export both lists on the same day and without filters",
    ),
    "references_match_nothing": (
        "no `{column}` matches an id in the {target} file",
        "check that the files belong together and that ids are written the same way in both",
    ),
    "names_nearly_match": (
        "`{column}` has names that differ from the {target} file only in spelling: {spellings:;}",
        "use one spelling: rows are joined by name, and these do not match",
    ),
    "stages_defined_twice": (
        "{count:# stage has|# stages have} different outcomes in different pipelines: {stages:`,`}; the names decide",
        "give the stages of each pipeline their own ids, or set them with `--won` and `--lost`",
    ),
    "stage_not_defined": (
        "{count:# deal is|# deals are} in a stage that is not in the pipelines file: {stages:`,` 5 more}",
        "add the stage to that file",
    ),
    "owner_inactive": (
        "{count:# deal belongs|# deals belong} to an owner who is no longer active: {owners:`,` 5 more}",
        "reassign the deals",
    ),
    "paid_above_deal": (
        "{ids:# deal is|# deals are} invoiced or paid above the deal amount ({count:# invoice|# invoices}): {ids:`,` 5 more}",
        "check for duplicate payments, or update the deal amount",
    ),
}

PARTS: dict[str, str] = {
    "not_understood": "; unknown: {words:`,` 8 …}",
    "none": "none",
    "no_stage_given": "no stage",
    "word_counted_as": "`{word}` counts as {outcome} ({n:,})",
    "one_beside_other": "`{one}` against `{other}`",
    "spellings": "{words:`/`}",
    "rounded": "{amount:,.0f}",
    "cells_of_dates": "dates",
    "cells_of_amounts": "amounts",
    "cells_of_numbers": "numbers",
    "cells_of_percentages": "percentages",
    "cells_of_flags": "yes or no",
    "cells_of_durations": "durations",
    "cells_of_that_kind": "values of that kind",
    "map_period": "add `--map period={header:shell}`",
    "export_with_days": "export full dates",
}
