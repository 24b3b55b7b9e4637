-- question: by how much was each month of the exports of 2023 revised after it was first published?
select
    period,
    sum(first_value) as first_eur,
    sum(latest_value) as latest_eur,
    sum(change_eur) as change_eur,
    count(*) as revised_series_count,
    max(latest_known_from) as latest_known_from
from mart.revision
where
    dataset_code = 'BE2:DF_EXTTRADEVLNAT_Overview'
    and series_key like 'VL.%.X.COM.VAL.M'
    and period between '2023-01' and '2023-12'
group by period
order by period;
