"""Prepare a server before Airflow starts: warehouse, Airflow's own tables, its first user.

`python -m plugins.accelerates_server_setup`, the service airflow-init of docker-compose.yml; safe to run again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from include.warehouse.setup import set_up_warehouse

ADMIN = "admin"


def main() -> None:
    """Prepare the server that the environment names.

    include/warehouse/setup.py names the variables of the warehouse.
    """
    set_up_warehouse(os.environ)
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, stdout=sys.stderr)
    write_admin_password(
        Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]), os.environ["ADMIN_PASSWORD"]
    )


def write_admin_password(file: Path, password: str) -> None:
    """Write the first user's password for Airflow's simple auth manager, private to its owner."""
    pending = file.with_name(f"{file.name}.new")
    pending.unlink(missing_ok=True)
    descriptor = os.open(pending, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(json.dumps({ADMIN: password}))
    pending.replace(file)


if __name__ == "__main__":
    main()
