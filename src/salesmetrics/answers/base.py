"""What every answer begins with, and what a field says about its place in the JSON.

An answer is a frozen struct of msgspec: quick to declare, so that a table at a terminal waits for no models, and encoded
as JSON without a detour. ``render/json_schema.py`` has Pydantic derive the JSON Schema from the same fields when it is asked for.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Final, Literal, NamedTuple

from msgspec import Struct, field

from salesmetrics.version import __version__

__all__ = ["NOT_IN_JSON", "SCHEMA_VERSION", "Answer", "Generator", "Model", "Number", "ShownAs"]

SCHEMA_VERSION: Literal["1"] = "1"

Number = int | float | Decimal
"""Money keeps its exact decimals; ratios are 0–1."""

NOT_IN_JSON: Final = "not in the JSON"
"""Marks a field, ``Annotated[bool, NOT_IN_JSON]``, that layouts see and programs do not."""


class ShownAs(NamedTuple):
    """Marks values, ``Annotated[Finding, ShownAs(Shape)]``, that stand in the JSON as another class with the same attributes."""

    shape: type


class Model(Struct, frozen=True, kw_only=True, gc=False):
    """A part of an answer: a tree, so that the collector need not look for circles in what may be a million parts."""


class Generator(Model, frozen=True, kw_only=True):
    """The program that wrote the report."""

    name: str = "salesmetrics"
    version: str = field(default_factory=lambda: __version__)


class Answer(Model, frozen=True, kw_only=True):
    """Everything a command has to say.

    Attributes:
        commands: Those that answer so, as they are typed.
        later: By class, the fields that joined a settled shape: in the JSON they stand behind it, so that a reader by
            position or by diff sees what it always saw.
    """

    commands: ClassVar[tuple[str, ...]] = ()
    later: ClassVar[dict[str, tuple[str, ...]]] = {}

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator = field(default_factory=Generator)
    command: str
