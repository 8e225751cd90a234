"""Each catalogue of a language is complete, whole and that of today's sentences: `python tests/catalogues.py` renews them."""

from __future__ import annotations

import io
import re
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

import pytest
from babel.messages.mofile import write_mo
from rich.cells import cell_len

import catalogues
from salesmetrics.messages import NOUNS
from salesmetrics.messages import catalogues as catalogues_of_messages
from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from babel.messages.catalog import Catalog

TAGS = catalogues.TRANSLATED
NO_LATIN = [tag for tag in TAGS if tag != "ms"]
NOUN_FORMS = {*NOUNS.values(), "row|rows"}
GLOSSARIES = catalogues.FOLDER.parents[3] / "docs" / "glossaries"


@cache
def held(tag: str) -> Catalog:
    return catalogues.translated(tag)


@cache
def english() -> Mapping[str, list[str]]:
    return catalogues.sentences()


def words_of(tag: str, sentence: str) -> str:
    message = held(tag).get(sentence)
    return str(message.string) if message else ""


@pytest.mark.parametrize("tag", TAGS)
def test_every_sentence_of_today_is_translated_and_none_of_yesterday(tag: str) -> None:
    entries = [message for message in held(tag) if message.id]
    assert [sentence for sentence in english() if not words_of(tag, sentence).strip()] == []
    assert {message.id for message in entries} <= set(english())
    assert [message.id for message in entries if message.fuzzy] == []
    assert [message.id for message in entries if not str(message.string).strip()] == []
    own = {code: sentence for sentence, places in english().items() for code in catalogues.APART.intersection(places)}
    assert [code for code, sentence in own.items() if held(tag).get(sentence, code) is None] == []
    assert held(tag).obsolete == {}


@pytest.mark.parametrize("tag", TAGS)
def test_a_translation_has_the_places_and_the_forms_of_its_language(tag: str) -> None:
    nouns = {len(words_of(tag, forms).split("|")) for forms in NOUN_FORMS}
    assert len(nouns) == 1, "all nouns have the same forms, in the same order"
    wrong = {
        sentence: found
        for message in held(tag)
        if (sentence := message.id) and sentence not in NOUN_FORMS
        if (found := catalogues.faults(sentence, str(message.string), tag, *nouns))
    }
    assert wrong == {}


@pytest.mark.parametrize("tag", TAGS)
def test_what_ships_is_compiled_of_what_is_written(tag: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, held(tag))
    assert (catalogues.FOLDER / f"{tag}.mo").read_bytes() == compiled.getvalue()


def test_faults_are_found() -> None:
    assert catalogues.faults("{n:# row|# rows} of `{path}`", "строки", "ru") == ["{n} is missing", "{path} is missing"]
    assert catalogues.faults("{n:# row|# rows}", "{n:# строка|# строки}", "ru") == [
        "{n:# строка|# строки} has 2 forms, not 3"
    ]
    assert catalogues.faults("{n:# row|# rows}", "{n:# строка|# строки|# строк}", "ru") == []
    assert catalogues.faults("{n:is|are} {of:,}", "{of:,}", "ms") == []
    assert catalogues.faults("use `--by`", "с `--по`", "ru") == ["`--by` is missing"]
    assert catalogues.faults("{n:,} {who}", "{who} {when}", "ru") == ["{n} is missing", "{when} is not in the English"]
    assert catalogues.faults("and {names:`and`}", "и {names:`or`}", "ru") == ["{names:`or`} is in the English '`and`'"]
    assert catalogues.faults(" d", "d", "ms") == ["a blank at the start"]


# --- words ---

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_TYPED = re.compile(
    r"``[^`]*``|`[^`]*`"  # options, values, ids
    r"|salesmetrics [a-z]+|\b(?:docs/)?[\w.*-]+\.(?:csv|toml|md|html|xlsx|json|txt|eml|xls|parquet)\b|--?[a-z][\w-]*(?:[= ][^\s,;.]+)?"
    r"|\b[a-z]+_[a-z_0-9]+\b|\b[A-Za-z-]+(?:=|:[a-z])\S*|\[[a-z.]+\]|U\+[0-9A-F]{4}|\d+(?:\.\d+)?E[+-]?\d+|\d{4}-[QWH]\d+|\b[QPK]\d+\b"
)
"""What is typed as it is: no word of a language."""

_NAMES = """
salesmetrics CRM KPI CSV JSON HTML XLSX Excel Markdown GitHub UTF ISO SQL ID id API URL IANA TOML Schema SHA BOM NUL
PDF ZIP TSV HubSpot Salesforce Pipedrive Zoho Odoo Bitrix24 Dynamics EspoCRM SuiteCRM Oracle SAP Microsoft Google
Outlook Windows Python Polars MRR ARR NRR GRR DSO NPS eNPS CSAT SLA ROI CAC LTV ARPA ACV TCV EUR USD CAD GBP SEK RUB
CNY MYR Wilson Poisson Kaplan Meier Aalen Johansen Nelson Greenwood Newcombe Benjamini Hochberg Bayes Shewhart Laney
bootstrap Europe Berlin Asia Ann Ana Won Lost Price North No Contract sent AND OR NOT LIKE IN x k n N p KPIs of in P
xx A Z K M MB GB MiB UTC SKU WAPE XmR ROC Brier Shapley Kitagawa Simpson P10 P50 P90 p90 shell Unix Kommo amoCRM Fxiaoke
gzip bzip2 xz xls xlsx zip Zip RAR PNG JPEG GIF XML SQLite MySQL Parquet OpenDocument Office windows json csv CASE ROUND CAST
IS EXTRACT LENGTH BETWEEN COALESCE LOWER ABS NULL REPLACE Tab Zstandard Spark Java PowerShell bash zsh fish
"""
ALLOWED = frozenset(_NAMES.split())
"""Names, formats and abbreviations that these languages write in Latin letters, and values of examples."""


