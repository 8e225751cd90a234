"""The forms under which a header is looked up."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from salesmetrics.ingest.parse.currency import named
from salesmetrics.ingest.recognise.index import (
    claims_of,
    languages,
    languages_with,
    load_profile,
    marks_of,
    others,
    profiles,
    signature_of,
    words_for,
)
from salesmetrics.ingest.recognise.profile import GENERIC, Layout
from salesmetrics.ingest.recognise.words import comparable, normalise, words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from salesmetrics.schema.kinds import Kind

__all__ = [
    "BORROWED",
    "ENOUGH_HITS",
    "HeaderKeys",
    "generic_keys",
    "header_currency",
    "header_keys",
    "is_crm",
    "is_unit_price",
    "kinds_knowing",
    "may_sign",
    "nouns_of",
    "signature_weight",
    "spoken",
    "useless",
    "warm_up",
]


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
_KEY = re.compile(r"(?:^|\s)(?:id|uuid|guid|number|no)$|^[a-z]{4,}id$|^[a-z]+relid$")


class HeaderKeys(msgspec.Struct, frozen=True):
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


@cache
def _currencies() -> Mapping[str, str]:
    """Words of a header that name a currency, ``usd`` and ``€`` among them."""
    return {
        comparable(word): code
        for word in _UNIT_WORDS.split()
        if (code := named(word, {})) is not None and code != word and word not in {"all", "р"}
    }


@cache
def header_currency(header: str) -> str | None:
    """The currency that a header names beside what the column holds; None where it names none, or a sign that several share.

    >>> header_currency("Amount (USD)"), header_currency("deal_value_eur"), header_currency("Amount ($)"), header_currency("Euro")
    ('USD', 'EUR', None, None)
    """
    words = words_of(header).split()
    known = _currencies()
    found = {known[word] for word in (words[-1:] + words[:1] if len(words) > 1 else []) if word in known}
    return found.pop() if len(found) == 1 else None


# --- tables for looking headers up in the profiles, made once per process ---


ENOUGH_HITS = 2.5
"""The weight of signature headers by which a CRM is recognised. A hallmark suffices; a signature header that spreadsheets
use too weighs ½, and not at all when it is one plain word (Status, Company); any other weighs 1."""

MANY_HEADERS = 2
TOGETHER = " + "

BORROWED: frozenset[tuple[Kind, str]] = frozenset({("stages", "expected_close"), ("invoices", "type")})
"""Columns that a kind may carry but that are of another kind: they say nothing of which of the two a file is."""


def signature_weight(keys: Mapping[str, HeaderKeys], profile: str, kind: Kind, layout: Layout) -> float:
    """The weight of the signature headers of a layout that the file has."""
    if not is_crm(profile):
        return float(len({form.full for form in keys.values()} & signature_of(profile, kind, layout.name)))
    marks = _marks(profile, kind, layout.name)
    exact = {form.exact for form in keys.values()}
    together = ENOUGH_HITS if any(_stand_together(mark, exact) for mark in marks) else 0.0
    return math.fsum(marks.get(header, 0.0) for header in exact) + together


def _stand_together(mark: str, exact: set[str]) -> bool:
    """Whether a hallmark of several headers is in a file."""
    return TOGETHER in mark and exact.issuperset(mark.split(TOGETHER))


def may_sign(keys: Mapping[str, HeaderKeys], profile: str) -> bool:
    """Whether a file can have the signature of a CRM at all: a hallmark, or headers enough. Spares reading most profiles."""
    if profile == GENERIC:
        return True
    exact = {form.exact for form in keys.values()}
    hallmarks, signature = marks_of(profile)
    known = bool(exact & hallmarks) or len(exact & signature) >= ENOUGH_HITS
    return known or any(_stand_together(mark, exact) for mark in hallmarks)


def is_crm(profile: str) -> bool:
    """Whether a profile is that of a CRM, rather than of spreadsheets in some language."""
    return profile != GENERIC and profile not in languages()


def spoken(keys: Mapping[str, HeaderKeys]) -> list[str]:
    """The further languages that a header may be written in.

    One is when it knows two headers that nobody else does, or one of these and half of all headers: single words are
    too often words of another language.
    """
    strange = {form for form in keys.values() if not {form.full, form.bare} & generic_keys()}
    found = []
    for name in languages_with(form.full for form in strange) if strange else ():
        known = _keys_of(name)
        new = sum(form.full in known or form.bare in known for form in strange)
        every = sum(form.full in known or form.bare in known for form in keys.values())
        if new >= MANY_HEADERS or (new and 2 * every >= len(keys)):
            found.append(name)
    return found


@cache
def _keys_of(profile: str) -> frozenset[str]:
    kinds = load_profile(profile).kind
    return frozenset(key for kind, each in kinds.items() for one in each for key in claims_of(profile, kind, one.name))


@cache
def _marks(profile: str, kind: Kind, layout: str) -> Mapping[str, float]:
    """Signature headers of a CRM, normalised, with their weight (see ``ENOUGH_HITS``)."""
    found, generic = _layout(profile, kind, layout), generic_keys()
    marks: dict[str, float] = {}
    for header in found.signature:
        words = words_of(header)
        plain = words in generic and words.isascii() and " " not in words
        marks[normalise(header)] = 0.0 if plain else 0.5 if words in generic else 1.0
    return marks | dict.fromkeys(map(normalise, found.hallmarks), ENOUGH_HITS)


@cache
def generic_keys() -> frozenset[str]:
    """All headers, as words, that the generic profile knows for any kind."""
    return _keys_of(GENERIC)


@cache
def nouns_of(kind: Kind) -> tuple[str, ...]:
    """What a record of a kind is called, the longest first: a header may carry it in front."""
    names = {words_of(n) for layout in load_profile(GENERIC).kind[kind] for n in layout.nouns}
    return tuple(sorted(names, key=lambda n: (-len(n), n)))


def _layout(profile: str, kind: Kind, name: str) -> Layout:
    return next(each for each in load_profile(profile).kind[kind] if each.name == name)


@cache
def _knowledge() -> Mapping[str, int]:
    """Key of a header → how many kinds, and kinds of no use to us, know it."""
    generic = load_profile(GENERIC)
    count: dict[str, int] = {}
    for kind, layouts in generic.kind.items():
        for key in {
            key
            for each in layouts
            for key, claims in claims_of(GENERIC, kind, each.name).items()
            if any((kind, field) not in BORROWED for field, _ in claims)
        }:
            count[key] = count.get(key, 0) + 1
    for keys in others().values():
        for key in keys:
            count[key] = count.get(key, 0) + 1
    return count


def kinds_knowing(key: str, profile: str = GENERIC) -> int:
    """How many kinds, those of no use to us included, know a header, in English or in the language of a profile."""
    known = _knowledge().get(key, 0)
    if profile not in languages():
        return known
    kinds = load_profile(profile).kind
    own = sum(any(key in claims_of(profile, kind, one.name) for one in each) for kind, each in kinds.items())
    return max(known, own)


def useless(keys: Mapping[str, HeaderKeys]) -> tuple[str, float]:
    """The kind of export of no use to us that the header resembles most, and how much."""
    full = {form.full: form.full.replace(" ", "") for form in keys.values()}
    weights: dict[str, float] = {}
    for name, known in others().items():
        # Run together or not: `orderdate` is an order date.
        joined = {words.replace(" ", "") for words in known}
        hits = {key for key, run_together in full.items() if run_together in joined}
        weights[name] = math.fsum(1 / max(1, kinds_knowing(key)) + (key not in generic_keys()) for key in hits)
    name = max(sorted(weights), key=lambda n: weights[n])
    return name, weights[name]


def warm_up() -> None:
    """Make the tables that every file needs, while the first one is being read."""
    _knowledge()
    generic_keys()
    words_for(GENERIC, "deals")
    for name in profiles():
        if name != GENERIC:
            marks_of(name)


# --- money of one unit ---


_OF_ONE = (
    "unit price | unit list price | unit sales price | list unit price | net unit price | unit net price | sales unit price"
    " | price per unit | price unit | price each | unit cost | cost per unit | per unit | unit rate | unit amount | unit value"
    " | stückpreis | einzelpreis | preis pro stück | preis je stück | stückkosten | einzelkosten | prix unitaire"
    " | prix unitaire ht | coût unitaire | precio unitario | precio por unidad | importe unitario | costo unitario"
    " | coste unitario | valor unitario | preço unitário | valor unitário | custo unitário | prezzo unitario | costo unitario"
    " | stuksprijs | eenheidsprijs | prijs per stuk | styckpris | à-pris | stykpris | enhedspris | enhetspris"
    " | cena jednostkowa | birim fiyat | цена за единицу | цена за штуку | цена за шт | цена за ед | стоимость единицы"
    " | себестоимость единицы | себестоимость за единицу | ціна за одиницю | 单价 | 單價 | 销售单价 | 单位成本 | 単価"
    " | 단가 | سعر الوحدة | تكلفة الوحدة | harga seunit | harga satuan"
)


@cache
def _of_one() -> frozenset[str]:
    return frozenset(words_of(name.strip()) for name in _OF_ONE.split("|"))


def is_unit_price(header: str) -> bool:
    """Whether a header says that its money is for one unit.

    >>> is_unit_price("Unit Price"), is_unit_price("Цена за единицу"), is_unit_price("Price")
    (True, True, False)
    """
    return words_of(header) in _of_one()
