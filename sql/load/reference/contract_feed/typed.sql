-- include/reference/contract_feed.csv, typed.
select
    row_id,
    contract_code,
    feed_kind_code,
    conn_id,
    feed_path,
    format_code
from {raw}
