"""What a report was made by: hashes of the templates with their words, and of the code with its marts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_REPORTS = Path(__file__).parents[1]
_ROOT = _REPORTS.parents[1]


@cache
def template_version() -> str:
    """12 hex of a hash over templates and words: the same files give the same version on every machine."""
    return _hash([*(_REPORTS / "render" / "templates").rglob("*"), *(_REPORTS / "language" / "locale").rglob("*.po")])


@cache
def code_version() -> str:
    """12 hex of a hash over include/ and sql/: what reads the figures and what draws them."""
    return _hash([*(_ROOT / "include").rglob("*.py"), *(_ROOT / "sql").rglob("*.sql")])


def _hash(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in files if path.is_file()):
        digest.update(f"{file.relative_to(_ROOT).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
