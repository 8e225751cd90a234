"""The forms under which a header is looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from salesmetrics.ingest.parse.currency import named
from salesmetrics.ingest.words import MARKS, comparable, normalise

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["HeaderKeys", "header_currency", "header_keys", "words_of"]

_UNIT_WORDS = """
% $ € £ ¥ ₽ ₹ ₩ ₺ ₴ ₸ ₫ ฿ us$ r$ rm hk$ nt$ a$ c$ s$ usd eur gbp rub rur cny rmb jpy inr brl mxn cad aud chf
sek nok dkk pln czk huf ron bgn uah kzt byn uzs gel amd azn aed sar qar kwd bhd omr egp mad tnd dzd jod lbp
iqd ils zar ngn kes ghs myr sgd idr thb vnd php hkd twd krw nzd clp cop ars uyu bob pyg crc gtq dop dollar
dollars euro euros pounds руб рублей рубли рубля р тыс млн usd$ 元 万元 千元 万 美元 人民币 in hours hour hrs days day
minutes minute mins min seconds second secs sec ms hh mm ss dd yyyy yy utc gmt часы дни мин сек días dias
jours tage tagen
k $k €k £k k$ k€ k£ $m €m £m m$ m€ $mm mm t€ teur keur kusd tsd mio mn thousands millions thousand million 000 000s
亿 亿元 億元 萬元 萬 万円 千円 百万円
"""
_UNITS = frozenset(comparable(unit) for unit in _UNIT_WORDS.split())
_SYMBOLS = frozenset("%$€£¥₽₹₩₺₴₸₫฿")
_SIMPLE = re.compile(r"[a-z]+(?: [a-z]+)*")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_A_WORD = re.compile(rf"[^\w{MARKS}%$€£¥₽₹₩₺₴₸₫฿#]+|_")
_KEY = re.compile(r"(?:^|\s)(?:id|uuid|guid|number|no)$|^[a-z]{4,}id$|^[a-z]+relid$")


@dataclass(frozen=True, slots=True)
class HeaderKeys:
    """A header taken apart.

    ``exact``: normalised; ``full``: its words; ``bare``: without a unit at the end; ``is_key``: reads like a record's id.
    """

    exact: str
    full: str
    bare: str
    is_key: bool

    def forms(self, nouns: Collection[str]) -> tuple[str, ...]:
        """What to look up, the exact form first.

        >>> header_keys("Opportunity: Amount (USD)").forms(("opportunity",))
        ('opportunity amount usd', 'opportunity amount', 'amount')
        """
        found = [self.full, self.bare]
        rest = self.bare
        while (noun := next((n for n in nouns if rest.startswith(n + " ")), None)) is not None:
            rest = rest[len(noun) + 1 :]
            found.append(rest)
        words = rest.split()
        half = len(words) // 2
        if half and words[:half] == words[half:]:
            found.append(" ".join(words[:half]))
        return tuple(dict.fromkeys(found))


def header_keys(header: str, among: Collection[str] = ()) -> HeaderKeys:
    """Take a header apart.

    Args:
        header: As in the raw frame.
        among: All headers of the frame; ``Amount.1`` is a second ``Amount`` only beside an ``Amount``.

    >>> header_keys("CloseDate").full, header_keys("close_date").full, header_keys("Close Date (UTC)").bare
    ('close date', 'close date', 'close date')
    >>> header_keys("бюджет, ₽").bare == header_keys("Бюджет ").full
    True
    """
    base = re.sub(r"\.\d+$", "", header)
    return _keys(base if base != header and base in among else header)


@cache
def _keys(header: str) -> HeaderKeys:
    full = words_of(header)
    words = full.removeprefix("_").split()
    bare = list(words)
    while len(bare) > 1 and bare[-1] in _UNITS:
        bare.pop()
    if len(bare) > 1 and bare[0] in _SYMBOLS:
        bare = bare[1:]
    return HeaderKeys(normalise(header), full, " ".join(bare), bool(_KEY.search(full)))


_CURRENCIES = {
    comparable(word): code
    for word in _UNIT_WORDS.split()
    if (code := named(word, {})) is not None and code != word and word not in {"all", "р"}
}
"""Words of a header that name a currency, ``usd`` and ``€`` among them."""


@cache
def header_currency(header: str) -> str | None:
    """The currency that a header names beside what the column holds; None where it names none, or a sign that several share.

    >>> header_currency("Amount (USD)"), header_currency("deal_value_eur"), header_currency("Amount ($)"), header_currency("Euro")
    ('USD', 'EUR', None, None)
    """
    words = words_of(header).split()
    found = {_CURRENCIES[word] for word in (words[-1:] + words[:1] if len(words) > 1 else []) if word in _CURRENCIES}
    return found.pop() if len(found) == 1 else None


@cache
def words_of(header: str) -> str:
    """The words of a header, without case, punctuation, CamelCase and snake_case.

    >>> words_of("Deal - Won_Time*"), words_of("HubSpotOwnerID")
    ('deal won time', 'hub spot owner id')
    """
    if _SIMPLE.fullmatch(header):
        return header
    text = header.strip().removesuffix("__c")  # the mark of a custom field in Salesforce
    if not re.search(r"\s", text):
        text = _CAMEL.sub(" ", text)
    leading = "_" if text.startswith("_") else ""
    return leading + " ".join(_NOT_A_WORD.sub(" ", comparable(text)).split())
