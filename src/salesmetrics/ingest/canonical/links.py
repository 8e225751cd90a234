"""What one file says about another: names for owner ids, meanings for stage ids, leads that became deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import polars as pl

from salesmetrics.ingest.canonical.identity import Kept
from salesmetrics.schema.findings import finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "Stages",
    "converted_by_deals",
    "linked_by_name",
    "named_owners",
    "named_stages",
    "owner_from_id",
    "stage_definitions",
]

_OF_REP = ("team", "region", "manager")


class Stages(msgspec.Struct, frozen=True):
    """What a pipelines file says about stages. Keys are ids and names, in comparable form.

    ``unclear`` are the keys that mean different things in different pipelines.
    """

    names: Mapping[str, str] = msgspec.field(default_factory=dict)
    outcomes: Mapping[str, str] = msgspec.field(default_factory=dict)
    unclear: tuple[str, ...] = ()


def stage_definitions(pipelines: pl.DataFrame | None, comparable: Callable[[str], str]) -> Stages:
    """Read names and outcomes of stages out of a pipelines frame.

    A key that means different things in different pipelines gives no outcome: it would be a guess.

    Args:
        pipelines: Canonical pipelines (``id``, ``name`` String; ``is_won``, ``is_lost``, ``is_closed`` Boolean), or None.
        comparable: How stage words are made comparable.
    """
    names: dict[str, str] = {}
    meanings: dict[str, set[str]] = {}
    if pipelines is None:
        return Stages()
    for row in pipelines.iter_rows(named=True):
        id_, name = row.get("id"), row.get("name")
        outcome = _definition_outcome(row)
        if id_ is not None and name is not None:
            names.setdefault(comparable(id_), name)
        for key in (id_, name):
            if key is not None and outcome is not None:
                meanings.setdefault(comparable(key), set()).add(outcome)
    outcomes = {key: next(iter(said)) for key, said in meanings.items() if len(said) == 1}
    return Stages(names, outcomes, tuple(sorted(meanings.keys() - outcomes.keys())))


def _definition_outcome(row: Mapping[str, object]) -> str | None:
    won, lost, closed = row.get("is_won"), row.get("is_lost"), row.get("is_closed")
    if won is True:
        return "won"
    if lost is True or (closed is True and won is False and lost is None):
        return "lost"
    if closed is True:
        return "other"
    return "open" if closed is False or won is False else None


def named_stages(frame: pl.DataFrame, stages: Stages, comparable: Callable[[str], str]) -> pl.DataFrame:
    """Put the readable name in the place of a stage id, in ``stage`` and ``from_stage``."""
    for column in ("stage", "from_stage"):
        if column not in frame.columns or not stages.names:
            continue
        words = frame.get_column(column).drop_nulls().unique().to_list()
        table = {word: stages.names[comparable(word)] for word in words if comparable(word) in stages.names}
        if table:
            frame = frame.with_columns(pl.col(column).replace(table))
    return frame


def owner_from_id(frame: pl.DataFrame) -> pl.DataFrame:
    """Where an export names owners by id only, the id is the owner."""
    if "owner_id" in frame.columns and "owner" not in frame.columns:
        return frame.with_columns(pl.col("owner_id").alias("owner"))
    return frame


def named_owners(frame: pl.DataFrame, reps: pl.DataFrame | None) -> pl.DataFrame:
    """Put the name in the place of an owner id, and add the team, region and manager that the reps file knows.

    Args:
        frame: Any canonical frame with ``owner`` or ``owner_id`` (String).
        reps: Canonical reps (``id``, ``name``, ``email``, ``team``, ``region``, ``manager`` String), or None.
    """
    if reps is None or "owner" not in frame.columns:
        return frame
    names = _column_map(reps, "id", "name") | _column_map(reps, "email", "name")
    words = frame.get_column("owner").drop_nulls().unique().to_list()
    table = {word: names[word] for word in words if word in names and names[word] != word}
    if "owner_id" in frame.columns:
        by_id = _column_map(reps, "id", "name")
        ids = frame.get_column("owner_id").drop_nulls().unique().to_list()
        known = {id_: by_id[id_] for id_ in ids if id_ in by_id}
        if known:
            from_id = pl.col("owner_id").replace_strict(known, default=None, return_dtype=pl.String)
            frame = frame.with_columns(pl.coalesce("owner", from_id).alias("owner"))
    elif table:
        frame = frame.with_columns(pl.when(pl.col("owner").is_in(list(table))).then(pl.col("owner")).alias("owner_id"))
    if table:
        frame = frame.with_columns(pl.col("owner").replace(table))
    return _with_rep_columns(frame, reps)


def _with_rep_columns(frame: pl.DataFrame, reps: pl.DataFrame) -> pl.DataFrame:
    for column in _OF_REP:
        known = _column_map(reps, "name", column) if column not in frame.columns else {}
        if known:
            value = pl.col("owner").replace_strict(known, default=None, return_dtype=pl.String)
            frame = frame.with_columns(value.alias(column))
    return frame


def _column_map(frame: pl.DataFrame, key: str, value: str) -> dict[str, str]:
    """Key → value for the keys that have exactly one value."""
    if key not in frame.columns or value not in frame.columns:
        return {}
    pairs = frame.select(key, value).drop_nulls().unique(maintain_order=True)
    once = pairs.filter(pl.col(key).is_unique())
    return dict(once.iter_rows())


_SHORT, _LONG = 15, 18
"""Letters of an id of Salesforce in a report and in an API."""


def _by_long_ids(used: pl.Series, ids: pl.Series) -> dict[str, str]:
    """Id of a stage change → that of the deal, where all are ids of Salesforce and differ in their length alone."""
    lengths = [set(column.str.len_chars().unique().to_list()) for column in (used, ids)]
    if sorted(map(sorted, lengths)) != [[_SHORT], [_LONG]]:
        return {}
    known = {id_[:_SHORT]: id_ for id_ in ids}
    found = {word: known[word[:_SHORT]] for word in used if word[:_SHORT] in known}
    return found if len(found) >= used.len() * _MOST else {}


_MOST = 0.5
"""From this share of names on that are those of deals, a column of deals holds names."""


def linked_by_name(stages: pl.DataFrame, deals: pl.DataFrame | None, path: str, header: str | None) -> list[Kept]:
    """Stage changes with the id of their deal, where they name each deal by its name and not one by its id.

    A name that several deals share links nothing. Ids of 15 and of 18 letters are those of Salesforce: an API adds three letters to
    the id that a report has, and these follow from the others.

    Args:
        stages: Canonical stage changes with ``deal_id``.
        deals: Canonical deals with ``id`` and ``name``, or None.
        path: Of the stage changes.
        header: Of the column that names the deals.

    Returns:
        The changes with ids in the place of names, and that this was done; nothing where ids are ids.
    """
    if deals is None or "id" not in deals.columns or "deal_id" not in stages.columns:
        return []
    used = stages.get_column("deal_id").drop_nulls().unique()
    if used.is_in(deals.get_column("id").drop_nulls().implode()).any():
        return []
    long = _by_long_ids(used, deals.get_column("id").drop_nulls().unique())
    if long:
        frame = stages.with_columns(pl.col("deal_id").replace(long))
        said = finding("linked_by_long_id", kind="stages", path=path, column=header, count=len(long), of=used.len())
        return [Kept(frame, findings=(said,))]
    if "name" not in deals.columns:
        return []
    named = deals.select("name", "id").drop_nulls().filter(pl.col("name").is_unique())
    known = used.is_in(named.get_column("name").implode())
    if not used.len() or known.sum() < used.len() * _MOST:
        return []
    ids = dict(named.iter_rows())
    frame = stages.with_columns(pl.col("deal_id").replace(ids))
    said = finding("linked_by_name", kind="stages", path=path, column=header, count=int(known.sum()), of=used.len())
    return [Kept(frame, findings=(said,))]


def converted_by_deals(leads: pl.DataFrame, deals: pl.DataFrame) -> pl.DataFrame | None:
    """Leads with ``is_converted`` from the deals that name them, where the leads file itself says nothing about it.

    Returns:
        The frame with ``is_converted``, or None when the leads speak for themselves or no deal names a lead.
    """
    if set(leads.columns) & {"is_converted", "converted_at", "deal_id", "status"} or "id" not in leads.columns:
        return None
    if "lead_id" not in deals.columns:
        return None
    named = deals.get_column("lead_id").drop_nulls().unique()
    found = leads.get_column("id").is_in(named.implode()).fill_null(value=False)
    if not found.any():
        return None
    return leads.with_columns(found.alias("is_converted"))
