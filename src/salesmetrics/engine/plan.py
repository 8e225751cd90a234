"""What a set of KPIs needs, and which of them the files at hand allow."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from salesmetrics.answers.report import NotComputed
from salesmetrics.entities.declared import date_columns
from salesmetrics.entities.derived import DERIVED
from salesmetrics.metrics.settings import PREFIX
from salesmetrics.schema.kinds import KIND_NAMES, column_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Measure
    from salesmetrics.metrics.settings import Settings

__all__ = ["ASKED", "ENTITY_FILES", "Plan", "a_file", "make_plan", "needs_of"]

ENTITY_FILES: Mapping[str, str] = {
    "lead_touches": "leads with creation dates, and activities that name them (a lead, deal or account id)",
    "chances": "leads or deals with amounts and creation dates, and activities that name them",
    "deal_touches": "activities that name deals, or a column for last_activity in the deals file",
    "deal_stages": "a column for stage_entered in the deals file, or a stages file that names deals",
    "close_plans": "deals, and a stages file with a column for expected_close",
    "customers": "a customers or revenue file",
    "company_targets": "a quotas file with quotas of reps and one of the company as a whole",
    "rep_targets": "a quotas file with quotas of reps, and deals with owners, amounts and close dates",
    "rep_calendar": "a reps file",
    "staff_days": "a reps file",
    "ramps": "a reps file with days of hire, quotas of reps, and deals with owners",
    "trainings": "a reps file with days of training, and deals with owners and close dates",
    "rep_days": "activities with an owner and a date",
    "meeting_outcomes": "deals, and meetings that name a deal, lead or account",
}
"""The files that an entity is made from, in words, where its name does not tell."""

ENTITY_KINDS: Mapping[str, tuple[str, ...]] = {
    "lead_touches": ("leads", "activities"),
    "chances": ("leads", "activities"),
    "deal_touches": ("activities",),
    "deal_stages": ("stages",),
    "company_targets": ("quotas",),
    "rep_targets": ("quotas",),
    "rep_calendar": ("reps",),
    "staff_days": ("reps",),
    "ramps": ("reps", "quotas"),
    "trainings": ("reps",),
    "rep_days": ("activities",),
    "meeting_outcomes": ("activities",),
}
"""The kinds of file that an entity is made from, where its name does not tell."""

MADE_FROM: Mapping[tuple[str, str], str] = {
    ("quotas", "day"): "amount and period, or start and end,",
    ("costs", "day"): "amount and date or period, or start and end,",
    ("revenue", "change"): "account, amount and movement, or mrr",
    ("revenue", "day"): "account, amount and movement, or mrr",
    ("revenue", "account_key"): "account or account_id",
    ("customers", "account_key"): "id or name",
    ("customers", "left"): "started",
    ("customers", "listed"): "started",
    ("customers", "vague"): "started",
    ("deals", "has_potential"): "account_id or account",
    ("deals", "cost"): "cost (or product and quantity, with a products file)",
    ("deals", "list_price"): "list_price (or product and quantity, with a products file)",
    ("invoices", "received"): "paid_amount, balance, paid_on or a status that says paid",
    ("activities", "gap"): "lead_id or deal_id",
    ("activities", "record"): "lead_id or deal_id",
    ("activities", "person"): "contact_id, lead_id, deal_id or account_id",
    ("activities", "activity_type"): "type",
    ("surveys", "survey_type"): "type",
    ("surveys", "misscaled"): "type",
    ("surveys", "off_scale"): "type",
    ("activities", "logs_calls"): "type, with calls,",
    ("activities", "logs_emails"): "type, with emails,",
    ("activities", "logs_meetings"): "type, with meetings,",
    ("leads", "qualified"): "is_qualified, qualified_at or a status that means qualified",
    ("leads", "is_converted"): "is_converted, converted_at or deal_id",
    ("leads", "outcome"): "status",
    ("deals", "outcome"): "stage or status",
}
"""The columns of a file that a column of an entity is made from, in words, where its name does not tell."""

MADE_BY: Mapping[tuple[str, str], str] = {("deals", "under_quota"): "quotas"}
"""The kind of file that puts a column into an entity of another one."""

IN_TABLES: Mapping[str, str] = {
    "incentive": "a pay plan under [settings.incentive] in salesmetrics.toml (docs/configuration.md has an example)"
}
"""Settings that are a table of their own, in words."""

ASKED = "which `--where` asks for"
"""Marks what is lacking only for a condition."""

NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
GIVEN = frozenset({"window_start", "window_end"})
"""Parameters of measures that the report itself fills."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The KPIs that can be computed, the measures that they take, and the KPIs that cannot."""

    kpis: tuple[Kpi, ...]
    measures: Mapping[str, Measure]
    not_computed: tuple[NotComputed, ...]


