-- Who may do what. Passwords and logins are given by whoever runs the server.

do $$
begin
    if not exists (select from pg_roles where rolname = 'analyst') then create role analyst; end if;
end $$;

grant usage on schema core, mart, ops, landing to analyst;
grant select on all tables in schema core, mart, ops, landing to analyst;
alter default privileges in schema core, mart, ops, landing grant select on tables to analyst;
revoke select on core.recipient, ops.outbox, ops.report_artifact from analyst;
alter role analyst set default_transaction_read_only = on;
alter role analyst set statement_timeout = '5min';
