"""python -m bench.marts [rows]: what questions to the marts cost, in multiples of the same SQL by hand.

A warehouse of Flemish trade with as many current observations as asked for, a fifth of them revised once. The figures
stand in var/bench/marts.json.
"""

from __future__ import annotations

import csv
import json
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from include import migration
from include.local import postgres

OUT = Path(__file__).parents[1] / "var" / "bench"
REFERENCE = Path(__file__).parents[1] / "include" / "reference"
ROUNDS, MONTHS = 5, 84
DATASET = "BE2:DF_EXTTRADEVLNAT_Overview"
# The first vintage was known from 2026-01-01, the second from 2026-06-01.
THEN = "2026-03-01 09:00+01"
FILL = (
    """insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
        parser_version) values ('bench', '{}', repeat('0', 64), 1, '', '', '', '2026-01-01', '1')""",
    """insert into core.product_domain (product_code, core_domain_code, weight_share, product_name, provenance,
        is_energy, valid_from, valid_to, known_from, payload_id)
    select section, 'food', 1, section, 'illustrative', false, '1900-01-01', '9999-12-31', '2026-01-01', 1
    from unnest('{I,II,III,IV,V,VI,VII,VIII,IX,X}'::text[]) as section""",
    f"""insert into core.series (series_id, dataset_code, series_key, dimensions, freq_code, unit_code, concept_code,
        price_basis_code, definition_code, known_from, payload_id)
    select core.series_id('{DATASET}', key), '{DATASET}', key, jsonb_build_object('REPORTING', 'VL', 'COUNTRY', country,
        'PRODUCT', section, 'FLOW', flow, 'CONCEPT', 'COM', 'DATATYPE', 'VAL', 'FREQ', 'M'),
        'M', 'EUR', 'COM', 'V', 'INR', '2026-01-01', 1
    from (
        select *, 'VL.' || country || '.' || section || '.' || flow || '.COM.VAL.M' as key from (
            select 'C' || n / 42 as country, (array['X', 'I'])[1 + n % 2] as flow, (array['I', 'II', 'III', 'IV', 'V',
                'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII', 'XIII', 'XIV', 'XV', 'XVI', 'XVII', 'XVIII', 'XIX', 'XX',
                'XXI'])[1 + n / 2 % 21] as section
            from generate_series(0, current_setting('bench.series')::integer - 1) as n
        ) as part
    ) as series""",
    f"""insert into core.observation (series_id, dataset_code, period, value, status_code, known_from, known_to,
        payload_id)
    select series_id, '{DATASET}', to_char(date '2019-01-01' + make_interval(months => m), 'YYYY-MM'),
        abs(hashint8(series_id + m)) % 1000000 + version, 'A',
        case version when 0 then timestamptz '2026-01-01' else '2026-06-01' end,
        case when version = 0 and abs(hashint8(series_id + m)) % 5 = 0 then timestamptz '2026-06-01'
            else 'infinity' end, 1
    from core.series, generate_series(0, {MONTHS - 1}) as m, generate_series(0, 1) as version
    where version = 0 or abs(hashint8(series_id + m)) % 5 = 0""",
    "vacuum analyze",
)
CURRENT = f"""from core.observation as o join core.series as s using (series_id)
    where o.dataset_code = '{DATASET}' and o.known_to = 'infinity' and s.known_to = 'infinity'
        and s.dataset_code = '{DATASET}' and s.freq_code = 'M' and s.concept_code = 'COM'
        and s.dimensions ->> 'FLOW' = 'X' and s.dimensions ->> 'DATATYPE' = 'VAL'"""
