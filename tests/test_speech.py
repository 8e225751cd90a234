"""Numbers, days, lists and plurals of each language are those of CLDR, as Babel has them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from catalogues import sentences
from salesmetrics.ingest.recognise.index import others
from salesmetrics.messages import catalogues, fill, languages, speech
from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.messages.speech import day, number, spoken
from salesmetrics.render.fit import wrap
from salesmetrics.render.layouts.in_words.reports import begun
from salesmetrics.render.text import amount, count, one_line
from salesmetrics.render.xlsx.plan import Names
from salesmetrics.schema.message import Some

OTHERS = [tag for tag in LANGUAGES if tag != "en"]
DAYS = {"zh-Hans": "medium", "zh-Hant": "medium", "ms": "medium", "ar": "medium", "ru": "short"}
ORDER = ("zero", "one", "two", "few", "many", "other")


@pytest.fixture(params=OTHERS)
def tag(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(speech, "_catalogue", lambda tag: None)  # here the words do not matter
    return str(request.param)


def locale(tag: str) -> Locale:
    return Locale.parse(tag.replace("-", "_"))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_number_has_the_form_that_cldr_gives_it(tag: str) -> None:
    rule, language = locale(tag).plural_form, LANGUAGES[tag]
    # Of whole numbers Russian has no "other".
    used = [form for form in ORDER if any(rule(n) == form for n in range(1001))]
    assert language.forms == len(used)
    assert [used[language.form(n)] for n in range(1001)] == [rule(n) for n in range(1001)]


def test_numbers(tag: str) -> None:
    with speech.speaking(tag):
        for value in (0, 7, 1234, 1234567, -98765):
            assert count(value) == number(f"{value:,}") == format_decimal(value, locale=locale(tag))
        money = Decimal("-1234567.80")
        assert amount(money, "money") == format_decimal(money, format="#,##0.00", locale=locale(tag))


def test_days(tag: str) -> None:
    with speech.speaking(tag):
        for step in range(0, 800, 7):
            one = date(2025, 12, 31) + timedelta(days=step)
            # A day is not broken at the end of a line.
            assert day(one).replace("\u00a0", " ") == format_date(one, DAYS[tag], locale=locale(tag))


@pytest.mark.parametrize(("word", "style"), [("and", "standard"), ("or", "or")])
def test_lists(tag: str, word: str, style: str) -> None:
    with speech.speaking(tag):
        for names in (
            ["а"],
            ["а", "б"],
            ["а", "б", "в", "г"],
        ):  # beside Latin letters Chinese takes a blank, of which CLDR knows nothing
            expected = format_list(names, style, locale=locale(tag))
            if spoken().comma == ", ":  # no comma before the last of three, which Malay has before "or" alone
                expected = expected.replace(f", {spoken().either[1].strip()} ", spoken().either[1])
            if tag == "ar":  # where the joint stands between each two items
                continue
            assert fill(f"{{names:{word}}}", {"names": names}) == expected


def test_a_word_of_chinese_between_items_has_a_blank_beside_latin_letters() -> None:
    with speech.speaking("zh-Hans"):
        assert fill("{names:or}", {"names": ["阶段", "status"]}) == "阶段或 status"
        assert fill("{names:`and+`}", {"names": ["a", "b", "c"]}) == "`a` 和 `b` 和 `c`"
    with speech.speaking("ar"):
        assert fill("{names:and}", {"names": ["a", "b"]}) == "\u2068a\u2069 و\u2068b\u2069"


def test_a_list_that_is_cut_counts_the_others_in_the_marks_of_the_language() -> None:
    template, details = "{ids:, 2 more}", {"ids": Some(("a", "b"), 12_345)}
    assert fill(template, details) == "a, b and 12,343 more"
    with speech.speaking("en"):
        assert fill(template, details) == "a, b and 12,343 more"


def test_forms_and_numbers_in_a_sentence(tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    forms = "|".join(f"# f{place}" for place in range(LANGUAGES[tag].forms))
    with speech.speaking(tag):
        for n in (0, 1, 2, 3, 11, 21, 100, 1000):
            assert fill(f"{{n:{forms}}}", {"n": n}) == f"{number(f'{n:,}')} f{LANGUAGES[tag].form(n)}"
        assert fill("{n:.1f} {day} {text}", {"n": 1234.56, "day": date(2026, 9, 3), "text": "1,5.0"}) == (
            f"{number('1234.6')} {day(date(2026, 9, 3))} 1,5.0"
        )


def test_the_names_of_months_are_those_of_cldr() -> None:
    names = locale("ms").months["format"]["abbreviated"]
    assert tuple(names[month] for month in range(1, 13)) == languages._MALAY_MONTHS


def test_a_language_ends_where_its_context_ends(tag: str) -> None:
    with speech.speaking(tag):
        with speech.speaking("en"):
            assert spoken().tag == "en"
        assert spoken().tag == tag
    assert spoken().tag == "en"


def test_a_day_that_is_typed_is_the_same_in_every_language(tag: str) -> None:
    with speech.speaking(tag):
        assert "`--as-of 2026-09-03`" in fill("`--as-of {day:iso}`", {"day": date(2026, 9, 3)})


def test_no_day_that_is_typed_is_written_as_the_language_does() -> None:
    found = [text for text in sentences() if re.search(r"as-of \{", text)]
    assert len(found) > 3
    assert [text for text in found if ":iso}" not in text and text != "--as-of {day}"] == []


def test_numbers_and_days_are_not_broken_at_the_end_of_a_line(tag: str) -> None:
    with speech.speaking(tag):
        for whole in (count(1_234_567), day(date(2026, 9, 3))):
            assert one_line(f"{whole}\n{whole}") == f"{whole} {whole}"
            assert wrap(f"{whole} {whole}", len(whole) + 3) == [whole, whole]


def test_a_percentage_has_the_sign_of_the_language() -> None:
    said = {}
    for tag in LANGUAGES:
        with speech.speaking(tag):
            said[tag] = fill("{share:.1%}", {"share": 0.125})
    assert (said["en"], said["ms"], said["ru"]) == ("12.5%", "12.5%", "12,5\u00a0%")


def test_a_sentence_begins_large_where_english_begins_with_a_number() -> None:
    assert begun("of 3 deals") == "of 3 deals"
    with speech.speaking("ru"):
        assert [begun(text) for text in ("у 3 сделок", "3 сделки", "")] == ["У 3 сделок", "3 сделки", ""]


def test_what_a_file_looks_like_is_said_in_words_of_the_language() -> None:
    known = {
        code.removeprefix("other_kind_") for held in catalogues() for code in held if code.startswith("other_kind_")
    }
    assert known == {name.replace(" ", "_") for name in others()}


def test_the_name_of_a_sheet_ends_with_a_word() -> None:
    title = "Проигранные сделки по регионам, командам"
    assert Names().sheet(title) == "Проигранные сделки по регионам,"
    with speech.speaking("ru"):
        assert Names().sheet(title) == "Проигранные сделки по регионам"
        assert Names().sheet("Проигранные сделки по всем командам") == "Проигранные сделки по всем"
        assert Names().sheet("Проигранные") == "Проигранные"
