-- Contacts that left the list, or whose contract ended, before a moment; with all their versions.
delete from core.partner_contact as contact
where
    contact.known_to < %(before)s
    or (
        select max(contract.end_date) from core.contract as contract
        where contract.contract_code = contact.contract_code and contract.known_to = 'infinity'
    ) < %(before)s::date
returning null::text as location
