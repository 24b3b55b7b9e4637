-- The privileges granted on our marts and on the views of others that read them, as statements that grant them again.
select
    relation.oid::regclass::text as relation,
    format(
        'grant %%s on %%s to %%s%%s', privilege.privilege_type, relation.oid::regclass,
        coalesce(nullif(privilege.grantee, 0)::regrole::text, 'public'),
        case when privilege.is_grantable then ' with grant option' else '' end
    ) as statement
from pg_class as relation
cross join lateral aclexplode(relation.relacl) as privilege
where
    relation.relkind in ('v', 'm')
    and (relation.relnamespace = 'mart'::regnamespace or relation.oid::regclass::text = any(%(readers)s))
    and privilege.grantee <> relation.relowner
order by 1, 2
