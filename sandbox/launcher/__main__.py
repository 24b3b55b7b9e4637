"""The commands behind the Makefile: `python -m sandbox.launcher run | up | down | sql | clean | docs`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from include.warehouse.roles import ANALYST
from sandbox.launcher import airflow, lifecycle, ports, query, run_summary
from sandbox.launcher.console import Steps
from sandbox.launcher.postgres import FAST, Server, running
from sandbox.launcher.run_dags import Play
from sandbox.launcher.workdir import LocalFailure, State

PATIENCE_S = 5.0
NEXT = """\
make sql Q='select * from mart.scorecard'   asks the warehouse, read-only
make up                                     keeps it up, with Airflow's pages"""


def run(state: State, steps: Steps, *, stay: bool) -> None:
    """The whole sample world, from publication to mailed report; with `stay` the platform is left running."""
    began = time.monotonic()
    with state.locked(PATIENCE_S):
        up = lifecycle.attach(state)
        if up:
            steps.say(f"using the platform that is up at {up.url}")
        try:
            platform = up or lifecycle.bring_up(state, steps)
            if stay:
                state.remember_platform({"ports": dict(platform.ports)})
            _play(platform, steps)
        finally:
            if not (stay and state.platform()) and not up:
                _undisturbed(lambda: lifecycle.take_down(state))
    steps.say(f"Done in {timedelta(seconds=round(time.monotonic() - began))}.\n\nmails   {state.mail}")
    steps.say(_where_up(platform) if stay or up else NEXT)


def _play(platform: lifecycle.Platform, steps: Steps) -> None:
    # Only here: the other commands work before the sample world is there.
    from sandbox.sources import PUBLICATIONS, TODAY

    dsn = platform.server.dsn("warehouse", ANALYST)
    before = run_summary.mark(dsn, platform.state)
    play = Play(platform.api, platform.state, steps, TODAY)
    play.whole(PUBLICATIONS)
    steps.say(
        f"{len(play.done)} DAG runs; {play.skipped} of earlier days had been run before and were not run again.\n"
    )
    run_summary.show(dsn, platform.state, before, steps, TODAY)


def _where_up(platform: lifecycle.Platform) -> str:
    return (
        f"Airflow {platform.url}   user {airflow.ADMIN}, password {airflow.admin_password(platform.state)}\n"
        f"KPIs    {platform.url}/plugin/kpi_scorecard\n"
        f"SMTP    {ports.LOOPBACK}:{platform.ports['mail']}\n"
        "Schedules are off: the sample world has its own date, so runs are triggered. make down stops everything."
    )


def down(state: State, steps: Steps) -> None:
    """Stops everything of this clone."""
    with state.locked(PATIENCE_S):
        count = lifecycle.take_down(state)
    steps.say(f"stopped {count} processes" if count else "nothing was running")


def clean(state: State, steps: Steps) -> None:
    """Stops everything and removes all state."""
    with state.locked(PATIENCE_S):
        lifecycle.take_down(state)
        Server(state.postgres).remove()
        shutil.rmtree(state.var)
    steps.say(f"removed {state.var}")


def docs(steps: Steps) -> None:
    """Writes the generated pages of docs/ from a schema made for the purpose."""
    from include.warehouse import documentation, migrate

    with tempfile.TemporaryDirectory() as folder, running(Path(folder), FAST) as server:
        migrate.migrate(server.dsn("warehouse"))
        for page in documentation.write(server.dsn("warehouse")):
            steps.say(f"wrote {page}")


def reported(state: State, steps: Steps) -> None:
    """Writes a report of any moment as files."""
    # Only here: rendering costs the other commands half a second.
    from sandbox.launcher import report

    words = {"as_of": "AS_OF", "audience": "AUDIENCE", "language": "LOCALE", "message_id": "MESSAGE_ID"}
    given = {name: os.environ.get(f"ACCELERATES_{word}") for name, word in words.items()}
    asked = report.Asked(**{name: value for name, value in given.items() if value})
    steps.say(f"wrote {report.write(state, asked)}")


def replayed(state: State, steps: Steps) -> None:
    """Loads a folder of dated snapshots into a warehouse of its own."""
    from sandbox.launcher import replaying

    replaying.run(state, steps)


def asked(state: State, steps: Steps) -> None:
    """Answers a question to a warehouse."""
    database = os.environ.get("ACCELERATES_DB") or "warehouse"
    query.answer(state, os.environ.get("ACCELERATES_QUESTION", ""), database=database)


def evidenced(state: State, steps: Steps) -> None:
    """Prints what a figure is made of."""
    from sandbox.launcher import evidence

    kpi, period, as_of = (os.environ.get(f"ACCELERATES_{word}", "") for word in ("KPI", "PERIOD", "AS_OF"))
    evidence.show(state, kpi, period, as_of)


def exported(state: State, steps: Steps) -> None:
    """Writes every mart as Parquet."""
    from sandbox.launcher import parquet

    steps.say(f"wrote {parquet.write(state, os.environ.get('ACCELERATES_AS_OF', ''))}")


def _undisturbed(action: Callable[[], object]) -> None:
    """Stopping is not interrupted by a second Ctrl-C; it ends by itself, by force if need be."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    action()


def _ended(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _commands() -> dict[str, Callable[[State, Steps], None]]:
    return {
        "run": lambda state, steps: run(state, steps, stay=False),
        "up": lambda state, steps: run(state, steps, stay=True),
        "down": down,
        "clean": clean,
        "docs": lambda _, steps: docs(steps),
        "evidence": evidenced,
        "export": exported,
        "report": reported,
        "replay": replayed,
        "sql": asked,
    }


def main() -> int:
    """Exit status 0 when all went well, 1 with the reason on standard error when not, 130 when interrupted."""
    commands = _commands()
    parser = argparse.ArgumentParser(prog="python -m sandbox.launcher", description=__doc__)
    parser.add_argument("command", choices=sorted(commands))
    chosen = parser.parse_args().command
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ended)
    state, steps = State(), Steps()
    try:
        commands[chosen](state, steps)
        sys.stdout.flush()
    except LocalFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Who reads has read enough, as in `make sql ... | head`; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
