"""The user that runs PostgreSQL, which refuses to run as root, and the folder where it can.

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

from sandbox.launcher.workdir import LauncherError

USER = "nobody"
ELSEWHERE = Path("/var/tmp")


@dataclass(frozen=True)
class OsUser:
    """The user that runs PostgreSQL; `user` is None for the user of this process."""

    user: str | None = None
    uid: int = field(default_factory=os.getuid)
    gid: int = field(default_factory=os.getgid)

    def run(self, *command: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program as this user to its end, from a folder that everyone may enter.

        The result holds output and errors together.
        """
        env = {"PATH": os.defpath, "LC_ALL": "C", **(environment or {})}
        is_own = self.user is None
        return subprocess.run(
            command,
            check=False,
            text=True,
            cwd="/",
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            user=None if is_own else self.uid,
            group=None if is_own else self.gid,
            extra_groups=None if is_own else [],
        )

    def can_use(self, folder: Path) -> bool:
        """Try to read the folder as this user; access lists and mounts count beside its mode."""
        return self.user is None or self.run("/bin/ls", str(folder)).returncode == 0


def server_user() -> OsUser:
    """Choose the user: the user of this process, or `nobody` for root.

    Raises:
        LauncherError: root cannot become nobody.
    """
    if os.getuid() != 0:
        return OsUser()
    try:
        entry = pwd.getpwnam(USER)
        found = OsUser(USER, entry.pw_uid, entry.pw_gid)
        found.run("/bin/ls", "/")
    except (KeyError, PermissionError, OSError) as error:
        message = (
            f"PostgreSQL does not run as root, and becoming '{USER}' failed ({error}). Run this as an ordinary user."
        )
        raise LauncherError(message) from error
    return found


def private_folder_of(home: Path) -> Path:
    """Name the folder for the server of `home` when its user may not enter `home`."""
    digest = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    return ELSEWHERE / f"accelerates-{os.getuid()}-{digest}"


def make_private_folder(home: Path) -> Path:
    """Make that folder, enterable but not listable.

    Raises:
        LauncherError: somebody else made a folder of that name.
    """
    folder = private_folder_of(home)
    folder.mkdir(mode=0o711, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise LauncherError(f"{folder} belongs to somebody else; expected it to be ours. Remove it, then try again.")
    folder.chmod(0o711)
    return folder


def find_usable_programs(programs: Path, user: OsUser, home: Path) -> Path:
    """Return the folder of programs if the user can run them, else a copy of it (35 MB)."""
    if user.can_use(programs) and user.run(str(programs / "postgres"), "--version").returncode == 0:
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
