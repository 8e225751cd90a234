"""Why a file is refused, and what its user stated. Own file: words of recognition, apart from its rules."""

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
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import KINDS, column_types
from salesmetrics.schema.message import Message, kind_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from salesmetrics.ingest.recognise.candidates import Candidate, ColumnMatch
    from salesmetrics.schema.kinds import Kind

__all__ = ["LEAST", "check_profile", "lacking", "refuse_doubt", "resolve_mapping", "unsure"]

VERSIONED = frozenset({"_fivetran_start", "dbt_valid_from", "_dbt_valid_from"})
"""Headers of change tables, where a record is there once for each of its states."""
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
        fix = Message("did_you_mean_this", near=near[0]) if near else Message("use_one_of", known=list(profiles()))
        raise SalesmetricsError(
            "option_invalid", option="--profile", value=profile, cause=Message("no_such_crm"), fix=fix
        )


def resolve_mapping(mapping: Mapping[str, str], headers: Sequence[str], path: str) -> dict[str, str | None]:
    """Canonical column → header, or None where the user took the column away."""
    fields = sorted({name for kind in KINDS for name in column_types(kind)})
    said: dict[str, str | None] = {}
    for name, header in mapping.items():
        text = f"{name}={header}"
        if name not in fields:
            near = get_close_matches(name.casefold().replace(" ", "_").replace("-", "_"), fields, 1)
            guess = Message("did_you_mean_this", near=f"{near[0]}={header}") if near else None
            cause, fix = Message("no_field", name=name), guess or Message("use_one_of", known=fields)
            raise SalesmetricsError("map_invalid", text=text, cause=cause, fix=fix)
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
    fix = Message("did_you_mean_map", field=name, near=near) if near else Message("its_headers", headers=list(headers))
    raise SalesmetricsError("map_invalid", text=text, cause=Message("no_header", path=path, header=header), fix=fix)


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
        detail, fix = Message("instead", what=Message("every_version", column=versions)), Message("export_as_now")
        raise SalesmetricsError("kind_unknown", path=path, detail=detail, fix=fix)
    other, weight = useless(keys)
    others = [c for c in ranked[1:] if c.kind != best.kind and not c.missing and c.score >= CLOSE * best.score]
    close = list(dict.fromkeys([best.kind, *(c.kind for c in others)])) if not best.missing else []
    if len(close) > 1 and weight <= best.score and best.score >= ENOUGH / 2:
        *first, last = close
        fix = Message("name_one_kind", named=[Message("kind_of_file", kind=kind, path=path) for kind in close])
        raise SalesmetricsError(
            "kind_ambiguous", path=path, first=list(map(kind_word, first)), second=kind_word(last), fix=fix
        )
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


def _unknown(best: Candidate, headers: Sequence[str], path: str, other: str | None, fix: Message) -> SalesmetricsError:
    names = list(headers)
    if other is not None:
        named = Message(f"other_kind_{other.replace(' ', '_')}")
        detail = Message("instead", what=Message("looks_like", other=named))
    elif best.missing and best.score >= FAINT:
        lacks = [Message("one_of_columns", columns=group[:3]) for group in best.missing]
        detail = Message("nearest_kind", kind=best.kind, lacks=lacks, headers=names)
    elif best.score >= FAINT:
        detail = Message("maybe_kind", kind=best.kind, headers=names)
    else:
        detail = Message("headers_are", headers=names) if headers else Message("has_no_header")
    fix = (_amount_to_make(best, headers) if other is None else None) or fix
    if other is None and (wide := _side_by_side(headers)):
        detail, fix = Message("instead", what=Message("side_by_side", columns=wide)), Message("reshape_quotas")
    return SalesmetricsError("kind_unknown", path=path, detail=detail, fix=fix)


def _amount_to_make(best: Candidate, headers: Sequence[str]) -> Message | None:
    """What to do where only an amount lacks, and the file has the price of one unit instead."""
    price = next((header for header in headers if is_unit_price(header)), None)
    if price is None or not best.missing or not all("amount" in group for group in best.missing):
        return None
    return Message("amount_to_make", column=price)


def _kind_to_name(best: Candidate, keys: Mapping[str, HeaderKeys], path: str, sample: pl.DataFrame | None) -> Message:
    """How to name the nearest kind, and the columns that it lacks; no kind where none is near."""
    if best.score < FAINT:
        return Message("the_kinds", kinds=list(KINDS), path=path)
    if not best.missing:
        return Message("name_kind", kind=best.kind, path=path)
    free = [h for h in keys if h not in {match.header for match in best.columns.values()}]
    columns = _columns_to_name(best, keys, free, sample)
    if columns is None:
        return Message("export_with_missing", kind=best.kind)
    return Message("name_kind_and_columns", kind=best.kind, path=path, columns=columns)


def _months_held(
    ranked: Sequence[Candidate], keys: Mapping[str, HeaderKeys], path: str, sample: pl.DataFrame | None
) -> Message | None:
    """What to do where dates lack, and a column holds months: these are periods where a kind needs no more than that."""
    used = {match.header for match in ranked[0].columns.values()}
    months = ((h, month) for h in keys if h not in used and (month := month_of(sample, h)) is not None)
    header, month = next(months, ("", ""))
    if not header or not ranked[0].missing:
        return None
    found = next((c.kind for c in ranked if c.missing and all("period" in group for group in c.missing)), None)
    if found is None:
        return Message("months_held", column=header, month=month)
    return Message("months_held_by_kind", column=header, month=month, kind=found, path=path)


def lacking(
    best: Candidate, keys: Mapping[str, HeaderKeys], path: str, sample: pl.DataFrame | None
) -> SalesmetricsError:
    """The error for a file of a known kind without a column that every KPI needs."""
    group = best.missing[0]
    free = [h for h in keys if h not in {match.header for match in best.columns.values()}]
    what = group[:3]
    wide = _side_by_side(free) if best.kind in ("quotas", "costs") else []
    if wide:
        detail = Message("instead", what=Message("side_by_side", columns=wide))
        return SalesmetricsError(
            "column_missing", path=path, fields=what, detail=detail, kind=best.kind, fix=Message("reshape")
        )
    none = Message("none_can_be_it", columns=free) if free else Message("no_other_column")
    fix = _amount_to_make(best, free) or _columns_to_name(best, keys, free, sample)
    fix = fix or _months_held([best], keys, path, sample) or none
    return SalesmetricsError("column_missing", path=path, fields=what, detail=None, kind=best.kind, fix=fix)


def _columns_to_name(
    best: Candidate, keys: Mapping[str, HeaderKeys], free: Sequence[str], sample: pl.DataFrame | None
) -> Message | None:
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
        options = " ".join(f'--map {f}="{h}"' for f, h in guesses.items())
        return Message("columns_to_type", columns=list(guesses.values()), options=options)
    group = next(group for group in best.missing if not set(group) & guesses.keys())
    fitting = {f: [h for h in free if _can_hold(best, keys[h], h, f, sample)] for f in group}
    first = next((f for f in group if fitting[f]), None)
    if first is None:
        return None
    return Message("column_to_name", field=first, columns=fitting[first])


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
    found = [Message("field_from", field=name, column=match.header) for name, match in list(columns.items())[:6]]
    what = Message("unsure_of_kind", kind=kind, confidence=confidence, needed=f"{100 * LEAST:.0f}", found=found)
    detail = Message("instead", what=what)
    return SalesmetricsError("kind_unknown", path=path, detail=detail, fix=Message("name_it", kind=kind, path=path))


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
