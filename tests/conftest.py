"""What all tests share: one PostgreSQL server and one sample world per run, and no network but loopback."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
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
from include.sources.endpoint import Endpoint  # noqa: E402
from include.sources.source import Source  # noqa: E402
from include.warehouse import migrate, roles  # noqa: E402
from sandbox.launcher import postgres  # noqa: E402


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


@pytest.fixture
def as_role(server: postgres.Server, template: str) -> Iterator[Callable[[str], str]]:
    """A fresh warehouse with schema and marts and no rows: its address for a role, as_role('analyst')."""
    with _copied(server, template) as name:
        yield lambda role: server.dsn(name, role)


@pytest.fixture
def dsn(as_role: Callable[[str], str]) -> str:
    """The address of the fresh warehouse for its owner."""
    return as_role(roles.OWNER)


@pytest.fixture
def conn(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection to the fresh warehouse that commits every statement."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


class _copied:
    """A copy of a database for as long as the block lasts."""

    def __init__(self, server: postgres.Server, template: str) -> None:
        self.server, self.template, self.name = server, template, f"w{uuid.uuid4().hex[:12]}"

    def __enter__(self) -> str:
        self._run("create database {} template {} owner steward", self.name, self.template)
        return self.name

    def __exit__(self, *_: object) -> None:
        self._run("drop database {} with (force)", self.name)

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.server.dsn("postgres", postgres.SUPERUSER), autocommit=True) as admin:
            admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def sample_server() -> Iterator[str]:
    """Base URL of the sample world."""
    from sandbox.sources.server import serving

    with serving() as base_url:
        yield base_url


class Ritual:
    """The four steps on a warehouse, asking the sample world: ritual('fit_fdi_annual', clock)."""

    PATHS = {  # noqa: RUF012
        "nbb": "/nbb/rest", "fit": "/fit", "eurostat": "/eurostat", "ecb": "/ecb", "oecd": "/oecd",
        "partner_feed": "/partners", "": "",
    }  # fmt: skip

    def __init__(self, dsn: str, root: Path, base_url: str, loader: str) -> None:
        self.dsn, self.root, self.base_url, self.loader = dsn, root.as_uri(), base_url, loader

    def endpoint(self, source: Source, fault: str = "") -> Endpoint:
        if not source.conn_id:
            return Endpoint(host=(ROOT / "include" / "sources" / "reference").as_uri())
        host = self.base_url + (f"/fault/{fault}" if fault else "") + self.PATHS[source.conn_id]
        return Endpoint(host=host, memento=True, is_sample=True)

    def extract(self, code: str, clock: str, fault: str = "", **given: str) -> list[int]:
        source = source_of(code)
        return extraction.extract(
            self.loader, self.root, source, self.endpoint(source, fault), clock_from(clock), given, f"test {clock}"
        )

    def __call__(self, code: str, clock: str, fault: str = "", **given: str) -> dict[str, int]:
        batches = load_steps.stage(self.loader, self.root, self.extract(code, clock, fault, **given))
        return load_steps.merge(self.loader, load_steps.check(self.loader, batches))

    def reference(self, clock: str = "2020-01-01T09:00:00+01:00") -> None:
        for source in REFERENCE:
            self(source.code, clock)


@pytest.fixture
def ritual(dsn: str, tmp_path: Path, sample_server: str, as_role: Callable[[str], str]) -> Ritual:
    """The four steps on the test's fresh warehouse, as the role that loads."""
    return Ritual(dsn, tmp_path / "landing", sample_server, as_role(roles.LOADER))


@pytest.fixture(scope="module")
def shared_ritual(
    server: postgres.Server, template: str, sample_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ritual]:
    """The four steps on a warehouse that the tests of a module share, to load it once."""
    root = tmp_path_factory.mktemp("shared") / "landing"
    with _copied(server, template) as name:
        yield Ritual(server.dsn(name), root, sample_server, server.dsn(name, roles.LOADER))
