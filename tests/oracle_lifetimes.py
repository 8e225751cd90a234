"""What customers pay on a day, and what follows for retention: by looking at the days one by one."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

DAY = timedelta(days=1)


class Stay(NamedTuple):
    """A customer pays so much a month from one day to the last day paid; without an end, for good."""

    customer: str
    first: date
    last: date | None
    pays: int


def paying(stays: list[Stay], day: date) -> dict[str, int]:
    found: dict[str, int] = {}
    for stay in stays:
        if stay.first <= day and (stay.last is None or day <= stay.last):
            found[stay.customer] = found.get(stay.customer, 0) + stay.pays
    return found


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


class Retention:
    """The numbers of a period from its first day to its last."""

    def __init__(self, stays: list[Stay], first: date, last: date) -> None:
        self.before, self.after = paying(stays, first - DAY), paying(stays, last)

    def customer_retention(self) -> Fraction | None:
        return share(len(self.before.keys() & self.after.keys()), len(self.before))

    def logo_churn(self) -> Fraction | None:
        return share(len(self.before.keys() - self.after.keys()), len(self.before))

    def nrr(self) -> Fraction | None:
        return share(sum(self.after.get(name, 0) for name in self.before), sum(self.before.values()))

    def grr(self) -> Fraction | None:
        kept = sum(min(pays, self.after.get(name, 0)) for name, pays in self.before.items())
        return share(kept, sum(self.before.values()))

    def ltv(self, months: int) -> Fraction | None:
        lost = len(self.before.keys() - self.after.keys())
        if not lost or not self.after:
            return None
        return Fraction(sum(self.after.values()), len(self.after)) * months * Fraction(len(self.before), lost)
