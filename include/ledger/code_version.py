"""Which code loaded a batch: a hash over what loading is made of, the same wherever the same files stand.

The image holds no Git, and a checkout may be changed: what counts is what ran. `python -m
include.ledger.code_version` prints that of a checkout.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUFFIXES = {".py", ".sql"}


@cache
def code_version(root: Path = ROOT) -> str:
    """The first twelve digits of SHA-256 over the Python and SQL of include/ and sql/, names and bytes."""
    digest = hashlib.sha256()
    for path in sorted(path for part in ("include", "sql") for path in (root / part).rglob("*")):
        if path.suffix in SUFFIXES:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    print(code_version())
