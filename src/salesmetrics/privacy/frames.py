"""A canonical frame with its names hidden. Own file: it alone of this room knows Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.privacy.fields import CODES, sort_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from salesmetrics.privacy.fields import Sort
    from salesmetrics.privacy.names import Names

__all__ = ["hidden_frame"]


def hidden_frame(kind: str, frame: pl.DataFrame, names: Names) -> pl.DataFrame:
    """A frame with pseudonyms in the place of names, and nothing in the place of free text.

    Args:
        kind: Kind of its records.
        frame: Its columns are fields of the kind, what the reader derives, and others of the export.
        names: What stands in the place of names.

    Raises:
        SalesmetricsError: ``pseudonyms_collide``.
    """
    import polars as pl

    changed: list[pl.Series] = []
    for column in frame.iter_columns():
        sort = sort_of(kind, column.name)
        if sort == "harmless" or column.dtype.is_numeric() or column.dtype.is_temporal() or column.dtype == pl.Boolean:
            continue
        if sort == "text":
            changed.append(pl.Series(column.name, [None], dtype=column.dtype).new_from_index(0, frame.height))
            continue
        text = column.cast(pl.String)
        known = text.drop_nulls().unique()
        values = known.to_list()
        told = _told(kind, column.name, sort, values, names)
        if told != values:
            changed.append(text.replace(known, pl.Series(told, dtype=pl.String)))
    return frame.with_columns(changed)


def _told(kind: str, column: str, sort: Sort, values: Sequence[str], names: Names) -> list[str]:
    """What stands in the place of the values of a column."""
    ours = CODES.get((kind, column), frozenset())
    return [value if value in ours else names.of_sort(sort, value) for value in values]
