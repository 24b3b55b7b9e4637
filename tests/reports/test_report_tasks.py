"""The tasks of the report from the moment to the mailboxes: what each lets through, and what stops there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import accelerates_report as tasks
import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from include.errors import WarehouseError
from include.reports import artifacts, issuing, runs
from include.reports.artifacts import Rendered
from include.reports.settings import MailSettings

CLOCK = datetime(2026, 10, 15, 7, tzinfo=UTC)
YES = {"chosen_options": ["Approve"], "responded_by_user": {"id": "1", "name": "the director"}}
NO = {"chosen_options": ["Reject"], "responded_by_user": {"id": "1", "name": "the director"}}


class Run:
    """A run of the report's DAG, as its tasks see it."""

    def __init__(self) -> None:
        self.clock = CLOCK
        self.answer: dict[str, Any] | None = YES

    def context(self) -> dict[str, Any]:
        asked = SimpleNamespace(xcom_pull=lambda task_ids: self.answer if task_ids == "approve" else None)
        return {"dag_run": SimpleNamespace(conf=None, run_after=self.clock, run_id="run"), "ti": asked}


@pytest.fixture
def run(dsn: str, smtp: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A run on the fresh warehouse and a mail server of its own."""
    run = Run()
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", dsn)
    monkeypatch.setenv(
        "AIRFLOW_CONN_SMTP_DEFAULT",
        f'{{"conn_type": "smtp", "host": "127.0.0.1", "port": {smtp.port},'
        ' "extra": {"disable_ssl": true, "disable_tls": true}}',
    )
    monkeypatch.setattr(tasks, "get_current_context", run.context)
    return run


@pytest.fixture
def issue(run: Run, conn: psycopg.Connection) -> int:
    """An issue that is rendered, for two people."""
    number = tasks.pin.function()
    payload = conn.execute(
        """insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
           parser_version) values ('reference', '{}', repeat('0', 64), 1, 'text/csv', '', '', now(), '1')
           returning payload_id"""
    ).fetchone()
    assert payload is not None
    for name in ("a", "b"):
        conn.execute(
            """insert into core.recipient (recipient_code, name, email, language_code, audience_code, is_active,
               known_from, payload_id) values (%s, %s, %s, 'nl', 'management', true, '2020-01-01', %s)""",
            (name, name, f"{name}@example.org", payload[0]),
        )
    rendered = Rendered(subject="KPI", html="<p>42</p>", text="42", images={})
    artifacts.keep(conn, runs.current(conn, number), "management", "nl", rendered)
    runs.rendered(conn, runs.current(conn, number))
    return number


def state(conn: psycopg.Connection, number: int) -> tuple[str, str | None]:
    run = runs.current(conn, number)
    return run.state, run.reason


def test_the_moment_is_that_of_the_runs_clock_and_the_issue_that_of_its_quarter(
    run: Run, conn: psycopg.Connection
) -> None:
    pinned = runs.current(conn, tasks.pin.function())
    assert (pinned.report_code, pinned.version, pinned.as_of) == ("KPI-2026-Q3", 1, CLOCK)
    run.clock = CLOCK - timedelta(days=1)
    assert runs.current(conn, tasks.pin.function()).report_code == "KPI-2026-Q2"


def test_an_issue_that_was_sent_goes_no_further(run: Run, conn: psycopg.Connection, issue: int) -> None:
    tasks.send.function(issue)
    with pytest.raises(AirflowSkipException, match="version 1 was sent already"):
        tasks.pin.function()


@pytest.mark.usefixtures("run")
def test_an_issue_without_figures_is_held_with_its_reasons_and_taken_up_again(conn: psycopg.Connection) -> None:
    number = tasks.pin.function()
    with pytest.raises(AirflowSkipException, match="held: scorecard: expected figures; got none"):
        tasks.gate.function(number)
    held, reason = state(conn, number)
    assert (held, str(reason).partition(":")[0]) == ("held", "scorecard")
    assert tasks.pin.function() == number
    assert state(conn, number) == ("pinned", None)


def test_what_has_passed_the_gate_is_not_asked_again(conn: psycopg.Connection, issue: int) -> None:
    assert tasks.gate.function(issue) == issue
    assert state(conn, issue)[0] == "rendered"


def test_nobody_gets_a_mail_before_every_variant_is_kept(conn: psycopg.Connection, run: Run, smtp: Any) -> None:
    number = tasks.pin.function()
    with pytest.raises(AirflowFailException, match="to be approved; got pinned"):
        tasks.send.function(number)
    assert smtp.mails == []


def test_rendering_keeps_each_variant_and_says_so(run: Run, conn: psycopg.Connection, ritual: Any) -> None:
    ritual.reference()
    number = tasks.pin.function()
    assert tasks.render.function(number) == number
    kept = conn.execute("select audience_code, language_code from ops.report_artifact order by 1, 2").fetchall()
    assert kept == artifacts.variants(conn, runs.current(conn, number)) != []
    assert state(conn, number)[0] == "rendered"


def test_a_yes_sends_to_everyone_once_and_names_who_said_it(
    run: Run, conn: psycopg.Connection, smtp: Any, issue: int
) -> None:
    assert tasks.send.function(issue) == {"sent": 2}
    assert tasks.settle.function(issue) == "sent"
    assert state(conn, issue) == ("sent", "Approved by the director.")
    assert tasks.send.function(issue) == {"sent": 2}
    assert smtp.recipients == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize("answer", [NO, {"chosen_options": []}], ids=["no", "no answer"])
def test_a_no_is_recorded_and_the_next_run_makes_the_next_version(
    run: Run, conn: psycopg.Connection, smtp: Any, issue: int, answer: dict[str, Any]
) -> None:
    run.answer = answer
    assert tasks.settle.function(issue) == "rejected"
    assert state(conn, issue) == ("rejected", "Rejected, or not answered in time.")
    assert runs.current(conn, tasks.pin.function()).version == 2
    assert smtp.mails == []


def test_where_nobody_was_asked_nothing_is_settled(run: Run, conn: psycopg.Connection, issue: int) -> None:
    run.answer = None
    with pytest.raises(AirflowSkipException, match="nobody was asked"):
        tasks.settle.function(issue)
    assert state(conn, issue)[0] == "rendered"


def test_a_refused_mail_makes_the_task_red_after_the_others_left(conn: psycopg.Connection, smtp: Any, issue: int):
    smtp.behaviour = {"a@example.org": "refuse"}
    with pytest.raises(AirflowFailException, match="refused: 550"):
        tasks.send.function(issue)
    assert smtp.recipients == ["b@example.org"]


def test_a_mail_in_doubt_makes_the_task_red(smtp: Any, issue: int) -> None:
    smtp.behaviour = {"a@example.org": "drop"}
    with pytest.raises(AirflowFailException, match="in_doubt"):
        tasks.send.function(issue)


def test_a_deferred_mail_is_left_to_housekeeping(conn: psycopg.Connection, smtp: Any, issue: int) -> None:
    smtp.behaviour = {"a@example.org": "defer"}
    assert tasks.send.function(issue) == {"deferred": 1, "sent": 1}
    assert state(conn, issue)[0] == "approved"
    smtp.behaviour = {}
    assert tasks.follow_up.function() == 1
    assert state(conn, issue) == ("sent", "Approved by the director.")
    assert smtp.recipients == ["a@example.org", "b@example.org"]
    assert tasks.follow_up.function() == 0


def test_housekeeping_sends_nothing_that_nobody_let_through(smtp: Any, issue: int) -> None:
    assert tasks.follow_up.function() == 0
    assert smtp.mails == []


def test_what_was_rejected_cannot_be_sent(dsn: str, smtp: Any, issue: int) -> None:
    issuing.reject(dsn, issue, "Jobs are wrong.")
    with pytest.raises(WarehouseError, match="to be approved; got rejected"):
        issuing.send(dsn, issue, "the director", smtp.sender(), MailSettings())
    assert smtp.mails == []


@pytest.mark.parametrize(
    ("extra", "tls"),
    [
        ("{}", "implicit"),
        ('{"disable_tls": true}', "implicit"),
        ('{"disable_ssl": true}', "starttls"),
        ('{"disable_ssl": true, "disable_tls": true}', "none"),
    ],
)
def test_the_mail_server_is_protected_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, extra: str, tls: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", f'{{"conn_type": "smtp", "host": "mail", "extra": {extra}}}')
    assert tasks.mail_server().tls == tls


def test_no_answer_in_time_means_no() -> None:
    approval = tasks.approval()
    assert (approval.defaults, approval.response_timeout) == (["Reject"], timedelta(days=3))


def test_nothing_is_sent_before_it_is_rendered_and_approved() -> None:
    from pathlib import Path

    from airflow.dag_processing.dagbag import DagBag

    dag = DagBag(str(Path(__file__).parents[2] / "dags" / "kpi_report.py")).dags["kpi_report"]
    order = [task.task_id for task in dag.topological_sort()]
    assert order == ["pin", "gate", "render", "approve", "send", "settle"]
    assert {task.task_id: task.upstream_task_ids for task in dag.tasks}["send"] >= {"approve"}
    assert dag.get_task("settle").trigger_rule == "none_failed"
