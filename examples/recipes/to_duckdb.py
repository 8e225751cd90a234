"""Load reports into DuckDB, one row per value, to compare weeks in SQL.

python to_duckdb.py HISTORY.duckdb REPORT.csv [REPORT.csv ...]

A report that is loaded again replaces its earlier rows. Create the report of a week with
`salesmetrics report FILE --as-of today --period last-week --format csv -o 2026-W47.csv`.
"""

import sys
from pathlib import Path

import duckdb

database, *reports = sys.argv[1:]
with duckdb.connect(database) as connection:
    for report in reports:
        rows = connection.read_csv(report, header=True, all_varchar=True)
        connection.execute("create table if not exists kpis as select ''::varchar as report, * from rows limit 0")
        connection.execute("delete from kpis where report = ?", [Path(report).stem])
        connection.execute("insert into kpis by name select ?::varchar as report, * from rows", [Path(report).stem])
    print(
        connection.sql("select report, value::double as win_rate from kpis where metric = 'win_rate' order by report")
    )
