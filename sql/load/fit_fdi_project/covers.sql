-- The day of the newest project.
select max(announced_date) as until_date from {typed}
