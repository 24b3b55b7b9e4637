"""Which contracts owe reports."""

from __future__ import annotations

from datetime import datetime

from include import warehouse
from include.periods import local_date


def running(dsn: str, clock: datetime) -> list[dict[str, str]]:
    """The contracts whose term has begun, with what their source needs to ask for their reports.

    Args:
        dsn: the warehouse.
        clock: the run's clock; contracts are read as known now.

    Returns:
        contract_code, feed_path, start_date and end_date (ISO) of each, by code.
    """
    with warehouse.connect(dsn) as conn:
        rows = conn.execute(
            """select contract_code, feed_path, start_date::text, end_date::text from core.contract
            where known_to = 'infinity' and start_date <= %s order by contract_code""",
            (local_date(clock),),
        ).fetchall()
    names = ("contract_code", "feed_path", "start_date", "end_date")
    return [dict(zip(names, row, strict=True)) for row in rows]
