-- What SQLite can give of the report, for csvsql --no-inference: all but the five quantiles, for which it has no function.
with export as (
    select
        case "Deal Stage" when 'Closed won' then 'won' when 'Closed lost' then 'lost' when 'Duplicate' then 'other'
        else 'open' end as outcome,
        cast("Amount" as real) as amount,
        cast("Deal probability" as real) as probability,
        julianday(substr("Create Date", 1, 10)) as created,
        julianday(substr("Close Date", 1, 10)) as closing,
        "Associated Company IDs" as company,
        "Deal Type" as type
    from deals
),
day as (select max(max(created), max(closing) filter (where outcome <> 'open')) as as_of from export),
base as (
    select
        count(*) filter (where outcome = 'won') as won_deals,
        count(*) filter (where outcome = 'lost') as lost_deals,
        count(*) filter (where outcome = 'other') as other_deals,
        count(*) filter (where outcome = 'open') as open_deals,
        count(created) as created_deals,
        sum(amount) filter (where outcome = 'won') as revenue,
        avg(amount) filter (where outcome = 'won') as average_deal_size,
        sum(amount) filter (where outcome = 'lost') as lost_amount,
        avg(closing - created) filter (where outcome = 'won' and closing >= created) as sales_cycle_mean,
        sum(amount) filter (where outcome = 'open') as open_pipeline,
        sum(amount * probability) filter (where outcome = 'open') as weighted_pipeline,
        sum(amount) as pipeline_created,
        count(*) filter (where outcome = 'open' and closing < as_of) as overdue_deals
    from export, day
),
largest as (select sum(amount) as amount from (select amount from export where outcome = 'won' order by amount desc limit 10)),
customers as (
    select count(distinct company) as new_customers from (
        select company, type, closing = min(closing) over (partition by company) as is_first
        from export where outcome = 'won' and company is not null
    ) where is_first and type = 'New Business'
)
select
    won_deals, lost_deals, other_deals, open_deals, created_deals, revenue, average_deal_size, sales_cycle_mean,
    open_pipeline, weighted_pipeline, pipeline_created, overdue_deals, new_customers,
    largest.amount / revenue as deal_concentration,
    1.0 * won_deals / (won_deals + lost_deals) as win_rate,
    revenue / (revenue + lost_amount) as win_rate_value,
    1.0 * won_deals / (won_deals + lost_deals + other_deals) as win_rate_broad,
    1.0 * won_deals / created_deals as win_rate_created,
    1.0 * lost_deals / (won_deals + lost_deals) as loss_rate,
    1.0 * won_deals / lost_deals as win_loss_ratio,
    1.0 * open_deals * won_deals / (won_deals + lost_deals) * average_deal_size / sales_cycle_mean as pipeline_velocity
from base, largest, customers
