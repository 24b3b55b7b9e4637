"""ECB's data service for reference exchange rates in its csvdata, as it stood at a moment.

Rates are constructed around the yearly averages that ECB published (those of 2026 to April only): a slow swing and a
small daily step, whole numbers throughout. Oddities kept: NaN with status H on TARGET's holidays, nothing at weekends,
a title with commas in quotes, CRLF, 404 with a text when nothing was published since updatedAfter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache

from sandbox.sources.allotment import dice
from sandbox.sources.reply import Reply, morning_of, not_found

CONTENT_TYPE = "application/vnd.sdmx.data+csv;version=1.0.0"
PATH = "data/EXR/"
# Published averages of a year; ten thousandths, but hundredths for the yen.
AVERAGES: dict[str, dict[int, int]] = {
    "USD": {2021: 11827, 2022: 10530, 2023: 10813, 2024: 10824, 2025: 11300, 2026: 11696},
    "GBP": {2021: 8596, 2022: 8528, 2023: 8698, 2024: 8466, 2025: 8568, 2026: 8685},
    "CNY": {2021: 76282, 2022: 70788, 2023: 76600, 2024: 77875, 2025: 81185, 2026: 80902},
    "INR": {2021: 874392, 2022: 826864, 2023: 893001, 2024: 905563, 2025: 985239, 2026: 1072227},
    "JPY": {2021: 12988, 2022: 13803, 2023: 15199, 2024: 16385, 2025: 16904, 2026: 18376},
    "CHF": {2021: 10811, 2022: 10047, 2023: 9718, 2024: 9526, 2025: 9370, 2026: 9174},
}
NAMES = {
    "USD": "US dollar", "GBP": "UK pound sterling", "CNY": "Chinese yuan renminbi", "INR": "Indian rupee",
    "JPY": "Japanese yen", "CHF": "Swiss franc",
}  # fmt: skip
DECIMALS = dict.fromkeys(AVERAGES, 4) | {"JPY": 2}
FIRST_DAY = date(2021, 1, 4)
# At 16:00, eight hours after everything else that this world publishes.
SET_AFTER = timedelta(hours=8)
# Good Friday and Easter Monday; the fixed ones are 1 January, 1 May, 25 and 26 December.
EASTER_CLOSED = frozenset(
    map(
        date.fromisoformat,
        (
            "2021-04-02", "2021-04-05", "2022-04-15", "2022-04-18", "2023-04-07", "2023-04-10", "2024-03-29",
            "2024-04-01", "2025-04-18", "2025-04-21", "2026-04-03", "2026-04-06",
        ),
    )
)  # fmt: skip
CLOSED = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})
HEADER = (
    "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,OBS_CONF,OBS_PRE_BREAK,"
    "OBS_COM,TIME_FORMAT,BREAKS,COLLECTION,COMPILING_ORG,DISS_ORG,DOM_SER_IDS,PUBL_ECB,PUBL_MU,PUBL_PUBLIC,"
    "UNIT_INDEX_BASE,COMPILATION,COVERAGE,DECIMALS,NAT_TITLE,SOURCE_AGENCY,SOURCE_PUB,TITLE,TITLE_COMPL,UNIT,UNIT_MULT"
    "\r\n"
)


def answer_ecb(path: str, query: Mapping[str, str], at: datetime) -> Reply:
    """Answer a query below /ecb as of a moment."""
    key = path.removeprefix(PATH).split(".")
    if not path.startswith(PATH) or len(key) != 5 or key[2:] != ["EUR", "SP00", "A"]:
        return not_found("No results found.")
    since = query.get("updatedAfter")
    after = datetime.fromisoformat(since.replace("Z", "+00:00")) if since else None
    start, end = query.get("startPeriod", ""), query.get("endPeriod", "9999") + "~"
    lines = [
        _line(freq, currency, period, value)
        for freq in key[0].split("+")
        for currency in key[1].split("+")
        if currency in AVERAGES
        for period, value, published in _rates(freq, currency)
        if start <= period <= end and published <= at and (after is None or published > after)
    ]
    if not lines:
        return not_found("No results found.")
    return Reply(body=(HEADER + "".join(lines)).encode(), content_type=CONTENT_TYPE)


def working_days() -> Iterator[date]:
    """Give Monday to Friday of the whole period, holidays of TARGET included."""
    day = FIRST_DAY
    while day <= date(2026, 10, 15):
        if day.isoweekday() <= 5:
            yield day
        day += timedelta(days=1)


def is_target_holiday(day: date) -> bool:
    """Check whether TARGET is closed on a working day."""
    return (day.month, day.day) in CLOSED or day in EASTER_CLOSED


@cache
def _rates(freq: str, currency: str) -> tuple[tuple[str, int | None, datetime], ...]:
    """Compute period, rate in the currency's smallest step, and moment of publication.

    The oldest comes first.
    """
    return tuple(_daily(currency)) if freq == "D" else tuple(_monthly(currency))


def _daily(currency: str) -> Iterator[tuple[str, int | None, datetime]]:
    for day in working_days():
        yield str(day), None if is_target_holiday(day) else _rate(currency, day), morning_of(str(day)) + SET_AFTER


def _monthly(currency: str) -> Iterator[tuple[str, int | None, datetime]]:
    """Average the days with a rate by month, published with the last of them."""
    months: dict[str, list[tuple[int, datetime]]] = {}
    for period, value, published in _rates("D", currency):
        if value is not None:
            months.setdefault(period[:7], []).append((value, published))
    last = max(months)
    for month, values in months.items():
        if month != last:
            yield month, round(sum(value for value, _ in values) / len(values)), values[-1][1]


def _rate(currency: str, day: date) -> int:
    """Compute a day's rate: between the averages of two years, moved by up to four per mille."""
    averages = AVERAGES[currency]
    month = day.month - 6
    neighbour = averages.get(day.year + (1 if month > 0 else -1), averages[day.year])
    level = averages[day.year] + (neighbour - averages[day.year]) * abs(month) // 12
    return level * (1000 + dice("rate", currency, day)(-4, 4)) // 1000


def _line(freq: str, currency: str, period: str, value: int | None) -> str:
    places = DECIMALS[currency]
    rate = "NaN" if value is None else f"{value // 10**places}.{value % 10**places:0{places}d}"
    key = f"EXR.{freq}.{currency}.EUR.SP00.A,{freq},{currency},EUR,SP00,A"
    title = f"{NAMES[currency]}/Euro ECB reference exchange rate"
    status = "H" if value is None else "A"
    return (
        f"{key},{period},{rate},{status},F,,,P1{freq},,A,,,,,,,99Q1=100,,,{places},,4F0,,{title},"
        f'"ECB reference exchange rate, {NAMES[currency]}/Euro, 2.15 pm (C.E.T.)",{currency},0\r\n'
    )
