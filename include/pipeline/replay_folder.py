"""Replay a folder of dated snapshots into a database that answers as of any of their dates.

`python -m include.pipeline.replay_folder ~/snapshots ~/snapshots/map.toml` with POSTGRES_URL (a superuser's),
WAREHOUSE_URL (the steward's; the new database is made beside this one) and ACCELERATES_LANDING; see docs/replay.md.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from include.pipeline.replay import Replayed, SnapshotMap, read_map, replay
from include.sources.dataflow import column_name
from include.warehouse import migrate
from include.warehouse.command_line import exit_status, warehouse_url
from include.warehouse.setup import create_database


def database_of(snapshots: SnapshotMap) -> str:
    """Name the database for the snapshots of a dataset: replay_nbb_macro for NBB:MACRO.

    Raises:
        ValueError: the dataset's code gives no name for a database.
    """
    name = f"replay_{column_name(snapshots.dataset)}"
    if not re.fullmatch("[a-z0-9_]{1,60}", name):
        raise ValueError(f"The dataset's code gives no name for a database: {name}")
    return name


def replay_folder(
    admin_url: str,
    warehouse: str,
    landing: str,
    folder: Path,
    snapshots: SnapshotMap,
    print_line: Callable[[str], object],
) -> datetime:
    """Replay the snapshots of a folder that were not replayed before.

    Returns the clock of the newest.

    Args:
        admin_url: a superuser's address of the server.
        warehouse: the steward's address of the live warehouse, which is left alone.
        landing: URL of landing.
        folder: where the snapshots are.
        snapshots: how to read them.
        print_line: is called with a line for each snapshot.

    Raises:
        PipelineError: a snapshot cannot be loaded; those before it are.
    """
    database = database_of(snapshots)
    with psycopg.connect(admin_url, autocommit=True) as conn:
        create_database(conn, database)
    dsn = urlsplit(warehouse)._replace(path=f"/{database}").geturl()
    migrate.migrate(dsn)
    for done in replay(dsn, landing, folder, snapshots):
        print_line(_line(done))
    return done.clock


def _line(done: Replayed) -> str:
    change = f"{done.inserted} inserted, {done.closed} closed, {done.unchanged} unchanged"
    return f"{done.clock:%Y-%m-%d}  {done.name}  {change if done.is_new else 'known already'}"


def main() -> int:
    """Replay the folder of the command line."""
    parser = argparse.ArgumentParser(prog="python -m include.pipeline.replay_folder", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("map", type=Path)
    options = parser.parse_args()

    def command() -> None:
        replay_folder(
            warehouse_url("POSTGRES_URL"),
            warehouse_url(),
            os.environ["ACCELERATES_LANDING"],
            options.folder,
            read_map(options.map),
            lambda line: sys.stdout.write(f"{line}\n"),
        )

    return exit_status(command)


if __name__ == "__main__":
    raise SystemExit(main())
