"""A funnel once more, in plain Python over plain records, one deal at a time: no code is shared with the package."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

__all__ = ["Row", "funnel_of", "incidence"]


class Row(NamedTuple):
    """The numbers of a stage; ``stays`` and ``ways`` are (days, what ended them; of ways also the days since the entry) of each deal with a recorded entry."""

    entered: int
    strict: int
    advanced: int
    lost: int
    other: int
    still_here: int
    now_here: int
    strict_advanced: int
    begun: int
    begun_strict: int
    value_days: dict[str | None, Decimal]
    deal_days: int
    stays: list[tuple[int, bool]]
    ways: list[tuple[int, int, int]]


def _stays(deal: dict[str, Any], entries: list[dict[str, Any]], order: dict[str, int], until: date) -> list[list[Any]]:
    """[stage, first day, last day or None] in order of time."""
    mine = sorted(
        (e for e in entries if e["deal_id"] == deal["id"] and e["entered"].date() <= until),
        key=lambda e: (e["entered"], order.get(e["stage"], 99)),
    )
    stays: list[list[Any]] = []
    for entry in mine:
        day, exited = entry["entered"].date(), entry.get("exited")
        told = exited.date() if exited and exited.date() <= until else None
        if stays and stays[-1][0] == entry["stage"]:
            stays[-1][2] = told
            continue
        if stays:
            stays[-1][2] = max(stays[-1][1], stays[-1][2] or day)
        stays.append([entry["stage"], day, told])
    if stays and deal["outcome"] != "open":
        stays[-1][2] = max(stays[-1][1], stays[-1][2] or deal["closed"] or until)
    return stays


def funnel_of(  # noqa: C901 - one loop from top to bottom
    deals: list[dict[str, Any]],
    entries: list[dict[str, Any]],
    names: list[str],
    until: date,
    start: date | None = None,
    end: date | None = None,
) -> tuple[list[Row], dict[str, int]]:
    """A row per stage and one for won, and how many deals moved otherwise than forward; the period is ``[start, end)``."""
    order = {name: place for place, name in enumerate(names, 1)}
    last = len(names) + 1
    table: list[dict[str, Any]] = [defaultdict(int) for _ in range(last + 1)]
    value_days: list[dict[str | None, Decimal]] = [defaultdict(Decimal) for _ in range(last + 1)]
    lists: list[tuple[list[Any], list[Any]]] = [([], []) for _ in range(last + 1)]
    moves = {"deals": 0, "back": 0, "skipped": 0, "re_entered": 0, "mid_funnel": 0}

    def inside(day: date | None) -> bool:
        if start is None and end is None:
            return True
        return day is not None and (start is None or day >= start) and (end is None or day < end)

    for deal in deals:
        stays = _stays(deal, entries, order, until)
        seen: dict[int, date | None] = {}
        for stage, day, _ in stays:
            if stage in order and order[stage] not in seen:
                seen[order[stage]] = day
        won = deal["outcome"] == "won"
        if won and stays:
            own = [day for stage, day, _ in stays if stage == "Won"]
            seen[last] = deal["closed"] or (own[-1] if own else None)
        if not seen:
            continue
        furthest = last if won else max(seen)
        way = [order[stage] for stage, _, _ in stays if stage in order]
        moves["deals"] += 1
        moves["back"] += any(b < max(way[: n + 1]) for n, b in enumerate(way))
        moves["re_entered"] += len(set(way)) < len(way)
        moves["skipped"] += any(p not in seen for p in range(min(seen), furthest))
        moves["mid_funnel"] += (way[0] if way else last) > 1

        def passed(position: int, seen: dict[int, date | None] = seen) -> date | None:
            return min((day for p, day in seen.items() if p >= position and day is not None), default=None)

        for position in range(1, furthest + 1):
            row = table[position]
            row["begun"] += inside(passed(1))
            row["begun_strict"] += inside(passed(1)) and position in seen
            if not inside(passed(position)):
                continue
            row["entered"] += 1
            row["strict"] += position in seen
            row["strict_advanced"] += position in seen and position + 1 in seen
            fate = "advanced" if position < furthest else {"open": "still_here"}.get(deal["outcome"], deal["outcome"])
            row[fate] += 1
            first = seen.get(position)
            if first is None or position == last:
                continue
            here = [stay for stay in stays if order.get(stay[0]) == position]
            days = sum(((left or until) - day).days for _, day, left in here)
            lists[position][0].append((days, any(left is None for _, _, left in here)))
            later = [day for stage, day, _ in stays if order.get(stage, 0) > position and day >= first]
            if won and (seen[last] or until) >= first:
                later.append(seen[last] or until)
            if later:
                lists[position][1].append(((min(later) - first).days, 1, (until - first).days))
            elif deal["outcome"] != "open":
                lists[position][1].append((max(0, ((deal["closed"] or until) - first).days), 2, (until - first).days))
            else:
                lists[position][1].append(((until - first).days, 0, (until - first).days))
        if deal["outcome"] == "open":
            standing = order.get(stays[-1][0]) or max(seen)
            table[standing]["now_here"] += 1
        for stage, day, left in stays:
            if stage in order:
                a, b = max(day, start or day), min(left or until, end or date.max)
                days = max(0, (b - a).days)
                table[order[stage]]["deal_days"] += days
                if deal["amount"] is not None and days:
                    value_days[order[stage]][deal["currency"]] += deal["amount"] * days
    fields = [name for name in Row._fields if name not in ("value_days", "stays", "ways")]
    rows = [
        Row(**{f: table[p][f] for f in fields}, value_days=dict(value_days[p]), stays=lists[p][0], ways=lists[p][1])
        for p in range(1, last + 1)
    ]
    return rows, moves


def incidence(ways: list[tuple[int, int, int]], horizon: int) -> float | None:
    """Aalen–Johansen by its definition: the share that has advanced by a day, the other ends competing.

    Unknown where nobody entered so long ago while somebody is open, or the last one seen was open before.
    """
    if not ways:
        return None
    share, left = 0.0, 1.0
    for day in sorted({day for day, _, _ in ways if day <= horizon}):
        at_risk = sum(d >= day for d, _, _ in ways)
        advanced, ended = (sum(d == day and cause in causes for d, cause, _ in ways) for causes in ({1}, {1, 2}))
        share += left * advanced / at_risk
        left *= 1 - ended / at_risk
    seen = max(since for *_, since in ways) >= horizon or all(cause for _, cause, _ in ways)
    return share if seen and (left == 0 or max(day for day, _, _ in ways) >= horizon) else None
