"""How the indicators of the report went, by period: for the chart, the trends, and what became of figures shown before.

One look at mart.kpi_progress answers all three, because each look works the indicators out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg

# The one chart of the report.
CHART_KPI = "exports_eur"
# Who asks for some KPIs by a list that the planner cannot see has only those worked out, as for one.
# Chart: year-to-date values at the ends of quarters; the difference with the quarter before is the quarter.
# Trend: a quarter of a flow is the sum of its months, all three; of a level its last month.
# Again: the figures that the report before showed, as known now; and what they would be by the count of then.
QUERY = """
with kpi as (
    select kpi_code, measure_code, freq_code from asof.kpi
    where is_headline or kpi_code = any(%(kpis)s)
),
progress as materialized (
    select kpi_code, period, value, ytd_value, planned_value, core.period_end(period) as period_end_date
    from mart.kpi_progress
    where kpi_code = any(array(select kpi_code from kpi))
),
chart as (
    select left(period, 4)::integer as year, right(period, 2)::integer / 3 as quarter, ytd_value, planned_value
    from progress
    where kpi_code = %(chart_kpi)s and period ~ '-(03|06|09|12)$' and ytd_value is not null
),
trend as (
    select
        kpi_code,
        extract(year from period_end_date)::integer * 4 + extract(quarter from period_end_date)::integer as quarter,
        case when measure_code = 'flow' then sum(value) else max(value) end as value
    from progress inner join kpi using (kpi_code)
    where
        freq_code in ('M', 'Q') and core.period_start(period) > (select core.as_of()) - interval '5 years'
        and period_end_date < (select core.as_of())
        and (measure_code = 'flow' or mod(extract(month from period_end_date), 3) = 0)
    group by kpi_code, measure_code, freq_code, quarter
    having count(value) = case when measure_code = 'flow' and freq_code = 'M' then 3 else 1 end
),
recount as (
    select kpi_code, period, sum(after_value - before_value) as value
    from mart.impact
    where kind_code = 'definition' and known_from > %(since)s
    group by kpi_code, period
),
again as (
    select
        kpi_code, period, progress.ytd_value, progress.ytd_value - coalesce(recount.value, 0) as as_counted_then,
        progress.planned_value
    from progress
    inner join unnest(%(kpis)s::text[], %(periods)s::text[]) as shown (kpi_code, period) using (kpi_code, period)
    left join recount using (kpi_code, period)
)
select
    (select coalesce(jsonb_agg(chart order by year, quarter), '[]') from chart) as chart,
    (select coalesce(jsonb_agg(trend order by kpi_code, quarter), '[]') from trend) as trend,
    (select coalesce(jsonb_agg(again order by kpi_code), '[]') from again) as again"""

Rows = Sequence[Mapping[str, Any]]


def read(cursor: psycopg.Cursor[Any], shown: Rows, since: datetime | None) -> dict[str, Any]:
    """`chart`, `trend` and `again` as of the cursor's moment.

    Args:
        cursor: gives its rows as dictionaries.
        shown: the scorecard of the report before, if there was one.
        since: its moment; what we count otherwise since then is told apart from what its source revised.
    """
    periods = {row["kpi_code"]: row["period"] for row in shown if row["period"]}
    asked = {"chart_kpi": CHART_KPI, "kpis": list(periods), "periods": list(periods.values()), "since": since}
    found: dict[str, Any] = cursor.execute(QUERY, asked).fetchall()[0]
    return found
