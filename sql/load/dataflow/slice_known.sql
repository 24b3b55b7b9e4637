-- Slices that are what the warehouse holds: what was counted then holds now.
update {slice} as slice
set broken_counts = known.broken_counts
from ops.slice as known
where
    slice.dataset_code = known.dataset_code
    and slice.scope_key = known.scope_key
    and slice.period = known.period
    and slice.fingerprint = known.fingerprint
    and slice.row_count = known.row_count
    and slice.digest = known.digest
    and slice.dataset_code = {scope_dataset}
    and slice.period between {scope_start_period} and {scope_end_period}
