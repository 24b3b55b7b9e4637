"""One DAG per source of statistics in the register: extract -> stage -> check -> merge.

When a run is red, its last line says which source, what was expected, what came and what to do; the runbook of
the error's name in docs/runbooks says how to go on. Clearing the run from its task extract repeats it safely.

Missing days of the past come from the source, each day requested on its own clock:
`airflow backfill create --dag-id ... --from-date ... --to-date ... --max-active-runs 1`; or from landing, without the
network: trigger with {"from_landing": {}}, or with entries that the payload's scope in landing.payload must hold,
{"from_landing": {"dataset": "BE2:DF_REGTRD"}}. What an older version of our reader loaded is read anew by the same run.
"""

from accelerates_defaults import EVERY_DAG, by_calendar
from accelerates_load_tasks import asset_of, check, extract, merge, stage
from airflow.sdk import dag, get_parsing_context

from include.register import STATISTICS
from include.sources.source import Source


def ingest(source: Source) -> None:
    """Declare the DAG of a source."""

    @dag(
        dag_id=f"ingest_{source.code}",
        dag_display_name=source.title,
        schedule=by_calendar(source.schedule) if source.schedule else None,
        tags=["ingest"],
        # A higher priority than the partners' many small tasks: a source is one chain, and a chain that waits is late.
        default_args={"owner": source.owner, "priority_weight": 100},
        doc_md=__doc__,
        **EVERY_DAG,
    )
    def load_source() -> None:
        load = merge.override(outlets=[asset_of(source.code)])
        load(check(stage(extract([source.code]))))

    load_source()


# A task imports this file for its own DAG alone; the DAG processor, for all.
wanted = get_parsing_context().dag_id
for each in STATISTICS:
    if wanted in (None, f"ingest_{each.code}"):
        ingest(each)
