-- The last day that a payload has a figure for; a folder whose typed rows are no figures of periods has its own.
select max(core.period_end(period)) as until_date
from {typed}
where value is not null
