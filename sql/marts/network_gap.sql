-- model: mart.network_gap
-- grain: table_name, row_key, column_name, code
-- reads: asof.partner, asof.contract, asof.partner_name, asof.partner_relation, asof.partner_contact
-- reads: asof.contract_budget, asof.contract_domain, asof.contract_feed, asof.report_limit
-- why: reference tables are loaded independently of each other, so that a code which points nowhere can only be found
--      afterwards. Empty when all is well. A contract that owes reports needs a feed, a contact, its main domain among
--      its domains, and a budget for each year of its term. The number of partners that owe reports must be the number
--      in the agreement.
create or replace view mart.network_gap as
with partner as (
    select partner_code
    from asof.partner
),

contract as (
    select *
    from asof.contract
),

said as (
    select
        'contract' as table_name,
        contract_code as row_key,
        'partner_code' as column_name,
        partner_code as code
    from contract
    union
    select
        'partner_name' as table_name,
        partner_code || '/' || name as row_key,
        'partner_code' as column_name,
        partner_code as code
    from asof.partner_name
    union
    select
        'partner_relation' as table_name,
        partner_code || '/' || relation_code as row_key,
        'related_partner_code' as column_name,
        related_partner_code as code
    from asof.partner_relation
),

part as (
    select
        'contract_budget' as table_name,
        contract_code,
        year::text as code
    from asof.contract_budget
    union all
    select
        'contract_domain' as table_name,
        contract_code,
        core_domain_code as code
    from asof.contract_domain
    union all
    select
        'contract_feed' as table_name,
        contract_code,
        '' as code
    from asof.contract_feed
    union all
    select
        'partner_contact' as table_name,
        contract_code,
        '' as code
    from asof.partner_contact
    where is_active
),

needed as (
    select
        contract.contract_code,
        need.table_name,
        need.code
    from contract
    cross join
        lateral (
            values
            ('contract_domain', contract.core_domain_code),
            ('contract_feed', ''),
            ('partner_contact', '')
        ) as need (table_name, code)
    where contract.owes_reports
    union all
    select
        contract.contract_code,
        'contract_budget' as table_name,
        term.year::text as code
    from contract
    cross join
        lateral generate_series(
            extract(year from contract.start_date)::integer, extract(year from contract.end_date)::integer
        ) as term (year)
    where contract.owes_reports
),

reporting as (
    select count(distinct partner_code) as partner_count
    from contract
    where owes_reports
),

agreed as (
    select value as partner_count
    from asof.report_limit
    where limit_code = 'partners_that_report'
)

select
    said.table_name,
    said.row_key,
    said.column_name,
    said.code
from said
left join partner on said.code = partner.partner_code
where partner.partner_code is null
union
select
    part.table_name,
    part.contract_code as row_key,
    'contract_code' as column_name,
    part.contract_code as code
from part
left join contract on part.contract_code = contract.contract_code
where contract.contract_code is null
union
select
    needed.table_name,
    needed.contract_code as row_key,
    'lacks' as column_name,
    needed.code
from needed
left join part
    on needed.table_name = part.table_name and needed.contract_code = part.contract_code and needed.code = part.code
where part.contract_code is null
union
select
    'contract' as table_name,
    'partners_that_report' as row_key,
    'partner_code' as column_name,
    reporting.partner_count::text as code
from reporting
left join agreed on true
where reporting.partner_count > 0 and reporting.partner_count is distinct from agreed.partner_count;

comment on view mart.network_gap is
'Codes of the partner network that point nowhere, rows that a contract lacks, and a number of partners not agreed.';
comment on column mart.network_gap.table_name is 'Table of core.';
comment on column mart.network_gap.row_key is
'The row, the contract that lacks a row, or partners_that_report: contracts and core.report_limit differ.';
comment on column mart.network_gap.column_name is 'The column that points nowhere; lacks: a row is missing.';
comment on column mart.network_gap.code is
'The code in the row, the missing year or domain, or the number of partners that owe reports by their contracts.';
