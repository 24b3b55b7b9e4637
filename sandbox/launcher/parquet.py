"""`make export`: every mart as Parquet below var/export, with a data package that describes them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg

from include.reports.issue.as_of import parse_as_of
from include.warehouse.export import export
from include.warehouse.roles import ANALYST
from sandbox.launcher.query import SAMPLE_MOMENT, server_up
from sandbox.launcher.workdir import LocalFailure, State


def write(state: State, as_of: str) -> Path:
    """Writes every mart as of a day or moment, by default as of now; returns the folder.

    Raises LocalFailure for a moment that is none, or when the warehouse does not answer.
    """
    folder = state.var / "export"
    with server_up(state) as server:
        dsn = server.dsn("warehouse", ANALYST)
        try:
            export(dsn, folder, parse_as_of(as_of) if as_of else _newest(dsn))
        except (psycopg.Error, ValueError) as error:
            raise LocalFailure(f"{error} Ask for a day: make export AS_OF=2026-03-31") from error
    return folder


def _newest(dsn: str) -> datetime:
    """Now; on sample data the world's own newest moment."""
    with psycopg.connect(dsn) as conn:
        row = conn.execute(SAMPLE_MOMENT).fetchone()
    return datetime.fromisoformat(row[0]) if row and row[0] else datetime.now(UTC)
