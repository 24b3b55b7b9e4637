"""Freshness: when a source was asked, when it changed something, what its data cover, and whether it is late."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from include.periods import clock_from
from include.register import PARTNERS, STATISTICS
from include.sources.source import Source

CALENDAR = Path(__file__).parents[2] / "include" / "sources" / "reference" / "release_calendar.csv"
ASKED = """
    select checked_at::text, loaded_at::text, covers_until_date::text, is_late
    from mart.freshness where source_code = %s"""


def covered(given: Any, source_code: str, clock: str, until: str | None) -> None:
    """A loaded batch that covers its source's periods until a day."""
    given.merged(source_code, "core.observation", clock)
    given.conn.execute(
        "update ops.batch set covers_until_date = %s where batch_id = (select max(batch_id) from ops.batch)", (until,)
    )


def told(conn: psycopg.Connection, source_code: str, *columns: str) -> tuple[object, ...]:
    row = conn.execute(
        f"select {', '.join(columns)} from mart.freshness where source_code = %s", (source_code,)
    ).fetchone()
    assert row is not None
    return row


def test_every_source_that_publishes_has_its_release_pattern_and_no_other_has() -> None:
    with CALENDAR.open(encoding="utf-8") as file:
        written = [row["source_code"] for row in csv.DictReader(file)]
    assert sorted(written) == sorted(source.code for source in (*STATISTICS, *PARTNERS))


@pytest.mark.usefixtures("with_reference")
def test_a_look_without_news_moves_when_it_was_checked_and_nothing_else(conn: Any, loader: Any) -> None:
    conn.execute("set timezone to 'Europe/Brussels'")
    loader("nbb_trade_overview", "2026-09-15T12:00:00+02:00")
    before = conn.execute(ASKED, ("nbb_trade_overview",)).fetchone()
    assert loader.extract("nbb_trade_overview", "2026-09-16T12:00:00+02:00") == []
    after = conn.execute(ASKED, ("nbb_trade_overview",)).fetchone()
    assert before == ("2026-09-15 12:00:00+02", "2026-09-15 12:00:00+02", before[2], before[3])
    assert after == ("2026-09-16 12:00:00+02", *before[1:])
    # A third moment: what the data cover lies before both.
    assert before[2] == "2026-03-31"


@pytest.mark.parametrize("source", [source for source in STATISTICS if source.conn_id == "nbb"], ids=lambda s: s.code)
def test_nbb_is_first_asked_when_it_loaded_last(source: Source, sample_server: str) -> None:
    for request in source.requests(clock_from("2026-10-15T09:00:00+02:00"), {}):
        assert request.freshness_probe is not None
        assert request.freshness_probe.pattern is not None
        reply = requests.get(f"{sample_server}/nbb/rest/{request.freshness_probe.path}", timeout=10)
        assert re.findall(request.freshness_probe.pattern, reply.text)
        assert len(reply.content) < 1000


def test_a_source_is_late_the_day_after_its_days_of_grace(given, conn, subtests: pytest.Subtests) -> None:
    for code, until, due, last in [
        ("nbb_goods_trade", "2026-06-30", "2026-10-14", "2026-10-21"),
        ("partner_activity", "2026-06-30", "2026-10-15", "2026-10-29"),
        ("fit_fdi_annual", "2025-12-31", "2027-01-31", "2027-02-07"),
        ("nbb_goods_trade", "2026-11-30", "2027-03-16", "2027-03-23"),
        ("ecb_exchange_rate_change", "2026-10-15", "2026-10-16", "2026-10-21"),
    ]:
        with subtests.test(code=code, until=until, due=due, last=last), conn.transaction(force_rollback=True):
            given.reference("release_calendar")
            covered(given, code, "2026-01-01 09:00+01", until)
            columns = ("next_release_date::text", "is_late", "days_late")
            given.as_of(f"{last} 23:59 Europe/Brussels")
            assert told(conn, code, *columns) == (due, False, None)
            after = date.fromisoformat(last) + timedelta(days=1)
            given.as_of(f"{after} 00:00 Europe/Brussels")
            assert told(conn, code, *columns) == (due, True, (after - date.fromisoformat(due)).days)


def test_an_older_month_that_comes_later_does_not_turn_back_what_is_covered(given, conn) -> None:
    given.reference("release_calendar")
    covered(given, "nbb_goods_trade", "2026-09-15 12:00+02", "2026-06-30")
    covered(given, "nbb_goods_trade", "2026-09-16 12:00+02", "2025-12-31")
    assert told(conn, "nbb_goods_trade", "covers_until_date::text") == ("2026-06-30",)


def test_a_past_moment_knows_only_what_was_loaded_then(given, conn) -> None:
    given.reference("release_calendar")
    covered(given, "nbb_goods_trade", "2026-08-15 12:00+02", "2026-05-31")
    covered(given, "nbb_goods_trade", "2026-09-15 12:00+02", "2026-06-30")
    given.as_of("2026-09-01 00:00+02")
    assert told(conn, "nbb_goods_trade", "covers_until_date::text") == ("2026-05-31",)


def test_a_source_that_was_never_loaded_is_late_and_one_without_kpi_is_neither_fresh_nor_stale(given, conn) -> None:
    given.reference("release_calendar")
    columns = ("covers_until_date", "next_release_date", "is_late", "is_fresh", "allowed_age_days")
    assert told(conn, "oecd_fdi_flow", *columns) == (None, None, True, None, None)


@pytest.mark.parametrize(
    ("code", "clock", "until"),
    [
        ("fit_fdi_annual", "2026-01-25T09:00:00+01:00", "2025-12-31"),
        ("fit_headline", "2026-03-25T09:00:00+01:00", "2025-03-31"),
        ("ecb_exchange_rate", "2026-10-04T16:30:00+02:00", None),
        ("fit_fdi_project", "2026-10-12T06:00:00+02:00", None),
        ("reference_partner", "2026-10-12T06:00:00+02:00", ""),
    ],
)
@pytest.mark.usefixtures("with_reference")
def test_what_a_batch_covers_is_the_end_of_its_newest_period(conn, loader, code, clock, until) -> None:
    loader(code, clock)
    row = conn.execute(
        """select b.covers_until_date::text from ops.batch as b join landing.payload as p using (payload_id)
        where p.source_code = %s order by b.batch_id desc limit 1""",
        (code,),
    ).fetchone()
    assert row is not None
    if until is None:
        assert row[0] is not None
        assert row[0] <= clock[:10]
    else:
        assert row[0] == (until or None)
