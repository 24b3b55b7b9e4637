"""Every source of NBB.Stat: what it asks, and that its sample loads whole and once."""

from __future__ import annotations

import psycopg
import pytest

from include import errors
from include.load import staging
from include.periods import clock_from
from include.register import STATISTICS, source_of

MARCH_2022, MARCH_2025 = "2022-03-15T09:00:00+01:00", "2025-03-14T09:00:00+01:00"
MAY, OCTOBER = "2026-05-14T09:00:00+02:00", "2026-10-15T09:00:00+02:00"
CODES = [source.code for source in STATISTICS if source.conn_id == "nbb"]
# Source -> its runs and how many observations are then known.
LOADED = {
    "nbb_chapter_trade": ((MARCH_2025, OCTOBER), 12_650),
    "nbb_belgian_trade": ((MARCH_2025, OCTOBER), 12_500),
    "nbb_trade_overview": ((MAY, OCTOBER), 408),
    "nbb_fdi": ((OCTOBER,), 6_656),
    "nbb_regional_trade": ((MARCH_2025, OCTOBER), 660),
    "nbb_exporters": ((OCTOBER,), 2_142),
}
MARKETS = "A1+D0+DE+NL+FR+GB+US+CN+IN+VN"
# Source -> how many questions, and the first: dataset, key, first and last period.
QUESTIONS = {
    "nbb_goods_trade": (1, "DF_EXTTRADEVLNAT_Overview", "VL...X+I.COM.VAL.M", "2022-01", "2026-10"),
    "nbb_chapter_trade": (
        5,
        "DF_EXTTRADEVLNAT_Part_I_to_IV",
        f"VL.{MARKETS}.I+01+02+03+04+05+II+06+07+08+09+10+11+12+13+14+III+15+IV+16+17+18+19+20+21+22+23+24"
        ".X+I.COM.VAL.M",
        "2022-01",
        "2026-10",
    ),
    "nbb_belgian_trade": (
        2,
        "DF_EXTTRADEBECOM_Overview",
        f"BE.{MARKETS}.I+II+III+IV+V+VI+VII+VIII+IX+X+XI+XII+XIII+XIV+XV+XVI+XVII+XVIII+XIX+XX+XXI.X+I.COM.VAL.M",
        "2022-01",
        "2026-10",
    ),
    "nbb_trade_overview": (1, "DF_EXTERNAL_TRADE_OVERVIEW", "M.NBB_A1.X+I+B.NAT+COM.VAL.M", "2016-01", "2026-10"),
    "nbb_fdi": (1, "DF_FDI_COMPLETE", "A......", "2012", "2026"),
    "nbb_regional_trade": (
        1, "DF_REGTRD", "A.P60000+P61000+P62000+P70000+P71000+P72000..TOT.CU", "2003", "2026",
    ),
    "nbb_exporters": (2, "DF_EXTT_TEC_ACTIVITY_SIZE", ".A.........X....ENT_TRD", "2012", "2026"),
}  # fmt: skip


CODE_LISTS = tuple((f"reference_{table}", MARCH_2022) for table in ("country", "country_code", "product_domain"))


def rows(dsn: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn) as conn:
        return conn.execute(query.encode()).fetchall()


@pytest.mark.parametrize("code", CODES)
def test_the_same_clock_asks_the_same_question(code: str) -> None:
    asked = source_of(code).requests(clock_from(OCTOBER), {})
    assert asked == source_of(code).requests(clock_from(OCTOBER), {})
    count, flow, key, first, last = QUESTIONS[code]
    scope = {"dataset": f"BE2:{flow}", "key": key, "start_period": first, "end_period": last}
    assert (len(asked), asked[0].scope) == (count, scope)
    assert asked[0].path == f"data/BE2,{flow},1.0/{key}"
    assert asked[0].params["startPeriod"], "never a full cube"


def test_a_question_that_is_too_big_is_divided_by_period() -> None:
    asked = source_of("nbb_chapter_trade").requests(clock_from(OCTOBER), {})[1]
    assert asked.split is not None
    periods = [(half.scope["start_period"], half.scope["end_period"]) for half in asked.split()]
    assert (periods[0][0], periods[-1][1]) == ("2022-01", "2026-10")
    assert len(periods) == 2


