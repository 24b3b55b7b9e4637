"""Any report again: what was sent as it was sent, anything else as it would have read."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from include.periods import parse_as_of
from include.reports.delivery import artifacts, outbox
from include.reports.delivery.artifacts import code_version, template_version
from include.reports.delivery.settings import MailSettings
from include.reports.issue import report_run
from include.reports.render.html import Rendered
from include.reports.workflow.rebuild import load_sent_mail, rebuild_report

CLOCK = datetime(2026, 10, 15, 7, 0, tzinfo=UTC)
KEPT = Rendered(subject="S", html="<p>kept</p>", text="kept", images={"trend@kpi-report": b"png"})


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-31", "2026-03-31T21:59:59.999999+00:00"),  # the end of the day, summer time
        ("2026-01-31", "2026-01-31T22:59:59.999999+00:00"),
        ("2026-10-15T09:00:00+02:00", "2026-10-15T07:00:00+00:00"),
    ],
)
def test_a_day_means_all_that_was_known_by_its_end(text: str, moment: str) -> None:
    assert parse_as_of(text) == datetime.fromisoformat(moment)


@pytest.mark.parametrize("text", ["", "2026-02-30", "31/03/2026", "2026-03-31T09:00:00", "soon"])
def test_a_moment_that_is_none_is_refused_with_advice(text: str) -> None:
    with pytest.raises(ValueError, match=r"as.of: expected .*; got '.*'"):
        parse_as_of(text)


@pytest.fixture
def issue(conn) -> report_run.ReportRun:
    run = report_run.pin_issue(conn, "2026-Q3", CLOCK)
    artifacts.store_artifact(conn, run, "management", "nl", KEPT)
    return report_run.approve_run(conn, report_run.mark_rendered(conn, run), "Ann")


def test_a_report_that_was_sent_is_given_as_it_was_kept(conn, issue) -> None:
    assert rebuild_report(conn, CLOCK, "management", "nl", MailSettings()) == (issue, KEPT)


def test_a_report_of_another_moment_is_made_afresh_and_twice_the_same(conn, issue) -> None:
    run, rendered = rebuild_report(conn, parse_as_of("2026-04-30"), "management", "en", MailSettings())
    assert (run.report_code, run.version) == ("KPI-2026-Q1", 0)
    assert rendered == rebuild_report(conn, parse_as_of("2026-04-30"), "management", "en", MailSettings())[1]
    assert rendered.html.startswith("<!DOCTYPE html>")
    assert conn.execute("select count(*) from ops.report_artifact").fetchone() == (1,)


def test_the_bytes_of_a_mail_are_found_from_its_message_id(conn, issue) -> None:
    conn.execute(
        """with payload as (
            insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
                parser_version)
            values ('recipient', '{}', repeat('0', 64), 0, '', '', '', now(), '1') returning payload_id
        )
        insert into core.recipient (recipient_code, name, email, language_code, audience_code, is_active, known_from,
            payload_id)
        select 'ann', 'Ann', 'ann@example.org', 'nl', 'management', true, '2020-01-01', payload_id from payload"""
    )
    outbox.enqueue(conn, issue, MailSettings())
    ((identity,),) = conn.execute("select message_id from ops.outbox").fetchall()
    run, sent = load_sent_mail(conn, identity.strip("<>"), MailSettings())
    assert (run, sent.audience, sent.language, sent.rendered) == (issue, "management", "nl", KEPT)
    assert message_from_bytes(sent.mail)["To"] == "Ann <ann@example.org>"


def test_an_unknown_message_id_is_said_to_be_unknown(conn) -> None:
    with pytest.raises(LookupError, match=r"expected one of ops\.outbox; got <x@y>"):
        load_sent_mail(conn, "<x@y>", MailSettings())


def test_a_report_names_what_made_it(conn, issue) -> None:
    ((template, code),) = conn.execute("select template_version, code_version from ops.report_artifact").fetchall()
    assert (template, code) == (template_version(), code_version())
    assert len({template, code}) == 2
