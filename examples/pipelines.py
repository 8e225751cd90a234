"""Writes the deals of two pipelines with their stage history: skips, returns, deals that start in the middle, two currencies.

python examples/pipelines.py            # rewrite examples/pipelines
python examples/pipelines.py some/dir   # write them somewhere else

The history has a row per move and none for what was skipped, as a CRM keeps it. It is written newest first.
"""

from __future__ import annotations

import csv
import sys
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
SEED = 20261126
START, END = datetime(2026, 1, 5, 9), datetime(2026, 9, 30, 18)
PIPELINES = {
    "New business": ["Enquiry", "Needs analysis", "Proposal", "Negotiation"],
    "Renewals": ["Review", "Offer"],
}
OWNERS = ["Amara Linde", "Bruno Castell", "Chiara Novak", "Deniz Aydin"]
REASONS = ["Price", "No decision", "Competitor", "Timing"]
DEALS = 260

Row = dict[str, str]


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = Random(SEED)
    deals, moves = [], []
    for number in range(1, DEALS + 1):
        deal, own = _follow(rng, f"P-{number:04d}")
        deals.append(deal)
        moves += own
    moves.sort(key=lambda move: (move["Entered"], move["Deal ID"]), reverse=True)
    order = [
        {"pipeline": pipeline, "stage": stage, "order": str(place)}
        for pipeline, stages in PIPELINES.items()
        for place, stage in enumerate(stages, 1)
    ]
    for name, rows in (("deals", deals), ("history", moves), ("order", order)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _follow(rng: Random, name: str) -> tuple[Row, list[Row]]:
    """A deal and its moves, until it ends or the history does."""
    pipeline = "New business" if rng.random() < 0.75 else "Renewals"
    stages = PIPELINES[pipeline]
    at = START + timedelta(days=rng.randrange(255), minutes=rng.randrange(480))
    created, owner = at, rng.choice(OWNERS)
    place = rng.randrange(1, len(stages)) if rng.random() < 0.08 else 0
    moves, outcome = [], "Open"
    while at <= END:
        moves.append((stages[place], at))
        # Proposals wait longest, and longest of all the large ones.
        at += timedelta(days=round(rng.expovariate(1 / (18 if stages[place] == "Proposal" else 9))), minutes=11)
        chance = rng.random()
        if chance < 0.16 or (chance < 0.55 and place == len(stages) - 1):
            outcome = "Lost" if chance < 0.16 else "Won"
        elif chance < 0.24 and place:
            place -= 1
        elif chance < 0.31 and place + 2 < len(stages):
            place += 2
        elif place + 1 < len(stages):
            place += 1
        else:
            outcome = "Won"
        if outcome != "Open":
            break
    if outcome != "Open" and at > END:
        outcome = "Open"
    if outcome != "Open":
        moves.append((outcome, at))
    amount = "" if rng.random() < 0.03 else f"{rng.lognormvariate(9, 0.8):.2f}"
    deal = {
        "Deal ID": name,
        "Pipeline": pipeline,
        "Stage": moves[-1][0],
        "Amount": amount,
        "Currency": "USD" if pipeline == "Renewals" else "EUR",
        "Created": f"{created:%Y-%m-%d}",
        "Closed": f"{at:%Y-%m-%d}" if outcome != "Open" else "",
        "Owner": owner,
        "Lost Reason": rng.choice(REASONS) if outcome == "Lost" else "",
    }
    rows = [
        {"Deal ID": name, "Pipeline": pipeline, "To Stage": stage, "Entered": f"{day:%Y-%m-%d %H:%M}"}
        for stage, day in moves
    ]
    return deal, rows


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "pipelines")
