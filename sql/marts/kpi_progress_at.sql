-- model: mart.kpi_progress_at
-- grain: kpi_code, period
-- reads: mart.kpi_progress
-- why: the scorecard says which of its figures were revised, so it needs two as-of moments in one answer. Both come
--      through this function, because a function keeps its plan, and planning takes as long as running some of its
--      parts. A caller that needs only the figures after a day gives that day: exports of goods before it are not added
--      up; a sum over twelve months or since January that begins earlier is then wrong or missing, and so is its
--      comparison with last year. The settings are put back before the first row is returned, and a failure undoes them
--      with the transaction.
create or replace function mart.kpi_progress_at(moment timestamptz, since date default null)
returns table (
    kpi_code text, period text, year integer, value numeric, ytd_value numeric, planned_value numeric,
    last_year_value numeric, baseline_value numeric, progress_share numeric, is_provisional boolean,
    known_from timestamptz
)
language plpgsql
as $$
declare
    asked_as_of text := coalesce(current_setting('warehouse.as_of', true), '');
    asked_since text := coalesce(current_setting('warehouse.since', true), '');
begin
    perform set_config('warehouse.since', coalesce(to_char(since, 'YYYY-MM'), ''), true);
    perform set_config('warehouse.as_of', moment::text, true);
    return query
    select
        p.kpi_code, p.period, p.year, p.value, p.ytd_value, p.planned_value, p.last_year_value, p.baseline_value,
        p.progress_share, p.is_provisional, p.known_from
    from mart.kpi_progress as p;
    perform set_config('warehouse.as_of', asked_as_of, true);
    perform set_config('warehouse.since', asked_since, true);
end $$;

comment on function mart.kpi_progress_at(timestamptz, date) is
'Figures of mart.kpi_progress as they were known at a moment; exports of goods only from the month of a given day on.';
