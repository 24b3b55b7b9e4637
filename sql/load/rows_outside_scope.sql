-- Rows of a payload that it was not asked for: its scope does not speak for them.
select outside.*
from ({select}) as outside
where not ({scope}) and exists (select from {batch})
