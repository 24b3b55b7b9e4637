-- A row when a payload holds much less than what is current in its scope: a fault, not a mass withdrawal.
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
where staged.row_count < held.row_count * {kept_share} and exists (select from {batch})
