-- The 26 numbers of the report, in DuckDB, for exactly this export: one query over the view deals_export.
with deals as (
    select
        case "Deal Stage" when 'Closed won' then 'won' when 'Closed lost' then 'lost' when 'Duplicate' then 'other'
        else 'open' end as outcome,
        "Amount"::decimal(18, 2) as amount,
        "Deal probability"::decimal(18, 2) as probability,
        "Create Date"::timestamp::date as created,
        "Close Date"::timestamp::date as closing,
        "Associated Company IDs" as company,
        "Deal Type" as type
    from deals_export
),
day as (select greatest(max(created), max(closing) filter (outcome <> 'open')) as as_of from deals),
base as (
    select
        count(*) filter (outcome = 'won') as won_deals,
        count(*) filter (outcome = 'lost') as lost_deals,
        count(*) filter (outcome = 'other') as other_deals,
        count(*) filter (outcome = 'open') as open_deals,
        count(created) as created_deals,
        sum(amount) filter (outcome = 'won') as revenue,
        sum(amount) filter (outcome = 'won') / count(amount) filter (outcome = 'won') as average_deal_size,
        quantile_cont(amount::double, 0.5) filter (outcome = 'won') as median_deal_size,
        list_sum(max(amount, 10) filter (outcome = 'won')) as largest,
        sum(amount) filter (outcome = 'lost') as lost_amount,
        avg(closing - created) filter (outcome = 'won' and closing >= created) as sales_cycle_mean,
        quantile_cont(closing - created, 0.5) filter (outcome = 'won' and closing >= created) as sales_cycle_median,
        quantile_cont(closing - created, 0.9) filter (outcome = 'won' and closing >= created) as sales_cycle_p90,
        quantile_cont(closing - created, 0.5) filter (outcome = 'lost' and closing >= created) as time_to_loss_median,
        quantile_cont(as_of - created, 0.5) filter (outcome = 'open') as deal_age_median,
        sum(amount) filter (outcome = 'open') as open_pipeline,
        sum(amount * probability) filter (outcome = 'open') as weighted_pipeline,
        sum(amount) as pipeline_created,
        count(*) filter (outcome = 'open' and closing < as_of) as overdue_deals
    from deals, day
)
select
    * exclude (largest, lost_amount),
    (
        select count(distinct company) from (
            select company, type, closing = min(closing) over (partition by company) as is_first
            from deals where outcome = 'won' and company is not null
        ) where is_first and type = 'New Business'
    ) as new_customers,
    (largest / revenue)::double as deal_concentration,
    won_deals / (won_deals + lost_deals) as win_rate,
    (revenue / (revenue + lost_amount))::double as win_rate_value,
    won_deals / (won_deals + lost_deals + other_deals) as win_rate_broad,
    won_deals / created_deals as win_rate_created,
    lost_deals / (won_deals + lost_deals) as loss_rate,
    won_deals / lost_deals as win_loss_ratio,
    open_deals * win_rate * average_deal_size / sales_cycle_mean as pipeline_velocity
from base;
