"""`make sql`: a question to the warehouse, as the read-only analyst, answered as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import psycopg

from include.local.databases import ANALYST
from include.local.postgres import Server
from include.local.state import LocalFailure, State

PATIENCE_S = 60.0


def answer(state: State, question: str, output: TextIO = sys.stdout) -> None:
    """Writes the result of the last statement of `question`. Raises LocalFailure with PostgreSQL's words, or advice."""
    if not question.strip():
        raise LocalFailure("Ask something: make sql Q='select * from mart.scorecard'")
    with _server(state) as server:
        try:
            with psycopg.connect(server.dsn("warehouse", ANALYST), autocommit=True) as conn:
                write_csv(conn, question, output)
        except psycopg.Error as error:
            raise LocalFailure(str(error)) from error


def write_csv(conn: psycopg.Connection, question: str, output: TextIO) -> None:
    """Runs one or more statements and writes the last one's rows, values as PostgreSQL prints them, null as nothing."""
    cursor = conn.execute(question.encode())
    while cursor.nextset():
        pass
    result = cursor.pgresult
    if result is None or cursor.description is None:
        return
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow([column.name for column in cursor.description])
    for row in range(result.ntuples):
        values = (result.get_value(row, column) for column in range(result.nfields))
        writer.writerow([None if value is None else value.decode() for value in values])


@contextmanager
def _server(state: State) -> Iterator[Server]:
    """The embedded server; when it is not up, started for the block and stopped after it."""
    server = Server(state.postgres)
    if not server.exists:
        raise LocalFailure("There is no warehouse yet. Make it: make run")
    if server.port is not None:
        yield server
        return
    with state.locked(PATIENCE_S):
        was_up = server.port is not None
        server.start()
        try:
            yield server
        finally:
            if not was_up:
                server.stop()
