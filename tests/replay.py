"""What some three hundred commands print, here and at another commit: ``python tests/replay.py main~5`` prints the differences.

For work that is to change nothing that anybody sees. Both trees run the commands over the examples of this one.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

__all__ = ["COMMANDS", "answers", "differences"]

ROOT = Path(__file__).parent.parent

FORMS = ("table", "csv", "json", "md")
DEALS = "examples/deals.csv"
LEADS = "examples/leads.csv examples/activities.csv"
MONEY = "examples/customers.csv examples/revenue.csv examples/invoices.csv examples/costs.csv examples/deals.csv"
PEOPLE = "examples/deals.csv examples/quotas.csv examples/reps.csv"
STAGES = "examples/deals.csv examples/stages.csv"
ALL = "examples"
FAMILIES = [
    "revenue",
    "targets",
    "conversion",
    "size",
    "speed",
    "pipeline",
    "activity",
    "cost",
    "customers",
    "cash",
    "people",
]
VERBS = ["report", "inspect", "check", "rows", "trend", "kpis", "explain", "init", "config", "schema"]


def _commands() -> list[str]:
    found = [f"report {files} --format {form}" for files, form in product((DEALS, LEADS, MONEY, PEOPLE, STAGES), FORMS)]
    found += [f"report {ALL} --format {form}" for form in FORMS]
    found += [f"report {ALL} --family {name} --format {form}" for name, form in product(FAMILIES, ("table", "json"))]
    dimensions = ("owner", "region", "source", "type", "stage", "deal_class", "product", "owner,region")
    found += [f"report {DEALS} --by {name} --format {form}" for name, form in product(dimensions, ("table", "json"))]
    found += [f"report {DEALS} --by region --format {form} --kpi win_rate,revenue,open_pipeline" for form in FORMS]
    found += [f"report {PEOPLE} --by {name} --format {form}" for name, form in product(("owner", "team"), FORMS)]
    periods = [
        "last-month",
        "last-quarter",
        "this-quarter",
        "ytd",
        "last-year",
        "2026",
        "2026-Q2",
        "2026-W20",
        "FY2026-Q1",
        "last-90-days",
        "2026-01-01..2026-03-31",
    ]
    found += [f"report {DEALS} --period {name} --format {form}" for name, form in product(periods, ("table", "json"))]
    found += [
        f"report {files} --period {period} --compare {other} --format {form}"
        for files, period, other, form in product(
            (DEALS, MONEY), ("last-quarter", "this-quarter"), ("previous", "year-ago"), ("table", "json", "md")
        )
    ]
    found += [f"report {DEALS} --by owner --period last-quarter --compare previous --format {form}" for form in FORMS]
    found += [f"report {DEALS} --every {unit} --format {form}" for unit, form in product(("month", "quarter"), FORMS)]
    found += [f"report {DEALS} --as-of 2026-03-31 --format {form}" for form in FORMS]
    found += [
        f"report {DEALS} --where \"amount > 1000 AND region = 'DACH'\" --format json",
        f"report {DEALS} --where \"type = 'Renewal' OR stage LIKE 'Clo%'\" --format table",
        f"report {DEALS} --level 0.8 --min-n 50 --by source",
        f"report {DEALS} examples/rates.csv --currency USD --format json",
        f"report {DEALS} --goal 'win_rate >= 25%' --goal 'revenue >= 1' --period last-quarter",
        f"report {DEALS} --color always",
        f"report {DEALS} --strict",
        f"report {DEALS} -q",
        "report examples/surveys.csv",
        "report examples/products.csv examples/deals.csv --kpi gross_margin",
        "report nowhere.csv",
        f"report {DEALS} --kpi win_rat",
        f"report {DEALS} --by nothing",
        f"report {DEALS} --period soon",
        f"report {DEALS} --where 'nothing > 1'",
        f"report {DEALS} --format pdf",
    ]
    series = ["win_rate", "revenue", "won_deals", "sales_cycle_median", "average_deal_size"]
    found += [
        f"trend {kpi} {DEALS} --every {unit} --format {form}"
        for kpi, unit, form in product(series, ("month", "quarter"), ("table", "json"))
    ]
    found += [
        f"trend win_rate {DEALS} --every {unit} --format {form}" for unit, form in product(("week", "year"), FORMS)
    ]
    found += [f"trend lead_conversion_rate {LEADS} --format {form}" for form in FORMS]
    behind = [
        "win_rate",
        "revenue",
        "lost_deals",
        "open_pipeline",
        "sales_cycle_median",
        "win_rate_created",
        "new_customers",
    ]
    found += [
        f"rows {kpi} {DEALS} --period last-quarter --format {form}" for kpi, form in product(behind, ("csv", "json"))
    ]
    found += [f"rows win_rate {DEALS} --period last-quarter --format {form}" for form in ("table", "md")]
    found += [f"explain {kpi} --format {form}" for kpi, form in product(behind, ("table", "json"))]
    found += [
        f"explain {kpi} {DEALS} --format {form}" for kpi, form in product((*behind, "open_pipeline"), ("table", "json"))
    ]
    found += [f"kpis --format {form}" for form in ("table", "csv", "json")]
    found += ["kpis --search win", "kpis --family size", "kpis --search zzz"]
    found += [
        f"{verb} {files} --format {form}"
        for verb, files, form in product(("inspect", "check"), (DEALS, LEADS, ALL), ("table", "json"))
    ]
    found += [f"init {DEALS} -o -", "config show", "config show --format json", "config schema", "schema", "--version"]
    found += ["--help", *(f"{verb} --help" for verb in VERBS)]
    found += [f"COLUMNS={width} report {files}" for width, files in product((80, 200), (DEALS, ALL))]
    return list(dict.fromkeys(found))


COMMANDS = _commands()
"""Each as typed after ``salesmetrics``, in the folder of the project; ``COLUMNS=80`` may stand before it."""

_RUN = """
import json, shlex, sys
from pathlib import Path
from in_process import invoke
found = {}
for command in json.load(sys.stdin):
    words = shlex.split(command)
    width = words.pop(0).partition("=")[2] if words[0].startswith("COLUMNS=") else "100"
    done = invoke(*words, cwd=Path.cwd(), env={"HOME": "/nonexistent", "COLUMNS": width, "LANG": "C.UTF-8"})
    found[command] = [str(done.returncode), done.stdout, done.stderr]
