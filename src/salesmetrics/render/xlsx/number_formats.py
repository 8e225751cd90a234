"""Numbers as a spreadsheet shows them: the format that reads like the text of a table. Own file: arithmetic, and no worksheet."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING, NamedTuple

from salesmetrics.messages import phrase
from salesmetrics.messages.speech import spoken, without_isolates
from salesmetrics.render.numbers import as_decimal
from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from salesmetrics.render.document import Number

__all__ = ["DIGITS", "Form", "day_form", "forms", "is_long"]

DIGITS = 15
"""So many digits of a number survive in a spreadsheet, which keeps numbers as binary fractions."""

_NUMBER = re.compile(r"[-+−]?\d+(?:,\d{3})*(?:\.\d+)?")
_LITERAL = 24
"""Characters around a number that are kept in its format; a format has 255 altogether."""
_PERCENT = "%٪"
_NO_PERCENT = str.maketrans(dict.fromkeys(f"{_PERCENT}\u061c\u200e\u200f"))
_UNITS = frozenset({"money", "money_per_day", "ratio", "count", "days", "hours", "months", "x", "points"})
_PLACES = {"money": 2, "money_per_day": 2, "x": 2, "ratio": 1, "count": 0}


class Form(NamedTuple):
    """How a number is shown.

    Attributes:
        places: Digits behind the point.
        percent: The number is a ratio, and shown as a percentage.
        before: Text in front of it.
        after: Text behind it, such as a currency.
        signed: A plus is shown.
    """

    places: int = 0
    percent: bool = False
    before: str = ""
    after: str = ""
    signed: bool = False

    @property
    def code(self) -> str:
        """The form as a number format of a spreadsheet.

        >>> Form(2, after=" EUR").code, Form(1, percent=True, signed=True).code
        ('#,##0.00" EUR"', '+#,##0.0 %;-#,##0.0 %;#,##0.0 %')
        """
        digits = "#,##0" + ("." + "0" * self.places if self.places else "")
        body = _quoted(self.before) + digits + (_percent() if self.percent else "") + _quoted(self.after)
        return f"+{body};-{body};{body}" if self.signed else body

    def shown(self, number: Number) -> str:
        """About what a spreadsheet shows, to know how wide that is.

        >>> Form(2, after=" EUR").shown(Decimal("6457725.453"))
        '6,457,725.45 EUR'
        """
        scaled = float(number) * (100 if self.percent else 1)
        sign = "+" if self.signed else ""
        return f"{self.before}{scaled:{sign},.{self.places}f}{phrase('unit_ratio') if self.percent else ''}{self.after}"


def day_form() -> str:
    """Days as the language writes them, as a number format of a spreadsheet.

    >>> day_form()
    'yyyy-mm-dd'
    """
    language = spoken()
    if not language.months and language.day == "Y-MM-DD":
        return "yyyy-mm-dd"
    parts = {"Y": "yyyy", "MM": "mm", "DD": "dd", "M": "m", "D": "d", "N": "mmm"}
    pieces = re.findall("MM|DD|[YMDN]|[^YMDN]+", language.day)
    return _LOCALES.get(language.tag, "") + "".join(parts.get(piece) or _quoted_mark(piece) for piece in pieces)


_LOCALES = {"ms": "[$-43E]"}
"""Where a day has the name of a month, in which language that is."""


def _quoted_mark(text: str) -> str:
    return text if text == " " else f'"{text}"'


def _percent() -> str:
    """The sign of a share behind its number; the sign itself makes a spreadsheet multiply by a hundred."""
    before = phrase("unit_ratio").partition("%")[0]
    return (before if before in ("", " ") else _quoted(before)) + "%"


def forms(
    text: str, numbers: tuple[Number | None, ...], unit: str, currency: str | None, *, signed: bool
) -> list[Form]:
    """The form of each number behind a text: with the digits and the signs of the text, where it shows these numbers.

    Args:
        text: What people read.
        numbers: One value, or the parts of an interval or of a share; None for those that there are not.
        unit: Of the numbers; empty where that is not known.
        currency: Of money.
        signed: Whether they are changes.

    >>> forms("45.8 – 51.6 %", (0.4581, 0.5159), "ratio", None, signed=False)[0].code
    '#,##0.0 %'
    >>> forms("6,457,725.45", (Decimal("6457725.453"),), "money", "EUR", signed=False)[0].code
    '#,##0.00" EUR"'
    >>> forms("1.26 M", (1260000,), "money", None, signed=False)[0].code
    '#,##0'
    """
    text = without_isolates(text)
    found = list(_NUMBER.finditer(_in_english(text)))
    known = [number for number in numbers if number is not None]
    percent = unit == "ratio" or _is_percent(text)
    if len(found) == len(known) and all(
        _agree(match[0], number, percent=percent) for match, number in zip(found, known, strict=True)
    ):
        behind = text[found[-1].end() :] if found else ""
        before = text[: found[0].start()] if len(found) == 1 else ""
        after = _after(behind, unit, currency, percent=percent)
        made = iter(
            Form(_places_of(match[0], number, unit), percent, before, after, signed)
            for match, number in zip(found, known, strict=True)
        )
    else:
        made = iter(_by_unit(number, unit, currency, percent=percent, signed=signed) for number in known)
    return [Form() if number is None else next(made) for number in numbers]


def is_long(number: Number, form: Form) -> bool:
    """Whether a number has more digits, as it is shown, than a spreadsheet keeps.

    >>> is_long(Decimal("12345678901234.56"), Form(2)), is_long(Decimal("1234567890123.45"), Form(2)), is_long(1 / 3, Form(1))
    (True, False, False)
    >>> is_long(1.234567890123457e16, Form())
    True
    """
    with localcontext() as context:
        context.prec = 100
        shown = as_decimal(number).quantize(Decimal(1).scaleb(-form.places), ROUND_HALF_UP).normalize()
        whole = shown.adjusted() + 1
        exponent = shown.as_tuple().exponent
        return whole - min(exponent if isinstance(exponent, int) else 0, 0) > DIGITS


def _in_english(text: str) -> str:
    """Text with the marks of English in its numbers, sign by sign."""
    language = spoken()
    return text.translate({ord(language.group): ",", ord(language.point): "."}) if language.group != "," else text


def _is_percent(text: str) -> bool:
    if not text or text[-1].isdigit():
        return False
    return any(sign in text for sign in _PERCENT) or text.endswith(phrase("unit_percentage_points"))


def _agree(text: str, number: Number, *, percent: bool) -> bool:
    """Whether a text shows a number, up to its last digit; what is rounded to add up may be one off."""
    places = len(text.partition(".")[2])
    shown = float(text.replace(",", "").replace("−", "-"))
    return abs(shown - float(number) * (100 if percent else 1)) <= 1.001 * 10.0**-places


def _places_of(text: str, number: Number, unit: str) -> int:
    return 0 if unit == "count" and number == int(number) else len(text.partition(".")[2])


def _by_unit(number: Number, unit: str, currency: str | None, *, percent: bool, signed: bool) -> Form:
    whole = number == int(number)
    places = 1 if percent else 0 if whole else _PLACES.get(unit, 1 if unit else _finest(number))
    behind = phrase(f"unit_{unit}") if unit in _UNITS and not percent else ""
    return Form(places, percent, after=_after(behind, unit, currency, percent=percent), signed=signed)


def _finest(number: Number) -> int:
    """Digits behind the point of a number whose unit is not known."""
    if isinstance(number, Decimal):
        exponent = number.normalize().as_tuple().exponent
        return min(-exponent, 8) if isinstance(exponent, int) and exponent < 0 else 0
    return 0 if isinstance(number, int) else 4


def _after(behind: str, unit: str, currency: str | None, *, percent: bool) -> str:
    """What stands behind a number: its unit, and its currency where the text leaves that out."""
    if percent:
        points = behind.strip() == phrase("unit_percentage_points").strip()
        return phrase("suffix_points") if points else behind.translate(_NO_PERCENT).rstrip()
    code = visible(currency or "") if unit in {"money", "money_per_day"} else ""
    return f" {code}{behind}" if code and code not in behind else behind


def _quoted(text: str) -> str:
    """Text as it stands in a number format: what would be a sign of the format means itself."""
    kept = visible(text).replace('"', "'")[:_LITERAL]
    return f'"{kept}"' if kept else ""
