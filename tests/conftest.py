"""What all tests share: one PostgreSQL server and one sample world per run, and no network but loopback."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

# Airflow reads its settings when it is first imported, so they stand before anything that might import it.
ROOT = Path(__file__).parents[1]
os.environ.update(
    AIRFLOW_HOME=tempfile.mkdtemp(prefix="airflow-"),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__DAGS_FOLDER=str(ROOT / "dags"),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(ROOT / "plugins"),
    AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
    ACCELERATES_HASH_KEY="a key of these tests, known to all who read them",
    PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "plugins")]),
)

atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)

import psycopg  # noqa: E402
import pytest  # noqa: E402
from psycopg import sql  # noqa: E402

from include.extract import extraction  # noqa: E402
from include.periods import clock_from  # noqa: E402
from include.pipeline import load_steps  # noqa: E402
from include.register import REFERENCE, source_of  # noqa: E402
from include.sources.source import Endpoint, Source  # noqa: E402
from include.warehouse import migrate, roles  # noqa: E402
from sandbox.launcher import postgres  # noqa: E402

# What takes longest comes first, the two that start the whole platform not at once; all others come after these.
ORDER = ("end_to_end/test_make_run.py", "sources", "end_to_end", "orchestration", "partners", "reports", "warehouse")
SLOWEST = 10
KINDS = (pytest.TestReport, pytest.CollectReport)
# A source's code and a clock; "reference" is all sources of our own tables.
Run = tuple[str, str]
REFERENCE_RUN: Run = ("reference", "2020-01-01T09:00:00+01:00")


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    """A test that reaches for the network is a test that will fail on a train: refuse it here."""

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def reach(self: socket.socket, address: object) -> Any:
            host = address[0] if isinstance(address, tuple) else None
            if host not in (None, "localhost", "::1") and not str(host).startswith("127."):
                raise OSError(f"tests may reach loopback only, not {host}")
            return original(self, address)

        return reach

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    """The run's PostgreSQL server."""
    with postgres.running(tmp_path_factory.mktemp("postgres"), postgres.FAST) as running:
        yield running


@pytest.fixture(scope="session")
def template(server: postgres.Server) -> str:
    """Name of a database with schema and marts, to be copied."""
    migrate.migrate(server.dsn("warehouse"))
    return "warehouse"


class Copies:
    """Makes copies of databases, and drops them."""

    def __init__(self, server: postgres.Server) -> None:
        self._admin = server.dsn("postgres", postgres.SUPERUSER)
        # Asking the server for an address connects to it; the addresses of a run differ in their last part alone.
        self._addresses = {role: server.dsn("", role) for role in (roles.OWNER, *roles.PEOPLE)}

    def address(self, name: str, role: str) -> str:
        return self._addresses[role] + name

    def make(self, name: str, template: str) -> None:
        self._run("create database {} template {} strategy file_copy owner steward", name, template)

    def drop(self, name: str) -> None:
        self._run("drop database {} with (force)", name)

    def disconnect(self, name: str) -> None:
        """End the sessions of a database: Great Expectations keeps some open, and then it cannot be copied."""
        with psycopg.connect(self._admin, autocommit=True) as admin:
            admin.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", (name,))

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as admin:
            admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def copies(server: postgres.Server) -> Copies:
    """Copies of databases on the run's server."""
    return Copies(server)


class Warehouse:
    """A copy of a template that is made when it is first connected to, for as long as the block lasts."""

    def __init__(self, copies: Copies, template: str) -> None:
        self.copies, self.template, self.name = copies, template, f"w{uuid.uuid4().hex[:12]}"
        self.is_made = False

    def __call__(self, role: str) -> str:
        """The address for a role."""
        if not self.is_made:
            self.copies.make(self.name, self.template)
            self.is_made = True
        return self.copies.address(self.name, role)

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_made:
            self.copies.drop(self.name)


@pytest.fixture
def as_role(copies: Copies, template: str) -> Iterator[Warehouse]:
    """A fresh warehouse with schema and marts and no rows: its address for a role, as_role('analyst')."""
    with Warehouse(copies, template) as fresh:
        yield fresh


