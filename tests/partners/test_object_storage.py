"""A folder on object storage: a real S3 server on loopback that lets in only who has the key, and no secret is said."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from include.errors import SourceRefused, SourceUnavailable
from include.extract import polling
from include.extract.http import Reply
from include.periods import clock_from
from include.register import source_of
from include.sources.source import Endpoint, Request

bridge: Any = pytest.importorskip("accelerates_connections")

SOURCE = source_of("partner_activity")
CLOCK = clock_from("2026-10-15T09:00:00+02:00")
FILE = Request(path="sim/2026-Q3.xlsx", scope={"contract_code": "sim-2022", "period": "2026-Q3"}, may_be_absent=True)
MAY_READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}


@dataclass(frozen=True)
class Store:
    """A store with one bucket, and the key that may read it."""

    url: str
    key: str
    secret: str


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """s3://reports, where partner sim has put a report and partner bva nothing but its folder."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    owner = boto3.session.Session("owner", "owner", region_name="eu-west-1")
    try:
        s3, iam = owner.client("s3", endpoint_url=url), owner.client("iam", endpoint_url=url)
        s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket="reports", Key="in/sim/2026-Q3.xlsx", Body=b"PK workbook")
        s3.put_object(Bucket="reports", Key="in/bva/", Body=b"")
        iam.create_user(UserName="agency")
        policy = json.dumps({"Version": "2012-10-17", "Statement": [MAY_READ]})
        iam.put_user_policy(UserName="agency", PolicyName="read", PolicyDocument=policy)
        made = iam.create_access_key(UserName="agency")["AccessKey"]
        # From here on the server checks keys and signatures.
        requests.post(f"{url}/moto-api/reset-auth", data="0", timeout=5).raise_for_status()
        yield Store(url, made["AccessKeyId"], made["SecretAccessKey"])
    finally:
        server.stop()


def connected(monkeypatch: pytest.MonkeyPatch, store: Store, **other: object) -> Endpoint:
    """The endpoint that Airflow's connection gives."""
    fields = {
        "conn_type": "aws", "host": "s3://reports/in", "login": store.key, "password": store.secret,
        "extra": {"endpoint_url": store.url},
    } | other  # fmt: skip
    monkeypatch.setenv("AIRFLOW_CONN_SIM", json.dumps(fields))
    endpoint = bridge.endpoint(SOURCE, {"conn_id": "sim", "feed_kind_code": "folder", "contract_code": "sim-2022"})
    assert isinstance(endpoint, Endpoint)
    return endpoint


def pull(endpoint: Endpoint, request: Request = FILE) -> bytes | str:
    with polling.fetch(SOURCE, endpoint, request, CLOCK, None) as reply:
        return reply if isinstance(reply, str) else b"".join(reply.blocks)


def test_a_report_comes_from_a_bucket_with_its_media_type_and_moment(monkeypatch, store: Store) -> None:
    with polling.fetch(SOURCE, connected(monkeypatch, store), FILE, CLOCK, None) as reply:
        assert isinstance(reply, Reply)
        assert b"".join(reply.blocks) == b"PK workbook"
        assert reply.media_type.endswith("spreadsheetml.sheet")
        assert reply.released_at is not None
        assert reply.url == "s3://reports/in/sim/2026-Q3.xlsx"


def test_a_report_that_is_not_there_yet_is_absent(monkeypatch, store: Store) -> None:
    later, empty = replace(FILE, path="sim/2026-Q4.xlsx"), replace(FILE, path="bva/2026-Q3.xlsx")
    endpoint = connected(monkeypatch, store)
    assert (pull(endpoint, later), pull(endpoint, empty)) == ("absent", "absent")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"password": "wr0ng-horse-battery-staple"}, "PermissionError"),
        ({"login": "AKIANOBODY", "password": "wr0ng-horse-battery-staple"}, "PermissionError"),
        ({"login": None, "password": None}, "without access key"),
        ({"host": "s3://nowhere/in"}, "no folder 'sim'|PermissionError"),
        ({"host": "s3://reports/elsewhere"}, "no folder 'sim'"),
    ],
    ids=["wrong secret", "unknown key", "no keys", "no bucket", "no folder"],
)
def test_what_is_refused_names_contract_and_cause_and_no_key(
    monkeypatch, store: Store, other: dict[str, object], said: str
) -> None:
    with pytest.raises(SourceRefused, match=rf"sim-2022.*({said})") as caught:
        pull(connected(monkeypatch, store, **other))
    assert "Mend the connection" in str(caught.value)
    assert [key for key in (store.secret, "wr0ng-horse", "AKIANOBODY") if key in str(caught.value)] == []


def test_a_store_that_does_not_answer_is_tried_again_by_the_run(monkeypatch, store: Store) -> None:
    nobody = connected(monkeypatch, store, extra={"endpoint_url": "http://127.0.0.1:9"})
    with pytest.raises(SourceUnavailable, match=r"sim-2022.*s3://reports"):
        pull(nobody)


def test_the_secret_key_is_never_printed_logged_or_kept_in_an_address(monkeypatch, store: Store, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint = connected(monkeypatch, store)
    with polling.fetch(SOURCE, endpoint, FILE, CLOCK, None) as reply:
        assert isinstance(reply, Reply)
        b"".join(reply.blocks)
    said = "\n".join([caplog.text, repr(endpoint), repr(reply)])
    assert {name for record in caplog.records if (name := record.name.partition(".")[0])} >= {"botocore", "s3fs"}
    assert store.secret not in said
