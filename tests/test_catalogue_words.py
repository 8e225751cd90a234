"""The catalogue in words: what a search finds, and how an example reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from salesmetrics.drilldown.describe import define_kpi
from salesmetrics.metrics.catalog import SYNONYMS, catalog, one_per_idea
from salesmetrics.render.writers import Screen, render

if TYPE_CHECKING:
    from salesmetrics.metrics.definition import Kpi

KNOWN = catalog()


@pytest.mark.parametrize(
    ("text", "kpi"),
    [
        ("commission", "incentive_payout"),
        ("Stuck", "stalled_deals"),
        ("stuck deals", "stalled_deals"),
        ("churn", "logo_churn"),
        ("conversion", "win_rate"),
        ("close  rate", "win_rate"),
        ("ARPA", "ltv"),
        ("aging", "deal_age_median"),
        ("win_rate", "win_rate"),
    ],
)
def test_a_search_knows_other_names(text: str, kpi: str) -> None:
    assert kpi in [found.id for found in KNOWN.search(KNOWN.kpis.values(), text)]


def test_a_search_without_a_text_finds_all_and_nonsense_finds_none() -> None:
    assert KNOWN.search(KNOWN.kpis.values(), None) == list(KNOWN.kpis.values())
    assert KNOWN.search(KNOWN.kpis.values(), "xyzzy") == []


def test_other_names_are_of_kpis_that_exist() -> None:
    assert {kpi for ids in SYNONYMS.values() for kpi in ids} <= set(KNOWN.kpis)
    assert all(words == words.casefold() for words in SYNONYMS)


@pytest.mark.parametrize("kpi", KNOWN.kpis)
def test_people_read_no_doctest(kpi: str) -> None:
    text = render(define_kpi(KNOWN.kpis[kpi], KNOWN), "table", Screen(width=100))
    assert ">>>" not in text
    assert "Decimal(" not in text
    assert "True" not in text


def test_examples_read_as_equations() -> None:
    text = render(define_kpi(KNOWN.kpis["win_rate"], KNOWN), "table", Screen(width=100))
    assert "\nexample    win_rate(30, 70) = 0.3\nexample    win_rate(0, 0) is undefined\n" in text
    text = render(define_kpi(KNOWN.kpis["training_effect"], KNOWN), "table", Screen(width=100))
    assert "\nexample    training_effect(30, 100, 20, 100, 25, 100, 20, 100) = 5.0\n" in text
    assert '">>> win_rate(30, 70)\\n0.3' in render(define_kpi(KNOWN.kpis["win_rate"], KNOWN), "json")


@pytest.mark.parametrize("kpi", KNOWN.kpis.values(), ids=lambda kpi: kpi.id)
def test_no_definition_breaks_off_before_its_example(kpi: Kpi) -> None:
    paragraphs = [text.strip() for text in kpi.doc.partition(">>>")[0].split("\n\n")]
    assert not [text for text in paragraphs if text.endswith((":", ","))]


@pytest.mark.parametrize("kpi", KNOWN.kpis)
def test_a_kpi_is_of_one_idea_and_an_idea_has_one_leader(kpi: str) -> None:
    leader = KNOWN.kpis[KNOWN.kpis[kpi].idea]
    assert leader.idea == leader.id
    assert KNOWN.kpis[kpi].headline is None or leader.headline is not None


def test_of_an_idea_one_kpi_is_left_and_nothing_of_the_others_is_lost() -> None:
    ideas = {kpi.idea for kpi in KNOWN.kpis.values()}
    assert [kpi.id for kpi in one_per_idea(KNOWN.kpis.values())] == [kpi for kpi in KNOWN.kpis if kpi in ideas]
    followers = [KNOWN.kpis[name] for name in ("win_rate_broad", "loss_rate", "median_deal_size")]
    assert [kpi.id for kpi in one_per_idea(followers)] == ["win_rate_broad", "median_deal_size"]
    for one in ("loss_rate", "win_rate_broad", "win_rate_value", "win_loss_ratio"):
        assert KNOWN.kpis[one].idea == "win_rate"
