"""python -m bench.marts [rows]: what questions to the marts cost, in multiples of the same answer for current rows.

Each question is asked in three ways that must give the same answer: by the mart, by the same SQL for current rows
only (bench.current), and by the least SQL of an analyst who knows the codes, which rows are totals, which figures
are under embargo and that no figure is corrected. The results are written to var/bench/marts.json.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from bench import current, world
from bench.__main__ import OUT, machine
from include.warehouse import migrate
from include.warehouse.roles import ANALYST
from sandbox.launcher import postgres

# At least and at most this many rounds; a quick question is repeated for a second.
ROUNDS, MOST = 5, 101
SERIES = f"core.series_id('{world.OVERVIEW}', 'VL.VN.VI.X.COM.VAL.M')"
FREE = "(o.embargo_until is null or o.embargo_until <= now())"
EXPORTS = f"""select series_id, s.dimensions ->> 'PRODUCT' as product
    from core.series as s
    where s.dataset_code = '{world.OVERVIEW}' and s.known_to = 'infinity' and s.freq_code = 'M'
        and s.concept_code = 'COM' and s.dimensions ->> 'REPORTING' = 'VL' and s.dimensions ->> 'FLOW' = 'X'
        and s.dimensions ->> 'DATATYPE' = 'VAL'"""
TOTALS = """select code from core.country_code as k join core.country as c using (country_code)
    where k.code_system = 'NBB' and c.is_aggregate and k.known_to = 'infinity' and c.known_to = 'infinity'"""
NO_TOTALS = f"s.dimensions ->> 'COUNTRY' not in ({TOTALS})"
DOMAINS = """left join core.product_domain as d on d.product_code = exports.product and d.known_to = 'infinity'
    and o.period_start_date between d.valid_from and d.valid_to"""
# Name -> the question to the mart and the least SQL by hand; None where that would repeat the mart's own SQL.
QUESTIONS: dict[str, tuple[str, str | None]] = {
    "one market": (
        """select period, sum(value_eur) from mart.goods_trade
        where country_code = 'VN' and flow_code = 'X' and concept_code = 'COM' group by period order by period""",
        f"""select o.period, sum(o.value)
        from core.observation as o
        join ({EXPORTS} and s.dimensions ->> 'COUNTRY' = 'VN') as exports using (series_id)
        where o.known_to = 'infinity' and {FREE} group by o.period order by o.period""",
    ),
    "one market by domain": (
        """select core_domain_code, period, value_eur, last_year_change_share from mart.trade
        where country_code = 'VN' and flow_code = 'X' order by core_domain_code, period""",
        f"""select core_domain_code, period, value, value / nullif(max(value) over (
            partition by core_domain_code order by day range between interval '1 year' preceding
            and interval '1 year' preceding), 0) - 1
        from (
            select coalesce(d.core_domain_code, 'unassigned') as core_domain_code, o.period, o.period_start_date as day,
                sum(o.value * coalesce(d.weight_share, 1)) as value
            from core.observation as o
            join ({EXPORTS} and s.dimensions ->> 'COUNTRY' = 'VN') as exports using (series_id) {DOMAINS}
            where o.known_to = 'infinity' and {FREE} group by 1, 2, 3
        ) as month order by core_domain_code, period""",
    ),
    "one year by domain": (
        """select core_domain_code, sum(value_eur) from mart.goods_export_domain
        where period between '2025-01' and '2025-12' group by 1 order by 1""",
        f"""select coalesce(d.core_domain_code, 'unassigned'), sum(o.value * coalesce(d.weight_share, 1))
        from core.observation as o
        join ({EXPORTS} and {NO_TOTALS}) as exports using (series_id) {DOMAINS}
        where o.dataset_code = '{world.OVERVIEW}' and o.period between '2025-01' and '2025-12'
            and o.known_to = 'infinity' and {FREE}
        group by 1 order by 1""",
    ),
    "one series through time": (
        f"select period, value from mart.observation where series_id = {SERIES} order by period",
        f"""select period, value from core.observation as o
        where series_id = {SERIES} and known_to = 'infinity' and {FREE} order by period""",
    ),
    "all values by dataset": (
        "select dataset_code, count(*), sum(value) from mart.observation group by dataset_code order by dataset_code",
        f"""select dataset_code, count(*), sum(value) from core.observation as o
        where known_to = 'infinity' and {FREE} group by dataset_code order by dataset_code""",
    ),
    "revisions of one series": (
        f"""select period, first_value, latest_value from mart.revision
        where dataset_code = '{world.OVERVIEW}' and series_key = 'VL.VN.VI.X.COM.VAL.M' order by period""",
        f"""select period, (array_agg(value order by known_from))[1], (array_agg(value order by known_from desc))[1]
        from core.observation as o
        where series_id = {SERIES} and {FREE} group by period having count(*) > 1 order by period""",
    ),
    "steps of one series": (
        f"""select period, vintage_number, value from mart.revision_triangle
        where dataset_code = '{world.OVERVIEW}' and series_key = 'VL.VN.VI.X.COM.VAL.M' order by 1, 2""",
        None,
    ),
    "partners' reach of a quarter": (
        """select partner_code, companies_count from mart.partner_reach
        where period = '2025-Q2' and market_code = '_T' and core_domain_code = '_T' order by 1""",
        None,
    ),
    "evidence of one figure": (
        "select item, value, sha256 from mart.evidence('exports_eur', '2025-12') order by 1, 2",
        None,
    ),
    "investment of one country": (
        """select quarter, count(*), sum(jobs_count), sum(capex_eur) from mart.fdi_project
        where country_code = 'US' and core_domain_code = 'food' group by quarter order by quarter""",
        """select to_char(announced_date, 'YYYY"-Q"Q') as quarter, count(*), sum(jobs_count), sum(capex_eur)
        from core.fdi_project
        where country_code = 'US' and core_domain_code = 'food' and known_to = 'infinity'
        group by quarter order by quarter""",
    ),
    "one KPI through time": (
        "select period, value, ytd_value from mart.kpi_progress where kpi_code = 'exports_eur' order by period",
        f"""select period, sum(value), sum(sum(value)) over (partition by left(period, 4) order by period)
        from core.observation as o
        join ({EXPORTS} and {NO_TOTALS}) as exports using (series_id)
        where o.known_to = 'infinity' and {FREE} group by period order by period""",
    ),
}
SCORECARD = "select * from mart.scorecard"
# The queries by hand -> how many times slower the mart may be.
BY_HAND = {"same SQL for current rows": 1.3, "the least by hand": None}


def seconds(conn: psycopg.Connection, question: str, moment: str = "") -> float:
    """Time a question until its last row is here."""
    conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
    start = time.perf_counter()
    conn.execute(question.encode()).fetchall()
    return time.perf_counter() - start


def medians(conn: psycopg.Connection, *asked: tuple[str, str]) -> list[float]:
    """Measure the median seconds of questions, each with its moment, that take turns."""
    rounds: list[list[float]] = []
    start = time.perf_counter()
    while len(rounds) < ROUNDS or (len(rounds) < MOST and time.perf_counter() - start < len(asked)):
        rounds.append([seconds(conn, question, moment) for question, moment in asked])
    return [statistics.median(side) for side in zip(*rounds, strict=True)]


def measured(conn: psycopg.Connection) -> Iterator[tuple[str, float, float | None]]:
    """Yield (name, ratio, goal) of each question; all ways of asking must give the same answer."""
    for name, (mart, least) in QUESTIONS.items():
        same = current.asked(mart)
        conn.execute("reset warehouse.as_of")
        ways = [mart, same] if least is None else [mart, same, least]
        said, *hands = (conn.execute(text.encode()).fetchall() for text in ways)
        assert all(hand == said for hand in hands), (name, said[:3], [hand[:3] for hand in hands])
        assert said, name
        then, now, *by_hand = medians(conn, (mart, world.THEN), *((text, "") for text in ways))
        others = ", ".join(f"{hand:.4f} s" for hand in by_hand)
        sys.stdout.write(f"{name}: {now:.4f} s, of the past {then:.4f} s, by hand {others}\n")
        for (way, goal), hand in zip(BY_HAND.items(), by_hand, strict=False):
            yield f"{name} / {way}", now / hand, goal
        yield f"{name}, of the past / of now", then / now, 1.5
    conn.execute("reset warehouse.as_of")
    assert conn.execute("select count(*) > 20 and count(value) > 20 from mart.scorecard").fetchone() == (True,)
    now, then = medians(conn, (SCORECARD, ""), (SCORECARD, "2026-07-01 09:00+02"))
    yield "scorecard, seconds", now, 1.0
    yield "scorecard, of the past / of now", then / now, 1.5


def peak_mb(conn: psycopg.Connection) -> int | None:
    """Read the peak memory of a connection's server process, shared part included; Linux only."""
    status = Path(f"/proc/{conn.info.backend_pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM")), None)


def main() -> None:
    """Fill, measure, print, write."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        postgres.running(Path(name) / "postgres", {"max_wal_size": "8GB"}) as server,
    ):
        migrate.migrate(server.dsn("warehouse"))
        with psycopg.connect(server.dsn("warehouse"), autocommit=True) as owner:
            start = time.perf_counter()
            world.fill(owner, rows)
            current.make(owner)
        sys.stdout.write(f"{rows} current observations in {time.perf_counter() - start:.0f} s; {machine(server)}\n")
        with psycopg.connect(server.dsn("warehouse", ANALYST), autocommit=True) as conn:
            found = list(measured(conn))
            peak = peak_mb(conn)
    table = [{"name": name, "ratio": round(ratio, 2), "goal": goal, "peak_mb": peak} for name, ratio, goal in found]
    for row in table:
        sys.stdout.write(f"{row['name']!s:55} {row['ratio']!s:>8}  goal <= {row['goal'] or '-'}\n")
    (OUT / "marts.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
