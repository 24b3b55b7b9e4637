-- question: what did Flanders export to Vietnam each year, as it was known in March 2024?
-- note: the first line holds for the session, as `set warehouse.as_of = '2024-03-31'` would; `reset warehouse.as_of`
--       brings you back to now.
select set_config('warehouse.as_of', '2024-03-31', false);

select
    extract(year from period_start_date)::integer as year,
    count(distinct period) as months_count,
    sum(value_eur) as exports_eur
from mart.goods_trade
where flow_code = 'X' and concept_code = 'COM' and country_code = 'VN'
group by year
order by year;
