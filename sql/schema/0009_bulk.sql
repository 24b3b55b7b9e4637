-- The load path at the speed of COPY: cheaper typing, a merge that copies nothing but what changed, and a digest per
-- slice of a publication, so that a slice that comes again unchanged is not compared again.
-- A later file that changes what typing makes of a text ends with: truncate ops.slice.

-- The same answers as before; the common case is asked first, by a pattern that costs a tenth.
create or replace function core.to_numeric(value text) returns numeric
language sql immutable parallel safe
as $$
    select case
        when length(value) <= 18 and value ~ '^[0-9]+$' then value::numeric
        when value ~ '^\s*[-+]?([0-9]{1,24}(\.[0-9]{0,18})?|\.[0-9]{1,18})([eE][-+]?[0-9]{1,2})?\s*$' then value::numeric
    end
$$;

create or replace function core.period_start(period text) returns date
language sql immutable parallel safe
as $$
    select case
        when length(period) > 7 then core.to_date(period)
        when left(period, 4) = '0000' then null
        when period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' then make_date(left(period, 4)::int, right(period, 2)::int, 1)
        when period ~ '^[0-9]{4}$' then make_date(period::int, 1, 1)
        when period ~ '^[0-9]{4}-Q[1-4]$' then make_date(left(period, 4)::int, right(period, 1)::int * 3 - 2, 1)
        when period ~ '^[0-9]{4}-S[12]$' then make_date(left(period, 4)::int, right(period, 1)::int * 6 - 5, 1)
    end
$$;

-- Without blocks that catch exceptions, which cost ten times as much and cannot run in a parallel query that writes.
create or replace function core.to_date(value text) returns date
language sql immutable parallel safe
as $$
    select case
        when value ~ '^\s*[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]00:00:00(\.0+)?)?\s*$'
            and value !~ '^\s*0000' then case
            when substr(trim(value), 9, 2)::int <= extract(
                day from make_date(substr(trim(value), 1, 4)::int, substr(trim(value), 6, 2)::int, 1)
                + interval '1 month - 1 day'
            ) then make_date(
                substr(trim(value), 1, 4)::int, substr(trim(value), 6, 2)::int, substr(trim(value), 9, 2)::int
            )
        end
    end
$$;

create or replace function core.to_moment(value text) returns timestamptz
language sql stable strict parallel safe
as $$
    select case
        when core.to_date(said.iso_date) is null then null
        -- The agencies' local times are Central European; a text with an offset says its own.
        when said.clock ~ '^([T ]([01][0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)(\.[0-9]{1,9})?)?)?$'
            then (said.iso_date || said.clock)::timestamp at time zone 'Europe/Brussels'
        when said.clock ~ ('^[T ]([01][0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)(\.[0-9]{1,9})?)?'
            || '(Z|[-+](0[0-9]|1[0-5]):?[0-5][0-9])$')
            then (said.iso_date || said.clock)::timestamptz
    end
    from (
        select
            case
                when trim(value) ~ '^[0-9]{2}/[0-9]{2}/[0-9]{2}( [0-9:]*)?$'
                    then case when substr(trim(value), 7, 2) < '70' then '20' else '19' end
                        || substr(trim(value), 7, 2) || '-' || substr(trim(value), 4, 2) || '-' || left(trim(value), 2)
                else left(trim(value), 10)
            end as iso_date,
            case
                when trim(value) ~ '^[0-9]{2}/[0-9]{2}/[0-9]{2}' then substr(trim(value), 9)
                else substr(trim(value), 11)
            end as clock
    ) as said
$$;

-- Per row of a bulk load the foreign key costs as much as the row itself, and all rows of a merge name one payload:
-- core.merge() looks once, and a payload that observations name cannot be deleted.
alter table core.observation drop constraint observation_payload_id_fkey;

create function core.keep_payload() returns trigger
language plpgsql
as $$
begin
    if exists (select from core.observation as o where o.payload_id = old.payload_id) then
        raise exception using errcode = 'foreign_key_violation', message = format(
            'payload %s is named by rows of core.observation', old.payload_id);
    end if;
    return old;
end $$;

comment on function core.keep_payload() is 'Refuses to delete a payload that observations came from.';

create trigger keep_payload before delete on landing.payload
for each row execute function core.keep_payload();

-- A dataset's rows lie together in the table, batch by batch: block ranges find them at no cost per row written.
drop index core.observation_scope;
create index observation_scope on core.observation using brin (dataset_code, period)
with (pages_per_range = 16, autosummarize = on);

create table ops.slice (
    dataset_code text not null,
    scope_key text not null,
    period text not null,
    fingerprint text not null,
    row_count bigint not null,
    digest numeric not null,
    broken_counts bigint[] not null,
    primary key (dataset_code, scope_key, period)
);

