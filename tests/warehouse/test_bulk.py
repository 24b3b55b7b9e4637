"""The bulk path says and writes what the plain one does, and touches only what changed."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import signal
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from include import errors, ledger
from include.load.bulk import steps as bulk
from include.pipeline import load_steps
from include.sources.dataflow import Expressions, dataflow
from include.sources.source import Expectation, RowRule
from include.warehouse.roles import LOADER

START = datetime(2026, 1, 1, tzinfo=UTC)
PLAIN, BULK = 1 << 60, 1
MONTHS = ("2025-01", "2025-02", "2025-03")
HEADER = "DATAFLOW,FREQ,PLACE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,LAST UPDATE"
Cells = Mapping[tuple[str, str], object]


def kind(name: str, column: str, **kwargs: object) -> Expectation:
    return Expectation(type=f"expect_column_values_to_{name}", kwargs={"column": column, **kwargs})


SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),
    kind("not_be_null", "value", mostly=0.5),
    kind("be_in_set", "status_code", value_set=["A", ""]),
    kind("match_regex", "place", regex="^[A-Z]$"),
    kind("be_between", "value", min_value=0, max_value=1000),
    Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        kwargs={
            "description": "no place is Z",
            "unexpected_rows_query": "select distinct place from {batch} where place = 'Z'",
        },
    ),
)
SOURCE = dataflow(
    code="probe",
    title="Probe",
    owner="test",
    licence="none",
    conn_id="",
    schedule=None,
    requests=lambda clock, given: (),
    dimensions=("FREQ", "PLACE"),
    attributes=("OBS_STATUS", "LAST UPDATE"),
    expressions=Expressions(
        definition="'PROBE'", unit="'EUR'", multiplier="null", decimals="null", embargo="null", released="last_update"
    ),
    rules=(RowRule(code="is_small", column="obs_value", fails_when="t.value > 1e6", reason="too large", fix="Ask."),),
    suite=SUITE,
    max_lost_share=1.0,
)


PARTITIONS = """select c.relname, pg_get_userbyid(c.relowner), c.relispartition from pg_class as c
    where c.relnamespace = 'part'::regnamespace and c.relkind = 'r' and c.relname <> 'observation_everyday'"""


@dataclass
class World:
    """A warehouse that loads payloads of the probe."""

    dsn: str
    folder: Path
    patch: pytest.MonkeyPatch

    def rows(self, query: str) -> list[tuple]:
        with psycopg.connect(self.dsn) as conn:
            return conn.execute(query).fetchall()

    def emptied(self) -> None:
        with psycopg.connect(self.dsn) as conn:
            conn.execute(
                "truncate core.series, core.observation, ops.merge, ops.slice, ops.batch, landing.payload cascade"
            )
            for name, *_ in conn.execute(PARTITIONS).fetchall():
                conn.execute(f"drop table part.{name}")

    def batch(
        self, lines: list[str], day: int, key: str = ".", months: tuple[str, str] = (MONTHS[0], MONTHS[-1])
    ) -> int:
        text = "\n".join([HEADER, *lines, ""]).encode()
        name = hashlib.sha256(text + bytes([day])).hexdigest()
        (self.folder / name).write_bytes(text)
        scope = {"dataset": "X:P", "key": key, "start_period": months[0], "end_period": months[1]}
        with psycopg.connect(self.dsn) as conn:
            row = conn.execute(
                """with p as (insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url,
                    location, fetched_at, parser_version)
                    values ('probe', %s, %s, 1, 'text/csv', '', %s, now(), '1') returning payload_id)
                insert into ops.batch (payload_id, clock) select payload_id, %s from p returning batch_id""",
                (Jsonb(scope), name, name, START + timedelta(days=day)),
            ).fetchone()
        assert row is not None
        return int(row[0])

    def load(self, batch: int, size: int, is_checked: bool = True) -> dict[str, int]:
        self.patch.setattr(bulk, "BULK_ROWS", size)
        staged = load_steps.stage(self.dsn, self.folder.as_uri(), [batch])
        return load_steps.merge(self.dsn, load_steps.check(self.dsn, staged) if is_checked else staged)


@pytest.fixture
def world(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(ledger, "source_of", lambda code: SOURCE)
    return World(dsn, tmp_path, monkeypatch)


def line(place: str, month: str, value: object, status: str = "A", released: str = "2026-01-01") -> str:
    return f"X:P(1.0),M,{place},{month},{value},{status},{released}"


def lines(cells: Cells, released: str = "2026-01-01") -> list[str]:
    return [line(place, month, value, released=released) for (place, month), value in cells.items()]


def table() -> dict[tuple[str, str], int]:
    return {(chr(65 + n % 20), MONTHS[n % 3]): n for n in range(60)}


CHANGED = {("A", month): 777 for month in MONTHS}
VERSIONS = """select s.series_key, o.period, o.value, o.known_from, o.known_to::text, o.released_at
    from core.observation as o join core.series as s using (series_id) where s.known_to = 'infinity' order by 1, 2, 4"""

# Few words, so that many rows say the same, some of them otherwise: 1 and 1.0 are one value.
values = st.sampled_from(["0", "1", "1.0", "1.50", ""])
cells = st.dictionaries(st.tuples(st.sampled_from("ABC"), st.sampled_from(MONTHS)), values, min_size=1)
publications = st.tuples(st.sampled_from([".", ".", "M.A", ".B"]), st.sampled_from([(0, 2), (0, 1), (1, 2)]), cells)


def within(key: str, edges: tuple[int, int], cells: Cells) -> Cells:
    places = key.rpartition(".")[2] or "ABC"
    months = MONTHS[edges[0] : edges[1] + 1]
    return {where: value for where, value in cells.items() if where[0] in places and where[1] in months}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(st.tuples(publications, st.booleans()), min_size=2, max_size=5))
def test_what_is_skipped_never_changes_what_is_known(world: World, history) -> None:
    """Each publication in turn as bulk or plain, against all of them plain: other keys, other periods, repeats."""
    known = []
    for plain in (True, False):
        world.emptied()
        for day, ((key, edges, cells), is_bulk) in enumerate(history):
            held = within(key, edges, cells)
            if held:
                months = (MONTHS[edges[0]], MONTHS[edges[1]])
                batch = world.batch(lines(held), day, key, months)
                world.load(batch, BULK if is_bulk and not plain else PLAIN, is_checked=False)
        merges = "select target, inserted_row_count, closed_row_count, unchanged_row_count from ops.merge"
        merges += " where target = 'core.observation' order by merge_id"
        known.append((world.rows(VERSIONS), world.rows(merges)))
    assert known[0] == known[1]


def test_a_first_bulk_load_makes_a_partition_that_the_loading_role_does_not_own(world: World, as_role) -> None:
    world.dsn, owner = as_role(LOADER), world.dsn
    world.load(world.batch(lines(table()), 0), BULK)
    name = "observation_" + hashlib.md5(b"X:P").hexdigest()[:16]
    assert world.rows(PARTITIONS) == [(name, "steward", True)]
    assert world.rows(f"select count(*), count(distinct period_start_date) from part.{name}") == [(60, 3)]
    changed = table() | {("A", MONTHS[0]): 777}
    assert world.load(world.batch(lines(changed), 1), BULK)["closed"] == 1
    # The key is guarded there as everywhere.
    with psycopg.connect(owner) as conn, pytest.raises(psycopg.errors.UniqueViolation):
        conn.execute("insert into core.observation select * from core.observation")


@pytest.mark.parametrize("size", [PLAIN, BULK])
def test_the_planner_learns_at_once_what_the_loading_role_has_loaded(world: World, as_role, size: int) -> None:
    world.dsn = as_role(LOADER)
    many = {(f"A{n}", month): n for n in range(101) for month in MONTHS}
    world.load(world.batch(lines(many), 0), size, is_checked=False)
    known = "select reltuples from pg_class where oid in ('core.series'::regclass, 'core.observation'::regclass)"
    assert world.rows(f"{known} order by reltuples") == [(101,), (303,)]
    with psycopg.connect(world.dsn) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege, match="no table of"):
        conn.execute("select core.take_statistics('ops.batch')")


@pytest.mark.parametrize("first", [PLAIN, BULK])
def test_what_a_dataset_had_before_stays_where_it_lies(world: World, first: int) -> None:
    world.load(world.batch(lines(table()), 0), first)
    world.load(world.batch([line("A", MONTHS[0], 5)], 1), PLAIN)
    made = world.rows(PARTITIONS)
    assert world.load(world.batch(lines(table()), 2), BULK)["inserted"] == 60
    assert (world.rows(PARTITIONS), len(made)) == (made, first == BULK)


def test_no_table_that_brings_code_becomes_a_partition(world: World, as_role) -> None:
    with psycopg.connect(as_role(LOADER)) as conn:
        conn.execute("create table staging.b1 (like core.observation, check (value > 0))")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no plain table"):
            conn.execute("select core.adopt_partition('core.observation', 'staging.b1', 'X:P', now(), 1)")


# Merges a batch in a process of its own and kills itself just before the n-th statement.
KILLED = """
import os, signal, sys
from pathlib import Path
import psycopg
from include import ledger
from include.pipeline import load_steps
from tests.warehouse.test_bulk import SOURCE
dsn, batch, left = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
ledger.source_of = lambda code: SOURCE
def counted(execute):
    def wrapper(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*args, **kwargs)
    return wrapper
