"""The language: which one is spoken, what it covers, and what it leaves alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

import salesmetrics
from effort import in_turn
from in_process import EXAMPLES, invoke
from salesmetrics.cli.language import language_at_start
from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import fill, text
from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.messages.speech import day, number, speaking
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from pathlib import Path

DEALS = str(EXAMPLES / "deals.csv")
RUSSIAN = str(EXAMPLES / "bitrix24" / "deals.csv")
OTHERS = [tag for tag in LANGUAGES if tag != "en"]
SCRIPT = {
    "zh-Hans": "[\u4e00-\u9fff]",
    "zh-Hant": "[\u4e00-\u9fff]",
    "ms": "[a-z]",
    "ar": "[\u0621-\u064a]",
    "ru": "[а-я]",
}
LOCALES = {
    "zh-Hans": "zh_CN.UTF-8",
    "zh-Hant": "zh_HK.UTF-8",
    "ms": "ms_MY.UTF-8",
    "ar": "ar_EG.UTF-8",
    "ru": "ru_RU.UTF-8",
}


def written_in(tag: str, text: str) -> bool:
    return bool(re.search(SCRIPT[tag], text))


@pytest.mark.parametrize("tag", OTHERS)
def test_the_same_words_by_option_variable_settings_file_and_locale(tag: str, tmp_path: Path) -> None:
    settings = tmp_path / "own.toml"
    settings.write_text(f'[output]\nlang = "{tag}"\n', encoding="utf-8")
    question = ("report", DEALS, "--kpi", "win_rate")
    typed = invoke(*question, "--lang", tag, env={})
    assert typed.returncode == 0, typed.stderr
    assert typed.stdout == invoke(*question, env={"SALESMETRICS_LANG": tag}).stdout
    assert typed.stdout == invoke(*question, "--config", str(settings), env={}).stdout
    assert typed.stdout == invoke(*question, env={"LANG": LOCALES[tag]}).stdout
    assert typed.stdout != invoke(*question, env={}).stdout
    assert written_in(tag, typed.stdout)


def test_what_is_typed_comes_before_what_is_set() -> None:
    question = ("explain", "win_rate")
    english = invoke(*question, env={}).stdout
    assert invoke(*question, "--lang", "en", env={"SALESMETRICS_LANG": "ru", "LC_ALL": "ar_EG.UTF-8"}).stdout == english
    assert invoke(*question, env={"LC_ALL": "de_DE.UTF-8", "LANG": "ru_RU.UTF-8"}).stdout == english
    russian = invoke(*question, "--lang", "ru", env={}).stdout
    assert invoke(*question, env={"SALESMETRICS_LANG": "ru", "LANG": "ar_EG.UTF-8"}).stdout == russian != english


def test_a_language_that_there_is_none_of_is_refused_with_those_that_there_are() -> None:
    done = invoke("report", DEALS, "--lang", "tlh", env={})
    assert done.returncode == 2
    assert all(tag in done.stderr for tag in LANGUAGES)
    assert invoke("report", DEALS, env={"SALESMETRICS_LANG": "tlh"}).returncode == 2


@pytest.mark.parametrize(("typed", "meant"), [("zh", "zh-Hans"), ("zh_CN", "zh-Hans"), ("ru-RU", "ru"), ("RU", "ru")])
def test_a_tag_that_is_nearly_one_is_answered_with_the_one_that_there_is(typed: str, meant: str) -> None:
    assert f"`--lang {meant}`" in invoke("report", DEALS, "--lang", typed, env={}).stderr


@pytest.mark.parametrize("tag", OTHERS)
def test_help_and_refusals_speak_the_language_of_the_environment(tag: str) -> None:
    around = {"LANG": LOCALES[tag], "COLUMNS": "100"}
    turn = OTHERS.index(tag)
    for words in in_turn((["-h"], ["report", "-h"], ["kpis", "-h"], ["config", "-h"]), turn):
        shown, english = invoke(*words, env=around), invoke(*words, env={"COLUMNS": "100"})
        assert shown.returncode == 0
        assert shown.stdout != english.stdout
        assert re.findall(r"^ .*--[a-z-]+", shown.stdout) == re.findall(r"^ .*--[a-z-]+", english.stdout)
        assert not re.search(r"Usage:|Options|Arguments|Commands|default:|Show this", shown.stdout)
    for words in in_turn(
        (["report", "none.csv"], ["repotr"], ["report"], ["report", DEALS, "--nope"], ["explain", "nope"]), turn
    ):
        refused, english = invoke(*words, env=around), invoke(*words, env={})
        assert refused.returncode == english.returncode
        assert refused.stderr != english.stderr
        assert written_in(tag, refused.stderr)


COMMANDS = {
    "report": (DEALS, "--by", "owner"),
    "trend": ("win_rate", DEALS),
    "rows": ("win_rate", DEALS, "--top", "5"),
    "explain": ("win_rate", DEALS),
    "kpis": ("--family", "conversion"),
    "inspect": (DEALS,),
    "check": (DEALS,),
    "funnel": (DEALS, str(EXAMPLES / "stages.csv")),
    "cohort": (DEALS,),
    "forecast": (DEALS, "--period", "2026-Q4"),
    "benchmark": (DEALS, "--by", "team"),
    "losses": (DEALS,),
    "compare": (str(EXAMPLES / "weekly"),),
    "config": ("show",),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_programs_read_is_in_english_whatever_is_spoken(name: str) -> None:
    words = [name, *COMMANDS[name]]
    for form in ("json", "csv"):
        english = invoke(*words, "--format", form, env={})
        for tag in in_turn(("ru", "ar"), form == "csv"):
            spoken = invoke(*words, "--format", form, env={"LANG": LOCALES[tag]})
            # The settings that a command shows are those of its own run.
            assert spoken.stdout == english.stdout, (form, tag)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks(name: str) -> None:
    words = [name, *COMMANDS[name]]
    tags = in_turn(OTHERS, list(COMMANDS).index(name))
    shown = {tag: invoke(*words, env={"SALESMETRICS_LANG": tag, "COLUMNS": "80"}) for tag in ("en", *tags)}
    assert len({done.returncode for done in shown.values()}) == 1
    assert len({done.stdout for done in shown.values()}) == len(shown)
    for tag in tags:
        assert written_in(tag, shown[tag].stdout), tag


def test_reading_and_reporting_are_independent() -> None:
    """A Russian export reported in Malay: the numbers are those of the report in English."""
    malay = invoke("report", RUSSIAN, "--lang", "ms", "--all", env={})
    english = invoke("report", RUSSIAN, "--all", env={})
    assert malay.returncode == english.returncode == 0
    assert numbers(malay.stdout) == numbers(english.stdout)
    in_russian = invoke("report", RUSSIAN, "--lang", "ru", "--all", env={}).stdout
    assert [x.replace("\xa0", ",").replace(",", ".") for x in numbers(in_russian)] != []


def numbers(text: str) -> list[str]:
    return re.findall(r"\d[\d,]*\.\d+", text)


def test_a_document_of_python_is_in_its_language_and_the_answer_is_not() -> None:
    spoken = salesmetrics.report(DEALS, lang="ru", kpi="win_rate")
    plain = salesmetrics.report(DEALS, kpi="win_rate")
    assert spoken == plain
    assert spoken.to_json() == plain.to_json()
    assert written_in("ru", spoken.to_text())
    assert 'lang="ru"' in spoken.to_html()
    assert not written_in("ru", plain.to_text())
    assert json.loads(spoken.to_json())["metrics"][0]["title"] == "Win rate"
    with pytest.raises(SalesmetricsError, match="tlh"):
        salesmetrics.report(DEALS, lang="tlh")


@pytest.mark.parametrize(("tag", "word"), [("ru", "Доля выигранных"), ("zh-Hans", "赢单率"), ("ar", "معدل الفوز")])
def test_a_kpi_is_found_by_its_name_in_the_language_and_in_english(tag: str, word: str) -> None:
    for asked in (word, "win rate"):
        found = invoke("kpis", "--search", asked, "--lang", tag, "--format", "json", env={})
        assert "win_rate" in [card["id"] for card in json.loads(found.stdout)["kpis"]]
    assert json.loads(invoke("kpis", "--search", word, "--format", "json", env={}).stdout)["kpis"] == []


# --- what the output cannot write ---


def in_encoding(encoding: str, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A run of its own whose output has the letters of an encoding."""
    around = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    return subprocess.run(
        [sys.executable, "-m", "salesmetrics", *words],
        capture_output=True,
        encoding=encoding,
        timeout=120,
        env={**around, **variables, "PYTHONIOENCODING": encoding},
    )


