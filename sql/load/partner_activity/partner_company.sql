-- The companies that took part.
select
    contract_code,
    report_period,
    activity_code,
    company_hash,
    is_sme = 'true' as is_sme,
    is_first_time_exporter = 'true' as is_first_time_exporter
from {typed}
where row_kind = 'company'
