"""What is known of each CRM: one TOML file per CRM in ``profiles/``, found by listing the folder.

A profile says which headers stand for which canonical column (``kind``), which headers give the CRM away
(``signature``), and what its stage, status and activity words mean (``words``). The files ``generic.toml`` and
``generic_<language>.toml`` together are the profile ``generic``, on which every other profile rests. Further languages have a
profile each in ``languages/``: one is read only for a file that has its headers or its words.

This module reads the TOML files; a run finds them compiled (see :mod:`index`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec.structs import replace

from salesmetrics.ingest.recognise.words import unaccented
from salesmetrics.schema.kinds import Kind, column_types

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "GENERIC",
    "WORD_CATEGORIES",
    "Layout",
    "Profile",
    "language_files",
    "parse_profile",
    "profile_files",
    "read_profile",
]

GENERIC = "generic"

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


Names = tuple[str, ...]
"""In a file one text, ``"deal id | opportunity id"``: shorter to write than a list."""


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One shape of a file of one kind: the headers of a report, a module or an API."""

    name: str = ""
    lists: Literal["quotes", "sales"] | None = None
    """What its rows are where they are not the records of the kind themselves: ``quotes`` for a deal, several of which may
    stand for the same business."""
    signature: Names = ()
    """Headers that are usual in this CRM and kind; two of them give a file away."""
    hallmarks: Names = ()
    """Headers that nobody else has; one gives a file away, as do several together (``Opportunity + Salesperson``)."""
    veto: Names = ()
    """Headers that say that a file is not of this kind after all."""
    nouns: Names = ()
    """What the record is called; a header may carry it in front (``Deal Amount``)."""
    columns: dict[str, Names] = {}
    """Canonical column → headers, the better first."""
    constants: dict[str, str] = {}
    """Canonical column → the value that every row of this layout has (a calls module has type ``call``)."""
    ignore: Names = ()
    """Headers of this layout that must not be taken for what the generic profile takes them for."""
    unverified: Names = ()
    """Canonical columns whose headers nobody has seen in a real export; ``*`` for all."""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is known of the exports of one CRM."""

    name: str
    title: str
    verified: Literal["vendor", "real", "code", "unverified"]
    """The best evidence: the vendor's own source or file, a real export, other people's parsers, or none."""
    kind: dict[Kind, tuple[Layout, ...]]
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    decimal: Literal["point", "comma"] | None = None
    null_words: frozenset[str] = frozenset()
    """Casefolded words that mean "nothing" in this CRM."""
    id_prefix: str | None = None
    separator: str | None = None
    """The sign between several values of one cell; None where nothing is known of such cells."""
    repeated_ids: Literal["error", "line_items", "continuation"] = "error"
    """What a repeated deal id means. ``line_items``: one row per product, amounts add up; ``continuation``: further
    lines of a record repeat nothing and have blank cells; ``error``: a finding."""
    word: dict[str, dict[str, Names]] = {}
    order: dict[str, Names] = {}
    """Pipeline that the CRM sets up by itself → its open stages in order, by their labels or by their ids."""
    other: dict[str, Names] = {}
    """Exports that salesmetrics has no use for (contacts, orders, …) → their signature headers."""

    def own_words(self, kind: Kind | Literal["deal_types"]) -> Mapping[str, tuple[str, ...]]:
        """The words that this profile itself declares."""
        return self.word.get(kind, {})


_FOLDER = Path(__file__).parent


def profile_files() -> dict[str, list[Path]]:
    """Name of a profile → its files: one of a CRM, several of ``generic``, which comes last."""
    files = sorted((_FOLDER / "profiles").glob("*.toml"))
    found = {file.stem: [file] for file in files if file.stem.split("_")[0] != GENERIC}
    return {**found, GENERIC: [file for file in files if file.stem.split("_")[0] == GENERIC]}


def language_files() -> dict[str, list[Path]]:
    """Name of a further language → its file."""
    return {file.stem: [file] for file in sorted((_FOLDER / "languages").glob("*.toml"))}


def read_profile(name: str) -> Profile:
    """Read a profile from its files.

    Raises:
        KeyError: There is no such profile.
        msgspec.ValidationError: A file has a key, a word or a column that does not exist.
    """
    languages = language_files()
    if name in languages:
        return _also_unaccented(parse_profile(languages[name][0].read_text(encoding="utf-8")))
    parts = [parse_profile(file.read_text(encoding="utf-8")) for file in profile_files()[name]]
    return parts[0] if len(parts) == 1 else _united(parts)


def parse_profile(text: str) -> Profile:
    r"""One file as a profile.

    Raises:
        msgspec.ValidationError: A key, a word or a column does not exist.

    >>> text = 'name = "x"\ntitle = "X"\nverified = "real"\n[[kind.deals]]\n[kind.deals.columns]\nname = "deal | offer"'
    >>> parse_profile(text).kind["deals"][0].columns
    {'name': ('deal', 'offer')}
    """
    import tomllib  # a run finds the files compiled

    profile = msgspec.convert(_split(tomllib.loads(text)), Profile)
    for kind, layouts in profile.kind.items():
        known = column_types(kind).keys()
        for layout in layouts:
            named = {*layout.columns, *layout.constants, *(f for f in layout.unverified if f != "*")}
            if unknown := named - known:
                raise msgspec.ValidationError(f"{profile.name}: {kind} has no column {sorted(unknown)}")
    for words_of_kind, meanings in profile.word.items():
        if unknown := meanings.keys() - set(WORD_CATEGORIES.get(words_of_kind, ())):
            raise msgspec.ValidationError(f"{profile.name}: words of {words_of_kind} cannot mean {sorted(unknown)}")
    return profile


_SINGLE = frozenset(
    {"name", "title", "verified", "date_order", "decimal", "id_prefix", "separator", "lists", "repeated_ids"}
)


def _split(tree: dict[str, Any]) -> dict[str, Any]:
    """The tree of a file with each text of several names cut into them."""

    def cut(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            # The values of constants are cells, one each; a column or a meaning may be called like a single field.
            return value if key == "constants" else {name: cut(f"{key}.{name}", item) for name, item in value.items()}
        if isinstance(value, list):
            return [_split(item) if isinstance(item, dict) else item for item in value]
        if isinstance(value, str) and key not in _SINGLE:
            return [name.strip() for name in value.split("|")]
        return value

    return {key: cut(key, value) for key, value in tree.items()}


def _also_unaccented(profile: Profile) -> Profile:
    """A profile that knows its words as keyboards without accents write them, too."""

    def more(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*names, *(unaccented(name) for name in names))))

    kinds = {
        kind: tuple(
            replace(
                layout,
                columns={field: more(names) for field, names in layout.columns.items()},
                signature=more(layout.signature),
                veto=more(layout.veto),
            )
            for layout in layouts
        )
        for kind, layouts in profile.kind.items()
    }
    word = {kind: {meaning: more(words) for meaning, words in each.items()} for kind, each in profile.word.items()}
    return replace(profile, kind=kinds, word=word)


def _one_layout(layouts: Sequence[Layout]) -> Layout:
    fields = dict.fromkeys(field for layout in layouts for field in layout.columns)
    return replace(
        layouts[0],
        columns={field: tuple(a for each in layouts for a in each.columns.get(field, ())) for field in fields},
        signature=tuple(header for layout in layouts for header in layout.signature),
        nouns=tuple(noun for layout in layouts for noun in layout.nouns),
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
    return replace(base, kind=kinds, word=word, null_words=nulls, other=other)
