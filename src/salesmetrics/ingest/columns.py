"""From the header of a file to its kind, its CRM and its canonical columns: :func:`recognise`.

How a decision is reached. A header is compared by :func:`header_keys`: its words, without case, punctuation and unit.
Every layout of every profile that has a signature header in the file, and every generic layout, is a candidate. A
candidate's score is the sum over the headers it explains of ``1 / number of kinds that know the header``, so that
``Deal Stage`` says much and ``Owner`` little, plus one for each signature header. A kind that lacks the columns without
which it is of no use counts half. The best candidate wins when no other kind comes close; otherwise the file is refused
with the word to type.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.headers import HeaderKeys, header_keys, words_of
from salesmetrics.ingest.profile import GENERIC, Layout, load_profile, normalise, profiles
from salesmetrics.ingest.sample import plausible, tells_outcome
from salesmetrics.schema.kinds import KINDS, Kind, column_types

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

__all__ = ["ColumnMatch", "Recognition", "missing_fields", "recognise"]

NEEDS: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    "deals": (
        ("stage", "status", "is_won", "is_lost", "won_on", "lost_on"),
        ("amount", "created", "close_date", "closed", "won_on", "lost_on", "expected_close", "name", "account"),
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
        ("owner", "owner_id", "region", "segment", "status", "started", "ended", "is_active", "mrr"),
    ),
    "revenue": (("account", "account_id"), ("amount", "mrr"), ("occurred", "period"), ("movement", "mrr")),
    "invoices": (("amount", "paid_amount"), ("issued", "due", "paid_on")),
    "quotas": (("amount",), ("owner", "owner_id", "team", "region", "product", "period", "start")),
    "costs": (("amount",), ("date", "period"), ("category", "description", "source", "campaign", "owner", "team")),
    "reps": (("id", "name", "email"), ("email", "team", "region", "manager", "role", "hired", "left", "is_active")),
    "surveys": (("score",), ("answered", "account", "account_id", "type", "owner", "id")),
    "products": (("name", "sku", "id"), ("list_price", "cost", "category")),
    "rates": (("currency",), ("rate",), ("date", "period", "to_currency")),
}
"""For each kind, groups of columns of which one each must be there for any KPI to be possible."""

LACKING, VETOED, KEY_OF_OTHER = 0.5, 0.25, 0.6
"""Factors on the score: a needed column is missing; a header speaks against the kind; the first column is the key of
something that the kind does not know."""
VERSIONED = frozenset({"_fivetran_start", "dbt_valid_from", "_dbt_valid_from"})
"""Headers of change tables, where a record is there once for each of its states."""
ENOUGH_HITS = 2.5
"""The weight of signature headers by which a CRM is recognised. A hallmark suffices; a signature header that spreadsheets
use too weighs ½, and not at all when it is one plain word (Status, Company); any other weighs 1."""
ENOUGH, CLOSE = 1.0, 0.85
"""A score below ``ENOUGH`` decides nothing; another kind with this share of the best score makes the file ambiguous."""


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """A canonical column and the header it is read from.

    ``how``: ``profile`` or ``generic`` (a header that this list knows), ``partial`` (only after its unit or its noun was
    taken off, or a header that nobody has seen in a real export), ``option`` (the user said so).
    """

    field: str
    header: str
    how: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file was recognised as.

    ``confidence`` is 1 when the user named the kind, else ``½·min(1, score / 4) + ½·(1 − best other kind's score / score)``.
    ``constants`` are canonical columns with one value for all rows (a calls module has type ``call``);
    ``duplicates`` are further columns with the same header as a matched one, in order.
    """

    kind: Kind
    profile: str
    title: str
    confidence: float
    columns: dict[str, ColumnMatch]
    unmapped: tuple[str, ...]
    notes: tuple[str, ...]
    alternatives: tuple[tuple[Kind, str, float], ...]
    constants: dict[str, str] = field(default_factory=dict)
    duplicates: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A layout laid over the headers of a file."""

    kind: Kind
    profile: str
    layout: Layout
    columns: dict[str, ColumnMatch]
    duplicates: dict[str, tuple[str, ...]]
    spare: dict[str, tuple[str, ...]]  # field → headers that would have done as well
    score: float
    missing: tuple[tuple[str, ...], ...]


def recognise(
    frame_headers: Sequence[str],
    *,
    path: str,
    kind: Kind | None = None,
    profile: str | None = None,
    mapping: Mapping[str, str] | None = None,
    sample: pl.DataFrame | None = None,
) -> Recognition:
    """Find out what a file is from its header.

    Args:
        frame_headers: The unique headers of the raw frame.
        path: What the user called the file; for messages only.
        kind: The kind, where the user named it.
        profile: The CRM, where the user named it.
        mapping: Canonical column → header; an empty header takes the column away.
        sample: Some rows as text, for headers that mean a date here and a flag there.

    Raises:
        SalesmetricsError: ``kind_unknown``, ``kind_ambiguous``, ``column_missing``, ``map_invalid`` or
            ``option_invalid`` (no such profile).

    >>> r = recognise(["Deal", "Rep", "Stage", "Deal Size ($)", "Date Closed"], path="x.csv")
    >>> r.kind, {name: match.header for name, match in r.columns.items()}["amount"]
    ('deals', 'Deal Size ($)')
    """
    headers = tuple(h for h in frame_headers if not _is_nameless(h))
    _check_profile(profile)
    said = _resolve_mapping(mapping or {}, headers, path)
    keys = {header: header_keys(header, headers) for header in headers}
    ranked = _rank(keys, kind, profile, said, sample)
    best = ranked[0]
    if kind is None:
        _refuse_doubt(ranked, keys, headers, path)
    if best.missing:
        raise _lacking(best, keys, path, sample)
    return _recognition(best, ranked, headers, sure=kind is not None)


def missing_fields(recognition: Recognition) -> list[str]:
    """The canonical columns of the kind that the file does not have, in the order of the model.

    >>> missing_fields(recognise(["Currency", "Date", "Exchange Rate"], path="x.csv"))
    ['to_currency', 'period']
    """
    have = recognition.columns.keys() | recognition.constants.keys()
    return [name for name in column_types(recognition.kind) if name not in have]


# --- candidates ------------------------------------------------------------------------------------------------------


def _rank(
    keys: Mapping[str, HeaderKeys],
    kind: Kind | None,
    profile: str | None,
    said: Mapping[str, str | None],
    sample: pl.DataFrame | None,
) -> list[_Candidate]:
    """All candidates, the best first; ties are settled by the order of the kinds, then of the profiles."""
    kinds = list(KINDS)
    found: list[_Candidate] = []
    for name in (GENERIC,) if profile == GENERIC else profiles() if profile is None else (profile, GENERIC):
        for each, layouts in load_profile(name).kind.items():
            if kind is not None and each != kind:
                continue
            for layout in layouts:
                hits = _hits(keys, name, each, layout)
                if hits >= ENOUGH_HITS or name in (GENERIC, profile):
                    found.append(_lay(keys, each, name, layout, said, sample, hits, asked=name == profile))
    if profile not in (None, GENERIC):
        own = {each.kind for each in found if each.profile == profile}
        found = [each for each in found if each.profile == profile or each.kind not in own]
    order = {name: position for position, name in enumerate(profiles())}
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


def _lay(
    keys: Mapping[str, HeaderKeys],
    kind: Kind,
    profile: str,
    layout: Layout,
    said: Mapping[str, str | None],
    sample: pl.DataFrame | None,
    hits: float,
    *,
    asked: bool,
) -> _Candidate:
    """Match the headers: what the user said, then the layout's own names, then the generic ones."""
    fields = column_types(kind)
    columns = {f: ColumnMatch(f, h, "option") for f, h in said.items() if h is not None and f in fields}
    closed = {match.header for match in columns.values()}
    duplicates: dict[str, tuple[str, ...]] = {}
    spare: dict[str, tuple[str, ...]] = {}
    ignored = {words_of(h) for h in layout.ignore}
    layers = [(profile, layout)]
    if profile != GENERIC:
        layers += [(GENERIC, each) for each in load_profile(GENERIC).kind.get(kind, ())[:1]]
    for name, layer in layers:
        taken = set(said) | columns.keys() | (layout.constants.keys() if name == GENERIC else set())
        claims = _claims(keys, kind, name, layer, taken, closed, sample)
        for field_name, ranked in claims.items():
            header, lenient = ranked[0][2], ranked[0][1] > 0 or _unverified(layer, field_name)
            how = "partial" if lenient else "generic" if name == GENERIC else "profile"
            columns[field_name] = ColumnMatch(field_name, header, how)
            twins = tuple(h for _, _, h in ranked[1:] if keys[h].full == keys[header].full)
            if twins:
                duplicates[field_name] = twins
            others = tuple(h for _, _, h in ranked[1:] if h not in twins)
            if others:
                spare[field_name] = others
            closed |= {header, *twins}
        closed |= {h for h, form in keys.items() if form.full in ignored}
    ordered = {name: columns[name] for name in fields if name in columns}
    missing = tuple(group for group in NEEDS[kind] if not any(f in ordered or f in layout.constants for f in group))
    score = _score(keys, kind, profile, layout, ordered, hits, missing) + asked
    if kind == "deals" and not missing and _holds_outcomes(ordered, profile, sample):
        score += 1
    return _Candidate(kind, profile, layout, ordered, duplicates, spare, score, missing)


