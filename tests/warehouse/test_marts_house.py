"""What holds for every mart: headers are true, columns have a meaning, reference rows hang together."""

import csv
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import psycopg
import pytest

from sandbox.sources import fit, trade_shape

MARTS = Path(__file__).parents[2] / "sql" / "marts"
QUERIES = Path(__file__).parents[2] / "sql" / "queries"
REFERENCE = Path(__file__).parents[2] / "include" / "sources" / "reference"
FILES = sorted(MARTS.rglob("*.sql"))
# What a function is asked.
ASKED = {"mart.kpi_progress_at": "('2026-10-15')", "mart.evidence": "('revision_size', '2026-07')"}


def header(path: Path, word: str) -> list[str]:
    found = re.findall(rf"^-- {word}: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return [name.strip() for line in found for name in line.split(",")]


def catalogue() -> list[dict[str, str]]:
    with (REFERENCE / "kpi.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_grain_in_each_header_is_unique_and_has_rows(world):
    untrue = []
    for path in FILES:
        model, grain = header(path, "model")[0], ", ".join(header(path, "grain"))
        asked = ASKED.get(model, "")
        row = world.execute(f"select count(*), count(distinct ({grain})) from {model}{asked}").fetchone()
        if row[0] == 0 or row[0] != row[1]:
            untrue.append(f"{model}: {row[0]} rows, {row[1]} of ({grain})")
    assert untrue == []


def test_the_header_names_what_the_mart_reads_and_nothing_else(subtests):
    for path in FILES:
        with subtests.test(path=path):
            text = path.read_text(encoding="utf-8")
            body = "\n".join(line for line in text.splitlines() if not line.startswith(("--", "comment on")))
            read = set(re.findall(r"\b(?:from|join)\s+((?:asof|core|mart|ops|landing)\.\w+)(?!\w|\.)", body)) - {
                "core.as_of"
            }
            said = set(header(path, "reads")) - {"mart.kpi_*"}
            assert said == read
            assert header(path, "why"), "a mart says why it exists"


def test_every_mart_and_every_column_has_a_comment(conn: psycopg.Connection):
    assert conn.execute(
        """select c.relname, a.attname
           from pg_class as c
           left join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0
           where c.relnamespace = 'mart'::regnamespace and c.relkind = 'v'
               and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)"""
    ).fetchall() == []  # fmt: skip


def test_a_kpi_says_what_it_is_made_of_in_words_that_the_evidence_knows():
    known = (MARTS / "evidence.sql").read_text(encoding="utf-8").partition("create or replace")[0]
    unknown = [
        (row["kpi_code"], word)
        for row in catalogue()
        for word in (*row["evidence_rows"].split(), row["evidence_value"].replace("_Z", "project"))
        if not re.search(rf"\b{word}\b", known)
    ]
    assert unknown == []


def test_every_kpi_view_has_one_shape_and_the_catalogue_names_it(conn: psycopg.Connection):
    views = {f"mart.kpi_{path.stem}" for path in (MARTS / "kpi").glob("*.sql")}
    assert {row["view_name"] for row in catalogue()} == views
    for view in views:
        columns = conn.execute(f"select * from {view}").description
        assert columns is not None
        assert [column.name for column in columns] == ["kpi_code", "period", "value", "is_provisional", "known_from"]


def test_an_analyst_may_read_every_mart_but_no_addresses(world):
    world.execute("set role analyst")
    world.execute("set default_transaction_read_only = on")
    for model in (header(path, "model")[0] for path in FILES if path.stem != "kpi_progress_at"):
        world.execute(f"select * from {model}{ASKED.get(model, '')} limit 1")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.execute("select * from core.recipient")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.execute("select * from core.partner_contact")


def test_each_question_of_an_analyst_runs_as_pasted(world):
    paths = sorted(QUERIES.glob("*.sql"))
    assert len(paths) >= 10
    world.execute("set default_transaction_read_only = on")
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("-- question: "), f"{path.name} does not say what it answers"
        cursor = world.execute(text)
        while cursor.nextset():
            pass
        assert cursor.description, f"{path.name} gives no table"
        cursor.fetchall()


def test_the_reference_rows_hang_together(conn: psycopg.Connection):
    rows = {
        path.stem: list(csv.DictReader(path.open(encoding="utf-8", newline=""))) for path in REFERENCE.glob("*.csv")
    }
    domains = {row["core_domain_code"] for row in rows["core_domain"]}
    kpis = {row["kpi_code"] for row in rows["kpi"]}
    assert {row["core_domain_code"] for row in rows["contract"] + rows["product_domain"]} <= domains
    sections = {row["product_code"] for row in rows["product_domain"] if row["product_code"].isalpha()}
    assert len(sections) == 21
    targets = {row["kpi_code"] for row in rows["kpi_target"]}
    assert targets == {row["kpi_code"] for row in rows["kpi_plan"]} <= kpis
    # What the world does, and how far figures move, is nobody's target.
    assert {row["kpi_code"] for row in rows["kpi"] if row["kind_code"] in ("result", "performance")} <= targets
    headline = [row for row in rows["kpi"] if row["is_headline"] == "true"]
    assert {row["kpi_code"] for row in headline} <= targets
    # Few enough for a mail of three screens, and one of each objective.
    assert 5 <= len(headline) <= 7
    assert {row["objective_code"] for row in headline} == {row["objective_code"] for row in rows["objective"]}
    assert {row["core_domain_code"] for row in rows["core_domain_plan"]} == domains
    countries = {row["country_code"] for row in rows["country"]}
    assert {row["country_code"] for row in rows["country_code"] + rows["country_group_member"]} <= countries
    for table, lines in rows.items():
        columns = conn.execute(
            """select attname from pg_attribute
            where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum""",
            (f"core.{table}",),
        ).fetchall()
        names = [name for (name,) in columns if name not in {"known_from", "known_to", "payload_id"}]
        assert (REFERENCE / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0].split(",") == names
        assert all(None not in row.values() for row in lines)


def test_what_is_made_of_exports_of_goods_is_monthly_and_of_a_year_at_most():
    """mart.scorecard adds up no more of them than that."""
    sums = ("goods_trade", "goods_export")
    made = {f"mart.kpi_{path.stem}" for path in (MARTS / "kpi").glob("*.sql")
            if any(name in read for name in sums for read in header(path, "reads"))}  # fmt: skip
    kpis = [row for row in catalogue() if row["view_name"] in made]
    assert len(kpis) > 10
    assert {row["freq_code"] for row in kpis} == {"M"}
    assert max(int(row["evidence_months"]) for row in kpis) == 12


def test_the_plan_of_a_year_ends_at_its_part_of_the_way_to_the_target():
    with (REFERENCE / "kpi_target.csv").open(encoding="utf-8") as lines:
        target = {row["kpi_code"]: Decimal(row["target_value"]) for row in csv.DictReader(lines)}
    with (REFERENCE / "kpi_plan.csv").open(encoding="utf-8") as lines:
        plan = {(row["kpi_code"], row["period"]): row for row in csv.DictReader(lines)}
    for code, value in target.items():
        last = next(plan[code, end] for end in ("2026-12", "2026-Q4", "2026") if (code, end) in plan)
        assert (Decimal(last["planned_value"]), Decimal(last["cumulative_share"])) == (value, 1)


def test_the_plans_of_the_core_domains_add_up_to_that_of_the_kpi_in_every_quarter():
    """In whole activities; each quarter holds those of its year before it, as the plan path of the KPI does."""
    planned: dict[str, int] = {}
    with (REFERENCE / "core_domain_plan.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            planned[row["period"]] = planned.get(row["period"], 0) + int(row["planned_activities_count"])
            assert row["provenance"] == "illustrative"
    with (REFERENCE / "kpi_plan.csv").open(encoding="utf-8") as lines:
        whole = {row["period"]: Decimal(row["planned_value"]) for row in csv.DictReader(lines)
                 if row["kpi_code"] == "activities"}  # fmt: skip
    assert planned == {period: int(value.quantize(Decimal(1), ROUND_HALF_UP)) for period, value in whole.items()}


def shares(amounts: dict[str, float]) -> dict[str, float]:
    """Of a year's amounts by period, the part that is reached by the end of each."""
    total = sum(amounts.values())
    return {period: sum(amounts[earlier] for earlier in amounts if earlier <= period) / total for period in amounts}


def test_the_plan_path_is_the_mean_of_the_last_three_years_and_no_straight_line():
    with (REFERENCE / "kpi_plan.csv").open(encoding="utf-8") as lines:
        plan = {(row["kpi_code"], row["period"]): row for row in csv.DictReader(lines)}
    # Of exports the weights of the months, which revisions move a little.
    seen: dict[str, list[dict[str, float]]] = {"fdi_projects": [], "fdi_jobs": [], "exports_eur": []}
    for year in (2023, 2024, 2025):
        quarters = {f"-Q{quarter}": [0, 0] for quarter in (1, 2, 3, 4)}
        for row in fit.project_rows(year):
            quarter = quarters[f"-Q{(int(str(row[2])[5:7]) + 2) // 3}"]
            quarter[0], quarter[1] = quarter[0] + 1, quarter[1] + int(str(row[6]))
        seen["fdi_projects"].append(shares({name: count for name, (count, _) in quarters.items()}))
        seen["fdi_jobs"].append(shares({name: jobs for name, (_, jobs) in quarters.items()}))
        months = range(1, 13)
        seen["exports_eur"].append(shares({f"-{month:02d}": trade_shape.month_weight(year, month) for month in months}))
    for code, years in seen.items():
        for part in years[0]:
            mean = sum(year[part] for year in years) / 3
            planned, whole = plan[code, f"2026{part}"], plan[code, f"2026{max(years[0])}"]
            assert float(planned["cumulative_share"]) == pytest.approx(mean, abs=0.004), (code, part)
            expected = Decimal(planned["cumulative_share"]) * Decimal(whole["planned_value"])
            assert Decimal(planned["planned_value"]) == pytest.approx(expected, rel=Decimal("0.0001"))
    flows = {code for code, period in plan if period == "2026-Q1" and plan[code, "2026-Q1"]["cumulative_share"] != "1"}
    assert not [code for code in flows if plan[code, "2026-Q2"]["cumulative_share"] == "0.5"]
