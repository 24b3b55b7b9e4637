"""The commands of the Makefile: `python -m sandbox.launcher run`, `up`, `sql` and so on."""

from __future__ import annotations

import argparse
import shutil
import signal
import time
from collections.abc import Callable
from datetime import timedelta

from include.ledger import release
from include.warehouse.command_line import exit_status
from include.warehouse.roles import ANALYST
from sandbox.launcher import airflow, lifecycle, ports, run_summary, warehouse_commands
from sandbox.launcher.console import StepPrinter
from sandbox.launcher.postgres import Server
from sandbox.launcher.run_dags import DagRunner
from sandbox.launcher.workdir import LauncherError, WorkDir

LOCK_WAIT_SECONDS = 5.0
NEXT_COMMANDS = """\
make sql Q='select * from mart.scorecard'   asks the warehouse, read-only
make up                                     keeps it up, with Airflow's pages"""


def run(workdir: WorkDir, printer: StepPrinter, *, stay: bool = False) -> None:
    """Run the whole sample world, from publication to mailed report.

    With `stay` it leaves the platform running.
    """
    began = time.monotonic()
    printer.print_text(f"Flanders Accelerates! KPI platform {release()}")
    with workdir.locked(LOCK_WAIT_SECONDS):
        found = lifecycle.find_platform(workdir)
        if found:
            printer.print_text(f"using the platform that is up at {found.url}")
        try:
            platform = found or lifecycle.start_platform(workdir, printer)
            if stay:
                workdir.write_platform({"ports": dict(platform.ports)})
            _run_dags(platform, printer)
        finally:
            if not (stay and workdir.read_platform()) and not found:
                _ignore_signals()
                lifecycle.stop_platform(workdir)
    elapsed = timedelta(seconds=round(time.monotonic() - began))
    printer.print_text(f"Done in {elapsed}.\n\nmails   {workdir.mail}")
    printer.print_text(_addresses(platform) if stay or found else NEXT_COMMANDS)


def up(workdir: WorkDir, printer: StepPrinter) -> None:
    """Run the whole sample world and leave the platform running."""
    run(workdir, printer, stay=True)


def _run_dags(platform: lifecycle.Platform, printer: StepPrinter) -> None:
    # Imported here: the other commands need no sample world.
    from sandbox.sources import PUBLICATIONS, TODAY

    dsn = platform.server.dsn("warehouse", ANALYST)
    before = run_summary.read_before(dsn, platform.workdir)
    runner = DagRunner(platform.api, platform.workdir, printer, TODAY)
    runner.run_all(PUBLICATIONS)
    printer.print_text(
        f"{len(runner.done)} DAG runs; {runner.skipped} of earlier days had been run before and were not run again.\n"
    )
    run_summary.print_summary(dsn, platform.workdir, before, printer, TODAY)


def _addresses(platform: lifecycle.Platform) -> str:
    return (
        f"Airflow {platform.url}   user {airflow.ADMIN}, password {airflow.admin_password(platform.workdir)}\n"
        f"KPIs    {platform.url}/plugin/kpi_scorecard\n"
        f"SMTP    {ports.LOOPBACK}:{platform.ports['mail']}\n"
        "Schedules are off: the sample world has its own date, so runs are triggered. make down stops everything."
    )


def down(workdir: WorkDir, printer: StepPrinter) -> None:
    """Stop everything of this clone."""
    with workdir.locked(LOCK_WAIT_SECONDS):
        count = lifecycle.stop_platform(workdir)
    printer.print_text(f"stopped {count} processes" if count else "nothing was running")


def clean(workdir: WorkDir, printer: StepPrinter) -> None:
    """Stop everything and remove all state."""
    with workdir.locked(LOCK_WAIT_SECONDS):
        lifecycle.stop_platform(workdir)
        Server(workdir.postgres).remove()
        shutil.rmtree(workdir.var)
    printer.print_text(f"removed {workdir.var}")


COMMANDS: dict[str, Callable[[WorkDir, StepPrinter], None]] = {
    "run": run,
    "up": up,
    "down": down,
    "clean": clean,
    "docs": warehouse_commands.write_docs,
    "evidence": warehouse_commands.show_evidence,
    "export": warehouse_commands.export_warehouse,
    "report": warehouse_commands.write_report_files,
    "replay": warehouse_commands.replay_snapshots,
    "sql": warehouse_commands.query_warehouse,
}


def _ignore_signals() -> None:
    """Let a second Ctrl-C not interrupt stopping, which ends by itself, by force if need be."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _exit_on_signal(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    """Run a command: status 0, or 1 with the reason on standard error, or 130 when interrupted."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.launcher", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    command = COMMANDS[parser.parse_args().command]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit_on_signal)
    return exit_status(lambda: command(WorkDir(), StepPrinter()), (LauncherError,))


if __name__ == "__main__":
    raise SystemExit(main())
