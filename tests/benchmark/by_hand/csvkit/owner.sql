-- The numbers of each owner, for csvsql --no-inference: all but the two medians, for which SQLite has no function.
select
    "Deal owner" as owner,
    count(*) filter (where "Deal Stage" = 'Closed won') as won_deals,
    count(*) filter (where "Deal Stage" = 'Closed lost') as lost_deals,
    count(*) filter (where "Deal Stage" not in ('Closed won', 'Closed lost', 'Duplicate')) as open_deals,
    sum(cast("Amount" as real)) filter (where "Deal Stage" = 'Closed won') as revenue,
    avg(cast("Amount" as real)) filter (where "Deal Stage" = 'Closed won') as average_deal_size,
    avg("Deal Stage" = 'Closed won') filter (where "Deal Stage" in ('Closed won', 'Closed lost')) as win_rate,
    sum(cast("Amount" as real)) filter (where "Deal Stage" not in ('Closed won', 'Closed lost', 'Duplicate')) as open_pipeline
from deals
group by owner
