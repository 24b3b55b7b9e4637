"""Replaying old publications: each snapshot through the whole ritual, with the run's clock on its date."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from include import register
from include.extract import extraction
from include.pipeline import load_steps
from include.pipeline.snapshot_map import SnapshotMap
from include.sources.endpoint import Endpoint

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What a snapshot changed, in rows; `is_new` is false when it had been replayed before or says nothing new."""

    clock: datetime
    name: str
    is_new: bool
    inserted: int = 0
    closed: int = 0
    unchanged: int = 0


def replay(dsn: str, root: str, folder: Path, snapshots: SnapshotMap) -> Iterator[Replayed]:
    """Load the snapshots of a folder, oldest first; one that was loaded is not loaded again.

    Args:
        dsn: the warehouse; one that knows later publications of the dataset refuses earlier ones.
        root: URL of landing.
        folder: where the snapshots are.
        snapshots: how to read them.

    Raises:
        DataError: a snapshot cannot be loaded; those before it are.
    """
    source = snapshots.source()
    # Not as_uri(): universal_pathlib takes an escaped space for three characters.
    endpoint = Endpoint(host=f"file://{folder.resolve()}")
    with register.known(source):
        for clock, name in snapshots.snapshots(folder):
            batches = extraction.extract(dsn, root, source, endpoint, clock, {"file": name}, f"replay {name}")
            written = load_steps.merge(dsn, load_steps.check(dsn, load_steps.stage(dsn, root, batches)))
            log.info("%s: %s", name, written)
            yield Replayed(clock=clock, name=name, is_new=bool(batches), **written)
