"""Two exports of one list: what stands in both counts once. Own file: the one rule that looks at several files."""

from __future__ import annotations

import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.calendar import day_in_name, periods_of_column
from salesmetrics.calendar.steps import days_later
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.canonical.as_of import EVENT_COLUMNS
from salesmetrics.ingest.canonical.identity import first_ids
from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.message import Message
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from salesmetrics.ingest.dataset import Part
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.message import Some

__all__ = ["count_once", "quotas_told_twice"]

_TELLING = 4
"""With fewer columns than these, equal rows are one record only where most rows of the two files are equal."""
_MOST = 0.5
_PART = "__part__"
_NTH = "__nth__"


def count_once(parts: Sequence[Part]) -> None:
    """Take out of older files the records that a newer file of the same kind holds, too.

    Records of one id, or rows without ids that agree in all the columns that the files share, are one record. The newest
    file is the one with the latest event; then the one with more rows; then the one that was named last.

    Args:
        parts: All tables. Those of older files lose the rows that count elsewhere.

    Raises:
        SalesmetricsError: ``lists_overlap`` where records of one id differ between files, or, without ids, where most rows
            of two files are equal and the others differ.
    """
    for kind in dict.fromkeys(part.kind for part in parts):
        of_kind = [part for part in parts if part.kind == kind and part.frame.height]
        if len(of_kind) < 2 or kind == "pipelines":  # definitions are not added up; contradictions are a finding there
            continue
        newest_first = [
            of_kind[place]
            for _, _, place in sorted(
                ((_newest_day(p), p.frame.height, i) for i, p in enumerate(of_kind)), reverse=True
            )
        ]
        if all("id" in part.frame.columns for part in of_kind):
            _by_id(newest_first, parts)
        else:
            _by_content(newest_first, parts)


def _newest_day(part: Part) -> str:
    day = _last_day(part.frame, part.kind)
    return day.isoformat() if day else ""


def _last_day(frame: pl.DataFrame, kind: Kind) -> date | None:
    events = [*EVENT_COLUMNS.get(kind, ()), "won_on", "lost_on", "date"]
    for names in (events, ["close_date", "expected_close"]):
        days = [frame.get_column(n).cast(pl.Date).max() for n in names if n in frame.columns]
        known = [day for day in days if day is not None]
        if known:
            return max(known)  # type: ignore[return-value]
    return None


def _by_id(newest_first: Sequence[Part], parts: Sequence[Part]) -> None:
    ids = [part.frame.lazy().select(pl.col("id").drop_nulls().unique()) for part in newest_first]
    repeated = pl.concat(ids).group_by("id").len().filter(pl.col("len") > 1).select("id").collect().to_series()
    if repeated.is_empty():
        return
    shared = [part.frame.filter(pl.col("id").is_in(repeated.implode())) for part in newest_first]
    for place, older in enumerate(newest_first):
        seen: list[pl.Series] = []
        for newer, records in zip(newest_first[:place], shared, strict=False):
            both = shared[place].unique("id", keep="first").join(records, on="id", how="inner", suffix="\0")
            differs = _differing(both, *_called(older, newer))
            if differs is not None:
                raise _overlap(newer, older, both.height, differs, newest_first, parts)
            seen.append(both.get_column("id"))
        if seen and (gone := pl.concat(seen).unique()).len():
            _leave_out(older, pl.col("id").is_in(gone.implode()).fill_null(value=False), first_ids(gone), newest_first)


def _differing(both: pl.DataFrame, older: str, newer: str) -> tuple[int, str] | None:
    """How many records of one id differ, and an example in words; None when none does."""
    columns = [name for name in both.columns if f"{name}\0" in both.columns and name != ROW]
    unequal = {name: pl.col(name).cast(pl.String).ne_missing(pl.col(f"{name}\0").cast(pl.String)) for name in columns}
    if not unequal:
        return None
    found = both.filter(pl.any_horizontal(unequal.values()))
    if found.is_empty():
        return None
    first = found.sort("id").head(1)
    name = next(name for name in columns if first.select(unequal[name]).item())
    old, new = (_shown(first.get_column(column)[0]) for column in (name, f"{name}\0"))
    return found.height, f"`{first['id'][0]}`: {name} {old} in {older}, {new} in {newer}"


def _called(older: Part, newer: Part) -> tuple[str, str]:
    """What the two files are called: by their age only where a date tells it."""
    told = _newest_day(newer) > _newest_day(older)
    return ("the older", "the newer") if told else (f"`{older.path}`", f"`{newer.path}`")


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    return "blank" if value is None else f"`{value}`"


