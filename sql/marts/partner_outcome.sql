-- model: mart.partner_outcome
-- grain: partner_code, quarter, months_after
-- reads: asof.additionality_band, mart.partner_activity, mart.partner_follow_up
-- why: deals that resulted from the activities of a quarter. Only deals that the company itself confirms count as
--      confirmed; the value that would have come without help is subtracted by the company's own answer. Total over
--      partners: _T, where an event of two partners counts once for each company.
create or replace view mart.partner_outcome as
with band as (
    select
        band_code,
        without_help_share
    from asof.additionality_band
),

outcome as (
    select
        who.code as partner_code,
        activity.quarter,
        told.months_after,
        told.confirmed_code,
        told.is_new_market,
        told.satisfaction_score,
        told.known_from,
        coalesce(told.deals_count, 0) as deals_count,
        told.value_eur,
        told.value_eur * (1 - band.without_help_share) as additional_eur,
        row_number() over (
            partition by
                who.code, activity.event_code, told.months_after,
                case when told.company_hash = '' then told.contract_code else told.company_hash end
            order by told.confirmed_code = 'yes' desc, told.value_eur desc nulls last, told.contract_code asc
        ) as telling
    from mart.partner_follow_up as told
    inner join mart.partner_activity as activity
        on told.contract_code = activity.contract_code and told.activity_code = activity.activity_code
    left join band on told.without_help_code = band.band_code
    cross join lateral (values (activity.partner_code), ('_T')) as who (code)
    where who.code is not null
)

select
    partner_code,
    quarter,
    months_after,
    count(*) as answers_count,
    coalesce(sum(deals_count) filter (where confirmed_code = 'yes'), 0) as confirmed_deals_count,
    coalesce(sum(deals_count) filter (where confirmed_code = 'no_answer'), 0) as unconfirmed_deals_count,
    coalesce(sum(value_eur) filter (where confirmed_code = 'yes'), 0) as confirmed_value_eur,
    coalesce(sum(value_eur) filter (where confirmed_code = 'no_answer'), 0) as unconfirmed_value_eur,
    coalesce(sum(value_eur) filter (where confirmed_code = 'no'), 0) as denied_value_eur,
    sum(additional_eur) filter (where confirmed_code = 'yes') as additional_value_eur,
    sum(additional_eur) filter (where confirmed_code = 'yes')
    / nullif(sum(value_eur) filter (where confirmed_code = 'yes' and additional_eur is not null), 0)
        as additionality_share,
    count(*) filter (where is_new_market and confirmed_code = 'yes') as new_markets_count,
    avg(satisfaction_score) as satisfaction_score,
    max(known_from) as known_from
from outcome
where telling = 1
group by partner_code, quarter, months_after;

comment on view mart.partner_outcome is
'Deals after 6 and 12 months, confirmed and not, and what the help added, by partner and quarter of the activity.';
comment on column mart.partner_outcome.partner_code is 'The partner; _T all partners.';
comment on column mart.partner_outcome.quarter is 'Quarter of the activity''s first day.';
comment on column mart.partner_outcome.months_after is '6 or 12. The two are not added: the second includes the first.';
comment on column mart.partner_outcome.answers_count is 'Rows of follow-up behind it.';
comment on column mart.partner_outcome.confirmed_deals_count is 'Deals that the companies confirm.';
comment on column mart.partner_outcome.unconfirmed_deals_count is 'Deals about which companies did not answer.';
comment on column mart.partner_outcome.confirmed_value_eur is
'Value of the confirmed deals, EUR, without amounts in a currency that has no rate, see mart.partner_follow_up.';
comment on column mart.partner_outcome.unconfirmed_value_eur is 'Value about which companies did not answer, EUR.';
comment on column mart.partner_outcome.denied_value_eur is 'Value that companies deny, EUR.';
comment on column mart.partner_outcome.additional_value_eur is
'Confirmed value that would not have come without help, EUR, where the company answered; null without an answer.';
comment on column mart.partner_outcome.additionality_share is
'additional_value_eur as part of the confirmed value of the companies that answered, 0..1.';
comment on column mart.partner_outcome.new_markets_count is
'Confirmed answers about a market that was new to the company.';
comment on column mart.partner_outcome.satisfaction_score is 'Mean of the scores given, 0 to 10.';
comment on column mart.partner_outcome.known_from is 'Newest knowledge behind it.';
