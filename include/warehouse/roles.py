"""The roles and databases of a cluster: the same everywhere, embedded or on a server."""

from __future__ import annotations

# Owns schema and marts; only migrations log in as it.
OWNER = "steward"
LOADER = "etl"
REPORTER = "reporter"
ANALYST = "analyst"
AIRFLOW = "airflow"
# Database -> its owner.
DATABASES = {"warehouse": OWNER, "airflow": AIRFLOW}
# The roles that use the warehouse; what each is granted is in sql/baseline/roles.sql.
PEOPLE = (LOADER, REPORTER, ANALYST)
