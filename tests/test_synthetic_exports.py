"""Every profile reads an export made of its own names, in its own dialect, cell for cell."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import pytest

from salesmetrics.ingest.read import Dataset, load
from salesmetrics.ingest.recognise.profile import GENERIC, Layout, Profile, parse_profile
from salesmetrics.ingest.table.table import ROW
from synthetic_export import ROWS, Synthetic, build

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from salesmetrics.schema.kinds import Kind

FILES = [
    parse_profile(file.read_text(encoding="utf-8"))
    for file in sorted(
        (resources.files("salesmetrics.ingest.recognise") / "profiles").iterdir(), key=lambda file: file.name
    )
]
LAYOUTS = [
    pytest.param(profile, kind, layout, id="-".join(filter(None, (profile.name, kind, layout.name))))
    for profile in FILES
    for kind, layouts in profile.kind.items()
    for layout in layouts
]
DERIVED = {
    "deals": {"close_date", "closed", "won_on", "lost_on", "expected_close"},
    "activities": {"type", "direction", "is_completed"},
    "leads": {"is_converted"},
    "revenue": {"movement"},
    "surveys": {"type"},
    "costs": {"category"},
}
"""Columns that are not kept as they stand, but made into others; what becomes of them is tested by name."""


def read(tmp_path: Path, export: Synthetic) -> Dataset:
    path = tmp_path / export.name
    path.write_bytes(export.data)
    return load([str(path)])


@pytest.mark.parametrize(("profile", "kind", "layout"), LAYOUTS)
def test_an_export_of_its_own_is_read_back(tmp_path: Path, profile: Profile, kind: Kind, layout: Layout) -> None:
    export = build(profile, kind, layout)
    dataset = read(tmp_path, export)
    (file,) = dataset.files
    assert file.recognition.kind == kind
    if not profile.name.startswith(GENERIC):
        assert file.recognition.profile == profile.name
    assert (file.rows.used, file.rows.rejected) == (ROWS, 0), [f.message for f in dataset.findings]
    frame = dataset.frames[kind].sort(ROW)
    seen = {name: frame[name].to_list() for name in export.expected if name in frame.columns}
    missing = export.expected.keys() - seen.keys() - DERIVED.get(kind, set())
    assert len(missing) <= (2 if profile.name.startswith("generic_") else 0), missing
    for name, values in export.expected.items():
        if name in seen and name not in DERIVED.get(kind, set()):
            assert seen[name] == values, name
    assert derived(frame, kind) == meant(export, kind, frame)
    said = {f.code for f in dataset.findings}
    assert not said & {"cells_unreadable", "encoding_uncertain", "quotes_odd", "stage_words_unknown", "identical_rows"}


def derived(frame: pl.DataFrame, kind: str) -> dict[str, list[object]]:
    """The columns that the reader makes out of others."""
    names = {"deals": ("outcome", "closed", "expected_close"), "leads": ("outcome",)}.get(kind, ())
    names = ("type", "direction", "is_completed") if kind == "activities" else names
    return {name: frame[name].to_list() for name in names if name in frame.columns}


def meant(export: Synthetic, kind: str, frame: pl.DataFrame) -> dict[str, list[object]]:
    """What these columns must hold, told from the values that were written; as read where nothing was written."""
    told = {"deals": meant_deals, "leads": meant_leads, "activities": meant_activities}
    said = told[kind](export) if kind in told else {}
    return derived(frame, kind) | {name: values for name, values in said.items() if name in frame.columns}


def meant_deals(export: Synthetic) -> dict[str, list[object]]:
    cells, outcomes, nothing = export.expected, export.outcomes, [None] * ROWS
    ends = [cells[name] for name in ("won_on", "lost_on", "closed", "close_date") if name in cells]
    closed = [next((day for day in days if day is not None), None) for days in zip(*ends, nothing, strict=True)]
    single = cells.get("close_date", nothing)
    expected = [day if outcome == "open" else None for outcome, day in zip(outcomes, single, strict=True)]
    return {
        "outcome": list(outcomes),
        "closed": [None if outcome == "open" else day for outcome, day in zip(outcomes, closed, strict=True)],
        "expected_close": cells.get("expected_close", expected),
    }


def meant_leads(export: Synthetic) -> dict[str, list[object]]:
    # Without a status nothing says that a lead was turned down.
    known = "status" in export.expected
    return {"outcome": [said if known or said == "converted" else "open" for said in export.outcomes]}


def meant_activities(export: Synthetic) -> dict[str, list[object]]:
    said: dict[str, list[object]] = {}
    if "type" in export.expected:
        said["type"] = [("call", "email", "meeting")[row % 3] for row in range(ROWS)]
    if "direction" in export.expected:
        said["direction"] = [("inbound", "outbound")[row % 2] for row in range(ROWS)]
    if export.expected.keys() & {"is_completed", "status"}:
        said["is_completed"] = [row % 2 == 0 for row in range(ROWS)]
    return said
