"""A folder of dated snapshots and the map that says how to read them; see docs/replay.md.

The map is a TOML file: which column is what, and how a file's name tells its date.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path

from include import sdmx
from include.errors import LayoutChanged
from include.periods import ZONE
from include.sources.dataflow import Expressions, column_of, dataflow, literal
from include.sources.source import Expectation, Request, Scope, Source, Target

# SDMX says a period's frequency by its notation.
FREQUENCY = """case when time_period ~ '^[0-9]{4}$' then 'A' when time_period ~ '-S' then 'S'
    when time_period ~ '-Q' then 'Q' when time_period ~ '^[0-9]{4}-[0-9]{2}$' then 'M' else 'D' end"""
UNIQUE = Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]})


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
        """The entry that the ritual loads a snapshot by."""
        beside = tuple(filter(None, (self.status, self.unit, *self.ignored)))
        return dataflow(
            code=f"replay_{column_of(self.dataset)}",
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
                Target(table="core.series", query="series.sql", scope=None),
                Target(table="core.observation", query="observation.sql", scope="dataset_code = {dataset}"),
            ),
        )

    def _expressions(self) -> Expressions:
        return Expressions(
            definition=literal(self.definition),
            dataset=literal(self.dataset),
            frequency=FREQUENCY,
            unit=column_of(self.unit) if self.unit else "'_Z'",
            status=column_of(self.status) if self.status else "''",
            multiplier="null",
            decimals="null",
            embargo="null",
        )

    def _requests(self, clock: datetime, given: Scope) -> tuple[Request, ...]:
        return (Request(path=given["file"], scope={"dataset": self.dataset}, accept=sdmx.CSV_1_0),)

    def snapshots(self, folder: Path) -> list[tuple[datetime, str]]:
        """The clock and the name of every snapshot of a folder, oldest first.

        Raises:
            LayoutChanged: no file fits, a name holds no date, or two files have one date.
        """
        found = [(match, path.name) for path in folder.iterdir() if (match := re.fullmatch(self.files, path.name))]
        if not found:
            raise self._wrong(f"file names in {folder} that fit {self.files!r}", "none")
        dated = sorted((self._clock(match), name) for match, name in found)
        for (clock, name), (other, again) in pairwise(dated):
            if clock == other:
                raise self._wrong("one file a date", f"{name} and {again}")
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
    """The map of a TOML file.

    Raises:
        LayoutChanged: no TOML, an entry that is unknown, missing, or of another type.
    """
    try:
        entries: Mapping[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
        return SnapshotMap(**_checked(entries))  # type: ignore[arg-type]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError, ValueError, re.error) as error:
        known = ", ".join(entry.name for entry in fields(SnapshotMap))
        raise LayoutChanged(
            source=path.name,
            expected=f"a TOML file with the entries {known}",
            got=str(error).removeprefix("SnapshotMap.__init__() "),
            todo="Correct the map; docs/replay.md has an example.",
        ) from error


def _checked(entries: Mapping[str, object]) -> Mapping[str, object]:
    for name, value in entries.items():
        wanted = list if name in {"key", "ignored"} else float if name == "max_lost_share" else str
        if not isinstance(value, wanted):
            raise ValueError(f"{name} is no {wanted.__name__}")
    re.compile(str(entries.get("files", "")))
    time.fromisoformat(str(entries.get("at", "12:00")))
    return entries
