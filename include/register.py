"""The register of everything we pull: one line per source; nothing is discovered by magic.

A line names a module of include/sources that declares SOURCE; `module:NAME` when it declares another one beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from include.sources.partners import partner_activity
from include.sources.reference import tables
from include.sources.source import Source


def _declared(*names: str) -> tuple[Source, ...]:
    """Import the sources that lines of the register name."""
    places = (name.partition(":") for name in names)
    return tuple(getattr(import_module(f"include.sources.{module}"), name or "SOURCE") for module, _, name in places)


# Statistics: one DAG each (dags/ingest.py).
STATISTICS: tuple[Source, ...] = _declared(
    "nbb.nbb_goods_trade",
    "nbb.nbb_chapter_trade",
    "nbb.nbb_belgian_trade",
    "nbb.nbb_trade_overview",
    "nbb.nbb_fdi",
    "nbb.nbb_regional_trade",
    "nbb.nbb_exporters",
    "fit.fit_fdi_annual",
    "fit.fit_fdi_project",
    "fit.fit_headline",
    "eurostat.eurostat_comext",
    "eurostat.eurostat_comext_month",
    "eurostat.eurostat_fdi",
    "eurostat.eurostat_fdi_position",
    "eurostat.eurostat_trade_share",
    "ecb.ecb_exchange_rate",
    "ecb.ecb_exchange_rate:CHANGES",
    "oecd.oecd_fdi_flow",
)

# Partner work: one mapped group of tasks per contract (dags/partner_reports.py).
PARTNERS: tuple[Source, ...] = (partner_activity.SOURCE,)

# Our own tables, from include/sources/reference (dags/reference.py).
REFERENCE: tuple[Source, ...] = tables.SOURCES

SOURCES: tuple[Source, ...] = STATISTICS + PARTNERS + REFERENCE


def source_of(code: str) -> Source:
    """Return the entry of the register with a code.

    Raises:
        KeyError: no such source.
    """
    return _BY_CODE[code]


@contextmanager
def registered_temporarily(source: Source) -> Iterator[None]:
    """Add a source to the register for the length of a block, such as one of a snapshot map."""
    _BY_CODE[source.code] = source
    try:
        yield
    finally:
        del _BY_CODE[source.code]


_BY_CODE = {source.code: source for source in SOURCES}
