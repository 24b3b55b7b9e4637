-- A market or product of trade, or a series by its key, is found without a look at all series of the dataset; and the
-- planner learns how many series a dimension leaves, which it takes for one in two hundred each until it is told.
drop index core.series_dataset;
create index series_country on core.series (dataset_code, (dimensions ->> 'COUNTRY'));
create index series_product on core.series (dataset_code, (dimensions ->> 'PRODUCT'));
create index series_key on core.series (dataset_code, series_key);
create statistics core.series_dimension (mcv)
on dataset_code, freq_code, concept_code, (dimensions ->> 'REPORTING'), (dimensions ->> 'COUNTRY'),
(dimensions ->> 'PRODUCT'), (dimensions ->> 'FLOW'), (dimensions ->> 'DATATYPE')
from core.series;

-- The planner takes unnest() for a hundred rows; mostly there is none.
create function core.days_outside(days datemultirange) returns setof daterange
language sql immutable parallel safe rows 1
as $$ select unnest('{[1900-01-01,9999-12-31]}'::datemultirange - days) $$;

comment on function core.days_outside(datemultirange) is
'The stretches of days, of all that the reference tables know, that are in none of the given ones.';
