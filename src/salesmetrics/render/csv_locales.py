"""How spreadsheets of a locale write numbers and cut lines. Own file: the options know the locales without any writer."""

from __future__ import annotations

from difflib import get_close_matches
from typing import NamedTuple

from salesmetrics.errors import SalesmetricsError
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
    "ar": ("Arabic", _POINT_SEMICOLON, "AE BH EG IQ JO KW OM PS QA SA SD SY YE"),
    "cs": ("Czech", _COMMA, "CZ"),
    "da": ("Danish", _COMMA, "DK"),
    "de": ("German", _COMMA, "AT BE DE IT LU"),
    "de-CH": ("German, Switzerland", _POINT_SEMICOLON, ""),
    "en": ("English", _POINT, "AU CA GB HK IE IN MY NZ PH SG US"),
    "es": ("Spanish", _COMMA, "AR BO CL CO CR EC ES PY UY"),
    "es-MX": ("Spanish, Mexico", _POINT, ""),
    "fi": ("Finnish", _COMMA, "FI"),
    "fr": ("French", _COMMA, "BE CA FR LU"),
    "it": ("Italian", _COMMA, "IT"),
    "ja": ("Japanese", _POINT, "JP"),
    "ko": ("Korean", _POINT, "KR"),
    "ms": ("Malay", _POINT, "MY SG"),
    "nb": ("Norwegian", _COMMA, "NO"),
    "nl": ("Dutch", _COMMA, "BE NL"),
    "pl": ("Polish", _COMMA, "PL"),
    "pt": ("Portuguese", _COMMA, "PT"),
    "pt-BR": ("Portuguese, Brazil", _COMMA, ""),
    "ru": ("Russian", _COMMA, "BY KZ RU"),
    "sv": ("Swedish", _COMMA, "FI SE"),
    "tr": ("Turkish", _COMMA, "TR"),
    "uk": ("Ukrainian", _COMMA, "UA"),
    "zh-Hans": ("Chinese, simplified", _POINT, "CN SG"),
    "zh-Hant": ("Chinese, traditional", _POINT, "HK TW"),
}
"""The language, the dialect, and the territories that write numbers so, too: decimal marks of Latin digits from CLDR.

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
    names = {name.casefold(): dialect for name, (_, dialect, _) in _LOCALES.items()}
    for name, (_, dialect, territories) in _LOCALES.items():
        names |= {f"{name}-{territory}".casefold(): dialect for territory in territories.split()}
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
    return [(name, language) for name, (language, _, _) in _LOCALES.items()]
