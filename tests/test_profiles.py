"""The profiles: each file is valid, each recognises an export made from its own names, and the words mean what they say."""

from __future__ import annotations

from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.ingest.recognise import index
from salesmetrics.ingest.recognise.columns import recognise
from salesmetrics.ingest.recognise.index import FILE, index_text, load_profile, marks_of, profiles, words_for
from salesmetrics.ingest.recognise.profile import GENERIC, Layout, parse_profile
from salesmetrics.ingest.recognise.words import Words, comparable, normalise
from salesmetrics.schema.kinds import KINDS
from synthetic_export import profiles_anew

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
    for file in (resources.files("salesmetrics.ingest.recognise") / "profiles").iterdir()
}
CRMS = [name for name in profiles() if name != GENERIC]
LANGUAGES = sorted(name for name in FILES if name.split("_")[0] == GENERIC)


def layouts(name: str) -> list[tuple[str, Layout]]:
    profile = parse_profile(FILES[name])
    return [(kind, layout) for kind, each in profile.kind.items() for layout in each]


OWN = [(name, kind, layout) for name in CRMS for kind, layout in layouts(name)]
IN_WORDS = [(name, kind, layout) for name in LANGUAGES for kind, layout in layouts(name)]


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_file_is_valid_and_carries_its_own_name(name: str) -> None:
    assert parse_profile(FILES[name]).name == name


