"""Eurostat: 3.0 and 2.1 give the same series, each source loads whole, and every fault is named."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from include import errors
from include.extract import extraction
from include.load.bulk import steps as bulk
from include.periods import clock_from
from include.pipeline import load_steps
from include.register import source_of
from sandbox.sources import eurostat
from tests.sources.agencies import Agency, Answer, Asked, serving
from tests.sources.spoiling import NOTHING, loads_whole_and_once, rows, said, times

FEBRUARY, SEPTEMBER = "2026-02-16T12:00:00+01:00", "2026-09-15T12:00:00+02:00"
OCTOBER = "2026-10-15T09:00:00+02:00"
# Source -> its runs, and how many observations are then current.
LOADED = {
    # 20 months of two reporters, three partners, 22 products, two flows and two indicators.
    "eurostat_comext": ((SEPTEMBER, OCTOBER), 20 * 2 * 3 * 22 * 2 * 2),
    # Three months of one reporter, with two CN8 products to each of 21 chapters.
    "eurostat_comext_month": ((OCTOBER,), 3 * 3 * (22 + 42) * 2 * 2),
    "eurostat_fdi": ((FEBRUARY, OCTOBER), 13 * 2 * 2 * 8),
    "eurostat_fdi_position": ((FEBRUARY, OCTOBER), 13 * 2 * 2 * 8),
    "eurostat_trade_share": ((FEBRUARY, OCTOBER), 10 * 2 * 3 * 8),
}


def load(loader: Any, code: str, agency: Agency, clock: str = OCTOBER) -> dict[str, int]:
    """The four steps of a source on an agency of the test's own."""
    opened = extraction.extract(
        loader.dsn, loader.root, source_of(code), agency.endpoint(), clock_from(clock), {}, "test"
    )
    return load_steps.merge(loader.dsn, load_steps.check(loader.dsn, load_steps.stage(loader.dsn, loader.root, opened)))


def told(asked: Asked) -> Answer:
    """What the sample world says."""
    reply = eurostat.answer_eurostat(asked.path.removeprefix("/"), asked.params, clock_from(OCTOBER))
    return Answer(body=reply.body, status=reply.status, media_type=reply.content_type)


@pytest.mark.parametrize("code", LOADED)
def test_a_sample_loads_whole_and_only_once(loader, code: str) -> None:
    clocks, count = LOADED[code]
    assert loads_whole_and_once(loader, code, *clocks) == count


@pytest.mark.parametrize("code", LOADED)
def test_the_same_clock_asks_the_same_question(code: str) -> None:
    asked = source_of(code).requests(clock_from(OCTOBER), {})
    assert asked == source_of(code).requests(clock_from(OCTOBER), {})
    assert len({tuple(request.scope.items()) for request in asked}) == len(asked)
    assert all(request.scope["start_period"] for request in asked), "never a full cube"


def test_comext_is_asked_year_by_year_and_the_new_year_when_something_of_it_is_out() -> None:
    def years(clock: str) -> list[tuple[str, str]]:
        asked = source_of("eurostat_comext").requests(clock_from(clock), {})
        return [(request.scope["start_period"], request.scope["end_period"]) for request in asked]

    assert years(OCTOBER) == [("2025-01", "2025-12"), ("2026-01", "2026-10")]
    assert years(FEBRUARY) == [("2025-01", "2025-12")]
    assert years("2026-03-15T12:00:00+01:00") == [("2025-01", "2025-12"), ("2026-01", "2026-03")]


@pytest.mark.parametrize("status", [404, 406, 500, 503])
def test_when_3_0_fails_2_1_is_asked_and_gives_the_same_series(loader, status: int) -> None:
    def without_3_0(asked: Asked) -> Answer:
        if "/sdmx/3.0/" in asked.path:
            return Answer(status=status, body=b"no", media_type="text/plain", headers={"Retry-After": "0"})
        return told(asked)

    known = "select series_key, o.period, o.value, o.status_code from core.observation as o join core.series as s using (series_id) order by 1, 2"  # noqa: E501
    with serving(without_3_0) as agency:
        load(loader, "eurostat_fdi", agency)
    assert [asked.path.split("/")[3] for asked in agency.asked if "/data/" in asked.path][-1] == "2.1"
    assert rows(loader.dsn, "select distinct split_part(url, '/sdmx/', 2) like '2.1/%' from landing.payload") == [
        (True,)
    ]
    by_2_1 = rows(loader.dsn, known)
    assert rows(loader.dsn, "select distinct released_at from core.observation") != [(None,)], "2.1 says when"
    with serving(told) as agency:
        written = load(loader, "eurostat_fdi", agency, "2026-10-15T12:00:00+02:00")
    assert any("/sdmx/3.0/data/" in asked.path for asked in agency.asked)
    assert written == {"inserted": 0, "closed": 0, "unchanged": len(by_2_1) + 32}, "the same from either interface"
    assert rows(loader.dsn, known) == by_2_1


