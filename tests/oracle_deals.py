"""The KPIs of deals once more, as DuckDB SQL over the raw text of an export: no code is shared with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

MAVEN = """
SELECT CASE deal_stage WHEN 'Won' THEN 'won' WHEN 'Lost' THEN 'lost' ELSE 'open' END AS outcome,
       CAST(nullif(close_value, '') AS DECIMAL(38, 4)) AS amount,
       CAST(nullif(engage_date, '') AS DATE) AS created,
       CASE WHEN deal_stage IN ('Won', 'Lost') THEN CAST(nullif(close_date, '') AS DATE) END AS closed,
       CASE WHEN deal_stage NOT IN ('Won', 'Lost') THEN CAST(nullif(close_date, '') AS DATE) END AS expected_close,
       CAST(NULL AS DOUBLE) AS probability,
       nullif(account, '') AS account, sales_agent AS owner, product, false AS of_customer
FROM read_csv('{path}', all_varchar = true, header = true)
"""

ZOHO = """
SELECT CASE WHEN "Forecast Type" = 'Won' THEN 'won' WHEN "Forecast Type" = 'Lost' THEN 'lost' ELSE 'open' END AS outcome,
       CAST(replace(replace(nullif("Amount", ''), '$', ''), ',', '') AS DECIMAL(38, 4)) AS amount,
       CAST(strptime("Created Time", '%d %b, %Y %H:%M:%S') AS DATE) AS created,
       CASE WHEN "Forecast Type" <> 'Open' THEN CAST(strptime("Closing Date", '%d %b, %Y %H:%M:%S') AS DATE) END AS closed,
       CASE WHEN "Forecast Type" = 'Open' THEN CAST(strptime("Closing Date", '%d %b, %Y %H:%M:%S') AS DATE) END
         AS expected_close,
       CAST(nullif("Probability", '') AS DECIMAL(9, 4)) / 100 AS probability,
       CAST(NULL AS VARCHAR) AS account, "Potential Owner" AS owner, nullif("Lead Source", '') AS source, false AS of_customer
FROM read_csv('{path}', all_varchar = true, header = true)
"""

HUBSPOT = """
SELECT CASE WHEN lower("Deal Stage") = 'closed won' THEN 'won' WHEN lower("Deal Stage") = 'closed lost' THEN 'lost'
            WHEN lower("Deal Stage") IN ({other}) THEN 'other' ELSE 'open' END AS outcome,
       TRY_CAST(nullif("Amount", '') AS DECIMAL(38, 4)) AS amount,
       CAST(TRY_CAST("Create Date" AS TIMESTAMP) AS DATE) AS created,
       CASE WHEN outcome <> 'open' THEN CAST(TRY_CAST("Close Date" AS TIMESTAMP) AS DATE) END AS closed,
       CASE WHEN outcome = 'open' THEN CAST(TRY_CAST("Close Date" AS TIMESTAMP) AS DATE) END AS expected_close,
       TRY_CAST(nullif("Deal probability", '') AS DECIMAL(9, 4)) AS probability,
       coalesce(nullif("Associated Company IDs", ''), nullif("Associated Company", '')) AS account,
       nullif("Deal owner", '') AS owner, nullif("Region", '') AS region,
       "Deal Type" IN ('Renewal', 'Expansion') AS of_customer
FROM read_csv('{path}', all_varchar = true, header = true, null_padding = true, strict_mode = false,
              allow_quoted_nulls = false)
WHERE "Associated Company IDs" IS NOT NULL AND "Record ID" <> 'Total'
  AND (nullif("Amount", '') IS NULL OR TRY_CAST("Amount" AS DECIMAL(38, 4)) IS NOT NULL)
  AND (nullif("Create Date", '') IS NULL OR TRY_CAST("Create Date" AS TIMESTAMP) IS NOT NULL)
  AND (nullif("Close Date", '') IS NULL OR TRY_CAST("Close Date" AS TIMESTAMP) IS NOT NULL)
