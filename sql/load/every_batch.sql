-- Checks of every batch, whatever its source, and the last day that it covers. Each check finds the rows that break it.
-- Used by include.load.

-- query: rows_without_required
-- Rows without a value in a column that their table requires.
select incomplete.*
from ({select}) as incomplete
where num_nulls({required}) > 0 and exists (select from {batch});

-- query: rows_outside_scope
-- Rows outside the scope that was asked for.
select outside.*
from ({select}) as outside
where not ({scope}) and exists (select from {batch});

-- query: rows_lost_from_scope
-- One row when a payload holds much less than the current rows of its scope: a fault, not a mass withdrawal.
with

staged as (

    select row_count
    from ({count}) as rows_of_payload

),

held as (

    select count(*) as row_count
    from {table}
    where known_to = 'infinity' and {scope}

)

select
    staged.row_count as staged_count,
    held.row_count as current_count
from staged
cross join held
where staged.row_count < held.row_count * {kept_share} and exists (select from {batch});

-- query: rows_withdrawn
-- How many rows the batch's merge withdrew: closed in its scope, without another version in their place.
select count(*)
from {table} as gone
where
    gone.known_to = {effective}
    and {scope}
    and not exists (
        select from {table} as kept
        where kept.known_to = 'infinity' and ({kept_key}) = ({gone_key})
    );

-- query: corrections_expired
-- Rows that a correction of ours is about, but whose published value is no longer the wrong one that it expects.
select staged.*
from ({select}) as staged
inner join core.correction as correction
    on
        staged.series_id = correction.series_id
        and staged.period = correction.period
        and correction.known_to = 'infinity'
where staged.value is distinct from correction.expected_value and exists (select from {batch});

-- query: covers
-- The last day of the newest period with a value; a source whose typed rows have no period has its own query.
select max(core.period_end(period)) as until_date
from {typed}
where value is not null;