psycopg.Connection.execute = counted(psycopg.Connection.execute)
load_steps.merge(dsn, [batch])
"""


def killed(world: World, batch: int, statements: int) -> int:
    words = [sys.executable, "-c", KILLED, world.dsn, str(batch), str(statements)]
    return subprocess.run(words, capture_output=True, check=False).returncode


def test_a_worker_that_is_killed_leaves_no_half_partition_and_no_half_comparison(world: World) -> None:
    world.patch.setattr(bulk, "BULK_ROWS", BULK)
    for day, cells in enumerate((table(), table() | CHANGED)):
        batch = world.batch(lines(cells), day)
        load_steps.check(world.dsn, load_steps.stage(world.dsn, world.folder.as_uri(), [batch]))
        held, kills = (world.rows(VERSIONS), world.rows(PARTITIONS)), 0
        while (code := killed(world, batch, 5 + 9 * kills)) != 0:
            assert code == -signal.SIGKILL
            assert (world.rows(VERSIONS), world.rows(PARTITIONS)) == held
            kills += 1
        assert kills > 1, "the kill never came between statements"
        assert world.rows("select sum(value)::int from core.observation where known_to = 'infinity'") == [
            (sum(cells.values()),)
        ]
    assert world.rows("select relname from pg_class where relnamespace = 'staging'::regnamespace") == []


def test_two_first_loads_at_once_are_both_there(world: World) -> None:
    world.patch.setattr(bulk, "BULK_ROWS", BULK)
    batches = [world.batch(lines(table()), day) for day in (0, 1)]
    staged = [
        load_steps.check(world.dsn, load_steps.stage(world.dsn, world.folder.as_uri(), [batch])) for batch in batches
    ]
    with ThreadPoolExecutor(2) as pool:
        said = [*pool.map(lambda ids: load_steps.merge(world.dsn, ids), staged)]
    assert sorted(one["inserted"] for one in said) == [0, 60 + 20]
    assert world.rows("select count(*) from core.observation") == [(60,)]


def test_identical_rows_are_known_by_their_digest_and_not_compared(world: World) -> None:
    world.load(world.batch(lines(table()), 0), BULK)
    assert skipped_of(world, world.batch(lines(table(), released="2026-02-02"), 1)) == 60
    assert world.rows("select inserted_row_count, closed_row_count from ops.batch order by batch_id")[1] == (0, 0)


def skipped_of(world: World, batch: int) -> int:
    """How many rows of a bulk batch are not merged again; it is loaded."""
    seen = []
    merge = bulk.warehouse.merge_rows
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk.warehouse, "merge_rows", lambda *a, **k: (seen.append(k["options"]), merge(*a, **k))[1])
        world.load(batch, BULK)
    return int(seen[-1][1])


OTHERS = lines({where: n for where, n in table().items() if where[0] != "A"})
# Name -> the lines of a second publication that differs in every month, and how many of its 60 are left alone.
DIFFERENT: dict[str, tuple[list[str], int]] = {
    "values": (lines(table() | CHANGED), 57),
    "statuses": ([*OTHERS, *(line("A", m, table()["A", m], status="") for m in MONTHS)], 57),
    "new rows": ([*lines(table()), *(line("Y", month, 1) for month in MONTHS)], 60),
    "gone": (OTHERS, 57),
    "other words": ([*OTHERS, *(line("A", m, f"{table()['A', m]}e0") for m in MONTHS)], 57),
    "longer words": (lines({where: f"{n}.50" if where[0] == "A" else f"{n}.0" for where, n in table().items()}), 57),
    "most": (lines({where: n + 1 if n < 40 else n for where, n in table().items()}), 0),
    "a new month": ([*lines(table() | CHANGED), line("A", "2025-04", 1)], 57),
}


@pytest.mark.parametrize("difference", DIFFERENT)
def test_of_a_slice_that_differs_the_rows_that_are_word_for_word_the_same_are_left_alone(
    world: World, difference: str
) -> None:
    second, left_alone = DIFFERENT[difference]
    said = []
    for size in (PLAIN, BULK):
        world.emptied()
        edges = (MONTHS[0], "2025-04")
        world.load(world.batch(lines(table()), 0, ".", edges), size)
        again = world.batch(second, 1, ".", edges)
        if size == BULK:
            assert skipped_of(world, again) == left_alone
        else:
            world.load(again, size)
        said.append((world.rows(VERSIONS), world.rows("select inserted_row_count, closed_row_count from ops.batch")))
    assert said[0] == said[1]
    counted = world.rows("select period, row_count, digest, broken_counts from ops.slice order by 1")
    with psycopg.connect(world.dsn) as conn:
        conn.execute("truncate ops.slice")
    world.load(world.batch(second, 2, ".", edges), BULK)
    assert world.rows("select period, row_count, digest, broken_counts from ops.slice order by 1") == counted


def test_what_changed_after_the_comparison_is_compared_again(world: World) -> None:
    world.load(world.batch(lines(table()), 0), BULK)
    world.patch.setattr(bulk, "BULK_ROWS", BULK)
    late = world.batch(lines(table() | CHANGED), 2)
    checked = load_steps.check(world.dsn, load_steps.stage(world.dsn, world.folder.as_uri(), [late]))
    between = [line("B", MONTHS[0], 5)]
    world.load(world.batch(between, 1, "M.B", (MONTHS[0], MONTHS[0])), PLAIN, is_checked=False)
    load_steps.merge(world.dsn, checked)
    current = "select sum(value)::int from core.observation where known_to = 'infinity'"
    assert world.rows(current) == [(sum((table() | CHANGED).values()),)]


def test_a_row_that_breaks_a_check_is_found_among_many_that_are_known(world: World) -> None:
    world.load(world.batch(lines(table()), 0), BULK)
    before = world.rows(VERSIONS)
    with pytest.raises(errors.CheckFailed, match=r"be_between.*1 rows"):
        world.load(world.batch(lines(table() | CHANGED | {("B", MONTHS[1]): 5000}), 1), BULK)
    assert world.rows(VERSIONS) == before


def test_two_series_that_exchange_their_values_have_changed(world: World) -> None:
    world.load(world.batch(lines({("A", MONTHS[0]): 0, ("B", MONTHS[0]): 1}), 0), BULK)
    said = world.load(world.batch(lines({("A", MONTHS[0]): 1, ("B", MONTHS[0]): 0}), 1), BULK)
    assert (said["inserted"], said["closed"]) == (2, 2)


def test_only_rows_that_changed_are_written(world: World) -> None:
    world.load(world.batch(lines(table()), 0), BULK)
    before = world.rows("select ctid::text, xmin::text from core.observation where known_to = 'infinity'")
    changed = table() | {("A", MONTHS[0]): 777, ("C", MONTHS[2]): 778}
    said = world.load(world.batch(lines(changed), 1), BULK)
    after = world.rows("select ctid::text, xmin::text from core.observation where known_to = 'infinity'")
    assert (said["inserted"], said["closed"], len(set(after) - set(before))) == (2, 2, 2)


def test_a_slice_that_somebody_else_changed_is_compared_again(world: World) -> None:
    world.load(world.batch(lines(table()), 0), BULK)
    world.load(world.batch([line("A", MONTHS[0], 5)], 1, "M.A", (MONTHS[0], MONTHS[0])), PLAIN, is_checked=False)
    world.load(world.batch(lines(table()), 2), BULK)
    assert world.rows(VERSIONS)[0][2] == 0
    current = "select sum(value)::int from core.observation where known_to = 'infinity'"
    assert world.rows(current) == [(sum(range(60)),)]


def test_a_month_that_is_no_longer_published_is_withdrawn(world: World) -> None:
    world.load(world.batch(lines(table()), 0), BULK)
    less = {where: value for where, value in table().items() if where[1] != MONTHS[1]}
    assert world.load(world.batch(lines(less), 1), BULK)["closed"] == 20
    assert world.load(world.batch(lines(table()), 2), BULK)["inserted"] == 20


FAULTS = {
    "good": [],
    "status": [line("A", MONTHS[0], 1, status="Q")],
    "regex": [line("aa", MONTHS[0], 1)],
    "range": [line("A", MONTHS[0], 5000)],
    "warning": [line("Z", MONTHS[0], 1)],
    "outside": [line("A", "2031-01", 1)],
    "nulls": [],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_profile_says_what_the_natural_suite_says(world: World, fault: str) -> None:
    rows = {text.split(",")[2] + text.split(",")[3]: text for text in [*lines(table()), *FAULTS[fault]]}
    if fault == "nulls":
        rows = {key: line(key[0], key[1:], "" if n % 3 else 1) for n, key in enumerate(rows)}
    said = []
    for size in (PLAIN, BULK):
        world.emptied()
        with contextlib.suppress(errors.CheckFailed):
            world.load(world.batch([*rows.values()], 0), size)
        results = "select expectation, column_name, severity, is_success, unexpected_count from ops.check_result"
        named = {(e, c): (s, ok, n if e.startswith("expect_column_values") else None)
                 for e, c, s, ok, n in world.rows(results) if "unique" not in e}  # fmt: skip
        said.append((world.rows("select state from ops.batch"), named))
    assert said[0] == said[1]
    assert said[0][0] == [("loaded" if fault in {"good", "warning"} else "quarantined",)]


@pytest.mark.parametrize("held", [False, True], ids=["into nothing", "of a row that is known"])
@pytest.mark.parametrize("value", [0, 9], ids=["same value", "other value"])
def test_a_key_that_comes_twice_is_a_failed_check(world: World, held: bool, value: int) -> None:
    if held:
        world.load(world.batch(lines(table()), 0), BULK)
    before = world.rows(VERSIONS)
    with pytest.raises(errors.CheckFailed, match="unique"):
        world.load(world.batch([*lines(table()), line("A", MONTHS[0], value)], 1), BULK)
    assert world.rows(VERSIONS) == before
    assert world.rows("select state from ops.batch order by batch_id desc limit 1") == [("quarantined",)]


def test_a_row_that_breaks_a_rule_is_set_aside_with_its_number(world: World) -> None:
    rows = [*lines(table())[:30], line("Y", MONTHS[0], "12x"), *lines(table())[30:], line("X", MONTHS[1], 2_000_000)]
    world.load(world.batch(rows, 0), BULK)
    said = world.rows("select row_id, reason_code, value from ops.rejected_row order by 1")
    assert said == [(31, "value_is_number", "12x"), (62, "is_small", "2000000")]
    assert world.rows("select count(*) from core.observation") == [(60,)]


def test_nothing_is_left_behind_in_staging(world: World) -> None:
    world.load(world.batch(lines(table()), 0), BULK)
    assert world.rows("select relname from pg_class where relnamespace = 'staging'::regnamespace") == []


def test_other_rules_of_the_source_count_again(world: World) -> None:
    world.load(world.batch(lines(table()), 0), BULK)
    strict = replace(SOURCE, suite=(kind("be_between", "value", min_value=10, max_value=1000),))
    world.patch.setattr(ledger, "source_of", lambda code: strict)
    with pytest.raises(errors.CheckFailed, match="be_between"):
        world.load(world.batch(lines(table()), 1), BULK)


def test_a_payload_that_observations_name_stays(world: World) -> None:
    world.load(world.batch(lines(table()), 0), BULK)
    with psycopg.connect(world.dsn) as conn:
        conn.execute("truncate ops.batch cascade")
        conn.execute("truncate core.series")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            conn.execute("delete from landing.payload")


MEMORY = """
import resource, sys, psycopg
from pathlib import Path
from include import sdmx
from include.load import staging
from tests.warehouse.test_bulk import SOURCE
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
with psycopg.connect(sys.argv[1]) as conn, open(sys.argv[2], "rb") as payload:
    before = peak()
    count = staging.copy(conn, SOURCE, 1, sdmx.csv_blocks(payload, {}))
    print(count, peak() - before)
"""


def test_a_million_rows_take_no_memory(dsn: str, tmp_path: Path) -> None:
    packed = tmp_path / "payload.gz"
    with gzip.open(packed, "wt", compresslevel=1) as out:
        out.write(HEADER + "\n")
        for place in range(1000):
            out.write("".join(line(f"P{place}", f"{year}", 1) + "\n" for year in range(1000, 2000)))
    done = subprocess.run([sys.executable, "-c", MEMORY, dsn, str(packed)], capture_output=True, text=True, check=True)
    count, megabytes = done.stdout.split()
    assert (int(count), float(megabytes) < 100) == (1_000_000, True)
