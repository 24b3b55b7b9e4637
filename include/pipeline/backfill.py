"""Load again from landing, without the network: any payload that was ever received.

Each payload is loaded on the clock on which it was received, oldest first, so that the warehouse answers as of any past
moment as it did before. A payload that is loaded already is not loaded again, unless the version of our reader has
changed since: then the current payload of each scope is read again, on the clock of the run, because that is when we
learn what we had misread.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime

from include import ledger, warehouse
from include.sources.source import Scope, Source

log = logging.getLogger(__name__)
# A payload that came again on another day, after another one, is found by the requests that brought it.
RECEIVED_PAYLOADS = """
    select payload_id, clock from (
        select payload_id, clock from ops.request where source_code = %(source)s and payload_id is not null
        union
        select payload_id, fetched_at from landing.payload where source_code = %(source)s
    ) as received
    join landing.payload as payload using (payload_id)
    where clock <= %(clock)s and payload.scope @> %(scope)s::jsonb and payload.deleted_at is null
    order by clock, payload_id"""

# The current payload of each scope, when another version of the reader loaded it.
READ_BY_ANOTHER_VERSION = """
    select payload_id from (
        select distinct on (payload.scope) payload_id, batch.parser_version, payload.deleted_at
        from ops.batch as batch join landing.payload as payload using (payload_id)
        where payload.source_code = %(source)s and batch.state = 'loaded' and batch.clock <= %(clock)s
            and payload.scope @> %(scope)s::jsonb
        order by payload.scope, batch.clock desc, batch.batch_id desc
    ) as current_payload
    where parser_version <> %(parser)s and deleted_at is null
    order by payload_id"""


def reload_from_landing(dsn: str, source: Source, clock: datetime, scope: Scope, dag_run_id: str) -> list[int]:
    """Open a batch for every payload in landing that is not loaded as it would be read today.

    Args:
        dsn: the warehouse.
        source: whose payloads.
        clock: payloads received later are left alone.
        scope: only payloads whose scope holds these entries; empty for all.
        dag_run_id: written beside everything, to find the log again.

    Returns:
        Batch ids, oldest payload first, each with the clock on which its payload was received; then those of payloads
        that are read again, with the run's clock.
    """
    parameters = {
        "source": source.code,
        "clock": clock,
        "scope": json.dumps(dict(scope)),
        "parser": source.parser_version,
    }
    version = source.parser_version
    with warehouse.connect(dsn) as conn:
        received = conn.execute(RECEIVED_PAYLOADS.encode(), parameters).fetchall()
        opened = [ledger.open_batch(conn, payload_id, at, dag_run_id, version) for payload_id, at in received]
        outdated = conn.execute(READ_BY_ANOTHER_VERSION.encode(), parameters).fetchall()
        opened += [ledger.open_batch(conn, payload_id, clock, dag_run_id, version) for (payload_id,) in outdated]
    batches = [batch_id for batch_id in opened if batch_id is not None]
    log.info("%s: %s of %s payloads in landing are to be loaded", source.code, len(batches), len(received))
    return batches
