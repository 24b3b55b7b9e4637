-- model: mart.classification_gap
-- grain: dataset_code, classification_code, code
-- reads: mart.series, mart.observation, mart.country_meaning, asof.product_domain
-- why: a figure whose code the reference does not know still counts, but has no name or no core domain. This mart lists
--      such codes with the number of rows and the euros they touch. Empty when all is well.
create or replace view mart.classification_gap as
with series as (
    select
        series_id,
        dataset_code,
        unit_code,
        case split_part(dataset_code, ':', 1) when 'BE2' then 'NBB' else 'EUROSTAT' end as code_system,
        coalesce(dimensions ->> 'COUNTRY', dimensions ->> 'partner') as country_code,
        coalesce(dimensions ->> 'PRODUCT', dimensions ->> 'product') as product_code
    from mart.series
    where
        dataset_code like 'BE2:DF\_EXTTRADE%'
        or dataset_code like 'ESTAT:DS-0%'
),

seen as (
    select
        series_id,
        dataset_code,
        unit_code,
        'country' as classification_code,
        code_system,
        country_code as code
    from series
    where country_code is not null
    union all
    select
        series_id,
        dataset_code,
        unit_code,
        'product' as classification_code,
        'HS' as code_system,
        product_code as code
    from series
    where product_code <> 'TOTAL'
),

code as (
    select distinct
        classification_code,
        code_system,
        code
    from seen
),

product_domain as (
    select distinct
        product_code,
        valid_from,
        valid_to
    from asof.product_domain
),

known as (
    select
        code.classification_code,
        code.code_system,
        code.code,
        country.valid_from,
        country.valid_to
    from code
    inner join mart.country_meaning as country
        on code.code_system = country.code_system and code.code = country.code
    where code.classification_code = 'country'
    union all
    select
        code.classification_code,
        code.code_system,
        code.code,
        product_domain.valid_from,
        product_domain.valid_to
    from code
    inner join product_domain
        on
            code.code = product_domain.product_code
            or (product_domain.product_code ~ '^[0-9]' and starts_with(code.code, product_domain.product_code))
    where code.classification_code = 'product'
),

known_days as (
    select
        classification_code,
        code_system,
        code,
        range_agg(daterange(valid_from, valid_to, '[]')) as days
    from known
    group by classification_code, code_system, code
),

-- Codes that are known on all days are dropped here, so that only the figures of a few series, usually none, are read.
suspect as materialized (
    select
        seen.series_id,
        seen.dataset_code,
        seen.unit_code,
        seen.classification_code,
        seen.code,
        coalesce(known_days.days, '{}') as days
    from seen
    left join known_days
        on
            seen.classification_code = known_days.classification_code
            and seen.code_system = known_days.code_system
            and seen.code = known_days.code
    where known_days.days is null or not known_days.days @> daterange('1900-01-01', '9999-12-31', '[]')
)

select
    suspect.dataset_code,
    suspect.classification_code,
    suspect.code,
    count(*) as rows_count,
    sum(observation.value) filter (where suspect.unit_code = 'EUR') as value_eur,
    min(observation.period) as first_period,
    max(observation.period) as last_period,
    max(observation.known_from) as known_from
from suspect
inner join mart.observation as observation on suspect.series_id = observation.series_id
where not suspect.days @> observation.period_start_date
group by suspect.dataset_code, suspect.classification_code, suspect.code;

comment on view mart.classification_gap is
'Country and product codes in trade that the reference does not know on the days of their figures.';
comment on column mart.classification_gap.dataset_code is 'Agency and dataflow.';
comment on column mart.classification_gap.classification_code is
'country: missing from include/sources/reference/country_code.csv; product: missing from product_domain.csv there.';
comment on column mart.classification_gap.code is 'The code as the source writes it.';
comment on column mart.classification_gap.rows_count is 'Number of figures with this code.';
comment on column mart.classification_gap.value_eur is 'Their sum, EUR; null when they are not in euros.';
comment on column mart.classification_gap.first_period is 'First period with this code.';
comment on column mart.classification_gap.last_period is 'Last period with this code.';
comment on column mart.classification_gap.known_from is 'When this platform learned the newest of these figures.';
