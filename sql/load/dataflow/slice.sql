-- The slices of a payload, one per dataset and period: how many rows, and a sum of a hash of each. The time of release
-- is no part of the hash: a row that is published again unchanged is unchanged. The hash is of the row's text as one:
-- PostgreSQL's own hash of a record is a weighted sum of its fields' hashes, so that two rows which exchange their
-- values would add up to the same.
create unlogged table {slice} as
select
    {dataset} as dataset_code,
    {scope_key}::text as scope_key,
    time_period as period,
    {fingerprint}::text as fingerprint,
    count(*) as row_count,
    sum(hashtextextended(row({digest})::text, 0)) as digest,
    null::bigint[] as broken_counts
from {raw}
group by {dataset}, time_period
