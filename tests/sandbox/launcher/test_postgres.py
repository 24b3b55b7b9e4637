"""The embedded server: what a person who starts, stops and kills things meets."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sandbox.launcher import os_user, ports
from sandbox.launcher.postgres import FAST, Server, running
from sandbox.launcher.workdir import LauncherError


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("cluster"), FAST) as started:
        yield started


def ask(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as conn:
        return (conn.execute(query.encode()).fetchone() or [None])[0]


def process_of(server: Server) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def test_starting_twice_keeps_the_server(server: Server) -> None:
    before = process_of(server)
    server.start()
    assert process_of(server) == before


def test_stop_and_start_keep_the_data(server: Server) -> None:
    with psycopg.connect(server.dsn("warehouse")) as conn:
        conn.execute("create table kept (value int)")
    server.stop()
    server.stop()
    assert server.port is None
    with pytest.raises(LauncherError, match="does not run"):
        server.dsn("warehouse")
    server.start()
    assert ask(server.dsn("warehouse"), "select count(*) from kept") == 0


def test_a_killed_server_starts_again(server: Server) -> None:
    os.kill(process_of(server), signal.SIGKILL)
    server.start()
    assert ask(server.dsn("warehouse"), "select 1") == 1


def test_a_pid_file_that_names_a_stranger_is_stale(server: Server) -> None:
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n1\n1\n\n127.0.0.1\n")
    server.start()
    assert ask(server.dsn("warehouse"), "select 1") == 1


def test_two_servers_run_side_by_side(server: Server, tmp_path: Path) -> None:
    with running(tmp_path / "second", FAST) as second:
        assert second.port != server.port
        assert ask(second.dsn("warehouse"), "select 1") == 1
    assert not (tmp_path / "second").exists()
    assert not os_user.private_folder_of(tmp_path / "second").exists()


def test_the_server_does_not_run_as_root(server: Server) -> None:
    assert Path(f"/proc/{process_of(server)}").stat().st_uid != 0


def test_a_folder_closed_to_others_is_left_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with running(closed / "cluster", FAST) as started:
        assert ask(started.dsn("warehouse"), "select 1") == 1
        assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("role", "database"), [("steward", "warehouse"), ("airflow", "airflow")])
def test_each_database_has_its_owner(server: Server, role: str, database: str) -> None:
    query = f"select pg_get_userbyid(datdba) from pg_database where datname = '{database}'"
    assert ask(server.dsn(database, role), query) == role


def test_the_analyst_has_no_business_in_airflows_database(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        ask(server.dsn("airflow", "analyst"), "select 1")


def test_no_one_enters_without_a_password(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{server.port}/warehouse")


def test_a_taken_port_is_not_given_out() -> None:
    with socket.socket() as taken, ports.PortClaims() as claims:
        taken.bind((ports.LOOPBACK, 0))
        taken.listen()
        usual = taken.getsockname()[1]
        assert claims.claim(usual) != usual


def test_a_port_is_claimed_until_its_server_listens() -> None:
    with ports.PortClaims() as first, ports.PortClaims() as second:
        given = first.claim()
        assert second.claim(given) != given
