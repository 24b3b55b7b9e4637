"""The main job, for real: from an empty folder to the report in a mailbox, then once more."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import cast
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pandas
import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe

from include.ledger import release
from include.warehouse.migrate import migrate
from sandbox.launcher import airflow, lifecycle, processes
from sandbox.launcher.postgres import SUPERUSER, Server
from sandbox.launcher.warehouse_commands import print_answer
from sandbox.launcher.workdir import ROOT, WorkDir
from sandbox.sources.figures import FDI_FIGURES
from tests.machine import NEEDS_CHROMIUM, chromium

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
PICTURES = ROOT / "var" / "screenshots"
PARTS = ("dags", "include", "plugins", "sandbox", "sql")
THEN = "set warehouse.as_of = '{}';"
TODAY = THEN.format("2026-10-15 12:00+02")
EXPORTS = """select sum(value_eur) / 1e9 from mart.goods_trade
    where flow_code = 'X' and concept_code = 'COM' and period like '{}%'"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clone with state of its own, run by the environment of this one."""
    root = tmp_path_factory.mktemp("clone")
    for part in PARTS:
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    yield root
    command(root, "clean")
    assert not (root / "var").exists()


@pytest.fixture(scope="module")
def first(clone: Path) -> subprocess.CompletedProcess[str]:
    """The first `make run`."""
    return command(clone, "run")


@pytest.fixture(scope="module")
def warehouse(first: subprocess.CompletedProcess[str], clone: Path) -> None:
    """The warehouse after the first run, kept up, so that not every question starts it and stops it again."""
    Server(WorkDir(clone / "var").postgres).start()


@pytest.fixture(scope="module")
def messages(first: subprocess.CompletedProcess[str], clone: Path) -> dict[str, EmailMessage]:
    """What arrived, by address."""
    read = [message_from_bytes(mail.read_bytes(), policy=policy.default) for mail in mails(clone)]
    return {str(message["To"]): cast("EmailMessage", message) for message in read}