def _holds_outcomes(columns: Mapping[str, ColumnMatch], profile: str, sample: pl.DataFrame | None) -> bool:
    """Whether the cells of the stage or status column say won and lost, beside money or a date of closing."""
    if sample is None or not {"amount", "close_date", "closed", "expected_close"} & columns.keys():
        return False
    words = load_profile(profile).words("deals")
    return any(tells_outcome(sample, columns[f].header, words) for f in ("status", "stage") if f in columns)


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
    index, types = _index(profile, kind, layout.name), column_types(kind)
    claims: dict[str, list[tuple[int, int, str]]] = {}
    for header, form in keys.items():
        if header in closed:
            continue
        for key in form.forms(_nouns(kind)):
            options = [(f, rank) for f, rank in index.get(key, ()) if f not in taken]
            likely = [o for o in options if plausible(sample, header, types[o[0]])]
            if likely or (options and profile != GENERIC):
                name, rank = (likely or options)[0]
                claims.setdefault(name, []).append((rank, int(key not in (form.full, form.bare)), header))
                break
    return {name: sorted(ranked, key=lambda item: item[:2]) for name, ranked in claims.items()}


def _unverified(layout: Layout, field_name: str) -> bool:
    return field_name in layout.unverified or "*" in layout.unverified


def _score(
    keys: Mapping[str, HeaderKeys],
    kind: Kind,
    profile: str,
    layout: Layout,
    columns: Mapping[str, ColumnMatch],
    hits: float,
    missing: tuple[tuple[str, ...], ...],
) -> float:
    """How much of the header speaks for this candidate (see the head of this module)."""
    full = {form.full for form in keys.values()}
    score = hits
    for match in columns.values():
        score += 1.0 if match.how == "option" else 1 / max(1, _kinds_knowing(keys[match.header].full))
    if profile != GENERIC:
        score += 0.1 * sum(match.how == "profile" for match in columns.values())
        score += len(full & (_signature(GENERIC, kind, "") - _signature(profile, kind, layout.name)))
    if missing:
        score *= LACKING
    if full & {words_of(h) for h in layout.veto}:
        score *= VETOED
    first = next(iter(keys), None)
    if first is not None and keys[first].is_key and first not in {match.header for match in columns.values()}:
        score *= KEY_OF_OTHER
    return score


