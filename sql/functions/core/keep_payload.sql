-- Replaces the foreign key that core.observation lacks: in a bulk load, checking it would cost as much as the rows.
-- uses: core.observation
create or replace function core.keep_payload() returns trigger
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
revoke execute on function core.keep_payload from public;
