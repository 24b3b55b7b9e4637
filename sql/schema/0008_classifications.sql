-- Classifications with validity: countries by every source's codes, groups of countries by date, and the bridge from
-- products to core domains down to HS headings. What a warehouse already holds is carried over with its own
-- known_from, so that a past as-of moment answers as it did before.

create table core.country_code (
    code_system text not null,
    code text not null,
    country_code text not null,
    valid_from date not null,
    valid_to date not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index country_code_current on core.country_code (code_system, code, valid_from)
where known_to = 'infinity';

comment on table core.country_code is
'How each source writes a country or country group, with the days on which the code meant it.';
comment on column core.country_code.code_system is
'NBB (trade), NBB_AREA (balance of payments), NBB_TEC (exporters), EUROSTAT, OECD, COMTRADE, ISO2, ISO3 or M49.';
comment on column core.country_code.code is 'The code as the source writes it; numeric codes keep their zeros.';
comment on column core.country_code.country_code is 'Our code, see core.country.';
comment on column core.country_code.valid_from is 'First day on which the code meant it.';
comment on column core.country_code.valid_to is 'Last day; 9999-12-31 while it does.';

create table core.country_group_member (
    group_code text not null,
    country_code text not null,
    valid_from date not null,
    valid_to date not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index country_group_member_current on core.country_group_member (group_code, country_code, valid_from)
where known_to = 'infinity';

comment on table core.country_group_member is
'Which countries make up a group: EU as it was on a day, EU27_2020 and EU28 as fixed lists for any day.';
comment on column core.country_group_member.group_code is 'EU, EU27_2020 or EU28.';
comment on column core.country_group_member.country_code is 'Our code, see core.country.';
comment on column core.country_group_member.valid_from is 'First day of membership.';
comment on column core.country_group_member.valid_to is 'Last day; 9999-12-31 for members of today.';

-- What the warehouse knew about countries, under the names of now.
insert into core.country_code (
    code_system, code, country_code, valid_from, valid_to, known_from, known_to, payload_id
)
select
    'NBB' as code_system,
    source_code as code,
    country_code,
    date '1900-01-01' as valid_from,
    date '9999-12-31' as valid_to,
    known_from,
    known_to,
    payload_id
from core.country;

insert into core.country_group_member (
    group_code, country_code, valid_from, valid_to, known_from, known_to, payload_id
)
select distinct on (country_code, known_from)
    'EU27_2020' as group_code,
    country_code,
    date '1900-01-01' as valid_from,
    date '9999-12-31' as valid_to,
    known_from,
    known_to,
    payload_id
from core.country
where is_eu
order by country_code asc, known_from asc, known_to desc, source_code asc;

-- Two codes of a source for one country were two rows; the names are kept once, the codes now stand above.
delete from core.country as twin
using core.country as kept
where
    twin.country_code = kept.country_code and twin.source_code > kept.source_code
    and twin.known_from < kept.known_to and kept.known_from < twin.known_to;

drop index core.country_current;
alter table core.country drop column source_code, drop column is_eu;
create unique index country_current on core.country (country_code) where known_to = 'infinity';
comment on table core.country is 'Countries and country groups under one code, ours; core.country_code translates.';
comment on column core.country.country_code is
'ISO 3166-1 alpha-2; XK Kosovo, XC Ceuta, XL Melilla; for a group or a former state a code of our own.';

drop index core.product_domain_current;
alter table core.product_domain rename column hs_section_code to product_code;
alter table core.product_domain rename column hs_section_name to product_name;
alter table core.product_domain
add column is_energy boolean not null default false,
add column valid_from date not null default date '1900-01-01',
add column valid_to date not null default date '9999-12-31';
alter table core.product_domain alter column is_energy drop default;
alter table core.product_domain alter column valid_from drop default;
alter table core.product_domain alter column valid_to drop default;
create unique index product_domain_current on core.product_domain (product_code, core_domain_code, valid_from)
where known_to = 'infinity';
comment on table core.product_domain is
'Bridge from products to core domains: the longest code that a product begins with decides; its weights add up to 1.';
comment on column core.product_domain.product_code is
'HS section I to XXI, chapter 01 to 99 or heading 2937; the row of a chapter speaks for the chapter as a whole.';
comment on column core.product_domain.weight_share is 'Part of the product that counts for the domain, 0..1.';
comment on column core.product_domain.product_name is 'What the product is.';
comment on column core.product_domain.is_energy is
'Fuels and electricity (HS chapter 27), whose prices move totals by themselves.';
comment on column core.product_domain.valid_from is 'First day for which the row decides; the HS changes by edition.';
comment on column core.product_domain.valid_to is 'Last day; 9999-12-31 while it does.';

do $$
declare
    name text;
begin
    foreach name in array array['core.country_code', 'core.country_group_member'] loop
        execute format('comment on column %s.known_from is %L', name, 'When this platform learned the row.');
        execute format('comment on column %s.known_to is %L', name, 'When it learned better; infinity while current.');
        execute format('comment on column %s.payload_id is %L', name, 'The payload it came from.');
    end loop;
end $$;
