"""How spreadsheets of a locale write numbers and cut lines. Own file: the options know the locales without any writer."""

from __future__ import annotations

from difflib import get_close_matches
from typing import NamedTuple

from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import phrase
from salesmetrics.schema.message import Message

__all__ = ["PLAIN", "CsvDialect", "csv_dialect", "known_locales"]


class CsvDialect(NamedTuple):
    """How a CSV is written.

    Attributes:
        decimal: Decimal mark.
        delimiter: Between cells.
        bom: Whether it begins with a byte-order mark.
    """

    decimal: str = "."
    delimiter: str = ","
    bom: bool = False


PLAIN = CsvDialect()

_POINT, _COMMA, _POINT_SEMICOLON = CsvDialect(".", ","), CsvDialect(",", ";"), CsvDialect(".", ";")

_LOCALES = {
    "ar": (_POINT_SEMICOLON, ("AE", "BH", "EG", "IQ", "JO", "KW", "OM", "PS", "QA", "SA", "SD", "SY", "YE")),
    "cs": (_COMMA, ("CZ",)),
    "da": (_COMMA, ("DK",)),
    "de": (_COMMA, ("AT", "BE", "DE", "IT", "LU")),
    "de-CH": (_POINT_SEMICOLON, ()),
    "en": (_POINT, ("AU", "CA", "GB", "HK", "IE", "IN", "MY", "NZ", "PH", "SG", "US")),
    "es": (_COMMA, ("AR", "BO", "CL", "CO", "CR", "EC", "ES", "PY", "UY")),
    "es-MX": (_POINT, ()),
    "fi": (_COMMA, ("FI",)),
    "fr": (_COMMA, ("BE", "CA", "FR", "LU")),
    "it": (_COMMA, ("IT",)),
    "ja": (_POINT, ("JP",)),
    "ko": (_POINT, ("KR",)),
    "ms": (_POINT, ("MY", "SG")),
    "nb": (_COMMA, ("NO",)),
    "nl": (_COMMA, ("BE", "NL")),
    "pl": (_COMMA, ("PL",)),
    "pt": (_COMMA, ("PT",)),
    "pt-BR": (_COMMA, ()),
    "ru": (_COMMA, ("BY", "KZ", "RU")),
    "sv": (_COMMA, ("FI", "SE")),
    "tr": (_COMMA, ("TR",)),
    "uk": (_COMMA, ("UA",)),
    "zh-Hans": (_POINT, ("CN", "SG")),
    "zh-Hant": (_POINT, ("HK", "TW")),
}
"""The dialect, and the territories that write numbers so, too: decimal marks of Latin digits from CLDR.

A comma cannot be both decimal mark and delimiter, so that a semicolon takes its place; Excel of Arabic and Swiss locales
expects one beside a decimal point.
"""


def csv_dialect(locale: str) -> CsvDialect:
    """The dialect of a locale: `de`, `de-DE` and `de_DE` are one.

    Raises:
        SalesmetricsError: ``option_invalid``, for a locale whose number format is not known.

    >>> csv_dialect("de_AT.UTF-8") == csv_dialect("pt-br") == CsvDialect(decimal=",", delimiter=";")
    True
    """
    names = {name.casefold(): dialect for name, (dialect, _) in _LOCALES.items()}
    for name, (dialect, territories) in _LOCALES.items():
        language = name.partition("-")[0]
        names |= {f"{part}-{place}".casefold(): dialect for part in (name, language) for place in territories}
    wanted = locale.strip().partition(".")[0].replace("_", "-").casefold()
    if wanted not in names:
        near = get_close_matches(wanted, [name.casefold() for name in _LOCALES], n=1, cutoff=0.6)
        hint = next((Message("did_you_mean_locale", near=n) for n in _LOCALES if n.casefold() in near), None)
        fix = Message("known_locales", near=hint, known=list(_LOCALES))
        cause = Message("locale_unknown")
        raise SalesmetricsError("option_invalid", option="--locale", value=locale, cause=cause, fix=fix)
    return names[wanted]


def known_locales() -> list[tuple[str, str]]:
    """Each locale by its name, with its language."""
    return [(name, phrase(f"locale_{name}")) for name in _LOCALES]
