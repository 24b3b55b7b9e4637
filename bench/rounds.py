"""The rounds of the benchmark: a fresh warehouse each, COPY and the path on the same files, one after the other."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from bench import data, effort
from bench.source import SOURCE
from include import landing, ledger, warehouse
from include.warehouse import roles
from sandbox.launcher import postgres

START = datetime(2026, 10, 16, 11, tzinfo=UTC)
SCOPE = {
    "dataset": data.DATASET,
    "key": ".....",
    "start_period": data.MONTHS[0],
    "end_period": data.MONTHS[-1],
}


@contextmanager
def warehouse_of(server: postgres.Server, name: str) -> Iterator[str]:
    """Make a fresh copy of the empty warehouse."""
    words = {"name": sql.Identifier(name), "owner": sql.Identifier(roles.OWNER)}
    with psycopg.connect(server.dsn("postgres", postgres.SUPERUSER), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {name} template warehouse owner {owner}").format(**words))
        try:
            yield server.dsn(name)
        finally:
            admin.execute(sql.SQL("drop database {name} with (force)").format(**words))


def settle(server: postgres.Server) -> None:
    """Write a checkpoint, so that no round pays for the pages of another."""
    with psycopg.connect(server.dsn("postgres", postgres.SUPERUSER), autocommit=True) as admin:
        admin.execute("checkpoint")


def copy_seconds(server: postgres.Server, name: str, file: Path) -> float:
    """Time the limit: the server's own COPY of a plain file into an unlogged table of text."""
    return copy(server, name, file)[0]


def copy(server: postgres.Server, name: str, file: Path) -> tuple[float, float]:
    """Time the same, with the processor seconds that it took."""
    used = effort.of_server(server.dsn("postgres", postgres.SUPERUSER))
    before = used.seconds()
    seconds = _copied(server, name, file)
    return seconds, used.seconds() - before


def _copied(server: postgres.Server, name: str, file: Path) -> float:
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(c)) for c in SOURCE.columns.values())
    with psycopg.connect(server.dsn(name, postgres.SUPERUSER), autocommit=True) as admin:
        admin.execute("drop table if exists public.copied")
        admin.execute(sql.SQL("create unlogged table public.copied ({})").format(columns))
        start = time.perf_counter()
        admin.execute(sql.SQL("copy public.copied from {} (format csv, header)").format(str(file)))
        return time.perf_counter() - start


def batch(dsn: str, root: str, packed: Path, day: int) -> int:
    """Open a batch for a gzip file that came on a day; return its id."""
    with packed.open("rb") as stream:
        kept = landing.store(root, SOURCE.code, iter(lambda: stream.read(1 << 20), b""), 1 << 40)
    with psycopg.connect(dsn) as conn:
        clock = START + timedelta(days=day)
        row = conn.execute(
            """with p as (
                insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location,
                    fetched_at, parser_version)
                values (%s, %s, %s, %s, 'text/csv', '', %s, %s, '1')
                on conflict (source_code, scope, sha256) do update set url = '' returning payload_id)
            insert into ops.batch (payload_id, clock) select payload_id, %s from p returning batch_id""",
            (SOURCE.code, Jsonb(SCOPE), kept.sha256, kept.bytes_count, kept.location, clock, clock),
        ).fetchone()
    assert row is not None
    return int(row[0])


def identical(dsn: str, root: str, packed: Path, batch_id: int) -> float:
    """Time bytes of a loaded batch that come again: they are stored once and open no batch."""
    start = time.perf_counter()
    with packed.open("rb") as stream:
        landing.store(root, SOURCE.code, iter(lambda: stream.read(1 << 20), b""), 1 << 40)
    with psycopg.connect(dsn) as conn:
        payload = warehouse.number(conn, f"select payload_id from ops.batch where batch_id = {batch_id}", {})
        assert ledger.open_batch(conn, payload, START + timedelta(days=99), "bench") is None
    return time.perf_counter() - start


def walked(dsn: str, root: str, batch_ids: list[int], warm: tuple[str, int]) -> list[dict[str, float]]:
    """Run bench.path on the batches; `warm` is a warehouse and its batch that warm the process."""
    words = [sys.executable, "-m", "bench.path", warm[0], str(warm[1]), dsn, root, *map(str, batch_ids)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
