-- DuckDB reads the CSV output directly: duckdb -c ".read from_duckdb.sql"
-- First run: salesmetrics report deals.csv --by owner --format csv -o report.csv
select owner, value::double as win_rate, n::int as decided
from read_csv('report.csv', header = true, all_varchar = true)
where metric = 'win_rate' and owner is not null
order by win_rate desc;
