"""Any report again: as it was sent, or as it would have read at a moment that no issue was pinned to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import dict_row

from include.errors import WarehouseError
from include.reports.content import report_model
from include.reports.delivery import artifacts
from include.reports.delivery.artifacts import Rendered
from include.reports.delivery.build_mail import packed
from include.reports.delivery.message import report_head
from include.reports.delivery.outbox import envelope_of
from include.reports.delivery.settings import MailSettings
from include.reports.issue import report_run
from include.reports.issue.report_run import Connection, ReportRun
from include.reports.web import as_of_moment


@dataclass(frozen=True)
class Sent:
    """A mail as it left."""

    audience: str
    language: str
    rendered: Rendered
    mail: bytes


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
    run = as_of_moment.issue_at(conn, moment)
    if (audience, language) in _kept(conn, run):
        return run, artifacts.kept(conn, run, audience, language)
    return run, packed(report_model.build(conn, run, audience, language, settings))


def sent_as(conn: Connection, message_id: str, settings: MailSettings) -> tuple[ReportRun, Sent]:
    """A mail by its Message-ID, with or without <>: its issue, and the very bytes that were handed to the server.

    Raises:
        LookupError: no report of ours has this Message-ID.
        WarehouseError: what was kept is damaged.
    """
    identity = f"<{message_id.strip().strip('<>')}>"
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            "select * from ops.outbox where message_id = %s and purpose_code = 'report' and letter_id is null",
            (identity,),
        ).fetchone()
    if row is None:
        raise LookupError(f"message id: expected one of ops.outbox; got {identity}. Copy it from the mail's source.")
    run = report_run.current(conn, row["report_run_id"])
    variant = (row["audience_code"], row["language_code"])
    rendered = artifacts.kept(conn, run, *variant)
    # One that has not been tried yet has no head.
    head = (row["head"] or report_head(rendered.subject, envelope_of(row, run), settings).decode()).encode()
    mail = head + artifacts.body(conn, run, *variant)
    if row["sha256"] not in (None, hashlib.sha256(mail).hexdigest()):
        raise WarehouseError(
            source="report", expected=f"the bytes that were sent as {identity}", got="others",
            todo="Look at ops.outbox and ops.report_artifact: somebody changed what was kept.",
        )  # fmt: skip
    return run, Sent(*variant, rendered=rendered, mail=mail)


def _kept(conn: Connection, run: ReportRun) -> set[tuple[str, str]]:
    rows = conn.execute(
        "select audience_code, language_code from ops.report_artifact where report_run_id = %s", (run.report_run_id,)
    )
    return set(rows.fetchall())
