-- The report itself, with what became of its rows.
with counted as (
    select
        count(*) filter (where row_kind = 'activity')::integer as activity_count,
        count(*) filter (where row_kind = 'company')::integer as company_row_count,
        count(*) filter (where row_kind = 'follow_up')::integer as follow_up_row_count
    from {typed}
),

warned as (
    select count(*)::integer as warning_count
    from {typed} as t
    cross join lateral {warnings} as warning (code, column_name, value, has_failed)
    where warning.has_failed
)

select
    report.contract_code,
    report.report_period as period,
    report.is_nil,
    report.template_version,
    report.version_number::integer as version_number,
    report.submitted_date,
    report.language_code,
    report.currency_code,
    report.stated_budget_used_eur,
    (
        select contact.contact_code from core.partner_contact as contact
        where
            contact.contract_code = report.contract_code and contact.known_to = 'infinity'
            and report.submitter in (
                select encode(sha256(convert_to(lower(known.as_text), 'UTF8')), 'hex')
                from unnest(array[contact.name, contact.email, contact.contact_code]) as known (as_text)
            )
        order by contact.contact_code
        limit 1
    ) as submitter_contact_code,
    counted.activity_count,
    counted.company_row_count,
    counted.follow_up_row_count,
    warned.warning_count,
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
from {typed} as report
cross join counted
cross join warned
where report.row_kind = 'report'
