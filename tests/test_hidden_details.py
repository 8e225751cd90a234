"""Details of messages while names are hidden: every name of a detail is classified, and each sort is shown or hidden as it says."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from string import Formatter

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import catalogues, text
from salesmetrics.messages.errors import CATALOGUE
from salesmetrics.privacy.details import (
    CLASSES,
    OF_CODE,
    Holds,
    class_of,
    hidden_argument,
    hidden_error,
    hidden_finding,
    hidden_line,
    hidden_message,
    hidden_text,
)
from salesmetrics.privacy.names import Names
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message, Some

KEY = "a key of a test, and a long one"


def details_by_code() -> dict[str, set[str]]:
    """Code of a message → the names of its details, in all catalogues."""
    found: dict[str, set[str]] = defaultdict(set)
    templates = [(code, template) for catalogue in catalogues() for code, template in catalogue.items()]
    templates += [(code, kind.hint) for code, kind in CATALOGUE.items()]
    for code, template in templates:
        names = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        found[code] |= names
        found[code.removesuffix(".hint")] |= names
    return found


def test_every_name_of_a_detail_is_classified() -> None:
    named = {name for names in details_by_code().values() for name in names} - {"set", "option_or_key"}
    assert named - CLASSES.keys() == set()


def test_what_is_classified_exists() -> None:
    found = details_by_code()
    assert CLASSES.keys() - {name for names in found.values() for name in names} == set()
    assert [(code, name) for code, name in OF_CODE if name not in found.get(code, ())] == []
    assert [(code, name) for (code, name), holds in OF_CODE.items() if CLASSES[name] is holds] == []


@pytest.fixture
def names() -> Names:
    return Names(KEY)


def test_what_is_unknown_is_hidden(names: Names) -> None:
    assert class_of("no_such_code", "no_such_name") is Holds.DATA
    assert hidden_message(Message("x", y="Ann Moore"), names).details == {"y": Message("hidden")}


@pytest.mark.parametrize(
    "shown", ["12", "1,234.50", "-5 %", "2026-03-31", "31.12.2025", "2026-Q1", "EUR", "close_date"]
)
def test_numbers_days_and_words_of_ours_are_shown(names: Names, shown: str) -> None:
    assert hidden_text(shown, names) == shown


@pytest.mark.parametrize(
    "hidden", ["Ann", "+49 301 234 567", "0301234567", "491701234567", "123-45-6789", "Q1 Ann", "12 Ann", "EURO"]
)
def test_all_else_is_hidden(names: Names, hidden: str) -> None:
    assert hidden_text(hidden, names) == Message("hidden")


def test_what_was_learnt_is_shown(names: Names) -> None:
    names.learn(["Proposal"])
    assert hidden_text("Proposal", names) == "Proposal"


def test_a_name_has_its_pseudonym_wherever_it_is(names: Names) -> None:
    shown = hidden_text("Ann Moore", names, kind="deals", column="owner")
    assert shown == names.pseudonym("owner", "Ann Moore")
    assert hidden_text(str(shown), names) == shown  # hidden twice is hidden once
    assert hidden_text("Ann Moore", Names(None), kind="deals", column="owner") == Message("hidden")


def test_a_name_that_is_a_word_of_another_column_too_has_its_pseudonym(names: Names) -> None:
    names.learn(["Ann Moore"])
    assert hidden_text("Ann Moore", names, kind="deals", column="team") == "Ann Moore"
    assert hidden_text("Ann Moore", names, kind="deals", column="owner") == names.pseudonym("owner", "Ann Moore")
    assert hidden_text("12", names, kind="deals", column="owner") != "12"


def test_files(names: Names) -> None:
    shown = names.file("exports/Ann Moore.csv")
    assert shown.startswith("file-")
    assert shown.endswith(".csv")
    assert names.file("exports/Ann Moore.csv") == shown
    assert names.file(shown) == shown
    typed = Message("or_inspect", fix=None, path="'exports/Ann Moore.csv'")
    assert hidden_message(typed, names).details["path"] == shown
    assert names.file("exports/Bob.csv") != shown
    nameless = Names(None)
    assert [nameless.file(path) for path in ("a.csv", "b.zip!c.csv", "a.csv", "Ann.Moore")] == [
        "file-1.csv",
        "file-2.csv",
        "file-1.csv",
        "file-3",
    ]
    assert hidden_argument("deals=Ann.csv", Names(None)) == "deals=file-1.csv"
    assert hidden_argument("Ann=Ann.csv", Names(None)) == "file-1.csv"


def test_a_line_to_type_keeps_what_is_ours() -> None:
    names = Names(None)
    line = "salesmetrics report 'deals=Ann Moore.csv' --map owner='Ann Moore' --date-order dmy --won Ann --level 0.9"
    assert hidden_line(line, names) == (
        "salesmetrics report deals=file-1.csv --map owner=HIDDEN --date-order HIDDEN --won HIDDEN --level 0.9"
    )


def test_what_could_be_meant_instead_is_told_where_it_is_a_command() -> None:
    meant = Message("did_you_mean_this", near="salesmetrics report 'Ann Moore.csv' --by owner")
    assert hidden_message(meant, Names(None)).details["near"] == "salesmetrics report file-1.csv --by owner"
    assert hidden_message(Message("did_you_mean_this", near="Ann"), Names(None)).details["near"] == Message("hidden")


def test_an_error_is_of_the_same_code(names: Names) -> None:
    cause = Message("cells_do_not_fit", faults=2, filled=3, column="Owner", value="Ann", row=4)
    error = SalesmetricsError("kind_unknown", path="Ann.csv", detail=cause, fix=Message("its_headers", headers=["Ann"]))
    hidden = hidden_error(error, names)
    assert hidden.code == "kind_unknown"
    assert "Ann" not in f"{hidden.message} {hidden.hint} {hidden.details}"
    assert "2 of 3 cells" in hidden.message


def test_a_finding_is_of_the_same_rows(names: Names) -> None:
    item = finding(
        "references_unknown",
        kind="deals",
        path="Ann.csv",
        column="Company",
        count=2,
        rows=[2, 3],
        target="customers",
        ids=Some(("Moore Ltd", "Ann Ltd"), 7),
    )
    hidden = hidden_finding(item, names, field="account")
    assert (hidden.code, hidden.count, hidden.rows, hidden.severity) == (item.code, 2, (2, 3), item.severity)
    assert hidden.details["ids"] == Some(tuple(names.pseudonyms("account", ["Moore Ltd", "Ann Ltd"])), 7)
    assert "Ann" not in hidden.message


def test_numbers_and_days_of_a_message_stay(names: Names) -> None:
    details = {
        "count": 3,
        "day": date(2026, 1, 2),
        "kind": "deals",
        "nothing": None,
        "pairs": [("Ann", 2), (Message("x"), 1)],
    }
    assert hidden_message(Message("x", **details), names).details == {
        **details,
        "pairs": [(Message("hidden"), 2), (Message("x"), 1)],
    }
    assert text(Message("hidden")) == "(hidden)"
