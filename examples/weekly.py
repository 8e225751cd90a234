"""Writes four weekly exports of the deals of the last weeks, as a CRM would have given them, from `deals.csv` and `stages.csv`.

python examples/weekly.py            # rewrite examples/weekly
python examples/weekly.py some/dir   # write them somewhere else

The stage history says how each deal stood on a day. On top come changes that a history does not keep, one or two of each
kind, so that every bar of `salesmetrics compare` has something in it.
"""

from __future__ import annotations

import csv
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
WEEKS = [date(2026, 9, day) for day in (9, 16, 23, 30)]
COLUMNS = [
    "Record ID",
    "Deal Name",
    "Deal Stage",
    "Amount",
    "Currency",
    "Close Date",
    "Create Date",
    "Deal owner",
    "HubSpot Team",
    "Region",
]
KEPT = 3
"""One in so many deals."""
CLOSED = {"Closed won", "Closed lost", "Duplicate", "Void"}

Row = dict[str, str]


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    history = _history()
    deals = _deals(history)
    weeks = [{deal["Record ID"]: row for deal in deals if (row := _state(deal, history, day))} for day in WEEKS]
    _change(weeks)
    for day, rows in zip(WEEKS, weeks, strict=True):
        with (folder / f"deals-{day}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows.values())


def _history() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    with (HERE / "stages.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["Deal ID"], []).append(row)
    return found


def _deals(history: dict[str, list[Row]]) -> list[Row]:
    """One in a few of the deals that were open, created or closed in the last weeks."""
    with (HERE / "deals.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Record ID"] in history and None not in row.values()]
    first = str(WEEKS[0] - timedelta(days=20))
    late = [row for row in rows if history[row["Record ID"]][-1]["Entered"] >= first or _is_open(row["Deal Stage"])]
    return late[::KEPT]


def _is_open(stage: str) -> bool:
    return stage not in CLOSED


def _state(deal: Row, history: dict[str, list[Row]], day: date) -> Row | None:
    """The deal at the end of a day; None before it was created."""
    moves = [move for move in history[deal["Record ID"]] if move["Entered"][:10] <= str(day)]
    if not moves:
        return None
    last = moves[-1]
    closes = last["Expected Close"] if _is_open(last["To Stage"]) else last["Entered"][:10]
    return {
        "Record ID": deal["Record ID"],
        "Deal Name": deal["Deal Name"],
        "Deal Stage": last["To Stage"],
        "Amount": last["Amount"],
        "Currency": deal["Currency"] or "EUR",
        "Close Date": closes,
        "Create Date": deal["Create Date"][:10],
        "Deal owner": last["Owner"],
        "HubSpot Team": deal["HubSpot Team"],
        "Region": deal["Region"],
    }


def _change(weeks: list[dict[str, Row]]) -> None:
    """Changes that the stage history does not keep, each from one week on."""
    always = [id_ for id_ in weeks[0] if all(_is_open(week[id_]["Deal Stage"]) for week in weeks)]
    lost = [id_ for id_, row in weeks[0].items() if row["Deal Stage"] == "Closed lost"]
    always.sort(key=lambda id_: not "2026-07-01" <= weeks[0][id_]["Close Date"] <= "2026-09-30")
    pick = iter(always)
    _from(weeks, 1, next(pick), Amount="")  # an amount that disappears
    early = next(pick)
    for week in weeks[:2]:
        week[early]["Amount"] = ""  # one that appears in the third week
    _from(weeks, 1, _priced(pick, weeks), factor="1.15")
    _from(weeks, 2, _priced(pick, weeks), factor="0.8")
    _from(weeks, 3, _priced(pick, weeks), factor="1.25")
    _from(weeks, 2, _priced(pick, weeks), factor="1.1", Currency="USD")
    _from(weeks, 1, next(pick), **{"Close Date": "2026-12-18"})
    _from(
        weeks,
        2,
        next(pick),
        **{"Close Date": "2026-11-27", "Deal owner": "Karim Bellweather", "HubSpot Team": "Small Business"},
    )
    _from(weeks, 3, next(pick), **{"Deal owner": "Tobin Ashgrove", "HubSpot Team": "Enterprise"})
    pulled = next(pick)
    _from(weeks, 0, pulled, **{"Close Date": "2026-10-16"})
    _from(weeks, 2, pulled, **{"Close Date": "2026-09-29"})
    _from(weeks, 3, next(pick), **{"Deal Stage": "Void", "Close Date": "2026-09-28"})
    for week in weeks[2:]:
        del week[lost[0]]  # closed before, and deleted: in no bar
    gone = next(pick)
    for week in weeks[2:]:
        del week[gone]
    _from(weeks, 2, lost[1], **{"Deal Stage": "Qualified to buy", "Close Date": "2026-09-30"})
    _from(weeks, 1, lost[2], **{"Deal Stage": "Closed won"})


def _priced(pick: object, weeks: list[dict[str, Row]]) -> str:
    return next(id_ for id_ in pick if all(week[id_]["Amount"] for week in weeks))  # type: ignore[attr-defined]


def _from(weeks: list[dict[str, Row]], first: int, id_: str, factor: str = "1", **cells: str) -> None:
    for week in weeks[first:]:
        row = week[id_]
        if row["Amount"]:
            row["Amount"] = str((Decimal(row["Amount"]) * Decimal(factor)).quantize(Decimal("0.01")))
        row.update(cells)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "weekly")
