"""The bars of a comparison of two exports, again: one query for each bar, as the definition has it, in DuckDB."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl

_BASE = duckdb.connect(config={"threads": 1})
Key = tuple[str | None, str | None, str]
COLUMNS = {
    "id": "VARCHAR",
    "outcome": "VARCHAR",
    "amount": "DECIMAL(38, 8)",
    "currency": "VARCHAR",
    "expected_close": "DATE",
    "closed": "DATE",
    "created": "DATE",
    "owner": "VARCHAR",
    "kept": "BOOLEAN",
}

PAIRS = """
create or replace temp table pair as
select coalesce(o.id, n.id) as id, o.id is not null as had, n.id is not null as has,
       o.outcome as was, n.outcome as is_now, o.amount as old, n.amount as new, o.currency as old_code, n.currency as new_code,
       case when {by} then o.owner end as old_owner, case when {by} then n.owner end as new_owner,
       coalesce(o.outcome = 'open' and o.kept and {due_then}, false) as began,
       coalesce(n.outcome = 'open' and n.kept and {due_now}, false) as ended,
       coalesce({due_then}, false) as due_then, coalesce({due_now}, false) as due_now,
       coalesce(o.id is null and n.outcome <> 'open' and n.kept and {closed_in}
                and not (coalesce(n.closed < ?, false) and not coalesce(n.created >= ?, false)), false) as came_and_went,
       o.currency is not distinct from n.currency as one_code
from old_export o full join new_export n on o.id = n.id
"""

_CLOSED = "('won', 'lost', 'other')"
_FINAL = "case when one_code then new else old end"
_STEPS = "began and has and one_code"
_SAME_PLACE = "one_code and old_owner is not distinct from new_owner"
BARS = {
    "start": ("old", 1, "old_owner, old_code", "began"),
    "end": ("new", 1, "new_owner, new_code", "ended"),
    "new": ("new", 1, "new_owner, new_code", "not had and (ended or came_and_went)"),
    "reopened": ("new", 1, "new_owner, new_code", "had and not began and ended and was <> 'open'"),
    "pulled_in": ("new", 1, "new_owner, new_code", "had and not began and ended and was = 'open' and not due_then"),
    "currency_in": (
        "new",
        1,
        "new_owner, new_code",
        "had and ended and was = 'open' and not one_code and (began or due_then)",
    ),
    "moved_in": (
        "new",
        1,
        "new_owner, new_code",
        f"had and ended and was = 'open' and one_code and ((began and not ({_SAME_PLACE})) or (not began and due_then))",
    ),
    "removed": ("old", -1, "old_owner, old_code", "began and not has"),
    "pushed_out": (_FINAL, -1, "old_owner, old_code", "began and has and is_now = 'open' and not due_now"),
    "currency_out": (
        "old",
        -1,
        "old_owner, old_code",
        "began and has and is_now = 'open' and due_now and not one_code",
    ),
    "moved_out": (
        "new",
        -1,
        "old_owner, old_code",
        f"began and has and is_now = 'open' and due_now and one_code and (not ended or not ({_SAME_PLACE}))",
    ),
    **{
        outcome: (_FINAL, -1, "old_owner, old_code", f"began and has and is_now = '{outcome}'")
        for outcome in ("won", "lost", "other")
    },
}
PASSING = "select new_owner, new_code, new as value from pair where came_and_went and is_now = '{}'"
STEPS = {
    "increased": "(coalesce(new, 0) > coalesce(old, 0) or (coalesce(new, 0) = coalesce(old, 0) and old is null and new is not null))",
    "decreased": "(coalesce(new, 0) < coalesce(old, 0) or (coalesce(new, 0) = coalesce(old, 0) and old is not null and new is null))",
}


def bars_of(
    old: pl.DataFrame, new: pl.DataFrame, old_day: date, period: tuple[date, date] | None, *, by: bool
) -> Mapping[Key, tuple[Decimal, int, int]]:
    """Owner, currency and bar → value, signed deals (for changes of amount, how many changed), deals without an amount."""
    with _BASE.cursor() as base:
        for name, frame in (("old_export", old), ("new_export", new)):
            base.execute(
                f"create or replace temp table {name} ({', '.join(f'{column} {kind}' for column, kind in COLUMNS.items())})"
            )
            rows: Sequence[Sequence[object]] = frame.select(list(COLUMNS)).rows()
            if rows:
                places = ", ".join([f"({', '.join('?' * len(COLUMNS))})"] * len(rows))
                base.execute(f"insert into {name} values {places}", [cell for row in rows for cell in row])

        def within(column: str) -> str:
            return "true" if period is None else f"({column} >= '{period[0]}' and {column} < '{period[1]}')"

        terms = {
            "due_then": within("o.expected_close"),
            "due_now": within("n.expected_close"),
            "closed_in": within("n.closed"),
            "by": str(by).lower(),
        }
        base.execute(PAIRS.format(**terms), [old_day, old_day])
        found: dict[Key, tuple[Decimal, int, int]] = {}
        for bar, (value, sign, line, condition) in BARS.items():
            query = f"select {line}, {value} as value from pair where {condition}"
            if bar in ("won", "lost", "other"):
                query += f" union all {PASSING.format(bar)}"
            summed = f"select #1, #2, coalesce(sum(#3), 0), count(*), count(*) - count(#3) from ({query}) group by 1, 2"
            for owner, code, total, deals, unpriced in base.execute(summed).fetchall():
                found[owner, code, bar] = (sign * Decimal(total), sign * deals, unpriced)
        for bar, condition in STEPS.items():
            query = (
                "select old_owner, old_code, sum(coalesce(new, 0) - coalesce(old, 0)), count(*) from pair "
                f"where {_STEPS} and {condition} group by 1, 2"
            )
            for owner, code, total, deals in base.execute(query).fetchall():
                found[owner, code, bar] = (Decimal(total), deals, 0)
        return found
