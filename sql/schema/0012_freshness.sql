-- Freshness of every source: what its data cover, recorded as a batch is staged, and when the next release is due.

alter table ops.batch add column covers_until_date date, add column parser_version text;

comment on column ops.batch.covers_until_date is
'Last day of the newest period that the payload has a figure for, also under embargo; null when its source has none.';

comment on column ops.batch.parser_version is
'Version of our reader that the batch was opened for; null before this was recorded.';

-- What was loaded before this was recorded.
with until as (
    select
        payload_id,
        max(core.period_end(period)) as until_date
    from core.observation
    where value is not null
    group by payload_id
    union all
    select
        payload_id,
        max(announced_date) as until_date
    from core.fdi_project
    group by payload_id
    union all
    select
        payload_id,
        max(core.period_end(period)) as until_date
    from core.partner_report
    group by payload_id
)

update ops.batch
set covers_until_date = until.until_date
from until
where batch.payload_id = until.payload_id and batch.state = 'loaded';

create table core.release_calendar (
    source_code text not null,
    freq_code text not null,
    lag_days integer not null,
    grace_days integer not null,
    pattern text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);

create unique index release_calendar_current on core.release_calendar (source_code) where known_to = 'infinity';

comment on table core.release_calendar is
'When each source publishes: the lag behind a period, and how much later is late. About people: none.';
comment on column core.release_calendar.source_code is 'The entry of the register (include/sources).';
comment on column core.release_calendar.freq_code is 'SDMX frequency of what it publishes: A, Q, M or D.';
comment on column core.release_calendar.lag_days is 'Days from the end of a period to its publication.';
comment on column core.release_calendar.grace_days is 'Days beyond these until it counts as late.';
comment on column core.release_calendar.pattern is 'The release pattern in words, and how it is known.';
comment on column core.release_calendar.known_from is 'When this platform learned it, by the clock of the run.';
comment on column core.release_calendar.known_to is 'When it was superseded or withdrawn; infinity while current.';
comment on column core.release_calendar.payload_id is 'The payload that said so.';

comment on column landing.payload.etag is
'The mark of this publication, to ask whether another one is there: the source''s entity tag, else its time of'
' publication, or a word and what a cheap question saw (probe ...).';
