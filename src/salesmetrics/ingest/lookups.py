"""Tables for looking headers up in the profiles, made once per process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from salesmetrics.ingest.headers import HeaderKeys, words_of
from salesmetrics.ingest.profile import (
    GENERIC,
    Layout,
    languages,
    languages_with,
    load_profile,
    marks_of,
    normalise,
    profiles,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.schema.kinds import Kind

__all__ = [
    "BORROWED",
    "ENOUGH_HITS",
    "generic_keys",
    "index_of",
    "is_crm",
    "kinds_knowing",
    "may_sign",
    "nouns_of",
    "signature_of",
    "signature_weight",
    "spoken",
    "useless",
    "warm_up",
]

ENOUGH_HITS = 2.5
"""The weight of signature headers by which a CRM is recognised. A hallmark suffices; a signature header that spreadsheets
use too weighs ½, and not at all when it is one plain word (Status, Company); any other weighs 1."""

MANY_HEADERS = 2
TOGETHER = " + "

BORROWED: frozenset[tuple[Kind, str]] = frozenset({("stages", "expected_close"), ("invoices", "type")})
"""Columns that a kind may carry but that are of another kind: they say nothing of which of the two a file is."""


@cache
def index_of(profile: str, kind: Kind, layout: str) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Key of a header → (field, rank of the name in the field's list) of every field that it can stand for."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for name, names in _layout(profile, kind, layout).columns.items():
        for rank, alias in enumerate(names):
            key = words_of(alias)
            if name not in {f for f, _ in found.get(key, ())}:
                found[key] = (*found.get(key, ()), (name, rank))
    return found


def signature_weight(keys: Mapping[str, HeaderKeys], profile: str, kind: Kind, layout: Layout) -> float:
    """The weight of the signature headers of a layout that the file has."""
    if not is_crm(profile):
        return float(len({form.full for form in keys.values()} & signature_of(profile, kind, layout.name)))
    marks = _marks(profile, kind, layout.name)
    exact = {form.exact for form in keys.values()}
    together = ENOUGH_HITS if any(_stand_together(mark, exact) for mark in marks) else 0.0
    return sum(marks.get(header, 0.0) for header in exact) + together


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
    return frozenset(key for kind, each in kinds.items() for one in each for key in index_of(profile, kind, one.name))


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
def signature_of(profile: str, kind: Kind, layout: str) -> frozenset[str]:
    """The signature headers of a layout, as words."""
    found = _layout(profile, kind, layout)
    return frozenset(words_of(h) for h in (*found.signature, *found.hallmarks))


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
            for key, claims in index_of(GENERIC, kind, each.name).items()
            if any((kind, field) not in BORROWED for field, _ in claims)
        }:
            count[key] = count.get(key, 0) + 1
    for names in generic.other.values():
        for key in {words_of(name) for name in names}:
            count[key] = count.get(key, 0) + 1
    return count


def kinds_knowing(key: str, profile: str = GENERIC) -> int:
    """How many kinds, those of no use to us included, know a header, in English or in the language of a profile."""
    known = _knowledge().get(key, 0)
    if profile not in languages():
        return known
    kinds = load_profile(profile).kind
    own = sum(any(key in index_of(profile, kind, one.name) for one in each) for kind, each in kinds.items())
    return max(known, own)


def useless(keys: Mapping[str, HeaderKeys]) -> tuple[str, float]:
    """The kind of export of no use to us that the header resembles most, and how much."""
    generic, full = load_profile(GENERIC), {form.full: form.full.replace(" ", "") for form in keys.values()}
    weights: dict[str, float] = {}
    for name, names in generic.other.items():
        # Run together or not: `orderdate` is an order date.
        known = {words_of(n): words_of(n).replace(" ", "") for n in names}
        joined = set(known.values())
        hits = {key for key, run_together in full.items() if run_together in joined}
        weights[name] = sum(1 / max(1, kinds_knowing(key)) + (key not in generic_keys()) for key in hits)
    name = max(sorted(weights), key=lambda n: weights[n])
    return name, weights[name]


def warm_up() -> None:
    """Make the tables that every file needs, while the first one is being read."""
    _knowledge()
    generic_keys()
    load_profile(GENERIC).words("deals")
    for name in profiles():
        if name != GENERIC:
            marks_of(name)
