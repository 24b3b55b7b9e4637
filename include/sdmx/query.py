"""The question to an SDMX service, in the forms that REST 2.1 and 3.0 want it, and its halves when it is too big."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from include.sdmx import split_query

CSV_1_0 = "application/vnd.sdmx.data+csv;version=1.0.0"
CSV_2_0 = "application/vnd.sdmx.data+csv;version=2.0.0"
JSON_1_0 = "application/vnd.sdmx.data+json;version=1.0.0"
JSON_2_0 = "application/vnd.sdmx.data+json;version=2.0.0"
STRUCTURE_JSON = "application/vnd.sdmx.structure+json;version=1.0"
STRUCTURE_XML = "application/vnd.sdmx.structure+xml;version=2.1"

# How a service wants the dataflow named: 2.1 with commas (NBB, OECD), with slashes, or by its code alone (ECB,
# Eurostat's default agency); 3.0 with slashes and every filter as a parameter (Eurostat).
Form = Literal["comma", "slash", "short", "3.0"]


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
        """Path of the query below the connection's host."""
        flow = {
            "comma": f"{self.agency},{self.flow},{self.version}/",
            "slash": f"{self.agency}/{self.flow}/{self.version}/",
            "short": f"{self.flow}/",
            "3.0": f"dataflow/{self.agency}/{self.flow}/{self.version}",
        }[self.form]
        prefix = f"{self.base.strip('/')}/" if self.base else ""
        return f"{prefix}data/{flow}" + ("" if self.form == "3.0" else ".".join(self.key))

    def params(self) -> dict[str, str]:
        """Its parameters; a service ignores what it does not know."""
        params = self._filters() if self.form == "3.0" else data_params(self.start, self.end)
        if self.updated_after is not None:
            params["updatedAfter"] = self.updated_after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {**params, **self.extra}

    def scope(self) -> dict[str, str]:
        """What the answer speaks for."""
        return data_scope(self.agency, self.flow, self.key, self.start, self.end)

    def halves(self) -> tuple[Query, ...]:
        """The same question in two: by period, then by the listed codes of the key; none when it is as small as can be.

        The two together speak for what the whole does, and they do not overlap.
        """
        periods = split_query.halved(self.start, self.end)
        if periods:
            return tuple(replace(self, start=start, end=end) for start, end in periods)
        return tuple(replace(self, key=key) for key in split_query.halved_key(self.key))

    def _filters(self) -> dict[str, str]:
        """Filters of REST 3.0: ',' is or; the blank is sent as the '+' that means and."""
        assert len(self.dimensions) == len(self.key), "form 3.0 filters by the names of the key's dimensions"
        asked = {f"c[{name}]": codes.replace("+", ",") for name, codes in zip(self.dimensions, self.key, strict=True)}
        return {
            **{name: codes for name, codes in asked.items() if codes},
            "c[TIME_PERIOD]": f"ge:{self.start} le:{self.end}",
        }


def data_path(agency: str, flow: str, version: str, key: Sequence[str]) -> str:
    """Path of a data query, SDMX REST 2.1 (comma form): data/BE2,DF_X,1.0/VL..I.

    Args:
        agency: maintenance agency, 'BE2'.
        flow: dataflow.
        version: its version.
        key: one entry per dimension in the source's order; '' for all values, 'X+I' for several.
    """
    return f"data/{agency},{flow},{version}/{'.'.join(key)}"


def structure_path(agency: str, flow: str, version: str, *, base: str = "") -> str:
    """Path of the structure of a dataflow, the same in every form: dataflow/BE2/DF_X/1.0."""
    return (f"{base.strip('/')}/" if base else "") + f"dataflow/{agency}/{flow}/{version}"


def availability_path(agency: str, flow: str, version: str) -> str:
    """Path of the constraint that says what a dataflow of an NSI web service holds, and since when."""
    return f"contentconstraint/{agency}/CR_A_{flow}/{version}"


def data_scope(agency: str, flow: str, key: Sequence[str], start_period: str, end_period: str) -> dict[str, str]:
    """What an answer to a data query speaks for, as the targets of a dataflow understand it."""
    return {
        "dataset": f"{agency}:{flow}",
        "key": ".".join(key),
        "start_period": start_period,
        "end_period": end_period,
    }


def data_params(start_period: str, end_period: str) -> dict[str, str]:
    """Query parameters that slice by period and ask for flat observations."""
    return {"startPeriod": start_period, "endPeriod": end_period, "dimensionAtObservation": "AllDimensions"}


def accept(*preferred: str) -> str:
    """The Accept header for media types in order of preference: 'a, b;q=0.9, c;q=0.8'.

    A media type's own parameters come before its weight, as RFC 9110 has it.
    """
    weighed = [kind if place == 0 else f"{kind};q={max(10 - place, 1) / 10}" for place, kind in enumerate(preferred)]
    return ", ".join(weighed)
