-- Known faults of a source, mended on our side until the source has mended them itself.

create table core.correction (
    dataset_code text not null,
    series_key text not null,
    period text not null,
    expected_value numeric not null,
    corrected_value numeric not null,
    reason text not null,
    evidence_url text not null,
    decided_by text not null,
    decided_on date not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index correction_current on core.correction (dataset_code, series_key, period)
where known_to = 'infinity';

comment on table core.correction is
'Values that a source has wrong: while it publishes the expected one, marts show the corrected one and say so.';
comment on column core.correction.dataset_code is 'Agency and dataflow.';
comment on column core.correction.series_key is 'The series, dimension values joined by dots.';
comment on column core.correction.period is 'SDMX period.';
comment on column core.correction.expected_value is
'The wrong value as published, in the unit of the series; the correction ends when another one is.';
comment on column core.correction.corrected_value is 'The value to show instead, in the unit of the series.';
comment on column core.correction.reason is 'What is wrong and how we know.';
comment on column core.correction.evidence_url is 'Where the right value can be read.';
comment on column core.correction.decided_by is 'The office that decided it; no person''s name.';
comment on column core.correction.decided_on is 'Day of the decision.';

do $$
declare
    name text;
begin
    foreach name in array array['core.correction'] loop
        execute format('comment on column %s.known_from is %L', name, 'When this platform learned the row.');
        execute format('comment on column %s.known_to is %L', name, 'When it learned better; infinity while current.');
        execute format('comment on column %s.payload_id is %L', name, 'The payload it came from.');
    end loop;
end $$;
