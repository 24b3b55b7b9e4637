"""Which contracts owe reports, and how the reports of each are fetched."""

from __future__ import annotations

from datetime import datetime

from include import warehouse
from include.periods import local_date

# Reports of an ended term are still fetched this long: the follow-up comes after 12 months, then time to correct it.
FETCH_AFTER_END_DAYS = 730


def read_contract_feeds(dsn: str, clock: datetime) -> list[dict[str, str]]:
    """Read the contracts that owe reports and have a feed.

    Only terms that have begun and that ended at most FETCH_AFTER_END_DAYS ago. A contract without a feed owes its
    reports all the same; it hands them in by other ways.

    Args:
        dsn: the warehouse.
        clock: the run's clock; contracts are read as known now.

    Returns:
        contract_code, start_date and end_date (ISO), feed_kind_code, conn_id, feed_path and format_code of each, by
        code. Nothing secret: the connection holds that.
    """
    with warehouse.connect(dsn) as conn:
        rows = conn.execute(
            """select contract_code, start_date::text, end_date::text, feed_kind_code, conn_id, feed_path, format_code
            from core.contract as c join core.contract_feed as f using (contract_code)
            where c.known_to = 'infinity' and f.known_to = 'infinity' and owes_reports
                and start_date <= %(today)s and end_date + %(days)s >= %(today)s order by contract_code""",
            {"today": local_date(clock), "days": FETCH_AFTER_END_DAYS},
        ).fetchall()
    names = ("contract_code", "start_date", "end_date", "feed_kind_code", "conn_id", "feed_path", "format_code")
    return [dict(zip(names, row, strict=True)) for row in rows]
