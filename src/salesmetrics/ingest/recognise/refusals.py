"""What the user said about a file, and why a file is refused."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.recognise.headers import HeaderKeys, header_keys, is_unit_price, useless
from salesmetrics.ingest.recognise.index import languages, load_profile, profiles, words_for
from salesmetrics.ingest.recognise.profile import GENERIC, WORD_CATEGORIES
from salesmetrics.ingest.recognise.sample import could_be, meanings_held, month_of, tells_outcome
from salesmetrics.ingest.recognise.words import normalise
from salesmetrics.ingest.table.dialect import PERIOD_HEADER
from salesmetrics.messages import typed
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import KINDS, column_types

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from salesmetrics.ingest.recognise.candidates import Candidate, ColumnMatch
    from salesmetrics.schema.kinds import Kind

__all__ = ["LEAST", "check_profile", "lacking", "listed", "refuse_doubt", "resolve_mapping", "unsure"]

VERSIONED = frozenset({"_fivetran_start", "dbt_valid_from", "_dbt_valid_from"})
"""Headers of change tables, where a record is there once for each of its states."""
_RESHAPE = (
    "give each period a row of its own: a row per rep and period, with columns `Rep`, `Period` (2026-Q1), `Quota`"
)

_DAY = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4}")
SIDE_BY_SIDE = 3
"""So many headers that name periods make a table with periods side by side."""

LEAST = 0.35
"""Below this confidence no number is computed."""
FAINT = 0.2
"""Below this score a kind is not even named: a date or a customer is in lists of every kind."""
ENOUGH, CLOSE = 1.0, 0.85
"""A score below ``ENOUGH`` decides nothing; another kind with this share of the best score makes the file ambiguous."""


def check_profile(profile: str | None) -> None:
    """Raise ``option_invalid`` for a CRM that has no profile."""
    if profile is not None and profile not in (*profiles(), *languages()):
        near = get_close_matches(profile, [*profiles(), *languages()], 1)
        fix = f"did you mean `{near[0]}`?" if near else f"use one of: {', '.join(profiles())}"
        raise SalesmetricsError("option_invalid", option="--profile", value=profile, cause="no such CRM", fix=fix)


def resolve_mapping(mapping: Mapping[str, str], headers: Sequence[str], path: str) -> dict[str, str | None]:
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
    fix = f'did you mean `--map {name}="{near}"`?' if near else f"its headers are: {listed(headers)}"
    raise SalesmetricsError("map_invalid", text=text, cause=f"`{path}` has no header `{header}`", fix=fix)


def refuse_doubt(
    ranked: Sequence[Candidate],
    keys: Mapping[str, HeaderKeys],
    headers: Sequence[str],
    path: str,
    sample: pl.DataFrame | None = None,
) -> None:
    """Raise when the best candidate is not good enough, or not clearly better than another kind."""
    best = ranked[0]
    if versions := next((h for h, form in keys.items() if form.exact in VERSIONED), None):
        detail = f": `{versions}` says that it holds every version of each record"
        raise SalesmetricsError("kind_unknown", path=path, detail=detail, fix="export the records as they are now")
    other, weight = useless(keys)
    others = [c for c in ranked[1:] if c.kind != best.kind and not c.missing and c.score >= CLOSE * best.score]
    close = list(dict.fromkeys([best.kind, *(c.kind for c in others)])) if not best.missing else []
    if len(close) > 1 and weight <= best.score and best.score >= ENOUGH / 2:
        *first, last = close
        named = [f"`{kind}={path}`" for kind in close]
        fix = f"{', '.join(named[:-1])} or {named[-1]}"
        raise SalesmetricsError("kind_ambiguous", path=path, first=", ".join(first), second=last, fix=fix)
    if best.score < ENOUGH or weight > best.score or (best.missing and not _deals_without_outcome(best)):
        fix = _months_held(ranked, keys, path, sample) or _kind_to_name(best, keys, path, sample)
        raise _unknown(best, headers, path, other if weight > max(ENOUGH, best.score) else None, fix)


def _deals_without_outcome(candidate: Candidate) -> bool:
    have = candidate.columns
    return candidate.kind == "deals" and bool(
        ({"amount", "name", "id"} & have.keys())
        and ({"close_date", "closed", "created", "expected_close"} & have.keys())
        and ({"owner", "owner_id", "name", "account"} & have.keys())
    )


def _unknown(best: Candidate, headers: Sequence[str], path: str, other: str | None, fix: str) -> SalesmetricsError:
    if other is not None:
        detail = f": it looks like {other}"
    elif best.missing and best.score >= FAINT:
        lacks = " and ".join(" or ".join(group[:3]) for group in best.missing)
        detail = f"; nearest is {best.kind}, but it lacks {lacks}; its headers are {listed(headers)}"
    elif best.score >= FAINT:
        detail = f"; it may be {best.kind}, but too little in its header says so: {listed(headers)}"
    else:
        detail = f"; its headers are {listed(headers)}" if headers else "; it has no header"
    fix = (_amount_to_make(best, headers) if other is None else "") or fix
    if other is None and (wide := _side_by_side(headers)):
        detail, fix = f": its columns {listed(wide)} look like periods side by side", f"if it holds quotas, {_RESHAPE}"
    return SalesmetricsError("kind_unknown", path=path, detail=detail, fix=fix)


def _amount_to_make(best: Candidate, headers: Sequence[str]) -> str:
    """What to do where only an amount lacks, and the file has the price of one unit instead."""
    price = next((header for header in headers if is_unit_price(header)), None)
    if price is None or not best.missing or not all("amount" in group for group in best.missing):
        return ""
    return f"`{price}` is the price of one unit: add a column `Amount` with the price times the quantity"


def _kind_to_name(best: Candidate, keys: Mapping[str, HeaderKeys], path: str, sample: pl.DataFrame | None) -> str:
    """How to name the nearest kind, and the columns that it lacks; no kind where none is near."""
    if best.score < FAINT:
        kinds = ", ".join(KINDS)
        return f"the kinds are {kinds}; if it is one of them, name it and its columns: `KIND={path} --map FIELD=HEADER`"
    named = f"if it lists {best.kind} all the same, name the kind: `{best.kind}={path}`"
    if not best.missing:
        return named
    free = [h for h in keys if h not in {match.header for match in best.columns.values()}]
    columns = _columns_to_name(best, keys, free, sample)
    if columns is None:
        return f"if it lists {best.kind}, export it with what it lacks: none of its other columns can be that"
    return f"{named}; for the missing column, {columns}"


def _months_held(
    ranked: Sequence[Candidate], keys: Mapping[str, HeaderKeys], path: str, sample: pl.DataFrame | None
) -> str:
    """What to do where dates lack, and a column holds months: these are periods where a kind needs no more than that."""
    used = {match.header for match in ranked[0].columns.values()}
    months = ((h, month) for h in keys if h not in used and (month := month_of(sample, h)) is not None)
    header, month = next(months, ("", ""))
    if not header or not ranked[0].missing:
        return ""
    found = next((c.kind for c in ranked if c.missing and all("period" in group for group in c.missing)), None)
    named = f"if it lists {found}, type `{found}={path} --map period={typed(header)}`"
    fix = named if found else "export the dates with their days"
    return f"`{header}` holds months without a day, such as `{month}`: {fix}"


def lacking(
    best: Candidate, keys: Mapping[str, HeaderKeys], path: str, sample: pl.DataFrame | None
) -> SalesmetricsError:
    """The error for a file of a known kind without a column that every KPI needs."""
    group = best.missing[0]
    free = [h for h in keys if h not in {match.header for match in best.columns.values()}]
    what = " or ".join(f"`{f}`" for f in group[:3])
    wide = _side_by_side(free) if best.kind in ("quotas", "costs") else []
    if wide:
        what += f": its columns {listed(wide)} look like periods side by side"
        return SalesmetricsError("column_missing", path=path, field=what, kind=best.kind, fix=_RESHAPE)
    fix = _amount_to_make(best, free) or _columns_to_name(best, keys, free, sample)
    fix = (
        fix
        or _months_held([best], keys, path, sample)
        or f"none of its other columns can be one ({listed(free) or 'there is none'}): export the file with it"
    )
    return SalesmetricsError("column_missing", path=path, field=what, kind=best.kind, fix=fix)


def _columns_to_name(
    best: Candidate, keys: Mapping[str, HeaderKeys], free: Sequence[str], sample: pl.DataFrame | None
) -> str | None:
    """What to type for the columns that lack: headers that are called like them and hold what they can hold; None without one."""
    guesses: dict[str, str] = {}
    for group in best.missing:
        if set(group) & guesses.keys():
            continue
        left = [h for h in free if h not in guesses.values()]
        found = _guess(best, keys, group, left, sample)
        if found is None:
            break
        guesses[found[0]] = found[1]
    else:
        named = " and ".join(f"`{h}`" for h in guesses.values())
        options = " ".join(f'--map {f}="{h}"' for f, h in guesses.items())
        return f"if {named} {'is it' if len(guesses) == 1 else 'are they'}, type `{options}`"
    group = next(group for group in best.missing if not set(group) & guesses.keys())
    fitting = {f: [h for h in free if _can_hold(best, keys[h], h, f, sample)] for f in group}
    first = next((f for f in group if fitting[f]), None)
    if first is None:
        return None
    return f"name it: `--map {first}=HEADER`; columns that can hold it: {listed(fitting[first])}"


def _can_hold(best: Candidate, form: HeaderKeys, header: str, field: str, sample: pl.DataFrame | None) -> bool:
    """Whether a column can be a field by its cells: no number is a name, no name of an interval a movement of revenue."""
    type_ = column_types(best.kind)[field]
    if not could_be(sample, header, type_) or (field == "amount" and is_unit_price(header)):
        return False
    if type_ is ColumnType.ID:
        return form.is_key or not could_be(sample, header, ColumnType.MONEY)
    if best.kind in _WORDED and field == _WORDED[best.kind] and sample is not None:
        words = words_for(best.profile, best.kind)
        return not form.is_key and bool(meanings_held(sample, header, words, WORD_CATEGORIES[best.kind]) - {None})
    return not form.is_key


_WORDED: Mapping[Kind, str] = {"revenue": "movement", "surveys": "type", "activities": "type"}
"""Columns of which some words at least must be known."""


def _guess(
    best: Candidate,
    keys: Mapping[str, HeaderKeys],
    group: Sequence[str],
    free: Sequence[str],
    sample: pl.DataFrame | None,
) -> tuple[str, str] | None:
    """A column of a group and the header that is probably it."""
    types = column_types(best.kind)
    if best.kind == "deals" and "stage" in group:
        words = words_for(best.profile, "deals")
        found = next((h for h in free if tells_outcome(sample, h, words)), None)
        if found is not None:
            return "stage", found
    pairs = ((f, h) for f in group for h in free)
    return next(((f, h) for f, h in pairs if _is_called(best, keys, f, h) and could_be(sample, h, types[f])), None)


def _is_called(best: Candidate, keys: Mapping[str, HeaderKeys], field: str, header: str) -> bool:
    """Whether a header is nearly one of the names of a column, and no key of something else."""
    is_key = keys[header].is_key and column_types(best.kind)[field] is not ColumnType.ID
    return not is_key and bool(get_close_matches(keys[header].bare, _names_of(best, field), 1, 0.75))


def unsure(kind: Kind, confidence: int, columns: Mapping[str, ColumnMatch], path: str) -> SalesmetricsError:
    """The error for a file that is of no kind for certain, with what was found in it."""
    found = ", ".join(f"{name} from `{match.header}`" for name, match in list(columns.items())[:6])
    detail = f": it may be {kind}, which is only {confidence} % sure ({100 * LEAST:.0f} % needed); found were {found}"
    return SalesmetricsError("kind_unknown", path=path, detail=detail, fix=f"if it is, name it: `{kind}={path}`")


def _side_by_side(headers: Sequence[str]) -> list[str]:
    """The headers that name periods, where a table has its periods in columns."""
    found = [header for header in headers if PERIOD_HEADER.fullmatch(normalise(header)) or _DAY.fullmatch(header)]
    return found if len(found) >= SIDE_BY_SIDE else []


def _names_of(candidate: Candidate, field_name: str) -> list[str]:
    generic = load_profile(GENERIC).kind[candidate.kind][0]
    names = (*candidate.layout.columns.get(field_name, ()), *generic.columns.get(field_name, ()))
    return [header_keys(name).bare for name in names]


def _closest(text: str, headers: Sequence[str]) -> str | None:
    by_key = {header_keys(h).bare: h for h in reversed(headers)}
    near = get_close_matches(header_keys(text).bare, list(by_key), 1, 0.6)
    return by_key[near[0]] if near else None


def listed(headers: Sequence[str], most: int = 8) -> str:
    """Headers for a message: the first few, and how many more."""
    shown = ", ".join(f"`{h}`" for h in headers[:most])
    return shown + (f" and {len(headers) - most} more" if len(headers) > most else "")