def test_when_both_interfaces_fail_the_second_ones_error_is_told(loader) -> None:
    def gone(asked: Asked) -> Answer:
        return Answer(status=404 if "/3.0/" in asked.path else 403, body=b"no", media_type="text/plain")

    with serving(gone) as agency, pytest.raises(errors.SourceRefused, match="status 403"):
        load(loader, "eurostat_fdi", agency)


def test_nothing_is_transferred_while_eurostat_says_that_nothing_changed(loader) -> None:
    with serving(told) as agency:
        load(loader, "eurostat_fdi", agency)
        agency.asked.clear()
        load(loader, "eurostat_fdi", agency, "2026-10-15T12:00:00+02:00")
    assert [asked.path for asked in agency.asked] == ["/dissemination/sdmx/2.1/dataflow/ESTAT/BOP_FDI6_FLOW/1.0"]
    assert rows(loader.dsn, "select outcome from ops.request order by request_id") == [("new",), ("unchanged",)]


@pytest.mark.parametrize("code", ["eurostat_comext_month", "eurostat_trade_share"])
def test_neither_the_large_files_nor_the_small_extract_are_transferred_again(loader, code: str) -> None:
    with serving(told) as agency:
        load(loader, code, agency)
        before = agency.sent_bytes
        assert load(loader, code, agency, "2026-10-15T12:00:00+02:00")["inserted"] == 0
        assert agency.sent_bytes - before < 600 * len(source_of(code).requests(clock_from(OCTOBER), {}))
    again = rows(loader.dsn, "select outcome from ops.request where clock > (select min(clock) from ops.request)")
    assert {outcome for (outcome,) in again} <= {"unchanged", "absent"}
    assert ("unchanged",) in again


def test_quantities_are_kilograms_and_values_euro(loader) -> None:
    loader("eurostat_comext", OCTOBER)
    key = "M.BE.WORLD.30.2.{}"
    ((eur,), (kg,)) = rows(
        loader.dsn,
        f"""select o.value / 1e6 from core.observation as o join core.series as s using (series_id)
        where o.period = '2026-03' and series_key in ('{key.format("VALUE_IN_EUROS")}',
            '{key.format("QUANTITY_IN_100KG")}') order by unit_code""",
    )
    assert 1000 < eur < 10_000
    assert eur / kg == pytest.approx(110, rel=0.001), "EUR 11,000 for 100 kg"


def test_a_month_is_low_at_first_and_its_first_print_stays_known(loader) -> None:
    loader.after(("eurostat_comext", SEPTEMBER))
    loader("eurostat_comext", OCTOBER)
    ((first, second),) = rows(
        loader.dsn,
        """select min(o.value), max(o.value) from core.observation as o join core.series as s using (series_id)
        where o.period = '2026-07' and series_key = 'M.BE.WORLD.TOTAL.2.VALUE_IN_EUROS'""",
    )
    assert 1 < second / first < 1.02
    # What changed, and the new month; the months before are as they were.
    assert rows(loader.dsn, "select distinct period from core.observation where known_to < 'infinity' order by 1") == [
        ("2026-05",), ("2026-06",), ("2026-07",),
    ]  # fmt: skip


def test_negative_flows_and_confidential_cells_are_kept(loader) -> None:
    loader("eurostat_fdi", OCTOBER)
    ((negative, confidential),) = rows(
        loader.dsn,
        """select count(*) filter (where value < 0), count(*) filter (where value is null and status_code = 'c')
        from core.observation""",
    )
    assert negative > 20
    assert confidential > 5


def test_flags_of_a_small_extract_are_kept(loader) -> None:
    loader("eurostat_trade_share", OCTOBER)
    assert rows(
        loader.dsn, "select status_code, count(value) > 0, count(*) from core.observation group by 1 order by 1"
    ) == [("", True, 396), ("c", False, 40), ("p", True, 44)]


