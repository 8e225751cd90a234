-- The bridge between two exports, for csvsql --no-inference. A deal leaves at its last amount: a change of amount stands in
-- a bar of its own.
with pairs as (
    select
        was."Record ID" is null as is_new,
        now."Record ID" is null as is_gone,
        cast(was."Amount" as real) as before,
        cast(now."Amount" as real) as after,
        case was."Deal Stage" when 'Closed won' then 'won' when 'Closed lost' then 'lost' when 'Duplicate' then 'other'
        else iif(was."Record ID" is null, null, 'open') end as old_outcome,
        case now."Deal Stage" when 'Closed won' then 'won' when 'Closed lost' then 'lost' when 'Duplicate' then 'other'
        else iif(now."Record ID" is null, null, 'open') end as outcome,
        was."Record ID" is null and substr(now."Close Date", 1, 10) >= '2026-09-23' as is_late
    from old_deals was full join new_deals now on was."Record ID" = now."Record ID"
),
changes as (
    select round(coalesce(after, 0) - coalesce(before, 0), 2) as change from pairs where old_outcome = 'open' and not is_gone
),
parts as (
    select 'start' as bar, before as value from pairs where old_outcome = 'open'
    union all
    select 'new', after from pairs where is_new and (outcome = 'open' or is_late)
    union all
    select 'reopened', after from pairs where old_outcome <> 'open' and outcome = 'open'
    union all
    select iif(change > 0, 'increased', 'decreased'), change from changes where change <> 0
    union all
    select outcome, -after from pairs where outcome <> 'open' and (old_outcome = 'open' or is_late)
    union all
    select 'removed', -before from pairs where old_outcome = 'open' and is_gone
    union all
    select 'end', after from pairs where outcome = 'open'
)
select bar, sum(value) as value, count(*) as deals from parts group by bar