def _by_content(newest_first: Sequence[Part], parts: Sequence[Part]) -> None:
    """Rows that are equal in every column that all these files have; a row that a file holds twice is two there."""
    common = set.intersection(*(set(part.frame.columns) for part in newest_first)) - {ROW}
    columns = [name for name in newest_first[0].frame.columns if name in common]
    if not columns:
        return
    nth = pl.int_range(pl.len(), dtype=pl.UInt32).over(columns).alias(_NTH)
    keys = [
        part.frame.select(pl.col(columns).cast(pl.String)).with_columns(nth).hash_rows(seed=7) for part in newest_first
    ]
    if pl.concat(keys).n_unique() == sum(map(len, keys)):
        return
    for place, older in enumerate(newest_first):
        mask = pl.repeat(value=False, n=len(keys[place]), eager=True, dtype=pl.Boolean)
        for newer, key in zip(newest_first[:place], keys, strict=False):
            same = keys[place].is_in(key.implode())
            n, smaller = int(same.sum()), min(len(key), len(same))
            if n < smaller and n > _MOST * smaller:
                raise _overlap(newer, older, n, None, newest_first, parts)
            if n == smaller or len(columns) >= _TELLING:
                mask |= same
        if mask.any():
            _leave_out(older, mask, None, newest_first)


def _leave_out(older: Part, mask: pl.Expr | pl.Series, ids: Some | None, newest_first: Sequence[Part]) -> None:
    gone = older.frame.filter(mask)
    older.frame = older.frame.filter(~mask)
    older.ignored["duplicate"] = older.ignored.get("duplicate", 0) + gone.height
    newer = newest_first[: newest_first.index(older)]
    older.findings.append(
        finding(
            "rows_in_newer_file",
            kind=older.kind,
            path=older.path,
            column=older.header("id"),
            count=gone.height,
            rows=gone.get_column(ROW).to_list(),
            files=tuple(part.path for part in newer),
            namely=None if ids is None else Message("namely", ids=ids),
        )
    )


def _overlap(
    newer: Part,
    older: Part,
    shared: int,
    differs: tuple[int, str] | None,
    newest_first: Sequence[Part],
    parts: Sequence[Part],
) -> SalesmetricsError:
    if differs is None:
        what, own = Message("rows_are_equal", shared=shared), None
    else:
        n, example = differs
        one = Message("one_id_in_both", example=example)
        what = one if shared == 1 else Message("ids_in_both", shared=shared, differing=n, example=example)
        files = " ".join(shlex.quote(f"{part.kind}={part.path}") for part in reversed(newest_first))
        own = Message("or_own_numbers", files=files) if n == shared else None
    newest = newest_first[0]
    compare = (
        _compare(newest_first) if differs and shared > _MOST * min(newer.frame.height, older.frame.height) else None
    )
    fix = Message("report_newest", command=_command(newest, parts), own=own, compare=compare)
    if set("!*") & set(newest.path):
        fix = Message("take_others_out", path=newest.path, own=own)
    day = _last_day(newest.frame, newest.kind)
    first, second = older, newer
    if day and day.isoformat() > _newest_day(older):
        what = Message("newest_known", what=what, path=newest.path, day=day)
    else:
        what = Message("newest_unknown", what=what)
        first, second = (part for part in parts if part is older or part is newer)
        fix = _one_of(first, second, parts, own, None if compare is None else compare.details["named"])
    few = differs is not None and shared <= _MOST * min(newer.frame.height, older.frame.height)
    if few:  # parts of a list may have such records, too, and then the newest is no list
        fix = Message("parts_or_exports", differing=differs[0] if differs else 0, fix=fix)
    relation = Message("parts_or_one_list" if few else "of_one_list", kind=newest.kind)
    return SalesmetricsError(
        "lists_overlap",
        first=first.path,
        second=second.path,
        kind=newest.kind,
        relation=relation,
        what=what,
        fix=fix,
    )


def _compare(newest_first: Sequence[Part]) -> Message | None:
    """What to type to see what changed between exports of deals, each a file of its own."""
    paths = [part.path for part in reversed(newest_first)]
    if newest_first[0].kind != "deals" or set("!*") & set("".join(paths)):
        return None
    undated = any(day_in_name(path) is None for path in paths)
    named = Message("or_name_days") if undated else None
    return Message("or_compare", files=" ".join(map(shlex.quote, paths)), named=named)


def _one_of(first: Part, second: Part, parts: Sequence[Part], own: Message | None, named: Any) -> Message:
    """What to do where nothing tells which file is newer: both commands, and no choice."""
    if set("!*") & set(first.path + second.path):
        return Message("take_one_out", first=first.path, second=second.path, own=own)
    return Message("report_one", first=_command(first, parts), second=_command(second, parts), named=named, own=own)


