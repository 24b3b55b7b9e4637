"""The platform in plain Python: usable from a REPL, without Airflow."""
