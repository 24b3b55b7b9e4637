"""From 21 feeds of three kinds to one table: each contract by its own connection, and none in the way of another."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import accelerates_connections as bridge
import accelerates_load_tasks as tasks
import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from include.extract import contract_feeds
from include.register import source_of
from sandbox.sources.partner_feeds import write_folder
from sandbox.sources.reply import PARTNER_API_TOKEN

CLOCK = datetime(2026, 10, 15, 7, tzinfo=UTC)
SAMPLE = {"memento": True, "sample": True}
# The names of the agreement of 2022-2026, in its order.
AGREEMENT = (
    "Agoria", "Belgian-Chinese Economic & Commercial Council", "Belgian-Vietnamese Alliance",
    "Belgo-Indian Chamber of Commerce & Industry", "The Blue Cluster", "DSP Valley", "essenscia Flanders", "Fedustria",
    "Fevia Flanders", "flanders.healthTech", "flanders.bio", "FLEGA", "Flux50", "MEDTECH Flanders", "SIM", "The Beacon",
    "UNIZO International", "VKW Limburg", "Flanders-Chinese Chamber of Commerce", "VIL", "Voka",
)  # fmt: skip


@pytest.fixture(scope="session")
def partner_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("partners")
    assert write_folder(folder) > 0
    return folder


class Network:
    """The runs of dags/partner_reports.py, contract by contract, as Airflow would call them."""

    def __init__(self, loader: Any) -> None:
        self.dsn = loader.dsn
        self.failed: dict[str, str] = {}

    def contracts(self) -> list[dict[str, str]]:
        """Those that are running, asked for their reports since April only: a test need not read five years."""
        return [
            contract | {"start_date": "2026-04-01"} for contract in contract_feeds.read_contract_feeds(self.dsn, CLOCK)
        ]

    def load(self, contract: dict[str, str]) -> None:
        try:
            batches = tasks.extract.function(["partner_activity"], contract)
            tasks.merge.function(tasks.check.function(tasks.stage.function(batches)))
        except AirflowSkipException:
            pass
        except AirflowFailException as error:
            self.failed[contract["contract_code"]] = str(error)

    def loaded(self) -> set[str]:
        with psycopg.connect(self.dsn) as conn:
            return {code for (code,) in conn.execute("select distinct contract_code from core.partner_report")}


@pytest.fixture
def network(loader: Any, sample_server: str, partner_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Network:
    loader.reference()
    hosts = {
        "PARTNER_FEED": {"conn_type": "http", "host": f"{sample_server}/partners", "extra": SAMPLE},
        "PARTNER_API": {
            "conn_type": "http", "host": f"{sample_server}/partner-api", "password": PARTNER_API_TOKEN, "extra": SAMPLE,
        },
        "PARTNER_FOLDER": {"conn_type": "generic", "host": f"file://{partner_folder}", "extra": {"sample": True}},
    }  # fmt: skip
    for name, fields in hosts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps(fields))
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", loader.loader_dsn)
    monkeypatch.setenv("ACCELERATES_LANDING", loader.root)
    context = {
        "dag_run": SimpleNamespace(conf={"clock": CLOCK.isoformat()}, run_after=CLOCK, run_id="run"),
        "task": SimpleNamespace(outlets=[]),
        "outlet_events": {},
    }
    monkeypatch.setattr(tasks, "get_current_context", lambda: context)
    return Network(loader)


def test_every_partner_of_the_agreement_reports_through_its_own_feed_and_is_in_the_marts(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for contract in network.contracts():
        network.load(contract)
    assert network.failed == {}
    with psycopg.connect(network.dsn) as conn:
        conn.execute("select set_config('warehouse.as_of', %s, false)", (CLOCK.isoformat(),))
        told = conn.execute(
            """select distinct p.name_en from mart.partner_activity as a join core.partner as p using (partner_code)
            join mart.partner_reach as r using (partner_code)"""
        ).fetchall()
        assert {name for (name,) in told} >= set(AGREEMENT)
        complete = conn.execute(
            """select period, state, count(*) from mart.partner_report
            where contract_code like '%-2022' and period in ('2026-Q2', '2026-Q3') group by 1, 2"""
        ).fetchall()
        assert set(complete) == {
            ("2026-Q2", "received", 21), ("2026-Q3", "received", 18), ("2026-Q3", "nil", 1),
            ("2026-Q3", "quarantined", 1), ("2026-Q3", "missing", 1),
        }  # fmt: skip
        kinds = conn.execute(
            """select f.format_code, count(distinct f.contract_code) from core.contract_feed as f
            join landing.payload as p on p.scope ->> 'contract_code' = f.contract_code where p.is_sample group by 1"""
        ).fetchall()
        assert dict(kinds) == {"xlsx": 16, "csv": 2, "json": 3}
        urls = [url for (url,) in conn.execute("select url from landing.payload")]
    assert [url for url in urls if PARTNER_API_TOKEN in url or "@" in url] == []
    assert PARTNER_API_TOKEN not in caplog.text


def test_one_partners_expired_token_and_lost_folder_delay_nobody_else(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = json.loads(bridge.os.environ["AIRFLOW_CONN_PARTNER_API"]) | {"password": "expired"}
    monkeypatch.setenv("AIRFLOW_CONN_PARTNER_API", json.dumps(api))
    monkeypatch.setenv("AIRFLOW_CONN_PARTNER_FOLDER", json.dumps({"conn_type": "generic", "host": "file:///nowhere"}))
    wanted = ["agoria-2022", "bva-2022", "sim-2022", "unizo-2022", "voka-2022"]
    for contract in network.contracts():
        if contract["contract_code"] in wanted:
            network.load(contract)
    assert network.loaded() == {"bva-2022", "unizo-2022"}
    assert set(network.failed) == {"agoria-2022", "sim-2022", "voka-2022"}
    for code, said in network.failed.items():
        assert said.startswith("SourceRefused: ")
        assert code in said
        assert "expired" not in said


def test_a_contract_whose_connection_is_not_there_fails_alone_and_says_so(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_PARTNER_FOLDER")
    for contract in network.contracts():
        if contract["contract_code"] in ("bva-2022", "sim-2022"):
            network.load(contract)
    assert network.loaded() == {"bva-2022"}
    assert "sim-2022: expected a connection partner_folder; got none of that name" in network.failed["sim-2022"]


@pytest.mark.parametrize("conn_id", ["partner_feed", "partner_api"])
def test_a_login_in_an_address_is_refused_before_a_log_can_show_it(
    network: Network, monkeypatch: pytest.MonkeyPatch, conn_id: str
) -> None:
    fields = {"conn_type": "http", "host": "http://agency:hunter2@127.0.0.1/x"}
    monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(fields))
    contract = next(contract for contract in network.contracts() if contract["conn_id"] == conn_id)
    network.load(contract)
    assert "a login in it" in network.failed[contract["contract_code"]]
    assert "hunter2" not in network.failed[contract["contract_code"]]


@pytest.mark.parametrize(
    ("fields", "header"),
    [
        ({"password": "t0ken"}, "Bearer t0ken"),
        ({"login": "agency", "password": "s"}, "Basic YWdlbmN5OnM="),
        ({"extra": {"headers": {"X-Key": "k"}}}, None),
    ],
)
def test_a_token_a_login_or_a_header_of_the_connection_is_sent(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], header: str | None
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_VOKA", json.dumps({"conn_type": "http", "host": "https://x.example"} | fields))
    told = bridge.endpoint(source_of("partner_activity"), {"conn_id": "voka", "feed_kind_code": "http_json"})
    assert (told.transport, told.headers.get("Authorization")) == ("pages", header)
    assert [secret for secret in ("t0ken", "YWdlbmN5OnM=", "hunter2") if secret in repr(told)] == []


def test_an_sftp_connection_brings_login_port_and_host_key(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {
        "conn_type": "sftp", "host": "sftp://files.example/reports", "login": "agency", "password": "pw", "port": 2222,
        "extra": {"host_key": "ssh-ed25519 AAAA"},
    }  # fmt: skip
    monkeypatch.setenv("AIRFLOW_CONN_SIM", json.dumps(fields))
    told = bridge.endpoint(source_of("partner_activity"), {"conn_id": "sim", "feed_kind_code": "folder"})
    assert dict(told.options) == {
        "host_key": "ssh-ed25519 AAAA", "username": "agency", "password": "pw", "port": 2222,
    }  # fmt: skip
    assert "pw" not in repr(told)
