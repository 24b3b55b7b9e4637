-- The schemas of the warehouse.

create schema landing;
create schema staging;
create schema core;
create schema part;
create schema mart;
create schema ops;

comment on schema landing is 'The payloads: bytes received once, kept untouched, forever replayable.';
comment on schema staging is 'One short-lived set of tables per batch on its way through; nothing here is knowledge.';
comment on schema core is
'The warehouse: every row carries when it was learned (known_from, known_to) and its payload.';
comment on schema part is 'The partitions of core.observation; they are asked and written through it.';
comment on schema mart is 'Views for people; each reads through core.as_of().';
comment on schema ops is 'Batches, check results, rejected rows, merges, report runs and the outbox.';
