"""Our own tables, from the CSV files of include/sources/reference.

Runs every morning; a file that did not change costs nothing.
"""

from accelerates_defaults import EVERY_DAG, by_calendar
from accelerates_load_tasks import asset_of, check, extract, merge, stage
from airflow.sdk import dag

from include.register import REFERENCE


@dag(
    schedule=by_calendar("0 5 * * *"), tags=["ingest"], default_args={"owner": "strategy"}, doc_md=__doc__, **EVERY_DAG
)
def reference() -> None:
    """Load the files."""
    load = merge.override(outlets=[asset_of("reference")])
    load(check(stage(extract([source.code for source in REFERENCE]))))


reference()
