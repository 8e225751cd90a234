"""How the example exports write dates and flags, and the months that they cover."""

from __future__ import annotations

from datetime import date, datetime

import market

CURRENCY = "EUR"
Row = list[str]


def minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def second(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def yes_no(answer: bool) -> str:  # noqa: FBT001 - a formatter of one value
    return "Yes" if answer else "No"


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def all_months() -> list[date]:
    months = [market.START]
    while next_month(months[-1]) <= market.END:
        months.append(next_month(months[-1]))
    return months


def quarters() -> list[date]:
    return all_months()[::3]


def months_of(quarter: date) -> list[date]:
    return [quarter, next_month(quarter), next_month(next_month(quarter))]
