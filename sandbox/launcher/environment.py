"""Build .venv with any Python 3.11+: `python3 sandbox/launcher/environment.py run | test`.

`run` installs what the platform needs on a laptop, `test` adds what tests and checks need. Each set has a stamp,
written last, that says which files it was installed from. Prints one line per step on standard error, so that the
output of `make sql` stays clean. A build that was interrupted is repaired by the next call; two calls at once wait for
each other.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# Set of packages -> the files that it is installed from. A set is installed on top of those before it.
SETS = {
    "run": ("requirements.txt", "requirements-sandbox.txt"),
    "test": ("requirements-test.txt",),
}
# The file that pins the installer.
INSTALLER = "requirements-sandbox.txt"
UNFINISHED = "unfinished\n"
LONG_STEP_S = 5.0
LAST_LINES = 15


class EnvironmentFailure(Exception):
    """The environment could not be built; the message says what to do."""


def stamp_path(root: Path, purpose: str = "run") -> Path:
    """Name the file that says which requirements a set of .venv was installed from."""
    return root / ".venv" / f"built-for-{purpose}"


def fingerprint(root: Path, purpose: str = "run") -> str:
    """Return what a set must be installed from: the hash of its files and the place of .venv."""
    content = b"".join((root / name).read_bytes() for name in _files(purpose))
    return f"{hashlib.sha256(content).hexdigest()} {root}\n"


def is_complete(root: Path, purpose: str = "run") -> bool:
    """Whether all sets of a purpose are installed, in this place, and .venv's Python starts."""
    if any(_stamp(root, name) != fingerprint(root, name) for name in _sets(purpose)):
        return False
    return Path(_python(root)).exists() and _finished([_python(root), "-c", ""]).returncode == 0


def ensure(root: Path, purpose: str = "run") -> None:
    """Install the sets of a purpose into .venv; raise EnvironmentFailure when that fails.

    A set that was never installed is added; one that is unfinished or of other requirements is not mended but built
    anew with the rest, so that no package of former requirements is left to be imported.
    """
    if is_complete(root, purpose):
        return
    with _locked(root):
        if is_complete(root, purpose):
            return
        if not is_complete(root) or _stamp(root, purpose):
            _create(root)
        for name in _sets(purpose):
            if not _stamp(root, name):
                _write_stamp(root, name, UNFINISHED)
                _install(root, name)
                _write_stamp(root, name, fingerprint(root, name))


def _sets(purpose: str) -> list[str]:
    """List the sets that a purpose needs, in the order of their installation."""
    names = list(SETS)
    return names[: names.index(purpose) + 1]


def _files(purpose: str) -> list[str]:
    return [file for name in _sets(purpose) for file in SETS[name]]


def _stamp(root: Path, purpose: str) -> str:
    """Read a set's stamp; empty when the set was never begun."""
    path = stamp_path(root, purpose)
    return path.read_text() if path.is_file() else ""


def _write_stamp(root: Path, purpose: str, text: str) -> None:
    pending = stamp_path(root, purpose).with_suffix(".new")
    pending.write_text(text)
    pending.replace(stamp_path(root, purpose))


def _create(root: Path) -> None:
    with _step("environment: a new .venv", root):
        _remove(root / ".venv")
        advice = "Is Python's venv module there (Debian: python3-venv)?"
        _run([sys.executable, "-m", "venv", str(root / ".venv")], advice)
    with _step("environment: uv, the installer", root):
        _install_uv(root)


def _install(root: Path, purpose: str) -> None:
    with _step(f"environment: the packages of {' and '.join(SETS[purpose])}", root, purpose):
        if not _install_with_uv(root, purpose):
            _say("environment: uv cannot install here, so pip does, which takes longer\n")
            advice = "Is the package index within reach (pip config list)?"
            _run([*_pip(root), "install", *_hashed(root, purpose)], advice)


def _remove(venv: Path) -> None:
    if venv.is_symlink():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(venv)


def _install_uv(root: Path) -> None:
    """Install the pinned uv; where the index has none for this machine, pip does its work."""
    joined = (root / INSTALLER).read_text().replace("\\\n", " ")
    pinned = [line for line in joined.splitlines() if line.startswith("uv==")]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "uv.txt")
        file.write_text("\n".join(pinned))
        _finished([*_pip(root), "install", "--no-deps", "--require-hashes", "-r", str(file)])


def _install_with_uv(root: Path, purpose: str) -> bool:
    """Install with uv, in a third of pip's time; pass on a mirror that pip.conf names."""
    mirror = _finished([*_pip(root), "config", "get", "global.index-url"])
    chosen = {"UV_DEFAULT_INDEX": mirror.stdout.strip()} if mirror.returncode == 0 else {}
    uv = [_python(root), "-m", "uv", "pip", "install", "--python", _python(root), "--compile-bytecode"]
    return _finished([*uv, *_hashed(root, purpose)], {"UV_HTTP_RETRIES": "1", **chosen, **os.environ}).returncode == 0


def _hashed(root: Path, purpose: str) -> list[str]:
    return ["--require-hashes", *(word for name in SETS[purpose] for word in ("-r", str(root / name)))]


def _python(root: Path) -> str:
    return str(root / ".venv" / "bin" / "python")


def _pip(root: Path) -> list[str]:
    return [_python(root), "-m", "pip", "--disable-pip-version-check"]


def _finished(command: Sequence[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _run(command: Sequence[str], advice: str) -> None:
    finished = _finished(command)
    if finished.returncode:
        end = "\n".join(finished.stdout.splitlines()[-LAST_LINES:])
        raise EnvironmentFailure(f"{end}\n\n`{' '.join(command)}` failed with status {finished.returncode}. {advice}")


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Hold the lock of one builder; it lies outside .venv, which the builder removes."""
    (root / "var").mkdir(exist_ok=True)
    with (root / "var" / "environment.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("environment: waiting for another command that builds .venv\n")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _step(title: str, root: Path, purpose: str = "run") -> Iterator[None]:
    """Print the step with its seconds when it ends; show life on a terminal while it lasts."""
    started, over = time.monotonic(), threading.Event()
    ticker = threading.Thread(target=_tick, args=(title, root, purpose, started, over), daemon=True)
    if sys.stderr.isatty():
        ticker.start()
    try:
        yield
    finally:
        over.set()
        if ticker.ident:
            ticker.join()
    _say(f"{title}  {time.monotonic() - started:.1f} s\n")


def _tick(title: str, root: Path, purpose: str, started: float, over: threading.Event) -> None:
    lines = "".join((root / name).read_text() for name in _files(purpose)).splitlines()
    wanted = len({line.split()[0] for line in lines if "==" in line})
    while not over.wait(0.5):
        if (elapsed := time.monotonic() - started) > LONG_STEP_S:
            installed = len(list(root.glob(".venv/lib/*/site-packages/*.dist-info")))
            bar = "#" * min(30, 30 * installed // wanted)
            _say(f"\r{title}  [{bar:<30}] {installed} packages, {elapsed:.0f} s ")
    _say("\r\033[K")


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def main(purpose: str = "run") -> int:
    """Exit status 0 when .venv has what a purpose needs; 1 with advice when it cannot be built."""
    try:
        ensure(Path(__file__).resolve().parents[2], purpose)
    except EnvironmentFailure as failure:
        _say(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        _say("interrupted; the next call repairs .venv\n")
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
