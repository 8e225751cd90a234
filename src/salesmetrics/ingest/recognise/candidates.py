"""Layouts laid over the headers of a file, and how much of the header speaks for each.

A header is compared by :func:`header_keys`: its words, without case, punctuation and unit. Every layout of every profile
whose signature headers are in the file, and every generic layout, is a candidate. Its score is the sum over the headers it
explains of ``1 / number of kinds that know the header``, so that ``Deal Stage`` says much and ``Owner`` little, plus the
weight of its signature headers. A kind that lacks the columns without which it is of no use counts half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from salesmetrics.ingest.canonical.questions import asks
from salesmetrics.ingest.recognise.headers import (
    BORROWED,
    ENOUGH_HITS,
    HeaderKeys,
    is_crm,
    kinds_knowing,
    may_sign,
    nouns_of,
    signature_weight,
    spoken,
)
from salesmetrics.ingest.recognise.index import claims_of, languages, load_profile, profiles, signature_of, words_for
from salesmetrics.ingest.recognise.payments import ColumnMatch, as_payments, with_due_as_amount
from salesmetrics.ingest.recognise.profile import GENERIC, Layout
from salesmetrics.ingest.recognise.sample import could_be, meanings_held, plausible, tells_outcome
from salesmetrics.ingest.recognise.words import words_of
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import KINDS, Kind, column_types

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = ["NEEDS", "Candidate", "ColumnMatch", "rank_candidates"]

NEEDS: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    "deals": (
        ("stage", "status", "is_won", "is_lost", "won_on", "lost_on"),
        ("amount", "created", "close_date", "closed", "won_on", "lost_on", "expected_close", "name", "account"),
        (
            *("name", "account", "account_id", "contact", "owner", "owner_id", "amount"),
            *("close_date", "closed", "won_on", "lost_on", "expected_close", "lead_id", "product", "source"),
        ),
    ),
    "leads": (
        ("id", "name", "company", "source", "owner", "owner_id"),
        ("status", "created", "is_converted", "converted_at", "is_qualified", "qualified_at"),
    ),
    "activities": (
        ("type", "direction", "subject", "duration", "result", "deal_id"),
        ("occurred", "created", "due", "completed_at"),
    ),
    "stages": (("deal_id",), ("stage",), ("entered", "exited")),
    "pipelines": (("name", "id"), ("is_closed", "is_won", "is_lost", "probability", "position")),
    "customers": (
        ("id", "name"),
        ("owner", "owner_id", "region", "segment", "status", "started", "ended", "is_active", "mrr", "potential"),
    ),
    "revenue": (("account", "account_id"), ("amount", "mrr"), ("occurred", "period", "start"), ("movement", "mrr")),
    "invoices": (("amount", "paid_amount"), ("issued", "due", "paid_on")),
    "quotas": (("amount",), ("owner", "owner_id", "team", "region", "product", "period", "start")),
    "costs": (
        ("amount",),
        ("date", "period", "start"),
        ("date", "period", "end"),
        ("category", "description", "source", "campaign", "owner", "team"),
    ),
    "reps": (("id", "name", "email"), ("email", "team", "region", "manager", "role", "hired", "left", "is_active")),
    "surveys": (("score",), ("answered", "account", "account_id", "type", "owner", "id")),
    "products": (("name", "sku", "id"), ("list_price", "cost", "category")),
    "rates": (("currency",), ("rate",), ("date", "period", "to_currency")),
    "figures": (("kpi",), ("value",), ("source", "year")),
}
"""For each kind, groups of columns of which one each must be there for any KPI to be possible."""

_NAMED_BY_NOUN = ("deals", "leads")
"""Kinds whose lists begin with a column that is called like the record: ``Opportunity``, ``Lead``, ``Deal ID``."""

LACKING, VETOED, KEY_OF_OTHER = 0.5, 0.25, 0.6
"""Factors on the score: a needed column is missing; a header speaks against the kind; the first column is the key of
something that the kind does not know."""


class Candidate(msgspec.Struct, frozen=True):
    """A layout laid over the headers of a file."""

    kind: Kind
    profile: str
    layout: Layout
    columns: dict[str, ColumnMatch]
    duplicates: dict[str, tuple[str, ...]]
    spare: dict[str, tuple[str, ...]]  # field → headers that would have done as well
    score: float
    missing: tuple[tuple[str, ...], ...]


def rank_candidates(
    keys: Mapping[str, HeaderKeys],
    kind: Kind | None,
    profile: str | None,
    said: Mapping[str, str | None],
    sample: pl.DataFrame | None,
) -> list[Candidate]:
    """All candidates, the best first; ties are settled by the order of the kinds, then of the profiles."""
    kinds, full = list(KINDS), {form.full for form in keys.values()}
    found: list[Candidate] = []
    possible = [profile, GENERIC] if profile else [n for n in profiles() if may_sign(keys, n)] + spoken(keys)
    for name in dict.fromkeys(possible):
        for each, layouts in load_profile(name).kind.items():
            if kind is not None and each != kind:
                continue
            for layout in layouts:
                weight = signature_weight(keys, name, each, layout)
                if weight >= ENOUGH_HITS or name == profile or not is_crm(name):
                    candidate = _lay(keys, each, name, layout, said, sample, weight + (name == profile))
                    # What is called a kind by name is of it, whatever speaks against it.
                    found.append(candidate if kind is not None else _vetoed(candidate, full))
    if profile not in (None, GENERIC):
        own = {each.kind for each in found if each.profile == profile}
        found = [each for each in found if each.profile == profile or each.kind not in own]
    order = {name: position for position, name in enumerate((*profiles(), *languages()))}
    return sorted(
        found,
        key=lambda c: (
            -round(c.score, 9),
            kinds.index(c.kind),
            -sum(match.how == "profile" for match in c.columns.values()),
            order[c.profile],
            c.layout.name,
        ),
    )


def _vetoed(candidate: Candidate, full: set[str]) -> Candidate:
    """A candidate with the score that it has where a header speaks against its layout."""
    against = full & {words_of(header) for header in candidate.layout.veto}
    return replace(candidate, score=candidate.score * VETOED) if against else candidate


def _lay(
    keys: Mapping[str, HeaderKeys],
    kind: Kind,
    profile: str,
    layout: Layout,
    said: Mapping[str, str | None],
    sample: pl.DataFrame | None,
    weight: float,
) -> Candidate:
    """Match the headers: what the user said, then the layout's own names, then the generic ones."""
    fields = column_types(kind)
    columns = {f: ColumnMatch(f, h, "option") for f, h in said.items() if h is not None and f in fields}
    closed = {match.header for match in columns.values()}
    duplicates: dict[str, tuple[str, ...]] = {}
    spare: dict[str, tuple[str, ...]] = {}
    ignored = {words_of(h) for h in layout.ignore}
    for name, layer in _layers(profile, kind, layout):
        taken = set(said) | columns.keys() | (layout.constants.keys() if name == GENERIC else set())
        for field_name, claims in _claims(keys, kind, name, layer, taken, closed, sample).items():
            columns[field_name] = _match(field_name, claims[0], name, layer)
            header, rest = claims[0][2], [h for _, _, h in claims[1:]]
            duplicates[field_name] = tuple(h for h in rest if keys[h].full == keys[header].full)
            spare[field_name] = tuple(h for h in rest if keys[h].full != keys[header].full)
            closed |= {header, *duplicates[field_name]}
        closed |= {h for h, form in keys.items() if form.full in ignored}
    if kind == "surveys" and "score" not in {*columns, *said} and (asked := _asked(keys, closed, sample)):
        columns["score"] = ColumnMatch("score", asked, "generic")
    ordered = {name: columns[name] for name in fields if name in columns}
    if kind == "invoices":
        ordered = as_payments(with_due_as_amount(ordered, keys), keys)
    missing = tuple(group for group in NEEDS[kind] if not any(f in ordered or f in layout.constants for f in group))
    score = _score(keys, kind, profile, ordered, weight, missing)
    if kind == "deals" and not missing:
        score += _outcomes_held(ordered, profile, sample)
    if kind == "customers" and not missing:
        score += _states_held(ordered, profile, sample)
    if kind == "activities" and _speaks_of_nothing_known(ordered, profile, layout, sample):
        score *= LACKING
    return Candidate(kind, profile, layout, ordered, _filled(duplicates), _filled(spare), score, missing)


