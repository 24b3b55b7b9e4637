-- The last day that a payload has a figure for.
select max(core.period_end(period)) as until_date
from {typed}
where value is not null
