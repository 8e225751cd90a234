"""What the answers of a survey are about. Own file: a policy of surveys alone, beside the kinds that `derive` completes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.canonical.questions import question_of
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.findings import finding

if TYPE_CHECKING:
    from salesmetrics.ingest.dataset import Part

__all__ = ["with_question"]

_FEWEST = 10
"""Fewer scores show too little of their scale."""
_TOPS, _NEARLY = (9, 10), 8
"""Scores that no scale up to 5 or 7 has, and one that a few answers alone do not show a scale by."""


def with_question(part: Part, frame: pl.DataFrame) -> pl.DataFrame:
    """Say for each answer what was asked, as far as its type does not.

    Args:
        part: The file; what has to be said is added to its findings.
        frame: Canonical surveys, ``type`` understood where there is one.
    """
    if "score" not in frame.columns:
        return frame
    header = part.header("score") or ""
    named = question_of(header)
    _second_questions(part, frame, header, named)
    typed = "type" in frame.columns and frame["type"].is_not_null().any()
    if named is not None:
        have = [pl.col("type")] if "type" in frame.columns else []
        return frame.with_columns(type=pl.coalesce(*have, pl.lit(named)))
    if typed or not frame["score"].is_not_null().any():
        return frame
    return _by_scale(part, frame, header)


def _by_scale(part: Part, frame: pl.DataFrame, header: str) -> pl.DataFrame:
    scores = frame["score"].drop_nulls()
    low, high = int(str(scores.min())), int(str(scores.max()))
    top = frame["scale_max"].drop_nulls().unique().to_list() if "scale_max" in frame.columns else []
    asked = None
    if top == [10] or (not top and low >= 0 and (high in _TOPS or (high == _NEARLY and len(scores) >= _FEWEST))):
        asked = "nps"
    elif top == [5] or (not top and low >= 1 and high <= 5 and len(scores) >= _FEWEST):
        asked = "csat"
    code = "survey_type_unknown" if asked is None else "survey_type_by_scale"
    rows = frame.filter(pl.col("score").is_not_null())[ROW]
    part.findings.append(
        finding(
            code,
            kind="surveys",
            path=part.path,
            column=header,
            rows=rows,
            low=low,
            high=high,
            question=(asked or "").upper(),
        )
    )
    return frame if asked is None else frame.with_columns(type=pl.lit(asked))


def _second_questions(part: Part, frame: pl.DataFrame, header: str, named: str | None) -> None:
    """Name the columns of scores beside the one that is read."""
    for column in frame.columns:
        other = question_of(column) if frame.schema[column] == pl.String and column != header else None
        if other is None or other == named or column in {"type", "type_text"} or column.startswith("__"):
            continue
        scored = frame.filter(pl.col(column).str.contains(r"^\s*-?\d+(?:[.,]0+)?\s*$"))[ROW]
        if len(scored) * 2 > frame[column].drop_nulls().len():
            part.findings.append(
                finding(
                    "survey_second_question",
                    kind="surveys",
                    path=part.path,
                    column=column,
                    rows=scored,
                    question=other.upper(),
                )
            )
