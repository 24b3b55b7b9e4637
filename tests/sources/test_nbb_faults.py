"""Both ways: each source of NBB.Stat passes its publication, and each fault in it is named, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import psycopg
import pytest

from include.load import staging
from include.pipeline import load_steps
from include.register import source_of

MARCH_2022, MARCH_2025 = "2022-03-15T09:00:00+01:00", "2025-03-14T09:00:00+01:00"
MARCH_2026, MAY, OCTOBER = "2026-03-16T09:00:00+01:00", "2026-05-14T09:00:00+02:00", "2026-10-15T09:00:00+02:00"
# Source -> the run before it.
BEFORE = {
    "nbb_goods_trade": MARCH_2026,
    "nbb_chapter_trade": MARCH_2022,
    "nbb_belgian_trade": MARCH_2022,
    "nbb_trade_overview": MAY,
    "nbb_regional_trade": MARCH_2025,
}
# Source -> the months that the faults are in, and some before them.
MONTHS = {
    "nbb_goods_trade": ("2025-06",),
    "nbb_chapter_trade": ("2021-06", "2023-06"),
    "nbb_belgian_trade": ("2021-06", "2023-06"),
}
CODE_LISTS = ("reference_country", "reference_country_code", "reference_product_domain")
FIRST_ROW = "ctid = (select min(ctid) from {raw})"
AS_IT_CAME = "false"


def times(factor: int, where: str) -> str:
    return f"obs_value = (obs_value::numeric * {factor})::text where {where}"


UNKNOWN_COUNTRY = "warning: every country is in reference"
SUMS = {"critical: countries add up", "warning: countries add up"}
JULY = "time_period = '2026-07' and flow = 'X'"
OFF, SLIGHTLY_OFF = "critical: chapters are 10 to 125%", "warning: chapters are 99 to 101%"
MAY_2023 = "time_period = '2023-05' and flow = 'X' and country = 'A1'"
Y2020 = "time_period = '2020'"
NOT_THE_BALANCE = {"critical: exports less imports", "warning: exports less imports"}
NOT_BELGIUM = {"critical: regions add up", "warning: regions add up"}
# Source and place of the question -> what is done to the rows of its answer -> what is said of it: codes of rules, and
# how the names of expectations begin.
FAULTS: Mapping[tuple[str, int], Mapping[str, set[str]]] = {
    ("nbb_goods_trade", 0): {
        AS_IT_CAME: set(),
        times(1000, f"product = 'XIX' and country = 'DE' and {JULY}"): {
            "value_keeps_its_size", "warning: countries add up",
        },
        times(100000, f"product = 'VI' and country = 'A1' and {JULY}"): {"value_is_plausible", "value_keeps_its_size"},
        "unit_mult = '0'": {"critical: the world's trade of a month is EUR 5"},
        times(50, f"product = 'VI' and country = 'NL' and {JULY}"): SUMS,
        times(2, f"product = 'VI' and country = 'LU' and {JULY}"): {"warning: countries add up"},
        f"country = 'Zz' where country = 'XK' and {JULY}": {"critical: country", UNKNOWN_COUNTRY},
        f"country = 'ZZ' where country = 'XK' and {JULY}": {UNKNOWN_COUNTRY},
        f"product = '1Z' where {FIRST_ROW}": {"warning: every product is in"},
        f"concept = 'NAT' where {FIRST_ROW}": {"critical: concept"},
        f"flow = 'B' where {FIRST_ROW}": {"critical: flow", "critical: the world's trade"},
        f"unit_measure = 'USD' where {FIRST_ROW}": {"critical: unit_code"},
        f"time_period = '2026-07' where {FIRST_ROW}": {"critical: series_id,period", *SUMS},
        "obs_value = '' where product in ('I', 'II', 'III')": {"critical: value"},
    },
    ("nbb_chapter_trade", 3): {
        AS_IT_CAME: set(),
        times(1000, f"product = '75' and {MAY_2023}"): {"value_keeps_its_size", SLIGHTLY_OFF},
        times(100000, f"product = 'XV' and {MAY_2023}"): {"value_is_plausible", "value_keeps_its_size"},
        times(-1, f"product = '87' and {MAY_2023}"): {"value_is_plausible", OFF, SLIGHTLY_OFF},
        "unit_mult = '0'": {"critical: the sections of a part are EUR 0.1"},
        times(2, f"product = '87' and {MAY_2023}"): {OFF, SLIGHTLY_OFF},
        times(3, "country = 'D0' and time_period = '2023-05'"): {"critical: no country or group"},
        "product = '8X' where product = '86'": {"critical: product", "warning: every product is in", SLIGHTLY_OFF},
        f"country = 'ZZ' where {FIRST_ROW}": {"critical: country", UNKNOWN_COUNTRY, SLIGHTLY_OFF},
        f"concept = 'NAT' where {FIRST_ROW}": {"critical: concept"},
        f"unit_measure = 'USD' where {FIRST_ROW}": {"critical: unit_code"},
        f"time_period = '2022-02' where {FIRST_ROW}": {"critical: series_id,period", OFF, SLIGHTLY_OFF},
        f"flow = 'B' where {FIRST_ROW}": {"critical: flow", SLIGHTLY_OFF},
        "obs_value = '' where product = '84'": {"critical: value", SLIGHTLY_OFF},
    },
    ("nbb_belgian_trade", 1): {
        AS_IT_CAME: set(),
        times(1000, f"product = 'XIX' and {MAY_2023}"): {"value_keeps_its_size"},
        times(100000, f"product = 'VI' and {MAY_2023}"): {"value_is_plausible", "value_keeps_its_size"},
        "unit_mult = '0'": {"critical: the world's trade of a month is EUR 10"},
        f"concept = 'COM' where {FIRST_ROW}": {"critical: a cube holds its own", "critical: the world's trade"},
        f"country = 'ZZ' where {FIRST_ROW}": {"critical: country", UNKNOWN_COUNTRY},
        f"product = '1Z' where {FIRST_ROW}": {"critical: product", "warning: every product is in"},
        f"reporting = 'VL' where {FIRST_ROW}": {"critical: reporting"},
        f"flow = 'B' where {FIRST_ROW}": {"critical: flow", "critical: the world's trade"},
        times(3, "country = 'D0' and product = 'VI' and time_period = '2023-05'"): {"critical: no country or group"},
        f"unit_measure = 'USD' where {FIRST_ROW}": {"critical: unit_code"},
        f"time_period = '2022-02' where {FIRST_ROW}": {"critical: series_id,period"},
        "obs_value = '' where product in ('I', 'II', 'III')": {"critical: value"},
    },
    ("nbb_trade_overview", 0): {
        AS_IT_CAME: set(),
        "unit_mult = '', unit_measure = ''": set(),
        "unit_mult = '0'": {"value_is_plausible"},
        "unit_mult = '9'": {"value_is_plausible"},
        times(30, "flow = 'B' and time_period = '2026-03'"): NOT_THE_BALANCE,
        times(2, "flow = 'X' and concept = 'NAT' and time_period = '2026-03'"): {
            *NOT_THE_BALANCE, "warning: the national concept holds no more",
        },
        "obs_value = (obs_value::numeric + 10)::text where flow = 'X'": {"warning: exports less imports"},
        "unit = 'C' where time_period = '2026-03'": {"critical: unit"},
        "unit_measure = 'USD' where time_period = '2026-03'": {"critical: unit_code"},
        f"area = 'NBB_Q1' where {FIRST_ROW}": {"critical: area", "warning: every area is in reference"},
        "flow = 'T' where flow = 'X' and time_period = '2026-03'": {"critical: flow"},
        f"concept = 'ZZZ' where {FIRST_ROW}": {"critical: concept"},
        f"time_period = '2021-02' where {FIRST_ROW}": {"critical: series_id,period", *NOT_THE_BALANCE},
        "obs_value = '' where time_period < '2022'": {"critical: value"},
    },
    ("nbb_fdi", 0): {
        AS_IT_CAME: set(),
        "unit_mult = '', unit_measure = ''": set(),
        times(-1, "fdi_account = 'F'"): set(),
        "unit_mult = '9'": {"value_is_plausible"},
        "unit_mult = '3'": {"critical: inward and outward stocks"},
        "unit_measure = 'USD' where time_period = '2025'": {"critical: unit_code"},
        "fdi_direction = 'N' where fdi_balance = 'N'": {"critical: a principle is", "critical: series_id,period"},
        "fdi_area = 'Q1' where fdi_area = 'E1'": {
            "critical: continents add up", "warning: continents add up", "warning: every fdi_area is in reference",
        },
        times(2, "fdi_area = 'E7' and fdi_account = 'S'"): {"warning: continents add up"},
        times(3, "fdi_sector = 'C' and fdi_account = 'S'"): {"warning: sectors add up"},
        times(9, "fdi_sector = 'C' and fdi_account = 'S'"): {"warning: sectors add up", "critical: sectors add up"},
        times(3, "fdi_sector = 'K' and fdi_account = 'S'"): {"warning: services add up"},
        times(3, "fdi_item = 'E' and fdi_account = 'S'"): {"warning: equity and debt instruments"},
        "fdi_sector = 'Z9' where fdi_sector = 'A'": {"warning: every fdi_sector is in NBB's code list"},
        f"fdi_account = 'Z' where {FIRST_ROW}": {"critical: fdi_account"},
        f"fdi_balance = 'Z' where {FIRST_ROW}": {"critical: fdi_balance"},
        f"fdi_direction = 'Z' where {FIRST_ROW}": {"critical: fdi_direction", "critical: a principle is either"},
        f"fdi_item = 'Z' where {FIRST_ROW}": {"critical: fdi_item"},
        "obs_value = '' where time_period < '2019'": {"critical: value"},
    },
    ("nbb_regional_trade", 0): {
        AS_IT_CAME: set(),
        "unit_mult = ''": set(),
        times(100, f"nuts = '400' and item = 'P62000' and {Y2020}"): {"value_keeps_its_size", "critical: goods and"},
        times(100, f"nuts = '210' and item = 'P62000' and {Y2020}"): {
            "value_is_plausible", "value_keeps_its_size", "critical: goods and", "critical: provinces add up",
            "warning: provinces add up",
        },
        times(10000, f"nuts = '200' and item = 'P61000' and {Y2020}"): {
            "value_is_plausible", "value_keeps_its_size", "critical: goods and services", *NOT_BELGIUM,
        },
        "unit_mult = '3'": {"critical: Flemish exports of goods and services are EUR 100"},
        f"unit = 'EU' where {Y2020}": {"critical: unit"},
        times(2, f"nuts = '300' and {Y2020}"): {"warning: regions add up"},
        times(4, f"nuts = '300' and {Y2020}"): NOT_BELGIUM,
        times(2, f"nuts = '220' and {Y2020}"): {"warning: provinces add up"},
        times(2, f"item = 'P62000' and {Y2020}"): {"critical: goods and services add up to exports"},
        times(2, f"item = 'P72000' and {Y2020}"): {"critical: goods and services add up to imports"},
        "nuts = '999' where nuts = '400'": {"warning: every nuts is in NBB's code list"},
        "nuts = 'BE2' where nuts = '200'": {*NOT_BELGIUM, "warning: every nuts is in NBB's code list"},
        "branch = 'A'": {"critical: branch"},
        f"item = 'P3' where {FIRST_ROW}": {"critical: item"},
        f"time_period = '2014' where {FIRST_ROW}": {"critical: series_id,period", *NOT_BELGIUM, "critical: goods and"},
        "obs_value = '' where nuts in ('400', '100')": {"critical: value", "warning: regions add up"},
    },
    ("nbb_exporters", 0): {
        AS_IT_CAME: set(),
        "unit_mult = '3'": {"value_is_plausible"},
        f"obs_value = '12.5' where {FIRST_ROW}": {"value_is_plausible"},
        f"obs_value = '-12' where {FIRST_ROW}": {"value_is_plausible"},
        "obs_value = '400' where activity = '_T' and number_empl = '_T'": {
            "critical: all exporters together are 5,000", "critical: no part counts more",
            "critical: activities add up", "warning: activities add up",
        },
        times(2, "activity = 'G' and number_empl = '_T'"): {"warning: activities add up"},
        times(5, "activity = 'G' and number_empl = 'E0T9'"): {"critical: no part counts more"},
        "number_empl = 'E7' where number_empl = '_U'": {"warning: every number_empl is in NBB's"},
        "number_partners = 'P99' where number_empl = '_U'": {"warning: every number_partners is in NBB's"},
        "counterpart_area = 'Q1'": {"warning: every counterpart_area is in reference"},
        f"flow = 'M' where {FIRST_ROW}": {"critical: flow"},
        f"indicator = 'STAT_VAL' where {FIRST_ROW}": {"critical: indicator"},
        f"time_period = '2017' where {FIRST_ROW}": {"critical: series_id,period"},
        "obs_value = '' where number_empl <> '_T'": {"critical: value"},
    },
    ("nbb_exporters", 1): {
        AS_IT_CAME: set(),
        times(2, "activity = '_T' and number_partners = 'P1'"): {"warning: numbers of markets add up"},
        times(3, "activity = '_T' and number_partners <> '_T'"): {
            "warning: numbers of markets add up", "critical: numbers of markets add up",
            "critical: no part counts more",
        },
    },
}  # fmt: skip


@pytest.fixture
def said(loader) -> Callable[..., set[str]]:
    """What rules and suite say of a publication that was changed by SQL, as if the source had sent it so."""
    from include.load import great_expectations

    def names(code: str, batch: int, change: str) -> set[str]:
        copy = staging.copy

        def changed(conn, source, batch_id, blocks):
            count = copy(conn, source, batch_id, blocks)
            raw = f"staging.b{batch_id}_raw"
            # Two months say as much as five years, in a tenth of the time.
            if code == "nbb_goods_trade":
                conn.execute(f"delete from {raw} where time_period < '2026-06'".encode())
            if change != AS_IT_CAME:
                conn.execute(f"update {raw} set {change}".replace("{raw}", raw).encode())
            return count

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(staging, "copy", changed)
            load_steps.stage(loader.dsn, loader.root, [batch])
        with psycopg.connect(loader.dsn) as conn:
            broken = conn.execute("select distinct reason_code from ops.rejected_row where batch_id = %s", (batch,))
            reasons = {reason for (reason,) in broken}
        results = great_expectations.validate(loader.dsn, f"b{batch}", source_of(code).suite)
        return reasons | {f"{result.severity}: {result.column_name}" for result in results if not result.is_success}

    return names


@pytest.mark.parametrize(("code", "place"), FAULTS)
def test_every_fault_is_named(loader, only_months, said, code: str, place: int) -> None:
    loader.after(*((table, MARCH_2022) for table in CODE_LISTS))
    only_months(*MONTHS.get(code, ("2016-01",)))
    if code in BEFORE:
        loader(code, BEFORE[code])
    batch = loader.extract(code, OCTOBER)[place]
    expected = FAULTS[code, place]
    assert {change: shortened(said(code, batch, change), names) for change, names in expected.items()} == expected


def shortened(names: set[str], expected: set[str]) -> set[str]:
    """Each name as it is expected, where it begins so."""
    return {next((begin for begin in expected if name.startswith(begin)), name) for name in names}


def test_every_expectation_of_every_source_is_broken_once() -> None:
    """Of those beside the ones that compare with another source, which have tests of their own."""
    for code in {code for code, _ in FAULTS}:
        broken = {
            name for (of, _), faults in FAULTS.items() if of == code for names in faults.values() for name in names
        }
        for expectation in source_of(code).suite:
            words = expectation.kwargs
            column = words.get("column") or words.get("description") or ",".join(map(str, words.get("column_list", ())))
            name = f"{expectation.severity}: {column}"
            if not any(name.startswith(begin) for begin in broken):
                assert "core.observation" in str(words), f"{code}: no fault breaks {name}"
        for rule in source_of(code).rules:
            if rule.code.startswith("value_") and rule.code != "value_is_number":
                assert rule.code in broken, f"{code}: no fault breaks {rule.code}"
