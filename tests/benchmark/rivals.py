"""The same questions asked of other tools, each by a script by hand for exactly this export, as ratios of one run.

    python tests/benchmark/rivals.py [--most 10000000] [--rounds 3] [--limit 60] [--tools DIR] [--only NAME,…]
                                     [--also OPTIONS] [--folder DIR] [--write]

Start-up (a small file), the report at each size, by owner, the win rate by month, and what changed between two exports. A
tool that is absent is named with the way to install it; one that takes longer than the limit, which is for a million deals, is
ended, and one that would need more memory than there is is not tried. `--tools` names a
folder of programs to look in first, such as the `bin` of a virtual environment; pandas runs in its Python. `--also` measures
salesmetrics once more with further options. Fails where a tool gives another number than salesmetrics.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from by_hand_duckdb import statements
from page import Circumstances, shown, table, version
from timing import Runs, alternate, made, too_much

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HERE = Path(__file__).parent
BY_HAND = HERE / "by_hand"
REPORT = (
    "won_deals,lost_deals,other_deals,open_deals,created_deals,revenue,new_customers,average_deal_size,median_deal_size,"
    "deal_concentration,win_rate,win_rate_value,win_rate_broad,win_rate_created,loss_rate,win_loss_ratio,sales_cycle_mean,"
    "sales_cycle_median,sales_cycle_p90,time_to_loss_median,deal_age_median,open_pipeline,weighted_pipeline,"
    "pipeline_created,overdue_deals,pipeline_velocity"
)
OWNER = "won_deals,lost_deals,open_deals,revenue,average_deal_size,median_deal_size,win_rate,sales_cycle_median,open_pipeline"
QUESTIONS = ("report", "owner", "trend", "compare")
KEYS = ("owner", "month", "bar")
Numbers = dict[tuple[str, ...], float]


@dataclass(frozen=True)
class Rival:
    """A tool.

    Attributes:
        name: In tables.
        version: The command that prints it.
        command: What answers a question about files.
        install: How it comes onto a machine.
    """

    name: str
    version: list[str]
    command: Callable[[str, list[str]], list[str]]
    install: str


@dataclass(frozen=True)
class Case:
    title: str
    question: str
    rows: int


def salesmetrics(question: str, paths: list[str], *further: str) -> list[str]:
    asked = {
        "report": ["report", *paths, "--kpi", REPORT],
        "owner": ["report", *paths, "--by", "owner", "--kpi", OWNER],
        "trend": ["trend", "win_rate", *paths],
        "compare": ["compare", *paths],
    }[question]
    return [sys.executable, "-m", "salesmetrics", *asked, "--format", "json", "-q", *further]


def script(python: str, name: str, *first: str) -> Callable[[str, list[str]], list[str]]:
    return lambda question, paths: [python, str(HERE / f"by_hand_{name}.py"), *first, question, *paths]


def duckdb_command_line(program: str, question: str, paths: list[str]) -> list[str]:
    return [program, "-json", "-c", statements(question, paths)]


def miller(program: str, question: str, paths: list[str]) -> list[str]:
    put = ["put", "-q", "-f", str(BY_HAND / f"{question}.mlr")]
    if question == "owner":
        grouped = ["stats1", "-i", "-a", "sum,mean,p50", "-f", "deals,Amount,days", "-g", "Deal owner,outcome"]
        put = ["put", "-f", put[-1], "then", *grouped, "then", "put", "-q", "-f", str(BY_HAND / "owner_end.mlr")]
    return [program, "--icsv", "--ojson", *put, *paths]


def csvkit(program: str, question: str, paths: list[str]) -> list[str]:
    """Without inference of types, which takes thirty times as long as the rest."""
    query = (BY_HAND / "csvkit" / f"{question}.sql").read_text("utf-8")
    tables = "deals" if len(paths) == 1 else "old_deals,new_deals"
    return [program, "--no-inference", "--snifflimit", "0", "--tables", tables, "--query", query, *paths]


def rivals(tools: Path | None) -> list[Rival]:
    """Every tool that has a script, whether it is on this machine or not."""
    path = os.pathsep.join(filter(None, [str(tools or ""), os.environ.get("PATH", "")]))
    here = sys.executable
    python = str(tools / "python") if tools and (tools / "python").exists() else here

    def program(name: str) -> str:
        return shutil.which(name, path=path) or name

    def of(python: str, module: str) -> list[str]:
        return [python, "-c", f"import {module}; print({module}.__version__)"]

    both = "import pandas, pyarrow; print(pandas.__version__)"
    duckdb, mlr, csvsql = program("duckdb"), program("mlr"), program("csvsql")
    return [
        Rival("Polars by hand", of(here, "polars"), script(here, "polars"), "pip install polars"),
        Rival("Polars streaming by hand", of(here, "polars"), script(here, "streaming"), "pip install polars"),
        Rival("DuckDB by hand", of(here, "duckdb"), script(here, "duckdb"), "pip install duckdb"),
        Rival("DuckDB CLI", [duckdb, "--version"], partial(duckdb_command_line, duckdb), "pip install duckdb-cli"),
        Rival("pandas", of(python, "pandas"), script(python, "pandas", "plain"), "pip install pandas"),
        Rival(
            "pandas with pyarrow",
            [python, "-c", both],
            script(python, "pandas", "pyarrow"),
            "pip install pandas pyarrow",
        ),
        Rival("Miller", [mlr, "--version"], partial(miller, mlr), "apt-get install miller"),
        Rival("csvkit", [csvsql, "--version"], partial(csvkit, csvsql), "pip install csvkit"),
    ]


NEITHER = "qsv and xsv: no script; they come with cargo only, and pip's and npm's packages named qsv are other programs"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--most", type=int, default=10_000_000, help="deals of the largest file")
    options.add_argument("--rounds", type=int, default=3, help="one for files above a million deals")
    options.add_argument(
        "--limit", type=float, default=60, help="seconds after which a command is ended, for a million deals"
    )
    options.add_argument("--tools", type=Path, help="folder of programs to look in first")
    options.add_argument("--only", default="", help="the tools to measure")
    options.add_argument("--also", help="further options of salesmetrics, measured as a tool of its own")
    options.add_argument("--folder", type=Path, help="keep the generated exports here")
    options.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    asked = options.parse_args()
    start = Circumstances()
    known = rivals(asked.tools)
    only = [name.strip().casefold() for name in asked.only.split(",") if name.strip()]
    if only:
        known = [rival for rival in known if rival.name.casefold() in only]
    versions = {rival.name: version(rival.version) for rival in known}
    present = [rival for rival in known if versions[rival.name]]
    lines = [f"{rival.name}: absent; {rival.install}" for rival in known if rival not in present]
    commands: dict[str, Callable[[str, list[str]], list[str]]] = {"salesmetrics": salesmetrics}
    if asked.also:
        commands[f"salesmetrics {asked.also}"] = lambda question, paths: salesmetrics(
            question, paths, *shlex.split(asked.also)
        )
    commands |= {rival.name: rival.command for rival in present}
    measured: dict[Case, dict[str, Runs]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        for case in cases(asked.most):
            paths = exports(folder, case)
            before = next((earlier for earlier in reversed(measured) if earlier.question == case.question), case)
            skipped = {
                name: Runs(note=note)
                for name, runs in measured.get(before, {}).items()
                if before.rows >= 1_000_000 and (note := too_much(runs, case.rows / before.rows))
            }
            tried = {name: command(case.question, paths) for name, command in commands.items() if name not in skipped}
            print(f"{case.title} …", file=sys.stderr)
            limit = asked.limit * max(1, case.rows / 1_000_000)
            runs = alternate(tried, asked.rounds if case.rows <= 1_000_000 else 1, limit)
            measured[case] = {**skipped, **runs}
    names = [*commands]
    wrong, agreeing = agreement(measured, names)
    parts = [
        f"{start}. {'; '.join(f'{name} {number}' for name, number in versions.items() if number)}.",
        *start.with_wall_times(
            "Wall time, as a multiple of that of salesmetrics (medians):",
            ratios(measured, names, lambda runs: median(runs.seconds), "{:.2f} s"),
        ),
        "Processor time, as a multiple of that of salesmetrics (the least of the rounds):",
        ratios(measured, names, lambda runs: min(runs.cpu), "{:.2f} s"),
        "Peak memory, likewise (the most of the rounds):",
        ratios(measured, names, lambda runs: max(runs.megabytes), "{:.0f} MB"),
        "Numbers that are the same, of those that salesmetrics gives:",
        table(["", *QUESTIONS], [[name, *agreeing[name]] for name in names]),
    ]
    shown("rivals", "\n\n".join(parts), write=asked.write)
    print("\n" + "\n".join([*lines, NEITHER, *wrong]))
    sys.exit(bool(wrong))


def cases(most: int) -> list[Case]:
    """What is asked, at which size."""
    middle = min(most, 1_000_000)
    sizes = sorted({min(most, size) for size in (100_000, 1_000_000, 10_000_000)})
    return [
        Case("start-up, 1,000 deals", "report", 1_000),
        *(Case(f"report, {size:,}", "report", size) for size in sizes),
        Case(f"by owner, {middle:,}", "owner", middle),
        Case(f"trend, {middle:,}", "trend", middle),
        Case(f"compare, 2 × {middle:,}", "compare", middle),
    ]


def exports(folder: Path, case: Case) -> list[str]:
    """The files that a case is about, written unless they are there."""
    if case.question != "compare":
        return [str(made(folder / f"deals-{case.rows}.csv", case.rows))]
    old, new = (folder / f"deals-{case.rows}-{day}.csv" for day in ("2026-09-23", "2026-09-30"))
    made(old, case.rows, "--later", str(new))
    return [str(old), str(new)]


def ratios(
    measured: Mapping[Case, Mapping[str, Runs]], names: Sequence[str], size: Callable[[Runs], float], form: str
) -> str:
    def cell(runs: Mapping[str, Runs], name: str) -> str:
        if runs[name].note or runs["salesmetrics"].note:
            return runs[name].note or form.format(size(runs[name]))
        if name == "salesmetrics":
            return form.format(size(runs[name]))
        return f"{size(runs[name]) / size(runs['salesmetrics']):.2f} ×"

    rows = [[name, *(cell(runs, name) for runs in measured.values())] for name in names]
    return table(["", *(case.title for case in measured)], rows)


def agreement(
    measured: Mapping[Case, Mapping[str, Runs]], names: Sequence[str]
) -> tuple[list[str], dict[str, list[str]]]:
    """Numbers that differ, and for each tool and question how many are the same."""
    wrong: list[str] = []
    agreeing = {name: ["–"] * len(QUESTIONS) for name in names}
    for case, runs in measured.items():
        if not runs["salesmetrics"].stdout:
            continue
        ours = numbers_of(case.question, json.loads(runs["salesmetrics"].stdout))
        for name, run in runs.items():
            if run.stdout:
                theirs = ours if name == "salesmetrics" else given(name, case.question, run.stdout)
                differ = disagreements(ours, theirs)
                wrong += [f"{case.title}, {name}: {problem}" for problem in differ]
                same = len(theirs) - len(differ)
                agreeing[name][QUESTIONS.index(case.question)] = f"{same:,} of {len(ours):,}"
    return wrong, agreeing


def given(name: str, question: str, printed: str) -> Numbers:
    if name.startswith("salesmetrics"):
        return numbers_of(question, json.loads(printed))
    return by_key(csv.DictReader(printed.splitlines()) if name == "csvkit" else json.loads(printed))


def by_key(rows: Any) -> Numbers:
    """What a tool printed, which are records: their numbers, by owner, month or bar. A bar of nothing is none."""
    found: Numbers = {}
    for row in rows:
        place = tuple(str(row[key]) for key in KEYS if key in row)
        values = {name: float(value) for name, value in row.items() if name not in KEYS and value not in (None, "")}
        if "bar" not in row or any(values.values()):
            found |= {(*place, name): value for name, value in values.items()}
    return found


def numbers_of(question: str, answer: dict[str, Any]) -> Numbers:
    """The same of an answer of salesmetrics."""
    if question == "compare":
        return by_key(
            {"bar": bar["id"], "value": bar["value"], "deals": abs(bar["changed"] or bar["count"])}
            for bar in answer["bridge"][0]["bars"]
        )
    if question == "trend":
        return by_key(
            {
                "month": one["period"]["label"],
                "won": one["numerator"],
                "closed": one["denominator"],
                "win_rate": one["value"],
            }
            for one in answer["metrics"]
        )
    wanted = {"owner"} if question == "owner" else set()
    return {
        (*one["group"].values(), one["id"]): one["value"]
        for one in answer["metrics"]
        if one["group"].keys() == wanted and one["period"] is None and one["value"] is not None
    }


def disagreements(ours: Numbers, theirs: Numbers) -> list[str]:
    """Numbers that only they give, or that differ by more than half a cent and more than arithmetic in floats explains."""
    return [
        f"{' '.join(place)}: not in the answer of salesmetrics" for place in sorted(theirs.keys() - ours.keys())
    ] + [
        f"{' '.join(place)}: {theirs[place]} instead of {ours[place]}"
        for place in sorted(ours.keys() & theirs.keys())
        if not math.isclose(ours[place], theirs[place], rel_tol=1e-9, abs_tol=0.005 if _money(place) else 1e-12)
    ]


def _money(place: tuple[str, ...]) -> bool:
    return place[-1] in ("value", "revenue", "median_deal_size") or "pipeline" in place[-1] or "average" in place[-1]


if __name__ == "__main__":
    main()
