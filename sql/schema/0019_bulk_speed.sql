-- Bulk loads at the speed of a heap: observations lie in partitions, a dataset whose first load is bulk in one of its
-- own, whose rows are written before its index is built. One index over all versions guards the key of each.

create schema part;
comment on schema part is 'The partitions of core.observation; they are asked and written through it.';
grant usage on schema part to etl;

-- The key of a table of core, by the index that guards it: over its current rows, or over all versions with known_to,
-- of which one key has one that is infinity. Of a partitioned table every partition is guarded alike.
create function core.key_columns(target regclass) returns text[]
language sql stable
as $$
    select array_agg(quote_ident(a.attname) order by k.position)
    from pg_index as i
    cross join lateral unnest(i.indkey) with ordinality as k (attnum, position)
    join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = coalesce((select min(inhrelid::oid::bigint)::oid from pg_inherits where inhparent = target), target)
        and i.indisunique and a.attname <> 'known_to'
        and (i.indpred is not null or (
            select e.attnum from pg_attribute as e where e.attrelid = i.indrelid and e.attname = 'known_to'
        ) = any (i.indkey))
$$;

comment on function core.key_columns(regclass) is
'The columns that name a row of a versioned table, from the unique index over its current rows or over all versions.';

-- Everyday datasets stay in one partition, as the table was; only what made a row dear is gone from it. The first day
-- of the period was computed by the table for each row, at the price of a COPY; a load says it.
alter table core.observation alter column period_start_date drop expression;
alter table core.observation rename to observation_everyday;
alter table core.observation_everyday set schema part;
drop index part.observation_current;
-- In this order what is current of a series lies together; with the period before known_to the planner would take a
-- look-up for seven times as dear, and read the table instead. A sample of millions meets a series too seldom to see
-- that it has many values: it is told.
alter table part.observation_everyday alter column series_id set (n_distinct = -0.01);
create unique index observation_everyday_version on part.observation_everyday (series_id, known_to, period);
alter index part.observation_scope rename to observation_everyday_scope;
alter index part.observation_closed rename to observation_everyday_closed;
create table core.observation (like part.observation_everyday including defaults including comments)
partition by list (dataset_code);
comment on table core.observation is
'One value of a series for a period, as known from known_from until known_to. About people: none.';
comment on table part.observation_everyday is
'The observations of every dataset that has no partition of its own. About people: none.';
create index observation_closed on core.observation (dataset_code, known_to) where known_to < 'infinity';
do $$ begin alter table core.observation attach partition part.observation_everyday default; end $$;
grant select, insert, update on core.observation to etl;
grant select on core.observation to reporter, analyst;
grant select, update on part.observation_everyday to etl;

-- A load says the first day with its rows; of a row that is written by hand it follows here.
create function core.say_period_start() returns trigger
language plpgsql
as $$
begin
    new.period_start_date := core.period_start(new.period);
    return new;
end $$;

comment on function core.say_period_start() is 'Fills in the first day of an observation''s period.';

create trigger say_period_start before insert on core.observation
for each row when (new.period_start_date is null) execute function core.say_period_start();

create function core.is_new_partition(target regclass, dataset text) returns boolean
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
'Whether a table is partitioned by dataset and holds nothing of this one, in any version.';

