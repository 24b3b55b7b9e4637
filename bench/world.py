"""The warehouse of bench.marts, filled in SQL alone: the same rows for the same count, a minute for ten millions.

It is shaped as the sources are: for each market Flemish trade by section (value and weight, both concepts), by chapter,
and Comext's products; each value was known since January 2026, and a fifth of them was revised in June. Beside them
stand the project's own reference tables, and five years of the partners' reports and of projects.
"""

from __future__ import annotations

import csv
from pathlib import Path

import psycopg

REFERENCE = Path(__file__).parents[1] / "include" / "sources" / "reference"
TABLES = (
    "objective", "kpi", "kpi_target", "kpi_plan", "status_threshold", "core_domain", "country", "country_code",
    "country_group_member", "product_domain", "partner", "contract", "contract_budget",
)  # fmt: skip
MONTHS = 84
# Series of each market: 168 by section, 194 by chapter, 35 of Comext.
SERIES_PER_MARKET = 397
# The first vintage was known from 2026-01-01, the second from 2026-06-01.
THEN = "2026-03-01 09:00+01"
OVERVIEW, COMEXT = "BE2:DF_EXTTRADEVLNAT_Overview", "ESTAT:DS-059341"
PAYLOAD = """insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location,
    fetched_at, parser_version) values ('bench', '{}', repeat('0', 64), 1, '', '', '', '2026-01-01', '1')"""
MARKETS = """create temp table market as
    select n, coalesce(code, 'Z' || n) as code from generate_series(1, current_setting('bench.markets')::integer) as n
    left join (
        select code, row_number() over (order by code <> all ('{A1,US,VN,DE,FR,NL,GB}'), code) as n
        from core.country_code where code_system = 'NBB' group by code
    ) as known using (n)"""
SERIES = f"""with section as (
    select part, product, lower_chapter, upper_chapter from (values
        ('Part_I_to_IV', '{{I,II,III,IV}}'::text[], 1, 24), ('Part_V_to_X', '{{V,VI,VII,VIII,IX,X}}', 25, 49),
        ('Part_XI_to_XIV', '{{XI,XII,XIII,XIV}}', 50, 71), ('Part_XV_to_XVII', '{{XV,XVI,XVII}}', 72, 89),
        ('Part_XVIII_to_XXI', '{{XVIII,XIX,XX,XXI}}', 90, 97)
    ) as part (part, products, lower_chapter, upper_chapter), unnest(products) as product
), trade as (
    select 'Overview' as part, code, product, concept, datatype
    from market, section, unnest('{{COM,NAT}}'::text[]) as concept, unnest('{{VAL,QTY}}'::text[]) as datatype
    union all
    select part, code, product, 'COM', 'VAL' from market, section where code = 'A1'
    union all
    select distinct part, code, lpad(chapter::text, 2, '0'), 'COM', 'VAL'
    from market, section, generate_series(lower_chapter, upper_chapter) as chapter
), written as (
    select 'BE2:DF_EXTTRADEVLNAT_' || part as dataset_code,
        concat_ws('.', 'VL', code, product, flow, concept, datatype, 'M') as series_key,
        jsonb_build_object('REPORTING', 'VL', 'COUNTRY', code, 'PRODUCT', product, 'FLOW', flow, 'CONCEPT', concept,
            'DATATYPE', datatype, 'FREQ', 'M') as dimensions,
        'M' as freq_code, concept as concept_code, 'INR' as definition_code
    from trade, unnest('{{X,I}}'::text[]) as flow
    union all
    select '{COMEXT}', concat_ws('.', 'M', reporter, partner, product, '2', 'VALUE_IN_EUROS'),
        jsonb_build_object('freq', 'M', 'reporter', reporter, 'partner', partner, 'product', product, 'flow', '2',
            'indicators', 'VALUE_IN_EUROS'), 'M', 'COM', 'ESTAT'
    from (
        select 'BE' as reporter, code as partner, to_char(item, 'FM0000') as product
        from market, generate_series(3001, 3035) as item
        union all select 'EU27_2020', 'WORLD', 'TOTAL'
    ) as comext
    union all
    select 'BE2:DF_FDI_COMPLETE', 'S.N.I.T.A1.TOT.A', jsonb_build_object('FDI_ACCOUNT', 'S', 'FDI_BALANCE', 'N',
        'FDI_DIRECTION', 'I', 'FDI_ITEM', 'T', 'FDI_AREA', 'A1', 'FDI_SECTOR', 'TOT'), 'A', '_Z', 'OECD'
    union all
    select 'BE2:DF_EXTT_TEC_ACTIVITY_SIZE', 'ENT_TRD.X.A', jsonb_build_object('INDICATOR', 'ENT_TRD', 'FLOW', 'X',
        'REF_AREA', 'BE', 'COUNTERPART_AREA', 'A1', 'ACTIVITY', '_T', 'NUMBER_EMPL', '_T', 'TRADE_POPULATION', '_T'),
        'A', 'COM', 'TEC'
)
insert into core.series (series_id, dataset_code, series_key, dimensions, freq_code, unit_code, concept_code,
    price_basis_code, definition_code, known_from, payload_id)
select core.series_id(dataset_code, series_key), dataset_code, series_key, dimensions, freq_code,
    case dimensions ->> 'DATATYPE' when 'QTY' then 'KG' else 'EUR' end, concept_code, 'V', definition_code,
    '2026-01-01', 1
from written"""
# In the order of a first load, series after series; the versions of June come last.
OBSERVATIONS = f"""insert into core.observation (series_id, dataset_code, period, period_start_date, value, status_code,
    known_from, known_to, payload_id)
select series_id, dataset_code, case freq_code when 'A' then left(period, 4) else period end,
    core.period_start(case freq_code when 'A' then left(period, 4) else period end),
    abs(hashint8(series_id + m)) % 1000000 + version, 'A',
    case version when 0 then timestamptz '2026-01-01' else '2026-06-01' end,
    case when version < is_revised then timestamptz '2026-06-01' else 'infinity' end, 1
from generate_series(0, 1) as version
cross join core.series
cross join generate_series(0, {MONTHS - 1}) as m
cross join lateral (
    select to_char(date '2019-01-01' + make_interval(months => m), 'YYYY-MM') as period,
        (abs(hashint8(series_id + m)) % 5 = 0)::integer as is_revised
) as month
where version <= is_revised and (freq_code = 'M' or m % 12 = 0)"""
PROJECTS = """insert into core.fdi_project (project_code, year, announced_date, country_code, mode_code,
    core_domain_code, jobs_count, capex_eur, known_from, payload_id)
select 'P' || n, extract(year from day), day, 'US', 'greenfield', 'food', n % 200, n % 97 * 1e6, '2026-01-31', 1
from generate_series(1, 1500) as n, lateral (select date '2021-01-01' + n as day) as announced"""
REPORTS = """insert into core.partner_report (contract_code, period, is_nil, template_version, activity_count,
    rejected_row_count, known_from, payload_id)
select contract_code, year || '-Q' || quarter, false, '1', 4, 0, '2026-01-31', 1
from core.contract, generate_series(2022, 2026) as year, generate_series(1, 4) as quarter where owes_reports"""
ACTIVITIES = """insert into core.partner_activity (contract_code, activity_code, report_period, activity_type_code,
    status_code, title, start_date, end_date, mode_code, market_codes, core_domain_code, companies_count, smes_count,
    budget_used_eur, co_organiser_codes, known_from, payload_id)
select contract_code, period || '-' || n, period, 'seminar', 'held', 'Seminar ' || n, day, day, 'onsite',
    array['VN', 'IN'], 'food', 25, 10, 500, array['voka'], '2026-01-31', 1
from core.partner_report, generate_series(1, 4) as n, lateral (select core.period_end(period) as day)"""
COMPANIES = """insert into core.partner_company (contract_code, report_period, activity_code, company_hash, is_sme,
    is_first_time_exporter, known_from, payload_id)
select contract_code, report_period, activity_code,
    lpad(abs(hashtext(contract_code || n)::bigint)::text, 64, '0'), true, false, '2026-01-31', 1
from core.partner_activity, generate_series(1, 10) as n"""

