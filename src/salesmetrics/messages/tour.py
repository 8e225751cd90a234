"""What teaches the program: what `demo` prints, from the sample exports to what each command answers, and the topics of `help`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TOPICS", "TOPIC_TEXTS", "TOUR", "Topic"]

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


class Topic(NamedTuple):
    """A page of `salesmetrics help`.

    Attributes:
        about: Its line in the list of topics.
        says: Paragraphs; a pair is what is typed and what it means.
        examples: Commands, which are the same in every language.
    """

    about: str
    says: tuple[str | tuple[str, str], ...]
    examples: tuple[str, ...] = ()


TOPICS: Mapping[str, Topic] = {
    "files": Topic(
        "Which files are read, and how one that is not recognised is described",
        (
            "A command takes one or more exports. What a file lists and which CRM wrote it is recognised from its headers.",
            ("deals.csv", "a file: CSV, TSV, Parquet or XLSX, also compressed with gzip, zip or Zstandard"),
            ("'exports/*.csv'", "a pattern"),
            ("exports", "a folder: every export in it"),
            ("deals=list.csv", "a file, and what it lists"),
            ("-", "standard input"),
            "`--map FIELD=HEADER` names the column of a field, `--won STAGE` and `--lost STAGE` say what a stage means. Put what you always need into a settings file.",
        ),
        ("salesmetrics inspect deals.csv", "salesmetrics init deals.csv"),
    ),
    "stdin": Topic(
        "Reading from a pipe, and writing into one",
        (
            "`-` reads one export from standard input. Nothing in a pipe has a name: `deals=-` says what it lists, if the headers do not.",
            "Data go to standard output, messages to standard error, and `-q` leaves messages out. `-o FILE` writes a file, completely or not at all; `-o -` writes to standard output.",
        ),
        ("cat deals.csv | salesmetrics report -", "cat list.csv | salesmetrics report deals=- --format json"),
    ),
    "periods": Topic(
        "Which days a report counts, and what it is compared with",
        (
            "`--period` takes one of these words and forms. Without it, everything in the files counts.",
            ("all", "everything"),
            ("this-week, this-month, this-quarter, this-year", "the running one"),
            ("last-week, last-month, last-quarter, last-year", "the last one that has ended"),
            ("wtd, mtd, qtd, ytd", "the running week, month, quarter or year up to the report date"),
            ("last-90-days", "so many days up to the report date"),
            ("2026, 2026-Q1, 2026-03, 2026-W05, 2026-03-31", "a year, quarter, month, week or day"),
            ("Q3", "the last third quarter that has begun"),
            ("FY2026, FY2026-Q2, FY2026-M03", "the same of the fiscal year"),
            ("this-fiscal-quarter, last-fiscal-year", "the running one and the last one of the fiscal year"),
            ("2026-01-01..2026-03-31", "from the first day to the last, both included"),
            "The report date is the day of the last event in the files. `--as-of today` or `--as-of 2026-03-31` sets another.",
            "`--compare previous` compares with the period before, `--compare year-ago` with the same a year earlier. `--every month` gives each month its own value. The start of the fiscal year is set in the table `calendar` of the settings file.",
        ),
        (
            "salesmetrics report deals.csv --period last-quarter --compare previous",
            "salesmetrics trend win_rate deals.csv --every month",
        ),
    ),
    "where": Topic(
        "Conditions: only some of the records",
        (
            "`--where` keeps the records that match a condition of SQL. It may name fields and headers; a header with blanks stands in double quotes, text in single ones. In a shell, put the whole condition in quotes.",
            ("= <> < <= > >=", "comparisons"),
            ("AND OR NOT ( )", "several conditions"),
            ("IN, BETWEEN, LIKE, IS NULL", "lists, ranges, patterns, blanks"),
            ("DATE '2026-01-31'", "a day"),
            "A condition computes and compares, and nothing else: it reads no files. `salesmetrics inspect FILE` shows the fields and headers.",
        ),
        (
            "salesmetrics report deals.csv --where \"region = 'DACH' AND amount > 10000\"",
            "salesmetrics rows won_deals deals.csv --where \"region IN ('DACH', 'Nordics')\"",
        ),
    ),
    "goals": Topic(
        "Goals: what a KPI has to reach, for a script that watches it",
        (
            "`--goal 'KPI >= NUMBER'` sets a goal; several may be given, and the table `goals` of the settings file keeps them. In a shell, quotes protect `<` and `>`.",
            "A goal that is missed makes the exit code 1, and so does an export older than `--max-age`.",
        ),
        ("salesmetrics report deals.csv --goal 'win_rate >= 25%' --max-age 7d",),
    ),
    "formats": Topic(
        "The forms of output, for people and for programs",
        (
            "`--format` chooses one, and so does the ending of the file after `-o`.",
            ("table", "text for a terminal, which is the default; `--all` shows everything"),
            ("csv", "one row per value, for a spreadsheet; `--bom` and `--locale` make it one that Excel reads"),
            ("json", "everything, for a program; `salesmetrics schema` describes it"),
            ("md", "Markdown, for a ticket or a chat"),
            ("html", "one page with charts; it has no script and loads nothing"),
            ("xlsx", "a workbook with exact numbers and charts"),
            ("mail", "a mail with a text part and a page, for `sendmail -t`"),
            "The same files and options always give the same bytes. JSON and CSV are in English in every language.",
        ),
        (
            "salesmetrics report deals.csv -o report.html",
            "salesmetrics report deals.csv --by region --every month --format csv",
        ),
    ),
    "languages": Topic(
        "The language of reports, help and messages",
        (
            "`--lang` chooses one, for one command. The variable `SALESMETRICS_LANG` and the key `lang` under `output` in the settings file hold for all; else the locale of the system decides.",
            (
                "en, zh-Hans, zh-Hant, ms, ar, ru",
                "English, Chinese in simplified and in traditional script, Malay, Arabic, Russian",
            ),
            "Exports are read in any language. JSON and CSV, ids of KPIs and options stay in English.",
        ),
        ("salesmetrics report deals.csv --lang ar", "salesmetrics help periods --lang ru"),
    ),
    "privacy": Topic(
        "Names of people and companies: as they are, as pseudonyms, or left out",
        (
            "`--pseudonymize` puts a pseudonym in the place of each name, the same for the same key. Keep the key in the variable `SALESMETRICS_KEY`: who has it can test names against the pseudonyms. `--key random` draws one for a single run.",
            "`--no-names` leaves names out. Numbers are the same with either.",
            "Small segments and large deals can still tell who is meant. Nothing is ever sent anywhere: salesmetrics uses no network.",
        ),
        (
            "salesmetrics report deals.csv --by owner --pseudonymize --key random",
            "salesmetrics rows lost_deals deals.csv --no-names",
        ),
    ),
    "settings": Topic(
        "What is the same in every run: the settings file and variables",
        (
            "`salesmetrics init FILE` writes `salesmetrics.toml`. The nearest one counts, in this folder or one above it; `--config FILE` names another, and `--no-config` ignores all.",
            "An option comes first, then the variable, then the file, then the default. The variable of `--min-n` is `SALESMETRICS_MIN_N`.",
            "`salesmetrics config show` lists every setting with its value and where it comes from; `-v` says it for one command.",
        ),
        ("salesmetrics init deals.csv", "salesmetrics config show", "salesmetrics config schema"),
    ),
    "exit-codes": Topic(
        "What the exit code says",
        (
            ("0", "success"),
            (
                "1",
                "a goal is missed or the export is too old; with `--strict` also a rejected row, a data error, or a goal that cannot be evaluated",
            ),
            ("2", "an option, a setting or a file that cannot be used"),
            ("3", "a bug in salesmetrics; `--debug` shows where"),
            ("130", "interrupted"),
            "`check` ends with 1 if it finds an error in the data. With any other code than 0 and 1, the file after `-o` is not written.",
        ),
        ("salesmetrics report deals.csv --strict --goal 'revenue >= 1000000'",),
    ),
    "completion": Topic(
        "The Tab key: commands, options, KPIs and columns as you type",
        (
            "`salesmetrics --install-completion` sets it up for the shell that you use: bash, zsh, fish or PowerShell. Then open a new shell.",
            "`salesmetrics --show-completion` prints it instead, for those who keep such files themselves.",
            "Behind `--by`, `--map`, `--won` and the like, the headers and stages of the files that you have typed are offered.",
        ),
        ("salesmetrics --install-completion", "salesmetrics --show-completion"),
    ),
}
"""The topics of `salesmetrics help`, by what is typed behind it."""

TOPIC_TEXTS: Mapping[str, str] = {
    f"topic_{name}_{place}": text if isinstance(text, str) else text[1]
    for name, topic in TOPICS.items()
    for place, text in enumerate((topic.about, *topic.says))
}
"""The same as a catalogue."""
