"""Write any report, past or present, as files to look at.

Nothing is sent and nothing is written to the warehouse.

`WAREHOUSE_REPORTS_URL=postgresql://reporter:... python -m include.reports.workflow.write_report --folder reports
--as-of 2026-03-31 --audience management --locale nl`; only the role reporter may read what was mailed.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import psycopg

from include.periods import parse_as_of
from include.reports.delivery.message import Envelope, build_message
from include.reports.delivery.settings import MailSettings, from_environment
from include.reports.issue.report_run import ReportRun
from include.reports.render.html import Rendered
from include.reports.workflow.rebuild import AUDIENCES, LANGUAGES, SentMail, load_sent_mail, rebuild_report
from include.warehouse.command_line import exit_status, warehouse_url

# A name that no mail server delivers to (RFC 2606).
NOBODY = "reader@example.invalid"


@dataclass(frozen=True, kw_only=True)
class WantedReport:
    """A moment, an audience and a language; or the Message-ID of a mail that was sent."""

    as_of: str = ""
    audience: str = "management"
    language: str = "nl"
    message_id: str = ""


def write_report(dsn: str, folder: Path, wanted: WantedReport, environment: Mapping[str, str] = os.environ) -> Path:
    """Write report.html, report.txt, report.eml, the images and the attachments.

    Returns the report's own folder.

    Args:
        dsn: the warehouse, for the role reporter; nothing is written to it.
        folder: parent of the report's own folder.
        wanted: which report.
        environment: holds the mail settings, KPI_MAIL_SENDER_NAME and so on.

    Raises:
        ValueError: no such audience or language, or as_of is neither a day nor a moment.
        LookupError: no mail was sent under this Message-ID.
        WarehouseError: the bytes that were kept are damaged.
        psycopg.Error: the warehouse does not answer.
    """
    settings = from_environment(environment)
    with psycopg.connect(dsn) as conn:
        conn.read_only = True
        run, sent = _build(conn, wanted, settings)
    day = f"{run.as_of.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    target = folder / f"{day}-{run.report_code}-{sent.audience}-{sent.language}"
    _write_files(target, sent.rendered, sent.mail)
    return target


def _build(conn: psycopg.Connection, wanted: WantedReport, settings: MailSettings) -> tuple[ReportRun, SentMail]:
    if wanted.message_id:
        return load_sent_mail(conn, wanted.message_id, settings)
    for name, value, known in (("AUDIENCE", wanted.audience, AUDIENCES), ("LOCALE", wanted.language, LANGUAGES)):
        # partner:agoria is one partner's own report.
        if value not in known and not re.fullmatch("partner:[a-z0-9-]+", value):
            raise ValueError(f"{name}: expected {' or '.join(known)}; got {value!r}.")
    run, rendered = rebuild_report(conn, parse_as_of(wanted.as_of), wanted.audience, wanted.language, settings)
    identity = f"<{run.report_code}.v{run.version}.copy@example.invalid>"
    envelope = Envelope(email=NOBODY, name="", message_id=identity, language=wanted.language, dated=run.as_of)
    mail = build_message(rendered, envelope, settings)
    return run, SentMail(wanted.audience, wanted.language, rendered, mail)


def _write_files(folder: Path, rendered: Rendered, mail: bytes) -> None:
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


def main() -> int:
    """Write the report that the command line names, from WAREHOUSE_REPORTS_URL."""
    parser = argparse.ArgumentParser(prog="python -m include.reports.workflow.write_report", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--as-of", default="", help="a day or a moment: 2026-03-31")
    parser.add_argument("--audience", default="management", help=f"{', '.join(AUDIENCES)} or partner:CODE")
    parser.add_argument("--locale", default="nl", dest="language", help=" or ".join(LANGUAGES))
    parser.add_argument("--message-id", default="", help="of a mail that was sent, instead of the three above")
    options = vars(parser.parse_args())
    folder = options.pop("folder")

    def command() -> None:
        path = write_report(warehouse_url("WAREHOUSE_REPORTS_URL"), folder, WantedReport(**options))
        sys.stdout.write(f"wrote {path}\n")

    return exit_status(command)


if __name__ == "__main__":
    raise SystemExit(main())
