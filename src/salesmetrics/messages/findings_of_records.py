"""What is worth knowing about records: their outcomes, dates, amounts and currencies, and how files fit together."""

from __future__ import annotations

__all__ = ["PARTS", "WORDS"]

WORDS: dict[str, tuple[str, str | None]] = {
    # --- activities ----------------------------------------------------------------------------------------------------
    "activities_automatic": (
        "{count:# row|# rows} with the owner, type or subject of an automation ({marks:`,` 3 , …}): counted as automated, and no answer by a person",
        "if a person did them, correct the owner in the CRM, or add a column `is_automated` that says no",
    ),
    "activities_undelivered": (
        "{count:# row|# rows} with a message that was not delivered: it answers no lead",
        None,
    ),
    "activities_without_person": (
        "{count:# row|# rows} without a person, whom most rows name: no answer to a lead",
        "fill in `{column}` in the CRM; if a person did them all, add `--map owner=` to count them",
    ),
    # --- surveys -------------------------------------------------------------------------------------------------------
    "survey_type_by_scale": (
        "no column says what the survey asks: `{column}` is taken for {question} by its scores from {low} to {high}",
        "name the column after its question, such as `{question}`, or add a column `survey type`",
    ),
    "survey_type_unknown": (
        "no column says what the survey asks, nor does the scale: `{column}` has scores from {low} to {high} and is in no KPI",
        "name the column after its question, such as `NPS` or `CSAT`, or add a column `survey type`",
    ),
    "survey_second_question": (
        "`{column}` holds answers to another question ({question}) in {count:# row|# rows}, and is not read",
        "report it by itself: add `--map score={column}`",
    ),
    "score_off_scale": (
        "{count:# row|# rows} with a score that is not on the scale from {low} to {high} of {question}, first {value}: left out",
        "correct the scores in `{column}`",
    ),
    "score_of_another_scale": (
        "`{column}` is not on the scale from {low} to {high} of {question} in {count:# row|# rows}: {question} cannot be computed from it",
        "export the scores on that scale, or name the column after another question",
    ),
    "score_all_within_five": (
        "`{column}` is between 1 and 5 in all {count:# row|# rows} with {question}, which is asked from {low} to {high}: {question} cannot be computed from it",
        "export the scores from {low} to {high}, or name the question that was asked from 1 to 5, such as `CSAT`",
    ),
    "score_maybe_of_five": (
        "`{column}` is between 1 and 5 in all {count:# row|# rows} with {question}: the scale is probably 1 to 5, and {question} is asked from 0 to 10",
        "if they were asked from 1 to 5, name the question, such as `CSAT`, in place of {question}",
    ),
    "header_unfit": (
        "`{column}` is not read as {field}: its cells do not look like {what}",
        "correct them and export again; `salesmetrics inspect` shows what is read",
    ),
    "header_of_months": (
        "`{column}` is not read as {field}: it holds months without a day, such as `{value}`",
        "{fix:typed}",
    ),
    # --- outcome -------------------------------------------------------------------------------------------------------
    "stage_not_understood": (
        "deals have ended in a {field} that is not understood, so nothing that rests on outcomes is computed: {words:`,` 8 …}",
        "say what it means: `--won {word:shell}`, `--lost {word:shell}`, `--other {word:shell}` or `--open {word:shell}`",
    ),
    "no_won_stage": (
        "no deal is won and no stage is known to mean won, so nothing that rests on won deals is computed{unknown}",
        "name the stage that means won, whether or not a deal is in it: `--won {word:shell}`",
    ),
    "no_lost_deal": (
        "no deal is lost beside {won:,} won, so there is no win rate: exports often leave lost deals out{unknown}",
        "export the lost deals too, or name the stage that means lost, whether or not a deal is in it: `--lost {word:shell}`",
    ),
    "no_converted_status": (
        "no lead is converted and these statuses are not understood, so no conversion is computed: {words:`,` 8 …}",
        "name the status that means converted: `--won {word:shell}`",
    ),
    "lead_status_unknown": (
        "unknown lead statuses, counted as open ({count:# row|# rows}): {words:`,` 8 …}",
        "if one means converted, add `--won {word:shell}`; if it means disqualified, `--lost {word:shell}`",
    ),
    "stage_against_flag": (
        "the {field} `{word}` reads like an end, and `{flag}` says that its deals are not closed ({count:# row|# rows}, counted as open)",
        "say which is right: `--won {word:shell}`, `--lost {word:shell}` or `--open {word:shell}`",
    ),
    "none_confirmed": (
        "no deal is in the stage `{word}` of `--{option}`: taken to say that none was {option}",
        "correct the name if it is misspelt; the words in the data: {words:`,`}",
    ),
    "stage_words_unknown": (
        "{field} words in no vocabulary, counted as open ({count:# row|# rows}): {words:`,` 8 …}",
        'if one of them ends a deal, say so: `--won "WORD"` or `--lost "WORD"`',
    ),
    "stage_word_looks_final": (
        "the {field} `{word}` looks final, and counts as {outcome} ({count:# row|# rows})",
        "if it means won, add `--won {word:shell}`; if lost, `--lost {word:shell}`",
    ),
    "closed_without_verdict": (
        "{count:# row|# rows} closed in a stage that says neither won nor lost, counted as other: {stages:`,`}",
        'say what they mean: `--won "STAGE"`, `--lost "STAGE"` or `--other "STAGE"`',
    ),
    "stage_blank": (
        "{count:# row|# rows} without a stage or status count{count:s|} as open",
        "fill in `{column}` in the CRM, or leave the rows out",
    ),
    "option_word_unused": (
        "`--{option} {word}` matches no stage or status in the data",
        "the words in the data: {words:`,`}",
    ),
    "only_won": (
        "the file holds won deals only: win rates and open pipeline cannot be computed from it",
        "export all deals, lost and open ones too",
    ),
    "flags_contradict": (
        "{count:# row|# rows} flagged as won and as not closed; won decides",
        "correct the flags in the CRM, or leave one out with `--map is_closed=`",
    ),
    "outcome_contradicts": (
        "{count:# row|# rows} whose columns tell two outcomes: {words:,}",
        "flags decide before the status, and the status before the stage; correct the others in the CRM",
    ),
    "probability_against_outcome": (
        "{count:# row|# rows} with a probability that contradicts the outcome (won below 100 %, or lost above 0 %)",
        "the outcome is never taken from the probability; weighted pipeline is only as good as this column",
    ),
    # --- deals ---------------------------------------------------------------------------------------------------------
    "won_without_close_date": (
        "{count:# row|# rows} won without a close date: in totals, and in no period or sales cycle",
        "fill in the close date in the CRM",
    ),
    "closed_without_close_date": (
        "{count:# row|# rows} lost or otherwise ended without a close date: in totals, and in no period",
        "fill in the close date in the CRM",
    ),
    "closed_before_created": (
        "{count:# row|# rows} closed before creation: left out of sales cycles",
        "correct the dates; imported deals often carry the day of the import as creation",
    ),
    "open_with_past_close": (
        "{count:# row|# rows} open with an expected close before {day}, the as-of date",
        "close them or move the date: they inflate the pipeline",
    ),
    "loss_reason_missing": (
        "{count:# row|# rows} lost without a reason",
        "make the reason a required field on lost deals",
    ),
    "lost_amount_all_zero": (
        "no lost deal has an amount above 0 ({count:# row|# rows}): a win rate by value would say 100 % and mean nothing",
        "keep the amount on lost deals; until then use the win rate by count",
    ),
    "open_amount_all_zero": (
        "every open deal has an amount of 0 ({count:# row|# rows}): the pipeline is not known, rather than nothing",
        "fill in the amounts, or leave them blank where they are not known yet",
    ),
    "won_amount_zero": (
        "{count:# row|# rows} won with an amount of 0: in counts, and averages are lower for it",
        "fill in the amounts",
    ),
    "amount_zero": (
        "{count:# row|# rows} not won {count:has|have} an amount of 0, unlike the others: they count as nothing in pipeline and losses",
        "leave the amount blank where it is not known",
    ),
    "won_amount_blank": (
        "{count:# row|# rows} won with a blank amount: in counts, and in no sum or average",
        "fill in the amounts",
    ),
    "amount_negative": (
        "{count:# row|# rows} with a negative amount, counted as it stands",
        "if these are refunds or corrections, keep them in a file of their own",
    ),
    "amount_blank": (
        "{count:# row|# rows} with a blank amount",
        "fill in the amounts",
    ),
    "amount_outlier": (
        "single amounts move the average by more than its 95 % interval: {amounts:,}",
        "check them for a slipped decimal point; medians are not affected",
    ),
    "currency_of_bare_amounts": (
        "`{column}` names a currency in some cells only: {count:# row|# rows} without one {count:is|are} taken as {currency}, the only one named",
        "if they are of another currency, write it into the cells or add a currency column",
    ),
    "currency_of_some": (
        "amounts of `{column}` name no currency in {count:# row|# rows}, and elsewhere several: they are kept apart from all of these",
        "write the currency into the cells or add a currency column",
    ),
    "currency_sign_shared": (
        "{signs:`,`} in `{column}` may stand for several currencies: its amounts are kept apart under that sign ({count:# row|# rows})",
        "name the currency, for example `--currency-symbol '{sign}=CODE'`",
    ),
    "currency_contradicts": (
        "the sign in `{column}` contradicts `{other}` in {count:# row|# rows}: {pairs:,}; `{other}` decides",
        "correct one of them in the CRM, or leave the column out with `--map currency=` to go by the signs",
    ),
    "currency_against_header": (
        "the header `{other}` names a currency, and `{column}` another in {count:# row|# rows}: {pairs:,}; the header decides",
        "if the amounts are in the currency of the column, leave the name of the currency out of the header",
    ),
    "currencies_in_one_row": (
        "`{column}` has another currency than the first amount of its row in {count:# row|# rows}: {pairs:,}; the first amount decides",
        "export amounts of one currency per row",
    ),
    "currency_of_the_crm": (
        "`{column}` is -99 in {count:# row|# rows}: the default currency of the CRM, which the export does not name",
        "name it, for example `--currency-symbol '-99=USD'`",
    ),
    "currency_by_cells": (
        "`{column}` is read as the currency, so amounts of {currencies:`,`} are kept apart",
        "name each of them, for example `--currency-symbol {first:shell}=USD`; if it is no currency, add `--map currency=`",
    ),
    "currency_elsewhere": (
        "`{used}` is read as the currency; `{column}` could be, too, and holds {currencies:`,`}",
        "if that is the currency of the amounts, add `--map currency={column:shell}`",
    ),
    "currency_blank": (
        "{count:# row|# rows} without a currency",
        "fill in the currency: their amounts belong to no total",
    ),
    "currency_unknown": (
        "{count:# row|# rows} in a currency that is not known, kept apart from all others: {currencies:`,` 5 , …}",
        "correct `{column}` if it is mistyped",
    ),
    "currencies_mixed": (
        "several currencies, never added up: {currencies:`,`}",
        "`salesmetrics report … rates=FILE --currency CODE` converts them",
    ),
    "owner_blank": (
        "{count:# row|# rows} without an owner",
        "assign them in the CRM",
    ),
    "month_end_close_dates": (
        "{share} % of open deals are expected to close on the last day of a month: probably a default of the CRM",
        "have sellers set the date; forecasts by week or month rest on it",
    ),
    "date_outlier": (
        "{count:# row|# rows} with a day before {low}, far from all others: probably a mistyped year",
        "correct the year",
    ),
    "date_far_later": (
        "`{column}` of {count:# row|# rows} lies {gap:,} days or more after every other event of the {kind}, the last of which is of {day}",
        "correct it: a mistyped year, or a planned date left on a closed record; the as-of date leaves it aside, totals do not",
    ),
    "spelling_variants": (
        "values of `{column}` that look like one thing in several spellings: {spellings:; 5 …}",
        "unify them in the CRM: groups and rankings are split by them ({count:# row|# rows} in the rarer spellings)",
    ),
    # --- other kinds ---------------------------------------------------------------------------------------------------
    "lead_converted_before_created": (
        "{count:# row|# rows} converted before creation",
        "correct the dates",
    ),
    "lead_answered_before_created": (
        "{count:# row|# rows} answered before creation: left out of response times",
        "correct the dates",
    ),
    "lead_status_contradicts": (
        "{count:# row|# rows} converted with a status of lost or junk: the conversion flag decides",
        "update the status",
    ),
    "leads_converted_by_deals": (
        "the leads file says nothing about conversion: {count:# row|# rows} count{count:s|} as converted, because a deal names the lead",
        None,
    ),
    "activity_ends_before_start": (
        "{count:# row|# rows} with an end before the start",
        "correct the times",
    ),
    "activity_done_before_created": (
        "{count:# row|# rows} completed before creation: probably logged afterwards",
        None,
    ),
    "activity_too_long": (
        "{count:# row|# rows} that last{count:s|} more than a day",
        "correct the end: sums and averages of durations rest on it",
    ),
    "paid_before_issued": (
        "{count:# row|# rows} paid before issue",
        "check for prepayments",
    ),
    "sku_repeated": (
        "{count:# row|# rows} share{count:s|} a stock-keeping unit with another row",
        "keep one row per product",
    ),
    "quota_without_period": (
        "{count:# row|# rows} of quotas without a period: no column says which month, quarter or year they are for, so none counts",
        "add a column `Period` with values like 2026-Q1, or columns for the first and the last day",
    ),
    "customer_without_name": (
        "{count:# row|# rows} without a name",
        "fill in the name",
    ),
    "customer_ends_before_start": (
        "{count:# row|# rows} with an end before the start",
        "correct the dates",
    ),
    # --- one file and another ------------------------------------------------------------------------------------------
    "references_unknown": (
        "{count:# row|# rows} whose `{column}` is not among the usable {target}: {ids:`,` 5 more}",
        "export both lists on the same day and without filters",
    ),
    "references_match_nothing": (
        "no value of `{column}` occurs among the ids of the {target} file",
        "the two files do not belong together, or ids are written in two ways",
    ),
    "names_nearly_match": (
        "values of `{column}` that miss a name of the {target} file by spelling only: {spellings:;}",
        "unify them: joined by name, these rows are lost",
    ),
    "stages_defined_twice": (
        "stages that end a deal in one pipeline and not, or otherwise, in another: {stages:`,`}; their words decide",
        "give the stages of each pipeline ids of their own, or settle them with `--won` and `--lost`",
    ),
    "stage_not_defined": (
        "{count:# row|# rows} in a stage that the pipelines file does not define: {stages:`,` 5 more}",
        "add the stage to that file",
    ),
    "owner_inactive": (
        "{count:# row|# rows} owned by someone who is no longer active: {owners:`,` 5 more}",
        "hand the deals over",
    ),
    "paid_above_deal": (
        "payments above the amount of their deal ({count:# row|# rows}): {ids:`,` 5 more}",
        "check for double payments, or update the amount of the deal",
    ),
}

PARTS: dict[str, str] = {
    "not_understood": "; not understood are {words:`,` 8 …}",
    "none": "none",
    "no_stage_given": "no stage is given",
    "word_counted_as": "`{word}` counted as {outcome} ({n:,})",
    "one_beside_other": "`{one}` beside `{other}`",
    "spellings": "{words:`/`}",
    "rounded": "{amount:,.0f}",
    "cells_of_dates": "dates",
    "cells_of_amounts": "amounts",
    "cells_of_numbers": "numbers",
    "cells_of_percentages": "percentages",
    "cells_of_flags": "yes and no",
    "cells_of_durations": "durations",
    "cells_of_that_kind": "values of that kind",
    "map_period": "add `--map period={header:shell}`",
    "export_with_days": "export the dates with their days",
}
