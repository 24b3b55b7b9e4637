-- A partner's report: typed rows, and from them the report, its activities, companies, follow-ups and warnings.

-- query: typed
-- A partner's report, typed: one row for the report itself, one per activity, company and follow-up.
-- Counts over several rows of the report, which rules compare, are made here once.
with domain as (
    -- An activity with one core domain and no share is wholly in it; with more, each needs its share.
    select
        raw.row_id,
        jsonb_object_agg(part.code, part.share) filter (where part.share is not null) as shares,
        sum(part.share) as share_sum,
        (array_agg(part.code order by part.share desc nulls last, part.position asc))[1] as largest
    from {raw} as raw
    cross join
        lateral (
            select
                listed.code,
                min(listed.position) as position,
                sum(
                    case
                        when coalesce(raw.core_domain_2_code, '') || coalesce(raw.core_domain_3_code, '') = ''
                            then core.to_numeric(coalesce(nullif(listed.share, ''), '1'))
                        else core.to_numeric(listed.share)
                    end
                ) as share
            from (
                values
                (1, coalesce(nullif(trim(raw.core_domain_code), ''), 'unassigned'), raw.core_domain_share),
                (2, nullif(trim(raw.core_domain_2_code), ''), raw.core_domain_2_share),
                (3, nullif(trim(raw.core_domain_3_code), ''), raw.core_domain_3_share)
            ) as listed (position, code, share)
            where listed.code is not null
            group by listed.code
        ) as part
    where raw.row_kind = 'activity'
    group by raw.row_id
)

select
    raw.row_id,
    raw.row_kind,
    raw.sheet_row::integer as sheet_row,
    raw.contract_code,
    raw.report_period,
    coalesce(raw.is_nil = 'true', false) as is_nil,
    raw.template_version,
    case when coalesce(trim(raw.version_number), '') = '' then 1 else core.to_integer(raw.version_number) end
        as version_number,
    core.to_date(raw.submitted_date) as submitted_date,
    nullif(raw.submitter, '') as submitter,
    coalesce(nullif(trim(raw.language_code), ''), 'nl') as language_code,
    coalesce(nullif(trim(raw.currency_code), ''), 'EUR') as currency_code,
    core.to_numeric(raw.stated_budget_used_eur) as stated_budget_used_eur,
    sum(core.to_numeric(raw.budget_used_eur)) over () as rows_budget_used_eur,
    count(*) filter (where raw.row_kind = 'activity') over () as activity_rows_count,
    sum(core.to_integer(raw.companies_count)) over () as rows_companies_count,
    count(*) filter (where raw.row_kind = 'company') over () as company_rows_count,
    nullif(trim(raw.activity_code), '') as activity_code,
    count(*) over (
        partition by
            raw.row_kind,
            trim(raw.activity_code),
            case when raw.row_kind <> 'activity' then coalesce(raw.company_hash, '') end,
            case when raw.row_kind = 'follow_up' then raw.months_after end
    ) as code_count,
    exists(
        select from {raw} as activity
        where activity.row_kind = 'activity' and trim(activity.activity_code) = trim(raw.activity_code)
    ) as is_of_this_report,
    raw.activity_type_code,
    raw.status_code,
    trim(raw.title) as title,
    core.to_date(raw.start_date) as start_date,
    core.to_date(coalesce(nullif(trim(raw.end_date), ''), raw.start_date)) as end_date,
    raw.mode_code,
    nullif(trim(raw.place), '') as place,
    nullif(upper(trim(raw.country_code)), '') as country_code,
    array_remove(regexp_split_to_array(upper(coalesce(raw.market_codes, '')), '[^A-Z]+'), '') as market_codes,
    coalesce(domain.largest, 'unassigned') as core_domain_code,
    coalesce(domain.shares, '{{}}') as core_domain_shares,
    domain.share_sum as core_domain_share,
    array_remove(regexp_split_to_array(lower(coalesce(raw.co_organiser_codes, '')), '[^a-z0-9-]+'), '')
        as co_organiser_codes,
    core.to_integer(raw.participants_count)::integer as participants_count,
    core.to_integer(raw.companies_count)::integer as companies_count,
    (
        select count(distinct company.company_hash) from {raw} as company
        where
            company.row_kind = 'company' and company.company_hash <> ''
            and trim(company.activity_code) = trim(raw.activity_code)
    ) as listed_companies_count,
    core.to_integer(raw.smes_count)::integer as smes_count,
    core.to_integer(raw.first_time_exporters_count)::integer as first_time_exporters_count,
    core.to_integer(raw.b2b_meetings_count)::integer as b2b_meetings_count,
    core.to_integer(raw.leads_count)::integer as leads_count,
    core.to_numeric(raw.cost_eur) as cost_eur,
    core.to_numeric(raw.budget_used_eur) as budget_used_eur,
    core.to_numeric(raw.own_part_eur) as own_part_eur,
    core.to_numeric(raw.public_part_eur) as public_part_eur,
    coalesce(raw.company_hash, '') as company_hash,
    raw.company_number,
    nullif(raw.is_sme, '') as is_sme,
    nullif(raw.is_first_time_exporter, '') as is_first_time_exporter,
    core.to_integer(raw.months_after)::integer as months_after,
    core.to_integer(raw.deals_count)::integer as deals_count,
    core.to_numeric(raw.value_amount) as value_amount,
    nullif(raw.is_new_market, '') as is_new_market,
    nullif(raw.confirmed_code, '') as confirmed_code,
    nullif(raw.without_help_code, '') as without_help_code,
    core.to_integer(raw.satisfaction_score)::integer as satisfaction_score
