-- What became of activities.
select
    contract_code,
    report_period,
    activity_code,
    months_after,
    company_hash,
    deals_count,
    value_amount,
    currency_code,
    is_new_market = 'true' as is_new_market,
    confirmed_code,
    without_help_code,
    satisfaction_score
from {typed}
where row_kind = 'follow_up'
