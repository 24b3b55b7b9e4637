"""What is asked of one series or market is found by an index, at any moment; a dataset is not read for it.

An empty warehouse is enough: the plan is shaped by how the views are written (a `with` in mart.observation would be
enough to lose it), and reading a whole table is made unattractive.
"""

from __future__ import annotations

import psycopg
import pytest

QUESTIONS = {
    "a series": "select value from mart.observation where series_id = 1",
    "a market": "select value_eur from mart.goods_trade where country_code = 'VN' and flow_code = 'X'",
    "a market by domain": "select last_year_eur from mart.trade where country_code = 'VN' and flow_code = 'X'",
    "the revisions of a series": "select * from mart.revision where dataset_code = 'A:B' and series_key = 'C'",
    "the steps of a series": "select * from mart.revision_triangle where dataset_code = 'A:B' and series_key = 'C'",
    "a KPI from chapters": "select * from mart.goods_export_domain_chapter",
}


def plan(conn: psycopg.Connection, question: str) -> str:
    """The plan of a question, read whole tables only where nothing else is possible."""
    for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
        conn.execute(f"set enable_{way} = off".encode())
    return "\n".join(line for (line,) in conn.execute(f"explain {question}".encode()))


@pytest.mark.parametrize("name", QUESTIONS)
def test_observations_are_found_by_their_series(conn: psycopg.Connection, name: str) -> None:
    said = plan(conn, QUESTIONS[name])
    assert "using observation_everyday_version" in said
    assert "Index Cond: ((series_id = " in said or "Index Cond: (series_id = " in said


@pytest.mark.parametrize("name", ["a market", "a market by domain"])
def test_a_market_is_found_by_its_code(conn: psycopg.Connection, name: str) -> None:
    assert "(dimensions ->> 'COUNTRY'::text) = 'VN'::text" in plan(conn, QUESTIONS[name])


def test_who_asks_for_no_share_of_all_trade_does_not_have_it_added_up(conn: psycopg.Connection) -> None:
    asked = QUESTIONS["a market by domain"]
    share = asked.replace("last_year_eur", "total_share")
    assert [plan(conn, text).count(" on observation_everyday ") for text in (asked, share)] == [1, 2]


def test_what_is_broken_is_known_without_working_out_an_indicator(conn: psycopg.Connection) -> None:
    said = plan(conn, "select * from mart.open_problem")
    assert "release_calendar" in said
    assert [table for table in ("fdi_project", "partner_activity") if f"on {table}" in said] == []
    assert "on fdi_project" in plan(conn, "select data_until_date from mart.freshness")
