"""Every night: drop staging tables of killed runs, delete rows past their retention."""

from accelerates_connections import clock_of, landing, warehouse
from accelerates_defaults import EVERY_DAG, by_calendar
from airflow.sdk import dag, get_current_context, task


@task
def sweep() -> list[str]:
    """Drop the staging tables of batches that have ended or stand still for a week."""
    from include import warehouse as database
    from include.load import staging

    with database.connect(warehouse()) as conn:
        return staging.drop_abandoned(conn)


@task
def retire() -> dict[str, int]:
    """Delete rows past the retention rules of the reference data, counted from the run's clock."""
    from include.warehouse import retention

    return retention.delete_expired(warehouse(), landing(), clock_of(get_current_context()))


@dag(
    schedule=by_calendar("0 3 * * *"),
    tags=["operations"],
    default_args={"owner": "engineering"},
    doc_md=__doc__,
    **EVERY_DAG,
)
def housekeeping() -> None:
    """Drop abandoned tables and delete expired rows."""
    sweep()
    retire()


housekeeping()
