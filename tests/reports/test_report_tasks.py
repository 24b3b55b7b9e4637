"""The tasks of the report from the moment to the mailboxes: what each lets through, and what stops there."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import accelerates_mail_tasks as mails
import accelerates_report_tasks as tasks
import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from include.errors import WarehouseError
from include.reports.delivery import artifacts, recipients
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import NotHandedOver, SmtpSender
from include.reports.issue import report_run
from include.reports.render.html import Rendered
from include.reports.render.package import package
from include.reports.workflow import issue_steps
from include.reports.workflow.rebuild import read_and_build

CLOCK = datetime(2026, 10, 15, 7, tzinfo=UTC)
YES = {"chosen_options": ["Approve"], "responded_by_user": {"id": "1", "name": "the director"}}
NO = {"chosen_options": ["Reject"], "responded_by_user": {"id": "1", "name": "the director"}}


class Run:
    """A run of the report's DAG, as its tasks see it."""

    def __init__(self) -> None:
        self.clock = CLOCK
        self.answer: dict[str, Any] | None = YES
        self.correct: str | None = None

    def context(self) -> dict[str, Any]:
        asked = SimpleNamespace(xcom_pull=lambda task_ids: self.answer if task_ids == "approve" else None)
        run = SimpleNamespace(conf=None, run_after=self.clock, run_id="run")
        return {"dag_run": run, "ti": asked, "params": {"correct": self.correct}}


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
    artifacts.store_artifact(conn, report_run.load_run(conn, number), "management", "nl", rendered)
    report_run.mark_rendered(conn, report_run.load_run(conn, number))
    return number


def state(conn: psycopg.Connection, number: int) -> tuple[str, str | None]:
    run = report_run.load_run(conn, number)
    return run.state, run.reason


def test_the_moment_is_that_of_the_runs_clock_and_the_issue_that_of_its_quarter(
    run: Run, conn: psycopg.Connection
) -> None:
    pinned = report_run.load_run(conn, tasks.pin.function())
    assert (pinned.report_code, pinned.version, pinned.as_of) == ("KPI-2026-Q3", 1, CLOCK)
    run.clock = CLOCK - timedelta(days=1)
    assert report_run.load_run(conn, tasks.pin.function()).report_code == "KPI-2026-Q2"


def test_an_issue_that_was_sent_goes_no_further(run: Run, conn: psycopg.Connection, issue: int) -> None:
    tasks.send.function(issue)
    with pytest.raises(AirflowSkipException, match="version 1 went out already"):
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


@pytest.mark.usefixtures("with_reference")
def test_rendering_keeps_each_variant_and_says_so(run: Run, conn: psycopg.Connection) -> None:
    number = tasks.pin.function()
    assert tasks.render.function(number) == number
    kept = conn.execute("select audience_code, language_code from ops.report_artifact order by 1, 2").fetchall()
    assert kept == recipients.query_variants(conn, report_run.load_run(conn, number)) != []
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
    assert report_run.load_run(conn, tasks.pin.function()).version == 2
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


def test_a_preview_that_one_of_several_approvers_refuses_is_none_the_less_shown(
    conn: psycopg.Connection, smtp: Any, issue: int
) -> None:
    conn.execute(
        """insert into core.recipient (recipient_code, name, email, language_code, audience_code, is_active,
           known_from, payload_id)
           select code, code, code || '@example.org', 'nl', 'approver', true, known_from, payload_id
           from core.recipient, unnest(array['c', 'd']) as code where recipient_code = 'a'"""
    )
    smtp.behaviour = {"c@example.org": "refuse"}
    assert tasks.preview.function(issue) == issue
    assert smtp.recipients == ["d@example.org"]
    conn.execute("delete from ops.outbox")
    smtp.behaviour = {"c@example.org": "refuse", "d@example.org": "refuse"}
    with pytest.raises(AirflowFailException, match=r"no approver can be reached: .*refused: 550"):
        tasks.preview.function(issue)


def test_a_mail_in_doubt_makes_the_task_red_and_goes_again_only_when_a_person_says_so(
    conn: psycopg.Connection, smtp: Any, issue: int
) -> None:
    smtp.behaviour = {"a@example.org": "drop"}
    with pytest.raises(AirflowFailException, match="in_doubt"):
        tasks.send.function(issue)
    smtp.behaviour = {}
    assert mails.follow_up.function() == 0
    conn.execute("update ops.outbox set state = 'pending' where state = 'in_doubt'")
    assert mails.follow_up.function() == 1
    assert smtp.recipients == ["a@example.org", "a@example.org", "b@example.org"]


