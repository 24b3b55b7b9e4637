-- The versioned merge: compares what is staged with what is current, and writes only what changed.
-- Key columns: those of the target's unique index over its current rows or all versions, see core.key_columns().
-- released_at and period_start_date are carried along, but not compared.
-- scope: predicate on the target for the current rows that the payload covers; such a row is withdrawn when the payload
-- lacks it. Null: nothing is withdrawn.
-- staged: a table or a view.
-- skipped, skipped_count: predicate on the target for current rows that are known to equal the payload's, and the
-- number of rows that were left out of staged because of them.
-- bulk_count: number of staged rows, when the caller counted them and left the check for duplicate keys to this
-- function.
-- dataset: the only dataset of a bulk payload; its first load may make a partition.
-- Runs in the caller's transaction: a kill at any moment leaves the old state or the new.
-- uses: core.fill_partition, core.is_new_partition, core.key_columns, core.observation, core.series
-- uses: core.take_statistics, landing.payload, ops.batch, ops.merge, ops.report_run, ops.slice
create or replace function core.merge(
    target regclass, staged regclass, batch bigint, payload bigint, clock timestamptz, scope text,
    skipped text default null, skipped_count bigint default 0, bulk_count bigint default null,
    dataset text default null
) returns table (inserted_count bigint, closed_count bigint, unchanged_count bigint)
language plpgsql
as $$
declare
    key_columns text[];
    value_columns text[];
    carried constant name[] := '{released_at,period_start_date}';
    carried_columns text[];
    written text;
    compared text := concat_ws(' and ', 'known_to = ''infinity''', '(' || scope || ')', 'not (' || skipped || ')');
    is_first boolean;
    is_fresh boolean;
    has_news boolean;
    effective timestamptz;
    newest timestamptz;
    staged_count bigint := bulk_count;
    leaf regclass;
    found_count bigint;
    only_staged bigint;
    only_current bigint;
