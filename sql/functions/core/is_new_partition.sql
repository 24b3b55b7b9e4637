-- Decides whether a first load of a dataset may be written as a partition of its own.
create or replace function core.is_new_partition(target regclass, dataset text) returns boolean
language plpgsql stable
as $$
declare
    is_held boolean := true;
begin
    if dataset is not null and exists (select from pg_partitioned_table where partrelid = target) then
        execute format('select exists (select from %s where dataset_code = $1)', target) into is_held using dataset;
    end if;
    return not is_held;
end $$;

comment on function core.is_new_partition(regclass, text) is
'Whether a table is partitioned by dataset and holds no row of this dataset, in any version.';
