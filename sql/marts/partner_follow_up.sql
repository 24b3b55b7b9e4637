-- model: mart.partner_follow_up
-- grain: contract_code, activity_code, months_after, company_hash
-- reads: asof.partner_follow_up, mart.exchange_rate
-- why: the result of an activity as last reported, with its value in euro. A deal has no day of its own: an amount in
--      another currency is converted at the rate of the last day of the quarter that the report is for, by the rule of
--      mart.exchange_rate. Amount, currency and rate stay beside it; without a rate there is no value in euro.
create or replace view mart.partner_follow_up as
with told as (
    select distinct on (contract_code, activity_code, months_after, company_hash) *
    from asof.partner_follow_up
    order by contract_code asc, activity_code asc, months_after asc, company_hash asc, report_period desc
)

select
    told.contract_code,
    told.activity_code,
    told.months_after,
    told.company_hash,
    told.report_period,
    told.deals_count,
    told.value_amount,
    told.currency_code,
    case when told.currency_code = 'EUR' then 1 else exchange.rate end as rate,
    case when told.currency_code = 'EUR' then null else exchange.rate_period end as rate_period,
    case
        when told.currency_code = 'EUR' then told.value_amount
        else round(told.value_amount / exchange.rate, 2)
    end as value_eur,
    told.is_new_market,
    told.confirmed_code,
    told.without_help_code,
    told.satisfaction_score,
    greatest(told.known_from, exchange.known_from) as known_from
from told
left join lateral (
    select
        found.rate,
        found.rate_period,
        found.known_from
    from mart.exchange_rate as found
    where
        told.currency_code <> 'EUR'
        and found.currency_code = told.currency_code
        and found.period = to_char(core.period_end(told.report_period), 'YYYY-MM-DD')
) as exchange on true;

comment on view mart.partner_follow_up is
'Results of each activity after 6 and 12 months, by company as last reported, with their value in euro.';
comment on column mart.partner_follow_up.contract_code is 'The contract under which it was reported.';
comment on column mart.partner_follow_up.activity_code is 'The activity, the partner''s own number.';
comment on column mart.partner_follow_up.months_after is '6 or 12.';
comment on column mart.partner_follow_up.company_hash is
'The company, as in mart.partner_company; empty when the row is about all companies together.';
comment on column mart.partner_follow_up.report_period is 'Quarter of the newest report with this row.';
comment on column mart.partner_follow_up.deals_count is 'Deals that resulted from it.';
comment on column mart.partner_follow_up.value_amount is 'Their value as the partner wrote it, in the currency.';
comment on column mart.partner_follow_up.currency_code is 'ISO 4217.';
comment on column mart.partner_follow_up.rate is
'Units of the currency for one euro on the last day of report_period; 1 for EUR; null when there is no such rate.';
comment on column mart.partner_follow_up.rate_period is
'The day whose rate it is, at most seven before that day; null for EUR.';
comment on column mart.partner_follow_up.value_eur is
'value_amount / rate, rounded to cents; null when there is no amount or no rate.';
comment on column mart.partner_follow_up.is_new_market is 'The company did not export to the market before.';
comment on column mart.partner_follow_up.confirmed_code is
'yes, no or no_answer: whether the company itself confirms it.';
comment on column mart.partner_follow_up.without_help_code is
'How much of the value would have come without help; see core.additionality_band.';
comment on column mart.partner_follow_up.satisfaction_score is '0 to 10; null when not asked.';
comment on column mart.partner_follow_up.known_from is 'Newest knowledge behind it: the row, or its rate.';
