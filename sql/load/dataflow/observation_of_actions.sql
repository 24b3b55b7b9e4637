-- The observations that a payload with actions states; appended and merged rows keep what they do not say.
select
    stated.series_id,
    stated.dataset_code,
    stated.period,
    stated.period_start_date,
    case when stated.is_silent then coalesce(stated.value, known.value) else stated.value end as value,
    coalesce(nullif(stated.status_code, ''), known.status_code, '') as status_code,
    coalesce(stated.decimals, known.decimals) as decimals,
    coalesce(stated.embargo_until, known.embargo_until) as embargo_until,
    stated.released_at
from {typed} as stated
left join core.observation as known
    on
        stated.series_id = known.series_id
        and stated.period = known.period
        and known.known_to = 'infinity'
        and stated.action in ('A', 'M')
where stated.action <> 'D'
