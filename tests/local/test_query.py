"""make sql."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from sandbox.launcher.postgres import FAST, Server, running
from sandbox.launcher.query import answer, write_csv
from sandbox.launcher.workdir import ROOT, LocalFailure, State


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


def test_a_stopped_server_is_started_for_the_question_and_stopped_after_it(tmp_path: Path) -> None:
    state = State(tmp_path / "var")
    with running(state.postgres, FAST) as server:
        server.stop()
        output = io.StringIO()
        answer(state, "select current_user as who, current_setting('transaction_read_only') as ro", output)
        assert output.getvalue().startswith("who,ro\nanalyst,")
        assert server.port is None
        with pytest.raises(LocalFailure, match="permission denied"):
            answer(state, "create table mine (a int)", output)
        server.start()
        answer(state, "select 1", output)
        assert Server(state.postgres).port == server.port


def test_two_questions_at_once_to_a_stopped_server_are_both_answered(tmp_path: Path) -> None:
    state = State(tmp_path / "var")
    with running(state.postgres, FAST) as server:
        server.stop()
        outputs = [io.StringIO(), io.StringIO(), io.StringIO()]
        with ThreadPoolExecutor(len(outputs)) as pool:
            for output in outputs:
                pool.submit(answer, state, "select pg_sleep(0.3)::text is not null as ok", output)
                time.sleep(0.35)
        assert [output.getvalue() for output in outputs] == ["ok\nt\n"] * 3
        assert server.port is None
        assert not state.borrowed.exists()


def test_a_server_that_a_killed_question_left_up_is_stopped_by_the_next(tmp_path: Path) -> None:
    state = State(tmp_path / "var")
    with running(state.postgres, FAST) as server:
        state.borrow()
        answer(state, "select 1", io.StringIO())
        assert server.port is None


def test_a_reader_who_stops_early_is_no_failure(tmp_path: Path) -> None:
    script = """
from sandbox.launcher import __main__, query
query.answer = lambda *_, **__: [print("x" * 1000) for _ in range(10_000)]
raise SystemExit(__main__.main())
"""
    command = [sys.executable, "-c", script, "sql"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asked:
        assert asked.stdout is not None
        assert asked.stderr is not None
        asked.stdout.readline()
        asked.stdout.close()
        assert asked.stderr.read() == b""
    assert asked.returncode == 0


def test_without_a_warehouse_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LocalFailure, match="make run"):
        answer(State(tmp_path / "var"), "select 1")


def test_make_hands_the_question_over_untouched() -> None:
    question = """select $$it's$$, "x" from t where a = '$(HOME)'"""
    command = [
        "make",
        "--directory",
        str(ROOT),
        "--no-print-directory",
        "--eval",
        "shown:;@printenv ACCELERATES_QUESTION",
    ]
    shown = subprocess.run([*command, "shown", f"Q={question}"], capture_output=True, text=True, check=True)
    assert shown.stdout == f"{question}\n"


def test_an_unknown_command_is_refused() -> None:
    command = [sys.executable, "-m", "sandbox.launcher", "explode"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 2
