"""What the policies say about data, one rule at a time: what they catch, and what they leave alone."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.ingest.canonical.as_of import Events, events_of, first_believable, last_event_of
from salesmetrics.ingest.checks.categories import same_thing, variants
from salesmetrics.ingest.checks.deals import outliers
from salesmetrics.ingest.read import ReadOptions, load
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.schema.provenance import Finding

HEADER = "Deal ID,Owner,Stage,Amount,Currency,Created Date,Close Date,Expected Close Date,Probability,Loss Reason,Lead Source"
GOOD = [
    "1,Ann,Closed Won,100,EUR,2026-01-01,2026-02-01,,100%,,Web",
    "2,Bob,Closed Lost,200,EUR,2026-01-02,2026-02-02,,0%,Price,Web",
    "3,Ann,Closed Lost,300,EUR,2026-01-03,2026-02-03,,0%,Price,Event",
    "4,Bob,Negotiation,400,EUR,2026-01-04,,2026-06-15,40%,,Event",
]


def findings(tmp_path: Path, *lines: str, header: str = HEADER) -> dict[str, Finding]:
    path = tmp_path / "deals.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return {said.code: said for said in load([str(path)], ReadOptions()).findings}


def test_clean_deals_are_left_in_peace(tmp_path: Path) -> None:
    assert findings(tmp_path, *GOOD) == {}


@pytest.mark.parametrize(
    ("code", "column", "row"),
    [
        ("won_without_close_date", "Close Date", "5,Ann,Closed Won,100,EUR,2026-01-05,,,100%,,Web"),
        ("closed_without_close_date", "Close Date", "5,Ann,Closed Lost,100,EUR,2026-01-05,,,0%,Price,Web"),
        ("closed_before_created", "Close Date", "5,Ann,Closed Won,100,EUR,2026-01-05,2026-01-04,,100%,,Web"),
        ("open_with_past_close", "Expected Close Date", "5,Ann,Negotiation,100,EUR,2026-01-05,,2026-02-01,40%,,Web"),
        ("won_amount_zero", "Amount", "5,Ann,Closed Won,0,EUR,2026-01-05,2026-02-01,,100%,,Web"),
        ("won_amount_blank", "Amount", "5,Ann,Closed Won,,EUR,2026-01-05,2026-02-01,,100%,,Web"),
        ("amount_negative", "Amount", "5,Ann,Closed Won,-5,EUR,2026-01-05,2026-02-01,,100%,,Web"),
        ("probability_against_outcome", "Probability", "5,Ann,Closed Won,5,EUR,2026-01-05,2026-02-01,,40%,,Web"),
        ("probability_against_outcome", "Probability", "5,Ann,Closed Lost,5,EUR,2026-01-05,2026-02-01,,40%,Price,Web"),
        ("loss_reason_missing", "Loss Reason", "5,Ann,Closed Lost,5,EUR,2026-01-05,2026-02-01,,0%,,Web"),
        ("currency_blank", "Currency", "5,Ann,Closed Won,5,,2026-01-05,2026-02-01,,100%,,Web"),
        ("owner_blank", "Owner", "5,,Closed Won,5,EUR,2026-01-05,2026-02-01,,100%,,Web"),
        ("stage_blank", "Stage", "5,Ann,,5,EUR,2026-01-05,,2026-06-15,40%,,Web"),
        ("spelling_variants", "Lead Source", "5,Ann,Closed Won,5,EUR,2026-01-05,2026-02-01,,100%,,web"),
        ("stage_words_unknown", "Stage", "5,Ann,Frobnicate,5,EUR,2026-01-05,,2026-06-15,40%,,Web"),
        ("ids_in_scientific_notation", "Deal ID", "1.23E+17,Ann,Closed Won,5,EUR,2026-01-05,2026-02-01,,100%,,Web"),
    ],
)
def test_one_bad_row_among_good_ones_is_found_and_named(tmp_path: Path, code: str, column: str, row: str) -> None:
    found = findings(tmp_path, *GOOD, row)
    assert found.keys() == {code}
    assert (found[code].column, found[code].count, found[code].rows) == (column, 1, (6,))


def test_share_of_value_is_that_of_the_rows_concerned(tmp_path: Path) -> None:
    found = findings(tmp_path, *GOOD, "5,Ann,Closed Won,1000,EUR,2026-01-05,,,100%,,Web")
    assert found["won_without_close_date"].share_of_value == 0.5


def test_currencies_are_listed_and_never_added_up(tmp_path: Path) -> None:
    found = findings(tmp_path, *GOOD, "5,Ann,Closed Won,100,USD,2026-01-05,2026-02-01,,100%,,Web")
    assert "`EUR` (4), `USD` (1)" in found["currencies_mixed"].message


def test_a_loss_reason_that_hardly_anybody_fills_is_not_asked_for(tmp_path: Path) -> None:
    rows = [row.replace("Price", "") for row in GOOD]
    assert "loss_reason_missing" not in findings(tmp_path, *rows)


def test_lost_deals_all_at_nothing_make_the_win_rate_by_value_meaningless(tmp_path: Path) -> None:
    rows = [GOOD[0], GOOD[1].replace(",200,", ",0,"), GOOD[2].replace(",300,", ",,"), GOOD[3]]
    assert findings(tmp_path, *rows)["lost_amount_all_zero"].rows == (3, 4)


def test_month_end_closes_of_open_deals_look_like_a_default(tmp_path: Path) -> None:
    ends = [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)]
    rows = [f"{i},Ann,Negotiation,10,EUR,2026-01-04,,{ends[i % 3]},40%,,Web" for i in range(10, 40)]
    assert findings(tmp_path, *GOOD, *rows)["month_end_close_dates"].count == 30
    spread = [f"{i},Ann,Negotiation,10,EUR,2026-01-04,,2026-07-{i - 9:02d},40%,,Web" for i in range(10, 40)]
    assert "month_end_close_dates" not in findings(tmp_path, *GOOD, *spread)


def test_a_file_of_won_deals_only_says_what_it_cannot_tell(tmp_path: Path) -> None:
    assert "only_won" in findings(tmp_path, GOOD[0], GOOD[0].replace("1,Ann", "9,Ann"))


def test_unknown_words_are_a_warning_only_where_nothing_else_says_won_or_lost(tmp_path: Path) -> None:
    ordinary = findings(tmp_path, *GOOD, "5,Ann,Frobnicate,5,EUR,2026-01-05,,2026-06-15,40%,,Web")
    assert ordinary["stage_words_unknown"].severity == "note"
    lost = findings(tmp_path, *(row.replace("Closed Won", "Hurra").replace("Closed Lost", "Pech") for row in GOOD))
    assert lost["stage_not_understood"].severity == "warning"
    assert "`Hurra` (1)" in lost["stage_not_understood"].message


# --- single amounts -----------------------------------------------------------------------------------------------------


def test_an_amount_beyond_all_others_is_found_whatever_the_order() -> None:
    amounts = [math.exp(random.Random(i).gauss(9, 1)) for i in range(400)]
    assert outliers(pl.Series(amounts)) == []
    assert outliers(pl.Series([*amounts[:200], 3.1e10, *amounts[200:]])) == [3.1e10]


def test_two_amounts_beyond_all_others_do_not_hide_each_other() -> None:
    amounts = [1000.0 + i for i in range(100)]
    assert outliers(pl.Series([*amounts, 4e9, 5e9])) == [5e9, 4e9]


def test_equal_amounts_have_no_outlier_for_a_plain_doubling() -> None:
    assert outliers(pl.Series([100.0] * 50 + [120.0])) == []


@given(st.lists(st.floats(1, 1e6), max_size=60), st.floats(0.01, 100))
def test_outliers_do_not_depend_on_the_unit_of_money(amounts: list[float], rate: float) -> None:
    here = outliers(pl.Series(amounts, dtype=pl.Float64))
    there = outliers(pl.Series([value * rate for value in amounts], dtype=pl.Float64))
    assert len(here) == len(there)


def test_few_or_no_positive_amounts_give_no_verdict() -> None:
    assert outliers(pl.Series([], dtype=pl.Float64)) == []
    assert outliers(pl.Series([1.0] * 18 + [1e12])) == []
    assert outliers(pl.Series([0.0] * 500 + [-1.0] * 500 + [1e12])) == []


# --- spellings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Avito", "AVITO"),
        ("Авито", "avito"),
        ("В1", "B1"),
        ("GTX Pro", "GTXPro"),
        ("Web-Site", "web site"),
        ("Щука", "schuka"),
    ],
)
def test_spellings_of_one_thing(one: str, two: str) -> None:
    assert set(same_thing(one)) & set(same_thing(two))


@pytest.mark.parametrize(("one", "two"), [("GTX 500", "GTX 5000"), ("Plan A", "Plan B"), ("A+", "A"), ("Ann", "Anna")])
def test_different_things(one: str, two: str) -> None:
    assert not set(same_thing(one)) & set(same_thing(two))


def test_numbers_alone_are_never_spellings() -> None:
    assert variants({"1-1": 3, "11": 2, "1.1": 1}) == []


@given(st.dictionaries(st.text(max_size=6), st.integers(1, 9), max_size=12))
def test_a_word_stands_in_one_group_at_most(counts: dict[str, int]) -> None:
    words = [word for group in variants(counts) for word in group]
    assert len(words) == len(set(words))
    assert set(words) <= counts.keys()
    assert all(len(group) > 1 for group in variants(counts))


# --- days ---------------------------------------------------------------------------------------------------------------


def test_a_day_of_1970_is_not_the_first_believable_one() -> None:
    days = [date(2026, 1, 1) + timedelta(days=i % 90) for i in range(500)]
    low = first_believable(pl.Series([date(1970, 1, 1), *days]))
    assert low is not None
    assert date(1971, 1, 1) < low < date(2026, 1, 1)
    assert first_believable(pl.Series([], dtype=pl.Date)) is None


def test_plans_are_no_events() -> None:
    frames = {
        "deals": pl.DataFrame({"created": [date(2026, 1, 1)], "expected_close": [date(2027, 1, 1)]}),
        "activities": pl.DataFrame(
            {
                "occurred": [date(2026, 1, 2), date(2026, 9, 1)],
                "is_completed": [True, False],
                "due": [None, date(2027, 1, 1)],
            }
        ),
    }
    created = Message("last_event_of", event=Message("event_creation"), kind="deals")
    occurred = Message("last_event_of", event=Message("event_itself"), kind="activities")
    events = events_of(frames)
    assert events == {
        "deals": Events(date(2026, 1, 1), date(2026, 1, 1), created),
        "activities": Events(date(2026, 1, 2), date(2026, 1, 2), occurred),
    }
    assert last_event_of(events) == (date(2026, 1, 1), created)
    assert last_event_of(events_of({"activities": frames["activities"]})) == (date(2026, 1, 2), occurred)
    assert events_of({"reps": pl.DataFrame({"hired": [date(2026, 1, 1)]})}) == {}
    assert last_event_of({}) is None
