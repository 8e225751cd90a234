"""A canonical frame with its names hidden. Own file: it alone of this room knows Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.privacy.fields import CODES, sort_of
from salesmetrics.privacy.names import ID

if TYPE_CHECKING:
    import polars as pl

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
        if sort == "id":
            known, sort = known.filter(~known.str.contains(ID)), "deal"
        else:
            known = known.filter(~known.is_in(list(CODES.get((kind, column.name), ()))))
        if len(known):
            told = pl.Series(names.pseudonyms(sort, known.to_list()), dtype=pl.String)
            changed.append(text.replace(known, told))
    return frame.with_columns(changed)
