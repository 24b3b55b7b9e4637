"""The impact of a batch on the KPIs, written in the transaction that publishes the batch.

The figures with the batch are read in its own transaction; the figures without it through a second connection, which
sees what everybody else still sees. Both are read as of one moment, so that only the batch can make a difference.
Nothing is compared before the first report is sent: there is nobody to tell, and a new warehouse is being filled.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg

from include import warehouse
from include.ledger import Batch
from include.register import REFERENCE

log = logging.getLogger(__name__)
# A change of our own tables is a change of definition. A correction is not: it follows what the source says elsewhere.
DEFINING_SOURCES = {source.code for source in REFERENCE} - {"reference_correction"}
# Every KPI's progress reads these, beside its figures.
TABLES_OF_ALL_KPIS = {"core.kpi", "core.kpi_plan", "core.kpi_target"}


class Figure(NamedTuple):
    """Value, plan, target and definition of a KPI in a period; amounts in the unit of the KPI."""

    value: Decimal | None
    planned: Decimal | None
    target: Decimal | None
    definition: str


Figures = dict[tuple[str, str], Figure]
NO_FIGURE = Figure(None, None, None, "")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One figure that a batch changes: new_period, revision, definition or target."""

    kpi_code: str
    period: str
    kind: str
    before: Figure
    after: Figure


def record_impact(conn: psycopg.Connection, dsn: str, batch: Batch) -> list[Change]:
    """Write and log the figures that a batch that has just been merged changes.

    Args:
        conn: its transaction, still open.
        dsn: the warehouse, for the second connection.
        batch: the batch.
    """
    changed = _changed_tables(conn, batch)
    kpis = _affected_kpis(conn, set(changed)) if _sent_issues(conn) else []
    if not kpis:
        return []
    # From here to the commit no other batch that bears on a figure is published.
    conn.execute("select pg_advisory_xact_lock(hashtext('core.impact'))")
    moment = str(conn.execute("select max(known_from) from ops.merge").fetchall()[0][0])
    after = _figures(conn, moment, kpis)
    known_from = max(changed.values())
    before = _before(conn, dsn, moment, known_from, kpis)
    changes = list(_changes(before, after, is_ours=batch.source.code in DEFINING_SOURCES))
    shown = _shown(conn, sorted({change.kpi_code for change in changes if change.kind != "new_period"}))
    _write(conn, batch, known_from, changes, shown)
    _log_changes(batch, changes, shown)
    return changes


def _changed_tables(conn: psycopg.Connection, batch: Batch) -> dict[str, datetime]:
    """Read the tables that the batch changed, with the known_from of the change."""
    rows = conn.execute(
        """select target, max(known_from) from ops.merge
        where batch_id = %s and inserted_row_count + closed_row_count > 0 group by target""",
        (batch.batch_id,),
    )
    return dict(rows.fetchall())


def _affected_kpis(conn: psycopg.Connection, tables: Set[str]) -> list[str]:
    """Read the KPIs whose figures depend on tables."""
    if TABLES_OF_ALL_KPIS & tables:
        rows = conn.execute("select distinct kpi_code from core.kpi where known_to = 'infinity' order by kpi_code")
    else:
        rows = conn.execute(warehouse.load_query("impact", "kpis").encode(), {"tables": list(tables)})
    return [code for (code,) in rows]


def _before(conn: psycopg.Connection, dsn: str, moment: str, known_from: datetime, kpis: Sequence[str]) -> Figures:
    """Read the figures that everybody else sees.

    The first load of a dataset attaches a partition and locks the table until the commit: a second connection would
    wait for its own process. Then the figures of the moment before are read instead.
    """
    with warehouse.connect(dsn, autocommit=True) as others:
        others.execute("set lock_timeout = '2s'")
        try:
            return _figures(others, moment, kpis)
        except psycopg.errors.LockNotAvailable:
            return _figures(conn, str(known_from - timedelta(microseconds=1)), kpis)


