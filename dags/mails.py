"""Every quarter of an hour: send deferred mails, read bounces, report unsubscribed readers.

A mail that a server puts off is tried again after a quarter of an hour, an hour, four hours, then every twelve, for
five days. A mail in doubt is never sent again by itself.
"""

from accelerates_defaults import EVERY_DAG, by_calendar
from accelerates_mail_tasks import bounces, follow_up, stopped
from airflow.sdk import dag


@dag(
    schedule=by_calendar("*/15 * * * *"),
    tags=["report", "operations"],
    default_args={"owner": "engineering"},
    doc_md=__doc__,
    **EVERY_DAG,
)
def mails() -> None:
    """Send deferred mails, read bounces, tell the list's owner who unsubscribed."""
    follow_up() >> bounces() >> stopped()


mails()
