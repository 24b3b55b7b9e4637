"""Direct investment flows of the OECD: one question, negative and missing values kept, every fault named."""

from __future__ import annotations

from include.periods import clock_from
from include.register import source_of
from tests.sources.spoiling import NOTHING, loads_whole_and_once, rows, said, times

FEBRUARY, OCTOBER = "2026-02-02T09:00:00+01:00", "2026-10-15T09:00:00+02:00"


def test_one_question_a_run_with_all_thirteen_dimensions() -> None:
    (asked,) = source_of("oecd_fdi_flow").requests(clock_from(OCTOBER), {})
    assert (asked,) == source_of("oecd_fdi_flow").requests(clock_from(OCTOBER), {})
    assert asked.path == (
        "data/OECD.DAF.INV,DSD_FDI@DF_FDI_FLOW_CTRY,1.0/BEL+NLD+DEU+FRA+DNK+IRL.T_FA_F.USD_EXC.DI+DO.NET_FDI.ALL+ROU"
        ".D.S1.W+USA+CHN+GBR+DEU+FRA+NLD+IND+JPN+VNM.IMC._T.A."
    )
    assert asked.path.count(".", asked.path.index("/BEL")) == 12
    assert (asked.params["startPeriod"], asked.params["endPeriod"]) == ("2014", "2026")


def test_the_sample_loads_whole_and_only_once(loader) -> None:
    # Six countries, two directions, two cuts, ten partners less oneself; 12 years from 2014, and 2013 from before.
    series = 2 * 2 * (6 * 10 - 3)
    assert loads_whole_and_once(loader, "oecd_fdi_flow", FEBRUARY, OCTOBER) == series * 12
    assert rows(loader.dsn, "select distinct unit_code, definition_code from core.series") == [("USD", "OECD_BMD4")]


def test_negative_flows_and_a_cut_without_any_value_are_kept_and_the_cut_is_told(loader) -> None:
    loader.reference()
    loader("oecd_fdi_flow", OCTOBER)
    ((negative, empty),) = rows(
        loader.dsn,
        """select count(*) filter (where o.value < 0),
            bool_and(o.value is null) filter (where s.dimensions @> '{"REF_AREA": "IRL", "TYPE_ENTITY": "ROU"}')
        from core.observation as o join core.series as s using (series_id)""",
    )
    assert negative > 100
    assert empty
    assert rows(loader.dsn, "select column_name from ops.check_result where not is_success") == [
        ("no country has a cut of units without a single value",)
    ]


IRELAND = "warning: no country has a cut of units without a single value"
FAULTS = {
    NOTHING: {IRELAND},
    times(1000, "ref_area = 'NLD' and counterpart_area = 'W' and type_entity = 'ALL' and time_period = '2020'"): {
        "value_is_plausible", IRELAND,
    },
    "update {raw} set ref_area = 'USA' where ref_area = 'DNK'": {"critical: ref_area", IRELAND},
    "update {raw} set unit_measure = 'NAT_CUR' where ref_area = 'DNK'": {"critical: unit_measure", IRELAND},
    "update {raw} set measure_principle = 'AL' where ref_area = 'DNK' and measure_principle = 'DI'": {
        "critical: measure_principle", IRELAND,
    },
    "update {raw} set type_entity = 'SPE' where ref_area = 'DNK' and type_entity = 'ROU'": {
        "critical: type_entity", IRELAND,
    },
    "update {raw} set obs_value = 'NaN' where ref_area = 'BEL' and counterpart_area = 'W' and type_entity = 'ALL'": {
        "critical: Belgium's flows of all units with the world are there", IRELAND,
    },
    "update {raw} set counterpart_area = 'XQZ' where counterpart_area = 'CHN'": {
        "warning: every counterpart_area is in reference/country_code.csv as OECD", IRELAND,
    },
    "update {raw} set time_period = '2019' where time_period = '2020'": {"critical: series_id,period", IRELAND},
    "update {raw} set sector = null where ref_area = 'DNK'": {"key_is_whole", IRELAND},
}  # fmt: skip


def test_every_fault_is_named(loader) -> None:
    loader.reference()
    (batch,) = loader.extract("oecd_fdi_flow", OCTOBER)
    assert {change: said(loader, batch, change) for change in FAULTS} == FAULTS
