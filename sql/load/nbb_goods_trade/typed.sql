-- NBB's SDMX-CSV, typed: one row per observation; values scaled to single units (UNIT_MULT).
select
    row_id,
    split_part(dataflow, '(', 1) as dataset_code,
    concat_ws('.', reporting, country, product, flow, concept, datatype, freq) as series_key,
    core.series_id(
        split_part(dataflow, '(', 1), concat_ws('.', reporting, country, product, flow, concept, datatype, freq)
    ) as series_id,
    country,
    product,
    flow,
    concept,
    freq,
    unit_measure as unit_code,
    jsonb_build_object(
        'REPORTING', reporting, 'COUNTRY', country, 'PRODUCT', product, 'FLOW', flow,
        'CONCEPT', concept, 'DATATYPE', datatype, 'FREQ', freq
    ) as dimensions,
    time_period as period,
    trim_scale(core.to_numeric(obs_value) * power(10::numeric, coalesce(core.to_integer(unit_mult), 0))) as value,
    coalesce(obs_status, '') as status_code,
    core.to_integer(decimals)::smallint as decimals,
    core.to_date(left(embargo_time, 10))::timestamptz as embargo_until
from {raw}
