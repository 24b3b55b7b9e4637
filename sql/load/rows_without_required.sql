-- Rows that lack what their table requires.
select incomplete.*
from ({select}) as incomplete
where num_nulls({required}) > 0 and exists (select from {batch})
