"""Run a query on the warehouse and print its rows as CSV.

`WAREHOUSE_URL=postgresql://analyst:... python -m include.warehouse.run_query 'select * from mart.scorecard'`; the role
analyst reads and nothing else.
"""

from __future__ import annotations

import argparse
import csv
import sys
from typing import TextIO

import psycopg

from include.warehouse.command_line import exit_status, set_sample_moment, warehouse_url

# Types of PostgreSQL that hold free text: text, varchar, char, and a literal that was given no type.
_TEXT_TYPES = frozenset({25, 1043, 1042, 705})
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")


def run_query(dsn: str, question: str, output: TextIO = sys.stdout) -> None:
    """Write the rows of the question's last statement.

    Args:
        dsn: the warehouse, with the role that may read the tables of the question.
        question: one or more SQL statements.
        output: where the CSV goes.

    Raises:
        psycopg.Error: PostgreSQL refused; it says why.
    """
    with psycopg.connect(dsn, autocommit=True) as conn:
        set_sample_moment(conn)
        write_csv(conn, question, output)


def write_csv(conn: psycopg.Connection, question: str, output: TextIO) -> None:
    """Run one or more statements and write the rows of the last.

    Values are written as PostgreSQL prints them, null as nothing.

    Text that partners wrote may be opened in a spreadsheet, so none of it begins a formula there.
    """
    cursor = conn.execute(question.encode())
    while cursor.nextset():
        pass
    result = cursor.pgresult
    if result is None or cursor.description is None:
        return
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow([column.name for column in cursor.description])
    is_text = [column.type_code in _TEXT_TYPES for column in cursor.description]
    for row in range(result.ntuples):
        values = (result.get_value(row, column) for column in range(result.nfields))
        texts = (None if value is None else value.decode() for value in values)
        writer.writerow([_without_formula(text) if free else text for text, free in zip(texts, is_text, strict=True)])


def _without_formula(text: str | None) -> str | None:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return f"'{text}" if text and text.startswith(_FORMULA_STARTS) else text


def main() -> int:
    """Run the query of the command line on WAREHOUSE_URL."""
    parser = argparse.ArgumentParser(prog="python -m include.warehouse.run_query", description=__doc__)
    parser.add_argument("question", help="SQL; set warehouse.as_of = '2026-03-31'; asks for another moment")
    question = parser.parse_args().question
    return exit_status(lambda: run_query(warehouse_url(), question))


if __name__ == "__main__":
    raise SystemExit(main())
