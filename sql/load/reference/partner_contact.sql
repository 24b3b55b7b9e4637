-- The contacts of the list but those whose contract ended longer ago than housekeeping keeps them: a list that still
-- names them does not bring them back.
with told as (
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
        cross join told
        where
            rule.rule_code = 'partner_contact' and rule.known_to = 'infinity'
            and (
                select max(contract.end_date) from core.contract as contract
                where contract.contract_code = contact.contract_code and contract.known_to = 'infinity'
            ) < (told.clock - make_interval(days => rule.keep_days))::date
    )
