"""The partner network as data: who is in it, since when, under which name; and that no change of it is lost."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from include.extract import contract_feeds
from include.periods import clock_from
from include.sources.partners.partner_network import TABLES
from include.sources.source import Endpoint

REFERENCE = Path(__file__).parents[2] / "include" / "sources" / "reference"
TODAY = "2026-10-15T09:00:00+02:00"
# The names of the agreement of 2022-2026, in its order.
AGREEMENT = (
    "Agoria", "Belgian-Chinese Economic & Commercial Council", "Belgian-Vietnamese Alliance",
    "Belgo-Indian Chamber of Commerce & Industry", "The Blue Cluster", "DSP Valley", "essenscia Flanders", "Fedustria",
    "Fevia Flanders", "flanders.healthTech", "flanders.bio", "FLEGA", "Flux50", "MEDTECH Flanders", "SIM", "The Beacon",
    "UNIZO International", "VKW Limburg", "Flanders-Chinese Chamber of Commerce", "VIL", "Voka",
)  # fmt: skip
LEAVERS = {"b-hive", "euka", "startups-be", "flanders-cleantech"}
JOINERS = {"bva", "blue-cluster", "healthtech", "flega", "flux50", "medtech", "sim", "the-beacon"}


def rows(table: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def network(with_reference: None, conn: psycopg.Connection) -> psycopg.Connection:
    """A warehouse with the reference tables as they ship."""
    conn.execute("select set_config('warehouse.as_of', %s, false)", (TODAY,))
    return conn


@pytest.fixture
def edited(loader, tmp_path: Path, monkeypatch) -> Callable[..., dict[str, int]]:
    """Loads a reference table as it ships, then with a text of it replaced."""
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    monkeypatch.setattr(loader, "endpoint", lambda source, fault="": Endpoint(host=folder.as_uri()))

    def load(table: str, old: str = "", new: str = "", clock: str = TODAY) -> dict[str, int]:
        file = folder / f"{table}.csv"
        text = (REFERENCE / f"{table}.csv").read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return loader(f"reference_{table}", clock)

    return load


def test_the_21_partners_of_the_agreement_are_there_by_name(network) -> None:
    told = network.execute(
        """select name_in_agreement, p.name_en from core.contract as c join mart.partner using (partner_code)
        join core.partner as p using (partner_code) where c.start_date = '2022-01-01'"""
    ).fetchall()
    assert sorted(name for _, name in told) == sorted(AGREEMENT)


def test_both_terms_have_their_contracts_four_left_and_eight_joined(network) -> None:
    terms = dict(
        network.execute("select left(start_date::text, 4), array_agg(partner_code) from core.contract group by 1")
    )
    first, second = set(terms["2017"]), set(terms["2022"])
    assert (len(terms["2017"]), len(terms["2022"])) == (17, 21)
    assert first - second == LEAVERS
    assert second - first == JOINERS
    assert len(first & second) == 13


@pytest.mark.parametrize(
    ("day", "name"),
    [("2022-05-16", "flanders.healthTech"), ("2022-05-17", "MEDVIA"), ("2026-10-15", "MEDVIA")],
)
def test_a_renamed_partner_bears_the_name_of_the_day(network, day: str, name: str) -> None:
    network.execute("select set_config('warehouse.as_of', %s, false)", (f"{day} 12:00+02",))
    told = network.execute(
        "select name_nl, name_en, name_in_agreement from mart.partner where partner_code = 'healthtech'"
    )
    assert told.fetchone() == (name, name, "flanders.healthTech")


def test_a_merger_has_its_day_and_ends_no_contract(network) -> None:
    query = "select merged_into_code, merged_date::text, is_current from mart.partner where partner_code = 'medtech'"
    assert network.execute(query).fetchone() == ("healthtech", "2022-12-13", True)
    network.execute("select set_config('warehouse.as_of', '2022-12-12 12:00+01', false)")
    assert network.execute(query).fetchone() == (None, None, True)


def test_a_date_that_nobody_published_is_marked(network) -> None:
    exact = dict(
        network.execute("select partner_code || ' ' || relation_code, is_date_exact from core.partner_relation")
    )
    assert exact == {"medtech merged_into": True, "dsp-valley part_moved_to": False, "sim reports_through": True}


def test_sim_reports_through_flam3d_which_owes_nothing_itself(network) -> None:
    query = "select reports_through_code from mart.partner where partner_code = 'sim'"
    assert network.execute(query).fetchone() == ("flam3d",)
    assert network.execute("select count(*) from core.contract where partner_code = 'flam3d'").fetchone() == (0,)


def test_two_partners_may_share_a_market_and_aliases_come_in_three_languages(network) -> None:
    chinese = network.execute(
        "select partner_code from mart.partner where 'CN' = any(market_codes) order by 1"
    ).fetchall()
    assert chinese == [("bcecc",), ("fccc",)]
    found = network.execute(
        "select partner_code, language_code from core.partner_name where name in ('BCECC', 'BCECR', 'VCKK')"
    )
    assert set(found) == {("bcecc", "en"), ("bcecc", "nl"), ("fccc", "nl")}
    assert network.execute("select count(*) > 0 from core.partner_name where language_code = 'fr'").fetchone() == (
        True,
    )


def test_21_reports_are_due_in_every_quarter_before_and_after_the_mergers(network) -> None:
    due = network.execute(
        "select period, count(*) from mart.partner_report where contract_code like '%-2022' group by 1 order by 1"
    ).fetchall()
    assert due[0][0] == "2022-Q1"
    assert {count for _, count in due} == {21}
    assert len(due) == 19


def test_the_budget_of_each_year_is_one_million_and_known_by_contract(network) -> None:
    years = network.execute(
        """select year, sum(agreed_eur), count(*) filter (where contract_code like '%-2022')
        from mart.partner_budget group by 1 order by 1"""
    )
    assert years.fetchall() == [(year, 1_000_000, 21) for year in range(2022, 2027)]


def test_nothing_of_the_network_points_nowhere(network) -> None:
    assert network.execute("select * from mart.network_gap").fetchall() == []


def test_what_points_nowhere_is_shown(network) -> None:
    network.execute("delete from core.contract_feed where contract_code = 'voka-2022'")
    network.execute("delete from core.contract_budget where contract_code = 'voka-2022' and year = 2024")
    network.execute("delete from core.partner where partner_code = 'vil'")
    told = network.execute(
        "select table_name, row_key, column_name, code from mart.network_gap order by 1, 2"
    ).fetchall()
    assert set(told) >= {
        ("contract_feed", "voka-2022", "lacks", ""),
        ("contract_budget", "voka-2022", "lacks", "2024"),
        ("contract", "vil-2022", "partner_code", "vil"),
    }


@pytest.mark.parametrize("said", ["22", None])
def test_another_number_of_partners_than_the_agreement_counts_is_shown(network, said: str | None) -> None:
    if said:
        network.execute("update core.report_limit set value = %s where limit_code = 'partners_that_report'", (said,))
    else:
        network.execute("delete from core.report_limit")
    assert network.execute("select * from mart.network_gap").fetchall() == [
        ("contract", "partners_that_report", "partner_code", "21")
    ]


def test_every_running_contract_says_how_it_is_pulled_and_no_secret(dsn: str, network) -> None:
    running = [
        row
        for row in contract_feeds.read_contract_feeds(dsn, clock_from(TODAY))
        if row["contract_code"].endswith("-2022")
    ]
    kinds = {contract["feed_kind_code"] for contract in running}
    assert len(running) == 21
    assert kinds == {"http_file", "http_json", "folder"}
    assert {contract["format_code"] for contract in running} == {"xlsx", "csv", "json"}
    assert set(running[0]) == {
        "contract_code", "start_date", "end_date", "feed_kind_code", "conn_id", "feed_path", "format_code",
    }  # fmt: skip


def test_reports_of_an_ended_term_are_asked_for_two_years_more(dsn: str, network) -> None:
    running = contract_feeds.read_contract_feeds(dsn, clock_from("2028-12-30T09:00:00+01:00"))
    assert len([row for row in running if row["contract_code"].endswith("-2022")]) == 21
    assert contract_feeds.read_contract_feeds(dsn, clock_from("2029-01-02T09:00:00+01:00")) == []
    assert contract_feeds.read_contract_feeds(dsn, clock_from("2021-12-31T09:00:00+01:00")) == []


@pytest.mark.parametrize("table", list(TABLES))
def test_each_table_answers_for_a_past_moment(edited, conn, table: str) -> None:
    edited(table, clock="2026-01-10T09:00:00+01:00")
    before = conn.execute(f"select count(*) from core.{table}").fetchone()
    last = (REFERENCE / f"{table}.csv").read_text(encoding="utf-8").splitlines()[-1]
    if table not in ("contract_budget",):
        assert edited(table, "\n" + last, "")["closed"] == 1
        current = conn.execute(f"select count(*) from core.{table} where known_to = 'infinity'").fetchone()
        assert current[0] == before[0] - 1
    at = "known_from <= '2026-06-01' and known_to > '2026-06-01'"
    assert conn.execute(f"select count(*) from core.{table} where {at}").fetchone() == before


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("partner_name", "MEDVIA,2022-05-17", "MEDVIA,2022-05-10"),
        ("partner_name", "FCCC,2016-01-01", "BCECC,2016-01-01"),
        ("partner_name", "2022-05-16", "2021-05-16"),
        ("partner_name", "bcecc,fr", "bcecc,de"),
        ("partner_relation", "merged_into", "swallowed_by"),
        ("partner_relation", "merged_into,healthtech", "merged_into,medtech"),
        ("partner_theme", "market,CN", "market,China"),
        ("partner_contact", "voka@example.org", "voka at example.org"),
        ("contract", "agoria-2022,agoria,2022-01-01", "agoria-2022,agoria,2021-06-01"),
        ("contract", "true,15", "true,0"),
        ("contract_budget", "voka-2022,2024,110000", "voka-2022,2024,110001"),
        ("contract_domain", "food,1,", "food,0.9,"),
        ("contract_domain", "engineering-technology,0.8,illustrative", "engineering-technology,0.8,guessed"),
        ("core_domain_plan", "food,2026-Q1,6", "food,2026-01,6"),
        ("core_domain_plan", "food,2026-Q2,13", "food,2026-Q2,5"),
        ("core_domain_plan", "food,2026-Q1,6", "food,2026-Q1,-6"),
        ("core_domain_plan", "food,2026-Q1,6,illustrative", "food,2026-Q1,6,guessed"),
        ("contract_feed", "folder,partner_folder", "fax,partner_folder"),
        ("contract_feed", "partner_folder,sim,xlsx", "partner_folder,sim,json"),
        ("contract_feed", "partner_folder,sim,", "partner_folder,../sim,"),
        ("contract_feed", "partner_folder,sim,", "partner_folder,sim?token=1,"),
        ("retention_rule", "partner_contact,730", "partner_contact,3"),
        ("retention_rule", "rejected_row", "whatever"),
    ],
)
def test_a_slip_in_a_reference_table_loads_nothing_of_it(edited, conn, table: str, old: str, new: str) -> None:
    from include.errors import CheckFailed

    with pytest.raises(CheckFailed):
        edited(table, old, new)
    assert conn.execute(f"select count(*) from core.{table}").fetchone() == (0,)


def test_no_contact_of_the_sample_can_be_reached() -> None:
    assert {row["email"].rpartition("@")[2] for row in rows("partner_contact")} == {"example.org"}
