-- question: which partners still owe a report, since when, and did something come that could not be read?
select
    partner_name,
    period,
    state,
    due_date
from mart.partner_report
where state in ('missing', 'quarantined')
order by due_date desc, partner_name asc, period asc;
