"""What is known of each CRM: one TOML file per CRM in ``profiles/``, found by listing the folder.

A profile says which headers stand for which canonical column (``kind``), which headers give the CRM away
(``signature``), and what its stage, status and activity words mean (``words``). The files ``generic.toml`` and
``generic_<language>.toml`` together are the profile ``generic``, on which every other profile rests. Further languages have a
profile each in ``languages/``: one is read only for a file that has its headers or its words.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from salesmetrics.ingest.recognise.words import MARKS, Words, comparable, normalise, unaccented
from salesmetrics.schema.kinds import Kind, column_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "WORD_CATEGORIES",
    "FurtherWords",
    "Layout",
    "Profile",
    "Words",
    "comparable",
    "language_index",
    "languages",
    "languages_with",
    "load_profile",
    "marks_of",
    "normalise",
    "profiles",
]

GENERIC = "generic"
_LETTERS = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{MARKS}])*")
_FOLDED = dict.fromkeys(range(0x300, 0x370)) | str.maketrans("łøđħ", "lodh")
_MARKS = re.compile(r'^(hallmarks|signature) = "([^"\\]*)"$', re.MULTILINE)

WORD_CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "deals": ("won", "lost", "other", "open"),
    "deal_types": ("new", "renewal", "expansion", "existing"),
    "leads": ("converted", "qualified", "disqualified", "open"),
    "activities": (
        *("call", "email", "meeting", "task", "other"),
        *("inbound", "outbound"),
        *("completed", "pending"),
    ),
    "revenue": ("new", "expansion", "contraction", "churn", "reactivation", "renewal"),
    "invoices": ("paid", "partial", "cancelled", "open", "credit", "draft", "invoice"),
    "customers": ("active", "churned"),
    "surveys": ("nps", "enps", "csat", "ces"),
    "costs": ("salary", "marketing", "tooling", "training", "sales", "other"),
}
"""What the words of a kind can mean; ``deal_types`` are those of a deal's type, apart from those of its end. A word means one thing only within a line of this table, except in activities,
where ``classify`` is asked about types, directions and completion apart."""


def _split(value: object) -> object:
    """``"deal id | opportunity id"`` as two names: shorter to write than a list, and three times as fast to read."""
    return tuple(name.strip() for name in value.split("|")) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]


class Layout(BaseModel):
    """One shape of a file of one kind: the headers of a report, a module or an API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    signature: Names = ()
    """Headers that are usual in this CRM and kind; two of them give a file away."""
    hallmarks: Names = ()
    """Headers that nobody else has; one gives a file away, as do several together (``Opportunity + Salesperson``)."""
    veto: Names = ()
    """Headers that say that a file is not of this kind after all."""
    nouns: Names = ()
    """What the record is called; a header may carry it in front (``Deal Amount``)."""
    columns: dict[str, Names] = Field(default_factory=dict)
    """Canonical column → headers, the better first."""
    constants: dict[str, str] = Field(default_factory=dict)
    """Canonical column → the value that every row of this layout has (a calls module has type ``call``)."""
    ignore: Names = ()
    """Headers of this layout that must not be taken for what the generic profile takes them for."""
    unverified: Names = ()
    """Canonical columns whose headers nobody has seen in a real export; ``*`` for all."""


