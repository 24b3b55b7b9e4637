"""What docker-compose.yml runs once before Airflow: roles, databases, schema, Airflow's tables and its first user.

Safe to run again: `docker compose run airflow-init`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from include.warehouse import migrate, roles
from sandbox.launcher import airflow


def main() -> None:
    """Prepares the server of POSTGRES_URL; each role's password is in STEWARD_PASSWORD and the like."""
    with psycopg.connect(os.environ["POSTGRES_URL"], autocommit=True) as conn:
        roles.prepare(conn, lambda role: os.environ[f"{role.upper()}_PASSWORD"])
    migrate.migrate(os.environ["WAREHOUSE_URL"])
    subprocess.run(airflow.command("db", "migrate"), check=True, stdout=sys.stderr)
    airflow.write_admin(
        Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]), os.environ["ADMIN_PASSWORD"]
    )


if __name__ == "__main__":
    main()
