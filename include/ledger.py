"""The ledger: rows of landing.payload and ops.* about requests, payloads and batches.

code_version() names the code that loaded a batch: a hash over the files that loading is made of, the same wherever the
same files stand. The image holds no Git, and a checkout may have been changed, so the files themselves are what counts.
`python -m include.ledger` prints the hash of a checkout.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

from include import __version__, warehouse
from include.landing import StoredObject
from include.register import source_of
from include.sources.source import Scope, Source

ROOT = Path(__file__).parents[1]
CODE_SUFFIXES = {".py", ".sql"}


@dataclass(frozen=True, kw_only=True)
class Received:
    """The metadata that a source sent with its bytes.

    Args:
        url: the address that was asked, without secrets.
        media_type: content type as received.
        etag: what the next request names to be answered "unchanged": the entity tag, or "modified " and the time of
            publication, or "probe " and what a probe saw.
        released_at: when the source says it published this.
    """

    url: str
    media_type: str
    etag: str | None
    released_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A payload on its way through, as the steps need it."""

    batch_id: int
    payload_id: int
    source: Source
    scope: Scope
    media_type: str
    location: str
    clock: datetime
    state: str
    rejected_row_count: int


def newest_etag(conn: psycopg.Connection, source: Source, scope: Scope, clock: datetime) -> str | None:
    """Read the etag of what is loaded for a scope by a clock."""
    row = conn.execute(
        warehouse.load_query("ledger", "newest_etag").encode(),
        {"source": source.code, "scope": json.dumps(dict(scope)), "clock": clock},
    ).fetchone()
    return row[0] if row else None


def record_request(
    conn: psycopg.Connection,
    source: Source,
    scope: Scope,
    clock: datetime,
    dag_run_id: str,
    outcome: str,
    *,
    payload_id: int | None,
    error: str | None,
) -> None:
    """Write the outcome of a question: new, unchanged, absent or refused."""
    conn.execute(
        warehouse.load_query("ledger", "record_request").encode(),
        {
            "source": source.code,
            "scope": json.dumps(dict(scope)),
            "clock": clock,
            "dag_run_id": dag_run_id,
            "outcome": outcome,
            "payload": payload_id,
            "error": error,
        },
    )


def record_payload(
    conn: psycopg.Connection,
    source: Source,
    scope: Scope,
    received: Received,
    stored: StoredObject,
    clock: datetime,
    sample: bool,
) -> int:
    """Record bytes in landing, once per scope; returns their payload_id."""
    parameters: dict[str, object] = {
        "source": source.code,
        "scope": json.dumps(dict(scope)),
        "sha256": stored.sha256,
        "bytes": stored.bytes_count,
        "media_type": received.media_type,
        "url": received.url,
        "location": stored.location,
        "clock": clock,
        "released_at": received.released_at,
        "etag": received.etag,
        "parser": source.parser_version,
        "sample": sample,
    }
    return warehouse.number(conn, warehouse.load_query("ledger", "record_payload"), parameters)


def open_batch(
    conn: psycopg.Connection, payload_id: int, clock: datetime, dag_run_id: str, parser_version: str = "1"
) -> int | None:
    """Open a batch for a payload at a clock; None when it is the current one of its scope."""
    parameters: dict[str, object] = {
        "payload": payload_id,
        "clock": clock,
        "dag_run_id": dag_run_id,
        "parser": parser_version,
    }
    row = conn.execute(warehouse.load_query("ledger", "open_batch").encode(), parameters).fetchone()
    return None if row is None else int(row[0])


def read_batch(conn: psycopg.Connection, batch_id: int) -> Batch:
    """Read a row of ops.batch with its payload and its source."""
    row = conn.execute(
        """select b.payload_id, p.source_code, p.scope, p.media_type, p.location, b.clock, b.state,
            coalesce(b.rejected_row_count, 0)
        from ops.batch as b join landing.payload as p using (payload_id) where b.batch_id = %s""",
        (batch_id,),
    ).fetchone()
    assert row is not None, f"batch {batch_id} is not in ops.batch"
    return Batch(
        batch_id=batch_id,
        payload_id=row[0],
        source=source_of(row[1]),
        scope={**row[2], "source": row[1], "media_type": row[3]},
        media_type=row[3],
        location=row[4],
        clock=row[5],
        state=row[6],
        rejected_row_count=row[7],
    )


def record_checks(conn: psycopg.Connection, batch: Batch, results: Sequence[tuple[object, ...]]) -> None:
    """Write the results of a batch's checks, replacing those of an earlier try.

    Args:
        conn: open transaction.
        batch: the batch.
        results: (expectation, column_name, severity, is_success, unexpected_count, observed) each.
    """
    conn.execute("delete from ops.check_result where batch_id = %s", (batch.batch_id,))
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into ops.check_result (batch_id, checked_at, expectation, column_name, severity, is_success,"
            " unexpected_count, observed) values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [(batch.batch_id, batch.clock, *result) for result in results],
        )


def update_batch(conn: psycopg.Connection, batch_id: int, **changes: object) -> None:
    """Write columns of a row of ops.batch that is still on its way; end_batch() ends one."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in changes
    )
    statement = sql.SQL("update ops.batch set {}, finished_at = null where batch_id = %(batch_id)s")
    conn.execute(statement.format(assignments), {**changes, "batch_id": batch_id})


def end_batch(conn: psycopg.Connection, batch_id: int, **changes: object) -> None:
    """Write the state that ends a batch; no report that is pinned already sees it."""
    conn.execute("select pg_advisory_xact_lock_shared(hashtext('core.pin'))")
    update_batch(conn, batch_id, **changes)
    conn.execute(warehouse.load_query("ledger", "end_batch").encode(), {"batch": batch_id})


@cache
def code_version(root: Path = ROOT) -> str:
    """Hash the Python and SQL of include/ and sql/, names and bytes, to twelve digits."""
    digest = hashlib.sha256()
    for path in sorted(path for part in ("include", "sql") for path in (root / part).rglob("*")):
        if path.suffix in CODE_SUFFIXES:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


def release() -> str:
    """Name the release and the code that run: '0.1.0 (code 0123456789ab)'."""
    return f"{__version__} (code {code_version()})"


if __name__ == "__main__":
    print(code_version())
