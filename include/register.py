"""The register of everything we pull: one line per source; nothing is discovered by magic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from include.sources.ecb import ecb_exchange_rate
from include.sources.eurostat import (
    eurostat_comext,
    eurostat_comext_month,
    eurostat_fdi,
    eurostat_fdi_position,
    eurostat_trade_share,
)
from include.sources.fit import fit_fdi_annual, fit_fdi_project, fit_headline
from include.sources.nbb import (
    nbb_belgian_trade,
    nbb_chapter_trade,
    nbb_exporters,
    nbb_fdi,
    nbb_goods_trade,
    nbb_regional_trade,
    nbb_trade_overview,
)
from include.sources.oecd import oecd_fdi_flow
from include.sources.partners import partner_activity
from include.sources.reference import tables
from include.sources.source import Source

# Statistics: one DAG each (dags/ingest.py).
STATISTICS: tuple[Source, ...] = (
    nbb_goods_trade.SOURCE,
    nbb_chapter_trade.SOURCE,
    nbb_belgian_trade.SOURCE,
    nbb_trade_overview.SOURCE,
    nbb_fdi.SOURCE,
    nbb_regional_trade.SOURCE,
    nbb_exporters.SOURCE,
    fit_fdi_annual.SOURCE,
    fit_fdi_project.SOURCE,
    fit_headline.SOURCE,
    eurostat_comext.SOURCE,
    eurostat_comext_month.SOURCE,
    eurostat_fdi.SOURCE,
    eurostat_fdi_position.SOURCE,
    eurostat_trade_share.SOURCE,
    ecb_exchange_rate.SOURCE,
    ecb_exchange_rate.CHANGES,
    oecd_fdi_flow.SOURCE,
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