def latin_words(text: str) -> set[str]:
    return set(_WORD.findall(_TYPED.sub(" ", text)))


def literal(template: str) -> str:
    """The words of a template and those of its forms, without the names of details."""
    found = []
    for text, name, spec, _ in Formatter().parse(template):
        found.append(text)
        if name is not None and ("|" in (spec or "") or "#" in (spec or "")):
            found.append(literal(spec or ""))
        elif name is not None:
            found.append("0")
    return " ".join(found)


@pytest.mark.parametrize("tag", NO_LATIN)
def test_no_word_is_left_in_latin_letters(tag: str) -> None:
    left: dict[str, set[str]] = {}
    for sentence, places in english().items():
        if places[0].startswith(_AS_THEY_ARE):
            continue
        words = literal(words_of(tag, sentence))
        typed = set(_WORD.findall(sentence)) if places[0].startswith(_VALUES) else set()
        if found := latin_words(words) - ALLOWED - typed:
            left[sentence] = found
        worded = {word for word in latin_words(literal(sentence)) - typed if len(word) > 5} - {"salesmetrics"}
        if worded and not any(ord(letter) > 0x24F for letter in words):
            left[sentence] = {"nothing in its own letters"}
    assert left == {}


_AS_THEY_ARE = ("settings_examples", "settings_head", "source.", "user_kpi.source", "export_history_")
"""Comments of a settings file among its keys; titles of publications; names of reports and columns of CRMs."""


_VALUES = (
    *(
        "help.",
        "export_history_",
        "sql_",
        "made_",
        "not_an_age",
        "not_true_or_false",
        "samples_",
        "definition1.logo_churn",
    ),
    *(
        "revenue_columns",
        "or_of_product",
        "receipts",
        "quota_columns",
        "cost_columns",
        "with_",
        "columns_elsewhere",
    ),
    *(
        "activities_automatic.hint",
        "cost_category_unknown.hint",
        "movement_unknown.hint",
        "folder_without_exports.hint",
    ),
    *("symbol_example", "serial_or_epoch", "formula."),
    *("command.help", "topic_files_2", "topic_completion_1"),
)
"""Codes in which values, columns of an export and words of a formula stand as they are typed."""


def test_few_sentences_of_malay_are_the_english() -> None:
    """Malay is written in the same letters, so what is the same is looked at: names and signs."""
    same = {
        text
        for text, places in english().items()
        if words_of("ms", text) == text and not places[0].startswith(_AS_THEY_ARE)
    }
    worded = {sentence for sentence in same if latin_words(literal(sentence)) - ALLOWED}
    assert worded <= SAME_IN_MALAY


SAME_IN_MALAY = {
    *("Output", "bar", "formula", "median", "neutral", "status", "tab", "unit", "Czech"),
    "{seconds:.2f} s",
    "salesmetrics check {files:typed}",
    "salesmetrics inspect {files:typed}",
    "salesmetrics report {files:typed} --by {by:typed} --kpi {kpi}",
}


# --- room ---

LABELS = tuple(
    code for held_codes in catalogues_of_messages() for code in held_codes if code.startswith(("column_", "unit_"))
)


@pytest.mark.parametrize("tag", TAGS)
def test_titles_fit_their_column(tag: str) -> None:
    wide = {kpi.id: text for kpi in catalog().kpis.values() if cell_len(text := words_of(tag, kpi.title)) > 40}
    assert wide == {}


@pytest.mark.parametrize("tag", TAGS)
def test_headings_of_columns_are_about_as_short_as_in_english(tag: str) -> None:
    templates = {code: text for held_codes in catalogues_of_messages() for code, text in held_codes.items()}
    wide = {
        code: words
        for code in LABELS
        if "{" not in (text := templates[code]) and cell_len(words := words_of(tag, text)) > max(12, 1.6 * len(text))
    }
    assert wide == {}


# --- glossaries ---


@pytest.mark.parametrize("tag", TAGS)
def test_a_glossary_says_what_the_catalogue_says(tag: str) -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([^`|]+)`[^|]* \| ([^|]+) \|$", glossary(tag), re.MULTILINE)
    assert len(rows) >= 40
    by_code = {place: sentence for sentence, places in english().items() for place in places}
    wrong = {
        what: (term, words_of(tag, by_code.get(code, "")))
        for what, term, code, source in rows
        if not source.strip() or term.strip().casefold() not in words_of(tag, by_code.get(code, "")).casefold()
    }
    assert wrong == {}


def glossary(tag: str) -> str:
    return (GLOSSARIES / f"{tag}.md").read_text(encoding="utf-8")


def test_every_language_has_a_catalogue() -> None:
    assert {path.stem for path in catalogues.FOLDER.glob("*.mo")} == {*LANGUAGES} - {"en"}