def test_the_index_is_that_of_the_files(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        FILE.write_text(index_text(), encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == index_text(), "run this test with --update-golden"


def test_a_profile_that_is_not_in_the_index_is_read_from_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiled = {name: (load_profile(name), marks_of(name)) for name in profiles()}
    monkeypatch.setattr(index, "FILE", tmp_path / "none.index")
    profiles_anew()
    try:
        assert {name: (load_profile(name), marks_of(name)) for name in profiles()} == compiled
    finally:
        monkeypatch.undo()
        profiles_anew()


@pytest.mark.parametrize("name", CRMS)
def test_the_first_look_at_a_file_finds_all_marks_of_the_crm(name: str) -> None:
    own = [layout for _, layout in layouts(name)]
    hallmarks = {normalise(header) for layout in own for header in layout.hallmarks}
    signature = {normalise(header) for layout in own for header in layout.signature}
    assert marks_of(name) == (hallmarks, signature)
    assert hallmarks | signature


def test_all_named_systems_are_there() -> None:
    named = {
        *("salesforce", "hubspot", "pipedrive", "zoho", "dynamics365", "bitrix24", "amocrm", "fxiaoke", "freshsales"),
        *("close", "copper", "odoo", "suitecrm", "attio", "monday"),
    }
    assert named <= set(CRMS)
    assert {f"generic_{code}" for code in ("zh", "ms", "ar", "ru", "es", "pt", "de", "fr")} < set(LANGUAGES)


def test_the_generic_profile_knows_every_kind() -> None:
    assert set(load_profile(GENERIC).kind) == set(KINDS)


@pytest.mark.parametrize(
    "wrong",
    [
        "[[kind.deals]]\n[kind.deals.columns]\namuont = 'x'",
        "[[kind.deals]]\nsignatures = 'x'",
        "[[kind.deels]]\n",
        "[word.deals]\nwonn = 'x'",
        "[word.rates]\nwon = 'x'",
        "repeated_ids = 'sum'",
        "[[kind.activities]]\nconstants = { tpye = 'call' }",
    ],
)
def test_a_slip_of_the_pen_is_an_error(wrong: str) -> None:
    head = "name = 'x'\ntitle = 'X'\nverified = 'real'\n"
    kind = "" if "kind" in wrong else "kind = {}\n"
    with pytest.raises(msgspec.ValidationError):
        parse_profile(head + kind + wrong)


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_word_has_two_meanings(name: str) -> None:
    profile = parse_profile(FILES[name])
    for kind, meanings in profile.word.items():
        # an activity's type, direction and completion are asked for apart, so only words of one question may not clash
        groups = [meanings] if kind != "activities" else _questions(meanings)
        for group in groups:
            count = Counter(comparable(word) for words in group.values() for word in set(map(comparable, words)))
            assert [word for word, n in count.items() if n > 1] == [], kind


def _questions(meanings: dict[str, tuple[str, ...]]) -> list[dict[str, tuple[str, ...]]]:
    questions = (("call", "email", "meeting", "task", "other"), ("inbound", "outbound"), ("completed", "pending"))
    return [{name: meanings[name] for name in question if name in meanings} for question in questions]


def headers_of(layout: Layout) -> dict[str, str]:
    """For each column the best name that stands for no other column of the layout."""
    count = Counter(name for names in layout.columns.values() for name in set(map(normalise, names)))
    chosen: dict[str, str] = {}
    for field, names in layout.columns.items():
        name = next((n for n in names if count[normalise(n)] == 1), None)
        if name is not None:
            chosen[field] = name
    return chosen


@pytest.mark.parametrize(("name", "kind", "layout"), OWN, ids=lambda value: getattr(value, "name", value) or "main")
def test_an_export_with_a_profiles_own_names_is_recognised(name: str, kind: str, layout: Layout) -> None:
    chosen = headers_of(layout)
    headers = list(chosen.values())
    if layout.hallmarks and not set(headers) & set(layout.hallmarks):
        headers.append(layout.hallmarks[0])
    found = recognise(headers, path="x.csv")
    assert (found.kind, found.profile) == (kind, name)
    assert {field: match.header for field, match in found.columns.items()} | chosen == {
        field: match.header for field, match in found.columns.items()
    }
    assert found.constants == {f: v for f, v in layout.constants.items() if f not in chosen}


@pytest.mark.parametrize(("name", "kind", "layout"), OWN, ids=lambda value: getattr(value, "name", value) or "main")
def test_every_name_of_a_column_leads_to_it(name: str, kind: str, layout: Layout) -> None:
    shared = Counter(name for names in layout.columns.values() for name in set(map(normalise, names)))
    ignored = {normalise(header) for header in layout.ignore}
    for field, names in layout.columns.items():
        for header in names:
            if shared[normalise(header)] > 1 or normalise(header) in ignored:
                continue
            others = [h for f, h in headers_of(layout).items() if f != field]
            found = recognise([header, *others, *layout.hallmarks[:1]], path="x.csv", kind=kind, profile=name)  # type: ignore[arg-type]
            assert found.columns[field].header in {header, *layout.hallmarks[:1]}, (field, header)


@pytest.mark.parametrize(("name", "kind", "layout"), IN_WORDS, ids=lambda value: getattr(value, "name", value) or "all")
def test_a_spreadsheet_in_every_language_is_recognised(name: str, kind: str, layout: Layout) -> None:
    chosen = headers_of(layout)
    found = recognise(list(chosen.values()), path="x.csv")
    assert found.kind == kind
    generic = recognise(list(chosen.values()), path="x.csv", profile=GENERIC)
    assert {field: generic.columns[field].header for field in chosen if field in generic.columns} == {
        field: header for field, header in chosen.items() if field in generic.columns
    }
    # a word shared with another language may stand for another column there, but not many do
    assert len(chosen.keys() - generic.columns.keys()) <= 2


TABLE = [
    (GENERIC, "deals", "Closed Won", "won"),
    (GENERIC, "deals", "closedwon", "won"),
    (GENERIC, "deals", "7. Closed/Won (100%)", "won"),
    (GENERIC, "deals", "Won 🎉", "won"),
    (GENERIC, "deals", "Closed Lost to Competition", "lost"),
    (GENERIC, "deals", "Lost - price", "lost"),
    (GENERIC, "deals", "Contract won back plan", None),
    (GENERIC, "deals", "Won - Renewal", "won"),
    (GENERIC, "deals", "Won - Pending", None),
    (GENERIC, "deals", "Closed Won - awaiting payment", None),
    (GENERIC, "deals", "Won – в ожидании", None),
    (GENERIC, "deals", "赢单 待付款", None),
    (GENERIC, "deals", "Lost (unconfirmed)", None),
    (GENERIC, "deals", "Lost - not interested", "lost"),
    (GENERIC, "deals", "Disqualified", "other"),
    (GENERIC, "deals", "Payment Done", None),
    (GENERIC, "deals", "Выдано", None),
    (GENERIC, "deals", "成交", "won"),
    (GENERIC, "deals", "丢单", "lost"),
    (GENERIC, "deals", "貏單", None),
    (GENERIC, "deals", "贏單", "won"),
    (GENERIC, "deals", "無效", "other"),
    (GENERIC, "deals", "Ganada", "won"),
    (GENERIC, "deals", "Perdida por licitación", "lost"),
    (GENERIC, "deals", "Fechado ganho", "won"),
    (GENERIC, "deals", "Verloren", "lost"),
    (GENERIC, "deals", "Fermée gagnée", "won"),
    (GENERIC, "deals", "Kalah", "lost"),
    (GENERIC, "deals", "فوز", "won"),
    ("bitrix24", "deals", "Сделка успешна", "won"),
    ("bitrix24", "deals", "C6:WON", "won"),
    ("bitrix24", "deals", "С6:LOSE", "lost"),  # the first letter is Cyrillic
    ("bitrix24", "deals", "C2:APOLOGY", "lost"),
    ("bitrix24", "deals", "Анализ причины провала", "lost"),
    ("bitrix24", "deals", "Счёт на предоплату", "open"),
    ("bitrix24", "deals", "Cчёт на предоплату", "open"),  # the first letter is Latin
    ("amocrm", "deals", "142", "won"),
    ("amocrm", "deals", "143", "lost"),
    (GENERIC, "deals", "142", None),
    ("fxiaoke", "deals", "赢单", "won"),
    ("fxiaoke", "deals", "无效", "other"),
    ("fxiaoke", "deals", "进行中", "open"),
    ("copper", "deals", "Abandoned", "lost"),
    ("hubspot", "deals", "appointmentscheduled", "open"),
    ("zoho", "leads", "Junk Lead", "disqualified"),
    ("zoho", "leads", "Pre-Qualified", "qualified"),
    ("bitrix24", "leads", "Качественный лид", "converted"),
    ("bitrix24", "leads", "Некачественный лид", "disqualified"),
    ("dynamics365", "leads", "Qualified", "converted"),
    (GENERIC, "leads", "Qualified", "qualified"),
    ("hubspot", "leads", "Opportunity", "converted"),
]


@pytest.mark.parametrize(("profile", "kind", "word", "meaning"), TABLE)
def test_what_a_status_word_means(profile: str, kind: str, word: str, meaning: str | None) -> None:
    assert words_for(profile, kind).classify(word) == meaning  # type: ignore[arg-type]


COSTS = {
    "generic_de": {"salary": "Gehälter", "marketing": "Werbekosten", "tooling": "Softwarelizenzen", "training": "Schulung",
                   "sales": "Reisekosten", "other": "Sonstiges"},
    "generic_es": {"salary": "Sueldos", "marketing": "Publicidad online", "tooling": "Licencias CRM",
                   "training": "Capacitación", "sales": "Viáticos", "other": "Otros"},
    "generic_fr": {"salary": "Salaires bruts", "marketing": "Publicité", "tooling": "Logiciels", "training": "Formation",
                   "sales": "Frais de déplacement", "other": "Divers"},
    "generic_pt": {"salary": "Comissões", "marketing": "Anúncios", "tooling": "Ferramentas", "training": "Treinamento",
                   "sales": "Viagens", "other": "Diversos"},
    "generic_ru": {"salary": "ФОТ", "marketing": "Реклама", "tooling": "Лицензии", "training": "Обучение",
                   "sales": "Командировки", "other": "Прочее"},
}  # fmt: skip


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_language_names_every_category_of_cost(name: str) -> None:
    named = parse_profile(FILES[name]).word["costs"]
    assert set(named) == {"salary", "marketing", "tooling", "training", "sales", "other"}
    for meaning, word in COSTS.get(name, {}).items():
        assert words_for(GENERIC, "costs").classify(word) == meaning


@pytest.mark.parametrize(
    ("word", "kind", "direction"),
    [
        ("Звонок (входящий)", "call", "inbound"),
        ("Письмо (отправленное)", "email", "outbound"),
        ("Встреча", "meeting", None),
        ("Outbound Call", "call", "outbound"),
    ],
)
def test_one_activity_word_can_say_type_and_direction(word: str, kind: str, direction: str | None) -> None:
    words = words_for("bitrix24", "activities")
    assert words.classify(word, ("call", "email", "meeting", "task", "other")) == kind
    assert words.classify(word, ("inbound", "outbound")) == direction


def test_a_profiles_own_word_beats_the_generic_one() -> None:
    assert words_for("dynamics365", "leads").classify("Qualified") == "converted"
    assert "qualified" not in words_for("dynamics365", "leads").get("qualified")


def test_words_are_held_as_a_reader_would_compare_them() -> None:
    words = words_for("bitrix24", "deals")
    assert normalise("Сделка успешна") in words.won
    assert "*:lose" in words.lost
    assert all(word == normalise(word.replace("*", "")) or "*" in word for word in words.won | words.lost | words.other)


@given(st.text(max_size=40))
def test_normalise_twice_is_normalise_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert comparable(comparable(text)) == comparable(text)


@given(st.text(st.characters(codec="utf-8", categories=["L", "Nd"]), min_size=1, max_size=20))
def test_normalise_forgets_case_space_and_form_marks(text: str) -> None:
    assert normalise(f"  {text.swapcase().swapcase()}\u00a0*: ") == normalise(text.swapcase().swapcase())
    assert normalise(f"{text} {text}") == normalise(f"{text} \u2003 {text}")


@given(st.text(max_size=30), st.sampled_from(["won", "lost"]))
def test_a_listed_word_is_found_again(text: str, meaning: str) -> None:
    word = text.replace("*", "")
    words = Words.of({meaning: [word]})
    assert words.classify(word) == (meaning if comparable(word) else None)
