"""The profiles compiled: what a run reads instead of fifty TOML files.

``profiles.index`` holds a line per profile, with what is looked up in it made beforehand: headers as words, marks, and the
words of a status. It is made from the TOML files by ``pytest tests/test_profiles.py --update-golden``, and a test holds it to
them. A profile whose file is new, or of another size than the one that was compiled, is read from its file.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from salesmetrics.ingest.recognise.profile import (
    GENERIC,
    WORD_CATEGORIES,
    Profile,
    language_files,
    profile_files,
    read_profile,
)
from salesmetrics.ingest.recognise.words import MARKS, Words, comparable, normalise, words_of
from salesmetrics.schema.kinds import Kind  # noqa: TC001 - msgspec decodes by these annotations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "FILE",
    "FurtherWords",
    "claims_of",
    "index_text",
    "languages",
    "languages_with",
    "load_profile",
    "marks_of",
    "others",
    "profiles",
    "signature_of",
    "words_for",
]

FILE = Path(__file__).parent / "profiles.index"

_LETTERS = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{MARKS}])*")
_FOLDED = dict.fromkeys(range(0x300, 0x370)) | str.maketrans("łøđħ", "lodh")

Claims = dict[str, tuple[tuple[str, int], ...]]
"""Key of a header → (field, rank of the name in the field's list) of every field that it can stand for."""


class _Head(msgspec.Struct, frozen=True):
    """What is asked of every profile for every file."""

    hallmarks: frozenset[str]
    signature: frozenset[str]
    tokens: frozenset[str]


class _Body(msgspec.Struct, frozen=True):
    """What is asked of a profile once it is in question."""

    profile: Profile
    claims: dict[str, tuple[Claims, ...]]
    signatures: dict[str, tuple[frozenset[str], ...]]
    others: dict[str, frozenset[str]]
    words: dict[str, Words]


class _Line(msgspec.Struct, frozen=True):
    name: str
    size: int
    head: _Head
    body: msgspec.Raw


def profiles() -> tuple[str, ...]:
    """The names of all profiles, ``generic`` last."""
    return tuple(_profile_files())


def languages() -> tuple[str, ...]:
    """The names of the profiles of further languages."""
    return tuple(_language_files())


def load_profile(name: str) -> Profile:
    """A profile by name.

    Args:
        name: One of :func:`profiles` or :func:`languages`.

    Raises:
        KeyError: There is no such profile.
        msgspec.ValidationError: Its file has a word or a column that does not exist.
    """
    return _body(name).profile


def marks_of(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """The hallmarks and the signature headers of a CRM, of all its kinds together and normalised."""
    head = _lines()[name].head
    return head.hallmarks, head.signature


@cache
def claims_of(name: str, kind: Kind, layout: str) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Key of a header → (field, rank of the name in the field's list) of every field that it can stand for."""
    body = _body(name)
    return body.claims[kind][_place(body, kind, layout)]


@cache
def signature_of(name: str, kind: Kind, layout: str) -> frozenset[str]:
    """The signature headers and hallmarks of a layout, as words."""
    body = _body(name)
    return body.signatures[kind][_place(body, kind, layout)]


def others() -> Mapping[str, frozenset[str]]:
    """Kinds of export that are of no use to us → their headers, as words."""
    return _body(GENERIC).others


def _place(body: _Body, kind: Kind, layout: str) -> int:
    return next(place for place, each in enumerate(body.profile.kind[kind]) if each.name == layout)


@cache
def words_for(name: str, kind: Kind | Literal["deal_types"]) -> Words:
    """The words of a kind: those of the profile itself first, then the generic ones."""
    if name == GENERIC:
        return _body(GENERIC).words.get(kind) or Words.of({})
    own, generic = load_profile(name).own_words(kind), load_profile(GENERIC).own_words(kind)
    if not own:
        return words_for(GENERIC, kind)
    merged = {meaning: (*own.get(meaning, ()), *generic.get(meaning, ())) for meaning in WORD_CATEGORIES.get(kind, ())}
    claimed = {comparable(word): meaning for meaning, words in own.items() for word in words}
    if kind != "activities":
        merged = {
            meaning: tuple(word for word in words if claimed.get(comparable(word), meaning) == meaning)
            for meaning, words in merged.items()
        }
    return Words.of(merged)


class FurtherWords(msgspec.Struct, frozen=True):
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
            if (words := _body(name).words.get(self.kind)) is not None
            and (meaning := words.classify(word, meanings)) is not None
        }
        return known.pop() if len(known) == 1 else None


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
    known = {name: _lines()[name].head.tokens for name in languages()}
    counts = {name: sum(not each.isdisjoint(own) for each in tokens) for name, own in known.items()}
    return {name: n for name, n in counts.items() if n}


def index_text() -> str:
    """What ``profiles.index`` has to hold."""
    lines = [_compiled(name, files) for name, files in _every_file().items()]
    return "".join(msgspec.json.encode(line, order="sorted").decode("utf-8") + "\n" for line in lines)


# --- reading what was compiled ---


@cache
def _profile_files() -> Mapping[str, list[Path]]:
    return profile_files()


@cache
def _language_files() -> Mapping[str, list[Path]]:
    return language_files()


def _every_file() -> Mapping[str, list[Path]]:
    return {**_profile_files(), **_language_files()}


@cache
def _lines() -> Mapping[str, _Line]:
    read = msgspec.json.Decoder(_Line)
    compiled = {line.name: line for line in map(read.decode, FILE.read_bytes().splitlines())} if FILE.exists() else {}
    return {
        name: line if (line := compiled.get(name)) and line.size == _size(files) else _compiled(name, files)
        for name, files in _every_file().items()
    }


@cache
def _body(name: str) -> _Body:
    return msgspec.json.decode(_lines()[name].body, type=_Body)


def _size(files: Sequence[Path]) -> int:
    return sum(file.stat().st_size for file in files)


# --- compiling ---


def _compiled(name: str, files: Sequence[Path]) -> _Line:
    profile = read_profile(name)
    layouts = [layout for each in profile.kind.values() for layout in each]
    head = _Head(
        hallmarks=frozenset(normalise(header) for layout in layouts for header in layout.hallmarks),
        signature=frozenset(normalise(header) for layout in layouts for header in layout.signature),
        tokens=_longest_tokens(profile) if name in _language_files() else frozenset(),
    )
    body = _Body(
        profile=profile,
        claims={kind: tuple(_claims(layout.columns) for layout in each) for kind, each in profile.kind.items()},
        signatures={
            kind: tuple(frozenset(map(words_of, (*layout.signature, *layout.hallmarks))) for layout in each)
            for kind, each in profile.kind.items()
        },
        others={kind: frozenset(map(words_of, headers)) for kind, headers in profile.other.items()},
        words={kind: Words.of(words) for kind, words in profile.word.items()} if _has_own_words(name) else {},
    )
    return _Line(name, _size(files), head, msgspec.Raw(msgspec.json.encode(body, order="sorted")))


def _has_own_words(name: str) -> bool:
    """Whether words are looked up in the profile alone: those of a CRM are looked up with the generic ones."""
    return name == GENERIC or name in _language_files()


def _claims(columns: Mapping[str, Sequence[str]]) -> Claims:
    found: Claims = {}
    for name, names in columns.items():
        for rank, alias in enumerate(names):
            key = words_of(alias)
            if name not in {field for field, _ in found.get(key, ())}:
                found[key] = (*found.get(key, ()), (name, rank))
    return found


def _longest_tokens(profile: Profile) -> frozenset[str]:
    """The longest run of letters of each word of a language."""
    layouts = [layout for each in profile.kind.values() for layout in each]
    headers = [header for layout in layouts for names in layout.columns.values() for header in names]
    words = [word for meanings in profile.word.values() for names in meanings.values() for word in names]
    return frozenset({max(_tokens(word), key=len, default="") for word in (*headers, *words)} - {""})


def _tokens(word: str) -> list[str]:
    """The runs of letters of a word, without the accents that a keyboard may lack."""
    return _LETTERS.findall(_fold(word))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", comparable(text)).translate(_FOLDED))
