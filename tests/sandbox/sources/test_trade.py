"""Goods trade: every total of the control table, on every day of publication, to the thousand euro."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise

import pytest

from sandbox.sources import PUBLICATIONS, TODAY, nbb
from sandbox.sources.figures import CONSTRUCTED, TRADE_TOTALS, TRADE_VINTAGES
from sandbox.sources.reply import Reply, morning_of
from sandbox.sources.trade import build_vintage, month_number
from sandbox.sources.trade_shape import COUNTRIES, EU_COUNTRIES, FLOWS, SECTIONS

DAYS = tuple(TRADE_VINTAGES)
ALL = nbb.PATH + "VL...X+I.COM.VAL.M"


def total(day: str, flow: str, first: str, last: str, countries: tuple[str, ...] = COUNTRIES) -> int:
    """Sum over countries and sections, EUR thousand."""
    months = slice(month_number(first), month_number(last) + 1)
    return sum(sum(v[months]) for (c, _, f), v in build_vintage(day).items() if f == flow and c in countries)


def rows(reply: Reply) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"))))


@pytest.mark.parametrize("day", DAYS)
def test_each_vintage_adds_up_to_the_totals_known_on_its_day(day: str) -> None:
    known = {(t.flow, t.first_month, t.last_month): t.million_eur for t in TRADE_TOTALS if t.known_from <= day}
    assert {key: total(day, *key) for key in known} == {key: value * 1000 for key, value in known.items()}


def test_every_month_of_a_vintage_is_covered_by_the_control_table(subtests: pytest.Subtests) -> None:
    for day in DAYS:
        with subtests.test(day=day):
            for flow in FLOWS:
                known = {(t.first_month, t.last_month) for t in TRADE_TOTALS if t.flow == flow and t.known_from <= day}
                months = [
                    month for first, last in known for month in range(month_number(first), month_number(last) + 1)
                ]
                assert sorted(months) == list(range(month_number(TRADE_VINTAGES[day]) + 1))


@pytest.mark.parametrize(
    ("year", "billion_by_day"),
    [
        (2016, {"2020-03-16": 302.0, "2026-10-15": 302.0}),
        (2017, {"2020-03-16": 317.0, "2026-10-15": 317.0}),
        (2018, {"2020-03-16": 328.0, "2026-10-15": 328.0}),
        (2019, {"2020-03-16": 325.1, "2021-03-15": 324.3, "2026-10-15": 324.3}),
        (2020, {"2021-03-15": 298.0, "2026-10-15": 298.0}),
        (2021, {"2022-03-15": 380.5, "2026-10-15": 380.5}),
        (2022, {"2023-03-15": 479.7, "2024-03-15": 481.0, "2026-10-15": 481.0}),
        (2023, {"2024-03-15": 430.0, "2025-03-14": 434.0, "2026-10-15": 434.0}),
        (2024, {"2025-03-14": 418.0, "2026-10-15": 418.0}),
    ],
)
def test_annual_exports_are_the_published_ones(year: int, billion_by_day: dict[str, float]) -> None:
    told = {day: total(day, "X", f"{year}-01", f"{year}-12") / 1e6 for day in billion_by_day}
    assert told == billion_by_day


def test_published_parts_of_exports() -> None:
    assert total("2022-03-15", "X", "2021-01", "2021-12", EU_COUNTRIES) / 380_500_000 == pytest.approx(0.645, abs=1e-6)
    assert total("2025-03-14", "X", "2024-01", "2024-12", ("US",)) / 1e6 == pytest.approx(26.4, abs=0.01)


def test_what_nobody_published_says_constructed() -> None:
    unpublished = [t for t in TRADE_TOTALS if t.first_month > "2025-03"]
    assert unpublished
    assert {t.provenance for t in unpublished} == {CONSTRUCTED}


@pytest.mark.parametrize("day", DAYS)
def test_aggregates_equal_the_sum_of_their_members(day: str) -> None:
    series = build_vintage(day)
    for section in SECTIONS:
        for flow in FLOWS:
            for aggregate, members in (("A1", COUNTRIES), ("D0", EU_COUNTRIES)):
                parts = [series[c, section, flow] for c in members if (c, section, flow) in series]
                assert series[aggregate, section, flow] == [sum(month) for month in zip(*parts, strict=True)]


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(DAYS)))
def test_each_vintage_revises_something_but_not_everything(earlier: str, later: str) -> None:
    pairs = [
        (a, b)
        for key, values in build_vintage(earlier).items()
        for a, b in zip(values, build_vintage(later)[key], strict=False)
    ]
    changed = sum(a != b for a, b in pairs)
    assert 500 < changed < len(pairs) // 4


def test_all_values_are_positive() -> None:
    assert min(min(values) for values in build_vintage(DAYS[-1]).values()) > 0


def test_the_reply_is_nbb_csv() -> None:
    reply = nbb.answer_nbb(ALL, {"startPeriod": "2022-01", "endPeriod": "2026-10"}, TODAY)
    lines = reply.body.split(b"\n")
    assert reply.content_type == "application/vnd.sdmx.data+csv;version=1.0.0"
    assert lines[0] == nbb.HEADER.strip().encode("utf-8")
    assert lines[0].startswith(b"\xef\xbb\xbfDATAFLOW,REPORTING,COUNTRY,")
    assert lines[1].startswith(b"BE2:DF_EXTTRADEVLNAT_Overview(1.0),VL,A1,I,I,COM,VAL,M,2022-01,")
    assert lines[1].endswith(b",A,F,EUR,3,,0")
    assert lines[-1] == b""


def test_only_the_last_twelve_months_are_provisional() -> None:
    told = rows(nbb.answer_nbb(ALL, {"startPeriod": "2025-01"}, TODAY))
    assert {r["TIME_PERIOD"] for r in told if r["OBS_STATUS"] == "P"} == {
        *(f"2025-{m:02d}" for m in range(8, 13)),
        *(f"2026-{m:02d}" for m in range(1, 8)),
    }


def test_key_and_periods_select() -> None:
    told = rows(
        nbb.answer_nbb(nbb.PATH + "VL.DE+XS.I+VI.X.COM.VAL.M", {"startPeriod": "2023", "endPeriod": "2024"}, TODAY)
    )
    assert {(r["COUNTRY"], r["PRODUCT"], r["FLOW"]) for r in told} <= {
        (c, s, "X") for c in ("DE", "XS") for s in ("I", "VI")
    }
    assert sorted({r["TIME_PERIOD"] for r in told}) == [f"{y}-{m:02d}" for y in (2023, 2024) for m in range(1, 13)]


@pytest.mark.parametrize(
    "path",
    [nbb.PATH + "VL...X.NAT.VAL.M", nbb.PATH + "VL.ZZ..X.COM.VAL.M", nbb.PATH + "VL...X", "data/BE2,DF_X,1.0/VL......"],
)
def test_what_is_not_there_is_404_in_plain_text(path: str) -> None:
    reply = nbb.answer_nbb(path, {}, TODAY)
    assert (reply.status, reply.content_type.partition(";")[0]) == (404, "text/plain")


def test_nothing_before_the_first_publication_and_the_newest_one_after() -> None:
    for day in DAYS:
        at = morning_of(day)
        assert nbb.answer_nbb(ALL, {"startPeriod": "2019-12"}, at).released_at == at
        assert nbb.answer_nbb(ALL, {"startPeriod": "2019-12"}, at - timedelta(seconds=1)).released_at != at
    assert nbb.answer_nbb(ALL, {}, morning_of(DAYS[0]) - timedelta(seconds=1)).status == 404


def test_every_vintage_has_its_run() -> None:
    clocks = [clock for dag_id, clock in PUBLICATIONS if dag_id == "ingest_nbb_goods_trade"]
    assert [str(clock.date()) for clock in clocks] == list(DAYS)
    assert [clock for _, clock in PUBLICATIONS] == sorted(clock for _, clock in PUBLICATIONS)
    assert all(morning_of(day) < clock for day, clock in zip(DAYS, clocks, strict=True))
    assert PUBLICATIONS[-1][1] == TODAY


def test_another_process_gives_the_same_bytes() -> None:
    query = {"startPeriod": "2025-01"}
    here = hashlib.sha256(nbb.answer_nbb(ALL, query, TODAY).body).hexdigest()
    code = (
        "import hashlib; from sandbox.sources import TODAY, nbb;"
        f"print(hashlib.sha256(nbb.answer_nbb({ALL!r}, {query!r}, TODAY).body).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    assert there == here


def test_the_bytes_are_those_of_every_machine_and_python() -> None:
    """Pinned: a change of the world must be meant. The same was seen on Python 3.11 to 3.13."""
    reply = nbb.answer_nbb(ALL, {"startPeriod": "2022-01", "endPeriod": "2026-10"}, TODAY)
    assert hashlib.sha256(reply.body).hexdigest() == "e207cf51f4e4a0153c5874265adf32b5d6777e481f10e5424cc5115a17eaefd8"
