"""docker-compose.yml: valid, complete, and in step with what the local platform sets."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sandbox.launcher import airflow
from sandbox.launcher.workdir import ROOT, WorkDir

COMPOSE = (ROOT / "docker-compose.yml").read_text()
VARIABLES = dict(
    line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if re.match(r"\w+=", line)
)
SCHEMA = json.loads(Path(__file__).with_name("compose_spec").joinpath("compose_spec.json").read_text())
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
# Stage of the Dockerfile -> what it copies from the project and what it installs.
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = {
    name: (re.findall(r"^COPY (\S+)", body, re.MULTILINE), re.findall(r"--requirement (\S+)", body))
    for name, body in re.findall(r"^FROM \S+ AS (\w+)\n(.*?)(?=^FROM|\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)
}


def test_it_is_valid_by_the_compose_specification() -> None:
    with warnings.catch_warnings():
        # It names the metaschema of draft 2019-09 in a spelling that jsonschema does not know.
        warnings.simplefilter("ignore", DeprecationWarning)
        jsonschema.Draft201909Validator(SCHEMA).validate(yaml.safe_load(COMPOSE))


def test_the_schema_refuses_what_it_should() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft201909Validator(SCHEMA).validate({"services": {"a": {"imagge": "x"}}})


def test_every_variable_is_explained_in_the_example_and_no_other_is() -> None:
    used = set(re.findall(r"\$\{(\w+)", COMPOSE))
    assert used == set(VARIABLES)


def test_a_missing_variable_stops_it_by_name() -> None:
    assert re.findall(r"\$\{\w+(?!:\?|\w)[^}]*\}", COMPOSE) == []


def test_no_secret_has_a_default() -> None:
    secrets = {name for name in VARIABLES if re.search("PASSWORD|SECRET|KEY", name)}
    assert {name for name in secrets if VARIABLES[name]} == set()


def test_it_sets_every_connection_that_the_local_platform_sets(server: Any, tmp_path: Path) -> None:
    given = dict.fromkeys(("sample", "mail"), 1)
    local = {f"AIRFLOW_CONN_{name}" for name in airflow.airflow_connections(server, given, WorkDir(tmp_path))}
    assert local <= set(OURS["airflow-scheduler"]["environment"])


def test_links_in_mails_lead_to_pages_of_the_same_airflow(server: Any, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    ports = dict.fromkeys(("api", "sample", "mail", "worker_log", "triggerer_log"), 1)
    local = airflow.build_environment(WorkDir(tmp_path), server, ports)
    compose = OURS["airflow-scheduler"]["environment"]
    for name, page in (("KPI_MAIL_UNSUBSCRIBE_URL", "/stop/"), ("KPI_MAIL_PAGE_URL", "/kpi/")):
        assert local[name] == local["AIRFLOW__API__BASE_URL"] + page
        assert compose[name] == compose["AIRFLOW__API__BASE_URL"] + page


@pytest.mark.parametrize("name", [name for name in VARIABLES if name.startswith("AIRFLOW_CONN_")])
def test_example_connections_are_what_airflow_reads(name: str) -> None:
    fields = json.loads(VARIABLES[name])
    assert {"conn_type", "host"} <= fields.keys()


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "airflow-init"])
def test_every_service_that_stays_is_watched_and_restarted(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_modules_that_it_starts_exist() -> None:
    modules = {service["command"][0] for service in OURS.values()} - {"airflow"}
    assert all((ROOT / f"{module.replace('.', '/')}.py").exists() for module in modules)


def test_the_production_image_holds_nothing_of_the_sandbox() -> None:
    copied, installed = STAGES["production"]
    assert {"include", "plugins", "dags", "sql"} <= set(copied)
    assert installed == ["requirements.txt"]
    assert [name for name in copied if "sandbox" in name or "test" in name] == []
    assert re.findall(r"^FROM (\S+)$", DOCKERFILE, re.MULTILINE)[-1] == "production", "the default of docker build"


def test_the_sample_image_adds_the_sample_world_and_its_packages() -> None:
    assert STAGES["sample"] == (["requirements-sandbox.txt", "sandbox"], ["requirements-sandbox.txt"])
    assert "\nFROM production AS sample\n" in DOCKERFILE


def test_only_the_profile_sample_runs_the_sample_image() -> None:
    built = {name: (service["build"]["target"], service["image"]) for name, service in OURS.items()}
    assert built.pop("sample") == ("sample", "accelerates-sample:local")
    assert SERVICES["sample"]["profiles"] == ["sample"]
    assert set(built.values()) == {("production", "accelerates:local")}


def test_the_build_is_sent_what_it_copies_and_no_more() -> None:
    sent = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert sorted(sent) == sorted(name for copied, _ in STAGES.values() for name in copied)