@pytest.fixture
def dsn(as_role: Callable[[str], str]) -> str:
    """The address of the fresh warehouse for its owner."""
    return as_role(roles.OWNER)


@pytest.fixture
def conn(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection to the fresh warehouse that commits every statement."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def sample_server() -> Iterator[str]:
    """Base URL of the sample world."""
    from sandbox.sources.server import serving

    with serving() as base_url:
        yield base_url


@pytest.fixture
def only_months(loader: Loader, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Cuts the monthly cubes of NBB.Stat, only_months('2024-01'): formats and codes stay, the other months go."""
    from sandbox.sources import nbb

    whole = nbb._csv

    def cut(first: str, last: str = "9999") -> None:
        def csv(path: str, day: str, key: tuple[str, ...], start: str, end: str) -> bytes:
            months = (max(start, first), min(end, last)) if "EXTTRADE" in path else (start, end)
            return whole(path, day, key, *months)

        loader.is_cut = True
        monkeypatch.setattr(nbb, "_csv", csv)

    return cut


class Loader:
    """The four steps on a warehouse, asking the sample world: loader('fit_fdi_annual', clock)."""

    PATHS = {  # noqa: RUF012
        "nbb": "/nbb/rest", "fit": "/fit", "eurostat": "/eurostat", "ecb": "/ecb", "oecd": "/oecd",
        "partner_feed": "/partners", "": "",
    }  # fmt: skip

    def __init__(self, warehouse: Warehouse, folder: Path, base_url: str, histories: Histories) -> None:
        self.warehouse, self.folder, self.base_url, self.histories = warehouse, folder, base_url, histories
        self.root, self.is_cut = folder.as_uri(), False

    @property
    def dsn(self) -> str:
        return self.warehouse(roles.OWNER)

    @property
    def loader_dsn(self) -> str:
        return self.warehouse(roles.LOADER)

    def endpoint(self, source: Source, fault: str = "") -> Endpoint:
        if not source.conn_id:
            return Endpoint(host=(ROOT / "include" / "sources" / "reference").as_uri())
        host = self.base_url + (f"/fault/{fault}" if fault else "") + self.PATHS[source.conn_id]
        return Endpoint(host=host, memento=True, is_sample=True)

    def extract(self, code: str, clock: str, fault: str = "", **given: str) -> list[int]:
        source = source_of(code)
        return extraction.extract(
            self.loader_dsn, self.root, source, self.endpoint(source, fault), clock_from(clock), given, f"test {clock}"
        )

    def __call__(self, code: str, clock: str, fault: str = "", **given: str) -> dict[str, int]:
        batches = load_steps.stage(self.loader_dsn, self.root, self.extract(code, clock, fault, **given))
        return load_steps.merge(self.loader_dsn, load_steps.check(self.loader_dsn, batches))

    def after(self, *runs: Run) -> None:
        """These runs, each a source's code and a clock, or REFERENCE_RUN.

        A warehouse that nobody has connected to yet becomes a copy of one that has lived through them; any other
        lives through them now. So this stands before all else in a test; beside `conn`, with_reference does the same.
        It stands before what a test patches, too: others get the same copy.
        """
        assert not self.is_cut, "what is copied is loaded from the whole sample world: cut it afterwards"
        if self.warehouse.is_made:
            self.live(runs)
        else:
            self.warehouse.template = self.histories.of(runs, self.folder)

    def live(self, runs: Iterable[Run]) -> None:
        for code, clock in runs:
            for each in [source.code for source in REFERENCE] if code == "reference" else [code]:
                self(each, clock)

    def reference(self) -> None:
        """The project's own tables, known since 2020."""
        self.after(REFERENCE_RUN)


class Histories:
    """Warehouses that have lived through some runs, each loaded once in a session, with their landing."""

    def __init__(self, copies: Copies, template: str, folder: Path, base_url: str) -> None:
        self.copies, self.folder, self.base_url = copies, folder, base_url
        self._known: dict[tuple[Run, ...], str] = {(): template}

    def of(self, runs: tuple[Run, ...], landing: Path) -> str:
        """The name of the database to copy; the payloads go to a landing of the asker's own."""
        name = self._known.get(runs) or self._live(runs)
        if runs:
            shutil.copytree(self.folder / name, landing, dirs_exist_ok=True)
        return name

    def _live(self, runs: tuple[Run, ...]) -> str:
        known = max((known for known in self._known if runs[: len(known)] == known), key=len)
        warehouse = Warehouse(self.copies, self.of(known, self.folder / "next"))
        (self.folder / "next").mkdir(exist_ok=True)
        loader = Loader(warehouse, self.folder / warehouse.name, self.base_url, self)
        (self.folder / "next").rename(loader.folder)
        loader.live(runs[len(known) :])
        self.copies.disconnect(warehouse.name)
        self._known[runs] = warehouse.name
        return warehouse.name


@pytest.fixture(scope="session")
def histories(copies: Copies, template: str, sample_server: str, tmp_path_factory: pytest.TempPathFactory) -> Histories:
    """What was loaded for one test and is copied for the next."""
    return Histories(copies, template, tmp_path_factory.mktemp("histories"), sample_server)


@pytest.fixture
def loader(as_role: Warehouse, tmp_path: Path, sample_server: str, histories: Histories) -> Loader:
    """The four steps on the test's fresh warehouse, as the role that loads."""
    return Loader(as_role, tmp_path / "landing", sample_server, histories)


@pytest.fixture
def with_reference(loader: Loader) -> None:
    """The project's own tables, there before any other fixture connects."""
    loader.reference()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker is left alone with one of them at the end.

    And within a test with what copies a warehouse: that is possible only while nobody is connected to it.
    """
    items.sort(key=lambda item: _place(item.path.as_posix()))
    for item in items:
        names = getattr(item, "fixturenames", [])
        if "with_reference" in names:
            names.insert(0, names.pop(names.index("with_reference")))


@pytest.fixture(scope="module")
def shared_loader(
    copies: Copies, template: str, sample_server: str, histories: Histories, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loader]:
    """The four steps on a warehouse that the tests of a module share, to load it once."""
    with Warehouse(copies, template) as fresh:
        yield Loader(fresh, tmp_path_factory.mktemp("shared") / "landing", sample_server, histories)


def _place(path: str) -> int:
    return next((place for place, first in enumerate(ORDER) if f"/tests/{first}" in path), len(ORDER))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say once what was not run and why, and which tests took longest."""
    reports = [report for of_kind in terminalreporter.stats.values() for report in of_kind if isinstance(report, KINDS)]
    for reason, tests in _skipped(reports).items():
        files = sorted({test.partition("::")[0] for test in tests})
        terminalreporter.write_line(f"Not run, {reason}: {len(tests)} tests of {', '.join(files)}", yellow=True)
    took = _seconds(reports)
    if took:
        terminalreporter.section(f"the {SLOWEST} slowest tests: seconds, of which set-up, which may serve others")
    for test in sorted(took, key=lambda test: -sum(took[test].values()))[:SLOWEST]:
        phases = took[test]
        terminalreporter.write_line(f"{sum(phases.values()):7.1f} {phases.get('setup', 0):7.1f}  {test}")


def _skipped(reports: list[Any]) -> dict[str, list[str]]:
    """Reason -> the tests that were not run for it."""
    found: dict[str, list[str]] = {}
    for report in reports:
        if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
            found.setdefault(report.longrepr[2].removeprefix("Skipped: "), []).append(report.nodeid)
    return found


def _seconds(reports: list[Any]) -> dict[str, dict[str, float]]:
    """Test -> phase -> seconds."""
    took: dict[str, dict[str, float]] = {}
    for report in reports:
        if hasattr(report, "duration"):
            phases = took.setdefault(report.nodeid, {})
            # A subtest reports for its test, which reports the whole.
            phases[report.when] = max(report.duration, phases.get(report.when, 0))
    return took
