"""The columns that no field claims: text under its own header, made only where the question or a rule looks at it.

A rule that looks at every column asks for the rest of them, so that which rows count never depends on the question.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.frames.columns import columns_beside, side_by_side
from salesmetrics.frames.far import bring
from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.recognise.words import normalise
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import column_types

if TYPE_CHECKING:
    from collections.abc import Collection

    import polars as pl

    from salesmetrics.ingest.dataset import Part
    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.ingest.table.table import RawTable

__all__ = ["complete", "entered_columns", "names_of_interest", "other_columns", "with_others"]

_BY_FIELDS = frozenset({"deals", "leads", "activities", "stages"})
"""Kinds whose rules look at other columns only to tell rows of one id, or without an id, apart."""

_LABEL = re.compile(
    r"""^date (entered|exited) ["'“‘„«](?P<stage>.+?)(?: \((?P<pipeline>[^()]+)\))?["'”’“»]$""", re.IGNORECASE
)
_INTERNAL = re.compile(r"^hs_(?:v2_)?date_(entered|exited)_(?P<stage>.+)$", re.IGNORECASE)
_PER_STAGE = re.compile(r"^stage[ _]date[ _](?P<stage>(?!entered|exited|chang|modif|updat|of\b).+)$", re.IGNORECASE)
_DERIVED = frozenset({"outcome", "deal_class"})


def names_of_interest(
    table: RawTable, recognition: Recognition, asked: Collection[str] | None
) -> frozenset[str] | None:
    """The columns that have to be made at once, of those that no field claims; None for all of them.

    Args:
        table: The file's table.
        recognition: Which column is which field.
        asked: Names of columns, or headers, that the question is about; None where it is about all. Where one of them is
            not in this file the answer may be an error that lists every column.
    """
    types = column_types(recognition.kind)
    if asked is None or recognition.kind not in _BY_FIELDS or "id" not in recognition.columns:
        return None
    others = _others(table, recognition)
    headers = {normalise(name): name for name in others}
    fields = {name for name in recognition.columns if types[name] is ColumnType.TEXT} | _DERIVED
    named = {name: headers.get(normalise(name)) for name in asked if name not in fields}
    if None in named.values():
        return None
    history = {header for found in entered_columns(others).values() for header in found.values()}
    # A header that may be the name of a column of ours, or of a parameter, is looked up by it.
    like_ours = {name for name in others if name.isidentifier()}
    return frozenset({*filter(None, named.values()), *history, *like_ours})


def other_columns(table: RawTable, recognition: Recognition, names: Collection[str] | None = None) -> pl.DataFrame:
    """The columns that no field claimed: stripped, blank as null, under their own header.

    Args:
        table: The file's table.
        recognition: Which column is which field.
        names: Only these; None for all.
    """
    reserved = set(column_types(recognition.kind)) | {"outcome", "type_text", "__file__"}
    columns = columns_beside(table.frame)
    bring(table.frame, [name for name in _others(table, recognition) if names is None or name in names])
    for name in _others(table, recognition):
        if names is not None and name not in names:
            continue
        text = plain_text(table.frame.get_column(name)).str.strip_chars()
        text = text.set(text == "", None) if (text == "").any() else text
        columns[f"{name} (export)" if name in reserved else name] = text
    return columns.frame()


def _others(table: RawTable, recognition: Recognition) -> list[str]:
    taken = {match.header for match in recognition.columns.values()} | {ROW}
    taken |= {header for twins in recognition.duplicates.values() for header in twins}
    return [name for name in table.frame.columns if name not in taken]


def with_others(frame: pl.DataFrame, table: RawTable, recognition: Recognition) -> pl.DataFrame:
    """A canonical frame with all columns that no field claims, for the rows that it still has.

    Args:
        frame: Mapped columns, some of the others and constants, in order of rows; nothing derived yet.
        table: The file's table.
        recognition: Which column is which field.
    """
    others = other_columns(table, recognition)
    if not others.width:
        return frame
    kept = table.frame.get_column(ROW).is_in(frame.get_column(ROW).implode())
    constants = frame.select([name for name in recognition.constants if name in frame.columns])
    own = frame.drop(*constants.columns, *others.columns, strict=False)
    return side_by_side(side_by_side(own, others.filter(kept)), constants)


def complete(part: Part) -> None:
    """Put into a part the columns that were left out of it; nothing is derived in it yet."""
    if part.narrow:
        part.frame, part.narrow = with_others(part.frame, part.table, part.recognition), False


# --- stage history that a deals export carries in columns of its own ---


def entered_columns(headers: list[str]) -> dict[tuple[str, str | None], dict[str, str]]:
    """(stage, pipeline) → ``entered`` and ``exited`` → header. The same stage in another quote style is the same stage.

    >>> entered_columns(['Date entered "Won (Sales)"', "Amount"])
    {('Won', 'Sales'): {'entered': 'Date entered "Won (Sales)"'}}
    >>> entered_columns(["stage_date_discovery", "Stage date entered"])
    {('discovery', None): {'entered': 'stage_date_discovery'}}
    """
    found: dict[tuple[str, str | None], dict[str, str]] = {}
    for header in headers:
        match = _LABEL.match(header.strip()) or _INTERNAL.match(header.strip())
        plain = _PER_STAGE.match(header.strip())
        if plain is not None:
            found.setdefault((plain["stage"], None), {}).setdefault("entered", header)
        if match is None or match["stage"].casefold() == "current_stage":
            continue
        pipeline = match.groupdict().get("pipeline")
        found.setdefault((match["stage"], pipeline), {}).setdefault(match[1].casefold(), header)
    return found
