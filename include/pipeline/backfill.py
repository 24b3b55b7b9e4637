"""Filling a warehouse again from landing: what was received once can be loaded at any time, without the network.

Each payload is loaded on the clock that it was received on, oldest first, so that the warehouse answers as of any past
moment as it did before. What is loaded already is not loaded again, unless our reader has changed since: then what
stands in the warehouse is read anew, on the clock of the run, for it is then that we learn what we had misread.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime

from include import warehouse
from include.ledger.batches import open_batch
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

# Of each scope the payload that stands in the warehouse, when it was read by another version of the reader.
_READ_OTHERWISE = """
    select payload_id from (
        select distinct on (payload.scope) payload_id, batch.parser_version, payload.deleted_at
        from ops.batch as batch join landing.payload as payload using (payload_id)
        where payload.source_code = %(source)s and batch.state = 'loaded' and batch.clock <= %(clock)s
            and payload.scope @> %(scope)s::jsonb
        order by payload.scope, batch.clock desc, batch.batch_id desc
    ) as standing
    where parser_version <> %(parser)s and deleted_at is null
    order by payload_id"""


def landed(dsn: str, source: Source, clock: datetime, scope: Scope, dag_run_id: str) -> list[int]:
    """Open a batch for every payload of a source that landing holds and the warehouse does not, as it is read today.

    Args:
        dsn: the warehouse.
        source: whose payloads.
        clock: those received later are left alone.
        scope: only payloads whose scope holds these entries; empty for all.
        dag_run_id: written beside everything, to find the log again.

    Returns:
        Batch ids, oldest payload first; each keeps the clock that its payload was received on. Then those that are
        read anew, on the run's clock.
    """
    asked = {
        "source": source.code,
        "clock": clock,
        "scope": json.dumps(dict(scope)),
        "parser": source.parser_version,
    }
    with warehouse.connect(dsn) as conn:
        received = conn.execute(_RECEIVED.encode(), asked).fetchall()
        opened = [open_batch(conn, payload_id, at, dag_run_id, source.parser_version) for payload_id, at in received]
        otherwise = conn.execute(_READ_OTHERWISE.encode(), asked).fetchall()
        opened += [open_batch(conn, payload, clock, dag_run_id, source.parser_version) for (payload,) in otherwise]
    batches = [batch_id for batch_id in opened if batch_id is not None]
    log.info("%s: %s of %s payloads in landing are to be loaded", source.code, len(batches), len(received))
    return batches
