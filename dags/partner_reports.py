"""The partners' activity reports: one group of tasks per contract, judged alone.

A workbook that cannot be read is quarantined and its partner shows as such in mart.partner_report; the run goes
on, because it is the partner who must act. Every report is answered by mail, and a missing one is asked for.
"""

from accelerates_connections import clock_of, warehouse
from accelerates_defaults import EVERY_DAG, by_calendar
from accelerates_load_tasks import asset_of, check, extract, merge, stage
from accelerates_partner_feedback_tasks import all_loaded, notify, post
from airflow.sdk import dag, get_current_context, task, task_group

from include.register import PARTNERS


@task
def contracts() -> list[dict[str, str]]:
    """List the contracts whose term has begun by the run's clock."""
    from include.extract import contract_feeds

    return contract_feeds.read_contract_feeds(warehouse(), clock_of(get_current_context()))


@task_group
def report(contract: dict[str, str]) -> None:
    """Load the reports of one contract."""
    load = merge.override(outlets=[asset_of("partner_activity")])
    load(check(stage(extract([source.code for source in PARTNERS], contract))))


@dag(
    schedule=by_calendar("0 6 * * *"),
    tags=["ingest"],
    default_args={"owner": "network", "map_index_template": "{{ ti.map_index }}"},
    doc_md=__doc__,
    **EVERY_DAG,
)
def partner_reports() -> None:
    """Load every contract's reports and answer each by mail."""
    reports = report.expand(contract=contracts())
    written, last = notify(), all_loaded()
    reports >> written >> post()
    reports >> last
    written >> last


partner_reports()
