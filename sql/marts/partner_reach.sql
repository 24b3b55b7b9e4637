-- model: mart.partner_reach
-- grain: partner_code, market_code, core_domain_code, period
-- reads: mart.partner_activity, mart.partner_company
-- why: how many companies the partners reached. Distinct companies do not add up, so totals are rows of their own: _T.
--      Companies that are listed by number count once in each cell, across activities and partners; when an activity's
--      list is shorter than its count, the difference is added and also shown in a column of its own.
create or replace view mart.partner_reach as
with company as materialized (
    select
        *,
        -- Half of the hash tells companies apart as surely, and sorts many times faster.
        ('x' || right(company_hash, 16))::bit(64)::bigint as company_id
    from mart.partner_company
),

listed as materialized (
    select
        event_code,
        count(distinct company_id) as companies_count,
        count(distinct company_id) filter (where is_sme) as smes_count,
        count(distinct company_id) filter (where is_first_time_exporter) as first_time_exporters_count
    from company
    group by event_code
),

activity as materialized (
    select
        activity.partner_code,
        activity.event_code,
        activity.quarter,
        activity.market_codes,
        activity.core_domain_shares,
        activity.is_counted,
        activity.known_from,
        greatest(activity.companies_count - coalesce(listed.companies_count, 0), 0) as companies_rest,
        greatest(activity.smes_count - coalesce(listed.smes_count, 0), 0) as smes_rest,
        greatest(activity.first_time_exporters_count - coalesce(listed.first_time_exporters_count, 0), 0) as first_rest
    from mart.partner_activity as activity
    left join listed on activity.event_code = listed.event_code
    where activity.status_code = 'held' and activity.partner_code is not null
),

-- One row for the activity's own partner and one for the total of all; in the total, only the counted row of an event
-- adds its unlisted companies.
told as (
    select
        who.partner_code,
        activity.event_code,
        activity.quarter,
        activity.market_codes,
        activity.core_domain_shares,
        activity.known_from,
        null::bigint as company_id,
        null::boolean as is_sme,
        null::boolean as is_first_time_exporter,
        case when who.is_told then activity.companies_rest end as companies_rest,
        case when who.is_told then activity.smes_rest end as smes_rest,
        case when who.is_told then activity.first_rest end as first_rest
    from activity
    cross join
        lateral (
            values (activity.partner_code, true), ('_T', activity.is_counted)
        ) as who (partner_code, is_told)
    union all
    select
        who.partner_code,
        company.event_code,
        company.quarter,
        company.market_codes,
        company.core_domain_shares,
        company.known_from,
        company.company_id,
        company.is_sme,
        company.is_first_time_exporter,
        null as companies_rest,
        null as smes_rest,
        null as first_rest
    from company
    cross join lateral (values (company.partner_code), ('_T')) as who (partner_code)
    where company.partner_code is not null
)

select
    told.partner_code,
    market.code as market_code,
    domain.code as core_domain_code,
    term.period,
    count(distinct told.event_code) as activities_count,
    count(distinct told.company_id) + coalesce(sum(told.companies_rest), 0) as companies_count,
    count(distinct told.company_id) filter (where told.is_sme) + coalesce(sum(told.smes_rest), 0) as smes_count,
    count(distinct told.company_id) filter (where told.is_first_time_exporter) + coalesce(sum(told.first_rest), 0)
        as first_time_exporters_count,
    coalesce(sum(told.companies_rest), 0) as unlisted_companies_count,
    max(told.known_from) as known_from
from told
cross join lateral unnest(told.market_codes || '_T'::text) as market (code)
cross join lateral jsonb_object_keys(told.core_domain_shares || '{"_T": 1}') as domain (code)
cross join lateral (values (told.quarter), (left(told.quarter, 4))) as term (period)
group by told.partner_code, market.code, domain.code, term.period;

comment on view mart.partner_reach is
'Distinct companies, SMEs and first-time exporters at the activities held, by partner, market, domain and period.';
comment on column mart.partner_reach.partner_code is 'The partner; _T all partners.';
comment on column mart.partner_reach.market_code is 'Target market, ISO 3166-1 alpha-2; _T all, or none.';
comment on column mart.partner_reach.core_domain_code is 'Core domain that the activity has a share in; _T all.';
comment on column mart.partner_reach.period is 'Quarter of the first day, 2026-Q3, or year, 2026.';
comment on column mart.partner_reach.activities_count is 'Events; an event of two partners counts once in their total.';
comment on column mart.partner_reach.companies_count is
'Companies, each once where its number is known, plus unlisted_companies_count.';
comment on column mart.partner_reach.smes_count is 'Of these, small and medium-sized ones.';
comment on column mart.partner_reach.first_time_exporters_count is 'Of these, companies that did not export before.';
comment on column mart.partner_reach.unlisted_companies_count is
'Companies that were counted but not listed by number: a company that comes twice counts twice.';
comment on column mart.partner_reach.known_from is 'Newest knowledge behind it.';