def _command(newest: Part, parts: Sequence[Part]) -> Message:
    """What to type: the newest file, those of its kind that share nothing with it, and all of other kinds."""
    kept = [part.path for part in parts if part.kind != newest.kind or _is_apart(part, newest)]
    named = dict.fromkeys(path for path in kept if "!" not in path)
    files = " ".join(shlex.quote(path) for path in (f"{newest.kind}={newest.path}", *named))
    return Message("report_command", files=files)


def _is_apart(part: Part, newest: Part) -> bool:
    if part is newest or "id" not in part.frame.columns or "id" not in newest.frame.columns:
        return False
    return not part.frame.get_column("id").is_in(newest.frame.get_column("id").implode()).any()


# --- quotas of one rep, team or company that are given for overlapping periods: months and their quarter are no sum ---


_WHOSE = ("owner", "owner_id", "team", "region", "product")
_START, _END, _AGAIN = "__start__", "__end__", "__again__"
_SHOWN = 40


def quotas_told_twice(quotas: pl.DataFrame, parts: Sequence[Part]) -> None:
    """Say of which reps quotas overlap, and withhold the amounts; and which rows are there twice.

    Args:
        quotas: All quotas, with ``__file__``.
        parts: The tables; what is found is added to those that it is about.
    """
    if "amount" not in quotas.columns:
        return
    frame = _placed(quotas.filter(pl.col("amount").is_not_null()))
    same = [name for name in frame.columns if name not in (ROW, FILE)]
    twice = frame.filter(~pl.struct(same).is_first_distinct())
    _tell(parts, "quota_twice", twice)
    keys = [name for name in (*_WHOSE, "currency") if name in frame.columns]
    extras = [name for name in same if name not in column_types("quotas") and not name.startswith("__")]
    once = frame.filter(pl.struct(same).is_first_distinct() & pl.col(_START).is_not_null())
    by = [pl.col(name) for name in keys] or [pl.lit(0)]
    spans = once.unique([*keys, _START, _END], keep="first", maintain_order=True).sort(_START, _END)
    # A day in common is how some exports write an end: as the first day of what follows.
    reached = days_later(pl.col(_END).cum_max().shift(1).over(by), -1)
    spans = spans.with_columns((pl.col(_START) < reached).fill_null(value=False).alias(_AGAIN))
    twins = once.filter(~pl.struct([*keys, *extras, _START, _END]).is_first_distinct())
    wrong = pl.concat([spans.filter(_AGAIN).drop(_AGAIN), twins]).unique(ROW, maintain_order=True)
    if wrong.is_empty():
        return
    whose = wrong.select(keys).unique(maintain_order=True) if keys else None
    rows = once if whose is None else once.join(whose, on=keys, how="semi", nulls_equal=True, maintain_order="left")
    named = [name for name in _WHOSE if name in keys]
    found: Iterable[str] = (
        wrong.select(pl.coalesce(named)).to_series().drop_nulls().unique(maintain_order=True) if named else []
    )
    whose_quotas = tuple(str(word)[:_SHOWN] for word in list(found)[:3]) or Message("the_company")
    _tell(parts, "quotas_overlap", rows, whose=whose_quotas)
    for part in parts:
        if part.kind == "quotas":
            part.withheld.append(Withheld("quotas", "amount", "quotas_overlap"))


def _tell(parts: Sequence[Part], code: str, rows: pl.DataFrame, **details: object) -> None:
    for (index,), own in rows.group_by(FILE, maintain_order=True):
        part = parts[int(str(index))]
        numbers = own.get_column(ROW).sort()
        part.findings.append(
            finding(
                code,
                kind="quotas",
                path=part.path,
                rows=numbers,
                **dict[str, Any](details),
            )
        )


def _placed(frame: pl.DataFrame) -> pl.DataFrame:
    """With the first day of each quota and the day after its last, null where it names none."""
    starts: list[pl.Expr] = []
    ends: list[pl.Expr] = []
    if "period" in frame.columns:
        labels = frame.get_column("period").drop_nulls().unique().sort().to_list()
        read = zip(labels, periods_of_column(labels), strict=True)
        known = {label: found for label, found in read if found and found.start and found.end}
        if known:
            for days, table in (
                (starts, {label: each.start for label, each in known.items()}),
                (ends, {label: each.end for label, each in known.items()}),
            ):
                days.append(pl.col("period").replace_strict(table, default=None, return_dtype=pl.Date))
    if {"start", "end"} <= set(frame.columns):
        starts.append(pl.col("start"))
        ends.append(days_later(pl.col("end")))
    none = pl.lit(None, dtype=pl.Date)
    return frame.with_columns(pl.coalesce(*starts, none).alias(_START), pl.coalesce(*ends, none).alias(_END))
