"""Other tools on the same file: each loads a re-publication into a table that holds the first one.

The two in SQL load the rows by COPY, type them, and run the row-wise checks of our 14 in one statement, as a
load that may be refused must; they read plain text where we read gzip, and keep no payload, no release and no record of
the checks. pandas and dlt read the file by themselves and check nothing. On conflict keeps no history.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import data

# A peer that takes longer for both publications is stopped: its ratio is at least what is shown.
SECONDS = 240.0
COLUMNS = "dataflow, last_update, freq, reporter, partner, product, flow, indicators, time_period, obs_value, obs_flag"
KEY = "freq || '.' || reporter || '.' || partner || '.' || product || '.' || flow || '.' || indicators"
INCOMING = f"""create unlogged table peer.incoming as
    select {KEY} as series_key, time_period as period, obs_value::numeric as value, coalesce(obs_flag, '') as status
    from peer.text"""
CHECKS = """select
        count(*) filter (where num_nulls(freq, reporter, partner, product, flow, indicators) > 0),
        count(*) filter (where time_period is null), count(*) filter (where obs_value is null),
        count(*) filter (where freq not in ('M')), count(*) filter (where reporter not in ('BE', 'EU27_2020')),
        count(*) filter (where flow not in ('1', '2')),
        count(*) filter (where indicators not in ('VALUE_IN_EUROS', 'QUANTITY_IN_100KG')),
        count(*) filter (where partner !~ '^[A-Z][A-Z0-9_]+$'), count(*) filter (where product !~ '^[0-9]{2,8}$'),
        count(*) filter (where time_period !~ '^20[0-9]{2}-[0-9]{2}$'),
        count(*) filter (where obs_value::numeric not between 0 and 1e12)
    from peer.text"""
ON_CONFLICT = (
    """insert into peer.upserted as t select * from peer.incoming
    on conflict (series_key, period) do update set value = excluded.value, status = excluded.status""",
)
# dbt's snapshot, strategy check: hashes of key and validity, a table of pending changes, a merge.
SNAPSHOT = (
    """create temp table staged as
    with source as (select *, md5(series_key || '|' || period) as id from peer.incoming),
    held as (select *, md5(series_key || '|' || period) as id from peer.snapshot where valid_to is null)
    select 'update' as change, source.*, held.scd_id from source join held using (id)
    where held.value is distinct from source.value or held.status is distinct from source.status
    union all
    select 'insert', source.*, md5(source.id || now()::text) from source left join held using (id)
    where held.id is null or held.value is distinct from source.value or held.status is distinct from source.status""",
    """update peer.snapshot as t set valid_to = now() from staged as s
    where s.scd_id = t.scd_id and s.change = 'update' and t.valid_to is null""",
    """insert into peer.snapshot select series_key, period, value, status, scd_id, now(), null from staged
    where change = 'insert'""",
)
TABLES = """create schema peer;
    create table peer.upserted (series_key text, period text, value numeric, status text,
        primary key (series_key, period));
    create table peer.snapshot (series_key text, period text, value numeric, status text, scd_id text,
        valid_from timestamptz, valid_to timestamptz);"""


@dataclass(frozen=True, kw_only=True)
class Said:
    """Seconds of a peer for the re-publication; a lower bound when it was stopped."""

    seconds: float
    is_stopped: bool = False


def by_sql(dsn: str, first: Path, second: Path, statements: tuple[str, ...]) -> Said:
    """Time statements for a re-publication, its COPY, typing and checks included."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("drop schema if exists peer cascade")
        conn.execute(TABLES)
        _load(conn, first, statements)
        conn.execute("vacuum (analyze) peer.upserted, peer.snapshot")
        start = time.perf_counter()
        conn.execute(f"set statement_timeout = '{SECONDS}s'")
        try:
            _load(conn, second, statements)
        except psycopg.errors.QueryCanceled:
            return Said(seconds=time.perf_counter() - start, is_stopped=True)
        return Said(seconds=time.perf_counter() - start)


def _load(conn: psycopg.Connection, file: Path, statements: tuple[str, ...]) -> None:
    conn.execute("drop table if exists peer.text, peer.incoming, pg_temp.staged")
    definition = ", ".join(f"{name} text" for name in COLUMNS.split(", "))
    conn.execute(f"create unlogged table peer.text ({definition})")
    with file.open("rb") as stream, conn.cursor().copy("copy peer.text from stdin (format csv, header)") as copy:
        for block in _blocks(stream):
            copy.write(block)
    for statement in (INCOMING, CHECKS, *statements):
        conn.execute(statement)


def _blocks(stream) -> Iterator[bytes]:  # type: ignore[no-untyped-def]
    return iter(lambda: stream.read(1 << 20), b"")


def by_pandas(dsn: str, file: Path, rows: int) -> float:
    """Time read_csv and to_sql for the first rows of a file."""
    # Heavy to import; only this peer needs them.
    import pandas as pd
    import sqlalchemy as sa

    engine = sa.create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1))
    start = time.perf_counter()
    pd.read_csv(file, nrows=rows, dtype=str).to_sql("pandas", engine, schema="public", if_exists="replace", index=False)
    seconds = time.perf_counter() - start
    engine.dispose()
    return seconds


def by_dlt(python: Path, dsn: str, first: Path, second: Path) -> Said | None:
    """Time dlt's scd2 for a re-publication; None when it could not run or was too slow to get there."""
    if not python.exists():
        return None
    script = Path(__file__).with_name("peer_dlt.py")
    words = [str(python), str(script), dsn, str(first), str(second)]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, cwd=python.parents[2], timeout=SECONDS
        )
    except subprocess.TimeoutExpired as stopped:
        loads = (stopped.stdout or b"").split()
        return Said(seconds=SECONDS - float(loads[0]), is_stopped=True) if loads else None
    loads = done.stdout.split()
    return Said(seconds=float(loads[1])) if done.returncode == 0 and len(loads) == 2 else None


assert len(COLUMNS.split(", ")) == len(data.HEADER.split(","))
