"""Deals day by day, and the files that CRMs would write about them; shares no code with the package."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STAGES = ["Discovery", "Demo", "Proposal", "Negotiation"]
ENDS = {"Closed Won": "won", "Closed Lost": "lost"}
FIRST, LAST = date(2025, 1, 6), date(2026, 6, 30)


class Change(NamedTuple):
    """A deal's state from an instant on."""

    at: datetime
    stage: str
    plan: date
    amount: int
    owner: str


class Deal(NamedTuple):
    """A deal with every state that it was ever in, the first one at its creation."""

    id: str
    changes: tuple[Change, ...]

    @property
    def created(self) -> date:
        return self.changes[0].at.date()

    @property
    def last(self) -> Change:
        return self.changes[-1]

    @property
    def closed(self) -> date | None:
        return self.last.at.date() if self.last.stage in ENDS else None

    def on(self, day: date) -> Change | None:
        """The state at the end of a day."""
        return next((c for c in reversed(self.changes) if c.at.date() <= day), None)


def world(seed: int, size: int = 160) -> list[Deal]:
    """Deals that wait, advance, skip, fall back, are pushed and pulled, change amounts, or never change at all."""
    rng, deals = random.Random(seed), list[Deal]()
    for number in range(size):
        day = FIRST + timedelta(days=rng.randrange((LAST - FIRST).days - 5))
        at = datetime.combine(day, time(8, rng.randrange(60)))
        now = Change(
            at,
            STAGES[rng.choice([0, 0, 0, 1])],
            day + timedelta(days=rng.randrange(20, 150)),
            rng.randrange(1, 90) * 100,
            rng.choice(["Ann", "Bob"]),
        )
        changes = [now]
        for _ in range(rng.choice([0, 0, 2, 4, 7, 9])):
            at = datetime.combine(
                at.date() + timedelta(days=rng.randrange(1, 40)), time(rng.randrange(9, 18), rng.randrange(60))
            )
            if at.date() > LAST:
                break
            what = rng.choice(["stage", "stage", "plan", "amount", "owner", "both", "end"])
            place = STAGES.index(now.stage)
            if what in ("stage", "both"):
                now = now._replace(stage=STAGES[max(0, min(3, place + rng.choice([1, 1, 1, 2, -1])))])
            if what in ("plan", "both"):
                now = now._replace(plan=now.plan + timedelta(days=rng.choice([7, 14, 30, 60, -10])))
            if what == "amount":
                now = now._replace(amount=now.amount + 100 * rng.choice([-1, 3, 5]) or 50)
            if what == "owner":
                now = now._replace(owner=rng.choice(["Ann", "Bob", "Cid"]))
            if what == "end":
                now = now._replace(stage=rng.choice(list(ENDS)), plan=at.date())
            now = now._replace(at=at)
            if now[1:] != changes[-1][1:]:
                changes.append(now)
            if what == "end":
                break
        # Some close on the very day that was planned, so that no date moves.
        if now.stage in STAGES and rng.random() < 0.3 and at.date() < now.plan <= LAST:
            changes.append(now._replace(at=datetime.combine(now.plan, time(16)), stage=rng.choice(list(ENDS))))
        deals.append(Deal(f"006{number:04}", tuple(changes)))
    return deals


# --- what a clerk would count, day by day -------------------------------------------------------------------------------


def slippage(deals: Sequence[Deal], start: date, end: date, known: date | None = None) -> dict[str, Any]:
    """Slips and pushes in ``[start, end)``, of all that is known from a day on; deals created from it on are known wholly."""
    found: dict[str, Any] = {"due": 0, "slipped": 0, "due_sum": 0, "slipped_sum": 0, "dark": 0, "pushes": 0, "days": 0}
    for deal in deals:
        since = deal.created if known is None or deal.created >= known else known
        for before, after in zip(deal.changes, deal.changes[1:], strict=False):
            day = after.at.date()
            if (
                start <= day < end
                and (deal.closed is None or day < deal.closed)
                and after.plan > before.plan
                and day >= since
            ):
                found["pushes"] += 1
                found["days"] += (after.plan - before.plan).days
        if deal.created >= start or (deal.closed is not None and deal.closed < start):
            continue
        if since >= start:
            found["dark"] += 1
            continue
        state = deal.on(start - timedelta(days=1))
        if state is not None and start <= state.plan < end:
            slipped = deal.closed is None or deal.closed >= end
            found["due"] += 1
            found["due_sum"] += state.amount
            found["slipped"] += slipped
            found["slipped_sum"] += slipped * state.amount
    return found


# --- files ------------------------------------------------------------------------------------------------------------


def written(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(header)
    lines.writerows(rows)
    return text.getvalue()


def deals_file(deals: Sequence[Deal]) -> str:
    header = [
        "Opportunity ID",
        "Opportunity Name",
        "Opportunity Owner",
        "Stage",
        "Amount",
        "Close Date",
        "Created Date",
    ]
    return written(
        header,
        [[d.id, f"Deal {d.id}", d.last.owner, d.last.stage, d.last.amount, d.last.plan, d.created] for d in deals],
    )


def plain_history(deals: Sequence[Deal], known: date | None = None) -> str:
    """A row per entry into a stage; of a deal that is older than a day only what happened from it on."""
    rows = []
    for deal in deals:
        stage = None
        for change in deal.changes:
            if change.stage != stage and (known is None or deal.created >= known or change.at.date() >= known):
                rows.append([deal.id, change.stage, change.at])
            stage = change.stage
    return written(["deal_id", "stage", "entered_at"], rows)


def log(
    deals: Sequence[Deal],
    *,
    names: Sequence[str] = ("Stage", "Close Date", "Amount", "Opportunity Owner"),
    header: Sequence[str] = ("Opportunity ID", "Field / Event", "Old Value", "New Value", "Edit Date", "Edited By"),
    since: date = FIRST,
    begin: bool = False,
    old: bool = True,
    seed: int = 0,
) -> str:
    """A row per field that changed, newest first; with ``begin`` the values of creation are changes from nothing, too."""
    rows = []
    for deal in deals:
        steps = [*([(None, deal.changes[0])] if begin else []), *zip(deal.changes, deal.changes[1:], strict=False)]
        for before, after in steps:
            was = [None] * 4 if before is None else list(before[1:])
            for name, a, b in zip(names, was, after[1:], strict=True):
                if a != b and after.at.date() >= since:
                    rows.append([deal.id, name, *([a] if old else []), b, after.at, "Eve"])
            if after.at.date() >= since and after.at.minute % 3 == 0:
                rows.append([deal.id, "Next Step", *(["call"] if old else []), "mail", after.at, "Eve"])
    random.Random(seed).shuffle(rows)
    rows.sort(key=lambda row: row[-2], reverse=True)
    return written([name for name in header if old or name != header[2]], rows)
