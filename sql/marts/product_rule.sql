-- model: mart.product_rule
-- grain: product_code, rule_code, core_domain_code, valid_from
-- reads: mart.series, core.product_domain
-- why: which rows of the bridge to core domains a product of the trade statistics may fall under; of those valid on
--      a day the longest rule_code decides. A section is no beginning of another: V does not decide for VI.
create or replace view mart.product_rule as
-- from one product to the next by the index: there are some hundred among a hundred thousand series
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

product_domain as (
    select
        product_code as rule_code,
        core_domain_code,
        weight_share,
        is_energy,
        valid_from,
        valid_to,
        known_from
    from core.product_domain
    where
        known_from <= (select core.as_of())
        and known_to > (select core.as_of())
)

select
    product.product_code,
    product_domain.rule_code,
    product_domain.core_domain_code,
    product_domain.weight_share,
    product_domain.is_energy,
    product_domain.valid_from,
    product_domain.valid_to,
    product_domain.known_from
from product
inner join product_domain
    on
        product.product_code = product_domain.rule_code
        or (
            product_domain.rule_code ~ '^[0-9]'
            and starts_with(product.product_code, product_domain.rule_code)
        );

comment on view mart.product_rule is
'Products of trade with the rows of the bridge to core domains that they begin with.';
comment on column mart.product_rule.product_code is 'HS section, chapter, heading or CN8 code as seen in trade.';
comment on column mart.product_rule.rule_code is 'Code of the bridge; the longest valid on a day decides.';
comment on column mart.product_rule.core_domain_code is 'Core domain of the strategy, or unassigned.';
comment on column mart.product_rule.weight_share is 'Part of the product that counts for the domain, 0..1.';
comment on column mart.product_rule.is_energy is 'Fuels and electricity (HS chapter 27).';
comment on column mart.product_rule.valid_from is 'First day for which it decides.';
comment on column mart.product_rule.valid_to is 'Last day; 9999-12-31 while it does.';
comment on column mart.product_rule.known_from is 'When this platform learned it.';
