-- question: which payload does the export figure of one market and month come from, in each of its versions?
-- note: the version with an empty known_to is the current one.
select
    observation.period,
    series.series_key,
    observation.value,
    observation.status_code,
    observation.known_from,
    nullif(observation.known_to, 'infinity') as known_to,
    payload.sha256,
    payload.url,
    payload.fetched_at,
    payload.released_at
from core.observation as observation
inner join core.series as series on observation.series_id = series.series_id
inner join landing.payload as payload on observation.payload_id = payload.payload_id
where
    series.series_key = 'VL.VN.VI.X.COM.VAL.M'
    and observation.period = '2023-12'
    and series.known_to = 'infinity'
order by observation.known_from;
