"""The Pydantic model of each kind. Own file: it alone imports Pydantic, when a value is refused.

Pydantic gives the verdict on a value that a rule refuses, and the tests hold the rules to it. A report without a refused
row never imports it.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from salesmetrics.schema import fields
from salesmetrics.schema.kinds import KINDS, Kind, columns_of

__all__ = ["model_of"]


class _Base(BaseModel):
    """Immutable, and nothing beyond the named fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


@cache
def model_of(kind: Kind) -> type[BaseModel]:
    """The model of a kind: every field may be missing.

    >>> model_of("rates").model_validate({"rate": "1.25"}).rate
    Decimal('1.25')
    """
    record = KINDS[kind]
    types = get_type_hints(record, vars(fields))
    columns = {name: column._asdict() for name, column in columns_of(kind).items()}
    bounds = {
        name: {key: value for key, value in column.items() if key != "type" and value is not None}
        for name, column in columns.items()
    }
    declared: dict[str, Any] = {name: (Annotated[types[name], Field(**bounds[name])], None) for name in types}
    return create_model(record.__name__, __base__=_Base, __doc__=record.__doc__, **declared)
