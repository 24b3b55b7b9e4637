"""Every night: drop staging tables that a killed run left behind, and try deferred mails again."""

from accelerates_bridge import warehouse
from accelerates_defaults import EVERY_DAG, by_calendar
from accelerates_report import follow_up
from airflow.sdk import dag, task


@task
def sweep() -> list[str]:
    """Drop the staging tables of batches that have ended or stand still for a week."""
    from include import batches
    from include import warehouse as database

    with database.connect(warehouse()) as conn:
        return batches.sweep(conn)


@dag(
    schedule=by_calendar("0 3 * * *"),
    tags=["operations"],
    default_args={"owner": "engineering"},
    doc_md=__doc__,
    **EVERY_DAG,
)
def housekeeping():
    """Leave the house tidy."""
    sweep() >> follow_up()


housekeeping()
