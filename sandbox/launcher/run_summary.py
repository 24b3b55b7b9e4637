"""What a `make run` did, read from the warehouse as the analyst: loaded, mailed, and the scorecard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from rich.markup import escape
from rich.table import Table

from sandbox.launcher.console import Steps
from sandbox.launcher.mailbox import LETTERS
from sandbox.launcher.workdir import State

LOADED = """
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
BEGIN = "select clock_timestamp(), (select coalesce(max(merge_id), 0) from ops.merge)"
NEWEST = """
select report_code, version, created_at, state, reason from ops.report_run order by report_run_id desc limit 1
"""
SCORECARD = """
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
class Mark:
    """The state of warehouse and mailbox before a run, to tell what the run did."""

    began: datetime
    merge_id: int
    mails: frozenset[str]
    letters: int


def mark(dsn: str, state: State) -> Mark:
    """Remembers what is there now; `dsn` is the analyst's."""
    with psycopg.connect(dsn) as conn:
        began, merge_id = conn.execute(BEGIN).fetchone() or (None, 0)
    return Mark(began, merge_id, frozenset(path.name for path in state.mail.glob("*.eml")), _letters(state))


def show(dsn: str, state: State, before: Mark, steps: Steps, today: datetime) -> None:
    """Prints what was loaded and mailed since the mark, and the scorecard as of the last report."""
    with psycopg.connect(dsn) as conn:
        _show_loaded(conn, before, steps)
        _show_mails(conn, state, before, steps)
        _show_scorecard(conn, steps, today)


def _show_loaded(conn: psycopg.Connection, before: Mark, steps: Steps) -> None:
    rows = conn.execute(LOADED, {"began": before.began, "merge_id": before.merge_id}).fetchall()
    table = Table("source", title="Loaded in this run", title_justify="left")
    for title in ("batches", "rows new", "rows superseded", "rows unchanged", "rows rejected", "quarantined"):
        table.add_column(title, justify="right")
    for row in rows:
        table.add_row(*map(str, row))
    steps.console.print(table)
    if not any(row[2] or row[3] for row in rows):
        steps.say("Nothing was loaded twice: what was published is known already, no row was written.")


def _letters(state: State) -> int:
    return len(list((state.mail / LETTERS).glob("*.eml")))


def _show_mails(conn: psycopg.Connection, state: State, before: Mark, steps: Steps) -> None:
    if letters := _letters(state) - before.letters:
        steps.say(f"Answers and reminders to partners in this run: {letters}, in {state.mail / LETTERS}")
    new = sorted(path.name for path in state.mail.glob("*.eml") if path.name not in before.mails)
    if new:
        steps.say(f"KPI reports mailed in this run: {len(new)}, the first is {state.mail / new[0]}")
        return
    code, version, made, report_state, reason = conn.execute(NEWEST).fetchone() or ("", 0, None, "not made", None)
    if report_state == "sent":
        steps.say(
            f"Nothing was mailed twice: report {code}, version {version}, was already sent, {made:%Y-%m-%d %H:%M}."
        )
    else:
        steps.say(f"Nothing was mailed: report {code} is {report_state}. {reason or ''}")


def _show_scorecard(conn: psycopg.Connection, steps: Steps, today: datetime) -> None:
    # What was loaded after the last report shows here, and in the next report.
    as_of = conn.execute("select greatest(%s, max(known_from)) from ops.merge", [today]).fetchone() or (today,)
    conn.execute("select set_config('warehouse.as_of', %s, true)", [as_of[0].isoformat()])
    table = Table(title=f"Scorecard as of {as_of[0]:%d %B %Y} (sample data)", title_justify="left")
    for title in ("objective", "KPI", "period"):
        table.add_column(title)
    for title in ("value", "plan", "year before", "target"):
        table.add_column(title, justify="right")
    table.add_column("status")
    for row in conn.execute(SCORECARD):
        table.add_row(*_cells(row))
    steps.console.print(table)


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
    """A figure as people read it: euros in millions where they are many."""
    if value is None:
        return "-"
    number, places = float(str(value)), int(str(decimals or 0))
    if unit == "EUR" and abs(number) >= 100e6:
        return f"€ {number / 1e6:,.0f} m"
    return f"{'€ ' if unit == 'EUR' else ''}{number:,.{places}f}"