-- The rows of a first load, written as a table of their own; nothing is looked up and no index is kept meanwhile.
create function core.fill_partition(
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
            string_agg(
                case a.attname
                    when 'known_from' then format('%L::timestamptz as known_from', known_from)
                    when 'known_to' then '''infinity''::timestamptz as known_to'
                    when 'payload_id' then format('%s::bigint as payload_id', payload)
                    else quote_ident(a.attname)
                end, ', ' order by a.attnum
            ), staged
        )
        from pg_attribute as a where a.attrelid = target and a.attnum > 0 and not a.attisdropped
    );
    get diagnostics row_count = row_count;
    perform core.adopt_partition(target, fresh::regclass, dataset);
    return row_count;
end $$;

comment on function core.fill_partition(regclass, regclass, bigint, bigint, timestamptz, text) is
'Writes the staged rows of a dataset as a partition of a table; returns their number.';

-- What etl has filled becomes its owner's: etl may load, and owns nothing in core. Only a plain table of staging is
-- taken, one that brings no code with it; attaching it looks at columns, and at the rows for their dataset.
create function core.adopt_partition(target regclass, fresh regclass, dataset text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    name text := 'observation_' || left(md5(dataset), 16);
begin
    if target <> 'core.observation'::regclass or not exists (
        select from pg_class as c
        where c.oid = fresh and c.relnamespace = 'staging'::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
            and not c.relhastriggers and not c.relhasrules and not c.relrowsecurity
            and not exists (select from pg_attrdef as d where d.adrelid = fresh)
            and not exists (select from pg_constraint as k where k.conrelid = fresh)
            and not exists (select from pg_index as i where i.indrelid = fresh)
    ) then
        raise exception using errcode = 'insufficient_privilege', message = format(
            '%s is no plain table of staging for %s', fresh, target);
    end if;
    execute format('alter table %s owner to %I', fresh, current_user);
    execute format('alter table %s set schema part', fresh);
    execute format('alter table %s rename to %I', fresh, name);
    execute format('create unique index %I on part.%I (series_id, known_to, period)', name || '_version', name);
    -- One look at the rows serves all of these, and attaching looks no more.
    execute (
        select format(
            'alter table part.%I %s, add constraint is_dataset check (dataset_code is not null and dataset_code = %L)',
            name, string_agg(format('alter %I set not null', a.attname), ', '), dataset
        )
        from pg_attribute as a where a.attrelid = target and a.attnum > 0 and a.attnotnull
    );
    execute format('alter table part.%I alter known_to set default ''infinity''', name);
    -- Last: from here on nobody else reads the everyday partition until the merge is over.
    execute format('alter table core.observation attach partition part.%I for values in (%L)', name, dataset);
    execute format('alter table part.%I drop constraint is_dataset', name);
    execute format('comment on table part.%I is %L', name, 'The observations of ' || dataset || '.');
    execute format('grant select, update on part.%I to etl', name);
    execute format('alter table part.%I alter series_id set (n_distinct = -0.01)', name);
    analyze core.observation;
end $$;

comment on function core.adopt_partition(regclass, regclass, text) is
'Takes a filled table of staging over as the partition of a dataset, with the index that guards its key.';
revoke execute on function core.adopt_partition from public;
grant execute on function core.adopt_partition to etl;

drop function core.merge(regclass, regclass, bigint, bigint, timestamptz, text, text, bigint, boolean);

-- The versioned merge: compare what is staged with what is current, write only what changed.
-- Key columns are those of the target's unique index over its current rows or all versions (core.key_columns);
-- released_at and what follows from the key are carried but not compared. `scope` is a predicate on the target that
-- says which current rows the payload speaks for: one of them that is absent from it is withdrawn; null means absence
-- says nothing. `staged` is a table or a view. `skipped` is a predicate on the target for current rows that are known
-- to be what the payload says; it left `skipped_count` rows out of `staged` for them, and nothing else. `bulk_count`
-- is the number of staged rows when the caller counted them and nobody has looked whether a key comes twice: then this
-- does. `dataset` names the only dataset of a bulk payload: its first load may make a partition.
-- One transaction of the caller: a kill at any moment leaves the old state or the new.
create function core.merge(
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
            -- Every staged row that is not new has met a current one; of one key twice, both met the same.
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

    -- Knowledge only moves forward: a payload older than what its rows already hold is refused, and
    -- nothing that a report has been pinned to may change behind it.
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
        -- A row is found by where it lies, in the table or the partition that holds it; a join would read all of it.
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
    -- What changed is no longer what a kept slice was made of, and neither is a dataset of which a series changed.
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

    -- The planner must not meet a table that grew much as if it had not.
    if not is_fresh and inserted_count > greatest(5000, (select c.reltuples / 10 from pg_class as c where c.oid = target)) then
        execute format('analyze %s', target);
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
