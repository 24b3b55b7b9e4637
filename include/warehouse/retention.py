"""Delete personal data and partners' texts by the rules of core.retention_rule.

The stated exception to "nothing is deleted". A rule is a row of reference data, which says how many days and why, and
a statement of its name in sql/retention. Rows loaded from deleted bytes stay, but the bytes can no longer be replayed.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import psycopg

from include import landing, warehouse

log = logging.getLogger(__name__)


def delete_expired(dsn: str, root: str, clock: datetime) -> dict[str, int]:
    """Delete rows and payloads that the rules, as known now, no longer keep at the run's clock.

    Args:
        dsn: the warehouse.
        root: URL of landing.
        clock: the run's clock; days count back from it.

    Returns:
        Rule -> number of rows or payloads deleted; running it again deletes nothing.
    """
    with warehouse.connect(dsn, autocommit=True) as conn:
        rules = conn.execute(
            "select rule_code, keep_days from core.retention_rule where known_to = 'infinity' order by 1"
        ).fetchall()
        return {code: _apply_rule(conn, root, code, clock, clock - timedelta(days=days)) for code, days in rules}


def _apply_rule(conn: psycopg.Connection, root: str, rule_code: str, clock: datetime, before: datetime) -> int:
    """Apply one rule: first the bytes, then their row, so that the next night repairs a kill."""
    with conn.transaction():
        statement = warehouse.query("retention", f"{rule_code}.sql").encode()
        found = conn.execute(statement, {"clock": clock, "before": before}).fetchall()
        for location in {location for (location,) in found if location}:
            if not _is_still_needed(conn, location):
                landing.delete(root, location)
    log.info("retention: %s deleted %s older than %s", rule_code, len(found), before.date())
    return len(found)


def _is_still_needed(conn: psycopg.Connection, location: str) -> bool:
    """Check whether a payload that stays has the very same bytes."""
    query = "select from landing.payload where location = %s and deleted_at is null limit 1"
    return conn.execute(query, (location,)).fetchone() is not None
