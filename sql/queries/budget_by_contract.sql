-- question: how much of its yearly budget has each contract used so far in 2026?
with spent as (
    select
        contract_code,
        sum(budget_used_eur) as budget_used_eur
    from mart.partner_activity
    where period like '2026-%'
    group by contract_code
),

contract as (
    select
        contract_code,
        budget_eur_per_year
    from core.contract
    where
        known_from <= (select core.as_of())
        and known_to > (select core.as_of())
)

select
    contract.contract_code,
    contract.budget_eur_per_year,
    spent.budget_used_eur,
    round(spent.budget_used_eur / contract.budget_eur_per_year, 3) as used_share
from contract
left join spent on contract.contract_code = spent.contract_code
order by used_share desc nulls last;
