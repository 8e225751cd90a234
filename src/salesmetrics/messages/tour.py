"""What `demo` prints: the sample exports, the parts of the tour, and what each command answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TOUR"]

TOUR: Mapping[str, str] = {
    # --- the files --------------------------------------------------------------------------------------------------
    "heading_demo": "Exports of an invented company in {folder:typed}: {files:# file|# files}, every kind that salesmetrics reads",
    "column_sample_file": "file",
    "column_sample_kind": "kind",
    "samples_own": "HubSpot and the back office, in English",
    "samples_weekly": "One deal in three, exported from HubSpot each week",
    "samples_bitrix24": "A partner's deals from Bitrix24, in Russian (windows-1251, semicolons, decimal commas, USD)",
    # --- the parts of the tour --------------------------------------------------------------------------------------
    "part_first_look": "First look",
    "part_who_and_where": "Who and where",
    "part_what_changed": "What changed",
    "part_what_comes": "What comes next",
    "part_other_crm": "Another CRM, another language",
    "part_for_others": "For other people and programs",
    # --- what each command answers ----------------------------------------------------------------------------------
    "question_headlines": "Where do we stand? The headline KPIs, and what to check before you quote them.",
    "question_recognised": "How was the file read? Kind, CRM, columns and stages.",
    "question_trust": "Can the data be trusted? Five rows are unreadable, hence exit code 1.",
    "question_everything": "Which KPIs do all these files allow? More than 100, by family.",
    "question_teams": "Which team sold more than last quarter, and is that more than chance?",
    "question_different": "Is anyone really different? Two reps are; chance explains the other eight.",
    "question_lost": "Why, where and by whom are deals lost, and did that change in a quarter?",
    "question_overdue": "Which open deals are past their close date? The ten largest.",
    "question_definition": "How is the win rate computed? The formula with the numbers in it.",
    "question_changing": "Is the win rate changing? Two quarters are outside the usual range.",
    "question_bridge": "Why is the pipeline not what it was three weeks ago? A bridge.",
    "question_pushed": "Who pushes close dates? Older exports are the history of the newest one.",
    "question_goal": "Did the quarter reach its quota? Missed by 0.3 %, hence exit code 1.",
    "question_stuck": "Where do deals stick? Conversion and days per stage, and where value waits.",
    "question_created": "How many created deals are won, and how soon? Open ones are not lost ones.",
    "question_next_quarter": "Will the next quarter reach 1.2 million? And how good were such forecasts?",
    "question_partner": "How do the partner's pipelines compare? A second file explains the stages.",
    "question_in_euro": "The same in euro, at the rates of each month.",
    "question_program": "The numbers for a program, as JSON with a schema.",
    "question_spreadsheet": "Revenue per region and month for a spreadsheet, as CSV.",
    "question_chat": "The first screen as Markdown, for a chat or a ticket.",
    "question_mail": "The quarter as a mail with a text part, ready for `sendmail -t`.",
    "question_page": "The quarter as one page for a browser: in words, tiles, charts; no scripts.",
    "question_workbook": "Two years as a workbook: KPIs by family, owners, trend and funnel.",
}
