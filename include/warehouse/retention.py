"""Retention: what is deleted, and after how long, by the rules of core.retention_rule.

The stated exception to "nothing is deleted", for what is about people or was written by partners. A rule is a row of
reference data, which says how many days and why, and a statement in sql/retention of its name. What a deletion costs
is said there too: rows loaded from deleted bytes stay, only a replay of those bytes is given up.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import psycopg

from include import landing, warehouse

log = logging.getLogger(__name__)


def apply(dsn: str, root: str, clock: datetime) -> dict[str, int]:
    """Delete what the rules, as known now, no longer keep at the run's clock.

    Args:
        dsn: the warehouse.
        root: URL of landing.
        clock: the run's clock; days count back from it.

    Returns:
        Rule -> rows or payloads deleted; the same again a moment later is 0 of each.
    """
    with warehouse.connect(dsn, autocommit=True) as conn:
        rules = conn.execute(
            "select rule_code, keep_days from core.retention_rule where known_to = 'infinity' order by 1"
        ).fetchall()
        return {code: _apply(conn, root, code, clock, clock - timedelta(days=days)) for code, days in rules}


def _apply(conn: psycopg.Connection, root: str, rule_code: str, clock: datetime, before: datetime) -> int:
    """One rule. Bytes go before the row that names them says so: a kill between the two is repaired the next night."""
    with conn.transaction():
        statement = warehouse.query("retention", f"{rule_code}.sql").encode()
        found = conn.execute(statement, {"clock": clock, "before": before}).fetchall()
        for location in {location for (location,) in found if location}:
            if not _is_still_needed(conn, location):
                landing.delete(root, location)
    log.info("retention: %s deleted %s older than %s", rule_code, len(found), before.date())
    return len(found)


def _is_still_needed(conn: psycopg.Connection, location: str) -> bool:
    """Whether a payload that stays has the very same bytes."""
    query = "select from landing.payload where location = %s and deleted_at is null limit 1"
    return conn.execute(query, (location,)).fetchone() is not None
