"""SDMX-CSV 2.0 through the loader: each action does what it says, and what a message does not name is untouched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from include.errors import CheckFailed
from include.extract import extraction
from include.pipeline import load_steps
from include.register import registered_temporarily
from include.sources.dataflow import Expressions
from include.sources.sdmx_action_dataflow import action_dataflow
from include.sources.source import Request, Source
from tests.sources.agencies import Answer, serving

HEADER = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,GEO,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
Load = Callable[..., dict[str, int]]


def rows(*lines: str) -> str:
    return HEADER + "".join(f"dataflow,E:X(1.0),{line}\n" for line in lines)


def source(**entry: object) -> Source:
    return action_dataflow(
        **{  # type: ignore[arg-type]
            "code": "acted",
            "title": "A trial",
            "owner": "tests",
            "licence": "none",
            "conn_id": "trial",
            "schedule": None,
            "requests": lambda clock, given: (Request(path="x", scope={"dataset": "E:X"}),),
            "dimensions": ("FREQ", "GEO"),
            "attributes": ("OBS_STATUS",),
            "max_deleted_share": 0.5,
            "expressions": Expressions(
                definition="'T'", unit="'EUR'", multiplier="'0'", decimals="null", embargo="null"
            ),
            **entry,
        }
    )


@pytest.fixture
def load(dsn: str, tmp_path: Path) -> Iterator[Load]:
    """load(text): the text as the reply of the next day, through the whole loader."""
    body, day = [""], iter(range(1, 28))
    root = tmp_path.as_uri()

    def through(text: str) -> dict[str, int]:
        body[0] = text
        clock = datetime(2026, 10, next(day), tzinfo=UTC)
        batches = extraction.extract(dsn, root, source(), agency.endpoint(), clock, {}, "test")
        return load_steps.merge(dsn, load_steps.check(dsn, load_steps.stage(dsn, root, batches)))

    with registered_temporarily(source()), serving(lambda asked: Answer(body=body[0].encode())) as agency:
        yield through


def current(conn: psycopg.Connection) -> dict[str, tuple[object, str]]:
    found = conn.execute(
        """select s.series_key || ' ' || o.period, o.value, o.status_code from core.observation as o
        join core.series as s using (series_id) where o.known_to = 'infinity' and s.known_to = 'infinity' order by 1"""
    ).fetchall()
    return {key: (None if value is None else float(value), status) for key, value, status in found}


FIRST = rows(*(f"I,M,{geo},2026-0{month},{month},A" for geo in ("BE", "DE", "B-E") for month in (1, 2, 3)))


def test_information_is_loaded_and_what_a_later_message_leaves_out_stays(conn: psycopg.Connection, load: Load) -> None:
    assert load(FIRST)["inserted"] == 3 + 9
    assert load(rows("I,M,BE,2026-01,7,P")) == {"inserted": 1, "closed": 1, "unchanged": 1}
    assert len(current(conn)) == 9
    assert current(conn)["M.BE 2026-01"] == (7.0, "P")


@pytest.mark.parametrize(
    ("action", "row", "expected"),
    [
        ("M", ",B", (1.0, "B")),
        ("M", "5,", (5.0, "A")),
        ("A", "5,", (5.0, "A")),
        ("M", "NaN,", (None, "A")),
        ("R", "5,", (5.0, "")),
        ("R", ",B", (None, "B")),
        ("I", ",", (None, "")),
        ("", "5,P", (5.0, "P")),
        ("append", "5,", (5.0, "A")),
    ],
)
def test_merging_keeps_what_a_row_does_not_say_and_replacing_does_not(
    conn: psycopg.Connection, load: Load, action: str, row: str, expected: tuple[object, str]
) -> None:
    load(FIRST)
    load(rows(f"{action},M,BE,2026-01,{row}"))
    assert current(conn)["M.BE 2026-01"] == expected
    assert len(current(conn)) == 9


@pytest.mark.parametrize(
    ("row", "gone"),
    [
        ("D,M,BE,2026-02,,", {"M.BE 2026-02"}),
        ("D,M,BE,2026-02,2,", {"M.BE 2026-02"}),
        ("D,M,BE,,,", {"M.BE 2026-01", "M.BE 2026-02", "M.BE 2026-03"}),
        ("D,,,2026-03,,", {"M.BE 2026-03", "M.DE 2026-03", "M.B-E 2026-03"}),
        ("D,,DE,2026-03,,", {"M.DE 2026-03"}),
        ("D,M,B-E,2026-01,,", {"M.B-E 2026-01"}),
        ("D,M,B*,,,", set()),
        ("D,M,LU,2026-01,,", set()),
        ("D,A,BE,2026-01,,", set()),
    ],
)
def test_deleting_withdraws_what_it_names_and_an_empty_cell_names_all(
    conn: psycopg.Connection, load: Load, row: str, gone: set[str]
) -> None:
    load(FIRST)
    before = set(current(conn))
    assert load(rows(row))["closed"] == len(gone)
    assert before - set(current(conn)) == gone
    assert conn.execute("select count(*) from core.series").fetchone() == (3,)


def test_deleting_and_stating_in_one_message_states(conn: psycopg.Connection, load: Load) -> None:
    load(FIRST)
    load(rows("D,M,BE,,,", "I,M,BE,2026-02,9,P"))
    assert {key: value for key, value in current(conn).items() if "BE" in key} == {"M.BE 2026-02": (9.0, "P")}


def test_a_row_that_is_rejected_does_not_save_what_another_deletes(conn: psycopg.Connection, load: Load) -> None:
    load(FIRST)
    load(rows("D,M,BE,2026-02,,", *(f"I,M,DE,2026-0{month},{month},A" for month in (1, 2, 3)), "D,M,DE,2026-01,,C"))
    assert "M.BE 2026-02" not in current(conn)
    assert "M.DE 2026-01" in current(conn)
    assert conn.execute("select reason_code from ops.rejected_row").fetchall() == [("deletes_observations",)]


def test_an_unknown_action_is_rejected(conn: psycopg.Connection, load: Load) -> None:
    load(rows("X,M,BE,2026-01,1,A", *(f"I,M,DE,2026-0{month},1,A" for month in range(1, 8))))
    assert conn.execute("select reason_code from ops.rejected_row").fetchall() == [("action_is_known",)]
    assert "M.BE 2026-01" not in current(conn)


@pytest.mark.parametrize("row", ["D,,,,,", "D,M,,,,"])
def test_deleting_nearly_everything_is_a_fault_until_somebody_looks(
    conn: psycopg.Connection, load: Load, row: str
) -> None:
    load(FIRST)
    with pytest.raises(CheckFailed, match="deleted by one message"):
        load(rows(row))
    assert len(current(conn)) == 9


def test_what_was_deleted_was_known_then(conn: psycopg.Connection, load: Load) -> None:
    load(FIRST)
    load(rows("D,M,BE,,,"))
    assert conn.execute(
        "select count(*) from core.observation where known_from <= '2026-10-01' and known_to > '2026-10-01'"
    ).fetchone() == (9,)
