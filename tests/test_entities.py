"""Every entity that a measure aggregates is declared: what it is made from, and the date that puts it into a period."""

from __future__ import annotations

import pytest

from salesmetrics.entities.declared import ENTITIES, date_columns
from salesmetrics.entities.derived import DERIVED
from salesmetrics.metrics.catalog import catalog
from salesmetrics.schema.kinds import KIND_NAMES

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
