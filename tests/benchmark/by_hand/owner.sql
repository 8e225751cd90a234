-- Nine numbers for each owner, in DuckDB.
with deals as (
    select
        "Deal owner" as owner,
        case "Deal Stage" when 'Closed won' then 'won' when 'Closed lost' then 'lost' when 'Duplicate' then 'other'
        else 'open' end as outcome,
        "Amount"::decimal(18, 2) as amount,
        "Close Date"::timestamp::date - "Create Date"::timestamp::date as days
    from deals_export
)
select
    owner,
    count(*) filter (outcome = 'won') as won_deals,
    count(*) filter (outcome = 'lost') as lost_deals,
    count(*) filter (outcome = 'open') as open_deals,
    sum(amount) filter (outcome = 'won') as revenue,
    sum(amount) filter (outcome = 'won') / count(amount) filter (outcome = 'won') as average_deal_size,
    quantile_cont(amount::double, 0.5) filter (outcome = 'won') as median_deal_size,
    won_deals / (won_deals + lost_deals) as win_rate,
    quantile_cont(days, 0.5) filter (outcome = 'won' and days >= 0) as sales_cycle_median,
    sum(amount) filter (outcome = 'open') as open_pipeline
from deals
group by owner
order by owner;
