-- model: mart.evidence
-- grain: kind, item, period, known_from
-- reads: mart.series, mart.observation, mart.country_meaning, mart.product_rule, mart.fdi_project
-- reads: mart.partner_activity, mart.partner_follow_up, mart.partner_report, core.observation, core.fdi_project
-- reads: core.partner_activity, asof.partner_follow_up, core.partner_report, mart.correction, landing.payload
-- reads: ops.batch, ops.merge, ops.check_result, asof.kpi, core.kpi, mart.kpi_value
-- why: traces a figure back to the rows behind it, to the bytes that they came in and to the checks of those bytes. A
--      period for which the KPI has no figure has no evidence either. The row of a KPI in
--      include/sources/reference/kpi.csv says which rows it is computed from:
--      evidence_rows: market, version, chapter (NBB by country and section; every version; by chapter), union,
--          exporters, stock, project or a mode of projects (greenfield), held, paid, follow_up (activities that were
--          held, paid, asked about again), report
--      evidence_value: for a project count, jobs or capex; for an activity count, companies, first_time_exporters,
--          meetings or budget; for a report received or on_time
--      evidence_months: months that the figure covers; core_domain_code: the domain of the exports, _T for all
create or replace function mart.evidence(kpi text, asked_period text)
returns table (
    kind text,
    item text,
    period text,
    value numeric,
    unit_code text,
    weight_share numeric,
    is_corrected boolean,
    published_value numeric,
    correction_reason text,
    sha256 text,
    source_code text,
    url text,
    fetched_at timestamptz,
    released_at timestamptz,
    batch_id bigint,
    checks_passed_count bigint,
    checks_failed_count bigint,
    parser_version text,
    code_version text,
    known_from timestamptz
)
language plpgsql
stable
as $$
#variable_conflict use_column
declare
    catalogued record;
    subject text[];
    domain text;
    measure text;
    months_count integer;
    asked_since constant text := coalesce(current_setting('warehouse.since', true), '');
    has_figure boolean;
    first_date date;
    last_date date;
