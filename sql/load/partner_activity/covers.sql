-- The last day of the quarter that is reported on.
select max(core.period_end(report_period)) as until_date from {typed}
