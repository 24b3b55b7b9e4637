"""The scorecard inside Airflow: the mail's figures, for users only, and a page to read when something is wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import psycopg
import pytest
from accelerates_scorecard_page import ScorecardPlugin, application
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient

from include.periods import parse_as_of
from include.reports.issue import report_run
from include.reports.render import html
from include.reports.render.html import render
from include.reports.workflow.rebuild import read_and_build

CLOCK = datetime(2026, 10, 15, 7, tzinfo=UTC)
AS_OF = {"as_of": CLOCK.isoformat()}
ASKED = "2026-10-15T09:00:00+02:00"


@pytest.fixture
def anonymous(as_role: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The page as Airflow mounts it, on the fresh warehouse, for somebody who is not logged in."""
    monkeypatch.setenv("WAREHOUSE_URL", as_role("analyst"))
    return TestClient(ScorecardPlugin.fastapi_apps[0]["app"], raise_server_exceptions=False)


@pytest.fixture
def client(anonymous: TestClient) -> Iterator[TestClient]:
    """The same for somebody who is."""
    application().dependency_overrides[get_user] = lambda: "a user"
    yield anonymous
    application().dependency_overrides.clear()


@pytest.fixture
def exports(with_reference: None, conn: Any) -> None:
    """Reference rows, and a year and a half of exports, so that there is a chart."""
    conn.execute(
        """
        with payload as (select max(payload_id) as payload_id from landing.payload),
        series as (
            insert into core.series (
                series_id, dataset_code, series_key, dimensions, freq_code, unit_code, concept_code, price_basis_code,
                definition_code, known_from, payload_id
            )
            select core.series_id(dataset, key), dataset, key,
                '{"REPORTING": "VL", "COUNTRY": "DE", "PRODUCT": "VI", "FLOW": "X", "DATATYPE": "VAL"}'::jsonb,
                'M', 'EUR', 'COM', 'V', 'INR', %(known)s, payload_id
            from payload, (values ('BE2:DF_EXTTRADEVLNAT_Overview', 'VL.DE.VI.X.COM.VAL.M')) as one (dataset, key)
            returning series_id, dataset_code, payload_id
        )
        insert into core.observation (series_id, dataset_code, period, value, status_code, known_from, payload_id)
        select series_id, dataset_code, to_char(month, 'YYYY-MM'), 20e9, 'A', %(known)s, payload_id
        from series, generate_series('2025-01-01'::timestamp, '2026-06-01', interval '1 month') as month
        """,
        {"known": CLOCK - timedelta(days=1)},
    )


def pinned(dsn: str, period: str, clock: datetime = CLOCK) -> report_run.ReportRun:
    with psycopg.connect(dsn, autocommit=True) as conn:
        return report_run.pin_issue(conn, period, clock)


def mailed(dsn: str, run: report_run.ReportRun, language: str) -> html.Rendered:
    with psycopg.connect(dsn) as conn:
        return render(read_and_build(conn, run, "management", language))


def visible_words(html: str) -> list[str]:
    """The words of a page's body."""
    return unescape(re.sub(r"<head>.*?</head>|<!--.*?-->|<[^>]+>", " ", html, flags=re.DOTALL)).split()


def told_as_of(html: str) -> datetime:
    found = re.search(r'<time datetime="([^"]+)"', html)
    assert found
    return datetime.fromisoformat(found[1])


@pytest.mark.usefixtures("exports")
def test_the_page_says_what_the_mail_says_and_draws_the_same_chart(client: TestClient, dsn: str):
    run = pinned(dsn, "2026-Q3")
    for language in ("nl", "en"):
        mail = mailed(dsn, run, language)
        reply = client.get("/", params={"language": language})
        assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
        ways_on = (
            r"<nav .*?</nav>|<section .*?</section>|<svg .*?</svg>|<p [^>]*>(<a href=.evidence|Balken|Bars:).*?</p>"
        )
        mails_own = r'<div class="preheader".*?</div>|<p [^>]*>[^<]*<a href="mailto:[^"]*unsubscribe".*?</p>'
        assert visible_words(re.sub(ways_on, "", reply.text, flags=re.DOTALL)) == visible_words(
            re.sub(mails_own, "", mail.html, flags=re.DOTALL)
        )
        assert len(re.findall(r'<rect class="(?:old|new)"', reply.text)) == 6
        assert unescape(reply.text).count(re.findall(r'alt="([^"]+)"', unescape(mail.html))[0]) == 1
        assert "data:" not in reply.text


