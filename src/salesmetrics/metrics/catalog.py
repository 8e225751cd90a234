"""The only list of measures and KPIs. Listing it imports neither Polars nor Pydantic."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from salesmetrics.errors import RefusedError, SalesmetricsError
from salesmetrics.metrics.definition import Kpi, Measure
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

__all__ = ["FAMILIES", "FORMER_NAMES", "SHIFTS", "SYNONYMS", "Catalog", "catalog", "one_per_idea", "split_name"]

SHIFTS = ("previous", "year_ago")
"""Endings of input names for an earlier period of the same length."""

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "aging": ("deal_age_median", "stalled_deals_by_age", "overdue_deals", "dso"),
    "ageing": ("deal_age_median", "stalled_deals_by_age", "overdue_deals", "dso"),
    "arpa": ("ltv",),
    "arpu": ("ltv",),
    "attrition": ("logo_churn", "customer_retention", "grr"),
    "bonus": ("incentive_payout",),
    "bookings": ("revenue",),
    "churn": ("logo_churn", "customer_retention", "grr"),
    "close rate": ("win_rate",),
    "closing rate": ("win_rate",),
    "commission": ("incentive_payout",),
    "conversion": ("win_rate", "win_rate_created", "lead_conversion_rate", "lead_qualification_rate"),
    "days to close": ("sales_cycle_mean", "sales_cycle_median", "sales_cycle_p90"),
    "deal value": ("average_deal_size", "median_deal_size"),
    "hit rate": ("win_rate",),
    "lost amount": ("lost_value",),
    "lost revenue": ("lost_value",),
    "ndr": ("nrr",),
    "net dollar retention": ("nrr",),
    "onboarding": ("ramp_time",),
    "postponed": ("push_count", "push_days_mean", "slip_rate"),
    "quota achievement": ("quota_attainment",),
    "sales cycle length": ("sales_cycle_mean", "sales_cycle_median", "sales_cycle_p90"),
    "slippage": ("slip_rate", "slip_rate_value", "push_count"),
    "speed to lead": ("lead_response_median", "lead_response_within_5m"),
    "stuck": ("stalled_deals", "stalled_deals_in_stage", "stalled_deals_by_age"),
    "turnover": ("revenue",),
}
"""Other names of KPIs, in lower case, and the KPIs they stand for."""

FORMER_NAMES: Mapping[str, str] = {
    "aimless_touches": "touches_without_target",
    "unheard_deals": "deals_without_touch",
    "unripe_follow_ups": "follow_ups_too_recent",
    "unripe_meetings": "meetings_too_recent",
    "won_value": "won_sized_amount",
}
"""Former names of measures → their names now. KPIs of a settings file or a plugin may still use them."""


class Catalog(msgspec.Struct, frozen=True):
    """Measures and KPIs by id, in the order that a sales leader reads them.

    Attributes:
        measures: Aggregates by id.
        kpis: KPIs by id; a KPI that shares its id with its only measure shows that measure.
    """

    measures: Mapping[str, Measure]
    kpis: Mapping[str, Kpi]

    def select(self, ids: Iterable[str] = (), families: Iterable[str] = ()) -> list[Kpi]:
        """The KPIs asked for, in catalogue order; all of them when nothing is asked for.

        Raises:
            SalesmetricsError: ``kpi_unknown`` or ``family_unknown``.
        """
        wanted = list(ids)
        for name in wanted:
            if name not in self.kpis:
                raise SalesmetricsError("kpi_unknown", name=name, fix=self._did_you_mean(name))
        heads = list(families)
        known = list(dict.fromkeys(k.family for k in self.kpis.values()))
        for name in heads:
            if name not in known:
                close = get_close_matches(name.casefold(), known, n=1) or [
                    family for family in known if family.startswith(name)
                ]
                near = Message("did_you_mean", near=close[0]) if close else None
                raise SalesmetricsError("family_unknown", name=name, near=near, known=known)
        if not wanted and not heads:
            return list(self.kpis.values())
        return [k for k in self.kpis.values() if k.id in wanted or k.family in heads]

    def with_modules(self, modules: Iterable[ModuleType]) -> Catalog:
        """The catalogue with the measures and KPIs that further modules declare.

        Raises:
            RefusedError: A name is taken already.
        """
        found = list(_definitions(modules))
        taken = [d.id for d in found if d.id in (self.kpis if isinstance(d, Kpi) else self.measures)]
        if taken:
            raise RefusedError(Message("name_taken", name=taken[0]))
        measures = {d.id: d for d in found if isinstance(d, Measure)}
        kpis = {d.id: d for d in found if isinstance(d, Kpi)}
        return Catalog({**self.measures, **measures}, {**self.kpis, **kpis})

    def search(
        self, kpis: Iterable[Kpi], text: str | None, said: Callable[[str], str] = lambda words: words
    ) -> list[Kpi]:
        """The KPIs that speak of a text in their id, title, formula or definition, or go by such a name elsewhere.

        Args:
            kpis: Those to search.
            text: What is looked for; None finds all.
            said: Gives a title and a formula as a reader sees them, in which is searched, too.
        """
        needle = " ".join((text or "").casefold().split())
        meant = {name for words, ids in SYNONYMS.items() if needle in words or words in needle for name in ids}
        return [
            k
            for k in kpis
            if k.id in meant
            or needle in f"{k.id} {k.title} {k.formula} {k.doc} {said(k.title)} {said(k.formula)}".casefold()
        ]

    def measures_of(self, kpi: Kpi) -> dict[str, Measure]:
        """Every measure that a KPI rests on, through other KPIs too, with what it counts beside its inputs."""
        found: dict[str, Measure] = {}
        for name in (
            *kpi.inputs,
            *kpi.excluded.values(),
            *((kpi.n,) if kpi.n else ()),
            *((kpi.open,) if kpi.open else ()),
        ):
            base, _ = split_name(name)
            if base in self.kpis and base not in self.measures:
                found |= self.measures_of(self.kpis[base])
            elif base in self.measures:
                found[base] = self.measures[base]
        return found

    def required_measures(self, kpi: Kpi) -> dict[str, Measure]:
        """The measures without which a KPI has no value."""
        found: dict[str, Measure] = {}
        for name in kpi.inputs:
            base, _ = split_name(name)
            if name in kpi.optional:
                continue
            if base in self.measures:
                found[base] = self.measures[base]
            elif base in self.kpis:
                found |= self.required_measures(self.kpis[base])
        return found

    def shifts_of(self, kpi: Kpi) -> set[str]:
        """The earlier periods that a KPI looks at."""
        found = {shift for name in kpi.inputs if (shift := split_name(name)[1])}
        for name in kpi.inputs:
            base, _ = split_name(name)
            if base not in self.measures and base in self.kpis:
                found |= self.shifts_of(self.kpis[base])
        return found

    def is_money(self, kpi: Kpi) -> bool:
        """Whether a KPI has one number per currency: any of its measures is money."""
        return any(m.unit == "money" for m in self.measures_of(kpi).values())

    def _did_you_mean(self, name: str) -> Message:
        near = get_close_matches(name, self.kpis, n=3, cutoff=0.5)
        return Message("list_kpis", near=Message("did_you_mean_one_of", near=near) if near else None)


def split_name(name: str) -> tuple[str, str]:
    """The measure or KPI behind an input, and the shift of its period.

    >>> split_name("revenue_previous"), split_name("revenue_year_ago"), split_name("revenue")
    (('revenue', 'previous'), ('revenue', 'year_ago'), ('revenue', ''))
    """
    for shift in SHIFTS:
        if name.endswith(f"_{shift}"):
            return name.removesuffix(f"_{shift}"), shift
    return name, ""


def one_per_idea(kpis: Iterable[Kpi]) -> list[Kpi]:
    """Of KPIs that say the same in other words only one: the leading one where it is among them, else the first.

    Args:
        kpis: In the order of the catalogue.

    Returns:
        In the same order.

    >>> known = catalog().kpis
    >>> [kpi.id for kpi in one_per_idea([known["won_deals"], known["loss_rate"], known["win_rate"]])]
    ['won_deals', 'win_rate']
    """
    asked = list(kpis)
    chosen: dict[str, str] = {}
    for kpi in sorted(asked, key=lambda kpi: kpi.id != kpi.idea):
        chosen.setdefault(kpi.idea, kpi.id)
    return [kpi for kpi in asked if chosen[kpi.idea] == kpi.id]


def _family_modules() -> tuple[ModuleType, ...]:
    from salesmetrics.metrics import (
        activity,
        cash,
        conversion,
        cost,
        counts,
        customers,
        people,
        pipeline,
        revenue,
        size,
        slippage,
        speed,
        targets,
    )

    return (
        revenue,
        targets,
        counts,
        conversion,
        size,
        speed,
        pipeline,
        slippage,
        activity,
        cost,
        customers,
        cash,
        people,
    )


def _measure_modules() -> tuple[ModuleType, ...]:
    from salesmetrics.metrics.measures import (
        activities,
        close_plans,
        costs,
        customers,
        deals,
        invoices,
        leads,
        quotas,
        reps,
        revenue_movements,
        sales,
        surveys,
    )

    return (
        deals,
        close_plans,
        sales,
        leads,
        activities,
        quotas,
        costs,
        customers,
        revenue_movements,
        invoices,
        surveys,
        reps,
    )


def _definitions(modules: Iterable[ModuleType]) -> Iterable[Kpi | Measure]:
    for module in modules:
        for value in vars(module).values():
            definition = getattr(value, "__definition__", None)
            if definition is not None and getattr(value, "__module__", None) == module.__name__:
                yield definition


@cache
def catalog() -> Catalog:
    """The catalogue that ships with the package."""
    measures = {m.id: m for m in _definitions(_measure_modules()) if isinstance(m, Measure)}
    measures |= {old: replace(measures[new], id=old) for old, new in FORMER_NAMES.items()}
    kpis = {k.id: k for k in _definitions(_family_modules()) if isinstance(k, Kpi)}
    return Catalog(measures=measures, kpis=kpis)


FAMILIES: Mapping[str, str] = {
    "revenue": "Revenue",
    "counts": "Deals",
    "conversion": "Conversion",
    "size": "Deal size",
    "speed": "Speed",
    "pipeline": "Pipeline",
    "targets": "Targets",
    "activity": "Activity",
    "cost": "Cost",
    "customers": "Customers",
    "cash": "Cash",
    "people": "People",
}
