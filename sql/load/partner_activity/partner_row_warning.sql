-- The accepted rows that the partner is asked to look at, one row per warning; see include/sources/partners/row_warnings.py.
select
    t.contract_code,
    t.report_period,
    t.row_kind,
    t.sheet_row,
    warning.code as warning_code,
    warning.column_name,
    warning.value
from {typed} as t
cross join lateral {warnings} as warning (code, column_name, value, has_failed)
where warning.has_failed
