"""docs/walks.md lists the files that a reader opens to follow one payload and one figure; real runs are traced.

A Python file is on the way when one of its functions runs, a file of sql/ and a template when it is read, the file of
a view or a function of the warehouse when the walk's view depends on it.
"""

from __future__ import annotations

import inspect
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import accelerates_load_tasks as tasks
import psycopg
import pytest

from include.reports.delivery.settings import MailSettings
from include.reports.issue import report_run
from include.reports.render.html import render
from include.reports.workflow import rebuild
from tests.orchestration.test_load_tasks import Run

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "walks.md"
FOLDERS = ("include", "plugins", "sql")
# What the walks had when they were first traced; shorter is better.
MAX_FILES = {"payload": 34, "figure": 24}
CLOCK, FIRST_MONTH = datetime(2026, 10, 15, 7, tzinfo=UTC), "2026-05"
READS = re.compile(r"^-- reads:\s*(.+)$", re.MULTILINE)


class Trace:
    """The files of ours that were used while a block ran."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.is_on = False

    def add(self, path: str) -> None:
        file = Path(path)
        if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in FOLDERS and file.suffix != ".csv":
            self.files.add(file.relative_to(ROOT).as_posix())

    def profile(self, frame: FrameType, event: str, _: object) -> None:
        # Code of a function, not of a module or a class, which runs at every import.
        if (
            event == "call"
            and frame.f_code.co_flags & inspect.CO_NEWLOCALS
            and frame.f_code.co_flags & inspect.CO_OPTIMIZED
        ):
            self.add(frame.f_code.co_filename)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if (
            self.is_on
            and event == "open"
            and isinstance(arguments[0], str)
            and not arguments[0].endswith((".py", ".pyc"))
        ):
            self.add(arguments[0])

    @contextmanager
    def running(self) -> Iterator[None]:
        self.is_on = True
        sys.setprofile(self.profile)
        threading.setprofile(self.profile)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            self.is_on = False


@pytest.fixture(scope="module")
def hooked() -> Trace:
    # A hook cannot be taken away again; this one looks only while a walk runs.
    trace = Trace()
    sys.addaudithook(trace.audit)
    return trace


@pytest.fixture
def trace(hooked: Trace) -> Trace:
    hooked.files.clear()
    return hooked


def file_of(name: str) -> str:
    """The file that defines a view or a function; empty for a table."""
    schema, _, own = name.partition(".")
    if schema == "asof":
        return "sql/asof/views.sql"
    paths = (
        f"sql/marts/{own}.sql",
        f"sql/marts/kpi/{own.removeprefix('kpi_')}.sql",
        f"sql/functions/{schema}/{own}.sql",
    )
    return next((path for path in paths if (ROOT / path).is_file()), "")


def names_read(name: str) -> set[str]:
    """What the file of a view or a function names: by its header, which is tested, and by calls of functions."""
    if not (path := file_of(name)) or name.startswith("asof."):
        return set()
    text = (ROOT / path).read_text(encoding="utf-8")
    named = {part.strip() for line in READS.findall(text) for part in line.split(",")}
    if "mart.kpi_*" in named:
        named |= {f"mart.kpi_{file.stem}" for file in (ROOT / "sql" / "marts" / "kpi").glob("*.sql")}
    return (named | set(re.findall(r"\b(?:core|ops)\.\w+(?=\()", text))) - {name}


def behind(view: str) -> set[str]:
    """A view, and all views and functions that it reads, all the way down."""
    found, new = set(), {view}
    while new:
        found |= new
        new = {name for known in new for name in names_read(known) if file_of(name)} - found
    return found


def listed(walk: str) -> list[str]:
    """The files of a walk on the page."""
    (body,) = re.findall(rf"^## [^\n]*`{walk}`[^\n]*\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    return re.findall(r"^\d+\. `([^`]+)`", body, re.M)


def check_walk(walk: str, files: set[str]) -> None:
    page = listed(walk)
    assert sorted(files - set(page)) == [], "on the way, and not on the page"
    assert [file for file in page if not (ROOT / file).is_file()] == [], "on the page, and gone"
    assert len(page) <= MAX_FILES[walk]


def test_a_payload_from_its_source_to_the_mart(
    loader, monkeypatch, only_months: Callable[..., None], trace: Trace
) -> None:
    loader.reference()
    only_months(FIRST_MONTH)
    run = Run(loader)
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", loader.loader_dsn)
    monkeypatch.setenv("ACCELERATES_LANDING", loader.root)
    context = run.context()
    context["dag_run"].run_after = CLOCK
    monkeypatch.setattr(tasks, "get_current_context", lambda: context)
    monkeypatch.setattr(tasks, "endpoint", loader.endpoint)
    with trace.running():
        batches = tasks.extract.function(["nbb_goods_trade"])
        written = tasks.merge.function(tasks.check.function(tasks.stage.function(batches)))
    assert written["inserted"] > 0
    with psycopg.connect(loader.dsn) as conn:
        assert conn.execute("select count(*) > 0 from mart.goods_trade").fetchone() == (True,)
    check_walk("payload", trace.files | {file_of(name) for name in behind("mart.goods_trade")})


def test_a_figure_from_its_sql_to_the_mail(loader, trace: Trace) -> None:
    loader.reference()
    with psycopg.connect(loader.dsn) as conn:
        run = report_run.pin_issue(conn, "2026-Q3", CLOCK)
        with trace.running():
            mail = render(rebuild.read_and_build(conn, run, "management", "en", MailSettings()))
        row = conn.execute("select view_name from core.kpi where kpi_code = 'exports_eur'").fetchone()
    assert "</html>" in mail.html
    assert row is not None
    between = {
        file_of(name) for name in behind("mart.scorecard") if name.startswith("mart.") and row[0] in behind(name)
    }
    check_walk("figure", trace.files | between)
