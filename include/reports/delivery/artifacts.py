"""What was rendered is kept, and what is sent is exactly what was kept."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from include.errors import WarehouseError
from include.reports.delivery.mime import content
from include.reports.issue.report_run import ReportRun
from include.reports.issue.versions import code_version, template_version


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One variant of the report: subject line, HTML, plain text, PNG bytes by content id, files by name.

    Without HTML the mail is its text.
    """

    subject: str
    html: str
    text: str
    images: Mapping[str, bytes]
    attachments: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Hash of all parts, in hex."""
        parts = [self.subject, self.html, self.text, _packed(self.images)]
        # What was kept before mails had attachments keeps its hash.
        parts += [_packed(self.attachments)] * bool(self.attachments)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def keep(conn: psycopg.Connection[Any], run: ReportRun, audience: str, language: str, rendered: Rendered) -> Rendered:
    """Store a variant, once; what is stored already stays and is returned."""
    parts = content(rendered, language)
    conn.execute(
        """insert into ops.report_artifact
               (report_run_id, audience_code, language_code, subject, html, plain_text, images, attachments, sha256,
               body, body_sha256, template_version, code_version)
           values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing""",
        (
            run.report_run_id, audience, language, rendered.subject, rendered.html, rendered.text,
            _packed(rendered.images), _packed(rendered.attachments), rendered.sha256,
            parts, hashlib.sha256(parts).hexdigest(), template_version(), code_version(),
        ),
    )  # fmt: skip
    return kept(conn, run, audience, language)


def kept(conn: psycopg.Connection[Any], run: ReportRun, audience: str, language: str) -> Rendered:
    """The stored variant.

    Raises:
        WarehouseError: it was never kept, or is no longer what was kept.
    """
    row = conn.execute(
        """select subject, html, plain_text, images, attachments, sha256 from ops.report_artifact
           where report_run_id = %s and audience_code = %s and language_code = %s""",
        (run.report_run_id, audience, language),
    ).fetchone()
    if row is None:
        raise _damaged(run, audience, language, "none")
    images, attachments = ({name: b64decode(text) for name, text in sorted(part.items())} for part in row[3:5])
    rendered = Rendered(subject=row[0], html=row[1], text=row[2], images=images, attachments=attachments)
    if rendered.sha256 != row[5]:
        raise _damaged(run, audience, language, "one whose hash differs")
    return rendered


def body(conn: psycopg.Connection[Any], run: ReportRun, audience: str, language: str) -> bytes:
    """The parts of the mail as they are sent to everyone, once they are known to be those of the stored variant.

    Raises:
        WarehouseError: it was never kept, or is no longer what was kept.
    """
    rendered = kept(conn, run, audience, language)
    row = conn.execute(
        """select body, body_sha256 from ops.report_artifact
           where report_run_id = %s and audience_code = %s and language_code = %s""",
        (run.report_run_id, audience, language),
    ).fetchone()
    if row is None or row[0] is None:
        # Kept before bodies were.
        return content(rendered, language)
    if hashlib.sha256(row[0]).hexdigest() != row[1]:
        raise _damaged(run, audience, language, "one whose hash differs")
    return bytes(row[0])


def _packed(files: Mapping[str, bytes]) -> str:
    return json.dumps({name: b64encode(content).decode() for name, content in sorted(files.items())})


def _damaged(run: ReportRun, audience: str, language: str, got: str) -> WarehouseError:
    return WarehouseError(
        source="report",
        expected=f"the kept {language} report of {run.report_code} version {run.version} for {audience}",
        got=got,
        todo="Look at ops.report_artifact; render this issue again before sending.",
    )
