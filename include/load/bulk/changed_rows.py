"""What sets a bulk payload apart from what is current: of a re-publication with changes in every slice, a few rows.

The slices that differ are compared row by row, by what the rows say (sql/load/dataflow/apart.sql). What is the same
word for word is neither typed, counted nor merged again: the checks of all rows of its slice held when it was loaded.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from include import warehouse
from include.ledger.batches import Batch
from include.load import staging
from include.load.bulk.typing_views import FOLDER, number, row_count, run, words

# Where more than this part of a payload is new, there is little to leave out.
MOST_SHARE = 0.5


def find(conn: psycopg.Connection, batch: Batch, checks: int) -> sql.Composable | None:
    """Compare the slices that are not known, and say the raw rows of them that no current row is word for word.

    Args:
        conn: the transaction that stages.
        batch: the batch, whose slices are digested and not counted yet.
        checks: how many checks are counted beside the row rules, with two numbers each.

    Returns:
        None when there is nothing to compare with, a row comes twice, or most rows are new.
    """
    scope, unbroken = _scope(batch), counts_of(batch, checks, "row_count")
    if scope is None or not (held := run(conn, batch, "slice_held.sql", unbroken=unbroken)):
        return None
    run(conn, batch, "apart.sql", scope=scope, **_periods(conn, batch))
    conn.execute(sql.SQL("analyze {}").format(staging.apart_table(batch.batch_id)))
    is_once = run(conn, batch, "slice_kept.sql") == held
    if is_once and _new_count(conn, batch) <= MOST_SHARE * row_count(conn, batch):
        return rows(batch)
    conn.execute(sql.SQL("drop table {}").format(staging.apart_table(batch.batch_id)))
    conn.execute(sql.SQL("update {} set kept_count = 0").format(staging.slice_table(batch.batch_id)))
    return None


def counts_of(batch: Batch, checks: int, row_count: str) -> sql.Composed:
    """The counts of so many rows that break nothing: 0 for each rule; for each check 0, and all that it is about."""
    numbers = [sql.SQL("0")] * len(batch.source.rules) + [sql.SQL("0"), sql.Identifier(row_count)] * checks
    return sql.SQL("array[{}]::bigint[]").format(sql.SQL(", ").join(numbers))


def rows(batch: Batch) -> sql.Composed:
    """The raw rows that are to be typed and compared."""
    query = "(select r.* from {raw} as r where r.ctid = any (array(select place from {apart}))) as raw"
    return sql.SQL(query).format(**words(batch))


def skipped(conn: psycopg.Connection, batch: Batch) -> warehouse.Skipped | None:
    """What the merge leaves out when nothing changed since the payload was compared; None: it must compare all."""
    found = conn.execute("select to_regclass(%s)", (staging.apart_table(batch.batch_id).as_string(),)).fetchone()
    seen = "select coalesce(max(merge_id), 0) from {slice}"
    if found == (None,) or newest_merge(conn, batch) != number(conn, batch, seen):
        return None
    # By place, as nothing is faster; found by key only now, as a table may have been written anew meanwhile.
    conn.execute(
        sql.SQL("""create temp table differing on commit drop as
            select o.ctid as place from {apart} as apart join core.observation as o using (series_id, period)
            where o.known_to = 'infinity' and o.dataset_code = {scope_dataset}""").format(**words(batch))
    )
    new_count = _new_count(conn, batch)
    return warehouse.Skipped(
        predicate="not (ctid = any (array(select place from pg_temp.differing)))",
        row_count=row_count(conn, batch) - new_count,
        rest_count=new_count,
        dataset=str(batch.scope["dataset"]),
    )


def newest_merge(conn: psycopg.Connection, batch: Batch) -> int:
    """The newest merge that changed what is current of the periods of a batch."""
    return number(conn, batch, warehouse.query(*FOLDER, "newest_merge.sql"))


def _scope(batch: Batch) -> sql.SQL | None:
    """The current observations that a batch speaks for; the series of all of them are known."""
    scope = next((target.scope for target in batch.source.targets if target.table == "core.observation"), None)
    said = staging.predicate(scope, batch.scope, sql.Identifier("core", "series"))
    return None if said is None else sql.SQL(said)


def _periods(conn: psycopg.Connection, batch: Batch) -> dict[str, sql.Composable]:
    """Which periods are looked at, said of the rows of both sides; nothing is asked of a row where that is all."""
    query = """select coalesce(array_agg(period) filter (where broken_counts is not null), '{}'),
        coalesce(array_agg(period) filter (where held_count is not null), '{}'), count(*) from"""
    row = conn.execute(sql.SQL("{} {slice}").format(sql.SQL(query), **words(batch))).fetchone()
    assert row is not None
    known, comparable, count = row
    every = sql.SQL("true")
    return {
        "is_held_outside": sql.SQL("period <> all ({})").format(known) if known else every,
        "is_outside": sql.SQL("(time_period <> all ({})) is not false").format(known) if known else every,
        "is_comparable": sql.SQL("time_period = any ({})").format(comparable)
        if len(known) + len(comparable) < count
        else every,
    }


def _new_count(conn: psycopg.Connection, batch: Batch) -> int:
    return number(conn, batch, "select count(place) from {apart}")
