"""Starts an Airflow component with the modules of tasks already imported: `... preimport scheduler`.

LocalExecutor forks its task processes from workers of the scheduler, so they share its modules. Great Expectations
costs each task 2.5 s of import otherwise (1.24.1, measured in 2026), and a sample run has some 200 tasks. Only
packages are imported ahead, none of our own modules, so that an edited one counts from the next task on.
"""

from __future__ import annotations

import gc
import runpy
from importlib import import_module

PACKAGES = (
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
    """Imports the packages, then becomes `airflow` with the same arguments."""
    for package in PACKAGES:
        import_module(package)
    # What is here now stays: the collector of a forked task need not touch, and thereby copy, its pages.
    gc.freeze()
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
