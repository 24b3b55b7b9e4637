"""Start an Airflow component with the packages of the tasks already imported.

`python -m plugins.accelerates_preimport scheduler`

LocalExecutor forks its task processes from workers of the scheduler, so they share its modules. Without this, each task
spends 2.5 s importing Great Expectations (1.24.1, measured in 2026), and a sample run has some 200 tasks. Only packages
are imported ahead, none of our own modules, so that an edited module counts from the next task on.
"""

from __future__ import annotations

import gc
import runpy
from importlib import import_module

PACKAGES = (
    "airflow.dag_processing.dagbag",
    "airflow.providers.postgres.assets.postgres",
    "airflow.providers.smtp.notifications.smtp",
    "airflow.providers.standard.decorators.python",
    "airflow.sdk.definitions.decorators",
    "great_expectations",
    "matplotlib.pyplot",
    "openpyxl",
    "pandas",
    "psycopg",
    "requests",
    "sqlalchemy",
    "upath",
)


def main() -> None:
    """Import the packages, then run `airflow` with the arguments of the command line."""
    for package in PACKAGES:
        import_module(package)
    # The garbage collector of a forked task need not touch, and thereby copy, the pages of these modules.
    gc.freeze()
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