class Profile(BaseModel):
    """All that is known of the exports of one CRM."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    verified: Literal["vendor", "real", "code", "unverified"]
    """The best evidence: the vendor's own source or file, a real export, other people's parsers, or none."""
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    decimal: Literal["point", "comma"] | None = None
    null_words: Annotated[frozenset[str], BeforeValidator(_split)] = frozenset()
    """Casefolded words that mean "nothing" in this CRM."""
    id_prefix: str | None = None
    repeated_ids: Literal["error", "line_items", "continuation"] = "error"
    """What a repeated deal id means. ``line_items``: one row per product, amounts add up; ``continuation``: further
    lines of a record repeat nothing and have blank cells; ``error``: a finding."""
    kind: dict[Kind, tuple[Layout, ...]]
    word: dict[str, dict[str, Names]] = Field(default_factory=dict)
    other: dict[str, Names] = Field(default_factory=dict)
    """Exports that salesmetrics has no use for (contacts, orders, …) → their signature headers."""

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for kind, layouts in self.kind.items():
            known = column_types(kind).keys()
            for layout in layouts:
                named = {*layout.columns, *layout.constants, *(f for f in layout.unverified if f != "*")}
                if unknown := named - known:
                    raise ValueError(f"{self.name}: {kind} has no column {sorted(unknown)}")
        for kind_, meanings in self.word.items():
            if unknown := meanings.keys() - set(WORD_CATEGORIES.get(kind_, ())):
                raise ValueError(f"{self.name}: words of {kind_} cannot mean {sorted(unknown)}")
        return self

    def words(self, kind: Kind | Literal["deal_types"]) -> Words:
        """The words of a kind: this profile's own first, then the generic ones."""
        return _words(self.name, kind)

    def own_words(self, kind: Kind | Literal["deal_types"]) -> Mapping[str, tuple[str, ...]]:
        """The words that this profile itself declares."""
        return self.word.get(kind, {})


@cache
def _words(name: str, kind: Kind | Literal["deal_types"]) -> Words:
    own, generic = load_profile(name).own_words(kind), load_profile(GENERIC).own_words(kind)
    merged = {meaning: (*own.get(meaning, ()), *generic.get(meaning, ())) for meaning in WORD_CATEGORIES.get(kind, ())}
    claimed = {comparable(word): meaning for meaning, words in own.items() for word in words}
    if name != GENERIC and kind != "activities":
        merged = {
            meaning: tuple(word for word in words if claimed.get(comparable(word), meaning) == meaning)
            for meaning, words in merged.items()
        }
    return Words.of(merged)


@dataclass(frozen=True, slots=True)
class FurtherWords:
    """The words of all further languages together; one that does not mean the same in all that have it means nothing."""

    kind: Kind

    def classify(self, word: str, meanings: Sequence[str] | None = None) -> str | None:
        """The meaning of a word, or None.

        >>> FurtherWords("deals").classify("Chiusa vinta"), FurtherWords("deals").classify("ΧΑΜΕΝΗ")
        ('won', 'lost')
        """
        known = {
            meaning
            for name in languages_with([word])
            if (meaning := _own_words(name, self.kind).classify(word, meanings)) is not None
        }
        return known.pop() if len(known) == 1 else None


@cache
def _own_words(name: str, kind: Kind) -> Words:
    return Words.of(load_profile(name).own_words(kind))


@cache
def _files() -> Mapping[str, resources.abc.Traversable]:
    folder = resources.files("salesmetrics.ingest.recognise") / "profiles"
    return {f.name.removesuffix(".toml"): f for f in sorted(folder.iterdir(), key=lambda f: f.name)}


def profiles() -> tuple[str, ...]:
    """The names of all profiles, ``generic`` last."""
    names = {stem for stem in _files() if stem.split("_")[0] != GENERIC}
    return (*sorted(names), GENERIC)


@cache
def load_profile(name: str) -> Profile:
    """Read a profile.

    Args:
        name: One of :func:`profiles`.

    Raises:
        KeyError: There is no such profile.
        pydantic.ValidationError: The file has a word or a column that does not exist.
    """
    if name in _language_files():
        return _also_unaccented(_parsed(_language_files()[name]))
    if name != GENERIC:
        return _read(name)
    parts = [_read(stem) for stem in _files() if stem.split("_")[0] == GENERIC]
    return _united(parts)


