"""Print the result of `make run` from the warehouse: rows, mails and the scorecard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from rich.markup import escape
from rich.table import Table

from sandbox.launcher.console import StepPrinter
from sandbox.launcher.mailbox import PARTNER_MAILS
from sandbox.launcher.workdir import WorkDir

LOADED_QUERY = """
with written as (
    select
        batch_id,
        sum(inserted_row_count) as inserted,
        sum(closed_row_count) as closed,
        sum(unchanged_row_count) as unchanged
    from ops.merge
    where merge_id > %(merge_id)s
    group by batch_id
)

select
    payload.source_code,
    count(*) as batches,
    coalesce(sum(written.inserted), 0) as inserted,
    coalesce(sum(written.closed), 0) as closed,
    coalesce(sum(written.unchanged), 0) as unchanged,
    coalesce(sum(batch.rejected_row_count), 0) as rejected,
    count(*) filter (where batch.state = 'quarantined') as quarantined
from ops.batch as batch
inner join landing.payload as payload using (payload_id)
left join written using (batch_id)
where batch.created_at >= %(began)s or batch.finished_at >= %(began)s or written.batch_id is not null
group by payload.source_code
order by payload.source_code
"""
NOW_QUERY = "select clock_timestamp(), (select coalesce(max(merge_id), 0) from ops.merge)"
NEWEST_REPORT_QUERY = """
select report_code, version, created_at, state, reason from ops.report_run order by report_run_id desc limit 1
"""
SCORECARD_QUERY = """
select
    objective_name_en, name_en, period, value, unit_code, decimals, planned_value, last_year_change_share,
    target_year, target_value, status_code, status_reason, is_provisional
from mart.scorecard
where is_headline
order by objective_position, position
"""
COLOURS = {
    "reached": "green",
    "on_track": "green",
    "slightly_behind": "yellow",
    "well_behind": "red",
    "moving_away": "red",
}


@dataclass(frozen=True)
class Before:
    """The state of warehouse and mailbox before a run, to compare with the state after it."""

    began: datetime
    merge_id: int
    mails: frozenset[str]
    partner_mails: int


def read_before(dsn: str, workdir: WorkDir) -> Before:
    """Read the state of warehouse and mailbox; `dsn` is the analyst's."""
    with psycopg.connect(dsn) as conn:
        began, merge_id = conn.execute(NOW_QUERY).fetchone() or (None, 0)
    return Before(
        began, merge_id, frozenset(path.name for path in workdir.mail.glob("*.eml")), _count_partner_mails(workdir)
    )


def print_summary(dsn: str, workdir: WorkDir, before: Before, printer: StepPrinter, today: datetime) -> None:
    """Print rows and mails since `before`, and the scorecard as of the last report."""
    with psycopg.connect(dsn) as conn:
        _print_loaded(conn, before, printer)
        _print_mails(conn, workdir, before, printer)
        _print_scorecard(conn, printer, today)


def _print_loaded(conn: psycopg.Connection, before: Before, printer: StepPrinter) -> None:
    rows = conn.execute(LOADED_QUERY, {"began": before.began, "merge_id": before.merge_id}).fetchall()
    table = Table("source", title="Loaded in this run", title_justify="left")
    for title in ("batches", "rows new", "rows superseded", "rows unchanged", "rows rejected", "quarantined"):
        table.add_column(title, justify="right")
    for row in rows:
        table.add_row(*map(str, row))
    printer.console.print(table)
    if not any(row[2] or row[3] for row in rows):
        printer.print_text("Nothing was loaded twice: what was published is known already, no row was written.")


def _count_partner_mails(workdir: WorkDir) -> int:
    return len(list((workdir.mail / PARTNER_MAILS).glob("*.eml")))


def _print_mails(conn: psycopg.Connection, workdir: WorkDir, before: Before, printer: StepPrinter) -> None:
    if partner_mails := _count_partner_mails(workdir) - before.partner_mails:
        printer.print_text(
            f"Answers and reminders to partners in this run: {partner_mails}, in {workdir.mail / PARTNER_MAILS}"
        )
    new = sorted(path.name for path in workdir.mail.glob("*.eml") if path.name not in before.mails)
    if new:
        printer.print_text(f"KPI reports mailed in this run: {len(new)}, the first is {workdir.mail / new[0]}")
        return
    code, version, created_at, report_state, reason = conn.execute(NEWEST_REPORT_QUERY).fetchone() or (
        "",
        0,
        None,
        "not made",
        None,
    )
    if report_state == "sent":
        sent = f"report {code}, version {version}, was already sent, {created_at:%Y-%m-%d %H:%M}"
        printer.print_text(f"Nothing was mailed twice: {sent}.")
    else:
        printer.print_text(f"Nothing was mailed: report {code} is {report_state}. {reason or ''}")


def _print_scorecard(conn: psycopg.Connection, printer: StepPrinter, today: datetime) -> None:
    # Rows loaded after the last report show here, and in the next report.
    as_of = conn.execute("select greatest(%s, max(known_from)) from ops.merge", [today]).fetchone() or (today,)
    conn.execute("select set_config('warehouse.as_of', %s, true)", [as_of[0].isoformat()])
    table = Table(title=f"Scorecard as of {as_of[0]:%d %B %Y} (sample data)", title_justify="left")
    for title in ("objective", "KPI", "period"):
        table.add_column(title)
    for title in ("value", "plan", "year before", "target"):
        table.add_column(title, justify="right")
    table.add_column("status")
    for row in conn.execute(SCORECARD_QUERY):
        table.add_row(*_cells(row))
    printer.console.print(table)


def _cells(row: tuple[object, ...]) -> list[str]:
    objective, name, period, value, unit, decimals, plan, change, year, target, status, reason, provisional = row
    colour = COLOURS.get(str(status), "dim")
    return [
        escape(str(objective)),
        escape(str(name)),
        str(period),
        f"{_figure(value, decimals, unit)}{' p' if provisional else ''}",
        _figure(plan, decimals, unit),
        "-" if change is None else f"{float(str(change)):+.1%}",
        "-" if target is None else f"{_figure(target, decimals, unit)} in {year}",
        f"[{colour}]{str(status).replace('_', ' ')}[/]{f' ({reason})' if reason else ''}",
    ]


def _figure(value: object, decimals: object, unit: object) -> str:
    """Format a figure for people: large amounts of euros in millions."""
    if value is None:
        return "-"
    number, places = float(str(value)), int(str(decimals or 0))
    if unit == "EUR" and abs(number) >= 100e6:
        return f"€ {number / 1e6:,.0f} m"
    return f"{'€ ' if unit == 'EUR' else ''}{number:,.{places}f}"