# The usual case: corrections whose values the sources have mended since.
CORRECTIONS = f"""insert into core.correction (dataset_code, series_key, period, expected_value, corrected_value,
    reason, evidence_url, decided_by, decided_on, known_from, payload_id)
select dataset_code, series_key, '2025-01', -1, 1, 'bench', 'bench', 'bench', '2026-01-31', '2026-01-31', 1
from core.series where dataset_code = '{COMEXT}' order by series_key limit 5"""


def fill(conn: psycopg.Connection, rows: int) -> None:
    """Fill an empty warehouse with about so many current rows and all else; needs autocommit."""
    conn.execute(PAYLOAD)
    refer(conn)
    conn.execute("select set_config('bench.markets', %s, false)", (str(max(7, rows // (MONTHS * SERIES_PER_MARKET))),))
    conn.execute("set max_parallel_maintenance_workers = 2; set maintenance_work_mem = '256MB'")
    for statement in (MARKETS, SERIES, "analyze core.series", CORRECTIONS, PROJECTS, REPORTS, ACTIVITIES, COMPANIES):
        conn.execute(statement.encode())
    # An index is written in a tenth of the time once its rows are there.
    guards = conn.execute(
        """select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
        where indrelid = 'part.observation_everyday'::regclass and indisunique"""
    ).fetchall()
    for name, _ in guards:
        conn.execute(f"drop index {name}".encode())
    conn.execute(OBSERVATIONS.encode())
    for _, definition in guards:
        conn.execute(definition.encode())
    conn.execute("vacuum analyze")


def refer(conn: psycopg.Connection) -> None:
    """Load the project's own reference tables, known as long as the figures."""
    for table in TABLES:
        with (REFERENCE / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            names = ", ".join([*next(reader), "known_from", "payload_id"])
            with conn.cursor().copy(f"copy core.{table} ({names}) from stdin".encode()) as copy:
                for values in reader:
                    copy.write_row((*values, "2026-01-01", 1))
