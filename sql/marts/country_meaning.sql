-- model: mart.country_meaning
-- grain: code_system, code, valid_from
-- reads: asof.country_code, asof.country, asof.country_group_member
-- why: each source's codes for countries, and what each code meant on which days. A join on the code must also join on
--      the day of the figure: Comtrade's 58 is Belgium with Luxembourg until 1998, its 56 is Belgium from 1999.
create or replace view mart.country_meaning as
with country_code as (
    select
        code_system,
        code,
        country_code,
        valid_from,
        valid_to
    from asof.country_code
),

country as (
    select
        country_code,
        name_nl,
        name_en,
        is_aggregate
    from asof.country
),

member as (
    select
        country_code,
        bool_or(group_code = 'EU27_2020') as is_eu
    from asof.country_group_member
    group by country_code
)

select
    country_code.code_system,
    country_code.code,
    country_code.valid_from,
    country_code.valid_to,
    country_code.country_code,
    coalesce(country.name_nl, country_code.country_code) as name_nl,
    coalesce(country.name_en, country_code.country_code) as name_en,
    coalesce(country.is_aggregate, false) as is_aggregate,
    coalesce(member.is_eu, false) as is_eu
from country_code
left join country on country_code.country_code = country.country_code
left join member on country_code.country_code = member.country_code;

comment on view mart.country_meaning is 'Every source''s code for a country or country group, and what it meant when.';
comment on column mart.country_meaning.code_system is
'NBB (trade), NBB_AREA (balance of payments), NBB_TEC (exporters), EUROSTAT, OECD, COMTRADE, ISO2, ISO3 or M49.';
comment on column mart.country_meaning.code is 'The code as the source writes it.';
comment on column mart.country_meaning.valid_from is 'First day on which it meant this.';
comment on column mart.country_meaning.valid_to is 'Last day; 9999-12-31 while it still does.';
comment on column mart.country_meaning.country_code is 'Our code: ISO 3166-1 alpha-2, or a group''s own.';
comment on column mart.country_meaning.name_nl is 'Name in Dutch.';
comment on column mart.country_meaning.name_en is 'Name in English.';
comment on column mart.country_meaning.is_aggregate is
'True for the world and country groups, which must never be added to countries.';
comment on column mart.country_meaning.is_eu is 'Whether it is one of the 27 present members of the European Union.';
