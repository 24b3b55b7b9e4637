-- A table of include/reference, typed.
select
    row_id,
    {typed_columns}
from {raw}