def test_a_deferred_mail_is_tried_again_when_its_time_has_come(conn: psycopg.Connection, smtp: Any, issue: int) -> None:
    smtp.behaviour = {"a@example.org": "defer"}
    assert tasks.send.function(issue) == {"deferred": 1, "sent": 1}
    assert state(conn, issue)[0] == "approved"
    smtp.behaviour = {}
    # The next run of the report asks nobody again.
    with pytest.raises(AirflowSkipException, match="went out already"):
        tasks.pin.function()
    assert mails.follow_up.function() == 1
    assert state(conn, issue)[0] == "approved"
    conn.execute("update ops.outbox set next_attempt_at = clock_timestamp()")
    assert mails.follow_up.function() == 1
    assert state(conn, issue) == ("sent", "Approved by the director.")
    assert smtp.recipients == ["a@example.org", "b@example.org"]
    assert mails.follow_up.function() == 0


def test_following_up_sends_nothing_that_nobody_let_through(smtp: Any, issue: int) -> None:
    assert mails.follow_up.function() == 0
    assert smtp.mails == []


@pytest.mark.parametrize(
    "answer", [None, {}, NO, {"chosen_options": ["Approve"]}], ids=["marked as done", "empty", "no", "by nobody"]
)
def test_without_a_persons_yes_nothing_is_sent(
    run: Run, conn: psycopg.Connection, smtp: Any, issue: int, answer: dict[str, Any] | None
) -> None:
    run.answer = answer
    with pytest.raises(AirflowFailException, match="nobody approved this issue"):
        tasks.send.function(issue)
    assert (state(conn, issue)[0], smtp.mails) == ("rendered", [])


def test_who_approved_and_when_is_on_record(conn: psycopg.Connection, issue: int) -> None:
    tasks.send.function(issue)
    ((by, at),) = conn.execute("select approved_by, approved_at from ops.report_run").fetchall()
    assert (by, at is not None) == ("the director", True)


def test_what_was_rejected_cannot_be_sent(dsn: str, smtp: Any, issue: int) -> None:
    issue_steps.reject_issue(dsn, issue, "Jobs are wrong.")
    with pytest.raises(WarehouseError, match="to be approved; got rejected"):
        issue_steps.send_issue(dsn, issue, "the director", smtp.sender(), MailSettings())
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
    assert tasks.smtp_sender().tls == tls


def test_a_silent_mail_server_is_waited_for_as_long_as_the_connection_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connection = f'{{"conn_type": "smtp", "host": "127.0.0.1", "port": {silent.getsockname()[1]}, "extra": %s}}'
        told = '{"disable_ssl": true, "disable_tls": true, "timeout": 0.2}'
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection % told)
        started = time.monotonic()
        with pytest.raises(NotHandedOver, match="timed out"):
            tasks.smtp_sender()(b"Subject: KPI\r\n\r\n42", "kpi@example.org", "a@example.org")
        assert 0.2 <= time.monotonic() - started < 20
    for extra in ("{}", '{"timeout": ""}', '{"timeout": null}'):
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection % extra)
        assert tasks.smtp_sender().timeout == SmtpSender.timeout


def test_no_answer_in_time_means_no() -> None:
    approval = tasks.approval()
    assert (approval.defaults, approval.response_timeout) == (["Reject"], timedelta(days=3))


def test_nothing_is_sent_before_it_is_rendered_and_approved() -> None:
    from pathlib import Path

    from airflow.dag_processing.dagbag import DagBag

    dag = DagBag(str(Path(__file__).parents[2] / "dags" / "kpi_report.py")).dags["kpi_report"]
    order = [task.task_id for task in dag.topological_sort()]
    assert order == ["pin", "gate", "render", "preview", "approve", "send", "settle"]
    assert {task.task_id: task.upstream_task_ids for task in dag.tasks}["send"] >= {"approve"}
    assert dag.get_task("settle").trigger_rule == "none_failed"


@pytest.fixture
def figures(with_reference: None, run: Run, conn: psycopg.Connection) -> None:
    """One KPI, exports, of which there are figures; three readers and one who approves."""
    conn.execute("update core.kpi set is_headline = kpi_code = 'exports_eur', max_age_days = 1000")
    conn.execute(
        "update core.recipient set is_active = recipient_code in ('management-nl', 'engineer-en', 'approver-nl')"
    )
    conn.execute(
        """insert into core.recipient
               (recipient_code, name, email, language_code, audience_code, is_active, known_from, payload_id)
           select 'gone', 'Gone', 'gone@example.org', 'en', 'engineer', true, '2020-01-01', payload_id
           from core.recipient limit 1"""
    )
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


