-- Loads write the first day with each row; a row written by hand gets it here.
-- uses: core.period_start
create or replace function core.say_period_start() returns trigger
language plpgsql
as $$
begin
    new.period_start_date := core.period_start(new.period);
    return new;
end $$;

comment on function core.say_period_start() is 'Fills in the first day of an observation''s period.';
