"""Filling a warehouse again from landing: what was received once can be loaded at any time, without the network.

Each payload is loaded on the clock that it was received on, oldest first, so that the warehouse answers as of any past
moment as it did before. What is loaded already is not loaded again.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime

from include import warehouse
from include.batches import open_batch
from include.sources.source import Scope, Source

log = logging.getLogger(__name__)
# A payload that came again on another day, after another one, is found by the requests that brought it.
_RECEIVED = """
    select payload_id, clock from (
        select payload_id, clock from ops.request where source_code = %(source)s and payload_id is not null
        union
        select payload_id, fetched_at from landing.payload where source_code = %(source)s
    ) as received
    join landing.payload as payload using (payload_id)
    where clock <= %(clock)s and payload.scope @> %(scope)s::jsonb and payload.deleted_at is null
    order by clock, payload_id"""


def landed(dsn: str, source: Source, clock: datetime, scope: Scope, dag_run_id: str) -> list[int]:
    """Open a batch for every payload of a source that landing holds; those that are loaded already give none.

    Args:
        dsn: the warehouse.
        source: whose payloads.
        clock: those received later are left alone.
        scope: only payloads whose scope holds these entries; empty for all.
        dag_run_id: written beside everything, to find the log again.

    Returns:
        Batch ids, oldest payload first; each keeps the clock that its payload was received on.
    """
    asked = {"source": source.code, "clock": clock, "scope": json.dumps(dict(scope))}
    with warehouse.connect(dsn) as conn:
        received = conn.execute(_RECEIVED.encode(), asked).fetchall()
        opened = [open_batch(conn, payload_id, at, dag_run_id) for payload_id, at in received]
    batches = [batch_id for batch_id in opened if batch_id is not None]
    log.info("%s: %s of %s payloads in landing are to be loaded", source.code, len(batches), len(received))
    return batches
