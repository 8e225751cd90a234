"""Six commands over three data sets, in memory, in parts, and on 1, 2 and 4 executors of Spark: the same bytes of output, messages and exit code.

``python tests/spark/compare.py [EXECUTORS ...]`` prints a table for ``docs/spark.md``, and ends with 1 where anything differs.
"""

from __future__ import annotations

import runpy
import sys
import tempfile
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import product
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

import in_process
from in_parts import COMMANDS, reading_in_parts
from salesmetrics import pipeline
from salesmetrics.frames import far, spark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
MADE = runpy.run_path(str(ROOT / "tests/benchmark/made_up_deals.py"))
ROWS, BLOCK = 2_500, 110_000
"""Records, and bytes of a block: so few that every executor has some."""


def data_sets(folder: Path) -> dict[str, str]:
    """Untidy text; a file with odd rows, quoted cells and decimals; two Parquet files of one list, with types and decimals."""
    text = folder / "deals.csv"
    MADE["write"](str(text), ROWS, is_messy=True)
    pair = folder / "parquet"
    pair.mkdir()
    whole = next(MADE["pieces"](ROWS)).with_columns(**MADE["TYPED"])
    whole.head(1_500).write_parquet(pair / "deals-1.parquet", row_group_size=500)
    whole.tail(ROWS - 1_500).write_parquet(pair / "deals-2.parquet")
    return {"untidy text": str(text), "odd rows": str(ROOT / "examples/deals.csv"), "Parquet": str(pair)}


def answers(words: list[str]) -> tuple[str, str, int]:
    """What a command prints, says and ends with; the note that it reads in parts is left out."""
    with patch.object(in_process, "reading_once", nullcontext):
        done = in_process.invoke(*words)
    said = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
    return done.stdout, "\n".join(said), done.returncode


@contextmanager
def ways(executors: int) -> Iterator[dict[str, Callable[[], object]]]:
    """How commands are run: a name, and what has to be patched meanwhile."""
    master = f"local-cluster[{executors},1,640]"
    more = {"spark__sql__files__maxPartitionBytes": str(BLOCK), "spark__executor__memory": "640m"}
    session = spark.session_of(master, **more)

    @contextmanager
    def on_spark(few: int) -> Iterator[None]:
        with patch.object(spark, "session_of", lambda _: session), patch.object(far, "FEW", few):
            yield

    yield {
        "memory": partial(reading_in_parts, wanted=False),
        "parts": reading_in_parts,
        "spark": partial(on_spark, -1),  # as if the rows were too many to be brought at once
        "few": partial(on_spark, far.FEW),
    }
    session.stop()


def main() -> int:
    """Compare, and print the table."""
    counts = [int(word) for word in sys.argv[1:]] or [1, 2, 4]
    known: dict[tuple[str, str], tuple[str, str, int]] = {}
    differs = 0
    print("| executors | data set | command | output | seconds |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name, patch.object(pipeline, "LEAST_PIECE", 1_000):
        sets = data_sets(Path(name))
        for executors in counts:
            with ways(executors) as how:
                for (title, path), command in product(sets.items(), COMMANDS):
                    words = [path if word == "FILE" else word for word in command.split()]
                    if (title, command) not in known:
                        with how["memory"]():
                            known[title, command] = answers(words)
                        with how["parts"]():
                            differs += _said(answers(words), known[title, command], ("in parts", title, command), 0)
                    begun = monotonic()
                    with how["spark"]():
                        found = answers([*words, "--engine", "spark"])
                    where = (str(executors), title, command)
                    differs += _said(found, known[title, command], where, monotonic() - begun)
                    if executors == counts[0]:
                        begun = monotonic()
                        with how["few"]():
                            found = answers([*words, "--engine", "spark"])
                        where = (f"{executors}, brought at once", title, command)
                        differs += _said(found, known[title, command], where, monotonic() - begun)
    return int(differs > 0)


def _said(found: tuple[str, str, int], known: tuple[str, str, int], where: tuple[str, ...], seconds: float) -> bool:
    """Print a line, and what differs; whether anything does."""
    same = found == known and known[2] < 2
    output = f"the same, {len(known[0]):,} characters" if same else "DIFFERS"
    print("|", " | ".join((*where, output)), "|", round(seconds, 1), "|", flush=True)
    if not same:
        print(known[1:], found[1:], found[0][:300], sep="\n", file=sys.stderr)
    return not same


if __name__ == "__main__":
    sys.exit(main())