@pytest.mark.usefixtures("exports")
def test_the_page_names_every_kpi_and_leads_to_the_other_language_at_the_same_moment(client: TestClient, conn: Any):
    for language, column in (("nl", "name_nl"), ("en", "name_en")):
        html = client.get("/", params={**AS_OF, "language": language}).text
        names = [row[0] for row in conn.execute(f"select {column} from core.kpi where is_headline")]
        assert len(names) == 7
        assert [name for name in names if name not in html] == []
        [table] = re.findall(r'<section class="pagepart others".*?</section>', html, flags=re.DOTALL)
        others = [row[0] for row in conn.execute(f"select {column} from core.kpi where not is_headline")]
        assert [name for name in others if name not in unescape(table)] == []
        assert table.count("<tr>") == len(others) + 1
        assert re.findall(r'<strong lang="(..)">', html) == [language]
        [link] = re.findall(r'<a href="(\?language=[^"]+)"', html)
        other = client.get("/" + unescape(link)).text
        assert told_as_of(other) == told_as_of(html) == CLOCK
        assert re.findall(r'<html lang="(..)"', other) == [{"nl": "en", "en": "nl"}[language]]


def test_the_page_can_fetch_nothing_run_nothing_and_is_framed_by_airflow_only(client: TestClient):
    headers = client.get("/", params=AS_OF).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; form-action 'self';"
        " base-uri 'none'"
    )
    assert headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("with_reference")
def test_a_name_that_is_markup_is_shown_as_text(client: TestClient, conn: Any):
    conn.execute("update core.kpi set name_nl = '<script>alert(1)</script>' where kpi_code = 'fdi_jobs'")
    html = client.get("/", params=AS_OF).text
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_without_a_moment_it_is_that_of_the_newest_report_that_is_not_held(client: TestClient, dsn: str, conn: Any):
    pinned(dsn, "2026-Q2", CLOCK - timedelta(days=90))
    newest = pinned(dsn, "2026-Q3")
    report_run.hold_run(conn, pinned(dsn, "2026-Q4", CLOCK + timedelta(days=90)), ["Exports are late."])
    html = client.get("/").text
    assert told_as_of(html) == newest.as_of
    assert "Rapport KPI-2026-Q3, versie 1." in html


def test_without_any_report_it_is_now(client: TestClient):
    before = datetime.now(UTC)
    assert before <= told_as_of(client.get("/").text) <= datetime.now(UTC)


def test_figures_that_were_not_sent_as_a_report_say_so(client: TestClient, dsn: str, conn: Any):
    run = pinned(dsn, "2026-Q3")
    assert "Niet als rapport verstuurd." in client.get("/").text
    report_run.mark_sent(conn, report_run.approve_run(conn, report_run.mark_rendered(conn, run), "somebody"))
    assert "Niet als rapport verstuurd." not in client.get("/").text
    assert "Niet als rapport verstuurd." in client.get("/", params={"as_of": "2026-09-01T00:00:00Z"}).text


def test_a_plus_sign_typed_into_the_address_is_a_plus_sign(client: TestClient):
    assert told_as_of(client.get("/?as_of=2026-10-15T09:00:00+02:00").text) == CLOCK
    assert parse_as_of("2026-10-15 09:00:00+02:00") == CLOCK


@pytest.mark.parametrize(
    "as_of", ["yesterday", "2026-10-15T09:00:00", "0001-01-01T00:00:00+02:00", "9999-12-31T00:00:00Z", "\0", "' or 1"]
)
def test_a_moment_that_is_none_is_refused_with_an_example(client: TestClient, as_of: str):
    reply = client.get("/", params={"as_of": as_of})
    assert reply.status_code == 422
    assert re.match(r"as_of: expected ISO 8601 .*; got .*\. Write 2026-10-15T09:00:00\+02:00\.", reply.json()["detail"])


@pytest.mark.parametrize("language", ["fr", "", "../nl", "NL"])
def test_a_language_that_we_do_not_write_is_refused_with_those_that_we_do(client: TestClient, language: str):
    reply = client.get("/", params={"language": language})
    assert reply.status_code == 422
    assert reply.json()["detail"].startswith("language: expected nl or en; got ")


