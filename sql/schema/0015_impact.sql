-- What a batch did: which code read it, since when what became of it counts, and what it changes of the KPIs.

alter table ops.batch
add column code_version text,
add column known_from timestamptz,
add column quarantined_from timestamptz;

comment on column ops.batch.code_version is
'The code that loaded it, a hash over include/ and sql/: python -m include.ledger.code_version says that of a checkout.';
comment on column ops.batch.known_from is
'Since when it counts as loaded or quarantined: its clock, or just after the newest pinned report, which knew it not.';
comment on column ops.batch.quarantined_from is
'Since when it was first quarantined; kept when a later try loads it, so that a report of in between stays as it was.';

alter table ops.request add column known_from timestamptz;

comment on column ops.request.known_from is
'Since when it counts as asked: its clock, or just after the newest pinned report, which knew it not.';

-- What was loaded before this was kept, as the marts took it until then.
update ops.batch
set
    known_from = clock,
    quarantined_from = case state when 'quarantined' then clock end
where state in ('loaded', 'quarantined');
update ops.request set known_from = clock;
alter table ops.request alter column known_from set not null;

create table ops.impact (
    batch_id bigint not null references ops.batch,
    kpi_code text not null,
    period text not null,
    kind_code text not null
    check (kind_code in ('new_period', 'revision', 'definition', 'target')),
    before_value numeric,
    after_value numeric,
    before_planned_value numeric,
    after_planned_value numeric,
    before_target_value numeric,
    after_target_value numeric,
    sent_reports text[] not null,
    known_from timestamptz not null,
    primary key (batch_id, kpi_code, period)
);

comment on table ops.impact is
'Which figures a batch changes, and which sent reports had shown them, from the first sent report on. '
'About people: none.';
comment on column ops.impact.batch_id is 'The batch.';
comment on column ops.impact.kpi_code is 'The KPI.';
comment on column ops.impact.period is 'Period at the grain of the KPI.';
comment on column ops.impact.kind_code is
'new_period: no figure before. revision: the source says otherwise. definition: we count otherwise, or say otherwise '
'what is counted. target: only plan or target changed.';
comment on column ops.impact.before_value is 'Figure to date before the batch.';
comment on column ops.impact.after_value is 'Figure to date with it; null when it is withdrawn.';
comment on column ops.impact.before_planned_value is 'What was planned by then, before the batch.';
comment on column ops.impact.after_planned_value is 'What was planned by then, with it.';
comment on column ops.impact.before_target_value is 'Target of that year, before the batch.';
comment on column ops.impact.after_target_value is 'Target of that year, with it.';
comment on column ops.impact.sent_reports is
'Sent issues whose scorecard showed this period of the KPI: KPI-2026-Q3 v1.';
comment on column ops.impact.known_from is 'When the change was learned: since then the figures say so.';
