"""Writes the example exports of an invented company, the same bytes on every run.

python examples/generate.py            # rewrite the files beside this script
python examples/generate.py some/dir   # write them somewhere else
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from books import costs, customers, figures, invoices, products, quotas, rates, reps, revenue, surveys
from crm import activities, deals, leads, stages
from history import simulate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEED = 20261121


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    world = simulate(Random(SEED))
    # Every table draws from its own generator, so that a change in one leaves the others as they are.
    _write(folder / "deals.csv", deals(world, Random(SEED + 1)), quoting=csv.QUOTE_ALL)
    _write(folder / "leads.csv", leads(world))
    _write(folder / "activities.csv", activities(world))
    _write(folder / "stages.csv", stages(world))
    _write(folder / "customers.csv", customers(world))
    _write(folder / "revenue.csv", revenue(world))
    _write(folder / "invoices.csv", invoices(world, Random(SEED + 2)))
    _write(folder / "quotas.csv", quotas())
    _write(folder / "costs.csv", costs(world, Random(SEED + 3)))
    _write(folder / "reps.csv", reps())
    _write(folder / "surveys.csv", surveys(world, Random(SEED + 4)))
    _write(folder / "products.csv", products())
    _write(folder / "rates.csv", rates(Random(SEED + 5)))
    _write(folder / "figures.csv", figures())


def _write(path: Path, rows: Iterable[Sequence[str]], *, quoting: int = csv.QUOTE_MINIMAL) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=quoting, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