@pytest.mark.parametrize("url", ["postgresql://etl:secret@127.0.0.1:1/warehouse", ""])
def test_when_the_warehouse_is_away_the_page_says_so_and_what_to_do(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, url: str
):
    monkeypatch.setenv("WAREHOUSE_URL", url)
    reply = client.get("/", params={"language": "en"})
    assert (reply.status_code, reply.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "The warehouse does not answer" in reply.text
    assert "Try again in a few minutes." in reply.text
    assert "content-security-policy" in reply.headers
    assert "Traceback" not in reply.text
    assert "scorecard: expected an answer of the warehouse; got " in caplog.text
    assert "secret" not in reply.text + caplog.text


def test_a_warehouse_without_marts_is_away_too(client: TestClient, conn: Any):
    conn.execute("drop schema mart cascade")
    assert client.get("/").status_code == 503


def test_a_query_that_takes_too_long_is_ended(client: TestClient, conn: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("include.reports.web.html_page.TIMEOUT_S", 1)
    with conn.transaction():
        # Without the page's own limit this one ends the test, red, instead of nothing.
        conn.execute("set local idle_in_transaction_session_timeout = '20s'")
        conn.execute("lock table core.status_threshold in access exclusive mode")
        assert client.get("/", params=AS_OF).status_code == 503


def test_the_page_only_reads(client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    written = "delete from ops.report_run"
    monkeypatch.setattr("include.reports.figures.read_marts.read_figures", lambda conn, *_, **__: conn.execute(written))
    assert client.get("/", params=AS_OF).status_code == 503
    assert "cannot execute DELETE in a read-only transaction" in caplog.text


@pytest.mark.parametrize("headers", [{}, {"Cookie": "_token="}, {"Authorization": "Basic YWRtaW46YWRtaW4="}])
@pytest.mark.parametrize("address", ["/", "/?language=fr", "/?as_of=yesterday"])
def test_nobody_sees_it_without_logging_in(anonymous: TestClient, headers: dict[str, str], address: str):
    """Airflow serves what a plugin adds to anybody: the application itself asks for a user, before anything else."""
    reply = anonymous.get(address, headers=headers)
    assert (reply.status_code, reply.json()) == (401, {"detail": "Not authenticated"})


def test_a_browser_is_told_in_both_languages_and_led_to_sign_in_and_back(anonymous: TestClient):
    """The button in the mail is pressed signed out; the status stays, and nothing on the page runs or is fetched."""
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    reply = anonymous.get("/evidence", params={"kpi": "fdi_jobs", "period": "2026-Q3", "as_of": ASKED}, headers=headers)
    assert (reply.status_code, reply.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert reply.headers["content-security-policy"].startswith("default-src 'none'; ")
    for said in ('<section lang="nl">', "U bent niet aangemeld.", '<section lang="en">', "You are not signed in."):
        assert said in reply.text
    links = {unescape(link) for link in re.findall(r'href="([^"]+)"', reply.text)}
    back = f"/kpi/evidence?kpi=fdi_jobs&period=2026-Q3&{urlencode({'as_of': ASKED})}"
    assert links == {f"/api/v2/auth/login?{urlencode({'next': back})}"}
    assert "<script" not in reply.text


@pytest.mark.parametrize(
    "address",
    ["/?next=https://example.com/", "/?next=//example.com", "/?language=%22%3E%3Cscript%3E", "/?as_of=%0d%0aX:"],
)
def test_signing_in_leads_nowhere_but_here(anonymous: TestClient, address: str):
    reply = anonymous.get(address, headers={"Accept": "text/html", "Host": "example.com"})
    assert "<script" not in reply.text
    for link in re.findall(r'href="([^"]+)"', reply.text):
        way = urlsplit(unescape(link))
        assert (way.scheme, way.netloc, way.path) == ("", "", "/api/v2/auth/login")
        [(name, back)] = parse_qsl(way.query)
        assert (name, urlsplit(back).netloc, urlsplit(back).path) == ("next", "", "/kpi/")


@pytest.mark.parametrize("address", ["/docs", "/redoc", "/openapi.json"])
def test_there_is_nothing_else_to_see(client: TestClient, address: str):
    assert client.get(address).status_code == 404


def test_every_route_asks_for_a_user():
    routes = [route for route in application().routes if hasattr(route, "dependant")]
    assert routes
    for route in routes:
        assert get_user in {dependency.call for dependency in route.dependant.dependencies}


def test_the_menu_leads_to_the_address_that_is_served():
    [view], [served] = ScorecardPlugin.external_views, ScorecardPlugin.fastapi_apps
    assert "/" + view["href"] == served["url_prefix"] + "/"
    assert (view["destination"], view["url_route"]) == ("nav", "kpi_scorecard")


def test_the_file_is_light_for_the_processes_that_serve_no_page():
    heavy = {"fastapi", "psycopg", "jinja2", "matplotlib", "include.reports", "airflow.api_fastapi"}
    program = (
        "import sys, airflow.plugins_manager; before = set(sys.modules); import accelerates_scorecard_page;"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "accelerates_scorecard_page" in done.stdout.split()
    assert heavy & set(done.stdout.split()) == set()


def test_a_day_is_shown_as_it_was_known_at_its_end(client: TestClient):
    assert told_as_of(client.get("/?as_of=2026-10-15").text) == datetime(2026, 10, 15, 21, 59, 59, 999999, tzinfo=UTC)
    html = client.get("/?language=en&as_of=2026-10-15").text
    assert re.search(r'<input type="date" name="as_of" value="2026-10-15"', html)
    assert '<input type="hidden" name="language" value="en">' in html


@pytest.mark.usefixtures("with_reference")
def test_what_is_broken_is_named_with_what_to_do_and_markup_in_it_is_text(client: TestClient, conn: Any):
    assert "Nothing that we know of." not in client.get("/?language=en").text
    hostile = "<script>alert(1)</script>"
    conn.execute(
        """with payload as (
            insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
                parser_version)
            values ('partner_activity', '{"contract_code": "agoria-2022", "period": "2026-Q3"}', repeat('a', 64), 1,
                'x', '', '', now(), '1') returning payload_id)
        insert into ops.batch (payload_id, clock, state, error_class, error)
        select payload_id, %s, 'quarantined', 'NotAWorkbook', %s from payload""",
        (CLOCK, hostile),
    )
    for language, heading in (("nl", "Wat nu stuk is"), ("en", "What is broken right now")):
        html = client.get("/", params={"language": language, "as_of": "2026-10-20"}).text
        assert heading in html
        assert "partner_activity agoria-2022" in html
        assert "docs/runbooks/NotAWorkbook.md" in html
        assert hostile not in html
        assert "&lt;script&gt;" in html
    # Before it came, nobody knew.
    assert "agoria-2022" not in client.get("/", params={"as_of": "2026-10-14"}).text


@pytest.mark.usefixtures("with_reference")
def test_each_figure_leads_to_its_rows_and_each_row_to_its_payload(client: TestClient, conn: Any, loader: Any):
    loader("fit_fdi_project", (CLOCK - timedelta(days=1)).isoformat())
    html = client.get("/", params={"language": "en", "as_of": CLOCK.isoformat()}).text
    links = [unescape(link) for link in re.findall(r'<a href="(evidence\?[^"]+)"', html)]
    [link] = [link for link in links if "kpi=fdi_projects&" in link]
    page = client.get("/" + link)
    assert page.status_code == 200
    assert told_as_of(page.text) == CLOCK
    with psycopg.connect(loader.dsn) as direct:
        direct.execute("select set_config('warehouse.as_of', %s, false)", (CLOCK.isoformat(),))
        period = re.search(r"period=([^&]+)", link)
        assert period
        rows = direct.execute("select item, sha256 from mart.evidence('fdi_projects', %s)", (period[1],)).fetchall()
    assert len(rows) > 5
    assert [item for item, _ in rows[:100] if item not in page.text] == []
    assert f"{len(rows)} rows" in page.text
    # The other quarters that the figure since January adds up.
    assert re.findall(r"<strong>(\d{4}-Q\d)</strong>", page.text) == [period[1]]
    hashes = {unescape(found) for found in re.findall(r'href="(payload\?[^"]+)"', page.text)}
    assert len(hashes) == len({sha256 for _, sha256 in rows})
    bytes_page = client.get("/" + hashes.pop()).text
    sha256, url, location = conn.execute(
        "select sha256, url, location from landing.payload where source_code = 'fit_fdi_project'"
    ).fetchone()
    assert [text for text in (sha256, url, location) if text not in unescape(bytes_page)] == []
    assert bytes_page.count("passed</td>") > 3
    assert "sample data" in page.text
    assert "sample data" in bytes_page


@pytest.mark.parametrize("address", ["/evidence?kpi=nothing&period=2026-Q3", "/payload?sha256=' or 1=1"])
def test_what_nobody_knows_is_not_found(client: TestClient, address: str):
    reply = client.get(address)
    assert reply.status_code == 404
    assert "Follow a link of" in reply.json()["detail"]


@pytest.mark.usefixtures("with_reference")
def test_a_period_that_is_none_has_no_rows_and_its_name_stays_text(client: TestClient):
    hostile = "<script>alert(1)</script>"
    reply = client.get("/evidence", params={"kpi": "fdi_jobs", "period": hostile, "language": "en"})
    assert reply.status_code == 200
    assert "There is no row behind this period" in reply.text
    assert "<script" not in reply.text


@pytest.mark.usefixtures("with_reference")
def test_each_partners_report_is_shown_as_in_or_not(client: TestClient, conn: Any, dsn: str):
    pinned(dsn, "2026-Q3", CLOCK + timedelta(days=5))
    html = client.get("/?language=en").text
    [table] = re.findall(r'<section class="pagepart partners".*?</section>', html, flags=re.DOTALL)
    with psycopg.connect(dsn) as direct:
        [due] = direct.execute(
            "select contracts_count from mart.partner_completeness where period = '2026-Q3'"
        ).fetchone()
        names = [
            name for (name,) in direct.execute("select partner_name from mart.partner_report where period = '2026-Q3'")
        ]
    assert due > 15
    assert f"0 of {due} reports are in and readable" in unescape(table)
    assert table.count("<tr>") == due + 1
    assert [name for name in names if name not in unescape(table)] == []
