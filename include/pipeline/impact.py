"""What a batch changes of the KPIs: compared and written in the transaction that publishes it, before anyone sees it.

The figures with the batch are those of its own transaction; the figures without it are those that everybody else
still sees. Both are asked as of one moment, so that nothing but the batch can differ. Before the first report is sent
there is nobody to tell, and the years that a new warehouse is filled with are not compared.
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
from include.ledger.batches import Batch
from include.register import REFERENCE

log = logging.getLogger(__name__)
# What our own tables change is how we count. A correction is not: with it we follow what the source says elsewhere.
_DEFINING = {source.code for source in REFERENCE} - {"reference_correction"}
# The progress of any KPI is made of these, beside its figures.
_OF_ALL = {"core.kpi", "core.kpi_plan", "core.kpi_target"}


class Figure(NamedTuple):
    """What is said of a KPI and a period; amounts in the unit of the KPI."""

    value: Decimal | None
    planned: Decimal | None
    target: Decimal | None
    definition: str


Figures = dict[tuple[str, str], Figure]
_NOTHING = Figure(None, None, None, "")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One figure that a batch changes: new_period, revision, definition or target."""

    kpi_code: str
    period: str
    kind: str
    before: Figure
    after: Figure


def record(conn: psycopg.Connection, dsn: str, batch: Batch) -> list[Change]:
    """Write and log what a batch that has just been merged changes of the figures.

    Args:
        conn: its transaction, still open.
        dsn: where the others' view of the warehouse can be asked for.
        batch: the batch.
    """
    written = _written(conn, batch)
    kpis = _kpis(conn, set(written)) if _issues(conn) else []
    if not kpis:
        return []
    # From here to the commit no other batch that bears on a figure is published.
    conn.execute("select pg_advisory_xact_lock(hashtext('core.impact'))")
    moment = str(conn.execute("select max(known_from) from ops.merge").fetchall()[0][0])
    after = _figures(conn, moment, kpis)
    known_from = max(written.values())
    before = _before(conn, dsn, moment, known_from, kpis)
    changes = list(_changes(before, after, is_ours=batch.source.code in _DEFINING))
    shown = _shown(conn, sorted({change.kpi_code for change in changes if change.kind != "new_period"}))
    _write(conn, batch, known_from, changes, shown)
    _say(batch, changes, shown)
    return changes


def _written(conn: psycopg.Connection, batch: Batch) -> dict[str, datetime]:
    """The tables that the batch changed, and since when they say so."""
    rows = conn.execute(
        """select target, max(known_from) from ops.merge
        where batch_id = %s and inserted_row_count + closed_row_count > 0 group by target""",
        (batch.batch_id,),
    )
    return dict(rows.fetchall())


def _kpis(conn: psycopg.Connection, tables: Set[str]) -> list[str]:
    """The KPIs that are made of tables."""
    if _OF_ALL & tables:
        rows = conn.execute("select distinct kpi_code from core.kpi where known_to = 'infinity' order by kpi_code")
    else:
        rows = conn.execute(warehouse.query("load", "impact", "kpis.sql").encode(), {"tables": list(tables)})
    return [code for (code,) in rows]


def _before(conn: psycopg.Connection, dsn: str, moment: str, known_from: datetime, kpis: Sequence[str]) -> Figures:
    """The figures that everybody else sees.

    The first load of a dataset attaches a partition, and nobody else reads the table until it is published: to wait
    would be to wait for oneself. Then they are those of the moment before.
    """
    with warehouse.connect(dsn, autocommit=True) as others:
        others.execute("set lock_timeout = '2s'")
        try:
            return _figures(others, moment, kpis)
        except psycopg.errors.LockNotAvailable:
            return _figures(conn, str(known_from - timedelta(microseconds=1)), kpis)


def _figures(conn: psycopg.Connection, moment: str, kpis: Sequence[str]) -> Figures:
    rows = _as_of(conn, moment, "figures.sql", kpis)
    return {(str(code), str(period)): Figure(*figure) for code, period, *figure in rows}


def _shown(conn: psycopg.Connection, kpis: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """The sent issues that showed a period of a KPI: its newest by then."""
    shown: dict[tuple[str, str], list[str]] = {}
    for name, as_of in _issues(conn) if kpis else []:
        for key in _as_of(conn, as_of, "shown.sql", kpis):
            shown.setdefault((str(key[0]), str(key[1])), []).append(name)
    return shown


def _issues(conn: psycopg.Connection) -> list[tuple[str, str]]:
    """The reports that were sent: which, and as of when."""
    return conn.execute(
        """select report_code || ' v' || version, as_of::text from ops.report_run
        where state = 'sent' order by report_run.as_of, report_run_id"""
    ).fetchall()


def _as_of(conn: psycopg.Connection, moment: str, query: str, kpis: Sequence[str]) -> list[tuple[Any, ...]]:
    """The answer of a query as of a moment; the connection is in the present before and after."""
    with conn.transaction():
        conn.execute("select set_config('warehouse.as_of', %s, true)", (moment,))
        rows = conn.execute(warehouse.query("load", "impact", query).encode(), {"kpis": list(kpis)}).fetchall()
        conn.execute("select set_config('warehouse.as_of', '', true)")
    return rows


def _changes(before: Figures, after: Figures, *, is_ours: bool) -> Iterator[Change]:
    newest = dict(after.keys())
    for code, period in sorted(before.keys() | after.keys()):
        old, new = before.get((code, period), _NOTHING), after.get((code, period), _NOTHING)
        # A definition is of the KPI, and stands with its newest figure.
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


def _say(batch: Batch, changes: Sequence[Change], shown: dict[tuple[str, str], list[str]]) -> None:
    """One line for each KPI and kind: how many periods, the newest of them, and which reports had shown one."""
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
