"""Start and stop the whole platform: server, schema, sample world, mailbox, Airflow."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.launcher import airflow, ports, processes
from sandbox.launcher.airflow_api import AirflowApi
from sandbox.launcher.console import StepPrinter
from sandbox.launcher.postgres import Server
from sandbox.launcher.workdir import LauncherError, WorkDir

HEALTH_WAIT_SECONDS = 120.0
# The components in the answer of Airflow's health check.
HEALTH_COMPONENTS = ("scheduler", "triggerer", "dag_processor")


@dataclass(frozen=True)
class Platform:
    """A platform that is up."""

    workdir: WorkDir
    server: Server
    api: AirflowApi
    ports: Mapping[str, int]

    @property
    def url(self) -> str:
        """Airflow's pages."""
        return f"http://{ports.LOOPBACK}:{self.ports['api']}"


def find_platform(workdir: WorkDir) -> Platform | None:
    """Find the platform that `make up` left running.

    Returns None when there is none, or when a part of it has stopped.
    """
    facts, server = workdir.read_platform(), Server(workdir.postgres)
    alive = [process.name for process in processes.list_processes(workdir.run) if process.is_alive()]
    if facts is None or not set(airflow.COMPONENTS) <= set(alive) or not server.exists or server.port is None:
        return None
    api = _api(workdir, facts["ports"])
    if api.read_health() is None:
        return None
    api.log_in()
    return Platform(workdir, server, api, facts["ports"])


def start_platform(workdir: WorkDir, printer: StepPrinter) -> Platform:
    """Start everything, after ending the processes that a killed command left behind.

    Raises:
        LauncherError: a process stopped or did not become healthy; the message shows its log.
    """
    workdir.create_folders()
    if leftovers := stop_platform(workdir):
        printer.print_text(f"ended {leftovers} processes that an earlier command left behind")
    server = Server(workdir.postgres)
    with printer.step("PostgreSQL") as step:
        server.start()
        step.detail = f"port {server.port}, data in {server.data}"
    with printer.step("schema and marts"):
        _migrate(server)
    with ports.PortClaims() as claims:
        given = {name: claims.claim(usual) for name, usual in ports.USUAL.items() if name != "postgres"}
        environment = airflow.build_environment(workdir, server, given)
        with printer.step("sample world and mailbox") as step:
            _start_servers(workdir, environment, given)
            step.detail = f"ports {given['sample']} and {given['mail']}"
        with printer.step("Airflow's own tables"):
            _airflow_tables(workdir, environment)
        with printer.step("Airflow") as step:
            api = _start_airflow(workdir, environment, given)
            step.detail = f"api-server, scheduler, dag-processor, triggerer; port {given['api']}"
    return Platform(workdir, server, api, given)


def stop_platform(workdir: WorkDir) -> int:
    """Stop everything of this clone; returns the number of processes that were running."""
    found = {process.name: process for process in processes.list_processes(workdir.run)}
    alive = sum(process.is_alive() for process in found.values())
    # The scheduler first, which starts tasks, so that running tasks can still report their end.
    for names in ({airflow.SCHEDULER}, found.keys() - {airflow.SCHEDULER}):
        processes.stop_processes([found[name] for name in names & found.keys()], workdir.run)
    swept = processes.kill_marked(workdir.run)
    workdir.write_platform(None)
    Server(workdir.postgres).stop()
    workdir.unmark_borrowed()
    return alive + swept


def _migrate(server: Server) -> None:
    from include.warehouse import migrate

    migrate.migrate(server.dsn("warehouse"))


def _start_servers(workdir: WorkDir, environment: Mapping[str, str], given: Mapping[str, int]) -> None:
    python = [sys.executable, "-m"]
    commands = {
        "sample": [
            *python, "sandbox.sources.server", "--port", str(given["sample"]), "--folder", str(workdir.partner_folder)
        ],
        "mail": [*python, "sandbox.launcher.mailbox", "--port", str(given["mail"]), "--folder", str(workdir.mail)],
    }  # fmt: skip
    started = {
        name: processes.start_process(name, words, environment, workdir.run, workdir.log)
        for name, words in commands.items()
    }
    deadline = time.monotonic() + HEALTH_WAIT_SECONDS
    while not all(ports.is_port_listening(given[name]) for name in started):
        processes.check_alive(list(started.values()))
        _wait(deadline, "The sample world and the mailbox", workdir)


def _airflow_tables(workdir: WorkDir, environment: Mapping[str, str]) -> None:
    log = workdir.log / "db-migrate.log"
    with log.open("ab") as output:
        words = airflow.airflow_command("db", "migrate")
        done = subprocess.run(words, check=False, env=dict(environment), stdout=output, stderr=subprocess.STDOUT)
    if done.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise LauncherError(f"`airflow db migrate` failed; its log {log} ends:\n{end}")


def _start_airflow(workdir: WorkDir, environment: Mapping[str, str], given: Mapping[str, int]) -> AirflowApi:
    began = datetime.now(UTC)
    airflow.write_admin_password(workdir.run / "passwords.json", airflow.admin_password(workdir))
    api = _api(workdir, given)
    started = [
        processes.start_process(name, airflow.airflow_command(*words), environment, workdir.run, workdir.log)
        for name, words in airflow.COMPONENTS.items()
    ]
    deadline = time.monotonic() + HEALTH_WAIT_SECONDS
    while not _is_healthy(api, began):
        processes.check_alive(started)
        _wait(deadline, "Airflow", workdir)
    api.log_in()
    while not _has_dags(api, began):
        processes.check_alive(started)
        _wait(deadline, "Airflow's DAG processor", workdir)
    return api


def _is_healthy(api: AirflowApi, began: datetime) -> bool:
    """Check that every component has sent a heartbeat since `began`.

    An older one may be from an earlier run.
    """
    health = api.read_health()
    if health is None:
        return False
    beats = [health[name].get(f"latest_{name}_heartbeat") for name in HEALTH_COMPONENTS]
    return all(beat is not None and datetime.fromisoformat(beat) >= began for beat in beats)


def _has_dags(api: AirflowApi, began: datetime) -> bool:
    """Check that every DAG was parsed since `began`.

    Raises:
        LauncherError: a DAG file cannot be imported.
    """
    if errors := api.list_import_errors():
        texts = "\n".join(f"{error['filename']}:\n{error['stack_trace']}" for error in errors)
        raise LauncherError(f"Airflow cannot import a DAG file. Repair it, then try again.\n{texts}")
    parsed = [dag["last_parsed_time"] for dag in api.list_dags()]
    return bool(parsed) and all(at and datetime.fromisoformat(at) >= began for at in parsed)


def _api(workdir: WorkDir, given: Mapping[str, int]) -> AirflowApi:
    return AirflowApi(f"http://{ports.LOOPBACK}:{given['api']}", airflow.ADMIN, airflow.admin_password(workdir))


def _wait(deadline: float, name: str, workdir: WorkDir) -> None:
    if time.monotonic() > deadline:
        raise LauncherError(
            f"{name} did not become healthy within {HEALTH_WAIT_SECONDS:.0f} s. Their logs are in {workdir.log}."
        )
    time.sleep(0.2)
