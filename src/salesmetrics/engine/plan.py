"""What a set of KPIs needs, and which of them the files at hand allow."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from salesmetrics.entities.declared import DERIVED, ENTITIES, HEADED, MADE_BY, MADE_FROM, date_columns, files_of
from salesmetrics.messages import told
from salesmetrics.metrics.settings import PREFIX
from salesmetrics.schema.kinds import KIND_NAMES, column_types
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Measure
    from salesmetrics.metrics.settings import Settings

__all__ = ["FOR_CONDITION", "Plan", "Refused", "a_file", "make_plan", "needs_of"]

TABLES: Mapping[str, str] = {"incentive": "pay_plan"}
"""Settings that are a table of their own, by the code of what is said of them."""

FOR_CONDITION = "columns_of_condition"
"""The code of what is lacking only for a condition."""

NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
GIVEN = frozenset({"window_start", "window_end"})
"""Parameters of measures that the report itself fills."""


class Refused(NamedTuple):
    """A KPI that the files do not allow.

    Attributes:
        kpi: Which.
        needs: What it lacks: files (``file_…``, ``files_for_…``), columns of files that are there (``columns_of_file``), what a condition cannot
            be applied without (``columns_of_condition``) and settings (``setting``, ``pay_plan``).
        unlock: The files alone, where any lack; else all of it.
    """

    kpi: Kpi
    needs: tuple[Message, ...]
    unlock: tuple[Message, ...]

    @property
    def extended(self) -> tuple[str, ...]:
        """The kinds of file that a further column in them would be enough of."""
        found = (_or_column(need) or need.details.get("kind") for need in self.unlock)
        return tuple(kind for kind in found if kind)

    @property
    def lacks(self) -> tuple[str, ...]:
        """The kinds of file that are missing for it."""
        names = (need.code.partition("_")[2] if need.code.startswith("file_") else "" for need in self.unlock)
        entities = (ENTITIES.get(need.code.removeprefix("files_for_")) for need in self.unlock)
        several = (kind for entity in entities if entity for kind in entity.asks_for)
        return tuple(dict.fromkeys(kind for kind in (*names, *several) if kind in KIND_NAMES))


class Plan(msgspec.Struct, frozen=True):
    """What is computed of the KPIs asked for.

    Attributes:
        kpis: Those that are computed.
        measures: The measures that these take.
        not_computed: Those that the files do not allow.
        available: Those that the files allow, and that are only counted.
    """

    kpis: tuple[Kpi, ...]
    measures: Mapping[str, Measure]
    not_computed: tuple[Refused, ...]
    available: tuple[Kpi, ...] = ()


def make_plan(
    catalog: Catalog,
    kpis: Iterable[Kpi],
    columns: Mapping[str, set[str]],
    settings: Settings,
    *,
    bounded: bool,
    unfiltered: Mapping[str, Sequence[str]] = NOTHING,
    headlines: int = 0,
    besides: Collection[str] = (),
) -> Plan:
    """Sort KPIs into those that the columns at hand allow and those that they do not.

    Args:
        catalog: Where measures are looked up.
        kpis: The KPIs asked for.
        columns: Columns by entity; ``as_of`` is among them where the day that the report speaks for is known.
        settings: A setting that a KPI asks for must be known.
        bounded: The report speaks of a period with a beginning, so records need the date of their basis.
        unfiltered: Entities that are there and left out, because a condition names columns that they lack; and these.
        headlines: Of what is possible only so many KPIs, those that come first; 0 for all.
        besides: Ids of KPIs that are wanted besides these.
    """
    possible: list[Kpi] = []
    measures: dict[str, dict[str, Measure]] = {}
    refused: list[Refused] = []
    for kpi in kpis:
        dated = bounded or kpi.span != "period"
        lacking: list[_Lack] = []
        for measure in catalog.required_measures(kpi).values():
            lacking += _lacking(measure, columns, bounded=dated)
        unset = _unset(kpi, settings)
        if lacking or unset:
            files, rest = _sorted_out([lack for lack in lacking if lack.entity not in unfiltered], columns)
            rest += _for_condition({lack.entity for lack in lacking} & unfiltered.keys(), unfiltered)
            needs = (*files, *rest, *unset)
            refused.append(Refused(kpi, needs, tuple(files) or needs))
            continue
        possible.append(kpi)
        own = catalog.measures_of(kpi)
        measures[kpi.id] = {name: m for name, m in own.items() if not _lacking(m, columns, bounded=dated)}
    chosen = _first(possible, headlines, besides) if headlines else possible
    needed = {name: m for kpi in chosen for name, m in measures[kpi.id].items()}
    return Plan(tuple(chosen), needed, tuple(refused), tuple(kpi for kpi in possible if kpi not in chosen))


def _first(possible: Sequence[Kpi], limit: int, besides: Collection[str]) -> list[Kpi]:
    """The KPIs that come first, and those that are wanted by name, in the order of the catalogue.

    Where the files allow no headline, the first KPIs that they allow take their place.
    """
    ranked = sorted((kpi for kpi in possible if kpi.headline is not None), key=lambda kpi: kpi.headline or 0)
    ids = {kpi.id for kpi in (ranked or possible)[:limit]} | set(besides)
    return [kpi for kpi in possible if kpi.id in ids]


def _unset(kpi: Kpi, settings: Settings) -> list[Message]:
    names = [name for name in kpi.inputs if name.startswith(PREFIX) and name not in kpi.optional]
    unset = [name.removeprefix(PREFIX) for name in names if settings.value(name) is None]
    return [Message(TABLES[name]) if name in TABLES else Message("setting", name=name) for name in unset]


class _Lack(NamedTuple):
    """A column that an entity lacks; without a column, the entity itself."""

    entity: str
    column: str | None


def needs_of(kpi: Kpi, catalog: Catalog) -> list[Message]:
    """The files that a KPI needs and the columns in them.

    >>> from salesmetrics.messages import text
    >>> from salesmetrics.metrics.catalog import catalog
    >>> [text(need) for need in needs_of(catalog().kpis["average_deal_size"], catalog())]
    ['a deals file with amount, stage or status']
    """
    files: list[Message] = []
    inside: dict[str, list[str | Message]] = {}
    for measure in catalog.required_measures(kpi).values():
        if _has_words(measure.entity) and measure.entity not in KIND_NAMES:
            files.append(a_file(measure.entity))
            continue
        lacks = [lack for name in measure.columns for lack in _roots(measure.entity, name, set())]
        files += [a_file(lack.entity) for lack in lacks if lack.column is None]
        inside.setdefault(measure.entity, []).extend(_of_file(lacks))
    named = {a_file(entity): columns for entity, columns in inside.items()}
    with_columns = [
        Message("file_with", file=file, columns=_once(columns)) if columns else file for file, columns in named.items()
    ]
    return [*with_columns, *(file for file in dict.fromkeys(files) if file not in named)]


def a_file(entity: str) -> Message:
    """The files that an entity is made from; of a kind, a file of it.

    >>> [a_file(entity).code for entity in ("deals", "chances")]
    ['file_deals', 'files_for_chances']
    """
    return Message(f"files_for_{entity}" if _has_words(entity) else f"file_{entity}")


def _has_words(entity: str) -> bool:
    return entity in ENTITIES and ENTITIES[entity].has_words


def _or_column(need: Message) -> str | None:
    found = ENTITIES.get(need.code.removeprefix("files_for_"))
    return found.or_column if found else None


def _of_file(lacks: Iterable[_Lack]) -> Iterable[str | Message]:
    """The columns that a file itself can have; those that the report makes by itself are left out."""
    for entity, column in lacks:
        own = column_types(entity) if entity in KIND_NAMES else {}
        if column is not None and (column in own or (entity, column) in MADE_FROM or (entity, column) in DERIVED):
            yield _column(entity, column)


def _once(columns: Iterable[str | Message]) -> list[str | Message]:
    """In order of the alphabet, without a column that another one names first: `amount` beside `amount and date`."""
    found = list(dict.fromkeys(columns))
    named = {HEADED.get(column.code) for column in found if isinstance(column, Message)}
    return sorted(
        (column for column in found if column not in named), key=lambda c: told(c) if isinstance(c, Message) else c
    )


def _lacking(measure: Measure, columns: Mapping[str, set[str]], *, bounded: bool) -> list[_Lack]:
    there = columns.get(measure.entity)
    if there is None:
        return [_Lack(measure.entity, None)]
    needed = [*measure.columns, *(("as_of",) if bounded else ())]
    basis_column = date_columns(measure.entity).get(measure.basis)
    if bounded and basis_column is not None:
        needed.append(basis_column)
    needed = [name for name in needed if name not in GIVEN and not name.startswith(PREFIX)]
    return [lack for name in needed if name not in there for lack in _roots(measure.entity, name, there)]


def _roots(entity: str, column: str, there: set[str]) -> list[_Lack]:
    """The columns of the export that a derived column lacks."""
    if (entity, column) in MADE_BY:
        return [_Lack(MADE_BY[entity, column], None)]
    derived = DERIVED.get((entity, column))
    if derived is None or derived.any_of:
        return [_Lack(entity, column)]
    return [lack for name in derived.needs if name not in there for lack in _roots(entity, name, there)]


def _sorted_out(lacking: Iterable[_Lack], columns: Mapping[str, set[str]]) -> tuple[list[Message], list[Message]]:
    """The files that are missing, and what is missing in the files that are there."""
    files: list[Message] = []
    inside: dict[str, list[str | Message]] = {}
    for lack in dict.fromkeys(lacking):
        kinds = [kind for kind in files_of(lack.entity) if kind not in columns]
        if lack.column is None or files_of(lack.entity) != (lack.entity,):
            files += [a_file(kind) for kind in kinds] or [a_file(lack.entity)]
        else:
            inside.setdefault(lack.entity, []).append(_column(lack.entity, lack.column, end=","))
    rest = [
        Message("columns_of_file", columns=list(dict.fromkeys(found)), kind=entity) for entity, found in inside.items()
    ]
    return list(dict.fromkeys(files)), rest


def _for_condition(entities: Iterable[str], unfiltered: Mapping[str, Sequence[str]]) -> list[Message]:
    """What records that are there lack for the condition to be applied to them."""
    kinds = [(kind, entity) for entity in sorted(entities) for kind in files_of(entity)]
    found = [
        Message(FOR_CONDITION, kind=kind, columns=list(dict.fromkeys(unfiltered[entity]))) for kind, entity in kinds
    ]
    return list(dict.fromkeys(found))


def _column(entity: str, column: str, end: str | None = None) -> str | Message:
    """A column of a file, or what it is made from; ``end`` closes an insertion in the middle of a sentence."""
    if column == "as_of":
        return Message("dates")
    derived = DERIVED.get((entity, column))
    made = derived.any_of if derived is not None and derived.any_of else MADE_FROM.get((entity, column), (column,))
    if isinstance(made, str):
        return Message(made, column=column) if made == "or_of_product" else Message(made, end=end)
    return made[0] if len(made) == 1 else Message("one_of_columns", columns=made)
