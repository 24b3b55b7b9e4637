-- The roles, each with no more rights than it needs: etl loads, reporter writes and mails reports, analyst reads. No
-- role owns anything, except that etl owns the staging tables of its batches. tests/warehouse/privileges.csv lists the
-- same rights, and a test tries them. Logins and passwords are given by whoever runs the server; the right to call a
-- function is granted in the function's file.

do $$
declare
    name text;
begin
    foreach name in array array['analyst', 'etl', 'reporter'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I', name);
        end if;
    end loop;
end $$;

grant usage on schema core, asof, mart, ops, landing to analyst, etl, reporter;
grant usage, create on schema staging to etl;
grant usage on schema part to etl;

-- analyst: reads everything but addresses and mails.
grant select on all tables in schema core, ops, landing to analyst;
grant select on part.observation_everyday to analyst;
revoke select on core.partner_contact, core.recipient from analyst;
revoke select on ops.bounce, ops.outbox, ops.partner_letter, ops.report_artifact, ops.stop from analyst;

-- etl: everything that is loaded; of reports only the moment that they are pinned to, and no mails.
grant select, insert, update on all tables in schema core, landing to etl;
grant select, insert, update on part.observation_everyday to etl;
grant select, insert, update on
ops.batch, ops.check_result, ops.impact, ops.merge, ops.rejected_row, ops.request, ops.slice
to etl;
grant select (report_run_id, report_code, version, as_of, state) on ops.report_run to etl;
-- For batches that are checked again, slices that changed, and rows past their retention.
grant delete on ops.check_result, ops.rejected_row, ops.slice, core.partner_contact, core.recipient to etl;

-- reporter: reads everything, addresses included; writes reports and mails.
grant select on all tables in schema core, ops, landing to reporter;
grant select on part.observation_everyday to reporter;
grant insert, update on ops.report_run, ops.report_artifact, ops.outbox, ops.partner_letter, ops.stop to reporter;
grant insert on ops.bounce to reporter;

-- Housekeeping deletes mails as etl, which still reads nobody's name, address or letter: it sees only how old a row is.
grant select (letter_id, clock), delete on ops.partner_letter to etl;
grant select (letter_id, report_run_id), delete on ops.outbox to etl;

-- Tables of later migrations: etl loads facts and everybody reads them; a migration grants the right to write a table
-- of ops.
alter default privileges in schema core, mart, ops, landing grant select on tables to analyst;
alter default privileges in schema core grant select, insert, update on tables to etl;
alter default privileges in schema mart grant select on tables to etl;
alter default privileges in schema core, mart, ops, landing grant select on tables to reporter;

alter role analyst set default_transaction_read_only = on;
alter role analyst set statement_timeout = '5min';

-- How readers' queries are planned.
-- random_page_cost: looking up a page costs hardly more than reading the next one, in memory as on a solid state disk;
-- with PostgreSQL's factor of four, half a million rows were sorted on disk before they were added up.
-- jit: a server that can compile expressions would compile all expressions of a scorecard for one answer.
-- work_mem: sums by market and month fit a hash table in memory; with 4 MB, half a million rows were sorted on disk.
alter role analyst set random_page_cost = 1.1;
alter role analyst set jit = off;
alter role analyst set work_mem = '16MB';
alter role reporter set random_page_cost = 1.1;
alter role reporter set jit = off;
alter role reporter set work_mem = '16MB';
