-- Our own tables, from the CSV files of include/sources/reference.

-- query: typed
-- A table of include/sources/reference, typed.
select
    row_id,
    {typed_columns}
from {raw};

-- query: rows
-- The rows of a reference table.
select {columns}
from {typed};

-- query: partner_contact
-- The contacts of the list, without those whose contract ended longer ago than housekeeping keeps them: a list that
-- still names such a contact does not bring it back.
with newest_list as (
    select batch.clock
    from ops.batch as batch
    inner join landing.payload as payload on batch.payload_id = payload.payload_id
    where payload.source_code = 'reference_partner_contact'
    order by batch.clock desc, batch.batch_id desc
    limit 1
)

select {columns}
from {typed} as contact
where
    not exists (
        select 1
        from core.retention_rule as rule
        cross join newest_list
        where
            rule.rule_code = 'partner_contact' and rule.known_to = 'infinity'
            and (
                select max(contract.end_date) from core.contract as contract
                where contract.contract_code = contact.contract_code and contract.known_to = 'infinity'
            ) < (newest_list.clock - make_interval(days => rule.keep_days))::date
    );

-- query: covers
-- Our own tables cover no stretch of time.
select null::date as until_date;
