"""`make sql`: a question to the warehouse, as the read-only analyst, answered as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import psycopg

from include.warehouse.roles import ANALYST
from sandbox.launcher.postgres import Server
from sandbox.launcher.workdir import LocalFailure, State

PATIENCE_S = 60.0
# The sample world has its own date; by the clock on the wall all its figures would be old.
SAMPLE_MOMENT = """
select max(known_from)::text from ops.merge where exists (select from landing.payload where is_sample)
"""
# Types of PostgreSQL that hold free text: text, varchar, char, and a literal that was given no type.
_TEXTS = frozenset({25, 1043, 1042, 705})
_FORMULAS = ("=", "+", "-", "@", "\t")


def answer(state: State, question: str, output: TextIO = sys.stdout, database: str = "warehouse") -> None:
    """Writes the result of the last statement of `question`. Raises LocalFailure with PostgreSQL's words, or advice."""
    if not question.strip():
        raise LocalFailure("Ask something: make sql Q='select * from mart.scorecard'")
    with server_up(state) as server:
        try:
            with psycopg.connect(server.dsn(database, ANALYST), autocommit=True) as conn:
                stand_in_the_sample_world(conn)
                write_csv(conn, question, output)
        except psycopg.Error as error:
            raise LocalFailure(str(error)) from error


def stand_in_the_sample_world(conn: psycopg.Connection) -> None:
    """On sample data the default moment is the world's own newest; a question may still set another."""
    try:
        moment = conn.execute(SAMPLE_MOMENT).fetchone()
    except psycopg.errors.UndefinedTable:
        return
    if moment and moment[0]:
        conn.execute("select set_config('warehouse.as_of', %s, false)", moment)
        print(f"sample data, as of {moment[0]}; set warehouse.as_of asks for another", file=sys.stderr)


def write_csv(conn: psycopg.Connection, question: str, output: TextIO) -> None:
    """Runs one or more statements and writes the last one's rows, values as PostgreSQL prints them, null as nothing.

    What partners wrote is opened in spreadsheets: a text never begins a formula there.
    """
    cursor = conn.execute(question.encode())
    while cursor.nextset():
        pass
    result = cursor.pgresult
    if result is None or cursor.description is None:
        return
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow([column.name for column in cursor.description])
    is_text = [column.type_code in _TEXTS for column in cursor.description]
    for row in range(result.ntuples):
        values = (result.get_value(row, column) for column in range(result.nfields))
        texts = (None if value is None else value.decode() for value in values)
        writer.writerow([_harmless(text) if free else text for text, free in zip(texts, is_text, strict=True)])


def _harmless(text: str | None) -> str | None:
    """Text of others that a spreadsheet would take for a formula, with the apostrophe that makes it text there."""
    return f"'{text}" if text and text.startswith(_FORMULAS) else text


@contextmanager
def server_up(state: State, *, made: bool = False) -> Iterator[Server]:
    """The embedded server; when it is not up, started for the block and stopped after it; `made` makes a new one.

    Who finds a server that another one started for its own block waits for the end of that.
    """
    server = Server(state.postgres)
    if not server.exists and not made:
        raise LocalFailure("There is no warehouse yet. Make it: make run")
    # Looked at before and after: a server is up for a block between the two.
    if not state.borrowed.exists() and server.port is not None and not state.borrowed.exists():
        yield server
        return
    with state.locked(PATIENCE_S):
        was_up = server.port is not None and not state.borrowed.exists()
        if not was_up:
            state.borrow()
        try:
            server.start()
            yield server
        finally:
            if not was_up:
                server.stop()
                state.give_back()
