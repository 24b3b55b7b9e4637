"""Query results as CSV."""

from __future__ import annotations

import csv
import io

import psycopg
import pytest

from include.warehouse.run_query import write_csv


def test_values_come_as_postgresql_prints_them(conn: psycopg.Connection) -> None:
    output = io.StringIO()
    write_csv(conn, """select 1.50 as "a b", null as c, 'x,"y"' as d, date '2026-10-15' as e, true as f""", output)
    assert output.getvalue() == 'a b,c,d,e,f\n1.50,,"x,""y""",2026-10-15,t\n'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_text_of_others_is_a_formula_for_a_spreadsheet(conn: psycopg.Connection, start: str) -> None:
    output = io.StringIO()
    conn.execute("create temporary table told (title text, value numeric)")
    conn.execute("insert into told values (%s, -1)", (f"{start}1+1",))
    write_csv(conn, "select * from told", output)
    assert list(csv.reader(io.StringIO(output.getvalue()))) == [["title", "value"], [f"'{start}1+1", "-1"]]


def test_the_last_of_several_statements_answers(conn: psycopg.Connection) -> None:
    output = io.StringIO()
    write_csv(conn, "set warehouse.as_of = '2026-03-01'; select core.as_of()::date as day;", output)
    assert output.getvalue() == "day\n2026-03-01\n"