@pytest.mark.parametrize("words", [("report", DEALS, "--kpi", "win_rate"), ("report", "-h")])
def test_the_locale_speaks_only_where_the_output_has_its_letters(words: tuple[str, ...]) -> None:
    english = in_encoding("ascii", *words, LANG="C").stdout
    assert in_encoding("ascii", *words, LANG="ru_RU.UTF-8").stdout == english
    shown = in_encoding("koi8-r", *words, LANG="ru_RU.KOI8-R")
    assert shown.returncode == 0
    assert written_in("ru", shown.stdout)


def test_a_file_is_in_the_language_of_the_locale_whatever_the_output_can_write(tmp_path: Path) -> None:
    done = in_encoding("ascii", "report", DEALS, "-o", str(tmp_path / "o.md"), LANG="ru_RU.UTF-8")
    assert done.returncode == 0
    assert written_in("ru", (tmp_path / "o.md").read_text("utf-8"))


@pytest.mark.parametrize(("tag", "encoding"), [("ru", "gbk"), ("zh-Hant", "big5"), ("ar", "cp1256"), ("ar", "cp720")])
def test_blanks_and_signs_that_nobody_sees_are_never_spelled_out(tag: str, encoding: str) -> None:
    for words in (("report", DEALS), ("report", "-h"), ("report", "none.csv")):
        done = in_encoding(encoding, *words, "--lang", tag)
        assert written_in(tag, done.stdout + done.stderr)
        assert not re.search(r"\\(xa0|u200|u206)", done.stdout + done.stderr)


