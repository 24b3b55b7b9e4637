-- question: how much of its yearly budget has each contract used so far in 2026?
with spent as (
    select
        contract_code,
        sum(budget_used_eur) as budget_used_eur
    from mart.partner_activity
    where period like '2026-%'
    group by contract_code
),

agreed as (
    select
        contract_code,
        agreed_eur
    from asof.contract_budget
    where year = 2026
)

select
    agreed.contract_code,
    agreed.agreed_eur,
    spent.budget_used_eur,
    round(spent.budget_used_eur / nullif(agreed.agreed_eur, 0), 3) as used_share
from agreed
left join spent on agreed.contract_code = spent.contract_code
order by used_share desc nulls last, agreed.contract_code asc;