@pytest.mark.parametrize("code", LOADED)
def test_a_sample_loads_whole_and_only_once(loader, only_months, code: str) -> None:
    loader.after(*CODE_LISTS)
    only_months("2024-07")
    runs, known = LOADED[code]
    for clock in runs:
        loader(code, clock)
    current = "from core.observation where known_to = 'infinity'"
    assert rows(loader.dsn, f"select count(*) {current}") == [(known,)]
    assert rows(loader.dsn, "select batch_id, reason_code, value from ops.rejected_row") == []
    failed = "select expectation, column_name, observed from ops.check_result where not is_success"
    assert rows(loader.dsn, failed) == []
    assert loader.extract(code, runs[-1]) == [], "nothing new, nothing opened"
    # Half a series key of another concept or unit would be another series.
    units = {"nbb_exporters": "NUMBER"}
    assert rows(loader.dsn, "select distinct unit_code from core.series") == [(units.get(code, "EUR"),)]


def test_the_concept_tells_two_series_of_belgium_apart(loader) -> None:
    loader.after(*CODE_LISTS, ("nbb_belgian_trade", MARCH_2022))
    assert rows(
        loader.dsn,
        """select s.concept_code, sum(o.value) > 450e9 from core.series as s
        join core.observation as o using (series_id) where s.dimensions @> '{"COUNTRY": "A1", "FLOW": "X"}'
        group by 1 order by 1""",
    ) == [("COM", True), ("NAT", False)]


def test_a_month_under_embargo_is_loaded_and_shown_only_when_it_is_free(loader) -> None:
    loader.after(*CODE_LISTS)
    loader("nbb_trade_overview", OCTOBER)
    assert rows(loader.dsn, "select count(*) from core.observation where period = '2026-08'") == [(6,)]
    shown = []
    with psycopg.connect(loader.dsn) as conn:
        for moment in ("2026-10-15 14:59+02", "2026-10-15 15:00+02"):
            conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
            found = conn.execute("select count(*) from mart.observation where period = '2026-08'").fetchone()
            shown.append(found)
    assert shown == [(0,), (6,)]


def test_a_first_figure_stays_known_after_its_revision(loader) -> None:
    loader.after(*CODE_LISTS)
    loader("nbb_trade_overview", MAY)
    loader("nbb_trade_overview", OCTOBER)
    series = "(select series_id from core.series where series_key = 'M.NBB_A1.B.NAT.VAL.M')"
    history = (
        f"select value from core.observation where period = '2026-03' and series_id in {series} order by known_from"
    )
    (first,), (revised,) = rows(loader.dsn, history)
    assert first == 3_284_090_000
    assert revised != first


def test_a_source_that_lost_its_unit_quarantines_and_keeps_what_was_known(loader, monkeypatch) -> None:
    loader.after(*CODE_LISTS, ("nbb_belgian_trade", MARCH_2022))
    copy = staging.copy

    def in_million(conn, source, batch_id, blocks):
        count = copy(conn, source, batch_id, blocks)
        conn.execute(f"update staging.b{batch_id}_raw set unit_mult = '0'".encode())
        return count

    monkeypatch.setattr(staging, "copy", in_million)
    with pytest.raises(errors.CheckFailed, match="EUR 10 to 100 billion"):
        loader("nbb_belgian_trade", OCTOBER)
    assert rows(loader.dsn, "select max(known_from) < '2023-01-01' from core.observation") == [(True,)]


def test_trade_that_other_sources_contradict_is_loaded_with_a_warning(loader, monkeypatch, only_months) -> None:
    """Chapters against the overview, Flanders against Belgium, the first figures against both."""
    loader.after(*CODE_LISTS, ("nbb_belgian_trade", MARCH_2022))
    only_months("2021-01")
    loader("nbb_goods_trade", MARCH_2022)
    checked = "select column_name from ops.check_result where not is_success order by 1"
    assert rows(loader.dsn, checked) == []
    copy = staging.copy

    def changed(conn, source, batch_id, blocks):
        count = copy(conn, source, batch_id, blocks)
        factor = 0.65 if source.code == "nbb_belgian_trade" else 1.2
        conn.execute(f"update staging.b{batch_id}_raw set obs_value = (obs_value::numeric * {factor})::text".encode())
        return count

    loader("nbb_chapter_trade", MARCH_2022)
    assert rows(loader.dsn, checked) == []
    monkeypatch.setattr(staging, "copy", changed)
    for code, clock in (("nbb_chapter_trade", "2023-03-15T09:00:00+01:00"), ("nbb_trade_overview", MAY)):
        loader(code, clock)
    loader("nbb_belgian_trade", "2023-03-15T09:00:00+01:00")
    assert {name for (name,) in rows(loader.dsn, checked)} == {
        "the world's sections are those of the overview within 5%",
        "exports and imports are those of the trade by section within 5%",
        "Flanders trades no more of a section than Belgium, within 5%",
    }
