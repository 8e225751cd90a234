"""Lost deals once more, as DuckDB SQL over the raw text of the example exports: no code is shared with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

__all__ = ["lost_by"]

LOST = """
WITH lost AS (
  SELECT "Record ID" AS id, nullif(trim("Closed Lost Reason"), '') AS reason, nullif("Deal owner", '') AS owner,
         nullif("Product", '') AS product, nullif("HubSpot Team", '') AS team,
         TRY_CAST(nullif("Amount", '') AS DECIMAL(38, 4)) AS amount,
         CAST(TRY_CAST("Create Date" AS TIMESTAMP) AS DATE) AS created,
         CAST(TRY_CAST("Close Date" AS TIMESTAMP) AS DATE) AS closed
  FROM read_csv('{deals}', all_varchar = true, header = true, null_padding = true, strict_mode = false,
                allow_quoted_nulls = false)
  WHERE "Deal Stage" = 'Closed lost' AND "Associated Company IDs" IS NOT NULL
    AND (nullif("Amount", '') IS NULL OR TRY_CAST("Amount" AS DECIMAL(38, 4)) IS NOT NULL)
    AND (nullif("Create Date", '') IS NULL OR TRY_CAST("Create Date" AS TIMESTAMP) IS NOT NULL)
    AND (nullif("Close Date", '') IS NULL OR TRY_CAST("Close Date" AS TIMESTAMP) IS NOT NULL)
), last AS (
  SELECT "Deal ID" AS id, arg_max("To Stage", "Entered") AS stage
  FROM read_csv('{stages}', all_varchar = true, header = true)
  WHERE "To Stage" NOT IN ('Closed lost', 'Closed won', 'Void', 'Duplicate') GROUP BY 1
), told AS (
  SELECT lost.*, last.stage, closed - created AS days,
    CASE WHEN days < 0 THEN NULL WHEN days <= 7 THEN '0-7' WHEN days <= 30 THEN '8-30' WHEN days <= 90 THEN '31-90'
         WHEN days <= 180 THEN '91-180' WHEN days <= 365 THEN '181-365' WHEN days > 365 THEN '366+' END AS age
  FROM lost LEFT JOIN last USING (id)
)
SELECT {view}, {by}, count(*), sum(amount) FROM told WHERE closed >= DATE '{start}' AND closed < DATE '{end}' GROUP BY 1, 2
"""


def lost_by(
    deals: Path, stages: Path, view: str, by: str | None, start: str, end: str
) -> dict[tuple[str | None, str | None], tuple[int, Decimal | None]]:
    """View and segment → number and value of lost deals of a period."""
    query = LOST.format(deals=deals, stages=stages, view=view, by=by or "NULL", start=start, end=end)
    rows: list[Any] = duckdb.connect().execute(query).fetchall()
    return {(item, group): (count, value) for item, group, count, value in rows}
