"""Names of people and companies: what stands in their place, and that nothing else changes."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.privacy import names as of_names
from salesmetrics.privacy.fields import _BY_NAME, _OF_KIND, NAMES, Named, sort_of
from salesmetrics.privacy.names import Names
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import KIND_NAMES, column_types

KEY = "a key that stays in the tests"

# --- fields -------------------------------------------------------------------------------------------------------------

TEXTS = [
    (kind, name)
    for kind in KIND_NAMES
    for name, column in column_types(kind).items()
    if column in (ColumnType.ID, ColumnType.TEXT)
]


@pytest.mark.parametrize(("kind", "name"), TEXTS)
def test_every_text_of_every_record_has_a_sort(kind: str, name: str) -> None:
    assert name in _BY_NAME or (kind, name) in _OF_KIND


def test_what_is_not_known_is_hidden() -> None:
    assert {sort_of(kind, "Spouse") for kind in KIND_NAMES} == {"value"}
    assert sort_of("a kind of tomorrow", "Spouse") == "value"


def test_one_person_and_one_company_have_one_sort_in_every_file() -> None:
    people = [("deals", "owner"), ("reps", "id"), ("reps", "name"), ("reps", "email"), ("reps", "manager")]
    companies = [("deals", "account"), ("customers", "id"), ("customers", "name"), ("leads", "company")]
    assert {sort_of(*each) for each in [*people, ("quotas", "owner_id")]} == {"owner"}
    assert {sort_of(*each) for each in [*companies, ("surveys", "account_id")]} == {"account"}


# --- pseudonyms ---------------------------------------------------------------------------------------------------------


def test_a_pseudonym_is_the_same_word_for_the_same_key_and_another_for_another() -> None:
    ann = Names(KEY).pseudonym("owner", "Ann")
    assert ann == Names(KEY).pseudonym("owner", "Ann") != Names(f"{KEY}.").pseudonym("owner", "Ann")
    assert ann.partition("-")[2] not in Names(KEY).pseudonym("account", "Ann")


def test_a_pseudonym_reads_as_nothing() -> None:
    found = {sort: Names(KEY).pseudonym(sort, "Ann") for sort in NAMES}
    assert set(found) == set(get_args(Named))
    for sort, word in found.items():
        assert re.fullmatch(rf"{sort}-[2-9b-df-hj-km-np-tv-xz]{{{8 if sort == 'owner' else 12}}}", word)


def test_two_names_with_one_pseudonym_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(of_names._SIGNS, "owner", 1)
    with pytest.raises(SalesmetricsError) as refused:
        Names(KEY).pseudonyms("owner", [f"rep {n}" for n in range(28)])
    assert refused.value.code == "pseudonyms_collide"
    assert not re.search(r"rep \d", f"{refused.value} {refused.value.hint}")


def test_nobody_is_told_the_key() -> None:
    assert KEY not in repr(Names(KEY))
    assert Names(KEY) == Names(KEY) != Names(None)


@pytest.mark.parametrize("id_", ["D-17", "0061t00000AbCdE", "8f14e45f-ceea-467a", "31400220396"])
def test_an_id_that_a_program_makes_is_shown(id_: str) -> None:
    assert Names(KEY).of_id(id_) == id_


@pytest.mark.parametrize("id_", ["Ann Smith", "ann@example.com", "Northwind", "ann 2@b", "Мария7"])
def test_an_id_that_reads_as_a_name_is_not(id_: str) -> None:
    assert Names(KEY).of_id(id_) == Names(KEY).pseudonym("deal", id_) != id_