json.dump(found, sys.stdout)
"""


def answers(tree: Path, commands: list[str]) -> dict[str, list[str]]:
    """Exit code, stdout and stderr of each command, as the package of a tree gives them."""
    paths = os.pathsep.join(str(tree / name) for name in ("src", "tests"))
    done = subprocess.run(
        [sys.executable, "-c", _RUN],
        input=json.dumps(commands),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
        check=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, list[str]]:
    """The commands that answer otherwise, each with the lines that differ."""
    return {
        command: [
            line
            for old, new in zip(before[command], after[command], strict=True)
            for line in difflib.unified_diff(old.splitlines(), new.splitlines(), "before", "after", lineterm="", n=0)
        ]
        for command in before
        if before[command] != after[command]
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare what commands print here with what they print at a commit.")
    parser.add_argument("commit", help="the commit to compare with, for example main~5")
    parser.add_argument("--only", default="", help="only commands that contain this text")
    asked = parser.parse_args()
    commands = [command for command in COMMANDS if asked.only in command]
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", asked.commit, "src", "tests"], cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        before = answers(Path(folder), commands)
    found = differences(before, answers(ROOT, commands))
    for command, lines in found.items():
        print(f"$ salesmetrics {shlex.join(shlex.split(command))}", *lines, "", sep="\n")
    print(f"{len(found)} of {len(commands)} commands answer otherwise than at {asked.commit}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