def _layers(profile: str, kind: Kind, layout: Layout) -> list[tuple[str, Layout]]:
    if profile == GENERIC:
        return [(profile, layout)]
    return [(profile, layout), *((GENERIC, each) for each in load_profile(GENERIC).kind.get(kind, ())[:1])]


def _match(field_name: str, claim: tuple[int, int, str], profile: str, layout: Layout) -> ColumnMatch:
    _, leniency, header = claim
    unverified = field_name in layout.unverified or "*" in layout.unverified
    how = "partial" if leniency or unverified else "profile" if is_crm(profile) else "generic"
    return ColumnMatch(field_name, header, how)


def _filled(lists: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: headers for name, headers in lists.items() if headers}


def _outcomes_held(columns: Mapping[str, ColumnMatch], profile: str, sample: pl.DataFrame | None) -> float:
    """What it counts that cells of the stage or status say won and lost beside money or a date of closing, or one beside both."""
    closes = bool({"close_date", "closed", "expected_close"} & columns.keys())
    if sample is None or not (closes or "amount" in columns):
        return 0.0
    words = words_for(profile, "deals")
    headers = [columns[f].header for f in ("status", "stage") if f in columns]
    if any(tells_outcome(sample, header, words) for header in headers):
        return 1.0
    ended = any({"won", "lost"} & meanings_held(sample, header, words, ("won", "lost")) for header in headers)
    return 0.5 if ended and closes and "amount" in columns else 0.0


