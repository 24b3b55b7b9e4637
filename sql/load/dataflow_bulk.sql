-- Bulk payloads of SDMX dataflows, in the order in which include.load.bulk runs these queries.
-- A slice is a dataset and a period. ops.slice holds, per slice, what its current rows were made of: their number, the
-- sum of their digests, and how many of them broke each check.

-- query: newest_merge
-- The newest merge that changed current rows in the periods that a payload speaks for; 0 for none.
select coalesce(max(merged.merge_id), 0) as merge_id
from ops.merge as merged
inner join ops.batch as batch on merged.batch_id = batch.batch_id
inner join landing.payload as payload on batch.payload_id = payload.payload_id
where
    merged.target = 'core.observation'
    and merged.inserted_row_count + merged.closed_row_count > 0
    and coalesce(payload.scope ->> 'dataset', {scope_dataset}) = {scope_dataset}
    and coalesce(payload.scope ->> 'start_period', '') <= {scope_end_period}
    and coalesce(payload.scope ->> 'end_period', {scope_end_period}) >= {scope_start_period};

-- query: slice_digests
-- The number of rows and the sum of their digests per slice, for a payload that may hold known slices.
create temp table slice_digests on commit drop as
select
    {dataset} as dataset_code,
    time_period as period,
    count(*) as row_count,
    sum({digest}) as digest
from {raw}
group by {dataset}, time_period;

-- query: slices
-- The slices of a payload. The first day of the period is computed here, once per slice.
create unlogged table {slices} as
select
    dataset_code,
    {scope_key}::text as scope_key,
    period,
    core.period_start(period) as period_start_date,
    {fingerprint}::text as fingerprint,
    sum(row_count)::bigint as row_count,
    sum(digest) as digest,
    null::bigint[] as broken_counts,
    null::bigint as baseline_count,
    0::bigint as unchanged_count,
    {merge_id}::bigint as merge_id
from {summed}
group by dataset_code, period;

-- query: slice_match
-- Slices that are the same as in the warehouse take over the counts of their checks.
update {slices} as slice
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
    and slice.period between {scope_start_period} and {scope_end_period};

-- query: slice_baseline
-- Slices that differ from the warehouse, but whose current rows broke no check: their unchanged rows need no counting.
update {slices} as slice
set baseline_count = baseline.row_count
from (
    select
        dataset_code,
        scope_key,
        period,
        fingerprint,
        row_count
    from ops.slice
    where broken_counts = {unbroken}
) as baseline
where
    slice.dataset_code = baseline.dataset_code
    and slice.scope_key = baseline.scope_key
    and slice.period = baseline.period
    and slice.fingerprint = baseline.fingerprint
    and slice.broken_counts is null
    and slice.dataset_code = {scope_dataset}
    and slice.period between {scope_start_period} and {scope_end_period};

-- query: changed_rows
-- The rows of a payload that differ from the current rows, by their place, and the current rows that the payload lacks;
-- outside known slices. Rows are compared as text, which types nothing. A row with other text for the same value (a
-- power of ten, an embargo, a number not as we print it) is listed too, to be typed and compared. So is every row of a
-- slice without a baseline.
create unlogged table {changed} as
with

known as (

    select
        series_id,
        period,
        case
            when embargo_until is null then hashtextextended(
                coalesce(decimals::text, chr(127)),
                hashtextextended(
                    status_code,
                    hashtextextended(coalesce(value::text, chr(127)), hashtextextended(period, series_id))
                )
            )
        end as row_hash
    from core.observation
    where known_to = 'infinity' and {scope} and {is_known_outside}

),

staged as (

    select
        raw.ctid as place,
        time_period as period,
        case
            when
                coalesce({multiplier}, '0') = '0'
                and nullif({embargo}, '') is null
                and {is_comparable}
                then hashtextextended(
                    coalesce({decimals}, chr(127)),
                    hashtextextended(
                        coalesce({status}, ''),
                        hashtextextended(
                            case
                                when strpos(obs_value, '.') > 0 then rtrim(rtrim(obs_value, '0'), '.')
                                else coalesce(obs_value, chr(127))
                            end,
                            hashtextextended(time_period, core.series_id({dataset}, {key}))
                        )
                    )
                )
        end as row_hash
    from {raw} as raw
    where {is_outside}

)

select
    staged.place,
    known.series_id,
    coalesce(staged.period, known.period) as period
from staged
full join known on staged.row_hash = known.row_hash
where staged.place is null or known.series_id is null;

-- query: slice_unchanged_rows
-- The number of rows of each slice that are unchanged, where each current row was met at most once.
update {slices} as slice
set unchanged_count = slice.row_count - changed.new_count
from (
    select
        compared.period,
        count(changed.place) as new_count,
        count(changed.series_id) as gone_count
    from {slices} as compared
    left join {changed} as changed on compared.period = changed.period
    where compared.baseline_count is not null
    group by compared.period
) as changed
where
    slice.period = changed.period
    and slice.baseline_count - changed.gone_count = slice.row_count - changed.new_count;

-- query: series_keys
-- The columns that the series of a payload are made of, as text, one row per combination.
create unlogged table {series_keys} as select distinct {series_columns} from {raw};  -- noqa: AM01

-- query: slice_counts
-- The rows that break each check, in one pass over the rows of new and changed slices; grouped by period and frequency,
-- so that a check on these columns alone is evaluated once per group.
create temp table slice_counts on commit drop as
select
    t.dataset_code,
    t.period,
    t.freq_code,
    count(*) as row_count,
    {digests} as digest,
    array[{counts}]::bigint[] as broken_counts
from ({typed}) as t
group by t.dataset_code, t.period, t.freq_code;

-- query: slice_sums
-- The counts summed per slice. Unchanged rows were not counted: they break no check, and every check is about all of
-- them, which is the second number of each check.
update {slices} as slice
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
            from slice_counts
            union all
            select
                dataset_code,
                period,
                {unchanged} as broken_counts
            from {slices}
            where baseline_count is not null
        ) as counted
        cross join unnest(counted.broken_counts) with ordinality as numbered (number, position)
        group by counted.dataset_code, counted.period, numbered.position
    ) as totals
    group by dataset_code, period
) as summed
where
    slice.dataset_code is not distinct from summed.dataset_code
    and slice.period is not distinct from summed.period
    and slice.broken_counts is null;

-- query: known_slices
-- Slices that are the same as in the warehouse: the merge leaves them out.
select
    slice.dataset_code,
    slice.period,
    slice.row_count
from {slices} as slice
inner join ops.slice as known
    using (dataset_code, scope_key, period, fingerprint, row_count, digest);

-- query: changed_places
-- The places of the current rows that the payload lacks; nothing is faster than to find a row by its place. They are
-- looked up by key only when the batch is merged, because a table may have been rewritten since the comparison.
create temp table changed_places on commit drop as
select known.ctid as place
from {changed} as changed
inner join core.observation as known using (series_id, period)
where known.known_to = 'infinity' and known.dataset_code = {scope_dataset};

-- query: slice_upsert
-- The slices after the merge, which runs this last.
insert into ops.slice (dataset_code, scope_key, period, fingerprint, row_count, digest, broken_counts)
select
    dataset_code,
    scope_key,
    period,
    fingerprint,
    row_count,
    digest,
    broken_counts
from {slices}
on conflict (dataset_code, scope_key, period) do update
    set
        fingerprint = excluded.fingerprint,
        row_count = excluded.row_count,
        digest = excluded.digest,
        broken_counts = excluded.broken_counts;

-- query: covers
-- The last day of the newest period that a bulk payload has rows for.
select max(core.period_end(period)) as until_date from {slices};
