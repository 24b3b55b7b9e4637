-- Rows and digests by dataset and period, for a payload of which some slices may be known.
create temp table digested on commit drop as
select
    {dataset} as dataset_code,
    time_period as period,
    count(*) as row_count,
    sum({digest}) as digest
from {raw}
group by {dataset}, time_period