begin
    perform pg_advisory_xact_lock_shared(hashtext('core.pin'));
    perform pg_advisory_xact_lock(hashtext('core.merge'), target::oid::bigint::int);
    perform from landing.payload as p where p.payload_id = payload for key share;
    if not found then
        raise exception using errcode = 'foreign_key_violation', message = format('payload %s is unknown', payload);
    end if;

    key_columns := core.key_columns(target);
    select
        array_agg(quote_ident(a.attname) order by a.attnum) filter (where a.attname <> all (carried)),
        array_agg(quote_ident(a.attname) order by a.attnum) filter (
            where a.attname = any (carried) and exists (
                select from pg_attribute as s where s.attrelid = staged and s.attname = a.attname and s.attnum > 0
            )
        )
    into value_columns, carried_columns
    from pg_attribute as a
    where a.attrelid = target and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        and a.attname not in ('known_from', 'known_to', 'payload_id')
        and quote_ident(a.attname) <> all (key_columns);
    value_columns := coalesce(value_columns, '{}');
    carried_columns := coalesce(carried_columns, '{}');
    written := array_to_string(key_columns || value_columns || carried_columns, ', ');

    execute format('select not exists (select from %s where %s)', target, compared) into is_first;
    if is_first then
        execute format('select exists (select from %s)', staged) into has_news;
        staged_count := coalesce(bulk_count, 0);
    else
        drop table if exists pg_temp.merge_difference;
        execute format(
            'create temp table merge_difference on commit drop as
             select %1$s, %2$s s.is_staged, t.current_leaf, t.current_ctid, coalesce(t.known_from, ''-infinity'') as known_from
             from (select %3$s, true as is_staged from %4$s) as s
             %5$s join (select %6$s, tableoid as current_leaf, ctid as current_ctid, known_from from %7$s where %8$s) as t using (%1$s)
             where s.is_staged is null or t.current_ctid is null or (%9$s) is distinct from (%10$s)',
            array_to_string(key_columns, ', '),
            coalesce((select string_agg('s.' || c || ', ', '') from unnest(value_columns || carried_columns) as c), ''),
            written, staged, case when scope is null then 'left' else 'full' end,
            array_to_string(key_columns || value_columns, ', '), target, compared,
            coalesce((select string_agg('s.' || c, ', ') from unnest(value_columns) as c), 'null'),
            coalesce((select string_agg('t.' || c, ', ') from unnest(value_columns) as c), 'null')
        );
        if bulk_count is null then
            execute format('select count(*) from %s', staged) into staged_count;
        end if;
        select
            count(*) filter (where d.current_ctid is null),
            count(*) filter (where d.is_staged is null),
            max(d.known_from),
            count(*) > 0
        into only_staged, only_current, newest, has_news
        from merge_difference as d;
        if bulk_count is not null then
            -- A staged row that is not new has matched a current row; two staged rows of one key matched the same row.
            execute format('select count(*) from %s where %s', target, compared) into found_count;
            if scope is not null and staged_count - only_staged <> found_count - only_current then
                raise exception using errcode = 'unique_violation', message = 'a key comes twice in the payload';
            end if;
        end if;
    end if;

    if not has_news then
        insert into ops.merge (batch_id, target, known_from, inserted_row_count, closed_row_count, unchanged_row_count)
        select batch, target::text, greatest(clock, max(r.as_of) + interval '1 microsecond'), 0, 0, staged_count + skipped_count
        from ops.report_run as r where r.state <> 'held';
        return query select 0::bigint, 0::bigint, staged_count + skipped_count;
        return;
    end if;

    -- Knowledge only moves forward: a payload older than the versions that its rows already have is refused, and rows
    -- that a pinned report has read may not change afterwards.
    newest := coalesce(newest, '-infinity');
    if scope is not null then
        execute format(
            'select greatest($1, max(known_to)) from %s where known_to < ''infinity'' and known_to > $2 and (%s)',
            target, scope
        ) into newest using newest, clock;
    end if;
    if newest > clock and exists (
        select from ops.merge as m join ops.batch as b using (batch_id)
        where m.target = merge.target::text and m.known_from = newest and b.clock > merge.clock
    ) then
        raise exception using errcode = 'W0001', message = format(
            '%s already holds knowledge of %s; a payload of %s comes too late', target, newest, clock);
    end if;
    select greatest(
        clock, max(r.as_of) + interval '1 microsecond',
        case when newest > clock then newest + interval '1 microsecond' end
    ) into effective from ops.report_run as r where r.state <> 'held';

    closed_count := 0;
    if not is_first then
        -- Rows are found by ctid in the table or partition that holds them; a join would read all of it.
        for leaf in select distinct d.current_leaf from merge_difference as d where d.current_leaf is not null loop
            execute format(
                'update %s as t set known_to = $1 where t.ctid = any (
                    array(select d.current_ctid from merge_difference as d where d.current_leaf = $2))', leaf
            ) using effective, leaf::oid;
            get diagnostics found_count = row_count;
            closed_count := closed_count + found_count;
        end loop;
    end if;
    is_fresh := is_first and core.is_new_partition(target, dataset);
    if is_fresh then
        inserted_count := core.fill_partition(target, staged, batch, payload, effective, dataset);
    else
        execute format(
            'insert into %1$s (%2$s, known_from, payload_id) select %2$s, $1, $2 from %3$s',
            target, written, case when is_first then staged::text else 'pg_temp.merge_difference where is_staged' end
        ) using effective, payload;
        get diagnostics inserted_count = row_count;
    end if;
    staged_count := greatest(staged_count, inserted_count);
    -- A kept slice is void once one of its rows changed, and so are all slices of a dataset once a series of it
    -- changed.
    if target = 'core.observation'::regclass and exists (select from ops.slice) then
        execute format(
            'delete from ops.slice as l using (select distinct dataset_code, period from %s) as d
             where l.period = d.period and l.dataset_code = coalesce(d.dataset_code, l.dataset_code)',
            case when is_first then staged::text else 'pg_temp.merge_difference' end
        );
    elsif target = 'core.series'::regclass and closed_count > 0 then
        delete from ops.slice as l using merge_difference as d
        where l.dataset_code = coalesce(d.dataset_code, l.dataset_code);
    end if;

    -- The planner needs new statistics once a table has grown by more than a tenth.
    if not is_fresh and inserted_count > greatest(100, (select c.reltuples / 10 from pg_class as c where c.oid = target)) then
        perform core.take_statistics(target);
    end if;
    unchanged_count := staged_count + skipped_count - inserted_count;
    insert into ops.merge (batch_id, target, known_from, inserted_row_count, closed_row_count, unchanged_row_count)
    values (batch, target::text, effective, inserted_count, closed_count, unchanged_count);
    return next;
end $$;

comment on function core.merge(
    regclass, regclass, bigint, bigint, timestamptz, text, text, bigint, bigint, text
) is 'The versioned merge: writes what changed, closes what it supersedes, leaves the rest alone.';
revoke execute on function core.merge from public;
grant execute on function core.merge to etl;