@cache
def marks_of(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """The hallmarks and the signature headers of a CRM, of all its kinds together and normalised.

    They are picked out of the text of the file, which takes a fraction of the time of reading the profile.
    """
    text = _files()[name].read_text(encoding="utf-8")
    found: dict[str, set[str]] = {"hallmarks": set(), "signature": set()}
    for key, names in _MARKS.findall(text):
        found[key] |= {normalise(each.strip()) for each in names.split("|")}
    return frozenset(found["hallmarks"]), frozenset(found["signature"])


@cache
def _language_files() -> Mapping[str, resources.abc.Traversable]:
    folder = resources.files("salesmetrics.ingest.recognise") / "languages"
    return {f.name.removesuffix(".toml"): f for f in sorted(folder.iterdir(), key=lambda f: f.name)}


def languages() -> tuple[str, ...]:
    """The names of the profiles of further languages."""
    return tuple(_language_files())


def languages_with(words: Iterable[str]) -> dict[str, int]:
    """The further languages that know one of these words, or one much like it, and how many: a first look that misses none.

    Args:
        words: Headers, or words of a status.

    >>> languages_with(["Fase trattativa", "Importo"])["italian"]
    2
    >>> languages_with(["Wiggle room"])
    {}
    """
    tokens = [frozenset(_tokens(word)) for word in words]
    counts = {name: sum(not each.isdisjoint(known) for each in tokens) for name, known in _index().items()}
    return {name: n for name, n in counts.items() if n}


def language_index() -> str:
    """What ``languages.index`` has to hold: a line per language, with the longest run of letters of each of its words.

    It is a file because folding the words of all languages takes longer than the rest of recognising an export.
    """
    lines = []
    for name, file in _language_files().items():
        profile = _parsed(file)
        headers = [h for each in profile.kind.values() for one in each for names in one.columns.values() for h in names]
        words = [*headers, *(w for meanings in profile.word.values() for names in meanings.values() for w in names)]
        lines.append(" ".join((name, *sorted({max(_tokens(word), key=len, default="") for word in words} - {""}))))
    return "\n".join(lines) + "\n"


@cache
def _index() -> Mapping[str, frozenset[str]]:
    text = (resources.files("salesmetrics.ingest.recognise") / "languages.index").read_text(encoding="utf-8")
    return {name: frozenset(tokens) for name, *tokens in map(str.split, text.splitlines())}


def _tokens(word: str) -> list[str]:
    """The runs of letters of a word, without the accents that a keyboard may lack."""
    return _LETTERS.findall(_fold(word))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", comparable(text)).translate(_FOLDED))


def _also_unaccented(profile: Profile) -> Profile:
    """A profile that knows its words as keyboards without accents write them, too."""

    def more(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*names, *(unaccented(name) for name in names))))

    kinds = {
        kind: tuple(
            layout.model_copy(
                update={
                    "columns": {field: more(names) for field, names in layout.columns.items()},
                    "signature": more(layout.signature),
                    "veto": more(layout.veto),
                }
            )
            for layout in layouts
        )
        for kind, layouts in profile.kind.items()
    }
    word = {kind: {meaning: more(words) for meaning, words in each.items()} for kind, each in profile.word.items()}
    return profile.model_copy(update={"kind": kinds, "word": word})


def _read(stem: str) -> Profile:
    return _parsed(_files()[stem])


def _parsed(file: resources.abc.Traversable) -> Profile:
    return Profile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def _one_layout(layouts: Sequence[Layout]) -> Layout:
    fields = dict.fromkeys(field for layout in layouts for field in layout.columns)
    return layouts[0].model_copy(
        update={
            "columns": {field: tuple(a for each in layouts for a in each.columns.get(field, ())) for field in fields},
            "signature": tuple(header for layout in layouts for header in layout.signature),
            "nouns": tuple(noun for layout in layouts for noun in layout.nouns),
        }
    )


def _united(parts: Sequence[Profile]) -> Profile:
    """The generic profile out of its languages: one layout per kind, English first."""
    base = min(parts, key=lambda part: part.name)
    kinds: dict[Kind, tuple[Layout, ...]] = {}
    for kind in base.kind:
        layouts = [layout for part in parts for layout in part.kind.get(kind, ())]
        names = dict.fromkeys(layout.name for layout in layouts)
        kinds[kind] = tuple(_one_layout([each for each in layouts if each.name == name]) for name in names)
    word = {
        kind: {
            meaning: tuple(w for part in parts for w in part.word.get(kind, {}).get(meaning, ()))
            for meaning in meanings
        }
        for kind, meanings in WORD_CATEGORIES.items()
    }
    nulls = frozenset(w for part in parts for w in part.null_words)
    other: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, headers in part.other.items():
            other[name] = (*other.get(name, ()), *headers)
    return base.model_copy(update={"kind": kinds, "word": word, "null_words": nulls, "other": other})
