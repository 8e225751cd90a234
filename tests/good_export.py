"""Good exports of made-up deals, without a single finding, in the forms that CRMs and spreadsheets write."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EXPORTS", "Export", "good_export"]

OWNERS = ("Ann Moore", "Bob Stein", "Chloé Petit", "Jörg Weiß", "Dana Reyes")
FIRMS = ("Northwind", "Müller & Co", "Acme, Inc.", "Société Lune", "Blue Harbor", "Kestrel", "Orchid 9")
WORDS = {
    "en": {"won": "Closed Won", "lost": "Closed Lost", "open": "Negotiation"},
    "hubspot": {"won": "closedwon", "lost": "closedlost", "open": "contractsent"},
    "pipedrive": {"won": "won", "lost": "lost", "open": "open"},
    "ru": {"won": "Сделка успешна", "lost": "Сделка провалена", "open": "Переговоры"},
    "de": {"won": "Gewonnen", "lost": "Verloren", "open": "Verhandlung"},
}


@dataclass(frozen=True, slots=True)
class Export:
    """A table of text and how it is written down.

    ``fields`` names what each column is, so that a damage can aim at the amount or at a date in any layout.
    """

    name: str
    fields: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str = ","
    quoting: int = csv.QUOTE_MINIMAL
    line_end: str = "\n"
    encoding: str = "utf-8"
    order: str = "%Y-%m-%d"
    decimal: str = "."

    def lines(self) -> list[str]:
        """The records as they stand in the file, without line ends; the header first. No cell holds a line break."""
        return [self.line(cells) for cells in (self.header, *self.rows)]

    def line(self, cells: tuple[str, ...]) -> str:
        """One record as it stands in the file."""
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, quoting=self.quoting, lineterminator="").writerow(cells)  # type: ignore[arg-type]
        return out.getvalue()

    def data(self, lines: list[str] | None = None) -> bytes:
        """The bytes of the file, of other lines if given."""
        text = self.line_end.join(self.lines() if lines is None else lines) + self.line_end
        return text.encode(self.encoding)

    def column(self, field: str) -> int:
        """Where a field stands."""
        return self.fields.index(field)

    def with_cell(self, row: int, field: str, value: str) -> Export:
        """The same with one cell changed."""
        cells = list(self.rows[row])
        cells[self.column(field)] = value
        return self.with_rows([*self.rows[:row], tuple(cells), *self.rows[row + 1 :]])

    def with_rows(self, rows: list[tuple[str, ...]]) -> Export:
        """The same with other rows."""
        return replace(self, rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class _Deal:
    number: int
    name: str
    owner: str
    outcome: str
    amount: str
    created: date
    close: date


def _deals(count: int, seed: int) -> list[_Deal]:
    draw = random.Random(seed)
    deals = []
    for number in range(count):
        outcome = draw.choices(("won", "lost", "open"), (30, 45, 25))[0]
        created = date(2024, 1, 1) + timedelta(days=draw.randrange(420))
        close = created + timedelta(days=draw.randrange(1, 90))
        if outcome == "open":
            close = date(2025, 12, 1) + timedelta(days=draw.randrange(25))
        # No amount ends in 0 or is below 1,000: so that a damaged one is never right by chance.
        amount = f"{draw.randrange(1_000, 90_000)}.{draw.randrange(11, 99)}"
        name = f"{draw.choice(FIRMS)} {draw.randrange(100, 999)}"
        deals.append(_Deal(number, name, draw.choice(OWNERS), outcome, amount, created, close))
    return deals


def _plain(deals: list[_Deal]) -> Export:
    fields = ("id", "name", "stage", "amount", "currency", "created", "close_date", "owner")
    header = ("Deal ID", "Deal Name", "Stage", "Amount", "Currency", "Created Date", "Close Date", "Owner")
    rows = tuple(
        (f"D-{d.number:05}", d.name, WORDS["en"][d.outcome], d.amount, "EUR", f"{d.created}", f"{d.close}", d.owner)
        for d in deals
    )
    return Export("plain", fields, header, rows)


def _hubspot(deals: list[_Deal]) -> Export:
    fields = ("id", "name", "stage", "created", "amount", "currency", "close_date", "is_won", "is_closed", "owner")
    header = (
        *("Record ID", "Deal Name", "Deal Stage", "Create Date", "Amount", "Currency", "Close Date"),
        *("Is Closed Won", "Is Deal Closed?", "Deal owner"),
    )
    rows = tuple(
        (
            *(f"9{d.number:09}", d.name, WORDS["hubspot"][d.outcome], f"{d.created} 09:{d.number % 60:02}"),
            *(d.amount, "USD", f"{d.close} 17:30", str(d.outcome == "won").lower(), str(d.outcome != "open").lower()),
            d.owner,
        )
        for d in deals
    )
    return Export("hubspot", fields, header, rows, quoting=csv.QUOTE_ALL, line_end="\r\n", encoding="utf-8-sig")


def _dollars(deals: list[_Deal]) -> Export:
    """A spreadsheet of an American: no ids, money with a symbol, month first."""
    fields = ("name", "owner", "stage", "amount", "created", "close_date", "region")
    header = ("Opportunity Name", "Owner", "Stage", "Amount", "Created Date", "Close Date", "Region")
    rows = tuple(
        (
            *(f"{d.name} {d.number}", d.owner, WORDS["en"][d.outcome], f"${float(d.amount):,.2f}"),
            *(f"{d.created:%m/%d/%Y}", f"{d.close:%m/%d/%Y}", ("North", "South")[d.number % 2]),
        )
        for d in deals
    )
    return Export("dollars", fields, header, rows, line_end="\r\n", order="%m/%d/%Y")


def _german(deals: list[_Deal]) -> Export:
    """What a German Excel saves."""
    fields = ("id", "name", "stage", "amount", "currency", "created", "close_date", "owner")
    header = ("Deal-ID", "Bezeichnung", "Phase", "Betrag", "Währung", "Erstellt am", "Abschlussdatum", "Verantwortlich")
    rows = tuple(
        (
            *(f"{40_000 + d.number}", d.name, WORDS["de"][d.outcome], d.amount.replace(".", ",")),
            *("EUR", f"{d.created:%d.%m.%Y}", f"{d.close:%d.%m.%Y}", d.owner),
        )
        for d in deals
    )
    return Export(
        *("german", fields, header, rows, ";"), line_end="\r\n", encoding="cp1252", order="%d.%m.%Y", decimal=","
    )


def _pipedrive(deals: list[_Deal]) -> Export:
    """Tabs between the cells, times, and the state of a deal in its status."""
    fields = ("id", "name", "amount", "currency", "owner", "stage", "created", "close_date")
    header = ("ID", "Title", "Value", "Currency", "Owner", "Status", "Deal created", "Deal closed on")
    rows = tuple(
        (
            *(str(7_000 + d.number), d.name, d.amount, "GBP", d.owner, WORDS["pipedrive"][d.outcome]),
            *(f"{d.created} 08:{d.number % 60:02}:00", "" if d.outcome == "open" else f"{d.close} 16:05:00"),
        )
        for d in deals
    )
    return Export("pipedrive", fields, header, rows, "\t")


def _russian(deals: list[_Deal]) -> Export:
    fields = ("id", "name", "stage", "amount", "currency", "created", "close_date", "owner")
    header = (
        "ID",
        "Название сделки",
        "Стадия сделки",
        "Сумма",
        "Валюта",
        "Дата создания",
        "Дата закрытия",
        "Ответственный",
    )
    rows = tuple(
        (
            *(f"{50_000 + d.number}", d.name, WORDS["ru"][d.outcome], d.amount.replace(".", ",")),
            *("RUB", f"{d.created:%d.%m.%Y}", f"{d.close:%d.%m.%Y}", d.owner),
        )
        for d in deals
    )
    return Export(
        *("russian", fields, header, rows, ";"), line_end="\r\n", encoding="utf-8-sig", order="%d.%m.%Y", decimal=","
    )


EXPORTS: dict[str, Callable[[list[_Deal]], Export]] = {
    "plain": _plain,
    "hubspot": _hubspot,
    "dollars": _dollars,
    "german": _german,
    "pipedrive": _pipedrive,
    "russian": _russian,
}


@cache
def good_export(name: str, count: int = 300, seed: int = 7) -> Export:
    """A good export of ``count`` deals."""
    return EXPORTS[name](_deals(count, seed))