def test_a_code_that_does_not_exist_is_no_zero_trade(loader) -> None:
    empty = b'{"version": "2.0", "class": "dataset", "id": [], "size": [], "dimension": {}, "value": {}}'
    with (
        serving(lambda asked: Answer(body=empty, media_type="application/json")) as agency,
        pytest.raises(errors.EmptyValue),
    ):
        load(loader, "eurostat_trade_share", agency)


def test_a_month_that_is_not_out_yet_is_no_error(loader) -> None:
    loader("eurostat_comext_month", OCTOBER)
    said_of = "select scope ->> 'start_period', outcome from ops.request order by request_id"
    assert rows(loader.dsn, said_of) == [
        ("2026-09", "absent"), ("2026-08", "new"), ("2026-07", "new"), ("2026-06", "new"),
    ]  # fmt: skip


def test_the_large_file_is_packed_and_streams(tmp_path: Path) -> None:
    head = b"DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE\r\n"
    line = b"ESTAT:DS-045409(1.0),15/09/26 11:00:00,M,BE,US,30021500,2,VALUE_IN_EUROS,2026-07,%d\r\n"
    path = tmp_path / "month.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as packed:
        packed.write(head)
        for start in range(0, 600_000, 1000):
            packed.write(b"".join(line % (start * start + number) for number in range(1000)))
    tracemalloc.start()
    with path.open("rb") as payload:
        size = sum(map(len, source_of("eurostat_comext_month").reader(payload, {})))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 50_000_000
    assert peak < 8 << 20


@pytest.mark.usefixtures("with_reference")
@pytest.mark.parametrize("code", ["eurostat_comext", "eurostat_comext_month"])
def test_a_large_payload_takes_the_bulk_way_and_gives_the_same(loader, monkeypatch, code: str) -> None:
    monkeypatch.setattr(bulk, "BULK_ROWS", 1000)
    clocks, count = LOADED[code]
    assert loads_whole_and_once(loader, code, *clocks) == count


