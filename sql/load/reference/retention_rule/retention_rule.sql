-- The rows of core.retention_rule.
select
    rule_code,
    keep_days,
    what,
    why
from {typed}