def corrected(conn: psycopg.Connection, at: datetime) -> None:
    """June turns out to be 25 billion, and somebody new is on the list."""
    conn.execute(
        """with wrong as (
            update core.observation set known_to = %(at)s where period = '2026-06' returning *
        )
        insert into core.observation (series_id, dataset_code, period, value, status_code, known_from, payload_id)
        select series_id, dataset_code, period, 25e9, 'A', %(at)s, payload_id from wrong""",
        {"at": at},
    )
    conn.execute(
        """insert into core.recipient
               (recipient_code, name, email, language_code, audience_code, is_active, known_from, payload_id)
           select 'new', 'New', 'new@example.org', 'en', 'engineer', true, %s, payload_id
           from core.recipient limit 1""",
        (at,),
    )


def through(issue: int | None = None) -> int:
    """The tasks before the question, as the DAG runs them."""
    return tasks.preview.function(tasks.render.function(tasks.gate.function(issue or tasks.pin.function())))


@pytest.mark.usefixtures("figures")
def test_a_wrong_figure_is_corrected_for_exactly_those_who_got_it(
    run: Run, conn: psycopg.Connection, smtp: Any
) -> None:
    # What goes out is shown first, as it will arrive.
    first = through()
    ((_, to, shown),) = smtp.mails
    assert to == ["kpi-analist@example.org"]
    assert shown["Subject"] == "Voorvertoning: KPI-2026-Q3 v1"
    assert "/required_actions?response_received=false" in shown.get_body(("plain",)).get_content()
    assert "management nl: 1" in shown.get_body(("html",)).get_content()
    copies = {part.get_filename(): part.get_content() for part in shown.iter_attachments()}
    assert copies.keys() == {"management-nl.eml", "engineer-en.eml"}
    smtp.mails.clear()
    smtp.behaviour = {"gone@example.org": "refuse"}
    with pytest.raises(AirflowFailException, match="refused"):
        tasks.send.function(first)
    old = {to[0]: mail for _, to, mail in smtp.mails}
    assert old.keys() == {"kpi-directie@example.org", "kpi-data@example.org"}
    same = [
        copies["management-nl.eml"].get_body((kind,)).get_content()
        == old["kpi-directie@example.org"].get_body((kind,)).get_content()
        for kind in ("plain", "html")
    ]
    assert same == [True, True]

    # Made again from the marts, whatever was learned since, it is what was kept, to the byte.
    run1 = report_run.load_run(conn, first)
    corrected(conn, CLOCK + timedelta(days=2))
    for variant in recipients.query_variants(conn, run1):
        assert package(read_and_build(conn, run1, *variant, MailSettings())) == artifacts.load_artifact(
            conn, run1, *variant
        )

    # A correction without anything to correct is held.
    run.clock, run.correct = CLOCK + timedelta(days=1), "KPI-2026-Q3"
    second = tasks.pin.function()
    with pytest.raises(AirflowSkipException, match="expected a figure, definition or target that differs"):
        tasks.gate.function(second)
    run.clock = CLOCK + timedelta(days=3)
    smtp.mails.clear()
    assert through() == second
    assert [to for _, to, _ in smtp.mails] == [["kpi-analist@example.org"]]
    smtp.mails.clear()
    assert tasks.send.function(second) == {"sent": 2}
    new = {to[0]: mail for _, to, mail in smtp.mails}
    assert new.keys() == old.keys()
    for address, mail in new.items():
        assert mail["In-Reply-To"] == mail["References"] == old[address]["Message-ID"] != mail["Message-ID"]
    report = new["kpi-directie@example.org"]
    assert report["Subject"].startswith("Herziening: KPI-rapport K3 2026")
    told = " ".join(report.get_body(("plain",)).get_content().split())
    assert told.startswith(
        "Herziening van het rapport van 15 oktober 2026. Herzien: Uitvoer van goederen, 1 jan – 30 jun 2026: "
        "€ 125,0 miljard, was € 120,0 miljard."
    )
    assert new["kpi-data@example.org"].get_content().startswith("This corrects the report of 15 October 2026. Revised:")

    # It is over: neither the schedule nor a second request mails anybody.
    run.correct = None
    with pytest.raises(AirflowSkipException, match="version 2 went out already"):
        tasks.pin.function()
    run.correct = "KPI-2026-Q2"
    with pytest.raises(AirflowFailException, match="expected KPI-2026-Q2 to be the report that went out last"):
        tasks.pin.function()
