"""Exchange rates of ECB: whole and by what changed, and the rule by which an amount becomes EUR."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from include.extract import extraction
from include.periods import clock_from
from include.pipeline import load_steps
from include.register import source_of
from sandbox.sources import ecb
from tests.sources.agencies import Answer, Asked, serving
from tests.sources.spoiling import NOTHING, loads_whole_and_once, rows, said

AUGUST, OCTOBER = "2026-08-03T17:00:00+02:00", "2026-10-14T17:00:00+02:00"
EASTER_MONDAY = "2026-04-06T17:00:00+02:00"


def test_the_same_clock_asks_the_same_question() -> None:
    for code in ("ecb_exchange_rate", "ecb_exchange_rate_change"):
        asked = source_of(code).requests(clock_from(OCTOBER), {})
        assert asked == source_of(code).requests(clock_from(OCTOBER), {})
        assert [request.path for request in asked] == [
            f"data/EXR/{freq}.USD+GBP+CNY+INR+JPY+CHF.EUR.SP00.A" for freq in "DM"
        ]


def test_what_changed_is_asked_since_a_week_before_the_run() -> None:
    daily, monthly = source_of("ecb_exchange_rate_change").requests(clock_from(OCTOBER), {})
    assert daily.params["updatedAfter"] == monthly.params["updatedAfter"] == "2026-10-07T15:00:00Z"
    assert "updatedAfter" not in source_of("ecb_exchange_rate").requests(clock_from(OCTOBER), {})[0].params
    assert daily.may_be_absent, "on a holiday of TARGET there is nothing"


def test_the_sample_loads_whole_and_only_once(loader) -> None:
    # 1,271 working days to 14 October and 58 whole months, six currencies.
    assert loads_whole_and_once(loader, "ecb_exchange_rate", OCTOBER) == 6 * (1271 + 58)
    assert rows(loader.dsn, "select distinct unit_code from core.series order by 1") == [
        (code,) for code in ("CHF", "CNY", "GBP", "INR", "JPY", "USD")
    ]


def test_a_holiday_is_known_to_have_no_rate(loader) -> None:
    loader.after(("ecb_exchange_rate", OCTOBER))
    assert rows(
        loader.dsn,
        "select distinct value, status_code from core.observation where period in ('2026-04-03', '2026-05-01')",
    ) == [(None, "H")]


def test_what_changed_adds_and_withdraws_nothing(loader) -> None:
    loader.after(("ecb_exchange_rate", AUGUST))
    before = rows(loader.dsn, "select count(*) from core.observation")
    written = loader("ecb_exchange_rate_change", OCTOBER)
    assert written["closed"] == 0
    # Five days of six rates; the weeks between are the monthly entry's to fill. The month ended before the week began.
    assert rows(loader.dsn, "select count(*) from core.observation where known_to = 'infinity'") == [
        (before[0][0] + 5 * 6,)
    ]
    assert rows(loader.dsn, "select count(*) from core.observation where known_to < 'infinity'") == [(0,)]


def test_when_nothing_changed_the_run_ends_without_a_batch(loader) -> None:
    source = source_of("ecb_exchange_rate_change")
    with serving(lambda asked: Answer(status=404, body=b"No results found.", media_type="text/plain")) as agency:
        clock = clock_from(EASTER_MONDAY)
        assert extraction.extract(loader.dsn, loader.root, source, agency.endpoint(), clock, {}, "test") == []
    assert rows(loader.dsn, "select outcome from ops.request") == [("absent",), ("absent",)]


def test_a_rate_that_the_whole_no_longer_has_is_withdrawn(loader) -> None:
    loader.after(("ecb_exchange_rate", AUGUST))

    def without_a_day(asked: Asked) -> Answer:
        reply = ecb.answer_ecb(asked.path.removeprefix("/"), asked.params, clock_from(OCTOBER))
        lines = [line for line in reply.body.split(b"\r\n") if b",2026-07-01," not in line]
        return Answer(body=b"\r\n".join(lines), media_type=reply.content_type)

    source = source_of("ecb_exchange_rate")
    with serving(without_a_day) as agency:
        batches = extraction.extract(
            loader.dsn, loader.root, source, agency.endpoint(), clock_from(OCTOBER), {}, "test"
        )
        load_steps.merge(loader.dsn, load_steps.check(loader.dsn, load_steps.stage(loader.dsn, loader.root, batches)))
    withdrawn = "select period from core.observation group by 1 having max(known_to) < 'infinity'"
    assert rows(loader.dsn, withdrawn) == [("2026-07-01",)]


ROW = "where currency = 'USD' and time_period = '2022-03-16'"
# Four months say as much as five years.
BEGINNING = "delete from {raw} where time_period >= '2022-04'; "
FAULTS = {
    NOTHING: set(),
    "update {raw} set obs_value = '0' " + ROW: {"rate_is_positive", "rate_keeps_its_size"},
    "update {raw} set obs_value = '11.65' " + ROW: {
        "rate_keeps_its_size",
    },
    "update {raw} set obs_value = '1.4' " + ROW: {
        "critical: no rate moves by more than a tenth from one day to the next",
    },
    "update {raw} set currency = 'ZZZ' " + ROW: {"critical: currency"},
    "update {raw} set currency_denom = 'USD' " + ROW: {"critical: currency_denom"},
    "update {raw} set time_period = '2022-02-05' where time_period = '2022-02-04'": {
        "warning: no rate is set on a Saturday or Sunday",
    },
    "update {raw} set time_period = '2022-02-04' where time_period = '2022-02-07'": {"critical: series_id,period"},
    "update {raw} set obs_value = 'NaN' where time_period ~ '[56]$'": {"critical: value"},
    "update {raw} set obs_value = 'n. a.' " + ROW: {"value_is_number"},
    "update {raw} set time_period = '2022-02-30' " + ROW: {"period_fits_frequency"},
}  # fmt: skip


def test_every_fault_is_named(loader) -> None:
    loader.after(("ecb_exchange_rate", AUGUST))
    batch = loader.extract("ecb_exchange_rate", OCTOBER)[0]
    assert {change: said(loader, batch, BEGINNING + change) for change in FAULTS} == FAULTS


@pytest.fixture
def in_eur(loader):
    """An amount of 100 in a currency on a day or in a month, in EUR by the rule; None when it stays unconverted."""
    loader.after(("ecb_exchange_rate", OCTOBER))

    def convert(currency: str, period: str, as_of: str = "2026-10-15 09:00+02") -> Decimal | None:
        with psycopg.connect(loader.dsn) as conn:
            conn.execute("select set_config('warehouse.as_of', %s, false)", (as_of,))
            found = conn.execute(
                "select 100 / rate from mart.exchange_rate where currency_code = %s and period = %s",
                (currency, period),
            ).fetchone()
        return found[0] if found else None

    return convert


def rate(loader, currency: str, period: str) -> Decimal:
    ((value,),) = rows(
        loader.dsn,
        f"""select o.value from core.observation as o join core.series as s using (series_id)
        where s.dimensions ->> 'CURRENCY' = '{currency}' and o.period = '{period}'""",
    )
    return value


def test_an_amount_is_converted_by_the_rate_of_its_day(loader, in_eur) -> None:
    assert in_eur("USD", "2026-09-14") == pytest.approx(100 / rate(loader, "USD", "2026-09-14"))


def test_on_a_weekend_and_on_a_holiday_by_the_last_rate_before(loader, in_eur) -> None:
    friday = 100 / rate(loader, "USD", "2026-09-11")
    assert in_eur("USD", "2026-09-12") == in_eur("USD", "2026-09-13") == pytest.approx(friday)
    before_easter = 100 / rate(loader, "GBP", "2026-04-02")
    assert [in_eur("GBP", f"2026-04-0{day}") for day in range(2, 7)] == [pytest.approx(before_easter)] * 5
    assert in_eur("GBP", "2026-04-07") == pytest.approx(100 / rate(loader, "GBP", "2026-04-07"))


def test_a_rate_older_than_seven_days_converts_nothing(loader, in_eur) -> None:
    last = pytest.approx(100 / rate(loader, "USD", "2026-10-14"))
    assert in_eur("USD", "2026-10-21") == last
    assert in_eur("USD", "2026-10-22") is None


def test_before_the_first_rate_nothing_is_converted(loader, in_eur) -> None:
    assert in_eur("USD", "2021-11-30") is None
    assert in_eur("USD", "2021-12-01") is not None
    assert in_eur("USD", "2022-01-01") == pytest.approx(100 / rate(loader, "USD", "2021-12-31"))


def test_a_month_is_converted_by_its_average(loader, in_eur) -> None:
    assert in_eur("CNY", "2026-09") == pytest.approx(100 / rate(loader, "CNY", "2026-09"))
    assert in_eur("CNY", "2026-10") is None, "the month has not ended"


def test_euro_is_euro_even_when_no_rate_was_ever_loaded(conn: psycopg.Connection) -> None:
    found = "select rate, days_back from mart.exchange_rate where currency_code = 'EUR' and period in ({})"
    assert conn.execute(found.format("'2026-10-11', '2026-10', '2016-01-01'")).fetchall() == [(1, 0)] * 3
    assert conn.execute("select count(*) from mart.exchange_rate where currency_code <> 'EUR'").fetchone() == (0,)


@pytest.mark.parametrize("currency", ["VND", "", "usd"])
def test_a_currency_without_a_reference_rate_stays_unconverted(in_eur, currency: str) -> None:
    assert in_eur(currency, "2026-09-14") is None


def test_a_report_of_the_past_converts_as_it_could_then(loader, in_eur) -> None:
    assert in_eur("USD", "2026-09-14", as_of="2026-10-14 16:00+02") is None, "loaded an hour later"
