"""Which contracts owe reports, and how each of them is pulled."""

from __future__ import annotations

from datetime import datetime

from include import warehouse
from include.periods import local_date

# Reports of an ended term are asked for this long: the follow-up after 12 months, and time to correct it.
ASKED_AFTER_END_DAYS = 730


def running(dsn: str, clock: datetime) -> list[dict[str, str]]:
    """The contracts that owe reports and have a feed, with what is needed to ask for these reports.

    A term that has begun and that ended no longer than ASKED_AFTER_END_DAYS ago; one without a feed hands in its
    reports by other ways and owes them all the same.

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
            {"today": local_date(clock), "days": ASKED_AFTER_END_DAYS},
        ).fetchall()
    names = ("contract_code", "start_date", "end_date", "feed_kind_code", "conn_id", "feed_path", "format_code")
    return [dict(zip(names, row, strict=True)) for row in rows]
