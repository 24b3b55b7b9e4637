-- The mark of what we hold for a scope (entity tag, time of publication or what a probe saw), to ask the source
-- whether it has something else.
select p.etag
from ops.batch as b
join landing.payload as p using (payload_id)
where p.source_code = %(source)s and p.scope = %(scope)s and b.state = 'loaded' and b.clock <= %(clock)s
order by b.clock desc, b.batch_id desc
limit 1
