-- How many rows a batch's merge closed in its scope without putting another version in their place.
select count(*)
from {table} as gone
where
    gone.known_to = {effective}
    and {scope}
    and not exists (
        select from {table} as kept
        where kept.known_to = 'infinity' and ({kept_key}) = ({gone_key})
    )
