"""Export every mart as a Parquet file, and a Frictionless data package that describes them.

`WAREHOUSE_URL=postgresql://analyst:... python -m include.warehouse.export --folder marts --as-of 2026-03-31`

Rows stream from PostgreSQL as Arrow batches (ADBC): memory does not grow with a mart. All files answer as of one
moment, read in one snapshot. Numbers become doubles: 15 digits, which no figure of ours exceeds.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from include.periods import parse_as_of
from include.warehouse import SQL, query
from include.warehouse.command_line import exit_status, read_sample_moment, warehouse_url

_GRAIN = re.compile(r"^-- grain:\s*(.+)$", re.MULTILINE)
# PostgreSQL's type -> type of a Frictionless table schema.
_TYPES = {
    "bigint": "integer", "boolean": "boolean", "date": "date", "integer": "integer", "jsonb": "object",
    "numeric": "number", "double precision": "number", "smallint": "integer", "text": "string", "text[]": "array",
    "timestamp with time zone": "datetime",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mart:
    """A view of schema mart, with its columns in order."""

    name: str
    description: str
    columns: list[str]
    types: list[str]
    descriptions: list[str]

    @property
    def grain(self) -> list[str]:
        """The columns that identify a row, from the `-- grain:` line of the mart's file."""
        folder, stem = (SQL / "marts", self.name)
        if (folder / "kpi" / f"{self.name.removeprefix('kpi_')}.sql").exists():
            folder, stem = folder / "kpi", self.name.removeprefix("kpi_")
        found = _GRAIN.search((folder / f"{stem}.sql").read_text(encoding="utf-8"))
        return [word.strip() for word in found.group(1).split(",")] if found else []


def export_marts(dsn: str, folder: Path, as_of: datetime | None = None) -> list[Path]:
    """Write every mart as of a moment; returns the files, datapackage.json last.

    Args:
        dsn: PostgreSQL URL of the warehouse; the role analyst is enough.
        folder: target folder; files of an earlier export are replaced one by one, each in one step.
        as_of: the moment that every mart answers for; None is now, or the sample world's newest moment.

    Raises:
        psycopg.Error: the warehouse does not answer.
        KeyError: a mart has a column whose type has no counterpart in _TYPES.
    """
    from adbc_driver_postgresql import dbapi

    folder.mkdir(parents=True, exist_ok=True)
    with psycopg.connect(dsn) as conn, conn.cursor(row_factory=class_row(Mart)) as rows:
        marts = rows.execute(query("publish", "described.sql").encode()).fetchall()
        as_of = as_of or _default_moment(conn)
    with dbapi.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute(f"set local warehouse.as_of = '{as_of.isoformat()}'")
        written = [_write(cursor, mart, folder, as_of) for mart in marts]
    return [*written, _describe(marts, folder, as_of)]


def _default_moment(conn: psycopg.Connection) -> datetime:
    sample_moment = read_sample_moment(conn)
    return datetime.fromisoformat(sample_moment) if sample_moment else datetime.now(UTC)


def _write(cursor: Any, mart: Mart, folder: Path, as_of: datetime) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    cursor.execute(_select(mart))
    reader = cursor.fetch_record_batch()
    fields = [
        field.with_metadata({"description": text}) for field, text in zip(reader.schema, mart.descriptions, strict=True)
    ]
    about = {"description": mart.description, "as_of": as_of.isoformat()}
    schema = pa.schema(fields, metadata=about)
    target = folder / f"{mart.name}.parquet"
    pending = target.with_suffix(".pending")
    with pq.ParquetWriter(pending, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    return pending.replace(target)


def _select(mart: Mart) -> str:
    chosen = sql.SQL(", ").join(
        sql.SQL("{0}::double precision as {0}" if kind == "numeric" else "{0}").format(sql.Identifier(name))
        for name, kind in zip(mart.columns, mart.types, strict=True)
    )
    return sql.SQL("select {} from {}").format(chosen, sql.Identifier("mart", mart.name)).as_string()


def _describe(marts: list[Mart], folder: Path, as_of: datetime) -> Path:
    package = {
        "name": "accelerates-marts",
        "title": "Marts of the KPI platform of Flanders Accelerates!",
        "description": f"Every mart as of {as_of.isoformat()}.",
        "created": as_of.isoformat(),
        "resources": [
            {
                "name": mart.name,
                "path": f"{mart.name}.parquet",
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "description": mart.description,
                "schema": {"fields": list(_fields(mart)), "primaryKey": mart.grain},
            }
            for mart in marts
        ],
    }
    target = folder / "datapackage.json"
    target.write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return target


def _fields(mart: Mart) -> Iterator[dict[str, str]]:
    for name, kind, text in zip(mart.columns, mart.types, mart.descriptions, strict=True):
        yield {"name": name, "type": _TYPES[kind], "description": text}


def main() -> int:
    """Export the marts of WAREHOUSE_URL into the folder of the command line."""
    parser = argparse.ArgumentParser(prog="python -m include.warehouse.export", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--as-of", default="", help="a day or a moment: 2026-03-31, 2026-03-31T09:00:00+02:00")
    options = parser.parse_args()

    def command() -> None:
        files = export_marts(warehouse_url(), options.folder, parse_as_of(options.as_of) if options.as_of else None)
        sys.stdout.write(f"wrote {len(files)} files into {options.folder}\n")

    return exit_status(command)


if __name__ == "__main__":
    raise SystemExit(main())
