"""What became of a deal: the declared precedence, held case by case and against a slow oracle."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.ingest.canonical.outcome import (
    Vocabulary,
    close_dates,
    deal_outcomes,
    lead_outcomes,
    looks_final,
    word_counts,
)
from salesmetrics.ingest.recognise.words import Words, comparable

WORDS = Words.of(
    {"won": ["Closed Won", "*:won"], "lost": ["Closed Lost", "*:lose"], "other": ["Void"], "open": ["New"]}
)


def outcomes(frame: pl.DataFrame, **vocabulary: object) -> list[str]:
    words = word_counts(frame, ("status", "stage"), Vocabulary(comparable, generic=WORDS, **vocabulary))
    return frame.select(deal_outcomes(frame, words)).to_series().to_list()


def test_words_decide_where_there_are_no_flags() -> None:
    frame = pl.DataFrame({"stage": ["closed won", "C6:LOSE", "Void", "New", "Frobnicate", None]})
    assert outcomes(frame) == ["won", "lost", "other", "open", "open", "open"]


def test_flags_before_status_before_stage_before_closed_flag() -> None:
    frame = pl.DataFrame(
        {
            "is_won": [True, False, None, None],
            "is_closed": [True, True, True, True],
            "status": ["Closed Lost", "Closed Won", "Closed Lost", None],
            "stage": ["New", "Closed Won", "Closed Won", "Frobnicate"],
        }
    )
    assert outcomes(frame) == ["won", "lost", "lost", "other"]


def test_closed_and_not_won_is_not_lost_when_a_word_says_void() -> None:
    frame = pl.DataFrame({"is_won": [False, False], "is_closed": [True, True], "stage": ["Void", "Anything"]})
    assert outcomes(frame) == ["other", "lost"]


def test_a_lost_flag_that_says_no_leaves_the_closed_flag_to_say_other() -> None:
    frame = pl.DataFrame({"is_won": [False], "is_lost": [False], "is_closed": [True]})
    assert outcomes(frame) == ["other"]


def test_options_override_flags() -> None:
    frame = pl.DataFrame({"is_won": [False, False], "is_closed": [True, True], "stage": ["Выдано", "Отказ"]})
    assert outcomes(frame, options={comparable("выдано"): "won"}) == ["won", "lost"]


def test_definitions_of_a_pipeline_come_before_words() -> None:
    frame = pl.DataFrame({"stage": ["Closed Won", "S7"]})
    assert outcomes(frame, definitions={comparable("Closed Won"): "open", comparable("s7"): "lost"}) == ["open", "lost"]


def test_only_dates_say_it_in_a_file_of_won_deals() -> None:
    frame = pl.DataFrame({"won_on": [date(2026, 1, 2), None], "lost_on": [None, date(2026, 1, 3)]})
    assert outcomes(frame) == ["won", "lost"]


def test_probability_never_decides() -> None:
    frame = pl.DataFrame({"stage": ["New", "Closed Lost"], "probability": [1.0, 1.0]})
    assert outcomes(frame) == ["open", "lost"]


@given(
    st.lists(
        st.tuples(
            *[st.sampled_from([True, False, None])] * 2,
            st.sampled_from(["Closed Won", "Closed Lost", "Void", "New", "?", None]),
            st.sampled_from(["Closed Won", "Closed Lost", "Void", "New", "?", None]),
        ),
        max_size=30,
    )
)
def test_vectorised_precedence_equals_the_rule_read_aloud(
    rows: list[tuple[bool | None, bool | None, str | None, str | None]],
) -> None:
    schema = {"is_won": pl.Boolean, "is_closed": pl.Boolean, "status": pl.String, "stage": pl.String}
    meaning = {"Closed Won": "won", "Closed Lost": "lost", "Void": "other", "New": "open"}

    def aloud(row: tuple[bool | None, bool | None, str | None, str | None]) -> str:
        is_won, is_closed, status, stage = row
        by_word = next((meaning[w] for w in (status, stage) if w in meaning), None)
        if is_won:
            return "won"
        if is_won is False and is_closed:
            return "other" if by_word == "other" else "lost"
        if by_word not in (None, "open"):
            return by_word
        return "other" if is_closed else "open"

    frame = pl.DataFrame(rows, schema=schema, orient="row")
    assert outcomes(frame) == [aloud(row) for row in rows]


def test_close_dates_prefer_the_dates_that_say_most() -> None:
    d = [date(2026, 1, day) for day in range(1, 10)]
    frame = pl.DataFrame(
        {
            "outcome": ["won", "lost", "other", "open", "won"],
            "won_on": [d[0], None, None, None, None],
            "closed": [d[1], d[1], d[1], d[1], None],
            "close_date": [d[2], d[2], d[2], d[2], d[2]],
            "expected_close": [None, None, None, None, d[8]],
        }
    )
    got = frame.select(close_dates(frame))
    assert got["closed"].to_list() == [d[0], d[1], d[1], None, d[2]]
    assert got["expected_close"].to_list() == [None, None, None, d[2], d[8]]


def test_no_close_date_column_means_no_closed_column() -> None:
    assert close_dates(pl.DataFrame({"outcome": ["won"]})) == []


def test_lead_flag_decides_before_a_status_of_junk() -> None:
    words = Words.of(
        {"converted": ["Converted"], "qualified": ["Qualified"], "disqualified": ["Junk Lead"], "open": []}
    )
    frame = pl.DataFrame({"is_converted": [True, False, None], "status": ["Junk Lead", "Junk Lead", "Qualified"]})
    said = word_counts(frame, ("status",), Vocabulary(comparable, generic=words))
    got = frame.select(lead_outcomes(frame, said))
    assert got["outcome"].to_list() == ["converted", "disqualified", "qualified"]
    assert got["is_converted"].to_list() == [True, False, False]


def test_lead_status_converts_where_there_is_no_flag() -> None:
    words = Words.of({"converted": ["Converted"], "qualified": [], "disqualified": [], "open": []})
    frame = pl.DataFrame({"status": ["converted", "New", None]})
    said = word_counts(frame, ("status",), Vocabulary(comparable, generic=words))
    assert frame.select(lead_outcomes(frame, said))["outcome"].to_list() == ["converted", "open", "open"]


@pytest.mark.parametrize(
    "word",
    ["Выдано", "Payment Done", "Actualizada", "Free Education", "issued", "Delivered", "signed", "Completed", "已完成"],
)
def test_words_of_an_end_look_final(word: str) -> None:
    assert looks_final(word)


@pytest.mark.parametrize(
    "word", ["Prospecting", "Negotiation", "Предложение", "Demo", "В работе", "初步接洽", "Unpaid work"]
)
def test_words_of_a_step_do_not(word: str) -> None:
    assert not looks_final(word)


def test_leads_that_nothing_is_said_about_have_no_outcome() -> None:
    assert lead_outcomes(pl.DataFrame({"id": ["1"], "source": ["web"]}), ()) == []
    qualified = pl.DataFrame({"is_qualified": [True, False]})
    assert qualified.select(lead_outcomes(qualified, ())).to_dict(as_series=False) == {"outcome": ["qualified", "open"]}
