"""Questions to an SDMX service, in the forms of REST 2.1 and 3.0, and how to split them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

CSV_1_0 = "application/vnd.sdmx.data+csv;version=1.0.0"
CSV_2_0 = "application/vnd.sdmx.data+csv;version=2.0.0"
JSON_1_0 = "application/vnd.sdmx.data+json;version=1.0.0"
JSON_2_0 = "application/vnd.sdmx.data+json;version=2.0.0"
STRUCTURE_JSON = "application/vnd.sdmx.structure+json;version=1.0"
STRUCTURE_XML = "application/vnd.sdmx.structure+xml;version=2.1"

# How a service wants the dataflow to be named: 2.1 with commas (NBB, OECD), with slashes, or by its code alone (ECB,
# Eurostat's default agency); 3.0 with slashes and every filter as a parameter (Eurostat).
Form = Literal["comma", "slash", "short", "3.0"]

# Notation -> its periods in a year; days and weeks are counted by the calendar.
PERIODS_PER_YEAR = {"": 1, "S": 2, "Q": 4, "-": 12}
_PERIOD = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<kind>[SQ]?)(?P<number>[0-9]{1,2}))?")
_WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question for observations: one dataflow, one key, one range of periods.

    Args:
        agency: maintenance agency, 'BE2'.
        flow: dataflow.
        key: one entry per dimension in the source's order; '' for all values, 'X+I' for several.
        start: first period, in the frequency's own notation: 2022, 2022-Q1, 2022-01, 2022-01-31.
        end: last period, in the same notation.
        version: of the dataflow; '+' is the latest in form 3.0.
        form: how the service wants to be asked.
        dimensions: the names that belong to the key; form 3.0 filters by them.
        base: path before the query, below the connection's host: 'sdmx/3.0'.
        updated_after: ask only for what was published since; says nothing about absent rows.
        extra: further parameters, as they are.
    """

    agency: str
    flow: str
    key: tuple[str, ...]
    start: str
    end: str
    version: str = "1.0"
    form: Form = "comma"
    dimensions: tuple[str, ...] = ()
    base: str = ""
    updated_after: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    def path(self) -> str:
        """Build the path of the query below the connection's host."""
        flow = {
            "comma": f"{self.agency},{self.flow},{self.version}/",
            "slash": f"{self.agency}/{self.flow}/{self.version}/",
            "short": f"{self.flow}/",
            "3.0": f"dataflow/{self.agency}/{self.flow}/{self.version}",
        }[self.form]
        prefix = f"{self.base.strip('/')}/" if self.base else ""
        return f"{prefix}data/{flow}" + ("" if self.form == "3.0" else ".".join(self.key))

    def params(self) -> dict[str, str]:
        """Build the parameters of the query; a service ignores those that it does not know."""
        params = self._filters() if self.form == "3.0" else data_params(self.start, self.end)
        if self.updated_after is not None:
            params["updatedAfter"] = self.updated_after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {**params, **self.extra}

    def scope(self) -> dict[str, str]:
        """Build the scope that the answer speaks for."""
        return data_scope(self.agency, self.flow, self.key, self.start, self.end)

    def split(self) -> tuple[Query, ...]:
        """Split the query in two, by period, else by the codes of its key; empty when it is small.

        The two do not overlap, and together they speak for the same scope.
        """
        periods = split_periods(self.start, self.end)
        if periods:
            return tuple(replace(self, start=start, end=end) for start, end in periods)
        return tuple(replace(self, key=key) for key in split_key(self.key))

    def _filters(self) -> dict[str, str]:
        """Build the filters of REST 3.0: ',' means or; the blank is sent as '+', which means and."""
        assert len(self.dimensions) == len(self.key), "form 3.0 filters by the names of the key's dimensions"
        filters = {f"c[{name}]": codes.replace("+", ",") for name, codes in zip(self.dimensions, self.key, strict=True)}
        return {
            **{name: codes for name, codes in filters.items() if codes},
            "c[TIME_PERIOD]": f"ge:{self.start} le:{self.end}",
        }


