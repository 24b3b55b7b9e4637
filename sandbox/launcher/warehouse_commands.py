"""The commands that need only the warehouse: start the server, call the product's command.

Their arguments come from the environment, where make puts them untouched: `make sql Q=...` sets ACCELERATES_QUESTION.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import psycopg

from include.errors import PipelineError
from include.warehouse.roles import ANALYST, REPORTER
from sandbox.launcher.console import StepPrinter
from sandbox.launcher.postgres import FAST, SUPERUSER, Server, running
from sandbox.launcher.workdir import LauncherError, WorkDir

SERVER_WAIT_SECONDS = 60.0
ASK_SQL = "Ask something: make sql Q='select * from mart.scorecard'"
ASK_EVIDENCE = "Ask for one: make evidence KPI=exports_eur PERIOD=2026-07"
ASK_EXPORT = "Ask for a day: make export AS_OF=2026-03-31"
ASK_REPORT = "Ask for one: make report AS_OF=2026-03-31 AUDIENCE=management LOCALE=nl"
ASK_REPLAY = "Ask: make replay DIR=folder/of/snapshots MAP=map.toml (docs/replay.md)"


@contextmanager
def server_up(workdir: WorkDir, *, create: bool = False) -> Iterator[Server]:
    """Give the embedded server; when it is not up, start it for the block and stop it after.

    A second command that finds the server started by the block of another waits for the end of that block.

    Args:
        workdir: the clone's state.
        create: make a new server when there is none.

    Raises:
        LauncherError: there is no server yet.
    """
    server = Server(workdir.postgres)
    if not server.exists and not create:
        raise LauncherError("There is no warehouse yet. Make it: make run")
    # Checked before and after: the port is open while another command's block ends.
    if not workdir.borrowed.exists() and server.port is not None and not workdir.borrowed.exists():
        yield server
        return
    with workdir.locked(SERVER_WAIT_SECONDS):
        was_up = server.port is not None and not workdir.borrowed.exists()
        if not was_up:
            workdir.mark_borrowed()
        try:
            server.start()
            yield server
        finally:
            if not was_up:
                server.stop()
                workdir.unmark_borrowed()


@contextmanager
def advice(text: str, *expected: type[Exception]) -> Iterator[None]:
    """Turn the expected failures of a product's command into a LauncherError with advice."""
    try:
        yield
    except expected as error:
        raise LauncherError(f"{error} {text}".strip()) from error


def query_warehouse(workdir: WorkDir, printer: StepPrinter) -> None:
    """Print the answer to the question of `make sql` as CSV."""
    print_answer(workdir, _argument("QUESTION"), sys.stdout, _argument("DB") or "warehouse")


def print_answer(workdir: WorkDir, question: str, output: TextIO, database: str = "warehouse") -> None:
    """Write the answer of a database to a question as CSV."""
    from include.warehouse.run_query import run_query

    if not question.strip():
        raise LauncherError(ASK_SQL)
    with server_up(workdir) as server, advice("", psycopg.Error):
        run_query(server.dsn(database, ANALYST), question, output)


def show_evidence(workdir: WorkDir, printer: StepPrinter) -> None:
    """Print the rows behind the figure of `make evidence`."""
    from include.reports.workflow.print_evidence import print_evidence

    kpi, period, as_of = (_argument(name) for name in ("KPI", "PERIOD", "AS_OF"))
    if not kpi:
        raise LauncherError(ASK_EVIDENCE)
    with server_up(workdir) as server:
        try:
            print_evidence(server.dsn("warehouse", ANALYST), kpi, period, as_of)
        except LookupError as error:
            raise LauncherError(str(error)) from error
        except (psycopg.Error, ValueError) as error:
            raise LauncherError(f"{str(error).splitlines()[0]}. {ASK_EVIDENCE}") from error


def export_warehouse(workdir: WorkDir, printer: StepPrinter) -> None:
    """Write every mart as Parquet into var/export."""
    from include.periods import parse_as_of
    from include.warehouse.export import export_marts

    folder, as_of = workdir.var / "export", _argument("AS_OF")
    with server_up(workdir) as server, advice(ASK_EXPORT, psycopg.Error, ValueError):
        export_marts(server.dsn("warehouse", ANALYST), folder, parse_as_of(as_of) if as_of else None)
    printer.print_text(f"wrote {folder}")


def write_report_files(workdir: WorkDir, printer: StepPrinter) -> None:
    """Write the report of `make report` into var/reports."""
    from include.reports.workflow.write_report import WantedReport, write_report

    variables = {"as_of": "AS_OF", "audience": "AUDIENCE", "language": "LOCALE", "message_id": "MESSAGE_ID"}
    given = {name: value for name, variable in variables.items() if (value := _argument(variable))}
    failures = (psycopg.Error, PipelineError, LookupError, ValueError)
    with server_up(workdir) as server, advice(ASK_REPORT, *failures):
        path = write_report(server.dsn("warehouse", REPORTER), workdir.var / "reports", WantedReport(**given))
    printer.print_text(f"wrote {path}")


def replay_snapshots(workdir: WorkDir, printer: StepPrinter) -> None:
    """Load the snapshots of `make replay` into a database of their own."""
    from include.pipeline.replay import read_map
    from include.pipeline.replay_folder import database_of, replay_folder

    folder, map_file = (Path(_argument(name) or "?") for name in ("DIR", "MAP"))
    if not folder.is_dir() or not map_file.is_file():
        raise LauncherError(f"DIR must be a folder and MAP a file; got {folder} and {map_file}. {ASK_REPLAY}")
    try:
        snapshots = read_map(map_file)
        workdir.create_folders()
        with server_up(workdir, create=True) as server:
            addresses = server.dsn("postgres", SUPERUSER), server.dsn("warehouse"), f"file://{workdir.landing}"
            newest = replay_folder(*addresses, folder, snapshots, printer.print_text)
    except PipelineError as error:
        raise LauncherError(f"{type(error).__name__}: {error}") from error
    printer.print_text(
        f"\nmake sql DB={database_of(snapshots)} Q=\"set warehouse.as_of = '{newest.isoformat()}'; "
        'select * from mart.observation limit 10"'
    )


def write_docs(workdir: WorkDir, printer: StepPrinter) -> None:
    """Write the generated pages of docs/ from an empty warehouse made for the purpose."""
    from include.warehouse import migrate
    from sandbox.launcher import documentation

    with tempfile.TemporaryDirectory() as folder, running(Path(folder), FAST) as server:
        migrate.migrate(server.dsn("warehouse"))
        for page in documentation.write_pages(server.dsn("warehouse")):
            printer.print_text(f"wrote {page}")


def _argument(name: str) -> str:
    return os.environ.get(f"ACCELERATES_{name}", "")