# --- look-up tables, made once per process ---------------------------------------------------------------------------


@cache
def _index(profile: str, kind: Kind, layout: str) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Key of a header → (field, rank of the name in the field's list) of every field that it can stand for."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for name, names in _layout(profile, kind, layout).columns.items():
        for rank, alias in enumerate(names):
            key = words_of(alias)
            if name not in {f for f, _ in found.get(key, ())}:
                found[key] = (*found.get(key, ()), (name, rank))
    return found


def _hits(keys: Mapping[str, HeaderKeys], profile: str, kind: Kind, layout: Layout) -> float:
    """The weight of the signature headers of a layout that the file has."""
    if profile == GENERIC:
        return float(len({form.full for form in keys.values()} & _signature(GENERIC, kind, layout.name)))
    marks = _marks(profile, kind, layout.name)
    return sum(marks.get(header, 0.0) for header in {form.exact for form in keys.values()})


@cache
def _marks(profile: str, kind: Kind, layout: str) -> Mapping[str, float]:
    """Signature headers of a CRM, normalised, with their weight (see ``ENOUGH_HITS``)."""
    found, generic = _layout(profile, kind, layout), _generic_keys()
    marks = {normalise(h): 0.5 if words_of(h) in generic else 1.0 for h in found.signature}
    marks = {h: weight for h, weight in marks.items() if weight == 1.0 or not (h.isascii() and h.isalpha())}
    return marks | dict.fromkeys(map(normalise, found.hallmarks), ENOUGH_HITS)


@cache
def _generic_keys() -> frozenset[str]:
    generic = load_profile(GENERIC).kind
    return frozenset(key for kind, each in generic.items() for one in each for key in _index(GENERIC, kind, one.name))


@cache
def _signature(profile: str, kind: Kind, layout: str) -> frozenset[str]:
    found = _layout(profile, kind, layout)
    return frozenset(words_of(h) for h in (*found.signature, *found.hallmarks))


@cache
def _nouns(kind: Kind) -> tuple[str, ...]:
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
        for key in {key for each in layouts for key in _index(GENERIC, kind, each.name)}:
            count[key] = count.get(key, 0) + 1
    for names in generic.other.values():
        for key in {words_of(name) for name in names}:
            count[key] = count.get(key, 0) + 1
    return count


def _kinds_knowing(key: str) -> int:
    return _knowledge().get(key, 0)


# --- what the user said ----------------------------------------------------------------------------------------------


def _check_profile(profile: str | None) -> None:
    if profile is not None and profile not in profiles():
        near = get_close_matches(profile, profiles(), 1)
        fix = f"did you mean `{near[0]}`?" if near else f"use one of: {', '.join(profiles())}"
        raise SalesmetricsError("option_invalid", option="--profile", value=profile, cause="no such CRM", fix=fix)


def _resolve_mapping(mapping: Mapping[str, str], headers: Sequence[str], path: str) -> dict[str, str | None]:
    """Canonical column → header, or None where the user took the column away."""
    fields = sorted({name for kind in KINDS for name in column_types(kind)})
    said: dict[str, str | None] = {}
    for name, header in mapping.items():
        text = f"{name}={header}"
        if name not in fields:
            near = get_close_matches(name.casefold().replace(" ", "_").replace("-", "_"), fields, 1)
            fix = f"did you mean `{near[0]}={header}`?" if near else f"use one of: {', '.join(fields)}"
            raise SalesmetricsError("map_invalid", text=text, cause=f"there is no column named `{name}`", fix=fix)
        said[name] = _find_header(header, headers, text, name, path) if header.strip() else None
    return said


def _find_header(header: str, headers: Sequence[str], text: str, name: str, path: str) -> str:
    if header in headers:
        return header
    same = [h for h in headers if normalise(h) == normalise(header)]
    same = same or [h for h in headers if header_keys(h).full == header_keys(header).full]
    if len(same) >= 1:
        return same[0]
    near = _closest(header, headers)
    fix = f'did you mean `--map {name}="{near}"`?' if near else f"its headers are: {_listed(headers)}"
    raise SalesmetricsError("map_invalid", text=text, cause=f"`{path}` has no header `{header}`", fix=fix)


# --- refusals --------------------------------------------------------------------------------------------------------


def _refuse_doubt(
    ranked: Sequence[_Candidate], keys: Mapping[str, HeaderKeys], headers: Sequence[str], path: str
) -> None:
    """Raise when the best candidate is not good enough, or not clearly better than another kind."""
    best = ranked[0]
    if versions := next((h for h, form in keys.items() if form.exact in VERSIONED), None):
        detail = f": `{versions}` says that it holds every version of each record"
        raise SalesmetricsError("kind_unknown", path=path, detail=detail, fix="export the records as they are now")
    useless, weight = _useless(keys)
    rival = next((c for c in ranked[1:] if c.kind != best.kind and not c.missing), None)
    close = rival is not None and rival.score >= CLOSE * best.score and not best.missing
    if rival is not None and close and weight <= best.score and best.score >= ENOUGH / 2:
        raise SalesmetricsError("kind_ambiguous", path=path, first=best.kind, second=rival.kind)
    if best.score < ENOUGH or weight > best.score or (best.missing and not _deals_without_outcome(best)):
        raise _unknown(ranked, headers, path, useless if weight > max(ENOUGH, best.score) else None)


def _useless(keys: Mapping[str, HeaderKeys]) -> tuple[str, float]:
    """The kind of export of no use to us that the header resembles most, and how much."""
    generic, full = load_profile(GENERIC), {form.full for form in keys.values()}
    weights: dict[str, float] = {}
    for name, names in generic.other.items():
        hits = full & {words_of(n) for n in names}
        weights[name] = sum(1 / max(1, _kinds_knowing(key)) + (key not in _generic_keys()) for key in hits)
    name = max(sorted(weights), key=lambda n: weights[n])
    return name, weights[name]


def _deals_without_outcome(candidate: _Candidate) -> bool:
    have = candidate.columns
    return candidate.kind == "deals" and bool(
        ({"amount", "name", "id"} & have.keys())
        and ({"close_date", "closed", "created", "expected_close"} & have.keys())
        and ({"owner", "owner_id", "name", "account"} & have.keys())
    )


def _unknown(ranked: Sequence[_Candidate], headers: Sequence[str], path: str, useless: str | None) -> SalesmetricsError:
    best = ranked[0]
    if useless is not None:
        detail = f": it looks like {useless}"
    elif best.missing and best.columns:
        lacks = " and ".join(" or ".join(group[:3]) for group in best.missing)
        detail = f"; nearest is {best.kind}, but it lacks {lacks}; its headers are {_listed(headers)}"
    elif best.columns:
        detail = f"; it may be {best.kind}, but too little in its header says so: {_listed(headers)}"
    else:
        detail = f"; its headers are {_listed(headers)}" if headers else "; it has no header"
    fix = f"if it is one of our kinds, say so: `{best.kind}={path}`, and name its columns with `--map FIELD=HEADER`"
    return SalesmetricsError("kind_unknown", path=path, detail=detail, fix=fix)


def _lacking(
    best: _Candidate, keys: Mapping[str, HeaderKeys], path: str, sample: pl.DataFrame | None
) -> SalesmetricsError:
    """The error for a file of a known kind without a column that every KPI needs."""
    group = best.missing[0]
    free = [h for h in keys if h not in {match.header for match in best.columns.values()}]
    words = load_profile(best.profile).words("deals")
    guess = next((h for h in free if best.kind == "deals" and tells_outcome(sample, h, words)), None)
    aliases = [key for f in group for key in _names_of(best, f)]
    guess = guess or next((h for h in free if get_close_matches(keys[h].bare, aliases, 1, 0.75)), None)
    what = " or ".join(f"`{f}`" for f in group[:3])
    if guess is not None:
        fix = f'if `{guess}` is it, type `--map {group[0]}="{guess}"`'
    else:
        fix = f'name it: `--map {group[0]}="HEADER"`; not used so far: {_listed(free) or "none"}'
    return SalesmetricsError("column_missing", path=path, field=what, kind=best.kind, fix=fix)


def _names_of(candidate: _Candidate, field_name: str) -> list[str]:
    generic = load_profile(GENERIC).kind[candidate.kind][0]
    names = (*candidate.layout.columns.get(field_name, ()), *generic.columns.get(field_name, ()))
    return [header_keys(name).bare for name in names]


# --- the result ------------------------------------------------------------------------------------------------------


def _recognition(best: _Candidate, ranked: Sequence[_Candidate], headers: Sequence[str], *, sure: bool) -> Recognition:
    used = {match.header for match in best.columns.values()} | {h for t in best.duplicates.values() for h in t}
    alternatives: dict[tuple[Kind, str], float] = {}
    for each in ranked[1:]:
        if (each.kind, each.profile) != (best.kind, best.profile) and each.score > 0:
            alternatives.setdefault((each.kind, each.profile), round(each.score, 2))
    rival = max((c.score for c in ranked if c.kind != best.kind), default=0.0)
    margin = 1 - rival / best.score if best.score > 0 else 0.0
    confidence = 1.0 if sure else round(0.5 * min(1.0, best.score / 4) + 0.5 * max(0.0, margin), 2)
    return Recognition(
        kind=best.kind,
        profile=best.profile,
        title=load_profile(best.profile).title + (f" {best.layout.name}" if best.layout.name else ""),
        confidence=confidence,
        columns=best.columns,
        unmapped=tuple(h for h in headers if h not in used),
        notes=_notes(best),
        alternatives=tuple((k, p, s) for (k, p), s in list(alternatives.items())[:3]),
        constants={f: v for f, v in best.layout.constants.items() if f not in best.columns},
        duplicates=best.duplicates,
    )


def _notes(best: _Candidate) -> tuple[str, ...]:
    profile, notes = load_profile(best.profile), []
    if profile.verified == "unverified":
        notes.append(f"matched leniently: no real export of {profile.title} was seen")
    for name, match in best.columns.items():
        if match.how == "partial" and profile.verified != "unverified":
            notes.append(f"`{match.header}` was taken for {name} leniently")
    for name, others in best.spare.items():
        used = best.columns[name].header
        notes.append(f"{name} is read from `{used}`; {_listed(others)} could also be {name}")
    for name, twins in best.duplicates.items():
        notes.append(
            f"`{best.columns[name].header}` occurs {len(twins) + 1} times; the first that is not blank is used"
        )
    return tuple(notes)


def _closest(text: str, headers: Sequence[str]) -> str | None:
    by_key = {header_keys(h).bare: h for h in reversed(headers)}
    near = get_close_matches(header_keys(text).bare, list(by_key), 1, 0.6)
    return by_key[near[0]] if near else None


def _listed(headers: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(f"`{h}`" for h in headers[:most])
    return shown + (f" and {len(headers) - most} more" if len(headers) > most else "")


def _is_nameless(header: str) -> bool:
    return not header.strip() or (header.startswith("column ") and header[7:].isdigit())
