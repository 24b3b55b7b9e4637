-- The report itself, with what became of its rows.
select
    contract_code,
    report_period as period,
    is_nil,
    template_version,
    (
        select count(*)::integer from {typed} as activity
        where activity.row_kind = 'activity'
    ) as activity_count,
    (
        select b.rejected_row_count::integer
        from ops.batch as b
        join landing.payload as p using (payload_id)
        where
            p.source_code = 'partner_activity'
            and p.scope = jsonb_build_object('contract_code', {contract_code}::text, 'period', {period}::text)
        order by b.clock desc, b.batch_id desc
        limit 1
    ) as rejected_row_count
from {typed}
where row_kind = 'report'
