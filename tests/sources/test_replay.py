"""A folder of dated snapshots, replayed in order, gives back each snapshot exactly as of its date."""

from __future__ import annotations

import gzip
from pathlib import Path

import psycopg
import pytest

from include import errors
from include.pipeline.replay import Replayed, SnapshotMap, read_map, replay

MAP = """
dataset = "TEST:MACRO"
files = 'export_(?P<date>[0-9-]{10}).csv(\\.gz)?'
key = ["Code", "Land code"]
period = "Period"
value = "Value"
status = "Obs status"
ignored = ["name"]
"""
HEADER = "Code,Land code,name,Period,Value,Obs status"
FIRST = ["A,BE,x,2025,1.5,A", "A,BE,x,2026,2,P", "A,NL,x,2025-Q1,3,A", "B,BE,x,2025-01,-4e2,A"]
# One value changed under the same status, one status alone, one row gone, one new, one missing.
SECOND = ["A,BE,y,2025,1.6,A", "A,BE,x,2026,2,A", "B,BE,x,2025-01,-400,A", "B,BE,x,2025-02,,M", "C,BE,x,2025-02,7,A"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "snap shots"
    target.mkdir()
    return target


def snapshot(folder: Path, day: str, rows: list[str], header: str = HEADER) -> None:
    (folder / f"export_{day}.csv").write_text("\n".join([header, *rows, ""]))


def mapped(tmp_path: Path, text: str = MAP) -> SnapshotMap:
    (tmp_path / "map.toml").write_text(text)
    return read_map(tmp_path / "map.toml")


@pytest.fixture
def play(dsn: str, tmp_path: Path, folder: Path):
    def played(text: str = MAP + "max_lost_share = 0.5") -> list[Replayed]:
        return list(replay(dsn, (tmp_path / "landing").as_uri(), folder, mapped(tmp_path, text)))

    return played


def known(dsn: str, moment: str) -> list[str]:
    """The rows of the warehouse as of a moment, as a snapshot writes them."""
    with psycopg.connect(dsn) as conn:
        conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
        rows = conn.execute(
            """select dimensions ->> 'Code', dimensions ->> 'Land code', period, value, status_code
            from mart.observation join mart.series using (series_id) order by 1, 2, 3"""
        ).fetchall()
    return [f"{code},{land},{period},{'' if value is None else float(value)},{status}"
            for code, land, period, value, status in rows]  # fmt: skip


def said(rows: list[str]) -> list[str]:
    cells = sorted((row.split(",") for row in rows), key=lambda cell: (cell[0], cell[1], cell[3]))
    return [f"{c[0]},{c[1]},{c[3]},{float(c[4]) if c[4] else ''},{c[5]}" for c in cells]


def test_each_snapshot_comes_back_exactly_as_of_its_date(dsn, folder, play) -> None:
    snapshot(folder, "2026-03-13", SECOND)
    snapshot(folder, "2026-03-01", FIRST)
    done = play()
    assert [(step.name, step.inserted, step.closed) for step in done] == [
        ("export_2026-03-01.csv", 7, 0),  # three series, four values
        ("export_2026-03-13.csv", 5, 3),
    ]
    assert known(dsn, "2026-03-01 11:59+01") == []
    assert known(dsn, "2026-03-01 12:00+01") == known(dsn, "2026-03-13 11:59+01") == said(FIRST)
    assert known(dsn, "2026-03-13 12:00+01") == said(SECOND)


def test_replaying_again_changes_nothing_and_a_folder_may_grow(dsn, folder, play) -> None:
    snapshot(folder, "2026-03-01", FIRST)
    play()
    assert [step.is_new for step in play()] == [False]
    snapshot(folder, "2026-03-13", SECOND)
    assert [step.is_new for step in play()] == [False, True]
    assert known(dsn, "2026-03-02") == said(FIRST)


def test_a_gzipped_snapshot_with_semicolons_is_read_too(dsn, folder, play) -> None:
    text = "\n".join([HEADER, *FIRST, ""]).replace(",", ";")
    (folder / "export_2026-03-01.csv.gz").write_bytes(gzip.compress(text.encode()))
    play(MAP + 'delimiter = ";"')
    assert known(dsn, "2026-03-02") == said(FIRST)


def test_a_date_before_the_newest_one_is_refused(dsn, folder, play) -> None:
    snapshot(folder, "2026-03-13", SECOND)
    play()
    snapshot(folder, "2026-03-01", FIRST)
    with pytest.raises(errors.ClockWentBack, match="newer than what is known"):
        play()
    assert known(dsn, "2026-03-14") == said(SECOND)


@pytest.mark.parametrize(
    ("rows", "header", "error"),
    [
        ([*FIRST, FIRST[0]], HEADER, errors.CheckFailed),
        (FIRST, HEADER.replace("Value", "Waarde"), errors.LayoutChanged),
        (FIRST, f"{HEADER},more", errors.LayoutChanged),
        ([], HEADER, errors.HeaderOnly),
    ],
    ids=["twice the same key", "a column renamed", "a column more", "no rows"],
)
def test_a_snapshot_that_cannot_be_loaded_stops_the_replay_and_those_before_it_stay(
    dsn, folder, play, rows, header, error
) -> None:
    snapshot(folder, "2026-03-01", FIRST)
    snapshot(folder, "2026-03-13", rows, header)
    with pytest.raises(error):
        play()
    assert known(dsn, "2026-03-14") == said(FIRST)


def test_a_snapshot_that_lost_more_than_a_tenth_is_no_withdrawal(dsn, folder, play) -> None:
    snapshot(folder, "2026-03-01", FIRST)
    snapshot(folder, "2026-03-13", FIRST[:3])
    with pytest.raises(errors.CheckFailed, match="rows_lost_from_scope"):
        play(MAP)
    assert known(dsn, "2026-03-14") == said(FIRST)


@pytest.mark.parametrize(
    ("names", "pattern", "words"),
    [
        ([], r"export_(?P<date>.{10})\.csv", "got none"),
        (["export_2026-13-01.csv"], r"export_(?P<date>.{10})\.csv", "export_2026-13-01.csv"),
        (["a_2026-03-01.csv", "b_2026-03-01.csv"], r"._(?P<date>.{10})\.csv", "a_2026-03-01.csv and b_2026"),
        (["export.csv"], r"export\.csv", "a group `date`"),
    ],
)
def test_a_folder_that_does_not_fit_its_map_is_named(folder, tmp_path, names, pattern, words) -> None:
    for name in names:
        (folder / name).write_text("x")
    text = MAP.replace("export_(?P<date>[0-9-]{10}).csv(\\.gz)?", pattern)
    with pytest.raises(errors.LayoutChanged) as caught:
        mapped(tmp_path, text).snapshots(folder)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dataset = ", "Invalid value"),
        ('dataset = "X"', "missing 4 required"),
        (MAP + 'colour = "red"', "unexpected keyword argument 'colour'"),
        (MAP.replace('["Code", "Land code"]', '"Code"'), "key is no list"),
        (MAP + 'at = "noon"', "Invalid isoformat"),
        (MAP.replace("(?P<date>", "(?P<date"), "missing >"),
    ],
)
def test_a_map_that_is_none_is_refused_with_what_is_wrong(tmp_path, text, words) -> None:
    with pytest.raises(errors.LayoutChanged) as caught:
        mapped(tmp_path, text)
    assert words in str(caught.value)
