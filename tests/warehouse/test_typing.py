"""The fast typing reads every text as the plain one does."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PLAIN = Path(__file__).with_name("plain_typing.sql")
FUNCTIONS = ("to_numeric", "to_date", "to_moment", "period_start")
WORDS = """2026 0000 2026-S1 2026-S3 2026-Q4 2026-Q5 2026-09 2026-13 0000-01 2026-09-14 2024-02-29 2026-02-29 2026-02-30
2026-00-10 2026-10-00 2026-09-14T00:00:00 2026-09-14T00:00:00.000 2026-09-14T11:00 2026-09-14T11:00:00
2026-09-14T25:00:00 2026-09-14T11:60:00 2026-09-14T11:00:60 2026-09-14T11:00:00.123456 2026-09-14T11:00:00Z
2026-09-14T11:00:00+02:00 2026-09-14T11:00:00.5-0130 2026-02-30T11:00:00Z 22/05/26 31/02/26 32/01/26 22/05/69
22/05/70 22/13/26 1 01 1.5 -1 +1 .5 5. 1e5 1E-5 1e309 NaN : - 1,5 123456789012345678 1234567890123456789012345
0.1234567890123456789 1x 2026-9 2026-W10 20260914"""
EXAMPLES = [
    *WORDS.split(),
    "\u0663",
    "",
    " ",
    " 12 ",
    " 2026-09-14 ",
    "2026-09-14 11:00:00",
    "22/05/26 11:00:00",
    "22/05/26 24:00:00",
    "\t7\n",
]


@pytest.fixture
def both(conn: psycopg.Connection) -> psycopg.Connection:
    """A warehouse that has the plain typing, too, in schema plain."""
    conn.execute(PLAIN.read_bytes())
    return conn


def said(conn: psycopg.Connection, schema: str, name: str, text: str) -> object:
    try:
        row = conn.execute(f"select {schema}.{name}(%s)::text".encode(), (text,)).fetchone()
    except psycopg.DataError:
        return "an error"
    assert row is not None
    return row[0]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_example_reads_the_same_or_is_null_where_the_plain_one_fails(both: psycopg.Connection, name: str) -> None:
    for text in EXAMPLES:
        before, after = said(both, "plain", name, text), said(both, "core", name, text)
        assert after == (None if before == "an error" else before), text


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="0123456789-/:.TZ +QSeE", max_size=20), name=st.sampled_from(FUNCTIONS))
def test_so_does_any_text(both: psycopg.Connection, text: str, name: str) -> None:
    before, after = said(both, "plain", name, text), said(both, "core", name, text)
    assert after == (None if before == "an error" else before)
