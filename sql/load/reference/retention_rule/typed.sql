-- include/reference/retention_rule.csv, typed.
select
    row_id,
    rule_code,
    core.to_integer(keep_days)::integer as keep_days,
    what,
    why
from {raw}
