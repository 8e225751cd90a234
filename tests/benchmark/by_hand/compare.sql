-- The bridge from the pipeline of one export to that of the next, in DuckDB, over the views old_export and new_export.
-- A deal leaves at its last amount: a change of amount stands in a bar of its own.
with pairs as (
    select
        was."Record ID" is null as is_new,
        now."Record ID" is null as is_gone,
        was."Amount"::decimal(18, 2) as before,
        now."Amount"::decimal(18, 2) as after,
        case was."Deal Stage" when 'Closed won' then 'won' when 'Closed lost' then 'lost' when 'Duplicate' then 'other'
        else if(is_new, null, 'open') end as old_outcome,
        case now."Deal Stage" when 'Closed won' then 'won' when 'Closed lost' then 'lost' when 'Duplicate' then 'other'
        else if(is_gone, null, 'open') end as outcome,
        is_new and outcome <> 'open' and now."Close Date"::timestamp::date >= date '2026-09-23' as passed_through
    from old_export was full join new_export now on was."Record ID" = now."Record ID"
),
parts as (
    select 'start' as bar, before as value from pairs where old_outcome = 'open'
    union all
    select 'new', after from pairs where is_new and (outcome = 'open' or passed_through)
    union all
    select 'reopened', after from pairs where old_outcome <> 'open' and outcome = 'open'
    union all
    select if(change > 0, 'increased', 'decreased'), change
    from (select coalesce(after, 0) - coalesce(before, 0) as change from pairs where old_outcome = 'open' and not is_gone)
    where change <> 0
    union all
    select outcome, -after from pairs where outcome <> 'open' and (old_outcome = 'open' or passed_through)
    union all
    select 'removed', -before from pairs where old_outcome = 'open' and is_gone
    union all
    select 'end', after from pairs where outcome = 'open'
)
select bar, sum(value) as value, count(*) as deals from parts group by bar order by bar;
