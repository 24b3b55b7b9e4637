"""The KPI report: pin a moment, hold or go on, render, have it approved, send it once.

Due on the 15th after a quarter. When it is held for a late source, that source's next load starts it again.
An issue that was sent is never sent twice, however often this runs. When a sent figure was wrong, load the right one
and trigger this with the parameter `correct`: whoever got the old version gets a new one that says what changed.
"""

from accelerates_defaults import EVERY_DAG, by_calendar
from accelerates_load_tasks import asset_of
from accelerates_report_tasks import approval, gate, pin, preview, render, send, settle
from airflow.sdk import AssetAny, AssetOrTimeSchedule, Param, dag

from include.register import PARTNERS, STATISTICS

LOADS = AssetAny(*(asset_of(source.code) for source in STATISTICS + PARTNERS))


@dag(
    schedule=AssetOrTimeSchedule(timetable=by_calendar("0 9 15 1,4,7,10 *"), assets=LOADS),
    tags=["report"],
    params={
        "correct": Param(
            None,
            type=["null", "string"],
            pattern=r"^KPI-\d{4}-Q[1-4]$",
            description="The report that went out last, when a figure in it was wrong: KPI-2026-Q3.",
        )
    },
    default_args={"owner": "strategy"},
    doc_md=__doc__,
    **EVERY_DAG,
)
def kpi_report() -> None:
    """Carry a report from an as-of moment to the mailboxes."""
    issue = preview(render(gate(pin())))
    issue >> approval() >> send(issue) >> settle(issue)


kpi_report()
