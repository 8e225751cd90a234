"""Stage history that a deals export carries in its own columns: HubSpot's ``Date entered "Stage (Pipeline)"``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.findings import MAX_ROWS, finding
from salesmetrics.ingest.parse.common import Place
from salesmetrics.ingest.settle import parse_beside
from salesmetrics.ingest.table import ROW
from salesmetrics.schema.clock import utc_name
from salesmetrics.schema.fields import ColumnType

if TYPE_CHECKING:
    from salesmetrics.ingest.parse import Parsed, ParseOptions
    from salesmetrics.schema.provenance import Finding

__all__ = ["entered_columns", "stage_entries"]

_LABEL = re.compile(
    r"""^date (entered|exited) ["'“‘„«](?P<stage>.+?)(?: \((?P<pipeline>[^()]+)\))?["'”’“»]$""", re.IGNORECASE
)
_INTERNAL = re.compile(r"^hs_(?:v2_)?date_(entered|exited)_(?P<stage>.+)$", re.IGNORECASE)
_CARRIED = ("owner", "owner_id", "amount")


def entered_columns(headers: list[str]) -> dict[tuple[str, str | None], dict[str, str]]:
    """(stage, pipeline) → ``entered`` and ``exited`` → header. The same stage in another quote style is the same stage.

    >>> entered_columns(['Date entered "Won (Sales)"', "Amount"])
    {('Won', 'Sales'): {'entered': 'Date entered "Won (Sales)"'}}
    """
    found: dict[tuple[str, str | None], dict[str, str]] = {}
    for header in headers:
        match = _LABEL.match(header.strip()) or _INTERNAL.match(header.strip())
        if match is None or match["stage"].casefold() == "current_stage":
            continue
        pipeline = match.groupdict().get("pipeline")
        found.setdefault((match["stage"], pipeline), {}).setdefault(match[1].casefold(), header)
    return found


def stage_entries(
    deals: pl.DataFrame, options: ParseOptions, path: str, table: pl.DataFrame
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """One row per deal and stage that it entered, or None where the export has no such columns.

    Args:
        deals: Canonical deals with ``id``; the history still as text under its headers.
        options: How dates of this file are read.
        path: File, for errors.
        table: The whole table as text: another column can settle how the dates of one are read.

    Returns:
        Canonical stage entries: ``deal_id``, ``stage``, ``pipeline``, ``entered``, ``exited`` (Datetime) and what the deal
        says of its owner and amount, in order of deals and time; ``__row__`` is that of the deal. And which cells could not
        be read.
    """
    found = entered_columns(deals.columns)
    if not found or "id" not in deals.columns:
        return None, []
    findings: list[Finding] = []
    carried = [pl.col(c) for c in _CARRIED if c in deals.columns]
    entries = []
    for (stage, pipeline), headers in found.items():
        if "entered" not in headers:
            continue
        parsed = {name: _instants(deals, header, options, path, table, findings) for name, header in headers.items()}
        times = {name: pl.lit(column.values) for name, column in parsed.items()}
        utc = parsed["entered"].utc
        entries.append(
            deals.select(
                ROW,
                pl.col("id").alias("deal_id"),
                pl.lit(stage).alias("stage"),
                pl.lit(pipeline, dtype=pl.String).alias("pipeline"),
                times["entered"].alias("entered"),
                times.get("exited", pl.lit(None, dtype=pl.Datetime("us"))).alias("exited"),
                *([] if utc is None else [pl.lit(utc).alias(utc_name("entered"))]),
                *carried,
            ).filter(pl.col("entered").is_not_null())
        )
    return (pl.concat(entries, how="diagonal").sort(ROW, "entered", "stage") if entries else None), findings


def _instants(
    deals: pl.DataFrame, header: str, options: ParseOptions, path: str, table: pl.DataFrame, findings: list[Finding]
) -> Parsed:
    rows, text = deals.get_column(ROW), deals[header]
    parsed = parse_beside(Place(header, path, rows, text), ColumnType.INSTANT, options, table)
    if parsed.bad.any():
        reason = "not a date and time" if parsed.why is None else parsed.why.filter(parsed.bad).drop_nulls().first()
        findings.append(
            finding(
                "history_unreadable",
                kind="deals",
                path=path,
                column=header,
                count=int(parsed.bad.sum()),
                rows=rows.filter(parsed.bad).head(MAX_ROWS).to_list(),
                reason=reason or "not a date and time",
                value=text.filter(parsed.bad)[0],
            )
        )
    return parsed
