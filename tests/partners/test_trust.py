"""A feed over HTTPS with a certificate of a private authority: refused, until the connection names that authority."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from include.errors import SourceRefused
from include.extract import polling
from include.periods import clock_from
from include.register import source_of
from include.sources.source import Endpoint, Request

bridge: Any = pytest.importorskip("accelerates_connections")

SOURCE = source_of("partner_activity")
CLOCK = clock_from("2026-10-15T09:00:00+02:00")
REQUEST = Request(path="voka/2026-Q3.json", scope={"contract_code": "voka-2022", "period": "2026-Q3"})
TOKEN = "s3cret-t0ken-of-voka"
BODY = b'{"activities": []}'
Signed = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def signed(name: str, by: Signed | None = None) -> Signed:
    """An authority of that name, or a certificate for 127.0.0.1 that one signed."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signer = (by[0].subject, by[1]) if by else (subject, key)
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(issuer).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )  # fmt: skip
    return built.sign(signer, hashes.SHA256()), key


def pem(*certificates: Signed) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate, _ in certificates)


class Served:
    """A server on loopback behind a certificate, what it was asked, and the files of two authorities."""

    def __init__(self, folder: Path) -> None:
        ours, other = signed("partner authority"), signed("somebody else")
        certificate = signed("partner", ours)
        self.authority, self.stranger = folder / "ours.pem", folder / "other.pem"
        self.authority.write_bytes(pem(ours))
        self.stranger.write_bytes(pem(other))
        chain = folder / "server.pem"
        private = certificate[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain.write_bytes(private + pem(certificate, ours))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain)
        self.shown: list[str | None] = []
        self.url = ""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """https://127.0.0.1 with a certificate of a private authority."""
    told = Served(tmp_path_factory.mktemp("tls"))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.shown.append(self.headers.get("Authorization"))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A handshake that the other side broke off."""

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = told.context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    told.url = f"https://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


def connected(monkeypatch: pytest.MonkeyPatch, served: Served, kind: str, **extra: object) -> Endpoint:
    """The endpoint that Airflow's connection gives."""
    fields = {"conn_type": "http", "host": served.url, "password": TOKEN, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_VOKA", json.dumps(fields))
    endpoint = bridge.endpoint(SOURCE, {"conn_id": "voka", "feed_kind_code": kind, "contract_code": "voka-2022"})
    assert isinstance(endpoint, Endpoint)
    served.shown.clear()
    return endpoint


def pull(endpoint: Endpoint) -> bytes | str:
    with polling.fetch(SOURCE, endpoint, REQUEST, CLOCK, None) as reply:
        return reply if isinstance(reply, str) else b"".join(reply.blocks)


@pytest.mark.parametrize("kind", ["http_file", "http_json"])
def test_a_private_authority_is_refused_in_four_parts_and_sees_no_token(monkeypatch, served: Served, kind: str) -> None:
    with pytest.raises(SourceRefused) as caught:
        pull(connected(monkeypatch, served, kind))
    error = caught.value
    assert "voka-2022" in error.source
    assert error.expected == f"{served.url.removeprefix('https://')} to show a certificate of a public authority"
    assert "self-signed certificate in certificate chain" in error.got
    assert "name it as `verify`" in error.todo
    assert served.shown == []
    assert TOKEN not in str(error)


@pytest.mark.parametrize("kind", ["http_file", "http_json"])
def test_it_is_let_in_when_the_connection_names_the_authority(monkeypatch, served: Served, kind: str) -> None:
    # What the machine trusts otherwise does not win from the connection.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(served.stranger))
    endpoint = connected(monkeypatch, served, kind, verify=str(served.authority))
    assert BODY in bytes(pull(endpoint))
    assert served.shown == [f"Bearer {TOKEN}"]


def test_the_authority_of_somebody_else_is_no_authority(monkeypatch, served: Served) -> None:
    with pytest.raises(SourceRefused, match=r"certificate of an authority in other.pem"):
        pull(connected(monkeypatch, served, "http_file", verify=str(served.stranger)))
    assert served.shown == []


def test_what_names_no_authority_is_refused_and_checking_is_never_off(monkeypatch, served: Served) -> None:
    empty = served.authority.with_name("empty.pem")
    empty.write_text("nothing")
    for named, said in ((False, "switched off"), ("/nowhere/ca.pem", "no such file"), (str(empty), "no such file")):
        with pytest.raises(SourceRefused, match=rf"voka-2022.*{said}"):
            pull(connected(monkeypatch, served, "http_file", verify=named))
    assert served.shown == []
