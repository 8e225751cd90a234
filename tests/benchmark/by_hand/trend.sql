-- The win rate of each month, in DuckDB.
select
    strftime("Close Date"::timestamp, '%Y-%m') as month,
    count(*) filter ("Deal Stage" = 'Closed won') as won,
    count(*) as closed,
    won / closed as win_rate
from deals_export
where "Deal Stage" in ('Closed won', 'Closed lost')
group by month
order by month;
