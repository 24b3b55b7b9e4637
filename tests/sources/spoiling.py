"""What rules and suite say of a publication that a test changed, as if the source had sent it so."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from include.ledger import read_batch
from include.load import staging
from include.pipeline import load_steps

NOTHING = "select"


def rows(dsn: str, query: str) -> list[tuple[Any, ...]]:
    """What a query answers."""
    with psycopg.connect(dsn) as conn:
        return conn.execute(query.encode()).fetchall()


def times(factor: float, where: str) -> str:
    """A change that multiplies values."""
    return f"update {{raw}} set obs_value = trim_scale(obs_value::numeric * {factor})::text where {where}"


def said(loader: Any, batch: int, change: str) -> set[str]:
    """The reasons of rejected rows, and 'severity: column or description' of what did not hold, after a change.

    Args:
        loader: the four steps.
        batch: the batch to stage again.
        change: SQL on {raw}, the staged text.
    """
    from include.load import great_expectations

    copy = staging.copy

    def changed(conn: psycopg.Connection, source: Any, batch_id: int, blocks: Any) -> int:
        count = copy(conn, source, batch_id, blocks)
        conn.execute(change.format(raw=f"staging.b{batch_id}_raw").encode())
        return count

    with psycopg.connect(loader.dsn) as conn:
        source = read_batch(conn, batch).source
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "copy", changed)
        load_steps.stage(loader.dsn, loader.root, [batch])
    rejected = rows(loader.dsn, f"select distinct reason_code from ops.rejected_row where batch_id = {batch}")
    results = great_expectations.validate(loader.dsn, f"b{batch}", source.suite)
    return {reason for (reason,) in rejected} | {
        f"{result.severity}: {result.column_name}" for result in results if not result.is_success
    }


def loads_whole_and_once(loader: Any, code: str, *clocks: str) -> int:
    """Run a source on its clocks: no row rejected, nothing broken, and asked again it opens nothing.

    Returns:
        How many observations are current.
    """
    loader.reference()
    for clock in clocks:
        loader(code, clock)
    assert rows(loader.dsn, "select batch_id, reason_code, value from ops.rejected_row") == []
    failed = rows(loader.dsn, "select severity, expectation, column_name from ops.check_result where not is_success")
    assert [result for result in failed if result[0] == "critical"] == []
    assert loader.extract(code, clocks[-1]) == [], "nothing new, nothing opened"
    ((count,),) = rows(loader.dsn, "select count(*) from core.observation where known_to = 'infinity'")
    return int(count)
