"""What was read as of an issue's moment, kept by a process that shows it again: no merge can change it any more.

Only when the marts are made anew can the same moment give other figures, so what they are made of is part of the key.
Nothing is kept of a moment that no issue was pinned to: a load under way may turn out to be known since before it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from include.reports.issue.report_run import Connection, ReportRun

T = TypeVar("T")
# Of a few issues, each some 100 kB.
MOST = 24
# Each row of the catalogue names the transaction that wrote it.
_MADE = """
    select md5(string_agg(made.xmin::text, ',' order by made.oid)) as made from (
        select rule.oid, rule.xmin from pg_rewrite as rule
        inner join pg_class as view on rule.ev_class = view.oid
        where view.relnamespace::regnamespace::text in ('asof', 'mart')
        union all
        select oid, xmin from pg_proc where pronamespace in ('mart'::regnamespace, 'core'::regnamespace)
    ) as made"""


class Memory:
    """Some answers, the longest unused of which are forgotten."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()

    def of(self, conn: Connection) -> Recall:
        """What it knows of the warehouse of a connection, as the marts are made now."""
        made = conn.execute(_MADE).fetchone()
        return Recall(self, (conn.info.host, conn.info.port, conn.info.dbname, made and tuple(made)))

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """The answer under a key, made when it is not there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]
        answer = make()
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return answer


class Recall:
    """Remembering for one reader: a name and an issue lead to the answer; without a memory it is made each time."""

    def __init__(self, memory: Memory | None = None, warehouse: Hashable = None) -> None:
        self._memory, self._warehouse = memory, warehouse

    def __call__(self, name: str, run: ReportRun, make: Callable[[], T]) -> T:
        """The answer of a name about an issue."""
        if self._memory is None or not run.report_run_id:
            return make()
        return self._memory.kept((self._warehouse, name, run.report_run_id, run.as_of), make)
