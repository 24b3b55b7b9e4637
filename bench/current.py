"""Copies of the marts for current rows only, to measure what an as-of moment costs.

They stand in a schema of their own. Each is the mart's own SQL, except that a row is known to infinity and
the moment is now.
"""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

from include.warehouse import marts

SCHEMA, ASOF = "current_rows", "current_asof"
FOLDER = Path(__file__).parents[1] / "sql" / "marts"
MOMENT = r"(?:core\.as_of\(\)|\(select core\.as_of\(\)\))"
# Condition on a row's two moments -> the same condition for a current row.
WAYS = {
    rf"\((?:\w+\.)?known_from > {MOMENT}\)::integer <> 1": "true",
    rf"(?:\w+\.)?known_from <= {MOMENT}": "true",
    rf"(\w+\.)?known_to > {MOMENT}": r"\1known_to = 'infinity'",
    MOMENT: "now()",
}


def asked(question: str) -> str:
    """Rewrite a question to the marts for the views of current rows."""
    return re.sub(r"\basof\.", f"{ASOF}.", re.sub(r"\bmart\.", f"{SCHEMA}.", question))


def written(text: str) -> str:
    """Rewrite the SQL of a mart for current rows."""
    for way, current in WAYS.items():
        text = re.sub(way, current, text)
    return asked(text)


def make(owner: psycopg.Connection) -> None:
    """Make the schema, for analysts to read."""
    texts = marts.asof_views(owner) | marts.texts_of(FOLDER)
    for schema in (ASOF, SCHEMA):
        owner.execute(f"create schema {schema}".encode())
        owner.execute(f"grant usage on schema {schema} to analyst".encode())
    marts.create(owner, {asked(name): written(text) for name, text in texts.items()})
    owner.execute(f"grant select on all tables in schema {SCHEMA} to analyst".encode())
