-- What was counted, by slice.
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
        from counted
        cross join unnest(counted.broken_counts) with ordinality as numbered (number, position)
        group by counted.dataset_code, counted.period, numbered.position
    ) as totals
    group by dataset_code, period
) as summed
where
    slice.dataset_code is not distinct from summed.dataset_code
    and slice.period is not distinct from summed.period
    and slice.broken_counts is null
