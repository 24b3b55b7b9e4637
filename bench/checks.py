"""The 14 checks of bench.source in one statement, as written by hand: the gate is measured against it."""

from __future__ import annotations

import psycopg
from psycopg import sql

from include.load import staging
from include.load.bulk import bulk_batch

BY_HAND = """
select
    count(*) as row_count,
    count(*) filter (where series_key is null) as no_key,
    count(*) filter (where period is null) as no_period,
    count(*) filter (where value is null) as no_value,
    count(*) filter (where freq not in ('M')) as freq,
    count(*) filter (where reporter not in ('BE', 'EU27_2020')) as reporter,
    count(*) filter (where flow not in ('1', '2')) as flow,
    count(*) filter (where indicators not in ('VALUE_IN_EUROS', 'QUANTITY_IN_100KG')) as indicators,
    count(*) filter (where unit_code not in ('EUR')) as unit,
    count(*) filter (where partner !~ '^[A-Z][A-Z0-9_]+$') as partner,
    count(*) filter (where product !~ '^[0-9]{{2,8}}$') as product,
    count(*) filter (where period !~ '^20[0-9]{{2}}-[0-9]{{2}}$') as period,
    count(*) filter (where value not between 0 and 1e12) as value_range,
    count(*) - (select count(*) from (select distinct series_id, period from {typed}) as keys) as repeated
from {typed}
"""


def by_hand(dsn: str, batch: int) -> None:
    """Run the statement on a staged batch, with the memory that the bulk path allows itself."""
    with psycopg.connect(dsn) as conn:
        conn.execute("select set_config('work_mem', %s, true)", (bulk_batch.WORK_MEM,))
        conn.execute(sql.SQL(BY_HAND).format(typed=staging.typed_table(batch))).fetchone()
