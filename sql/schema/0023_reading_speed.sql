-- Readers' plans fit what they read: the planner learns how many series are of a kind, and what a page costs here.

-- Over all dimensions every series is one of its kind, and the hundred that statistics remember say nothing of the
-- others; without country and product, which their indexes know, there are a few dozen kinds.
drop statistics core.series_dimension;
create statistics core.series_kind (mcv)
on dataset_code, freq_code, concept_code, (dimensions ->> 'REPORTING'), (dimensions ->> 'FLOW'),
(dimensions ->> 'DATATYPE')
from core.series;

-- A page that is looked up costs hardly more than the next one, in memory as on a solid state disk; taken for four
-- times as dear, half a million rows were sorted on disk before they were added up. And a server that can compile
-- expressions would compile all those of a scorecard for one answer.
do $$
declare
    reader text;
begin
    foreach reader in array '{analyst,reporter}'::text[] loop
        execute format('alter role %I set random_page_cost = 1.1', reader);
        execute format('alter role %I set jit = off', reader);
    end loop;
end $$;