def test_help_that_was_asked_for_is_written_with_escapes() -> None:
    done = in_encoding("ascii", "report", "-h", "--lang", "ru")
    assert done.returncode == 0
    assert "\\u04" in done.stdout


def test_a_range_has_no_english_word_where_its_dash_is_lacking() -> None:
    shown = in_encoding("cp1251", "report", DEALS, "--kpi", "win_rate", "--lang", "ru").stdout
    assert re.search(r"\d \.\. \d", shown)
    assert " to " not in shown


# --- which word decides ---


def test_the_last_of_two_languages_counts_for_refusals_too() -> None:
    for words in (["report", "none.csv"], ["report", DEALS, "--nope"]):
        assert invoke(*words, "--lang", "ru", "--lang", "ms").stderr == invoke(*words, "--lang", "ms").stderr


def test_what_stands_behind_two_dashes_is_a_file() -> None:
    assert language_at_start(["report", "--", "--lang", "ru"], {}) == "en"


def test_an_option_without_effect_is_refused_in_the_language_of_the_settings_file(tmp_path: Path) -> None:
    settings = tmp_path / "own.toml"
    settings.write_text('[output]\nlang = "ru"\n', encoding="utf-8")
    refused = invoke("report", DEALS, "--config", str(settings), "--bom", "--format", "md", env={})
    assert refused.returncode == 2
    assert written_in("ru", refused.stderr)


# --- one and several ---


@pytest.mark.parametrize("rows", [1, 2, 5, 11, 21, 101])
def test_a_list_of_twenty_one_rows_is_one_of_several(rows: int) -> None:
    listed = list(range(2, rows + 2))
    with speaking("ru"):
        said = text(Message("its_rows", n=rows, rows=listed))
        counted = fill("{n:# строка|# строки|# строк}", {"n": rows})
    assert said.startswith("строка " if rows == 1 else "строки ")
    assert counted.endswith("строка") == (rows in {1, 21, 101})


# --- docs/languages.md ---

PAGE = (EXAMPLES.parent / "docs" / "languages.md").read_text(encoding="utf-8")


def test_the_page_shows_each_language_as_it_writes() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert [tag for tag, *_ in rows] == list(LANGUAGES)
    for tag, name, shown, a_day, a_list in rows:
        with speaking(tag):
            assert name == LANGUAGES[tag].name
            assert shown == number("1,234.5").replace("\xa0", " ")
            assert a_day.removesuffix(", from the right") == day(date(2026, 9, 3)).translate({0x200F: "", 0xA0: " "})
            plain = fill("{names:and}", {"names": ["a", "b", "c"]}).replace("\u2068", "").replace("\u2069", "")
            assert a_list == plain


@pytest.mark.parametrize("command", re.findall(r"^salesmetrics (.+)$", PAGE, re.MULTILINE))
def test_commands_of_the_page(command: str, tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_bytes((EXAMPLES / "deals.csv").read_bytes())
    done = invoke(*command.split(), cwd=tmp_path, env={})
    assert done.returncode == 0, done.stderr


def test_the_page_links_each_glossary() -> None:
    linked = re.findall(r"\]\(glossaries/([\w-]+)\.md\)", PAGE)
    assert sorted(linked) == sorted(OTHERS)
    assert sorted(path.stem for path in (EXAMPLES.parent / "docs" / "glossaries").glob("*.md")) == sorted(OTHERS)
