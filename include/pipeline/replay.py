"""Replay old publications: dated snapshots, each loaded with the run's clock on its date.

A map says how to read the snapshots; it is a TOML file (docs/replay.md): which column is what, and how a file's name
tells its date.
"""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path

from include import register, sdmx
from include.errors import LayoutChanged
from include.extract import extraction
from include.periods import ZONE
from include.pipeline import load_steps
from include.sources.dataflow import Expressions, column_name, dataflow, sql_literal
from include.sources.source import Endpoint, Expectation, Request, Scope, Source, Target

log = logging.getLogger(__name__)
# SDMX says a period's frequency by its notation.
FREQUENCY = """case when time_period ~ '^[0-9]{4}$' then 'A' when time_period ~ '-S' then 'S'
    when time_period ~ '-Q' then 'Q' when time_period ~ '^[0-9]{4}-[0-9]{2}$' then 'M' else 'D' end"""
UNIQUE = Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]})


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """The rows that a snapshot changed; `is_new` is false for one that was replayed before."""

    clock: datetime
    name: str
    is_new: bool
    inserted: int = 0
    closed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, kw_only=True)
class SnapshotMap:
    """How to read the files of a folder.

    Args:
        dataset: dataset_code of the warehouse, 'NBB:MACRO'.
        files: regular expression for the names of the files; its group `date` is the date, 2026-03-01.
        key: columns that make up the series key, in order.
        period: column of the SDMX period.
        value: column of the value.
        status: column of the status, if there is one.
        unit: column of the unit, if there is one.
        ignored: columns to leave alone; any other column stops the replay.
        definition: whose definition the figures follow.
        delimiter: what stands between two fields.
        at: time of day, Belgian, at which a snapshot became known.
        max_lost_share: a snapshot that holds this much less than what is known is quarantined.
    """

    dataset: str
    files: str
    key: list[str]
    period: str
    value: str
    status: str = ""
    unit: str = ""
    ignored: list[str] = field(default_factory=list)
    definition: str = "REPLAY"
    delimiter: str = ","
    at: str = "12:00"
    max_lost_share: float = 0.1

    def source(self) -> Source:
        """Build the register's entry by which a snapshot is loaded."""
        beside = tuple(filter(None, (self.status, self.unit, *self.ignored)))
        return dataflow(
            code=f"replay_{column_name(self.dataset)}",
            title=f"Snapshots of {self.dataset}",
            owner="statistics",
            licence="That of the snapshots.",
            conn_id="",
            schedule=None,
            requests=self._requests,
            dimensions=tuple(self.key),
            expressions=self._expressions(),
            attributes=beside,
            optional=frozenset(),
            words=(),
            columns={self.period: "time_period", self.value: "obs_value"},
            delimiter=self.delimiter,
            max_lost_share=self.max_lost_share,
            suite=(UNIQUE,),
            targets=(
                Target(table="core.series", query="series", scope=None),
                Target(table="core.observation", query="observation", scope="dataset_code = {dataset}"),
            ),
        )

    def _expressions(self) -> Expressions:
        return Expressions(
            definition=sql_literal(self.definition),
            dataset=sql_literal(self.dataset),
            frequency=FREQUENCY,
            unit=column_name(self.unit) if self.unit else "'_Z'",
            status=column_name(self.status) if self.status else "''",
            multiplier="null",
            decimals="null",
            embargo="null",
        )

    def _requests(self, clock: datetime, given: Scope) -> tuple[Request, ...]:
        return (Request(path=given["file"], scope={"dataset": self.dataset}, accept=sdmx.CSV_1_0),)

    def snapshots(self, folder: Path) -> list[tuple[datetime, str]]:
        """List the clock and the name of every snapshot of a folder, oldest first.

        Raises:
            LayoutChanged: no file fits, a name holds no date, or two files have one date.
        """
        found = [(match, path.name) for path in folder.iterdir() if (match := re.fullmatch(self.files, path.name))]
        if not found:
            raise self._wrong(f"file names in {folder} that fit {self.files!r}", "none")
        dated = sorted((self._clock(match), name) for match, name in found)
        for (clock, name), (next_clock, next_name) in pairwise(dated):
            if clock == next_clock:
                raise self._wrong("one file a date", f"{name} and {next_name}")
        return dated

    def _clock(self, match: re.Match[str]) -> datetime:
        try:
            day = date.fromisoformat(match["date"])
        except (IndexError, ValueError) as error:
            raise self._wrong("a group `date` that holds a day such as 2026-03-01", f"{match[0]!r}: {error}") from error
        return datetime.combine(day, time.fromisoformat(self.at), ZONE)

    def _wrong(self, expected: str, got: str) -> LayoutChanged:
        return LayoutChanged(source=self.dataset, expected=expected, got=got, todo="Correct the map or the folder.")


def read_map(path: Path) -> SnapshotMap:
    """Read the map of a TOML file.

    Raises:
        LayoutChanged: no TOML, an entry that is unknown, missing, or of another type.
    """
    try:
        entries: Mapping[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
        return SnapshotMap(**_checked_entries(entries))  # type: ignore[arg-type]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError, ValueError, re.error) as error:
        known = ", ".join(entry.name for entry in fields(SnapshotMap))
        raise LayoutChanged(
            source=path.name,
            expected=f"a TOML file with the entries {known}",
            got=str(error).removeprefix("SnapshotMap.__init__() "),
            todo="Correct the map; docs/replay.md has an example.",
        ) from error


def _checked_entries(entries: Mapping[str, object]) -> Mapping[str, object]:
    for name, value in entries.items():
        wanted = list if name in {"key", "ignored"} else float if name == "max_lost_share" else str
        if not isinstance(value, wanted):
            raise ValueError(f"{name} is no {wanted.__name__}")
    re.compile(str(entries.get("files", "")))
    time.fromisoformat(str(entries.get("at", "12:00")))
    return entries


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
    with register.registered_temporarily(source):
        for clock, name in snapshots.snapshots(folder):
            batches = extraction.extract(dsn, root, source, endpoint, clock, {"file": name}, f"replay {name}")
            written = load_steps.merge(dsn, load_steps.check(dsn, load_steps.stage(dsn, root, batches)))
            log.info("%s: %s", name, written)
            yield Replayed(clock=clock, name=name, is_new=bool(batches), **written)
