"""What no report can go without, and nothing else: floor.py report|read FILE.

``report`` makes the numbers of ``by_hand_polars.py``, with what a report owes beside them: the libraries that the command
line is built on, every column of the file, the hash of its bytes, and the proof that no quote and no row is out of place.
``read`` leaves it at the columns of a clean file. All that can run beside something else does. Nothing is recognised, no
value checked, no finding looked for and no interval computed, so this bounds from below what `salesmetrics` can take.
"""

from __future__ import annotations

import hashlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def main(what: str, path: str) -> None:
    pool = ThreadPoolExecutor(4)
    data = pool.submit(Path(path).read_bytes)
    digest = pool.submit(lambda: hashlib.sha256(data.result()).hexdigest())
    import polars as pl

    table = pool.submit(lambda: pl.read_csv(data.result(), infer_schema=False))
    quotes = pool.submit(lambda: count_quotes(data.result()))
    if what == "report":
        import typer
        from pydantic import TypeAdapter

        assert typer
        assert TypeAdapter
    from by_hand_polars import DATES, MONEY, TYPES, numbers, plain

    text = table.result()
    lengths = sum(text.select(pl.all().str.len_bytes().sum()).row(0))
    header = data.result().find(b"\n") + 1
    assert lengths + text.width * text.height + quotes.result() == len(data.result()) - header
    if what == "report":
        typed = text.lazy().select(pl.col(name).cast(kind) for name, kind in TYPES.items())
        json.dump(numbers(typed), sys.stdout, default=plain, indent=2)
    else:
        print(columns(text, DATES, MONEY).height)
    assert len(digest.result()) == 64


def columns(text: pl.DataFrame, dates: list[str], money: pl.DataType) -> pl.DataFrame:
    import polars as pl

    days = [pl.col(name).str.to_datetime("%Y-%m-%d %H:%M").dt.date() for name in dates]
    return text.with_columns(pl.col("Amount", "Deal probability").cast(money), *days)


def count_quotes(data: bytes) -> int:
    """Quotes that open and close whole cells."""
    total, opening = 0, data.find(b'"')
    while opening >= 0:
        closing = data.find(b'"', opening + 1)
        assert data[opening - 1] in b",\n"
        assert data[closing + 1] in b",\n"
        total, opening = total + 2, data.find(b'"', closing + 1)
    return total


if __name__ == "__main__":
    main(*sys.argv[1:])
