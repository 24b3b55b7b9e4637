"""The sample world: all sources of the platform, offline, in their own wire formats.

The replies are generated on the first request; none is checked in. A reviewer reads code instead of binaries, the
repository stays small, and the totals are exact by construction: every breakdown is allotted from a published figure
and adds up to it. The same code gives the same bytes on every machine and Python: no wall clock, no locale, no set
order, integers throughout, randomness seeded by words.

Totals of trade and foreign direct investment are the published ones (`figures.py`, each with its source); everything
below them, and all partner work, is constructed. Reports made from it say "Sample data".

It has its own date, TODAY, and answers as of any moment up to then (Accept-Datetime, RFC 7089).
"""

from __future__ import annotations

from datetime import datetime

TODAY = datetime.fromisoformat("2026-10-15T09:00:00+02:00")

# The runs that load the world's history once: (DAG id, clock), oldest first.
PUBLICATIONS: tuple[tuple[str, datetime], ...] = tuple(
    (dag_id, datetime.fromisoformat(clock))
    for dag_id, clock in (
        ("reference", "2020-01-01T09:00:00+01:00"),
        ("ingest_nbb_goods_trade", "2020-03-16T09:00:00+01:00"),
        ("ingest_nbb_goods_trade", "2021-03-15T09:00:00+01:00"),
        ("ingest_fit_fdi_annual", "2022-01-18T09:00:00+01:00"),
        ("ingest_nbb_goods_trade", "2022-03-15T09:00:00+01:00"),
        ("ingest_nbb_chapter_trade", "2022-03-15T09:00:00+01:00"),
        ("ingest_nbb_belgian_trade", "2022-03-15T09:00:00+01:00"),
        ("ingest_nbb_goods_trade", "2023-03-15T09:00:00+01:00"),
        ("ingest_fit_fdi_annual", "2024-01-22T09:00:00+01:00"),
        ("ingest_nbb_goods_trade", "2024-03-15T09:00:00+01:00"),
        ("ingest_fit_headline", "2024-03-15T09:00:00+01:00"),
        ("ingest_nbb_goods_trade", "2025-03-14T09:00:00+01:00"),
        ("ingest_nbb_regional_trade", "2025-03-14T09:00:00+01:00"),
        ("ingest_fit_fdi_annual", "2026-01-20T09:00:00+01:00"),
        ("ingest_fit_fdi_project", "2026-01-20T09:00:00+01:00"),
        ("partner_reports", "2026-01-31T09:00:00+01:00"),
        ("ingest_nbb_goods_trade", "2026-03-16T09:00:00+01:00"),
        ("ingest_nbb_trade_overview", "2026-05-14T09:00:00+02:00"),
        ("ingest_ecb_exchange_rate", "2026-10-08T17:00:00+02:00"),
        ("reference", "2026-10-15T09:00:00+02:00"),
        ("ingest_nbb_goods_trade", "2026-10-15T09:00:00+02:00"),
        ("ingest_nbb_chapter_trade", "2026-10-15T09:00:00+02:00"),
        ("ingest_nbb_belgian_trade", "2026-10-15T09:00:00+02:00"),
        ("ingest_nbb_trade_overview", "2026-10-15T09:00:00+02:00"),
        ("ingest_nbb_fdi", "2026-10-15T09:00:00+02:00"),
        ("ingest_nbb_regional_trade", "2026-10-15T09:00:00+02:00"),
        ("ingest_nbb_exporters", "2026-10-15T09:00:00+02:00"),
        ("ingest_fit_fdi_annual", "2026-10-15T09:00:00+02:00"),
        ("ingest_fit_fdi_project", "2026-10-15T09:00:00+02:00"),
        ("ingest_fit_headline", "2026-10-15T09:00:00+02:00"),
        ("ingest_eurostat_comext", "2026-10-15T09:00:00+02:00"),
        ("ingest_eurostat_comext_month", "2026-10-15T09:00:00+02:00"),
        ("ingest_eurostat_fdi", "2026-10-15T09:00:00+02:00"),
        ("ingest_eurostat_fdi_position", "2026-10-15T09:00:00+02:00"),
        ("ingest_eurostat_trade_share", "2026-10-15T09:00:00+02:00"),
        ("ingest_ecb_exchange_rate_change", "2026-10-15T09:00:00+02:00"),
        ("ingest_oecd_fdi_flow", "2026-10-15T09:00:00+02:00"),
        ("partner_reports", "2026-10-15T09:00:00+02:00"),
    )
)
