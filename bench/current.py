"""The marts once more, in a schema of their own, for current rows only: what asking for a moment is held against.

Each text is the mart's own, and of two lines: a row is known to infinity, and now is now.
"""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

from include.warehouse import marts

SCHEMA, ASOF = "current_rows", "current_asof"
FOLDER = Path(__file__).parents[1] / "sql" / "marts"
MOMENT = r"(?:core\.as_of\(\)|\(select core\.as_of\(\)\))"
# What is asked of a row's two moments -> the same of a current row.
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
