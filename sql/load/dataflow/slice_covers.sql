-- The last day that a bulk payload has rows for: its slices are known already.
select max(core.period_end(period)) as until_date from {typed}
