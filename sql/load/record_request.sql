-- What came of a question, and since when it counts: its clock, or just after the newest pinned report.
insert into ops.request (source_code, scope, clock, outcome, payload_id, dag_run_id, error, known_from)
select
    %(source)s,
    %(scope)s as asked_scope,
    %(clock)s,
    %(outcome)s,
    %(payload)s,
    %(dag_run_id)s,
    %(error)s,
    greatest(%(clock)s, max(as_of) + interval '1 microsecond') as known_from
from ops.report_run
where state <> 'held'