def make_plan(
    catalog: Catalog,
    kpis: Iterable[Kpi],
    columns: Mapping[str, set[str]],
    settings: Settings,
    *,
    bounded: bool,
    unfiltered: Mapping[str, Sequence[str]] = NOTHING,
) -> Plan:
    """Sort KPIs into those that the columns at hand allow and those that they do not.

    Args:
        catalog: Where measures are looked up.
        kpis: The KPIs asked for.
        columns: Columns by entity; ``as_of`` is among them where the day that the report speaks for is known.
        settings: A setting that a KPI asks for must be known.
        bounded: The report speaks of a period with a beginning, so records need the date of their basis.
        unfiltered: Entities that are there and left out, because a condition names columns that they lack; and these.
    """
    possible: list[Kpi] = []
    measures: dict[str, Measure] = {}
    refused: list[NotComputed] = []
    for kpi in kpis:
        dated = bounded or kpi.span != "period"
        lacking: list[_Lack] = []
        for measure in catalog.required_measures(kpi).values():
            lacking += _lacking(measure, columns, bounded=dated)
        unset = _unset(kpi, settings)
        if lacking or unset:
            files, rest = _in_words([lack for lack in lacking if lack.entity not in unfiltered], columns)
            rest += _untold({lack.entity for lack in lacking} & unfiltered.keys(), unfiltered)
            needs = "; ".join([*files, *rest, *unset])
            unlock = "; ".join(files or [*rest, *unset])
            refused.append(
                NotComputed(
                    id=kpi.id, title=kpi.title, family=kpi.family, reason="missing_input", needs=needs, unlock=unlock
                )
            )
            continue
        possible.append(kpi)
        measures |= {name: m for name, m in catalog.measures_of(kpi).items() if not _lacking(m, columns, bounded=dated)}
    return Plan(tuple(possible), measures, tuple(refused))


def _unset(kpi: Kpi, settings: Settings) -> list[str]:
    names = [name for name in kpi.inputs if name.startswith(PREFIX) and name not in kpi.optional]
    unset = [name.removeprefix(PREFIX) for name in names if settings.value(name) is None]
    return [IN_TABLES.get(name, f"{name} under [settings]") for name in unset]


class _Lack(NamedTuple):
    """A column that an entity lacks; without a column, the entity itself."""

    entity: str
    column: str | None


def needs_of(kpi: Kpi, catalog: Catalog) -> list[str]:
    """The files that a KPI needs and the columns in them, in words.

    >>> from salesmetrics.metrics.catalog import catalog
    >>> needs_of(catalog().kpis["average_deal_size"], catalog())
    ['a deals file with amount, stage or status']
    """
    files: list[str] = []
    inside: dict[str, list[str]] = {}
    for measure in catalog.required_measures(kpi).values():
        if measure.entity in ENTITY_FILES.keys() - KIND_NAMES:
            files.append(ENTITY_FILES[measure.entity])
            continue
        lacks = [lack for name in measure.columns for lack in _roots(measure.entity, name, set())]
        files += [_file(lack.entity) for lack in lacks if lack.column is None]
        inside.setdefault(measure.entity, []).extend(_of_file(lacks))
    named = {_file(entity): words for entity, words in inside.items()}
    with_columns = [f"{file} with {', '.join(_longest(words))}" if words else file for file, words in named.items()]
    return [*with_columns, *(file for file in dict.fromkeys(files) if file not in named)]


def a_file(kind: str) -> str:
    """A file of a kind, with its article.

    >>> a_file("invoices"), a_file("costs")
    ('an invoices file', 'a costs file')
    """
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind} file"


def _file(entity: str) -> str:
    return ENTITY_FILES.get(entity) or a_file(entity)


def _of_file(lacks: Iterable[_Lack]) -> Iterable[str]:
    """The columns that a file itself can have, in words; those that the report makes by itself are left out."""
    for entity, column in lacks:
        own = column_types(entity) if entity in KIND_NAMES else {}
        if column is not None and (column in own or (entity, column) in MADE_FROM or (entity, column) in DERIVED):
            yield _words(entity, column).rstrip(",")


def _longest(words: Iterable[str]) -> list[str]:
    """Without those that another one says, too: `amount` beside `amount and date`."""
    found = sorted(set(words))
    return [word for word in found if not any(other.startswith((f"{word} ", f"{word},")) for other in found)]


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


def _in_words(lacking: Iterable[_Lack], columns: Mapping[str, set[str]]) -> tuple[list[str], list[str]]:
    """The files that are missing, and what is missing in the files that are there."""
    files: list[str] = []
    inside: dict[str, list[str]] = {}
    for lack in dict.fromkeys(lacking):
        kinds = [kind for kind in ENTITY_KINDS.get(lack.entity, (lack.entity,)) if kind not in columns]
        if lack.column is None or lack.entity in ENTITY_KINDS:
            files += [_file(kind) for kind in kinds] or [_file(lack.entity)]
        else:
            inside.setdefault(lack.entity, []).append(_words(lack.entity, lack.column))
    rest = [f"{_and(names)} in the {entity} file" for entity, names in inside.items()]
    return list(dict.fromkeys(files)), rest


def _untold(entities: Iterable[str], unfiltered: Mapping[str, Sequence[str]]) -> list[str]:
    """What records that are there lack for the condition to be applied to them."""
    found = []
    for entity in sorted(entities):
        names = _and(f"`{name}`" for name in unfiltered[entity])
        found += [f"{names} in the {kind} file, {ASKED}" for kind in ENTITY_KINDS.get(entity, (entity,))]
    return list(dict.fromkeys(found))


def _words(entity: str, column: str) -> str:
    if column == "as_of":
        return "dates"
    derived = DERIVED.get((entity, column))
    if derived is not None and derived.any_of:
        return " or ".join(derived.any_of)
    return MADE_FROM.get((entity, column), column)


def _and(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"
