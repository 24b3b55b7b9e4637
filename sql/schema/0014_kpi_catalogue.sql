-- The KPI catalogue beyond what a mail shows: what kind of KPI, how it is worked out in words, when it is final, and
-- whether it stands in the report.

alter table core.kpi
add column kind_code text not null default 'result'
check (kind_code in ('context', 'result', 'performance', 'data_quality')),
add column is_headline boolean not null default true,
add column formula_nl text not null default '',
add column formula_en text not null default '',
add column freeze_rule text not null default '';

alter table core.kpi
alter column kind_code drop default,
alter column is_headline drop default,
alter column formula_nl drop default,
alter column formula_en drop default,
alter column freeze_rule drop default;

comment on column core.kpi.kind_code is
'context: what the world does. result: what changes. performance: what we do. data_quality: how far to trust it.';
comment on column core.kpi.is_headline is 'Whether reports and the page show it; the others are for analysts.';
comment on column core.kpi.formula_nl is 'How it is worked out, in Dutch words.';
comment on column core.kpi.formula_en is 'How it is worked out, in English words.';
comment on column core.kpi.freeze_rule is 'When a figure of it is final, and why it may change until then.';
