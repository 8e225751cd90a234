"""Every entity that a measure aggregates is declared: what it is made from, and the date that puts it into a period."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from polars.testing import assert_frame_equal

from salesmetrics.entities.declared import DERIVED, ENTITIES, date_columns, makings
from salesmetrics.entities.make import Asked, make_entities
from salesmetrics.entities.moments import Moments
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.settings import Settings
from salesmetrics.schema.kinds import KIND_NAMES

if TYPE_CHECKING:
    import polars as pl

    from salesmetrics.ingest.dataset import Dataset

EXAMPLES = Path(__file__).parent.parent / "examples"
DATELESS = frozenset({"snapshot", "undated"})


@pytest.mark.parametrize("entity", sorted({measure.entity for measure in catalog().measures.values()}))
def test_every_entity_is_declared(entity: str) -> None:
    assert set(ENTITIES[entity].kinds) <= set(KIND_NAMES)
    assert ENTITIES[entity].kinds


@pytest.mark.parametrize("name", sorted(catalog().measures))
def test_every_measure_has_the_date_of_its_basis(name: str) -> None:
    measure = catalog().measures[name]
    if measure.basis not in DATELESS:
        assert measure.basis in date_columns(measure.entity)


def test_every_derived_column_is_of_a_declared_entity() -> None:
    assert {entity for entity, _ in DERIVED} <= set(ENTITIES)


@cache
def examples() -> Dataset:
    return load(sorted(str(path) for path in EXAMPLES.glob("*.csv")))


def made(entities: frozenset[str] | None) -> dict[str, pl.DataFrame]:
    dataset = examples()
    assert dataset.last_event is not None
    own = {str(kind): day for kind, (day, _) in dataset.last_events.items()}
    moments = Moments(dataset.last_event[0], own, asked=False)
    return make_entities(dataset.entities, moments, Settings(), Asked(entities=entities))[0]


# The examples have no quota of the company beside those of reps.
@pytest.mark.parametrize("entity", sorted(ENTITIES.keys() - {"company_targets"}))
def test_an_entity_made_alone_is_the_one_that_is_made_among_all(entity: str) -> None:
    alone, among_all = made(makings([entity])), made(None)
    assert_frame_equal(alone[entity], among_all[entity], check_row_order=False)  # the rows of targets come in any order


def test_what_nobody_asks_for_is_not_made() -> None:
    left = made(None).keys() - made(frozenset({"deals"})).keys()
    assert left >= {"chances", "deal_stages", "deal_touches", "meeting_outcomes", "ramps", "rep_targets", "trainings"}
