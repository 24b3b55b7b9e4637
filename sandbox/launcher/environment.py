"""Builds .venv from requirements.txt: `python3 sandbox/launcher/environment.py`; any Python 3.11+, standard library.

Prints one line per step on standard error, so that the output of `make sql` stays clean. A build that was interrupted
leaves no stamp and is repaired by the next call; two calls at once wait for each other.
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

LONG_STEP_S = 5.0
LAST_LINES = 15


class EnvironmentFailure(Exception):
    """The environment could not be built; the message says what to do."""


def stamp_path(root: Path) -> Path:
    """The file, written last, that says which requirements .venv was built from."""
    return root / ".venv" / "built-from"


def fingerprint(root: Path) -> str:
    """What .venv must have been built from: the hash of requirements.txt, and the place, which its scripts name."""
    return f"{hashlib.sha256((root / 'requirements.txt').read_bytes()).hexdigest()} {root}\n"


def is_complete(root: Path) -> bool:
    """Whether .venv was built to the end, from these requirements, in this place, and its Python still starts."""
    stamp = stamp_path(root)
    if not stamp.is_file() or stamp.read_text() != fingerprint(root):
        return False
    return Path(_python(root)).exists() and _finished([_python(root), "-c", ""]).returncode == 0


def ensure(root: Path) -> None:
    """Builds .venv below the project's root unless it is complete. Raises EnvironmentFailure."""
    if is_complete(root):
        return
    with _locked(root):
        if is_complete(root):
            return
        _build(root)
        pending = stamp_path(root).with_suffix(".new")
        pending.write_text(fingerprint(root))
        pending.replace(stamp_path(root))


def _build(root: Path) -> None:
    with _step("environment: a new .venv", root):
        _remove(root / ".venv")
        advice = "Is Python's venv module there (Debian: python3-venv)?"
        _run([sys.executable, "-m", "venv", str(root / ".venv")], advice)
    with _step("environment: uv, the installer", root):
        has_uv = _install_uv(root)
    with _step("environment: the packages of requirements.txt", root):
        if not (has_uv and _install_with_uv(root)):
            _say("environment: uv cannot install here, so pip does, which takes longer\n")
            _run([*_pip(root), "install", *_hashed(root)], "Is the package index within reach (pip config list)?")


def _remove(venv: Path) -> None:
    if venv.is_symlink():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(venv)


def _install_uv(root: Path) -> bool:
    """Installs exactly the uv that requirements.txt pins; False when the index does not have it for this machine."""
    joined = (root / "requirements.txt").read_text().replace("\\\n", " ")
    pinned = [line for line in joined.splitlines() if line.startswith("uv==")]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "uv.txt")
        file.write_text("\n".join(pinned))
        return _finished([*_pip(root), "install", "--no-deps", "--require-hashes", "-r", str(file)]).returncode == 0


def _install_with_uv(root: Path) -> bool:
    """Takes a third of pip's time. uv does not read pip.conf: a mirror named there is passed on."""
    mirror = _finished([*_pip(root), "config", "get", "global.index-url"])
    chosen = {"UV_DEFAULT_INDEX": mirror.stdout.strip()} if mirror.returncode == 0 else {}
    uv = [_python(root), "-m", "uv", "pip", "install", "--python", _python(root), "--compile-bytecode"]
    return _finished([*uv, *_hashed(root)], {"UV_HTTP_RETRIES": "1", **chosen, **os.environ}).returncode == 0


def _hashed(root: Path) -> list[str]:
    return ["--require-hashes", "-r", str(root / "requirements.txt")]


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
    """One builder at a time; the lock lies outside .venv, which the builder removes, and goes with the process."""
    (root / "var").mkdir(exist_ok=True)
    with (root / "var" / "environment.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("environment: waiting for another command that builds .venv\n")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _step(title: str, root: Path) -> Iterator[None]:
    """Prints the step with its seconds when it is over; on a terminal, shows life once it takes long."""
    started, over = time.monotonic(), threading.Event()
    ticker = threading.Thread(target=_tick, args=(title, root, started, over), daemon=True)
    if sys.stderr.isatty():
        ticker.start()
    try:
        yield
    finally:
        over.set()
        if ticker.ident:
            ticker.join()
    _say(f"{title}  {time.monotonic() - started:.1f} s\n")


def _tick(title: str, root: Path, started: float, over: threading.Event) -> None:
    wanted = (root / "requirements.txt").read_text().count("==")
    while not over.wait(0.5):
        if (elapsed := time.monotonic() - started) > LONG_STEP_S:
            installed = len(list(root.glob(".venv/lib/*/site-packages/*.dist-info")))
            bar = "#" * min(30, 30 * installed // wanted)
            _say(f"\r{title}  [{bar:<30}] {installed} packages, {elapsed:.0f} s ")
    _say("\r\033[K")


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def main() -> int:
    """Exit status 0 when .venv is complete; 1 with advice when it cannot be built."""
    try:
        ensure(Path(__file__).resolve().parents[2])
    except EnvironmentFailure as failure:
        _say(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        _say("interrupted; the next call builds .venv anew\n")
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
