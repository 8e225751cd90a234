"""Names that are typed where names are hidden, and names that are left out."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import salesmetrics
from effort import in_turn
from hidden_names import KEY
from in_process import invoke
from salesmetrics.engine.typed_names import hidden_cell, hidden_condition, told_condition
from salesmetrics.errors import SalesmetricsError
from salesmetrics.privacy.names import PSEUDONYM, Names

if TYPE_CHECKING:
    from salesmetrics.ingest.dataset import Dataset

pytestmark = pytest.mark.usefixtures("read_once")


EXAMPLES = Path(__file__).parent.parent / "examples"
DEALS, KARIM = str(EXAMPLES / "deals.csv"), "Karim Bellweather"
SORTS: dict[str, Any] = {
    "owner": {"owner"},
    "manager": {"owner"},
    "account": {"account"},
    "name": {"deal", "contact"},
    "id": {"id"},
    "notes": {"text"},
}
ANN = Names(KEY).pseudonym("owner", "Ann")
NAME = " OR ".join(sorted([Names(KEY).pseudonym("deal", "Big"), Names(KEY).pseudonym("contact", "Big")]))
BOTH = ", ".join(f"'{word}'" for word in sorted(NAME.split(" OR ")))


def translated(condition: str, key: str | None = KEY) -> str:
    return hidden_condition(condition, lambda name: SORTS.get(name, ()), Names(key))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("amount > 5 AND stage LIKE 'W%'", "amount > 5 AND stage LIKE 'W%'"),
        ("owner = 'Ann'", f"\"owner\" = '{ANN}'"),
        ("'Ann' = owner", f"\"owner\" = '{ANN}'"),
        (f"owner = '{ANN}'", f"\"owner\" = '{ANN}'"),
        ("owner <> 'Ann' AND amount > 5", f'"owner" <> \'{ANN}\' AND "amount" > 5'),
        ("owner NOT IN ('Ann')", f"\"owner\" NOT IN ('{ANN}')"),
        ("name = 'Big'", f'"name" IN ({BOTH})'),
        ("name != 'Big'", f'"name" NOT IN ({BOTH})'),
        ("owner <> ''", "\"owner\" <> ''"),
        ("owner IS NULL OR owner = manager", '"owner" IS NULL OR "owner" = "manager"'),
        ("id = 'D-7' OR id LIKE 'D-%'", "\"id\" = 'D-7' OR \"id\" LIKE 'D-%'"),
    ],
)
def test_a_condition_compares_pseudonyms(typed: str, found: str) -> None:
    assert translated(typed) == found
    assert translated(found) == found


@pytest.mark.parametrize(
    "typed",
    [
        "owner LIKE 'A%'",
        "owner > 'Ann'",
        "owner BETWEEN 'A' AND 'B'",
        "LOWER(owner) = 'ann'",
        "owner || '' = 'Ann'",
        "owner = LOWER('Ann')",
        "CASE WHEN owner = 'Ann' THEN LENGTH(owner) ELSE 0 END > 3",
        "owner ~ '^A'",
        "owner = account",
        "owner = stage",
        "notes = 'call Ann'",
    ],
)
def test_a_condition_that_looks_into_names_is_refused(typed: str) -> None:
    with pytest.raises(SalesmetricsError) as refused:
        translated(typed)
    cause = refused.value.details["cause"]
    assert (refused.value.code, cause.code) == ("where_invalid", "names_only_equal")


def test_a_name_in_a_condition_is_refused_where_names_are_left_out() -> None:
    with pytest.raises(SalesmetricsError) as refused:
        translated("owner = 'Ann'", None)
    assert refused.value.details["cause"].code == "names_left_out"
    assert translated("owner IS NOT NULL", None) == '"owner" IS NOT NULL'


@pytest.mark.parametrize(
    ("cell", "dimensions", "found"),
    [
        ("win_rate:Ann", ["owner"], f"win_rate:{ANN}"),
        (f"win_rate:{ANN}", ["owner"], f"win_rate:{ANN}"),
        ("win_rate:North/Ann", ["region", "owner"], f"win_rate:North/{ANN}"),
        ("owner:Ann", [], f"owner:{ANN}"),
        ("stage:Ann", [], "stage:Ann"),
        ("owner:", [], "owner:"),
        ("Price", [], "Price"),
    ],
)
def test_a_cell_is_called_by_the_pseudonym(cell: str, dimensions: list[str], found: str) -> None:
    assert hidden_cell(cell, dimensions, lambda name: SORTS.get(name, ()), Names(KEY)) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("amount > 5 AND created >= '2026-01-31'", "amount > 5 AND created >= '2026-01-31'"),
        ("team = 'North' OR id = 'D-7'", "team = 'North' OR id = 'D-7'"),
        (f"owner = '{ANN}' OR owner <> ''", f"owner = '{ANN}' OR owner <> ''"),
        ("team IN ('North', 'Ann')", "\"team\" IN ('North', '(hidden)')"),
        ("team LIKE '%Ann%'", "\"team\" LIKE '(hidden)'"),
        ("'Ann' = 'Ann'", "'(hidden)' = '(hidden)'"),
        ("CASE WHEN amount > 1 THEN 'Ann' END = team", 'CASE WHEN "amount" > 1 THEN \'(hidden)\' END = "team"'),
    ],
)
def test_a_condition_tells_no_word_that_is_not_of_the_data(typed: str, found: str) -> None:
    names = Names(KEY)
    names.learn(["North"])
    assert told_condition(typed, names) == found


# --- whole commands -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain() -> Dataset:
    return salesmetrics.load(DEALS)


@pytest.fixture(scope="module")
def hidden() -> Dataset:
    return salesmetrics.load(DEALS, pseudonymize=True, key=KEY)


@pytest.fixture(scope="module")
def bare() -> Dataset:
    return salesmetrics.load(DEALS, no_names=True)


@pytest.mark.parametrize(
    "where", [f"owner = '{KARIM}'", f"\"Deal Owner\" <> '{KARIM}'", f"owner IN ('{KARIM}', 'Nobody')"]
)
def test_a_real_name_and_its_pseudonym_select_the_same_records(where: str, plain: Dataset, hidden: Dataset) -> None:
    there = salesmetrics.report(hidden, kpi="won_deals", where=where)
    assert there.metrics[0].value == salesmetrics.report(plain, kpi="won_deals", where=where).metrics[0].value
    echo = json.loads(there.to_json())["filters"]["where"]
    assert KARIM not in there.to_json()
    assert salesmetrics.report(hidden, kpi="won_deals", where=echo).metrics[0].value == there.metrics[0].value


@pytest.mark.parametrize("where", ["deal_class = 'new'", "deal_class <> 'new'", "deal_class IN ('new', 'renewal')"])
def test_words_of_ours_are_no_names(where: str, plain: Dataset, hidden: Dataset, bare: Dataset) -> None:
    counts = [salesmetrics.report(each, kpi="lost_deals", where=where).metrics[0].n for each in (plain, hidden, bare)]
    assert counts == [counts[0]] * 3
    assert 0 < counts[0] < salesmetrics.report(plain, kpi="lost_deals").metrics[0].n
    groups = [
        [item.group for item in salesmetrics.report(each, by="deal_class", kpi="lost_deals").metrics]
        for each in (plain, bare)
    ]
    assert groups[0] == groups[1] != [{}]


def test_a_condition_that_asks_for_blank_names_is_answered_where_they_are_left_out(
    plain: Dataset, bare: Dataset
) -> None:
    here, there = (salesmetrics.report(each, kpi="lost_deals", where="owner <> ''") for each in (plain, bare))
    assert here.metrics[0].n == there.metrics[0].n


@pytest.mark.parametrize("command", ["report", "rows", "losses", "funnel"])
def test_a_word_in_a_condition_is_not_told(command: str, hidden: Dataset, bare: Dataset) -> None:
    first = ("lost_deals",) if command == "rows" else ()
    for each in (hidden, bare):
        found = getattr(salesmetrics, command)(*first, each, where=f"team <> '{KARIM}' AND amount > 5")
        where = json.loads(found.to_json())["filters"]["where"]
        assert where == '"team" <> \'(hidden)\' AND "amount" > 5'
        assert KARIM not in found.to_json() + found.to_text() + found.to_html()


def test_reasons_to_merge_that_no_deal_has_are_not_told(hidden: Dataset, bare: Dataset) -> None:
    for each in (hidden, bare):
        found = salesmetrics.losses(each, merge_reason={KARIM: "Price", "Bad timing": "Price"})
        assert {item.variant for item in found.merged} == {"(hidden)", "Bad timing"}
        assert KARIM not in found.to_json() + found.to_text() + found.to_html()


def test_words_in_keys_of_the_settings_are_not_told(tmp_path: Path) -> None:
    settings = f'[losses]\nreasons = {{ "{KARIM}" = "Price" }}\n[currency]\nsymbols = {{ "{KARIM}" = "EUR" }}\n'
    (tmp_path / "salesmetrics.toml").write_text(settings, "utf-8")
    told = {}
    for hide in ("--pseudonymize", "--no-names", "--quiet"):
        done = invoke("losses", DEALS, "--format", "json", hide, cwd=tmp_path, env={"SALESMETRICS_KEY": KEY})
        told[hide] = done.stdout + done.stderr
        assert "losses.reasons" in json.loads(done.stdout)["filters"]["settings"]
    assert [KARIM in text for text in told.values()] == [False, False, True]


def test_a_key_of_blanks_is_refused(tmp_path: Path) -> None:
    done = invoke("check", DEALS, "--pseudonymize", cwd=tmp_path, env={"SALESMETRICS_KEY": " " * 20})
    assert (done.returncode, "16 characters" in done.stderr) == (2, True)


def test_the_records_behind_a_name_are_listed(plain: Dataset, hidden: Dataset) -> None:
    for command, cell in (("benchmark", f"win_rate:{KARIM}"), ("losses", f"owner:{KARIM}")):
        options = {"by": "owner"} if command == "benchmark" else {}
        here = getattr(salesmetrics, command)(plain, rows=cell, **options)
        there = getattr(salesmetrics, command)(hidden, rows=cell, **options)
        assert [row["row"] for row in there.rows] == [row["row"] for row in here.rows]
        assert KARIM not in there.to_json()


def test_a_goal_for_a_person_is_kept_and_names_nobody(tmp_path: Path) -> None:
    goal = f'[[goals.win_rate]]\ngoal = ">= 0.99"\ngroup = {{ owner = "{KARIM}" }}\nowner = "Boss Bossington"\nnote = "as Boss said"\n'
    (tmp_path / "salesmetrics.toml").write_text(goal, "utf-8")
    env = {"SALESMETRICS_KEY": KEY}
    done = invoke("report", DEALS, "--kpi", "win_rate", "--format", "json", "--pseudonymize", cwd=tmp_path, env=env)
    goals = [item for item in json.loads(done.stdout)["metrics"] if item.get("goal")] or json.loads(done.stdout)[
        "goals"
    ]
    assert Names(KEY).pseudonym("owner", KARIM) in json.dumps(goals)
    assert not re.search("Karim|Boss", done.stdout + done.stderr)
    done = invoke("report", DEALS, "--kpi", "win_rate", "--no-names", cwd=tmp_path)
    assert (done.returncode, "names are left out" in done.stderr) == (2, True)
    assert not re.search("Karim|Boss", done.stdout + done.stderr)


# --- names that are left out ----------------------------------------------------------------------------------------------

LISTED: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    ("report", (), {}),
    ("report", (), {"by": "team"}),
    ("rows", ("won_deals",), {}),
    ("rows", ("win_rate",), {"columns": "id,amount"}),
    ("losses", (), {}),
    ("losses", (), {"rows": "Price"}),
    ("benchmark", (), {"by": "team", "rows": "win_rate:Enterprise"}),
    ("cohort", (), {"rows": "total:won"}),
    ("forecast", (), {"period": "2026-Q4", "draws": 20, "rows": "open"}),
    ("check", (), {}),
    ("explain", ("revenue",), {}),
]


@pytest.mark.parametrize(("command", "first", "options"), LISTED)
def test_nothing_stands_in_the_place_of_a_name_that_is_left_out(
    command: str, first: tuple[str, ...], options: dict[str, Any], plain: Dataset, bare: Dataset
) -> None:
    there = getattr(salesmetrics, command)(*first, bare, **options)
    here = getattr(salesmetrics, command)(*first, plain, **options)
    names = {name for column in ("owner", "name", "account") for name in plain.frames["deals"][column].drop_nulls()}
    turn = sum(map(len, (command, *options)))
    for text in (there.to_json(), *(draw() for draw in in_turn((there.to_text, there.to_html), turn))):
        assert PSEUDONYM.search(text) is None
        assert [name for name in names if name in text] == []
    if hasattr(here, "records"):
        assert (there.records, there.totals) == (here.records, here.totals)
        assert there.rows[0].keys() < here.rows[0].keys() or "columns" in options


def test_a_page_without_names_is_divided_by_what_is_no_name(tmp_path: Path) -> None:
    done = invoke("report", DEALS, "--no-names", "-o", str(tmp_path / "report.html"), cwd=tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert (done.returncode, KARIM in page, PSEUDONYM.search(page)) == (0, False, None)
    assert "Enterprise" in page


@pytest.mark.parametrize(
    ("command", "first", "options"),
    [
        ("report", (), {"by": "owner"}),
        ("report", (), {"by": "team,Deal Owner"}),
        ("benchmark", (), {"by": "account"}),
        ("rows", ("won_deals",), {"columns": "name"}),
        ("rows", ("won_deals",), {"sort": "owner"}),
    ],
)
def test_what_asks_for_names_that_are_left_out_is_refused(
    command: str, first: tuple[str, ...], options: dict[str, Any], bare: Dataset
) -> None:
    with pytest.raises(SalesmetricsError) as refused:
        getattr(salesmetrics, command)(*first, bare, **options)
    assert (refused.value.code, refused.value.details["cause"].code) == ("option_invalid", "names_left_out")
    assert "--pseudonymize" in refused.value.hint


def test_the_commands_of_the_page_run(tmp_path: Path) -> None:
    page = (EXAMPLES.parent / "docs" / "privacy.md").read_text("utf-8")
    lines = [line.split() for line in re.findall(r"^salesmetrics (.*)$", page, re.MULTILINE)]
    assert [{"--pseudonymize", "--no-names"} & {*words} for words in lines] == [{"--pseudonymize"}, {"--no-names"}]
    for words in lines:
        files = [str(EXAMPLES.parent / word) if word.startswith("examples/") else word for word in words]
        done = invoke(*files, cwd=tmp_path, env={"SALESMETRICS_KEY": KEY})
        assert (done.returncode, KARIM in done.stdout) == (0, False)


# --- nobody gets from a pseudonym to a name ---------------------------------------------------------------------------------


def test_who_has_the_names_and_not_the_key_finds_none(plain: Dataset, hidden: Dataset) -> None:
    """A list of all names is hashed with what is common, and with the program's own function under other keys."""
    texts = {name for column in ("owner", "name", "account") for name in plain.frames["deals"][column].drop_nulls()}
    told = {word for column in ("owner", "name", "account") for word in hidden.frames["deals"][column].drop_nulls()}
    bodies = {word.partition("-")[2] for word in told}
    for guess in ("", "key", "salesmetrics", "random", KEY[:-1], KEY.upper()):
        other = Names(guess)
        made = {other.pseudonym(sort, name) for name in texts for sort in ("owner", "account", "deal")}  # type: ignore[arg-type]
        assert made.isdisjoint(told)
    for name in texts:
        for salt in (b"", b"owner\0", b"account\0", b"deal\0"):
            data = salt + name.encode()
            digests = [hashlib.new(how, data).hexdigest() for how in ("md5", "sha1", "sha256", "sha512", "blake2b")]
            digests.append(hmac.new(b"", data, "sha256").hexdigest())
            assert bodies.isdisjoint({digest[:size] for digest in digests for size in (8, 10, 12)})
    assert not any(name in word for word in told for name in texts)
