"""Two real snapshots of a pipeline's export, replayed on their dates, come back exactly."""

from __future__ import annotations

import csv
from pathlib import Path

import psycopg
import pytest

from include.pipeline.replay import SnapshotMap, replay

FOLDER = Path(__file__).parents[3] / "shared" / "payloads" / "nbb_vintages"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of real payloads is not beside the project")
MAP = SnapshotMap(
    dataset="NBB:MACRO",
    files=r"export_(?P<date>\d{4}-\d{2}-\d{2})_[0-9a-f]+\.csv",
    key=["indicator_code"],
    period="period",
    value="value",
    status="obs_status",
    unit="unit",
    ignored=["name", "source_agency", "fetched_at"],
)
Row = tuple[str, str, float | None, str, str]


def snapshot(day: str) -> set[Row]:
    (path,) = FOLDER.glob(f"export_{day}_*.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            (row["indicator_code"], row["period"], float(row["value"]) if row["value"] else None, row["obs_status"],
             row["unit"])
            for row in csv.DictReader(lines)
        }  # fmt: skip


def known(dsn: str, moment: str) -> set[Row]:
    with psycopg.connect(dsn) as conn:
        conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
        return set(
            conn.execute(
                """select series_key, period, value::float, status_code, unit_code
                from mart.observation join mart.series using (series_id)"""
            ).fetchall()
        )


def test_each_snapshot_comes_back_exactly_as_of_its_date(dsn: str, tmp_path: Path) -> None:
    first, second = replay(dsn, tmp_path.as_uri(), FOLDER, MAP)
    assert (first.closed, first.inserted > 1990) == (0, True)
    assert 0 < second.closed < 400
    assert known(dsn, "2026-03-02") == snapshot("2026-03-01")
    assert known(dsn, "2026-03-14") == snapshot("2026-03-13")
    assert known(dsn, "2026-02-28") == set()
