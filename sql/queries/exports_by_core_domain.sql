-- question: how did the exports of each core domain develop year by year, and how much has no domain?
select
    left(period, 4) as year,
    core_domain_code,
    count(*) as months_count,
    round(sum(value_eur)) as exports_eur,
    round(sum(value_eur) / sum(sum(value_eur)) over (partition by left(period, 4)), 4) as exports_share
from mart.goods_export_domain
group by year, core_domain_code
order by year asc, exports_eur desc;
