-- The two routines that everything stands on: core.as_of() reads the past, core.merge() writes it.

create function core.as_of() returns timestamptz
language sql stable parallel safe
as $$ select coalesce(nullif(current_setting('warehouse.as_of', true), '')::timestamptz, now()) $$;

comment on function core.as_of() is
'The moment that every mart answers for: SET warehouse.as_of = ''2026-03-01'', or now.';

-- Text to value without ever raising: what cannot be read becomes null, and a row rule names it.
create function core.to_numeric(value text) returns numeric
language sql immutable parallel safe
as $$
    select case
        when value ~ '^\s*[-+]?([0-9]{1,24}(\.[0-9]{0,18})?|\.[0-9]{1,18})([eE][-+]?[0-9]{1,2})?\s*$' then value::numeric
    end
$$;

comment on function core.to_numeric(text) is 'The number a text says, or null when it says none.';

create function core.to_integer(value text) returns bigint
language sql immutable parallel safe
as $$ select case when value ~ '^\s*[-+]?[0-9]{1,17}(\.0{1,9})?\s*$' then value::numeric::bigint end $$;

comment on function core.to_integer(text) is 'The whole number a text says, or null when it says none.';

create function core.to_date(value text) returns date
language plpgsql immutable parallel safe
as $$
begin
    if value ~ '^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]00:00:00(\.0+)?)?\s*$' then
        return left(trim(value), 10)::date;
    end if;
    return null;
exception when datetime_field_overflow then
    return null;
end $$;

comment on function core.to_date(text) is 'The ISO 8601 date a text says, or null when it says none.';

-- SDMX periods: '2026', '2026-S1', '2026-Q3', '2026-09', '2026-09-14'.
create function core.period_start(period text) returns date
language sql immutable parallel safe
as $$
    select case
        when period ~ '^[0-9]{4}$' then make_date(period::int, 1, 1)
        when period ~ '^[0-9]{4}-S[12]$' then make_date(left(period, 4)::int, right(period, 1)::int * 6 - 5, 1)
        when period ~ '^[0-9]{4}-Q[1-4]$' then make_date(left(period, 4)::int, right(period, 1)::int * 3 - 2, 1)
        when period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' then make_date(left(period, 4)::int, right(period, 2)::int, 1)
        else core.to_date(period)
    end
$$;

comment on function core.period_start(text) is 'First day of an SDMX period, or null when the text is no period.';

create function core.period_end(period text) returns date
language sql immutable parallel safe
as $$
    select (core.period_start(period) + case
        when period ~ '^[0-9]{4}$' then interval '1 year'
        when period ~ '-S' then interval '6 months'
        when period ~ '-Q' then interval '3 months'
        when period ~ '^[0-9]{4}-[0-9]{2}$' then interval '1 month'
        else interval '1 day'
    end)::date - 1
$$;

comment on function core.period_end(text) is 'Last day of an SDMX period, or null when the text is no period.';

-- The versioned merge: compare what is staged with what is current, write only what changed.
-- Key columns are those of the target's partial unique index over its current rows; released_at is
-- carried but not compared. `scope` is a predicate on the target that says which current rows the
-- payload speaks for: one of them that is absent from it is withdrawn; null means absence says nothing.
-- One transaction of the caller: a kill at any moment leaves the old state or the new.
create function core.merge(
    target regclass, staged regclass, batch bigint, payload bigint, clock timestamptz, scope text
) returns table (inserted_count bigint, closed_count bigint, unchanged_count bigint)
language plpgsql
as $$
declare
    key_columns text[];
    value_columns text[];
    carried_columns text[];
    effective timestamptz;
    newest timestamptz;
    staged_count bigint;
begin
    perform pg_advisory_xact_lock_shared(hashtext('core.pin'));
    perform pg_advisory_xact_lock(hashtext('core.merge'), target::oid::bigint::int);

    select array_agg(quote_ident(a.attname) order by k.position) into strict key_columns
    from pg_index as i
    cross join lateral unnest(i.indkey) with ordinality as k (attnum, position)
    join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = target and i.indisunique and i.indpred is not null;

    select
        array_agg(quote_ident(a.attname) order by a.attnum) filter (where a.attname <> 'released_at'),
        array_agg(quote_ident(a.attname) order by a.attnum) filter (
            where a.attname = 'released_at' and exists (
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

    drop table if exists pg_temp.merge_difference;
    execute format(
        'create temp table merge_difference on commit drop as
         select s.staged_ctid, t.current_ctid, coalesce(t.known_from, ''-infinity'') as known_from
         from (select ctid as staged_ctid, %1$s from %3$s) as s
         %5$s join (select ctid as current_ctid, known_from, %1$s from %2$s
                    where known_to = ''infinity'' and %6$s) as t using (%4$s)
         where s.staged_ctid is null or t.current_ctid is null or (%7$s) is distinct from (%8$s)',
        array_to_string(key_columns || value_columns, ', '), target, staged,
        array_to_string(key_columns, ', '),
        case when scope is null then 'left' else 'full' end, coalesce('(' || scope || ')', 'true'),
        coalesce((select string_agg('s.' || c, ', ') from unnest(value_columns) as c), 'null'),
        coalesce((select string_agg('t.' || c, ', ') from unnest(value_columns) as c), 'null')
    );
    execute format('select count(*) from %s', staged) into staged_count;

    if not exists (select from merge_difference) then
        insert into ops.merge (batch_id, target, known_from, inserted_row_count, closed_row_count, unchanged_row_count)
        values (batch, target::text, clock, 0, 0, staged_count);
        return query select 0::bigint, 0::bigint, staged_count;
        return;
    end if;

    -- Knowledge only moves forward: a payload older than what its rows already hold is refused, and
    -- nothing that a report has been pinned to may change behind it.
    select max(d.known_from) into newest from merge_difference as d;
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

    execute format(
        'update %1$s as t set known_to = $1 from merge_difference as d where t.ctid = d.current_ctid', target
    ) using effective;
    get diagnostics closed_count = row_count;
    execute format(
        'insert into %1$s (%2$s, known_from, payload_id)
         select %2$s, $1, $2 from %3$s as s join merge_difference as d on s.ctid = d.staged_ctid',
        target, array_to_string(key_columns || value_columns || carried_columns, ', '), staged
    ) using effective, payload;
    get diagnostics inserted_count = row_count;
    -- The planner must not meet a table that grew by thousands of rows as if it were empty.
    if inserted_count > 5000 then
        execute format('analyze %s', target);
    end if;
    unchanged_count := staged_count - inserted_count;
    insert into ops.merge (batch_id, target, known_from, inserted_row_count, closed_row_count, unchanged_row_count)
    values (batch, target::text, effective, inserted_count, closed_count, unchanged_count);
    return next;
end $$;

comment on function core.merge(regclass, regclass, bigint, bigint, timestamptz, text) is
'The versioned merge: writes what changed, closes what it supersedes, leaves the rest alone.';