from {raw} as raw
left join domain on raw.row_id = domain.row_id;

-- query: partner_report
-- The report itself, with the number of its rows that were accepted, warned about and rejected.
with counted as (
    select
        count(*) filter (where row_kind = 'activity')::integer as activity_count,
        count(*) filter (where row_kind = 'company')::integer as company_row_count,
        count(*) filter (where row_kind = 'follow_up')::integer as follow_up_row_count
    from {typed}
),

warned as (
    select count(*)::integer as warning_count
    from {typed} as t
    cross join lateral {warnings} as warning (code, column_name, value, has_failed)
    where warning.has_failed
)

select
    report.contract_code,
    report.report_period as period,
    report.is_nil,
    report.template_version,
    report.version_number::integer as version_number,
    report.submitted_date,
    report.language_code,
    report.currency_code,
    report.stated_budget_used_eur,
    (
        select contact.contact_code from core.partner_contact as contact
        where
            contact.contract_code = report.contract_code and contact.known_to = 'infinity'
            and report.submitter in (
                select encode(sha256(convert_to(lower(known.as_text), 'UTF8')), 'hex')
                from unnest(array[contact.name, contact.email, contact.contact_code]) as known (as_text)
            )
        order by contact.contact_code
        limit 1
    ) as submitter_contact_code,
    counted.activity_count,
    counted.company_row_count,
    counted.follow_up_row_count,
    warned.warning_count,
    (
        select b.rejected_row_count::integer
        from ops.batch as b
        join landing.payload as p using (payload_id)
        where
            p.source_code = 'partner_activity'
            and p.scope = jsonb_build_object('contract_code', {contract_code}::text, 'period', {period}::text)
        order by b.clock desc, b.batch_id desc
        limit 1
    ) as rejected_row_count
from {typed} as report
cross join counted
cross join warned
where report.row_kind = 'report';

-- query: partner_activity
-- The activities of a report.
select
    contract_code,
    activity_code,
    report_period,
    activity_type_code,
    status_code,
    title,
    start_date,
    end_date,
    mode_code,
    place,
    country_code,
    market_codes,
    core_domain_code,
    core_domain_shares,
    co_organiser_codes,
    participants_count,
    companies_count,
    smes_count,
    first_time_exporters_count,
    b2b_meetings_count,
    leads_count,
    cost_eur,
    budget_used_eur,
    own_part_eur,
    public_part_eur
from {typed}
where row_kind = 'activity';

-- query: partner_company
-- The companies that took part.
select
    contract_code,
    report_period,
    activity_code,
    company_hash,
    is_sme = 'true' as is_sme,
    is_first_time_exporter = 'true' as is_first_time_exporter
from {typed}
where row_kind = 'company';

-- query: partner_follow_up
-- The follow-ups: what came of the activities, months later.
select
    contract_code,
    report_period,
    activity_code,
    months_after,
    company_hash,
    deals_count,
    value_amount,
    currency_code,
    is_new_market = 'true' as is_new_market,
    confirmed_code,
    without_help_code,
    satisfaction_score
from {typed}
where row_kind = 'follow_up';

-- query: partner_row_warning
-- The accepted rows that the partner is asked to look at, one row per warning;
-- see include/sources/partners/row_warnings.py.
select
    t.contract_code,
    t.report_period,
    t.row_kind,
    t.sheet_row,
    warning.code as warning_code,
    warning.column_name,
    warning.value
from {typed} as t
cross join lateral {warnings} as warning (code, column_name, value, has_failed)
where warning.has_failed;

-- query: covers
-- The last day of the reported quarter.
select max(core.period_end(report_period)) as until_date from {typed};
