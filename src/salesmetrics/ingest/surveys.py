"""What the answers of a survey are about: its type column, else the header of the scores, else their scale."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from salesmetrics.ingest.findings import MAX_ROWS, finding
from salesmetrics.ingest.table import ROW
from salesmetrics.ingest.words import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.ingest.dataset import Part

__all__ = ["question_of", "with_question"]

_SIGNS: Final[Mapping[str, str]] = {
    "nps": r"\bnps|net promot|recommend|recommand|empfehl|recomend|recomiend|raccomand|aanbevel|rekommend|anbefal|polec|"
    r"doporuč|odporuč|ajánl|öneri|tavsiye|реком|推荐|推薦|おすすめ|推奨|추천|توصي|syor|rekomendasi",
    "csat": r"\bcsat|satisf|satisfacc|satisfaç|zufrieden|soddisf|tevreden|nöjd|tilfreds|tyytyv|zadowol|spokojen|"
    r"elégedett|memnun|удовлетвор|задовол|满意|滿意|満足|만족|رضا|kepuasan|hài lòng",
    "ces": r"\bces\b|effort|aufwand|esfuerzo|esforço|sforzo|inspanning|ansträng|wysiłk|усили|费力|費力|努力度|جهد|kemudahan",
}
_OF_STAFF = re.compile(
    r"\benps|employee|mitarbeiter|collaborateur|salari[ée]s|empleado|colaborador|dipendent|medewerker|"
    r"сотрудник|员工|員工|従業員|직원|موظف|pekerja|karyawan"
)
_FEWEST = 10
"""Fewer scores show too little of their scale."""
_TOPS, _NEARLY = (9, 10), 8
"""Scores that no scale up to 5 or 7 has, and one that a few answers alone do not show a scale by."""


def question_of(header: str) -> str | None:
    """The question that a header names: ``nps``, ``enps``, ``csat`` or ``ces``; None where it names none, or several.

    >>> question_of("NPS score (0-10)"), question_of("Kundenzufriedenheit"), question_of("Score")
    ('nps', 'csat', None)
    """
    text = re.sub(r"[_\W]+", " ", comparable(re.sub(r"(?<=[a-z]{2})(?=[A-Z])", " ", header)))
    found = [name for name, signs in _SIGNS.items() if re.search(_comparable_signs(signs), text)]
    if found == ["nps"] or (not found and re.search(r"\benps", text)):
        return "enps" if _OF_STAFF.search(text) else "nps"
    return found[0] if len(found) == 1 else None


def _comparable_signs(signs: str) -> str:
    """Signs in the spelling in which headers are compared, Cyrillic letters that look Latin among them."""
    return "|".join(sign if sign.startswith(r"\b") else comparable(sign) for sign in signs.split("|"))


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
            count=len(rows),
            rows=rows.head(MAX_ROWS).to_list(),
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
                    count=len(scored),
                    rows=scored.head(MAX_ROWS).to_list(),
                    question=other.upper(),
                )
            )