def _states_held(columns: Mapping[str, ColumnMatch], profile: str, sample: pl.DataFrame | None) -> float:
    """What it counts that every status is one of customers, such as active and churned."""
    if sample is None or "status" not in columns or not {"id", "name"} & columns.keys():
        return 0.0
    held = meanings_held(sample, columns["status"].header, words_for(profile, "customers"), ("active", "churned"))
    return 0.0 if not held or None in held else 1.0 if len(held) == 2 else 0.5


def _asked(keys: Mapping[str, HeaderKeys], closed: set[str], sample: pl.DataFrame | None) -> str | None:
    """The header of scores that names what was asked: an eNPS or a satisfaction is of no other kind."""
    free = [header for header in keys if header not in closed and asks(header)]
    return next((header for header in free if sample is not None and could_be(sample, header, ColumnType.SCORE)), None)


_OF_SELLERS = frozenset({"owner", "subject", "deal_id", "lead_id", "direction", "due", "result", "duration"})
"""What a log of somebody's work has, and a log of events has not."""


def _speaks_of_nothing_known(
    columns: Mapping[str, ColumnMatch], profile: str, layout: Layout, sample: pl.DataFrame | None
) -> bool:
    """Whether not one type of these activities is a call, an email or the like, and nothing else says that people did them."""
    if sample is None or "type" not in columns or "type" in layout.constants or _OF_SELLERS & columns.keys():
        return False
    words = words_for(profile, "activities")
    types = ("call", "email", "meeting", "task", "other")
    return meanings_held(sample, columns["type"].header, words, types) == {None}


def _claims(
    keys: Mapping[str, HeaderKeys],
    kind: Kind,
    profile: str,
    layout: Layout,
    taken: set[str],
    closed: set[str],
    sample: pl.DataFrame | None,
) -> dict[str, list[tuple[int, int, str]]]:
    """Field → the headers that stand for it as (rank of the name, leniency, header), the best first."""
    index, types = claims_of(profile, kind, layout.name), column_types(kind)
    claims: dict[str, list[tuple[int, int, str]]] = {}
    for header, form in keys.items():
        if header in closed:
            continue
        for key in form.forms(nouns_of(kind)):
            options = [(f, rank) for f, rank in index.get(key, ()) if f not in taken]
            likely = [o for o in options if plausible(sample, header, types[o[0]])]
            dated = [o for o in likely if types[o[0]] in (ColumnType.DAY, ColumnType.INSTANT)]
            if sample is not None and 0 < len(dated) < len(likely) and could_be(sample, header, ColumnType.INSTANT):
                likely = dated  # "entered stage" is a stage in one file, and the day of its entry in another
            if likely or (options and is_crm(profile)):
                name, rank = (likely or options)[0]
                claims.setdefault(name, []).append((rank, int(key not in (form.full, form.bare)), header))
                break
    return {name: sorted(ranked, key=lambda item: item[:2]) for name, ranked in claims.items()}


def _is_own_name(words: str, header: str, kind: Kind, columns: Mapping[str, ColumnMatch]) -> bool:
    """Whether the first header is the noun of a kind (``Opportunity``), or the id of its records by that noun (``Deal ID``)."""
    nouns = nouns_of(kind)
    own_id = "id" in columns and columns["id"].header == header
    return words in nouns or (own_id and any(words.startswith(f"{noun} ") for noun in nouns))


def _score(
    keys: Mapping[str, HeaderKeys],
    kind: Kind,
    profile: str,
    columns: Mapping[str, ColumnMatch],
    weight: float,
    missing: tuple[tuple[str, ...], ...],
) -> float:
    """How much of the header speaks for this candidate (see the head of this module)."""
    full = {form.full for form in keys.values()}
    score = weight
    for match in columns.values():
        if match.how != "option" and (kind, match.field) in BORROWED:
            continue
        score += 1.0 if match.how == "option" else 1 / max(1, kinds_knowing(keys[match.header].full, profile))
    if profile != GENERIC:
        score += 0.1 * sum(m.how == "profile" and (kind, m.field) not in BORROWED for m in columns.values())
        score += len(full & signature_of(GENERIC, kind, ""))
    if missing:
        score *= LACKING
    first = next(iter(keys), None)
    if kind in _NAMED_BY_NOUN and first is not None and _is_own_name(keys[first].full, first, kind, columns):
        score += 1
    if first is not None and keys[first].is_key and first not in {match.header for match in columns.values()}:
        score *= KEY_OF_OTHER
    return score
