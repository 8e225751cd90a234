"""Exports of every kind with names that occur nowhere else, so that a name that slips through is seen for what it is.

A planted name is made of the consonants q, x, z and j with vowels between them: no word of the program, no pseudonym and no hash
has four such letters in a row. Columns whose values may be shown hold ordinary words.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["NAMES", "Planted", "World", "leaks", "planted_world", "written"]

_CONSONANTS, _VOWELS = "qxzj", "aeiou"
_GRAM = re.compile("(?:[qxzj][aeiou]){2,}[qxzj]?|(?:[aeiou][qxzj]){2,}[aeiou]?", re.IGNORECASE)


_HASH = re.compile(r"sha256-[A-Za-z0-9+/]{43}=|(?:min|max)AxisType")
"""In which such letters follow each other by chance, and what a workbook calls an axis."""


def leaks(text: str) -> list[str]:
    """Every part of a planted name, of four letters or more, that is in a text.

    >>> leaks("Won by Qaxu Zejo, size 12, exact, Qxz"), leaks("ann QAXU-zejo")
    (['Qaxu', 'Zejo'], ['QAXU', 'zejo'])
    """
    return _GRAM.findall(_HASH.sub("", text))


def _words() -> Iterator[str]:
    """Words of eight letters, each another one."""
    syllables = [consonant + vowel for consonant, vowel in product(_CONSONANTS, _VOWELS)]
    step = 0
    while True:
        step += 1
        number = step * 7_919 % 160_000
        parts = []
        for _ in range(4):
            number, place = divmod(number, 20)
            parts.append(syllables[place])
        yield "".join(parts).title()


_WORDS = _words()


def _names(count: int, template: str = "{} {}") -> tuple[str, ...]:
    return tuple(template.format(*(next(_WORDS) for _ in range(template.count("{}")))) for _ in range(count))


class Planted(NamedTuple):
    """Names by what they are of."""

    owners: tuple[str, ...]
    owner_ids: tuple[str, ...]
    managers: tuple[str, ...]
    accounts: tuple[str, ...]
    account_ids: tuple[str, ...]
    contacts: tuple[str, ...]
    contact_ids: tuple[str, ...]
    deals: tuple[str, ...]
    leads: tuple[str, ...]
    emails: tuple[str, ...]
    notes: tuple[str, ...]
    subjects: tuple[str, ...]
    descriptions: tuple[str, ...]
    custom: tuple[str, ...]
    files: tuple[str, ...]
    folder: str


NAMES = Planted(
    owners=_names(4),
    owner_ids=_names(4, "u-{}"),
    managers=_names(1),
    accounts=_names(12, "{} {} GmbH"),
    account_ids=_names(12, "c-{}"),
    contacts=_names(12),
    contact_ids=_names(12, "p-{}"),
    deals=_names(48, "{} {}"),
    leads=_names(20, "{} {}"),
    emails=_names(4, "{}.{}@{}.example"),
    notes=_names(48, "met {} of {}"),
    subjects=_names(20, "call with {}"),
    descriptions=_names(8, "dinner with {}"),
    custom=_names(5),
    files=_names(24, "{} {}"),
    folder=_names(1, "{} {}")[0],
)
"""Of the exports of ``planted_world``."""

_EXTRA = ("Notes", "Next step", "Phone", "Custom")
"""Columns that are no known field."""


def _extra(i: int) -> tuple[str, ...]:
    return (
        NAMES.notes[i % len(NAMES.notes)],
        f"ask {NAMES.contacts[i % 12].split()[0]}",
        f"+49 30 {NAMES.custom[0].split()[0]}",
        NAMES.custom[i % len(NAMES.custom)],
    )


def written(header: Sequence[str], rows: Sequence[Sequence[object]], delimiter: str = ",") -> str:
    """A table as text."""
    text = io.StringIO()
    lines = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    lines.writerow(header)
    lines.writerows(rows)
    return text.getvalue()


class World(NamedTuple):
    """Where the exports are.

    Attributes:
        folder: That holds them all.
        files: Kind of file → its path in the folder that commands run in.
        arguments: The same as they are typed.
    """

    folder: Path
    files: dict[str, str]

    def typed(self, *kinds: str) -> list[str]:
        """Files as they are typed, with their kinds."""
        return [f"{kind}={self.files[kind]}" for kind in kinds]

    @property
    def everything(self) -> list[str]:
        """All files as they are typed."""
        return self.typed(*self.files)


_TEAMS, _REGIONS, _SOURCES = ("North", "South"), ("Europe", "Asia"), ("Web", "Fair", "Partner")
_STAGES = ("Qualified", "Proposal", "Closed won", "Closed lost")
_START = date(2025, 1, 6)


class Table(NamedTuple):
    """An export as cells."""

    header: list[str]
    rows: list[list[object]]

    @property
    def text(self) -> str:
        """As CSV."""
        return written(self.header, self.rows)


def _day(i: int) -> date:
    return _START + timedelta(days=9 * i)


def deals_table() -> Table:
    """48 deals of the four owners, some of each stage."""
    header = [
        "Deal ID",
        "Deal Name",
        "Company",
        "Company ID",
        "Contact",
        "Owner",
        "Owner ID",
        "Team",
        "Region",
        "Pipeline",
        "Stage",
        "Amount",
        "Currency",
        "Created",
        "Close Date",
        "Deal Type",
        "Source",
        "Product",
        "Segment",
        "Lost Reason",
    ]
    rows: list[list[object]] = []
    for i in range(48):
        stage = _STAGES[(i * 5 + i // 4) % 4] if i < 40 else _STAGES[i % 2]
        owner, account = (i * 3 + i // 8) % 4, i % 12
        rows.append(
            [
                f"D-{i:03}",
                NAMES.deals[i],
                NAMES.accounts[account],
                NAMES.account_ids[account],
                NAMES.contacts[account],
                NAMES.owners[owner],
                NAMES.owner_ids[owner],
                _TEAMS[owner % 2],
                _REGIONS[account % 2],
                "New business",
                stage,
                f"{1000 + 137 * i}.00",
                "EUR",
                _day(i),
                _day(i) + timedelta(days=20 + i % 40),
                ("New", "Renewal")[i % 2],
                _SOURCES[i % 3],
                ("Basic", "Plus")[i % 2],
                ("Small", "Large")[i % 2],
                ("Price", "Timing")[i % 2] if stage == "Closed lost" else "",
                *_extra(i),
            ]
        )
    return Table([*header, *_EXTRA], rows)


def _leads() -> Table:
    header = "Lead ID,Lead Name,Company,Company ID,Lead Owner,Team,Region,Lead Source,Lead Status,Created,Converted,Converted Date,Deal ID"
    rows: list[list[object]] = []
    for i in range(20):
        won = i % 3 == 0
        created = f"{_day(i)} 09:30:00"
        converted = ["Yes", f"{_day(i) + timedelta(days=5)} 10:00:00", f"D-{i:03}"] if won else ["No", "", ""]
        status = "Converted" if won else ("New", "Working")[i % 2]
        company = [NAMES.accounts[i % 12], NAMES.account_ids[i % 12]]
        owner = NAMES.owners[i % 4]
        places = [_TEAMS[i % 2], _REGIONS[i % 2], _SOURCES[i % 3]]
        rows.append([f"L-{i:03}", NAMES.leads[i], *company, owner, *places, status, created, *converted, *_extra(i)])
    return Table([*header.split(","), *_EXTRA], rows)


def _activities() -> Table:
    header = "Activity ID,Activity Type,Direction,Subject,Activity Date,Owner,Deal ID,Lead ID,Company ID,Contact ID,Completed,Outcome"
    rows: list[list[object]] = []
    for i in range(40):
        link = [f"D-{i:03}", ""] if i % 2 else ["", f"L-{i % 20:03}"]
        rows.append(
            [
                f"A-{i:03}",
                ("Call", "Email", "Meeting")[i % 3],
                ("Outbound", "Inbound")[i % 2],
                NAMES.subjects[i % 20],
                f"{_day(i)} 11:15:00",
                NAMES.owners[i % 4],
                *link,
                NAMES.account_ids[i % 12],
                NAMES.contact_ids[i % 12],
                "Yes",
                "Connected",
                *_extra(i),
            ]
        )
    return Table([*header.split(","), *_EXTRA], rows)


def stages_table(deals: Table) -> Table:
    """How the deals went through the stages."""
    header = "Deal ID,Pipeline,From Stage,To Stage,Entered,Owner,Owner ID"
    rows: list[list[object]] = []
    for i, deal in enumerate(deals.rows):
        owner = [deal[5], deal[6]]
        way: list[str] = ["Qualified", "Proposal"]
        way = way[:1] if deal[10] == "Qualified" else [*way, *([str(deal[10])] if deal[10] != "Proposal" else [])]
        for place, stage in enumerate(way):
            entered = f"{_day(i) + timedelta(days=8 * place)} 12:00:00"
            rows.append([deal[0], "New business", way[place - 1] if place else "", stage, entered, *owner, *_extra(i)])
    return Table([*header.split(","), *_EXTRA], rows)


def planted_world(folder: Path) -> World:
    """Tidy exports of every kind in a folder whose name is planted too.

    Args:
        folder: Of the test.
    """
    home = folder / NAMES.folder
    home.mkdir()
    deals = deals_table()
    owners = [[owner, number] for owner, number in zip(NAMES.owners, NAMES.owner_ids, strict=True)]
    accounts = list(zip(NAMES.account_ids, NAMES.accounts, strict=True))
    quarters = [f"2025-Q{n}" for n in range(1, 5)]
    months = [f"2025-{n:02}" for n in range(1, 13)]
    tables = {
        "deals": deals,
        "leads": _leads(),
        "activities": _activities(),
        "stages": stages_table(deals),
        "pipelines": Table(
            ["Pipeline", "Stage", "Sort order", "Is won", "Is lost", *_EXTRA],
            [
                [
                    "New business",
                    stage,
                    i + 1,
                    "Yes" if "won" in stage else "No",
                    "Yes" if "lost" in stage else "No",
                    *list(_extra(i)),
                ]
                for i, stage in enumerate(_STAGES)
            ],
        ),
        "customers": Table(
            [
                "Customer ID",
                "Customer Name",
                "Owner",
                "Team",
                "Region",
                "Segment",
                "Source",
                "Status",
                "Customer Since",
                "Churned On",
                "MRR",
                "Currency",
                *list(_EXTRA),
            ],
            [
                [
                    number,
                    name,
                    NAMES.owners[i % 4],
                    _TEAMS[i % 2],
                    _REGIONS[i % 2],
                    ("Small", "Large")[i % 2],
                    "Web",
                    "Active" if i % 4 else "Churned",
                    _day(i),
                    "" if i % 4 else _day(i + 20),
                    f"{100 + i}.00",
                    "EUR",
                    *list(_extra(i)),
                ]
                for i, (number, name) in enumerate(accounts)
            ],
        ),
        "revenue": Table(
            [
                "Movement ID",
                "Date",
                "Customer ID",
                "Customer Name",
                "Owner",
                "Movement",
                "MRR Change",
                "Currency",
                *list(_EXTRA),
            ],
            [
                [f"M-{i:03}", _day(i), number, name, NAMES.owners[i % 4], "New", f"{100 + i}.00", "EUR", *_extra(i)]
                for i, (number, name) in enumerate(accounts)
            ],
        ),
        "invoices": Table(
            [
                "Invoice Number",
                "Customer ID",
                "Customer Name",
                "Deal ID",
                "Owner",
                "Invoice Date",
                "Due Date",
                "Amount",
                "Currency",
                "Status",
                "Paid Amount",
                "Paid On",
                *list(_EXTRA),
            ],
            [
                [
                    f"I-{i:03}",
                    number,
                    name,
                    f"D-{i:03}",
                    NAMES.owners[i % 4],
                    _day(i),
                    _day(i + 3),
                    "500.00",
                    "EUR",
                    "Paid",
                    "500.00",
                    _day(i + 2),
                    *_extra(i),
                ]
                for i, (number, name) in enumerate(accounts)
            ],
        ),
        "quotas": Table(
            ["Owner", "Owner ID", "Period", "Quota", "Currency", *_EXTRA],
            [[*owner, quarter, "9000.00", "EUR", *_extra(i)] for quarter in quarters for i, owner in enumerate(owners)],
        ),
        "costs": Table(
            ["Month", "Cost Category", "Description", "Owner", "Amount", "Currency", *_EXTRA],
            [
                [
                    month,
                    ("Salary", "Travel")[i % 2],
                    NAMES.descriptions[i % 8],
                    NAMES.owners[i % 4],
                    "700.00",
                    "EUR",
                    *list(_extra(i)),
                ]
                for i, month in enumerate(months)
            ],
        ),
        "reps": Table(
            ["Rep ID", "Name", "Email", "Team", "Region", "Manager", "Hire Date", "Left On", "Active", *_EXTRA],
            [
                [
                    number,
                    name,
                    NAMES.emails[i],
                    _TEAMS[i % 2],
                    _REGIONS[i % 2],
                    NAMES.managers[0],
                    "2021-03-01",
                    "",
                    "Yes",
                    *list(_extra(i)),
                ]
                for i, (name, number) in enumerate(owners)
            ],
        ),
        "surveys": Table(
            [
                "Response ID",
                "Survey Type",
                "Answered On",
                "Score",
                "Scale Max",
                "Customer ID",
                "Customer Name",
                "Owner",
                *list(_EXTRA),
            ],
            [
                [
                    f"S-{i:03}",
                    "NPS",
                    _day(i),
                    (9, 10, 7, 3)[i % 4],
                    10,
                    *accounts[i % 12],
                    NAMES.owners[i % 4],
                    *_extra(i),
                ]
                for i in range(24)
            ],
        ),
        "products": Table(
            ["SKU", "Product Name", "Category", "List Price", "Cost", "Currency", *_EXTRA],
            [
                ["B-1", "Basic", "Subscription", "100.00", "20.00", "EUR", *_extra(0)],
                ["P-1", "Plus", "Subscription", "200.00", "30.00", "EUR", *_extra(1)],
            ],
        ),
        "rates": Table(
            ["Currency", "To Currency", "Period", "Rate", *_EXTRA],
            [["EUR", "USD", month, "1.08", *_extra(i)] for i, month in enumerate(months)],
        ),
        "figures": Table(
            ["KPI", "Segment", "Value", "Source", "Year", *_EXTRA],
            [["win_rate", "", "0.29", "Invented Survey", "2025", *_extra(0)]],
        ),
    }
    files = {}
    for name, (kind, table) in zip(NAMES.files, tables.items(), strict=False):
        files[kind] = f"{NAMES.folder}/{name}.csv"
        (folder / files[kind]).write_text(table.text, encoding="utf-8")
    return World(folder, files)
