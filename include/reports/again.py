"""Any report again: as it was sent, or as it would have read at a moment that no issue was pinned to."""

from __future__ import annotations

from datetime import datetime

from include.reports import artifacts, context, moments, runs
from include.reports.artifacts import Rendered
from include.reports.mail import Envelope
from include.reports.packing import packed
from include.reports.runs import Connection, ReportRun
from include.reports.settings import MailSettings

AUDIENCES = ("management", "minister", "partner", "engineer")
LANGUAGES = ("nl", "en")


def again(
    conn: Connection, moment: datetime, audience: str, language: str, settings: MailSettings
) -> tuple[ReportRun, Rendered]:
    """The report of a moment; for an issue that was sent, the very bytes that were kept.

    Args:
        conn: the warehouse; nothing is written.
        moment: as of when.
        audience: one of AUDIENCES.
        language: one of LANGUAGES.
        settings: the address that readers write to.

    Raises:
        WarehouseError: the issue's kept bytes are damaged.
    """
    run = moments.issue_at(conn, moment)
    if (audience, language) in _kept(conn, run):
        return run, artifacts.kept(conn, run, audience, language)
    return run, packed(context.build(conn, run, audience, language, settings))


def sent_as(conn: Connection, message_id: str) -> tuple[ReportRun, Envelope, Rendered]:
    """The issue, envelope and kept bytes of a mail that left, found by its Message-ID, with or without <>.

    Raises:
        LookupError: no mail of ours has this Message-ID.
        WarehouseError: the issue's kept bytes are damaged.
    """
    identity = f"<{message_id.strip().strip('<>')}>"
    found = conn.execute(
        """select report_run_id, email, name, audience_code, language_code from ops.outbox where message_id = %s""",
        (identity,),
    ).fetchone()
    if found is None:
        raise LookupError(f"message id: expected one of ops.outbox; got {identity}. Copy it from the mail's source.")
    run_id, email, name, audience, language = found
    run = runs.current(conn, run_id)
    envelope = Envelope(email=email, name=name, message_id=identity, language=language, dated=run.as_of)
    return run, envelope, artifacts.kept(conn, run, audience, language)


def _kept(conn: Connection, run: ReportRun) -> set[tuple[str, str]]:
    rows = conn.execute(
        "select audience_code, language_code from ops.report_artifact where report_run_id = %s", (run.report_run_id,)
    )
    return set(rows.fetchall())