def command(root: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environment |= {"PYTHONPATH": str(root), **variables}
    full = [sys.executable, "-m", "sandbox.launcher", *words]
    return subprocess.run(full, cwd=root, env=environment, capture_output=True, text=True, check=False)


def ask(root: Path, question: str) -> list[str]:
    """The rows that `make sql` prints."""
    answer = io.StringIO()
    print_answer(WorkDir(root / "var"), question, answer)
    return answer.getvalue().splitlines()[1:]


def mails(root: Path) -> list[Path]:
    return sorted((root / "var" / "mail").glob("*.eml"))


def test_it_ends_well_shows_the_scorecard_and_leaves_nothing_running(first, clone: Path) -> None:
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith(f"Flanders Accelerates! KPI platform {release()}\n")
    assert "Scorecard as of 15 October 2026" in first.stdout
    assert processes.kill_marked(clone / "var" / "run") == 0


def test_every_active_recipient_got_one_mail_in_their_language(messages, clone: Path) -> None:
    wanted = ROOT / "include" / "sources" / "reference" / "recipient.csv"
    active = [line.split(",") for line in wanted.read_text(encoding="utf-8").splitlines()[1:] if line.endswith("true")]
    readers = {email for _, _, email, _, audience, _ in active if audience != "approver"}
    assert len(mails(clone)) == len(messages)
    assert {message["To"].addresses[0].addr_spec for message in messages.values()} == readers
    # And who approves saw it before.
    assert len(list((clone / "var" / "mail" / "previews").glob("*.eml"))) == len(active) - len(readers) == 1
    languages = {str(message["Content-Language"]) for message in messages.values()}
    assert languages == {"nl", "en"}


def test_the_mail_is_html_and_text_and_says_sample_data(messages) -> None:
    for message in messages.values():
        html, text = message.get_body(("html",)), message.get_body(("plain",))
        assert text is not None
        # Engineers get the run in plain text; everybody else gets both, and the figures as a workbook.
        is_engineer = "kpi-data@" in str(message["To"])
        assert (html is None) == is_engineer
        files = [str(part.get_filename()) for part in message.iter_attachments()]
        assert any(name.endswith(".xlsx") for name in files) != is_engineer
        for part in (html or text, text):
            assert "sample data" in part.get_content().lower()
        assert message["Subject"]
        assert message["Message-ID"]


@pytest.mark.parametrize(
    ("moment", "year", "billions"),
    [
        ("2020-04-01", 2019, 325.1),
        ("2021-04-01", 2019, 324.3),
        ("2022-04-01", 2021, 380.5),
        ("2023-04-01", 2022, 479.7),
        ("2024-04-01", 2022, 481.0),
        ("2024-04-01", 2023, 430.0),
        ("2025-04-01", 2023, 434.0),
        ("2026-10-16", 2024, 418.0),
    ],
)
def test_exports_of_a_year_are_as_published_then(
    warehouse, clone: Path, moment: str, year: int, billions: float
) -> None:
    (answer,) = ask(clone, THEN.format(moment) + EXPORTS.format(year))
    assert float(answer) == billions


@pytest.mark.parametrize("since", ["", "2025-01"])
@pytest.mark.parametrize("moment", ["2025-04-01", "2026-10-16"])
def test_kpi_value_has_the_rows_that_the_catalogue_names(warehouse, clone: Path, moment: str, since: str) -> None:
    with (clone / "include" / "sources" / "reference" / "kpi.csv").open(encoding="utf-8", newline="") as lines:
        kpis = sorted((row["view_name"], row["kpi_code"]) for row in csv.DictReader(lines))
    columns = "kpi_code, period, value::text, is_provisional, known_from"
    named = " union all ".join(
        f"select {columns} from {view} where kpi_code = any ('{{{','.join(code for _, code in codes)}}}')"
        for view, codes in groupby(kpis, key=itemgetter(0))
    )
    question = f"""set warehouse.since = '{since}';
        with named as ({named}), shown as (select {columns} from mart.kpi_value)
        select (select count(*) from (table named except all table shown) as more),
            (select count(*) from (table shown except all table named) as less), (select count(*) > 50 from shown)"""
    assert ask(clone, THEN.format(moment) + question) == ["0,0,t"]


def test_the_register_adds_up_to_the_published_figures_of_investment(warehouse, clone: Path) -> None:
    sums = "select year, count(*), sum(jobs_count), sum(capex_eur) from mart.fdi_project group by 1 order by 1"
    published = """select year, max(value) filter (where indicator_code = 'projects'),
        max(value) filter (where indicator_code = 'jobs'), max(value) filter (where indicator_code = 'capex')
        from mart.fdi_annual group by 1 order by 1"""
    figures = [[float(cell) for cell in row.split(",")] for row in ask(clone, TODAY + published)]
    register = [[float(cell) for cell in row.split(",")] for row in ask(clone, TODAY + sums)]
    assert len(figures) == 11
    assert figures == register[: len(figures)]
    assert FDI_FIGURES, "the published table is empty"


def test_faulty_rows_are_rejected_and_a_faulty_workbook_is_quarantined(warehouse, clone: Path) -> None:
    rejected = ask(clone, "select distinct batch_id, row_id from ops.rejected_row")
    assert len(rejected) == 5
    (quarantined,) = ask(clone, "select error_class from ops.batch where state = 'quarantined'")
    assert quarantined == "NotAWorkbook"
    states = "select state, count(*) from mart.partner_report where period = '2026-Q3' group by 1 order by 1"
    assert ask(clone, TODAY + states) == ["missing,1", "nil,1", "quarantined,1", "received,18"]


def test_the_cubes_of_nbb_are_loaded_whole_and_keep_all_that_is_expected_of_them(warehouse, clone: Path) -> None:
    current = "select count(*) from core.observation where known_to = 'infinity' and dataset_code ~ '{}'"
    assert ask(clone, current.format("DF_EXTTRADEVLNAT_Part")) == ["33902"]
    assert ask(clone, current.format("DF_EXTTRADEBE(COM|NAT)_Overview")) == ["33500"]
    failed = """select distinct source_code, column_name from ops.check_result join ops.batch using (batch_id)
        join landing.payload using (payload_id) where not is_success and source_code ~ '^nbb_'"""
    assert ask(clone, failed) == []


def test_every_batch_was_checked_by_great_expectations(warehouse, clone: Path) -> None:
    unchecked = """select count(*) from ops.batch where state = 'loaded'
        and batch_id not in (select batch_id from ops.check_result)"""
    assert ask(clone, unchecked) == ["0"]


def test_a_correction_of_a_partner_shows_as_a_revision(warehouse, clone: Path) -> None:
    question = """select count(*) from core.partner_activity where known_to < 'infinity'"""
    assert ask(clone, question) == ["1"]


def test_the_analyst_reads_and_nothing_else(warehouse, clone: Path) -> None:
    for question in ("delete from core.kpi", "select * from ops.outbox", "select * from core.recipient"):
        refused = command(clone, "sql", ACCELERATES_QUESTION=question)
        assert refused.returncode == 1
        assert "permission denied" in refused.stderr or "read-only" in refused.stderr
        assert not refused.stdout


def test_the_exact_bytes_of_a_mail_are_made_again_from_its_message_id(messages, clone: Path) -> None:
    (mail, *_) = mails(clone)
    identity = message_from_bytes(mail.read_bytes(), policy=policy.default)["Message-ID"]
    done = command(clone, "report", ACCELERATES_MESSAGE_ID=identity)
    assert done.returncode == 0, done.stderr
    (folder,) = (clone / "var" / "reports").iterdir()
    assert (folder / "report.eml").read_bytes() == mail.read_bytes()


@pytest.mark.parametrize(("language", "words"), [("nl", "Cijfers zoals bekend"), ("en", "Figures as known")])
def test_a_report_of_any_past_day_is_made_again(warehouse, clone: Path, language: str, words: str) -> None:
    asked = {"AS_OF": "2026-03-31", "AUDIENCE": "management", "LOCALE": language}
    done = command(clone, "report", **{f"ACCELERATES_{name}": value for name, value in asked.items()})
    assert done.returncode == 0, done.stderr
    (folder,) = (clone / "var" / "reports").glob(f"2026-03-31*-management-{language}")
    text = (folder / "report.txt").read_text(encoding="utf-8")
    assert words in text
    assert "KPI-2025-Q4" in text


def test_every_mart_leaves_as_parquet_with_the_figures_of_the_warehouse(warehouse, clone: Path) -> None:
    done = command(clone, "export")
    assert done.returncode == 0, done.stderr
    table = pandas.read_parquet(clone / "var" / "export" / "scorecard.parquet")
    figures = ask(
        clone, "select kpi_code, value::double precision from mart.scorecard where value is not null order by 1"
    )
    known = table[table["value"].notna()].sort_values("kpi_code")
    assert [f"{row.kpi_code},{row.value:.10g}" for row in known.itertuples()] == [
        f"{code},{float(value):.10g}" for code, value in (figure.split(",") for figure in figures)
    ]


@pytest.fixture(scope="module")
def second(first: subprocess.CompletedProcess[str], clone: Path) -> Iterator[dict[str, object]]:
    """A second run that leaves the platform up: what it said, and what was there before and after it."""
    count = "select (select count(*) from core.observation), (select count(*) from core.partner_activity)"
    before = (mails(clone), ask(clone, count))
    done = command(clone, "up")
    yield {"done": done, "before": before, "after": (mails(clone), ask(clone, count))}
    down = command(clone, "down")
    assert down.returncode == 0, down.stderr
    assert processes.kill_marked(clone / "var" / "run") == 0


@pytest.fixture(scope="module")
def platform(second: dict[str, object], clone: Path) -> lifecycle.Platform:
    """The platform that the second run left up."""
    found = lifecycle.find_platform(WorkDir(clone / "var"))
    assert found is not None
    return found


def test_a_second_run_loads_nothing_and_mails_nothing(second) -> None:
    done = second["done"]
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing was loaded twice" in done.stdout
    assert "Nothing was mailed twice" in done.stdout
    assert second["before"] == second["after"]


@NEEDS_CHROMIUM
def test_who_is_signed_out_signs_in_and_is_back_at_the_report_of_the_mail(
    platform: lifecycle.Platform, messages
) -> None:
    """By the button of a mail, on Airflow's own API server."""
    (mail,) = (message for address, message in messages.items() if "kpi-management@" in address)
    html = mail.get_body(("html",)).get_content()
    (button,) = {unescape(link).partition("/kpi/")[2] for link in re.findall(r'href="([^"]*/kpi/[^"]*)"', html)}
    address = f"{platform.url}/kpi/{button}"
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(address, headers={"Accept": "application/json"}))
    assert (refused.value.code, refused.value.read()) == (401, b'{"detail":"Not authenticated"}')
    # A sign-in of before the server's secret was changed.
    with pytest.raises(HTTPError) as stale:
        urlopen(Request(address, headers={"Accept": "text/html", "Cookie": "_token=x"}))
    assert stale.value.code in (401, 403)
    assert "api/v2/auth/login?next=%2Fkpi%2F%3Flanguage" in stale.value.read().decode()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 375, "height": 800})
        reply = page.goto(address)
        assert reply is not None
        assert reply.status == 401
        page.screenshot(path=PICTURES / "signed_out_375.png")
        checked = browser.new_page(bypass_csp=True)
        checked.goto(address)
        assert Axe().run(checked, options=WCAG).violations_count == 0
        page.get_by_role("link", name="Meld u aan bij Airflow").click()
        page.get_by_label("Username").fill(airflow.ADMIN)
        page.get_by_label("Password").fill(airflow.admin_password(platform.workdir))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{platform.url}/kpi/**")
        assert page.url == address
        assert page.locator("time").get_attribute("datetime") == "2026-10-15T09:00:00+02:00"
        assert page.get_attribute("html", "lang") == "en"


@pytest.fixture
def empty_warehouse(platform: lifecycle.Platform) -> None:
    """An empty warehouse in the place of the loaded one, which the tests after this cannot ask any more."""
    with psycopg.connect(platform.server.dsn("postgres", SUPERUSER), autocommit=True) as conn:
        conn.execute("drop database warehouse with (force)")
    # Makes what is missing.
    platform.server.start()
    migrate(platform.server.dsn("warehouse"))


def backfill(platform: lifecycle.Platform, dag_id: str, first_day: str, last_day: str) -> list[str]:
    """The states of the runs that `airflow backfill` made, once all have ended."""
    environment = airflow.build_environment(platform.workdir, platform.server, platform.ports)
    days = ("--from-date", first_day, "--to-date", f"{last_day}T23:00")
    words = airflow.airflow_command("backfill", "create", "--dag-id", dag_id, *days, "--max-active-runs", "1")
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        runs = [run["state"] for run in platform.api.list_runs(dag_id) if run["run_type"] == "backfill"]
        if runs and set(runs) <= {"success", "failed"}:
            return runs
        time.sleep(0.5)
    raise AssertionError(f"not over: {runs}")


def test_a_backfill_asks_each_day_the_question_of_that_day(
    platform: lifecycle.Platform, empty_warehouse, clone
) -> None:
    assert backfill(platform, "ingest_fit_fdi_annual", "2022-01-18", "2022-01-19") == ["success", "success"]
    asked = ask(
        clone,
        """select to_char(clock at time zone 'Europe/Brussels', 'YYYY-MM-DD HH24:MI'), outcome from ops.request
        where source_code = 'fit_fdi_annual' order by 1""",
    )
    assert asked == ["2022-01-18 08:00,new", "2022-01-19 08:00,unchanged"]
    assert ask(clone, "select max(period) from core.observation") == ["2021"]
