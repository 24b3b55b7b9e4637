"""As which user, and where, PostgreSQL can run: it refuses to run as root.

Started by root, the server becomes `nobody`. That user may not be allowed into the clone (a home folder of mode 700):
then the programs and the data go into a folder of their own below /var/tmp, whose name derives from the place of the
clone. No mode of a folder that is not ours is ever changed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.launcher.workdir import LocalFailure

USER = "nobody"
ELSEWHERE = Path("/var/tmp")


@dataclass(frozen=True)
class Identity:
    """Who runs PostgreSQL; `user` is None when that is who runs this process."""

    user: str | None = None
    uid: int = field(default_factory=os.getuid)
    gid: int = field(default_factory=os.getgid)

    def run(self, *command: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Runs a program as this user to its end, from a folder that everyone may enter; output and errors together."""
        env = {"PATH": os.defpath, "LC_ALL": "C", **(environment or {})}
        stays = self.user is None
        return subprocess.run(
            command,
            check=False,
            text=True,
            cwd="/",
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            user=None if stays else self.uid,
            group=None if stays else self.gid,
            extra_groups=None if stays else [],
        )

    def can_use(self, folder: Path) -> bool:
        """Whether this user may enter and read the folder; tried, because access lists and mounts have a say too."""
        return self.user is None or self.run("/bin/ls", str(folder)).returncode == 0


def identity() -> Identity:
    """Ourselves, or `nobody` for root. Raises LocalFailure where root cannot become nobody."""
    if os.getuid() != 0:
        return Identity()
    try:
        entry = pwd.getpwnam(USER)
        found = Identity(USER, entry.pw_uid, entry.pw_gid)
        found.run("/bin/ls", "/")
    except (KeyError, PermissionError, OSError) as error:
        message = (
            f"PostgreSQL does not run as root, and becoming '{USER}' failed ({error}). Run this as an ordinary user."
        )
        raise LocalFailure(message) from error
    return found


def private_folder(home: Path) -> Path:
    """Where the server of `home` lives when its user may not enter `home`."""
    digest = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    return ELSEWHERE / f"accelerates-{os.getuid()}-{digest}"


def make_private_folder(home: Path) -> Path:
    """Creates it, enterable but not listable. Raises LocalFailure when somebody else made a folder of that name."""
    folder = private_folder(home)
    folder.mkdir(mode=0o711, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise LocalFailure(f"{folder} belongs to somebody else; expected it to be ours. Remove it, then try again.")
    folder.chmod(0o711)
    return folder


def usable_programs(programs: Path, who: Identity, home: Path) -> Path:
    """The folder of programs itself when the user can run them, else a copy that it can run (35 MB)."""
    if who.can_use(programs) and who.run(str(programs / "postgres"), "--version").returncode == 0:
        return programs
    copy = make_private_folder(home) / "programs"
    package, version = programs.parent.parent, programs.parent
    if not (copy / "complete").exists():
        for part in (*(version / name for name in ("bin", "lib", "share")), package.with_name(f"{package.name}.libs")):
            # The programs look for the wheel's libraries by their place relative to themselves.
            shutil.copytree(part, copy / part.relative_to(package.parent), symlinks=True, dirs_exist_ok=True)
        _open_to_all(copy)
        (copy / "complete").touch()
    return copy / programs.relative_to(package.parent)


def _open_to_all(copy: Path) -> None:
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if mode & stat.S_IXUSR else 0o644)
