"""Every mart as a Parquet file with its meaning inside, and a Frictionless data package that describes them all.

Rows stream from PostgreSQL as Arrow batches (ADBC): memory does not grow with a mart. All files answer as of one
moment, read in one snapshot. Numbers become doubles: 15 digits, which no figure of ours exceeds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from include.warehouse import SQL, query

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
        """The columns that tell its rows apart, by the header of its file."""
        folder, stem = (SQL / "marts", self.name)
        if (folder / "kpi" / f"{self.name.removeprefix('kpi_')}.sql").exists():
            folder, stem = folder / "kpi", self.name.removeprefix("kpi_")
        found = _GRAIN.search((folder / f"{stem}.sql").read_text(encoding="utf-8"))
        return [word.strip() for word in found.group(1).split(",")] if found else []


def export(dsn: str, folder: Path, as_of: datetime) -> list[Path]:
    """Write every mart as of a moment; returns the files, datapackage.json last.

    Args:
        dsn: PostgreSQL URL of the warehouse; the role analyst is enough.
        folder: where to; files of an earlier export are replaced one by one, each at once.
        as_of: the moment that every mart answers for.

    Raises:
        psycopg.Error: the warehouse does not answer.
        KeyError: a mart has a column of a type that the package cannot say.
    """
    from adbc_driver_postgresql import dbapi

    folder.mkdir(parents=True, exist_ok=True)
    with psycopg.connect(dsn) as conn, conn.cursor(row_factory=class_row(Mart)) as rows:
        marts = rows.execute(query("publish", "described.sql").encode()).fetchall()
    with dbapi.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute(f"set local warehouse.as_of = '{as_of.isoformat()}'")
        written = [_write(cursor, mart, folder, as_of) for mart in marts]
    return [*written, _describe(marts, folder, as_of)]


def _write(cursor: Any, mart: Mart, folder: Path, as_of: datetime) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    cursor.execute(_question(mart))
    reader = cursor.fetch_record_batch()
    described = [
        field.with_metadata({"description": text}) for field, text in zip(reader.schema, mart.descriptions, strict=True)
    ]
    about = {"description": mart.description, "as_of": as_of.isoformat()}
    schema = pa.schema(described, metadata=about)
    target = folder / f"{mart.name}.parquet"
    pending = target.with_suffix(".pending")
    with pq.ParquetWriter(pending, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    return pending.replace(target)


def _question(mart: Mart) -> str:
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
