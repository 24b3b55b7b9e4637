-- Writes the rows of a first load as a table of their own: no look-ups, and no index is kept up to date meanwhile.
-- Columns with the same value in every row are added afterwards, with a default that PostgreSQL stores once for all
-- rows: that saves a third of the bytes.
-- uses: core.adopt_partition
create or replace function core.fill_partition(
    target regclass, staged regclass, batch bigint, payload bigint, known_from timestamptz, dataset text
) returns bigint
language plpgsql
as $$
declare
    fresh text := format('staging.%I', format('b%s_partition', batch));
    row_count bigint;
begin
    execute (
        select format(
            'create table %s as select %s from %s', fresh,
            string_agg(quote_ident(a.attname), ', ' order by a.attnum), staged
        )
        from pg_attribute as a
        where a.attrelid = target and a.attnum > 0 and not a.attisdropped
            and a.attname not in ('dataset_code', 'known_from', 'known_to', 'payload_id')
    );
    get diagnostics row_count = row_count;
    perform core.adopt_partition(target, fresh::regclass, dataset, known_from, payload);
    return row_count;
end $$;

comment on function core.fill_partition(regclass, regclass, bigint, bigint, timestamptz, text) is
'Writes the staged rows of a dataset as a partition of a table; returns their number.';
