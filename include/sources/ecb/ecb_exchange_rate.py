"""Reference exchange rates of the euro, daily and as monthly averages (ECB, EXR).

Host of the connection: https://data-api.ecb.europa.eu/service. What is odd about it:
- A rate is units of the currency for one euro: amounts are divided by it (sql/marts/exchange_rate.sql has the rule).
- Rates are set at about 16:00 on days that TARGET is open. On its holidays there is a row without a value (NaN,
  status H) or none; at weekends there is none.
- The CSV has no DATAFLOW column but a KEY, and some twenty descriptive columns, one of them with commas and quotes.
- ECB can answer with what changed since a moment (updatedAfter). Such an answer is no statement about the rest, so
  it is an entry of its own, daily; the whole stretch is asked again once a month, and only that one withdraws.
- There is no reference rate of the Vietnamese dong, the Emirati dirham or the Taiwan dollar: an amount in those
  stays unconverted and is shown as such. The rouble's last one is of 1 March 2022.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from include import sdmx
from include.periods import local_date
from include.sources.dataflow import Expressions, data_request, dataflow
from include.sources.source import Expectation, Request, RowRule, Scope, Source

# Of the markets that partners work in; ECB publishes about thirty.
CURRENCIES = ("USD", "GBP", "CNY", "INR", "JPY", "CHF")
# The month before the agreements of 2022 began: an activity of 1 January 2022 finds a rate before it.
FIRST_DAY = "2021-12-01"
# A week of missed runs is caught up by the next one; a longer gap by the monthly entry.
OVERLAP = timedelta(days=7)
DIMENSIONS = ("FREQ", "CURRENCY", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX")
ATTRIBUTES = (
    "OBS_STATUS", "OBS_CONF", "OBS_PRE_BREAK", "OBS_COM", "TIME_FORMAT", "BREAKS", "COLLECTION", "COMPILING_ORG",
    "DISS_ORG", "DOM_SER_IDS", "PUBL_ECB", "PUBL_MU", "PUBL_PUBLIC", "UNIT_INDEX_BASE", "COMPILATION", "COVERAGE",
    "DECIMALS", "NAT_TITLE", "SOURCE_AGENCY", "SOURCE_PUB", "TITLE", "TITLE_COMPL", "UNIT", "UNIT_MULT",
)  # fmt: skip


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """All days, and all months, since FIRST_DAY."""
    return tuple(data_request(query) for query in _queries(clock))


def requests_of_changes(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask for the rates of the week before the clock; on a holiday there may be none."""
    since = clock - OVERLAP
    asked = [data_request(replace(query, updated_after=since), may_be_absent=True) for query in _queries(clock)]
    return tuple(replace(request, scope={**request.scope, "updated_after": f"{since:%FT%TZ}"}) for request in asked)


def _queries(clock: datetime) -> tuple[sdmx.Query, ...]:
    today = str(local_date(clock))
    return tuple(
        sdmx.Query(
            agency="ECB",
            flow="EXR",
            key=(freq, "+".join(CURRENCIES), "EUR", "SP00", "A"),
            start=FIRST_DAY[:length],
            end=today[:length],
            form="short",
            extra={"format": "csvdata"},
        )
        for freq, length in (("D", 10), ("M", 7))
    )


RULES = (
    RowRule(
        code="rate_is_positive",
        column="obs_value",
        fails_when="t.value <= 0",
        reason="a rate is more than zero",
        fix="Ask ECB; a corrected publication loads by itself.",
    ),
    RowRule(
        code="rate_keeps_its_size",
        column="obs_value",
        # No currency here has moved by half in a month since the euro exists; a shifted decimal sign is tenfold.
        fails_when="""t.value not between 0.5 * (
            select min(o.value) from core.observation as o
            where o.series_id = t.series_id and o.known_to = 'infinity'
        ) and 2 * (
            select max(o.value) from core.observation as o
            where o.series_id = t.series_id and o.known_to = 'infinity'
        )""",
        reason="the rate is less than half the lowest, or more than twice the highest, known of its currency",
        fix="Check the decimal sign; a currency that was reformed is another currency code.",
    ),
)

SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "currency", "value_set": list(CURRENCIES)}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "currency_denom", "value_set": ["EUR"]}),
    # TARGET is closed on about six working days a year.
    Expectation(type="expect_column_values_to_not_be_null", kwargs={"column": "value", "mostly": 0.9}),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "no rate moves by more than a tenth from one day to the next",
            "unexpected_rows_query": """
                select currency, period, value, before from (
                    select currency, period, value,
                        lag(value) over (partition by series_id order by period) as before
                    from {batch} where freq = 'D' and value is not null
                ) as days
                where abs(value / before - 1) > 0.1""",
        },
    ),
    Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        kwargs={
            "description": "no rate is set on a Saturday or Sunday",
            "unexpected_rows_query": """
                select currency, period from {batch}
                where freq = 'D' and value is not null and extract(isodow from core.period_start(period)) > 5""",
        },
    ),
)

ENTRY: dict[str, Any] = {
    "owner": "statistics",
    "licence": "Free use, the European Central Bank named as source.",
    "conn_id": "ecb",
    "dimensions": DIMENSIONS,
    "attributes": ATTRIBUTES,
    "words": ("KEY", "TIME_PERIOD", "OBS_VALUE"),
    "columns": {"KEY": "key_of_ecb"},
    "expressions": Expressions(dataset="'ECB:EXR'", unit="currency", embargo="null", definition="'ECB_REFERENCE_RATE'"),
    "rules": RULES,
    "suite": SUITE,
}

SOURCE: Source = dataflow(
    code="ecb_exchange_rate",
    title="Reference exchange rates of the euro, all days and months (European Central Bank)",
    # The first days of a month, when the average of the month before is there.
    schedule="30 16 2-4 * *",
    requests=requests,
    **ENTRY,
)

_CHANGES = dataflow(
    code="ecb_exchange_rate_change",
    title="Reference exchange rates of the euro, what changed since a week (European Central Bank)",
    # About 16:00 on days that TARGET is open; on its holidays there is nothing, which is an answer.
    schedule="30 16 * * 1-5",
    requests=requests_of_changes,
    may_be_empty=True,
    **ENTRY,
)
CHANGES: Source = replace(_CHANGES, targets=tuple(replace(target, scope=None) for target in _CHANGES.targets))
