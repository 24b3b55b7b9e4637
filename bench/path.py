"""Payloads on their whole path, in a process of its own, so that time and memory are its own.

python -m bench.path WARM_DSN WARM_BATCH DSN LANDING BATCH... prints a line of JSON per batch: seconds of each step,
bytes of log that the merge wrote, and megabytes above what the process held after its imports and a small warm-up.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

from bench import checks, effort
from bench.source import SOURCE
from include import register, warehouse
from include.load import great_expectations
from include.load.bulk import steps as bulk
from include.pipeline import load_steps

STEPS = ("stage", "check", "merge")
logging.disable(logging.WARNING)


def register_source() -> None:
    """Make the benchmark's source known to the engine, in this process."""
    register._BY_CODE[SOURCE.code] = SOURCE


def peak_mb() -> float:
    """Read the peak memory of this process, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def position(dsn: str) -> int:
    """Read the server's position in its log, in bytes."""
    with psycopg.connect(dsn) as conn:
        return warehouse.number(conn, "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn", {})


def rest(dsn: str) -> None:
    """Do what autovacuum does in the month between two publications."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("vacuum (analyze) core.observation, core.series")


def walk(dsn: str, root: str, batch: int) -> dict[str, float]:
    """Stage, check and merge a batch; return the seconds of each, of processors and of parts."""
    said: dict[str, float] = {"count": 0.0, "cpu": 0.0}
    count, used = bulk.stage, effort.of_server(dsn)

    def timed(name: str, step: Callable[..., Any], *words: Any) -> Any:
        before, start = used.seconds() if name in STEPS else 0.0, time.perf_counter()
        try:
            return step(*words)
        finally:
            said[name] = time.perf_counter() - start
            said["cpu"] += used.seconds() - before if name in STEPS else 0.0

    bulk.stage = lambda *words: timed("count", count, *words)  # type: ignore[assignment]
    timed("stage", load_steps.stage, dsn, root, [batch])
    bulk.stage = count
    if said["count"]:
        timed("statement", checks.by_hand, dsn, batch)
    timed("check", load_steps.check, dsn, [batch])
    before = position(dsn)
    timed("merge", load_steps.merge, dsn, [batch])
    return {**said, "wal": position(dsn) - before, "peak_mb": peak_mb()}


def main() -> None:
    """Walk the warm-up batch in a warehouse of its own, then the batches in order."""
    register_source()
    assert great_expectations is not None, "imported here, so that no step pays for it"
    warm_dsn, warm, dsn, root, *batches = sys.argv[1:]
    held = walk(warm_dsn, root, int(warm))["peak_mb"]
    for batch in batches:
        rest(dsn)
        said = walk(dsn, root, int(batch))
        sys.stdout.write(json.dumps({**said, "peak_mb": round(said["peak_mb"] - held, 1)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
