-- model: mart.product_rule
-- grain: product_code, rule_code, core_domain_code, valid_from
-- reads: mart.series, asof.product_domain
-- why: which rows of the bridge to core domains decide for a product of the trade statistics, and when: of the rows
--      valid on a day, the row with the longest rule_code. A section is no beginning of another: V does not match VI.
create or replace view mart.product_rule as
-- steps from one product to the next by the index: a hundred thousand series have only some hundred products
with recursive step as (
    select
        dataset.dataset_code,
        (
            select min(series.dimensions ->> 'PRODUCT')
            from mart.series as series
            where series.dataset_code = dataset.dataset_code
        ) as product_code
    from (
        values
        ('BE2:DF_EXTTRADEVLNAT_Overview'),
        ('BE2:DF_EXTTRADEVLNAT_Part_I_to_IV'),
        ('BE2:DF_EXTTRADEVLNAT_Part_V_to_X'),
        ('BE2:DF_EXTTRADEVLNAT_Part_XI_to_XIV'),
        ('BE2:DF_EXTTRADEVLNAT_Part_XV_to_XVII'),
        ('BE2:DF_EXTTRADEVLNAT_Part_XVIII_to_XXI')
    ) as dataset (dataset_code)
    union all
    select
        step.dataset_code,
        (
            select min(series.dimensions ->> 'PRODUCT')
            from mart.series as series
            where series.dataset_code = step.dataset_code and series.dimensions ->> 'PRODUCT' > step.product_code
        ) as product_code
    from step
    where step.product_code is not null
),

product as (
    select distinct product_code
    from step
    where product_code is not null
),

-- the beginnings of a product code, by which its rules are looked up; no code is longer than twenty characters
beginning as (
    select
        product.product_code,
        left(product.product_code, place) as rule_code
    from product
    cross join generate_series(1, 20) as place
    where
        place = length(product.product_code)
        or (place < length(product.product_code) and product.product_code ~ '^[0-9]')
),

product_domain as (
    select
        product_code as rule_code,
        core_domain_code,
        weight_share,
        is_energy,
        valid_from,
        valid_to,
        known_from
    from asof.product_domain
),

rule as (
    select
        product.product_code,
        product_domain.rule_code,
        product_domain.core_domain_code,
        product_domain.weight_share,
        product_domain.is_energy,
        product_domain.known_from,
        -- the days on which this rule is not valid or a longer rule is
        datemultirange(daterange(null, null)) - datemultirange(daterange(valid_from, valid_to, '[]'))
        + coalesce(range_agg(daterange(valid_from, valid_to, '[]')) over longer, '{}') as other_days
    from beginning as product
    inner join product_domain on product.rule_code = product_domain.rule_code
    window
        longer as (
            partition by product.product_code order by length(product_domain.rule_code) desc
            range between unbounded preceding and current row exclude group
        )
),

stretch as (
    select
        product_code,
        rule_code,
        core_domain_code,
        weight_share,
        is_energy,
        known_from,
        core.days_outside(other_days) as days
    from rule
)

select
    product_code,
    rule_code,
    core_domain_code,
    weight_share,
    is_energy,
    lower(days) as valid_from,
    upper(days) - 1 as valid_to,
    known_from
from stretch;

comment on view mart.product_rule is
'Products of trade with the rows of the bridge to core domains that decide for them, and when.';
comment on column mart.product_rule.product_code is 'HS section, chapter, heading or CN8 code as seen in trade.';
comment on column mart.product_rule.rule_code is
'Code of the bridge; on each day the longest valid code decides.';
comment on column mart.product_rule.core_domain_code is 'Core domain of the strategy, or unassigned.';
comment on column mart.product_rule.weight_share is 'Part of the product that counts for the domain, 0..1.';
comment on column mart.product_rule.is_energy is 'Fuels and electricity (HS chapter 27).';
comment on column mart.product_rule.valid_from is 'First day for which it decides.';
comment on column mart.product_rule.valid_to is 'Last day; 9999-12-31 while it still does.';
comment on column mart.product_rule.known_from is 'When this platform learned it.';
