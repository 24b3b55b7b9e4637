"""A kill -9 between any two statements of a merge leaves the old state or the new, never one between."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg

from include.pipeline import load_steps
from include.warehouse import migrate
from sandbox.launcher import postgres

AGORIA = {
    "contract_code": "agoria-2022",
    "feed_path": "agoria",
    "start_date": "2022-01-01",
    "end_date": "2022-12-31",
}
CLOCK = "2026-01-31T09:00:00+01:00"


def merge_until(statements: int, dsn: str, batch: int) -> None:
    """Merge a batch in a process of its own that kills itself just before a statement."""
    left = iter(range(statements))

    def counted(execute: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(self: psycopg.Connection, *args: Any, **kwargs: Any) -> Any:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(self, *args, **kwargs)

        return wrapper

    psycopg.Connection.execute = counted(psycopg.Connection.execute)  # type: ignore[method-assign]
    psycopg.Connection.commit = counted(psycopg.Connection.commit)  # type: ignore[method-assign]
    load_steps.merge(dsn, [batch])


def state(dsn: str, batch: int) -> list[object]:
    with psycopg.connect(dsn) as conn:
        return [
            conn.execute(f"select {columns} from {table} order by 1, 2, 3").fetchall()
            for table, columns in (
                ("core.partner_activity", "contract_code, report_period, activity_code, known_from, known_to::text"),
                ("core.partner_report", "contract_code, period, known_from, known_to::text"),
                ("ops.merge", "target, inserted_row_count, closed_row_count"),
            )
        ] + conn.execute("select state from ops.batch where batch_id = %s", (batch,)).fetchall()


def test_a_killed_worker_leaves_old_or_new(loader) -> None:
    loader.reference()
    first, *_ = loader.extract("partner_activity", CLOCK, **AGORIA)
    assert load_steps.check(loader.dsn, load_steps.stage(loader.dsn, loader.root, [first])) == [first]
    old = state(loader.dsn, first)
    seen = []
    for statements in range(100):
        child = get_context("fork").Process(target=merge_until, args=(statements, loader.dsn, first))
        child.start()
        child.join()
        seen.append(state(loader.dsn, first))
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
    new = seen[-1]
    assert new != old
    assert all(after in (old, new) for after in seen)
    assert seen.count(old) > 5, "the kill never came between statements"
    with psycopg.connect(loader.dsn) as conn:
        assert conn.execute("select count(*) from pg_tables where schemaname = 'staging'").fetchone() == (0,)


def test_a_killed_server_leaves_old_or_new(tmp_path: Path) -> None:
    """The server is killed -9 while a merge of 200,000 rows is under way, at moments spread over its length."""
    with postgres.running(tmp_path / "postgres") as server:
        migrate.migrate(server.dsn("warehouse"))
        with psycopg.connect(server.dsn("warehouse")) as conn:
            conn.execute(
                """create table core.probe (name integer not null, value integer, known_from timestamptz not null,
                    known_to timestamptz not null default 'infinity', payload_id bigint not null);
                create unique index probe_current on core.probe (name) where known_to = 'infinity';
                insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location,
                    fetched_at, parser_version) values ('probe', '{}', repeat('0', 64), 0, '', '', '', now(), '1');
                insert into ops.batch (payload_id, clock) values (1, '2026-01-01');
                insert into core.probe select n, 0, '2026-01-01', 'infinity', 1 from generate_series(1, 200000) n"""
            )
        for seconds in (0.1, 0.3, 0.6, 1.0, 1.5):
            before = _values(server)
            merge = threading.Thread(target=_merge_quietly, args=(server.dsn("warehouse"), max(before) + 1))
            merge.start()
            time.sleep(seconds)
            _kill(server)
            merge.join()
            server.start()
            assert _values(server) in ({max(before): 200000}, {max(before) + 1: 200000})


def _merge_quietly(dsn: str, value: int) -> None:
    try:
        with psycopg.connect(dsn) as conn:
            conn.execute(
                "create temp table staged as select n as name, %s::int as value from generate_series(1, 200000) n",
                (value,),
            )
            conn.execute(
                "select * from core.merge('core.probe', 'staged', 1, 1, %s::timestamptz, 'true')",
                (f"2026-02-{value:02d}",),
            )
    except psycopg.OperationalError:
        pass


def _values(server: postgres.Server) -> dict[int, int]:
    with psycopg.connect(server.dsn("warehouse")) as conn:
        return dict(
            conn.execute("select value, count(*) from core.probe where known_to = 'infinity' group by 1").fetchall()
        )


def _kill(server: postgres.Server) -> None:
    """Every process of the server at once, as a power cut would."""
    master = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    for process in [master, *map(int, children)]:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
