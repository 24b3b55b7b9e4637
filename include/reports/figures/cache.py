"""Per-process cache of report rows; safe because an issue's as-of moment never changes.

They would change when the marts are installed anew, so a hash of the marts' definitions is part of the key. Nothing is
kept for a moment that no issue was pinned to: a load under way may still add rows known since before it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from include.reports.issue.report_run import Connection, ReportRun

T = TypeVar("T")
# A few issues, each some 100 kB.
MAX_CACHE_ENTRIES = 24
# Each row of the catalog names the transaction that wrote it.
_DEFINITIONS = """
    select md5(string_agg(made.xmin::text, ',' order by made.oid)) as made from (
        select rule.oid, rule.xmin from pg_rewrite as rule
        inner join pg_class as view on rule.ev_class = view.oid
        where view.relnamespace::regnamespace::text in ('asof', 'mart')
        union all
        select oid, xmin from pg_proc where pronamespace in ('mart'::regnamespace, 'core'::regnamespace)
    ) as made"""


class ReportCache:
    """Keep values by key and drop the least recently used."""

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()

    def for_warehouse(self, conn: Connection) -> WarehouseCache:
        """Return the part for a connection's warehouse, with its marts as installed now."""
        definitions = conn.execute(_DEFINITIONS).fetchone()
        return WarehouseCache(
            self, (conn.info.host, conn.info.port, conn.info.dbname, definitions and tuple(definitions))
        )

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made when it is not there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]  # type: ignore[return-value]
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > MAX_CACHE_ENTRIES:
                self._values.popitem(last=False)
        return value


class WarehouseCache:
    """Cache values of one warehouse, by name and issue."""

    def __init__(self, cache: ReportCache, warehouse: Hashable) -> None:
        self._cache, self._warehouse = cache, warehouse

    def __call__(self, name: str, run: ReportRun, make: Callable[[], T]) -> T:
        """Return the value of a name for an issue."""
        if not run.report_run_id:
            return make()
        return self._cache.get_or_make((self._warehouse, name, run.report_run_id, run.as_of), make)
