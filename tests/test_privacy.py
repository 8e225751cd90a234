"""Names of people and companies: what stands in their place, and that nothing else changes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import salesmetrics
from hidden_names import KEY, alike, pseudonyms_of
from salesmetrics.entities.accounts import plain_names
from salesmetrics.errors import SalesmetricsError
from salesmetrics.privacy import names as of_names
from salesmetrics.privacy.fields import _BY_NAME, _OF_KIND, NAMES, Named, sort_of
from salesmetrics.privacy.names import Names
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import KIND_NAMES, column_types

if TYPE_CHECKING:
    from salesmetrics.ingest.dataset import Dataset

pytestmark = pytest.mark.usefixtures("read_once")


EXAMPLES = Path(__file__).parent.parent / "examples"
KINDS = (
    "deals",
    "leads",
    "activities",
    "stages",
    "customers",
    "revenue",
    "invoices",
    "quotas",
    "costs",
    "reps",
    "surveys",
)
FILES = [str(EXAMPLES / f"{kind}.csv") for kind in (*KINDS, "products", "rates")]

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
        assert re.fullmatch(rf"{sort}(-[2-9b-df-hj-km-np-tv-xz]{{4,12}})+", word)


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


# --- a company is the same one however it is spelled -----------------------------------------------------------------------


@given(st.lists(st.text(alphabet=" \t\u3000aAbBİßΣςſé\u0301ＡＢ-.", max_size=6), min_size=2, max_size=6))
def test_spellings_of_a_company_are_told_apart_and_are_one_company(spelt: list[str]) -> None:
    names = list(dict.fromkeys(spelt))
    made = Names(KEY).pseudonyms("account", names)
    plain, hidden = plain_names(pl.Series(names, dtype=pl.String)), plain_names(pl.Series(made, dtype=pl.String))
    assert len(set(made)) == len(names)
    for i in range(len(names)):
        for j in range(i):
            assert (plain[i] == plain[j]) == (hidden[i] == hidden[j]), (names[i], names[j])


# --- the same numbers -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain() -> Dataset:
    return salesmetrics.load(*FILES)


@pytest.fixture(scope="module")
def hidden() -> Dataset:
    return salesmetrics.load(*FILES, pseudonymize=True, key=KEY)


@pytest.fixture(scope="module")
def names(plain: Dataset, hidden: Dataset) -> dict[str, str]:
    return pseudonyms_of(plain, hidden)


ASKED: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "report": ("report", (), {"compare": "previous", "period": "last-quarter"}),
    "report by owner": ("report", (), {"by": "owner"}),
    "report by manager and product": ("report", (), {"by": "manager,product", "family": "size"}),
    "report by account": ("report", (), {"by": "account", "kpi": "revenue,win_rate"}),
    "report by a column of the export": ("report", (), {"by": "Deal Type", "kpi": "revenue,won_deals"}),
    "trend": ("trend", ("win_rate,revenue",), {"by": "owner", "every": "quarter"}),
    "rows of deals": ("rows", ("won_deals",), {}),
    "rows of quotas": ("rows", ("quota_attainment",), {}),
    "working": ("explain", ("revenue",), {}),
    "benchmark": ("benchmark", (), {"by": "owner", "compare": "previous", "period": "last-quarter"}),
    "losses": ("losses", (), {"by": "owner"}),
    "funnel": ("funnel", (), {"by": "owner"}),
    "cohort": ("cohort", (), {"by": "owner"}),
    "forecast": ("forecast", (), {"by": "owner", "period": "2026-Q4", "draws": 100}),
    "check": ("check", (), {}),
}


@pytest.mark.parametrize("asked", ASKED)
def test_every_number_is_the_same(asked: str, plain: Dataset, hidden: Dataset, names: dict[str, str]) -> None:
    command, first, options = ASKED[asked]
    here = json.loads(getattr(salesmetrics, command)(*first, plain, **options).to_json())
    there = json.loads(getattr(salesmetrics, command)(*first, hidden, **options).to_json())
    assert alike(there, {}) == alike(here, names)
    counted = [
        [(item["code"], item["count"], item["rows"]) for item in found.get("findings", ())] for found in (here, there)
    ]
    assert counted[0] == counted[1]


@pytest.mark.parametrize("options", [{}, {"by": "owner"}, {"rows": "won"}])
def test_a_bridge_is_the_same(options: dict[str, str]) -> None:
    weekly = str(EXAMPLES / "weekly")
    private: Any = {"pseudonymize": True, "key": KEY}
    names: dict[str, str] = {}
    for path in sorted(Path(weekly).glob("*.csv")):
        names |= pseudonyms_of(salesmetrics.load(path), salesmetrics.load(path, **private))
    here = json.loads(salesmetrics.compare(weekly, **options).to_json())  # type: ignore[call-overload]
    there = json.loads(salesmetrics.compare(weekly, **options, **private).to_json())  # type: ignore[call-overload]
    assert alike(there, {}) == alike(here, names)


def test_joins_between_files_stay(plain: Dataset, hidden: Dataset) -> None:
    def pairs(dataset: Dataset, here: tuple[str, str], there: tuple[str, str]) -> tuple[int, int]:
        one, other = dataset.frames[here[0]][here[1]], dataset.frames[there[0]][there[1]]  # type: ignore[index]
        return one.is_in(other.drop_nulls().unique().implode()).sum(), one.n_unique()

    joins = [
        (("quotas", "owner"), ("deals", "owner")),
        (("deals", "owner"), ("reps", "name")),
        (("deals", "account_id"), ("customers", "id")),
        (("invoices", "account_id"), ("customers", "id")),
        (("surveys", "account_id"), ("customers", "id")),
        (("activities", "deal_id"), ("deals", "id")),
        (("leads", "owner"), ("deals", "owner")),
    ]
    for here, there in joins:
        if here[1] in plain.frames[here[0]].columns and there[1] in plain.frames[there[0]].columns:  # type: ignore[index]
            assert pairs(plain, here, there) == pairs(hidden, here, there)
            assert pairs(plain, here, there)[0] > 0


def test_the_same_key_gives_the_same_names_in_other_files(hidden: Dataset) -> None:
    alone = salesmetrics.load(str(EXAMPLES / "deals.csv"), pseudonymize=True, key=KEY)
    other = salesmetrics.load(str(EXAMPLES / "deals.csv"), pseudonymize=True, key=f"{KEY}!")
    drawn = [salesmetrics.load(str(EXAMPLES / "deals.csv"), pseudonymize=True, key="random") for _ in range(2)]
    here = set(alone.frames["deals"]["owner"])
    assert here == set(hidden.frames["deals"]["owner"])
    assert here.isdisjoint({*other.frames["deals"]["owner"]} - {None})
    assert {*drawn[0].frames["deals"]["account"]}.isdisjoint({*drawn[1].frames["deals"]["account"]} - {None})
