"""Airflow on one machine: settings, four components, connections to the sample world.

Tried on 3.3.2. The address of the execution API and both log servers' ports must follow the port of the API server, or
every task fails with a refused connection.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from include.warehouse.roles import AIRFLOW, ANALYST, LOADER, REPORTER
from sandbox.launcher.ports import LOOPBACK
from sandbox.launcher.postgres import Server
from sandbox.launcher.workdir import ROOT, WorkDir, write_private
from sandbox.sources.reply import PARTNER_API_TOKEN

ADMIN, SCHEDULER = "admin", "scheduler"
COMPONENTS = {
    "api-server": ("api-server", "--workers", "1"),
    SCHEDULER: ("scheduler",),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer",),
}
# What leaves two cores to the tasks.
PACE = {
    "CORE__PARALLELISM": "6",
    # Airflow 3.3.2 notices the end of a task's process up to this many seconds late (5 by default), when its sockets
    # close before it is gone.
    "WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
    # Of files that nobody changed; a changed file is read at once.
    "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
}
# Connection -> base path in the sample world.
HOSTS = {"NBB": "/nbb/rest", "FIT": "/fit", "EUROSTAT": "/eurostat", "ECB": "/ecb", "OECD": "/oecd"}
HOSTS |= {"PARTNER_FEED": "/partners"}


def airflow_command(*words: str) -> list[str]:
    """Build the command line of an `airflow` command in this environment."""
    module = "plugins.accelerates_preimport" if words[0] == SCHEDULER else "airflow"
    return [sys.executable, "-m", module, *words]


def build_environment(
    workdir: WorkDir, server: Server, ports: Mapping[str, int], dags: Path = ROOT / "dags"
) -> dict[str, str]:
    """Build the environment of the platform's processes.

    Nothing of the caller's own Airflow is inherited.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    # Each task imports our modules in a process of its own; without their bytecode it would compile them each time.
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    configured = airflow_settings(workdir, server, ports) | {"CORE__DAGS_FOLDER": str(dags)}
    connections = airflow_connections(server, ports, workdir)
    return {
        **inherited,
        **_platform_settings(workdir, server, ports),
        **{f"AIRFLOW__{name}": value for name, value in configured.items()},
        **{f"AIRFLOW_CONN_{name}": json.dumps(fields) for name, fields in connections.items()},
    }


def _platform_settings(workdir: WorkDir, server: Server, ports: Mapping[str, int]) -> dict[str, str]:
    return {
        "WAREHOUSE_URL": server.dsn("warehouse", ANALYST),
        "WAREHOUSE_REPORTS_URL": server.dsn("warehouse", REPORTER),
        # Not as_uri(): universal_pathlib takes an escaped space for three characters.
        "ACCELERATES_LANDING": f"file://{workdir.landing}",
        "ACCELERATES_RETRIES": "0",
        # On a server this key comes from the secret store and never changes.
        "ACCELERATES_HASH_KEY": workdir.secret("hash"),
        "KPI_MAIL_SIGNING_KEY": workdir.secret("mail"),
        "KPI_MAIL_UNSUBSCRIBE_URL": f"http://{LOOPBACK}:{ports['api']}/stop/",
        "KPI_MAIL_PAGE_URL": f"http://{LOOPBACK}:{ports['api']}/kpi/",
        "NO_PROXY": f"{LOOPBACK},localhost",
        "no_proxy": f"{LOOPBACK},localhost",
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
        "AIRFLOW_HOME": str(workdir.airflow),
    }


def airflow_settings(workdir: WorkDir, server: Server, ports: Mapping[str, int]) -> dict[str, str]:
    """Build Airflow's settings as SECTION__KEY."""
    api = f"http://{LOOPBACK}:{ports['api']}"
    return {
        "CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        **PACE,
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__FERNET_KEY": workdir.secret("fernet"),
        "CORE__EXECUTION_API_SERVER_URL": f"{api}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(workdir.run / "passwords.json"),
        "DATABASE__SQL_ALCHEMY_CONN": server.dsn("airflow", AIRFLOW).replace("postgresql:", "postgresql+psycopg2:", 1),
        "API__HOST": LOOPBACK,
        "API__PORT": str(ports["api"]),
        "API__BASE_URL": api,
        "API__SECRET_KEY": workdir.secret("api"),
        "API_AUTH__JWT_SECRET": workdir.secret("jwt"),
        # The sample world has its own date: its runs are triggered with their clock, never by the real date.
        "SCHEDULER__USE_JOB_SCHEDULE": "False",
        "LOGGING__WORKER_LOG_SERVER_PORT": str(ports["worker_log"]),
        "LOGGING__TRIGGER_LOG_SERVER_PORT": str(ports["triggerer_log"]),
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def airflow_connections(server: Server, ports: Mapping[str, int], workdir: WorkDir) -> dict[str, dict[str, object]]:
    """Build Airflow's connections: warehouse, hosts and folder of the sample world, mailbox."""
    sample = {"memento": True, "sample": True}
    base = f"http://{LOOPBACK}:{ports['sample']}"
    api, folder = f"{base}/partner-api", f"file://{workdir.partner_folder}"
    return {
        "WAREHOUSE": _warehouse(server, LOADER),
        "WAREHOUSE_REPORTS": _warehouse(server, REPORTER),
        **{name: {"conn_type": "http", "host": f"{base}{path}", "extra": sample} for name, path in HOSTS.items()},
        "PARTNER_API": {"conn_type": "http", "host": api, "password": PARTNER_API_TOKEN, "extra": sample},
        "PARTNER_FOLDER": {"conn_type": "generic", "host": folder, "extra": {"sample": True}},
        "SMTP_DEFAULT": {
            "conn_type": "smtp",
            "host": LOOPBACK,
            "port": ports["mail"],
            "extra": {"disable_ssl": True, "disable_tls": True, "from_email": "reports@accelerates.example"},
        },
    }


def _warehouse(server: Server, role: str) -> dict[str, object]:
    url = urlsplit(server.dsn("warehouse", role))
    return {
        "conn_type": "postgres",
        "host": url.hostname,
        "port": url.port,
        "login": url.username,
        "password": url.password,
        "schema": "warehouse",
    }


def admin_password(workdir: WorkDir) -> str:
    """Derive the password of the user `admin`."""
    return workdir.secret("admin")[:24]


def write_admin_password(file: Path, password: str) -> None:
    """Write the first user's password where Airflow's simple auth manager reads it."""
    write_private(file, json.dumps({ADMIN: password}))
