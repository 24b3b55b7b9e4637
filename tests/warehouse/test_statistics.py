"""Moments as agencies write them, and an SDMX key as a filter on series keys."""

from __future__ import annotations

import psycopg
import pytest


def test_a_moment_is_read_or_null(conn: psycopg.Connection, subtests: pytest.Subtests) -> None:
    for text, moment in [
        ("2026-10-15T09:30:00+02:00", "2026-10-15 07:30:00+00"),
        ("2026-10-15T07:30:00Z", "2026-10-15 07:30:00+00"),
        ("2026-10-15T09:30:00", "2026-10-15 07:30:00+00"),  # Belgian time
        ("2026-10-15", "2026-10-14 22:00:00+00"),
        ("22/05/26 11:00:00", "2026-05-22 09:00:00+00"),
        ("22/01/26", "2026-01-21 23:00:00+00"),
        ("31/02/26 11:00:00", None),
        ("2025-13-01", None),
        ("soon", None),
        ("", None),
        (None, None),
    ]:
        with subtests.test(text=text, moment=moment):
            conn.execute("set timezone = 'UTC'")
            ((said,),) = conn.execute("select core.to_moment(%s)::text", (text,)).fetchall()
            assert said == moment


def test_a_key_fits_the_series_that_it_asks_for(conn: psycopg.Connection, subtests: pytest.Subtests) -> None:
    for key, series, fits in [
        ("VL..I+II.X", "VL.DE.II.X", True),
        ("VL..I+II.X", "VL.DE.III.X", False),
        ("VL..I+II.X", "VL.DE.I.X.M", False),
        ("...", "VL.DE.I.X", True),
        ("*.DE.*.*", "VL.DE.I.X", True),
        ("A.DI__D__F", "A.DI__D__F", True),
        ("A.X?", "A.X", False),  # a code is no pattern
        ("A.(X|Y)", "A.X", False),
    ]:
        with subtests.test(key=key, series=series, fits=fits):
            assert conn.execute("select %s ~ core.key_pattern(%s)", (series, key)).fetchall() == [(fits,)]
