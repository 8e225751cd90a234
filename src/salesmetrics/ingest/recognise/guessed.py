"""What a guess at a file comes to: a field for each column, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from salesmetrics.ingest.recognise.candidates import NEEDS
from salesmetrics.ingest.recognise.sales import is_price

if TYPE_CHECKING:
    from salesmetrics.schema.kinds import Kind

__all__ = ["BY_CELLS", "BY_PLACE", "BY_WORDS", "KNOWN", "LIKELY", "Guess", "Guessed", "settles_kind"]

KNOWN, LIKELY, BY_WORDS, BY_CELLS, BY_PLACE = 0.95, 0.85, 0.75, 0.6, 0.4
"""How sure a guess is: by a known header, by cells that hardly leave a doubt, by a word of the header, by cells that are of
the right type, and by the place of the column among the others."""


class Guess(msgspec.Struct, frozen=True):
    """A column, and the field that it could be.

    Attributes:
        header: As it stands in the file.
        field: The field; None where nothing speaks for one.
        confidence: How sure that is, 0–1.
        reason: Code of what it rests on: ``header``, ``words``, ``cells`` or ``place``.
        samples: Some of its cells.
    """

    header: str
    field: str | None
    confidence: float
    reason: str
    samples: tuple[str, ...]


class Guessed(msgspec.Struct, frozen=True):
    """What a file could be, column by column."""

    kind: Kind
    columns: tuple[Guess, ...]

    @property
    def mapping(self) -> dict[str, str]:
        """Field → header; without a price beside a quantity, which the reader multiplies unless somebody calls it the amount."""
        found = {each.field: each for each in self.columns if each.field is not None}
        price = found.get("amount")
        if price is not None and price.reason == "header" and "quantity" in found and is_price(price.header):
            del found["amount"]
        return {field: each.header for field, each in found.items()}

    def without(self, header: str) -> Guessed:
        """The same without a guess for one column."""
        columns = tuple(
            msgspec.structs.replace(each, field=None, confidence=0.0) if each.header == header else each
            for each in self.columns
        )
        return Guessed(self.kind, columns)


def settles_kind(guessed: Guessed) -> bool:
    """Whether every column that the kind needs has a guess that is more than its place."""
    sure = {each.field for each in guessed.columns if each.confidence >= BY_CELLS}
    return all(sure & set(group) for group in NEEDS[guessed.kind])
