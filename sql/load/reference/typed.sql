-- A table of include/sources/reference, typed.
select
    row_id,
    {typed_columns}
from {raw}
