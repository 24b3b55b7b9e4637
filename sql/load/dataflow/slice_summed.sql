-- What was counted, by slice. Rows that were kept uncounted break nothing, and every check is about them: the second
-- number of each.
update {slice} as slice
set broken_counts = summed.broken_counts
from (
    select
        dataset_code,
        period,
        array_agg(total order by position) as broken_counts
    from (
        select
            counted.dataset_code,
            counted.period,
            numbered.position,
            sum(numbered.number) as total
        from (
            select
                dataset_code,
                period,
                broken_counts
            from counted
            union all
            select
                dataset_code,
                period,
                {kept} as broken_counts
            from {slice}
            where held_count is not null
        ) as counted
        cross join unnest(counted.broken_counts) with ordinality as numbered (number, position)
        group by counted.dataset_code, counted.period, numbered.position
    ) as totals
    group by dataset_code, period
) as summed
where
    slice.dataset_code is not distinct from summed.dataset_code
    and slice.period is not distinct from summed.period
    and slice.broken_counts is null
