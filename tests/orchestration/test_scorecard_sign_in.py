"""The button of the mail, pressed by who is signed out, on Airflow's own API server: asked who it is, and led back.

Skipped where there is no Chromium.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe

from sandbox.launcher import airflow, processes
from sandbox.launcher.ports import LOOPBACK, PortClaims, is_port_listening
from tests.machine import NEEDS_CHROMIUM, chromium

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
PICTURES = Path(__file__).parents[2] / "var" / "screenshots"
PASSWORD = "of this test"
BUTTON = "kpi/?language=en&as_of=2026-10-15T09%3A00%3A00%2B02%3A00"
PATIENCE_S = 120


@pytest.fixture
def address(as_role: Callable[[str], str], tmp_path: Path) -> Iterator[str]:
    """Airflow's API server with our plugins, on an empty warehouse; nobody is signed in."""
    with PortClaims() as claims:
        port = claims.claim()
        settings = {
            "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path / 'airflow.db'}",
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{airflow.ADMIN}:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(tmp_path / "passwords.json"),
            "API__HOST": LOOPBACK,
            "API__PORT": str(port),
            "API__BASE_URL": f"http://{LOOPBACK}:{port}",
        }
        environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "WAREHOUSE_URL": as_role("analyst")}
        environment |= {f"AIRFLOW__{name}": value for name, value in settings.items()}
        airflow.write_admin_password(tmp_path / "passwords.json", PASSWORD)
        subprocess.run(airflow.airflow_command("db", "migrate"), env=environment, check=True, capture_output=True)
        server = processes.start_process(
            "api", airflow.airflow_command(*airflow.COMPONENTS["api-server"]), environment, tmp_path, tmp_path
        )
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not is_port_listening(port):
                processes.check_alive([server])
                assert time.monotonic() < deadline, server.last_lines()
                time.sleep(0.2)
            yield f"http://{LOOPBACK}:{port}/"
        finally:
            processes.stop_processes([server], tmp_path)


@NEEDS_CHROMIUM
def test_who_is_signed_out_signs_in_and_is_back_at_the_report_of_the_mail(address: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(address + BUTTON, headers={"Accept": "application/json"}))
    assert (refused.value.code, refused.value.read()) == (401, b'{"detail":"Not authenticated"}')
    # A sign-in of before the server's secret was changed.
    with pytest.raises(HTTPError) as stale:
        urlopen(Request(address + BUTTON, headers={"Accept": "text/html", "Cookie": "_token=x"}))
    assert stale.value.code in (401, 403)
    assert "api/v2/auth/login?next=%2Fkpi%2F%3Flanguage" in stale.value.read().decode()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 375, "height": 800})
        reply = page.goto(address + BUTTON)
        assert reply is not None
        assert reply.status == 401
        page.screenshot(path=PICTURES / "signed_out_375.png")
        checked = browser.new_page(bypass_csp=True)
        checked.goto(address + BUTTON)
        assert Axe().run(checked, options=WCAG).violations_count == 0
        page.get_by_role("link", name="Meld u aan bij Airflow").click()
        page.get_by_label("Username").fill(airflow.ADMIN)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{address}kpi/**")
        assert page.url == address + BUTTON
        assert page.locator("time").get_attribute("datetime") == "2026-10-15T09:00:00+02:00"
        assert page.get_attribute("html", "lang") == "en"
