"""Rebuild any report: as it was sent, or as it would have read at a moment."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from include.errors import WarehouseError
from include.reports.content.report_model import build_report_model
from include.reports.delivery import artifacts
from include.reports.delivery.message import report_headers
from include.reports.delivery.outbox import envelope_from
from include.reports.delivery.settings import MailSettings
from include.reports.figures.read_marts import read_figures
from include.reports.issue.as_of import issue_as_of
from include.reports.issue.report_run import Connection, ReportRun, load_run
from include.reports.render.html import Rendered
from include.reports.render.package import package

AUDIENCES = ("management", "minister", "partner", "engineer")
LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class SentMail:
    """A mail as it left."""

    audience: str
    language: str
    rendered: Rendered
    mail: bytes


def rebuild_report(
    conn: Connection, moment: datetime, audience: str, language: str, settings: MailSettings
) -> tuple[ReportRun, Rendered]:
    """Rebuild the report of a moment; for a sent issue return the very bytes stored.

    Args:
        conn: the warehouse; nothing is written.
        moment: as of when.
        audience: one of AUDIENCES, or partner:CODE.
        language: one of LANGUAGES.
        settings: the address that readers write to.

    Raises:
        WarehouseError: the stored bytes of the issue are damaged.
    """
    run = issue_as_of(conn, moment)
    if (audience, language) in _stored_variants(conn, run):
        return run, artifacts.load_artifact(conn, run, audience, language)
    return run, package(read_and_build(conn, run, audience, language, settings))


def read_and_build(
    conn: Connection, run: ReportRun, audience: str, language: str, settings: MailSettings | None = None
) -> dict[str, Any]:
    """Read an issue and build its model: a pure function of (issue, audience, language).

    Args:
        conn: the warehouse.
        run: the issue.
        audience: management, minister, partner, partner:CODE or engineer.
        language: nl or en.
        settings: the address that readers write to, and that of the scorecard in Airflow.
    """
    mail = settings or MailSettings()
    rows = read_figures(conn, run, audience)
    return build_report_model(rows, run, audience, language, mail.reply_to, mail.page_url)


def load_sent_mail(conn: Connection, message_id: str, settings: MailSettings) -> tuple[ReportRun, SentMail]:
    """Load a mail by its Message-ID, with or without <>: issue, and the very bytes sent.

    Raises:
        LookupError: no report of ours has this Message-ID.
        WarehouseError: the stored bytes are damaged.
    """
    identity = f"<{message_id.strip().strip('<>')}>"
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            "select * from ops.outbox where message_id = %s and purpose_code = 'report' and letter_id is null",
            (identity,),
        ).fetchone()
    if row is None:
        raise LookupError(f"message id: expected one of ops.outbox; got {identity}. Copy it from the mail's source.")
    run = load_run(conn, row["report_run_id"])
    variant = (row["audience_code"], row["language_code"])
    rendered = artifacts.load_artifact(conn, run, *variant)
    # A mail that has not been tried yet has no head.
    head = (row["head"] or report_headers(rendered.subject, envelope_from(row, run), settings).decode()).encode()
    mail = head + artifacts.load_body(conn, run, *variant)
    if row["sha256"] not in (None, hashlib.sha256(mail).hexdigest()):
        raise WarehouseError(
            source="report", expected=f"the bytes that were sent as {identity}", got="others",
            todo="Look at ops.outbox and ops.report_artifact: somebody changed what was kept.",
        )  # fmt: skip
    return run, SentMail(*variant, rendered=rendered, mail=mail)


def _stored_variants(conn: Connection, run: ReportRun) -> set[tuple[str, str]]:
    rows = conn.execute(
        "select audience_code, language_code from ops.report_artifact where report_run_id = %s", (run.report_run_id,)
    )
    return set(rows.fetchall())
