"""What a header of a survey asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from salesmetrics.ingest.recognise.words import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["asks", "question_of"]

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


def asks(header: str) -> bool:
    """Whether a header names a question of surveys, and nothing that is measured elsewhere, as effort is in hours.

    >>> asks("eNPS"), asks("Weiterempfehlung (0-10)"), asks("CES"), asks("Effort"), asks("Score")
    (True, True, True, False, False)
    """
    question = question_of(header)
    return question is not None and (question != "ces" or re.search(r"\bces\b", header, re.IGNORECASE) is not None)