# Name -> the question to the mart, and by hand for current rows.
QUESTIONS = {
    "one market": (
        """select period, sum(value_eur) from mart.goods_trade
        where country_code = 'C7' and flow_code = 'X' and concept_code = 'COM' group by period order by period""",
        f"select period, sum(value) {CURRENT} and s.dimensions ->> 'COUNTRY' = 'C7' group by period order by period",
    ),
    "one year by domain": (
        """select core_domain_code, sum(value_eur) from mart.goods_export_domain
        where period between '2025-01' and '2025-12' group by 1 order by 1""",
        f"""select coalesce(d.core_domain_code, 'unassigned'), sum(t.value * coalesce(d.weight_share, 1))
        from (select s.dimensions ->> 'PRODUCT' as product, o.value {CURRENT}
            and o.period between '2025-01' and '2025-12') as t
        left join core.product_domain as d on d.product_code = t.product and d.known_to = 'infinity'
        group by 1 order by 1""",
    ),
    "one series through time": (
        f"""select period, value from mart.observation
        where series_id = core.series_id('{DATASET}', 'VL.C7.VI.X.COM.VAL.M') order by period""",
        f"""select period, value from core.observation
        where series_id = core.series_id('{DATASET}', 'VL.C7.VI.X.COM.VAL.M') and known_to = 'infinity'
        order by period""",
    ),
}


def refer(conn: psycopg.Connection) -> None:
    """The project's own KPIs, so that the scorecard has its rows."""
    for table in ("objective", "kpi", "kpi_target", "kpi_plan", "status_threshold", "core_domain"):
        with (REFERENCE / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            names = ", ".join([*next(reader), "known_from", "payload_id"])
            with conn.cursor().copy(f"copy core.{table} ({names}) from stdin".encode()) as copy:
                for values in reader:
                    copy.write_row((*(value or None for value in values), "2026-01-01", 1))


def seconds(conn: psycopg.Connection, question: str, moment: str = "") -> float:
    """How long a question takes until its last row is here."""
    conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
    start = time.perf_counter()
    conn.execute(question.encode()).fetchall()
    return time.perf_counter() - start


def measured(conn: psycopg.Connection) -> list[tuple[str, float, float]]:
    """(name, ratio, goal) of each question; the two sides take turns, and must say the same."""
    found = []
    for name, (mart, hand) in QUESTIONS.items():
        conn.execute("reset warehouse.as_of")
        said, known = (conn.execute(text.encode()).fetchall() for text in (mart, hand))
        assert said == known, (name, said[:3], known[:3])
        rounds = [(seconds(conn, mart), seconds(conn, hand), seconds(conn, mart, THEN)) for _ in range(ROUNDS)]
        now, by_hand, then = (statistics.median(side) for side in zip(*rounds, strict=True))
        sys.stdout.write(f"{name}: {now:.3f} s, by hand {by_hand:.3f} s, of the past {then:.3f} s\n")
        found += [(f"{name} / by hand", now / by_hand, 1.3), (f"{name}, of the past / of now", then / now, 1.5)]
    conn.execute("reset warehouse.as_of")
    assert conn.execute("select count(*) > 5 and count(value) > 0 from mart.scorecard").fetchone() == (True,)
    scorecard = [seconds(conn, "select * from mart.scorecard") for _ in range(ROUNDS)]
    return [*found, ("scorecard, seconds", statistics.median(scorecard), 1.0)]


def main() -> None:
    """Fill, measure, print, write."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, postgres.running(Path(name) / "postgres") as server:
        migration.migrate(server.dsn("warehouse"))
        with psycopg.connect(server.dsn("warehouse"), autocommit=True) as conn:
            conn.execute("select set_config('bench.series', %s, false)", (str(rows // MONTHS),))
            for statement in FILL:
                conn.execute(statement.encode())
            refer(conn)
            found = measured(conn)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    table = [{"name": name, "ratio": round(ratio, 2), "goal": goal, "peak_mb": peak} for name, ratio, goal in found]
    for row in table:
        sys.stdout.write(f"{row['name']!s:45} {row['ratio']!s:>8}  goal <= {row['goal']}\n")
    (OUT / "marts.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
