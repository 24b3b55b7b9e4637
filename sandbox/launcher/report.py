"""`make report`: any report, past or present, as files to look at; nothing is sent and nothing is written elsewhere."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import psycopg

from include.errors import PipelineError
from include.reports.delivery.message import Envelope, build_message
from include.reports.delivery.settings import MailSettings, from_environment
from include.reports.issue.as_of import parse_as_of
from include.reports.issue.report_run import ReportRun
from include.reports.render.html import Rendered
from include.reports.workflow.rebuild import AUDIENCES, LANGUAGES, SentMail, load_sent_mail, rebuild_report
from include.warehouse.roles import REPORTER
from sandbox.launcher.query import server_up
from sandbox.launcher.workdir import LocalFailure, State

ASK = "Ask for one: make report AS_OF=2026-03-31 AUDIENCE=management LOCALE=nl"
# A name that no mail server delivers to (RFC 2606).
NOBODY = "reader@example.invalid"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line says: a moment, an audience and a language, or the Message-ID of a mail that left."""

    as_of: str = ""
    audience: str = "management"
    language: str = "nl"
    message_id: str = ""


def write(state: State, asked: Asked) -> Path:
    """Writes the report as report.html, report.txt, report.eml, its images and attachments; returns their folder.

    Raises LocalFailure for a moment, audience or language that is none, or when there is no such report.
    """
    settings = from_environment(os.environ)
    with server_up(state) as server:
        try:
            with psycopg.connect(server.dsn("warehouse", REPORTER)) as conn:
                conn.read_only = True
                run, sent = _found(conn, asked, settings)
        except (psycopg.Error, PipelineError, LookupError, ValueError) as error:
            raise LocalFailure(f"{error} {ASK}") from error
    day = f"{run.as_of.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    folder = state.var / "reports" / f"{day}-{run.report_code}-{sent.audience}-{sent.language}"
    _save(folder, sent.rendered, sent.mail)
    return folder


def _found(conn: psycopg.Connection, asked: Asked, settings: MailSettings) -> tuple[ReportRun, SentMail]:
    if asked.message_id:
        return load_sent_mail(conn, asked.message_id, settings)
    for name, value, known in (("AUDIENCE", asked.audience, AUDIENCES), ("LOCALE", asked.language, LANGUAGES)):
        # One partner's own report: partner:agoria.
        if value not in known and not re.fullmatch("partner:[a-z0-9-]+", value):
            raise ValueError(f"{name}: expected {' or '.join(known)}; got {value!r}.")
    run, rendered = rebuild_report(conn, parse_as_of(asked.as_of), asked.audience, asked.language, settings)
    identity = f"<{run.report_code}.v{run.version}.copy@example.invalid>"
    envelope = Envelope(email=NOBODY, name="", message_id=identity, language=asked.language, dated=run.as_of)
    return run, SentMail(asked.audience, asked.language, rendered, build_message(rendered, envelope, settings))


def _save(folder: Path, rendered: Rendered, mail: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    html = rendered.html
    for name, content in rendered.attachments.items():
        (folder / name).write_bytes(content)
    for cid, png in rendered.images.items():
        image = f"{cid.partition('@')[0]}.png"
        (folder / image).write_bytes(png)
        # A browser does not know the mail's other parts.
        html = html.replace(f"cid:{cid}", image)
    if html:
        (folder / "report.html").write_text(html, encoding="utf-8")
    (folder / "report.txt").write_text(rendered.text, encoding="utf-8")
    (folder / "report.eml").write_bytes(mail)
