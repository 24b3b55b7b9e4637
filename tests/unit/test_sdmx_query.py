"""The question to an SDMX service: each form as the service documents it, and halves that make up the whole."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from include import sdmx
from include.sdmx import query
from include.sources.dataflow import data_request

NBB = sdmx.Query(agency="BE2", flow="DF_X", key=("VL", "", "X+I"), start="2022-01", end="2022-12")
COMEXT = sdmx.Query(
    agency="ESTAT",
    flow="DS-059341",
    version="+",
    key=("BE+DE", "", "3"),
    dimensions=("reporter", "partner", "flow"),
    start="2020",
    end="2024",
    form="3.0",
    base="sdmx/3.0",
    extra={"format": "csvdata", "formatVersion": "2.0"},
)


@pytest.mark.parametrize(
    ("form", "path"),
    [
        ("comma", "data/BE2,DF_X,1.0/VL..X+I"),
        ("slash", "data/BE2/DF_X/1.0/VL..X+I"),
        ("short", "data/DF_X/VL..X+I"),
        ("3.0", "data/dataflow/BE2/DF_X/1.0"),
    ],
)
def test_a_path_in_each_form(form: sdmx.query.Form, path: str) -> None:
    query = sdmx.Query(**{**vars(NBB), "form": form})
    assert query.path() == path
    assert sdmx.Query(**{**vars(query), "base": "/rest/"}).path() == f"rest/{path}"


def test_a_query_says_what_the_older_functions_say() -> None:
    assert NBB.path() == sdmx.data_path("BE2", "DF_X", "1.0", NBB.key)
    assert NBB.params() == sdmx.data_params("2022-01", "2022-12")
    assert NBB.scope() == sdmx.data_scope("BE2", "DF_X", NBB.key, "2022-01", "2022-12")


def test_the_question_of_rest_3_on_the_wire_is_the_documented_one() -> None:
    """ge:2020+le:2024 with its plus as it is: encoded as %2B it would be a character of a value."""
    url = requests.Request("GET", f"https://host/api/{COMEXT.path()}", params=COMEXT.params()).prepare().url
    assert url == (
        "https://host/api/sdmx/3.0/data/dataflow/ESTAT/DS-059341/+"
        "?c%5Breporter%5D=BE%2CDE&c%5Bflow%5D=3&c%5BTIME_PERIOD%5D=ge%3A2020+le%3A2024&format=csvdata&formatVersion=2.0"
    )


def test_what_was_updated_since_is_asked_in_universal_time() -> None:
    since = datetime.fromisoformat("2026-10-15T09:00:00+02:00")
    assert sdmx.Query(**{**vars(NBB), "updated_after": since}).params()["updatedAfter"] == "2026-10-15T07:00:00Z"
    assert "updatedAfter" not in NBB.params()
    assert since.astimezone(UTC).hour == 7


def test_the_structure_of_a_dataflow_is_asked_with_slashes() -> None:
    assert sdmx.structure_path("BE2", "DF_X", "1.0") == "dataflow/BE2/DF_X/1.0"
    assert sdmx.structure_path("ESTAT", "X", "1.0", base="sdmx/2.1/") == "sdmx/2.1/dataflow/ESTAT/X/1.0"


def test_the_preferred_format_is_asked_without_a_weight_and_the_others_with_less() -> None:
    assert sdmx.accept(sdmx.CSV_1_0) == sdmx.CSV_1_0
    assert sdmx.accept(sdmx.CSV_2_0, sdmx.CSV_1_0, "text/csv") == (
        f"{sdmx.CSV_2_0}, {sdmx.CSV_1_0};q=0.9, text/csv;q=0.8"
    )


@pytest.mark.parametrize(
    ("start", "end", "halves"),
    [
        ("2020", "2024", (("2020", "2022"), ("2023", "2024"))),
        ("2022-01", "2022-12", (("2022-01", "2022-06"), ("2022-07", "2022-12"))),
        ("2021-12", "2022-01", (("2021-12", "2021-12"), ("2022-01", "2022-01"))),
        ("2020-Q4", "2021-Q2", (("2020-Q4", "2021-Q1"), ("2021-Q2", "2021-Q2"))),
        ("2020-S1", "2020-S2", (("2020-S1", "2020-S1"), ("2020-S2", "2020-S2"))),
        ("2020-W53", "2021-W02", (("2020-W53", "2021-W01"), ("2021-W02", "2021-W02"))),
        ("2020-02-28", "2020-03-01", (("2020-02-28", "2020-02-29"), ("2020-03-01", "2020-03-01"))),
        ("2020", "2020", ()),
        ("2020", "2020-12", ()),  # of two notations: which one the flow has is not known here
        ("2024", "2020", ()),
        ("2020-13", "2020-14", ()),
        ("2020-02-30", "2020-03-01", ()),
        ("", "2020", ()),
    ],
)
def test_periods_are_halved_in_their_own_notation(start: str, end: str, halves: tuple[tuple[str, str], ...]) -> None:
    assert query.split_periods(start, end) == halves


NOTATIONS = {"": 1, "S": 2, "Q": 4, "-": 12, "W": 52, "D": 365}


@settings(deadline=None)
@given(st.sampled_from(sorted(NOTATIONS)), st.integers(1990 * 365, 2030 * 365), st.integers(1, 3000))
def test_halving_to_the_end_asks_for_every_period_once(kind: str, first: int, count: int) -> None:
    per_year = NOTATIONS[kind]
    days = {"W": 726_000 // 7, "D": 726_000}
    begin = days[kind] + first % 300 if kind in days else 1990 * per_year + first % (30 * per_year)
    every = [query._period_text(kind, begin + step) for step in range(count)]
    parts, asked = [(every[0], every[-1])], []
    while parts:
        part = parts.pop(0)
        halves = query.split_periods(*part)
        asked += [] if halves else [part]
        parts += halves
    assert sorted(asked) == [(one, one) for one in sorted(every)]


def test_one_period_is_divided_by_the_longest_list_of_its_key_and_then_not_at_all() -> None:
    month = sdmx.Query(**{**vars(NBB), "key": ("VL", "DE+FR+NL", "X+I"), "end": "2022-01"})
    assert [half.key for half in month.split()] == [("VL", "DE", "X+I"), ("VL", "FR+NL", "X+I")]
    assert [half.key for half in month.split()[0].split()] == [("VL", "DE", "X"), ("VL", "DE", "I")]
    assert month.split()[0].split()[0].split() == ()
    assert sdmx.Query(**{**vars(month), "key": ()}).split() == ()


def test_periods_are_divided_before_codes_and_the_halves_meet() -> None:
    halves = NBB.split()
    assert [half.key for half in halves] == [NBB.key] * 2
    assert [(half.start, half.end) for half in halves] == [("2022-01", "2022-06"), ("2022-07", "2022-12")]
    assert all(one.end < other.start for one, other in pairwise(halves))


def test_a_request_carries_the_question_and_its_halves() -> None:
    request = data_request(NBB, accept=(sdmx.CSV_2_0, sdmx.CSV_1_0))
    assert (request.path, request.params, request.scope) == (NBB.path(), NBB.params(), NBB.scope())
    assert request.accept.endswith(";q=0.9")
    assert request.split is not None
    first, second = request.split()
    assert (first.scope["end_period"], second.scope["start_period"]) == ("2022-06", "2022-07")
    assert first.accept == request.accept
    assert (request.may_be_absent, first.may_be_absent) == (False, True)
    assert request == data_request(NBB, accept=(sdmx.CSV_2_0, sdmx.CSV_1_0))
