-- What the current rows of these slices are made of from now on.
insert into ops.slice (dataset_code, scope_key, period, fingerprint, row_count, digest, broken_counts)
select
    dataset_code,
    scope_key,
    period,
    fingerprint,
    row_count,
    digest,
    broken_counts
from {slice}
on conflict (dataset_code, scope_key, period) do update
    set
        fingerprint = excluded.fingerprint,
        row_count = excluded.row_count,
        digest = excluded.digest,
        broken_counts = excluded.broken_counts
