"""Every mart leaves as Parquet with its meaning, and the package says truly what is in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest
from frictionless import Package

from include.warehouse.export import export_marts
from include.warehouse.roles import ANALYST

MOMENT = datetime(2026, 10, 15, 7, 0, tzinfo=UTC)
# Type of a table schema -> what Arrow calls it.
ARROW = {
    "array": "list", "boolean": "bool", "date": "date32", "datetime": "timestamp", "integer": "int", "number": "double",
    "object": "extension<arrow.json>|string", "string": "string",
}  # fmt: skip


@pytest.fixture
def world(given) -> psycopg.Connection:
    """A few rows, one of which is learned after the moment."""
    given.reference("objective", "kpi", "country", "core_domain", "product_domain", "status_threshold")
    given.trade("DE", "2026-01", 101.5)
    given.trade("FR", "2026-01", 7, known_from="2026-11-01")
    given.contract("agoria")
    given.report("agoria", "2026-Q1")
    given.activity("agoria", "1", "2026-03-10")
    return given.conn


@pytest.fixture
def folder(world: psycopg.Connection, as_role: Callable[[str], str], tmp_path: Path) -> Path:
    export_marts(as_role(ANALYST), tmp_path, MOMENT)
    return tmp_path


def marts(conn: psycopg.Connection) -> list[str]:
    rows = conn.execute(
        "select relname from pg_class where relnamespace = 'mart'::regnamespace and relkind = 'v' order by 1"
    )
    return [name for (name,) in rows]


def test_every_mart_is_a_file_with_the_columns_of_the_view(folder: Path, world: psycopg.Connection) -> None:
    assert sorted(path.stem for path in folder.glob("*.parquet")) == marts(world)
    for name in marts(world):
        columns = [column.name for column in world.execute(f"select * from mart.{name} limit 0").description or ()]
        assert pq.read_schema(folder / f"{name}.parquet").names == columns


def test_the_rows_are_those_of_the_moment(folder: Path, world: psycopg.Connection) -> None:
    table = pq.read_table(folder / "goods_trade.parquet").to_pylist()
    assert [(row["country_code"], row["value_eur"]) for row in table] == [("DE", 101.5)]
    (activity,) = pq.read_table(folder / "partner_activity.parquet").to_pylist()
    assert isinstance(activity["market_codes"], list)


def test_every_column_carries_its_meaning(folder: Path, world: psycopg.Connection) -> None:
    schema = pq.read_schema(folder / "goods_trade.parquet")
    ((meaning,),) = world.execute("select obj_description('mart.goods_trade'::regclass)").fetchall()
    assert schema.metadata[b"description"].decode() == meaning
    assert schema.metadata[b"as_of"] == b"2026-10-15T07:00:00+00:00"
    assert schema.field("value_eur").metadata[b"description"].startswith(b"Value in EUR")


def test_the_package_is_valid_and_names_keys_and_types(folder: Path) -> None:
    assert Package.validate_descriptor(str(folder / "datapackage.json")).valid
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    (trade,) = [resource for resource in package["resources"] if resource["name"] == "goods_trade"]
    assert "period" in trade["schema"]["primaryKey"]
    types = {field["name"]: field["type"] for field in trade["schema"]["fields"]}
    assert (types["value_eur"], types["period_start_date"], types["is_eu"]) == ("number", "date", "boolean")


def test_exporting_again_gives_the_same_bytes(folder: Path, dsn: str, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {path.name: path.read_bytes() for path in export_marts(dsn, folder, MOMENT)} == before


def test_the_package_says_of_every_file_the_types_and_the_key_that_it_has(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    untrue = []
    for resource in package["resources"]:
        table = pq.read_table(folder / resource["path"])
        for field in resource["schema"]["fields"]:
            found = str(table.schema.field(field["name"]).type)
            if not found.startswith(tuple(ARROW[field["type"]].split("|"))):
                untrue.append(f"{resource['name']}.{field['name']}: {field['type']}, but {found}")
        key = resource["schema"]["primaryKey"]
        if not key or table.select(key).group_by(key).aggregate([]).num_rows != table.num_rows:
            untrue.append(f"{resource['name']}: {key} is no key")
    assert untrue == []
