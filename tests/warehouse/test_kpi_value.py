"""mart.kpi_value says of every KPI what the view says that the catalogue names for it."""

from __future__ import annotations

import csv
from pathlib import Path

import psycopg
import pytest

CATALOGUE = Path(__file__).parents[2] / "include" / "sources" / "reference" / "kpi.csv"
COLUMNS = "kpi_code, period, value, is_provisional, known_from"


def figures(conn: psycopg.Connection, relation: str) -> dict[str, list[tuple[object, ...]]]:
    """KPI -> its rows in a relation."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for code, *row in conn.execute(f"select {COLUMNS} from {relation} order by 1, 2".encode()).fetchall():
        found.setdefault(code, []).append(tuple(row))
    return found


@pytest.mark.parametrize("since", ["", "2025-08"])
@pytest.mark.parametrize("moment", ["2026-10-15 09:00+02", "2026-08-20 09:00+02"])
def test_kpi_value_equals_the_view_that_the_catalogue_names(world, moment: str, since: str) -> None:
    with CATALOGUE.open(encoding="utf-8", newline="") as lines:
        views = {row["kpi_code"]: row["view_name"] for row in csv.DictReader(lines)}
    world.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
    world.execute("select set_config('warehouse.since', %s, false)", (since,))
    named = {view: figures(world, view) for view in set(views.values())}
    shown = figures(world, "mart.kpi_value")
    assert shown == {code: named[view].get(code) for code, view in views.items() if code in named[view]}
    assert sum(len(codes) for codes in named.values()) == len(shown) > 20
    if not since and moment.startswith("2026-10"):
        assert shown.keys() == views.keys()


def test_a_core_domain_is_of_the_size_that_the_mart_of_the_domains_says(world) -> None:
    with CATALOGUE.open(encoding="utf-8", newline="") as lines:
        domains = {row["core_domain_code"]: row["kpi_code"] for row in csv.DictReader(lines)}
    shown, listed = figures(world, "mart.kpi_value"), "select period, value_eur, is_provisional, known_from"
    kpis = {domain: code for domain, code in domains.items() if domain not in ("_T", "_Z")}
    assert len(kpis) == 4
    for domain, code in kpis.items():
        rows = world.execute(
            f"{listed} from mart.goods_export_domain where core_domain_code = %s order by period".encode(), (domain,)
        ).fetchall()
        assert rows == shown[code]
