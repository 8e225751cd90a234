"""Columns by the name of the export: `--by "Potential Owner"` is `--by owner`. Own file: it looks back from a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from salesmetrics.ingest.recognise.words import normalise
from salesmetrics.schema.kinds import TYPE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.ingest.dataset import Dataset

__all__ = ["Names", "headers_of", "names_of"]


class Names(msgspec.Struct, frozen=True):
    """The columns of a dataset and the headers that they are known by.

    Attributes:
        columns: Names that need no translation.
        headers: Normalised header or name → column; a header that means two things is not among them.
    """

    columns: frozenset[str]
    headers: Mapping[str, str]

    def column(self, name: str) -> str:
        """The column that a name stands for; the name itself where it stands for none.

        >>> Names(frozenset({"owner"}), {"potential owner": "owner"}).column("Potential  owner")
        'owner'
        """
        return name if name in self.columns else self.headers.get(normalise(name), name)


def names_of(dataset: Dataset) -> Names:
    """What columns are called in a dataset: canonical names first, then headers, whatever their case."""
    columns = [name for frame in dataset.frames.values() for name in frame.columns if not name.startswith("__")]
    found: dict[str, set[str]] = {}
    deals = dataset.frames.get("deals")
    apart = TYPE_NAMES if deals is not None and "type" in deals.columns else {}
    for file in dataset.files:
        for field, match in file.recognition.columns.items():
            if field in columns:
                name = apart.get(file.recognition.kind, field) if field == "type" else field
                found.setdefault(normalise(match.header), set()).add(name)
    for name in columns:
        found.setdefault(normalise(name), {name})
    headers = {header: next(iter(fields)) for header, fields in found.items() if len(fields) == 1}
    return Names(frozenset(columns), headers)


def headers_of(dataset: Dataset) -> dict[tuple[str, str], str]:
    """Kind and column → the header of the first file that has it."""
    found: dict[tuple[str, str], str] = {}
    for file in dataset.files:
        for field, match in file.recognition.columns.items():
            found.setdefault((str(file.recognition.kind), field), match.header)
    return found
