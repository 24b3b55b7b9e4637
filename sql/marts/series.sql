-- model: mart.series
-- grain: series_id
-- reads: asof.series
-- why: describes the series whose values mart.observation holds.
create or replace view mart.series as
select
    series_id,
    dataset_code,
    series_key,
    dimensions,
    freq_code,
    unit_code,
    concept_code,
    price_basis_code,
    definition_code
from asof.series;

comment on view mart.series is 'The time series of every dataset: key, dimensions, unit and definition.';
comment on column mart.series.series_id is 'The series.';
comment on column mart.series.dataset_code is 'Agency and dataflow, ''BE2:DF_EXTTRADEVLNAT_Overview''.';
comment on column mart.series.series_key is 'Dimension values in the source''s order, joined by dots.';
comment on column mart.series.dimensions is 'The dimension values by name: {"COUNTRY": "DE", ...}.';
comment on column mart.series.freq_code is 'SDMX frequency: A, S, Q, M, D.';
comment on column mart.series.unit_code is 'Unit of the values, after scaling: EUR, NUMBER.';
comment on column mart.series.concept_code is
'COM community, NAT national concept; _Z where it does not apply. Never mixed.';
comment on column mart.series.price_basis_code is 'V current prices, _Z where it does not apply.';
comment on column mart.series.definition_code is
'Whose definition: INR, FIT_ANNOUNCED. The same words by another definition are another series.';
