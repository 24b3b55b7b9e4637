-- The plan of the partners' work for each core domain, so that the report can say what was planned by now.

create table core.core_domain_plan (
    core_domain_code text not null,
    period text not null,
    planned_activities_count integer not null check (planned_activities_count >= 0),
    provenance text not null check (provenance in ('published', 'illustrative')),
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index core_domain_plan_current on core.core_domain_plan (core_domain_code, period)
where known_to = 'infinity';

comment on table core.core_domain_plan is
'The plan path of a core domain: the activities that should have been held by the end of a quarter. No official plan '
'is published: see provenance. About people: none.';
comment on column core.core_domain_plan.core_domain_code is 'The core domain, or unassigned.';
comment on column core.core_domain_plan.period is 'Quarter, 2026-Q3.';
comment on column core.core_domain_plan.planned_activities_count is
'Activities planned from 1 January to the end of the quarter; the domains together are the plan of the KPI activities.';
comment on column core.core_domain_plan.provenance is
'published or illustrative; an illustrative plan is never shown as official.';
comment on column core.core_domain_plan.known_from is 'When this platform learned it, by the clock of the run.';
comment on column core.core_domain_plan.known_to is 'When it was superseded or withdrawn; infinity while current.';
comment on column core.core_domain_plan.payload_id is 'The payload that said so.';
