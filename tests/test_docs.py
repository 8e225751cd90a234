"""The pages of the KPIs are what the catalogue says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kpi_pages import index_of, page_of
from salesmetrics.drilldown.describe import list_kpis
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from golden_file import Golden

PAGES = Path(__file__).parent.parent / "docs" / "kpis"
CARDS = list_kpis(catalog().kpis.values(), catalog())


@pytest.mark.parametrize("card", CARDS.kpis, ids=lambda card: card.id)
def test_page(card, golden: Golden) -> None:
    golden(PAGES / f"{card.id}.md", page_of(card))


def test_index(golden: Golden) -> None:
    golden(PAGES / "README.md", index_of(CARDS))


def test_no_page_is_left_over() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} - {"README"} == {card.id for card in CARDS.kpis}


@pytest.mark.parametrize("card", CARDS.kpis, ids=lambda card: card.id)
def test_every_kpi_says_what_it_must(card) -> None:
    assert card.definition
    assert card.formula
    assert card.source
    assert card.example.startswith(">>>")
    assert card.needs
