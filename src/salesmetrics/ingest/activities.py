"""What sort of activity it was, in which direction, and whether it was done: words of many CRMs into three columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.sample import OF_PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.outcome import Classifier

__all__ = ["activity_columns"]

_TYPES = ("call", "email", "meeting", "task", "other")
_DIRECTIONS = ("inbound", "outbound")
_STATES = ("completed", "pending")


def _mapped(frame: pl.DataFrame, column: str, words: Classifier, meanings: Sequence[str]) -> pl.Expr | None:
    """The meaning of a text column's words, null for unknown ones; None when no word of it is known."""
    if column not in frame.columns:
        return None
    distinct = frame.get_column(column).drop_nulls().unique(maintain_order=True).to_list()
    distinct = [word for word in distinct if not OF_PROGRAMS.match(word)]
    table = {word: meaning for word in distinct if (meaning := words.classify(word, meanings)) is not None}
    if not table:
        return None
    return pl.col(column).replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)


def activity_columns(frame: pl.DataFrame, words: Classifier) -> list[pl.Expr]:
    """``type``, ``type_text``, ``direction`` and ``is_completed`` of each activity.

    A direction is also read out of the type (``Звонок (входящий)``); completion is the flag, then the completion time,
    then the status word. A type that no profile knows is ``other``, its text kept in ``type_text``.

    Args:
        frame: Canonical activities; any of ``type``, ``direction``, ``status`` (String), ``is_completed`` (Boolean),
            ``completed_at`` (Datetime).
        words: Meanings of types, directions and states.
    """
    have = set(frame.columns)
    result: list[pl.Expr] = []
    if "type" in have:
        known = _mapped(frame, "type", words, _TYPES)
        spoken = pl.when(pl.col("type").is_not_null()).then(pl.lit("other"))
        result += [(pl.coalesce(known, spoken) if known is not None else spoken).alias("type")]
        result += [pl.col("type").alias("type_text")]
    directions = [
        said for column in ("direction", "type") if (said := _mapped(frame, column, words, _DIRECTIONS)) is not None
    ]
    if directions or "direction" in have:
        result.append((pl.coalesce(*directions) if directions else pl.lit(None, dtype=pl.String)).alias("direction"))
    done: list[pl.Expr] = [pl.col("is_completed")] if "is_completed" in have else []
    if "completed_at" in have:
        done.append(pl.when(pl.col("completed_at").is_not_null()).then(pl.lit(value=True)))
    state = _mapped(frame, "status", words, _STATES)
    if state is not None:
        done.append(state == "completed")
    if done:
        result.append(pl.coalesce(*done).alias("is_completed"))
    return result