comment on table ops.slice is
'What the current rows of a dataset, key filter and period were made of; gone as soon as anything else changes them.';
comment on column ops.slice.dataset_code is 'Agency and dataflow.';
comment on column ops.slice.scope_key is 'The key filter that was asked for; part of what a slice is.';
comment on column ops.slice.period is 'SDMX period.';
comment on column ops.slice.fingerprint is 'Hash of what typing, rules and checks of the source said then.';
comment on column ops.slice.row_count is 'Rows in the slice.';
comment on column ops.slice.digest is 'Sum of a 64-bit hash of each row''s text: independent of order.';
comment on column ops.slice.broken_counts is 'Rows that broke each check that is counted by slice, in its order.';

drop function core.merge(regclass, regclass, bigint, bigint, timestamptz, text);

-- The versioned merge: compare what is staged with what is current, write only what changed.
-- Key columns are those of the target's partial unique index over its current rows; released_at is
-- carried but not compared. `scope` is a predicate on the target that says which current rows the
-- payload speaks for: one of them that is absent from it is withdrawn; null means absence says nothing.
-- `staged` is a table or a view. `skipped` is a predicate on the target for current rows that are known to be what
-- the payload says; it left `skipped_count` rows out of `staged` for them, and nothing else. `is_unchecked` says
-- that nobody has looked whether a key comes twice: then this does.
-- One transaction of the caller: a kill at any moment leaves the old state or the new.
create function core.merge(
    target regclass, staged regclass, batch bigint, payload bigint, clock timestamptz, scope text,
    skipped text default null, skipped_count bigint default 0, is_unchecked boolean default false
) returns table (inserted_count bigint, closed_count bigint, unchanged_count bigint)
language plpgsql
as $$
declare
    key_columns text[];
    value_columns text[];
    carried_columns text[];
    written text;
    compared text := concat_ws(' and ', 'known_to = ''infinity''', '(' || scope || ')', 'not (' || skipped || ')');
    is_first boolean;
    has_news boolean;
    effective timestamptz;
    newest timestamptz;
    staged_count bigint;
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
    written := array_to_string(key_columns || value_columns || carried_columns, ', ');

    execute format('select not exists (select from %s where %s)', target, compared) into is_first;
    if is_first then
        execute format('select exists (select from %s)', staged) into has_news;
        staged_count := 0;
    else
        drop table if exists pg_temp.merge_difference;
        execute format(
            'create temp table merge_difference on commit drop as
             select %1$s, %2$s s.is_staged, t.current_ctid, coalesce(t.known_from, ''-infinity'') as known_from
             from (select %3$s, true as is_staged from %4$s) as s
             %5$s join (select %6$s, ctid as current_ctid, known_from from %7$s where %8$s) as t using (%1$s)
             where s.is_staged is null or t.current_ctid is null or (%9$s) is distinct from (%10$s)',
            array_to_string(key_columns, ', '),
            coalesce((select string_agg('s.' || c || ', ', '') from unnest(value_columns || carried_columns) as c), ''),
            written, staged, case when scope is null then 'left' else 'full' end,
            array_to_string(key_columns || value_columns, ', '), target, compared,
            coalesce((select string_agg('s.' || c, ', ') from unnest(value_columns) as c), 'null'),
            coalesce((select string_agg('t.' || c, ', ') from unnest(value_columns) as c), 'null')
        );
        execute format('select count(*) from %s', staged) into staged_count;
        select
            count(*) filter (where d.current_ctid is null),
            count(*) filter (where d.is_staged is null),
            max(d.known_from),
            count(*) > 0
        into only_staged, only_current, newest, has_news
        from merge_difference as d;
        if is_unchecked then
            -- Every staged row that is not new has met a current one; of one key twice, both met the same.
            execute format('select count(*) from %s where %s', target, compared) into found_count;
            if scope is not null and staged_count - only_staged <> found_count - only_current then
                raise exception using errcode = 'unique_violation', message = 'a key comes twice in the payload';
            end if;
        end if;
    end if;

    if not has_news then
        insert into ops.merge (batch_id, target, known_from, inserted_row_count, closed_row_count, unchanged_row_count)
        values (batch, target::text, clock, 0, 0, staged_count + skipped_count);
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

    if is_first then
        closed_count := 0;
    else
        execute format(
            'update %1$s as t set known_to = $1 from merge_difference as d where t.ctid = d.current_ctid', target
        ) using effective;
        get diagnostics closed_count = row_count;
    end if;
    execute format(
        'insert into %1$s (%2$s, known_from, payload_id) select %2$s, $1, $2 from %3$s',
        target, written, case when is_first then staged::text else 'pg_temp.merge_difference where is_staged' end
    ) using effective, payload;
    get diagnostics inserted_count = row_count;
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
    if inserted_count > greatest(5000, (select c.reltuples / 10 from pg_class as c where c.oid = target)) then
        execute format('analyze %s', target);
    end if;
    unchanged_count := staged_count + skipped_count - inserted_count;
    insert into ops.merge (batch_id, target, known_from, inserted_row_count, closed_row_count, unchanged_row_count)
    values (batch, target::text, effective, inserted_count, closed_count, unchanged_count);
    return next;
end $$;

comment on function core.merge(
    regclass, regclass, bigint, bigint, timestamptz, text, text, bigint, boolean
) is 'The versioned merge: writes what changed, closes what it supersedes, leaves the rest alone.';
