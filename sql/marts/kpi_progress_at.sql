-- model: mart.kpi_progress_at
-- grain: kpi_code, period
-- reads: mart.kpi_progress
-- why: the scorecard says which of its figures were revised, so it needs two as-of moments in one answer. The setting
--      is put back before the first row leaves, and a failure undoes it with the transaction.
create or replace function mart.kpi_progress_at(moment timestamptz)
returns table (kpi_code text, period text, ytd_value numeric)
language plpgsql
as $$
declare
    asked_as_of text := coalesce(current_setting('warehouse.as_of', true), '');
begin
    perform set_config('warehouse.as_of', moment::text, true);
    return query select p.kpi_code, p.period, p.ytd_value from mart.kpi_progress as p;
    perform set_config('warehouse.as_of', asked_as_of, true);
end $$;

comment on function mart.kpi_progress_at(timestamptz) is
'Figures of mart.kpi_progress as they were known at another moment.';
