"""The commands that start the embedded server for the product's own commands: make sql, make evidence."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.launcher.console import StepPrinter
from sandbox.launcher.postgres import FAST, Server, running
from sandbox.launcher.warehouse_commands import print_answer, show_evidence
from sandbox.launcher.workdir import ROOT, LauncherError, WorkDir


def test_a_stopped_server_is_started_for_the_question_and_stopped_after_it(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path / "var")
    with running(workdir.postgres, FAST) as server:
        server.stop()
        output = io.StringIO()
        print_answer(workdir, "select current_user as who, current_setting('transaction_read_only') as ro", output)
        assert output.getvalue().startswith("who,ro\nanalyst,")
        assert server.port is None
        with pytest.raises(LauncherError, match="permission denied"):
            print_answer(workdir, "create table mine (a int)", output)
        server.start()
        print_answer(workdir, "select 1", output)
        assert Server(workdir.postgres).port == server.port


def test_two_questions_at_once_to_a_stopped_server_are_both_answered(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path / "var")
    with running(workdir.postgres, FAST) as server:
        server.stop()
        outputs = [io.StringIO(), io.StringIO(), io.StringIO()]
        with ThreadPoolExecutor(len(outputs)) as pool:
            for output in outputs:
                pool.submit(print_answer, workdir, "select pg_sleep(0.3)::text is not null as ok", output)
                time.sleep(0.35)
        assert [output.getvalue() for output in outputs] == ["ok\nt\n"] * 3
        assert server.port is None
        assert not workdir.borrowed.exists()


def test_a_server_that_a_killed_question_left_up_is_stopped_by_the_next(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path / "var")
    with running(workdir.postgres, FAST) as server:
        workdir.mark_borrowed()
        print_answer(workdir, "select 1", io.StringIO())
        assert server.port is None


def test_a_reader_who_stops_early_is_no_failure(tmp_path: Path) -> None:
    script = """
from sandbox.launcher import __main__
__main__.COMMANDS["sql"] = lambda *_: [print("x" * 1000) for _ in range(10_000)]
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


def test_without_a_warehouse_it_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LauncherError, match="make run"):
        print_answer(WorkDir(tmp_path / "var"), "select 1", io.StringIO())
    monkeypatch.setenv("ACCELERATES_KPI", "exports_eur")
    with pytest.raises(LauncherError, match="make run"):
        show_evidence(WorkDir(tmp_path / "var"), StepPrinter())


def test_without_a_kpi_make_evidence_says_how_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCELERATES_KPI", "")
    with pytest.raises(LauncherError, match="make evidence KPI="):
        show_evidence(WorkDir(tmp_path / "var"), StepPrinter())


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
