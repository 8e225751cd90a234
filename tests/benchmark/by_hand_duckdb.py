"""The same numbers in DuckDB SQL, for exactly this export: by_hand_duckdb.py QUESTION FILE [LATER FILE].

The questions are the files of `by_hand/*.sql`, which DuckDB's own command line runs, too.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path


def statements(question: str, paths: list[str]) -> str:
    """What both DuckDB here and its command line run: a view of each export, and the query."""
    names = ("deals_export",) if len(paths) == 1 else ("old_export", "new_export")
    views = (
        f"create view {name} as select * from '{path}'"
        if path.endswith(".parquet")
        else f"create view {name} as select * from read_csv('{path}', header = true, all_varchar = true)"
        for name, path in zip(names, paths, strict=True)
    )
    query = (Path(__file__).parent / "by_hand" / f"{question}.sql").read_text("utf-8")
    return ";\n".join((*views, query))


def answer(question: str, paths: list[str]) -> list[dict[str, object]]:
    import duckdb  # here, since `rivals.py` takes the statements for the command line and is to stay small

    with duckdb.connect() as base:
        result = base.execute(statements(question, paths))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def plain(value: object) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)


if __name__ == "__main__":
    json.dump(answer(sys.argv[1], sys.argv[2:]), sys.stdout, default=plain)
