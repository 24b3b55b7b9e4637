-- Rows whose published value is not the wrong one that a correction of ours waits for: it no longer applies.
select staged.*
from ({select}) as staged
inner join core.correction as correction
    on
        staged.series_id = correction.series_id
        and staged.period = correction.period
        and correction.known_to = 'infinity'
where staged.value is distinct from correction.expected_value and exists (select from {batch})
