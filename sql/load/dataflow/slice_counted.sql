-- The rows that break each check, for slices that are new or changed, in one pass; by period and frequency, so that
-- what depends on these alone is asked once a group.
create temp table counted on commit drop as
select
    t.dataset_code,
    t.period,
    t.freq_code,
    count(*) as row_count,
    {digests} as digest,
    array[{counts}]::bigint[] as broken_counts
from ({typed}) as t
group by t.dataset_code, t.period, t.freq_code
