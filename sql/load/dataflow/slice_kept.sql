-- How many rows of each slice were found word for word, where each was found once.
update {slice} as slice
set kept_count = slice.row_count - apart.new_count
from (
    select
        held.period,
        count(apart.place) as new_count,
        count(apart.series_id) as gone_count
    from {slice} as held
    left join {apart} as apart on held.period = apart.period
    where held.held_count is not null
    group by held.period
) as apart
where
    slice.period = apart.period
    and slice.held_count - apart.gone_count = slice.row_count - apart.new_count
