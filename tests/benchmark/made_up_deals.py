"""Writes a large deals export, the same bytes for the same arguments: made_up_deals.py FILE ROWS [--messy] [--later FILE].

Twelve columns under HubSpot's headers, quoted only where needed; a FILE that ends in .parquet has numbers and dates with
their types. Both are written in pieces of a million deals, so that 100 million take no more memory than one million. With
``--messy`` money carries a symbol and thousands separators, dates are day.month.year, booleans and blanks come in several
spellings, and one row in 20,000 is broken. With ``--later`` two exports of one list are written: in the later one, one deal
in a hundred is gone, as many are new, and one in twenty has another amount, stage and owner.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20261121
HEADERS = (
    "Record ID", "Deal Name", "Deal Stage", "Pipeline", "Amount", "Currency", "Close Date", "Create Date", "Deal owner",
    "Deal Type", "Deal probability", "Associated Company IDs",
)  # fmt: skip
OPEN_STAGES = (
    "Appointment scheduled",
    "Qualified to buy",
    "Presentation scheduled",
    "Decision maker bought-in",
    "Contract sent",
)
STAGES = (*OPEN_STAGES, "Closed won", "Closed lost", "Duplicate")
PROBABILITIES = ("0.2", "0.4", "0.6", "0.8", "0.9", "1.0", "0.0", "0.0")
SHARES = (0.08, 0.07, 0.05, 0.03, 0.02, 0.24, 0.49, 0.02)
FIRST_MINUTE = np.datetime64("2021-01-01T08:00", "m")
LAST_MINUTE = np.datetime64("2026-09-30T18:00", "m")


PIECE = 1_000_000
TYPED = {
    "Amount": pl.col("Amount").cast(pl.Decimal(18, 2)),
    "Deal probability": pl.col("Deal probability").cast(pl.Decimal(18, 2)),
    **{name: pl.col(name).str.to_datetime("%Y-%m-%d %H:%M") for name in ("Close Date", "Create Date")},
}


def pieces(rows: int) -> Iterator[pl.DataFrame]:
    """The deals, a million at a time."""
    for start in range(0, rows, PIECE):
        yield frame(min(PIECE, rows - start), start, rows).select(HEADERS)


def frame(rows: int, start: int, total: int) -> pl.DataFrame:
    rng = np.random.default_rng([SEED, start] if start else SEED)
    stage = rng.choice(len(STAGES), rows, p=SHARES)
    minutes = int((LAST_MINUTE - FIRST_MINUTE).astype(int))
    cycle = (rng.lognormal(3.8, 0.6, rows) * 1440).astype(int)
    age = rng.integers(0, minutes, rows)
    is_open = stage < len(OPEN_STAGES)
    # Closed deals are older than their cycle; open ones are recent.
    created = np.where(is_open, minutes - age // 8, np.maximum(0, age - cycle))
    closed = np.where(is_open, created + cycle, np.minimum(minutes, created + cycle))
    amount = np.round(rng.lognormal(8.6, 0.9, rows), 2)
    company = rng.integers(0, max(1, total // 5), rows)
    trade = np.array(["Logistics", "Foods", "Tooling", "Optics, Ltd", "Energy", "Marine", "Print"])[company % 7]
    base = pl.DataFrame(
        {
            "Record ID": np.arange(start, start + rows) * 7 + 31_400_000_000,
            "stage": stage.astype(np.int32),
            "amount": amount,
            "no_amount": is_open & (rng.random(rows) < 0.1),
            "closed": (FIRST_MINUTE + closed).astype("datetime64[us]"),
            "created": (FIRST_MINUTE + created).astype("datetime64[us]"),
            "owner": rng.integers(0, 60, rows),
            "type": rng.integers(0, 3, rows),
            "company": company,
            "trade": trade,
        }
    )
    text = pl.lit
    return base.select(
        pl.col("Record ID").cast(pl.String),
        pl.format("Company {} {}", "company", "trade").alias("Deal Name"),
        text(pl.Series(STAGES)).gather(pl.col("stage")).alias("Deal Stage"),
        text("Sales pipeline").alias("Pipeline"),
        pl.when(~pl.col("no_amount")).then(pl.col("amount").cast(pl.Decimal(18, 2)).cast(pl.String)).alias("Amount"),
        text("EUR").alias("Currency"),
        pl.col("closed").dt.strftime("%Y-%m-%d %H:%M").alias("Close Date"),
        pl.col("created").dt.strftime("%Y-%m-%d %H:%M").alias("Create Date"),
        pl.format("Rep {}", pl.col("owner").cast(pl.String).str.zfill(2)).alias("Deal owner"),
        text(pl.Series(["New Business", "Renewal", "Expansion"])).gather(pl.col("type")).alias("Deal Type"),
        text(pl.Series(PROBABILITIES)).gather(pl.col("stage")).alias("Deal probability"),
        (pl.col("company") + 9_000_000_000).cast(pl.String).alias("Associated Company IDs"),
    )


def messy(clean: pl.DataFrame) -> pl.DataFrame:
    row = pl.int_range(pl.len())
    thousands = pl.col("Amount").str.replace_all(r"(\d)(\d{3}\.)", "$1,$2").str.replace_all(r"(\d)(\d{3},)", "$1,$2")
    day_first = [
        pl.col(name).str.to_datetime("%Y-%m-%d %H:%M").dt.strftime("%d.%m.%Y %H:%M").alias(name)
        for name in ("Close Date", "Create Date")
    ]
    return clean.with_columns(
        pl.when(row % 20_000 == 7).then(pl.lit("12.5oo")).otherwise(pl.lit("€ ") + thousands).alias("Amount"),
        pl.when(row % 3 == 0).then(pl.col("Deal Stage").str.to_uppercase()).otherwise("Deal Stage").alias("Deal Stage"),
        *day_first,
    )


def later(earlier: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two exports of one list."""
    nth = pl.int_range(pl.len())
    moved = pl.when(nth % 20 == 3)
    changed = [
        moved.then(pl.col(name).shift(1)).otherwise(pl.col(name)).alias(name)
        for name in ("Amount", "Deal Stage", "Deal owner")
    ]
    return earlier.filter(nth % 100 != 1), earlier.filter(nth % 100 != 0).with_columns(changed)


def write(path: str, rows: int, *, is_messy: bool = False) -> None:
    if path.endswith(".parquet"):
        _write_parquet(path, rows)
        return
    with open(path, "wb") as file:  # noqa: PTH123 - Polars writes to it, piece after piece
        for number, piece in enumerate(pieces(rows)):
            made = messy(piece) if is_messy else piece
            made.write_csv(file, include_header=number == 0, quote_style="necessary")


def _write_parquet(path: str, rows: int) -> None:
    def typed(*_: object) -> Iterator[pl.DataFrame]:
        for piece in pieces(rows):
            yield piece.with_columns(**TYPED)

    schema = next(pieces(1)).with_columns(**TYPED).schema
    register_io_source(typed, schema=schema).sink_parquet(path, row_group_size=PIECE // 4)


def write_two(old: str, new: str, rows: int) -> None:
    for path, export in zip((old, new), later(pl.concat(pieces(rows))), strict=True):
        export.write_csv(path, quote_style="necessary")


def main(path: str, rows: str, *options: str) -> None:
    if "--later" in options:
        write_two(path, options[options.index("--later") + 1], int(rows))
    else:
        write(path, int(rows), is_messy="--messy" in options)


if __name__ == "__main__":
    main(*sys.argv[1:])
