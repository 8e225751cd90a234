"""What a reading of files must give, whatever the files are: rows that add up, numbers that are numbers, findings in words."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from ground import numbers_are_numbers

from salesmetrics.messages import text

if TYPE_CHECKING:
    from salesmetrics.ingest.read import Dataset

__all__ = ["adds_up", "folder"]


@cache
def folder() -> Path:
    """A folder for the file of each input, in memory where that is to be had."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))


def adds_up(dataset: Dataset) -> None:
    """Rows read = used + rejected + ignored, and every row that is used is there."""
    used: dict[str, int] = {}
    for file in dataset.files:
        rows = file.rows
        assert rows.read == rows.used + rows.rejected + rows.ignored, rows
        assert rows.ignored == sum(file.ignored.values()), (rows, file.ignored)
        assert min(rows.read, rows.used, rows.rejected, rows.ignored, *file.ignored.values(), 0) == 0, rows
        used[file.recognition.kind] = used.get(file.recognition.kind, 0) + rows.used
    assert sum(file.rows.rejected for file in dataset.files) == dataset.rejects.select("path", "row").unique().height
    assert {str(kind): frame.height for kind, frame in dataset.frames.items() if kind in used} == used
    for kind, frame in dataset.frames.items():
        for name, dtype in frame.schema.items():
            if dtype.is_float():
                assert frame[name].drop_nulls().is_finite().all(), (kind, name)
    for found in dataset.findings:
        assert text(found.problem).strip()
        numbers_are_numbers(found.share_of_value, found.code)
        assert found.count >= 0, found
    deals = dataset.frames.get("deals")
    if deals is not None and "outcome" in deals.columns:
        assert set(deals.get_column("outcome").unique()) <= {"won", "lost", "other", "open"}
    if dataset.span is not None:
        assert dataset.span[0] <= dataset.span[1]
    assert all(isinstance(frame, pl.DataFrame) for frame in dataset.entities.values())
