-- Who may do what, each no more than it needs: etl loads, reporter writes and mails reports, analyst reads. None owns
-- anything but etl the staging tables of its batches. tests/warehouse/privileges.csv says the same, and is tried.

do $$
declare
    name text;
begin
    foreach name in array array['etl', 'reporter'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I', name);
        end if;
    end loop;
end $$;

grant usage on schema core, mart, ops, landing to etl, reporter, analyst;
grant usage, create on schema staging to etl;

-- etl: everything that is loaded; of reports only to which moment they are pinned, and never a mail.
do $$
declare
    name text;
begin
    for name in
        select c.oid::regclass::text
        from pg_class as c
        where
            c.relnamespace::regnamespace::text in ('core', 'ops', 'landing') and c.relkind in ('r', 'p')
            and c.oid::regclass::text not in (
                'ops.report_run', 'ops.report_artifact', 'ops.outbox', 'ops.partner_letter'
            )
    loop
        execute format('grant select, insert, update on %s to etl', name);
    end loop;
end $$;
grant select (report_run_id, report_code, version, as_of, state) on ops.report_run to etl;
-- A batch that is checked again, a slice that changed, and what retention deletes.
grant delete on ops.check_result, ops.rejected_row, ops.slice, core.partner_contact to etl;

-- reporter: reads everything, whom to write to included; writes what was reported and mailed.
grant select on all tables in schema core, ops, landing to reporter;
grant insert, update on ops.report_run, ops.report_artifact, ops.outbox, ops.partner_letter to reporter;

grant select on all tables in schema mart to etl, reporter, analyst;

-- What is made later: facts are loaded by etl and read by all; what is made in ops is for its maker to decide.
alter default privileges in schema core grant select, insert, update on tables to etl;
alter default privileges in schema core, mart, ops, landing grant select on tables to reporter;
alter default privileges in schema mart grant select on tables to etl;
-- As 0005 said it, for a warehouse that was another's then.
alter default privileges in schema core, mart, ops, landing grant select on tables to analyst;

-- A function runs as who calls it, so this only says it earlier.
revoke execute on function core.merge, core.keep_payload from public;
grant execute on function core.merge to etl;