# Two months of twenty say as much of a fault in one of them.
KEPT = {"eurostat_comext": "delete from {raw} where time_period not in ('2026-02', '2026-03'); "}
SEVEN = "reference/country_code.csv as EUROSTAT"
# Source -> place of the batch of October, and each change with what must be said of it.
FAULTS: dict[str, tuple[int, dict[str, set[str]]]] = {
    "eurostat_comext": (
        0,
        {
            NOTHING: set(),
            times(1e6, "reporter = 'EU27_2020' and product = 'TOTAL' and partner = 'WORLD'"): {
                "value_is_plausible", "value_keeps_its_size",
            },
            times(-1, "product = '30' and time_period = '2026-03'"): {
                "value_is_plausible", "warning: chapters add up to TOTAL within 2%",
            },
            times(1000, "reporter = 'EU27_2020' and product = '30' and partner = 'WORLD' and flow = '2' "
                        "and indicators = 'VALUE_IN_EUROS' and time_period = '2026-03'"): {
                "value_is_plausible", "value_keeps_its_size", "warning: chapters add up to TOTAL within 2%",
            },
            times(1.6, "product = '30' and reporter = 'EU27_2020' and time_period = '2026-03'"): {
                "warning: chapters add up to TOTAL within 2%",
            },
            times(0.5, "product <> 'TOTAL'"): {
                "critical: chapters add up to TOTAL within 25%", "warning: chapters add up to TOTAL within 2%",
            },
            times(0.01, "reporter = 'EU27_2020'"): {"critical: Belgium's trade is part of EU27's"},
            times(0.01, "partner = 'WORLD'"): {"critical: no market is larger than the world"},
            "update {raw} set reporter = 'NL' where product = '94' and time_period = '2026-03' and reporter = 'BE'": {
                "critical: reporter",
            },
            "update {raw} set flow = '3' where product = '94' and flow = '1'": {
                "critical: flow",
            },
            "update {raw} set indicators = 'QUANTITY_100KG' where indicators <> 'VALUE_IN_EUROS' and product = '94'": {
                "critical: indicators",
            },
            "update {raw} set time_period = '2026-02' where time_period = '2026-03'": {"critical: series_id,period"},
            "update {raw} set partner = 'XQ' where partner = 'CN'": {
                f"warning: every partner is in {SEVEN}",
            },
            "update {raw} set product = 'ZZ' where product = '94'": {
                "warning: every product is in reference/product_domain.csv",
            },
            "update {raw} set obs_value = '1.234,5' where product = '94'": {"value_is_number"},
            "update {raw} set time_period = '2026M03' where product = '94' and time_period = '2026-03'": {
                "period_fits_frequency",
            },
        },
    ),
    "eurostat_comext_month": (
        0,
        {
            NOTHING: set(),
            times(1000, "product = 'TOTAL' and partner = 'WORLD' and indicators = 'VALUE_IN_EUROS'"): {
                "value_is_plausible",
            },
            times(2, "length(product) = 8"): {"critical: CN8 products make up the total of a partner within a quarter"},
            "update {raw} set product = '9-' where product = '94'": {
                "critical: product", "warning: every product is in reference/product_domain.csv",
            },
            "update {raw} set reporter = 'NL' where product = '94'": {"critical: reporter"},
            "update {raw} set flow = '3' where product = '94' and flow = '1'": {"critical: flow"},
            "update {raw} set partner = 'XQ' where partner = 'CN'": {f"warning: every partner is in {SEVEN}"},
            "update {raw} set product = '39' where product = '94'": {"critical: series_id,period"},
        },
    ),
    "eurostat_fdi": (
        0,
        {
            NOTHING: set(),
            times(1e6, "partner = 'WRL_REST' and geo = 'BE' and time_period = '2020' and stk_flow = 'NI'"): {
                "value_is_plausible",
            },
            "update {raw} set geo = 'NL' where geo = 'BE' and partner = 'US'": {"critical: geo"},
            "update {raw} set currency = 'MIO_NAC' where geo = 'BE' and partner = 'US'": {"critical: currency"},
            "update {raw} set stk_flow = 'ASS' where geo = 'BE' and partner = 'US' and stk_flow = 'NI'": {
                "critical: stk_flow",
            },
            "update {raw} set obs_value = '5.0' where obs_flag = 'c'": {
                "critical: what is confidential (flag c) has no value",
            },
            "update {raw} set obs_value = ':' where partner = 'WRL_REST' and time_period = '2015'": {
                "warning: the rest of the world has a value in every year but the last two",
            },
            "update {raw} set partner = 'XQ' where partner = 'US'": {f"warning: every partner is in {SEVEN}"},
            "update {raw} set time_period = '2015' where time_period = '2016'": {"critical: series_id,period"},
        },
    ),
    "eurostat_fdi_position": (
        0,
        {
            NOTHING: set(),
            times(100, "partner = 'WRL_REST' and geo = 'EU27_2020' and time_period = '2020'"): {"value_is_plausible"},
            times(-0.1, "partner = 'WRL_REST' and geo = 'BE' and time_period = '2020'"): {
                "critical: the stock with the rest of the world is above zero",
            },
            "update {raw} set counterp = 'ULT' where geo = 'BE' and partner = 'US'": {"critical: counterp"},
            "update {raw} set geo = 'NL' where geo = 'BE' and partner = 'US'": {"critical: geo"},
            "update {raw} set currency = 'MIO_NAC' where geo = 'BE' and partner = 'US'": {"critical: currency"},
            "update {raw} set stk_flow = 'ASS' where geo = 'BE' and partner = 'US' and stk_flow = 'NI'": {
                "critical: stk_flow",
            },
            "update {raw} set partner = 'XQ' where partner = 'US'": {f"warning: every partner is in {SEVEN}"},
            "update {raw} set time_period = '2015' where time_period = '2016'": {"critical: series_id,period"},
        },
    ),
    "eurostat_trade_share": (
        0,
        {
            NOTHING: set(),
            times(100, "sitc06 = 'TOTAL' and time_period = '2020'"): {"value_is_plausible"},
            times(1.1, "partner = 'INT_EU27_2020' and time_period = '2020'"): {
                "critical: inside and outside of the union make up the world within 1 %",
            },
            "update {raw} set geo = 'NL' where sitc06 = 'SITC5'": {"critical: geo"},
            "update {raw} set indic_et = 'MIO_BAL_VAL' where sitc06 = 'SITC5'": {"critical: indic_et"},
            "update {raw} set partner = 'XQ' where partner = 'WORLD'": {f"warning: every partner is in {SEVEN}"},
            "update {raw} set time_period = '2017' where time_period = '2016'": {
                "critical: series_id,period",
            },
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", FAULTS)
def test_every_fault_is_named(loader, code: str) -> None:
    loader.reference()
    place, faults = FAULTS[code]
    if code == "eurostat_comext":
        loader(code, SEPTEMBER)
    batch = loader.extract(code, OCTOBER)[place]
    assert {change: said(loader, batch, KEPT.get(code, "") + change) for change in faults} == faults