"""

KPIS = """
WITH b AS (
  SELECT {by} AS g,
    count(*) FILTER (outcome = 'won') AS won, count(*) FILTER (outcome = 'lost') AS lost,
    count(*) FILTER (outcome = 'other') AS other, count(*) FILTER (outcome = 'open') AS open,
    count(created) AS created, count(created) FILTER (outcome = 'won') AS created_won,
    sum(amount) FILTER (outcome = 'won') AS won_amount, count(amount) FILTER (outcome = 'won') AS won_priced,
    sum(amount) FILTER (outcome = 'lost') AS lost_amount, count(amount) FILTER (outcome = 'lost') AS lost_priced,
    sum(amount) FILTER (outcome = 'other') AS other_amount, count(amount) FILTER (outcome = 'other') AS other_priced,
    avg(CAST(amount AS DOUBLE)) FILTER (outcome = 'won') AS won_mean,
    avg(CAST(amount AS DOUBLE)) FILTER (outcome = 'lost') AS lost_mean,
    avg(CAST(amount AS DOUBLE)) FILTER (outcome = 'open') AS open_mean,
    median(amount) FILTER (outcome = 'won') AS won_median,
    list_sum(list_slice(list_reverse_sort(list(amount) FILTER (outcome = 'won' AND amount IS NOT NULL)), 1, 10)) AS top,
    avg(closed - created) FILTER (outcome = 'won' AND closed >= created) AS cycle_mean,
    quantile_cont(closed - created, 0.5) FILTER (outcome = 'won' AND closed >= created) AS cycle_median,
    quantile_cont(closed - created, 0.9) FILTER (outcome = 'won' AND closed >= created) AS cycle_p90,
    quantile_cont(closed - created, 0.5) FILTER (outcome = 'lost' AND closed >= created) AS loss_median,
    quantile_cont(DATE '{as_of}' - created, 0.5) FILTER (outcome = 'open') AS age_median,
    sum(amount) FILTER (outcome = 'open') AS open_amount, count(amount) FILTER (outcome = 'open') AS open_priced,
    sum(amount * probability) FILTER (outcome = 'open') AS weighted,
    sum(amount) FILTER (created IS NOT NULL) AS created_amount,
    count(*) FILTER (outcome = 'open' AND expected_close < DATE '{as_of}') AS overdue,
    count(expected_close) FILTER (outcome = 'open') AS planned,
    sum(amount) FILTER (outcome = 'open' AND expected_close < DATE '{as_of}') AS overdue_amount,
    sum(amount) FILTER (outcome = 'open' AND expected_close IS NOT NULL) AS due_amount,
    count(DISTINCT account) FILTER (outcome = 'won' AND closed = first_win AND NOT of_customer) AS new_customers
  FROM (SELECT *, min(closed) FILTER (outcome = 'won') OVER (PARTITION BY account) AS first_win FROM d)
  GROUP BY ALL)
SELECT g,
  CASE WHEN won = 0 THEN 0 ELSE won_amount END AS revenue,
  new_customers, won AS won_deals, lost AS lost_deals, other AS other_deals, open AS open_deals, created AS created_deals,
  won / nullif(won + lost, 0) AS win_rate,
  CASE WHEN (won = 0 OR won_priced > 0) AND (lost = 0 OR lost_priced > 0)
    AND (lost = 0 OR coalesce(won_amount, 0) = 0 OR coalesce(lost_amount, 0) > 0) THEN
    coalesce(won_amount, 0) / nullif(coalesce(won_amount, 0) + coalesce(lost_amount, 0), 0) END AS win_rate_value,
  won / nullif(won + lost + other, 0) AS win_rate_broad, created_won / nullif(created, 0) AS win_rate_created,
  lost / nullif(won + lost, 0) AS loss_rate, won / nullif(lost, 0) AS win_loss_ratio,
  won_mean AS average_deal_size, won_median AS median_deal_size,
  CASE WHEN won_priced > 10 THEN top / nullif(won_amount, 0) END AS deal_concentration,
  cycle_mean AS sales_cycle_mean, cycle_median AS sales_cycle_median, cycle_p90 AS sales_cycle_p90,
  loss_median AS time_to_loss_median, age_median AS deal_age_median,
  open * (won / nullif(won + lost, 0)) * won_mean / nullif(cycle_mean, 0) AS pipeline_velocity,
  CASE WHEN open = 0 THEN 0 ELSE open_amount END AS open_pipeline,
  CASE WHEN open = 0 THEN 0 ELSE weighted END AS weighted_pipeline,
  CASE WHEN created = 0 THEN 0 ELSE created_amount END AS pipeline_created,
  CASE WHEN planned > 0 THEN overdue END AS overdue_deals,
  CASE WHEN overdue = 0 THEN 0 ELSE overdue_amount END AS overdue_pipeline,
  CASE WHEN planned = 0 THEN 0 ELSE due_amount END AS pipeline_due,
  CASE WHEN lost = 0 THEN 0 ELSE lost_amount END AS lost_value,
  CASE WHEN other = 0 THEN 0 ELSE other_amount END AS other_value,
  lost_mean AS average_lost_deal_size, open_mean AS average_open_deal_size
FROM b
"""


def kpis_of(path: Path, source: str, by: str, as_of: date, **words: str) -> dict[str | None, dict[str, Any]]:
    """Every KPI of deals, per group; ``by`` is an SQL expression over the view."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW d AS {source.format(path=path, **words)}")
        result = connection.execute(KPIS.format(by=by, as_of=as_of))
        names = [column[0] for column in result.description or []]
        rows = result.fetchall()
    return {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in rows}
