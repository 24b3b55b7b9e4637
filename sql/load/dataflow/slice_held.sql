-- Slices that differ from what the warehouse holds, where no row of that broke a check and every check was about each:
-- of rows that are still the same no count is lost when they are not counted again.
update {slice} as slice
set held_count = held.row_count
from (
    select
        dataset_code,
        scope_key,
        period,
        fingerprint,
        row_count
    from ops.slice
    where broken_counts = {unbroken}
) as held
where
    slice.dataset_code = held.dataset_code
    and slice.scope_key = held.scope_key
    and slice.period = held.period
    and slice.fingerprint = held.fingerprint
    and slice.broken_counts is null
    and slice.dataset_code = {scope_dataset}
    and slice.period between {scope_start_period} and {scope_end_period}
