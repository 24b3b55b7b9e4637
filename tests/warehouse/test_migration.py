"""A warehouse that holds rows goes up and down through every revision of its schema and keeps them."""

from __future__ import annotations

import psycopg
import pytest

from include.errors import WarehouseError
from include.warehouse import migrate
from sandbox.sources import TODAY

FIRST, CLOCK = "0001", TODAY.isoformat()


@pytest.fixture
def loaded(ritual):
    """Reference tables and one publication of each agency."""
    ritual.reference(CLOCK)
    ritual("fit_fdi_annual", CLOCK)
    ritual("fit_fdi_project", CLOCK)
    return ritual


def counts(dsn: str) -> dict[str, int]:
    with psycopg.connect(dsn) as conn:
        tables = conn.execute(
            "select relname from pg_class where relnamespace = 'core'::regnamespace and relkind in ('r', 'p')"
        ).fetchall()
        return {name: (conn.execute(f"select count(*) from core.{name}").fetchone() or (0,))[0] for (name,) in tables}


def value(dsn: str, question: str) -> object:
    with psycopg.connect(dsn) as conn:
        row = conn.execute(question.encode()).fetchone()
    return row and row[0]


def test_down_to_the_first_revision_and_up_again_keeps_what_both_know(loaded) -> None:
    before = counts(loaded.dsn)
    migrate.downgrade(loaded.dsn, FIRST)
    at_first = counts(loaded.dsn)
    assert set(at_first) <= set(before)
    assert value(loaded.dsn, "select count(*) from pg_class where relnamespace = 'mart'::regnamespace") == 0
    migrate.migrate(loaded.dsn)
    assert {name: count for name, count in counts(loaded.dsn).items() if name in at_first} == at_first
    assert value(loaded.dsn, "select count(*) from mart.fdi_annual") == before["observation"]
    # The reference tables that are new are filled by the next run, like on the first day.
    loaded.reference(CLOCK.replace("2026-10-15", "2026-10-16"))
    assert counts(loaded.dsn).keys() == before.keys()


def test_going_down_stops_for_a_view_that_would_be_lost(loaded) -> None:
    with psycopg.connect(loaded.dsn) as conn:
        conn.execute("create schema desk; create view desk.jobs as select * from mart.fdi_annual")
    with pytest.raises(WarehouseError, match=r"desk\.jobs"):
        migrate.downgrade(loaded.dsn, FIRST)
    assert value(loaded.dsn, "select count(*) > 0 from desk.jobs")


def test_migrating_again_changes_nothing(loaded) -> None:
    catalog = "select array_agg(oid order by oid) from pg_class where relnamespace = 'mart'::regnamespace"
    before = value(loaded.dsn, catalog)
    migrate.migrate(loaded.dsn)
    assert value(loaded.dsn, catalog) == before