begin
    select * into catalogued from asof.kpi as known_kpi where known_kpi.kpi_code = kpi;
    -- a KPI that was not in the catalogue yet has no figure
    if not found and exists (select from core.kpi as known_kpi where known_kpi.kpi_code = kpi) then
        return;
    elsif not found then
        raise exception 'no KPI %; there are: %', quote_nullable(kpi),
            (select string_agg(distinct known_kpi.kpi_code, ', ') from core.kpi as known_kpi)
            using errcode = 'invalid_parameter_value';
    end if;
    subject := string_to_array(catalogued.evidence_rows, ' ');
    domain := nullif(catalogued.core_domain_code, '_Z');
    measure := catalogued.evidence_value;
    months_count := catalogued.evidence_months;
    -- a monthly figure covers months_count months: exports of earlier months are not added up to see whether it exists
    if asked_period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' then
        perform set_config(
            'warehouse.since',
            to_char(core.period_start(asked_period) - make_interval(months => months_count - 1), 'YYYY-MM'), true
        );
    end if;
    has_figure := exists (
        select from mart.kpi_value as figure where figure.kpi_code = kpi and figure.period = asked_period
    );
    perform set_config('warehouse.since', asked_since, true);
    if not has_figure then
        return;
    end if;
    last_date := core.period_start(asked_period);
    first_date := last_date - make_interval(months => months_count - 1);

    return query
    with statistic as (
        select
            series.series_id,
            series.dataset_code,
            series.series_key,
            series.unit_code,
            series.dimensions,
            case
                when series.dataset_code like 'BE2:DF_EXTTRADEVLNAT_%' then
                    case
                        when not (
                            series.freq_code = 'M'
                            and series.concept_code = 'COM'
                            and series.dimensions ->> 'REPORTING' = 'VL'
                            and series.dimensions ->> 'FLOW' = 'X'
                            and series.dimensions ->> 'DATATYPE' = 'VAL'
                        ) then null
                        when series.dataset_code like '%\_Overview' then
                            case
                                when not series.dimensions ->> 'PRODUCT' ~ '^[IVX]+$' then null
                                when 'market' = any (subject) then 'market'
                                when series.dimensions ->> 'COUNTRY' = 'A1' then 'version'
                            end
                        when
                            series.dimensions ->> 'COUNTRY' = 'A1'
                            and series.dimensions ->> 'PRODUCT' ~ '^([IVX]+|[0-9][0-9])$'
                            then 'chapter'
                    end
                when
                    series.dataset_code = 'ESTAT:DS-059341'
                    and series.dimensions ->> 'reporter' = 'EU27_2020'
                    and series.dimensions ->> 'partner' = 'WORLD'
                    and series.dimensions ->> 'product' = 'TOTAL'
                    and series.dimensions ->> 'flow' = '2'
                    and series.dimensions ->> 'indicators' = 'VALUE_IN_EUROS'
                    then 'union'
                when
                    series.dataset_code = 'BE2:DF_EXTT_TEC_ACTIVITY_SIZE'
                    and series.dimensions ->> 'INDICATOR' = 'ENT_TRD'
                    and series.dimensions ->> 'FLOW' = 'X'
                    and series.dimensions ->> 'REF_AREA' = 'BE'
                    and series.dimensions ->> 'COUNTERPART_AREA' = 'A1'
                    and series.dimensions ->> 'ACTIVITY' = '_T'
                    and series.dimensions ->> 'NUMBER_EMPL' = '_T'
                    and series.dimensions ->> 'TRADE_POPULATION' = '_T'
                    then 'exporters'
                when
                    series.dataset_code = 'BE2:DF_FDI_COMPLETE'
                    and series.freq_code = 'A'
                    and series.dimensions ->> 'FDI_ACCOUNT' = 'S'
                    and series.dimensions ->> 'FDI_BALANCE' = 'N'
                    and series.dimensions ->> 'FDI_DIRECTION' = 'I'
                    and series.dimensions ->> 'FDI_ITEM' = 'T'
                    and series.dimensions ->> 'FDI_AREA' = 'A1'
                    and series.dimensions ->> 'FDI_SECTOR' = 'TOT'
                    then 'stock'
            end as subject_code
        from mart.series as series
        where
            subject && '{market,version,chapter,union,exporters,stock}'
            and series.dataset_code in (
                'BE2:DF_EXTTRADEVLNAT_Overview', 'BE2:DF_EXTTRADEVLNAT_Part_I_to_IV',
                'BE2:DF_EXTTRADEVLNAT_Part_V_to_X', 'BE2:DF_EXTTRADEVLNAT_Part_XI_to_XIV',
                'BE2:DF_EXTTRADEVLNAT_Part_XV_to_XVII', 'BE2:DF_EXTTRADEVLNAT_Part_XVIII_to_XXI',
                'ESTAT:DS-059341', 'BE2:DF_EXTT_TEC_ACTIVITY_SIZE', 'BE2:DF_FDI_COMPLETE'
            )
    ),

    -- materialized: the planner estimates that few rows match, and would read the observations once for each series
    asked as materialized (
        select * from statistic where subject_code = any (subject)
    ),

    known as (
        select
            asked.*,
            observation.period,
            observation.period_start_date,
            observation.value,
            observation.is_corrected,
            observation.published_value,
            observation.released_at,
            observation.payload_id,
            observation.known_from
        from asked
        inner join mart.observation as observation
            on asked.series_id = observation.series_id and asked.dataset_code = observation.dataset_code
        where asked.subject_code <> 'version' and observation.period_start_date between first_date and last_date
        union all
        select
            asked.*,
            observation.period,
            observation.period_start_date,
            observation.value,
            false as is_corrected,
            observation.value as published_value,
            observation.released_at,
            observation.payload_id,
            observation.known_from
        from asked
        inner join core.observation as observation
            on asked.series_id = observation.series_id and asked.dataset_code = observation.dataset_code
        where
            asked.subject_code = 'version'
            and observation.period_start_date between first_date and last_date
            and observation.known_from <= (select core.as_of())
            and (observation.embargo_until is null or observation.embargo_until <= (select core.as_of()))
    ),

    rule as materialized (
        select
            product_code,
            valid_from,
            valid_to,
            sum(weight_share) as weight_share
        from mart.product_rule
        where
            domain is not null
            and (core_domain_code = domain or (domain = '_T' and core_domain_code <> 'unassigned'))
        group by product_code, valid_from, valid_to
    ),

    total as materialized (
        select
            code,
            valid_from,
            valid_to
        from mart.country_meaning
        where 'market' = any (subject) and code_system = 'NBB' and is_aggregate
    ),

    activity as materialized (
        select
            contract_code,
            activity_code,
            quarter,
            period as report_period,
            status_code,
            is_counted::integer as counted,
            companies_count,
            first_time_exporters_count,
            b2b_meetings_count,
            budget_used_eur,
            known_from
        from mart.partner_activity
        where
            (subject && '{held,follow_up}' and quarter = asked_period)
            or ('paid' = any (subject) and period = asked_period)
    ),

    evidence as (
        select
            'observation' as kind,
            known.dataset_code || '/' || known.series_key as item,
            known.period,
            known.value,
            known.unit_code,
            rule.weight_share,
            known.is_corrected,
            known.published_value,
            known.released_at,
            known.payload_id,
            known.known_from
        from known
        left join rule
            on
                known.dimensions ->> 'PRODUCT' = rule.product_code
                and known.period_start_date between rule.valid_from and rule.valid_to
        where
            (domain is null or rule.product_code is not null)
            and (
                known.subject_code <> 'market'
                or not exists (
                    select from total
                    where
                        total.code = known.dimensions ->> 'COUNTRY'
                        and known.period_start_date between total.valid_from and total.valid_to
                )
            )
        union all
        select
            'project' as kind,
            project.project_code as item,
            project.quarter as period,
            case measure when 'count' then 1 when 'jobs' then project.jobs_count else project.capex_eur end as value,
            case measure when 'capex' then 'EUR' else 'NUMBER' end as unit_code,
            null as weight_share,
            false as is_corrected,
            null as published_value,
            null as released_at,
            version.payload_id,
            project.known_from
        from mart.fdi_project as project
        inner join core.fdi_project as version
            on project.project_code = version.project_code and project.known_from = version.known_from
        where
            subject && array['project', project.mode_code]
            and (
                project.quarter = asked_period
                -- the three largest since 1 January
                or (months_count = 12 and left(project.quarter, 4) = left(asked_period, 4)
                    and project.quarter < asked_period)
            )
        union all
        select
            'activity' as kind,
            activity.contract_code || '/' || activity.activity_code as item,
            case measure when 'budget' then activity.report_period else activity.quarter end as period,
            case measure
                when 'count' then activity.counted
                when 'companies' then activity.companies_count
                when 'first_time_exporters' then activity.first_time_exporters_count
                when 'meetings' then activity.b2b_meetings_count * activity.counted
                else activity.budget_used_eur
            end as value,
            case measure when 'budget' then 'EUR' else 'NUMBER' end as unit_code,
            null as weight_share,
            false as is_corrected,
            null as published_value,
            null as released_at,
            version.payload_id,
            activity.known_from
        from activity
        inner join core.partner_activity as version
            on
                activity.contract_code = version.contract_code
                and activity.activity_code = version.activity_code
                and activity.report_period = version.report_period
                and activity.known_from = version.known_from
        where 'paid' = any (subject) or ('held' = any (subject) and activity.status_code = 'held')
        union all
        select
            'activity' as kind,
            activity.contract_code || '/' || activity.activity_code as item,
            told.report_period as period,
            sum(told.value_eur) filter (where told.confirmed_code = 'yes') as value,
            'EUR' as unit_code,
            null as weight_share,
            false as is_corrected,
            null as published_value,
            null as released_at,
            version.payload_id,
            version.known_from
        from activity
        inner join mart.partner_follow_up as told
            on activity.contract_code = told.contract_code and activity.activity_code = told.activity_code
        inner join asof.partner_follow_up as version
            on
                told.contract_code = version.contract_code
                and told.activity_code = version.activity_code
                and told.report_period = version.report_period
                and told.months_after = version.months_after
                and told.company_hash = version.company_hash
        where
            'follow_up' = any (subject)
            and told.months_after = 6
        group by activity.contract_code, activity.activity_code, told.report_period, version.payload_id,
            version.known_from
        union all
        select
            'report' as kind,
            report.contract_code as item,
            report.period,
            case measure
                when 'received' then (report.state in ('received', 'nil'))::integer
                when 'on_time' then coalesce(report.is_on_time, false)::integer
            end as value,
            'NUMBER' as unit_code,
            null as weight_share,
            false as is_corrected,
            null as published_value,
            null as released_at,
            version.payload_id,
            report.known_from
        from mart.partner_report as report
        left join core.partner_report as version
            on
                report.contract_code = version.contract_code
                and report.period = version.period
                and report.known_from = version.known_from
        where
            'report' = any (subject)
            and report.period = asked_period
            and (measure in ('received', 'on_time') or version.contract_code is not null)
    ),

    -- a payload may be loaded again by a newer parser: take the batch that wrote the row, or else the first
    batch as (
        select distinct on (brought.payload_id, brought.known_from)
            brought.payload_id,
            brought.known_from,
            batch.batch_id,
            batch.parser_version,
            batch.code_version
        from (select distinct evidence.payload_id, evidence.known_from from evidence) as brought
        inner join ops.batch as batch on brought.payload_id = batch.payload_id
        left join ops.merge as written
            on batch.batch_id = written.batch_id and brought.known_from = written.known_from
        where batch.state = 'loaded' and coalesce(batch.known_from, batch.clock) <= (select core.as_of())
        order by
            brought.payload_id, brought.known_from, (written.batch_id is null), batch.clock, batch.batch_id
    ),

    checked as (
        select
            result.batch_id,
            count(*) filter (where result.is_success) as passed_count,
            count(*) filter (where not result.is_success) as failed_count
        from ops.check_result as result
        where result.batch_id in (select batch.batch_id from batch)
        group by result.batch_id
    )

    select
        evidence.kind,
        evidence.item,
        evidence.period,
        evidence.value::numeric,
        evidence.unit_code,
        evidence.weight_share::numeric,
        evidence.is_corrected,
        evidence.published_value::numeric,
        correction.reason,
        payload.sha256,
        payload.source_code,
        payload.url,
        payload.fetched_at,
        coalesce(evidence.released_at, payload.released_at),
        batch.batch_id,
        case when batch.batch_id is not null then coalesce(checked.passed_count, 0) end,
        case when batch.batch_id is not null then coalesce(checked.failed_count, 0) end,
        coalesce(batch.parser_version, payload.parser_version),
        batch.code_version,
        evidence.known_from
    from evidence
    left join landing.payload as payload on evidence.payload_id = payload.payload_id
    left join batch on evidence.payload_id = batch.payload_id and evidence.known_from = batch.known_from
    left join checked on batch.batch_id = checked.batch_id
    left join mart.correction as correction
        on
            evidence.is_corrected
            and evidence.item = correction.dataset_code || '/' || correction.series_key
            and evidence.period = correction.period
    order by evidence.kind, evidence.value desc nulls last, evidence.item, evidence.period, evidence.known_from;
end $$;

comment on function mart.evidence(text, text) is
'The rows behind a KPI''s figure for a period of its grain: observations, projects, activities or reports, each with '
'its payload, the checks of its batch, the code that loaded it and, where we corrected it, the published value with '
'the reason. weight_share is the part of the value that counts for a core domain.';
