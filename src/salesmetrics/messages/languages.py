"""How languages write numbers, days, lists and plurals: a small table of CLDR's, held against Babel in a test. Own file: data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ENGLISH", "LANGUAGES", "Language"]


class Language(NamedTuple):
    """What is to be known of a language beside its words.

    Attributes:
        tag: As BCP 47 has it.
        name: As its speakers call it.
        forms: How many forms a word has by a number.
        form: The place of the form for a number, in the order of CLDR: zero, one, two, few, many, other; those that the
            language lacks are left out.
        group: What stands between thousands.
        point: The decimal mark.
        day: How a day is written: ``Y``, ``M``, ``D`` are numbers, ``MM`` and ``DD`` have two digits, ``N`` is the name of the month.
        months: The names of months in a date, where ``day`` has them.
        comma: What stands between the items of a list.
        semicolon: What stands between longer ones.
        clause: What stands between short statements, where that is another mark than between items.
        after_sentence: What stands between two sentences.
        colon: What stands behind a lead, with the blanks around it.
        either: The words before the last item of a list, "and" and "or", with the blanks around them.
        rest: What ends a list that is cut short, with ``#`` for how many there are besides.
        quotes: The marks around a quoted name.
        from_right: Whether it is written from the right.
    """

    tag: str
    name: str
    forms: int
    form: Callable[[int], int]
    group: str = ","
    point: str = "."
    day: str = "Y-MM-DD"
    months: tuple[str, ...] = ()
    comma: str = ", "
    semicolon: str = "; "
    clause: str = ", "
    after_sentence: str = " "
    colon: str = ": "
    either: tuple[str, str] = (" and ", " or ")
    rest: str = " and # more"
    quotes: tuple[str, str] = ('"', '"')
    from_right: bool = False


def _one(number: int) -> int:
    del number
    return 0


def _english(number: int) -> int:
    return 0 if number == 1 else 1


def _russian(number: int) -> int:
    """One, few, many.

    >>> [_russian(number) for number in (0, 1, 2, 5, 11, 12, 21, 22, 25, 101, 111)]
    [2, 0, 1, 2, 2, 2, 0, 1, 2, 0, 2]
    """
    last, two = number % 10, number % 100
    if last == 1 and two != 11:
        return 0
    return 1 if last in {2, 3, 4} and two not in {12, 13, 14} else 2


def _arabic(number: int) -> int:
    """Zero, one, two, few, many, other.

    >>> [_arabic(number) for number in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111)]
    [0, 1, 2, 3, 3, 4, 4, 5, 5, 3, 4]
    """
    if number < 3:
        return number
    two = number % 100
    return 3 if 3 <= two <= 10 else 4 if two >= 11 else 5


_MALAY_MONTHS = ("Jan", "Feb", "Mac", "Apr", "Mei", "Jun", "Jul", "Ogo", "Sep", "Okt", "Nov", "Dis")
_CHINESE = {
    "day": "Y年M月D日",
    "comma": "、",
    "semicolon": "；",
    "clause": "，",
    "after_sentence": "",
    "colon": "：",
    "quotes": ("“", "”"),
}

ENGLISH = Language("en", "English", 2, _english)

LANGUAGES: Mapping[str, Language] = {
    "en": ENGLISH,
    "zh-Hans": Language(
        "zh-Hans",
        "简体中文",
        1,
        _one,
        **{**_CHINESE, "either": ("和", "或"), "rest": "，另有 # 项"},  # type: ignore[arg-type]
    ),
    "zh-Hant": Language(
        "zh-Hant",
        "繁體中文",
        1,
        _one,
        **{**_CHINESE, "either": ("和", "或"), "rest": "，另有 # 項", "quotes": ("「", "」")},  # type: ignore[arg-type]
    ),
    "ms": Language(
        "ms",
        "Bahasa Melayu",
        1,
        _one,
        day="D\u00a0N\u00a0Y",
        months=_MALAY_MONTHS,
        either=(" dan ", " atau "),
        rest=" dan # lagi",
    ),
    "ar": Language(
        "ar",
        "العربية",
        6,
        _arabic,
        day="DD\u200f/MM\u200f/Y",
        comma="، ",
        semicolon="؛ ",
        clause="، ",
        either=(" و", " أو "),
        rest=" و# غيرها",
        quotes=("«", "»"),
        from_right=True,
    ),
    "ru": Language(
        "ru",
        "русский",
        3,
        _russian,
        group="\u00a0",
        point=",",
        day="DD.MM.Y",
        either=(" и ", " или "),
        rest=" и ещё #",
        quotes=("«", "»"),
    ),
}
"""The languages of reports, by tag. In English days are written as ISO 8601 does, which every reader understands."""