def data_path(agency: str, flow: str, version: str, key: Sequence[str]) -> str:
    """Build the path of a data query, SDMX REST 2.1 (comma form): data/BE2,DF_X,1.0/VL..I.

    Args:
        agency: maintenance agency, 'BE2'.
        flow: dataflow.
        version: its version.
        key: one entry per dimension in the source's order; '' for all values, 'X+I' for several.
    """
    return f"data/{agency},{flow},{version}/{'.'.join(key)}"


def structure_path(agency: str, flow: str, version: str, *, base: str = "") -> str:
    """Build the path of a dataflow's structure, the same in every form: dataflow/BE2/DF_X/1.0."""
    return (f"{base.strip('/')}/" if base else "") + f"dataflow/{agency}/{flow}/{version}"


def availability_path(agency: str, flow: str, version: str) -> str:
    """Build the path of an NSI web service's note of what a dataflow holds, and since when."""
    return f"contentconstraint/{agency}/CR_A_{flow}/{version}"


def data_scope(agency: str, flow: str, key: Sequence[str], start_period: str, end_period: str) -> dict[str, str]:
    """Build the scope of a data query, with the names that the targets of a dataflow use."""
    return {
        "dataset": f"{agency}:{flow}",
        "key": ".".join(key),
        "start_period": start_period,
        "end_period": end_period,
    }


def data_params(start_period: str, end_period: str) -> dict[str, str]:
    """Build the parameters that limit the periods and ask for flat observations."""
    return {"startPeriod": start_period, "endPeriod": end_period, "dimensionAtObservation": "AllDimensions"}


def accept(*preferred: str) -> str:
    """Build the Accept header for media types in order of preference: 'a, b;q=0.9, c;q=0.8'.

    A media type's own parameters come before its weight, as RFC 9110 has it.
    """
    weighed = [kind if place == 0 else f"{kind};q={max(10 - place, 1) / 10}" for place, kind in enumerate(preferred)]
    return ", ".join(weighed)


def split_periods(start: str, end: str) -> tuple[tuple[str, str], ...]:
    """Split a range of periods into two that meet; empty for one period or unknown notation.

    Args:
        start: first period in SDMX notation.
        end: last period, in the same notation.
    """
    first, last = _ordinal(start), _ordinal(end)
    if first is None or last is None or first[0] != last[0] or first[1] >= last[1]:
        return ()
    kind, middle = first[0], (first[1] + last[1]) // 2
    return (start, _period_text(kind, middle)), (_period_text(kind, middle + 1), end)


def split_key(key: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Split a key into two at the entry that lists most codes; empty when no entry lists two."""
    listed = [entry.split("+") for entry in key]
    place = max(range(len(key)), key=lambda place: len(listed[place]), default=0)
    if not key or len(listed[place]) < 2:
        return ()
    middle = len(listed[place]) // 2
    parts = ("+".join(listed[place][:middle]), "+".join(listed[place][middle:]))
    return tuple((*key[:place], part, *key[place + 1 :]) for part in parts)


def _ordinal(period: str) -> tuple[str, int] | None:
    """Find the notation of a period and its number in that notation; None when it is no period."""
    try:
        if _DAY.fullmatch(period):
            return "D", date.fromisoformat(period).toordinal()
        if _WEEK.fullmatch(period):
            return "W", date.fromisocalendar(int(period[:4]), int(period[6:]), 1).toordinal() // 7
    except ValueError:
        return None
    found = _PERIOD.fullmatch(period)
    if found is None:
        return None
    if found["number"] is None:
        return "", int(found["year"])
    kind, number = found["kind"] or "-", int(found["number"])
    per_year = PERIODS_PER_YEAR[kind]
    return (kind, int(found["year"]) * per_year + number - 1) if 1 <= number <= per_year else None


def _period_text(kind: str, ordinal: int) -> str:
    if kind == "D":
        return date.fromordinal(ordinal).isoformat()
    if kind == "W":
        # Day 1 of the calendar is a Monday, so a week's number counts from the Monday after a multiple of seven.
        year, week, _ = (date.fromordinal(ordinal * 7) + timedelta(days=1)).isocalendar()
        return f"{year}-W{week:02d}"
    if kind == "":
        return f"{ordinal:04d}"
    year, index = divmod(ordinal, PERIODS_PER_YEAR[kind])
    return f"{year}-{index + 1:02d}" if kind == "-" else f"{year}-{kind}{index + 1}"
