-- The slices of a payload, one per dataset and period: how many rows, and the sum of their digests. The first day of
-- the period is made here, once a slice.
create unlogged table {slice} as
select
    dataset_code,
    {scope_key}::text as scope_key,
    period,
    core.period_start(period) as period_start_date,
    {fingerprint}::text as fingerprint,
    sum(row_count)::bigint as row_count,
    sum(digest) as digest,
    null::bigint[] as broken_counts,
    null::bigint as held_count,
    0::bigint as kept_count,
    {merge_id}::bigint as merge_id
from {digested}
group by dataset_code, period
