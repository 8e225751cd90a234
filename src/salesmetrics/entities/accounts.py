"""Which records are of one account: by its id where that is known, else by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.privacy.names import SPELLING
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesmetrics.schema.provenance import Finding

__all__ = ["account_keys", "by_name", "ids_by_name", "plain_names"]

ID, NAME = "account_id", "account"


def plain_names(names: pl.Series) -> pl.Series:
    """Names without what spelling alone makes of them: case, width, and spaces at the ends or repeated.

    Of a pseudonym the part that says how the name is spelled is taken away.

    >>> plain_names(pl.Series(["Acme  Ltd", " ACME ltd", "Acme GmbH"])).to_list()
    ['acme ltd', 'acme ltd', 'acme gmbh']
    """
    plain = names.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return plain.str.replace(SPELLING, "$1")


def ids_by_name(frames: Iterable[pl.DataFrame], columns: tuple[str, str] = (ID, NAME)) -> pl.DataFrame | None:
    """The id of each name that stands beside exactly one; None where no file has both.

    Args:
        frames: Files that may name accounts.
        columns: What the id and the name are called in them.

    Returns:
        ``name`` (String, plain) and ``id`` (String), one row per name.
    """
    pairs = [
        pl.DataFrame({"name": plain_names(known["name"]), "id": known["id"]})
        for frame in frames
        if set(columns) <= set(frame.columns)
        for known in [frame.select(id=columns[0], name=columns[1]).drop_nulls().unique()]
    ]
    if not pairs:
        return None
    known = pl.concat(pairs).unique()
    return known.filter(pl.col("name").is_unique()).sort("name")


def account_keys(
    frame: pl.DataFrame, known: pl.DataFrame | None = None, columns: tuple[str, str] = (ID, NAME)
) -> pl.Series:
    """What tells accounts apart: the id; without one, the id that the same name has elsewhere, else the name.

    A name that stands beside several ids is none of them for certain, and stays an account of its own.

    Args:
        frame: Records with an id, a name, or both.
        known: Ids by name of other files too; by default those of the frame itself.
        columns: What the id and the name are called.

    Returns:
        ``account_key`` (String), null where a record names no account. A name is given as it is first spelled.

    >>> rows = {"account_id": ["A1", None, None, None], "account": ["Acme", "ACME ", "Birch", "birch"]}
    >>> account_keys(pl.DataFrame(rows)).to_list()
    ['A1', 'A1', 'Birch', 'Birch']
    """
    own, named = columns
    if named not in frame.columns:
        return frame[own].alias("account_key")
    ids = frame[own] if own in frame.columns else None
    if ids is not None and not ids.null_count():
        return ids.alias("account_key")
    names = frame[named]
    if ids is not None:
        known = ids_by_name([frame], columns) if known is None else known
    keys = _by_name(names, known)
    return (keys if ids is None else ids.zip_with(ids.is_not_null(), keys)).alias("account_key")


def by_name(entity: str, frame: pl.DataFrame) -> list[Finding]:
    """That records without the id of their account are counted by its name, where others have one."""
    if not {ID, NAME} <= set(frame.columns) or not 0 < frame[ID].null_count() < frame.height:
        return []
    rows = frame.filter(pl.col(ID).is_null() & pl.col(NAME).is_not_null())
    if rows.is_empty():
        return []
    known = ids_by_name([frame])
    named = 0 if known is None else int(plain_names(rows[NAME]).is_in(known["name"].implode()).sum())
    rest = rows.height - named
    parts = [Message("accounts_of_that_name", n=named)] if named else []
    parts += [Message("accounts_named", n=rest)] if rest else []
    numbers = rows["__row__"].head(20).to_list() if "__row__" in rows.columns else []
    return [finding("accounts_by_name", kind=entity, column=ID, count=rows.height, rows=numbers, parts=tuple(parts))]


def _by_name(names: pl.Series, known: pl.DataFrame | None) -> pl.Series:
    distinct = names.drop_nulls().unique(maintain_order=True)
    table = pl.DataFrame({"raw": distinct, "name": plain_names(distinct)})
    table = table.with_columns(key=pl.col("raw").first().over("name"))
    if known is not None and known.height:
        table = table.join(known, on="name", how="left", maintain_order="left")
        table = table.with_columns(key=pl.coalesce("id", "key"))
    changed = table.filter(pl.col("key") != pl.col("raw"))
    if changed.is_empty():
        return names
    return names.replace(changed["raw"], changed["key"])
