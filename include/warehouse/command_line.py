"""Shared by the command lines: warehouse address, sample world's moment, exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import psycopg

from include.errors import PipelineError

# Failures that the person at the keyboard can act on; anything else is a defect and shows its traceback.
EXPECTED_FAILURES = (psycopg.Error, PipelineError, LookupError, ValueError)
_SAMPLE_MOMENT = """
select max(known_from)::text from ops.merge where exists (select from landing.payload where is_sample)
"""


def warehouse_url(name: str = "WAREHOUSE_URL") -> str:
    """Return the warehouse's address from the environment.

    Raises:
        LookupError: the variable is not set.
    """
    if url := os.environ.get(name):
        return url
    raise LookupError(f"{name} is not set: postgresql://analyst:PASSWORD@HOST:5432/warehouse")


def read_sample_moment(conn: psycopg.Connection) -> str | None:
    """Return the newest moment of the sample world, which has its own date.

    Returns None when the data are real.

    By the clock on the wall every figure of the sample world would be old.
    """
    try:
        row = conn.execute(_SAMPLE_MOMENT).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return row[0] if row else None


def set_sample_moment(conn: psycopg.Connection) -> None:
    """Set the default as-of moment of a session on sample data.

    A question may still set another.
    """
    if moment := read_sample_moment(conn):
        conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
        sys.stderr.write(f"sample data, as of {moment}; set warehouse.as_of asks for another\n")


def exit_status(command: Callable[[], object], expected: tuple[type[Exception], ...] = EXPECTED_FAILURES) -> int:
    """Run a command: status 0, or 1 with the reason on standard error, or 130 when interrupted."""
    try:
        command()
        sys.stdout.flush()
    except (KeyError, IndexError):
        # A defect, although a LookupError.
        raise
    except expected as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130
    except BrokenPipeError:
        # The reader stopped early, as in `make sql ... | head`; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
