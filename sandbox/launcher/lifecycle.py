"""Starting and stopping the whole platform: server, schema, sample world, mailbox, Airflow."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.launcher import airflow, ports, processes
from sandbox.launcher.airflow_api import Api
from sandbox.launcher.console import Steps
from sandbox.launcher.postgres import Server
from sandbox.launcher.workdir import LocalFailure, State

PATIENCE_S = 120.0
# Their names in Airflow's answer.
HEALTH = {"scheduler": "scheduler", "triggerer": "triggerer", "dag_processor": "dag_processor"}


@dataclass(frozen=True)
class Platform:
    """A platform that is up."""

    state: State
    server: Server
    api: Api
    ports: Mapping[str, int]

    @property
    def url(self) -> str:
        """Airflow's pages."""
        return f"http://{ports.LOOPBACK}:{self.ports['api']}"


def attach(state: State) -> Platform | None:
    """The platform that `make up` left running, or None when there is none or it is not whole any more."""
    facts, server = state.platform(), Server(state.postgres)
    alive = [process.name for process in processes.recorded(state.run) if process.is_alive()]
    if facts is None or not set(airflow.COMPONENTS) <= set(alive) or not server.exists or server.port is None:
        return None
    api = _api(state, facts["ports"])
    if api.health() is None:
        return None
    api.log_in()
    return Platform(state, server, api, facts["ports"])


def bring_up(state: State, steps: Steps) -> Platform:
    """Starts everything, ending what a killed command left behind. Raises LocalFailure with the log of what died."""
    state.prepare()
    if leftovers := take_down(state):
        steps.say(f"ended {leftovers} processes that an earlier command left behind")
    server = Server(state.postgres)
    with steps.step("PostgreSQL") as step:
        server.start()
        step.detail = f"port {server.port}, data in {server.data}"
    with steps.step("schema and marts"):
        _migrate(server)
    with ports.Claims() as claims:
        given = {name: claims.port(usual) for name, usual in ports.USUAL.items() if name != "postgres"}
        environment = airflow.environment(state, server, given)
        with steps.step("sample world and mailbox") as step:
            _start_servers(state, environment, given)
            step.detail = f"ports {given['sample']} and {given['mail']}"
        with steps.step("Airflow's own tables"):
            _airflow_tables(state, environment)
        with steps.step("Airflow") as step:
            api = _start_airflow(state, environment, given)
            step.detail = f"api-server, scheduler, dag-processor, triggerer; port {given['api']}"
    return Platform(state, server, api, given)


def take_down(state: State) -> int:
    """Stops everything of this clone; returns how many processes there were to stop."""
    found = {process.name: process for process in processes.recorded(state.run)}
    alive = sum(process.is_alive() for process in found.values())
    # First what starts tasks, so that the tasks can still report their end.
    for names in ({airflow.SCHEDULER}, found.keys() - {airflow.SCHEDULER}):
        processes.stop([found[name] for name in names & found.keys()], state.run)
    swept = processes.sweep(state.run)
    state.remember_platform(None)
    Server(state.postgres).stop()
    state.give_back()
    return alive + swept


def _migrate(server: Server) -> None:
    from include.warehouse import migrate

    migrate.migrate(server.dsn("warehouse"))


def _start_servers(state: State, environment: Mapping[str, str], given: Mapping[str, int]) -> None:
    python = [sys.executable, "-m"]
    commands = {
        "sample": [
            *python, "sandbox.sources.server", "--port", str(given["sample"]), "--folder", str(state.partner_folder)
        ],
        "mail": [*python, "sandbox.launcher.mailbox", "--port", str(given["mail"]), "--folder", str(state.mail)],
    }  # fmt: skip
    started = {
        name: processes.start(name, words, environment, state.run, state.log) for name, words in commands.items()
    }
    deadline = time.monotonic() + PATIENCE_S
    while not all(ports.is_listening(given[name]) for name in started):
        processes.check(list(started.values()))
        _pause(deadline, "The sample world and the mailbox", state)


def _airflow_tables(state: State, environment: Mapping[str, str]) -> None:
    log = state.log / "db-migrate.log"
    with log.open("ab") as output:
        words = airflow.command("db", "migrate")
        done = subprocess.run(words, check=False, env=dict(environment), stdout=output, stderr=subprocess.STDOUT)
    if done.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise LocalFailure(f"`airflow db migrate` failed; its log {log} ends:\n{end}")


def _start_airflow(state: State, environment: Mapping[str, str], given: Mapping[str, int]) -> Api:
    began = datetime.now(UTC)
    airflow.write_admin(state.run / "passwords.json", airflow.admin_password(state))
    api = _api(state, given)
    started = [
        processes.start(name, airflow.command(*words), environment, state.run, state.log)
        for name, words in airflow.COMPONENTS.items()
    ]
    deadline = time.monotonic() + PATIENCE_S
    while not _is_healthy(api, began):
        processes.check(started)
        _pause(deadline, "Airflow", state)
    api.log_in()
    while not _has_dags(api, began):
        processes.check(started)
        _pause(deadline, "Airflow's DAG processor", state)
    return api


def _is_healthy(api: Api, began: datetime) -> bool:
    """Whether every component has given a sign of life since we began; an older one may be of an earlier run."""
    health = api.health()
    if health is None:
        return False
    beats = [health[name].get(f"latest_{name}_heartbeat") for name in HEALTH]
    return all(beat is not None and datetime.fromisoformat(beat) >= began for beat in beats)


def _has_dags(api: Api, began: datetime) -> bool:
    """Whether every DAG was read since we began. Raises LocalFailure for a file that cannot be imported."""
    if errors := api.import_errors():
        texts = "\n".join(f"{error['filename']}:\n{error['stack_trace']}" for error in errors)
        raise LocalFailure(f"Airflow cannot import a DAG file. Repair it, then try again.\n{texts}")
    parsed = [dag["last_parsed_time"] for dag in api.dags()]
    return bool(parsed) and all(at and datetime.fromisoformat(at) >= began for at in parsed)


def _api(state: State, given: Mapping[str, int]) -> Api:
    return Api(f"http://{ports.LOOPBACK}:{given['api']}", airflow.ADMIN, airflow.admin_password(state))


def _pause(deadline: float, who: str, state: State) -> None:
    if time.monotonic() > deadline:
        raise LocalFailure(f"{who} did not become healthy within {PATIENCE_S:.0f} s. Their logs are in {state.log}.")
    time.sleep(0.2)
