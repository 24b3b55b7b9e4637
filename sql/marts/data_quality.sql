-- model: mart.data_quality
-- grain: batch_id
-- reads: ops.batch, ops.check_result, landing.payload
-- why: the outcome of every batch, in numbers that add up: the rows read are the rows accepted and rejected, and the
--      accepted rows of a quarantined batch are not in the warehouse. The one place to see whether a source gets worse.
create or replace view mart.data_quality as
with checked as (
    select
        batch_id,
        count(*) filter (where is_success) as checks_passed_count,
        count(*) filter (where not is_success and severity = 'warning') as checks_warned_count,
        count(*) filter (where not is_success and severity = 'critical') as checks_failed_count
    from ops.check_result
    group by batch_id
)

select
    batch.batch_id,
    payload.source_code,
    payload.scope,
    batch.clock,
    batch.state,
    batch.error_class,
    coalesce(checked.checks_passed_count, 0) as checks_passed_count,
    coalesce(checked.checks_warned_count, 0) as checks_warned_count,
    coalesce(checked.checks_failed_count, 0) as checks_failed_count,
    batch.read_row_count as rows_read_count,
    case when batch.state <> 'quarantined' then batch.accepted_row_count end as rows_accepted_count,
    batch.rejected_row_count as rows_rejected_count,
    case when batch.state = 'quarantined' then coalesce(batch.accepted_row_count, 0) else 0 end
        as rows_quarantined_count,
    batch.rejected_row_count::numeric / nullif(batch.read_row_count, 0) as rejected_share,
    batch.inserted_row_count as rows_inserted_count,
    batch.closed_row_count as rows_closed_count,
    payload.is_sample
from ops.batch as batch
inner join landing.payload as payload on batch.payload_id = payload.payload_id
left join checked on batch.batch_id = checked.batch_id
where coalesce(batch.known_from, batch.clock) <= (select core.as_of());

comment on view mart.data_quality is
'Every batch up to the moment: its checks, and its rows accepted, rejected or kept out.';
comment on column mart.data_quality.batch_id is 'The batch.';
comment on column mart.data_quality.source_code is 'The source that it came from.';
comment on column mart.data_quality.scope is 'What was asked for: key filter and periods, or contract and quarter.';
comment on column mart.data_quality.clock is 'Clock of the run that received it.';
comment on column mart.data_quality.state is
'How far it came: landed, staged, checked, loaded or quarantined; as it is now, also when asked as of the past.';
comment on column mart.data_quality.error_class is 'Why it is in quarantine; names the runbook.';
comment on column mart.data_quality.checks_passed_count is 'Expectations that held.';
comment on column mart.data_quality.checks_warned_count is 'Expectations that failed as a warning.';
comment on column mart.data_quality.checks_failed_count is 'Critical expectations that failed: quarantine.';
comment on column mart.data_quality.rows_read_count is 'Rows in the payload; null when it could not be read.';
comment on column mart.data_quality.rows_accepted_count is 'Rows that passed every row rule; null in quarantine.';
comment on column mart.data_quality.rows_rejected_count is
'Rows that broke a row rule; each is named in ops.rejected_row.';
comment on column mart.data_quality.rows_quarantined_count is
'Rows that passed every row rule, of a batch in quarantine.';
comment on column mart.data_quality.rejected_share is 'Rejected rows divided by rows read.';
comment on column mart.data_quality.rows_inserted_count is 'Versions that it added to the warehouse.';
comment on column mart.data_quality.rows_closed_count is 'Versions that it superseded or withdrew.';
comment on column mart.data_quality.is_sample is 'Whether it comes from the sample world.';
