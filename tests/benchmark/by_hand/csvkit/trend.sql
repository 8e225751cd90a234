-- The win rate of each month, for csvsql --no-inference.
select
    substr("Close Date", 1, 7) as month,
    sum("Deal Stage" = 'Closed won') as won,
    count(*) as closed,
    avg("Deal Stage" = 'Closed won') as win_rate
from deals
where "Deal Stage" in ('Closed won', 'Closed lost')
group by month
