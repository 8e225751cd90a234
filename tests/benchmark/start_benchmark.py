"""Short commands, which are mostly start-up: in English and in each other language, beside the import of Polars.

    python tests/benchmark/start_benchmark.py [--rounds 11] [--source DIR]

Prints wall and processor time of whole processes, and how much longer a language takes than English. `--source` names the
`src` folder of another version, which is then measured in the same rounds.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median

from timing import alternate, table

DEALS = str(Path(__file__).parents[2] / "examples" / "deals.csv")
LANGUAGES = ("zh-Hans", "zh-Hant", "ms", "ar", "ru")
KINDS = {"report": ("report", DEALS), "kpis": ("kpis",), "help": ("report", "--help")}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=11)
    options.add_argument("--source", type=Path, help="src folder of another version")
    asked = options.parse_args()
    program = [sys.executable, "-m", "salesmetrics"]
    commands = {"import polars": [sys.executable, "-c", "import polars"]}
    for kind, words in KINDS.items():
        commands[kind] = [*program, *words]
        if asked.source:
            commands[f"{kind}, the other version"] = ["env", f"PYTHONPATH={asked.source}", *program, *words]
        for tag in LANGUAGES:
            commands[f"{kind}, {tag}"] = ["env", f"SALESMETRICS_LANG={tag}", *program, *words]
    runs = alternate(commands, asked.rounds)
    print(table(runs, "import polars"))
    print("\n| longer than in English, median of rounds | wall | processor |\n|---|---|---|")
    for kind in KINDS:
        for name in (f"{kind}, {tag}" for tag in (*LANGUAGES, "the other version")):
            if name in runs:
                wall, cpu = (
                    1000 * median(other - own for own, other in zip(mine, theirs, strict=True))
                    for mine, theirs in (
                        (runs[kind].seconds, runs[name].seconds),
                        (runs[kind].cpu, runs[name].cpu),
                    )
                )
                print(f"| {name} | {wall:+.0f} ms | {cpu:+.0f} ms |")


if __name__ == "__main__":
    main()
