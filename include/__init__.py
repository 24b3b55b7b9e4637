"""The platform in plain Python: usable from a REPL, without Airflow."""

# The newest release in CHANGELOG.md. From 0.1.0 on every change of a table is a migration that is kept.
__version__ = "0.1.0"