def _figures(conn: psycopg.Connection, moment: str, kpis: Sequence[str]) -> Figures:
    rows = _as_of(conn, moment, "figures", kpis)
    return {(str(code), str(period)): Figure(*figure) for code, period, *figure in rows}


def _shown(conn: psycopg.Connection, kpis: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """Read which sent issues showed a period of a KPI: its newest one by then."""
    shown: dict[tuple[str, str], list[str]] = {}
    for name, as_of in _sent_issues(conn) if kpis else []:
        for key in _as_of(conn, as_of, "shown", kpis):
            shown.setdefault((str(key[0]), str(key[1])), []).append(name)
    return shown


def _sent_issues(conn: psycopg.Connection) -> list[tuple[str, str]]:
    """Read the reports that were sent: name and as-of moment."""
    return conn.execute(
        """select report_code || ' v' || version, as_of::text from ops.report_run
        where state = 'sent' order by report_run.as_of, report_run_id"""
    ).fetchall()


def _as_of(conn: psycopg.Connection, moment: str, query: str, kpis: Sequence[str]) -> list[tuple[Any, ...]]:
    """Run a query as of a moment; the connection is in the present before and after."""
    with conn.transaction():
        conn.execute("select set_config('warehouse.as_of', %s, true)", (moment,))
        rows = conn.execute(warehouse.load_query("impact", query).encode(), {"kpis": list(kpis)}).fetchall()
        conn.execute("select set_config('warehouse.as_of', '', true)")
    return rows


def _changes(before: Figures, after: Figures, *, is_ours: bool) -> Iterator[Change]:
    newest = dict(after.keys())
    for code, period in sorted(before.keys() | after.keys()):
        old, new = before.get((code, period), NO_FIGURE), after.get((code, period), NO_FIGURE)
        # A definition belongs to the KPI, so a changed one is listed with its newest figure only.
        is_same = old[:3] == new[:3] and (old.definition == new.definition or newest.get(code) != period)
        if not is_same:
            yield Change(kpi_code=code, period=period, kind=_kind(old, new, is_ours), before=old, after=new)


def _kind(before: Figure, after: Figure, is_ours: bool) -> str:
    if before.value is None and after.value is not None:
        return "new_period"
    if before.value != after.value:
        return "definition" if is_ours else "revision"
    return "definition" if before[:3] == after[:3] else "target"


def _write(
    conn: psycopg.Connection,
    batch: Batch,
    known_from: datetime,
    changes: Sequence[Change],
    shown: dict[tuple[str, str], list[str]],
) -> None:
    with conn.cursor() as cursor:
        cursor.executemany(
            """insert into ops.impact (batch_id, kpi_code, period, kind_code, before_value, after_value,
                before_planned_value, after_planned_value, before_target_value, after_target_value, sent_reports,
                known_from)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                (batch.batch_id, change.kpi_code, change.period, change.kind, change.before.value, change.after.value,
                 change.before.planned, change.after.planned, change.before.target, change.after.target,
                 shown.get((change.kpi_code, change.period), []), known_from)
                for change in changes
            ],
        )  # fmt: skip


def _log_changes(batch: Batch, changes: Sequence[Change], shown: dict[tuple[str, str], list[str]]) -> None:
    """Log one line for each KPI and kind: the periods, and which reports had shown one."""
    lines: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        lines.setdefault((change.kpi_code, change.kind), []).append(change)
    for (code, kind), members in lines.items():
        last = members[-1]
        issues = sorted({name for change in members for name in shown.get((code, change.period), [])})
        log.info(
            "%s batch %s: %s of %s in %s periods; %s: %s -> %s (planned %s -> %s)%s",
            batch.source.code, batch.batch_id, kind, code, len(members), last.period, last.before.value,
            last.after.value, last.before.planned, last.after.planned,
            f"; shown in {', '.join(issues)}" if issues else "",
        )  # fmt: skip
