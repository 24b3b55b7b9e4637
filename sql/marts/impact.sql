-- model: mart.impact
-- grain: batch_id, kpi_code, period
-- reads: ops.impact, ops.batch, landing.payload
-- why: when a sent figure changes, readers ask which delivery changed it, by how much, and who had seen it.
create or replace view mart.impact as
select
    impact.batch_id,
    impact.kpi_code,
    impact.period,
    impact.kind_code,
    impact.before_value,
    impact.after_value,
    impact.after_value / nullif(impact.before_value, 0) - 1 as change_share,
    impact.before_planned_value,
    impact.after_planned_value,
    impact.before_target_value,
    impact.after_target_value,
    impact.sent_reports,
    payload.source_code,
    payload.sha256,
    impact.known_from
from ops.impact as impact
inner join ops.batch as batch on impact.batch_id = batch.batch_id
inner join landing.payload as payload on batch.payload_id = payload.payload_id
where impact.known_from <= (select core.as_of());

comment on view mart.impact is
'Figures that each delivery changed, and the sent reports that had shown them, from the first sent report on.';
comment on column mart.impact.batch_id is 'The batch.';
comment on column mart.impact.kpi_code is 'The KPI.';
comment on column mart.impact.period is 'Period at the grain of the KPI.';
comment on column mart.impact.kind_code is 'new_period, revision, definition or target.';
comment on column mart.impact.before_value is 'Figure to date before the batch.';
comment on column mart.impact.after_value is 'Figure to date with it; null when it is withdrawn.';
comment on column mart.impact.change_share is 'After divided by before, less 1.';
comment on column mart.impact.before_planned_value is 'Plan to date before the batch.';
comment on column mart.impact.after_planned_value is 'Plan to date with it.';
comment on column mart.impact.before_target_value is 'Target of that year, before the batch.';
comment on column mart.impact.after_target_value is 'Target of that year, with it.';
comment on column mart.impact.sent_reports is 'Sent issues whose scorecard showed this period of the KPI.';
comment on column mart.impact.source_code is 'The source of the batch.';
comment on column mart.impact.sha256 is 'The bytes that it carried.';
comment on column mart.impact.known_from is 'When the change was learned; figures show it since then.';
