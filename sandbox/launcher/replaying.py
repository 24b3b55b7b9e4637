"""`make replay`: a folder of dated snapshots into a warehouse of its own, which answers as of any of their dates."""

from __future__ import annotations

import os
import re
from pathlib import Path

import psycopg
from psycopg import sql

from include.errors import PipelineError
from include.pipeline.replay import read_map, replay
from include.sources.dataflow import column_name
from include.warehouse import migrate
from include.warehouse.roles import OWNER
from sandbox.launcher.console import Steps
from sandbox.launcher.postgres import SUPERUSER, Server
from sandbox.launcher.query import server_up
from sandbox.launcher.workdir import LocalFailure, State

ASK = "Ask: make replay DIR=folder/of/snapshots MAP=map.toml (docs/replay.md)"


def run(state: State, steps: Steps) -> None:
    """Replays what DIR and MAP name. Raises LocalFailure for a snapshot that cannot be loaded."""
    folder, described = (Path(os.environ.get(f"ACCELERATES_{name}") or "?") for name in ("DIR", "MAP"))
    if not folder.is_dir() or not described.is_file():
        raise LocalFailure(f"DIR must be a folder and MAP a file; got {folder} and {described}. {ASK}")
    try:
        snapshots = read_map(described)
        state.prepare()
        with server_up(state, made=True) as server:
            database = f"replay_{column_name(snapshots.dataset)}"
            dsn = _database(server, database)
            for done in replay(dsn, f"file://{state.landing}", folder, snapshots):
                change = f"{done.inserted} inserted, {done.closed} closed, {done.unchanged} unchanged"
                steps.say(f"{done.clock:%Y-%m-%d}  {done.name}  {change if done.is_new else 'known already'}")
    except PipelineError as error:
        raise LocalFailure(f"{type(error).__name__}: {error}") from error
    steps.say(
        f"\nmake sql DB={database} Q=\"set warehouse.as_of = '{done.clock.isoformat()}'; "
        'select * from mart.observation limit 10"'
    )


def _database(server: Server, name: str) -> str:
    """DSN of a warehouse beside the live one, made when it is not there."""
    if not re.fullmatch("[a-z0-9_]{1,60}", name):
        raise LocalFailure(f"The dataset's code gives no name for a database: {name}")
    with psycopg.connect(server.dsn("postgres", SUPERUSER), autocommit=True) as conn:
        if conn.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
            conn.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
    migrate.migrate(server.dsn(name))
    return server.dsn(name)
