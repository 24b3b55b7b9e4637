-- The rows of core.contract_feed.
select
    contract_code,
    feed_kind_code,
    conn_id,
    feed_path,
    format_code
from {typed}
