-- model: mart.partner
-- grain: partner_code
-- reads: asof.partner, asof.partner_name, asof.partner_relation, asof.partner_theme, asof.contract
-- why: the partners as they are on the day of the as-of moment: their names, whether a contract runs, and which partner
--      carries on the work of a merged one. A merger ends no contract, so is_current and the reports stay.
create or replace view mart.partner as
with today as (
    select ((select core.as_of()) at time zone 'Europe/Brussels')::date as day
),

partner as (
    select
        partner_code,
        name,
        name_en,
        partner_type_code
    from asof.partner
),

name as (
    select
        partner_name.partner_code,
        max(partner_name.name) filter (where partner_name.language_code = 'nl' and partner_name.is_official) as name_nl,
        max(partner_name.name) filter (where partner_name.language_code = 'en' and partner_name.is_official) as name_en,
        coalesce(
            array_agg(partner_name.name order by partner_name.language_code, partner_name.name)
            filter (where not partner_name.is_official), '{}'
        ) as aliases
    from asof.partner_name as partner_name
    cross join today
    where today.day between partner_name.valid_from and partner_name.valid_to
    group by partner_name.partner_code
),

relation as (
    select
        partner_relation.partner_code,
        max(partner_relation.related_partner_code) filter (where partner_relation.relation_code = 'merged_into')
            as merged_into_code,
        max(partner_relation.valid_from) filter (where partner_relation.relation_code = 'merged_into') as merged_date,
        max(partner_relation.related_partner_code) filter (where partner_relation.relation_code = 'reports_through')
            as reports_through_code
    from asof.partner_relation as partner_relation
    cross join today
    where partner_relation.valid_from <= today.day
    group by partner_relation.partner_code
),

theme as (
    select
        partner_code,
        array_agg(theme order by theme) filter (where theme_kind_code = 'market') as market_codes,
        array_agg(theme order by theme) filter (where theme_kind_code = 'theme') as themes
    from asof.partner_theme
    group by partner_code
),

contract as (
    select
        contract.partner_code,
        bool_or(today.day between contract.start_date and contract.end_date) as is_current,
        min(contract.start_date) as first_start_date,
        max(contract.end_date) as last_end_date,
        count(*) as contracts_count
    from asof.contract as contract
    cross join today
    group by contract.partner_code
)

select
    partner.partner_code,
    coalesce(name.name_nl, partner.name) as name_nl,
    coalesce(name.name_en, partner.name_en) as name_en,
    partner.name as name_in_agreement,
    coalesce(name.aliases, '{}') as aliases,
    partner.partner_type_code,
    coalesce(theme.themes, '{}') as themes,
    coalesce(theme.market_codes, '{}') as market_codes,
    coalesce(contract.is_current, false) as is_current,
    contract.first_start_date,
    contract.last_end_date,
    coalesce(contract.contracts_count, 0) as contracts_count,
    relation.merged_into_code,
    relation.merged_date,
    relation.reports_through_code
from partner
left join name on partner.partner_code = name.partner_code
left join relation on partner.partner_code = relation.partner_code
left join theme on partner.partner_code = theme.partner_code
left join contract on partner.partner_code = contract.partner_code;

comment on view mart.partner is 'The partners of both terms, as they are called and organised on the day asked for.';
comment on column mart.partner.partner_code is 'Our short name, which no renaming changes.';
comment on column mart.partner.name_nl is 'Dutch name on that day.';
comment on column mart.partner.name_en is 'English name on that day.';
comment on column mart.partner.name_in_agreement is 'Name in the agreement.';
comment on column mart.partner.aliases is 'Other spellings and short names, in Dutch, English and French.';
comment on column mart.partner.partner_type_code is 'sector_federation, bilateral_chamber, spearhead_cluster, ...';
comment on column mart.partner.themes is 'Themes in the words of the agreement.';
comment on column mart.partner.market_codes is 'Markets that it is for, ISO 3166-1 alpha-2; partners may share one.';
comment on column mart.partner.is_current is 'Whether a contract of it runs on that day.';
comment on column mart.partner.first_start_date is 'First day of its first term; null without a contract.';
comment on column mart.partner.last_end_date is 'Last day of its last term; null without a contract.';
comment on column mart.partner.contracts_count is 'Terms that it has a contract for.';
comment on column mart.partner.merged_into_code is 'The partner that carries on its activities by that day.';
comment on column mart.partner.merged_date is 'Since this day.';
comment on column mart.partner.reports_through_code is 'The organisation that makes its reports.';
